package console

import (
	"strings"

	"github.com/anxin-project/anxin/internal/catalog"
)

// Articles of the Regulation on Ensuring Wage Payment to Migrant Workers (保障农民工工资支付条例, State Council Decree 724)
// and the other rules that detectors cite, in short and in our own words: a reminder beside a warning, not the law's
// text. Keys are as in catalog.Header.Basis.
var articles = map[string]catalog.Text{
	"Reg. 4":  {ZH: "县级以上政府对本行政区域保障工资支付负责；乡镇、街道排查和调处欠薪隐患。", EN: "Governments answer for wage payment in their territory; townships search out and defuse arrears disputes."},
	"Reg. 7":  {ZH: "人社部门组织协调和监督，住建、交通、水利等主管部门按职责履行行业监管责任。", EN: "Human resources co-ordinates and supervises; industry regulators supervise their own industry."},
	"Reg. 10": {ZH: "首问负责：属于本部门职责的依法受理，不属于的及时移送并告知。", EN: "First asked is responsible: accept what is yours, pass on promptly what is not, and tell the complainant."},
	"Reg. 11": {ZH: "工资以货币形式，通过银行转账或现金支付给本人，不得以实物或有价证券代替。", EN: "Wages are paid in money, by transfer or cash, to the worker in person, never in kind."},
	"Reg. 12": {ZH: "按书面约定或依法制定的制度规定的周期和具体日期，足额支付工资。", EN: "Wages are paid in full, at the agreed interval and on the agreed day."},
	"Reg. 13": {ZH: "按月、周、日、小时或计件、完成任务等约定支付周期。", EN: "The pay period is agreed: month, week, day, hour, piece or task."},
	"Reg. 14": {ZH: "支付日期遇法定节假日或休息日的，应当提前支付。", EN: "A pay day that falls on a holiday or rest day is brought forward."},
	"Reg. 15": {ZH: "编制书面工资支付台账，至少保存三年，并由本人签字确认。", EN: "A written pay ledger is kept for at least three years and signed by the worker."},
	"Reg. 16": {ZH: "用人单位拖欠工资的，应当依法予以清偿。", EN: "An employer in arrears must pay them off."},
	"Reg. 23": {ZH: "建设单位应有满足施工所需的资金安排；政府投资项目不得由施工单位垫资。", EN: "The developer must have funding in place; contractors may not finance government projects."},
	"Reg. 24": {ZH: "建设单位提供工程款支付担保，约定人工费用拨付周期，不得超过一个月。", EN: "The developer gives a payment guarantee; labour cost is funded at intervals of at most one month."},
	"Reg. 26": {ZH: "总承包单位应开设农民工工资专用账户，专项用于支付本项目工资。", EN: "The general contractor opens a dedicated wage account, used for this project's wages only."},
	"Reg. 27": {ZH: "银行规范专用账户管理，未按约定拨付人工费用的，报告并纳入预警。", EN: "The bank manages the account and reports late funding, which enters the early-warning system."},
	"Reg. 28": {ZH: "先签订劳动合同、实名登记，后进场施工；配备劳资专管员，建立用工管理台账。", EN: "Contract and real-name registration come before work on site; a labour and wage officer keeps the ledgers."},
	"Reg. 29": {ZH: "建设单位按约定及时拨付工程款，人工费用及时足额拨入专用账户。", EN: "The developer pays on time, and labour cost reaches the wage account in full."},
	"Reg. 30": {ZH: "分包单位对招用的农民工负直接责任；拖欠的，由总承包单位先行清偿。", EN: "The subcontractor is directly responsible; the general contractor pays first and then recovers."},
	"Reg. 31": {ZH: "推行总包代发：按月考核、编制工资表并由本人签字，通过专用账户直付本人银行卡。", EN: "The general contractor pays on the monthly sheet signed by each worker, straight to the worker's own card."},
	"Reg. 32": {ZH: "施工总承包单位按规定存储工资保证金，可用银行保函替代，专项用于清偿欠薪。", EN: "A wage deposit or bank guarantee is lodged, to be used only to pay off arrears."},
	"Reg. 33": {ZH: "专用账户资金和保证金不得因支付工资之外的原因被查封、冻结或者划拨。", EN: "Account and deposit may not be frozen or debited for anything but wages."},
	"Reg. 34": {ZH: "施工现场醒目位置设立维权信息告示牌。", EN: "A rights notice board stands in a visible place on site."},
	"Reg. 35": {ZH: "不得因工程数量、质量、造价等争议拖欠或克扣工资、不拨付人工费用。", EN: "Disputes about quantity, quality or price are no ground for withholding labour cost."},
	"Reg. 36": {ZH: "违法发包、分包给个人或不合法单位导致拖欠的，由建设单位或总承包单位清偿。", EN: "Who lets works unlawfully answers for the arrears that result."},
	"Reg. 37": {ZH: "工程建设项目违反法律法规导致拖欠的，由建设单位清偿。", EN: "Arrears caused by an unlawful project are paid by the developer."},
	"Reg. 38": {ZH: "建立工资支付监控预警平台，对水电燃气、物业、信贷、税收等指标及时监控、提示风险。", EN: "A monitoring platform watches utilities, property, credit and tax indicators and warns of wage risks."},
	"Reg. 43": {ZH: "行业主管部门督办因违法发包、转包、挂靠、拖欠工程款等导致的欠薪。", EN: "Industry regulators press cases of arrears caused by unlawful contracting or unpaid works."},
	"Reg. 54": {ZH: "以实物代替工资、未编制台账、扣押工资卡等，责令限期改正并可罚款。", EN: "Pay in kind, missing ledgers or withheld wage cards are ordered corrected and fined."},
	"Reg. 55": {ZH: "未存储保证金、未实名制管理等，责令限期改正，可责令停工。", EN: "Missing deposit or real-name management is ordered corrected; work may be stopped."},
	"Reg. 57": {ZH: "建设单位未提供支付担保、未按约定拨付人工费用等，责令限期改正，可停工、罚款。", EN: "A developer without guarantee or with late labour cost is ordered to correct; work may be stopped."},
}

