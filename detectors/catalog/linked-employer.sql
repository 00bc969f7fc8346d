/*
id: linked-employer
title: {zh: "总包单位他处欠薪", en: "General contractor in arrears elsewhere"}
question: {zh: "施工总承包单位在其他项目是否有红色支付预警？", en: "Does the general contractor have red payment warnings on other projects?"}
group: foresight
after: payment
scope: [project]
department: sector
basis: [Reg. 30, Reg. 38]
params:
  red_projects: {type: UInt16, unit: count, text: {zh: "红色预警项目数", en: "other projects for red"}}
levels:
  yellow: {zh: "另有一个项目红色预警", en: "one other project"}
  red: {zh: "另有两个及以上项目，或涉及外县", en: "two or more, or one in another county"}
advice:
  zh: "提前核查本项目专户余额和人工费拨付，防止资金被抽调。"
  en: "Check this project's account and funding early; money may be drawn away to the others."
evidence:
  - {name: other_projects, unit: count, label: {zh: "其他预警项目", en: "other projects"}}
  - {name: other_counties, unit: count, label: {zh: "涉及外县", en: "in other counties"}}
  - {name: other_fen, unit: fen, label: {zh: "其他项目涉及金额", en: "amount of those warnings"}}
  - {name: contractor, unit: text, label: {zh: "总包单位", en: "general contractor"}}
  - {name: projects, unit: text, label: {zh: "项目", en: "projects"}}
*/
-- Of several warnings about one project the largest amount counts: they may be about the same wages.
WITH red AS
(
    SELECT
        projects.contractor_uscc AS contractor_uscc,
        projects.project_id AS project_id,
        any(projects.county) AS county,
        min(warnings.since) AS red_since,
        max(warnings.amount_fen) AS highest_fen
    FROM warnings
    INNER JOIN projects ON projects.project_id = warnings.scope_id
    WHERE warnings.scope = 'project' AND warnings.detector_group = 'payment' AND warnings.level = 'red' AND projects.contractor_uscc != ''
    GROUP BY projects.contractor_uscc, projects.project_id
)
SELECT
    this.project_id AS scope_id,
    any(this.township) AS township,
    if(other_projects >= {red_projects:UInt16} OR other_counties > 0, 'red', 'yellow') AS level,
    min(red.red_since) AS since,
    any(on_site.workers) AS workers,
    other_fen AS amount_fen,
    least(other_projects / 5, 1) AS score,
    count() AS other_projects,
    uniqExactIf(red.county, red.county != this.county) AS other_counties,
    sum(red.highest_fen) AS other_fen,
    any(this.contractor_uscc) AS contractor,
    arraySlice(arraySort(groupArray(red.project_id)), 1, 20) AS projects
FROM projects AS this
INNER JOIN red ON red.contractor_uscc = this.contractor_uscc
LEFT JOIN on_site ON on_site.project_id = this.project_id
WHERE this.active AND red.project_id != this.project_id
GROUP BY this.project_id
