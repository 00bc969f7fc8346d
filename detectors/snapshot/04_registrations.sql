/*
refresh:
  registrations:
    key: [project_id, employer_uscc, worker_key]
    sources:
      - {records: workers, at: [project_id, employer_uscc, worker_key]}
  registered:
    key: [project_id, worker_key]
    sources:
      - {touched: registrations, at: [project_id, worker_key]}
delta:
  workers: [id, project_id, employer_uscc, worker_key]
*/
-- Real-name registrations (实名登记), one row per engagement of a worker; the same engagement reported by two sources
-- counts once, by source precedence. wages: which wage was known since when, as every version of the record says: what is
-- agreed later is no wage of earlier months.
CREATE TABLE {{snapshot}}.registrations
(
    project_id         String,
    employer_uscc      String,
    worker_key         FixedString(16),
    account_key        FixedString(16),
    source             LowCardinality(String),
    id                 String,
    contract_signed_on Nullable(Date),
    entered_on         Date,
    left_on            Nullable(Date),
    settled_on         Nullable(Date),
    settled_confirmed  Bool,
    wage_basis         LowCardinality(String),
    wage_fen           Int64,
    wages              Array(Tuple(known_on Date, wage_basis String, wage_fen Int64)),
    team               String,
    job                String
)
ENGINE = MergeTree
ORDER BY (project_id, employer_uscc, worker_key, entered_on);

INSERT INTO {{snapshot}}.registrations
WITH
    versions AS
    (
        SELECT
            project_id,
            employer_uscc,
            worker_key,
            account_key,
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
            job,
            recorded_at
        FROM {{newest "workers" (records "registrations") "worker_key" "account_key"}}
        WHERE recorded_at < {end:DateTime64(3, 'UTC')}
        ORDER BY source, id, version DESC, recorded_at ASC
        LIMIT 1 BY source, id
    ),
    -- of those that have more than one version; hashes may meet, and then name a record too many
    told_again AS
    (
        SELECT cityHash64(source, id) AS record
        FROM workers
        PREWHERE {{records "registrations"}}
        WHERE recorded_at < {end:DateTime64(3, 'UTC')}
        GROUP BY record
        HAVING count() > 1
    ),
    history AS
    (
        SELECT
            source,
            id,
            arraySort(groupUniqArray((toDate(recorded_at, 'Asia/Shanghai'), toString(wage_basis), wage_fen))) AS told,
            arrayFilter((wage, place) -> place = 1 OR (wage.2, wage.3) != (told[place - 1].2, told[place - 1].3), told, arrayEnumerate(told)) AS wages
        FROM workers
        PREWHERE {{records "registrations"}}
        WHERE recorded_at < {end:DateTime64(3, 'UTC')} AND cityHash64(source, id) IN (SELECT record FROM told_again)
        GROUP BY source, id
    )
SELECT
    project_id,
    employer_uscc,
    worker_key,
    account_key,
    source,
    id,
    contract_signed_on,
    entered_on,
    left_on,
    settled_on,
    settled_confirmed,
    wage_basis,
    wage_fen,
    if(history.id != '', history.wages, [(toDate(recorded_at, 'Asia/Shanghai'), toString(wage_basis), wage_fen)]) AS wages,
    team,
    job
FROM versions
LEFT JOIN history ON history.source = versions.source AND history.id = versions.id
WHERE {{touched "registrations" "project_id" "employer_uscc" "worker_key"}}
QUALIFY
    dense_rank() OVER
    (
        PARTITION BY project_id, employer_uscc, worker_key
        ORDER BY (indexOf({source_precedence:Array(String)}, source) + 65535) % 65536 ASC, source ASC
    ) = 1;

-- The registered workers of projects, one row each. daily_fen: what a day's work earns by the registered wage: by the month
-- over the paid days of a month, by the hour over the hours of a day; by the piece it is unknown, and 0 (mean_wages answers
-- for those, and for whoever is not registered). wage_basis, wage_fen, account_key and job: of the latest engagement. spans:
-- their engagements, each to its last day; wages: of each the wages that were known since when. contract_signed_on: of their
-- first contract.
CREATE TABLE {{snapshot}}.registered
(
    project_id         String,
    worker_key         FixedString(16),
    daily_fen          Float64,
    wage_basis         LowCardinality(String),
    wage_fen           Int64,
    account_key        FixedString(16),
    job                String,
    spans              Array(Tuple(entered_on Date, until Date)),
    wages              Array(Tuple(entered_on Date, until Date, known Array(Tuple(known_on Date, wage_basis String, wage_fen Int64)))),
    contract_signed_on Nullable(Date)
)
ENGINE = MergeTree
ORDER BY (project_id, worker_key);

INSERT INTO {{snapshot}}.registered
SELECT
    project_id,
    worker_key,
    argMax
    (
        multiIf
        (
            registrations.wage_basis = 'day', toFloat64(registrations.wage_fen),
            registrations.wage_basis = 'month', registrations.wage_fen / {paid_days_a_month:Float64},
            registrations.wage_basis = 'hour', registrations.wage_fen * {hours_a_day:Float64},
            0.
        ),
        (entered_on, source, id, employer_uscc)
    ) AS daily_fen,
    argMax(registrations.wage_basis, (entered_on, source, id, employer_uscc)) AS wage_basis,
    argMax(registrations.wage_fen, (entered_on, source, id, employer_uscc)) AS wage_fen,
    argMax(registrations.account_key, (entered_on, source, id, employer_uscc)) AS account_key,
    argMax(registrations.job, (entered_on, source, id, employer_uscc)) AS job,
    arraySort(groupUniqArray((entered_on, ifNull(left_on, toDate('2149-06-06'))))) AS spans,
    arraySort(groupUniqArray((entered_on, ifNull(left_on, toDate('2149-06-06')), registrations.wages))) AS wages,
    min(registrations.contract_signed_on) AS contract_signed_on
FROM {{snapshot}}.registrations AS registrations
WHERE project_id != '' AND {{touched "registered" "project_id" "worker_key"}}
GROUP BY project_id, worker_key;

-- Who is registered for piece work with an employer without a project, and who is paid by the hour on a project. Filled anew, so
-- that tables which go by them see what has changed.
CREATE TABLE {{snapshot}}.pieceworkers
(
    employer_uscc String,
    worker_key    FixedString(16)
)
ENGINE = MergeTree
ORDER BY (employer_uscc, worker_key);

INSERT INTO {{snapshot}}.pieceworkers
SELECT DISTINCT
    employer_uscc,
    worker_key
FROM {{snapshot}}.registrations
WHERE project_id = '' AND wage_basis = 'piece';

CREATE TABLE {{snapshot}}.hourly
(
    project_id String,
    worker_key FixedString(16)
)
ENGINE = MergeTree
ORDER BY (project_id, worker_key);

INSERT INTO {{snapshot}}.hourly
SELECT
    project_id,
    worker_key
FROM {{snapshot}}.registered
WHERE wage_basis = 'hour';
