/*
id: due-date-deferred
title: {zh: "应付日约定过迟", en: "Due date too late"}
question: {zh: "工资单上的应付日是否晚于法定期限？", en: "Is a due date later than the law allows?"}
group: payment
scope: [project, employer]
department: human_resources
basis: [Reg. 13, Reg. 14]
params:
  lookback_days: {type: UInt16, unit: days, text: {zh: "回溯天数", en: "days looked back"}}
  latest_months: {type: UInt8, unit: months, text: {zh: "应付日最迟在工资月后第几个月", en: "months after the wage month by whose end wages are due"}}
levels:
  red: {zh: "应付日晚于工资月次月月末", en: "due after the end of the month that follows the wage month"}
advice:
  zh: 核对劳动合同约定的支付日；约定晚于次月的，责令改正，欠薪自法定最迟日起算。
  en: Compare with the agreed pay day; order the agreement corrected. What is owed counts from the last lawful day.
evidence:
  - {name: deferred_workers, unit: workers, label: {zh: "涉及人数", en: "workers"}}
  - {name: deferred_fen, unit: fen, label: {zh: "涉及金额", en: "payable by these slips"}}
  - {name: latest_due_on, unit: date, label: {zh: "最晚应付日", en: "latest due date"}}
  - {name: most_days_late, unit: days, label: {zh: "最多推迟天数", en: "most days beyond the lawful day"}}
  - {name: months, unit: month, label: {zh: "工资月", en: "wage months"}}
  - {name: records, unit: records, label: {zh: "工资单记录", en: "pay slips"}}
*/
-- A day to pay lies in the wage month or the next one. A supplement may come later beside a slip of the same month that is
-- due in time, and piece wages outside construction as agreed (Reg. 13). Months are judged from when their slips are known.
WITH
    deferred AS
    (
        SELECT
            scope,
            scope_id,
            worker_key,
            wage_month,
            due_on,
            payable_fen,
            id,
            toLastDayOfMonth(addMonths(wage_month, {latest_months:UInt8})) AS lawful
        FROM slips
        WHERE wage_month >= addMonths(toStartOfMonth({as_of:Date} - {lookback_days:UInt16}), -{latest_months:UInt8}) AND lawful >= {as_of:Date} - {lookback_days:UInt16}
            AND due_on > lawful
    ),
    regular AS
    (
        SELECT DISTINCT
            scope_id,
            worker_key,
            wage_month
        FROM slips
        WHERE wage_month IN (SELECT wage_month FROM deferred) AND scope_id IN (SELECT scope_id FROM deferred)
            AND (scope_id, worker_key, wage_month) IN (SELECT scope_id, worker_key, wage_month FROM deferred)
            AND due_on <= toLastDayOfMonth(addMonths(wage_month, {latest_months:UInt8}))
            AND payable_fen > 0
    ),
    piecework AS
    (
        SELECT employer_uscc, worker_key
        FROM registrations
        WHERE project_id = '' AND employer_uscc IN (SELECT scope_id FROM deferred WHERE scope = 'employer')
        GROUP BY employer_uscc, worker_key
        HAVING argMax(wage_basis, (entered_on, source, id)) = 'piece'
    )
SELECT
    deferred.scope AS scope,
    deferred.scope_id AS scope_id,
    any(payers.township) AS township,
    'red' AS level,
    min(least(addMonths(deferred.wage_month, 1), {as_of:Date})) AS since,
    deferred_workers AS workers,
    deferred_fen AS amount_fen,
    least(most_days_late / 180, 1) AS score,
    uniqExact(deferred.worker_key) AS deferred_workers,
    sum(deferred.payable_fen) AS deferred_fen,
    max(deferred.due_on) AS latest_due_on,
    max(deferred.due_on - deferred.lawful) AS most_days_late,
    arraySort(groupUniqArray(formatDateTime(deferred.wage_month, '%Y-%m'))) AS months,
    arraySlice(arraySort(groupArray(deferred.id)), 1, 20) AS records
FROM deferred
INNER JOIN payers ON payers.scope = deferred.scope AND payers.scope_id = deferred.scope_id
WHERE (deferred.scope_id, deferred.worker_key, deferred.wage_month) NOT IN (SELECT scope_id, worker_key, wage_month FROM regular)
    AND (deferred.scope = 'project' OR (deferred.scope_id, deferred.worker_key) NOT IN (SELECT employer_uscc, worker_key FROM piecework))
GROUP BY deferred.scope, deferred.scope_id
