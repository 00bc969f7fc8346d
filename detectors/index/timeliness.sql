-- Worker-months that fell due in the window, and what of them was not paid in money within grace, in millionths of one: of a pay
-- slip by the share of what was payable (and of what is missing to the minimum wage) that was not, so far as the bank's ledger
-- bears it out; a month without a slip, or of which nothing was heard, in full. What is still within grace and not paid in full is
-- not decided yet and stays out, and so does what an inspector closed. until: the last day on which some of it lies in the window.
--
-- A list that was paid in full within grace is counted by its sum; slips are read of the others alone.
WITH
    lists AS
    (
        SELECT
            scope,
            scope_id,
            wage_month,
            toUInt64(pay_lists.workers) AS workers,
            first_due_by > {as_of:Date} - {window_days:UInt16} AND last_due_by <= {as_of:Date}
                AND unpaid_fen = 0 AND arrayAll(payment -> payment.1 <= first_due_by + {grace_days:UInt16}, paid)
                AND (scope, scope_id, wage_month) NOT IN (SELECT scope, scope_id, wage_month FROM unsettled)
                AND (scope = 'project' OR scope_id NOT IN (SELECT employer_uscc FROM homes)) AS clean
        FROM pay_lists
        WHERE last_due_by > {as_of:Date} - {window_days:UInt16} AND first_due_by <= {as_of:Date}
    ),
    amiss AS
    (
        SELECT
            scope,
            scope_id,
            wage_month,
            worker_key,
            sumIf(owed_fen, kind = 'underlisted') AS underlisted_fen,
            sumIf(owed_fen, kind = 'unbooked') AS unbooked_fen
        FROM owed
        WHERE kind IN ('underlisted', 'unbooked')
        GROUP BY scope, scope_id, wage_month, worker_key
    ),
    closed AS
    (
        SELECT
            scope,
            scope_id,
            wage_month,
            worker_key
        FROM unsettled
        WHERE (scope, scope_id, wage_month, worker_key) NOT IN (SELECT scope, scope_id, wage_month, worker_key FROM owed)
            AND (scope_id IN (SELECT project_id FROM closures) OR employer_uscc IN (SELECT employer_uscc FROM closures WHERE employer_uscc != ''))
    ),
    worker_slips AS
    (
        SELECT
            scope,
            scope_id,
            wage_month,
            worker_key,
            max(slips.due_by) AS due_by,
            sum(payable_fen) AS payable,
            sum(unpaid_fen) AS unpaid,
            sum(least(payable_fen, money_fen, arrayMax(p -> if(p.1 <= slips.due_by + {grace_days:UInt16}, p.2, 0), arrayPushBack(payments, (toDate(0), toInt64(0)))))) AS prompt
        FROM slips
        WHERE (wage_month, scope_id) IN (SELECT wage_month, scope_id FROM lists WHERE NOT clean)
            AND slips.due_by > {as_of:Date} - {window_days:UInt16} AND slips.due_by <= {as_of:Date}
            AND (scope, scope_id, wage_month, worker_key) NOT IN (SELECT scope, scope_id, wage_month, worker_key FROM closed)
        GROUP BY scope, scope_id, wage_month, worker_key
        HAVING unpaid = 0 OR due_by + {grace_days:UInt16} <= {as_of:Date}
    )
SELECT
    scope,
    scope_id,
    toUInt64(sum(worker_months)) AS months,
    toInt64(sum(late)) AS unpaid,
    toInt64(sum(nameless)) AS unlisted,
    toInt64(sum(unheard)) AS silent,
    maxIf(day, late + nameless + unheard > 0) + {window_days:UInt16} - 1 AS until
FROM
(
    SELECT
        toString(scope) AS scope,
        scope_id,
        workers AS worker_months,
        toInt64(0) AS late,
        toInt64(0) AS nameless,
        toInt64(0) AS unheard,
        toDate(0) AS day
    FROM lists
    WHERE clean
    UNION ALL
    SELECT
        if(homes.project_id != '', 'project', toString(worker_slips.scope)),
        if(homes.project_id != '', homes.project_id, worker_slips.scope_id),
        1,
        if
        (
            payable + amiss.underlisted_fen > 0,
            toInt64(round(1000000 * (1 - greatest(0, prompt - amiss.unbooked_fen) / (payable + amiss.underlisted_fen)))),
            0
        ),
        0,
        0,
        worker_slips.due_by
    FROM worker_slips
    LEFT JOIN amiss ON amiss.scope = worker_slips.scope AND amiss.scope_id = worker_slips.scope_id AND amiss.wage_month = worker_slips.wage_month AND amiss.worker_key = worker_slips.worker_key
    LEFT JOIN homes ON worker_slips.scope = 'employer' AND homes.employer_uscc = worker_slips.scope_id AND homes.wage_month = worker_slips.wage_month AND homes.worker_key = worker_slips.worker_key
    UNION ALL
    SELECT
        toString(home_scope),
        home_id,
        1,
        0,
        1000000,
        0,
        due_by
    FROM owed
    WHERE kind = 'unlisted' AND due_by > {as_of:Date} - {window_days:UInt16} AND due_by + {grace_days:UInt16} <= {as_of:Date}
    UNION ALL
    SELECT
        'project',
        project_id,
        1,
        0,
        0,
        1000000,
        due_by
    FROM silent
    WHERE kind = 'silent' AND due_by > {as_of:Date} - {window_days:UInt16} AND due_by + {grace_days:UInt16} <= {as_of:Date}
)
GROUP BY scope, scope_id
HAVING months > 0
ORDER BY scope, scope_id
