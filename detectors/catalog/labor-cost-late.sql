/*
id: labor-cost-late
title: {zh: "人工费用拨付不到位", en: "Labour cost funded late"}
question: {zh: "人工费用是否按月足额拨付到工资专户？", en: "Is labour cost funded every month?"}
group: safeguards
marks: underfunded
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
-- What comes before a funding day is carried to it, and what is missing stays missing until it is made up, also by money
-- of the as-of date, whose own funding day is not past yet. Of the time before the lookback only money in advance is
-- carried over: feeds may begin later than projects.
WITH
    cycles AS
    (
        SELECT
            project_id,
            maxIf(due_on, due_on < {as_of:Date}) AS last_due_on,
            arraySort(groupArray((due_on, if(due_on < {as_of:Date}, agreed_fen, toInt64(0)), funded_fen))) AS cycles
        FROM funding_cycles
        WHERE due_on < {as_of:Date} OR due_on = {as_of:Date} AND funded_fen > 0
        GROUP BY project_id
    ),
    judged AS
    (
        -- state: money in advance or, negative, missing; the first funding day with nothing since
        SELECT
            project_id,
            last_due_on,
            arrayFold
            (
                (state, cycle) ->
                (
                    multiIf
                    (
                        state.1 + cycle.3 - cycle.2 >= 0, state.1 + cycle.3 - cycle.2,
                        cycle.1 < {as_of:Date} - {lookback_days:UInt16}, toInt64(0),
                        cycle.2 - state.1 - cycle.3 <= {tolerance_share:Float64} * cycle.2, toInt64(0),
                        state.1 + cycle.3 - cycle.2
                    ),
                    multiIf
                    (
                        cycle.3 > 0 OR state.1 >= cycle.2 OR cycle.1 < {as_of:Date} - {lookback_days:UInt16}, toDate(0),
                        state.2 > toDate(0), state.2,
                        cycle.1
                    )
                ),
                cycles,
                (toInt64(0), toDate(0))
            ) AS state
        FROM cycles
    ),
    entries AS
    (
        SELECT
            project_id,
            max(booked_on) AS last_funded_on,
            arraySlice(arrayMap(entry -> entry.2, arrayReverseSort(groupArray((booked_on, id)))), 1, 20) AS records
        FROM account_entries
        WHERE kind = 'labor_cost_in' AND booked_on <= {as_of:Date}
        GROUP BY project_id
    )
SELECT
    projects.project_id AS scope_id,
    projects.township AS township,
    -- a whole cycle has passed when another funding day has
    if(judged.last_due_on > dry_since, 'red', 'yellow') AS level,
    ifNull(dry_since, judged.last_due_on) + 1 AS since,
    on_site.workers AS workers,
    short_fen AS amount_fen,
    least(short_fen / (3 * agreed_fen), 1) AS score,
    projects.labor_cost_fen AS agreed_fen,
    -judged.state.1 AS short_fen,
    judged.last_due_on AS last_due_on,
    nullIf(entries.last_funded_on, toDate(0)) AS last_funded_on,
    nullIf(judged.state.2, toDate(0)) AS dry_since,
    entries.records AS records
FROM judged
INNER JOIN projects ON projects.project_id = judged.project_id
LEFT JOIN entries ON entries.project_id = judged.project_id
LEFT JOIN on_site ON on_site.project_id = judged.project_id
WHERE projects.active AND short_fen > 0
