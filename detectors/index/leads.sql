-- Leads that count in resolution: found true, true in part or settled within the window, and every lead that is late: not accepted
-- in its term, unresolved past its term, or closed without a conclusion, until one is recorded. Terms run as those of the
-- detectors of leads: anew from the day on which a lead was reopened; the investigation from filing, else from the first
-- status after received, else from the day on which it should have been accepted; mediation and arbitration by terms of their
-- own, and a lead that was closed after arbitration was in time. What is older than the calendar at hand is past every term.
-- Leads about one project or employer that were received in one month count once: late, if one of them is.
-- until: the last day on which a lead that was resolved late still counts.
WITH
    matters AS
    (
        SELECT
            complaint_id,
            countIf(kind = 'mediation') > 0 AS mediated,
            countIf(kind = 'arbitration') > 0 AS arbitrated,
            maxIf(opened_on, kind = 'mediation' AND under_way) AS mediation_on,
            maxIf(opened_on, kind = 'arbitration' AND under_way) AS arbitration_on,
            maxIf(ifNull(due_on, opened_on), kind = 'arbitration' AND under_way) AS arbitration_due_on
        FROM
        (
            SELECT
                complaint_id,
                kind,
                opened_on,
                due_on,
                ifNull(closed_on > {as_of:Date}, outcome = '') AS under_way
            FROM proceedings
            WHERE kind IN ('mediation', 'arbitration') AND complaint_id != '' AND opened_on <= {as_of:Date}
        )
        GROUP BY complaint_id
    ),
    taken AS
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
            ifNull(leads.reopened_on <= {as_of:Date}, false) AS reopened,
            if(reopened, assumeNotNull(leads.reopened_on), leads.received_on) AS begun_on,
            if(leads.accepted_on >= begun_on AND leads.accepted_on <= {as_of:Date}, leads.accepted_on, NULL) AS was_accepted_on,
            leads.status NOT IN ('received', 'transferred') OR was_accepted_on IS NOT NULL AS accepted,
            multiIf(NOT reopened, leads.moved_on, leads.status != 'received' AND leads.status_on >= begun_on, leads.status_on, NULL) AS went_on,
            multiIf
            (
                leads.filed_on >= begun_on AND leads.filed_on <= {as_of:Date}, leads.filed_on,
                went_on IS NULL OR was_accepted_on < went_on, was_accepted_on,
                went_on
            ) AS filed_on,
            ifNull(leads.extended_on <= {as_of:Date}, false) AS extended,
            if(leads.suspended_from <= {as_of:Date}, leads.suspended_from, NULL) AS paused_on,
            least(ifNull(leads.suspended_to, ended_on), ended_on) AS resumed_on,
            matters.arbitrated AS arbitrated,
            multiIf
            (
                matters.arbitration_on > toDate(0), 'arbitration',
                matters.mediation_on > toDate(0) OR leads.status = 'mediating' AND NOT matters.mediated, 'mediation',
                'investigation'
            ) AS stage,
            multiIf(matters.arbitration_on > toDate(0), matters.arbitration_on, matters.mediation_on > toDate(0), matters.mediation_on, leads.status_on) AS stage_on,
            multiIf
            (
                stage = 'mediation', {mediation_days:UInt16},
                extended OR matters.arbitration_due_on > matters.arbitration_on + {arbitration_days:UInt16}, {arbitration_days:UInt16} + {arbitration_extension_days:UInt16},
                {arbitration_days:UInt16}
            ) AS stage_days
        FROM leads
        LEFT JOIN matters ON matters.complaint_id = leads.id
        WHERE leads.received_on <= {as_of:Date}
    ),
    clocks AS
    (
        SELECT
            taken.*,
            toInt64(begun.workday_number) AS begun_number,
            if(taken.filed_on IS NULL, if(begun_number > 0, begun_number + {accept_workdays:UInt16}, toInt64(0)), toInt64(filed.workday_number)) AS filed_number,
            toInt64(ended.workday_number) AS now,
            if(begun_number > 0, now - begun_number, dateDiff('day', taken.begun_on, taken.ended_on)) AS waited,
            if(taken.paused_on IS NULL, toInt64(0), greatest(toInt64(resumed.workday_number) - greatest(toInt64(paused.workday_number), filed_number), toInt64(0))) AS paused_workdays,
            if(taken.paused_on IS NULL, toInt64(0), greatest(dateDiff('day', greatest(assumeNotNull(taken.paused_on), taken.stage_on), taken.resumed_on), toInt64(0))) AS paused_days,
            if(filed_number > 0, now - filed_number, dateDiff('day', ifNull(taken.filed_on, taken.begun_on), taken.ended_on)) - paused_workdays AS investigated,
            toInt64({resolve_workdays:UInt16} + if(taken.extended, {extension_workdays:UInt16}, 0)) AS term,
            dateDiff('day', taken.stage_on, {as_of:Date}) - paused_days AS in_stage
        FROM taken
        LEFT JOIN calendar AS begun ON begun.day = taken.begun_on
        LEFT JOIN calendar AS filed ON filed.day = ifNull(taken.filed_on, toDate(0))
        LEFT JOIN calendar AS paused ON paused.day = ifNull(taken.paused_on, toDate(0))
        LEFT JOIN calendar AS resumed ON resumed.day = taken.resumed_on
        LEFT JOIN calendar AS ended ON ended.day = taken.ended_on
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
                is_open AND if(stage = 'investigation', investigated > term, in_stage > stage_days), 'past_term',
                is_open AND NOT accepted AND waited > {accept_workdays:UInt16}, 'not_accepted',
                NOT is_open AND conclusion = '' AND status != 'resolved', 'unverified',
                NOT is_open AND NOT arbitrated AND investigated > term, 'resolved_late',
                ''
            ) AS late,
            NOT is_open AND ended_on > {as_of:Date} - {window_days:UInt16}
                AND (conclusion IN ('true', 'partly_true', 'settled') OR conclusion = '' AND status = 'resolved') AS done
        FROM clocks
    )
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
        late,
        indexOf(['resolved_late', 'not_accepted', 'unverified', 'past_term'], late) AS gravity
    FROM counted
    WHERE done OR late IN ('not_accepted', 'past_term', 'unverified')
)
GROUP BY scope, scope_id, if(scope = 'township', concat(source, ' ', id), toString(toStartOfMonth(received_on)))
ORDER BY scope, scope_id, lead
