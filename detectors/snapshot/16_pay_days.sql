-- The next day on which each active project has to pay, after the as-of date, and the wage month it pays for. A pay day
-- on a holiday or rest day is met on the last working day before it (Reg. 14).
CREATE TABLE {{snapshot}}.pay_days
(
    project_id String,
    pay_by     Date,
    wage_month Date
)
ENGINE = MergeTree
ORDER BY project_id;

INSERT INTO {{snapshot}}.pay_days
WITH agreed AS
(
    SELECT
        project_id,
        least(addMonths(toStartOfMonth({as_of:Date}), month) + pay_day - 1, toLastDayOfMonth(addMonths(toStartOfMonth({as_of:Date}), month))) AS day
    FROM {{snapshot}}.projects
    ARRAY JOIN [0, 1, 2] AS month
    WHERE active
)
SELECT
    agreed.project_id,
    if(calendar.pay_by > toDate(0), calendar.pay_by, agreed.day) AS pay_by,
    addMonths(toStartOfMonth(agreed.day), -1) AS wage_month
FROM agreed
LEFT JOIN {{snapshot}}.calendar AS calendar ON calendar.day = agreed.day
WHERE pay_by > {as_of:Date}
ORDER BY pay_by ASC
LIMIT 1 BY project_id;
