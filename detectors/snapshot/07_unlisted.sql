/*
refresh:
  unlisted:
    key: [project_id, month]
    sources:
      - {touched: worker_months, at: [project_id, month]}
      - {touched: slips, at: [scope_id, wage_month]}
  unseen:
    key: [project_id, month]
    sources:
      - {touched: unlisted, at: [project_id, month]}
  scant:
    key: [project_id, month]
    sources:
      - {touched: unlisted, at: [project_id, month]}
  scant_hours:
    key: [project_id, month]
    sources:
      - {touched: unlisted, at: [project_id, month]}
      - {changed: hourly, at: [project_id, "arrayJoin({wage_months:Array(Date)})"]}
*/
-- Who worked on a project in a month and has no slip of the project for it. employer_uscc: see worker_months; a slip of that
-- employer that names no project may answer for the month all the same. Both sides lie in the order of month, project and worker,
-- so they are merged, which costs a third of a hash table of text.
CREATE TABLE {{snapshot}}.unlisted
(
    project_id    String,
    month         Date,
    worker_key    FixedString(16),
    employer_uscc String,
    days          UInt8,
    evident       UInt8,
    centidays     UInt16,
    centihours    UInt32,
    last_day      Date
)
ENGINE = MergeTree
ORDER BY (month, project_id, worker_key);

INSERT INTO {{snapshot}}.unlisted
SELECT
    project_id,
    month,
    worker_key,
    employer_uscc,
    days,
    evident,
    centidays,
    centihours,
    last_day
FROM {{snapshot}}.worker_months AS work
LEFT JOIN
(
    SELECT
        wage_month,
        scope_id,
        worker_key AS payee
    FROM {{snapshot}}.slips
    WHERE scope = 'project' AND wage_month >= {first_month:Date} AND {{touched "unlisted" "scope_id" "wage_month"}}
) AS listed ON listed.wage_month = work.month AND listed.scope_id = work.project_id AND listed.payee = work.worker_key
WHERE {{touched "unlisted" "project_id" "month"}} AND listed.scope_id = ''
SETTINGS join_algorithm = 'full_sorting_merge';

-- Who has a slip of a project for a month in which nobody saw them work there. Slips of before {first_day} are left out unless
-- they were due since.
CREATE TABLE {{snapshot}}.unseen
(
    project_id String,
    month      Date,
    worker_key FixedString(16),
    paid_fen   Int64,
    paid_on    Nullable(Date),
    due_by     Date,
    id         String
)
ENGINE = MergeTree
ORDER BY (month, project_id, worker_key);

INSERT INTO {{snapshot}}.unseen
SELECT
    scope_id AS project_id,
    wage_month AS month,
    worker_key,
    paid_fen,
    paid_on,
    due_by,
    id
FROM {{snapshot}}.slips AS slips
LEFT JOIN
(
    SELECT
        worker_months.month AS worked_in,
        worker_months.project_id AS worked_at,
        worker_months.worker_key AS seen
    FROM {{snapshot}}.worker_months AS worker_months
    WHERE {{touched "unseen" "project_id" "month"}}
) AS work ON work.worked_in = slips.wage_month AND work.worked_at = slips.scope_id AND work.seen = slips.worker_key
WHERE scope = 'project' AND (wage_month >= {first_day:Date} OR due_by >= {first_day:Date}) AND {{touched "unseen" "scope_id" "wage_month"}}
    AND work.worked_at = ''
SETTINGS join_algorithm = 'full_sorting_merge';

-- Who has a slip of a project for so little that a month's work can come to more at the highest minimum wage anywhere, or that it
-- may be below the minimum of a full month: underlisted wages and months below the minimum are found among them. gross_fen: of their slips of the project. Those paid by the hour are looked at one by one, below.
CREATE TABLE {{snapshot}}.scant
(
    project_id    String,
    month         Date,
    worker_key    FixedString(16),
    employer_uscc String,
    days          UInt8,
    evident       UInt8,
    centihours    UInt32,
    gross_fen     Int64,
    due_by        Date
)
ENGINE = MergeTree
ORDER BY (month, project_id, worker_key);

INSERT INTO {{snapshot}}.scant
WITH
    (SELECT max(highest_monthly_fen) FROM {{snapshot}}.minimum_wages) AS highest_fen,
    listed AS
    (
        SELECT
            wage_month AS month,
            scope_id AS project_id,
            worker_key,
            sum(slips.gross_fen) AS gross_fen,
            min(slips.due_by) AS due_by
        FROM {{snapshot}}.slips AS slips
        WHERE scope = 'project' AND wage_month >= {first_month:Date} AND {{touched "scant" "scope_id" "wage_month"}}
        GROUP BY wage_month, scope_id, worker_key
        HAVING gross_fen < 31 * highest_fen / {paid_days_a_month:Float64}
    )
SELECT
    work.project_id,
    work.month,
    work.worker_key,
    work.employer_uscc,
    work.days,
    work.evident,
    work.centihours,
    listed.gross_fen,
    listed.due_by
FROM {{snapshot}}.worker_months AS work
INNER JOIN listed ON listed.month = work.month AND listed.project_id = work.project_id AND listed.worker_key = work.worker_key
WHERE {{touched "scant" "work.project_id" "work.month"}}
    AND
    (
        listed.gross_fen < work.evident * highest_fen / {paid_days_a_month:Float64}
        OR listed.gross_fen < highest_fen AND work.days >= {full_month_days:Float64}
    )
SETTINGS join_algorithm = 'full_sorting_merge', optimize_aggregation_in_order = 1;

-- Those paid by the hour of whom the same is so by the hour.
CREATE TABLE {{snapshot}}.scant_hours
(
    project_id    String,
    month         Date,
    worker_key    FixedString(16),
    employer_uscc String,
    days          UInt8,
    evident       UInt8,
    centihours    UInt32,
    gross_fen     Int64,
    due_by        Date
)
ENGINE = MergeTree
ORDER BY (month, project_id, worker_key);

INSERT INTO {{snapshot}}.scant_hours
WITH
    (SELECT max(highest_hourly_fen) FROM {{snapshot}}.minimum_wages) AS highest_fen
SELECT
    work.project_id,
    work.month,
    work.worker_key,
    any(work.employer_uscc),
    any(work.days),
    any(work.evident),
    any(work.centihours) AS hours,
    sum(slips.gross_fen) AS gross_fen,
    min(slips.due_by) AS due_by
FROM {{snapshot}}.worker_months AS work
INNER JOIN
(
    SELECT scope_id, wage_month, worker_key, slips.gross_fen AS gross_fen, slips.due_by AS due_by
    FROM {{snapshot}}.slips AS slips
    WHERE scope = 'project' AND wage_month >= {first_month:Date} AND {{touched "scant_hours" "scope_id" "wage_month"}}
        AND (scope_id, worker_key) IN (SELECT project_id, worker_key FROM {{snapshot}}.hourly)
) AS slips ON slips.scope_id = work.project_id AND slips.wage_month = work.month AND slips.worker_key = work.worker_key
WHERE {{touched "scant_hours" "work.project_id" "work.month"}} AND (work.project_id, work.worker_key) IN (SELECT project_id, worker_key FROM {{snapshot}}.hourly)
GROUP BY work.project_id, work.month, work.worker_key
HAVING gross_fen < hours * highest_fen / 100;
