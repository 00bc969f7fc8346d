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
  void_conclusions: {type: Array(String), unit: text, codes: conclusion, text: {zh: "不计的线索办理结论", en: "conclusions of leads that do not count"}}
  incident_days: {type: UInt16, unit: days, text: {zh: "群体性事件回溯天数", en: "days back for incidents"}}
  minimum_wage_fen: {type: Int64, unit: fen, text: {zh: "最低工资标准", en: "monthly minimum wage"}}
  paid_days_a_month: {type: Float64, unit: days, text: {zh: "月计薪天数", en: "paid days a month"}}
levels:
  red: {zh: "责令支付逾期未履行，且仍拒不支付的数额达到标准，或引发群体性、极端事件", en: "an order unmet, and the amount test over what is still refused, or a group or extreme incident"}
advice:
  zh: 系统仅提出建议。由有权人员核实事实、告知权利并作出决定后方可列入。
  en: This is a proposal only. A named person verifies the facts, gives notice and decides.
evidence:
  - {name: grounds, unit: text, codes: listing_ground, label: {zh: "符合条件", en: "grounds"}}
  - {name: ordered_workers, unit: workers, label: {zh: "仍未足额支付人数（一人只计一次）", en: "workers not paid in full, each counted once"}}
  - {name: ordered_fen, unit: fen, label: {zh: "责令支付金额（重复责令的只计一次）", en: "amount ordered, counted once where orders restate each other"}}
  - {name: paid_fen, unit: fen, label: {zh: "其后已支付", en: "paid since"}}
  - {name: unpaid_fen, unit: fen, label: {zh: "仍拒不支付", en: "still refused"}}
  - {name: oldest_due_on, unit: date, label: {zh: "最早履行期限", en: "oldest due date"}}
  - {name: monthly_pay_fen, unit: fen, label: {zh: "参照月工资", en: "month's pay referred to"}}
  - {name: most_owed_fen, unit: fen, label: {zh: "单人最高欠付", en: "most owed to one worker"}}
  - {name: incidents, unit: count, label: {zh: "群体性或极端事件", en: "group or extreme incidents"}}
  - {name: ordered_by, unit: text, label: {zh: "责令金额来源（记录、日期、元）", en: "amounts ordered by (record, date, yuan)"}}
  - {name: paid_by, unit: text, label: {zh: "支付金额来源（记录、日期、元）", en: "payments by (record, date, yuan)"}}
  - {name: records, unit: records, label: {zh: "文书记录", en: "orders"}}
