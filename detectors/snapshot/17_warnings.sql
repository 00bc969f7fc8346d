-- What detectors found on this date, for those that come after them (after: in the header). Filled by the runner once the
-- detectors without after: have run, and empty when no detector that runs has it.
CREATE TABLE {{snapshot}}.warnings
(
    detector       LowCardinality(String),
    detector_group LowCardinality(String),
    scope          LowCardinality(String),
    scope_id       String,
    township       LowCardinality(String),
    level          LowCardinality(String),
    since          Date,
    workers        UInt64,
    amount_fen     Int64
)
ENGINE = MergeTree
ORDER BY (scope, scope_id, detector);
