-- Employers as their registry describes them on the as-of date.
CREATE TABLE {{snapshot}}.employers
(
    employer_uscc       String,
    name                String,
    township            LowCardinality(String),
    county              LowCardinality(String),
    industry            LowCardinality(String),
    legal_person_masked String,
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
    headcount,
    status
FROM employers
WHERE recorded_at < {end:DateTime64(3, 'UTC')}
ORDER BY version DESC, recorded_at ASC
LIMIT 1 BY id;
