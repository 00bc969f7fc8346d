/*
id: labor-cost-late
title: {zh: "人工费用拨付不到位", en: "Labour cost funded late"}
question: {zh: "人工费用是否按月足额拨付到工资专户？", en: "Is labour cost funded every month?"}
group: safeguards
scope: [project]
department: sector
basis: [Reg. 24, Reg. 27, Reg. 29]
params:
  lookback_days: {type: UInt16, unit: days, text: {zh: "回溯天数", en: "days looked back"}}
  tolerance_share: {type: Float64, unit: share, text: {zh: "允许短缺比例", en: "shortfall tolerated"}}
levels:
  yellow: {zh: "过拨付日，本期拨付短缺超过约定额10%", en: "past the funding day the cycle's funding is short by more than 10%"}
  red: {zh: "应拨付日后一个周期以上分文未拨", en: "nothing for more than one cycle after the due funding"}
advice:
  zh: 向建设单位核实本期人工费用拨付凭证；查工程款支付担保与合同约定的拨付日。
  en: Ask the developer for this cycle's transfer receipt; check the payment guarantee and the agreed funding day.
evidence:
  - {name: agreed_fen, unit: fen, label: {zh: "每期约定人工费用", en: "agreed labour cost per cycle"}}
  - {name: short_fen, unit: fen, label: {zh: "累计短缺", en: "still short"}}
  - {name: last_due_on, unit: date, label: {zh: "最近应拨付日", en: "last funding day"}}
  - {name: last_funded_on, unit: date, label: {zh: "最近到账日", en: "last funded on"}}
  - {name: dry_since, unit: date, label: {zh: "自该拨付日起分文未拨", en: "nothing since the funding day"}}
  - {name: records, unit: records, label: {zh: "到账记录", en: "funding entries"}}
*/
-- A cycle runs from one funding day to the next, the first being the funding day on or after the start of work. What
-- comes before a funding day is carried to it, and what is missing stays missing until it is made up. Of the time before
-- the lookback only money in advance is carried over: feeds may begin later than projects.
WITH
    funding AS
    (
        SELECT
            project_id,
            arraySort(groupArray((booked_on, amount_fen))) AS entries,
            max(booked_on) AS last_funded_on,
            arrayReverseSort(groupArray((booked_on, id))) AS newest
        FROM account_entries
        WHERE kind = 'labor_cost_in' AND booked_on <= {as_of:Date}
        GROUP BY project_id
    ),
    due AS
    (
        SELECT
            project_id,
            township,
            labor_cost_fen AS agreed_fen,
            assumeNotNull(if(started_on IS NULL AND status = 'building', ifNull(permit_on, contract_signed_on), started_on)) AS started,
            arrayFilter
            (
                day -> day >= started AND day < {as_of:Date},
                arrayMap
                (
                    m -> least(addMonths(toStartOfMonth(started), m) + labor_cost_day - 1, toLastDayOfMonth(addMonths(toStartOfMonth(started), m))),
                    range(dateDiff('month', started, {as_of:Date}) + 1)
                )
            ) AS due_days
        FROM projects
        WHERE active AND labor_cost_fen > 0 AND if(started_on IS NULL AND status = 'building', ifNull(permit_on, contract_signed_on), started_on) < {as_of:Date}
    ),
    cycles AS
    (
        SELECT
            project_id,
            township,
            agreed_fen,
            due_days,
            last_funded_on,
            arraySlice(arrayMap(n -> n.2, newest), 1, 20) AS records,
            arrayMap
            (
                (day, next) -> arraySum(arrayMap(e -> if(e.1 >= day AND e.1 < next, e.2, 0), entries)),
                due_days,
                arrayShiftLeft(due_days, 1, {as_of:Date} + 1)
            ) AS funded,
            arraySum(arrayMap(e -> if(e.1 < due_days[1], e.2, 0), entries)) AS in_advance
        FROM due
        LEFT JOIN funding USING (project_id)
        WHERE notEmpty(due_days)
    ),
    judged AS
    (
        SELECT
            project_id,
            township,
            agreed_fen,
            last_funded_on,
            records,
            due_days,
            -- carried: money in advance, or, negative, money missing; dry_since: first funding day with nothing since
            arrayFold
            (
                (state, day, amount) ->
                (
                    multiIf
                    (
                        state.1 + amount - agreed_fen >= 0, state.1 + amount - agreed_fen,
                        day < {as_of:Date} - {lookback_days:UInt16}, toInt64(0),
                        agreed_fen - state.1 - amount <= {tolerance_share:Float64} * agreed_fen, toInt64(0),
                        state.1 + amount - agreed_fen
                    ),
                    multiIf
                    (
                        amount > 0 OR state.1 >= agreed_fen OR day < {as_of:Date} - {lookback_days:UInt16}, toDate(0),
                        state.2 > toDate(0), state.2,
                        day
                    )
                ),
                due_days,
                funded,
                (toInt64(in_advance), toDate(0))
            ) AS state,
            state.1 AS carried_fen,
            state.2 AS dry_since
        FROM cycles
    )
SELECT
    project_id AS scope_id,
    township,
    if(dry_since > toDate(0) AND {as_of:Date} > addMonths(dry_since, 1), 'red', 'yellow') AS level,
    if(dry_since > toDate(0), dry_since, due_days[-1]) + 1 AS since,
    on_site.workers AS workers,
    -carried_fen AS amount_fen,
    least(-carried_fen / (3 * agreed_fen), 1) AS score,
    agreed_fen,
    -carried_fen AS short_fen,
    due_days[-1] AS last_due_on,
    nullIf(last_funded_on, toDate(0)) AS last_funded_on,
    nullIf(dry_since, toDate(0)) AS dry_since,
    records
FROM judged
LEFT JOIN on_site USING (project_id)
WHERE carried_fen < 0
