/*
id: blacklist-candidate
title: {zh: "失信联合惩戒名单拟列入对象", en: "Candidate for the joint-discipline list"}
question: {zh: "是否符合列入拖欠农民工工资失信联合惩戒名单的条件？", en: "Are the conditions of listing met?"}
group: handling
scope: [employer]
department: human_resources
basis: [Reg. 48, MOHRSS Order 45 of 2021, "法释〔2013〕3号 art. 3", "法释〔2013〕3号 art. 4"]
params:
  order_kinds: {type: Array(String), unit: text, codes: proceeding, text: {zh: "视为责令支付的文书", en: "proceedings that order to pay"}}
  void_outcomes: {type: Array(String), unit: text, codes: order_outcome, text: {zh: "视为已撤销的结果", en: "outcomes that take an order back"}}
  one_worker_fen: {type: Int64, unit: fen, text: {zh: "一人欠薪数额标准", en: "amount for one worker"}}
  one_worker_months: {type: Float64, unit: months, text: {zh: "一人欠薪月数标准", en: "months' pay for one worker"}}
  many_workers: {type: UInt32, unit: workers, text: {zh: "多人欠薪人数标准", en: "workers for the amount in total"}}
  many_workers_fen: {type: Int64, unit: fen, text: {zh: "多人欠薪数额标准", en: "amount in total"}}
  incident_days: {type: UInt16, unit: days, text: {zh: "群体性事件回溯天数", en: "days back for incidents"}}
  minimum_wage_fen: {type: Int64, unit: fen, text: {zh: "最低工资标准", en: "monthly minimum wage"}}
  paid_days_a_month: {type: Float64, unit: days, text: {zh: "月计薪天数", en: "paid days a month"}}
levels:
  red: {zh: "责令支付逾期未履行，且达到数额较大标准或引发群体性、极端事件", en: "an order unmet, and the amount test or a group or extreme incident"}
advice:
  zh: 系统仅提出建议。由有权人员核实事实、告知权利并作出决定后方可列入。
  en: This is a proposal only. A named person verifies the facts, gives notice and decides.
evidence:
  - {name: grounds, unit: text, codes: listing_ground, label: {zh: "符合条件", en: "grounds"}}
  - {name: ordered_workers, unit: workers, label: {zh: "责令支付人数", en: "workers ordered to be paid"}}
  - {name: ordered_fen, unit: fen, label: {zh: "责令支付金额", en: "amount ordered"}}
  - {name: oldest_due_on, unit: date, label: {zh: "最早履行期限", en: "oldest due date"}}
  - {name: monthly_pay_fen, unit: fen, label: {zh: "参照月工资", en: "month's pay referred to"}}
  - {name: most_owed_fen, unit: fen, label: {zh: "单人最高欠付", en: "most owed to one worker"}}
  - {name: incidents, unit: count, label: {zh: "群体性或极端事件", en: "group or extreme incidents"}}
  - {name: records, unit: records, label: {zh: "文书记录", en: "orders"}}
*/
-- The amount test is met by ten workers and the total, or by one worker: by the pay lists, or because an order's mean per
-- worker is large, for then at least one of its workers is owed that much. A month's pay is the mean of the employer's pay
-- lists, else of the registered wages, and never below the minimum wage.
WITH
    orders AS
    (
        SELECT
            employer_uscc,
            argMax(township, (opened_on, id)) AS township,
            sum(proceedings.workers) AS ordered_workers,
            sum(proceedings.amount_fen) AS ordered_fen,
            max(proceedings.amount_fen / greatest(proceedings.workers, 1)) AS mean_owed_fen,
            min(assumeNotNull(due_on)) AS oldest_due_on,
            groupUniqArray(project_id) AS projects,
            arraySlice(arraySort(groupArray(id)), 1, 20) AS records
        FROM proceedings
        WHERE has({order_kinds:Array(String)}, kind)
            AND due_on < {as_of:Date}
            AND outcome != 'fulfilled'
            AND NOT has({void_outcomes:Array(String)}, outcome)
            AND employer_uscc != ''
        GROUP BY employer_uscc
    ),
    owed AS
    (
        SELECT
            employer_uscc,
            worker_key,
            sumIf(unpaid_fen, due_by < {as_of:Date}) AS owed_fen,
            sum(payable_fen) / uniqExact(wage_month) AS pay_fen
        FROM slips
        WHERE employer_uscc IN (SELECT employer_uscc FROM orders)
        GROUP BY employer_uscc, worker_key
    ),
    paid_by AS
    (
        SELECT
            employer_uscc,
            avg(pay_fen) AS monthly_fen,
            max(owed_fen) AS most_owed_fen,
            max(owed_fen >= {one_worker_fen:Int64} AND owed_fen >= {one_worker_months:Float64} * pay_fen) AS one_worker
        FROM owed
        GROUP BY employer_uscc
    ),
    registrants AS
    (
        SELECT
            employer_uscc,
            avg(if(registered.daily_fen > 0, registered.daily_fen, mean_wages.daily_fen)) * {paid_days_a_month:Float64} AS monthly_fen
        FROM registered
        INNER JOIN
        (
            SELECT project_id, worker_key, employer_uscc
            FROM registrations
            WHERE employer_uscc IN (SELECT employer_uscc FROM orders)
        ) AS engaged USING (project_id, worker_key)
        LEFT JOIN mean_wages ON mean_wages.project_id = registered.project_id
        GROUP BY employer_uscc
    ),
    incidents AS
    (
        SELECT
            orders.employer_uscc AS employer_uscc,
            uniqExact(leads.source, leads.id) AS incidents
        FROM orders
        CROSS JOIN leads
        WHERE leads.incident IN ('group', 'extreme')
            AND leads.received_on > {as_of:Date} - {incident_days:UInt16}
            AND leads.received_on <= {as_of:Date}
            AND leads.status != 'rejected'
            AND (leads.employer_uscc = orders.employer_uscc OR leads.project_id != '' AND has(orders.projects, leads.project_id))
        GROUP BY employer_uscc
    )
SELECT
    orders.employer_uscc AS scope_id,
    orders.township AS township,
    'red' AS level,
    orders.oldest_due_on + 1 AS since,
    orders.ordered_workers AS workers,
    orders.ordered_fen AS amount_fen,
    least(orders.ordered_fen / (10 * {many_workers_fen:Int64}), 1) AS score,
    arrayFilter
    (
        ground -> ground != '',
        [
            if(orders.ordered_workers >= {many_workers:UInt32} AND orders.ordered_fen >= {many_workers_fen:Int64}, 'amount_many_workers', ''),
            if(paid_by.one_worker = 1 OR orders.mean_owed_fen >= {one_worker_fen:Int64} AND orders.mean_owed_fen >= {one_worker_months:Float64} * monthly_pay_fen, 'amount_one_worker', ''),
            if(incidents.incidents > 0, 'incident', '')
        ]
    ) AS grounds,
    orders.ordered_workers AS ordered_workers,
    orders.ordered_fen AS ordered_fen,
    orders.oldest_due_on AS oldest_due_on,
    toInt64(round(greatest(toFloat64({minimum_wage_fen:Int64}), if(paid_by.monthly_fen > 0, paid_by.monthly_fen, registrants.monthly_fen)))) AS monthly_pay_fen,
    paid_by.most_owed_fen AS most_owed_fen,
    incidents.incidents AS incidents,
    orders.records AS records
FROM orders
LEFT JOIN paid_by USING (employer_uscc)
LEFT JOIN registrants USING (employer_uscc)
LEFT JOIN incidents USING (employer_uscc)
WHERE notEmpty(grounds)
