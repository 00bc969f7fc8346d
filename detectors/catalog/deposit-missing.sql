/*
id: deposit-missing
title: {zh: "工资保证金未足额存储", en: "Wage deposit missing"}
question: {zh: "工资保证金是否按时、足额、有效？", en: "Is the wage deposit lodged, enough and valid?"}
group: safeguards
marks: undeposited
scope: [project]
department: sector
basis: [Reg. 32, MOHRSS 2021 No. 65]
params:
  deposit_share: {type: Float64, unit: share, text: {zh: "保证金比例", en: "share of the contract price"}}
  several_share: {type: Float64, unit: share, text: {zh: "一份保证金覆盖多个项目时的最低比例", en: "least share of the contract prices where one deposit stands for several projects"}}
  deposit_workdays: {type: UInt16, unit: days, text: {zh: "存储期限（许可后工作日）", en: "working days after the permit"}}
  signing_workdays: {type: UInt16, unit: days, text: {zh: "不需施工许可的，签约后工作日", en: "working days after signing, where no permit is needed"}}
  ending_days: {type: UInt16, unit: days, text: {zh: "到期预警天数", en: "days before the guarantee ends"}}
levels:
  yellow: {zh: "低于规定比例（或决定核定的数额），或保函30天内到期", en: "below the required share or the amount decided on, or the guarantee ends within 30 days"}
  red: {zh: "取得施工许可（不需许可的，签订合同）超过20个工作日仍未存储，或保函已过期", en: "more than 20 working days after the permit (after signing, where none is needed) and none, or expired"}
advice:
  zh: "核对保证金存单或保函原件及有效期；属地可依规减免的须有批准文件。"
  en: "Check the deposit receipt or guarantee and its term; a reduction needs a written approval."
evidence:
  - {name: form, unit: text, codes: deposit_form, label: {zh: "形式", en: "form"}}
  - {name: lodged_fen, unit: fen, label: {zh: "已存储", en: "lodged"}}
  - {name: required_fen, unit: fen, label: {zh: "应存储", en: "required"}}
  - {name: covered_by, unit: text, label: {zh: "由该项目的保证金覆盖", en: "covered by the deposit of"}}
  - {name: covers, unit: count, label: {zh: "该保证金覆盖的在建项目数", en: "projects under way that it stands for"}}
  - {name: permit_on, unit: date, label: {zh: "施工许可日", en: "permit on"}}
  - {name: counted_from, unit: date, label: {zh: "起算日（许可日，不需许可的为签约日）", en: "term counts from (the permit, else the signing)"}}
  - {name: workdays_since, unit: days, label: {zh: "起算后工作日", en: "working days since"}}
  - {name: valid_until, unit: date, label: {zh: "保函有效期至", en: "valid until"}}
*/
-- A deposit stands for its own project and for those that it covers; of several that stand for a project the best counts. What a
-- decision set is required, else the share of the contract price; where one deposit stands for several projects under way,
-- the least share of all their prices. A project that has started without a permit needs none, and its term counts from signing.
WITH
    deposits AS
    (
        SELECT
            project_id AS holder,
            toString(deposit_form) AS form,
            deposit_fen AS lodged_fen,
            deposit_required_fen AS decided_fen,
            assumeNotNull(deposit_lodged_on) AS lodged_on,
            deposit_valid_until AS valid_until,
            arrayDistinct(arrayPushFront(deposit_covers, project_id)) AS covered
        FROM projects
        WHERE deposit_form != '' AND ifNull(deposit_lodged_on <= {as_of:Date}, false) AND (deposit_fen > 0 OR deposit_form = 'waived')
    ),
    -- in millionths, rounded up: a product of floats may come out a fen too high
    required AS
    (
        SELECT
            deposits.holder AS holder,
            count() AS covers,
            ifNull
            (
                any(deposits.decided_fen),
                toInt64(intDiv
                (
                    sum(toInt128(projects.contract_fen)) * toInt64(round(if(covers > 1, {several_share:Float64}, {deposit_share:Float64}) * 1000000)) + 999999,
                    1000000
                ))
            ) AS required_fen
        FROM (SELECT holder, decided_fen, arrayJoin(covered) AS project_id FROM deposits) AS deposits
        INNER JOIN projects ON projects.project_id = deposits.project_id
        WHERE projects.active
        GROUP BY deposits.holder
    ),
    standing AS
    (
        SELECT
            deposits.project_id AS project_id,
            multiIf
            (
                deposits.form = 'waived', 0,
                ifNull(deposits.valid_until < {as_of:Date}, false), 2,
                deposits.lodged_fen < required.required_fen OR ifNull(deposits.valid_until <= {as_of:Date} + {ending_days:UInt16}, false), 1,
                0
            ) AS severity,
            deposits.holder AS holder,
            deposits.form AS form,
            deposits.lodged_fen AS lodged_fen,
            deposits.lodged_on AS lodged_on,
            deposits.valid_until AS valid_until,
            required.required_fen AS required_fen,
            required.covers AS covers
        FROM (SELECT holder, form, lodged_fen, lodged_on, valid_until, arrayJoin(covered) AS project_id FROM deposits) AS deposits
        INNER JOIN required ON required.holder = deposits.holder
        ORDER BY severity ASC, deposits.holder != deposits.project_id ASC, deposits.holder ASC
        LIMIT 1 BY project_id
    ),
    judged AS
    (
        SELECT
            projects.project_id AS project_id,
            projects.township AS township,
            projects.permit_on AS permit_on,
            standing.project_id != '' AS lodged,
            standing.severity AS severity,
            standing.holder AS holder,
            standing.form AS form,
            standing.lodged_fen AS lodged_fen,
            standing.lodged_on AS lodged_on,
            standing.valid_until AS valid_until,
            standing.covers AS covers,
            if
            (
                lodged,
                standing.required_fen,
                ifNull(projects.deposit_required_fen, toInt64(intDiv(toInt128(projects.contract_fen) * toInt64(round({deposit_share:Float64} * 1000000)) + 999999, 1000000)))
            ) AS required_fen,
            multiIf
            (
                projects.permit_on IS NOT NULL, projects.permit_on,
                projects.status IN ('building', 'suspended') OR ifNull(projects.started_on <= {as_of:Date}, false), toNullable(projects.contract_signed_on),
                NULL
            ) AS counted_from,
            if(projects.permit_on IS NULL, {signing_workdays:UInt16}, {deposit_workdays:UInt16}) AS term
        FROM projects
        LEFT JOIN standing ON standing.project_id = projects.project_id
        WHERE projects.active AND projects.deposit_form != 'waived' AND (NOT lodged OR severity > 0)
    ),
    terms AS
    (
        SELECT
            judged.*,
            counted.workday_number AS counted_number,
            -- a day older than the calendar at hand is long past the term
            if(counted_number > 0, toInt64(today.workday_number) - toInt64(counted_number), dateDiff('day', judged.counted_from, {as_of:Date})) AS workdays_since
        FROM judged
        LEFT JOIN calendar AS counted ON counted.day = ifNull(judged.counted_from, toDate(0))
        LEFT JOIN calendar AS today ON today.day = {as_of:Date}
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
    terms.project_id AS scope_id,
    township,
    if(NOT lodged OR severity = 2, 'red', 'yellow') AS level,
    multiIf
    (
        NOT lodged, if(workdays.day > toDate(0), workdays.day, ifNull(counted_from, {as_of:Date})),
        severity = 2, assumeNotNull(valid_until) + 1,
        lodged_fen < required_fen, lodged_on,
        assumeNotNull(valid_until) - {ending_days:UInt16}
    ) AS since,
    on_site.workers AS workers,
    greatest(required_fen - lodged_fen, 0) AS amount_fen,
    if(level = 'red', 1, 0.5) AS score,
    nullIf(form, '') AS form,
    lodged_fen,
    required_fen,
    if(lodged AND holder != terms.project_id, holder, NULL) AS covered_by,
    if(covers > 1, covers, NULL) AS covers,
    permit_on,
    counted_from,
    workdays_since,
    valid_until
FROM terms
LEFT JOIN on_site ON on_site.project_id = terms.project_id
LEFT JOIN workdays ON terms.counted_number > 0 AND workdays.number = terms.counted_number + terms.term + 1
WHERE lodged OR required_fen > 0 AND ifNull(workdays_since > term, false)
