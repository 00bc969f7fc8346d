-- What is known of monitored workers beyond their being there (crews.sql): what they are owed beyond grace, whether they were
-- paid late in the window, of which ended months nothing was heard of them (the latest in the lowest bit), and who employs them,
-- where that employer is one of {warned}. owed: 1 listed, 2 unbooked, 4 underlisted, 8 unlisted (index.Owing).
WITH
    -- lists of which something was paid so late in the window
    late_lists AS
    (
        SELECT
            wage_month,
            scope_id
        FROM pay_lists
        WHERE arrayExists(payment -> payment.1 > {as_of:Date} - {window_days:UInt16} AND payment.1 > first_due_by + {late_days:UInt16}, paid)
    )
SELECT
    scope,
    scope_id,
    employer_uscc,
    worker_key,
    toUInt8(groupBitOr(kind)) AS owed,
    toInt64(sum(fen)) AS owed_fen,
    toInt64(sumIf(fen, kind > 2)) AS estimate_fen,
    max(late) > 0 AS paid_late,
    toUInt32(groupBitOr(silent_in)) AS silent,
    max(missing) > 0 AS unaccounted
FROM
(
    SELECT
        home_scope AS scope,
        home_id AS scope_id,
        employer_uscc,
        worker_key,
        toUInt8(multiIf(kind = 'unlisted', 8, kind = 'underlisted', 4, kind = 'unbooked', 2, 1)) AS kind,
        owed_fen AS fen,
        false AS late,
        toUInt32(0) AS silent_in,
        false AS missing
    FROM owed
    WHERE due_by + {grace_days:UInt16} <= {as_of:Date}
    UNION ALL
    SELECT
        if(homes.project_id != '', 'project', toString(slips.scope)),
        if(homes.project_id != '', homes.project_id, slips.scope_id),
        slips.employer_uscc,
        slips.worker_key,
        0,
        0,
        true,
        0,
        false
    FROM slips
    LEFT JOIN homes ON slips.scope = 'employer' AND homes.employer_uscc = slips.scope_id AND homes.wage_month = slips.wage_month AND homes.worker_key = slips.worker_key
    WHERE (slips.wage_month, slips.scope_id) IN (SELECT wage_month, scope_id FROM late_lists)
        AND money_fen > 0 AND paid_on > due_by + {late_days:UInt16} AND paid_on > {as_of:Date} - {window_days:UInt16} AND paid_on <= {as_of:Date}
    UNION ALL
    SELECT
        'project',
        project_id,
        employer_uscc,
        worker_key,
        0,
        0,
        false,
        if(silent.kind = 'silent', bitShiftLeft(toUInt32(1), least(31, dateDiff('month', month, {as_of:Date}) - 1)), 0),
        silent.kind != 'silent'
    FROM silent
    WHERE due_by + {grace_days:UInt16} <= {as_of:Date}
    UNION ALL
    SELECT DISTINCT
        if(homes.project_id != '', 'project', toString(slips.scope)),
        if(homes.project_id != '', homes.project_id, slips.scope_id),
        slips.employer_uscc,
        slips.worker_key,
        0,
        0,
        false,
        0,
        false
    FROM slips
    LEFT JOIN homes ON slips.scope = 'employer' AND homes.employer_uscc = slips.scope_id AND homes.wage_month = slips.wage_month AND homes.worker_key = slips.worker_key
    WHERE due_by > {as_of:Date} - {window_days:UInt16} AND due_by <= {as_of:Date} AND slips.employer_uscc IN (SELECT arrayJoin({warned:Array(String)}))
    UNION ALL
    SELECT DISTINCT
        'project',
        project_id,
        employer_uscc,
        worker_key,
        0,
        0,
        false,
        0,
        false
    FROM worker_months
    WHERE month >= toStartOfMonth({as_of:Date} - {window_days:UInt16}) AND last_day > {as_of:Date} - {window_days:UInt16}
        AND employer_uscc IN (SELECT arrayJoin({warned:Array(String)}))
)
GROUP BY scope, scope_id, employer_uscc, worker_key
