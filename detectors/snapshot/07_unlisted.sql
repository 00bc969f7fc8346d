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
        WHERE scope = 'project' AND wage_month >= {first_day:Date} AND {{touched unlisted (scope_id, wage_month)}}
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
