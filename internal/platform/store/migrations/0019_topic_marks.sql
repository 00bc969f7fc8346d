-- By what ingest knows a partition again: a message that it has read, as its offset and a hash of when it was sent, its key and its
-- length. A topic that was deleted and made again has another message there, and is read from its beginning.
CREATE TABLE {{local "topic_marks"}}
(
    topic     String COMMENT 'with its prefix',
    partition UInt32,
    at        DateTime64(3, 'UTC') COMMENT 'when the mark was taken',
    offset    Int64,
    hash      UInt64
)
ENGINE = {{replacing}}
ORDER BY (topic, partition);
{{distributed "topic_marks" "topic"}}
