-- What runs found by month rather than by year: a run is removed as soon as a later one of its date has replaced it
-- (detectors/pass/prune.go), and that rewrites the parts it lies in. The warnings of a run lie by subject, in small granules:
-- the page of a subject reads its own rows of every day, not every day.
--
-- A single node's tables are written anew, with the last run of each date, and take their predecessors' places in one step. A
-- cluster's stay as they are, since the paths of replicated tables follow their names; removal costs more there.

{{if single}}
{{$copy := scratch "warnings"}}
CREATE TABLE {{$copy}}
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
PARTITION BY toYYYYMM(as_of)
ORDER BY (as_of, run, scope, scope_id, detector)
SETTINGS index_granularity = 1024;
INSERT INTO {{$copy}} SELECT * FROM `warnings` WHERE (as_of, run) IN (SELECT as_of, max(run) FROM runs GROUP BY as_of);
EXCHANGE TABLES `warnings` AND {{$copy}};
DROP TABLE {{$copy}} SYNC;

{{$copy := scratch "wage_safety_index"}}
CREATE TABLE {{$copy}}
(
    as_of               Date,
    run                 UInt64,
    unit                LowCardinality(String) COMMENT 'township, county or prefecture',
    code                String,
    name                String,
    county              String,
    prefecture          String,
    `index`             Nullable(Float64) COMMENT 'after the cap; NULL when grey or stale',
    uncapped            Nullable(Float64),
    light               LowCardinality(String) COMMENT 'green, yellow, red or grey',
    stale               Bool,
    cap                 Nullable(Float64),
    cap_reason          LowCardinality(String),
    rank                UInt32 COMMENT 'a township within its county, a county within its prefecture; 0 when unranked',
    ranked_of           UInt32,
    rank_prefecture     UInt32 COMMENT 'a township within its prefecture; 0 otherwise',
    ranked_prefecture   UInt32,
    monitored_workers   UInt32,
    arrears_workers     UInt32,
    arrears_fen         Int64,
    component           Array(LowCardinality(String)) COMMENT 'arrears (form 1: incidence), timeliness, safeguards, resolution, hazard',
    weight              Array(Float64) COMMENT 'after rescaling; 0 for a component without exposure; the sum is 100',
    score               Array(Float64) COMMENT '0 to 100',
    points              Array(Float64) COMMENT 'weight times score; their sum is uncapped, to the last digit',
    numerator           Array(Float64) COMMENT 'raw figure of the component: workers, fen, worker-safeguards, leads, weighted workers',
    denominator         Array(Float64),
    shrunk              Array(Float64) COMMENT 'the rate or share that was scored; in form 1 after shrinkage towards the county',
    worst               String COMMENT 'JSON array: subjects that cost points and the index if each alone were put right',
    policy_version      String,
    form                UInt8 DEFAULT 1,
    late_workers        UInt32 COMMENT 'no longer owed, but paid late in the window',
    silent_workers      UInt32 COMMENT 'registered on sites of which nothing was heard for an ended wage month',
    unaccounted_workers UInt32 COMMENT 'not heard of on sites that send others',
    estimated_fen       Int64 COMMENT 'of arrears_fen what no pay slip tells: an estimate, never published',
    closed              UInt32 COMMENT 'wages closed by an inspector with a supervisor''s approval',
    lost                String COMMENT 'JSON array: every point lost, by component and subject, with the act that regains it'
)
ENGINE = {{replacing}}
PARTITION BY toYYYYMM(as_of)
ORDER BY (as_of, run, unit, code);
INSERT INTO {{$copy}} SELECT * FROM `wage_safety_index` WHERE (as_of, run) IN (SELECT as_of, max(run) FROM runs GROUP BY as_of);
EXCHANGE TABLES `wage_safety_index` AND {{$copy}};
DROP TABLE {{$copy}} SYNC;

{{$copy := scratch "index_unplaced"}}
CREATE TABLE {{$copy}}
(
    as_of         Date,
    run           UInt64,
    scope         LowCardinality(String),
    scope_id      String,
    name          String,
    county        String COMMENT 'empty where not even that is known',
    workers       UInt32,
    owed_workers  UInt32,
    owed_fen      Int64,
    estimated_fen Int64
)
ENGINE = {{replacing}}
PARTITION BY toYYYYMM(as_of)
ORDER BY (as_of, run, scope, scope_id);
INSERT INTO {{$copy}} SELECT * FROM `index_unplaced` WHERE (as_of, run) IN (SELECT as_of, max(run) FROM runs GROUP BY as_of);
EXCHANGE TABLES `index_unplaced` AND {{$copy}};
DROP TABLE {{$copy}} SYNC;
{{end}}
