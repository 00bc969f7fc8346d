/*
id: complaint-cluster
title: {zh: "欠薪线索聚集", en: "Leads gather"}
question: {zh: "30天内线索是否集中于同一对象？", en: "Do leads gather on one subject within 30 days?"}
group: foresight
scope: [project, employer, township]
department: human_resources
basis: [Reg. 4, Reg. 10]
params:
  window_days: {type: UInt16, unit: days, text: {zh: "观察天数", en: "days looked at"}}
  yellow_leads: {type: UInt16, unit: count, text: {zh: "黄色线索数", en: "leads for yellow"}}
  yellow_workers: {type: UInt32, unit: workers, text: {zh: "黄色人数", en: "workers for yellow"}}
  red_leads: {type: UInt16, unit: count, text: {zh: "红色线索数", en: "leads for red"}}
  red_workers: {type: UInt32, unit: workers, text: {zh: "红色人数", en: "workers for red"}}
  void_conclusions: {type: Array(String), unit: text, text: {zh: "不计的办理结论", en: "conclusions that do not count"}}
levels:
  yellow: {zh: "3件线索或涉及10人", en: "3 leads or 10 workers"}
  red: {zh: "5件线索或涉及30人，或发生群体性、极端事件", en: "5 leads or 30 workers, or a group or extreme incident"}
advice:
  zh: "合并办理，实地摸排涉及人数和金额，防止升级。"
  en: "Handle them together; find out on site how many and how much; keep it from growing."
evidence:
  - {name: leads, unit: count, label: {zh: "线索数", en: "leads"}}
  - {name: lead_workers, unit: workers, label: {zh: "涉及人数", en: "workers"}}
  - {name: lead_fen, unit: fen, label: {zh: "涉及金额", en: "amount"}}
  - {name: incidents, unit: count, label: {zh: "群体性或极端事件", en: "group or extreme incidents"}}
  - {name: unverified, unit: count, label: {zh: "不予受理或撤回但未核实", en: "rejected or withdrawn and not verified"}}
  - {name: first_on, unit: date, label: {zh: "首件日期", en: "first received on"}}
  - {name: records, unit: records, label: {zh: "线索记录", en: "leads"}}
*/
-- A lead counts unless it was found to be none: one that was rejected or withdrawn without a conclusion is not verified, and to
-- have leads withdrawn is no way to be rid of them. A lead that was reopened has no conclusion while it is open.
SELECT
    lead.scope AS scope,
    lead.scope_id AS scope_id,
    argMax(lead.township, (lead.received_on, lead.id, lead.source)) AS township,
    if(leads >= {red_leads:UInt16} OR lead_workers >= {red_workers:UInt32} OR incidents > 0, 'red', 'yellow') AS level,
    first_on AS since,
    lead_workers AS workers,
    lead_fen AS amount_fen,
    least(greatest(leads / 10, lead_workers / 60), 1) AS score,
    count() AS leads,
    sum(lead.workers) AS lead_workers,
    sum(lead.amount_fen) AS lead_fen,
    countIf(lead.incident IN ('group', 'extreme')) AS incidents,
    countIf(lead.status IN ('rejected', 'withdrawn') AND lead.conclusion = '') AS unverified,
    min(lead.received_on) AS first_on,
    arraySlice(arraySort(groupArray(lead.id)), 1, 20) AS records
FROM leads AS lead
WHERE lead.received_on > {as_of:Date} - {window_days:UInt16} AND lead.received_on <= {as_of:Date}
    AND (NOT has({void_conclusions:Array(String)}, lead.conclusion) OR lead.open AND lead.reopened_on IS NOT NULL)
GROUP BY lead.scope, lead.scope_id
HAVING leads >= {yellow_leads:UInt16} OR lead_workers >= {yellow_workers:UInt32} OR incidents > 0
