-- The published editions (晾晒) of the wage-safety index. Rows are only ever added. An edition is there once its row in
-- editions is, which is written last: rows of the other tables whose edition and run no row there names are leftovers of
-- a publication that failed, and are never read. Of two rows with one number the one published first is the edition.

CREATE TABLE {{local "editions"}}
(
    number         UInt32 COMMENT 'from 1, in the order of months',
    month          Date,
    as_of          Date COMMENT 'the month''s last day; data cut-off: what was recorded by its end counts',
    run            UInt64 COMMENT 'the detector run it was made from',
    policy_version String,
    published_at   DateTime64(3, 'UTC'),
    digest         String COMMENT 'SHA-256 of the content and of the digest before it, in hexadecimal'
)
ENGINE = {{merge_tree}}
ORDER BY (number, published_at)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
{{distributed "editions" "number"}}

CREATE TABLE {{local "edition_index"}}
(
    edition           UInt32,
    run               UInt64,
    unit              LowCardinality(String) COMMENT 'township, county or prefecture',
    code              String,
    name              String,
    county            String,
    prefecture        String,
    `index`           Nullable(Float64) COMMENT 'after the cap; NULL when grey',
    uncapped          Nullable(Float64),
    light             LowCardinality(String),
    cap               Nullable(Float64),
    cap_reason        LowCardinality(String),
    rank              UInt32,
    ranked_of         UInt32,
    rank_prefecture   UInt32,
    ranked_prefecture UInt32,
    monitored_workers UInt32,
    arrears_workers   UInt32,
    arrears_fen       Int64,
    component         Array(LowCardinality(String)),
    weight            Array(Float64),
    score             Array(Float64),
    points            Array(Float64),
    numerator         Array(Float64),
    denominator       Array(Float64),
    shrunk            Array(Float64),
    worst             String
)
ENGINE = {{replacing}}
ORDER BY (edition, run, unit, code);
{{distributed "edition_index" "code"}}

CREATE TABLE {{local "edition_talks"}}
(
    edition  UInt32,
    run      UInt64,
    township String,
    county   String,
    grounds  Array(LowCardinality(String)) COMMENT 'red_in_a_row, red_and_last'
)
ENGINE = {{replacing}}
ORDER BY (edition, run, township);
{{distributed "edition_talks" "township"}}

CREATE TABLE {{local "edition_grades"}}
(
    edition        UInt32,
    run            UInt64,
    employer_uscc  String,
    name           String,
    township       String,
    county         String,
    grade          LowCardinality(String) COMMENT 'A, B or C',
    reasons        Array(LowCardinality(String)) COMMENT 'violation, repeated, incident, refused, convicted',
    findings       UInt32 COMMENT 'violations found in the window',
    incidents      UInt32 COMMENT 'group and extreme incidents in the window',
    refused        UInt32 COMMENT 'orders that ran out and are not obeyed',
    convictions    UInt32 COMMENT 'convictions in the window',
    records        Array(String) COMMENT 'ids of up to 20 proceedings and leads that the grade rests on',
    projects       UInt32 COMMENT 'active projects as general contractor',
    workers        UInt32 COMMENT 'workers on site of these projects, else the registered headcount',
    red_warnings   UInt32 COMMENT 'active red warnings about the employer and these projects: no ground of the grade, but of the order of visits',
    visits_year    UInt8 COMMENT 'routine visits a year',
    visits_quarter UInt8 COMMENT 'of them in the quarter that begins or goes on the day after as_of'
)
ENGINE = {{replacing}}
ORDER BY (edition, run, employer_uscc);
{{distributed "edition_grades" "employer_uscc"}}

CREATE TABLE {{local "edition_rates"}}
(
    edition     UInt32,
    run         UInt64,
    code        String COMMENT 'county (6 digits) or prefecture (4)',
    measure     LowCardinality(String) COMMENT 'arbitration_closing, mediation_success, lead_resolution',
    numerator   UInt32,
    denominator UInt32,
    least       Float64 COMMENT 'low end of the target, 0 where none is set',
    aim         Float64 COMMENT 'high end of the target, 0 where none is set'
)
ENGINE = {{replacing}}
ORDER BY (edition, run, code, measure);
{{distributed "edition_rates" "code"}}
