-- Construction projects as their registries describe them on the as-of date.
-- deposit_required_fen: what a decision lowered or raised the deposit to; deposit_covers: other projects that the deposit stands for.
-- active: under way (detectors.md "Active"); paying: wages of it are still watched, that is active or completed but not settled.
CREATE TABLE {{snapshot}}.projects
(
    project_id           String,
    name                 String,
    township             LowCardinality(String),
    county               LowCardinality(String),
    sector               LowCardinality(String),
    investment           LowCardinality(String),
    developer_uscc       String,
    contractor_uscc      String,
    contractor_name      String,
    contract_fen         Int64,
    contract_signed_on   Date,
    permit_on            Nullable(Date),
    started_on           Nullable(Date),
    completed_on         Nullable(Date),
    status               LowCardinality(String),
    active               Bool,
    paying               Bool,
    pay_day              UInt8,
    labor_cost_day       UInt8,
    labor_cost_fen       Int64,
    account_opened_on    Nullable(Date),
    account_closed_on    Nullable(Date),
    deposit_form         LowCardinality(String),
    deposit_fen          Int64,
    deposit_lodged_on    Nullable(Date),
    deposit_valid_until  Nullable(Date),
    deposit_required_fen Nullable(Int64),
    deposit_covers       Array(String),
    payment_guarantee    Bool,
    notice_board         Bool,
    labor_officer        Bool
)
ENGINE = MergeTree
ORDER BY project_id;

INSERT INTO {{snapshot}}.projects
SELECT
    id AS project_id,
    name,
    township,
    substring(township, 1, 6) AS county,
    sector,
    investment,
    developer_uscc,
    contractor_uscc,
    contractor_name,
    contract_fen,
    contract_signed_on,
    permit_on,
    started_on,
    completed_on,
    status,
    status IN ('preparing', 'building', 'suspended') AS active,
    status IN ('preparing', 'building', 'suspended', 'completed') AS paying,
    pay_day,
    labor_cost_day,
    labor_cost_fen,
    account_opened_on,
    account_closed_on,
    deposit_form,
    deposit_fen,
    deposit_lodged_on,
    deposit_valid_until,
    deposit_required_fen,
    deposit_covers,
    payment_guarantee,
    notice_board,
    labor_officer
FROM projects
WHERE recorded_at < {end:DateTime64(3, 'UTC')}
ORDER BY version DESC, recorded_at ASC
LIMIT 1 BY id;
