-- Casework. The event log is the truth and is only ever added to; a case's state is what its events add up to.
-- seq grows by one within a case: a writer that has not seen the latest event is refused (alerts/cases).

CREATE TABLE {{local "case_events"}}
(
    case_id  String COMMENT 'scope, a colon, scope_id: one case per subject',
    seq      UInt32,
    at       DateTime64(3, 'UTC'),
    actor    String COMMENT 'a person''s user name, or system',
    kind     LowCardinality(String),
    reason   String,
    data     String COMMENT 'JSON, by kind',
    writer   UInt64 COMMENT 'who wrote it; two rows with one seq and different writers betray a broken leader lock'
)
ENGINE = {{merge_tree}}
ORDER BY (case_id, seq)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
{{distributed "case_events" "case_id"}}
