-- The wage-safety index in its second form, in which every place stands for itself. form: 1 drew small townships towards their
-- county's rates, and its component incidence is arrears in form 2; rows and editions that are there stay what they were.

{{alter "wage_safety_index" "ADD COLUMN IF NOT EXISTS form UInt8 DEFAULT 1"}}
{{alter "wage_safety_index" "ADD COLUMN IF NOT EXISTS late_workers UInt32 COMMENT 'no longer owed, but paid late in the window'"}}
{{alter "wage_safety_index" "ADD COLUMN IF NOT EXISTS silent_workers UInt32 COMMENT 'registered on sites of which nothing was heard for an ended wage month'"}}
{{alter "wage_safety_index" "ADD COLUMN IF NOT EXISTS unaccounted_workers UInt32 COMMENT 'not heard of on sites that send others'"}}
{{alter "wage_safety_index" "ADD COLUMN IF NOT EXISTS estimated_fen Int64 COMMENT 'of arrears_fen what no pay slip tells: an estimate, never published'"}}
{{alter "wage_safety_index" "ADD COLUMN IF NOT EXISTS closed UInt32 COMMENT 'wages closed by an inspector with a supervisor''s approval'"}}
{{alter "wage_safety_index" "ADD COLUMN IF NOT EXISTS lost String COMMENT 'JSON array: every point lost, by component and subject, with the act that regains it'"}}
{{alter "wage_safety_index" "MODIFY COLUMN component COMMENT 'arrears (form 1: incidence), timeliness, safeguards, resolution, hazard'"}}
{{alter "wage_safety_index" "MODIFY COLUMN shrunk COMMENT 'the rate or share that was scored; in form 1 after shrinkage towards the county'"}}
{{alter "wage_safety_index" "MODIFY COLUMN worst COMMENT 'JSON array: subjects that cost points and the index if each alone were put right'"}}

{{alter "edition_index" "ADD COLUMN IF NOT EXISTS form UInt8 DEFAULT 1"}}
{{alter "edition_index" "ADD COLUMN IF NOT EXISTS late_workers UInt32"}}
{{alter "edition_index" "ADD COLUMN IF NOT EXISTS silent_workers UInt32"}}
{{alter "edition_index" "ADD COLUMN IF NOT EXISTS unaccounted_workers UInt32"}}
{{alter "edition_index" "ADD COLUMN IF NOT EXISTS closed UInt32"}}
{{alter "edition_index" "ADD COLUMN IF NOT EXISTS lost String"}}

{{alter "editions" "ADD COLUMN IF NOT EXISTS form UInt8 DEFAULT 1 COMMENT 'of the index'"}}
{{alter "editions" "MODIFY COLUMN as_of COMMENT 'data cut-off: what was recorded by its end counts: a day of the next month, in form 1 the month''s last'"}}

{{alter "edition_talks" "ADD COLUMN IF NOT EXISTS subjects String COMMENT 'JSON array: the subjects behind it with the points that each costs'"}}

-- Subjects of which nobody knows in which township they are: of a county they count in its totals, without one nowhere.
CREATE TABLE {{local "index_unplaced"}}
(
    as_of         Date,
    run           UInt64,
    scope         LowCardinality(String),
    scope_id      String,
    name          String,
    county        String COMMENT 'empty where not even that is known',
    workers       UInt32,
    owed_workers  UInt32,
    owed_fen      Int64,
    estimated_fen Int64
)
ENGINE = {{replacing}}
PARTITION BY toYear(as_of)
ORDER BY (as_of, run, scope, scope_id);
{{distributed "index_unplaced" "scope_id"}}
