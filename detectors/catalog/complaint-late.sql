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
  resolve_workdays: {type: UInt16, unit: days, text: {zh: "立案后办结期限（工作日）", en: "working days to resolve after filing"}}
  extension_workdays: {type: UInt16, unit: days, text: {zh: "经批准延长（工作日）", en: "more working days with an extension"}}
  mediation_days: {type: UInt16, unit: days, text: {zh: "调解期限（日历日）", en: "calendar days of mediation"}}
  arbitration_days: {type: UInt16, unit: days, text: {zh: "仲裁期限（日历日）", en: "calendar days of arbitration"}}
  arbitration_extension_days: {type: UInt16, unit: days, text: {zh: "仲裁延期（日历日）", en: "more calendar days of arbitration with an extension"}}
levels:
  yellow: {zh: "收到后超过5个工作日仍未受理", en: "not accepted 5 working days after receipt"}
  red: {zh: "立案后超过60个工作日（经延期的90个）仍未办结，中止期间不计；在调解、仲裁中的按其期限（15日；45日，可延15日）", en: "unresolved 60 working days after filing (90 with an extension), suspended time left out; in mediation or arbitration past their own terms (15 days; 45, or 60 with an extension)"}
advice:
  zh: "查明卡在哪个部门、哪一步；需延期的应办理批准手续。"
  en: "Find out with whom and where it is stuck; an extension needs approval."
evidence:
  - {name: late_leads, unit: count, label: {zh: "超期线索", en: "late leads"}}
  - {name: oldest_received_on, unit: date, label: {zh: "最早收到日", en: "oldest received on"}}
  - {name: workdays_open, unit: days, label: {zh: "收到后最多工作日", en: "most working days since receipt"}}
  - {name: late_in, unit: text, codes: lead_term, label: {zh: "超期环节", en: "late in"}}
  - {name: days_over, unit: days, label: {zh: "最多超期天数", en: "most days past the term"}}
  - {name: lead_fen, unit: fen, label: {zh: "涉及金额", en: "amount"}}
  - {name: records, unit: records, label: {zh: "线索记录", en: "leads"}}
