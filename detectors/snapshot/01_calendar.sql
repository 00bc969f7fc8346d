-- Civil days around the as-of date, filled from the official working-day calendar by the runner.
-- workday_number: counts working days, so that the working days in (a, b] are the difference of the two days' numbers.
-- pay_by: wages due on that day must be paid on it, or on the last working day before a holiday or rest day (Reg. 14).
CREATE TABLE {{snapshot}}.calendar
(
    day            Date,
    workday        Bool,
    workday_number UInt32,
    pay_by         Date
)
ENGINE = MergeTree
ORDER BY day;
