/*
id: repeat-arrears
title: {zh: "反复拖欠", en: "Arrears again and again"}
question: {zh: "近六个工资月是否多次拖欠？", en: "Were there arrears in several of the last six wage months?"}
group: payment
scope: [project, employer]
department: sector
basis: [Reg. 12, Reg. 32, Reg. 47]
params:
  months_back: {type: UInt8, unit: months, text: {zh: "观察工资月数", en: "wage months looked at"}}
  grace_detectors_days: {type: UInt16, unit: days, text: {zh: "宽限天数", en: "days of grace"}}
  yellow_months: {type: UInt8, unit: months, text: {zh: "黄色预警月数", en: "months for yellow"}}
  red_months: {type: UInt8, unit: months, text: {zh: "红色预警月数", en: "months for red"}}
levels:
  yellow: {zh: "两个工资月拖欠", en: "arrears in two wage months"}
  red: {zh: "三个及以上工资月拖欠", en: "arrears in three or more"}
advice:
  zh: "列入重点监管，核查资金来源与支付能力；可提高工资保证金比例（条例第32条）。"
  en: "Supervise closely; look into funding and ability to pay; the deposit may be raised (Reg. 32)."
evidence:
  - {name: months, unit: month, label: {zh: "拖欠工资月", en: "wage months in arrears"}}
  - {name: months_in_arrears, unit: months, label: {zh: "拖欠月数", en: "months in arrears"}}
  - {name: late_fen, unit: fen, label: {zh: "逾期金额", en: "not paid in time"}}
  - {name: estimated_fen, unit: fen, label: {zh: "其中无工资单（估算）", en: "of it without a pay slip (estimated)"}}
  - {name: late_workers, unit: workers, label: {zh: "涉及人数", en: "workers"}}
  - {name: owed_fen, unit: fen, label: {zh: "其中至今仍欠", en: "of it still owed"}}
  - {name: age_30_fen, unit: fen, label: {zh: "仍欠：逾期30天以内", en: "still owed: 30 days past due or less"}}
  - {name: age_90_fen, unit: fen, label: {zh: "仍欠：逾期31至90天", en: "still owed: 31 to 90 days past due"}}
  - {name: age_365_fen, unit: fen, label: {zh: "仍欠：逾期91至365天", en: "still owed: 91 to 365 days past due"}}
  - {name: records, unit: records, label: {zh: "工资单记录", en: "pay slips"}}
*/
-- Arrears of a month: money that was not paid by the end of grace, whether or not it was paid since, and work that no list names;
-- what was closed is none. A payment without a date is not known to be late.
WITH
    addMonths(toStartOfMonth({as_of:Date}), -{months_back:UInt8}) AS first_month,
    late AS
    (
        SELECT
            slips.scope AS scope,
            slips.scope_id AS scope_id,
            slips.wage_month AS wage_month,
            slips.worker_key AS worker_key,
            slips.id AS id,
            slips.due_by AS due_by,
            slips.payable_fen - least
            (
                slips.payable_fen,
                slips.money_fen,
                if(slips.paid_on IS NULL, slips.money_fen, arrayMax(p -> if(p.1 <= slips.due_by + {grace_detectors_days:UInt16}, p.2, 0), arrayPushBack(slips.payments, (toDate(0), toInt64(0)))))
            ) AS missed_fen,
            0 AS estimated_fen
        FROM slips
        WHERE slips.due_by + {grace_detectors_days:UInt16} <= {as_of:Date}
            AND slips.wage_month >= first_month
            AND (slips.unpaid_fen > 0 OR slips.paid_on > slips.due_by + {grace_detectors_days:UInt16})
            AND (slips.scope_id, slips.wage_month) IN
            (
                SELECT scope_id, wage_month
                FROM pay_lists
                WHERE wage_month >= first_month AND (unpaid_fen > 0 OR arrayExists(p -> p.1 > first_due_by + {grace_detectors_days:UInt16}, paid))
            )
            AND missed_fen > 0
        UNION ALL
        SELECT
            scope,
            scope_id,
            wage_month,
            worker_key,
            '',
            due_by,
            unsettled.owed_fen,
            unsettled.owed_fen
        FROM unsettled
        WHERE kind = 'unlisted' AND wage_month >= first_month AND due_by + {grace_detectors_days:UInt16} <= {as_of:Date}
    ),
    owing AS
    (
        SELECT
            scope,
            scope_id,
            sum(owed.owed_fen) AS fen,
            sumIf(owed.owed_fen, owed.due_by >= {as_of:Date} - 30) AS fen_30,
            sumIf(owed.owed_fen, owed.due_by < {as_of:Date} - 30 AND owed.due_by >= {as_of:Date} - 90) AS fen_90
        FROM owed
        WHERE kind IN ('listed', 'unlisted') AND wage_month >= first_month AND due_by + {grace_detectors_days:UInt16} <= {as_of:Date}
        GROUP BY scope, scope_id
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
    sum(late.estimated_fen) AS estimated_fen,
    uniqExact(late.worker_key) AS late_workers,
    any(owing.fen) AS owed_fen,
    any(owing.fen_30) AS age_30_fen,
    any(owing.fen_90) AS age_90_fen,
    owed_fen - age_30_fen - age_90_fen AS age_365_fen,
    arraySlice(arraySort(groupArrayIf(late.id, late.id != '')), 1, 20) AS records
FROM late
INNER JOIN payers ON payers.scope = late.scope AND payers.scope_id = late.scope_id
LEFT JOIN owing ON owing.scope = late.scope AND owing.scope_id = late.scope_id
WHERE (late.scope, late.scope_id, late.wage_month, late.worker_key) NOT IN (SELECT scope, scope_id, wage_month, worker_key FROM closed)
GROUP BY late.scope, late.scope_id
HAVING months_in_arrears >= {yellow_months:UInt8}
