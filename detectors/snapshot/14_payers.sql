-- Who has to pay wages: every project, and employers for slips that name no project, whatever their status: what is owed stays
-- owed when a project is settled. What no registry knows yet is watched too. pay_day: the agreed day of the following month;
-- the month's end where unknown.
CREATE TABLE {{snapshot}}.payers
(
    scope    LowCardinality(String),
    scope_id String,
    township LowCardinality(String),
    pay_day  UInt8
)
ENGINE = MergeTree
ORDER BY (scope, scope_id);

INSERT INTO {{snapshot}}.payers
SELECT
    subjects.scope,
    subjects.scope_id,
    subjects.township,
    if(projects.pay_day > 0, projects.pay_day, 31) AS pay_day
FROM {{snapshot}}.subjects AS subjects
LEFT JOIN {{snapshot}}.projects AS projects ON subjects.scope = 'project' AND projects.project_id = subjects.scope_id
WHERE subjects.scope IN ('project', 'employer');
