/*
id: unsigned-paylist
title: {zh: "工资表未签字确认", en: "Pay list unsigned"}
question: {zh: "工人是否未在分包单位工资表上签字确认（银行已付至本人账户的除外）？", en: "Do workers not sign the subcontractor's pay list (where no bank paid their own account)?"}
group: payment
scope: [project]
department: sector
basis: [Reg. 31, Reg. 56]
params:
  lookback_days: {type: UInt16, unit: days, text: {zh: "回溯天数", en: "days looked back"}}
  yellow_share: {type: Float64, unit: share, text: {zh: "黄色预警比例", en: "share of workers for yellow"}}
  red_share: {type: Float64, unit: share, text: {zh: "红色预警比例", en: "share of workers for red"}}
levels:
  yellow: {zh: "超过10%未签字，也未由银行付至本人账户", en: "more than 10% neither signed nor were paid by a bank into their own account"}
  red: {zh: "超过50%未签字，也未由银行付至本人账户", en: "more than 50% neither signed nor were paid by a bank into their own account"}
advice:
  zh: "抽查工资表签字是否本人，未签字的逐人核实数额。"
  en: "Check signatures by sample, and the amounts with those who did not sign."
evidence:
  - {name: month, unit: month, label: {zh: "工资月", en: "wage month"}}
  - {name: unsigned_workers, unit: workers, label: {zh: "未签字人数", en: "workers who did not sign"}}
  - {name: listed_workers, unit: workers, label: {zh: "在表人数", en: "workers on the list"}}
  - {name: banked_workers, unit: workers, label: {zh: "未签字但银行已付至本人账户", en: "unsigned, paid by a bank into their own account"}}
  - {name: unsigned_share, unit: share, label: {zh: "占比", en: "share"}}
  - {name: records, unit: records, label: {zh: "工资单记录", en: "pay slips"}}
*/
-- A list that is due as a whole has no more unsigned workers than unsigned slips. A bank's transfer to the worker's own account
-- proves what a signature would: the account that the worker is registered with or, where none is registered, one that no
-- other worker of the list is paid into.
WITH
    suspects AS
    (
        SELECT scope_id, wage_month
        FROM pay_lists
        WHERE scope = 'project' AND unsigned > 0 AND first_due_by <= {as_of:Date} AND last_due_by >= {as_of:Date} - {lookback_days:UInt16}
            AND (unsigned > {yellow_share:Float64} * workers OR last_due_by > {as_of:Date} OR first_due_by < {as_of:Date} - {lookback_days:UInt16})
    ),
    unsigned AS
    (
        SELECT
            slips.scope_id AS project_id,
            slips.wage_month AS wage_month,
            slips.worker_key AS worker_key,
            slips.id AS id,
            slips.due_by AS due_by,
            slips.paid_fen > 0 AND slips.channel IN ('special_account', 'employer_account') AND slips.payee_key != toFixedString('', 16) AS transferred,
            slips.payee_key AS payee_key,
            registered.account_key AS account_key
        FROM slips
        LEFT JOIN registered ON registered.project_id = slips.scope_id AND registered.worker_key = slips.worker_key
        WHERE slips.scope = 'project' AND NOT slips.signed
            AND slips.due_by <= {as_of:Date} AND slips.due_by >= {as_of:Date} - {lookback_days:UInt16}
            AND (slips.scope_id, slips.wage_month) IN (SELECT scope_id, wage_month FROM suspects)
    ),
    shared AS
    (
        SELECT
            scope_id,
            wage_month,
            payee_key
        FROM slips
        WHERE scope = 'project' AND paid_fen > 0
            AND (scope_id, wage_month) IN (SELECT scope_id, wage_month FROM pay_lists WHERE shared)
            AND (scope_id, wage_month) IN (SELECT scope_id, wage_month FROM suspects)
        GROUP BY scope_id, wage_month, payee_key
        HAVING uniqExact(worker_key) > 1
    ),
    workers AS
    (
        SELECT
            project_id,
            wage_month,
            worker_key,
            max
            (
                NOT
                (
                    transferred
                    AND if
                    (
                        account_key != toFixedString('', 16),
                        account_key = payee_key,
                        (project_id, wage_month, payee_key) NOT IN (SELECT scope_id, wage_month, payee_key FROM shared)
                    )
                )
            ) AS unproven,
            min(due_by) AS first_due_by,
            min(id) AS record
        FROM unsigned
        GROUP BY project_id, wage_month, worker_key
    ),
    lists AS
    (
        SELECT
            scope_id,
            wage_month,
            uniqExact(worker_key) AS listed
        FROM slips
        WHERE scope = 'project' AND due_by <= {as_of:Date} AND due_by >= {as_of:Date} - {lookback_days:UInt16}
            AND (scope_id, wage_month) IN (SELECT scope_id, wage_month FROM suspects)
        GROUP BY scope_id, wage_month
    )
SELECT
    workers.project_id AS scope_id,
    any(payers.township) AS township,
    if(unsigned_share > {red_share:Float64}, 'red', 'yellow') AS level,
    minIf(workers.first_due_by, workers.unproven) AS since,
    unsigned_workers AS workers,
    0 AS amount_fen,
    unsigned_share AS score,
    workers.wage_month AS month,
    countIf(workers.unproven) AS unsigned_workers,
    any(lists.listed) AS listed_workers,
    countIf(NOT workers.unproven) AS banked_workers,
    unsigned_workers / listed_workers AS unsigned_share,
    arraySlice(arraySort(groupArrayIf(workers.record, workers.unproven)), 1, 20) AS records
FROM workers
INNER JOIN lists ON lists.scope_id = workers.project_id AND lists.wage_month = workers.wage_month
INNER JOIN payers ON payers.scope = 'project' AND payers.scope_id = workers.project_id
GROUP BY workers.project_id, workers.wage_month
HAVING unsigned_share > {yellow_share:Float64}
ORDER BY unsigned_share DESC, month ASC
LIMIT 1 BY scope_id
