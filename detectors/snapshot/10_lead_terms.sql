-- The terms of leads that policy has in force, by the township for which a lead was reported. Filled by the runner for the townships
-- of {{snapshot}}.leads.
CREATE TABLE {{snapshot}}.lead_terms
(
    township                   LowCardinality(String),
    accept_workdays            UInt16,
    resolve_workdays           UInt16,
    extension_workdays         UInt16,
    mediation_days             UInt16,
    arbitration_days           UInt16,
    arbitration_extension_days UInt16
)
ENGINE = MergeTree
ORDER BY township;
