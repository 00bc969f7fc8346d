/*
id: attendance-silent
title: {zh: "考勤中断", en: "Attendance silent"}
question: {zh: "在建项目考勤是否中断？", en: "Did attendance stop on a building project?"}
group: safeguards
scope: [project]
department: sector
basis: [Reg. 28, Reg. 38]
params:
  yellow_days: {type: UInt16, unit: days, text: {zh: "黄色中断天数", en: "days for yellow"}}
  red_days: {type: UInt16, unit: days, text: {zh: "红色中断天数", en: "days for red"}}
levels:
  yellow: {zh: "15天无考勤", en: "15 days without attendance"}
  red: {zh: "30天无考勤", en: "30 days without attendance"}
advice:
  zh: "核实是停工、设备故障还是未刷卡用工；停工的应更新项目状态。"
  en: "Find out whether work stopped, the gate failed or people work unseen; a stopped project needs its status changed."
evidence:
  - {name: last_day, unit: date, label: {zh: "最后考勤日", en: "last attendance"}}
  - {name: silent_days, unit: days, label: {zh: "中断天数", en: "days silent"}}
  - {name: last_workers, unit: workers, label: {zh: "最后一日人数", en: "workers on that day"}}
*/
-- A project's last day is the last day of everyone who worked on it.
WITH last_days AS
(
    SELECT
        project_id,
        max(crew_months.last_day) AS last_day,
        argMax(crew_months.last_workers, crew_months.last_day) AS last_workers
    FROM crew_months
    GROUP BY project_id
)
SELECT
    projects.project_id AS scope_id,
    projects.township AS township,
    if(silent_days >= {red_days:UInt16}, 'red', 'yellow') AS level,
    last_days.last_day + 1 AS since,
    last_days.last_workers AS workers,
    0 AS amount_fen,
    least(silent_days / (3 * {red_days:UInt16}), 1) AS score,
    last_days.last_day AS last_day,
    dateDiff('day', last_days.last_day, {as_of:Date}) AS silent_days,
    last_days.last_workers AS last_workers
FROM projects
INNER JOIN last_days ON last_days.project_id = projects.project_id
WHERE projects.status = 'building' AND silent_days >= {yellow_days:UInt16}
