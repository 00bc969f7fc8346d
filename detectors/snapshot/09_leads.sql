-- Arrears leads (欠薪线索). A lead belongs to its project when it names one, else to its employer, else to its township.
-- project_id and employer_uscc are what the lead names; township is the one it was reported for. conclusion: what was found, '' where
-- nobody said; filed_on: 立案; moved_on: the day of the first status after received that any version tells of.
--
-- A lead that repeats a known one is left out, so that one lead counts once. It names that one's id alone: of its own source, else of
-- any. Leads that repeat each other in a ring leave one in.
CREATE TABLE {{snapshot}}.leads
(
    scope          LowCardinality(String),
    scope_id       String,
    source         LowCardinality(String),
    id             String,
    channel        LowCardinality(String),
    township       LowCardinality(String),
    project_id     String,
    employer_uscc  String,
    workers        UInt32,
    amount_fen     Int64,
    received_on    Date,
    status         LowCardinality(String),
    status_on      Date,
    resolved_on    Nullable(Date),
    paid_fen       Nullable(Int64),
    incident       LowCardinality(String),
    participants   UInt32,
    satisfaction   Nullable(UInt8),
    conclusion     LowCardinality(String),
    concluded_by   String,
    reopened_on    Nullable(Date),
    accepted_on    Nullable(Date),
    filed_on       Nullable(Date),
    extended_on    Nullable(Date),
    suspended_from Nullable(Date),
    suspended_to   Nullable(Date),
    moved_on       Nullable(Date),
    merged_into    String,
    open           Bool
)
ENGINE = MergeTree
ORDER BY (scope_id, received_on, source, id);

INSERT INTO {{snapshot}}.leads
WITH
    versions AS
    (
        SELECT
            source,
            id,
            channel,
            township,
            project_id,
            employer_uscc,
            workers,
            amount_fen,
            received_on,
            status,
            status_on,
            resolved_on,
            paid_fen,
            incident,
            participants,
            satisfaction,
            conclusion,
            concluded_by,
            reopened_on,
            accepted_on,
            filed_on,
            extended_on,
            suspended_from,
            suspended_to,
            merged_into
        FROM complaints
        WHERE recorded_at < {end:DateTime64(3, 'UTC')}
        ORDER BY version DESC, recorded_at ASC
        LIMIT 1 BY source, id
    ),
    moves AS
    (
        SELECT
            source,
            id,
            min(status_on) AS moved_on
        FROM complaints
        WHERE recorded_at < {end:DateTime64(3, 'UTC')} AND status != 'received'
        GROUP BY source, id
    ),
    repeats AS
    (
        SELECT
            concat(repeating.source, ' ', repeating.id) AS lead,
            argMin(concat(known.source, ' ', known.id), (known.source != repeating.source, known.source)) AS repeated
        FROM (SELECT source, id, merged_into FROM versions WHERE merged_into != '') AS repeating
        INNER JOIN (SELECT source, id FROM versions) AS known ON known.id = repeating.merged_into
        WHERE known.source != repeating.source OR known.id != repeating.id
        GROUP BY lead
    ),
    (SELECT (groupArray(lead), groupArray(repeated)) FROM repeats) AS steps,
    left_out AS
    (
        SELECT lead
        FROM
        (
            SELECT
                lead,
                arrayFold((path, step) -> arrayPushBack(path, transform(path[-1], steps.1, steps.2, path[-1])), range(16), [repeated]) AS path
            FROM repeats
        )
        WHERE NOT has(path, lead) OR lead != arrayMin(path)
    )
SELECT
    multiIf(project_id != '', 'project', employer_uscc != '', 'employer', 'township') AS scope,
    multiIf(project_id != '', project_id, employer_uscc != '', employer_uscc, toString(township)) AS scope_id,
    versions.source AS source,
    versions.id AS id,
    channel,
    township,
    project_id,
    employer_uscc,
    workers,
    amount_fen,
    received_on,
    status,
    status_on,
    resolved_on,
    paid_fen,
    incident,
    ifNull(participants, 0) AS participants,
    satisfaction,
    conclusion,
    concluded_by,
    reopened_on,
    accepted_on,
    filed_on,
    extended_on,
    suspended_from,
    suspended_to,
    if(moves.id = '', NULL, moves.moved_on) AS moved_on,
    merged_into,
    status NOT IN ('resolved', 'rejected', 'withdrawn') AS open
FROM versions
LEFT JOIN moves ON moves.source = versions.source AND moves.id = versions.id
WHERE concat(source, ' ', id) NOT IN (SELECT lead FROM left_out);
