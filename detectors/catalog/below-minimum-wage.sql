/*
id: below-minimum-wage
title: {zh: "低于最低工资标准", en: "Below the minimum wage"}
question: {zh: "满勤月工资是否低于当地最低工资标准？", en: "Is a full month's pay below the local minimum?"}
group: payment
scope: [project]
department: human_resources
basis: [Reg. 12, local minimum wage]
params:
  lookback_days: {type: UInt16, unit: days, text: {zh: "回溯天数", en: "days looked back"}}
  full_month_days: {type: UInt16, unit: days, text: {zh: "满勤天数", en: "attended days of a full month"}}
  minimum_wage_fen: {type: Int64, unit: fen, text: {zh: "最低工资标准", en: "monthly minimum wage"}}
levels:
  yellow: {zh: "有满勤人员低于标准", en: "some full-month workers are below"}
  red: {zh: "满勤人员平均低于标准", en: "the mean over full-month workers is below"}
advice:
  zh: "核对考勤天数、计薪方式与工资单应发数；查是否拆分发放或漏报。"
  en: "Check days, wage basis and the pay list; look for split payments or omissions."
evidence:
  - {name: month, unit: month, label: {zh: "工资月", en: "wage month"}}
  - {name: below_workers, unit: workers, label: {zh: "低于标准人数", en: "workers below"}}
  - {name: full_month_workers, unit: workers, label: {zh: "满勤人数", en: "full-month workers"}}
  - {name: mean_fen, unit: fen, label: {zh: "平均应发", en: "mean pay"}}
  - {name: minimum_fen, unit: fen, label: {zh: "最低工资标准", en: "minimum wage"}}
  - {name: records, unit: records, label: {zh: "工资单记录", en: "pay slips"}}
*/
-- A month's pay below the minimum has a slip below it: months in which no full-month worker has one are left out first.
WITH
    suspects AS
    (
        SELECT
            project_id,
            wage_month,
            worker_key
        FROM slips
        WHERE scope = 'project' AND due_by <= {as_of:Date} AND due_by >= {as_of:Date} - {lookback_days:UInt16}
            AND payable_fen < {minimum_wage_fen:Int64}
    ),
    months AS
    (
        SELECT DISTINCT
            project_id,
            month
        FROM worker_months
        WHERE days >= {full_month_days:UInt16} AND (project_id, month, worker_key) IN (SELECT project_id, wage_month, worker_key FROM suspects)
    ),
    pay AS
    (
        SELECT
            slips.project_id AS project_id,
            slips.wage_month AS month,
            slips.worker_key AS worker_key,
            sum(slips.payable_fen) AS payable_fen,
            min(slips.due_by) AS first_due_by,
            min(slips.id) AS record
        FROM slips
        WHERE slips.scope = 'project' AND slips.due_by <= {as_of:Date} AND slips.due_by >= {as_of:Date} - {lookback_days:UInt16}
            AND (slips.project_id, slips.wage_month) IN (SELECT project_id, month FROM months)
        GROUP BY slips.project_id, slips.wage_month, slips.worker_key
    )
SELECT
    pay.project_id AS scope_id,
    any(payers.township) AS township,
    if(sum(pay.payable_fen) < {minimum_wage_fen:Int64} * full_month_workers, 'red', 'yellow') AS level,
    min(pay.first_due_by) AS since,
    below_workers AS workers,
    sumIf({minimum_wage_fen:Int64} - pay.payable_fen, pay.payable_fen < {minimum_wage_fen:Int64}) AS amount_fen,
    below_workers / full_month_workers AS score,
    pay.month AS month,
    countIf(pay.payable_fen < {minimum_wage_fen:Int64}) AS below_workers,
    count() AS full_month_workers,
    toInt64(round(avg(pay.payable_fen))) AS mean_fen,
    {minimum_wage_fen:Int64} AS minimum_fen,
    arraySlice(arraySort(groupArrayIf(pay.record, pay.payable_fen < {minimum_wage_fen:Int64})), 1, 20) AS records
FROM worker_months AS work
INNER JOIN pay ON pay.project_id = work.project_id AND pay.month = work.month AND pay.worker_key = work.worker_key
INNER JOIN payers ON payers.scope = 'project' AND payers.scope_id = pay.project_id
WHERE work.days >= {full_month_days:UInt16}
GROUP BY pay.project_id, pay.month
HAVING below_workers > 0
ORDER BY level = 'red' DESC, below_workers DESC, month ASC
LIMIT 1 BY scope_id
