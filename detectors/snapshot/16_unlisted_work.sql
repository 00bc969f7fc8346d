-- Work at a gate that no list names, and an estimate of its wage: of months past their day to pay it is owed, of the others it is
-- still to be paid. A month counts from the first of the project of which most days were recorded in time, so that attendance
-- which was loaded afterwards is no evidence; so do days. Somebody worked there who is registered there or was seen on {seen_days}
-- days. A list of the employer without a project answers for the month, and so does a payment to the worker's own account under
-- another name on a list of the project, or of the employer without a project. Managers are left out, but at most a tenth of a crew.
--
-- First whoever no list answers for, then who of them was not paid otherwise. Tables named staged_ are dropped when the snapshot
-- is filled.
CREATE TABLE {{snapshot}}.staged_work
(
    project_id    String,
    month         Date,
    worker_key    FixedString(16),
    employer_uscc String,
    days          UInt8,
    evident       UInt8,
    centidays     UInt16,
    centihours    UInt32,
    due_by        Date,
    wage_basis    LowCardinality(String),
    wage_fen      Int64,
    account_key   FixedString(16),
    manages       Bool
)
ENGINE = Memory;

INSERT INTO {{snapshot}}.staged_work
WITH
    first_months AS
    (
        SELECT
            project_id,
            min(month) AS month
        FROM {{snapshot}}.crew_months
        WHERE evident * 2 > days
        GROUP BY project_id
    ),
    answered AS
    (
        SELECT
            scope_id AS employer_uscc,
            wage_month AS month,
            worker_key
        FROM {{snapshot}}.slips
        WHERE scope = 'employer' AND wage_month IN (SELECT month FROM {{snapshot}}.unlisted) AND scope_id IN (SELECT employer_uscc FROM {{snapshot}}.unlisted)
    )
SELECT
    unlisted.project_id AS project_id,
    unlisted.month AS month,
    unlisted.worker_key AS worker_key,
    unlisted.employer_uscc AS employer_uscc,
    unlisted.days AS days,
    unlisted.evident AS evident,
    unlisted.centidays AS centidays,
    unlisted.centihours AS centihours,
    if(pay_days.due_by > toDate(0), pay_days.due_by, if(calendar.pay_by > toDate(0), calendar.pay_by, toLastDayOfMonth(addMonths(unlisted.month, 1)))) AS due_by,
    registered.wage_basis AS wage_basis,
    registered.wage_fen AS wage_fen,
    registered.account_key AS account_key,
    registered.job IN ({management_jobs:Array(String)}) AS manages
FROM {{snapshot}}.unlisted AS unlisted
INNER JOIN first_months ON first_months.project_id = unlisted.project_id
LEFT JOIN {{snapshot}}.registered AS registered ON registered.project_id = unlisted.project_id AND registered.worker_key = unlisted.worker_key
LEFT JOIN {{snapshot}}.agreed_pay_days AS pay_days ON pay_days.project_id = unlisted.project_id AND pay_days.wage_month = unlisted.month
LEFT JOIN {{snapshot}}.calendar AS calendar ON calendar.day = toLastDayOfMonth(addMonths(unlisted.month, 1))
WHERE unlisted.month <= {as_of:Date} AND unlisted.month >= first_months.month AND unlisted.evident > 0
    AND (registered.project_id != '' OR unlisted.days >= {seen_days:UInt16})
    AND (unlisted.employer_uscc, unlisted.month, unlisted.worker_key) NOT IN (SELECT employer_uscc, month, worker_key FROM answered);

CREATE TABLE {{snapshot}}.unlisted_work
(
    project_id    String,
    wage_month    Date,
    worker_key    FixedString(16),
    employer_uscc String,
    days          UInt16,
    estimate      LowCardinality(String),
    earned_fen    Int64,
    due_by        Date
)
ENGINE = MergeTree
ORDER BY (wage_month, project_id, worker_key);