// laws are cited by the words that catalog.Header.Basis begins with, mostly followed by the number of an article.
var laws = []struct {
	start      string
	name, text catalog.Text
}{
	{"Labour Inspection Regulation", catalog.Text{ZH: "劳动保障监察条例", EN: "Labour Inspection Regulation"},
		catalog.Text{ZH: "违法案件自立案之日起六十个工作日内办结，经批准可延长三十个工作日。", EN: "An investigation ends within 60 working days of filing, 30 more with approval."}},
	{"MOHRSS Order 45 of 2021", catalog.Text{ZH: "人社部令第45号", EN: "MOHRSS Order 45 of 2021"},
		catalog.Text{ZH: "拖欠农民工工资失信联合惩戒对象名单管理暂行办法：列入、告知、陈述申辩、决定与移出。", EN: "Interim measures on the joint-discipline list: conditions, notice, objection, decision and removal."}},
	{"MOHRSS 2021 No. 65", catalog.Text{ZH: "人社部发〔2021〕65号", EN: "MOHRSS 2021 No. 65"},
		catalog.Text{ZH: "工程建设领域农民工工资保证金规定。", EN: "Rules on the wage deposit."}},
	{"MOHRSS 2016 No. 1", catalog.Text{ZH: "人社部规〔2016〕1号", EN: "MOHRSS 2016 No. 1"},
		catalog.Text{ZH: "企业劳动保障守法诚信等级评价办法。", EN: "Measures on grading employers' compliance."}},
	{"法释〔2013〕3号", catalog.Text{ZH: "法释〔2013〕3号", EN: "Supreme People's Court interpretation 2013 No. 3"},
		catalog.Text{ZH: "最高人民法院关于审理拒不支付劳动报酬刑事案件的解释：“数额较大”的标准，由各省在幅度内确定。", EN: "On refusing to pay: what a large amount is, set by each province within a range."}},
	{"local minimum wage", catalog.Text{ZH: "当地最低工资标准", EN: "Local minimum wage"},
		catalog.Text{ZH: "由省级政府制定，按县（市、区）执行，调整自公布的日期起生效。", EN: "Set by the province for each county, in force from the date it gives."}},
}

// Article is one legal basis of a warning as a page shows it.
type Article struct{ Name, Text string }

// article names a citation in the reader's language and adds what it says in short, where known.
func (l locale) article(citation string) Article {
	if number, ok := strings.CutPrefix(citation, "Reg. "); ok {
		return Article{fill(l, "law.regulation", number), articles[citation].In(string(l))}
	}
	for _, law := range laws {
		rest, ok := strings.CutPrefix(citation, law.start)
		if !ok {
			continue
		}
		name := law.name.In(string(l))
		if number := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(rest), "art.")); number != "" {
			name = fill(l, "law.article", name, number)
		}
		return Article{name, law.text.In(string(l))}
	}
	return Article{Name: citation}
}
