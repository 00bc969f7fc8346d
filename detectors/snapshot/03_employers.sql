-- Employers as their registry describes them on the as-of date. legal_person_key and investor_key: who heads and who owns it, all zero
-- where nobody said; the same resident is the same key here and among workers.
CREATE TABLE {{snapshot}}.employers
(
    employer_uscc       String,
    name                String,
    township            LowCardinality(String),
    county              LowCardinality(String),
    industry            LowCardinality(String),
    legal_person_masked String,
    legal_person_key    FixedString(16),
    investor_key        FixedString(16),
    headcount           Nullable(UInt32),
    status              LowCardinality(String)
)
ENGINE = MergeTree
ORDER BY employer_uscc;

INSERT INTO {{snapshot}}.employers
SELECT
    id AS employer_uscc,
    name,
    township,
    substring(township, 1, 6) AS county,
    industry,
    legal_person_masked,
    legal_person_key,
    investor_key,
    headcount,
    status
FROM {{newest "employers" "" "legal_person_key" "investor_key"}}
WHERE recorded_at < {end:DateTime64(3, 'UTC')}
ORDER BY version DESC, recorded_at ASC
LIMIT 1 BY id;
