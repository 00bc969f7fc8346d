-- What is known of monitored workers beyond their being there (crews.sql): in_arrears: wages past due beyond grace, or paid
-- late in the window; employer_uscc: who employs them, where that employer is one of {warned}.
WITH
    paid AS
    (
        SELECT
            scope,
            scope_id,
            employer_uscc,
            worker_key,
            unpaid_fen > 0 AND due_by + {grace_days:UInt16} <= {as_of:Date} AS overdue,
            ifNull(paid_on > due_by + {late_days:UInt16} AND paid_on > {as_of:Date} - {window_days:UInt16}, false) AS paid_late,
            if(overdue, unpaid_fen, 0) AS arrears_fen
        FROM slips
        WHERE overdue OR paid_late
    )
SELECT
    scope,
    scope_id,
    any(subjects.township) AS township,
    employer_uscc,
    worker_key,
    max(overdue OR paid_late) AS in_arrears,
    max(overdue) AS unpaid,
    sum(arrears_fen) AS arrears_fen
FROM
(
    SELECT scope, scope_id, employer_uscc, worker_key, overdue, paid_late, arrears_fen
    FROM paid
    UNION ALL
    SELECT DISTINCT scope, scope_id, employer_uscc, worker_key, false, false, 0
    FROM slips
    WHERE due_by > {as_of:Date} - {window_days:UInt16} AND due_by <= {as_of:Date} AND employer_uscc IN (SELECT arrayJoin({warned:Array(String)}))
    UNION ALL
    SELECT DISTINCT 'project', project_id, employer_uscc, worker_key, false, false, 0
    FROM attendance
    WHERE work_date > {as_of:Date} - {window_days:UInt16} AND employer_uscc IN (SELECT arrayJoin({warned:Array(String)}))
) AS marked
INNER JOIN subjects USING (scope, scope_id)
WHERE subjects.township != ''
GROUP BY scope, scope_id, employer_uscc, worker_key
