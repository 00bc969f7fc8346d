/*
id: payment-outlier
title: {zh: "工资数额异常", en: "Implausible pay"}
question: {zh: "是否有个人工资数额明显异常？", en: "Is one worker's pay implausible?"}
group: payment
scope: [project, employer]
department: sector
basis: [Reg. 31, Reg. 38]
params:
  lookback_days: {type: UInt16, unit: days, text: {zh: "回溯天数", en: "days looked back"}}
  month_fen: {type: Int64, unit: fen, text: {zh: "单月上限", en: "most in a month"}}
  year_fen: {type: Int64, unit: fen, text: {zh: "十二个月上限", en: "most in twelve months"}}
levels:
  red: {zh: "单月超过5万元，或十二个月超过30万元", en: "over 50,000 yuan in a month or 300,000 in twelve"}
advice:
  zh: "核对该人员岗位、考勤与计薪依据，查是否借名套取专户资金。"
  en: "Check the person's job, attendance and wage basis; look for money drawn in another's name."
evidence:
  - {name: outlier_workers, unit: workers, label: {zh: "异常人数", en: "workers"}}
  - {name: highest_month_fen, unit: fen, label: {zh: "单月最高", en: "highest month"}}
  - {name: highest_year_fen, unit: fen, label: {zh: "十二个月最高", en: "highest twelve months"}}
  - {name: months, unit: month, label: {zh: "涉及工资月", en: "wage months"}}
  - {name: records, unit: records, label: {zh: "工资单记录", en: "pay slips"}}
*/
-- Few workers can be outliers at all; they are found first. An outlier has a month over the most in a month, or over a
-- twelfth of the most in twelve.
WITH
    suspects AS
    (
        SELECT worker_key
        FROM slips
        WHERE due_by <= {as_of:Date} AND (scope_id, wage_month) IN
        (
            SELECT scope_id, wage_month
            FROM pay_lists
            WHERE wage_month >= addMonths(toStartOfMonth({as_of:Date}), -12) AND most_fen > least({month_fen:Int64}, intDiv({year_fen:Int64}, 12))
        )
        GROUP BY scope, scope_id, wage_month, worker_key
        HAVING sum(greatest(payable_fen, paid_fen)) > least({month_fen:Int64}, intDiv({year_fen:Int64}, 12))
    ),
    months AS
    (
        SELECT
            scope,
            scope_id,
            worker_key,
            wage_month,
            sum(greatest(payable_fen, paid_fen)) AS fen,
            min(id) AS record,
            max(due_by) AS last_due_by
        FROM slips
        WHERE due_by <= {as_of:Date} AND wage_month >= addMonths(toStartOfMonth({as_of:Date}), -12)
            AND worker_key IN (SELECT worker_key FROM suspects)
        GROUP BY scope, scope_id, worker_key, wage_month
    ),
    payees AS
    (
        SELECT
            scope,
            scope_id,
            worker_key,
            sumIf(fen, wage_month < toStartOfMonth({as_of:Date})) AS twelve_months_fen,
            maxIf(fen, last_due_by >= {as_of:Date} - {lookback_days:UInt16}) AS highest_fen,
            groupArrayIf((wage_month, record, last_due_by), fen > {month_fen:Int64} AND last_due_by >= {as_of:Date} - {lookback_days:UInt16}) AS high,
            max(last_due_by) AS latest_due_by,
            argMax(record, wage_month) AS last_record
        FROM months
        GROUP BY scope, scope_id, worker_key
        HAVING notEmpty(high) OR twelve_months_fen > {year_fen:Int64}
    )
SELECT
    payees.scope AS scope,
    payees.scope_id AS scope_id,
    any(payers.township) AS township,
    'red' AS level,
    min(if(empty(payees.high), payees.latest_due_by, arrayMin(arrayMap(m -> m.3, payees.high)))) AS since,
    outlier_workers AS workers,
    highest_month_fen AS amount_fen,
    least(greatest(highest_month_fen / {month_fen:Int64}, highest_year_fen / {year_fen:Int64}) / 5, 1) AS score,
    count() AS outlier_workers,
    max(payees.highest_fen) AS highest_month_fen,
    max(payees.twelve_months_fen) AS highest_year_fen,
    arraySort(arrayDistinct(arrayFlatten(groupArray(arrayMap(m -> formatDateTime(m.1, '%Y-%m'), high))))) AS months,
    arraySlice(arraySort(arrayDistinct(arrayFlatten(groupArray(if(empty(high), [payees.last_record], arrayMap(m -> m.2, high)))))), 1, 20) AS records
FROM payees
INNER JOIN payers ON payers.scope = payees.scope AND payers.scope_id = payees.scope_id
GROUP BY payees.scope, payees.scope_id
