-- How far each lead is in its terms, and whether it is late: for the detector of late leads and the index alike.
--
-- A lead that was reopened runs anew from that day. It is accepted when its source says so, or when it has gone on. The
-- investigation runs from the day of filing, else from the first status after received; of a lead that nobody took up, from the
-- day on which it should have been accepted. While a lead is in mediation or arbitration their own terms run instead, by the
-- proceedings that name it, else by its own status; one that was closed after arbitration was in time. Time for which a lead was
-- suspended does not count. What is older than the calendar at hand counts calendar days: it is past every term.
--
-- late_in: the term that has run out: acceptance, investigation, mediation or arbitration; '' where none has. A closed lead can only
-- have been investigated for too long. days_over and over_on: by how many days, and since when; of open leads.
-- unverified: closed, and nobody said what was found. settled: closed, and found true, true in part or settled.
-- First each lead's days, and their numbers among the working days: planning both in one query takes the engine three times as long as
-- in two. Tables named staged_ are dropped when the snapshot is whole.
CREATE TABLE {{snapshot}}.staged_leads
(
    scope           LowCardinality(String),
    scope_id        String,
    source          LowCardinality(String),
    id              String,
    township        LowCardinality(String),
    workers         UInt32,
    amount_fen      Int64,
    received_on     Date,
    begun_on        Date,
    ended_on        Date,
    open            Bool,
    status          LowCardinality(String),
    conclusion      LowCardinality(String),
    accepted        Bool,
    filed_on        Nullable(Date),
    paused_on       Nullable(Date),
    resumed_on      Date,
    arbitrated      Bool,
    stage           LowCardinality(String),
    stage_on        Date,
    accept_workdays Int64,
    term            Int64,
    extended        Bool,
    stage_days      Int64,
    received_number Int64,
    begun_number    Int64,
    filed_number    Int64,
    paused_number   Int64,
    resumed_number  Int64,
    now             Int64
)
ENGINE = Memory;

INSERT INTO {{snapshot}}.staged_leads
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
            FROM {{snapshot}}.proceedings
            WHERE kind IN ('mediation', 'arbitration') AND complaint_id != '' AND opened_on <= {as_of:Date}
        )
        GROUP BY complaint_id
    ),
    -- each step in a query of its own: the engine works out anew whatever is named twice in one
    begun AS
    (
        SELECT
            *,
            reopened_on <= {as_of:Date} AS reopened,
            if(reopened, reopened_on, received_on) AS begun_on,
            if(open, {as_of:Date}, least(ifNull(resolved_on, status_on), {as_of:Date})) AS ended_on
        FROM
        (
            SELECT
                * REPLACE (ifNull(reopened_on, toDate('2149-06-06')) AS reopened_on)
            FROM {{snapshot}}.leads
            WHERE received_on <= {as_of:Date}
        )
    ),
    taken AS
    (
        SELECT
            *,
            status NOT IN ('received', 'transferred') OR was_accepted_on IS NOT NULL AS accepted,
            multiIf
            (
                filed_on >= begun_on AND filed_on <= {as_of:Date}, filed_on,
                went_on IS NULL OR was_accepted_on < went_on, was_accepted_on,
                went_on
            ) AS investigated_from
        FROM
        (
            SELECT
                *,
                if(accepted_on >= begun_on AND accepted_on <= {as_of:Date}, accepted_on, NULL) AS was_accepted_on,
                -- the first status after received
                multiIf(NOT reopened, moved_on, status != 'received' AND status_on >= begun_on, status_on, NULL) AS went_on
            FROM begun
        )
    ),
    staged AS
    (
        SELECT
            taken.scope AS scope,
            taken.scope_id AS scope_id,
            taken.source AS source,
            taken.id AS id,
            taken.township AS township,
            taken.workers AS workers,
            taken.amount_fen AS amount_fen,
            taken.received_on AS received_on,
            taken.begun_on AS begun_on,
            taken.ended_on AS ended_on,
            taken.open AS open,
            taken.status AS status,
            taken.conclusion AS conclusion,
            taken.accepted AS accepted,
            taken.investigated_from AS filed_on,
            if(taken.suspended_from <= {as_of:Date}, taken.suspended_from, NULL) AS paused_on,
            least(ifNull(taken.suspended_to, taken.ended_on), taken.ended_on) AS resumed_on,
            matters.arbitrated AS arbitrated,
            multiIf
            (
                matters.arbitration_on > toDate(0), 'arbitration',
                matters.mediation_on > toDate(0) OR taken.status = 'mediating' AND NOT matters.mediated, 'mediation',
                'investigation'
            ) AS stage,
            multiIf(matters.arbitration_on > toDate(0), matters.arbitration_on, matters.mediation_on > toDate(0), matters.mediation_on, taken.status_on) AS stage_on,
            terms.accept_workdays AS accept_workdays,
            toInt64(terms.resolve_workdays + if(extended, terms.extension_workdays, 0)) AS term,
            ifNull(taken.extended_on <= {as_of:Date}, false) AS extended,
            multiIf
            (
                stage = 'mediation', terms.mediation_days,
                extended OR matters.arbitration_due_on > matters.arbitration_on + terms.arbitration_days, terms.arbitration_days + terms.arbitration_extension_days,
                terms.arbitration_days
            ) AS stage_days
        FROM taken
        INNER JOIN {{snapshot}}.lead_terms AS terms ON terms.township = taken.township
        LEFT JOIN matters ON matters.complaint_id = taken.id
    ),
    numbered AS
    (
        SELECT
            staged.*,
            toInt64(received.workday_number) AS received_number,
            toInt64(begun.workday_number) AS begun_number,
            if(staged.filed_on IS NULL, if(begun_number > 0, begun_number + accept_workdays, toInt64(0)), toInt64(filed.workday_number)) AS filed_number,
            toInt64(paused.workday_number) AS paused_number,
            toInt64(resumed.workday_number) AS resumed_number,
            toInt64(ended.workday_number) AS now
        FROM staged
        LEFT JOIN {{snapshot}}.calendar AS received ON received.day = staged.received_on
        LEFT JOIN {{snapshot}}.calendar AS begun ON begun.day = staged.begun_on
        LEFT JOIN {{snapshot}}.calendar AS filed ON filed.day = ifNull(staged.filed_on, toDate(0))
        LEFT JOIN {{snapshot}}.calendar AS paused ON paused.day = ifNull(staged.paused_on, toDate(0))
        LEFT JOIN {{snapshot}}.calendar AS resumed ON resumed.day = staged.resumed_on
        LEFT JOIN {{snapshot}}.calendar AS ended ON ended.day = staged.ended_on
    )
