/*
refresh:
  lowest:
    adds: attendance
  corrected:
    adds: attendance
  unworked:
    adds: attendance
  attendance:
    key: [project_id, work_date]
    from: work_date
    versions in: [attendance, unworked]
    sources:
      - {records: attendance, at: [project_id, work_date]}
  worker_months:
    key: [project_id, month]
    sources:
      - {touched: attendance, at: [project_id, "toStartOfMonth(work_date)"]}
  crew_months:
    key: [project_id, month]
    sources:
      - {touched: worker_months, at: [project_id, month]}
delta:
  attendance: [source, id, version, recorded_at, project_id, work_date, centihours]
*/
-- The lowest version that each source sends. Of two versions of a record one lies above it; few others do, and only these
-- need be told apart.
CREATE TABLE {{snapshot}}.lowest
(
    source  LowCardinality(String),
    version SimpleAggregateFunction(min, UInt64)
)
ENGINE = AggregatingMergeTree
ORDER BY source;

INSERT INTO {{snapshot}}.lowest
SELECT
    source,
    min(version) AS version
FROM {{came "attendance"}}
WHERE recorded_at < {end:DateTime64(3, 'UTC')}
GROUP BY source;

-- Attendance records above the lowest version, of which more than one may be known by the end of the date. late: recorded so
-- long after the day that it is no evidence of unlisted wages, unless an earlier version of the record said the same day in time.
CREATE TABLE {{snapshot}}.corrected
(
    source     LowCardinality(String),
    id         String,
    version    UInt64,
    project_id String,
    work_date  Date,
    late       Bool
)
ENGINE = ReplacingMergeTree
ORDER BY (id, source, version, project_id, work_date);

INSERT INTO {{snapshot}}.corrected
SELECT
    source,
    id,
    version,
    project_id,
    work_date,
    toDate(recorded_at, 'Asia/Shanghai') > work_date + {evidence_days:UInt16} AS late
FROM {{came "attendance"}}
WHERE recorded_at >= toDateTime64({first_month:Date} - 45, 3, 'UTC') AND recorded_at < {end:DateTime64(3, 'UTC')}
    AND version > (SELECT min(version) FROM {{snapshot}}.lowest)
    AND (source, version) NOT IN (SELECT source, min(version) FROM {{snapshot}}.lowest GROUP BY source);

-- Versions that say a day was not worked. record: cityHash64(source, id).
CREATE TABLE {{snapshot}}.unworked
(
    project_id String,
    work_date  Date,
    record     UInt64
)
ENGINE = ReplacingMergeTree
ORDER BY (project_id, work_date, record);

INSERT INTO {{snapshot}}.unworked
SELECT
    project_id,
    work_date,
    cityHash64(source, id) AS record
FROM {{came "attendance"}}
WHERE recorded_at >= toDateTime64({first_day:Date} - 45, 3, 'UTC') AND recorded_at < {end:DateTime64(3, 'UTC')}
    AND centihours = 0;

