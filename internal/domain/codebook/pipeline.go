package codebook

// Enumerations of the feed and of runs.
const (
	Topic      Name = "topic"       //
	Reject     Name = "reject"      // why a message was refused
	Fault      Name = "fault"       // what is wrong with a feed
	RunKind    Name = "run_kind"    //
	RunStatus  Name = "run_status"  //
	RunStage   Name = "run_stage"   //
	YesNo      Name = "yes_no"      //
	StageState Name = "stage_state" // of what goes on before the first run
)

var pipeline = map[Name][]entry{
	Topic: {
		{"projects", "项目登记", "Projects"},
		{"employers", "用人单位登记", "Employers"},
		{"workers", "实名登记", "Real-name registrations"},
		{"attendance", "考勤", "Attendance"},
		{"payroll", "工资单", "Pay slips"},
		{"account_entries", "专户流水", "Wage-account entries"},
		{"complaints", "欠薪线索", "Leads"},
		{"proceedings", "处置程序", "Proceedings"},
		{"signals", "经营异常信号", "Operating signals"},
		{"permits", "施工许可", "Permits"},
		{"closures", "欠薪销号", "Closures"},
		{"voices", "工资到账反馈", "Voices"},
	},
	Reject: {
		{"too_large", "消息过长", "Too long"},
		{"not_json", "不是 JSON", "Not JSON"},
		{"missing_field", "缺少字段", "Field missing"},
		{"bad_type", "类型不符", "Wrong type"},
		{"bad_value", "值无效", "Invalid value"},
		{"bad_checksum", "校验码错误", "Wrong check digit"},
		{"unknown_enum", "未知代码值", "Unknown code"},
		{"future_record", "时间在未来", "From the future"},
		{"inconsistent", "前后矛盾", "Contradictory"},
	},
	Fault: {
		{"none", "正常", "Good"},
		{"any", "有问题", "With a fault"},
		{"silent", "停报", "Silent"},
		{"rejects", "拒收多", "Refused"},
		{"late", "迟报", "Late"},
		{"goneaway", "已停用", "Switched off"},
	},
	RunKind: {
		{"fast", "日间", "Fast"},
		{"nightly", "夜间", "Nightly"},
		{"daily", "每日指数", "Daily index"},
		{"monthly", "月度版", "Monthly edition"},
		{"manual", "人工", "By hand"},
	},
	RunStatus: {
		{"running", "运行中", "Running"},
		{"done", "完成", "Done"},
		{"failed", "失败", "Failed"},
		{"interrupted", "中断", "Interrupted"},
	},
	RunStage: {
		{"snapshot", "取数", "snapshot"},
		{"detectors", "检测", "detectors"},
		{"index", "指数", "index"},
		{"publish", "发布", "publish"},
		{"edition", "月度版", "edition"},
	},
	YesNo: {
		{"yes", "是", "yes"},
		{"no", "否", "no"},
	},
	StageState: {
		{"waiting", "等待", "waiting"},
		{"running", "进行中", "running"},
		{"finished", "完成", "done"},
		{"failed", "失败", "failed"},
	},
}
