/*
refresh:
  signals:
    key: [employer_uscc, month]
    sources:
      - {records: signals, at: [employer_uscc, month]}
delta:
  signals: [id, employer_uscc, month]
*/
-- Operating signals (Reg. 38), one value per employer, indicator and month, by source precedence.
CREATE TABLE {{snapshot}}.signals
(
    employer_uscc String,
    indicator     LowCardinality(String),
    month         Date,
    value         Float64,
    source        LowCardinality(String),
    id            String
)
ENGINE = MergeTree
ORDER BY (employer_uscc, indicator, month);

INSERT INTO {{snapshot}}.signals
WITH versions AS
(
    SELECT
        employer_uscc,
        indicator,
        month,
        value,
        source,
        id
    FROM signals
    PREWHERE {{records "signals"}}
    WHERE recorded_at < {end:DateTime64(3, 'UTC')}
    ORDER BY version DESC, recorded_at ASC
    LIMIT 1 BY source, id
)
SELECT
    employer_uscc,
    indicator,
    month,
    value,
    source,
    id
FROM versions
WHERE {{touched "signals" "employer_uscc" "month"}}
ORDER BY (indexOf({source_precedence:Array(String)}, source) + 65535) % 65536 ASC, source ASC, id ASC
LIMIT 1 BY employer_uscc, indicator, month;
