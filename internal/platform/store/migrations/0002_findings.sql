-- What the detectors found. A run writes its rows under its own number and last of all a row in runs: rows whose run is
-- not the latest completed one of its as-of date are leftovers of a failed or repeated run and are never read.

CREATE TABLE {{local "runs"}}
(
    as_of          Date,
    run            UInt64 COMMENT 'grows with time: unix milliseconds of the start',
    started_at     DateTime64(3, 'UTC'),
    finished_at    DateTime64(3, 'UTC'),
    policy_version String,
    snapshot       String COMMENT 'database that holds the facts this run judged; dropped when a later run completes',
    detectors      Array(LowCardinality(String)),
    warnings       UInt32
)
ENGINE = {{replacing}}
ORDER BY (as_of, run);
{{distributed "runs" "as_of"}}

CREATE TABLE {{local "warnings"}}
(
    as_of       Date,
    run         UInt64,
    detector    LowCardinality(String),
    scope       LowCardinality(String) COMMENT 'project, employer or township',
    scope_id    String,
    episode     String COMMENT 'stays while runs keep finding the warning; a later reappearance is a new one',
    opened_on   Date COMMENT 'as-of date of the first run that found this episode',
    closed_on   Nullable(Date) COMMENT 'as-of date of the first run that no longer found it; such a row is written once',
    level       LowCardinality(String) COMMENT 'yellow or red',
    level_on    Date COMMENT 'as-of date of the run that last changed the level',
    since       Date COMMENT 'day the condition itself began',
    name        String,
    township    LowCardinality(String),
    county      LowCardinality(String),
    sector      LowCardinality(String) COMMENT 'sector of a project, industry letter of an employer, empty for a township',
    department  LowCardinality(String) COMMENT 'who acts: a sector regulator or human_resources',
    workers     UInt32,
    amount_fen  Int64,
    score       Float64,
    evidence    String COMMENT 'JSON: figures, thresholds, periods, sample record ids',
    basis       Array(String)
)
ENGINE = {{replacing}}
PARTITION BY toYear(as_of)
ORDER BY (as_of, run, detector, scope, scope_id);
{{distributed "warnings" "scope_id"}}

CREATE TABLE {{local "wage_safety_index"}}
(
    as_of             Date,
    run               UInt64,
    unit              LowCardinality(String) COMMENT 'township, county or prefecture',
    code              String,
    name              String,
    county            String,
    prefecture        String,
    `index`           Nullable(Float64) COMMENT 'after the cap; NULL when grey or stale',
    uncapped          Nullable(Float64),
    light             LowCardinality(String) COMMENT 'green, yellow, red or grey',
    stale             Bool,
    cap               Nullable(Float64),
    cap_reason        LowCardinality(String),
    rank              UInt32 COMMENT 'a township within its county, a county within its prefecture; 0 when unranked',
    ranked_of         UInt32,
    rank_prefecture   UInt32 COMMENT 'a township within its prefecture; 0 otherwise',
    ranked_prefecture UInt32,
    monitored_workers UInt32,
    arrears_workers   UInt32,
    arrears_fen       Int64,
    component         Array(LowCardinality(String)) COMMENT 'incidence, timeliness, safeguards, resolution, hazard',
    weight            Array(Float64) COMMENT 'after rescaling; 0 for a component without exposure; the sum is 100',
    score             Array(Float64) COMMENT '0 to 100',
    points            Array(Float64) COMMENT 'weight times score; their sum is uncapped, to the last digit',
    numerator         Array(Float64) COMMENT 'raw figure of the component: workers, fen, worker-safeguards, leads, weighted workers',
    denominator       Array(Float64),
    shrunk            Array(Float64) COMMENT 'the rate or share that was scored, after shrinkage',
    worst             String COMMENT 'JSON array: the subjects that cost most points and the index if each were put right',
    policy_version    String
)
ENGINE = {{replacing}}
PARTITION BY toYear(as_of)
ORDER BY (as_of, run, unit, code);
{{distributed "wage_safety_index" "code"}}
