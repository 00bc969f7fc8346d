-- Labour-cost funding by cycle: a cycle runs from one agreed funding day to the next, the first being the funding day on
-- or after the start of work. What came before it stands in a row of its own with due_on 1970-01-01 and nothing agreed.
-- Cycles reach two months past the as-of date.
CREATE TABLE {{snapshot}}.funding_cycles
(
    project_id String,
    due_on     Date,
    agreed_fen Int64,
    funded_fen Int64
)
ENGINE = MergeTree
ORDER BY (project_id, due_on);

INSERT INTO {{snapshot}}.funding_cycles
WITH
    started AS
    (
        SELECT
            project_id,
            labor_cost_day,
            labor_cost_fen,
            assumeNotNull(if(started_on IS NULL AND status = 'building', ifNull(permit_on, contract_signed_on), started_on)) AS day
        FROM {{snapshot}}.projects
        WHERE labor_cost_fen > 0 AND (started_on <= {as_of:Date} OR started_on IS NULL AND status = 'building')
    ),
    cycles AS
    (
        SELECT
            project_id,
            least(addMonths(toStartOfMonth(day), month) + labor_cost_day - 1, toLastDayOfMonth(addMonths(toStartOfMonth(day), month))) AS due_on,
            labor_cost_fen AS agreed_fen
        FROM started
        ARRAY JOIN range(toUInt64(greatest(0, dateDiff('month', day, {as_of:Date}))) + 3) AS month
        WHERE due_on >= day
        UNION ALL
        SELECT
            project_id,
            toDate(0),
            0
        FROM started
    ),
    funded AS
    (
        SELECT
            entries.project_id AS project_id,
            cycles.due_on AS due_on,
            sum(entries.amount_fen) AS funded_fen
        FROM (SELECT project_id, booked_on, amount_fen FROM {{snapshot}}.account_entries WHERE kind = 'labor_cost_in' AND booked_on <= {as_of:Date}) AS entries
        ASOF INNER JOIN cycles ON cycles.project_id = entries.project_id AND entries.booked_on >= cycles.due_on
        GROUP BY project_id, due_on
    )
SELECT
    cycles.project_id,
    cycles.due_on,
    cycles.agreed_fen,
    funded.funded_fen
FROM cycles
LEFT JOIN funded ON funded.project_id = cycles.project_id AND funded.due_on = cycles.due_on;
