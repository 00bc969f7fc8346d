/*
id: account-runway
title: {zh: "工资专户余额不足", en: "Wage account running out"}
question: {zh: "专户资金能否覆盖下一次发薪和全部拖欠？", en: "Will the account cover the next pay day and all that is owed, of any age?"}
group: foresight
scope: [project]
department: sector
basis: [Reg. 24, Reg. 27, Reg. 29]
params:
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
  - {name: balance_on, unit: date, label: {zh: "余额日期", en: "balance after the entry of"}}
  - {name: owed_fen, unit: fen, label: {zh: "届时应付工资", en: "wages to pay by then"}}
  - {name: arrears_fen, unit: fen, label: {zh: "其中已逾期", en: "of it past due"}}
  - {name: oldest_due_by, unit: date, label: {zh: "最早应付日", en: "oldest due date"}}
  - {name: estimated_fen, unit: fen, label: {zh: "其中尚无工资单（估算）", en: "of it not on a list yet (estimated)"}}
  - {name: pay_by, unit: date, label: {zh: "下一发薪日", en: "next pay day"}}
  - {name: wage_month, unit: month, label: {zh: "对应工资月", en: "wage month"}}
*/
-- owed: what the next pay day has to pay: listed wages that are owed, of whatever age, unpaid slips up to its wage month, the work
-- of the months to be paid then that no list names yet, and where that month still runs its remaining days, taken as the smaller
-- of two estimates (this month's attendance so far, the mean of the last three pay lists), so that a crew that shrinks is not held
-- to its past.
--
-- expected: what the developer agreed to fund until then and has not yet, by the reliability of the cycles before. Money
-- in advance meets the cycles that follow; a project without a past is trusted.
--
-- Where the ledger was never heard of, or fell silent, nobody knows the balance: that is for feed-missing to say.
WITH
    ledger AS
    (
        SELECT
            project_id,
            argMax(balance_fen, (booked_at, id, source)) AS balance_fen,
            max(booked_on) AS balance_on
        FROM account_entries
        WHERE booked_on <= {as_of:Date}
        GROUP BY project_id
    ),
    -- each step in a query of its own: the engine works out anew whatever is named twice in one
    funding AS
    (
        SELECT
            project_id,
            reliability,
            toInt64(round(greatest(outstanding_fen + coming_fen - ahead_fen, 0) * reliability)) AS expected_fen
        FROM
        (
            SELECT
                project_id,
                coming_fen,
                state.1 AS ahead_fen,
                arraySlice(state.2, -toInt32({reliability_cycles:UInt16})) AS met,
                if(empty(met), 1, arraySum(met) / (length(met) * monthly_fen)) AS reliability,
                if(empty(met), 0, monthly_fen - met[-1]) AS outstanding_fen
            FROM
            (
                SELECT
                    funding_cycles.project_id AS project_id,
                    any(projects.labor_cost_fen) AS monthly_fen,
                    sumIf(agreed_fen - funded_fen, due_on >= {as_of:Date} AND due_on <= pay_days.pay_by) AS coming_fen,
                    -- money in advance, and how much of each cycle was met
                    arrayFold
                    (
                        (state, cycle) ->
                        (
                            greatest(state.1 + cycle.3 - cycle.2, toInt64(0)),
                            if(cycle.2 > 0, arrayPushBack(state.2, least(cycle.2, state.1 + cycle.3)), state.2)
                        ),
                        arraySort(groupArrayIf((due_on, agreed_fen, funded_fen), due_on < {as_of:Date})),
                        (toInt64(0), emptyArrayInt64())
                    ) AS state
                FROM funding_cycles
                INNER JOIN projects ON projects.project_id = funding_cycles.project_id
                INNER JOIN pay_days ON pay_days.project_id = funding_cycles.project_id
                GROUP BY project_id
            )
        )
    ),
    unpaid AS
    (
        SELECT
            project_id,
            sum(part_fen) AS fen,
            sumIf(part_fen, past_due) AS arrears_fen,
            minIf(part_due_by, past_due) AS oldest_due_by
        FROM
        (
            SELECT
                scope_id AS project_id,
                owed_fen AS part_fen,
                due_by AS part_due_by,
                true AS past_due
            FROM owed
            WHERE scope = 'project' AND kind = 'listed'
            UNION ALL
            SELECT
                slips.scope_id,
                slips.unpaid_fen,
                slips.due_by,
                false
            FROM slips
            INNER JOIN pay_days ON pay_days.project_id = slips.scope_id
            WHERE slips.scope = 'project' AND slips.unpaid_fen > 0 AND slips.due_by >= {as_of:Date} AND slips.wage_month <= pay_days.wage_month
                AND (slips.scope_id, slips.wage_month) IN (SELECT scope_id, wage_month FROM pay_lists WHERE unpaid_fen > 0 AND last_due_by >= {as_of:Date})
        )
        GROUP BY project_id
    ),
    worked AS
    (
        SELECT
            work.project_id AS project_id,
            sumIf(work.earned_fen, work.wage_month < toStartOfMonth({as_of:Date})) AS closed_fen,
            sumIf(work.earned_fen, work.wage_month = toStartOfMonth({as_of:Date})) AS running_fen,
            uniqExact(work.worker_key) AS workers
        FROM unlisted_work AS work
        INNER JOIN pay_days ON pay_days.project_id = work.project_id
        WHERE work.due_by > {as_of:Date} AND work.wage_month <= pay_days.wage_month
        GROUP BY project_id
    ),
    recent_lists AS
    (
        SELECT
            project_id,
            avg(payable_fen) AS mean_fen
        FROM
        (
            SELECT
                scope_id AS project_id,
                payable_fen
            FROM pay_lists
            WHERE scope = 'project' AND wage_month < toStartOfMonth({as_of:Date})
            ORDER BY wage_month DESC
            LIMIT 3 BY project_id
        )
        GROUP BY project_id
    ),
    covered AS
    (
        SELECT
            projects.project_id AS project_id,
            projects.township AS township,
            pay_days.pay_by AS pay_by,
            pay_days.wage_month AS wage_month,
            ledger.balance_fen AS balance_fen,
            ledger.balance_on AS balance_on,
            funding.expected_fen AS expected_fen,
            if(funding.project_id = '', 1, funding.reliability) AS reliability,
            worked.workers AS unpaid_workers,
            worked.running_fen * toDayOfMonth(toLastDayOfMonth({as_of:Date})) / toDayOfMonth({as_of:Date}) AS by_attendance_fen,
            multiIf
            (
                wage_month < toStartOfMonth({as_of:Date}), 0.,
                recent_lists.mean_fen > 0 AND toDayOfMonth({as_of:Date}) < {settled_day:UInt8}, recent_lists.mean_fen,
                recent_lists.mean_fen > 0, least(recent_lists.mean_fen, by_attendance_fen),
                by_attendance_fen
            ) AS estimate_fen,
            toInt64(round(worked.closed_fen + greatest(toFloat64(worked.running_fen), estimate_fen))) AS estimated_fen,
            unpaid.fen + estimated_fen AS owed_fen,
            unpaid.arrears_fen AS arrears_fen,
            nullIf(unpaid.oldest_due_by, toDate(0)) AS oldest_due_by,
            (balance_fen + expected_fen) / owed_fen AS ratio
        FROM projects
        INNER JOIN pay_days ON pay_days.project_id = projects.project_id
        INNER JOIN feeds ON feeds.project_id = projects.project_id
        INNER JOIN ledger ON ledger.project_id = projects.project_id
        LEFT JOIN funding ON funding.project_id = projects.project_id
        LEFT JOIN unpaid ON unpaid.project_id = projects.project_id
        LEFT JOIN worked ON worked.project_id = projects.project_id
        LEFT JOIN recent_lists ON recent_lists.project_id = projects.project_id
        WHERE feeds.ledger_alive AND ifNull(projects.started_on <= {as_of:Date}, projects.status = 'building')
            AND projects.account_opened_on <= {as_of:Date}
            AND ifNull(projects.account_closed_on > {as_of:Date}, true)
            AND owed_fen > 0
            AND ratio < {yellow_coverage:Float64}
    )
SELECT
    project_id AS scope_id,
    township,
    if(ratio < {red_coverage:Float64}, 'red', 'yellow') AS level,
    {as_of:Date} AS since,
    greatest(unpaid_workers, on_site.workers) AS workers,
    owed_fen - balance_fen - expected_fen AS amount_fen,
    1 - greatest(ratio, 0) AS score,
    round(ratio, 4) AS coverage,
    balance_fen,
    expected_fen,
    round(reliability, 4) AS reliability,
    balance_on,
    owed_fen,
    arrears_fen,
    oldest_due_by,
    estimated_fen,
    pay_by,
    wage_month
FROM covered
LEFT JOIN on_site USING (project_id)
