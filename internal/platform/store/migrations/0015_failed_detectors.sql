-- Detectors that failed in a run: its warnings of them are those of the run before, neither found again nor closed.
{{alter "runs" "ADD COLUMN IF NOT EXISTS failed Map(String, String) COMMENT 'why, by detector'"}}
{{alter "runs" "ADD COLUMN IF NOT EXISTS failed_since Map(String, DateTime64(3, 'UTC')) COMMENT 'start of the first run in a row in which the detector failed'"}}
