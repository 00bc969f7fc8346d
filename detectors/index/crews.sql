-- Monitored workers: everyone with attendance or a pay slip in the window, and whoever is owed wages, on each subject:
-- the project, or the employer where a slip names none. Of the slips for a month that began in the window those of people who
-- were not seen in it suffice; the others are there by attendance. crew: their keys in hexadecimal, one after the other.
SELECT
    scope,
    scope_id,
    any(subjects.township) AS township,
    arrayStringConcat(arrayMap(key -> hex(key), groupUniqArray(worker_key))) AS crew
FROM
(
    SELECT
        scope,
        scope_id,
        worker_key
    FROM slips
    WHERE due_by > {as_of:Date} - {window_days:UInt16} AND due_by <= {as_of:Date}
        AND (scope = 'employer' OR wage_month <= {as_of:Date} - {window_days:UInt16})
    UNION ALL
    SELECT
        'project',
        project_id,
        worker_key
    FROM unseen
    WHERE due_by > {as_of:Date} - {window_days:UInt16} AND due_by <= {as_of:Date}
    UNION ALL
    SELECT
        'project',
        project_id,
        worker_key
    FROM worker_months
    WHERE month >= toStartOfMonth({as_of:Date} - {window_days:UInt16}) AND last_day > {as_of:Date} - {window_days:UInt16}
) AS seen
INNER JOIN subjects USING (scope, scope_id)
WHERE subjects.township != ''
GROUP BY scope, scope_id
