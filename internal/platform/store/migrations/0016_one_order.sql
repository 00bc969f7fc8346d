-- The logs of casework and of the joint-discipline list in one order each: an append takes the next position of the whole log, and
-- of two writers who take the same one exactly one gets through, in whichever processes they are (internal/platform/ledger). Events
-- of before this step have position 0.
{{alter "case_events" "ADD COLUMN IF NOT EXISTS position UInt64 COMMENT 'of the append in the whole log, from 1 without a gap'"}}
{{alter "blacklist_events" "ADD COLUMN IF NOT EXISTS position UInt64 COMMENT 'of the append in the whole log, from 1 without a gap'"}}
{{if single}}
{{alter "case_events" "MODIFY SETTING non_replicated_deduplication_window = 1000"}}
{{alter "blacklist_events" "MODIFY SETTING non_replicated_deduplication_window = 1000"}}
{{end}}
