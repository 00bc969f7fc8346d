/*
id: payment-bypass
title: {zh: "绕开专户发放工资", en: "Wages paid around the wage account"}
question: {zh: "工资是否未通过专户发放？", en: "Are wages paid around the special account?"}
group: safeguards
scope: [project]
department: sector
basis: [Reg. 31]
params:
  lookback_days: {type: UInt16, unit: days, text: {zh: "回溯天数", en: "days looked back"}}
  red_share: {type: Float64, unit: share, text: {zh: "红色预警比例", en: "share of the amount for red"}}
levels:
  yellow: {zh: "最近一个到期工资月有任何金额未经专户", en: "any amount of the last closed wage month outside the account"}
  red: {zh: "超过该月已付金额的20%", en: "more than 20% of what was paid for the month"}
advice:
  zh: "要求施工总承包单位通过专户代发至本人银行账户，核对现金发放签收。"
  en: "The general contractor pays through the account to each worker's own bank account; check receipts of cash."
evidence:
  - {name: month, unit: month, label: {zh: "工资月", en: "wage month"}}
  - {name: bypassed_fen, unit: fen, label: {zh: "未经专户", en: "outside the account"}}
  - {name: paid_fen, unit: fen, label: {zh: "已付", en: "paid"}}
  - {name: bypassed_share, unit: share, label: {zh: "占比", en: "share"}}
  - {name: channels, unit: text, codes: pay_channel, label: {zh: "渠道", en: "channels"}}
  - {name: records, unit: records, label: {zh: "工资单记录", en: "pay slips"}}
*/
-- The last wage month that is due and of which anything was paid.
WITH
closed AS
(
    SELECT scope_id, wage_month
    FROM pay_lists
    WHERE scope = 'project' AND paid_fen > 0 AND first_due_by <= {as_of:Date} AND last_due_by >= {as_of:Date} - {lookback_days:UInt16}
        AND scope_id IN (SELECT scope_id FROM pay_lists WHERE scope = 'project' AND bypassed_fen > 0 AND last_due_by >= {as_of:Date} - {lookback_days:UInt16})
),
months AS
(
    SELECT
        slips.project_id AS project_id,
        any(projects.township) AS township,
        slips.wage_month AS month,
        sumIf(slips.paid_fen, slips.channel != 'special_account') AS bypassed_fen,
        sum(slips.paid_fen) AS paid_fen,
        uniqExactIf(slips.worker_key, slips.channel != 'special_account' AND slips.paid_fen > 0) AS bypassed_workers,
        arraySort(groupUniqArrayIf(toString(slips.channel), slips.channel != 'special_account' AND slips.paid_fen > 0)) AS channels,
        minIf(slips.paid_on, slips.channel != 'special_account' AND slips.paid_fen > 0) AS first_paid_on,
        arraySlice(arraySort(groupArrayIf(slips.id, slips.channel != 'special_account' AND slips.paid_fen > 0)), 1, 20) AS records
    FROM slips
    INNER JOIN projects ON projects.project_id = slips.project_id
    WHERE slips.scope = 'project' AND projects.paying
        AND slips.due_by <= {as_of:Date} AND slips.due_by >= {as_of:Date} - {lookback_days:UInt16}
        AND (slips.scope_id, slips.wage_month) IN (SELECT scope_id, wage_month FROM closed)
    GROUP BY slips.project_id, slips.wage_month
    HAVING paid_fen > 0
    ORDER BY month DESC
    LIMIT 1 BY project_id
)
SELECT
    project_id AS scope_id,
    township,
    if(bypassed_share > {red_share:Float64}, 'red', 'yellow') AS level,
    ifNull(first_paid_on, month) AS since,
    bypassed_workers AS workers,
    bypassed_fen AS amount_fen,
    bypassed_share AS score,
    month,
    bypassed_fen,
    paid_fen,
    bypassed_fen / paid_fen AS bypassed_share,
    channels,
    records
FROM months
WHERE bypassed_fen > 0
