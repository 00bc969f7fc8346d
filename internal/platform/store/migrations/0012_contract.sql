-- What the record contract added (docs/reference/record-contract.md): fields of seven topics, and the topics permits and closures.
-- Columns are added with their defaults, which means that the source said nothing; no table is rewritten.

{{alter "projects" "ADD COLUMN IF NOT EXISTS deposit_required_fen Nullable(Int64) AFTER deposit_valid_until"}}
{{alter "projects" "ADD COLUMN IF NOT EXISTS deposit_covers Array(String) AFTER deposit_required_fen"}}

-- investor_key: the keyed hash of the main investor's id, as legal_person_key is of the legal person's; all zero where none was sent.
{{alter "employers" "ADD COLUMN IF NOT EXISTS investor_key FixedString(16) AFTER legal_person_key"}}

-- attendance.centihours keeps its type: 65535 says that the worker was present and the hours are not known, 0 that the worker is known
-- to have been absent. In rows stored before this step a 0 may mean either, since the hours had to be sent and who did not know them sent
-- 0. The two cannot be told apart, so these rows stay days not worked until their source sends a higher version.

{{alter "payroll" "ADD COLUMN IF NOT EXISTS tax_fen Nullable(Int64) AFTER deducted_fen"}}
{{alter "payroll" "ADD COLUMN IF NOT EXISTS insurance_fen Nullable(Int64) AFTER tax_fen"}}

{{alter "account_entries" "ADD COLUMN IF NOT EXISTS reason String AFTER kind"}}

{{alter "complaints" "ADD COLUMN IF NOT EXISTS conclusion LowCardinality(String)"}}
{{alter "complaints" "ADD COLUMN IF NOT EXISTS concluded_by String"}}
{{alter "complaints" "ADD COLUMN IF NOT EXISTS reopened_on Nullable(Date)"}}
{{alter "complaints" "ADD COLUMN IF NOT EXISTS accepted_on Nullable(Date)"}}
{{alter "complaints" "ADD COLUMN IF NOT EXISTS filed_on Nullable(Date)"}}
{{alter "complaints" "ADD COLUMN IF NOT EXISTS extended_on Nullable(Date)"}}
{{alter "complaints" "ADD COLUMN IF NOT EXISTS suspended_from Nullable(Date)"}}
{{alter "complaints" "ADD COLUMN IF NOT EXISTS suspended_to Nullable(Date)"}}
{{alter "complaints" "ADD COLUMN IF NOT EXISTS merged_into String"}}

{{alter "proceedings" "ADD COLUMN IF NOT EXISTS paid_fen Nullable(Int64)"}}
{{alter "proceedings" "ADD COLUMN IF NOT EXISTS recovered_fen Nullable(Int64)"}}
{{alter "proceedings" "ADD COLUMN IF NOT EXISTS wage_from Nullable(Date)"}}
{{alter "proceedings" "ADD COLUMN IF NOT EXISTS wage_to Nullable(Date)"}}

CREATE TABLE {{local "permits"}}
(
    source          LowCardinality(String),
    id              String,
    version         UInt64,
    recorded_at     DateTime64(3, 'UTC'),
    name            String,
    township        LowCardinality(String),
    sector          LowCardinality(String),
    developer_uscc  String,
    contractor_uscc String,
    permit_on       Date,
    contract_fen    Nullable(Int64),
    project_id      String
)
ENGINE = {{replacing}}
ORDER BY (source, id, version, recorded_at);
{{distributed "permits" "id"}}

-- worker_key: all zero where the closure is about all workers; as it was shown, so under whichever key was in use then.
CREATE TABLE {{local "closures"}}
(
    source        LowCardinality(String),
    id            String,
    version       UInt64,
    recorded_at   DateTime64(3, 'UTC'),
    project_id    String,
    employer_uscc String,
    wage_month    Nullable(Date),
    worker_key    FixedString(16),
    reason        LowCardinality(String),
    note          String,
    closed_by     String,
    approved_by   String,
    closed_on     Date,
    reopened_on   Nullable(Date)
)
ENGINE = {{replacing}}
ORDER BY (source, id, version, recorded_at);
{{distributed "closures" "if(project_id = '', employer_uscc, project_id)"}}
