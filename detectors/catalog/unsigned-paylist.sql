/*
id: unsigned-paylist
title: {zh: "工资表未签字确认", en: "Pay list unsigned"}
question: {zh: "工人是否未在工资表上签字确认？", en: "Do workers not sign the pay list?"}
group: payment
scope: [project, employer]
department: sector
basis: [Reg. 31, Reg. 56]
params:
  lookback_days: {type: UInt16, unit: days, text: {zh: "回溯天数", en: "days looked back"}}
  yellow_share: {type: Float64, unit: share, text: {zh: "黄色预警比例", en: "share of workers for yellow"}}
  red_share: {type: Float64, unit: share, text: {zh: "红色预警比例", en: "share of workers for red"}}
levels:
  yellow: {zh: "超过10%未签字", en: "more than 10% unsigned"}
  red: {zh: "超过50%未签字", en: "more than 50% unsigned"}
advice:
  zh: "抽查工资表签字是否本人，未签字的逐人核实数额。"
  en: "Check signatures by sample, and the amounts with those who did not sign."
evidence:
  - {name: month, unit: month, label: {zh: "工资月", en: "wage month"}}
  - {name: unsigned_workers, unit: workers, label: {zh: "未签字人数", en: "workers who did not sign"}}
  - {name: listed_workers, unit: workers, label: {zh: "在表人数", en: "workers on the list"}}
  - {name: unsigned_share, unit: share, label: {zh: "占比", en: "share"}}
  - {name: records, unit: records, label: {zh: "工资单记录", en: "pay slips"}}
*/
-- A list that is due as a whole has no more unsigned workers than unsigned slips.
WITH lists AS
(
    SELECT
        scope,
        scope_id,
        wage_month,
        worker_key,
        min(signed) AS signed,
        min(due_by) AS first_due_by,
        min(id) AS record
    FROM slips
    WHERE due_by <= {as_of:Date} AND due_by >= {as_of:Date} - {lookback_days:UInt16}
        AND (scope_id, wage_month) IN
        (
            SELECT scope_id, wage_month
            FROM pay_lists
            WHERE unsigned > 0 AND first_due_by <= {as_of:Date} AND last_due_by >= {as_of:Date} - {lookback_days:UInt16}
                AND (unsigned > {yellow_share:Float64} * workers OR last_due_by > {as_of:Date} OR first_due_by < {as_of:Date} - {lookback_days:UInt16})
        )
    GROUP BY scope, scope_id, wage_month, worker_key
)
SELECT
    lists.scope AS scope,
    lists.scope_id AS scope_id,
    any(payers.township) AS township,
    if(unsigned_share > {red_share:Float64}, 'red', 'yellow') AS level,
    min(lists.first_due_by) AS since,
    unsigned_workers AS workers,
    0 AS amount_fen,
    unsigned_share AS score,
    lists.wage_month AS month,
    countIf(NOT lists.signed) AS unsigned_workers,
    count() AS listed_workers,
    unsigned_workers / listed_workers AS unsigned_share,
    arraySlice(arraySort(groupArrayIf(lists.record, NOT lists.signed)), 1, 20) AS records
FROM lists
INNER JOIN payers ON payers.scope = lists.scope AND payers.scope_id = lists.scope_id
GROUP BY lists.scope, lists.scope_id, lists.wage_month
HAVING unsigned_share > {yellow_share:Float64}
ORDER BY unsigned_share DESC, month ASC
LIMIT 1 BY scope, scope_id
