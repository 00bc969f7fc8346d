/*
id: below-minimum-wage
title: {zh: "低于最低工资标准", en: "Below the minimum wage"}
question: {zh: "满勤月应发工资是否低于当地最低工资标准？", en: "Is a full month's gross pay below the local minimum?"}
group: payment
scope: [project, employer]
department: human_resources
basis: [Labour Inspection Regulation 26, Interim Wage Payment Provisions 18, local minimum wage]
params:
  lookback_days: {type: UInt16, unit: days, text: {zh: "回溯天数", en: "days looked back"}}
  full_month_days: {type: UInt16, unit: days, text: {zh: "满勤天数", en: "attended days of a full month"}}
levels:
  yellow: {zh: "有满勤人员低于标准", en: "some full-month workers are below"}
  red: {zh: "满勤人员平均低于标准", en: "the mean over full-month workers is below"}
advice:
  zh: "核对考勤天数、计薪方式与工资单应发数；查是否拆分发放或漏报；差额责令限期支付（劳动保障监察条例第26条）。"
  en: "Check days, wage basis and the gross of the pay list; look for split payments or omissions; what is short is ordered paid (Labour Inspection Regulation 26)."
evidence:
  - {name: month, unit: month, label: {zh: "工资月", en: "wage month"}}
  - {name: below_workers, unit: workers, label: {zh: "低于标准人数", en: "workers below"}}
  - {name: full_month_workers, unit: workers, label: {zh: "满勤人数", en: "full-month workers"}}
  - {name: mean_fen, unit: fen, label: {zh: "平均应发", en: "mean gross pay"}}
  - {name: minimum_fen, unit: fen, label: {zh: "月最低工资标准", en: "monthly minimum wage"}}
  - {name: hourly_minimum_fen, unit: fen, label: {zh: "小时最低工资标准", en: "hourly minimum wage"}}
  - {name: hourly_workers, unit: workers, label: {zh: "其中小时工低于标准人数", en: "of them paid by the hour"}}
  - {name: underlisted_fen, unit: fen, label: {zh: "按出勤折算的累计差额（估算）", en: "short of the minimum for the days worked, all months (estimated)"}}
  - {name: age_30_fen, unit: fen, label: {zh: "差额：逾期30天以内（估算）", en: "of it 30 days past due or less (estimated)"}}
  - {name: age_90_fen, unit: fen, label: {zh: "差额：逾期31至90天（估算）", en: "of it 31 to 90 days past due (estimated)"}}
  - {name: age_365_fen, unit: fen, label: {zh: "差额：逾期91至365天（估算）", en: "of it 91 to 365 days past due (estimated)"}}
  - {name: age_over_fen, unit: fen, label: {zh: "差额：逾期365天以上（估算）", en: "of it more than 365 days past due (estimated)"}}
  - {name: records, unit: records, label: {zh: "工资单记录", en: "pay slips"}}
*/
-- Months due in the lookback and, of whatever age, those of which something is still owed. Of an employer's list without project a
-- full month is one of so many days at gates for that employer or, of whom no gate knows, on its roster by the month from the
-- month's first day to its last. A month's pay below the minimum has a slip below it, or fewer yuan an hour than the lowest: the
-- months in which no full-month worker has either are left out first.
WITH
    toStartOfMonth({as_of:Date}) AS this_month,
    {as_of:Date} - {lookback_days:UInt16} AS first_due,
    addMonths(toStartOfMonth(first_due), -1) AS first_month,
    (SELECT max(highest_monthly_fen) FROM minimum_wages WHERE month >= first_month) AS highest_fen,
    -- of lists without project
    low AS
    (
        SELECT
            scope_id,
            wage_month
        FROM pay_lists
        WHERE scope = 'employer' AND wage_month < this_month AND first_due_by <= {as_of:Date} AND last_due_by >= first_due AND least_fen < highest_fen
    ),
    months AS
    (
        SELECT
            project_id,
            month
        FROM scant
        WHERE month >= first_month AND month < this_month AND due_by <= {as_of:Date} AND due_by >= first_due AND days >= {full_month_days:UInt16}
        UNION DISTINCT
        SELECT
            project_id,
            month
        FROM scant_hours
        WHERE month >= first_month AND month < this_month AND due_by <= {as_of:Date} AND due_by >= first_due AND days >= {full_month_days:UInt16}
        UNION DISTINCT
        SELECT
            scope_id,
            wage_month
        FROM owed
        WHERE kind = 'underlisted' AND scope = 'project' AND days >= {full_month_days:UInt16}
    ),
    pay AS
    (
        SELECT
            scope_id,
            wage_month AS month,
            worker_key,
            sum(slips.gross_fen) AS gross_fen,
            min(slips.due_by) AS first_due_by,
            min(slips.id) AS record
        FROM slips
        WHERE scope = 'project' AND (wage_month, scope_id) IN (SELECT month, project_id FROM months)
        GROUP BY scope_id, wage_month, worker_key
        HAVING first_due_by <= {as_of:Date}
    ),
    staff AS
    (
        SELECT
            scope_id,
            wage_month AS month,
            worker_key,
            sum(slips.gross_fen) AS gross_fen,
            min(slips.due_by) AS first_due_by,
            min(slips.id) AS record
        FROM slips
        WHERE scope = 'employer' AND (wage_month, scope_id) IN (SELECT wage_month, scope_id FROM low)
        GROUP BY scope_id, wage_month, worker_key
        HAVING first_due_by <= {as_of:Date}
    ),
    -- what a list without project adds
    added AS
    (
        SELECT
            wage_month AS month,
            worker_key,
            sum(slips.gross_fen) AS fen
        FROM slips
        WHERE scope = 'employer' AND wage_month IN (SELECT month FROM months)
            AND (wage_month, worker_key) IN (SELECT month, worker_key FROM worker_months WHERE (month, project_id) IN (SELECT month, project_id FROM months))
        GROUP BY wage_month, worker_key
    ),
    gate_days AS
    (
        SELECT
            employer_uscc,
            month,
            worker_key,
            sum(worker_months.days) AS days
        FROM worker_months
        WHERE month IN (SELECT wage_month FROM low) AND (month, employer_uscc) IN (SELECT wage_month, scope_id FROM low)
        GROUP BY employer_uscc, month, worker_key
    ),
    roster AS
    (
        SELECT
            employer_uscc,
            worker_key,
            min(entered_on) AS entered_on,
            max(ifNull(left_on, toDate('2149-06-06'))) AS until
        FROM registrations
        WHERE project_id = '' AND wage_basis = 'month' AND employer_uscc IN (SELECT scope_id FROM low)
        GROUP BY employer_uscc, worker_key
    ),
    full_months AS
    (
        SELECT
            'project' AS scope,
            work.project_id AS scope_id,
            work.month AS month,
            work.worker_key AS worker_key,
            pay.gross_fen + added.fen AS gross_fen,
            pay.first_due_by AS due_by,
            pay.record AS record,
            registered.wage_basis = 'hour' AS hourly,
            work.centihours AS centihours
        FROM worker_months AS work
        INNER JOIN pay ON pay.scope_id = work.project_id AND pay.month = work.month AND pay.worker_key = work.worker_key
        LEFT JOIN (SELECT project_id, worker_key, wage_basis FROM registered WHERE wage_basis = 'hour') AS registered ON registered.project_id = work.project_id AND registered.worker_key = work.worker_key
        LEFT JOIN added ON added.month = work.month AND added.worker_key = work.worker_key
        WHERE work.days >= {full_month_days:UInt16} AND (work.month, work.project_id) IN (SELECT month, project_id FROM months)
        UNION ALL
        SELECT
            'employer',
            staff.scope_id,
            staff.month,
            staff.worker_key,
            staff.gross_fen,
            staff.first_due_by,
            staff.record,
            false,
            0
        FROM staff
        LEFT JOIN gate_days ON gate_days.employer_uscc = staff.scope_id AND gate_days.month = staff.month AND gate_days.worker_key = staff.worker_key
        LEFT JOIN roster ON roster.employer_uscc = staff.scope_id AND roster.worker_key = staff.worker_key
        WHERE
            (
                gate_days.days >= {full_month_days:UInt16}
                OR gate_days.days = 0 AND roster.employer_uscc != '' AND roster.entered_on <= staff.month AND roster.until >= toLastDayOfMonth(staff.month)
            )
            -- on a project's list for the month as well: it is judged there
            AND (staff.month, staff.worker_key) NOT IN
            (
                SELECT wage_month, worker_key
                FROM slips
                WHERE scope = 'project' AND wage_month IN (SELECT wage_month FROM low) AND worker_key IN (SELECT worker_key FROM slips WHERE scope = 'employer' AND (wage_month, scope_id) IN (SELECT wage_month, scope_id FROM low))
            )
    ),
    judged AS
    (
        SELECT
            full_months.scope AS scope,
            full_months.scope_id AS scope_id,
            payers.township AS township,
            full_months.month AS month,
            full_months.gross_fen AS gross_fen,
            full_months.due_by AS due_by,
            full_months.record AS record,
            full_months.hourly AS hourly,
            if(places.monthly_fen > 0, places.monthly_fen, country.monthly_fen) AS monthly_fen,
            if(places.monthly_fen > 0, places.hourly_fen, country.hourly_fen) AS hourly_fen,
            if(full_months.hourly, toInt64(round(full_months.centihours * hourly_fen / 100)), monthly_fen) AS least_fen,
            gross_fen < least_fen AND
            (
                full_months.due_by >= first_due
                OR (full_months.scope, full_months.scope_id, full_months.month, full_months.worker_key) IN (SELECT scope, scope_id, wage_month, worker_key FROM owed WHERE kind = 'underlisted')
            ) AS below
        FROM full_months
        INNER JOIN payers ON payers.scope = full_months.scope AND payers.scope_id = full_months.scope_id
        LEFT JOIN minimum_wages AS places ON places.township = payers.township AND places.month = full_months.month
        INNER JOIN (SELECT month, monthly_fen, hourly_fen FROM minimum_wages WHERE township = '') AS country ON country.month = full_months.month
        WHERE (full_months.scope, full_months.scope_id, full_months.month, full_months.worker_key) NOT IN (SELECT scope, scope_id, wage_month, worker_key FROM closed)
    ),
    owing AS
    (
        SELECT
            scope,
            scope_id,
            sum(owed.owed_fen) AS fen,
            sumIf(owed.owed_fen, owed.due_by >= {as_of:Date} - 30) AS fen_30,
            sumIf(owed.owed_fen, owed.due_by < {as_of:Date} - 30 AND owed.due_by >= {as_of:Date} - 90) AS fen_90,
            sumIf(owed.owed_fen, owed.due_by < {as_of:Date} - 90 AND owed.due_by >= {as_of:Date} - 365) AS fen_365,
            sumIf(owed.owed_fen, owed.due_by < {as_of:Date} - 365) AS fen_over
        FROM owed
        WHERE kind = 'underlisted'
        GROUP BY scope, scope_id
    )
