/*
id: arrears-risk
title: {zh: "欠薪风险预测", en: "Wages likely to stay unpaid"}
question: {zh: "60天内到期的工资，到期30天后仍未付清的可能性有多大？", en: "How likely is it that a wage falling due within 60 days will still be unpaid 30 days later?"}
group: foresight
scope: [project, employer]
estimated: true
department: sector
basis: [Reg. 38]
params:
  yellow_odds: {type: Float64, unit: share, text: {zh: "黄色概率", en: "odds for yellow"}}
  red_odds: {type: Float64, unit: share, text: {zh: "红色概率", en: "odds for red"}}
levels:
  yellow: {zh: "可能性达到30%", en: "odds of 30% or more"}
  red: {zh: "可能性达到60%", en: "odds of 60% or more"}
advice:
  zh: "按列出的因素逐项核实，优先落实能降低风险的事项；这是概率，不是认定，不得据此作出处罚。"
  en: "Check the factors one by one, and first get done what would lower the odds. These are odds, not a finding: nobody may be penalised for them."
evidence:
  - {name: odds, unit: share, label: {zh: "可能性", en: "odds"}}
  - name: in_words
    unit: text
    label: {zh: "通俗说法", en: "in words"}
    words:
      in_ten_3: {zh: "每十个类似情况约有三个在两个月后欠薪", en: "about 3 in 10 such sites or employers owed wages two months later"}
      in_ten_4: {zh: "每十个类似情况约有四个在两个月后欠薪", en: "about 4 in 10 such sites or employers owed wages two months later"}
      in_ten_5: {zh: "每十个类似情况约有五个在两个月后欠薪", en: "about 5 in 10 such sites or employers owed wages two months later"}
      in_ten_6: {zh: "每十个类似情况约有六个在两个月后欠薪", en: "about 6 in 10 such sites or employers owed wages two months later"}
      in_ten_7: {zh: "每十个类似情况约有七个在两个月后欠薪", en: "about 7 in 10 such sites or employers owed wages two months later"}
      in_ten_8: {zh: "每十个类似情况约有八个在两个月后欠薪", en: "about 8 in 10 such sites or employers owed wages two months later"}
      in_ten_9: {zh: "每十个类似情况约有九个在两个月后欠薪", en: "about 9 in 10 such sites or employers owed wages two months later"}
  - {name: pay_by, unit: date, label: {zh: "下一发薪日", en: "next pay day"}}
  - {name: wages_fen, unit: fen, label: {zh: "一个月工资", en: "a month of wages"}}
  - {name: owed_fen, unit: fen, label: {zh: "其中已逾期", en: "of the amount past due"}}
  - name: factors
    unit: text
    label: {zh: "主要因素（按分值）", en: "what weighs most, in order"}
    words:
      projected: {zh: "预计45天后专户可支付月数", en: "months of wages left in the account in 45 days, as funding has come"}
      left: {zh: "专户余额扣除应付后可支付月数", en: "months of wages left in the account after all that was earned"}
      overdue_funding: {zh: "拨付比该单位惯例迟多少个月", en: "months for which funding is later than this payer's habit"}
      unfunded: {zh: "首个拨付日已过且从未拨付、未发过工资的月数", en: "months since the first funding day without any funding or wages"}
      shrinking: {zh: "最近两笔拨付与惯常金额之比", en: "the last two payments against the usual one"}
      behind: {zh: "累计少拨的月数", en: "months of labour cost missing so far"}
      behind_rise: {zh: "近三期新增少拨月数", en: "months of labour cost gone missing in the last three cycles"}
      behind_habit: {zh: "比以往最大少拨还多的月数", en: "months further behind than ever before"}
      topped_up: {zh: "近三个月由总包垫付的工资占比", en: "share of wages that the contractor put in, in three months"}
      taken_out: {zh: "专户被其他支出且未退回的月数", en: "months of wages taken from the account and not back"}
      overdue: {zh: "已逾期未付的月数", en: "months of wages past due"}
      late: {zh: "近两个月平均晚发天数", en: "mean days late of the last two wage months"}
      late_rise: {zh: "比以往多晚发天数", en: "days later than in the months before"}
      crew: {zh: "本月发薪人数与前两月之比", en: "people on the pay list against the two months before"}
      unlisted: {zh: "有考勤无工资单的月数", en: "months of work without a pay slip"}
      unbooked: {zh: "工资单称已付而专户无流水的月数", en: "months said to be paid that the account does not show"}
      leads: {zh: "近60天线索数", en: "leads in 60 days"}
      lead_money: {zh: "近60天线索金额折合月数", en: "months of wages that leads of 60 days speak of"}
      adverse: {zh: "单位每月恶化信号数（近三个月）", en: "adverse signals of the employer a month, in three months"}
      power: {zh: "单位近三个月用电与前半年之比", en: "power used by the employer in three months, against the half year before"}
      insured: {zh: "单位参保人数与前半年之比", en: "insured headcount of the employer, against the half year before"}
      contractor_owing: {zh: "总包其他项目已逾期月数", en: "months of wages past due on the contractor's other sites"}
      contractor_late: {zh: "总包其他项目平均晚发天数", en: "mean days late on the contractor's other sites"}
      contractor_short: {zh: "总包其他项目专户缺口月数", en: "months of wages that accounts of the contractor's other sites will lack"}
      contractor_topped_up: {zh: "总包在其他项目的垫付占比", en: "share of wages that the contractor puts in on its other sites"}
      contractor_taken_out: {zh: "总包其他项目专户被其他支出的月数", en: "months of wages taken from accounts of the contractor's other sites"}
      developer_overdue: {zh: "建设单位其他项目拨付迟延月数", en: "months for which the developer's other sites wait for funding"}
      developer_rise: {zh: "建设单位其他项目近三期新增少拨月数", en: "months gone missing on the developer's other sites in three cycles"}
      developer_owing: {zh: "建设单位其他项目已逾期月数", en: "months of wages past due on the developer's other sites"}
      feeds_missing: {zh: "未接通的数据来源数", en: "sources that send nothing"}
  - {name: factor_points, unit: text, label: {zh: "各因素分值（自然对数几率）", en: "their points (natural logarithm of the odds)"}}
  - {name: projected, unit: months, label: {zh: "预计45天后专户可支付月数", en: "months of wages left in the account in 45 days, as funding has come"}}
  - {name: left, unit: months, label: {zh: "专户余额扣除应付后可支付月数", en: "months of wages left in the account after all that was earned"}}
  - {name: overdue_funding, unit: months, label: {zh: "拨付比该单位惯例迟多少个月", en: "months for which funding is later than this payer's habit"}}
  - {name: unfunded, unit: months, label: {zh: "首个拨付日已过且从未拨付、未发过工资的月数", en: "months since the first funding day without any funding or wages"}}
  - {name: shrinking, unit: ratio, label: {zh: "最近两笔拨付与惯常金额之比", en: "the last two payments against the usual one"}}
  - {name: behind, unit: months, label: {zh: "累计少拨的月数", en: "months of labour cost missing so far"}}
  - {name: behind_rise, unit: months, label: {zh: "近三期新增少拨月数", en: "months of labour cost gone missing in the last three cycles"}}
  - {name: behind_habit, unit: months, label: {zh: "比以往最大少拨还多的月数", en: "months further behind than ever before"}}
  - {name: topped_up, unit: share, label: {zh: "近三个月由总包垫付的工资占比", en: "share of wages that the contractor put in, in three months"}}
  - {name: taken_out, unit: months, label: {zh: "专户被其他支出且未退回的月数", en: "months of wages taken from the account and not back"}}
  - {name: overdue, unit: months, label: {zh: "已逾期未付的月数", en: "months of wages past due"}}
  - {name: late, unit: days, label: {zh: "近两个月平均晚发天数", en: "mean days late of the last two wage months"}}
  - {name: late_rise, unit: days, label: {zh: "比以往多晚发天数", en: "days later than in the months before"}}
  - {name: crew, unit: ratio, label: {zh: "本月发薪人数与前两月之比", en: "people on the pay list against the two months before"}}
  - {name: unlisted, unit: months, label: {zh: "有考勤无工资单的月数", en: "months of work without a pay slip"}}
  - {name: unbooked, unit: months, label: {zh: "工资单称已付而专户无流水的月数", en: "months said to be paid that the account does not show"}}
  - {name: leads, unit: count, label: {zh: "近60天线索数", en: "leads in 60 days"}}
  - {name: lead_money, unit: months, label: {zh: "近60天线索金额折合月数", en: "months of wages that leads of 60 days speak of"}}
  - {name: adverse, unit: count, label: {zh: "单位每月恶化信号数（近三个月）", en: "adverse signals of the employer a month, in three months"}}
  - {name: power, unit: ratio, label: {zh: "单位近三个月用电与前半年之比", en: "power used by the employer in three months, against the half year before"}}
  - {name: insured, unit: ratio, label: {zh: "单位参保人数与前半年之比", en: "insured headcount of the employer, against the half year before"}}
  - {name: contractor_owing, unit: months, label: {zh: "总包其他项目已逾期月数", en: "months of wages past due on the contractor's other sites"}}
  - {name: contractor_late, unit: days, label: {zh: "总包其他项目平均晚发天数", en: "mean days late on the contractor's other sites"}}
  - {name: contractor_short, unit: months, label: {zh: "总包其他项目专户缺口月数", en: "months of wages that accounts of the contractor's other sites will lack"}}
  - {name: contractor_topped_up, unit: share, label: {zh: "总包在其他项目的垫付占比", en: "share of wages that the contractor puts in on its other sites"}}
  - {name: contractor_taken_out, unit: months, label: {zh: "总包其他项目专户被其他支出的月数", en: "months of wages taken from accounts of the contractor's other sites"}}
  - {name: developer_overdue, unit: months, label: {zh: "建设单位其他项目拨付迟延月数", en: "months for which the developer's other sites wait for funding"}}
  - {name: developer_rise, unit: months, label: {zh: "建设单位其他项目近三期新增少拨月数", en: "months gone missing on the developer's other sites in three cycles"}}
  - {name: developer_owing, unit: months, label: {zh: "建设单位其他项目已逾期月数", en: "months of wages past due on the developer's other sites"}}
  - {name: feeds_missing, unit: count, label: {zh: "未接通的数据来源数", en: "sources that send nothing"}}
  - name: would_lower
    unit: text
    label: {zh: "怎样降低", en: "what would lower it"}
    words:
      projected: {zh: "建设单位按约定拨付，使专户覆盖今后两个发薪日", en: "funding as agreed, so that the account covers the next two pay days"}
      left: {zh: "在发薪日前补足专户余额", en: "the account filled before the pay day"}
      overdue_funding: {zh: "到期人工费用到账", en: "the labour cost that is due comes in"}
      unfunded: {zh: "首笔人工费用到账", en: "the first labour cost comes in"}
      shrinking: {zh: "按约定足额拨付", en: "a payment of the usual size"}
      behind: {zh: "补拨欠拨的人工费用", en: "what is missing of the labour cost is made up"}
      behind_rise: {zh: "补拨近期少拨部分", en: "what went missing lately is made up"}
      behind_habit: {zh: "拨付恢复到以往水平", en: "funding as it used to come"}
      topped_up: {zh: "建设单位拨付到位，不再靠总包垫付", en: "the developer's money takes the place of the contractor's"}
      taken_out: {zh: "退回被挪用的资金", en: "the money comes back to the account"}
      overdue: {zh: "付清逾期工资", en: "wages past due are paid"}
      late: {zh: "按时发放下一个月工资", en: "the next month is paid in time"}
      late_rise: {zh: "恢复到以往的发放时间", en: "wages come when they used to come"}
      crew: {zh: "核实减员原因并结清离开人员工资", en: "those who left are settled with, and why they left is known"}
      unlisted: {zh: "补报工资单", en: "pay slips for all who worked"}
      unbooked: {zh: "银行流水与工资单核对一致", en: "the bank's entries agree with the slips"}
      leads: {zh: "线索查实化解", en: "leads are looked into and settled"}
      lead_money: {zh: "线索查实化解", en: "leads are looked into and settled"}
      adverse: {zh: "单位补缴社保税款、化解逾期贷款", en: "the employer pays its insurance, taxes and loans"}
      power: {zh: "核实停产减产情况", en: "production goes on, or why not is known"}
      insured: {zh: "核实减员并结清工资", en: "who left is settled with"}
      contractor_owing: {zh: "总包付清其他项目工资", en: "the contractor pays on its other sites"}
      contractor_late: {zh: "总包在其他项目按时发放", en: "the contractor pays in time on its other sites"}
      contractor_short: {zh: "其他项目资金到位", en: "its other sites are funded"}
      contractor_topped_up: {zh: "其他项目资金到位，不再靠总包垫付", en: "developers fund its other sites"}
      contractor_taken_out: {zh: "退回被挪用的资金", en: "the money comes back to those accounts"}
      developer_overdue: {zh: "建设单位恢复正常拨付", en: "the developer funds its sites again"}
      developer_rise: {zh: "建设单位补拨其他项目", en: "the developer makes up for its other sites"}
      developer_owing: {zh: "建设单位其他项目工资付清", en: "wages are paid on the developer's other sites"}
      feeds_missing: {zh: "接通银行、考勤和工资单数据", en: "bank, gate and pay lists are connected"}
  - {name: contractor, unit: text, label: {zh: "总包单位", en: "general contractor"}}
  - {name: scorecard, unit: text, label: {zh: "评分卡", en: "scorecard"}}
*/
-- The odds are worked out in the snapshot (18_weighed.sql), of the same values that a scorecard is fitted to. Evidence is the five
-- features with the most points that raise them, each with its value; one that the records do not tell has points of its own, and
-- no figure. The amount is what is past due and a month of wages: what stands to be lost with the next pay day.
WITH weighing AS
(
    SELECT
        scope,
        scope_id,
        arraySlice(arrayReverseSort(groupArrayIf((round(weighed.points, 2), toString(feature), known, value), weighed.points >= 0.05)), 1, 5) AS most
    FROM weighed
    WHERE (scope, scope_id) IN (SELECT scope, scope_id FROM odds WHERE odds.odds >= {yellow_odds:Float64})
    GROUP BY scope, scope_id
)
SELECT
    subjects.scope AS scope,
    subjects.scope_id AS scope_id,
    subjects.township AS township,
    if(told.odds >= {red_odds:Float64}, 'red', 'yellow') AS level,
    {as_of:Date} AS since,
    if(on_site.workers > 0, on_site.workers, lists.workers) AS workers,
    subjects.owed_fen + subjects.wages_fen AS amount_fen,
    told.odds AS score,
    least(round(told.odds, 3), 0.99) AS odds, -- what is to come is never certain
    concat('in_ten_', toString(greatest(3, least(9, toUInt8(round(told.odds * 10)))))) AS in_words,
    nullIf(pay_days.pay_by, toDate(0)) AS pay_by,
    subjects.wages_fen AS wages_fen,
    subjects.owed_fen AS owed_fen,
    arrayMap(factor -> factor.2, weighing.most) AS factors,
    arrayMap(factor -> concat('+', toString(factor.1)), weighing.most) AS factor_points,
    arrayFirstOrNull(v -> true, arrayMap(f -> round(f.4, 3), arrayFilter(f -> f.2 = 'projected' AND f.3, weighing.most))) AS projected,
    arrayFirstOrNull(v -> true, arrayMap(f -> round(f.4, 3), arrayFilter(f -> f.2 = 'left' AND f.3, weighing.most))) AS left,
    arrayFirstOrNull(v -> true, arrayMap(f -> round(f.4, 3), arrayFilter(f -> f.2 = 'overdue_funding' AND f.3, weighing.most))) AS overdue_funding,
    arrayFirstOrNull(v -> true, arrayMap(f -> round(f.4, 3), arrayFilter(f -> f.2 = 'unfunded' AND f.3, weighing.most))) AS unfunded,
    arrayFirstOrNull(v -> true, arrayMap(f -> round(f.4, 3), arrayFilter(f -> f.2 = 'shrinking' AND f.3, weighing.most))) AS shrinking,
    arrayFirstOrNull(v -> true, arrayMap(f -> round(f.4, 3), arrayFilter(f -> f.2 = 'behind' AND f.3, weighing.most))) AS behind,
    arrayFirstOrNull(v -> true, arrayMap(f -> round(f.4, 3), arrayFilter(f -> f.2 = 'behind_rise' AND f.3, weighing.most))) AS behind_rise,
    arrayFirstOrNull(v -> true, arrayMap(f -> round(f.4, 3), arrayFilter(f -> f.2 = 'behind_habit' AND f.3, weighing.most))) AS behind_habit,
    arrayFirstOrNull(v -> true, arrayMap(f -> round(f.4, 3), arrayFilter(f -> f.2 = 'topped_up' AND f.3, weighing.most))) AS topped_up,
    arrayFirstOrNull(v -> true, arrayMap(f -> round(f.4, 3), arrayFilter(f -> f.2 = 'taken_out' AND f.3, weighing.most))) AS taken_out,
    arrayFirstOrNull(v -> true, arrayMap(f -> round(f.4, 3), arrayFilter(f -> f.2 = 'overdue' AND f.3, weighing.most))) AS overdue,
    arrayFirstOrNull(v -> true, arrayMap(f -> round(f.4, 3), arrayFilter(f -> f.2 = 'late' AND f.3, weighing.most))) AS late,
    arrayFirstOrNull(v -> true, arrayMap(f -> round(f.4, 3), arrayFilter(f -> f.2 = 'late_rise' AND f.3, weighing.most))) AS late_rise,
    arrayFirstOrNull(v -> true, arrayMap(f -> round(f.4, 3), arrayFilter(f -> f.2 = 'crew' AND f.3, weighing.most))) AS crew,
    arrayFirstOrNull(v -> true, arrayMap(f -> round(f.4, 3), arrayFilter(f -> f.2 = 'unlisted' AND f.3, weighing.most))) AS unlisted,
    arrayFirstOrNull(v -> true, arrayMap(f -> round(f.4, 3), arrayFilter(f -> f.2 = 'unbooked' AND f.3, weighing.most))) AS unbooked,
    arrayFirstOrNull(v -> true, arrayMap(f -> round(f.4, 3), arrayFilter(f -> f.2 = 'leads' AND f.3, weighing.most))) AS leads,
    arrayFirstOrNull(v -> true, arrayMap(f -> round(f.4, 3), arrayFilter(f -> f.2 = 'lead_money' AND f.3, weighing.most))) AS lead_money,
    arrayFirstOrNull(v -> true, arrayMap(f -> round(f.4, 3), arrayFilter(f -> f.2 = 'adverse' AND f.3, weighing.most))) AS adverse,
    arrayFirstOrNull(v -> true, arrayMap(f -> round(f.4, 3), arrayFilter(f -> f.2 = 'power' AND f.3, weighing.most))) AS power,
    arrayFirstOrNull(v -> true, arrayMap(f -> round(f.4, 3), arrayFilter(f -> f.2 = 'insured' AND f.3, weighing.most))) AS insured,
    arrayFirstOrNull(v -> true, arrayMap(f -> round(f.4, 3), arrayFilter(f -> f.2 = 'contractor_owing' AND f.3, weighing.most))) AS contractor_owing,
    arrayFirstOrNull(v -> true, arrayMap(f -> round(f.4, 3), arrayFilter(f -> f.2 = 'contractor_late' AND f.3, weighing.most))) AS contractor_late,
    arrayFirstOrNull(v -> true, arrayMap(f -> round(f.4, 3), arrayFilter(f -> f.2 = 'contractor_short' AND f.3, weighing.most))) AS contractor_short,
    arrayFirstOrNull(v -> true, arrayMap(f -> round(f.4, 3), arrayFilter(f -> f.2 = 'contractor_topped_up' AND f.3, weighing.most))) AS contractor_topped_up,
    arrayFirstOrNull(v -> true, arrayMap(f -> round(f.4, 3), arrayFilter(f -> f.2 = 'contractor_taken_out' AND f.3, weighing.most))) AS contractor_taken_out,
    arrayFirstOrNull(v -> true, arrayMap(f -> round(f.4, 3), arrayFilter(f -> f.2 = 'developer_overdue' AND f.3, weighing.most))) AS developer_overdue,
    arrayFirstOrNull(v -> true, arrayMap(f -> round(f.4, 3), arrayFilter(f -> f.2 = 'developer_rise' AND f.3, weighing.most))) AS developer_rise,
    arrayFirstOrNull(v -> true, arrayMap(f -> round(f.4, 3), arrayFilter(f -> f.2 = 'developer_owing' AND f.3, weighing.most))) AS developer_owing,
    arrayFirstOrNull(v -> true, arrayMap(f -> round(f.4, 3), arrayFilter(f -> f.2 = 'feeds_missing' AND f.3, weighing.most))) AS feeds_missing,
    arraySlice(factors, 1, 3) AS would_lower,
    if(told.scope = 'project', nullIf(subjects.employer_uscc, ''), NULL) AS contractor,
    told.scorecard AS scorecard
FROM odds AS told
INNER JOIN risk_subjects AS subjects ON subjects.scope = told.scope AND subjects.scope_id = told.scope_id
LEFT JOIN weighing ON weighing.scope = told.scope AND weighing.scope_id = told.scope_id
LEFT JOIN pay_days ON told.scope = 'project' AND pay_days.project_id = told.scope_id
LEFT JOIN on_site ON told.scope = 'project' AND on_site.project_id = told.scope_id
LEFT JOIN (SELECT scope, scope_id, argMax(workers, wage_month) AS workers FROM pay_lists GROUP BY scope, scope_id) AS lists
    ON lists.scope = told.scope AND lists.scope_id = told.scope_id
WHERE told.odds >= {yellow_odds:Float64}
