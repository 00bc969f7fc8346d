-- As 0010, for the signals.
{{alter "signals" "ADD COLUMN IF NOT EXISTS stored_at DateTime('UTC') MATERIALIZED now()"}}
{{rewrite "signals" "MATERIALIZE COLUMN stored_at SETTINGS mutations_sync = 2"}}
