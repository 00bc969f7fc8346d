/*
id: in-kind-payment
title: {zh: "以实物抵付工资", en: "Paid in kind"}
question: {zh: "是否以实物或有价证券抵付工资？", en: "Is anything paid in kind?"}
group: payment
scope: [project, employer]
department: human_resources
basis: [Reg. 11, Reg. 54, Interim Wage Payment Provisions 5]
params: {}
levels:
  red: {zh: "存在实物抵付，且尚未以货币补付", en: "anything in kind that has not been paid in money since"}
advice:
  zh: "责令以货币支付；留存抵付凭证。"
  en: "Order payment in money; keep the papers of what was given instead."
evidence:
  - {name: in_kind_workers, unit: workers, label: {zh: "涉及人数", en: "workers"}}
  - {name: in_kind_fen, unit: fen, label: {zh: "未以货币支付的金额", en: "not paid in money"}}
  - {name: months, unit: month, label: {zh: "工资月", en: "wage months"}}
  - {name: records, unit: records, label: {zh: "工资单记录", en: "pay slips"}}
*/
-- What was given in kind is owed still, so it stays in sight until it is paid in money, paid through a proceeding or closed. A
-- list with nothing unpaid has none of it.
SELECT
    slips.scope AS scope,
    slips.scope_id AS scope_id,
    any(payers.township) AS township,
    'red' AS level,
    min(ifNull(slips.paid_on, slips.due_by)) AS since,
    in_kind_workers AS workers,
    in_kind_fen AS amount_fen,
    least(in_kind_workers / 20, 1) AS score,
    uniqExact(slips.worker_key) AS in_kind_workers,
    sum(slips.unpaid_fen) AS in_kind_fen,
    arraySort(groupUniqArray(formatDateTime(slips.wage_month, '%Y-%m'))) AS months,
    arraySlice(arraySort(groupArray(slips.id)), 1, 20) AS records
FROM slips
INNER JOIN payers ON payers.scope = slips.scope AND payers.scope_id = slips.scope_id
WHERE slips.channel = 'in_kind' AND slips.unpaid_fen > 0
    AND (slips.scope_id, slips.wage_month) IN (SELECT scope_id, wage_month FROM pay_lists WHERE unpaid_fen > 0)
    AND least(slips.due_by, ifNull(slips.paid_on, slips.due_by)) <= {as_of:Date}
    AND
    (
        slips.due_by >= {as_of:Date}
        OR (slips.scope, slips.scope_id, slips.wage_month, slips.worker_key) IN (SELECT scope, scope_id, wage_month, worker_key FROM owed)
    )
GROUP BY slips.scope, slips.scope_id
