/*
id: unregistered-labor
title: {zh: "未实名登记用工", en: "Unregistered labour"}
question: {zh: "是否有未进行实名登记的人员在现场务工？", en: "Do people work without real-name registration?"}
group: safeguards
scope: [project]
department: sector
basis: [Reg. 28]
params:
  window_days: {type: UInt16, unit: days, text: {zh: "考勤观察天数", en: "days of attendance looked at"}}
  red_share: {type: Float64, unit: share, text: {zh: "红色预警比例", en: "share of workers for red"}}
  red_workers: {type: UInt32, unit: workers, text: {zh: "红色预警最少人数", en: "least workers for red"}}
levels:
  yellow: {zh: "近30天有未登记人员出勤", en: "anyone attended without registration in the last 30 days"}
  red: {zh: "未登记人数超过出勤人数的10%，且至少2人", en: "more than 10% of attending workers are unregistered, and at least 2"}
advice:
  zh: 到现场核对花名册与考勤记录，要求先登记、签合同后进场。
  en: Compare the roster with the gate on site; nobody enters before registration and a contract.
evidence:
  - {name: unregistered_workers, unit: workers, label: {zh: "未登记人数", en: "unregistered workers"}}
  - {name: attending_workers, unit: workers, label: {zh: "出勤人数", en: "attending workers"}}
  - {name: unregistered_share, unit: share, label: {zh: "占比", en: "share"}}
  - {name: first_day, unit: date, label: {zh: "首个未登记出勤日", en: "first day without registration"}}
  - {name: records, unit: records, label: {zh: "考勤记录", en: "attendance records"}}
*/
-- A day is covered when an engagement of the worker on the project includes it. For most workers one engagement includes
-- all of their days in a month; only the days of the others are looked at one by one.
WITH
    {as_of:Date} - {window_days:UInt16} AS day_before,
    work AS
    (
        SELECT
            project_id,
            worker_key,
            month,
            if(month > day_before, worked, bitAnd(worked, bitShiftLeft(toUInt32(4294967295), toDayOfMonth(day_before)))) AS worked_in,
            greatest(first_day, day_before + 1) AS from_day,
            last_day
        FROM worker_months
        WHERE month >= toStartOfMonth(day_before) AND worked_in > 0
    ),
    uncovered AS
    (
        SELECT
            work.project_id AS project_id,
            work.worker_key AS worker_key,
            arrayJoin(arrayMap(n -> work.month + n, bitPositionsToArray(work.worked_in))) AS day
        FROM work
        LEFT JOIN registered ON registered.project_id = work.project_id AND registered.worker_key = work.worker_key
        WHERE NOT arrayExists(span -> span.1 <= work.from_day AND span.2 >= work.last_day, registered.spans)
            AND NOT arrayExists(span -> day BETWEEN span.1 AND span.2, registered.spans)
    ),
    unregistered AS
    (
        SELECT
            project_id,
            worker_key,
            min(work_date) AS first_day,
            min(id) AS record
        FROM attendance
        WHERE work_date > day_before
            AND (project_id, work_date, worker_key) IN (SELECT project_id, day, worker_key FROM uncovered)
        GROUP BY project_id, worker_key
    ),
    crews AS
    (
        SELECT
            project_id,
            uniqExact(worker_key) AS workers
        FROM work
        GROUP BY project_id
    )
SELECT
    unregistered.project_id AS scope_id,
    any(projects.township) AS township,
    if(unregistered_share > {red_share:Float64} AND unregistered_workers >= {red_workers:UInt32}, 'red', 'yellow') AS level,
    min(unregistered.first_day) AS since,
    unregistered_workers AS workers,
    0 AS amount_fen,
    unregistered_share AS score,
    count() AS unregistered_workers,
    any(crews.workers) AS attending_workers,
    unregistered_workers / attending_workers AS unregistered_share,
    since AS first_day,
    arraySlice(arraySort(groupArray(unregistered.record)), 1, 20) AS records
FROM unregistered
INNER JOIN crews ON crews.project_id = unregistered.project_id
INNER JOIN projects ON projects.project_id = unregistered.project_id
WHERE projects.active
GROUP BY unregistered.project_id
SETTINGS join_algorithm = 'full_sorting_merge'
