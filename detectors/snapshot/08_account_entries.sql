-- The ledger of each project's wage account; the balance is the bank's own figure after the entry. reason: why, as the bank says it.
CREATE TABLE {{snapshot}}.account_entries
(
    project_id  String,
    booked_at   DateTime64(3, 'UTC'),
    booked_on   Date,
    source      LowCardinality(String),
    id          String,
    kind        LowCardinality(String),
    reason      String,
    amount_fen  Int64,
    balance_fen Int64
)
ENGINE = MergeTree
ORDER BY (project_id, booked_at, source, id);

INSERT INTO {{snapshot}}.account_entries
SELECT
    project_id,
    booked_at,
    toDate(booked_at, 'Asia/Shanghai') AS booked_on,
    source,
    id,
    kind,
    reason,
    amount_fen,
    balance_fen
FROM account_entries
WHERE recorded_at < {end:DateTime64(3, 'UTC')}
ORDER BY version DESC, recorded_at ASC
LIMIT 1 BY source, id;
