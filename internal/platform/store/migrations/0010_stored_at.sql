-- When the store took in each row of the large tables. It says nothing about the record and no result depends on it: a run that goes on from
-- the run before reads it to find what came since (detectors/carry.go). A replay collapses into the newest.
{{alter "workers" "ADD COLUMN IF NOT EXISTS stored_at DateTime('UTC') MATERIALIZED now()"}}
{{alter "attendance" "ADD COLUMN IF NOT EXISTS stored_at DateTime('UTC') MATERIALIZED now()"}}
{{alter "payroll" "ADD COLUMN IF NOT EXISTS stored_at DateTime('UTC') MATERIALIZED now()"}}

-- Rows stored before this step count as stored now.
{{rewrite "workers" "MATERIALIZE COLUMN stored_at SETTINGS mutations_sync = 2"}}
{{rewrite "attendance" "MATERIALIZE COLUMN stored_at SETTINGS mutations_sync = 2"}}
{{rewrite "payroll" "MATERIALIZE COLUMN stored_at SETTINGS mutations_sync = 2"}}
