-- Who worked on a project in a month and has no slip of the project for it. employer_uscc: see worker_months; a slip of that
-- employer that names no project may answer for the month all the same.
-- carry (project_id, month) = touched_worker_months (project_id, month), touched_slips (scope_id, wage_month)
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
FROM {{snapshot}}.worker_months
WHERE {{touched unlisted (project_id, month)}}
    AND (project_id, month, worker_key) NOT IN
    (
        SELECT
            scope_id,
            wage_month,
            worker_key
        FROM {{snapshot}}.slips
        WHERE scope = 'project' AND wage_month >= {first_month:Date} AND {{touched unlisted (scope_id, wage_month)}}
    );

-- Who has a slip of a project for a month in which nobody saw them work there. Slips of before {first_day} are left out unless
-- they were due since.
-- carry (project_id, month) = touched_unlisted (project_id, month)
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
FROM {{snapshot}}.slips
WHERE scope = 'project' AND (wage_month >= {first_day:Date} OR due_by >= {first_day:Date}) AND {{touched unseen (scope_id, wage_month)}}
    AND (scope_id, wage_month, worker_key) NOT IN
    (
        SELECT
            project_id,
            month,
            worker_key
        FROM {{snapshot}}.worker_months
        WHERE {{touched unseen (project_id, month)}}
    );

-- Who has a slip of a project for less than the work of the month comes to at the highest minimum wage anywhere: underlisted
-- wages are found among them. gross_fen: of their slips of the project.
-- carry (project_id, month) = touched_unlisted (project_id, month)
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
    listed AS
    (
        SELECT
            scope_id AS project_id,
            wage_month AS month,
            worker_key,
            sum(slips.gross_fen) AS gross_fen,
            min(slips.due_by) AS due_by
        FROM {{snapshot}}.slips AS slips
        WHERE scope = 'project' AND wage_month >= {first_month:Date} AND {{touched scant (scope_id, wage_month)}}
        GROUP BY project_id, month, worker_key
    ),
    minimum AS
    (
        SELECT
            month,
            highest_monthly_fen,
            highest_hourly_fen
        FROM {{snapshot}}.minimum_wages
        WHERE township = ''
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
INNER JOIN listed ON listed.project_id = work.project_id AND listed.month = work.month AND listed.worker_key = work.worker_key
INNER JOIN minimum ON minimum.month = work.month
WHERE {{touched scant (work.project_id, work.month)}}
    AND (listed.gross_fen < work.evident * minimum.highest_monthly_fen / {paid_days_a_month:Float64} OR listed.gross_fen < work.centihours * minimum.highest_hourly_fen / 100);
