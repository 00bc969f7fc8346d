-- The ledgers are asked by time, by person and by what was done; their order is that of their numbers.
{{rewrite "audit_log" "ADD INDEX IF NOT EXISTS by_time at TYPE minmax GRANULARITY 1"}}
{{rewrite "audit_log" "ADD INDEX IF NOT EXISTS by_actor actor TYPE bloom_filter(0.01) GRANULARITY 1"}}
{{rewrite "audit_log" "ADD INDEX IF NOT EXISTS by_kind kind TYPE set(64) GRANULARITY 1"}}
{{rewrite "audit_log" "MATERIALIZE INDEX by_time SETTINGS mutations_sync = 2"}}
{{rewrite "audit_log" "MATERIALIZE INDEX by_actor SETTINGS mutations_sync = 2"}}
{{rewrite "audit_log" "MATERIALIZE INDEX by_kind SETTINGS mutations_sync = 2"}}
