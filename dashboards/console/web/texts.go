package web

import (
	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/internal/domain/catalog"
)

func init() { language.Add(sharedTexts) }

// sharedTexts are the texts of the layout, of failures and of what pages of several rooms say.
var sharedTexts = map[string]catalog.Text{
	"brand":      {ZH: "安薪", EN: "Anxin 安薪"},
	"brand.line": {ZH: "欠薪监测预警", EN: "Wage-arrears early warning"},

	"nav.label":    {ZH: "主导航", EN: "Main"},
	"nav.skip":     {ZH: "跳到正文", EN: "Skip to content"},
	"nav.print":    {ZH: "打印", EN: "Print"},
	"nav.badge":    {ZH: "{1} 项逾期或今日到期", EN: "{1} late or due today"},
	"nav.crumbs":   {ZH: "当前位置", EN: "You are here"},
	"nav.overview": {ZH: "总览", EN: "Overview"},
	"nav.ranking":  {ZH: "指数排名", EN: "Ranking"},
	"nav.warnings": {ZH: "预警", EN: "Warnings"},
	"nav.editions": {ZH: "月度通报", EN: "Editions"},
	"nav.cases":    {ZH: "案件", EN: "Cases"},
	"nav.quality":  {ZH: "数据质量", EN: "Data quality"},
	"nav.about":    {ZH: "说明", EN: "About"},
	"nav.audit":    {ZH: "审计", EN: "Audit"},
	"nav.people":   {ZH: "人员", EN: "People"},
	"nav.other":    {ZH: "English", EN: "中文"},

	"footer.run":       {ZH: "数据截至 {1} · 运行完成于 {2} · 政策版本 {3}", EN: "Data as of {1} · run finished {2} · policy {3}"},
	"footer.keys":      {ZH: "按 / 搜索，j、k 换行。", EN: "Press / to search, j and k to move."},
	"footer.more_keys": {ZH: "全部快捷键", EN: "All shortcuts"},

	"keys.title":    {ZH: "键盘快捷键", EN: "Keyboard shortcuts"},
	"keys.search":   {ZH: "搜索", EN: "Search"},
	"keys.rows":     {ZH: "下一行、上一行", EN: "Next, previous row"},
	"keys.open":     {ZH: "打开所选行", EN: "Open the row"},
	"keys.expand":   {ZH: "展开或收起依据", EN: "Show or hide evidence"},
	"keys.pages":    {ZH: "上一页、下一页", EN: "Previous, next page"},
	"keys.language": {ZH: "切换语言", EN: "Switch language"},
	"keys.help":     {ZH: "显示本帮助", EN: "Show this help"},
	"keys.close":    {ZH: "关闭", EN: "Close"},

	"ranking.title":     {ZH: "安薪指数排名", EN: "Wage-safety ranking"},
	"ranking.unit":      {ZH: "排名层级", EN: "Ranked units"},
	"ranking.townships": {ZH: "乡镇、街道", EN: "Townships"},
	"ranking.counties":  {ZH: "县（市、区）", EN: "Counties"},

	"col.rank":      {ZH: "排名", EN: "Rank"},
	"col.township":  {ZH: "乡镇、街道", EN: "Township"},
	"col.county":    {ZH: "县（市、区）", EN: "County"},
	"col.light":     {ZH: "灯", EN: "Light"},
	"col.index":     {ZH: "指数", EN: "Index"},
	"col.change":    {ZH: "变化", EN: "Change"},
	"col.trend":     {ZH: "走势", EN: "Trend"},
	"col.monitored": {ZH: "监测人数", EN: "Monitored"},
	"col.people":    {ZH: "欠薪人数", EN: "In arrears"},
	"col.fen":       {ZH: "欠薪金额", EN: "Arrears"},
	"col.red":       {ZH: "红色预警", EN: "Red"},
	"col.yellow":    {ZH: "黄色预警", EN: "Yellow"},
	"col.likely":    {ZH: "可能欠薪", EN: "Likely arrears"},
	"col.warnings":  {ZH: "预警", EN: "Warnings"},

	"filter.all":          {ZH: "全部", EN: "All"},
	"filter.apply":        {ZH: "筛选", EN: "Apply"},
	"filter.clear":        {ZH: "清除筛选", EN: "Clear filters"},
	"filter.prefecture":   {ZH: "市（州）", EN: "Prefecture"},
	"filter.county":       {ZH: "县（市、区）", EN: "County"},
	"filter.township":     {ZH: "乡镇、街道", EN: "Township"},
	"filter.name":         {ZH: "名称或代码", EN: "Name or code"},
	"filter.name_hint":    {ZH: "如：安洲 或 331024001", EN: "e.g. 安洲 or 331024001"},
	"filter.search":       {ZH: "查找", EN: "Find"},
	"filter.subject_hint": {ZH: "项目、企业、代码", EN: "Project, employer, code"},
	"filter.scope":        {ZH: "对象", EN: "About"},
	"filter.department":   {ZH: "负责部门", EN: "Department"},
	"filter.sector":       {ZH: "行业", EN: "Industry"},
	"filter.sort":         {ZH: "排序", EN: "Order"},

	"export.csv":        {ZH: "导出 CSV", EN: "Export CSV"},
	"export.xlsx":       {ZH: "导出 Excel", EN: "Export Excel"},
	"export.by":         {ZH: "导出人", EN: "Exported by"},
	"export.filter":     {ZH: "筛选条件", EN: "Filter"},
	"export.unfiltered": {ZH: "无（全部）", EN: "none (everything)"},
	"export.parameter":  {ZH: "{1}：{2}", EN: "{1}: {2}"},
	"export.run":        {ZH: "依据", EN: "From"},
	"export.of_run":     {ZH: "截至 {1} 的运行 {2}，政策版本 {3}", EN: "the run as of {1}, number {2}, policy {3}"},
	"export.of_edition": {ZH: "第 {1} 期（数据截至 {2}，政策版本 {3}）", EN: "edition {1} (data as of {2}, policy {3})"},
	"export.of_now":     {ZH: "导出时的记录", EN: "the records at the time of export"},

	"pager.label": {ZH: "分页", EN: "Pages"},
	"pager.prev":  {ZH: "← 上一页", EN: "← Previous"},
	"pager.next":  {ZH: "下一页 →", EN: "Next →"},
	"pager.rows":  {ZH: "第 {1}–{2} 条，共 {3} 条", EN: "{1}–{2} of {3}"},

	"unit.rank_county": {ZH: "县内排名", EN: "Rank in county"},
	"unit.red":         {ZH: "红 {1}", EN: "{1} red"},
	"unit.yellow":      {ZH: "黄 {1}", EN: "{1} yellow"},

	"plan.title":   {ZH: "检查计划", EN: "Inspection plan"},
	"plan.workers": {ZH: "人数", EN: "Workers"},

	"reason.none":      {ZH: "一年内未发现违法", EN: "no violation found within a year"},
	"reason.violation": {ZH: "一年内查处违法 {1} 次", EN: "violations found within a year: {1}"},
	"reason.repeated":  {ZH: "一年内查处违法 {1} 次，达到 C 级", EN: "violations found within a year: {1}, enough for C"},
	"reason.incident":  {ZH: "引发群体性或极端事件 {1} 起", EN: "group or extreme incidents: {1}"},
	"reason.refused":   {ZH: "责令或决定到期未履行 {1} 件", EN: "orders not obeyed: {1}"},
	"reason.convicted": {ZH: "因拒不支付劳动报酬被追究刑责 {1} 件", EN: "convictions for refusing to pay: {1}"},

	"rates.title":    {ZH: "办案指标", EN: "Reported rates"},
	"rates.note":     {ZH: "结案率＝期内审结÷期内在办案件；调解成功率＝达成协议÷已办结（撤回的不计）；按期办结率＝期限内办结÷期限届满的线索。没有案件的不列。", EN: "Closing: cases closed of those pending in the window. Mediation: settled of those concluded, withdrawn ones left out. Leads: resolved within their term of those whose term ended. Places without cases are left out."},
	"rates.measure":  {ZH: "指标", EN: "Measure"},
	"rates.rate":     {ZH: "完成", EN: "Rate"},
	"rates.cases":    {ZH: "件数", EN: "Cases"},
	"rates.target":   {ZH: "目标", EN: "Target"},
	"rates.cases_of": {ZH: "{2} 件中 {1} 件", EN: "{1} of {2}"},
	"rates.state":    {ZH: "评价", EN: "Standing"},

	"warnings.level":   {ZH: "级别", EN: "Level"},
	"warnings.subject": {ZH: "对象", EN: "Subject"},
	"warnings.what":    {ZH: "预警事项", EN: "Warning"},
	"warnings.place":   {ZH: "属地", EN: "Place"},
	"warnings.workers": {ZH: "涉及人数", EN: "Workers"},
	"warnings.amount":  {ZH: "涉及金额", EN: "Amount"},
	"warnings.opened":  {ZH: "发现日", EN: "Found"},

	"rulebook.title": {ZH: "预警规则库", EN: "Catalogue of detectors"},

	"evidence.figures":       {ZH: "数据", EN: "Figures"},
	"evidence.rule":          {ZH: "规则说明", EN: "About this detector"},
	"evidence.other":         {ZH: "其他", EN: "Other"},
	"evidence.thresholds":    {ZH: "判定标准", EN: "Thresholds"},
	"evidence.basis":         {ZH: "法规依据", EN: "Legal basis"},
	"evidence.advice":        {ZH: "先核查什么", EN: "What to check first"},
	"evidence.records":       {ZH: "记录样本", EN: "Sample records"},
	"evidence.unjudged":      {ZH: "未重新核对", EN: "not judged anew"},
	"evidence.unjudged_long": {ZH: "该规则自 {1} 起运行失败，本条预警维持原状，是否仍成立尚不清楚。", EN: "The detector has failed since {1}: this warning stands as it was, and nobody knows whether it still holds."},
	"evidence.dates":         {ZH: "情况始于 {1}，{2} 发现，{3} 起为现级别", EN: "Condition since {1}, found {2}, at this level since {3}"},

	"nav.work":        {ZH: "我的待办", EN: "My work"},
	"nav.entries":     {ZH: "联合惩戒", EN: "Joint discipline"},
	"nav.approvals":   {ZH: "待审批", EN: "Approvals"},
	"nav.arrears":     {ZH: "清欠", EN: "Arrears"},
	"law.note":        {ZH: "（{1}）", EN: " ({1})"},
	"nav.board":       {ZH: "督办", EN: "Board"},
	"nav.publication": {ZH: "公布的名单", EN: "Published list"},

	"publication.title": {ZH: "拖欠农民工工资失信联合惩戒名单", EN: "Joint-discipline list for wage arrears"},

	"search.label":       {ZH: "搜索乡镇、项目、企业", EN: "Search townships, projects, employers"},
	"search.placeholder": {ZH: "搜索乡镇、项目、企业", EN: "Township, project, employer"},

	"waiting.title":   {ZH: "正在载入数据", EN: "Loading data"},
	"waiting.text":    {ZH: "第一次预警运行尚未完成，完成后本页自动显示排名。", EN: "The first detector run has not finished; this page turns into the ranking when it has."},
	"waiting.refresh": {ZH: "本页每 3 秒自动刷新。", EN: "This page refreshes itself every 3 seconds."},

	"failure.home":             {ZH: "回到首页", EN: "Back to your first page"},
	"failure.name":             {ZH: "参数", EN: "Parameter"},
	"failure.value":            {ZH: "给出的值", EN: "Given"},
	"failure.want":             {ZH: "可用的值", EN: "Accepted"},
	"failure.missing.title":    {ZH: "没有找到", EN: "Not found"},
	"failure.missing.text":     {ZH: "地址有误，或者最近一次运行中没有这个对象。可以用上方搜索框查找。", EN: "The address is wrong, or the latest run does not know this subject. Try the search box above."},
	"failure.parameters.title": {ZH: "参数有误", EN: "Bad parameters"},
	"failure.parameters.text":  {ZH: "地址中的下列参数无法识别，请改正或去掉。", EN: "These parameters of the address cannot be used. Correct or remove them."},
	"failure.alone.title":      {ZH: "未连接办案", EN: "Casework is not connected"},
	"failure.alone.text":       {ZH: "本进程只提供页面，不办理案件和线索。请使用 anxin serve 的地址。", EN: "This process serves pages alone. Ask the one that runs anxin serve."},
	"failure.slow.title":       {ZH: "响应超时", EN: "That took too long"},
	"failure.slow.text":        {ZH: "数据库繁忙，请稍后重试。", EN: "The database is busy. Please try again shortly."},
	"failure.internal.title":   {ZH: "系统出错", EN: "Something went wrong"},
	"failure.internal.text":    {ZH: "错误已记录。请稍后重试，仍不行时联系系统管理员。", EN: "The error has been recorded. Please try again; if it stays, tell the operator."},

	"signin.out": {ZH: "退出", EN: "Sign out"},

	"account.title": {ZH: "我的账户", EN: "My account"},

	"people.state": {ZH: "状态", EN: "State"},

	"failure.forbidden.title": {ZH: "没有权限", EN: "Not yours to see"},
	"failure.forbidden.text":  {ZH: "您的角色、辖区或部门不包括此内容。如有需要，请联系管理员。", EN: "Your role, territory or department does not include this. Ask an administrator if it should."},
	"failure.forged.title":    {ZH: "表单已失效", EN: "That form is no longer valid"},
	"failure.forged.text":     {ZH: "表单不是由本页面当前登录发出的，未作任何更改。请返回、刷新后重新提交。", EN: "The form did not come from a page of your present session; nothing was changed. Go back, reload and send it again."},

	"runs.title": {ZH: "运行记录", EN: "History of runs"},

	"cap.short": {ZH: "限高", EN: "Capped"},

	"component.name": {ZH: "分项", EN: "Component"},

	"subject.case":     {ZH: "查看案件", EN: "See the case"},
	"subject.warnings": {ZH: "当前预警与依据", EN: "Active warnings and their evidence"},
}