SELECT *
FROM numbered;

CREATE TABLE {{snapshot}}.lead_clocks
(
    scope         LowCardinality(String),
    scope_id      String,
    source        LowCardinality(String),
    id            String,
    township      LowCardinality(String),
    workers       UInt32,
    amount_fen    Int64,
    received_on   Date,
    ended_on      Date,
    open          Bool,
    workdays_open Int64,
    late_in       LowCardinality(String),
    days_over     Int64,
    over_on       Date,
    unverified    Bool,
    settled       Bool
)
ENGINE = MergeTree
ORDER BY (scope, scope_id, received_on, source, id);

INSERT INTO {{snapshot}}.lead_clocks
WITH
    clocks AS
    (
        SELECT
            *,
            if(filed_number > 0, now - filed_number, dateDiff('day', ifNull(filed_on, begun_on), ended_on)) - paused_workdays AS investigated,
            dateDiff('day', stage_on, {as_of:Date}) - paused_days AS in_stage
        FROM
        (
            SELECT
                *,
                if(received_number > 0, now - received_number, dateDiff('day', received_on, ended_on)) AS workdays_open,
                if(begun_number > 0, now - begun_number, dateDiff('day', begun_on, ended_on)) AS waited,
                if(paused_on IS NULL, toInt64(0), greatest(resumed_number - greatest(paused_number, filed_number), toInt64(0))) AS paused_workdays,
                if(paused_on IS NULL, toInt64(0), greatest(dateDiff('day', greatest(assumeNotNull(paused_on), stage_on), resumed_on), toInt64(0))) AS paused_days
            FROM {{snapshot}}.staged_leads
        )
    ),
    judged AS
    (
        SELECT
            *,
            -- the working day that follows the term, by its number; 0 where calendar days count
            multiIf
            (
                late_in = 'acceptance' AND begun_number > 0, begun_number + accept_workdays + 1,
                late_in = 'investigation' AND filed_number > 0, filed_number + term + paused_workdays + 1,
                toInt64(0)
            ) AS over_number
        FROM
        (
            SELECT
                *,
                multiIf
                (
                    NOT open, if(NOT arbitrated AND investigated > term, 'investigation', ''),
                    stage != 'investigation' AND in_stage > stage_days, stage,
                    stage = 'investigation' AND investigated > term, 'investigation',
                    NOT accepted AND waited > accept_workdays, 'acceptance',
                    ''
                ) AS late_in
            FROM clocks
        )
    ),
    -- the first working day with each number
    workdays AS
    (
        SELECT
            toInt64(workday_number) AS number,
            min(day) AS day
        FROM {{snapshot}}.calendar
        WHERE workday
        GROUP BY number
    )
SELECT
    judged.scope,
    judged.scope_id,
    judged.source,
    judged.id,
    judged.township,
    judged.workers,
    judged.amount_fen,
    judged.received_on,
    judged.ended_on,
    judged.open,
    judged.workdays_open,
    judged.late_in,
    multiIf
    (
        judged.late_in = 'acceptance', judged.waited - judged.accept_workdays,
        judged.late_in = 'investigation', judged.investigated - judged.term,
        judged.late_in != '', judged.in_stage - judged.stage_days,
        toInt64(0)
    ) AS days_over,
    multiIf
    (
        workdays.day > toDate(0), workdays.day,
        judged.late_in IN ('mediation', 'arbitration'), judged.stage_on + judged.stage_days + judged.paused_days + 1,
        judged.late_in = 'investigation', ifNull(judged.filed_on, judged.begun_on),
        judged.begun_on
    ) AS over_on,
    NOT judged.open AND judged.conclusion = '' AND judged.status != 'resolved' AS unverified,
    NOT judged.open AND (judged.conclusion IN ('true', 'partly_true', 'settled') OR judged.conclusion = '' AND judged.status = 'resolved') AS settled
FROM judged
LEFT JOIN workdays ON judged.over_number > 0 AND workdays.number = judged.over_number;
