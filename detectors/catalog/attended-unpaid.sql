/*
id: attended-unpaid
title: {zh: "有考勤无工资单", en: "Attended but not on any pay list"}
question: {zh: "当月出勤人员到次月底是否仍无工资记录？", en: "Did people work in a month and get no pay slip by the end of the next?"}
group: payment
estimated: true
scope: [project]
department: sector
basis: [Reg. 15, Reg. 31, Reg. 38]
params:
  lookback_days: {type: UInt16, unit: days, text: {zh: "回溯天数", en: "days looked back"}}
  red_share: {type: Float64, unit: share, text: {zh: "红色预警比例", en: "share of the month's workers for red"}}
levels:
  yellow: {zh: "有出勤人员次月底前无工资单", en: "anyone without a pay slip by the end of the next month"}
  red: {zh: "超过当月出勤人数10%，或全月无人获付", en: "more than 10% of the month's workers, or nobody was paid at all"}
advice:
  zh: 用考勤表逐人核对工资表，查是否漏报、冒名或拖延编制工资表。
  en: Check the pay list against the gate person by person; look for omissions, false names or a list held back.
evidence:
  - {name: month, unit: month, label: {zh: "工资月", en: "wage month"}}
  - {name: missing_workers, unit: workers, label: {zh: "无工资单人数", en: "workers without a slip"}}
  - {name: attending_workers, unit: workers, label: {zh: "当月出勤人数", en: "workers of the month"}}
  - {name: missing_share, unit: share, label: {zh: "占比", en: "share"}}
  - {name: missing_days, unit: days, label: {zh: "涉及出勤天数", en: "days worked"}}
  - {name: earned_fen, unit: fen, label: {zh: "估算应得工资", en: "estimated wages earned"}}
  - {name: month_paid_fen, unit: fen, label: {zh: "该月出勤人员已付", en: "paid to the month's workers"}}
*/
-- A slip of the same employer that names no project also answers for the worker's month, and what it paid counts as paid.
WITH
    addMonths(toStartOfMonth({as_of:Date} - {lookback_days:UInt16}), -1) AS first_month,
    addMonths(toStartOfMonth({as_of:Date}), -2) AS last_month,
    missing AS
    (
        SELECT
            project_id,
            month,
            worker_key,
            days
        FROM unlisted
        WHERE month BETWEEN first_month AND last_month
            AND (employer_uscc, month, worker_key) NOT IN
            (
                SELECT
                    scope_id,
                    wage_month,
                    worker_key
                FROM slips
                WHERE scope = 'employer' AND wage_month BETWEEN first_month AND last_month
                    AND scope_id IN (SELECT employer_uscc FROM unlisted WHERE month BETWEEN first_month AND last_month)
            )
    ),
    wages AS
    (
        SELECT
            project_id,
            worker_key,
            daily_fen
        FROM registered
        WHERE worker_key IN (SELECT worker_key FROM unlisted WHERE month BETWEEN first_month AND last_month)
    ),
    months AS
    (
        SELECT
            missing.project_id AS project_id,
            missing.month AS month,
            any(payers.township) AS township,
            count() AS missing_workers,
            sum(missing.days) AS missing_days,
            toInt64(round(sum(missing.days * if(wages.daily_fen > 0, wages.daily_fen, mean_wages.daily_fen)))) AS earned_fen
        FROM missing
        INNER JOIN payers ON payers.scope = 'project' AND payers.scope_id = missing.project_id
        LEFT JOIN wages ON wages.project_id = missing.project_id AND wages.worker_key = missing.worker_key
        LEFT JOIN mean_wages ON mean_wages.project_id = missing.project_id
        WHERE least(addMonths(missing.month, 1) + payers.pay_day - 1, toLastDayOfMonth(addMonths(missing.month, 1))) >= {as_of:Date} - {lookback_days:UInt16}
        GROUP BY missing.project_id, missing.month
    ),
    crews AS
    (
        SELECT
            project_id,
            month,
            worker_key,
            employer_uscc
        FROM worker_months
        WHERE month BETWEEN first_month AND last_month AND (project_id, month) IN (SELECT project_id, month FROM unlisted WHERE month BETWEEN first_month AND last_month)
    ),
    -- the crew's: what the project's list paid less what it paid people who did not work, and what their employers' lists did
    paid AS
    (
        SELECT
            project_id,
            month,
            sum(fen) AS fen
        FROM
        (
            SELECT
                scope_id AS project_id,
                wage_month AS month,
                paid_fen AS fen
            FROM pay_lists
            WHERE scope = 'project' AND wage_month BETWEEN first_month AND last_month
            UNION ALL
            SELECT
                project_id,
                month,
                -paid_fen
            FROM unseen
            WHERE month BETWEEN first_month AND last_month
            UNION ALL
            SELECT
                crews.project_id,
                crews.month,
                slips.paid_fen
            FROM slips
            INNER JOIN crews ON crews.employer_uscc = slips.scope_id AND crews.month = slips.wage_month AND crews.worker_key = slips.worker_key
            WHERE slips.scope = 'employer' AND slips.wage_month BETWEEN first_month AND last_month
                AND slips.scope_id IN (SELECT employer_uscc FROM crews)
        )
        GROUP BY project_id, month
    )
SELECT
    months.project_id AS scope_id,
    months.township AS township,
    if(missing_share > {red_share:Float64} OR month_paid_fen = 0, 'red', 'yellow') AS level,
    addMonths(months.month, 2) AS since,
    months.missing_workers AS workers,
    months.earned_fen AS amount_fen,
    missing_share AS score,
    months.month AS month,
    months.missing_workers AS missing_workers,
    crew_months.workers AS attending_workers,
    missing_workers / attending_workers AS missing_share,
    months.missing_days AS missing_days,
    months.earned_fen AS earned_fen,
    paid.fen AS month_paid_fen
FROM months
INNER JOIN crew_months ON crew_months.project_id = months.project_id AND crew_months.month = months.month
LEFT JOIN paid ON paid.project_id = months.project_id AND paid.month = months.month
ORDER BY level = 'red' DESC, missing_workers DESC, month ASC
LIMIT 1 BY scope_id
