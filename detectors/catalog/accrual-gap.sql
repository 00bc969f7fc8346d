/*
id: accrual-gap
title: {zh: "应付工资积压", en: "Unpaid wages pile up"}
question: {zh: "已挣未付的工资积压了多少？", en: "How much earned and unpaid work has piled up?"}
group: foresight
scope: [project]
department: sector
basis: [Reg. 24, Reg. 29, Reg. 32]
params:
  grace_detectors_days: {type: UInt16, unit: days, text: {zh: "宽限天数", en: "days of grace"}}
  yellow_months: {type: Float64, unit: months, text: {zh: "黄色积压月数", en: "months of wages for yellow"}}
  red_months: {type: Float64, unit: months, text: {zh: "红色积压月数", en: "months of wages for red"}}
levels:
  yellow: {zh: "积压超过一个月工资", en: "more than one month of wages"}
  red: {zh: "积压超过两个月工资，或超过工资保证金", en: "more than two months of wages, or more than the deposit"}
advice:
  zh: "核对欠付工资、专户余额与人工费用拨付，尽快落实资金；必要时动用工资保证金（条例第29、32条）。"
  en: "Compare what is owed with the account and labour cost funded; get the money in place, from the deposit if need be (Reg. 29, 32)."
evidence:
  - {name: gap_months, unit: months, label: {zh: "积压（月工资）", en: "gap in months of wages"}}
  - {name: stock_fen, unit: fen, label: {zh: "已挣未付", en: "earned and unpaid"}}
  - {name: estimated_fen, unit: fen, label: {zh: "其中无工资单（估算）", en: "of it without a pay slip (estimated)"}}
  - {name: balance_fen, unit: fen, label: {zh: "专户余额", en: "account balance"}}
  - {name: earned_fen, unit: fen, label: {zh: "积压各月应得", en: "earned in these months"}}
  - {name: paid_fen, unit: fen, label: {zh: "已付或已了结", en: "paid or closed"}}
  - {name: month_fen, unit: fen, label: {zh: "月工资", en: "a month of wages"}}
  - {name: deposit_fen, unit: fen, label: {zh: "工资保证金", en: "wage deposit"}}
  - {name: months, unit: month, label: {zh: "积压工资月", en: "wage months"}}
  - {name: age_30_fen, unit: fen, label: {zh: "逾期30天以内", en: "30 days past due or less"}}
  - {name: age_90_fen, unit: fen, label: {zh: "逾期31至90天", en: "31 to 90 days past due"}}
  - {name: age_365_fen, unit: fen, label: {zh: "逾期91至365天", en: "91 to 365 days past due"}}
  - {name: age_over_fen, unit: fen, label: {zh: "逾期365天以上", en: "more than 365 days past due"}}
*/
-- The stock: earned, as pay lists say and by an estimate of work that no list names, less paid, of the wage months since the
-- latest of which nothing is owed, less the account's balance where its ledger is alive. A month without work or list, such as of
-- a winter stop, pays nothing off. Work whose day to pay has not come is left out; so is, as everywhere, what is a few days past
-- it. A month of wages is the mean of the last three that were due.
WITH
    {as_of:Date} - {grace_detectors_days:UInt16} AS last_due,
    owing AS
    (
        SELECT
            scope_id AS project_id,
            wage_month,
            worker_key,
            kind,
            owed_fen AS fen,
            payable_fen AS earned_fen,
            due_by
        FROM owed
        WHERE scope = 'project' AND kind IN ('listed', 'unlisted') AND due_by <= last_due
    ),
    clean AS
    (
        SELECT
            project_id,
            max(wage_month) AS month
        FROM agreed_pay_days
        WHERE due_by <= last_due AND project_id IN (SELECT project_id FROM owing)
            AND (project_id, wage_month) NOT IN (SELECT project_id, wage_month FROM owing)
            AND
            (
                (project_id, wage_month) IN (SELECT project_id, month FROM crew_months)
                OR (project_id, wage_month) IN (SELECT scope_id, wage_month FROM pay_lists WHERE scope = 'project')
            )
        GROUP BY project_id
    ),
    stock AS
    (
        SELECT
            owing.project_id AS project_id,
            sum(owing.fen) AS fen,
            sumIf(owing.fen, owing.kind = 'unlisted') AS estimated_fen,
            uniqExact(owing.worker_key) AS workers,
            min(owing.due_by) AS oldest_due_by,
            arraySort(groupUniqArray(owing.wage_month)) AS months,
            sumIf(owing.fen, owing.due_by >= {as_of:Date} - 30) AS fen_30,
            sumIf(owing.fen, owing.due_by < {as_of:Date} - 30 AND owing.due_by >= {as_of:Date} - 90) AS fen_90,
            sumIf(owing.fen, owing.due_by < {as_of:Date} - 90 AND owing.due_by >= {as_of:Date} - 365) AS fen_365,
            sumIf(owing.fen, owing.due_by < {as_of:Date} - 365) AS fen_over
        FROM owing
        LEFT JOIN clean ON clean.project_id = owing.project_id
        WHERE clean.project_id = '' OR owing.wage_month > clean.month
        GROUP BY project_id
    ),
    -- what was earned in the wage months that were due, by lists and without, the latest first
    earned AS
    (
        SELECT
            project_id,
            arrayReverseSort(groupArray((wage_month, month_fen))) AS by_month,
            arrayAvg(arraySlice(arrayFilter(fen -> fen > 0, by_month.2), 1, 3)) AS mean_fen
        FROM
        (
            SELECT
                project_id,
                wage_month,
                sum(fen) AS month_fen
            FROM
            (
                SELECT
                    scope_id AS project_id,
                    wage_month,
                    payable_fen AS fen
                FROM pay_lists
                WHERE scope = 'project' AND first_due_by <= last_due AND wage_month < toStartOfMonth({as_of:Date})
                    AND scope_id IN (SELECT project_id FROM owing)
                UNION ALL
                SELECT
                    project_id,
                    wage_month,
                    earned_fen
                FROM owing
                WHERE kind = 'unlisted'
            )
            GROUP BY project_id, wage_month
        )
        GROUP BY project_id
        HAVING mean_fen > 0
    ),
    ledger AS
    (
        SELECT
            entries.project_id AS project_id,
            argMax(entries.balance_fen, (entries.booked_at, entries.id, entries.source)) AS fen
        FROM account_entries AS entries
        INNER JOIN feeds ON feeds.project_id = entries.project_id
        WHERE feeds.ledger_alive AND entries.booked_on <= {as_of:Date} AND entries.project_id IN (SELECT project_id FROM owing)
        GROUP BY project_id
    ),
    -- a deposit in force, the project's own or one that stands for it
    deposits AS
    (
        SELECT
            covered AS project_id,
            max(deposit_fen) AS fen
        FROM projects
        ARRAY JOIN arrayDistinct(arrayPushBack(deposit_covers, project_id)) AS covered
        WHERE deposit_form != 'waived' AND deposit_fen > 0 AND deposit_lodged_on <= {as_of:Date} AND ifNull(deposit_valid_until >= {as_of:Date}, true)
        GROUP BY project_id
    )
