-- Attendance records of which more than one version may be known by the end of the date, and the latest of them. Of two
-- versions one lies above the lowest that their source sends; so do few others, and only these need be told apart.
CREATE TABLE {{snapshot}}.corrected
(
    source  LowCardinality(String),
    id      String,
    version UInt64
)
ENGINE = MergeTree
ORDER BY id;

INSERT INTO {{snapshot}}.corrected
WITH
    toDateTime64({first_day:Date} - 45, 3, 'UTC') AS oldest,
    lowest AS
    (
        SELECT
            source,
            min(version) AS version
        FROM attendance
        GROUP BY source
    )
SELECT
    source,
    id,
    max(version)
FROM attendance
PREWHERE version > (SELECT min(version) FROM lowest)
WHERE recorded_at >= oldest AND recorded_at < {end:DateTime64(3, 'UTC')}
    AND (source, version) NOT IN (SELECT source, version FROM lowest)
GROUP BY source, id;

-- Days worked: one row per worker, project and date, however many sources reported it; a day corrected to zero hours
-- was not worked. Only the days that detectors read are kept: from {first_day} on.
--
-- A correction may move a record to another day, worker or project, so versions are told apart by record, not by day. A
-- day cannot be recorded before it was worked, which lets the partitions of older record months be left out; 45 days
-- allow for gates with a wrong clock.
-- carry (project_id, work_date) = attendance (project_id, work_date), lowest versions apart
CREATE TABLE {{snapshot}}.attendance
(
    project_id    String,
    work_date     Date,
    worker_key    FixedString(16),
    employer_uscc String,
    centihours    UInt16,
    id            String
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(work_date)
ORDER BY (project_id, work_date, worker_key);

INSERT INTO {{snapshot}}.attendance
WITH toDateTime64({{earliest attendance work_date {first_day:Date}}} - 45, 3, 'UTC') AS oldest
SELECT
    project_id,
    work_date,
    worker_key,
    employer_uscc,
    centihours,
    id
FROM
(
    SELECT
        project_id,
        work_date,
        worker_key,
        employer_uscc,
        centihours,
        id
    FROM {{newest attendance worker_key}}
    WHERE recorded_at >= oldest AND recorded_at < {end:DateTime64(3, 'UTC')}
        AND work_date >= {first_day:Date} AND work_date <= {as_of:Date}
        AND {{touched attendance (project_id, work_date)}}
        AND
        (
            id NOT IN (SELECT id FROM {{snapshot}}.corrected)
            OR (source, id) NOT IN (SELECT source, id FROM {{snapshot}}.corrected)
            OR (source, id, version) IN (SELECT source, id, version FROM {{snapshot}}.corrected)
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
WHERE centihours > 0;

-- Work per worker and month on a project; employer_uscc is the one of the last day.
-- carry (project_id, month) = touched_attendance (project_id, toStartOfMonth(work_date))
CREATE TABLE {{snapshot}}.worker_months
(
    project_id    String,
    month         Date,
    worker_key    FixedString(16),
    employer_uscc String,
    days          UInt8,
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
    min(work_date) AS first_day,
    max(work_date) AS last_day
FROM {{snapshot}}.attendance
WHERE {{touched worker_months (project_id, toStartOfMonth(work_date))}}
GROUP BY project_id, month, worker_key;
