/*
id: attended-unpaid
title: {zh: "有考勤无工资单", en: "Worked but on no pay list"}
question: {zh: "当月出勤（或在册）人员到次月底是否仍无工资单？", en: "Did people work in a month and get no pay slip by the end of the next?"}
group: payment
estimated: true
scope: [project, employer]
department: sector
basis: [Reg. 15, Reg. 16, Reg. 31, Reg. 50]
params:
  red_share: {type: Float64, unit: share, text: {zh: "红色预警比例", en: "share of the month's workers for red"}}
  red_workers: {type: UInt32, unit: workers, text: {zh: "红色预警最少人数", en: "least workers for red"}}
levels:
  yellow: {zh: "有人员次月底前无工资单", en: "anyone without a pay slip by the end of the next month"}
  red: {zh: "超过当月人数的10%且至少2人，或全月无人有工资单", en: "more than 10% of the month's workers and at least 2, or nobody has one"}
advice:
  zh: 用考勤表逐人核对工资表，查是否漏报、冒名或拖延编制工资表；金额为估算，以单位依法应提供的工资支付台账为准（条例第15、50条）。
  en: Check the pay list against the gate person by person; look for omissions, false names or a list held back. Amounts are estimates; the pay ledger that the firm must show decides (Reg. 15, 50).
evidence:
  - {name: month, unit: month, label: {zh: "最严重的工资月", en: "worst wage month"}}
  - {name: missing_workers, unit: workers, label: {zh: "该月无工资单人数", en: "workers of it without a slip"}}
  - {name: attending_workers, unit: workers, label: {zh: "该月人数", en: "workers of it"}}
  - {name: missing_share, unit: share, label: {zh: "占比", en: "share"}}
  - {name: months, unit: month, label: {zh: "全部涉及工资月", en: "all wage months"}}
  - {name: missing_days, unit: days, label: {zh: "涉及出勤天数", en: "days worked"}}
  - {name: earned_fen, unit: fen, label: {zh: "应得未付工资（估算）", en: "wages owed (estimated)"}}
  - {name: estimates, unit: text, codes: estimate, label: {zh: "估算依据", en: "estimated by"}}
  - {name: age_30_fen, unit: fen, label: {zh: "逾期30天以内（估算）", en: "30 days past due or less (estimated)"}}
  - {name: age_90_fen, unit: fen, label: {zh: "逾期31至90天（估算）", en: "31 to 90 days past due (estimated)"}}
  - {name: age_365_fen, unit: fen, label: {zh: "逾期91至365天（估算）", en: "91 to 365 days past due (estimated)"}}
  - {name: age_over_fen, unit: fen, label: {zh: "逾期365天以上（估算）", en: "more than 365 days past due (estimated)"}}
*/
-- Work that no pay list names (unlisted), of whatever age, from the end of the month after it: September's from 1 November. Of an
-- employer without attendance, whoever was on its last list, for a month of which it sent none.
WITH
    addMonths(toStartOfMonth({as_of:Date}), -2) AS last_month,
    subjects AS
    (
        SELECT
            scope,
            scope_id,
            arraySort(groupUniqArray(formatDateTime(wage_month, '%Y-%m'))) AS months,
            min(wage_month) AS first_month,
            uniqExact(worker_key) AS people,
            sum(owed.days) AS worked_days,
            sum(owed.owed_fen) AS fen,
            arraySort(groupUniqArray(toString(owed.estimate))) AS bases,
            sumIf(owed.owed_fen, owed.due_by >= {as_of:Date} - 30) AS fen_30,
            sumIf(owed.owed_fen, owed.due_by < {as_of:Date} - 30 AND owed.due_by >= {as_of:Date} - 90) AS fen_90,
            sumIf(owed.owed_fen, owed.due_by < {as_of:Date} - 90 AND owed.due_by >= {as_of:Date} - 365) AS fen_365,
            sumIf(owed.owed_fen, owed.due_by < {as_of:Date} - 365) AS fen_over
        FROM owed
        WHERE kind = 'unlisted' AND wage_month <= last_month
        GROUP BY scope, scope_id
    ),
    missing AS
    (
        SELECT
            scope,
            scope_id,
            wage_month,
            uniqExact(worker_key) AS people
        FROM owed
        WHERE kind = 'unlisted' AND wage_month <= last_month
        GROUP BY scope, scope_id, wage_month
    ),
    -- of the month's workers all whom neither the project's list names nor their employer's
    unnamed AS
    (
        SELECT
            project_id,
            month,
            count() AS people
        FROM unlisted
        WHERE (month, project_id) IN (SELECT wage_month, scope_id FROM missing WHERE scope = 'project')
            AND (employer_uscc, month, worker_key) NOT IN
            (
                SELECT scope_id, wage_month, worker_key
                FROM slips
                WHERE scope = 'employer' AND wage_month IN (SELECT wage_month FROM missing)
            )
        GROUP BY project_id, month
    ),
    worst AS
    (
        SELECT
            missing.scope AS scope,
            missing.scope_id AS scope_id,
            missing.wage_month AS wage_month,
            missing.people AS people,
            if(missing.scope = 'employer', missing.people, crew_months.workers) AS crew,
            people / crew > {red_share:Float64} AND people >= {red_workers:UInt32}
                OR missing.scope = 'employer' OR unnamed.people >= crew AS grave
        FROM missing
        LEFT JOIN crew_months ON missing.scope = 'project' AND crew_months.project_id = missing.scope_id AND crew_months.month = missing.wage_month
        LEFT JOIN unnamed ON missing.scope = 'project' AND unnamed.project_id = missing.scope_id AND unnamed.month = missing.wage_month
        ORDER BY grave DESC, people DESC, wage_month ASC
        LIMIT 1 BY scope, scope_id
    )
SELECT
    subjects.scope AS scope,
    subjects.scope_id AS scope_id,
    payers.township AS township,
    if(worst.grave, 'red', 'yellow') AS level,
    addMonths(subjects.first_month, 2) AS since,
    subjects.people AS workers,
    subjects.fen AS amount_fen,
    missing_share AS score,
    worst.wage_month AS month,
    worst.people AS missing_workers,
    worst.crew AS attending_workers,
    missing_workers / attending_workers AS missing_share,
    subjects.months AS months,
    subjects.worked_days AS missing_days,
    subjects.fen AS earned_fen,
    subjects.bases AS estimates,
    subjects.fen_30 AS age_30_fen,
    subjects.fen_90 AS age_90_fen,
    subjects.fen_365 AS age_365_fen,
    subjects.fen_over AS age_over_fen
FROM subjects
INNER JOIN worst ON worst.scope = subjects.scope AND worst.scope_id = subjects.scope_id
INNER JOIN payers ON payers.scope = subjects.scope AND payers.scope_id = subjects.scope_id
