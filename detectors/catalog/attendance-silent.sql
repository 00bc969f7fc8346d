/*
id: attendance-silent
title: {zh: "考勤中断", en: "Attendance silent"}
question: {zh: "在建项目考勤是否中断（春节前后三周除外）？", en: "Did attendance stop on a building project (three weeks around the Spring Festival excepted)?"}
group: safeguards
scope: [project]
department: sector
basis: [Reg. 28, Reg. 38]
params:
  yellow_days: {type: UInt16, unit: days, text: {zh: "黄色中断天数", en: "days for yellow"}}
  red_days: {type: UInt16, unit: days, text: {zh: "红色中断天数", en: "days for red"}}
  spring_festivals: {type: Array(String), unit: date, text: {zh: "各年春节（正月初一）", en: "first days of the Spring Festivals"}}
  festival_days_before: {type: UInt16, unit: days, text: {zh: "春节前不计的天数", en: "days before the Spring Festival that do not count"}}
  festival_days: {type: UInt16, unit: days, text: {zh: "春节前后不计的天数合计", en: "days around the Spring Festival that do not count, in all"}}
levels:
  yellow: {zh: "15天无考勤，春节前后三周不计", en: "15 days without attendance, three weeks around the Spring Festival left out"}
  red: {zh: "30天无考勤，春节前后三周不计", en: "30 days without attendance, three weeks around the Spring Festival left out"}
advice:
  zh: "核实是停工、设备故障还是未刷卡用工；停工的应更新项目状态。"
  en: "Find out whether work stopped, the gate failed or people work unseen; a stopped project needs its status changed."
evidence:
  - {name: last_day, unit: date, label: {zh: "最后考勤日", en: "last attendance"}}
  - {name: silent_days, unit: days, label: {zh: "中断天数（不含春节前后）", en: "days silent, festival weeks left out"}}
  - {name: festival_days, unit: days, label: {zh: "其间春节前后不计的天数", en: "days of festival weeks among them"}}
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
    dateDiff('day', last_days.last_day, {as_of:Date}) - festival_days AS silent_days,
    arraySum
    (
        festival -> greatest
        (
            0,
            toInt32(least({as_of:Date}, festival - {festival_days_before:UInt16} + {festival_days:UInt16} - 1))
                - toInt32(greatest(last_days.last_day, festival - {festival_days_before:UInt16} - 1))
        ),
        arrayMap(day -> toDate(day), {spring_festivals:Array(String)})
    ) AS festival_days,
    last_days.last_workers AS last_workers
FROM projects
INNER JOIN last_days ON last_days.project_id = projects.project_id
WHERE projects.status = 'building' AND silent_days >= {yellow_days:UInt16}
