package web

import (
	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/internal/domain/catalog"
)

func init() { language.Add(verdictTexts) }

// verdictTexts are what pages of several rooms say of verdicts on warnings.
var verdictTexts = map[string]catalog.Text{
	"evidence.open_list":  {ZH: "证据清单（打印、导出）", EN: "List of evidence (print, export)"},
	"verdict.title":       {ZH: "核实结论", EN: "Verdict"},
	"verdict.none":        {ZH: "尚未核实", EN: "No verdict yet"},
	"verdict.none_short":  {ZH: "未核实", EN: "None"},
	"verdict.by":          {ZH: "核实期限", EN: "Verdict due"},
	"verdict.provisional": {ZH: "暂计 {1}", EN: "provisionally {1}"},
	"verdict.given_by":    {ZH: "核实人", EN: "Given by"},
	"verdict.give":        {ZH: "登记核实结论", EN: "Give a verdict"},
	"verdict.again":       {ZH: "重新登记核实结论", EN: "Give another verdict"},
	"verdict.withdraw":    {ZH: "撤回核实结论", EN: "Withdraw the verdict"},
	"verdict.bulk":        {ZH: "为勾选的预警登记核实结论", EN: "Give a verdict on the warnings ticked"},
	"verdict.tick":        {ZH: "选择 {1} 的预警", EN: "Choose the warning about {1}"},
	"verdict.choose":      {ZH: "请选择", EN: "Choose"},
	"verdict.reason":      {ZH: "理由", EN: "Reason"},
	"verdict.reason_hint": {ZH: "如何核实、看到什么", EN: "how it was checked, and what was seen"},
	"verdict.send":        {ZH: "登记", EN: "Record"},
	"verdict.done":        {ZH: "核实结论已登记。指数不因核实结论而改变。", EN: "The verdict is recorded. It does not change the index."},
	"verdict.quiet":       {ZH: "静默至 {1}：在此之前，除非起始日改变、级别升高，或人数、金额比核实时增加超过 {2}%，不再提醒。预警仍列在名单上，指数不变。", EN: "Quiet until {1}: until then no alert fires, unless it lasts since another day, its level rises, or workers or amount grow by more than {2}% over what they were at the verdict. It stays on the list, and the index stays as it is."},
	"verdict.quiet_short": {ZH: "静默至 {1}", EN: "quiet until {1}"},
	"verdict.ended":       {ZH: "静默已结束：{1}。请重新核实。", EN: "It is quiet no more: {1}. Look at it again."},
	"verdict.ended_short": {ZH: "静默已结束：{1}", EN: "quiet no more: {1}"},
	"verdict.late_short":  {ZH: "核实逾期（{1}）", EN: "verdict late (due {1})"},

	"verdict_filter.none":    {ZH: "尚未核实", EN: "None yet"},
	"verdict_filter.late":    {ZH: "核实逾期", EN: "None, and late"},
	"verdict_filter.true":    {ZH: "属实", EN: "True"},
	"verdict_filter.untrue":  {ZH: "不属实", EN: "Untrue"},
	"verdict_filter.settled": {ZH: "已化解", EN: "Settled"},
	"verdict_filter.quiet":   {ZH: "静默中", EN: "Quiet"},
}
