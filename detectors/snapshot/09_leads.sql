-- Arrears leads (欠薪线索). A lead belongs to its project when it names one, else to its employer, else to its township.
-- project_id and employer_uscc are what the lead names; township is the one it was reported for.
CREATE TABLE {{snapshot}}.leads
(
    scope         LowCardinality(String),
    scope_id      String,
    source        LowCardinality(String),
    id            String,
    channel       LowCardinality(String),
    township      LowCardinality(String),
    project_id    String,
    employer_uscc String,
    workers       UInt32,
    amount_fen    Int64,
    received_on   Date,
    status        LowCardinality(String),
    status_on     Date,
    resolved_on   Nullable(Date),
    paid_fen      Nullable(Int64),
    incident      LowCardinality(String),
    participants  UInt32,
    satisfaction  Nullable(UInt8),
    open          Bool
)
ENGINE = MergeTree
ORDER BY (scope_id, received_on, source, id);

INSERT INTO {{snapshot}}.leads
SELECT
    multiIf(project_id != '', 'project', employer_uscc != '', 'employer', 'township') AS scope,
    multiIf(project_id != '', project_id, employer_uscc != '', employer_uscc, toString(township)) AS scope_id,
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
    ifNull(participants, 0) AS participants,
    satisfaction,
    status NOT IN ('resolved', 'rejected', 'withdrawn') AS open
FROM complaints
WHERE recorded_at < {end:DateTime64(3, 'UTC')}
ORDER BY version DESC, recorded_at ASC
LIMIT 1 BY source, id;
