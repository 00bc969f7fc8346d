-- The last day on which each project has to pay a wage month: the agreed pay day of the month after it, before holidays and
-- rest days (Reg. 14). It is the day that the registry knew when the wage month ended: to agree on a later one afterwards
-- defers nothing. A project first heard of since then has the day that was heard first.
CREATE TABLE {{snapshot}}.agreed_pay_days
(
    project_id String,
    wage_month Date,
    agreed_on  Date,
    due_by     Date
)
ENGINE = MergeTree
ORDER BY (project_id, wage_month);

INSERT INTO {{snapshot}}.agreed_pay_days
WITH agreed AS
(
    SELECT
        id AS project_id,
        addMonths({first_month:Date}, number) AS wage_month,
        addMonths(wage_month, 1) AS next_month,
        toDateTime64(next_month, 3, 'Asia/Shanghai') AS month_end,
        if
        (
            countIf(recorded_at < month_end) > 0,
            argMaxIf(pay_day, (version, -toUnixTimestamp64Milli(recorded_at)), recorded_at < month_end),
            argMin(pay_day, (recorded_at, version))
        ) AS day_of_month,
        least(next_month + day_of_month - 1, toLastDayOfMonth(next_month)) AS agreed_on
    FROM projects
    CROSS JOIN numbers(toUInt64(dateDiff('month', {first_month:Date}, {as_of:Date})) + 1) AS months
    WHERE recorded_at < {end:DateTime64(3, 'UTC')}
    GROUP BY project_id, wage_month, next_month, month_end
)
SELECT
    agreed.project_id,
    agreed.wage_month,
    agreed.agreed_on,
    if(calendar.pay_by > toDate(0), calendar.pay_by, agreed.agreed_on) AS due_by
FROM agreed
LEFT JOIN {{snapshot}}.calendar AS calendar ON calendar.day = agreed.agreed_on;
