package console

import "github.com/anxin-project/anxin/internal/domain/catalog"

// together joins catalogues of texts; no key may be in two of them.
func together(parts ...map[string]catalog.Text) map[string]catalog.Text {
	all := map[string]catalog.Text{}
	for _, part := range parts {
		for key, text := range part {
			if _, twice := all[key]; twice {
				panic("the text " + key + " is in the catalogue twice")
			}
			all[key] = text
		}
	}
	return all
}

// indexTexts are the texts of the index: ranking, places, the explanation and the editions.
var indexTexts = map[string]catalog.Text{
	"stale.short": {ZH: "数据中断", EN: "Stale"},
	"stale.long":  {ZH: "全市考勤数据已中断，指数暂停发布，待数据恢复后重新计算。", EN: "All attendance of the prefecture has gone silent: the index is not published until data arrives again."},
	"grey.long":   {ZH: "监测人数过少，且被欠薪人数极少，不计算指数（样本不足），以免以少数人评判一地。", EN: "Too few monitored workers, and hardly anybody owed: a place is not judged by a handful of people."},

	"cap.name":  {ZH: "限高分", EN: "Cap"},
	"cap.short": {ZH: "限高", EN: "Capped"},
	"cap.long":  {ZH: "有{2}，指数最高 {1}。", EN: "The index is {1} at most: {2}."},
	"cap.idle":  {ZH: "有{2}，指数最高 {1}；目前低于此值，未受影响。", EN: "The index could be {1} at most ({2}), and is below it anyway."},

	"component.name":          {ZH: "分项", EN: "Component"},
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
	"unit.gain":         {ZH: "可提高", EN: "Gain"},
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

	"ranking.note":      {ZH: "指数 0–100，越高越安全。选定县（市、区）时为县内排名，否则为全市排名；指数相同的，欠薪比例低的在前，仍相同的并列。样本不足或数据中断的不参加排名。", EN: "The index runs from 0 to 100; higher is safer. Ranks are within the county when one is chosen, otherwise within the prefecture; of equal indices the lower arrears rate comes first, and who is equal on both shares a rank. Units with too few workers or stale data are not ranked."},
	"unplaced.title":    {ZH: "未能确定所在乡镇的项目、企业", EN: "Projects and employers without a known place"},
	"unplaced.note":     {ZH: "登记信息中没有所在乡镇，暂不计入任何乡镇的指数；请补录所在地。", EN: "No registry tells in which township they are, so they count in none: have their place recorded."},
	"unplaced.subject":  {ZH: "项目或企业", EN: "Project or employer"},
	"unplaced.county":   {ZH: "所在县（市、区）", EN: "County"},
	"unplaced.nowhere":  {ZH: "不详", EN: "unknown"},
	"unplaced.workers":  {ZH: "监测人数", EN: "Monitored"},
	"unplaced.owed":     {ZH: "被欠薪人数", EN: "Owed"},
	"unplaced.owed_fen": {ZH: "到期未付工资", EN: "Wages owed"},

	"editions.lead": {ZH: "每月一期，数据截至次月规定日期，以待工资表和银行账目到齐；发布后不再改动，以后补报或更正的数据只影响以后各期。估算的工资不在其中。", EN: "Once a month the index is published, with the data of a day of the next month, so that pay lists and banks have come. An edition never changes: later data change later editions only. Estimates of wages are not part of it."},
	"editions.none": {ZH: "尚未发布任何一期。到次月规定日期后，用 anxin editions publish 发布，或由每月定时任务发布。", EN: "No edition has been published yet. Once the day of its data is over, anxin editions publish or the monthly schedule publishes one."},
	"editions.form": {ZH: "第一版口径", EN: "first form"},
	"diff.forms":    {ZH: "两期指数口径不同，不作比较。", EN: "The two editions follow different forms of the index, which do not compare."},
	"talks.note":    {ZH: "系统依规则提出建议：连续两期红灯，或红灯且列县内末位，且提出当日仍为红灯；样本不足的一期不计。是否约谈由人决定。", EN: "Proposed by rule: red in two editions in a row, or red and last in its county, and still red on the day of the proposal; an edition without an index does not count. Whether to hold talks is for a person to decide."},
	"talks.none":    {ZH: "本期没有建议约谈的乡镇、街道。", EN: "This edition proposes no talks."},
	"talks.behind":  {ZH: "主要涉及", EN: "Behind it"},

	"about.index":                {ZH: "安薪指数", EN: "The wage-safety index"},
	"about.index_text":           {ZH: "每个乡镇、街道一个 0–100 的分数，越高越安全，按近 90 天数据滚动计算；县、市按各自合计数据计算，不取平均。指数构成由安薪自定（未见任何市公布），五个分项加权相加：", EN: "One score of 0 to 100 per township, higher is safer, over the last 90 days. Counties and prefectures are computed from their own totals, not as a mean. What it is made of is Anxin's own, since no prefecture has published it. Five weighted components:"},
	"about.meaning":              {ZH: "含义", EN: "Meaning"},
	"about.weight":               {ZH: "权重", EN: "Weight"},
	"about.component.arrears":    {ZH: "被欠薪人数（不论拖欠多久）占监测人数的比例", EN: "Workers owed wages, however old, among those monitored"},
	"about.component.timeliness": {ZH: "到期工资中按时足额以货币支付的比例，按人月计", EN: "Share of the worker-months due that were paid in money in time"},
	"about.component.safeguards": {ZH: "在建项目各项保障制度的落实比例，按人数加权；数据是否接入并保持报送也在其中", EN: "Share of the safeguards in force on active projects, weighted by workers; connected feeds are among them"},
	"about.component.resolution": {ZH: "欠薪线索按时办理的比例；未经核实即结案的按超期计", EN: "Share of leads handled in time; one closed unverified is late"},
	"about.component.hazard":     {ZH: "被欠薪、在册无记录、去向不明或处于隐患预警的人数比例", EN: "Share of workers owed, silent, unaccounted for, or on subjects with a warning that counts"},
	"about.lights":               {ZH: "灯", EN: "Lights"},
	"about.green":                {ZH: "指数不低于 {1}", EN: "index of {1} or more"},
	"about.yellow":               {ZH: "指数不低于 {1}、低于 {2}", EN: "index of {1} or more, below {2}"},
	"about.red":                  {ZH: "指数低于 {1}", EN: "index below {1}"},
	"about.grey":                 {ZH: "监测人数过少且几乎无人被欠薪，不计算指数，也不排名", EN: "too few monitored workers and hardly anybody owed: no index and no rank"},
	"about.caps":                 {ZH: "发生群体性或极端欠薪事件、责令支付逾期未履行，或一成以上在册人员无任何记录的，指数设最高分。全市考勤中断时停止发布，并注明“数据中断”。", EN: "A group or extreme incident over arrears, an order to pay that ran out unmet, or a tenth of the workers of whom nothing is heard, caps the index. When all attendance of a prefecture goes silent it is marked stale and not published."},
	"about.fair":                 {ZH: "为什么小乡镇不吃亏", EN: "Why small townships are not at a disadvantage"},
	"about.fair_text":            {ZH: "每地只看自己：没有欠薪、按时发放、制度落实、线索按时办理的，就是 100 分，别处再差也不受影响。人数少的地方，欠薪比例按另有一百人已付清计算，六十人中一人欠薪不会变红，半数欠薪必为红灯。每一分失在哪个主体、由谁怎样恢复，页面都列明。", EN: "A place stands for itself alone: who owes nothing, pays in time, has the safeguards in force and handles leads in time has 100, however bad the neighbours are. Where few work, the rate is taken as if a hundred more had been paid: one unpaid of sixty does not make a place red, half of them do. The page names for every point lost the subject, the act that regains it and whose act that is."},
	"about.silence":              {ZH: "不报送不得分", EN: "Silence does not pay"},
	"about.silence_text":         {ZH: "有考勤而没有工资表的，按估算计为被欠薪；实物抵付、银行流水中查不到的支付，按未付计；推迟约定支付日不改变法定支付日；线索撤回、退回而无核实结论的，仍按超期计。少报工资表、流水或考勤，指数不会因此更高；只有两种情况系统无从知晓：整处工地（或某个月）除在册名单外什么也没有报，这些人计为“在册无记录”；同一工地漏报部分人的考勤，这些人计为“去向不明”。两者都计入隐患，须上门核查。估算只用于内部核查，不对外公布。", EN: "Work without a pay list is owed by estimate; wages in kind and payments that the bank does not show are unpaid; a later due date does not move the lawful one; a lead withdrawn or rejected without a verified conclusion stays late. Leaving out pay lists, the ledger or attendance does not raise the index. Two things nobody can know: a site, or a month of it, of which nothing but registrations came, whose workers are silent, and attendance left out for some workers of a site, who are unaccounted for. Both count as hazard and ask for a visit. Estimates are for checking only and never published."},
}
