package suggest

import (
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/codebook"
)

// headings are what offices, banks and platforms call the fields of the contract, without blanks, brackets and capitals. What a
// topic calls otherwise stands under TOPIC.FIELD. Earlier ones fit better.
var headings = map[string][]string{
	"id": {"流水号", "交易流水号", "业务流水号", "记录编号", "单据号", "明细编号", "回单编号", "单号", "recordid", "id", "transactionid", "serialnumber", "reference"},
	"recorded_at": {"制单时间", "上传时间", "更新时间", "录入时间", "创建时间", "登记时间", "记录时间", "推送时间", "同步时间", "修改时间", "填报时间",
		"recordedat", "updatedat", "uploadedat", "createdat", "timestamp"},
	"version": {"版本号", "版本", "version"},

	"id_type": {"证件类型", "证件种类", "证件名称", "idtype", "documenttype", "idcardtype", "papertype"},
	"id_number": {"身份证号码", "身份证号", "公民身份号码", "证件号码", "证件号", "身份证", "idnumber", "idcardnumber", "idcardno", "idcard", "idno",
		"identitynumber", "documentnumber", "nationalid"},
	"name":           {"姓名", "工人姓名", "人员姓名", "员工姓名", "民工姓名", "workername", "fullname", "name"},
	"projects.name":  {"项目名称", "工程名称", "projectname", "name"},
	"permits.name":   {"工程名称", "项目名称", "projectname", "name"},
	"employers.name": {"企业名称", "单位名称", "公司名称", "用人单位名称", "employername", "companyname", "company", "name"},
	"phone":          {"手机号码", "手机号", "联系电话", "联系方式", "电话", "mobilephone", "mobile", "phone", "tel"},
	"bank_account":   {"工资卡号", "银行卡号", "银行账号", "工资账号", "收款账号", "卡号", "账号", "bankaccount", "accountnumber", "cardnumber"},
	"team":           {"班组名称", "所在班组", "班组", "team", "crew"},
	"job":            {"工种", "岗位", "职务", "job", "trade", "position"},

	"project_id":    {"项目编码", "项目编号", "工程编码", "工程编号", "项目代码", "projectid", "projectcode", "projectno"},
	"projects.id":   {"项目编码", "项目编号", "工程编码", "工程编号", "项目代码", "projectid", "projectcode", "projectno", "id"},
	"employer_uscc": {"统一社会信用代码", "单位统一社会信用代码", "用工单位信用代码", "企业信用代码", "社会信用代码", "信用代码", "用人单位代码", "employeruscc", "uscc", "creditcode", "employercode"},
	"employers.id":  {"统一社会信用代码", "社会信用代码", "信用代码", "uscc", "creditcode", "id"},
	"township":      {"行政区划代码", "区划代码", "所属乡镇代码", "乡镇代码", "townshipcode", "divisioncode", "township"},

	"contract_signed_on":          {"劳动合同签订日期", "合同签订日期", "签订日期", "签约日期", "contractsignedon", "contractdate"},
	"entered_on":                  {"进场日期", "入场日期", "入职日期", "进场时间", "入职时间", "enteredon", "startdate", "hiredate"},
	"left_on":                     {"退场日期", "离场日期", "离职日期", "退场时间", "离职时间", "lefton", "leavedate", "enddate"},
	"settled_on":                  {"结清日期", "结算日期", "settledon"},
	"settled_confirmed":           {"结清确认", "是否结清", "结算确认", "settledconfirmed", "settled"},
	"wage_basis":                  {"计薪方式", "计酬方式", "工资计算方式", "计价方式", "wagebasis", "paybasis"},
	"wage_yuan":                   {"工资标准", "约定工资", "工资单价", "日工资", "月工资", "单价", "wageyuan", "wagerate", "rate"},
	"projects.contract_signed_on": {"合同签订日期", "施工合同签订日期", "签订日期", "contractsignedon", "contractdate"},

	"work_date": {"考勤日期", "出勤日期", "打卡日期", "工作日期", "日期", "通行时间", "打卡时间", "刷卡时间", "考勤时间", "workdate", "attendancedate", "date"},
	"check_in":  {"进场时间", "上班时间", "签到时间", "上班打卡", "首次打卡", "入场时间", "进门时间", "checkin", "checkintime", "clockin", "timein", "intime"},
	"check_out": {"出场时间", "下班时间", "签退时间", "下班打卡", "末次打卡", "离场时间", "出门时间", "checkout", "checkouttime", "clockout", "timeout", "outtime"},
	"hours":     {"出勤工时", "工作时长", "出勤时长", "工时", "小时数", "workinghours", "workhours", "hours"},
	"device":    {"考勤设备", "进场设备", "设备名称", "设备编号", "闸机", "设备", "device", "gate"},

	"wage_month":     {"工资月份", "工资所属月份", "所属月份", "工资月", "发放月份", "月份", "wagemonth", "payperiod", "paymonth", "month"},
	"due_on":         {"应发日期", "应发放日期", "应付日期", "约定发放日期", "约定支付日期", "dueon", "duedate", "payday"},
	"gross_yuan":     {"应发金额", "应发工资", "应发合计", "应付工资", "工资总额", "应发", "grossyuan", "grosspay", "grosswage", "gross"},
	"deducted_yuan":  {"代扣金额", "扣款合计", "应扣合计", "扣除合计", "代扣代缴", "扣款", "代扣", "扣除", "deductedyuan", "totaldeductions", "deductions", "deducted"},
	"payable_yuan":   {"实发金额", "实发工资", "实发合计", "应实发", "实发", "净额", "payableyuan", "netpay", "netwage", "payable", "net"},
	"paid_yuan":      {"已付金额", "已发金额", "实付金额", "已支付金额", "实际支付", "到账金额", "代发金额", "已发放", "交易金额", "paidyuan", "paidamount", "amountpaid", "paid"},
	"paid_on":        {"入账日期", "到账日期", "支付日期", "付款日期", "发放日期", "交易日期", "发放时间", "paidon", "paymentdate", "paiddate"},
	"channel":        {"发放方式", "支付方式", "发放渠道", "channel", "paymentmethod"},
	"payee_account":  {"收款账号", "收款账户", "收款人账号", "工资卡号", "银行卡号", "银行账号", "卡号", "账号", "payeeaccount", "bankaccount", "accountnumber", "cardnumber"},
	"signed":         {"本人签字", "领款人签字", "是否签字", "签字", "签名", "签领", "signed", "signature"},
	"tax_yuan":       {"个人所得税", "代扣个税", "个税", "taxyuan", "incometax", "tax"},
	"insurance_yuan": {"代扣社保", "社会保险", "社保", "insuranceyuan", "socialinsurance", "insurance"},

	"account_id":   {"专户账号", "本方账号", "账户号", "账号", "accountid", "accountnumber", "account"},
	"booked_at":    {"交易时间", "记账时间", "入账时间", "交易日期时间", "交易日期", "记账日期", "bookedat", "transactiontime", "transactiondate"},
	"kind":         {"交易类型", "业务类型", "收支类型", "款项性质", "kind", "type"},
	"reason":       {"摘要", "用途", "附言", "备注", "reason", "memo", "remark"},
	"yuan":         {"交易金额", "发生额", "金额", "yuan", "amount"},
	"balance_yuan": {"账户余额", "交易后余额", "余额", "balanceyuan", "balance"},
	"counterparty": {"对方户名", "对方名称", "对方单位", "counterparty"},

	"complaints.id":        {"线索编号", "工单编号", "受理编号", "案件编号", "id"},
	"complaints.channel":   {"线索来源", "来源渠道", "受理渠道", "渠道", "channel"},
	"complaints.status":    {"办理状态", "处理状态", "状态", "status"},
	"complaints.yuan":      {"涉及金额", "欠薪金额", "反映金额", "金额", "yuan", "amount"},
	"workers":              {"涉及人数", "欠薪人数", "人数", "workers", "headcount"},
	"received_on":          {"受理日期", "收到日期", "登记日期", "反映日期", "来件日期", "receivedon"},
	"status_on":            {"状态日期", "办理日期", "更新日期", "statuson"},
	"incident":             {"事件类型", "是否群体性", "incident"},
	"resolved_on":          {"办结日期", "resolvedon"},
	"complaints.paid_yuan": {"已追回金额", "已支付金额", "清偿金额", "paidyuan"},

	"proceedings.id":     {"案号", "文书号", "案件编号", "id"},
	"proceedings.kind":   {"程序类型", "案件类型", "类型", "kind"},
	"opened_on":          {"立案日期", "受理日期", "下达日期", "openedon"},
	"closed_on":          {"结案日期", "closedon"},
	"outcome":            {"处理结果", "结果", "outcome"},
	"complaint_id":       {"线索编号", "工单编号", "complaintid"},
	"proceedings.due_on": {"限期", "期限至", "履行期限", "dueon"},

	"projects.sector":       {"行业类别", "项目类别", "行业", "sector"},
	"permits.sector":        {"行业类别", "项目类别", "行业", "sector"},
	"investment":            {"投资类型", "投资性质", "资金来源", "investment"},
	"developer_uscc":        {"建设单位统一社会信用代码", "建设单位信用代码", "建设单位代码", "developeruscc"},
	"contractor_uscc":       {"施工总承包单位信用代码", "总包单位统一社会信用代码", "施工单位统一社会信用代码", "总包单位信用代码", "施工单位信用代码", "contractoruscc"},
	"contractor_name":       {"施工总承包单位", "总包单位名称", "总包单位", "施工单位", "contractorname", "contractor"},
	"contract_yuan":         {"合同价", "合同金额", "合同价款", "工程造价", "contractyuan", "contractamount"},
	"permit_on":             {"许可证发证日期", "发证日期", "许可日期", "permiton"},
	"permits.id":            {"施工许可证号", "许可证编号", "许可证号", "permitno", "id"},
	"started_on":            {"开工日期", "实际开工日期", "startedon"},
	"completed_on":          {"竣工日期", "完工日期", "completedon"},
	"projects.status":       {"项目状态", "工程状态", "状态", "status"},
	"pay_day":               {"工资发放日", "发薪日", "payday"},
	"labor_cost_day":        {"人工费拨付日", "人工费拨付日期", "laborcostday"},
	"labor_cost_yuan":       {"人工费金额", "月人工费", "人工费", "laborcostyuan"},
	"account.id":            {"专户账号", "工资专户账号", "专用账户账号", "accountid"},
	"account.opened_on":     {"专户开立日期", "开户日期"},
	"account.bank":          {"开户银行", "开户行", "bank"},
	"deposit.form":          {"保证金形式", "保证金缴存方式"},
	"deposit.yuan":          {"保证金金额", "保证金"},
	"deposit.lodged_on":     {"保证金缴存日期"},
	"deposit.valid_until":   {"保函有效期", "保函到期日"},
	"payment_guarantee":     {"工程款支付担保", "支付担保", "paymentguarantee"},
	"notice_board":          {"维权信息告示牌", "维权告示牌", "告示牌", "noticeboard"},
	"labor_officer":         {"劳资专管员", "是否配备劳资专管员", "laborofficer"},
	"industry":              {"行业门类", "所属行业", "行业代码", "行业", "industry"},
	"legal_person":          {"法定代表人", "法人代表", "负责人", "legalperson"},
	"legal_person_id":       {"法定代表人身份证号", "法人身份证号", "legalpersonid"},
	"headcount":             {"用工人数", "职工人数", "从业人数", "headcount"},
	"employers.status":      {"登记状态", "经营状态", "企业状态", "status"},
	"signals.month":         {"所属月份", "月份", "month"},
	"voices.month":          {"工资月份", "月份", "month"},
	"said_on":               {"反馈日期", "answeredon", "saidon"},
	"answer":                {"反馈", "到账情况", "answer"},
	"indicator":             {"指标", "指标名称", "indicator"},
	"value":                 {"数值", "指标值", "value"},
	"closures.closed_on":    {"办结日期", "关闭日期", "closedon"},
	"proceedings.paid_yuan": {"已支付金额", "已履行金额", "paidyuan"},
}

