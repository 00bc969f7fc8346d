-- The leads that are taken in here (alerts/leads). As with cases, the event log is the truth and is only ever added to; each event
-- is also sent as a record of wage.complaints. What complainants enter in words is sealed in data.
CREATE TABLE {{local "lead_events"}}
(
    lead_id  String,
    seq      UInt32 COMMENT 'and version of the record that was sent',
    at       DateTime64(3, 'UTC'),
    actor    String COMMENT 'a person''s user name, or complainant',
    kind     LowCardinality(String),
    reason   String,
    data     String COMMENT 'JSON, by kind',
    writer   UInt64 COMMENT 'who wrote it',
    position UInt64 COMMENT 'of the append in the whole log, from 1 without a gap'
)
ENGINE = {{merge_tree}}
ORDER BY (lead_id, seq)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1{{if single}}, non_replicated_deduplication_window = 1000{{end}};
{{distributed "lead_events" "lead_id"}}
