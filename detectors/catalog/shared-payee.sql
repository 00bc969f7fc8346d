/*
id: shared-payee
title: {zh: "多人工资进同一账户", en: "Wages of several into one account"}
question: {zh: "是否有多名工人的工资进入同一账户（不论在哪个项目或单位）？", en: "Do several workers' wages go to one account, anywhere?"}
group: payment
scope: [project, employer]
department: sector
basis: [Reg. 31, Reg. 54]
params:
  lookback_days: {type: UInt16, unit: days, text: {zh: "回溯天数", en: "days looked back"}}
  red_workers: {type: UInt16, unit: workers, text: {zh: "红色预警人数", en: "workers of one account for red"}}
  red_subjects: {type: UInt16, unit: count, text: {zh: "红色预警涉及的项目或单位数", en: "projects or employers of one account for red"}}
levels:
  yellow: {zh: "2人共用一个收款账户", en: "two workers share an account"}
  red: {zh: "3人及以上共用一个收款账户，或共用者分属两个项目或单位", en: "three or more share an account, or those of two projects or employers do"}
advice:
  zh: "查是否包工头代领或扣押工资卡；工资须直接支付到本人账户。"
  en: "Look for a labour boss who collects wages or holds cards; wages go to each worker's own account."
evidence:
  - {name: month, unit: month, label: {zh: "工资月", en: "wage month"}}
  - {name: sharing_workers, unit: workers, label: {zh: "同一账户最多人数", en: "most workers on one account"}}
  - {name: shared_accounts, unit: count, label: {zh: "共用账户数", en: "shared accounts"}}
  - {name: subjects, unit: count, label: {zh: "同一账户最多涉及的项目和单位数", en: "most projects and employers on one account"}}
  - {name: others, unit: text, label: {zh: "其他项目和单位", en: "other projects and employers"}}
  - {name: paid_fen, unit: fen, label: {zh: "本项目（单位）付入金额", en: "paid into them from here"}}
  - {name: records, unit: records, label: {zh: "工资单记录", en: "pay slips"}}
*/
-- Accounts are looked for among all subjects, and each subject that pays into one is warned of it. First come accounts that
-- ever had two workers in the time looked back, which are few; what they share is told by wage month.
WITH
    suspects AS
    (
        SELECT payee_key
        FROM slips
        WHERE paid_fen > 0
            AND payee_key != toFixedString('', 16)
            AND due_by <= {as_of:Date} AND due_by >= {as_of:Date} - {lookback_days:UInt16}
        GROUP BY payee_key
        HAVING min(reinterpretAsUInt128(worker_key)) != max(reinterpretAsUInt128(worker_key))
    ),
    paid AS
    (
        SELECT
            scope,
            scope_id,
            wage_month,
            payee_key,
            worker_key,
            paid_fen,
            paid_on,
            id
        FROM slips
        WHERE paid_fen > 0
            AND payee_key IN (SELECT payee_key FROM suspects)
            AND due_by <= {as_of:Date} AND due_by >= {as_of:Date} - {lookback_days:UInt16}
    ),
    accounts AS
    (
        SELECT
            wage_month,
            payee_key,
            uniqExact(worker_key) AS sharers,
            arraySort(groupUniqArray((toString(scope), scope_id))) AS payers
        FROM paid
        GROUP BY wage_month, payee_key
        HAVING sharers > 1
    )
SELECT
    paid.scope AS scope,
    paid.scope_id AS scope_id,
    any(payers.township) AS township,
    if(sharing_workers >= {red_workers:UInt16} OR subjects >= {red_subjects:UInt16}, 'red', 'yellow') AS level,
    ifNull(min(paid.paid_on), paid.wage_month) AS since,
    uniqExact(paid.worker_key) AS workers,
    paid_fen AS amount_fen,
    least(sharing_workers / 20, 1) AS score,
    paid.wage_month AS month,
    max(accounts.sharers) AS sharing_workers,
    uniqExact(paid.payee_key) AS shared_accounts,
    max(length(accounts.payers)) AS subjects,
    arraySlice(arrayFilter(other -> other != paid.scope_id, arraySort(arrayDistinct(arrayFlatten(groupUniqArray(accounts.payers.2))))), 1, 20) AS others,
    sum(paid.paid_fen) AS paid_fen,
    arraySlice(arraySort(groupArray(paid.id)), 1, 20) AS records
FROM paid
INNER JOIN accounts ON accounts.wage_month = paid.wage_month AND accounts.payee_key = paid.payee_key
INNER JOIN payers ON payers.scope = paid.scope AND payers.scope_id = paid.scope_id
GROUP BY paid.scope, paid.scope_id, paid.wage_month
ORDER BY level = 'red' DESC, sharing_workers DESC, month ASC
LIMIT 1 BY scope, scope_id