INSERT INTO {{snapshot}}.unlisted_work
WITH
    own_accounts AS
    (
        SELECT
            project_id,
            account_key
        FROM {{snapshot}}.registered
        WHERE account_key IN (SELECT account_key FROM {{snapshot}}.staged_work WHERE account_key != toFixedString('', 16))
        GROUP BY project_id, account_key
        HAVING uniqExact(worker_key) = 1
    ),
    paid_accounts AS
    (
        SELECT
            scope,
            scope_id,
            wage_month,
            payee_key
        FROM {{snapshot}}.slips
        WHERE money_fen > 0 AND payee_key IN (SELECT account_key FROM own_accounts) AND wage_month IN (SELECT month FROM {{snapshot}}.staged_work)
    ),
    missing AS
    (
        SELECT
            open.project_id AS project_id,
            open.month AS month,
            open.worker_key AS worker_key,
            open.employer_uscc AS employer_uscc,
            open.days AS days,
            open.evident AS evident,
            open.centidays AS centidays,
            open.centihours AS centihours,
            open.due_by AS due_by,
            open.wage_basis AS wage_basis,
            open.wage_fen AS wage_fen,
            open.account_key AS account_key,
            open.manages AS manages,
            open.evident / open.days AS counted,
            crews.workers AS crew,
            if(manages, row_number() OVER (PARTITION BY open.project_id, open.month, manages ORDER BY open.worker_key), 0) AS manager
        FROM {{snapshot}}.staged_work AS open
        INNER JOIN {{snapshot}}.crew_months AS crews ON crews.project_id = open.project_id AND crews.month = open.month
        WHERE NOT
        (
            (open.project_id, open.account_key) IN (SELECT project_id, account_key FROM own_accounts)
            AND
            (
                (open.project_id, open.month, open.account_key) IN (SELECT scope_id, wage_month, payee_key FROM paid_accounts WHERE scope = 'project')
                OR (open.employer_uscc, open.month, open.account_key) IN (SELECT scope_id, wage_month, payee_key FROM paid_accounts WHERE scope = 'employer')
            )
        )
    )
SELECT
    missing.project_id AS project_id,
    missing.month AS wage_month,
    missing.worker_key AS worker_key,
    missing.employer_uscc AS employer_uscc,
    missing.evident AS days,
    multiIf
    (
        missing.wage_basis IN ('month', 'day', 'hour') AND missing.wage_fen > 0, toString(missing.wage_basis),
        means.daily_fen > 0, 'project_mean',
        employers.monthly_fen > 0, 'employer_mean',
        'minimum_wage'
    ) AS estimate,
    toInt64(round(multiIf
    (
        estimate = 'month', missing.wage_fen * least(missing.evident / {paid_days_a_month:Float64}, 1),
        estimate = 'day', missing.wage_fen * missing.centidays / 100 * missing.counted,
        estimate = 'hour', missing.wage_fen * missing.centihours / 100 * missing.counted,
        estimate = 'project_mean', means.daily_fen * missing.evident,
        estimate = 'employer_mean', employers.monthly_fen * least(missing.evident / {paid_days_a_month:Float64}, 1),
        wages.monthly_fen * missing.evident / {paid_days_a_month:Float64}
    ))) AS earned_fen,
    missing.due_by AS due_by
FROM missing
LEFT JOIN {{snapshot}}.projects AS projects ON projects.project_id = missing.project_id
LEFT JOIN {{snapshot}}.minimum_wages AS wages ON wages.township = projects.township AND wages.month = missing.month
LEFT JOIN {{snapshot}}.mean_wages AS means ON means.project_id = missing.project_id
LEFT JOIN {{snapshot}}.employer_means AS employers ON employers.employer_uscc = missing.employer_uscc
WHERE earned_fen > 0 AND NOT (missing.manages AND missing.manager <= {management_share:Float64} * missing.crew);
