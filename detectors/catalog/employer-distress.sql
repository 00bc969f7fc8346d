/*
id: employer-distress
title: {zh: "用人单位经营异常", en: "Employer in distress"}
question: {zh: "与自身以往和上年同期相比，用人单位多项经营指标是否同时恶化？", en: "Do operating signals of an employer worsen together, against its own past and season?"}
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
  festive_days: {type: UInt8, unit: days, text: {zh: "春节前后落在该月的天数（满此数即为节庆月）", en: "days around the Spring Festival that make a month festive"}}
  spring_festivals: {type: Array(String), unit: date, text: {zh: "各年春节（正月初一）", en: "first days of the Spring Festivals"}}
  festival_days_before: {type: UInt16, unit: days, text: {zh: "春节前不计的天数", en: "days before the Spring Festival that do not count"}}
  festival_days: {type: UInt16, unit: days, text: {zh: "春节前后不计的天数合计", en: "days around the Spring Festival that do not count, in all"}}
  yellow_signals: {type: UInt8, unit: count, text: {zh: "黄色信号数", en: "adverse signals for yellow"}}
  red_signals: {type: UInt8, unit: count, text: {zh: "红色信号数", en: "adverse signals for red"}}
levels:
  yellow: {zh: "两项指标恶化", en: "two adverse signals"}
  red: {zh: "三项及以上指标恶化", en: "three or more adverse signals"}
advice:
  zh: "实地走访，核查用工规模、工资支付与资产状况，提前约谈。经营信号只说明单位本身；其各项目的欠薪可能性看“欠薪风险预测”。"
  en: "Visit the employer; look at headcount, wages and assets; talk to them early. Signals speak of the firm; how likely its sites are to owe wages is for arrears-risk to say."
evidence:
  - {name: adverse_signals, unit: count, label: {zh: "恶化指标数", en: "adverse signals"}}
  - {name: adverse, unit: text, codes: adverse_signal, label: {zh: "恶化指标", en: "which"}}
  - {name: months, unit: month, label: {zh: "月份", en: "months"}}
  - {name: against_last_year, unit: text, codes: adverse_signal, label: {zh: "已与上年同期比较的指标", en: "compared with last year's season"}}
  - {name: records, unit: records, label: {zh: "信号记录", en: "signals"}}
*/
-- Power, water and gas are one signal: the plant runs or does not. A fall is against the mean of the three months before, as far
-- as last year's season does not explain it: where the same month a year ago stood below the three before it, so much less is
-- expected now. In a month of the Spring Festival last year's festival is what is compared, wherever it lay; without a last
-- year such a month is not judged. What is owed or overdue is adverse unless it is less than it was in the three months before.
WITH
    (
        SELECT groupArray(month)
        FROM
        (
            SELECT toStartOfMonth(toDate(festival) - {festival_days_before:UInt16} + day) AS month
            FROM (SELECT arrayJoin({spring_festivals:Array(String)}) AS festival)
            ARRAY JOIN range({festival_days:UInt16}) AS day
            GROUP BY month
            HAVING count() >= {festive_days:UInt8}
        )
    ) AS festive_months,
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
            latest.last_month AS last_month,
            any(latest.value) AS value,
            any(latest.id) AS id,
            avgIf(signals.value, signals.month < latest.last_month AND signals.month >= addMonths(latest.last_month, -3)) AS mean_before,
            maxIf(signals.value, signals.month > addMonths(latest.last_month, -{recent_months:UInt8}) AND signals.month <= latest.last_month) AS highest,
            has(festive_months, latest.last_month) AS festive,
            avgIf(signals.value, signals.month < addMonths(latest.last_month, -12) AND signals.month >= addMonths(latest.last_month, -15)) AS mean_last_year,
            minIf
            (
                signals.value,
                signals.month = addMonths(latest.last_month, -12)
                    OR festive AND has(festive_months, signals.month) AND signals.month < addMonths(latest.last_month, -9)
            ) AS season_last_year,
            countIf(signals.month = addMonths(latest.last_month, -12)) > 0 AND mean_last_year > 0 AS seasonal,
            mean_before * if(seasonal, least(1, season_last_year / mean_last_year), 1) AS expected,
            festive AND NOT seasonal AS unjudged
        FROM signals
        INNER JOIN latest ON signals.employer_uscc = latest.employer_uscc AND signals.indicator = latest.indicator
        WHERE signals.month > addMonths(toStartOfMonth({as_of:Date}), -{recent_months:UInt8} - 15)
        GROUP BY latest.employer_uscc, latest.indicator, latest.last_month
    ),
    found AS
    (
        SELECT
            employer_uscc,
            last_month,
            id,
            indicator,
            seasonal,
            multiIf
            (
                indicator IN ('electricity_kwh', 'water_m3', 'gas_m3') AND expected > 0 AND NOT unjudged AND value <= (1 - {utility_share:Float64}) * expected, 'utilities',
                indicator = 'insured_headcount' AND expected > 0 AND NOT unjudged AND value <= (1 - {headcount_share:Float64}) * expected, 'insured_headcount',
                greatest(value, highest * (indicator IN ('enforcement_yuan', 'legal_person_changes'))) < mean_before, '',
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
    arraySort(groupUniqArrayIf(toString(found.kind), found.seasonal AND found.kind IN ('utilities', 'insured_headcount'))) AS against_last_year,
    arraySlice(arraySort(groupArray(found.id)), 1, 20) AS records
FROM found
LEFT JOIN employers ON employers.employer_uscc = found.employer_uscc
LEFT JOIN subjects ON subjects.scope = 'employer' AND subjects.scope_id = found.employer_uscc
WHERE employers.status NOT IN ('dissolved', 'revoked')
GROUP BY found.employer_uscc
HAVING adverse_signals >= {yellow_signals:UInt8}
