-- What the reported rates of counties are made of, over the window of days up to the as-of date.
-- arbitration_closing: cases pending at any time in the window, and those of them closed by its end.
-- mediation_success: mediations concluded in the window, and those with a settlement; one withdrawn is neither.
-- lead_resolution: leads whose term of working days ended in the window, and those resolved by then; void ones are none.
WITH
    terms AS
    (
        SELECT
            received.day AS received_on,
            min(term.day) AS due_on
        FROM calendar AS received
        INNER JOIN calendar AS term ON term.workday_number = received.workday_number + {resolve_workdays:UInt16}
        GROUP BY received_on
    ),
    counted AS
    (
        SELECT
            'arbitration_closing' AS measure,
            toString(township) AS township,
            ifNull(closed_on <= {as_of:Date}, false) AS reached
        FROM proceedings
        WHERE kind = 'arbitration' AND opened_on <= {as_of:Date} AND ifNull(closed_on > {as_of:Date} - {window_days:UInt16}, true)
        UNION ALL
        SELECT
            'mediation_success',
            toString(township),
            outcome IN ('settled', 'fulfilled')
        FROM proceedings
        WHERE kind = 'mediation' AND closed_on > {as_of:Date} - {window_days:UInt16} AND closed_on <= {as_of:Date} AND outcome != 'withdrawn'
        UNION ALL
        SELECT
            'lead_resolution',
            if(subjects.township = '', toString(leads.township), toString(subjects.township)),
            leads.status = 'resolved' AND ifNull(leads.resolved_on, leads.status_on) <= terms.due_on
        FROM leads
        INNER JOIN terms ON terms.received_on = leads.received_on
        LEFT JOIN subjects ON subjects.scope = leads.scope AND subjects.scope_id = leads.scope_id
        WHERE terms.due_on > {as_of:Date} - {window_days:UInt16} AND terms.due_on <= {as_of:Date}
            AND leads.status NOT IN ('rejected', 'withdrawn')
    )
SELECT
    arrayJoin([substring(township, 1, 6), substring(township, 1, 4)]) AS code,
    measure,
    toUInt32(countIf(reached)) AS numerator,
    toUInt32(count()) AS denominator
FROM counted
WHERE length(township) >= 6
GROUP BY code, measure
ORDER BY code, measure
