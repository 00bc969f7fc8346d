-- Leads that count in resolution: found true, true in part or settled within the window, and every lead that is late: not accepted
-- in its term, unresolved past its term, or closed without a conclusion, until one is recorded. The term runs from filing (Labour
-- Inspection Regulation 17), else from acceptance, else from receipt; an extension adds to it, and working days of a suspension
-- do not count. Leads about one project or employer that were received in one month count once: late, if one of them is.
-- until: the last day on which a lead that was resolved late still counts.
WITH
    -- leads with the working days they took
    terms AS
    (
        SELECT
            leads.scope AS scope,
            leads.scope_id AS scope_id,
            leads.source AS source,
            leads.id AS id,
            leads.received_on AS received_on,
            leads.status AS status,
            leads.conclusion AS conclusion,
            leads.open AS is_open,
            if(is_open, {as_of:Date}, least(ifNull(leads.resolved_on, leads.status_on), {as_of:Date})) AS ended_on,
            {resolve_workdays:UInt16} + if(leads.extended_on IS NULL, 0, {extension_workdays:UInt16}) AS term,
            today.workday_number AS today_number,
            greatest(toInt64(today.workday_number) - toInt64(received.workday_number), 0) AS waited,
            ended.workday_number AS ended_number,
            filed.workday_number AS filed_number,
            if(leads.suspended_from IS NULL, 0, greatest(0, toInt64(until.workday_number) - toInt64(since.workday_number))) AS suspended,
            greatest(0, toInt64(ended_number) - toInt64(filed_number)) - suspended AS took
        FROM leads
        LEFT JOIN calendar AS today ON today.day = {as_of:Date}
        LEFT JOIN calendar AS received ON received.day = greatest(leads.received_on, ifNull(leads.reopened_on, leads.received_on))
        LEFT JOIN calendar AS filed ON filed.day = coalesce(leads.filed_on, leads.accepted_on, leads.received_on)
        LEFT JOIN calendar AS ended ON ended.day = if(leads.open, {as_of:Date}, least(ifNull(leads.resolved_on, leads.status_on), {as_of:Date}))
        LEFT JOIN calendar AS since ON since.day = greatest(ifNull(leads.suspended_from, toDate(0)), coalesce(leads.filed_on, leads.accepted_on, leads.received_on))
        LEFT JOIN calendar AS until ON until.day = least(ifNull(leads.suspended_to, {as_of:Date}), if(leads.open, {as_of:Date}, least(ifNull(leads.resolved_on, leads.status_on), {as_of:Date})))
        WHERE leads.received_on <= {as_of:Date}
    ),
    counted AS
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
                is_open AND took > term, 'past_term',
                is_open AND status IN ('received', 'transferred') AND waited > {accept_workdays:UInt16}, 'not_accepted',
                NOT is_open AND conclusion = '' AND status != 'resolved', 'unverified',
                NOT is_open AND took > term, 'resolved_late',
                ''
            ) AS late,
            NOT is_open AND ended_on > {as_of:Date} - {window_days:UInt16}
                AND (conclusion IN ('true', 'partly_true', 'settled') OR conclusion = '' AND status = 'resolved') AS done
        FROM terms
    )
SELECT
    scope,
    scope_id,
    argMax(id, (rank, received_on, source, id)) AS lead,
    argMax(late, (rank, received_on, source, id)) AS lateness,
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
        late,
        indexOf(['resolved_late', 'not_accepted', 'unverified', 'past_term'], late) AS rank
    FROM counted
    WHERE done OR late IN ('not_accepted', 'past_term', 'unverified')
)
GROUP BY scope, scope_id, if(scope = 'township', concat(source, ' ', id), toString(toStartOfMonth(received_on)))
ORDER BY scope, scope_id, lead
