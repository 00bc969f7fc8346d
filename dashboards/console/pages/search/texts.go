package search

import (
	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/internal/domain/catalog"
)

func init() { language.Add(searchTexts) }

// searchTexts are the texts of the search.
var searchTexts = map[string]catalog.Text{
	"search.title":    {ZH: "搜索", EN: "Search"},
	"search.results":  {ZH: "“{1}”的搜索结果", EN: "Results for “{1}”"},
	"search.none":     {ZH: "没有找到。可输入名称的一部分、统一社会信用代码或区划代码。", EN: "Nothing found. Try part of a name, a credit code or a division code."},
	"search.hint":     {ZH: "请输入名称的一部分、统一社会信用代码或区划代码。", EN: "Type part of a name, a credit code or a division code."},
	"search.units":    {ZH: "地区", EN: "Places"},
	"search.subjects": {ZH: "项目和企业", EN: "Projects and employers"},
	"search.more":     {ZH: "结果较多，请输入更完整的名称。", EN: "There are more; type more of the name."},
}
