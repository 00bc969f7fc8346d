-- When attendance, the feed that speaks every day, was last heard of; the zero day where it never was.
SELECT
    toDate(max(recorded_at), 'Asia/Shanghai') AS last_day,
    count() > 0 AS ever
FROM attendance
WHERE recorded_at < {end:DateTime64(3, 'UTC')}
