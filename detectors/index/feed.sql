-- Whether attendance, the feed that speaks every day, was ever heard of, and whether in the last days.
SELECT
    EXISTS (SELECT 1 FROM attendance WHERE recorded_at < {end:DateTime64(3, 'UTC')}) AS ever,
    EXISTS
    (
        SELECT 1
        FROM attendance
        WHERE recorded_at < {end:DateTime64(3, 'UTC')}
            AND recorded_at >= toDateTime64({as_of:Date} - {stale_days:UInt16}, 3, 'Asia/Shanghai')
    ) AS lately
