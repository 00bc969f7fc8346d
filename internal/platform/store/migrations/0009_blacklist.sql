-- The joint-discipline list (失信联合惩戒名单). As with cases, the event log is the truth and is only ever added to
-- (alerts/eventlog); what is published is what it adds up to on a day.

CREATE TABLE {{local "blacklist_events"}}
(
    entry_id String COMMENT 'the employer''s credit code, a hyphen, and a number: an employer may be proposed again',
    seq      UInt32,
    at       DateTime64(3, 'UTC'),
    actor    String COMMENT 'a person''s user name, or system',
    kind     LowCardinality(String),
    reason   String,
    data     String COMMENT 'JSON, by kind',
    writer   UInt64 COMMENT 'who wrote it; two rows with one seq and different writers betray a broken leader lock'
)
ENGINE = {{merge_tree}}
ORDER BY (entry_id, seq)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
{{distributed "blacklist_events" "entry_id"}}
