-- What a named person closed and another approved, and nobody had reopened by the as-of date. A closure is of the wages that it names:
-- of a project, an employer or both, of one wage month or of all (NULL), of one worker or of all (worker_key all zero).
CREATE TABLE {{snapshot}}.closures
(
    source        LowCardinality(String),
    id            String,
    project_id    String,
    employer_uscc String,
    wage_month    Nullable(Date),
    worker_key    FixedString(16),
    reason        LowCardinality(String),
    note          String,
    closed_by     String,
    approved_by   String,
    closed_on     Date
)
ENGINE = MergeTree
ORDER BY (project_id, employer_uscc, worker_key, source, id);

INSERT INTO {{snapshot}}.closures
WITH versions AS
(
    SELECT
        source,
        id,
        project_id,
        employer_uscc,
        wage_month,
        worker_key,
        reason,
        note,
        closed_by,
        approved_by,
        closed_on,
        reopened_on
    FROM {{newest "closures" "" "worker_key"}}
    WHERE recorded_at < {end:DateTime64(3, 'UTC')}
    ORDER BY version DESC, recorded_at ASC
    LIMIT 1 BY source, id
)
SELECT
    source,
    id,
    project_id,
    employer_uscc,
    wage_month,
    worker_key,
    reason,
    note,
    closed_by,
    approved_by,
    closed_on
FROM versions
WHERE closed_on <= {as_of:Date} AND (reopened_on IS NULL OR reopened_on > {as_of:Date});
