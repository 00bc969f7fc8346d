/*
id: repeat-arrears
title: {zh: "反复拖欠", en: "Arrears again and again"}
question: {zh: "近六个工资月是否多次拖欠？", en: "Were there arrears in several of the last six wage months?"}
group: payment
scope: [project, employer]
department: sector
basis: [Reg. 12, MOHRSS 2016 No. 1]
params:
  months_back: {type: UInt8, unit: months, text: {zh: "观察工资月数", en: "wage months looked at"}}
  grace_days: {type: UInt16, unit: days, text: {zh: "宽限天数", en: "days of grace"}}
  yellow_months: {type: UInt8, unit: months, text: {zh: "黄色预警月数", en: "months for yellow"}}
  red_months: {type: UInt8, unit: months, text: {zh: "红色预警月数", en: "months for red"}}
levels:
  yellow: {zh: "两个工资月拖欠", en: "arrears in two wage months"}
  red: {zh: "三个及以上工资月拖欠", en: "arrears in three or more"}
advice:
  zh: "列入重点监管，核查资金来源与支付能力；可提高工资保证金比例。"
  en: "Supervise closely; look into funding and ability to pay; the deposit may be raised."
evidence:
  - {name: months, unit: month, label: {zh: "拖欠工资月", en: "wage months in arrears"}}
  - {name: months_in_arrears, unit: months, label: {zh: "拖欠月数", en: "months in arrears"}}
  - {name: late_fen, unit: fen, label: {zh: "逾期金额", en: "not paid in time"}}
  - {name: late_workers, unit: workers, label: {zh: "涉及人数", en: "workers"}}
  - {name: records, unit: records, label: {zh: "工资单记录", en: "pay slips"}}
*/
-- Arrears of a month: money that was not paid by the end of grace, whether or not it was paid since.
WITH late AS
(
    SELECT
        slips.scope AS scope,
        slips.scope_id AS scope_id,
        slips.wage_month AS wage_month,
        slips.worker_key AS worker_key,
        slips.id AS id,
        slips.due_by AS due_by,
        slips.payable_fen - least(slips.payable_fen, slips.paid_fen, arrayMax(p -> if(p.1 <= slips.due_by + {grace_days:UInt16}, p.2, 0), arrayPushBack(slips.payments, (toDate(0), toInt64(0))))) AS missed_fen
    FROM slips
    WHERE slips.due_by + {grace_days:UInt16} <= {as_of:Date}
        AND slips.wage_month >= addMonths(toStartOfMonth({as_of:Date}), -{months_back:UInt8})
        AND (slips.unpaid_fen > 0 OR ifNull(slips.paid_on > slips.due_by + {grace_days:UInt16}, true))
)
SELECT
    late.scope AS scope,
    late.scope_id AS scope_id,
    any(payers.township) AS township,
    if(months_in_arrears >= {red_months:UInt8}, 'red', 'yellow') AS level,
    min(late.due_by) + 1 AS since,
    late_workers AS workers,
    late_fen AS amount_fen,
    months_in_arrears / {months_back:UInt8} AS score,
    arraySort(groupUniqArray(formatDateTime(late.wage_month, '%Y-%m'))) AS months,
    length(months) AS months_in_arrears,
    sum(late.missed_fen) AS late_fen,
    uniqExact(late.worker_key) AS late_workers,
    arraySlice(arraySort(groupArray(late.id)), 1, 20) AS records
FROM late
INNER JOIN payers ON payers.scope = late.scope AND payers.scope_id = late.scope_id
WHERE late.missed_fen > 0
GROUP BY late.scope, late.scope_id
HAVING months_in_arrears >= {yellow_months:UInt8}
