package web

import (
	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/platform/spreadsheet"
)

func init() { language.Add(exportTexts) }

// exportTexts head the columns of exports; the English ones are written as names that programs read.
var exportTexts = map[string]catalog.Text{
	"csv.estimated_yuan":      {ZH: "其中估算（元）", EN: "estimated_yuan"},
	"csv.month":               {ZH: "工资月", EN: "wage_month"},
	"csv.owed_kind":           {ZH: "欠薪类别", EN: "kind"},
	"csv.estimated":           {ZH: "是否估算", EN: "estimated"},
	"csv.estimate":            {ZH: "估算依据", EN: "estimate_by"},
	"csv.days":                {ZH: "出勤（人天）", EN: "days_worked"},
	"csv.payable_yuan":        {ZH: "应付（元）", EN: "payable_yuan"},
	"csv.owed_yuan":           {ZH: "欠薪（元）", EN: "owed_yuan"},
	"csv.due_by":              {ZH: "最迟应付", EN: "due_by"},
	"csv.days_past_due":       {ZH: "已逾期（天）", EN: "days_past_due"},
	"csv.state":               {ZH: "状态", EN: "state"},
	"csv.topic":               {ZH: "主题", EN: "topic"},
	"csv.source":              {ZH: "来源", EN: "source"},
	"csv.reject_reasons_code": {ZH: "拒收原因代码", EN: "reject_reasons_code"},
	"csv.reasons_code":        {ZH: "理由代码", EN: "reasons_code"},
	"csv.level":               {ZH: "级别", EN: "level"},
	"csv.detector":            {ZH: "预警编码", EN: "detector"},
	"csv.title":               {ZH: "预警事项", EN: "title"},
	"csv.scope":               {ZH: "对象类型", EN: "scope"},
	"csv.id":                  {ZH: "对象编号", EN: "scope_id"},
	"csv.name":                {ZH: "名称", EN: "name"},
	"csv.township":            {ZH: "区划代码", EN: "township"},
	"csv.place":               {ZH: "属地", EN: "place"},
	"csv.sector":              {ZH: "行业", EN: "sector"},
	"csv.department":          {ZH: "负责部门", EN: "department"},
	"csv.since":               {ZH: "起始日", EN: "since"},
	"csv.matter":              {ZH: "事项", EN: "matter"},
	"csv.on":                  {ZH: "日期", EN: "on"},
	"csv.days_late":           {ZH: "逾期（天）", EN: "days_late"},
	"csv.leads_open":          {ZH: "在办线索", EN: "leads_open"},
	"csv.leads_late":          {ZH: "超期线索", EN: "leads_late"},
	"csv.cases_open":          {ZH: "在办案件", EN: "cases_open"},
	"csv.cases_late":          {ZH: "逾期案件", EN: "cases_late"},
	"csv.projects_active":     {ZH: "在建项目", EN: "projects"},
	"csv.no_lists":            {ZH: "缺工资表的项目", EN: "projects_without_lists"},
	"csv.opened":              {ZH: "发现日", EN: "opened_on"},
	"csv.workers":             {ZH: "涉及人数", EN: "workers"},
	"csv.yuan":                {ZH: "金额（元）", EN: "yuan"},
	"csv.basis":               {ZH: "法规依据", EN: "basis"},
	"csv.stored_window":       {ZH: "近7天入库", EN: "stored_7_days"},
	"csv.stored_total":        {ZH: "累计入库", EN: "stored_ever"},
	"csv.rejected":            {ZH: "近7天拒收", EN: "rejected_7_days"},
	"csv.rejected_share":      {ZH: "拒收比例", EN: "rejected_share"},
	"csv.reject_reasons":      {ZH: "拒收原因", EN: "reject_reasons"},
	"csv.late_p50":            {ZH: "半数迟报不超过", EN: "late_p50"},
	"csv.afterwards":          {ZH: "记录45天后才入库", EN: "stored_45_days_late"},
	"csv.late_p95":            {ZH: "95%迟报不超过", EN: "late_p95"},
	"csv.latest":              {ZH: "最新记录时间", EN: "latest_record"},
	"csv.evidence":            {ZH: "数据", EN: "evidence"},
	"csv.as_of":               {ZH: "数据截至", EN: "as_of"},
	"csv.rank":                {ZH: "排名", EN: "rank"},
	"csv.code":                {ZH: "区划代码", EN: "code"},
	"csv.light":               {ZH: "灯", EN: "light"},
	"csv.index":               {ZH: "指数", EN: "index"},
	"csv.change":              {ZH: "变化", EN: "change"},
	"csv.monitored":           {ZH: "监测人数", EN: "monitored_workers"},
	"csv.arrears_workers":     {ZH: "欠薪人数", EN: "arrears_workers"},
	"csv.edition":             {ZH: "期号", EN: "edition"},
	"csv.light_from":          {ZH: "原灯", EN: "light_from"},
	"csv.light_to":            {ZH: "现灯", EN: "light_to"},
	"csv.rank_from":           {ZH: "原排名", EN: "rank_from"},
	"csv.rank_to":             {ZH: "现排名", EN: "rank_to"},
	"csv.index_from":          {ZH: "原指数", EN: "index_from"},
	"csv.index_to":            {ZH: "现指数", EN: "index_to"},
	"csv.grade":               {ZH: "等级", EN: "grade"},
	"csv.reasons":             {ZH: "理由", EN: "reasons"},
	"csv.uscc":                {ZH: "统一社会信用代码", EN: "employer_uscc"},
	"csv.projects":            {ZH: "总包在建项目", EN: "projects"},
	"csv.visits_quarter":      {ZH: "本季度检查次数", EN: "visits_quarter"},
	"csv.visits_year":         {ZH: "全年检查次数", EN: "visits_year"},
	"csv.records":             {ZH: "依据记录", EN: "records"},
	"csv.measure":             {ZH: "指标", EN: "measure"},
	"csv.numerator":           {ZH: "分子", EN: "numerator"},
	"csv.denominator":         {ZH: "分母", EN: "denominator"},
	"csv.rate":                {ZH: "比率", EN: "rate"},
	"csv.target":              {ZH: "目标", EN: "target"},
	"csv.red":                 {ZH: "红色预警", EN: "red"},
	"csv.yellow":              {ZH: "黄色预警", EN: "yellow"},
	"csv.started":             {ZH: "开始时间", EN: "started_at"},
	"csv.finished":            {ZH: "结束时间", EN: "finished_at"},
	"csv.kind":                {ZH: "类型", EN: "kind"},
	"csv.catch_up":            {ZH: "补运行", EN: "catch_up"},
	"csv.status":              {ZH: "结果", EN: "status"},
	"csv.attempt":             {ZH: "尝试次数", EN: "attempt"},
	"csv.seconds":             {ZH: "用时（秒）", EN: "seconds"},
	"csv.stages":              {ZH: "各阶段用时", EN: "stages"},
	"csv.warnings":            {ZH: "预警", EN: "warnings"},
	"csv.policy":              {ZH: "政策版本", EN: "policy_version"},
	"csv.run":                 {ZH: "运行编号", EN: "run"},
	"csv.process":             {ZH: "进程", EN: "process"},
	"csv.error":               {ZH: "错误信息", EN: "error"},
}

