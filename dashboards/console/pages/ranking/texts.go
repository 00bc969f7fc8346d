package ranking

import (
	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/internal/domain/catalog"
)

func init() { language.Add(rankingTexts) }

// rankingTexts are the texts of the ranking, of places and of the index worked out.
var rankingTexts = map[string]catalog.Text{
	"ranking.as_of":            {ZH: "数据截至 {1}", EN: "As of {1}"},
	"ranking.compared":         {ZH: "变化与 {1} 相比", EN: "change against {1}"},
	"ranking.compared_edition": {ZH: "变化与第 {1} 期（{2}）相比", EN: "change against edition {1} ({2})"},

	"unit.rank_prefecture": {ZH: "全市排名", EN: "Rank in prefecture"},
	"unit.change_since":    {ZH: "较 {1}", EN: "Since {1}"},
	"unit.trend":           {ZH: "指数走势", EN: "Trend"},
	"unit.no_trend":        {ZH: "尚无往期指数。", EN: "No earlier index yet."},
	"unit.components":      {ZH: "指数构成与变化原因", EN: "What the index is made of, and what moved"},
	"unit.explain":         {ZH: "逐步计算过程。", EN: "See it worked out."},
	"unit.history":         {ZH: "往期指数与排名", EN: "Earlier index and rank"},
	"unit.as_of":           {ZH: "截至", EN: "As of"},
	"unit.warnings":        {ZH: "当前预警", EN: "Active warnings"},
	"unit.all_warnings":    {ZH: "全部查看", EN: "See all"},
	"unit.more":            {ZH: "另有 {1} 条预警", EN: "{1} more warnings"},
	"unit.no_warnings":     {ZH: "当前没有预警。", EN: "No active warnings."},

	"warnings.since": {ZH: "起始日", EN: "Since"},

	"stale.short": {ZH: "数据中断", EN: "Stale"},
	"stale.long":  {ZH: "全市考勤数据已中断，指数暂停发布，待数据恢复后重新计算。", EN: "All attendance of the prefecture has gone silent: the index is not published until data arrives again."},

	"grey.long": {ZH: "监测人数过少，且被欠薪人数极少，不计算指数（样本不足），以免以少数人评判一地。", EN: "Too few monitored workers, and hardly anybody owed: a place is not judged by a handful of people."},

	"cap.name": {ZH: "限高分", EN: "Cap"},
	"cap.long": {ZH: "有{2}，指数最高 {1}。", EN: "The index is {1} at most: {2}."},
	"cap.idle": {ZH: "有{2}，指数最高 {1}；目前低于此值，未受影响。", EN: "The index could be {1} at most ({2}), and is below it anyway."},

	"component.name_unit":     {ZH: "名称", EN: "Name"},
	"component.score":         {ZH: "分项得分", EN: "Score"},
	"component.points":        {ZH: "得分 / 权重", EN: "Points of weight"},
	"component.lost":          {ZH: "失分", EN: "Lost"},
	"component.raw":           {ZH: "依据", EN: "From what"},
	"component.moved":         {ZH: "变化", EN: "Moved"},
	"component.none":          {ZH: "没有相应数据，不失分", EN: "nothing to judge by, nothing lost"},
	"component.left_out":      {ZH: "不适用，权重由其他分项分担", EN: "not applicable; its weight is shared by the others"},
	"component.of":            {ZH: "得 {1} 分，满分 {2} 分", EN: "{1} of {2} points"},
	"component.note":          {ZH: "各分项得分之和减去限高分扣除的部分，即为指数。", EN: "The points add up to the index, less what a cap takes."},
	"component.moved_note":    {ZH: "“变化”与 {1} 相比，各项之和即指数变化。", EN: "“Moved” is against {1}; the parts add up to the change of the index."},
	"component.moved_edition": {ZH: "“变化”与第 {1} 期（{2}）相比，各项之和即指数变化。", EN: "“Moved” is against edition {1} ({2}); the parts add up to the change of the index."},

	"raw.arrears":    {ZH: "监测 {1}，被欠薪 {2}，另有迟发超过30天 {3}；欠薪比例 {4}", EN: "{1} monitored, {2} owed, {3} paid over 30 days late; rate {4}"},
	"raw.timeliness": {ZH: "到期工资 {1} 人月，按时足额 {2} 人月（{3}）", EN: "{2} of {1} worker-months due were paid in time ({3})"},
	"raw.safeguards": {ZH: "应落实 {1} 项，已落实 {2} 项（按人数加权，{3}）", EN: "{2} of {1} safeguards in force, weighted by workers ({3})"},
	"raw.resolution": {ZH: "计入线索 {1} 件，按时办理 {2} 件", EN: "{2} of {1} leads handled in time"},
	"raw.hazard":     {ZH: "监测 {1}中，处于隐患的加权人数 {2}（{3}）", EN: "{2} weighted workers in danger, of {1} monitored ({3})"},
	"raw.plain":      {ZH: "{1} / {2}", EN: "{1} of {2}"},

	"unit.raise":        {ZH: "怎样提高指数", EN: "What would raise it"},
	"unit.raise_note":   {ZH: "列出全部失分，并注明怎样恢复、由谁办理；失分之和等于 100 减指数。“整改后指数”是只有该主体整改到位时的指数，不能相加。已经迟付、迟办的，移出观察期后恢复；限高分扣除的，相关主体全部整改后才恢复。", EN: "Every point lost, with what regains it and whose act that is; together they are 100 less the index. “Index if fixed” is with this subject alone in order, and does not add up. What was paid or handled too late comes back as it leaves the window; what a cap takes only when all of its subjects are met."},
	"unit.raise_none":   {ZH: "没有失分。", EN: "No point is lost."},
	"unit.raise_others": {ZH: "其他部门主管的主体共失 {1} 分。", EN: "Subjects of other departments lost {1} points."},
	"unit.raise_rest":   {ZH: "其余 {1} 个主体，共失 {2} 分", EN: "{1} more, which lost {2} points"},
	"unit.subject":      {ZH: "项目或企业", EN: "Project or employer"},
	"unit.acts":         {ZH: "失分与恢复办法", EN: "Lost for what, regained by what"},
	"unit.act_line":     {ZH: "{1} −{2}：{3}（{4}）", EN: "{1} −{2}: {3} ({4})"},
	"unit.act_until":    {ZH: "{1} 起不再计入", EN: "no longer counted from {1}"},
	"unit.if_fixed":     {ZH: "整改后指数", EN: "Index if fixed"},
	"unit.neighbours":   {ZH: "县内名次", EN: "Ranks in the county"},
	"unit.estimated":    {ZH: "其中估算 {1}", EN: "of it {1} by estimate"},
	"unit.late":         {ZH: "已付，但迟发超过30天", EN: "Paid, over 30 days late"},
	"unit.silent":       {ZH: "在册无记录", EN: "Silent"},
	"unit.missing":      {ZH: "去向不明", EN: "Unaccounted for"},
	"unit.closed":       {ZH: "经批准销号的欠薪", EN: "Closed with approval"},
	"unit.first_form":   {ZH: "此指数按第一版口径计算，与现行口径不可比。", EN: "This index follows the first form, which does not compare with the present one."},

	"explain.title":       {ZH: "{1}的安薪指数是怎样算出来的", EN: "How the index of {1} comes about"},
	"explain.lead":        {ZH: "数据截至 {1}，近 {2} 天滚动计算，采用现行政策数值。只看本地的项目、企业和线索，别处的情况不影响本地指数。", EN: "As of {1}, over the last {2} days, by the numbers in force. It looks at the projects, employers and leads of this place alone: what happens elsewhere changes nothing."},
	"explain.full":        {ZH: "权重 {1}", EN: "weight {1}"},
	"explain.arrears":     {ZH: "应付日后 {1} 天仍被欠薪的人数（不论拖欠多久），加上近期迟发超过 {2} 天、现已付清人数的 {3} 倍，占监测人数加 {4} 人的比例（视同另有 {4} 人已付清）。比例为 0 得满分，按折线计分。", EN: "Workers owed wages {1} days past the day to pay, however old, and {3} times those who have been paid by now, but more than {2} days late, of the monitored ones and {4} more (as if {4} others had been paid). A rate of 0 scores 100; straight lines run between the points of the curve."},
	"explain.timeliness":  {ZH: "近期到期的工资，按人月计，每人月计应付日后 {1} 天内以货币足额支付的比例；没有工资表或在册无记录的计 0。按折线计分。", EN: "The worker-months that fell due, each by the share of it that was paid in money within {1} days; without a pay list, or of silent workers, none. Straight lines run between the points of the curve."},
	"explain.safeguards":  {ZH: "在建项目应落实的各项制度中已落实的比例，按项目人数加权；考勤、工资表、专户流水是否接入并保持报送各算一项，因数据中断无法判断的按未落实计。", EN: "Share of the safeguards asked of active projects that are in force, weighted by workers. Whether gate, pay lists and the account's ledger are connected and alive counts too; what cannot be judged because its feed is silent is not in force."},
	"explain.resolution":  {ZH: "近期核实属实、部分属实或已化解的线索，以及所有超期线索（收到后 {1} 个工作日未受理、超过 {2} 个工作日办理期限，或未经核实即结案）；同一主体同月计一件。视同另有 {3} 件按时办理。", EN: "Leads found true, true in part or settled lately, and every late one: not accepted {1} working days after receipt, past its term of {2} working days, or closed unverified; one for a subject and month. As if {3} more had been in time."},
	"explain.hazard":      {ZH: "监测人员中每人取最重一项：被欠薪、在册无记录或处于红色隐患预警的计 {1}，黄色隐患预警或去向不明的计 {2}。", EN: "Each monitored worker by the worst: owed, silent, or on a subject with a red warning that counts {1}; a yellow one, or unaccounted for, {2}."},
	"explain.step_rate":   {ZH: "比例", EN: "rate"},
	"explain.step_score":  {ZH: "分项得分", EN: "score"},
	"explain.step_points": {ZH: "得分", EN: "points"},
	"explain.sum":         {ZH: "合计", EN: "Sum"},
	"explain.sum_note":    {ZH: "指数先按各分项未舍入的得分相加，再保留一位小数；各分项显示的得分按最大余数法取到 0.1 分，合计正好等于指数。", EN: "The index is the sum of the exact points, to one decimal; the points shown are rounded to 0.1 by largest remainder, so that they add up to it."},
	"explain.caps":        {ZH: "限高分：近期发生 {1} 人以上群体性欠薪事件或极端事件，指数最高 {2}；在册无记录人员达到 {5} 且不少于 {6} 人，指数最高 {7}，连续两个已结束的月份如此，最高 {4}；责令支付逾期未履行，最高 {3}。只有原指数更高时才起作用。", EN: "Caps: a group incident over arrears of {1} or more people, or an extreme one, holds the index at {2} at most; silent workers of {5} and at least {6} people at {7}, for two ended months at {4}; an order to pay that ran out unmet at {3}. A cap matters only where the index would be higher."},
	"explain.lights":      {ZH: "灯：不低于 {1} 为绿，不低于 {2} 为黄，再低为红。监测不足 {3} 人且被欠薪不足 {5} 人的不计算；全市考勤中断超过 {4} 天不发布。", EN: "Lights: green from {1}, yellow from {2}, red below. Fewer than {3} monitored workers, of whom fewer than {5} are owed: no index; all attendance of the prefecture silent for more than {4} days: not published."},
	"explain.back":        {ZH: "返回", EN: "Back"},

	"ranking.note": {ZH: "指数 0–100，越高越安全。选定县（市、区）时为县内排名，否则为全市排名；指数相同的，欠薪比例低的在前，仍相同的并列。样本不足或数据中断的不参加排名。", EN: "The index runs from 0 to 100; higher is safer. Ranks are within the county when one is chosen, otherwise within the prefecture; of equal indices the lower arrears rate comes first, and who is equal on both shares a rank. Units with too few workers or stale data are not ranked."},

	"unplaced.title":    {ZH: "未能确定所在乡镇的项目、企业", EN: "Projects and employers without a known place"},
	"unplaced.note":     {ZH: "登记信息中没有所在乡镇，暂不计入任何乡镇的指数；请补录所在地。", EN: "No registry tells in which township they are, so they count in none: have their place recorded."},
	"unplaced.subject":  {ZH: "项目或企业", EN: "Project or employer"},
	"unplaced.county":   {ZH: "所在县（市、区）", EN: "County"},
	"unplaced.nowhere":  {ZH: "不详", EN: "unknown"},
	"unplaced.workers":  {ZH: "监测人数", EN: "Monitored"},
	"unplaced.owed":     {ZH: "被欠薪人数", EN: "Owed"},
	"unplaced.owed_fen": {ZH: "到期未付工资", EN: "Wages owed"},

	"chart.trend": {ZH: "安薪指数走势", EN: "index over past runs"},
}
