-- People on each active project now: workers seen at the gate in the last 30 days, else those registered and not left.
CREATE TABLE {{snapshot}}.on_site
(
    project_id String,
    workers    UInt32
)
ENGINE = MergeTree
ORDER BY project_id;

INSERT INTO {{snapshot}}.on_site
WITH
    registered AS
    (
        SELECT
            project_id,
            uniqExact(worker_key) AS workers
        FROM {{snapshot}}.registrations
        WHERE project_id != '' AND entered_on <= {as_of:Date} AND (left_on IS NULL OR left_on > {as_of:Date})
        GROUP BY project_id
    ),
    attending AS
    (
        SELECT
            project_id,
            uniqExact(worker_key) AS workers
        FROM {{snapshot}}.worker_months
        WHERE last_day > {as_of:Date} - 30
        GROUP BY project_id
    )
SELECT
    project_id,
    if(attending.workers > 0, attending.workers, registered.workers) AS workers
FROM {{snapshot}}.projects
LEFT JOIN registered USING (project_id)
LEFT JOIN attending USING (project_id)
WHERE workers > 0;

-- What a day's work of a worker on a project earns, from the registered wage: by the month over the paid days of a month,
-- by the hour over the hours of a day; by the piece it is unknown and the project's own pay lists tell (0 if none).
CREATE TABLE {{snapshot}}.daily_wages
(
    project_id String,
    worker_key FixedString(16),
    daily_fen  Float64
)
ENGINE = MergeTree
ORDER BY (project_id, worker_key);

INSERT INTO {{snapshot}}.daily_wages
WITH
    -- on closed months, so that a month's slips stand against all of its days
    paid AS
    (
        SELECT
            project_id,
            sum(slip.payable_fen) / sum(work.days) AS daily_fen
        FROM
        (
            SELECT project_id, wage_month AS month, sum(payable_fen) AS payable_fen
            FROM {{snapshot}}.slips
            WHERE scope = 'project'
            GROUP BY project_id, month
        ) AS slip
        INNER JOIN
        (
            SELECT project_id, month, sum(days) AS days
            FROM {{snapshot}}.worker_months
            WHERE month < toStartOfMonth({as_of:Date})
            GROUP BY project_id, month
        ) AS work USING (project_id, month)
        GROUP BY project_id
    ),
    registered AS
    (
        SELECT
            project_id,
            worker_key,
            argMax
            (
                multiIf
                (
                    wage_basis = 'day', toFloat64(wage_fen),
                    wage_basis = 'month', wage_fen / {paid_days_a_month:Float64},
                    wage_basis = 'hour', wage_fen * {hours_a_day:Float64},
                    0.
                ),
                (entered_on, source, id)
            ) AS daily_fen
        FROM {{snapshot}}.registrations
        WHERE project_id != ''
        GROUP BY project_id, worker_key
    )
SELECT
    workers.project_id AS project_id,
    workers.worker_key AS worker_key,
    if(registered.daily_fen > 0, registered.daily_fen, paid.daily_fen) AS daily_fen
FROM (SELECT DISTINCT project_id, worker_key FROM {{snapshot}}.worker_months) AS workers
LEFT JOIN registered ON registered.project_id = workers.project_id AND registered.worker_key = workers.worker_key
LEFT JOIN paid ON paid.project_id = workers.project_id;
