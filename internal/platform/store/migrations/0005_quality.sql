-- What the data-quality page tells of each source and topic: which messages were stored and how late, which were refused
-- and why, which held fields that the contract does not know.
--
-- Kafka delivers at least once, so nothing is counted: a row holds the set of the messages it speaks of, as a bitmap of
-- their offsets. A message that is read again, in a batch with other borders or by a replay from the beginning, is the
-- same element of the same set. A set is small: two bytes a message at most, much less where they stand in a row.
--
-- Lateness alone changes with a replay, which stores later than the first time. So a message counts by the least late
-- row that holds it: "at most an hour late" is the union of all sets up to that bound (internal/domain/quality).
--
-- day is when the message was put on the broker, by the broker's own record: it, too, stays the same in a replay, and it
-- keeps apart the offsets of a topic that is made anew, which begin again at 0.
CREATE TABLE {{local "feed_quality"}}
(
    topic         LowCardinality(String) COMMENT 'without the prefix',
    source        LowCardinality(String) COMMENT 'empty where a refused message does not say it in a form fit to be shown',
    day           Date COMMENT 'civil date in Asia/Shanghai',
    mark          LowCardinality(String) COMMENT 'stored, rejected or unknown_field',
    detail        LowCardinality(String) COMMENT 'the reason of a reject; the name of an unknown field; else empty',
    late_s        UInt32 COMMENT 'of stored messages: upper bound of stored less recorded, in seconds; 4294967295 beyond all bounds',
    partition     UInt32,
    offsets       Array(UInt64) EPHEMERAL,
    messages      AggregateFunction(groupBitmap, UInt64) DEFAULT bitmapBuild(offsets),
    latest_record SimpleAggregateFunction(max, DateTime64(3, 'UTC')) COMMENT 'highest recorded_at of stored messages'
)
ENGINE = {{aggregating}}
ORDER BY (mark, topic, source, day, detail, late_s, partition);
{{distributed "feed_quality" "source"}}
