package codebook

// Enumerations of warnings, their evidence, the index and its editions.
const (
	Level         Name = "level"          // of a warning
	Light         Name = "light"          // of a unit
	Scope         Name = "scope"          // what a warning is about
	Unit          Name = "unit"           // what an index is of
	Group         Name = "group"          // of the catalogue of detectors
	Department    Name = "department"     // who acts on a warning
	AdverseSignal Name = "adverse_signal" // what worsens at an employer
	SiteDuty      Name = "site_duty"      // what a site is to have
	LeadTerm      Name = "lead_term"      // in what a lead is late
	OwedKind      Name = "owed_kind"      // how a wage that is owed is known
	Estimate      Name = "estimate"       // how an estimate of wages was made
	Feed          Name = "feed"           // what a project is to send
	UnheardKind   Name = "unheard_kind"   // registered workers of whom nothing was heard
	AgeBand       Name = "age_band"       // for how long wages have been owed
	TalksGround   Name = "talks_ground"   //
	Measure       Name = "measure"        // reported rates
	Standing      Name = "standing"       // of a rate towards its target
)

var findings = map[Name][]entry{
	Level: {
		{"red", "红", "Red"},
		{"yellow", "黄", "Yellow"},
	},
	Light: {
		{"green", "绿", "Green"},
		{"yellow", "黄", "Yellow"},
		{"red", "红", "Red"},
		{"grey", "样本不足", "Too few"},
	},
	Scope: {
		{"project", "项目", "Project"},
		{"employer", "企业", "Employer"},
		{"township", "乡镇、街道", "Township"},
	},
	Unit: {
		{"township", "乡镇、街道", "Township"},
		{"county", "县（市、区）", "County"},
		{"prefecture", "市（州）", "Prefecture"},
	},
	Group: {
		{"safeguards", "制度落实", "Safeguards"},
		{"payment", "工资支付", "Payment"},
		{"foresight", "风险预见", "Foresight"},
		{"handling", "处置", "Handling"},
	},
	Department: {
		{"human_resources", "人社", "Human resources"},
		{"sector", "项目行业主管部门", "Regulator of the project's industry"},
		{"housing", "住建", "Housing"},
		{"construction", "住建", "Housing"},
		{"transport", "交通", "Transport"},
		{"water", "水利", "Water resources"},
		{"energy", "能源", "Energy"},
		{"railway", "铁路", "Railway"},
		{"aviation", "民航", "Aviation"},
	},
	AdverseSignal: {
		{"utilities", "用水用电用气下降", "water, power or gas use falling"},
		{"insured_headcount", "参保人数下降", "insured headcount falling"},
		{"social_insurance", "欠缴社会保险费", "social insurance in arrears"},
		{"tax", "欠税", "tax in arrears"},
		{"loan", "贷款逾期", "loan overdue"},
		{"property_fee", "物业费逾期", "property fee overdue"},
		{"enforcement", "被法院强制执行", "enforcement by the court"},
		{"legal_person", "法定代表人频繁变更", "legal person changing often"},
	},
	LeadTerm: {
		{"acceptance", "受理", "Acceptance"},
		{"investigation", "查处", "Investigation"},
		{"mediation", "调解", "Mediation"},
		{"arbitration", "仲裁", "Arbitration"},
	},
	SiteDuty: {
		{"notice_board", "维权信息告示牌", "rights notice board"},
		{"labor_officer", "劳资专管员", "labour officer"},
		{"payment_guarantee", "工程款支付担保", "payment guarantee"},
	},
	OwedKind: {
		{"listed", "有工资单", "listed"},
		{"unbooked", "银行无对应支出", "not booked by the bank"},
		{"underlisted", "少列（估算）", "underlisted (estimated)"},
		{"unlisted", "无工资单（估算）", "unlisted (estimated)"},
	},
	Estimate: {
		{"month", "登记的月工资", "the registered monthly wage"},
		{"day", "登记的日工资", "the registered daily wage"},
		{"hour", "登记的小时工资", "the registered hourly wage"},
		{"project_mean", "本项目平均工资", "the project's mean wage"},
		{"employer_mean", "本单位平均工资", "the employer's mean wage"},
		{"minimum_wage", "当地最低工资", "the local minimum wage"},
		{"last_list", "上一期工资表", "the last pay list"},
	},
	Feed: {
		{"gate", "考勤（门禁）", "attendance (gate)"},
		{"ledger", "专户流水", "the wage account's ledger"},
		{"lists", "工资单", "pay lists"},
	},
	UnheardKind: {
		{"silent", "在册无记录", "silent"},
		{"unaccounted", "去向不明", "unaccounted for"},
	},
	AgeBand: {
		{"30", "30天以内", "up to 30 days"},
		{"90", "31至90天", "31 to 90 days"},
		{"365", "91至365天", "91 to 365 days"},
		{"over", "超过365天", "over 365 days"},
	},
	TalksGround: {
		{"red_in_a_row", "连续红灯", "red in consecutive editions"},
		{"red_and_last", "红灯且列县内末位", "red and last in its county"},
	},
	Measure: {
		{"arbitration_closing", "仲裁结案率", "Arbitration cases closed"},
		{"mediation_success", "调解成功率", "Mediations that succeed"},
		{"lead_resolution", "欠薪线索按期办结率", "Leads resolved in time"},
	},
	Standing: {
		{"green", "达到目标", "On target"},
		{"yellow", "达到下限", "In range"},
		{"red", "低于下限", "Below"},
	},
}
