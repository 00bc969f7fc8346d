/*
id: wages-overdue
title: {zh: "工资逾期未付", en: "Wages overdue"}
question: {zh: "工资表所列工资是否到期未付？", en: "Are listed wages owed?"}
group: payment
scope: [project, employer]
department: sector
basis: [Reg. 12, Reg. 13, Reg. 14, Reg. 16]
params:
  yellow_days: {type: UInt16, unit: days, text: {zh: "黄色逾期天数", en: "days past due for yellow"}}
  red_days: {type: UInt16, unit: days, text: {zh: "红色逾期天数", en: "days past due for red"}}
  red_months: {type: UInt16, unit: months, text: {zh: "红色连续欠付月数", en: "wage months in a row for red"}}
levels:
  yellow: {zh: "任何金额逾期3天", en: "any amount 3 days past due"}
  red: {zh: "逾期30天，或连续两个工资月逾期", en: "30 days past due, or two wage months in a row"}
advice:
  zh: 核对工资表与银行代发回单；由用人单位清偿，分包单位拖欠的由施工总承包单位先行清偿（条例第16、30条）。
  en: Compare the pay list with the bank's transfer slips; the employer pays, for a subcontractor the general contractor first (Reg. 16, 30).
evidence:
  - {name: unpaid_fen, unit: fen, label: {zh: "逾期未付", en: "overdue"}}
  - {name: unpaid_workers, unit: workers, label: {zh: "涉及人数", en: "workers"}}
  - {name: oldest_due_by, unit: date, label: {zh: "最早应付日", en: "oldest due date"}}
  - {name: days_past_due, unit: days, label: {zh: "最长逾期", en: "days past due"}}
  - {name: age_30_fen, unit: fen, label: {zh: "逾期30天以内", en: "30 days past due or less"}}
  - {name: age_90_fen, unit: fen, label: {zh: "逾期31至90天", en: "31 to 90 days past due"}}
  - {name: age_365_fen, unit: fen, label: {zh: "逾期91至365天", en: "91 to 365 days past due"}}
  - {name: age_over_fen, unit: fen, label: {zh: "逾期365天以上", en: "more than 365 days past due"}}
  - {name: months, unit: month, label: {zh: "欠付工资月", en: "wage months"}}
  - {name: months_in_a_row, unit: months, label: {zh: "连续欠付月数", en: "wage months in a row"}}
  - {name: records, unit: records, label: {zh: "工资单记录", en: "pay slips"}}
*/
-- What pay slips list and nobody has paid in money, of whatever age: it stays until it is paid or closed.
SELECT
    owed.scope AS scope,
    owed.scope_id AS scope_id,
    any(payers.township) AS township,
    if(days_past_due >= {red_days:UInt16} OR months_in_a_row >= {red_months:UInt16}, 'red', 'yellow') AS level,
    oldest_due_by + 1 AS since,
    unpaid_workers AS workers,
    unpaid_fen AS amount_fen,
    least(days_past_due / (3 * {red_days:UInt16}), 1) AS score,
    sum(owed.owed_fen) AS unpaid_fen,
    uniqExact(owed.worker_key) AS unpaid_workers,
    min(owed.due_by) AS oldest_due_by,
    dateDiff('day', oldest_due_by, {as_of:Date}) AS days_past_due,
    sumIf(owed.owed_fen, owed.due_by >= {as_of:Date} - 30) AS age_30_fen,
    sumIf(owed.owed_fen, owed.due_by < {as_of:Date} - 30 AND owed.due_by >= {as_of:Date} - 90) AS age_90_fen,
    sumIf(owed.owed_fen, owed.due_by < {as_of:Date} - 90 AND owed.due_by >= {as_of:Date} - 365) AS age_365_fen,
    sumIf(owed.owed_fen, owed.due_by < {as_of:Date} - 365) AS age_over_fen,
    arraySort(groupUniqArray(formatDateTime(owed.wage_month, '%Y-%m'))) AS months,
    -- months less their place in order are equal exactly in a run without gaps
    arrayMax(n -> n, arrayMap(run -> countEqual(runs, run), runs)) AS months_in_a_row,
    arrayMap((month, place) -> toRelativeMonthNum(toDate(concat(month, '-01'))) - place, months, arrayEnumerate(months)) AS runs,
    arraySlice(arraySort(groupUniqArrayArray(owed.records)), 1, 20) AS records
FROM owed
INNER JOIN payers ON payers.scope = owed.scope AND payers.scope_id = owed.scope_id
WHERE owed.kind = 'listed' AND owed.due_by + {yellow_days:UInt16} <= {as_of:Date}
GROUP BY owed.scope, owed.scope_id
