-- Real-name registrations (实名登记), one row per engagement of a worker; the same engagement reported by two sources
-- counts once, by source precedence.
-- carry (project_id, employer_uscc) = workers (project_id, employer_uscc)
CREATE TABLE {{snapshot}}.registrations
(
    project_id         String,
    employer_uscc      String,
    worker_key         FixedString(16),
    source             LowCardinality(String),
    id                 String,
    contract_signed_on Nullable(Date),
    entered_on         Date,
    left_on            Nullable(Date),
    settled_on         Nullable(Date),
    settled_confirmed  Bool,
    wage_basis         LowCardinality(String),
    wage_fen           Int64,
    team               String,
    job                String
)
ENGINE = MergeTree
ORDER BY (project_id, employer_uscc, worker_key, entered_on);

INSERT INTO {{snapshot}}.registrations
WITH versions AS
(
    SELECT
        project_id,
        employer_uscc,
        worker_key,
        source,
        id,
        contract_signed_on,
        entered_on,
        left_on,
        settled_on,
        settled_confirmed,
        wage_basis,
        wage_fen,
        team,
        job
    FROM {{newest workers worker_key}}
    WHERE recorded_at < {end:DateTime64(3, 'UTC')} AND {{records registrations}}
    ORDER BY version DESC, recorded_at ASC
    LIMIT 1 BY source, id
)
SELECT
    project_id,
    employer_uscc,
    worker_key,
    source,
    id,
    contract_signed_on,
    entered_on,
    left_on,
    settled_on,
    settled_confirmed,
    wage_basis,
    wage_fen,
    team,
    job
FROM versions
WHERE {{touched registrations (project_id, employer_uscc)}}
QUALIFY
    dense_rank() OVER
    (
        PARTITION BY project_id, employer_uscc, worker_key
        ORDER BY (indexOf({source_precedence:Array(String)}, source) + 65535) % 65536 ASC, source ASC
    ) = 1;
