/*
id: complaint-late
title: {zh: "线索办理超期", en: "Lead handled late"}
question: {zh: "欠薪线索是否按时办理？", en: "Is a lead being handled in time?"}
group: handling
scope: [project, employer, township]
department: human_resources
basis: [Reg. 10, Labour Inspection Regulation 17, Inspection Implementing Provisions 18, Mediation and Arbitration Law 14, Mediation and Arbitration Law 43]
params:
  accept_workdays: {type: UInt16, unit: days, in_snapshot: true, text: {zh: "受理期限（工作日）", en: "working days to accept"}}
  resolve_workdays: {type: UInt16, unit: days, text: {zh: "立案后办结期限（工作日）", en: "working days to resolve after filing"}}
  extension_workdays: {type: UInt16, unit: days, in_snapshot: true, text: {zh: "经批准延长（工作日）", en: "more working days with an extension"}}
  mediation_days: {type: UInt16, unit: days, in_snapshot: true, text: {zh: "调解期限（日历日）", en: "calendar days of mediation"}}
  arbitration_days: {type: UInt16, unit: days, in_snapshot: true, text: {zh: "仲裁期限（日历日）", en: "calendar days of arbitration"}}
  arbitration_extension_days: {type: UInt16, unit: days, in_snapshot: true, text: {zh: "仲裁延期（日历日）", en: "more calendar days of arbitration with an extension"}}
levels:
  yellow: {zh: "收到后超过5个工作日仍未受理", en: "not accepted 5 working days after receipt"}
  red: {zh: "立案后超过60个工作日（经延期的90个）仍未办结，中止期间不计；在调解、仲裁中的按其期限（15日；45日，可延15日）", en: "unresolved 60 working days after filing (90 with an extension), suspended time left out; in mediation or arbitration past their own terms (15 days; 45, or 60 with an extension)"}
advice:
  zh: "查明卡在哪个部门、哪一步；需延期的应办理批准手续。"
  en: "Find out with whom and where it is stuck; an extension needs approval."
evidence:
  - {name: late_leads, unit: count, label: {zh: "超期线索", en: "late leads"}}
  - {name: oldest_received_on, unit: date, label: {zh: "最早收到日", en: "oldest received on"}}
  - {name: workdays_open, unit: days, label: {zh: "收到后最多工作日", en: "most working days since receipt"}}
  - {name: late_in, unit: text, codes: lead_term, label: {zh: "超期环节", en: "late in"}}
  - {name: days_over, unit: days, label: {zh: "最多超期天数", en: "most days past the term"}}
  - {name: lead_fen, unit: fen, label: {zh: "涉及金额", en: "amount"}}
  - {name: records, unit: records, label: {zh: "线索记录", en: "leads"}}
*/
-- By the terms in force where a lead was reported; snapshot/11_lead_clocks.sql says how they run.
SELECT
    scope,
    scope_id,
    argMin(lead_clocks.township, (received_on, id)) AS township,
    if(max(lead_clocks.late_in != 'acceptance'), 'red', 'yellow') AS level,
    min(over_on) AS since,
    sum(lead_clocks.workers) AS workers,
    lead_fen AS amount_fen,
    least(max(lead_clocks.workdays_open) / (2 * {resolve_workdays:UInt16}), 1) AS score,
    count() AS late_leads,
    min(received_on) AS oldest_received_on,
    max(lead_clocks.workdays_open) AS workdays_open,
    arraySort(groupUniqArray(toString(lead_clocks.late_in))) AS late_in,
    max(lead_clocks.days_over) AS days_over,
    sum(lead_clocks.amount_fen) AS lead_fen,
    arraySlice(arraySort(groupArray(id)), 1, 20) AS records
FROM lead_clocks
WHERE open AND lead_clocks.late_in != ''
GROUP BY scope, scope_id