*/
-- The amount test is over what is still refused (orders, order-unmet): one wage counts once over orders that restate each other,
-- and so does a worker whom the pay lists of several ordered projects name. An order of the employer that names no project may
-- be about the wages of its projects, so the larger of the two counts. The test is met by ten workers and the total, or by one
-- worker: by the pay lists of what was ordered, or because an order's mean per worker is large, for then at least one of its
-- workers is owed that much. A month's pay is the mean of the pay lists, else of the registered wages, and never below the
-- minimum wage. Estimates play no part.
WITH
    unmet AS
    (
        SELECT
            scope,
            scope_id,
            id,
            township,
            employer_uscc,
            opened_on,
            due_on,
            first_month,
            last_month,
            amount_fen,
            unpaid_fen,
            unpaid_workers,
            paid_by
        FROM orders
        WHERE has({order_kinds:Array(String)}, kind)
            AND due_on < {as_of:Date}
            AND outcome != 'fulfilled'
            AND NOT has({void_outcomes:Array(String)}, outcome)
            AND NOT met
            AND employer_uscc != ''
    ),
    -- asked for where the sums are not: a query plans again whatever it names twice
    spans AS
    (
        SELECT
            employer_uscc,
            scope,
            scope_id,
            min(first_month) AS from_month,
            max(last_month) AS to_month
        FROM unmet
        GROUP BY employer_uscc, scope, scope_id
    ),
    -- as in order-unmet; each step in a query of its own, for the engine works out anew whatever is named twice in one
    subjects AS
    (
        SELECT
            employer_uscc,
            scope,
            scope_id,
            township,
            last_opened_on,
            oldest_due_on,
            workers,
            mean_fen,
            records,
            best.1 AS refused_fen,
            best.2 AS amount_fen,
            arrayMap(n -> (listed[n].5, listed[n].6, listed[n].4), best.3) AS figures,
            arrayFlatten(arrayMap(n -> listed[n].7, best.3)) AS payments
        FROM
        (
            SELECT
                grouped.*,
                arrayFold
                (
                    (best, order, start, n) -> arrayPushBack
                    (
                        best,
                        if
                        (
                            (best[start].1 + order.3, best[start].2 + order.4) > (best[-1].1, best[-1].2),
                            (best[start].1 + order.3, best[start].2 + order.4, arrayPushBack(best[start].3, n)),
                            best[-1]
                        )
                    ),
                    listed,
                    -- of each how many end before it begins, and the best of the first n: unpaid, ordered, which
                    arrayMap((order, n) -> arrayCount(before -> before.2 < order.1, arraySlice(listed, 1, n - 1)) + 1, listed, arrayEnumerate(listed)),
                    arrayEnumerate(listed),
                    [(toInt64(0), toInt64(0), emptyArrayUInt32())]
                )[-1] AS best
            FROM
            (
                SELECT
                    employer_uscc,
                    scope,
                    scope_id,
                    argMax(unmet.township, (unmet.opened_on, unmet.id, unmet.township)) AS township,
                    max(opened_on) AS last_opened_on,
                    min(due_on) AS oldest_due_on,
                    max(unmet.unpaid_workers) AS workers,
                    max(unmet.unpaid_fen / greatest(unmet.unpaid_workers, 1)) AS mean_fen,
                    groupArray(id) AS records,
                    arraySort
                    (
                        order -> (order.2, order.1, -order.3, order.5),
                        groupArray((first_month, last_month, unmet.unpaid_fen, unmet.amount_fen, id, opened_on, unmet.paid_by))
                    ) AS listed
                FROM unmet
                GROUP BY employer_uscc, scope, scope_id
            ) AS grouped
        )
    ),
    -- of its projects together, or of itself, whichever is more
    ordered AS
    (
        SELECT
            employer_uscc,
            max(by_scope.latest).3 AS township,
            min(by_scope.oldest_due_on) AS oldest_due_on,
            max(by_scope.mean_fen) AS mean_fen,
            arrayFlatten(groupArray(by_scope.records)) AS records,
            argMax(by_scope.scope = 'project', (by_scope.refused_fen, by_scope.scope)) AS by_projects,
            max(by_scope.refused_fen) AS refused_fen,
            argMax(by_scope.amount_fen, (by_scope.refused_fen, by_scope.scope)) AS amount_fen,
            argMax(by_scope.people, (by_scope.refused_fen, by_scope.scope)) AS people,
            argMax(by_scope.figures, (by_scope.refused_fen, by_scope.scope)) AS figures,
            argMax(by_scope.payments, (by_scope.refused_fen, by_scope.scope)) AS payments
        FROM
        (
            SELECT
                employer_uscc,
                scope,
                max((subjects.last_opened_on, subjects.scope_id, subjects.township)) AS latest,
                min(subjects.oldest_due_on) AS oldest_due_on,
                max(subjects.mean_fen) AS mean_fen,
                arrayFlatten(groupArray(subjects.records)) AS records,
                sum(subjects.refused_fen) AS refused_fen,
                sum(subjects.amount_fen) AS amount_fen,
                sum(subjects.workers) AS people,
                arrayFlatten(groupArray(subjects.figures)) AS figures,
                arrayFlatten(groupArray(subjects.payments)) AS payments
            FROM subjects
            GROUP BY employer_uscc, scope
        ) AS by_scope
        GROUP BY employer_uscc
    ),
    -- whom the pay lists of what was ordered name, and what they are owed by them
    refused AS
    (
        SELECT
            spans.employer_uscc AS employer_uscc,
            spans.scope AS scope,
            owing.worker_key AS worker_key,
            sum(owing.owed_fen) AS fen,
            sum(owing.payable_fen) / uniqExact(owing.wage_month) AS pay_fen
        FROM spans
        INNER JOIN
        (
            SELECT 'project' AS scope, scope_id AS id, worker_key, wage_month, owed_fen, payable_fen
            FROM owed
            WHERE scope = 'project' AND kind = 'listed'
            UNION ALL
            SELECT 'employer', employer_uscc, worker_key, wage_month, owed_fen, payable_fen
            FROM owed
            WHERE kind = 'listed'
        ) AS owing ON owing.scope = spans.scope AND owing.id = spans.scope_id
        WHERE owing.wage_month >= spans.from_month AND owing.wage_month <= spans.to_month
        GROUP BY employer_uscc, scope, spans.scope_id, worker_key
    ),
    named AS
    (
        SELECT
            employer_uscc,
            max(worker_fen) AS most_owed_fen,
            max(worker_fen >= {one_worker_fen:Int64} AND worker_fen >= {one_worker_months:Float64} * worker_pay_fen) AS one_worker,
            sum(projects - 1) AS repeated
        FROM
        (
            SELECT
                employer_uscc,
                worker_key,
                greatest(sumIf(refused.fen, scope = 'project'), sumIf(refused.fen, scope = 'employer')) AS worker_fen,
                max(refused.pay_fen) AS worker_pay_fen,
                greatest(countIf(scope = 'project'), 1) AS projects
            FROM refused
            GROUP BY employer_uscc, worker_key
        )
        GROUP BY employer_uscc
    ),
    lists AS
    (
        SELECT
            spans.employer_uscc AS employer_uscc,
            sum(pay_lists.payable_fen) / sum(pay_lists.workers) AS monthly_fen
        FROM pay_lists
        INNER JOIN spans ON spans.scope = pay_lists.scope AND spans.scope_id = pay_lists.scope_id
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
            WHERE employer_uscc IN (SELECT employer_uscc FROM spans)
        ) AS engaged USING (project_id, worker_key)
        LEFT JOIN mean_wages ON mean_wages.project_id = registered.project_id
        GROUP BY employer_uscc
    ),
    happened AS
    (
        SELECT
            sites.employer_uscc AS employer_uscc,
            uniqExact(leads.source, leads.id) AS incidents
        FROM (SELECT employer_uscc, groupArrayIf(scope_id, scope = 'project') AS projects FROM spans GROUP BY employer_uscc) AS sites
        CROSS JOIN leads
        WHERE leads.incident IN ('group', 'extreme')
            AND leads.received_on > {as_of:Date} - {incident_days:UInt16}
            AND leads.received_on <= {as_of:Date}
            AND leads.status != 'rejected'
            AND NOT has({void_conclusions:Array(String)}, leads.conclusion)
            AND (leads.employer_uscc = sites.employer_uscc OR leads.project_id != '' AND has(sites.projects, leads.project_id))
        GROUP BY employer_uscc
    ),
    -- record, day and yuan of a figure
    (figure -> concat(figure.1, ' ', toString(figure.2), ' ', toString(intDiv(figure.3, 100)), '.', leftPad(toString(figure.3 % 100), 2, '0'))) AS told
