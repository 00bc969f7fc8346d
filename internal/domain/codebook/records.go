package codebook

// Enumerations of the record contract.
const (
	Sector         Name = "sector"          // of a project; of an employer the section letter of its industry
	Industry       Name = "industry"        // sections of GB/T 4754
	Investment     Name = "investment"      //
	ProjectStatus  Name = "project_status"  //
	EmployerStatus Name = "employer_status" //
	DepositForm    Name = "deposit_form"    //
	IDType         Name = "id_type"         //
	WageBasis      Name = "wage_basis"      //
	PayChannel     Name = "pay_channel"     //
	EntryKind      Name = "entry_kind"      // of the wage account
	LeadChannel    Name = "lead_channel"    //
	LeadStatus     Name = "lead_status"     //
	Conclusion     Name = "conclusion"      // what was found of a lead
	Incident       Name = "incident"        //
	Proceeding     Name = "proceeding"      //
	Outcome        Name = "outcome"         // of a proceeding
	OrderOutcome   Name = "order_outcome"   // of an order or decision to pay, which is not won or lost but obeyed or not
	Indicator      Name = "indicator"       // operating signals
	ClosureReason  Name = "closure_reason"  //
	VoiceAnswer    Name = "voice_answer"    // to "was this month's wage paid?"
)

var projectSectors = []entry{
	{"construction", "房建市政", "Construction"},
	{"transport", "交通", "Transport"},
	{"water", "水利", "Water"},
	{"energy", "能源", "Energy"},
	{"railway", "铁路", "Railway"},
	{"aviation", "民航", "Aviation"},
	{"other", "其他", "Other"},
}

var industries = []entry{
	{"A", "农林牧渔业", "Agriculture"},
	{"B", "采矿业", "Mining"},
	{"C", "制造业", "Manufacturing"},
	{"D", "电热燃气水", "Utilities"},
	{"E", "建筑业", "Building"},
	{"F", "批发零售业", "Trade"},
	{"G", "交通运输仓储", "Transport and storage"},
	{"H", "住宿餐饮业", "Hotels and catering"},
	{"I", "信息技术服务", "Information technology"},
	{"J", "金融业", "Finance"},
	{"K", "房地产业", "Real estate"},
	{"L", "租赁商务服务", "Leasing and business services"},
	{"M", "科研技术服务", "Research and technical services"},
	{"N", "水利环境公共设施", "Environment and public facilities"},
	{"O", "居民服务修理", "Personal services and repair"},
	{"P", "教育", "Education"},
	{"Q", "卫生社会工作", "Health and social work"},
	{"R", "文化体育娱乐", "Culture, sport and entertainment"},
	{"S", "公共管理", "Public administration"},
	{"T", "国际组织", "International organisations"},
}

