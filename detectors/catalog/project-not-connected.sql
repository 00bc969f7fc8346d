/*
id: project-not-connected
title: {zh: "已许可项目未接入平台", en: "Permitted project not connected"}
question: {zh: "已取得施工许可的项目是否未接入平台？", en: "Is a permitted project unknown to the platform?"}
group: safeguards
scope: [project]
department: sector
basis: [Reg. 28, Reg. 38]
params:
  yellow_days: {type: UInt16, unit: days, text: {zh: "许可后预警天数", en: "days after the permit until yellow"}}
  red_days: {type: UInt16, unit: days, text: {zh: "许可后红色预警天数", en: "days after the permit until red"}}
levels:
  yellow: {zh: "许可后满15天平台仍无该项目", en: "15 days after the permit and not registered"}
  red: {zh: "许可后满30天平台仍无该项目", en: "30 days after the permit and not registered"}
advice:
  zh: "通知建设单位和总承包单位登记项目、接入考勤与专户；已登记的，核对许可证号与项目编号、信用代码是否一致。"
  en: "Have developer and general contractor register the project and connect gate and account; if it is registered, compare the permit with its project number and credit codes."
evidence:
  - {name: permit_on, unit: date, label: {zh: "许可日", en: "permit on"}}
  - {name: days_since_permit, unit: days, label: {zh: "许可后天数", en: "days since the permit"}}
  - {name: project_name, unit: text, label: {zh: "许可的项目名称", en: "name on the permit"}}
  - {name: developer, unit: text, label: {zh: "建设单位", en: "developer"}}
  - {name: contractor, unit: text, label: {zh: "总包单位", en: "general contractor"}}
  - {name: contract_fen, unit: fen, label: {zh: "合同价", en: "contract price"}}
  - {name: project_number, unit: text, label: {zh: "许可所载项目编号", en: "project number on the permit"}}
  - {name: records, unit: records, label: {zh: "许可记录", en: "permits"}}
*/
-- The subject is the permit: nothing else names the project. One permit that two departments send counts once.
SELECT
    id AS scope_id,
    township,
    if(days_since_permit >= {red_days:UInt16}, 'red', 'yellow') AS level,
    permit_on + {yellow_days:UInt16} AS since,
    0 AS workers,
    0 AS amount_fen,
    least(days_since_permit / (4 * {red_days:UInt16}), 1) AS score,
    permit_on,
    dateDiff('day', permit_on, {as_of:Date}) AS days_since_permit,
    name AS project_name,
    nullIf(developer_uscc, '') AS developer,
    nullIf(contractor_uscc, '') AS contractor,
    contract_fen,
    nullIf(project_id, '') AS project_number,
    [id] AS records
FROM permits
WHERE id NOT IN (SELECT id FROM permits WHERE known)
    AND permit_on + {yellow_days:UInt16} <= {as_of:Date}
ORDER BY permit_on ASC, source ASC
LIMIT 1 BY id
