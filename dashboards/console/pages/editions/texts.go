package editions

import (
	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/internal/domain/catalog"
)

func init() { language.Add(editionsTexts) }

// editionsTexts are the texts of the editions, the inspection plan and the rates.
var editionsTexts = map[string]catalog.Text{
	"editions.title":     {ZH: "月度通报（晾晒）", EN: "Monthly editions"},
	"editions.number":    {ZH: "期号", EN: "Edition"},
	"editions.month":     {ZH: "月份", EN: "Month"},
	"editions.cut_off":   {ZH: "数据截至", EN: "Data cut-off"},
	"editions.published": {ZH: "发布时间", EN: "Published"},
	"editions.policy":    {ZH: "政策版本", EN: "Policy"},
	"editions.digest":    {ZH: "校验码", EN: "Digest"},
	"editions.plan":      {ZH: "检查计划", EN: "Inspection plan"},
	"editions.rates":     {ZH: "办案指标", EN: "Reported rates"},
	"editions.views":     {ZH: "月度通报（晾晒）内容", EN: "Parts of an edition"},

	"edition.nth":     {ZH: "第 {1} 期", EN: "Edition {1}"},
	"edition.title":   {ZH: "安薪指数第 {1} 期", EN: "Wage-safety index, edition {1}"},
	"edition.summary": {ZH: "{1} · 数据截至 {2} · 政策版本 {3}", EN: "{1} · data as of {2} · policy {3}"},
	"edition.diff":    {ZH: "与第 {1} 期比较", EN: "Compare with edition {1}"},
	"edition.change":  {ZH: "较上期", EN: "Change"},

	"talks.title":  {ZH: "建议约谈", EN: "Talks proposed"},
	"talks.ground": {ZH: "理由", EN: "Ground"},

	"diff.title": {ZH: "第 {1} 期到第 {2} 期的变化", EN: "From edition {1} to edition {2}"},
	"diff.note":  {ZH: "下降最多的在前。各分项与封顶之和即指数变化。", EN: "What fell most comes first. The components and the cap add up to the change."},
	"diff.with":  {ZH: "比较对象", EN: "Compared with"},
	"diff.moved": {ZH: "变化", EN: "Moved"},

	"plan.summary": {ZH: "{1} 年第 {2} 季度 · 依据第 {3} 期的守法诚信等级（数据截至 {4}）", EN: "{1}, quarter {2} · by the compliance grades of edition {3} (data as of {4})"},
	"plan.visits":  {ZH: "本季度例行检查（次）", EN: "Routine visits this quarter"},
	"plan.note":    {ZH: "等级依企业劳动保障守法诚信等级评价办法：A 未发现违法；B 有违法但不属 C；C 一年内三次及以上、引发群体性事件、拒不履行或被追究刑责。预警只是线索，不影响等级，只用于同等级内排序；核实为不属实而静默的不参与排序。遇投诉或红色预警随时检查，不受此限。", EN: "Grades follow the measures on employers' compliance (MOHRSS 2016 No. 1): A no violation found; B violations short of C; C three or more in a year, a group incident, an order not obeyed or a conviction. Warnings are leads: they do not grade, they only order employers of one grade, without those that were found untrue and are quiet. A complaint or red warning is followed up at any time."},
	"plan.due":     {ZH: "范围", EN: "Show"},

	"due.quarter": {ZH: "本季度应检查", EN: "To visit this quarter"},
	"due.all":     {ZH: "全部企业", EN: "All employers"},

	"plan.employer":     {ZH: "企业", EN: "Employer"},
	"plan.reason":       {ZH: "理由", EN: "Reason"},
	"plan.projects":     {ZH: "总包在建项目", EN: "Projects"},
	"plan.red":          {ZH: "红色预警", EN: "Red warnings"},
	"plan.found":        {ZH: "当前预警核实", EN: "Active warnings, as found"},
	"plan.found_counts": {ZH: "属实 {1}、化解 {2}、不属实 {3}、未核实 {4}", EN: "{1} true, {2} settled, {3} untrue, {4} without a verdict"},
	"plan.quarter":      {ZH: "本季度", EN: "Quarter"},
	"plan.year":         {ZH: "全年", EN: "Year"},

	"grade.name": {ZH: "等级", EN: "Grade"},
	"grade.of":   {ZH: "{1} 级", EN: "Grade {1}"},

	"rates.summary": {ZH: "依据第 {1} 期，近一年，数据截至 {2}", EN: "By edition {1}, over a year, data as of {2}"},
	"rates.place":   {ZH: "地区", EN: "Place"},

	"editions.lead": {ZH: "每月一期，数据截至次月规定日期，以待工资表和银行账目到齐；发布后不再改动，以后补报或更正的数据只影响以后各期。估算的工资不在其中。", EN: "Once a month the index is published, with the data of a day of the next month, so that pay lists and banks have come. An edition never changes: later data change later editions only. Estimates of wages are not part of it."},
	"editions.none": {ZH: "尚未发布任何一期。到次月规定日期后，用 anxin editions publish 发布，或由每月定时任务发布。", EN: "No edition has been published yet. Once the day of its data is over, anxin editions publish or the monthly schedule publishes one."},
	"editions.form": {ZH: "第一版口径", EN: "first form"},

	"diff.forms": {ZH: "两期指数口径不同，不作比较。", EN: "The two editions follow different forms of the index, which do not compare."},

	"talks.note":   {ZH: "系统依规则提出建议：连续两期红灯，或红灯且列县内末位，且提出当日仍为红灯；样本不足的一期不计。是否约谈由人决定。", EN: "Proposed by rule: red in two editions in a row, or red and last in its county, and still red on the day of the proposal; an edition without an index does not count. Whether to hold talks is for a person to decide."},
	"talks.none":   {ZH: "本期没有建议约谈的乡镇、街道。", EN: "This edition proposes no talks."},
	"talks.behind": {ZH: "主要涉及", EN: "Behind it"},
}
