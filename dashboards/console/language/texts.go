package language

import "github.com/anxin-project/anxin/internal/domain/catalog"

func init() { Add(languageTexts) }

// languageTexts are the texts of what figures and lists are written with.
var languageTexts = map[string]catalog.Text{
	"list.and":       {ZH: "；", EN: "; "},
	"list.colon":     {ZH: "：", EN: ": "},
	"list.comma":     {ZH: "、", EN: ", "},
	"list.semicolon": {ZH: "；", EN: "; "},
	"list.empty":     {ZH: "没有符合条件的记录。", EN: "Nothing matches."},

	"wait.seconds": {ZH: "{1} 秒", EN: "{1} seconds"},
	"wait.minutes": {ZH: "{1} 分钟", EN: "{1} minutes"},

	"amount.unknown": {ZH: "金额待核", EN: "to be checked"},

	"owed.estimated": {ZH: "其中估算 {1}", EN: "{1} of it estimated"},
	"owed.mostly":    {ZH: "绝大部分为估算", EN: "nearly all estimated"},
	"owed.estimate":  {ZH: "估算", EN: "estimate"},
}
