/*
id: deposit-missing
title: {zh: "工资保证金未足额存储", en: "Wage deposit missing"}
question: {zh: "工资保证金是否按时、足额、有效？", en: "Is the wage deposit lodged, enough and valid?"}
group: safeguards
scope: [project]
department: sector
basis: [Reg. 32, MOHRSS 2021 No. 65]
params:
  deposit_share: {type: Float64, unit: share, text: {zh: "保证金比例", en: "share of the contract price"}}
  deposit_workdays: {type: UInt16, unit: days, text: {zh: "存储期限（工作日）", en: "working days after the permit"}}
  ending_days: {type: UInt16, unit: days, text: {zh: "到期预警天数", en: "days before the guarantee ends"}}
levels:
  yellow: {zh: "低于规定比例，或保函30天内到期", en: "below the required share, or the guarantee ends within 30 days"}
  red: {zh: "取得施工许可超过20个工作日仍未存储，或保函已过期", en: "more than 20 working days after the permit and none, or expired"}
advice:
  zh: "核对保证金存单或保函原件及有效期；属地可依规减免的须有批准文件。"
  en: "Check the deposit receipt or guarantee and its term; a reduction needs a written approval."
evidence:
  - {name: form, unit: text, codes: deposit_form, label: {zh: "形式", en: "form"}}
  - {name: lodged_fen, unit: fen, label: {zh: "已存储", en: "lodged"}}
  - {name: required_fen, unit: fen, label: {zh: "应存储", en: "required"}}
  - {name: permit_on, unit: date, label: {zh: "施工许可日", en: "permit on"}}
  - {name: workdays_since_permit, unit: days, label: {zh: "许可后工作日", en: "working days since the permit"}}
  - {name: valid_until, unit: date, label: {zh: "保函有效期至", en: "valid until"}}
*/
WITH judged AS
(
    SELECT
        project_id,
        township,
        permit_on,
        if(ifNull(deposit_lodged_on <= {as_of:Date}, false), toString(deposit_form), '') AS lodged_form,
        if(lodged_form = '', toInt64(0), deposit_fen) AS lodged_fen,
        -- in millionths, rounded up: a product of floats may come out a fen too high
        toInt64(intDiv(toInt128(contract_fen) * toInt64(round({deposit_share:Float64} * 1000000)) + 999999, 1000000)) AS required_fen,
        if(lodged_form = '', NULL, deposit_valid_until) AS valid_until,
        if(lodged_form = '', NULL, deposit_lodged_on) AS lodged_on,
        permit.workday_number AS permit_number,
        -- a permit older than the calendar at hand is long past the term
        if(permit.workday_number > 0, toInt64(today.workday_number) - toInt64(permit.workday_number), dateDiff('day', permit_on, {as_of:Date})) AS workdays_since_permit
    FROM projects
    LEFT JOIN calendar AS permit ON permit.day = ifNull(projects.permit_on, toDate(0))
    LEFT JOIN calendar AS today ON today.day = {as_of:Date}
    WHERE active AND deposit_form != 'waived'
),
-- the first working day with each number
workdays AS
(
    SELECT
        workday_number AS number,
        min(day) AS day
    FROM calendar
    WHERE workday
    GROUP BY number
)
SELECT
    judged.project_id AS scope_id,
    township,
    if(lodged_form = '' OR ifNull(valid_until < {as_of:Date}, false), 'red', 'yellow') AS level,
    multiIf
    (
        lodged_form = '', if(workdays.day > toDate(0), workdays.day, ifNull(permit_on, {as_of:Date})),
        ifNull(valid_until < {as_of:Date}, false), assumeNotNull(valid_until) + 1,
        lodged_fen < required_fen, ifNull(lodged_on, {as_of:Date}),
        assumeNotNull(valid_until) - {ending_days:UInt16}
    ) AS since,
    on_site.workers AS workers,
    greatest(required_fen - lodged_fen, 0) AS amount_fen,
    if(level = 'red', 1, 0.5) AS score,
    nullIf(lodged_form, '') AS form,
    lodged_fen,
    required_fen,
    permit_on,
    workdays_since_permit,
    valid_until
FROM judged
LEFT JOIN on_site ON on_site.project_id = judged.project_id
LEFT JOIN workdays ON judged.permit_number > 0 AND workdays.number = judged.permit_number + {deposit_workdays:UInt16} + 1
WHERE lodged_form = '' AND ifNull(workdays_since_permit > {deposit_workdays:UInt16}, false)
    OR lodged_form != '' AND (lodged_fen < required_fen OR ifNull(valid_until <= {as_of:Date} + {ending_days:UInt16}, false))
