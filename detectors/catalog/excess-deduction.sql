/*
id: excess-deduction
title: {zh: "违规扣减工资", en: "Too much deducted"}
question: {zh: "除代扣税费和社保外，工资扣减是否超过法定上限？", en: "Is more taken off than the law allows, beyond tax and insurance?"}
group: payment
scope: [project, employer]
department: human_resources
basis: [Interim Wage Payment Provisions 15, Interim Wage Payment Provisions 16]
params:
  lookback_days: {type: UInt16, unit: days, text: {zh: "回溯天数", en: "days looked back"}}
  allowed_share: {type: Float64, unit: share, text: {zh: "税费和社保以外的扣减上限", en: "share of the gross that may be taken off beyond tax and insurance"}}
  unsplit_share: {type: Float64, unit: share, text: {zh: "未列明税费和社保时的扣减上限", en: "share of the gross where tax and insurance are not told apart"}}
  red_share: {type: Float64, unit: share, text: {zh: "红色预警扣减比例", en: "share of the gross for red"}}
  red_workers_share: {type: Float64, unit: share, text: {zh: "红色预警人数比例", en: "share of workers for red"}}
  red_workers: {type: UInt32, unit: workers, text: {zh: "红色预警最少人数", en: "least workers for red"}}
levels:
  yellow: {zh: "有人除税费和社保外被扣超过20%；未列明的，被扣超过40%", en: "more than 20% beyond tax and insurance for some; more than 40% for some where these are not told apart"}
  red: {zh: "除税费和社保外有人被扣超过50%，或超过10%的人（且至少2人）被扣超过20%", en: "beyond tax and insurance more than 50% for some, or more than 20% for more than 10% of the workers (and at least 2)"}
advice:
  zh: 逐人核对扣减项目、劳动合同约定和损失依据；赔偿扣减每月不得超过当月工资的20%，扣后不得低于最低工资。
  en: Go through every deduction with contract and proof of damage; for damage at most 20% of the month's wage may be taken off, never below the minimum wage.
evidence:
  - {name: month, unit: month, label: {zh: "工资月", en: "wage month"}}
  - {name: deducted_workers, unit: workers, label: {zh: "超限扣减人数", en: "workers with too much taken off"}}
  - {name: listed_workers, unit: workers, label: {zh: "在表人数", en: "workers on the list"}}
  - {name: highest_share, unit: share, label: {zh: "最高扣减比例", en: "highest share"}}
  - {name: unsplit_workers, unit: workers, label: {zh: "其中未列明税费和社保的", en: "of these, tax and insurance not told apart"}}
  - {name: excess_fen, unit: fen, label: {zh: "超限金额", en: "beyond what is allowed"}}
  - {name: deducted_fen, unit: fen, label: {zh: "扣减金额", en: "taken off in all"}}
  - {name: records, unit: records, label: {zh: "工资单记录", en: "pay slips"}}
*/
-- A worker's slips of a month are taken together. Where every slip with a deduction says what of it is tax or insurance, the
-- rest is held against the legal limit; where one does not, all of it is, against a limit that leaves room for both.
WITH
    suspects AS
    (
        SELECT
            scope_id,
            wage_month,
            worker_key
        FROM slips
        WHERE due_by <= {as_of:Date} AND due_by >= {as_of:Date} - {lookback_days:UInt16}
            AND deducted_fen > least({allowed_share:Float64}, {unsplit_share:Float64}) * gross_fen
    ),
    workers AS
    (
        SELECT
            slips.scope AS scope,
            slips.scope_id AS scope_id,
            slips.wage_month AS wage_month,
            slips.worker_key AS worker_key,
            sum(slips.gross_fen) AS gross_fen,
            sum(slips.deducted_fen) AS taken_fen,
            countIf(slips.deducted_fen > 0 AND slips.tax_fen IS NULL AND slips.insurance_fen IS NULL) = 0 AS split,
            taken_fen - if(split, sum(ifNull(slips.tax_fen, 0) + ifNull(slips.insurance_fen, 0)), 0) AS counted_fen,
            if(split, {allowed_share:Float64}, {unsplit_share:Float64}) AS allowed,
            counted_fen / gross_fen AS share,
            min(slips.due_by) AS first_due_by,
            groupArrayIf(slips.id, slips.deducted_fen > 0) AS ids
        FROM slips
        WHERE (slips.scope_id, slips.wage_month, slips.worker_key) IN (SELECT scope_id, wage_month, worker_key FROM suspects)
            AND slips.due_by <= {as_of:Date} AND slips.due_by >= {as_of:Date} - {lookback_days:UInt16}
        GROUP BY scope, scope_id, wage_month, worker_key
        HAVING counted_fen > allowed * gross_fen
    )
SELECT
    workers.scope AS scope,
    workers.scope_id AS scope_id,
    any(payers.township) AS township,
    if
    (
        maxIf(workers.share, workers.split) > {red_share:Float64}
            OR countIf(workers.split) > {red_workers_share:Float64} * listed_workers AND countIf(workers.split) >= {red_workers:UInt32},
        'red',
        'yellow'
    ) AS level,
    min(workers.first_due_by) AS since,
    deducted_workers AS workers,
    excess_fen AS amount_fen,
    least(highest_share, 1) AS score,
    workers.wage_month AS month,
    count() AS deducted_workers,
    any(pay_lists.workers) AS listed_workers,
    max(workers.share) AS highest_share,
    countIf(NOT workers.split) AS unsplit_workers,
    sum(workers.counted_fen - toInt64(floor(workers.allowed * workers.gross_fen))) AS excess_fen,
    sum(workers.taken_fen) AS deducted_fen,
    arraySlice(arraySort(arrayFlatten(groupArray(workers.ids))), 1, 20) AS records
FROM workers
INNER JOIN pay_lists ON pay_lists.scope = workers.scope AND pay_lists.scope_id = workers.scope_id AND pay_lists.wage_month = workers.wage_month
INNER JOIN payers ON payers.scope = workers.scope AND payers.scope_id = workers.scope_id
GROUP BY workers.scope, workers.scope_id, workers.wage_month
ORDER BY level = 'red' DESC, deducted_workers DESC, month ASC
LIMIT 1 BY scope, scope_id
