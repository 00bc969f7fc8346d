-- Prefectures of which attendance was heard, but none any more in the last days: every gate of the prefecture, so that one
-- township's silence is no reason to show nobody's index.
SELECT substring(subjects.township, 1, 4) AS prefecture
FROM crew_months
INNER JOIN subjects ON subjects.scope = 'project' AND subjects.scope_id = crew_months.project_id
WHERE subjects.township != ''
GROUP BY prefecture
HAVING max(crew_months.last_day) < {as_of:Date} - {stale_days:UInt16}