SELECT
    projects.project_id AS scope_id,
    projects.township AS township,
    if(gap_ratio > {red_months:Float64} OR deposit_fen IS NOT NULL AND amount_fen > deposit_fen, 'red', 'yellow') AS level,
    stock.oldest_due_by + 1 AS since,
    stock.workers AS workers,
    stock.fen - greatest(ledger.fen, 0) AS amount_fen,
    least(gap_ratio / (2 * {red_months:Float64}), 1) AS score,
    amount_fen / earned.mean_fen AS gap_ratio,
    round(gap_ratio, 2) AS gap_months,
    stock.fen AS stock_fen,
    stock.estimated_fen AS estimated_fen,
    if(ledger.project_id = '', NULL, ledger.fen) AS balance_fen,
    arraySum(arrayMap(month -> if(has(stock.months, month.1), month.2, 0), earned.by_month)) AS earned_fen,
    earned_fen - stock.fen AS paid_fen,
    toInt64(round(earned.mean_fen)) AS month_fen,
    if(deposits.project_id = '', NULL, deposits.fen) AS deposit_fen,
    arrayMap(month -> formatDateTime(month, '%Y-%m'), stock.months) AS months,
    stock.fen_30 AS age_30_fen,
    stock.fen_90 AS age_90_fen,
    stock.fen_365 AS age_365_fen,
    stock.fen_over AS age_over_fen
FROM stock
INNER JOIN projects ON projects.project_id = stock.project_id
INNER JOIN earned ON earned.project_id = stock.project_id
LEFT JOIN ledger ON ledger.project_id = stock.project_id
LEFT JOIN deposits ON deposits.project_id = stock.project_id
WHERE projects.active AND amount_fen > 0
    AND (gap_ratio > {yellow_months:Float64} OR ifNull(amount_fen > deposit_fen, false))