var records = map[Name][]entry{
	Sector:   append(append([]entry{}, projectSectors...), industries...),
	Industry: industries,
	Investment: {
		{"government", "政府投资", "Government"},
		{"state_owned", "国有企业投资", "State-owned"},
		{"private", "社会投资", "Private"},
	},
	ProjectStatus: {
		{"preparing", "筹备", "Preparing"},
		{"building", "在建", "Building"},
		{"suspended", "停工", "Suspended"},
		{"completed", "已完工", "Completed"},
		{"settled", "已结清", "Settled"},
	},
	EmployerStatus: {
		{"active", "存续", "Active"},
		{"suspended", "停业", "Suspended"},
		{"dissolving", "注销中", "Dissolving"},
		{"dissolved", "已注销", "Dissolved"},
		{"revoked", "已吊销", "Revoked"},
	},
	DepositForm: {
		{"cash", "现金", "cash"},
		{"guarantee", "银行保函", "bank guarantee"},
		{"insurance", "保证保险", "surety insurance"},
		{"waived", "免存", "waived"},
	},
	IDType: {
		{"resident", "居民身份证", "resident identity card"},
		{"hk_macau", "港澳居民证件", "papers of Hong Kong and Macau residents"},
		{"taiwan", "台湾居民证件", "papers of Taiwan residents"},
		{"foreign", "外国人证件", "foreigner's papers"},
	},
	WageBasis: {
		{"month", "月薪", "by the month"},
		{"day", "日薪", "by the day"},
		{"hour", "时薪", "by the hour"},
		{"piece", "计件", "by the piece"},
	},
	PayChannel: {
		{"special_account", "工资专用账户", "wage account"},
		{"employer_account", "用人单位账户", "employer's own account"},
		{"cash", "现金", "cash"},
		{"in_kind", "实物", "in kind"},
	},
	EntryKind: {
		{"labor_cost_in", "人工费拨入", "labour cost in"},
		{"wage_out", "工资支出", "wages out"},
		{"interest_in", "利息", "interest in"},
		{"refund_in", "退回", "refund in"},
		{"other_in", "其他收入", "other in"},
		{"other_out", "其他支出", "other out"},
		{"fee_out", "银行手续费", "bank fee"},
		{"frozen", "冻结", "frozen"},
		{"unfrozen", "解冻", "released"},
	},
	LeadChannel: {
		{"hotline", "12345 热线", "Hotline"},
		{"national_platform", "全国欠薪线索平台", "National platform"},
		{"online", "网络", "Online"},
		{"petition", "信访", "Petition"},
		{"window", "窗口", "Counter"},
		{"phone", "电话", "Phone"},
		{"media", "媒体", "Media"},
		{"inspection", "检查", "Inspection"},
	},
	LeadStatus: {
		{"received", "已收到", "Received"},
		{"transferred", "已转办", "Passed on"},
		{"accepted", "已受理", "Accepted"},
		{"mediating", "调解中", "Mediating"},
		{"investigating", "调查中", "Investigating"},
		{"ordered", "已责令支付", "Ordered to pay"},
		{"resolved", "已办结", "Resolved"},
		{"rejected", "不予受理", "Rejected"},
		{"withdrawn", "已撤回", "Withdrawn"},
	},
	Conclusion: {
		{"true", "属实", "true"},
		{"partly_true", "部分属实", "partly true"},
		{"untrue", "不属实", "untrue"},
		{"settled", "已化解", "settled"},
		{"duplicate", "重复反映", "duplicate"},
		{"works_price", "工程款纠纷", "a dispute about the price of works"},
		{"fabricated", "虚构欠薪", "fabricated"},
		{"out_of_scope", "不属受理范围", "out of scope"},
	},
	Incident: {
		{"none", "无", "None"},
		{"group", "群体性事件", "Group incident"},
		{"extreme", "极端事件", "Extreme incident"},
	},
	Proceeding: {
		{"rectification_order", "责令限期支付", "Order to pay"},
		{"administrative_decision", "行政处理决定", "Administrative decision"},
		{"mediation", "调解", "Mediation"},
		{"arbitration", "仲裁", "Arbitration"},
		{"payment_order", "支付令", "Payment order"},
		{"judicial_confirmation", "司法确认", "Judicial confirmation"},
		{"supported_suit", "支持起诉", "Supported suit"},
		{"procuratorial_hearing", "检察听证", "Procuratorial hearing"},
		{"legal_aid", "法律援助", "Legal aid"},
		{"enforcement", "申请法院强制执行", "Enforcement by the court"},
		{"criminal_referral", "移送公安机关", "Criminal referral"},
		{"deposit_draw", "动用工资保证金", "Wage deposit drawn on"},
		{"emergency_fund", "应急周转金垫付", "Advance from the emergency fund"},
		{"advance_payment", "先行垫付、先行清偿", "Paid first by another who answers for it"},
		{"additional_compensation", "加付赔偿金", "Additional compensation"},
	},
	Outcome: {
		{"fulfilled", "已履行", "fulfilled"},
		{"settled", "达成协议", "settled"},
		{"failed", "未成", "failed"},
		{"upheld", "支持", "upheld"},
		{"dismissed", "驳回", "dismissed"},
		{"withdrawn", "撤回", "withdrawn"},
		{"convicted", "有罪", "convicted"},
		{"acquitted", "无罪", "acquitted"},
	},
	OrderOutcome: {
		{"fulfilled", "已履行", "fulfilled"},
		{"settled", "达成协议", "settled"},
		{"failed", "未履行", "not obeyed"},
		{"upheld", "维持", "upheld"},
		{"dismissed", "驳回", "dismissed"},
		{"withdrawn", "撤销", "taken back"},
		{"convicted", "有罪", "convicted"},
		{"acquitted", "无罪", "acquitted"},
	},
	Indicator: {
		{"electricity_kwh", "用电（千瓦时）", "Electricity (kWh)"},
		{"water_m3", "用水（立方米）", "Water (m³)"},
		{"gas_m3", "用气（立方米）", "Gas (m³)"},
		{"insured_headcount", "参保人数", "Insured headcount"},
		{"social_insurance_arrears_months", "欠缴社保（月）", "Insurance arrears (months)"},
		{"tax_arrears_yuan", "欠税（元）", "Tax arrears (yuan)"},
		{"loan_overdue_days", "贷款逾期（天）", "Loan overdue (days)"},
		{"property_fee_overdue_days", "物业费逾期（天）", "Property fee overdue (days)"},
		{"enforcement_yuan", "被执行金额（元）", "Enforcement (yuan)"},
		{"legal_person_changes", "法定代表人变更（次）", "Changes of legal person"},
	},
	ClosureReason: {
		{"paid_otherwise", "已以其他方式支付", "paid otherwise"},
		{"not_wages", "不属工资", "no wages"},
		{"duplicate", "重复计算", "counted twice"},
		{"court_decision", "法院裁判", "decided by a court"},
		{"withdrawn_verified", "经核实撤回", "withdrawn, and verified"},
		{"other", "其他", "other"},
	},
	VoiceAnswer: {
		{"paid", "已发", "paid"},
		{"partly", "发了一部分", "paid in part"},
		{"unpaid", "没发", "not paid"},
		{"not_due", "还没到发薪日", "not due yet"},
	},
}

// OfOutcome returns the words for the outcome of a proceeding of a kind: an order to pay does not fail, it is not obeyed.
func OfOutcome(kind, outcome, lang string) string {
	if kind == "rectification_order" || kind == "administrative_decision" {
		return In(OrderOutcome, outcome, lang)
	}
	return In(Outcome, outcome, lang)
}
