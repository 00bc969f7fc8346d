-- The minimum wages that policy has in force at the end of each wage month, by township; township '' is the whole country.
-- highest_*: of all places that policy knows. Filled by the runner for the townships of {{snapshot}}.projects and
-- {{snapshot}}.employers.
CREATE TABLE {{snapshot}}.minimum_wages
(
    township            LowCardinality(String),
    month               Date,
    monthly_fen         Int64,
    hourly_fen          Int64,
    highest_monthly_fen Int64,
    highest_hourly_fen  Int64
)
ENGINE = MergeTree
ORDER BY (township, month);
