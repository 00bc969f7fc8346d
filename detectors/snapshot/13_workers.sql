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
        WHERE month >= toStartOfMonth({as_of:Date} - 30) AND last_day > {as_of:Date} - 30
        GROUP BY project_id
    )
SELECT
    project_id,
    if(attending.workers > 0, attending.workers, registered.workers) AS workers
FROM {{snapshot}}.projects
LEFT JOIN registered USING (project_id)
LEFT JOIN attending USING (project_id)
WHERE workers > 0;

-- What a day's work on a project earns on average by its own pay lists, of closed months: slips stand against the days of
-- whoever has one.
CREATE TABLE {{snapshot}}.mean_wages
(
    project_id String,
    daily_fen  Float64
)
ENGINE = MergeTree
ORDER BY project_id;

INSERT INTO {{snapshot}}.mean_wages
SELECT
    crew_months.project_id AS project_id,
    sum(pay_lists.payable_fen) / sum(crew_months.days - missing.days) AS daily_fen
FROM {{snapshot}}.crew_months AS crew_months
INNER JOIN {{snapshot}}.pay_lists AS pay_lists
    ON pay_lists.scope = 'project' AND pay_lists.scope_id = crew_months.project_id AND pay_lists.wage_month = crew_months.month
LEFT JOIN
(
    SELECT
        project_id,
        month,
        sum(unlisted.days) AS days
    FROM {{snapshot}}.unlisted AS unlisted
    GROUP BY project_id, month
) AS missing ON missing.project_id = crew_months.project_id AND missing.month = crew_months.month
WHERE crew_months.month < toStartOfMonth({as_of:Date}) AND crew_months.days > missing.days
GROUP BY crew_months.project_id;

-- What a month's work earns on average at an employer, by its lists that name no project.
CREATE TABLE {{snapshot}}.employer_means
(
    employer_uscc String,
    monthly_fen   Float64
)
ENGINE = MergeTree
ORDER BY employer_uscc;

INSERT INTO {{snapshot}}.employer_means
SELECT
    scope_id AS employer_uscc,
    sum(payable_fen) / sum(workers) AS monthly_fen
FROM {{snapshot}}.pay_lists
WHERE scope = 'employer' AND wage_month < toStartOfMonth({as_of:Date})
GROUP BY employer_uscc;
