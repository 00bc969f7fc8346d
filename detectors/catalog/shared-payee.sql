/*
id: shared-payee
title: {zh: "多人工资进同一账户", en: "Wages of several into one account"}
question: {zh: "是否有多名工人的工资进入同一账户？", en: "Do several workers' wages go to one account?"}
group: payment
scope: [project, employer]
department: sector
basis: [Reg. 31, Reg. 54]
params:
  lookback_days: {type: UInt16, unit: days, text: {zh: "回溯天数", en: "days looked back"}}
  red_workers: {type: UInt16, unit: workers, text: {zh: "红色预警人数", en: "workers of one account for red"}}
levels:
  yellow: {zh: "2人共用一个收款账户", en: "two workers share an account"}
  red: {zh: "3人及以上共用一个收款账户", en: "three or more share an account"}
advice:
  zh: "查是否包工头代领或扣押工资卡；工资须直接支付到本人账户。"
  en: "Look for a labour boss who collects wages or holds cards; wages go to each worker's own account."
evidence:
  - {name: month, unit: month, label: {zh: "工资月", en: "wage month"}}
  - {name: sharing_workers, unit: workers, label: {zh: "同一账户最多人数", en: "most workers on one account"}}
  - {name: shared_accounts, unit: count, label: {zh: "共用账户数", en: "shared accounts"}}
  - {name: paid_fen, unit: fen, label: {zh: "涉及金额", en: "paid into them"}}
  - {name: records, unit: records, label: {zh: "工资单记录", en: "pay slips"}}
*/
WITH
    shared AS
    (
        SELECT scope_id, wage_month
        FROM pay_lists
        WHERE shared AND first_due_by <= {as_of:Date} AND last_due_by >= {as_of:Date} - {lookback_days:UInt16}
    ),
    accounts AS
    (
        SELECT
            scope,
            scope_id,
            wage_month,
            payee_key,
            groupUniqArray(worker_key) AS sharers,
            sum(paid_fen) AS account_fen,
            min(paid_on) AS first_paid_on,
            groupArray(id) AS records
        FROM slips
        WHERE paid_fen > 0
            AND payee_key != toFixedString('', 16)
            AND (scope_id, wage_month) IN (SELECT scope_id, wage_month FROM shared)
            AND due_by <= {as_of:Date} AND due_by >= {as_of:Date} - {lookback_days:UInt16}
        GROUP BY scope, scope_id, wage_month, payee_key
        HAVING length(sharers) > 1
    )
SELECT
    accounts.scope AS scope,
    accounts.scope_id AS scope_id,
    any(payers.township) AS township,
    if(sharing_workers >= {red_workers:UInt16}, 'red', 'yellow') AS level,
    ifNull(min(accounts.first_paid_on), accounts.wage_month) AS since,
    uniqExactArray(accounts.sharers) AS workers,
    paid_fen AS amount_fen,
    least(sharing_workers / 20, 1) AS score,
    accounts.wage_month AS month,
    max(length(accounts.sharers)) AS sharing_workers,
    count() AS shared_accounts,
    sum(accounts.account_fen) AS paid_fen,
    arraySlice(arraySort(arrayFlatten(groupArray(accounts.records))), 1, 20) AS records
FROM accounts
INNER JOIN payers ON payers.scope = accounts.scope AND payers.scope_id = accounts.scope_id
GROUP BY accounts.scope, accounts.scope_id, accounts.wage_month
ORDER BY sharing_workers DESC, month ASC
LIMIT 1 BY scope, scope_id
