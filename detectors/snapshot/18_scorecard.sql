-- The scorecard that arrears-risk applies: the adopted one, else the one that ships with Anxin. Points for a feature's value from
-- low up to, but not with, high; where other names a second feature, for both together. missing: the points where nobody knows the
-- value. A row without a feature is what a subject of that kind starts from. Filled by the runner.
CREATE TABLE {{snapshot}}.scorecard
(
    id         String,
    scope      LowCardinality(String),
    feature    LowCardinality(String),
    other      LowCardinality(String),
    missing    Bool,
    low        Float64,
    high       Float64,
    other_low  Float64,
    other_high Float64,
    points     Float64
)
ENGINE = MergeTree
ORDER BY (scope, feature, other);
