/*
id: account-runway
title: {zh: "工资专户余额不足", en: "Wage account running out"}
question: {zh: "专户资金能否覆盖下一次发薪？", en: "Will the account cover the next pay day?"}
group: foresight
scope: [project]
department: sector
basis: [Reg. 24, Reg. 27, Reg. 29]
params:
  lookback_days: {type: UInt16, unit: days, text: {zh: "回溯天数", en: "days looked back"}}
  yellow_coverage: {type: Float64, unit: ratio, text: {zh: "黄色覆盖率", en: "coverage below which it is yellow"}}
  red_coverage: {type: Float64, unit: ratio, text: {zh: "红色覆盖率", en: "coverage below which it is red"}}
  reliability_cycles: {type: UInt16, unit: count, text: {zh: "拨付可靠度观察期数", en: "cycles that tell how reliable funding is"}}
  settled_day: {type: UInt8, unit: days, text: {zh: "月内考勤可外推的起始日", en: "day from which a month's attendance foretells it"}}
levels:
  yellow: {zh: "覆盖率低于100%", en: "coverage below 100%"}
  red: {zh: "覆盖率低于50%", en: "coverage below 50%"}
advice:
  zh: 在发薪日前约谈建设单位落实拨付；查银行报送余额是否及时。
  en: Before the pay day, get the developer to commit to funding; check that the bank's balance is current.
evidence:
  - {name: coverage, unit: ratio, label: {zh: "覆盖率", en: "coverage"}}
  - {name: balance_fen, unit: fen, label: {zh: "账户余额", en: "balance"}}
  - {name: expected_fen, unit: fen, label: {zh: "发薪日前预计到账", en: "funding expected before then"}}
  - {name: reliability, unit: share, label: {zh: "拨付可靠度", en: "reliability of funding"}}
  - {name: owed_fen, unit: fen, label: {zh: "届时应付工资", en: "wages to pay by then"}}
  - {name: pay_by, unit: date, label: {zh: "下一发薪日", en: "next pay day"}}
  - {name: wage_month, unit: month, label: {zh: "对应工资月", en: "wage month"}}
*/
-- owed: what the next pay day has to pay: unpaid slips up to its wage month, the days worked without a slip yet, and
-- where that month still runs its remaining days, taken as the smaller of two estimates (this month's attendance so far,
-- the mean of the last three pay lists), so that a crew that shrinks is not held to its past.
WITH
    pay_days AS
    (
        SELECT
            project_id,
            township,
            started_on,
            labor_cost_fen,
            labor_cost_day,
            arrayFirst
            (
                candidate -> candidate.2 > {as_of:Date},
                arrayMap
                (
                    day -> (day, if(pay_bys[indexOf(days, day)] > toDate(0), pay_bys[indexOf(days, day)], day)),
                    arrayMap
                    (
                        m -> least(addMonths(toStartOfMonth({as_of:Date}), m) + pay_day - 1, toLastDayOfMonth(addMonths(toStartOfMonth({as_of:Date}), m))),
                        [0, 1, 2]
                    )
                )
            ) AS next,
            next.2 AS pay_by,
            addMonths(toStartOfMonth(next.1), -1) AS wage_month
        FROM projects
        CROSS JOIN
        (
            SELECT
                groupArray(day) AS days,
                groupArray(calendar.pay_by) AS pay_bys
            FROM calendar
            WHERE day >= {as_of:Date}
        ) AS nearest
        WHERE active
            AND started_on <= {as_of:Date}
            AND account_opened_on <= {as_of:Date}
            AND ifNull(account_closed_on > {as_of:Date}, true)
    ),
    ledger AS
    (
        SELECT
            project_id,
            argMax(balance_fen, (booked_at, id)) AS balance_fen,
            groupArrayIf((booked_on, amount_fen), kind = 'labor_cost_in') AS funded
        FROM account_entries
        WHERE booked_on <= {as_of:Date}
        GROUP BY project_id
    ),
    funding AS
    (
        SELECT
            project_id,
            township,
            pay_by,
            wage_month,
            ledger.balance_fen AS balance_fen,
            arrayFilter
            (
                day -> day >= started_on,
                arrayMap
                (
                    m -> least(addMonths(toStartOfMonth(assumeNotNull(started_on)), m) + labor_cost_day - 1, toLastDayOfMonth(addMonths(toStartOfMonth(assumeNotNull(started_on)), m))),
                    range(greatest(0, dateDiff('month', assumeNotNull(started_on), pay_by) + 1))
                )
            ) AS funding_days,
            arrayFilter(day -> day < {as_of:Date}, funding_days) AS past_days,
            arrayMap
            (
                (day, next) -> least(labor_cost_fen, arraySum(arrayMap(e -> if(e.1 >= day AND e.1 < next, e.2, 0), ledger.funded))),
                past_days,
                arrayShiftLeft(past_days, 1, {as_of:Date} + 1)
            ) AS past_funding,
            arraySlice(past_funding, -toInt64({reliability_cycles:UInt16})) AS recent,
            -- a project without a past is trusted until it has one
            if(empty(recent) OR labor_cost_fen = 0, 1, arraySum(recent) / (length(recent) * labor_cost_fen)) AS reliability,
            -- funding that is due before the pay day, and what is outstanding of the cycle that runs
            arrayCount(day -> day >= {as_of:Date} AND day <= pay_by, funding_days) * labor_cost_fen
                + if(empty(past_funding), 0, labor_cost_fen - past_funding[-1]) AS due_fen,
            toInt64(round(due_fen * reliability)) AS expected_fen
        FROM pay_days
        LEFT JOIN ledger USING (project_id)
    ),
    unpaid AS
    (
        SELECT
            slips.project_id AS project_id,
            sum(slips.unpaid_fen) AS fen
        FROM slips
        INNER JOIN pay_days ON pay_days.project_id = slips.project_id
        WHERE slips.wage_month <= pay_days.wage_month AND slips.due_by >= {as_of:Date} - {lookback_days:UInt16}
        GROUP BY project_id
    ),
    worked AS
    (
        SELECT
            work.project_id AS project_id,
            sumIf(work.days * wage.daily_fen, work.month < toStartOfMonth({as_of:Date})) AS closed_fen,
            sumIf(work.days * wage.daily_fen, work.month = toStartOfMonth({as_of:Date})) AS running_fen,
            uniqExact(work.worker_key) AS workers
        FROM worker_months AS work
        INNER JOIN pay_days ON pay_days.project_id = work.project_id
        LEFT JOIN daily_wages AS wage ON wage.project_id = work.project_id AND wage.worker_key = work.worker_key
        WHERE work.month <= pay_days.wage_month AND work.month >= addMonths(pay_days.wage_month, -1)
            AND (work.project_id, work.month, work.worker_key) NOT IN (SELECT scope_id, wage_month, worker_key FROM slips WHERE scope = 'project')
        GROUP BY project_id
    ),
    pay_lists AS
    (
        SELECT
            project_id,
            avg(month_fen) AS mean_fen
        FROM
        (
            SELECT
                project_id,
                wage_month,
                sum(payable_fen) AS month_fen
            FROM slips
            WHERE scope = 'project' AND wage_month < toStartOfMonth({as_of:Date})
            GROUP BY project_id, wage_month
            ORDER BY wage_month DESC
            LIMIT 3 BY project_id
        )
        GROUP BY project_id
    ),
    covered AS
    (
        SELECT
            project_id,
            township,
            pay_by,
            wage_month,
            balance_fen,
            expected_fen,
            reliability,
            worked.workers AS unpaid_workers,
            worked.running_fen * toDayOfMonth(toLastDayOfMonth({as_of:Date})) / toDayOfMonth({as_of:Date}) AS by_attendance_fen,
            multiIf
            (
                wage_month < toStartOfMonth({as_of:Date}), 0.,
                pay_lists.mean_fen > 0 AND toDayOfMonth({as_of:Date}) < {settled_day:UInt8}, pay_lists.mean_fen,
                pay_lists.mean_fen > 0, least(pay_lists.mean_fen, by_attendance_fen),
                by_attendance_fen
            ) AS estimate_fen,
            toInt64(round(unpaid.fen + worked.closed_fen + greatest(worked.running_fen, estimate_fen))) AS owed_fen,
            (balance_fen + expected_fen) / owed_fen AS coverage
        FROM funding
        LEFT JOIN unpaid USING (project_id)
        LEFT JOIN worked USING (project_id)
        LEFT JOIN pay_lists USING (project_id)
        WHERE owed_fen > 0 AND coverage < {yellow_coverage:Float64}
    )
SELECT
    project_id AS scope_id,
    township,
    if(coverage < {red_coverage:Float64}, 'red', 'yellow') AS level,
    {as_of:Date} AS since,
    greatest(unpaid_workers, on_site.workers) AS workers,
    owed_fen - balance_fen - expected_fen AS amount_fen,
    1 - greatest(coverage, 0) AS score,
    round(coverage, 4) AS coverage,
    balance_fen,
    expected_fen,
    round(reliability, 4) AS reliability,
    owed_fen,
    pay_by,
    wage_month
FROM covered
LEFT JOIN on_site USING (project_id)
