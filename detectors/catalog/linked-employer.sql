/*
id: linked-employer
title: {zh: "总包单位他处欠薪", en: "General contractor in arrears elsewhere"}
question: {zh: "施工总承包单位目前是否在其他项目上欠薪（欠付满30天，或责令支付逾期未履行）？", en: "Does the general contractor owe wages on other projects now (owed 30 days or more, or an unmet order)?"}
group: foresight
after: handling
scope: [project]
estimated: true
department: sector
basis: [Reg. 30, Reg. 38]
params:
  owed_days: {type: UInt16, unit: days, text: {zh: "欠付天数", en: "days owed"}}
  red_projects: {type: UInt16, unit: count, text: {zh: "红色预警项目数", en: "other projects for red"}}
levels:
  yellow: {zh: "另有一个项目", en: "one other project"}
  red: {zh: "另有两个及以上项目，或涉及外县", en: "two or more, or one in another county"}
advice:
  zh: "提前核查本项目专户余额和人工费拨付，防止资金被抽调。这只是提示：多数关联项目照常发薪，先查“欠薪风险预测”也预警的项目。"
  en: "Check this project's account and funding early; money may be drawn away to the others. This is a hint: most linked sites go on paying, so first look at those that arrears-risk warns of too."
evidence:
  - {name: other_projects, unit: count, label: {zh: "其他欠薪项目", en: "other projects"}}
  - {name: other_counties, unit: count, label: {zh: "涉及外县", en: "in other counties"}}
  - {name: other_fen, unit: fen, label: {zh: "其他项目欠付金额", en: "owed on them"}}
  - {name: estimated_fen, unit: fen, label: {zh: "其中估算", en: "of it estimated"}}
  - {name: other_workers, unit: workers, label: {zh: "其他项目欠付人数", en: "workers owed on them"}}
  - {name: unmet_orders, unit: count, label: {zh: "其中责令支付逾期未履行的项目", en: "of these with an unmet order"}}
  - {name: oldest_due_by, unit: date, label: {zh: "最早应付日", en: "owed since"}}
  - {name: contractor, unit: text, label: {zh: "总包单位", en: "general contractor"}}
  - {name: projects, unit: text, label: {zh: "项目", en: "projects"}}
*/
-- What stands on a project's own lists and gate counts, of whatever age and whoever was the employer: the general contractor pays
-- first (Reg. 30). Of an order the amount is what order-unmet finds still unpaid, unless more is known to be owed.
WITH
    owing AS
    (
        SELECT
            scope_id AS project_id,
            sum(owed.owed_fen) AS fen,
            sumIf(owed.owed_fen, estimate != '') AS estimated_fen,
            uniqExact(worker_key) AS workers,
            toNullable(min(due_by)) AS oldest_due_by,
            min(due_by) + {owed_days:UInt16} AS owing_since,
            0 AS ordered
        FROM owed
        WHERE scope = 'project' AND due_by + {owed_days:UInt16} <= {as_of:Date}
        GROUP BY project_id
        UNION ALL
        SELECT
            scope_id,
            amount_fen,
            0,
            warnings.workers,
            NULL,
            since,
            1
        FROM warnings
        WHERE detector = 'order-unmet' AND scope = 'project'
    ),
    debts AS
    (
        SELECT
            projects.contractor_uscc AS contractor_uscc,
            projects.project_id AS project_id,
            any(projects.county) AS county,
            max(owing.fen) AS fen,
            argMax(owing.estimated_fen, (owing.fen, owing.ordered)) AS estimated_fen,
            max(owing.workers) AS workers,
            min(owing.oldest_due_by) AS oldest_due_by,
            min(owing.owing_since) AS owing_since,
            max(owing.ordered) AS ordered
        FROM owing
        INNER JOIN projects ON projects.project_id = owing.project_id
        WHERE projects.contractor_uscc != ''
        GROUP BY projects.contractor_uscc, projects.project_id
    )
SELECT
    this.project_id AS scope_id,
    any(this.township) AS township,
    if(other_projects >= {red_projects:UInt16} OR other_counties > 0, 'red', 'yellow') AS level,
    min(debts.owing_since) AS since,
    any(on_site.workers) AS workers,
    other_fen AS amount_fen,
    least(other_projects / 5, 1) AS score,
    count() AS other_projects,
    uniqExactIf(debts.county, debts.county != this.county) AS other_counties,
    sum(debts.fen) AS other_fen,
    sum(debts.estimated_fen) AS estimated_fen,
    sum(debts.workers) AS other_workers,
    sum(debts.ordered) AS unmet_orders,
    min(debts.oldest_due_by) AS oldest_due_by,
    any(this.contractor_uscc) AS contractor,
    arraySlice(arraySort(groupArray(debts.project_id)), 1, 20) AS projects
FROM projects AS this
INNER JOIN debts ON debts.contractor_uscc = this.contractor_uscc
LEFT JOIN on_site ON on_site.project_id = this.project_id
WHERE this.active AND debts.project_id != this.project_id
GROUP BY this.project_id
