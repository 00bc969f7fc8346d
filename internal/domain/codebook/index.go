package codebook

// Enumerations of the index.
const (
	Component      Name = "component"       // of the index, and the cap where a loss is a cap's
	Cap            Name = "cap"             // why a cap applies
	Act            Name = "act"             // what regains points that were lost
	Actor          Name = "actor"           // whose act it is
	IndexSafeguard Name = "index_safeguard" // that is asked of a project
)

var index = map[Name][]entry{
	Component: {
		{"arrears", "欠薪", "Arrears"},
		{"incidence", "欠薪发生", "Incidence"},
		{"timeliness", "按时足额", "Timeliness"},
		{"safeguards", "制度落实", "Safeguards"},
		{"resolution", "动态化解", "Resolution"},
		{"hazard", "隐患", "Hazard"},
		{"cap", "限高分", "Cap"},
	},
	Cap: {
		{"group_incident", "群体性或极端欠薪事件", "a group or extreme incident over arrears"},
		{"order_unmet", "责令支付逾期未履行", "an order to pay has run out unmet"},
		{"silent_months", "在册无记录人员连续两个月达到一成", "a tenth of the workers silent for two ended months"},
		{"silent_workers", "在册无记录人员达到一成", "a tenth of the workers silent"},
	},
	Act: {
		{"pay", "付清被欠工资", "pay the wages owed"},
		{"list_and_pay", "补报工资表并付清", "send the pay list and pay it"},
		{"prove_payment", "补付，或由银行补报支付记录", "pay, or have the bank book what was paid"},
		{"pay_difference", "补足至最低工资", "pay what is missing to the minimum wage"},
		{"wait", "已办但迟延，移出观察期后恢复", "done too late; regained when it leaves the window"},
		{"pay_in_time", "今后按时足额发放，所列月份移出观察期后恢复", "pay in time from now on; regained as these months leave the window"},
		{"send_lists", "补报工资表", "send the pay lists that are missing"},
		{"report_site", "报送考勤和工资表，或更新停工、退场状态", "send attendance and pay lists, or record that nobody works there"},
		{"account_for", "核实去向不明人员", "find out where these workers are"},
		{"end_warning", "消除预警", "end the warning"},
		{"accept_lead", "受理线索", "accept the lead"},
		{"resolve_lead", "办结线索", "resolve the lead"},
		{"conclude_lead", "核实并登记结论", "verify the lead and record what was found"},
		{"obey_order", "履行责令支付", "obey the order to pay"},
		{"open_account", "开立工资专用账户", "open the wage account"},
		{"lodge_deposit", "足额存储工资保证金", "lodge the wage deposit in full"},
		{"fund_labor", "按月足额拨付人工费用", "fund labour cost every month in full"},
		{"register", "实名登记进场人员", "register who works there"},
		{"sign_contracts", "签订劳动合同", "sign labour contracts"},
		{"pay_by_account", "通过工资专用账户发放", "pay from the wage account"},
		{"post_notice", "设立维权信息告示牌", "post the rights notice board"},
		{"appoint_officer", "配备劳资专管员", "appoint a labour and wage officer"},
		{"give_guarantee", "提供工程款支付担保", "give the payment guarantee"},
		{"connect_gate", "接入考勤并保持报送", "connect the gate and keep it sending"},
		{"connect_lists", "按月报送工资表", "send pay lists every month"},
		{"connect_ledger", "接入专户流水并保持报送", "connect the account's ledger and keep it sending"},
	},
	Actor: {
		{"contractor", "施工总承包单位", "general contractor"},
		{"employer", "用人单位", "employer"},
		{"developer", "建设单位", "developer"},
		{"bank", "专户开户银行", "the account's bank"},
		{"department", "线索办理部门", "department that handles the lead"},
		{"time", "无需办理", "nobody's"},
	},
	IndexSafeguard: {
		{"account", "工资专用账户", "wage account"},
		{"deposit", "工资保证金", "wage deposit"},
		{"funding", "人工费用拨付", "labour-cost funding"},
		{"registration", "实名登记", "real-name registration"},
		{"contract", "劳动合同", "labour contracts"},
		{"direct_payment", "专户发放", "payment from the wage account"},
		{"notice_board", "维权信息告示牌", "rights notice board"},
		{"labor_officer", "劳资专管员", "labour officer"},
		{"payment_guarantee", "工程款支付担保", "payment guarantee"},
		{"gate", "考勤报送", "gate connected and alive"},
		{"lists", "工资表报送", "pay lists sent"},
		{"ledger", "专户流水报送", "ledger connected and alive"},
	},
}
