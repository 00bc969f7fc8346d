/*
id: short-paid
title: {zh: "工资未足额支付", en: "Wages paid in part"}
question: {zh: "工资是否只付了一部分？", en: "Are wages paid in part?"}
group: payment
scope: [project, employer]
department: sector
basis: [Reg. 12, Reg. 31]
params:
  lookback_days: {type: UInt16, unit: days, text: {zh: "回溯天数", en: "days looked back"}}
  red_share: {type: Float64, unit: share, text: {zh: "红色支付比例", en: "paid share below which it is red"}}
levels:
  yellow: {zh: "过应付日，实付不足应付的100%", en: "past due and less than 100% paid"}
  red: {zh: "实付不足应付的80%", en: "less than 80% paid"}
advice:
  zh: 核对扣款依据与剩余支付计划；不得以工程量争议为由扣发（条例第35条）。
  en: Check the grounds of deductions and the plan for the rest; disputes about works are no ground (Reg. 35).
evidence:
  - {name: month, unit: month, label: {zh: "工资月", en: "wage month"}}
  - {name: payable_fen, unit: fen, label: {zh: "应付", en: "payable"}}
  - {name: paid_fen, unit: fen, label: {zh: "已付", en: "paid"}}
  - {name: paid_share, unit: share, label: {zh: "支付比例", en: "paid share"}}
  - {name: short_workers, unit: workers, label: {zh: "未足额人数", en: "workers not paid in full"}}
  - {name: due_by, unit: date, label: {zh: "应付日", en: "due by"}}
  - {name: records, unit: records, label: {zh: "工资单记录", en: "pay slips"}}
*/
-- By amount, each wage month by itself; a month of which nothing at all was paid is overdue, not paid in part.
SELECT
    scope,
    scope_id,
    any(payers.township) AS township,
    if(paid_share < {red_share:Float64}, 'red', 'yellow') AS level,
    due_by + 1 AS since,
    short_workers AS workers,
    payable_fen - paid_fen AS amount_fen,
    1 - paid_share AS score,
    slips.wage_month AS month,
    sum(slips.payable_fen) AS payable_fen,
    sum(slips.payable_fen - slips.unpaid_fen) AS paid_fen,
    paid_fen / payable_fen AS paid_share,
    uniqExactIf(slips.worker_key, slips.unpaid_fen > 0) AS short_workers,
    minIf(slips.due_by, slips.unpaid_fen > 0) AS due_by,
    arraySlice(arraySort(groupArrayIf(slips.id, slips.unpaid_fen > 0)), 1, 20) AS records
FROM slips
INNER JOIN payers USING (scope, scope_id)
WHERE slips.due_by < {as_of:Date}
    AND slips.due_by >= {as_of:Date} - {lookback_days:UInt16}
    AND (scope_id, slips.wage_month) IN (SELECT scope_id, wage_month FROM pay_lists WHERE unpaid_fen > 0)
GROUP BY scope, scope_id, slips.wage_month
HAVING paid_fen > 0 AND paid_fen < payable_fen
ORDER BY paid_share ASC, month ASC
LIMIT 1 BY scope, scope_id
