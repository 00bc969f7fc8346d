-- The topic voices of the record contract (docs/reference/record-contract.md): what workers answer by a site's code.
-- worker_hash: the keyed hash of a phone number; all zero where none was given.
CREATE TABLE {{local "voices"}}
(
    source        LowCardinality(String),
    id            String,
    version       UInt64,
    recorded_at   DateTime64(3, 'UTC'),
    project_id    String,
    employer_uscc String,
    month         Date,
    answer        LowCardinality(String),
    said_on       Date,
    worker_hash   FixedString(16)
)
ENGINE = {{replacing}}
ORDER BY (source, id, version, recorded_at);
{{distributed "voices" "if(project_id = '', employer_uscc, project_id)"}}
