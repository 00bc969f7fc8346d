/*
id: wages-overdue
title: {zh: "工资逾期未付", en: "Wages overdue"}
question: {zh: "到期工资是否未付？", en: "Are due wages unpaid?"}
group: payment
scope: [project, employer]
department: sector
basis: [Reg. 12, Reg. 14, Reg. 31]
params:
  lookback_days: {type: UInt16, unit: days, text: {zh: "回溯天数", en: "days looked back"}}
  yellow_days: {type: UInt16, unit: days, text: {zh: "黄色逾期天数", en: "days past due for yellow"}}
  red_days: {type: UInt16, unit: days, text: {zh: "红色逾期天数", en: "days past due for red"}}
  red_months: {type: UInt16, unit: months, text: {zh: "红色连续欠付月数", en: "wage months in a row for red"}}
levels:
  yellow: {zh: "任何金额逾期3天", en: "any amount 3 days past due"}
  red: {zh: "逾期30天，或连续两个工资月逾期", en: "30 days past due, or two wage months in a row"}
advice:
  zh: 核对工资表与银行代发回单；由施工总承包单位先行清偿（条例第30条）。
  en: Compare the pay list with the bank's transfer slips; the general contractor pays first (Reg. 30).
evidence:
  - {name: unpaid_fen, unit: fen, label: {zh: "逾期未付", en: "overdue"}}
  - {name: unpaid_workers, unit: workers, label: {zh: "涉及人数", en: "workers"}}
  - {name: oldest_due_by, unit: date, label: {zh: "最早应付日", en: "oldest due date"}}
  - {name: days_past_due, unit: days, label: {zh: "最长逾期", en: "days past due"}}
  - {name: months, unit: month, label: {zh: "欠付工资月", en: "wage months"}}
  - {name: months_in_a_row, unit: months, label: {zh: "连续欠付月数", en: "wage months in a row"}}
  - {name: records, unit: records, label: {zh: "工资单记录", en: "pay slips"}}
*/
SELECT
    scope,
    scope_id,
    any(payers.township) AS township,
    if(days_past_due >= {red_days:UInt16} OR months_in_a_row >= {red_months:UInt16}, 'red', 'yellow') AS level,
    oldest_due_by + 1 AS since,
    unpaid_workers AS workers,
    unpaid_fen AS amount_fen,
    least(days_past_due / (3 * {red_days:UInt16}), 1) AS score,
    sum(slips.unpaid_fen) AS unpaid_fen,
    uniqExact(slips.worker_key) AS unpaid_workers,
    min(slips.due_by) AS oldest_due_by,
    dateDiff('day', oldest_due_by, {as_of:Date}) AS days_past_due,
    arraySort(groupUniqArray(formatDateTime(slips.wage_month, '%Y-%m'))) AS months,
    -- months less their place in order are equal exactly in a run without gaps
    arrayMax(n -> n, arrayMap(run -> countEqual(runs, run), runs)) AS months_in_a_row,
    arrayMap((month, place) -> toRelativeMonthNum(toDate(concat(month, '-01'))) - place, months, arrayEnumerate(months)) AS runs,
    arraySlice(arraySort(groupArray(slips.id)), 1, 20) AS records
FROM slips
INNER JOIN payers USING (scope, scope_id)
WHERE slips.unpaid_fen > 0
    AND slips.due_by + {yellow_days:UInt16} <= {as_of:Date}
    AND slips.due_by >= {as_of:Date} - {lookback_days:UInt16}
GROUP BY scope, scope_id
