-- Group incidents over arrears in the window by how many took part, as far as that is said, and extreme ones; not those that were
-- found untrue or fabricated. until: the last day on which it lies in the window.
SELECT
    scope,
    scope_id,
    id,
    received_on + {window_days:UInt16} - 1 AS until
FROM leads
WHERE received_on > {as_of:Date} - {window_days:UInt16} AND received_on <= {as_of:Date}
    AND conclusion NOT IN ('untrue', 'fabricated')
    AND (incident = 'extreme' OR incident = 'group' AND if(participants > 0, participants, workers) >= {cap_incident_people:UInt32})
ORDER BY scope, scope_id, source, id
