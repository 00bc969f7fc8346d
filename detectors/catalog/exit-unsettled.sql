/*
id: exit-unsettled
title: {zh: "退场未结清工资", en: "Left without settlement"}
question: {zh: "离场超过7天的人员是否仍未结清工资？", en: "Did people leave more than 7 days ago without settlement?"}
group: payment
scope: [project, employer]
department: sector
basis: [Reg. 12, Reg. 31]
params:
  lookback_days: {type: UInt16, unit: days, text: {zh: "回溯天数", en: "days looked back"}}
  grace_days: {type: UInt16, unit: days, text: {zh: "结清宽限天数", en: "days allowed after leaving"}}
levels:
  yellow: {zh: "未结清，且已有线索在办", en: "not settled, and a lead about it is being handled"}
  red: {zh: "未结清", en: "not settled"}
advice:
  zh: "逐人核对退场结算单和本人确认；督促立即结清。"
  en: "Check each settlement sheet with the worker's confirmation; have it settled at once."
evidence:
  - {name: unsettled_workers, unit: workers, label: {zh: "未结清人数", en: "workers not settled"}}
  - {name: not_recorded, unit: workers, label: {zh: "无结清记录", en: "without a settlement"}}
  - {name: unpaid_workers, unit: workers, label: {zh: "仍有欠付", en: "with wages unpaid"}}
  - {name: without_slip, unit: workers, label: {zh: "末月无工资单", en: "last month without a slip"}}
  - {name: unpaid_fen, unit: fen, label: {zh: "欠付金额", en: "unpaid"}}
  - {name: first_left_on, unit: date, label: {zh: "最早离场日", en: "first left on"}}
  - {name: open_leads, unit: count, label: {zh: "在办线索", en: "leads being handled"}}
  - {name: records, unit: records, label: {zh: "登记记录", en: "registrations"}}
*/
-- Who came back, or moved to another team of the same project, has not left. A settled worker's wages count as unpaid only
-- once they are due, and a last month as without a slip only once its pay day has passed.
WITH
    leavers AS
    (
        SELECT worker_key
        FROM registrations
        WHERE left_on + {grace_days:UInt16} < {as_of:Date} AND left_on >= {as_of:Date} - {lookback_days:UInt16}
    ),
    gone AS
    (
        SELECT
            if(project_id = '', 'employer', 'project') AS scope,
            if(project_id = '', employer_uscc, project_id) AS scope_id,
            worker_key,
            max(ifNull(left_on, toDate('2100-01-01'))) AS last_left_on,
            argMax(ifNull(settled_on <= {as_of:Date}, false), (entered_on, id)) AS settled,
            argMax(id, (entered_on, id)) AS record
        FROM registrations
        WHERE entered_on <= {as_of:Date} AND worker_key IN (SELECT worker_key FROM leavers)
        GROUP BY scope, scope_id, worker_key
        HAVING last_left_on + {grace_days:UInt16} < {as_of:Date} AND last_left_on >= {as_of:Date} - {lookback_days:UInt16}
    ),
    owed AS
    (
        SELECT
            scope,
            scope_id,
            worker_key,
            sum(unpaid_fen) AS owed_fen
        FROM slips
        WHERE unpaid_fen > 0 AND due_by < {as_of:Date} AND worker_key IN (SELECT worker_key FROM leavers)
        GROUP BY scope, scope_id, worker_key
    ),
    toStartOfMonth({as_of:Date} - {lookback_days:UInt16}) AS first_month,
    without_slip AS
    (
        SELECT
            work.project_id AS project_id,
            work.worker_key AS worker_key,
            max(work.month) AS month
        FROM unlisted AS work
        INNER JOIN payers ON payers.scope = 'project' AND payers.scope_id = work.project_id
        WHERE work.month >= first_month AND work.worker_key IN (SELECT worker_key FROM leavers)
            AND (work.employer_uscc, work.month, work.worker_key) NOT IN
            (
                SELECT scope_id, wage_month, worker_key
                FROM slips
                WHERE scope = 'employer' AND wage_month >= first_month AND worker_key IN (SELECT worker_key FROM leavers)
            )
            AND least(addMonths(work.month, 1) + payers.pay_day - 1, toLastDayOfMonth(addMonths(work.month, 1))) < {as_of:Date}
            AND work.last_day >= {as_of:Date} - {lookback_days:UInt16}
        GROUP BY project_id, worker_key
    ),
    handled AS
    (
        SELECT
            scope,
            scope_id,
            count() AS handled_leads
        FROM leads
        WHERE open
        GROUP BY scope, scope_id
    )
SELECT
    gone.scope AS scope,
    gone.scope_id AS scope_id,
    any(payers.township) AS township,
    if(any(handled.handled_leads) > 0, 'yellow', 'red') AS level,
    min(gone.last_left_on) + {grace_days:UInt16} + 1 AS since,
    count() AS workers,
    unpaid_fen AS amount_fen,
    least(count() / 20, 1) AS score,
    count() AS unsettled_workers,
    countIf(NOT gone.settled) AS not_recorded,
    countIf(owed.owed_fen > 0) AS unpaid_workers,
    countIf(without_slip.month > toDate(0)) AS without_slip,
    sum(owed.owed_fen) AS unpaid_fen,
    min(gone.last_left_on) AS first_left_on,
    any(handled.handled_leads) AS open_leads,
    arraySlice(arraySort(groupArray(gone.record)), 1, 20) AS records
FROM gone
INNER JOIN payers ON payers.scope = gone.scope AND payers.scope_id = gone.scope_id
LEFT JOIN owed ON owed.scope = gone.scope AND owed.scope_id = gone.scope_id AND owed.worker_key = gone.worker_key
LEFT JOIN without_slip ON without_slip.project_id = gone.scope_id AND without_slip.worker_key = gone.worker_key
LEFT JOIN handled ON handled.scope = gone.scope AND handled.scope_id = gone.scope_id
WHERE NOT gone.settled OR owed.owed_fen > 0 OR without_slip.month > toDate(0)
GROUP BY gone.scope, gone.scope_id
