-- Bulletins that a named person published or withdrew: a ledger as people_events and audit_log are (0008).

CREATE TABLE {{local "bulletin_events"}}
(
    seq      UInt64,
    at       DateTime64(3, 'UTC'),
    actor    String COMMENT 'the person who did it',
    kind     LowCardinality(String) COMMENT 'published or withdrawn',
    object   String COMMENT 'the bulletin: place, a colon, and its month or quarter',
    detail   String COMMENT 'JSON: what was published, whole; why it was withdrawn',
    writer   UInt64,
    previous String COMMENT 'hash of the entry before, hexadecimal SHA-256; empty in the first',
    hash     String COMMENT 'hash of this entry and previous'
)
ENGINE = {{merge_tree}}
ORDER BY seq
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000;
{{distributed "bulletin_events" "0"}}