// exportKinds are the columns of exports that are no text.
var exportKinds = map[string]spreadsheet.Kind{
	"csv.estimated_yuan": spreadsheet.Money, "csv.payable_yuan": spreadsheet.Money, "csv.owed_yuan": spreadsheet.Money, "csv.yuan": spreadsheet.Money,

	"csv.rejected_share": spreadsheet.Share, "csv.rate": spreadsheet.Share,

	"csv.as_of": spreadsheet.Day, "csv.due_by": spreadsheet.Day, "csv.since": spreadsheet.Day, "csv.opened": spreadsheet.Day,
	"csv.month": spreadsheet.Month, "csv.latest": spreadsheet.Time, "csv.started": spreadsheet.Time, "csv.finished": spreadsheet.Time,

	"csv.on": spreadsheet.Day, "csv.days_late": spreadsheet.Number, "csv.leads_open": spreadsheet.Number, "csv.leads_late": spreadsheet.Number, "csv.cases_open": spreadsheet.Number,
	"csv.cases_late": spreadsheet.Number, "csv.projects_active": spreadsheet.Number, "csv.no_lists": spreadsheet.Number,

	"csv.days": spreadsheet.Number, "csv.days_past_due": spreadsheet.Number, "csv.workers": spreadsheet.Number, "csv.stored_window": spreadsheet.Number,
	"csv.stored_total": spreadsheet.Number, "csv.rejected": spreadsheet.Number, "csv.rank": spreadsheet.Number, "csv.index": spreadsheet.Number,
	"csv.change": spreadsheet.Number, "csv.monitored": spreadsheet.Number, "csv.arrears_workers": spreadsheet.Number, "csv.edition": spreadsheet.Number,
	"csv.rank_from": spreadsheet.Number, "csv.rank_to": spreadsheet.Number, "csv.index_from": spreadsheet.Number, "csv.index_to": spreadsheet.Number,
	"csv.projects": spreadsheet.Number, "csv.visits_quarter": spreadsheet.Number, "csv.visits_year": spreadsheet.Number,
	"csv.numerator": spreadsheet.Number, "csv.denominator": spreadsheet.Number, "csv.red": spreadsheet.Number, "csv.yellow": spreadsheet.Number,
	"csv.attempt": spreadsheet.Number, "csv.seconds": spreadsheet.Number, "csv.warnings": spreadsheet.Number,
}

