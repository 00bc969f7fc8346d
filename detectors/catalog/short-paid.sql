/*
id: short-paid
title: {zh: "工资未足额支付", en: "Wages paid in part"}
question: {zh: "工资是否只付了一部分？", en: "Are wages paid in part?"}
group: payment
scope: [project, employer]
department: sector
basis: [Reg. 12, Reg. 16]
params:
  red_share: {type: Float64, unit: share, text: {zh: "红色支付比例", en: "paid share below which it is red"}}
levels:
  yellow: {zh: "过应付日，实付不足应付的100%", en: "past due and less than 100% paid"}
  red: {zh: "实付不足应付的80%", en: "less than 80% paid"}
advice:
  zh: 核对扣款依据与剩余支付计划；不得以工程量争议为由扣发（条例第35条）。
  en: Check the grounds of deductions and the plan for the rest; disputes about works are no ground (Reg. 35).
evidence:
  - {name: month, unit: month, label: {zh: "工资月", en: "wage month"}}
  - {name: payable_fen, unit: fen, label: {zh: "应付", en: "payable"}}
  - {name: paid_fen, unit: fen, label: {zh: "已付", en: "paid"}}
  - {name: paid_share, unit: share, label: {zh: "支付比例", en: "paid share"}}
  - {name: short_workers, unit: workers, label: {zh: "未足额人数", en: "workers not paid in full"}}
  - {name: due_by, unit: date, label: {zh: "应付日", en: "due by"}}
  - {name: months, unit: month, label: {zh: "部分支付的工资月", en: "wage months paid in part"}}
  - {name: age_30_fen, unit: fen, label: {zh: "其中逾期30天以内", en: "of these 30 days past due or less"}}
  - {name: age_90_fen, unit: fen, label: {zh: "逾期31至90天", en: "31 to 90 days past due"}}
  - {name: age_365_fen, unit: fen, label: {zh: "逾期91至365天", en: "91 to 365 days past due"}}
  - {name: age_over_fen, unit: fen, label: {zh: "逾期365天以上", en: "more than 365 days past due"}}
  - {name: records, unit: records, label: {zh: "工资单记录", en: "pay slips"}}
*/
-- By amount, each wage month by itself; a month of which nothing at all was paid is overdue, not paid in part. What was paid
-- through proceedings is paid; what was closed is neither payable nor paid.
WITH
    missing AS
    (
        SELECT
            scope,
            scope_id,
            wage_month,
            sum(owed.owed_fen) AS fen,
            uniqExact(worker_key) AS people,
            min(owed.due_by) AS first_due_by,
            sumIf(owed.owed_fen, owed.due_by >= {as_of:Date} - 30) AS fen_30,
            sumIf(owed.owed_fen, owed.due_by < {as_of:Date} - 30 AND owed.due_by >= {as_of:Date} - 90) AS fen_90,
            sumIf(owed.owed_fen, owed.due_by < {as_of:Date} - 90 AND owed.due_by >= {as_of:Date} - 365) AS fen_365,
            sumIf(owed.owed_fen, owed.due_by < {as_of:Date} - 365) AS fen_over,
            groupUniqArrayArray(owed.records) AS ids
        FROM owed
        WHERE kind = 'listed'
        GROUP BY scope, scope_id, wage_month
    ),
    lists AS
    (
        SELECT
            scope,
            scope_id,
            wage_month,
            sum(slips.payable_fen) AS fen
        FROM slips
        WHERE due_by < {as_of:Date} AND (scope_id, wage_month) IN (SELECT scope_id, wage_month FROM missing)
            AND (scope, scope_id, wage_month, worker_key) NOT IN (SELECT scope, scope_id, wage_month, worker_key FROM closed)
        GROUP BY scope, scope_id, wage_month
    )
SELECT
    missing.scope AS scope,
    missing.scope_id AS scope_id,
    payers.township AS township,
    if(paid_share < {red_share:Float64}, 'red', 'yellow') AS level,
    due_by + 1 AS since,
    short_workers AS workers,
    missing.fen AS amount_fen,
    1 - paid_share AS score,
    missing.wage_month AS month,
    lists.fen AS payable_fen,
    lists.fen - missing.fen AS paid_fen,
    paid_fen / payable_fen AS paid_share,
    missing.people AS short_workers,
    missing.first_due_by AS due_by,
    arraySort(groupArray(formatDateTime(missing.wage_month, '%Y-%m')) OVER (PARTITION BY missing.scope, missing.scope_id)) AS months,
    sum(missing.fen_30) OVER (PARTITION BY missing.scope, missing.scope_id) AS age_30_fen,
    sum(missing.fen_90) OVER (PARTITION BY missing.scope, missing.scope_id) AS age_90_fen,
    sum(missing.fen_365) OVER (PARTITION BY missing.scope, missing.scope_id) AS age_365_fen,
    sum(missing.fen_over) OVER (PARTITION BY missing.scope, missing.scope_id) AS age_over_fen,
    arraySlice(arraySort(missing.ids), 1, 20) AS records
FROM missing
INNER JOIN lists ON lists.scope = missing.scope AND lists.scope_id = missing.scope_id AND lists.wage_month = missing.wage_month
INNER JOIN payers ON payers.scope = missing.scope AND payers.scope_id = missing.scope_id
WHERE lists.fen > missing.fen
ORDER BY paid_share ASC, month ASC
LIMIT 1 BY scope, scope_id
