/*
id: exit-unsettled
title: {zh: "离职未结清工资", en: "Left without settlement"}
question: {zh: "离职（退场）人员是否仍被欠薪，或有出勤无工资单？", en: "Did people leave with wages owed or work without a slip?"}
group: payment
scope: [project, employer]
department: sector
basis: [Interim Wage Payment Provisions 9, Reg. 12, Reg. 16]
params:
  yellow_days: {type: UInt16, unit: days, text: {zh: "黄色：离职后天数", en: "days after leaving for yellow"}}
  red_days: {type: UInt16, unit: days, text: {zh: "红色：离职后超过天数", en: "days after leaving beyond which it is red"}}
  rejoin_days: {type: UInt16, unit: days, text: {zh: "同一单位转岗视为未离职的间隔天数", en: "days within which another engagement with the employer goes on"}}
  lookback_days: {type: UInt16, unit: days, text: {zh: "未到发薪日工资的回溯天数", en: "days looked back for wages before their pay day"}}
levels:
  yellow: {zh: "离职3天未结清", en: "not settled 3 days after leaving"}
  red: {zh: "离职超过7天未结清", en: "not settled more than 7 days after leaving"}
advice:
  zh: "逐人核对离职（退场）结算单和本人确认；离职时应一次付清（工资支付暂行规定第9条），督促立即结清。"
  en: "Check each settlement sheet with the worker's confirmation; wages are due in one sum on leaving (Interim Wage Payment Provisions 9); have it settled at once."
evidence:
  - {name: unsettled_workers, unit: workers, label: {zh: "未结清人数", en: "workers not settled"}}
  - {name: unpaid_workers, unit: workers, label: {zh: "工资单未付清人数", en: "with slips unpaid"}}
  - {name: unpaid_fen, unit: fen, label: {zh: "工资单未付", en: "unpaid by slips"}}
  - {name: without_slip, unit: workers, label: {zh: "有出勤无工资单人数", en: "with work but no slip"}}
  - {name: estimated_fen, unit: fen, label: {zh: "无工资单应得（估算）", en: "earned without a slip (estimated)"}}
  - {name: not_recorded, unit: workers, label: {zh: "无结清记录人数", en: "without a recorded settlement"}}
  - {name: first_left_on, unit: date, label: {zh: "最早离职日", en: "first left on"}}
  - {name: age_30_fen, unit: fen, label: {zh: "拖欠30天以内", en: "owed for 30 days or less"}}
  - {name: age_90_fen, unit: fen, label: {zh: "拖欠31至90天", en: "owed for 31 to 90 days"}}
  - {name: age_365_fen, unit: fen, label: {zh: "拖欠91至365天", en: "owed for 91 to 365 days"}}
  - {name: age_over_fen, unit: fen, label: {zh: "拖欠365天以上", en: "owed for more than 365 days"}}
  - {name: months, unit: month, label: {zh: "涉及工资月", en: "wage months"}}
  - {name: open_leads, unit: count, label: {zh: "在办线索", en: "leads being handled"}}
  - {name: records, unit: records, label: {zh: "登记记录", en: "registrations"}}
*/
-- What people worked for is due when they leave, before its pay day too. Who has another engagement with the same employer within
-- a week has not left; who works on for others at the same site, or came back later, may be owed what is past its pay day, but
-- what of the month stands for which of them is not known. That a settlement was never recorded is evidence, no warning; a
-- settlement that the worker confirmed answers for work without a slip.
WITH
    toDate('2149-06-06') AS never,
    lately AS
    (
        SELECT worker_key
        FROM registrations
        WHERE left_on <= {as_of:Date} - {yellow_days:UInt16} AND left_on >= {as_of:Date} - {lookback_days:UInt16}
    ),
    wages AS
    (
        SELECT
            home_scope AS scope,
            home_id AS scope_id,
            worker_key,
            wage_month,
            kind = 'listed' AS listed,
            owed_fen AS fen,
            due_by,
            true AS past_due
        FROM owed
        WHERE kind IN ('listed', 'unlisted')
        UNION ALL
        SELECT
            'project',
            project_id,
            worker_key,
            wage_month,
            false,
            earned_fen,
            due_by,
            false
        FROM unlisted_work
        WHERE (due_by >= {as_of:Date} OR wage_month = toStartOfMonth({as_of:Date})) AND worker_key IN (SELECT worker_key FROM lately)
        UNION ALL
        SELECT
            if(homes.project_id != '', 'project', toString(slips.scope)),
            if(homes.project_id != '', homes.project_id, slips.scope_id),
            slips.worker_key,
            slips.wage_month,
            true,
            slips.unpaid_fen,
            slips.due_by,
            false
        FROM slips
        LEFT JOIN homes ON slips.scope = 'employer' AND homes.employer_uscc = slips.scope_id AND homes.wage_month = slips.wage_month AND homes.worker_key = slips.worker_key
        WHERE slips.unpaid_fen > 0 AND slips.due_by >= {as_of:Date} AND slips.worker_key IN (SELECT worker_key FROM lately)
            AND (slips.scope_id, slips.wage_month) IN (SELECT scope_id, wage_month FROM pay_lists WHERE unpaid_fen > 0 AND last_due_by >= {as_of:Date})
    ),
    engagements AS
    (
        SELECT
            if(project_id = '', 'employer', 'project') AS scope,
            if(project_id = '', employer_uscc, project_id) AS scope_id,
            employer_uscc,
            worker_key,
            source,
            id,
            entered_on,
            ifNull(left_on, never) AS until,
            settled_on IS NOT NULL AND settled_on <= {as_of:Date} AS is_settled,
            settled_confirmed AND ifNull(settled_on <= {as_of:Date}, true) AS confirmed,
            groupArray((entered_on, until)) OVER (PARTITION BY employer_uscc, worker_key) AS with_employer,
            groupArray((entered_on, until)) OVER (PARTITION BY scope, scope_id, worker_key) AS on_subject
        FROM registrations
        -- of more people than wages names: a query plans and runs again whatever it names twice
        WHERE worker_key IN (SELECT worker_key FROM owed WHERE kind IN ('listed', 'unlisted')) OR worker_key IN (SELECT worker_key FROM lately)
    ),
    -- the last time that somebody left, whatever two sources that use one id say of it; back_on: from when on somebody else, or a later engagement, answers for the work
    exits AS
    (
        SELECT
            engagements.scope AS scope,
            engagements.scope_id AS scope_id,
            engagements.worker_key AS worker_key,
            max(engagements.until) AS left_on,
            argMax(engagements.id, (engagements.until, engagements.entered_on, engagements.id, engagements.source, engagements.employer_uscc)) AS record,
            argMax(engagements.is_settled, (engagements.until, engagements.entered_on, engagements.id, engagements.source, engagements.employer_uscc)) AS is_settled,
            argMax(engagements.confirmed, (engagements.until, engagements.entered_on, engagements.id, engagements.source, engagements.employer_uscc)) AS confirmed,
            arrayMin(arrayMap(s -> if(s.2 > left_on, greatest(s.1, left_on), never), any(engagements.on_subject))) AS back_on
        FROM engagements
        WHERE engagements.until <= {as_of:Date} - {yellow_days:UInt16}
            AND NOT arrayExists(s -> s.1 <= engagements.until + {rejoin_days:UInt16} AND s.2 > engagements.until, engagements.with_employer)
        GROUP BY engagements.scope, engagements.scope_id, engagements.worker_key
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
    wages.scope AS scope,
    wages.scope_id AS scope_id,
    any(payers.township) AS township,
    if(first_left_on + {red_days:UInt16} < {as_of:Date}, 'red', 'yellow') AS level,
    first_left_on + 1 AS since,
    unsettled_workers AS workers,
    sum(wages.fen) AS amount_fen,
    least(unsettled_workers / 20, 1) AS score,
    uniqExact(wages.worker_key) AS unsettled_workers,
    uniqExactIf(wages.worker_key, wages.listed) AS unpaid_workers,
    sumIf(wages.fen, wages.listed) AS unpaid_fen,
    uniqExactIf(wages.worker_key, NOT wages.listed) AS without_slip,
    sumIf(wages.fen, NOT wages.listed) AS estimated_fen,
    uniqExactIf(wages.worker_key, NOT exits.is_settled) AS not_recorded,
    min(exits.left_on) AS first_left_on,
    sumIf(wages.fen, least(wages.due_by, exits.left_on) >= {as_of:Date} - 30) AS age_30_fen,
    sumIf(wages.fen, least(wages.due_by, exits.left_on) < {as_of:Date} - 30 AND least(wages.due_by, exits.left_on) >= {as_of:Date} - 90) AS age_90_fen,
    sumIf(wages.fen, least(wages.due_by, exits.left_on) < {as_of:Date} - 90 AND least(wages.due_by, exits.left_on) >= {as_of:Date} - 365) AS age_365_fen,
    sumIf(wages.fen, least(wages.due_by, exits.left_on) < {as_of:Date} - 365) AS age_over_fen,
    arraySort(groupUniqArray(formatDateTime(wages.wage_month, '%Y-%m'))) AS months,
    any(handled.handled_leads) AS open_leads,
    arraySlice(arraySort(groupUniqArray(exits.record)), 1, 20) AS records
FROM wages
INNER JOIN exits ON exits.scope = wages.scope AND exits.scope_id = wages.scope_id AND exits.worker_key = wages.worker_key
INNER JOIN payers ON payers.scope = wages.scope AND payers.scope_id = wages.scope_id
LEFT JOIN handled ON handled.scope = wages.scope AND handled.scope_id = wages.scope_id
WHERE wages.wage_month <= exits.left_on
    AND (wages.past_due OR wages.wage_month < toStartOfMonth(exits.back_on))
    AND NOT (exits.confirmed AND NOT wages.listed)
GROUP BY wages.scope, wages.scope_id
