-- Leads that count in resolution: found true, true in part or settled within the window, and every lead that is late: not accepted
-- in its term, unresolved past its term, or closed without a conclusion, until one is recorded. Their terms run as for the detector
-- of late leads (snapshot/11_lead_clocks.sql). Leads about one project or employer that were received in one month count once: late,
-- if one of them is.
-- until: the last day on which a lead that was resolved late still counts.
SELECT
    scope,
    scope_id,
    argMax(id, (gravity, received_on, source, id)) AS lead,
    argMax(late, (gravity, received_on, source, id)) AS lateness,
    maxIf(ended_on, late = 'resolved_late') + {window_days:UInt16} - 1 AS until
FROM
(
    SELECT
        scope,
        scope_id,
        source,
        id,
        received_on,
        ended_on,
        multiIf
        (
            open AND late_in = 'acceptance', 'not_accepted',
            open AND late_in != '', 'past_term',
            unverified, 'unverified',
            late_in != '', 'resolved_late',
            ''
        ) AS late,
        indexOf(['resolved_late', 'not_accepted', 'unverified', 'past_term'], late) AS gravity
    FROM lead_clocks
    WHERE settled AND ended_on > {as_of:Date} - {window_days:UInt16} OR late IN ('not_accepted', 'past_term', 'unverified')
)
GROUP BY scope, scope_id, if(scope = 'township', concat(source, ' ', id), toString(toStartOfMonth(received_on)))
ORDER BY scope, scope_id, lead
