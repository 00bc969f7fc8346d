/*
id: accrual-gap
title: {zh: "应付工资积压", en: "Unpaid wages pile up"}
question: {zh: "已挣未付的工资是否比拨付增长更快？", en: "Do earned, unpaid wages pile up faster than funding?"}
group: foresight
scope: [project]
department: sector
basis: [Reg. 24, Reg. 29]
params:
  window_days: {type: UInt16, unit: days, text: {zh: "观察天数", en: "days looked at"}}
  yellow_months: {type: Float64, unit: months, text: {zh: "黄色积压月数", en: "months of wages for yellow"}}
  red_months: {type: Float64, unit: months, text: {zh: "红色积压月数", en: "months of wages for red"}}
levels:
  yellow: {zh: "积压超过一个月工资", en: "more than one month of wages"}
  red: {zh: "积压超过两个月工资", en: "more than two months of wages"}
advice:
  zh: "核对已完工量与人工费拨付，尽快落实资金。"
  en: "Compare the work done with labour cost funded; get the money in place."
evidence:
  - {name: gap_months, unit: months, label: {zh: "积压（月工资）", en: "gap in months of wages"}}
  - {name: earned_fen, unit: fen, label: {zh: "期内应得工资", en: "earned in the window"}}
  - {name: paid_fen, unit: fen, label: {zh: "期内已付工资", en: "paid in the window"}}
  - {name: funded_fen, unit: fen, label: {zh: "期内拨付", en: "funded in the window"}}
  - {name: month_fen, unit: fen, label: {zh: "月工资", en: "a month of wages"}}
*/
-- What was earned in the window and not paid in it has piled up; funding that came in and was not paid out as wages in it
-- stands against that. So money counts once, whether it lies in the account or has reached the workers.
--
-- A month of wages is the mean of the last three pay lists that are due: before its pay day a list may hold but those who
-- left and were paid off. Where a crew grows these lists are small, so the gap must exceed a month of the window's own too.
WITH
    {as_of:Date} - {window_days:UInt16} AS day_before,
    -- of the month that the window begins in, the days that lie in it
    work AS
    (
        SELECT
            project_id,
            worker_key,
            if(month > day_before, worked, bitAnd(worked, bitShiftLeft(toUInt32(4294967295), toDayOfMonth(day_before)))) AS worked_in,
            bitCount(worked_in) AS days,
            month + bitCount(bitXor(worked_in, worked_in - 1)) - 1 AS first_day
        FROM worker_months
        WHERE month >= toStartOfMonth(day_before) AND worked_in > 0
    ),
    earned AS
    (
        SELECT
            work.project_id AS project_id,
            toInt64(round(sum(work.days * if(registered.daily_fen > 0, registered.daily_fen, mean_wages.daily_fen)))) AS fen,
            uniqExact(work.worker_key) AS workers,
            min(work.first_day) AS first_day
        FROM work
        LEFT JOIN registered ON registered.project_id = work.project_id AND registered.worker_key = work.worker_key
        LEFT JOIN mean_wages ON mean_wages.project_id = work.project_id
        GROUP BY project_id
    ),
    paid AS
    (
        SELECT
            scope_id AS project_id,
            sum(arraySum(p -> p.3, arrayFilter(p -> p.1 > day_before AND p.1 <= {as_of:Date}, paid))) AS fen
        FROM pay_lists
        WHERE scope = 'project'
        GROUP BY project_id
    ),
    funded AS
    (
        SELECT
            project_id,
            sum(amount_fen) AS fen
        FROM account_entries
        WHERE kind = 'labor_cost_in' AND booked_on > {as_of:Date} - {window_days:UInt16} AND booked_on <= {as_of:Date}
        GROUP BY project_id
    ),
    -- of a list that is due in part, the slips that are
    due_lists AS
    (
        SELECT
            scope_id AS project_id,
            wage_month,
            payable_fen AS list_fen
        FROM pay_lists
        WHERE scope = 'project' AND last_due_by <= {as_of:Date}
        UNION ALL
        SELECT
            scope_id,
            wage_month,
            sum(payable_fen)
        FROM slips
        WHERE scope = 'project' AND due_by <= {as_of:Date}
            AND (scope_id, wage_month) IN (SELECT scope_id, wage_month FROM pay_lists WHERE first_due_by <= {as_of:Date} AND last_due_by > {as_of:Date})
        GROUP BY scope_id, wage_month
    ),
    means AS
    (
        SELECT
            project_id,
            avg(list_fen) AS mean_fen
        FROM
        (
            SELECT
                project_id,
                list_fen
            FROM due_lists
            ORDER BY wage_month DESC
            LIMIT 3 BY project_id
        )
        GROUP BY project_id
    )
SELECT
    projects.project_id AS scope_id,
    projects.township AS township,
    if(gap_ratio > {red_months:Float64}, 'red', 'yellow') AS level,
    earned.first_day AS since,
    earned.workers AS workers,
    earned.fen - greatest(paid.fen, funded.fen) AS amount_fen,
    least(gap_ratio / (2 * {red_months:Float64}), 1) AS score,
    (earned.fen - greatest(paid.fen, funded.fen)) / month_fen AS gap_ratio,
    round(gap_ratio, 2) AS gap_months,
    earned.fen AS earned_fen,
    paid.fen AS paid_fen,
    funded.fen AS funded_fen,
    toInt64(round(if(means.mean_fen > 0, means.mean_fen, earned.fen * 30 / greatest(30, dateDiff('day', earned.first_day, {as_of:Date}) + 1)))) AS month_fen
FROM projects
INNER JOIN earned ON earned.project_id = projects.project_id
LEFT JOIN paid ON paid.project_id = projects.project_id
LEFT JOIN funded ON funded.project_id = projects.project_id
LEFT JOIN means ON means.project_id = projects.project_id
WHERE projects.active AND month_fen > 0 AND gap_ratio > {yellow_months:Float64}
    AND amount_fen > {yellow_months:Float64} * earned.fen * 30 / {window_days:UInt16}