// Columns that make an id together, where no one column is one.
var batches, lineNumbers = []string{"批次号", "批次编号", "批号", "batchno", "batch"}, []string{"序号", "行号", "编号", "no", "seq", "lineno"}

// hints are words of titles, headings and file names that tell the topic.
var hints = map[record.Topic][]string{
	record.TopicPayroll:        {"工资表", "工资发放", "代发", "工资明细", "薪资", "payroll", "wages", "payslip"},
	record.TopicAttendance:     {"考勤", "打卡", "出勤", "闸机", "attendance", "timesheet"},
	record.TopicWorkers:        {"花名册", "实名制登记", "实名登记", "人员名单", "用工登记", "roster", "registration", "workers"},
	record.TopicAccountEntries: {"专户流水", "交易明细", "账户明细", "对账单", "流水", "statement", "ledger"},
	record.TopicComplaints:     {"线索", "投诉", "信访", "工单", "complaint"},
	record.TopicProceedings:    {"仲裁", "责令", "立案", "处罚", "案件", "proceeding"},
	record.TopicProjects:       {"项目台账", "在建项目", "工程项目", "项目清单", "projects"},
	record.TopicEmployers:      {"企业名单", "企业台账", "用人单位名单", "employers"},
	record.TopicPermits:        {"施工许可", "许可证", "permit"},
	record.TopicVoices:         {"到账反馈", "工资反馈", "voices"},
	record.TopicSignals:        {"用电", "用水", "用气", "社保欠费", "signals"},
}