-- Days worked: one row per worker, project and date, however many sources reported it; a day corrected to zero hours
-- was not worked. Only the days that detectors read one by one are kept: from {first_day} on; worker_months sums up all.
-- record: cityHash64(source, id). centihours: 65535 where somebody was present and the hours are unknown. late: as above.
--
-- A correction may move a record to another day, worker or project, so versions are told apart by record, not by day. A
-- day cannot be recorded before it was worked, which lets the partitions of older record months be left out; 45 days
-- allow for gates with a wrong clock.
CREATE TABLE {{snapshot}}.attendance
(
    project_id    String,
    work_date     Date,
    worker_key    FixedString(16),
    employer_uscc String,
    centihours    UInt16,
    late          Bool,
    id            String,
    record        UInt64
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(work_date)
ORDER BY (project_id, work_date, worker_key);

INSERT INTO {{snapshot}}.attendance
WITH
    toDateTime64({{earliest "attendance" "work_date" "{first_day:Date}"}} - 45, 3, 'UTC') AS oldest,
    latest AS
    (
        SELECT
            source,
            id,
            max(version) AS version
        FROM {{snapshot}}.corrected
        GROUP BY source, id
    ),
    timely AS
    (
        SELECT cityHash64(source, id, project_id, work_date) AS place
        FROM attendance
        PREWHERE (project_id, work_date) IN (SELECT project_id, work_date FROM {{snapshot}}.corrected WHERE late) AND {{touched "attendance" "project_id" "work_date"}}
        WHERE recorded_at < {end:DateTime64(3, 'UTC')} AND toDate(recorded_at, 'Asia/Shanghai') <= work_date + {evidence_days:UInt16}
            AND (source, id) IN (SELECT source, id FROM {{snapshot}}.corrected WHERE late)
    )
SELECT
    project_id,
    work_date,
    worker_key,
    employer_uscc,
    centihours,
    recorded_late AND place NOT IN (SELECT place FROM timely) AS late,
    id,
    record
FROM
(
    SELECT
        project_id,
        work_date,
        worker_key,
        employer_uscc,
        centihours,
        toDate(recorded_at, 'Asia/Shanghai') > work_date + {evidence_days:UInt16} AS recorded_late,
        cityHash64(source, id, project_id, work_date) AS place,
        id,
        cityHash64(source, id) AS record
    FROM {{newest "attendance" (touched "attendance" "project_id" "work_date") "worker_key"}}
    WHERE recorded_at >= oldest AND recorded_at < {end:DateTime64(3, 'UTC')}
        AND work_date >= {first_day:Date} AND work_date <= {as_of:Date}
        AND
        (
            id NOT IN (SELECT id FROM {{snapshot}}.corrected)
            OR (source, id) NOT IN (SELECT source, id FROM {{snapshot}}.corrected)
            OR (source, id, version) IN (SELECT source, id, version FROM latest)
        )
    ORDER BY
        project_id,
        work_date,
        worker_key,
        (indexOf({source_precedence:Array(String)}, source) + 65535) % 65536,
        source,
        recorded_at,
        id
    LIMIT 1 BY project_id, work_date, worker_key
)
WHERE centihours > 0
-- nearly no row is among those corrected: only those are asked for more
SETTINGS short_circuit_function_evaluation = 'force_enable';

-- Work per worker and month on a project, {first_month} and later; employer_uscc is the one of the last day. worked: the days
-- of the month, its first in the lowest bit. evident: of the days those recorded in time. centidays: hundredths of full days,
-- a day of fewer hours than a full one counting in part; centihours: hundredths of hours. Where the hours of a day are
-- unknown it is a full day.
CREATE TABLE {{snapshot}}.worker_months
(
    project_id    String,
    month         Date,
    worker_key    FixedString(16),
    employer_uscc String,
    days          UInt8,
    evident       UInt8,
    centidays     UInt16,
    centihours    UInt32,
    worked        UInt32,
    first_day     Date,
    last_day      Date
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(month)
ORDER BY (project_id, month, worker_key);

INSERT INTO {{snapshot}}.worker_months
SELECT
    project_id,
    toStartOfMonth(work_date) AS month,
    worker_key,
    argMax(attendance.employer_uscc, work_date) AS employer_uscc,
    count() AS days,
    countIf(NOT late) AS evident,
    sum(intDiv(least(if(attendance.centihours = 65535, {full_centihours:UInt16}, attendance.centihours), {full_centihours:UInt16}) * 100, {full_centihours:UInt16})) AS centidays,
    sum(if(attendance.centihours = 65535, {full_centihours:UInt16}, attendance.centihours)) AS centihours,
    groupBitOr(bitShiftLeft(toUInt32(1), toDayOfMonth(work_date) - 1)) AS worked,
    min(work_date) AS first_day,
    max(work_date) AS last_day
FROM {{snapshot}}.attendance
WHERE {{touched "worker_months" "project_id" "toStartOfMonth(work_date)"}}
GROUP BY project_id, month, worker_key;

-- The months whose days are not kept, by the same rules.
INSERT INTO {{snapshot}}.worker_months
WITH
    latest AS
    (
        SELECT
            source,
            id,
            max(version) AS version
        FROM {{snapshot}}.corrected
        GROUP BY source, id
    ),
    timely AS
    (
        SELECT cityHash64(source, id, project_id, work_date) AS place
        FROM attendance
        PREWHERE work_date < {first_day:Date} AND (project_id, work_date) IN (SELECT project_id, work_date FROM {{snapshot}}.corrected WHERE late)
        WHERE recorded_at < {end:DateTime64(3, 'UTC')} AND toDate(recorded_at, 'Asia/Shanghai') <= work_date + {evidence_days:UInt16}
            AND (source, id) IN (SELECT source, id FROM {{snapshot}}.corrected WHERE late)
    )
SELECT
    project_id,
    toStartOfMonth(work_date) AS month,
    worker_key,
    argMax(employer_uscc, work_date) AS employer_uscc,
    count() AS days,
    countIf(NOT (recorded_late AND place NOT IN (SELECT place FROM timely))) AS evident,
    sum(intDiv(least(hours, {full_centihours:UInt16}) * 100, {full_centihours:UInt16})) AS centidays,
    sum(hours) AS centihours,
    groupBitOr(bitShiftLeft(toUInt32(1), toDayOfMonth(work_date) - 1)) AS worked,
    min(work_date) AS first_day,
    max(work_date) AS last_day
FROM
(
    SELECT
        project_id,
        work_date,
        worker_key,
        employer_uscc,
        if(centihours = 65535, {full_centihours:UInt16}, centihours) AS hours,
        toDate(recorded_at, 'Asia/Shanghai') > work_date + {evidence_days:UInt16} AS recorded_late,
        cityHash64(source, id, project_id, work_date) AS place
    FROM {{newest "attendance" (print "work_date < {first_day:Date} AND " (touched "worker_months" "project_id" "toStartOfMonth(work_date)")) "worker_key"}}
    WHERE recorded_at >= toDateTime64({first_month:Date} - 45, 3, 'UTC') AND recorded_at < {end:DateTime64(3, 'UTC')}
        AND work_date >= {first_month:Date} AND work_date < {first_day:Date}
        AND
        (
            id NOT IN (SELECT id FROM {{snapshot}}.corrected)
            OR (source, id) NOT IN (SELECT source, id FROM {{snapshot}}.corrected)
            OR (source, id, version) IN (SELECT source, id, version FROM latest)
        )
    ORDER BY
        project_id,
        work_date,
        worker_key,
        (indexOf({source_precedence:Array(String)}, source) + 65535) % 65536,
        source,
        recorded_at,
        id
    LIMIT 1 BY project_id, work_date, worker_key
)
WHERE hours > 0
GROUP BY project_id, month, worker_key
SETTINGS short_circuit_function_evaluation = 'force_enable';

-- The crew of a project in a month: how many worked, days worked in all, and the last day with those who ended on it.
CREATE TABLE {{snapshot}}.crew_months
(
    project_id   String,
    month        Date,
    workers      UInt32,
    days         UInt32,
    evident      UInt32,
    last_day     Date,
    last_workers UInt32
)
ENGINE = MergeTree
ORDER BY (project_id, month);

INSERT INTO {{snapshot}}.crew_months
SELECT
    project_id,
    month,
    sum(day_workers) AS workers,
    sum(day_days) AS days,
    sum(day_evident) AS evident,
    max(day) AS last_day,
    argMax(day_workers, day) AS last_workers
FROM
(
    SELECT
        project_id,
        month,
        last_day AS day,
        count() AS day_workers,
        sum(worker_months.days) AS day_days,
        sum(worker_months.evident) AS day_evident
    FROM {{snapshot}}.worker_months
    WHERE {{touched "crew_months" "project_id" "month"}}
    GROUP BY project_id, month, day
)
GROUP BY project_id, month;
