-- Group incidents over arrears in the window, by the people who took part.
SELECT
    scope,
    scope_id,
    township,
    max(greatest(participants, workers)) AS people
FROM leads
WHERE incident IN ('group', 'extreme')
    AND received_on > {as_of:Date} - {window_days:UInt16} AND received_on <= {as_of:Date}
    AND status != 'rejected'
GROUP BY scope, scope_id, township
HAVING people >= {cap_incident_people:UInt32}
ORDER BY scope, scope_id, township