// vocabularies are the enumerations of fields, by TOPIC.FIELD or FIELD.
var vocabularies = map[string]codebook.Name{
	"id_type": codebook.IDType, "wage_basis": codebook.WageBasis, "payroll.channel": codebook.PayChannel, "account_entries.kind": codebook.EntryKind,
	"complaints.channel": codebook.LeadChannel, "complaints.status": codebook.LeadStatus, "incident": codebook.Incident, "conclusion": codebook.Conclusion,
	"proceedings.kind": codebook.Proceeding, "outcome": codebook.Outcome, "sector": codebook.Sector, "investment": codebook.Investment,
	"projects.status": codebook.ProjectStatus, "employers.status": codebook.EmployerStatus, "industry": codebook.Industry, "deposit.form": codebook.DepositForm,
	"indicator": codebook.Indicator, "closures.reason": codebook.ClosureReason, "answer": codebook.VoiceAnswer,
}

// otherWords are what offices also say for codes of those enumerations.
var otherWords = map[codebook.Name]map[string]string{
	codebook.IDType: {"身份证": "resident", "二代身份证": "resident", "居民身份证": "resident", "01": "resident", "港澳居民来往内地通行证": "hk_macau", "港澳居民居住证": "hk_macau", "回乡证": "hk_macau",
		"台湾居民来往大陆通行证": "taiwan", "台湾居民居住证": "taiwan", "台胞证": "taiwan", "护照": "foreign", "外国人永久居留身份证": "foreign", "passport": "foreign", "identity card": "resident"},
	codebook.PayChannel: {"专户代发": "special_account", "专户": "special_account", "工资专户": "special_account", "农民工工资专用账户": "special_account", "银行代发": "special_account",
		"企业账户": "employer_account", "公司账户": "employer_account", "基本户": "employer_account", "现金发放": "cash", "实物": "in_kind"},
	codebook.WageBasis: {"月": "month", "计月": "month", "月工资": "month", "日": "day", "天": "day", "计日": "day", "计时": "hour", "小时": "hour", "计件工资": "piece", "计量": "piece"},
	codebook.EntryKind: {"人工费": "labor_cost_in", "人工费拨付": "labor_cost_in", "拨入人工费": "labor_cost_in", "代发工资": "wage_out", "工资发放": "wage_out", "发放工资": "wage_out", "工资代发": "wage_out",
		"利息": "interest_in", "结息": "interest_in", "退款": "refund_in", "退汇": "refund_in", "手续费": "fee_out", "账户管理费": "fee_out"},
}