*/
-- A lead that was reopened runs anew from that day. It is accepted when its source says so, or when it has gone on. The
-- investigation runs from the day of filing, else from the first status after received; of a lead that nobody took up, from the
-- day on which it should have been accepted. While a lead is in mediation or arbitration their own terms run instead, by the
-- proceedings that name it, else by its own status. What is older than the calendar at hand counts calendar days: it is past
-- every term.
WITH
    matters AS
    (
        SELECT
            complaint_id,
            countIf(kind = 'mediation') > 0 AS mediated,
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
                closed_on,
                outcome,
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
            leads.township AS township,
            leads.id AS id,
            leads.workers AS workers,
            leads.amount_fen AS amount_fen,
            leads.received_on AS received_on,
            ifNull(leads.reopened_on <= {as_of:Date}, false) AS reopened,
            if(reopened, assumeNotNull(leads.reopened_on), leads.received_on) AS begun_on,
            if(leads.accepted_on >= begun_on AND leads.accepted_on <= {as_of:Date}, leads.accepted_on, NULL) AS was_accepted_on,
            leads.status NOT IN ('received', 'transferred') OR was_accepted_on IS NOT NULL AS accepted,
            -- the first status after received
            multiIf(NOT reopened, leads.moved_on, leads.status != 'received' AND leads.status_on >= begun_on, leads.status_on, NULL) AS went_on,
            multiIf
            (
                leads.filed_on >= begun_on AND leads.filed_on <= {as_of:Date}, leads.filed_on,
                went_on IS NULL OR was_accepted_on < went_on, was_accepted_on,
                went_on
            ) AS filed_on,
            ifNull(leads.extended_on <= {as_of:Date}, false) AS extended,
            if(leads.suspended_from <= {as_of:Date}, leads.suspended_from, NULL) AS paused_on,
            least(ifNull(leads.suspended_to, {as_of:Date}), {as_of:Date}) AS resumed_on,
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
        WHERE leads.open AND leads.received_on <= {as_of:Date}
    ),
    clocks AS
    (
        SELECT
            taken.*,
            toInt64(received.workday_number) AS received_number,
            toInt64(begun.workday_number) AS begun_number,
            if(taken.filed_on IS NULL, if(begun_number > 0, begun_number + {accept_workdays:UInt16}, toInt64(0)), toInt64(filed.workday_number)) AS filed_number,
            toInt64(today.workday_number) AS now,
            if(received_number > 0, now - received_number, dateDiff('day', taken.received_on, {as_of:Date})) AS workdays_open,
            if(begun_number > 0, now - begun_number, dateDiff('day', taken.begun_on, {as_of:Date})) AS waited,
            if(taken.paused_on IS NULL, toInt64(0), greatest(toInt64(resumed.workday_number) - greatest(toInt64(paused.workday_number), filed_number), toInt64(0))) AS paused_workdays,
            if(taken.paused_on IS NULL, toInt64(0), greatest(dateDiff('day', greatest(assumeNotNull(taken.paused_on), taken.stage_on), taken.resumed_on), toInt64(0))) AS paused_days,
            if(filed_number > 0, now - filed_number, dateDiff('day', ifNull(taken.filed_on, taken.begun_on), {as_of:Date})) - paused_workdays AS investigated,
            toInt64({resolve_workdays:UInt16} + if(taken.extended, {extension_workdays:UInt16}, 0)) AS term,
            dateDiff('day', taken.stage_on, {as_of:Date}) - paused_days AS in_stage
        FROM taken
        LEFT JOIN calendar AS received ON received.day = taken.received_on
        LEFT JOIN calendar AS begun ON begun.day = taken.begun_on
        LEFT JOIN calendar AS filed ON filed.day = ifNull(taken.filed_on, toDate(0))
        LEFT JOIN calendar AS paused ON paused.day = ifNull(taken.paused_on, toDate(0))
        LEFT JOIN calendar AS resumed ON resumed.day = taken.resumed_on
        LEFT JOIN calendar AS today ON today.day = {as_of:Date}
    ),
    late AS
    (
        SELECT
            clocks.*,
            multiIf
            (
                stage != 'investigation' AND in_stage > stage_days, toString(stage),
                stage = 'investigation' AND investigated > term, 'investigation',
                NOT accepted AND waited > {accept_workdays:UInt16}, 'acceptance',
                ''
            ) AS late_in,
            multiIf(late_in = 'acceptance', waited - {accept_workdays:UInt16}, late_in = 'investigation', investigated - term, in_stage - stage_days) AS days_over,
            -- the working day that follows the term, by its number; 0 where calendar days count
            multiIf
            (
                late_in = 'acceptance' AND begun_number > 0, begun_number + {accept_workdays:UInt16} + 1,
                late_in = 'investigation' AND filed_number > 0, filed_number + term + paused_workdays + 1,
                toInt64(0)
            ) AS over_number,
            multiIf(late_in IN ('mediation', 'arbitration'), stage_on + stage_days + paused_days + 1, late_in = 'investigation', ifNull(filed_on, begun_on), begun_on) AS over_on
        FROM clocks
        WHERE late_in != ''
    ),
    -- the first working day with each number
    workdays AS
    (
        SELECT
            toInt64(workday_number) AS number,
            min(day) AS day
        FROM calendar
        WHERE workday
        GROUP BY number
    )
SELECT
    late.scope AS scope,
    late.scope_id AS scope_id,
    argMin(late.township, (late.received_on, late.id)) AS township,
    if(max(late.late_in != 'acceptance'), 'red', 'yellow') AS level,
    min(if(workdays.day > toDate(0), workdays.day, late.over_on)) AS since,
    sum(late.workers) AS workers,
    lead_fen AS amount_fen,
    least(max(late.workdays_open) / (2 * {resolve_workdays:UInt16}), 1) AS score,
    count() AS late_leads,
    min(late.received_on) AS oldest_received_on,
    max(late.workdays_open) AS workdays_open,
    arraySort(groupUniqArray(late.late_in)) AS late_in,
    max(late.days_over) AS days_over,
    sum(late.amount_fen) AS lead_fen,
    arraySlice(arraySort(groupArray(late.id)), 1, 20) AS records
FROM late
LEFT JOIN workdays ON late.over_number > 0 AND workdays.number = late.over_number
GROUP BY late.scope, late.scope_id
