package arrears

import (
	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/internal/domain/catalog"
)

func init() { language.Add(arrearsTexts) }

// arrearsTexts are the texts of what remains, the ledger and the instruments.
var arrearsTexts = map[string]catalog.Text{
	"arrears.views": {ZH: "清欠", EN: "Clearing arrears"},
	"arrears.from":  {ZH: "日期（起）", EN: "From"},
	"arrears.until": {ZH: "日期（止）", EN: "Until"},

	"zero.tab":         {ZH: "零欠薪", EN: "Zero arrears"},
	"zero.title":       {ZH: "零欠薪：动态清零", EN: "Zero arrears: what remains today"},
	"zero.summary":     {ZH: "截至 {1}，已过应付日而未付的工资；每笔只计在一个项目或用人单位", EN: "Wages past their day to pay as of {1}; each at one project or employer alone"},
	"zero.all":         {ZH: "合计", EN: "All"},
	"zero.subjects":    {ZH: "欠薪对象", EN: "Subjects that owe"},
	"zero.workers":     {ZH: "被欠人数", EN: "Workers owed"},
	"zero.owed":        {ZH: "欠薪（不含估算）", EN: "Owed, without estimates"},
	"zero.estimated":   {ZH: "另有估算", EN: "Beside it, by estimate"},
	"zero.no_case":     {ZH: "无在办案件", EN: "No case under way"},
	"zero.place":       {ZH: "地区", EN: "Place"},
	"zero.counties":    {ZH: "各县（市、区）", EN: "Counties"},
	"zero.towns":       {ZH: "各乡镇、街道", EN: "Townships"},
	"zero.since":       {ZH: "最早应付日", EN: "Unpaid since"},
	"zero.employers":   {ZH: "欠薪单位", EN: "Who owes"},
	"zero.more":        {ZH: "等 {1} 家", EN: "and others, {1} in all"},
	"zero.clear":       {ZH: "自 {1} 起无欠薪", EN: "clear since {1}"},
	"zero.clear_least": {ZH: "至少自 {1} 起无欠薪（此前无记录）", EN: "clear at least since {1}, when records begin"},
	"zero.nothing":     {ZH: "目前没有查到欠薪", EN: "nothing known to be owed"},
	"zero.unplaced":    {ZH: "所在地不明", EN: "place unknown"},
	"zero.clear_note":  {ZH: "“无欠薪”按每日运行的安薪指数中的欠薪人数判断；没有工资表和考勤的工地可能有未知的欠薪，不等于没有。人数按对象相加，同一人在两处各计一次。", EN: "“Clear” goes by the workers with arrears in each run's index; sites without pay lists and attendance may owe what nobody knows. Workers add up by subject: somebody on two counts twice."},
	"zero.list":        {ZH: "待清零（{1}）：最早的在前", EN: "What remains ({1}), oldest first"},
	"zero.none":        {ZH: "没有待清零的对象。", EN: "Nothing remains."},

	"ledger.tab":          {ZH: "清偿台账", EN: "Ledger of remedies"},
	"ledger.title":        {ZH: "清偿台账：垫付、支付、追回", EN: "Ledger of remedies: advanced, paid, recovered"},
	"ledger.summary":      {ZH: "{1} 至 {2}，{3} 笔", EN: "{1} to {2}: {3} remedies"},
	"ledger.by_county":    {ZH: "按县（市、区）和来源", EN: "By county and source"},
	"ledger.list":         {ZH: "明细（{1}）", EN: "Every remedy ({1})"},
	"ledger.on":           {ZH: "日期", EN: "Date"},
	"ledger.remedy":       {ZH: "来源、措施", EN: "Remedy"},
	"ledger.subject":      {ZH: "对象", EN: "About"},
	"ledger.id":           {ZH: "对象编号", EN: "Id"},
	"ledger.from":         {ZH: "依据", EN: "Told by"},
	"ledger.case":         {ZH: "案件", EN: "Case"},
	"ledger.record":       {ZH: "业务记录", EN: "Record"},
	"ledger.amount":       {ZH: "垫付、动用、申请金额（元）", EN: "Advanced, drawn or asked for (yuan)"},
	"ledger.paid":         {ZH: "支付到农民工（元）", EN: "Reached workers (yuan)"},
	"ledger.recovered":    {ZH: "追回、补足（元）", EN: "Recovered or topped up (yuan)"},
	"ledger.unreported":   {ZH: "未报支付情况", EN: "Payment not reported"},
	"ledger.not_reported": {ZH: "未报", EN: "not reported"},
	"ledger.doubtful":     {ZH: "可能重复，待核", EN: "may be told twice"},
	"ledger.note":         {ZH: "案件中采取的措施与其他系统报送的记录，同一对象、措施、金额且相距不超过60天的，或者案件写明记录编号的，计为一笔；金额不同的两笔都计入并标注待核。", EN: "A remedy of a case and a record of another system count once where subject, remedy and amount are the same within 60 days, or the case names the record. Of other amounts both count, marked to be checked."},
	"ledger.none":         {ZH: "此期间没有垫付、动用或强制执行。", EN: "Nothing was advanced, drawn or enforced in this period."},

	"instruments.tab":       {ZH: "多元化解", EN: "Instruments"},
	"instruments.title":     {ZH: "多元化解：各类程序的使用和效果", EN: "Instruments: how often, how long, what they brought"},
	"instruments.summary":   {ZH: "{1} 至 {2} 启动的程序", EN: "Proceedings opened from {1} to {2}"},
	"instruments.kind":      {ZH: "程序", EN: "Instrument"},
	"instruments.count":     {ZH: "件数", EN: "Count"},
	"instruments.closed":    {ZH: "已结", EN: "Ended"},
	"instruments.mean":      {ZH: "平均天数", EN: "Mean days"},
	"instruments.succeeded": {ZH: "成功", EN: "Succeeded"},
	"instruments.workers":   {ZH: "涉及人数", EN: "Workers"},
	"instruments.opened":    {ZH: "启动", EN: "Opened"},
	"instruments.ended":     {ZH: "结束", EN: "Ended on"},
	"instruments.outcome":   {ZH: "结果", EN: "Outcome"},
	"instruments.list":      {ZH: "明细（{1}）", EN: "Every proceeding ({1})"},
	"instruments.note":      {ZH: "成功：已履行、达成协议、支持请求、判决有罪。平均天数按已结的计算，自启动之日起的日历日。", EN: "Succeeded: fulfilled, settled, upheld or convicted. Mean days are calendar days from opening, of those that ended."},
	"instruments.none":      {ZH: "此期间没有这些程序的记录。", EN: "No such proceeding was recorded in this period."},
}
