-- Orders, mediation, arbitration, court and police matters; about the project when one is named, else the employer.
-- paid_fen: to workers through the matter so far; recovered_fen: got back of what was advanced; wage_from, wage_to: the first day of the
-- first and of the last wage month that it is about; recorded_on: when its source recorded what stands here.
CREATE TABLE {{snapshot}}.proceedings
(
    scope         LowCardinality(String),
    scope_id      String,
    source        LowCardinality(String),
    id            String,
    kind          LowCardinality(String),
    complaint_id  String,
    township      LowCardinality(String),
    project_id    String,
    employer_uscc String,
    workers       UInt32,
    amount_fen    Int64,
    opened_on     Date,
    due_on        Nullable(Date),
    closed_on     Nullable(Date),
    outcome       LowCardinality(String),
    paid_fen      Nullable(Int64),
    recovered_fen Nullable(Int64),
    wage_from     Nullable(Date),
    wage_to       Nullable(Date),
    recorded_on   Date
)
ENGINE = MergeTree
ORDER BY (scope_id, opened_on, source, id);

INSERT INTO {{snapshot}}.proceedings
SELECT
    if(project_id = '', 'employer', 'project') AS scope,
    if(project_id = '', employer_uscc, project_id) AS scope_id,
    source,
    id,
    kind,
    complaint_id,
    township,
    project_id,
    employer_uscc,
    workers,
    amount_fen,
    opened_on,
    due_on,
    closed_on,
    outcome,
    paid_fen,
    recovered_fen,
    wage_from,
    wage_to,
    toDate(recorded_at, 'Asia/Shanghai') AS recorded_on
FROM proceedings
WHERE recorded_at < {end:DateTime64(3, 'UTC')}
ORDER BY version DESC, recorded_at ASC
LIMIT 1 BY source, id;
