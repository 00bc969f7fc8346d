-- Leads that were to be resolved within the window: their term of working days ended in it. in_time: resolved by then.
-- Leads found void (rejected or withdrawn) are no arrears.
WITH terms AS
(
    SELECT
        received.day AS received_on,
        min(term.day) AS due_on
    FROM calendar AS received
    INNER JOIN calendar AS term ON term.workday_number = received.workday_number + {resolution_workdays:UInt16}
    GROUP BY received_on
)
SELECT
    scope,
    scope_id,
    township,
    count() AS due,
    countIf(status = 'resolved' AND ifNull(resolved_on, status_on) <= due_on) AS in_time
FROM leads
INNER JOIN terms USING (received_on)
WHERE due_on > {as_of:Date} - {window_days:UInt16} AND due_on <= {as_of:Date}
    AND status NOT IN ('rejected', 'withdrawn')
GROUP BY scope, scope_id, township
ORDER BY scope, scope_id, township
