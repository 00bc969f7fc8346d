/*
id: ghost-payees
title: {zh: "领薪人员查无登记和考勤", en: "Paid but never there"}
question: {zh: "领取工资的人员是否既无登记又无考勤？", en: "Are people paid who neither registered nor attended?"}
group: payment
scope: [project]
department: sector
basis: [Reg. 28, Reg. 31]
params:
  lookback_days: {type: UInt16, unit: days, text: {zh: "回溯天数", en: "days looked back"}}
  yellow_share: {type: Float64, unit: share, text: {zh: "黄色预警比例", en: "share of paid workers for yellow"}}
  red_share: {type: Float64, unit: share, text: {zh: "红色预警比例", en: "share of paid workers for red"}}
levels:
  yellow: {zh: "超过领薪人数的5%", en: "more than 5% of paid workers"}
  red: {zh: "超过领薪人数的20%", en: "more than 20% of paid workers"}
advice:
  zh: "核对领薪人员身份与现场用工，查是否虚列人员套取工资款。"
  en: "Check who these payees are; look for invented names that draw wage money."
evidence:
  - {name: month, unit: month, label: {zh: "工资月", en: "wage month"}}
  - {name: ghost_workers, unit: workers, label: {zh: "查无人数", en: "payees never seen"}}
  - {name: paid_workers, unit: workers, label: {zh: "领薪人数", en: "paid workers"}}
  - {name: ghost_share, unit: share, label: {zh: "占比", en: "share"}}
  - {name: ghost_fen, unit: fen, label: {zh: "涉及金额", en: "paid to them"}}
  - {name: records, unit: records, label: {zh: "工资单记录", en: "pay slips"}}
*/
-- Who was seen at work or registered at any time is no ghost.
WITH
    suspects AS
    (
        SELECT
            project_id,
            month,
            worker_key,
            paid_fen,
            paid_on,
            id
        FROM unseen
        WHERE paid_fen > 0 AND due_by <= {as_of:Date} AND due_by >= {as_of:Date} - {lookback_days:UInt16}
    ),
    ghosts AS
    (
        SELECT
            project_id,
            month AS wage_month,
            worker_key,
            sum(paid_fen) AS fen,
            min(paid_on) AS first_paid_on,
            min(id) AS record
        FROM suspects
        WHERE (project_id, worker_key) NOT IN (SELECT project_id, worker_key FROM registered WHERE worker_key IN (SELECT worker_key FROM suspects))
            AND (project_id, worker_key) NOT IN (SELECT project_id, worker_key FROM worker_months WHERE worker_key IN (SELECT worker_key FROM suspects))
        GROUP BY project_id, wage_month, worker_key
    ),
    crews AS
    (
        SELECT
            project_id,
            wage_month,
            uniqExact(worker_key) AS workers
        FROM slips
        WHERE scope = 'project' AND paid_fen > 0
            AND due_by <= {as_of:Date} AND due_by >= {as_of:Date} - {lookback_days:UInt16}
            AND (scope_id, wage_month) IN (SELECT project_id, wage_month FROM ghosts)
        GROUP BY project_id, wage_month
    )
SELECT
    ghosts.project_id AS scope_id,
    any(payers.township) AS township,
    if(ghost_share > {red_share:Float64}, 'red', 'yellow') AS level,
    ifNull(min(ghosts.first_paid_on), ghosts.wage_month) AS since,
    ghost_workers AS workers,
    ghost_fen AS amount_fen,
    ghost_share AS score,
    ghosts.wage_month AS month,
    count() AS ghost_workers,
    any(crews.workers) AS paid_workers,
    ghost_workers / paid_workers AS ghost_share,
    sum(ghosts.fen) AS ghost_fen,
    arraySlice(arraySort(groupArray(ghosts.record)), 1, 20) AS records
FROM ghosts
INNER JOIN crews ON crews.project_id = ghosts.project_id AND crews.wage_month = ghosts.wage_month
INNER JOIN payers ON payers.scope = 'project' AND payers.scope_id = ghosts.project_id
GROUP BY ghosts.project_id, ghosts.wage_month
HAVING ghost_share > {yellow_share:Float64}
ORDER BY ghost_share DESC, month ASC
LIMIT 1 BY scope_id
