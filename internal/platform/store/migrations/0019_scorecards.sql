-- Scorecards of arrears-risk that a named person adopted. Rows are only ever added; the one adopted last is in force, and where
-- there is none the one that ships with Anxin.
CREATE TABLE {{local "scorecards"}}
(
    id         String COMMENT 'of the scorecard, as its file says',
    digest     String COMMENT 'SHA-256 of the text, in hexadecimal',
    text       String COMMENT 'the file as it was adopted',
    adopted_by String COMMENT 'a person''s user name',
    reason     String,
    adopted_at DateTime64(3, 'UTC')
)
ENGINE = {{merge_tree}}
ORDER BY (adopted_at, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
{{distributed "scorecards" "id"}}

-- What came of the odds that the scorecard in force told of past dates, by kind of subject (anxin risk check).
CREATE TABLE {{local "scorecard_checks"}}
(
    checked_at  DateTime64(3, 'UTC'),
    scorecard   String,
    scope       LowCardinality(String),
    first_date  Date,
    last_date   Date,
    events      UInt32 COMMENT 'subjects that fell into arrears',
    warnings    UInt32,
    precision   Float64,
    recall      Float64,
    calibration Float64 COMMENT 'mean distance between odds and what came',
    drift       Float64 COMMENT 'population stability index of the feature that moved most since the scorecard was fitted',
    drifted     String COMMENT 'that feature'
)
ENGINE = {{merge_tree}}
ORDER BY (checked_at, scope);
{{distributed "scorecard_checks" "scope"}}

-- The odds of every subject of arrears-risk by run, also of those below yellow: how they went shows on the page of a subject.
CREATE TABLE {{local "risk_odds"}}
(
    as_of    Date,
    run      UInt64,
    scope    LowCardinality(String),
    scope_id String,
    odds     Float64
)
ENGINE = {{replacing}}
PARTITION BY toYYYYMM(as_of)
ORDER BY (as_of, run, scope, scope_id)
SETTINGS index_granularity = 1024;
{{distributed "risk_odds" "scope_id"}}