SELECT
    employer_uscc AS scope_id,
    township,
    'red' AS level,
    oldest_due_on + 1 AS since,
    ordered_workers AS workers,
    unpaid_fen AS amount_fen,
    least(unpaid_fen / (10 * {many_workers_fen:Int64}), 1) AS score,
    grounds,
    ordered_workers,
    ordered_fen,
    ordered_fen - unpaid_fen AS paid_fen,
    unpaid_fen,
    oldest_due_on,
    monthly_pay_fen,
    most_owed_fen,
    incidents,
    arraySlice(arrayMap(figure -> told(figure), figures), 1, 20) AS ordered_by,
    arraySlice(arrayMap(payment -> told(payment), arrayDistinct(payments)), 1, 20) AS paid_by,
    arraySlice(arraySort(records), 1, 20) AS records
FROM
(
    SELECT
        employer_uscc,
        township,
        oldest_due_on,
        records,
        unpaid_fen,
        ordered_fen,
        ordered_workers,
        figures,
        payments,
        most_owed_fen,
        monthly_pay_fen,
        incidents,
        arrayFilter
        (
            ground -> ground != '',
            [
                if(ordered_workers >= {many_workers:UInt32} AND unpaid_fen >= {many_workers_fen:Int64}, 'amount_many_workers', ''),
                if
                (
                    unpaid_fen >= {one_worker_fen:Int64}
                        AND (one_worker = 1 OR mean_fen >= {one_worker_fen:Int64} AND mean_fen >= {one_worker_months:Float64} * monthly_pay_fen),
                    'amount_one_worker',
                    ''
                ),
                if(incidents > 0 AND unpaid_fen > 0, 'incident', '')
            ]
        ) AS grounds
    FROM
    (
        SELECT
            ordered.employer_uscc AS employer_uscc,
            ordered.township AS township,
            ordered.oldest_due_on AS oldest_due_on,
            ordered.mean_fen AS mean_fen,
            ordered.records AS records,
            ordered.refused_fen AS unpaid_fen,
            ordered.amount_fen AS ordered_fen,
            toInt64(ordered.people) - if(ordered.by_projects, least(toInt64(named.repeated), toInt64(ordered.people) - 1), 0) AS ordered_workers,
            ordered.figures AS figures,
            ordered.payments AS payments,
            named.one_worker AS one_worker,
            named.most_owed_fen AS most_owed_fen,
            toInt64(round(greatest(toFloat64({minimum_wage_fen:Int64}), if(lists.monthly_fen > 0, lists.monthly_fen, registrants.monthly_fen)))) AS monthly_pay_fen,
            happened.incidents AS incidents
        FROM ordered
        LEFT JOIN named ON named.employer_uscc = ordered.employer_uscc
        LEFT JOIN lists ON lists.employer_uscc = ordered.employer_uscc
        LEFT JOIN registrants ON registrants.employer_uscc = ordered.employer_uscc
        LEFT JOIN happened ON happened.employer_uscc = ordered.employer_uscc
    )
)
WHERE notEmpty(grounds)
