/*
id: underpaid-work
title: {zh: "工资单低于出勤应得", en: "Pay list below the work"}
question: {zh: "工资单应发是否低于按出勤和约定工资折算的应得？", en: "Is the pay list below the work?"}
group: payment
scope: [project]
department: sector
estimated: true
basis: [Reg. 12, Reg. 15, Reg. 50, Interim Wage Payment Provisions 18]
params:
  lookback_days: {type: UInt16, unit: days, text: {zh: "回溯天数", en: "days looked back"}}
  paid_days_a_month: {type: Float64, unit: days, text: {zh: "月计薪天数", en: "paid days a month"}}
  yellow_share: {type: Float64, unit: share, text: {zh: "偏低：应发占应得的比例", en: "share of the estimate below which a worker is underpaid"}}
  red_share: {type: Float64, unit: share, text: {zh: "红色：应发占应得的比例", en: "share of the estimate below which a worker counts for red"}}
  red_workers_share: {type: Float64, unit: share, text: {zh: "红色预警人数比例", en: "share of the workers for red"}}
  red_workers: {type: UInt32, unit: workers, text: {zh: "红色预警最少人数", en: "least workers for red"}}
levels:
  yellow: {zh: "有人应发不足应得的90%", en: "less than 90% for some"}
  red: {zh: "超过10%的人员（且至少2人）应发不足应得的80%", en: "less than 80% for more than 10% of the workers, and at least 2"}
advice:
  zh: 用考勤、约定工资标准逐人核对工资单应发数，听取单位说明；应得为估算，以单位依法应提供的工资支付台账为准（条例第15、50条）。
  en: Check gross pay against days and the agreed wage person by person, and hear the firm. The work is an estimate; the pay ledger that the firm must show decides (Reg. 15, 50).
evidence:
  - {name: month, unit: month, label: {zh: "工资月", en: "wage month"}}
  - {name: underpaid_workers, unit: workers, label: {zh: "应发偏低人数", en: "workers underpaid"}}
  - {name: far_workers, unit: workers, label: {zh: "其中达到红色比例的人数", en: "of them below the share for red"}}
  - {name: compared_workers, unit: workers, label: {zh: "可比对人数", en: "workers compared"}}
  - {name: gross_fen, unit: fen, label: {zh: "偏低人员应发", en: "their gross pay"}}
  - {name: earned_fen, unit: fen, label: {zh: "偏低人员应得（估算）", en: "their work (estimated)"}}
  - {name: lowest_share, unit: share, label: {zh: "最低比例", en: "lowest share"}}
  - {name: months, unit: month, label: {zh: "全部涉及工资月", en: "all wage months"}}
  - {name: records, unit: records, label: {zh: "工资单记录", en: "pay slips"}}
*/
-- Gross pay against the days worked at the registered wage: by the month a share of it, by the day the days, by the hour the
-- hours, as wages that no list names are estimated; piece workers, and who is not registered, are left out. What the employer's
-- list without project adds counts. First all are compared by the wage of the latest engagement; of those who seem underpaid it is
-- then the wage that was known when the month ended, of several engagements in it the lowest: a raise is none of earlier by_month.
WITH
    toStartOfMonth({as_of:Date}) AS this_month,
    {as_of:Date} - {lookback_days:UInt16} AS first_due,
    addMonths(toStartOfMonth(first_due), -1) AS first_month,
    sites AS
    (
        SELECT
            project_id,
            month,
            count() AS compared_workers,
            groupArrayIf
            (
                (worker_key, employer_uscc, evident, full_days, hours, gross_fen, due_by, record),
                gross_fen < {yellow_share:Float64} * multiIf
                (
                    wage_basis = 'month', wage_fen * least(evident / {paid_days_a_month:Float64}, 1),
                    wage_basis = 'day', wage_fen * full_days,
                    wage_fen * hours
                )
            ) AS suspects
        FROM
        (
            SELECT
                work.project_id AS project_id,
                work.month AS month,
                work.worker_key AS worker_key,
                work.employer_uscc AS employer_uscc,
                work.evident AS evident,
                work.centidays * work.evident / work.days / 100 AS full_days,
                work.centihours * work.evident / work.days / 100 AS hours,
                lists.gross_fen AS gross_fen,
                lists.due_by AS due_by,
                lists.record AS record,
                priced.wage_basis AS wage_basis,
                priced.wage_fen AS wage_fen
            FROM worker_months AS work
            INNER JOIN
            (
                SELECT
                    wage_month,
                    scope_id,
                    worker_key,
                    sum(slips.gross_fen) AS gross_fen,
                    min(slips.due_by) AS due_by,
                    min(slips.id) AS record
                FROM slips
                WHERE scope = 'project' AND wage_month >= first_month AND wage_month < this_month
                GROUP BY wage_month, scope_id, worker_key
                HAVING due_by <= {as_of:Date} AND due_by >= first_due
            ) AS lists ON lists.wage_month = work.month AND lists.scope_id = work.project_id AND lists.worker_key = work.worker_key
            INNER JOIN
            (
                SELECT
                    project_id,
                    worker_key,
                    wage_basis,
                    wage_fen
                FROM registered
                WHERE wage_basis IN ('month', 'day', 'hour') AND wage_fen > 0
            ) AS priced ON priced.project_id = work.project_id AND priced.worker_key = work.worker_key
            WHERE work.month >= first_month AND work.month < this_month AND work.evident > 0
        )
        GROUP BY project_id, month
        HAVING notEmpty(suspects)
    ),
    -- each step in a query of its own: the engine works out anew whatever is named twice in one
    compared AS
    (
        SELECT
            project_id,
            month,
            compared_workers,
            due_by,
            record,
            gross_fen,
            arrayMin(arrayMap
            (
                wage -> multiIf
                (
                    wage.3 <= 0, 0.,
                    wage.2 = 'month', wage.3 * least(days / {paid_days_a_month:Float64}, 1),
                    wage.2 = 'day', wage.3 * full_days,
                    wage.2 = 'hour', wage.3 * hours,
                    0.
                ),
                wages
            )) AS earned
        FROM
        (
            SELECT
                sites.project_id AS project_id,
                sites.month AS month,
                sites.compared_workers AS compared_workers,
                suspect.3 AS days,
                suspect.4 AS full_days,
                suspect.5 AS hours,
                suspect.6 + elsewhere.fen AS gross_fen,
                suspect.7 AS due_by,
                suspect.8 AS record,
                -- of each engagement in the month the wage known last by its end, else the first that was
                arrayMap
                (
                    engagement -> engagement.3[greatest(arrayLastIndex(wage -> wage.1 <= toLastDayOfMonth(sites.month), engagement.3), 1)],
                    arrayFilter(engagement -> engagement.1 <= toLastDayOfMonth(sites.month) AND engagement.2 >= sites.month, registered.wages)
                ) AS wages
            FROM sites
            ARRAY JOIN sites.suspects AS suspect
            INNER JOIN registered ON registered.project_id = sites.project_id AND registered.worker_key = suspect.1
            LEFT JOIN
            (
                SELECT
                    scope_id AS employer_uscc,
                    wage_month,
                    worker_key,
                    sum(slips.gross_fen) AS fen
                FROM slips
                WHERE scope = 'employer' AND wage_month >= first_month AND wage_month < this_month
                GROUP BY employer_uscc, wage_month, worker_key
            ) AS elsewhere ON elsewhere.employer_uscc = suspect.2 AND elsewhere.wage_month = sites.month AND elsewhere.worker_key = suspect.1
        )
        WHERE notEmpty(wages) AND gross_fen < {yellow_share:Float64} * earned
    ),
    by_month AS
    (
        SELECT
            project_id,
            month,
            count() AS underpaid,
            countIf(compared.gross_fen < {red_share:Float64} * earned) AS far,
            any(compared.compared_workers) AS workers,
            sum(compared.gross_fen) AS gross,
            toInt64(round(sum(earned))) AS work,
            min(compared.gross_fen / earned) AS lowest,
            min(compared.due_by) AS first_due_by,
            groupArray(compared.record) AS ids
        FROM compared
        GROUP BY project_id, month
    )
SELECT
    by_month.project_id AS scope_id,
    payers.township AS township,
    if(far_workers > {red_workers_share:Float64} * compared_workers AND far_workers >= {red_workers:UInt32}, 'red', 'yellow') AS level,
    by_month.first_due_by AS since,
    by_month.underpaid AS workers,
    earned_fen - gross_fen AS amount_fen,
    1 - lowest_share AS score,
    by_month.month AS month,
    by_month.underpaid AS underpaid_workers,
    by_month.far AS far_workers,
    by_month.workers AS compared_workers,
    by_month.gross AS gross_fen,
    by_month.work AS earned_fen,
    round(by_month.lowest, 4) AS lowest_share,
    arraySort(groupArray(formatDateTime(by_month.month, '%Y-%m')) OVER (PARTITION BY by_month.project_id)) AS months,
    arraySlice(arraySort(by_month.ids), 1, 20) AS records
FROM by_month
INNER JOIN payers ON payers.scope = 'project' AND payers.scope_id = by_month.project_id
ORDER BY level = 'red' DESC, underpaid_workers DESC, month ASC
LIMIT 1 BY scope_id
SETTINGS join_algorithm = 'full_sorting_merge', optimize_aggregation_in_order = 1
