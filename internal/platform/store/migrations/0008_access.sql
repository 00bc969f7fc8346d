-- People and what they did. Both tables are ledgers (internal/platform/ledger): numbered without a gap, each entry holding the hash
-- of the one before, only ever added to. The deduplication window is what lets an insert fail when its number is taken:
-- of two writers who add the same number at once one gets through (replicated tables have such a window by default).

CREATE TABLE {{local "people_events"}}
(
    seq      UInt64,
    at       DateTime64(3, 'UTC'),
    actor    String COMMENT 'the person who did it, or command',
    kind     LowCardinality(String),
    object   String COMMENT 'the person it was done to',
    detail   String COMMENT 'JSON, by kind; passwords and tokens as hashes only',
    writer   UInt64,
    previous String COMMENT 'hash of the entry before, hexadecimal SHA-256; empty in the first',
    hash     String COMMENT 'hash of this entry and previous'
)
ENGINE = {{merge_tree}}
ORDER BY seq
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000;
{{distributed "people_events" "0"}}

CREATE TABLE {{local "audit_log"}}
(
    seq      UInt64,
    at       DateTime64(3, 'UTC'),
    actor    String COMMENT 'who: a person''s id, command, or empty for nobody signed in',
    kind     LowCardinality(String) COMMENT 'what: sign_in, reveal, export, …',
    object   String COMMENT 'to what',
    detail   String COMMENT 'JSON: purpose, outcome, origin',
    writer   UInt64,
    previous String COMMENT 'hash of the entry before, hexadecimal SHA-256; empty in the first',
    hash     String COMMENT 'hash of this entry and previous'
)
ENGINE = {{merge_tree}}
ORDER BY seq
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000;
{{distributed "audit_log" "0"}}
