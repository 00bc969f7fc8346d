/*
id: complaint-late
title: {zh: "线索办理超期", en: "Lead handled late"}
question: {zh: "欠薪线索是否按时办理？", en: "Is a lead being handled in time?"}
group: handling
scope: [project, employer, township]
department: human_resources
basis: [Reg. 10, Labour Inspection Regulation 17, Inspection Implementing Provisions 18, Mediation and Arbitration Law 14, Mediation and Arbitration Law 43]
params:
  accept_workdays: {type: UInt16, unit: days, text: {zh: "受理期限（工作日）", en: "working days to accept"}}
  resolve_workdays: {type: UInt16, unit: days, text: {zh: "办结期限（工作日）", en: "working days to resolve"}}
levels:
  yellow: {zh: "超过5个工作日才受理或仍未受理", en: "accepted late, or not yet, after 5 working days"}
  red: {zh: "超过60个工作日仍未办结", en: "unresolved past 60 working days"}
advice:
  zh: "查明卡在哪个部门、哪一步；需延期的应办理批准手续。"
  en: "Find out with whom and where it is stuck; an extension needs approval."
evidence:
  - {name: late_leads, unit: count, label: {zh: "超期线索", en: "late leads"}}
  - {name: oldest_received_on, unit: date, label: {zh: "最早收到日", en: "oldest received on"}}
  - {name: workdays_open, unit: days, label: {zh: "已历工作日", en: "working days open"}}
  - {name: lead_fen, unit: fen, label: {zh: "涉及金额", en: "amount"}}
  - {name: records, unit: records, label: {zh: "线索记录", en: "leads"}}
*/
WITH terms AS
(
    -- a lead older than the calendar at hand is past every term
    SELECT
        leads.scope AS scope,
        leads.scope_id AS scope_id,
        leads.township AS township,
        leads.id AS id,
        leads.workers AS workers,
        leads.amount_fen AS amount_fen,
        leads.received_on AS received_on,
        leads.status AS status,
        received.workday_number AS received_number,
        if(received.workday_number > 0, toInt64(today.workday_number) - toInt64(received.workday_number), dateDiff('day', leads.received_on, {as_of:Date})) AS workdays_open,
        if(received.workday_number > 0, toInt64(moved.workday_number) - toInt64(received.workday_number), dateDiff('day', leads.received_on, leads.status_on)) AS workdays_moved
    FROM leads
    LEFT JOIN calendar AS received ON received.day = leads.received_on
    LEFT JOIN calendar AS moved ON moved.day = leads.status_on
    LEFT JOIN calendar AS today ON today.day = {as_of:Date}
    WHERE leads.open AND leads.received_on <= {as_of:Date}
),
late AS
(
    SELECT
        scope,
        scope_id,
        township,
        id,
        workers,
        amount_fen,
        received_on,
        workdays_open,
        received_number,
        multiIf
        (
            workdays_open > {resolve_workdays:UInt16}, 'red',
            status IN ('received', 'transferred') AND workdays_open > {accept_workdays:UInt16}, 'yellow',
            status = 'accepted' AND workdays_moved > {accept_workdays:UInt16}, 'yellow',
            ''
        ) AS lateness
    FROM terms
    WHERE lateness != ''
),
-- the first working day with each number
workdays AS
(
    SELECT
        workday_number AS number,
        min(day) AS day
    FROM calendar
    WHERE workday
    GROUP BY number
)
SELECT
    late.scope AS scope,
    late.scope_id AS scope_id,
    argMin(late.township, (late.received_on, late.id)) AS township,
    if(max(late.lateness = 'red'), 'red', 'yellow') AS level,
    min(if(workdays.day > toDate(0), workdays.day, late.received_on)) AS since,
    sum(late.workers) AS workers,
    lead_fen AS amount_fen,
    least(max(late.workdays_open) / (2 * {resolve_workdays:UInt16}), 1) AS score,
    count() AS late_leads,
    min(late.received_on) AS oldest_received_on,
    max(late.workdays_open) AS workdays_open,
    sum(late.amount_fen) AS lead_fen,
    arraySlice(arraySort(groupArray(late.id)), 1, 20) AS records
FROM late
LEFT JOIN workdays ON late.received_number > 0 AND workdays.number = late.received_number + if(late.lateness = 'red', {resolve_workdays:UInt16}, {accept_workdays:UInt16}) + 1
GROUP BY late.scope, late.scope_id
