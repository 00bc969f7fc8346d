-- Monitored workers: everyone with attendance or a pay slip in the window, on each subject: the project, or the employer where
-- neither slip nor attendance tells one. Of the slips for a month that began in the window those of people who were not seen in
-- it suffice; the others are there by attendance. crew: their keys in hexadecimal, one after the other.
SELECT
    scope,
    scope_id,
    arrayStringConcat(arrayMap(key -> hex(key), groupUniqArray(worker_key))) AS crew
FROM
(
    SELECT
        if(homes.project_id != '', 'project', 'employer') AS scope,
        if(homes.project_id != '', homes.project_id, slips.scope_id) AS scope_id,
        slips.worker_key AS worker_key
    FROM slips
    LEFT JOIN homes ON homes.employer_uscc = slips.scope_id AND homes.wage_month = slips.wage_month AND homes.worker_key = slips.worker_key
    WHERE slips.scope = 'employer' AND due_by > {as_of:Date} - {window_days:UInt16} AND due_by <= {as_of:Date}
    UNION ALL
    SELECT
        'project',
        scope_id,
        worker_key
    FROM slips
    WHERE scope = 'project' AND due_by > {as_of:Date} - {window_days:UInt16} AND due_by <= {as_of:Date}
        AND wage_month <= {as_of:Date} - {window_days:UInt16}
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
)
GROUP BY scope, scope_id
