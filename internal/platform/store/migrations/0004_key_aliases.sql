-- What a worker or an account is called under a hash key and under the one that replaced it (docs/how-to/keys.md).
-- Ingest writes a row for each it meets while both keys are configured; the same row may be written any number of times.
-- A later rotation adds rows from that newer key on, so a key is resolved step by step, at most one step per rotation.
CREATE TABLE {{local "key_aliases"}}
(
    kind       LowCardinality(String) COMMENT 'person or account',
    old_key_id LowCardinality(String),
    old_key    FixedString(16),
    new_key_id LowCardinality(String),
    new_key    FixedString(16)
)
ENGINE = {{replacing}}
ORDER BY (old_key, new_key);
{{distributed "key_aliases" "old_key"}}