// parameter is a parameter of a page as the sheet about an export tells it.
type parameter struct {
	name catalog.Text
	of   string // enumeration of its codes; empty: none
}

var exportParameters = map[string]parameter{
	"place":      {catalog.Text{ZH: "地区", EN: "Place"}, ""},
	"of":         {catalog.Text{ZH: "类别", EN: "Which"}, ""},
	"q":          {catalog.Text{ZH: "查找", EN: "Find"}, ""},
	"unit":       {catalog.Text{ZH: "单位", EN: "Units"}, "unit"},
	"prefecture": {catalog.Text{ZH: "市（州）", EN: "Prefecture"}, ""},
	"county":     {catalog.Text{ZH: "县（市、区）", EN: "County"}, ""},
	"township":   {catalog.Text{ZH: "乡镇、街道", EN: "Township"}, ""},
	"light":      {catalog.Text{ZH: "灯", EN: "Light"}, "light"},
	"level":      {catalog.Text{ZH: "级别", EN: "Level"}, "level"},
	"detector":   {catalog.Text{ZH: "预警编码", EN: "Detector"}, ""},
	"scope":      {catalog.Text{ZH: "对象", EN: "About"}, "scope"},
	"department": {catalog.Text{ZH: "负责部门", EN: "Department"}, "department"},
	"sector":     {catalog.Text{ZH: "行业", EN: "Industry"}, "sector"},
	"grade":      {catalog.Text{ZH: "等级", EN: "Grade"}, ""},
	"due":        {catalog.Text{ZH: "应检查", EN: "To be visited"}, "due"},
	"topic":      {catalog.Text{ZH: "主题", EN: "Topic"}, "topic"},
	"fault":      {catalog.Text{ZH: "问题", EN: "Fault"}, "fault"},
	"kind":       {catalog.Text{ZH: "类型", EN: "Kind"}, "run_kind"},
	"status":     {catalog.Text{ZH: "结果", EN: "Outcome"}, "run_status"},
}
