/*
id: employer-distress
title: {zh: "用人单位经营异常", en: "Employer in distress"}
question: {zh: "用人单位多项经营指标是否同时恶化？", en: "Do operating signals of an employer worsen together?"}
group: foresight
scope: [employer]
department: human_resources
basis: [Reg. 38]
params:
  recent_months: {type: UInt8, unit: months, text: {zh: "信号有效月数", en: "months a signal counts"}}
  utility_share: {type: Float64, unit: share, text: {zh: "水电气降幅", en: "fall of power, water or gas"}}
  insurance_months: {type: Float64, unit: months, text: {zh: "欠缴社保月数", en: "months of social insurance owed"}}
  loan_days: {type: Float64, unit: days, text: {zh: "贷款逾期天数", en: "days a loan is overdue"}}
  property_days: {type: Float64, unit: days, text: {zh: "物业费逾期天数", en: "days a property fee is overdue"}}
  headcount_share: {type: Float64, unit: share, text: {zh: "参保人数降幅", en: "fall of insured headcount"}}
  yellow_signals: {type: UInt8, unit: count, text: {zh: "黄色信号数", en: "adverse signals for yellow"}}
  red_signals: {type: UInt8, unit: count, text: {zh: "红色信号数", en: "adverse signals for red"}}
levels:
  yellow: {zh: "两项指标恶化", en: "two adverse signals"}
  red: {zh: "三项及以上指标恶化", en: "three or more adverse signals"}
advice:
  zh: "实地走访，核查用工规模、工资支付与资产状况，提前约谈。"
  en: "Visit the employer; look at headcount, wages and assets; talk to them early."
evidence:
  - {name: adverse_signals, unit: count, label: {zh: "恶化指标数", en: "adverse signals"}}
  - {name: adverse, unit: text, label: {zh: "恶化指标", en: "which"}}
  - {name: months, unit: text, label: {zh: "月份", en: "months"}}
  - {name: records, unit: records, label: {zh: "信号记录", en: "signals"}}
*/
-- Power, water and gas are one signal: the plant runs or does not. Falls are against the mean of the three months before.
WITH
    latest AS
    (
        SELECT
            employer_uscc,
            indicator,
            max(month) AS last_month,
            argMax(value, month) AS value,
            argMax(id, month) AS id
        FROM signals
        WHERE month <= {as_of:Date} AND month > addMonths(toStartOfMonth({as_of:Date}), -{recent_months:UInt8})
        GROUP BY employer_uscc, indicator
    ),
    judged AS
    (
        SELECT
            latest.employer_uscc AS employer_uscc,
            latest.indicator AS indicator,
            any(latest.last_month) AS last_month,
            any(latest.value) AS value,
            any(latest.id) AS id,
            avgIf(signals.value, signals.month < latest.last_month AND signals.month >= addMonths(latest.last_month, -3)) AS mean_before,
            maxIf(signals.value, signals.month > addMonths(latest.last_month, -{recent_months:UInt8}) AND signals.month <= latest.last_month) AS highest
        FROM signals
        INNER JOIN latest ON signals.employer_uscc = latest.employer_uscc AND signals.indicator = latest.indicator
        WHERE signals.month > addMonths(toStartOfMonth({as_of:Date}), -2 * {recent_months:UInt8} - 3)
        GROUP BY latest.employer_uscc, latest.indicator
    ),
    found AS
    (
        SELECT
            employer_uscc,
            last_month,
            id,
            multiIf
            (
                indicator IN ('electricity_kwh', 'water_m3', 'gas_m3') AND mean_before > 0 AND value <= (1 - {utility_share:Float64}) * mean_before, 'utilities',
                indicator = 'insured_headcount' AND mean_before > 0 AND value <= (1 - {headcount_share:Float64}) * mean_before, 'insured_headcount',
                indicator = 'social_insurance_arrears_months' AND value >= {insurance_months:Float64}, 'social_insurance',
                indicator = 'tax_arrears_yuan' AND value > 0, 'tax',
                indicator = 'loan_overdue_days' AND value > {loan_days:Float64}, 'loan',
                indicator = 'property_fee_overdue_days' AND value > {property_days:Float64}, 'property_fee',
                indicator = 'enforcement_yuan' AND highest > 0, 'enforcement',
                indicator = 'legal_person_changes' AND highest > 0, 'legal_person',
                ''
            ) AS kind
        FROM judged
        WHERE kind != ''
    )
SELECT
    found.employer_uscc AS scope_id,
    any(subjects.township) AS township,
    if(adverse_signals >= {red_signals:UInt8}, 'red', 'yellow') AS level,
    max(found.last_month) AS since,
    any(ifNull(employers.headcount, 0)) AS workers,
    0 AS amount_fen,
    adverse_signals / 8 AS score,
    length(adverse) AS adverse_signals,
    arraySort(groupUniqArray(found.kind)) AS adverse,
    arraySort(groupUniqArray(formatDateTime(found.last_month, '%Y-%m'))) AS months,
    arraySlice(arraySort(groupArray(found.id)), 1, 20) AS records
FROM found
LEFT JOIN employers ON employers.employer_uscc = found.employer_uscc
LEFT JOIN subjects ON subjects.scope = 'employer' AND subjects.scope_id = found.employer_uscc
WHERE employers.status NOT IN ('dissolved', 'revoked')
GROUP BY found.employer_uscc
HAVING adverse_signals >= {yellow_signals:UInt8}
