-- Closures proposed, approved and reopened here. As with cases, the log is the truth and is only ever added to (alerts/eventlog); what
-- is approved is sent to wage.closures, and comes into the table closures like any record.

CREATE TABLE {{local "closure_events"}}
(
    closure  String,
    seq      UInt32,
    at       DateTime64(3, 'UTC'),
    actor    String COMMENT 'a person''s user name',
    kind     LowCardinality(String) COMMENT 'proposed, approved, declined, withdrawn or reopened',
    reason   String,
    data     String COMMENT 'JSON, by kind',
    writer   UInt64 COMMENT 'who wrote it; two rows with one seq and different writers betray a fork',
    position UInt64 COMMENT 'of the append in the whole log, from 1 without a gap'
)
ENGINE = {{merge_tree}}
ORDER BY (closure, seq)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000;
{{distributed "closure_events" "closure"}}
