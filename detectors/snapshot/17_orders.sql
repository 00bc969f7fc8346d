-- Matters with a day to pay by, above all orders, each with what was paid of its wages since it was opened. Two of one subject
-- restate each other when their wage months overlap or one of them names none: they may be about the same wages.
--
-- paid_fen: the largest of what is known to have been paid:
--   through orders that restate it, of which a payment on one is a payment on all
--   through other matters opened since, such as enforcement; what came out of purses of others (the deposit, the emergency fund,
--   an advance) adds up
--   by pay slips: of wages in its months or, where it names none, that were overdue when it was opened
-- unpaid_fen: what is still refused. unpaid_workers: of how many, as far as the slips tell who was paid in full since. met: its
-- own record says that all of it was paid, or a later order that restates it was fulfilled. paid_by: what each figure of
-- payment rests on: the record, its day and its amount.
CREATE TABLE {{snapshot}}.orders
(
    scope          LowCardinality(String),
    scope_id       String,
    source         LowCardinality(String),
    id             String,
    kind           LowCardinality(String),
    township       LowCardinality(String),
    project_id     String,
    employer_uscc  String,
    workers        UInt32,
    amount_fen     Int64,
    opened_on      Date,
    due_on         Date,
    outcome        LowCardinality(String),
    first_month    Date,
    last_month     Date,
    recorded_on    Date,
    met            Bool,
    paid_fen       Int64,
    unpaid_fen     Int64,
    unpaid_workers UInt32,
    paid_by        Array(Tuple(record String, paid_on Date, paid_fen Int64))
)
ENGINE = MergeTree
ORDER BY (scope, scope_id, opened_on, source, id);

INSERT INTO {{snapshot}}.orders
WITH
    matters AS
    (
        SELECT
            scope,
            scope_id,
            source,
            id,
            kind,
            township,
            project_id,
            employer_uscc,
            workers,
            amount_fen,
            opened_on,
            due_on,
            closed_on,
            outcome,
            wage_from IS NOT NULL OR wage_to IS NOT NULL AS dated,
            ifNull(wage_from, toDate(0)) AS first_month,
            ifNull(wage_to, toDate('2149-06-01')) AS last_month,
            recorded_on,
            -- a matter that was fulfilled was paid
            greatest(ifNull(proceedings.paid_fen, 0), if(outcome = 'fulfilled', amount_fen, 0)) AS paid_fen
        FROM {{snapshot}}.proceedings AS proceedings
        WHERE opened_on <= {as_of:Date}
    ),
    orders AS
    (
        SELECT *
        FROM matters
        WHERE due_on IS NOT NULL
    ),
    -- what other matters say was paid
    through AS
    (
        SELECT
            orders.source AS source,
            orders.id AS id,
            max(other.due_on IS NOT NULL AND other.outcome = 'fulfilled' AND other.opened_on >= orders.opened_on AND other.amount_fen >= orders.amount_fen) AS restated_and_met,
            greatest
            (
                maxIf(other.paid_fen, other.kind NOT IN ('deposit_draw', 'emergency_fund', 'advance_payment')),
                sumIf(other.paid_fen, other.kind IN ('deposit_draw', 'emergency_fund', 'advance_payment'))
            ) AS fen,
            arraySort(groupArray((other.id, other.recorded_on, other.paid_fen))) AS paid_by
        FROM orders
        INNER JOIN matters AS other ON other.scope = orders.scope AND other.scope_id = orders.scope_id
        WHERE other.paid_fen > 0 AND other.kind != 'additional_compensation' AND orders.first_month <= other.last_month AND other.first_month <= orders.last_month
            AND
            (
                (other.source, other.id) = (orders.source, orders.id)
                OR other.opened_on >= orders.opened_on
                -- an order of before, as long as it was open
                OR other.due_on IS NOT NULL AND ifNull(other.closed_on >= orders.opened_on, true)
            )
        GROUP BY source, id
    ),
    -- what slips say was paid since, by worker
    shown AS
    (
        SELECT
            source,
            id,
            worker_key,
            sum(left_fen) AS left_fen,
            sum(since_fen) AS fen,
            groupArrayIf((slip, paid_on, since_fen), since_fen > 0) AS paid_by
        FROM
        (
            SELECT
                orders.source AS source,
                orders.id AS id,
                slips.worker_key AS worker_key,
                slips.id AS slip,
                ifNull(slips.paid_on, toDate(0)) AS paid_on,
                slips.unpaid_fen AS left_fen,
                if
                (
                    paid_on >= orders.opened_on,
                    slips.money_fen - arrayMax(arrayPushBack(arrayMap(p -> if(p.1 < orders.opened_on, p.2, toInt64(0)), slips.payments), toInt64(0))),
                    toInt64(0)
                ) AS since_fen
            FROM orders
            INNER JOIN
            (
                SELECT scope_id AS key, worker_key, wage_month, id, due_by, money_fen, unpaid_fen, paid_on, payments
                FROM {{snapshot}}.slips
                WHERE scope_id IN (SELECT scope_id FROM orders)
                UNION ALL
                -- of an employer also what stands on the lists of projects where its workers are registered
                SELECT employer_uscc, worker_key, wage_month, id, due_by, money_fen, unpaid_fen, paid_on, payments
                FROM {{snapshot}}.slips
                WHERE scope = 'project' AND employer_uscc IN (SELECT scope_id FROM orders WHERE scope = 'employer')
                    AND scope_id IN
                    (
                        SELECT project_id
                        FROM {{snapshot}}.registrations
                        WHERE project_id != '' AND employer_uscc IN (SELECT scope_id FROM orders WHERE scope = 'employer')
                    )
            ) AS slips ON slips.key = orders.scope_id
            WHERE slips.wage_month >= orders.first_month AND slips.wage_month <= orders.last_month AND (orders.dated OR slips.due_by < orders.opened_on)
        )
        GROUP BY source, id, worker_key
    ),
    listed AS
    (
        SELECT
            source,
            id,
            sum(shown.fen) AS fen,
            countIf(shown.fen > 0 AND left_fen = 0) AS settled_workers,
            arraySlice(arraySort(arrayFlatten(groupArray(shown.paid_by))), 1, 20) AS paid_by
        FROM shown
        GROUP BY source, id
    )
SELECT
    orders.scope,
    orders.scope_id,
    orders.source,
    orders.id,
    orders.kind,
    orders.township,
    orders.project_id,
    orders.employer_uscc,
    orders.workers,
    orders.amount_fen,
    orders.opened_on,
    assumeNotNull(orders.due_on) AS due_on,
    orders.outcome,
    orders.first_month,
    orders.last_month,
    orders.recorded_on,
    orders.amount_fen > 0 AND orders.paid_fen >= orders.amount_fen OR through.restated_and_met = 1 AS met,
    least(greatest(through.fen, listed.fen), orders.amount_fen) AS paid_fen,
    orders.amount_fen - paid_fen AS unpaid_fen,
    if(unpaid_fen = 0, 0, greatest(toInt64(orders.workers) - toInt64(listed.settled_workers), 1)) AS unpaid_workers,
    arrayConcat(through.paid_by, if(listed.fen > 0, listed.paid_by, [])) AS paid_by
FROM orders
LEFT JOIN through ON through.source = orders.source AND through.id = orders.id
LEFT JOIN listed ON listed.source = orders.source AND listed.id = orders.id;
