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
-- A day is covered when an engagement of the worker on the project includes it.
WITH
    engagements AS
    (
        SELECT
            project_id,
            worker_key,
            groupArray((entered_on, ifNull(left_on, toDate('2149-06-06')))) AS spans
        FROM registrations
        GROUP BY project_id, worker_key
    ),
    workers AS
    (
        SELECT
            attendance.project_id AS project_id,
            attendance.worker_key AS worker_key,
            minIf(work_date, NOT arrayExists(span -> work_date BETWEEN span.1 AND span.2, spans)) AS first_day,
            minIf(id, NOT arrayExists(span -> work_date BETWEEN span.1 AND span.2, spans)) AS record,
            first_day > toDate(0) AS unregistered
        FROM attendance
        LEFT JOIN engagements ON engagements.project_id = attendance.project_id AND engagements.worker_key = attendance.worker_key
        WHERE work_date > {as_of:Date} - {window_days:UInt16}
        GROUP BY project_id, worker_key
    )
SELECT
    project_id AS scope_id,
    any(projects.township) AS township,
    if(unregistered_share > {red_share:Float64}, 'red', 'yellow') AS level,
    minIf(workers.first_day, unregistered) AS since,
    countIf(unregistered) AS workers,
    0 AS amount_fen,
    unregistered_share AS score,
    countIf(unregistered) AS unregistered_workers,
    count() AS attending_workers,
    unregistered_workers / attending_workers AS unregistered_share,
    minIf(workers.first_day, unregistered) AS first_day,
    arraySlice(arraySort(groupArrayIf(record, unregistered)), 1, 20) AS records
FROM workers
INNER JOIN projects USING (project_id)
WHERE projects.active
GROUP BY project_id
HAVING unregistered_workers > 0
