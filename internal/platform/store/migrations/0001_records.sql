-- The records as sources sent them (contract: ingest/record). Every version is kept: a replay of the same version
-- collapses, a correction stands beside its predecessor, and "as of D" reads, per identity, the highest version among
-- those with recorded_at before the end of D. recorded_at closes each sorting key so that a version sent twice with
-- two record times is kept twice and read as the earlier, whatever the order of arrival.
--
-- Units: *_fen are integer fen; Date columns are civil dates in Asia/Shanghai; DateTime64 is UTC; wage months are the
-- first day of the month; *_key are keyed hashes (record.Protector), all zero where the source sent nothing.
-- An absent project or employer is ''.

CREATE TABLE {{local "projects"}}
(
    id                  String,
    version             UInt64,
    recorded_at         DateTime64(3, 'UTC'),
    source              LowCardinality(String),
    name                String,
    township            LowCardinality(String),
    sector              LowCardinality(String),
    investment          LowCardinality(String),
    developer_uscc      String,
    contractor_uscc     String,
    contractor_name     String,
    contract_fen        Int64,
    contract_signed_on  Date,
    permit_on           Nullable(Date),
    started_on          Nullable(Date),
    completed_on        Nullable(Date),
    status              LowCardinality(String),
    pay_day             UInt8,
    labor_cost_day      UInt8,
    labor_cost_fen      Int64,
    account_key         FixedString(16),
    account_bank        String,
    account_opened_on   Nullable(Date),
    account_closed_on   Nullable(Date),
    deposit_form        LowCardinality(String),
    deposit_fen         Int64,
    deposit_lodged_on   Nullable(Date),
    deposit_valid_until Nullable(Date),
    payment_guarantee   Bool,
    notice_board        Bool,
    labor_officer       Bool
)
ENGINE = {{replacing}}
ORDER BY (id, version, recorded_at);
{{distributed "projects" "id"}}

CREATE TABLE {{local "employers"}}
(
    id                  String,
    version             UInt64,
    recorded_at         DateTime64(3, 'UTC'),
    source              LowCardinality(String),
    name                String,
    township            LowCardinality(String),
    industry            LowCardinality(String),
    legal_person_masked String,
    legal_person_sealed String,
    legal_person_key    FixedString(16),
    headcount           Nullable(UInt32),
    status              LowCardinality(String)
)
ENGINE = {{replacing}}
ORDER BY (id, version, recorded_at);
{{distributed "employers" "id"}}

CREATE TABLE {{local "workers"}}
(
    source             LowCardinality(String),
    id                 String,
    version            UInt64,
    recorded_at        DateTime64(3, 'UTC'),
    key_id             LowCardinality(String),
    worker_key         FixedString(16),
    id_type            LowCardinality(String),
    name_masked        String,
    name_sealed        String,
    phone_last4        String,
    phone_sealed       String,
    account_key        FixedString(16),
    birth_decade       UInt16,
    sex                LowCardinality(String),
    home_province      LowCardinality(String),
    project_id         String,
    employer_uscc      String,
    team               String,
    job                String,
    contract_signed_on Nullable(Date),
    entered_on         Date,
    left_on            Nullable(Date),
    settled_on         Nullable(Date),
    settled_confirmed  Bool,
    wage_basis         LowCardinality(String),
    wage_fen           Int64
)
ENGINE = {{replacing}}
ORDER BY (project_id, employer_uscc, worker_key, source, id, version, recorded_at);
{{distributed "workers" "if(project_id = '', employer_uscc, project_id)"}}

CREATE TABLE {{local "attendance"}}
(
    source        LowCardinality(String),
    id            String,
    version       UInt64,
    recorded_at   DateTime64(3, 'UTC'),
    key_id        LowCardinality(String),
    worker_key    FixedString(16),
    project_id    String,
    employer_uscc String,
    work_date     Date,
    check_in      Nullable(DateTime('UTC')),
    check_out     Nullable(DateTime('UTC')),
    centihours    UInt16,
    device        String
)
ENGINE = {{replacing}}
PARTITION BY toYYYYMM(recorded_at)
ORDER BY (project_id, work_date, worker_key, source, id, version, recorded_at);
{{distributed "attendance" "project_id"}}

CREATE TABLE {{local "payroll"}}
(
    source        LowCardinality(String),
    id            String,
    version       UInt64,
    recorded_at   DateTime64(3, 'UTC'),
    key_id        LowCardinality(String),
    worker_key    FixedString(16),
    project_id    String,
    employer_uscc String,
    wage_month    Date,
    due_on        Date,
    gross_fen     Int64,
    deducted_fen  Int64,
    payable_fen   Int64,
    paid_fen      Int64,
    paid_on       Nullable(Date),
    channel       LowCardinality(String),
    payee_key     FixedString(16),
    signed        Bool
)
ENGINE = {{replacing}}
PARTITION BY toYear(recorded_at)
ORDER BY (project_id, employer_uscc, wage_month, worker_key, source, id, version, recorded_at);
{{distributed "payroll" "if(project_id = '', employer_uscc, project_id)"}}

CREATE TABLE {{local "account_entries"}}
(
    source              LowCardinality(String),
    id                  String,
    version             UInt64,
    recorded_at         DateTime64(3, 'UTC'),
    project_id          String,
    account_key         FixedString(16),
    booked_at           DateTime64(3, 'UTC'),
    kind                LowCardinality(String),
    amount_fen          Int64,
    balance_fen         Int64,
    counterparty_masked String
)
ENGINE = {{replacing}}
ORDER BY (project_id, booked_at, source, id, version, recorded_at);
{{distributed "account_entries" "project_id"}}

CREATE TABLE {{local "complaints"}}
(
    source        LowCardinality(String),
    id            String,
    version       UInt64,
    recorded_at   DateTime64(3, 'UTC'),
    channel       LowCardinality(String),
    township      LowCardinality(String),
    project_id    String,
    employer_uscc String,
    workers       UInt32,
    amount_fen    Int64,
    received_on   Date,
    status        LowCardinality(String),
    status_on     Date,
    department    String,
    resolved_on   Nullable(Date),
    paid_fen      Nullable(Int64),
    incident      LowCardinality(String),
    participants  Nullable(UInt32),
    satisfaction  Nullable(UInt8)
)
ENGINE = {{replacing}}
ORDER BY (source, id, version, recorded_at);
{{distributed "complaints" "if(project_id = '', employer_uscc, project_id)"}}

CREATE TABLE {{local "proceedings"}}
(
    source        LowCardinality(String),
    id            String,
    version       UInt64,
    recorded_at   DateTime64(3, 'UTC'),
    kind          LowCardinality(String),
    complaint_id  String,
    township      LowCardinality(String),
    project_id    String,
    employer_uscc String,
    workers       UInt32,
    amount_fen    Int64,
    opened_on     Date,
    due_on        Nullable(Date),
    closed_on     Nullable(Date),
    outcome       LowCardinality(String)
)
ENGINE = {{replacing}}
ORDER BY (source, id, version, recorded_at);
{{distributed "proceedings" "if(project_id = '', employer_uscc, project_id)"}}

CREATE TABLE {{local "signals"}}
(
    source        LowCardinality(String),
    id            String,
    version       UInt64,
    recorded_at   DateTime64(3, 'UTC'),
    employer_uscc String,
    month         Date,
    indicator     LowCardinality(String),
    value         Float64
)
ENGINE = {{replacing}}
ORDER BY (employer_uscc, indicator, month, source, id, version, recorded_at);
{{distributed "signals" "employer_uscc"}}
