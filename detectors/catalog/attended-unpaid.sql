/*
id: attended-unpaid
title: {zh: "有考勤无工资单", en: "Attended but not on any pay list"}
question: {zh: "当月出勤人员到次月底是否仍无工资记录？", en: "Did people work in a month and get no pay slip by the end of the next?"}
group: payment
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
    paid AS
    (
        SELECT
            scope_id,
            wage_month,
            worker_key,
            sum(paid_fen) AS fen
        FROM slips
        WHERE wage_month BETWEEN first_month AND last_month
        GROUP BY scope_id, wage_month, worker_key
    ),
    paid_by_employer AS
    (
        SELECT
            scope_id,
            wage_month,
            worker_key,
            sum(paid_fen) AS fen
        FROM slips
        WHERE wage_month BETWEEN first_month AND last_month
            AND scope_id IN (SELECT employer_uscc FROM worker_months WHERE month BETWEEN first_month AND last_month)
        GROUP BY scope_id, wage_month, worker_key
    ),
    judged AS
    (
        SELECT
            work.project_id AS project_id,
            payers.township AS township,
            work.month AS month,
            work.worker_key AS worker_key,
            work.days AS days,
            own.scope_id = '' AND other.scope_id = '' AS missing,
            own.fen + other.fen AS paid_fen
        FROM worker_months AS work
        INNER JOIN payers ON payers.scope = 'project' AND payers.scope_id = work.project_id
        LEFT JOIN paid AS own ON own.scope_id = work.project_id AND own.wage_month = work.month AND own.worker_key = work.worker_key
        LEFT JOIN paid_by_employer AS other ON other.scope_id = work.employer_uscc AND other.wage_month = work.month AND other.worker_key = work.worker_key
        WHERE work.month BETWEEN first_month AND last_month
            AND least(addMonths(work.month, 1) + payers.pay_day - 1, toLastDayOfMonth(addMonths(work.month, 1))) >= {as_of:Date} - {lookback_days:UInt16}
    )
SELECT
    judged.project_id AS scope_id,
    any(judged.township) AS township,
    if(missing_share > {red_share:Float64} OR month_paid_fen = 0, 'red', 'yellow') AS level,
    addMonths(judged.month, 2) AS since,
    missing_workers AS workers,
    earned_fen AS amount_fen,
    missing_share AS score,
    judged.month AS month,
    countIf(missing) AS missing_workers,
    count() AS attending_workers,
    missing_workers / attending_workers AS missing_share,
    sumIf(days, missing) AS missing_days,
    toInt64(round(sumIf(days * wage.daily_fen, missing))) AS earned_fen,
    sum(judged.paid_fen) AS month_paid_fen
FROM judged
LEFT JOIN daily_wages AS wage ON wage.project_id = judged.project_id AND wage.worker_key = judged.worker_key
GROUP BY judged.project_id, judged.month
HAVING missing_workers > 0
ORDER BY level = 'red' DESC, missing_workers DESC, month ASC
LIMIT 1 BY scope_id