// yesWords and noWords are answers, each with its opposite in the other list; a tick is a yes.
var (
	yesWords = []string{"是", "有", "已", "√", "✓", "✔", "已签", "已签字", "已确认", "已结清", "Y", "Yes", "yes", "YES", "y", "true", "TRUE", "1"}
	noWords  = []string{"否", "无", "未", "×", "✗", "✘", "未签", "未签字", "未确认", "未结清", "N", "No", "no", "NO", "n", "false", "FALSE", "0"}
)

// tick is a sign of an attendance sheet and the hours that it stands for; null where somebody was there, and nobody wrote down
// how long.
type tick struct{ sign, hours, unsure string }

const (
	halfDay = "half a day is taken for 4 hours"
	eitherX = "some sites mean the opposite by this sign"
)

var ticks = func() (all []tick) {
	for _, group := range []struct {
		signs         []string
		hours, unsure string
	}{
		{[]string{"√", "✓", "✔", "出", "勤", "全", "出勤", "全天", "P"}, "null", ""},
		{[]string{"V", "v", "●", "○"}, "null", eitherX},
		{[]string{"上午", "下午", "上", "下", "半", "半天", "△"}, "4", halfDay},
		{[]string{"休", "假", "病", "事", "旷", "缺", "缺勤", "休息", "请假", "病假", "事假", "旷工", "A"}, "0", ""},
		{[]string{"×", "✗", "X", "x"}, "0", eitherX},
	} {
		for _, sign := range group.signs {
			all = append(all, tick{sign, group.hours, group.unsure})
		}
	}
	return all
}()

// blanks are what people write for nothing.
var blanks = []string{"-", "--", "—", "——", "/", "\\", "N/A", "n/a", "NULL", "null", "#N/A"}

// endings begin the lines below a table that are no records; those with a star go on.
var endings = []string{"合计", "总计", "小计", "本页小计", "本页合计", "累计", "Total", "Subtotal", "合计*", "总计*", "小计*", "制表*", "审核*", "填表*", "负责人*", "单位负责人*", "项目负责人*", "经办人*", "复核*", "劳资专管员*", "项目经理*",
	"备注：*", "说明：*", "注：*", "本表*", "Total*", "Prepared by*"}