SELECT
    judged.scope AS scope,
    judged.scope_id AS scope_id,
    any(judged.township) AS township,
    if(sum(judged.gross_fen) < sum(judged.least_fen), 'red', 'yellow') AS level,
    minIf(judged.due_by, judged.below) AS since,
    below_workers AS workers,
    sumIf(judged.least_fen - judged.gross_fen, judged.below) AS amount_fen,
    below_workers / full_month_workers AS score,
    judged.month AS month,
    countIf(judged.below) AS below_workers,
    count() AS full_month_workers,
    toInt64(round(avg(judged.gross_fen))) AS mean_fen,
    any(judged.monthly_fen) AS minimum_fen,
    nullIf(anyIf(judged.hourly_fen, judged.hourly), 0) AS hourly_minimum_fen,
    countIf(judged.below AND judged.hourly) AS hourly_workers,
    any(owing.fen) AS underlisted_fen,
    any(owing.fen_30) AS age_30_fen,
    any(owing.fen_90) AS age_90_fen,
    any(owing.fen_365) AS age_365_fen,
    any(owing.fen_over) AS age_over_fen,
    arraySlice(arraySort(groupArrayIf(judged.record, judged.below)), 1, 20) AS records
FROM judged
LEFT JOIN owing ON owing.scope = judged.scope AND owing.scope_id = judged.scope_id
GROUP BY judged.scope, judged.scope_id, judged.month
HAVING countIf(judged.below) > 0
ORDER BY level = 'red' DESC, below_workers DESC, month ASC
LIMIT 1 BY scope, scope_id
