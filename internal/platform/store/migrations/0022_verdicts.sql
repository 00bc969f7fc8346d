-- What people found of warnings: true, untrue, settled. As with cases, the log is the truth and is only ever added to
-- (alerts/eventlog); no detector and no index reads it.

CREATE TABLE {{local "verdict_events"}}
(
    warning  String COMMENT 'detector, a colon, scope, a colon, scope_id',
    seq      UInt32,
    at       DateTime64(3, 'UTC'),
    actor    String COMMENT 'a person''s user name',
    kind     LowCardinality(String) COMMENT 'given or withdrawn',
    reason   String,
    data     String COMMENT 'JSON, by kind: the verdict, and what the warning said then',
    writer   UInt64 COMMENT 'who wrote it; two rows with one seq and different writers betray a fork',
    position UInt64 COMMENT 'of the append in the whole log, from 1 without a gap'
)
ENGINE = {{merge_tree}}
ORDER BY (warning, seq)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000;
{{distributed "verdict_events" "warning"}}
