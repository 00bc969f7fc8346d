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
levels:
  yellow: {zh: "近30天有未登记人员出勤", en: "anyone attended without registration in the last 30 days"}
  red: {zh: "未登记人数超过出勤人数的10%", en: "more than 10% of attending workers are unregistered"}
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
-- all of their days; only the days of the others (suspects) are looked at one by one.
WITH
    {as_of:Date} - {window_days:UInt16} AS day_before,
    attending AS
    (
        SELECT
            project_id,
            worker_key,
            greatest(min(first_day), day_before + 1) AS from_day,
            max(last_day) AS until_day
        FROM worker_months
        WHERE month >= toStartOfMonth(day_before) AND last_day > day_before
        GROUP BY project_id, worker_key
    ),
    engagements AS
    (
        SELECT
            project_id,
            worker_key,
            entered_on,
            ifNull(left_on, toDate('2149-06-06')) AS until
        FROM registrations
        WHERE entered_on <= {as_of:Date} AND until > day_before
    ),
    suspects AS
    (
        SELECT
            attending.project_id AS project_id,
            attending.worker_key AS worker_key
        FROM attending
        LEFT JOIN engagements ON engagements.project_id = attending.project_id AND engagements.worker_key = attending.worker_key
        GROUP BY project_id, worker_key
        HAVING max(engagements.entered_on <= attending.from_day AND engagements.until >= attending.until_day) = 0
    ),
    spans AS
    (
        SELECT
            project_id,
            worker_key,
            groupArray((entered_on, until)) AS spans
        FROM engagements
        WHERE worker_key IN (SELECT worker_key FROM suspects)
        GROUP BY project_id, worker_key
    ),
    unregistered AS
    (
        SELECT
            attendance.project_id AS project_id,
            attendance.worker_key AS worker_key,
            min(attendance.work_date) AS first_day,
            min(attendance.id) AS record
        FROM attendance
        LEFT JOIN spans ON spans.project_id = attendance.project_id AND spans.worker_key = attendance.worker_key
        WHERE attendance.work_date > day_before
            AND (attendance.project_id, attendance.worker_key) IN (SELECT project_id, worker_key FROM suspects)
            AND NOT arrayExists(span -> attendance.work_date BETWEEN span.1 AND span.2, spans.spans)
        GROUP BY project_id, worker_key
    ),
    crews AS
    (
        SELECT
            project_id,
            uniqExact(worker_key) AS workers
        FROM worker_months
        WHERE month >= toStartOfMonth(day_before) AND last_day > day_before
        GROUP BY project_id
    )
SELECT
    unregistered.project_id AS scope_id,
    any(projects.township) AS township,
    if(unregistered_share > {red_share:Float64}, 'red', 'yellow') AS level,
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
