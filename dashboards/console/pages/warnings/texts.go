package warnings

import (
	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/internal/domain/catalog"
)

func init() { language.Add(warningsTexts) }

// warningsTexts are the texts of the warnings and of the detectors.
var warningsTexts = map[string]catalog.Text{
	"sort.worst":  {ZH: "最严重", EN: "Worst first"},
	"sort.newest": {ZH: "最新", EN: "Newest"},
	"sort.since":  {ZH: "持续最久", EN: "Longest lasting"},
	"sort.people": {ZH: "人数最多", EN: "Most workers"},
	"sort.fen":    {ZH: "金额最大", EN: "Largest amount"},

	"warnings.title":    {ZH: "当前预警", EN: "Active warnings"},
	"warnings.summary":  {ZH: "共 {1} 条：红色 {2} 条，黄色 {3} 条", EN: "{1} warnings: {2} red, {3} yellow"},
	"warnings.lasting":  {ZH: "已持续", EN: "Lasting"},
	"warnings.evidence": {ZH: "依据", EN: "Evidence"},
	"warnings.new":      {ZH: "新", EN: "New"},
	"warnings.views":    {ZH: "预警与规则", EN: "Warnings and rules"},

	"verdicts.title":         {ZH: "核实结论", EN: "Verdicts"},
	"verdicts.summary":       {ZH: "共 {1} 条", EN: "{1} verdicts"},
	"verdicts.empty":         {ZH: "没有符合条件的核实结论。", EN: "No such verdicts."},
	"verdicts.all":           {ZH: "查看", EN: "See them"},
	"verdicts.not_given":     {ZH: "以下预警的核实结论未登记", EN: "On these warnings no verdict was recorded"},
	"verdicts.given":         {ZH: "另有 {1} 条已登记。", EN: "{1} others were recorded."},
	"verdicts.none_ticked":   {ZH: "请先勾选 1 至 500 条预警。", EN: "Tick 1 to 500 warnings first."},
	"verdicts.withdrawn":     {ZH: "{1} 于 {2} 撤回", EN: "withdrawn by {1} on {2}"},
	"verdicts.true_share":    {ZH: "属实比例", EN: "Share true"},
	"verdicts.median_days":   {ZH: "核实用时（中位天数）", EN: "Median days to a verdict"},
	"verdicts.in_time_share": {ZH: "按期核实比例", EN: "Share in time"},
	"verdicts.days":          {ZH: "中位 {1} 天", EN: "median {1} days"},
	"verdicts.late":          {ZH: "逾期 {1}", EN: "{1} late"},
	"verdicts.counts":        {ZH: "属实 {1}、已化解 {2}、不属实 {3}、未核实 {4}", EN: "{1} true, {2} settled, {3} untrue, {4} without"},
	"verdicts.note":          {ZH: "当前预警和统计期（由政策设定，默认一年）内解除的预警。属实比例＝（属实＋已化解）÷已核实；按期比例＝按期核实÷（已核实＋逾期未核实）。", EN: "Of warnings that are active or ended within the window (set by policy, a year by default). Share true: true and settled, of all verdicts. Share in time: verdicts in time, of all verdicts and of those that are late."},

	"rulebook.summary":       {ZH: "阈值为 {1} 所用；本辖区当前红色预警 {2} 条，黄色 {3} 条", EN: "Thresholds in force on {1}; {2} red and {3} yellow warnings in this territory"},
	"rulebook.rule":          {ZH: "预警规则", EN: "Detector"},
	"rulebook.in_force":      {ZH: "现行阈值", EN: "In force here"},
	"rulebook.in_force_on":   {ZH: "{1} 所用阈值", EN: "Thresholds in force on {1}"},
	"rulebook.active":        {ZH: "当前预警", EN: "Active"},
	"rulebook.parameter":     {ZH: "参数", EN: "Parameter"},
	"rulebook.where":         {ZH: "适用地区", EN: "Where"},
	"rulebook.country":       {ZH: "全国", EN: "Whole country"},
	"rulebook.value":         {ZH: "数值", EN: "Value"},
	"rulebook.source":        {ZH: "出处", EN: "Source"},
	"rulebook.no_parameters": {ZH: "本规则没有可设的阈值。", EN: "This detector has no threshold to set."},
	"rulebook.evidence":      {ZH: "预警所附数据", EN: "Evidence it gives"},
	"rulebook.history":       {ZH: "历次运行的预警条数", EN: "Warnings over the runs kept"},
	"rulebook.as_of":         {ZH: "数据截至", EN: "As of"},
	"rulebook.failing":       {ZH: "自 {1} 起运行失败", EN: "failing since {1}"},
	"rulebook.failing_long":  {ZH: "本规则自 {1} 起运行失败，此后未重新核对：原有预警维持原状，既未更新也未解除；没有新预警不等于没有问题。", EN: "This detector has failed since {1} and has judged nothing since: its warnings stand as they were, neither renewed nor closed, and that there are no new ones means nothing."},
	"rulebook.failing_why":   {ZH: "失败原因", EN: "Why it failed"},
	"rulebook.note":          {ZH: "阈值由政策文件规定并注明出处，各地可以另定；“红”“黄”一栏的文字按国家默认值写成，以现行阈值为准。", EN: "Thresholds are set by the policy file, each with its source; regions may set others. What is said of red and yellow is written for the national default: the values in force count."},
}
