-- Registered workers of whom nothing was heard for a wage month that has ended: neither a day at the gate nor a pay slip by
-- its day to pay and the days of grace. silent: nothing was heard of anybody registered there; a site that was suspended when
-- the month began, or completed before, need not be heard of. unaccounted (去向不明): others of the site were heard of, and so many
-- are missing that it is no coincidence. Only months are kept whose day to pay lies in the last {window_days} days.
CREATE TABLE {{snapshot}}.silent
(
    project_id    String,
    month         Date,
    worker_key    FixedString(16),
    employer_uscc String,
    due_by        Date,
    kind          LowCardinality(String)
)
ENGINE = MergeTree
ORDER BY (project_id, month, worker_key);

INSERT INTO {{snapshot}}.silent
WITH
    -- the months of projects under way: status is the registry's when the month began. A project that was under way before the
    -- registry told of it was heard of by nobody until then.
    months AS
    (
        SELECT
            pay_days.project_id AS project_id,
            pay_days.wage_month AS month,
            any(pay_days.due_by) AS due_by,
            toDateTime64(month, 3, 'Asia/Shanghai') AS month_start,
            argMaxIf(versions.status, (versions.version, -toUnixTimestamp64Milli(versions.recorded_at)), versions.recorded_at < month_start) AS status_then
        FROM {{snapshot}}.agreed_pay_days AS pay_days
        INNER JOIN {{snapshot}}.projects AS registry ON registry.project_id = pay_days.project_id
        INNER JOIN projects AS versions ON versions.id = pay_days.project_id
        WHERE pay_days.due_by + {grace_detectors_days:UInt16} <= {as_of:Date} AND pay_days.due_by > {as_of:Date} - {window_days:UInt16}
            AND ifNull(registry.started_on <= pay_days.wage_month, false)
            AND ifNull(registry.completed_on >= pay_days.wage_month, registry.status NOT IN ('completed', 'settled'))
            AND versions.recorded_at < {end:DateTime64(3, 'UTC')}
        GROUP BY project_id, month, month_start
        HAVING status_then NOT IN ('', 'suspended', 'completed', 'settled')
    ),
    bound AS
    (
        SELECT
            months.month AS month,
            months.project_id AS project_id,
            registrations.worker_key AS worker_key,
            any(months.due_by) AS due_by,
            groupUniqArray(registrations.employer_uscc) AS employers
        FROM {{snapshot}}.registrations AS registrations
        INNER JOIN months ON months.project_id = registrations.project_id
        WHERE registrations.project_id != '' AND registrations.entered_on <= months.month
            AND ifNull(registrations.left_on >= toLastDayOfMonth(months.month), true)
        GROUP BY month, project_id, worker_key
    ),
    -- who was not at the gate, of all who are registered
    sites AS
    (
        SELECT
            project_id,
            month,
            due_by,
            count() AS registered,
            groupArrayIf
            (
                (worker_key, employers),
                (month, project_id, worker_key) NOT IN (SELECT month, project_id, worker_key FROM {{snapshot}}.worker_months WHERE month >= (SELECT min(month) FROM months))
            ) AS away
        FROM bound
        GROUP BY project_id, month, due_by
        HAVING notEmpty(away)
    ),
    -- who is registered with two employers of a site is heard of by a slip of either
    missing AS
    (
        SELECT
            project_id,
            month,
            due_by,
            registered,
            one.1 AS worker_key,
            min(employer) AS employer_uscc,
            count() OVER (PARTITION BY project_id, month) AS people
        FROM sites
        ARRAY JOIN away AS one
        ARRAY JOIN one.2 AS employer
        WHERE (project_id, month, worker_key) NOT IN (SELECT project_id, month, worker_key FROM {{snapshot}}.unseen)
        GROUP BY project_id, month, due_by, registered, worker_key
        HAVING NOT max((employer, month, worker_key) IN (SELECT scope_id, wage_month, worker_key FROM {{snapshot}}.slips WHERE scope = 'employer' AND wage_month >= (SELECT min(month) FROM months)))
    ),
    heard AS
    (
        SELECT project_id, month FROM {{snapshot}}.crew_months
        UNION DISTINCT
        SELECT scope_id, wage_month FROM {{snapshot}}.pay_lists WHERE scope = 'project'
    )
SELECT
    missing.project_id,
    missing.month,
    missing.worker_key,
    missing.employer_uscc,
    missing.due_by,
    if((missing.project_id, missing.month) IN (SELECT project_id, month FROM heard), 'unaccounted', 'silent') AS kind
FROM missing
WHERE kind = 'silent' OR missing.people >= {unaccounted_least:UInt16} AND missing.people > {unaccounted_share:Float64} * missing.registered;
