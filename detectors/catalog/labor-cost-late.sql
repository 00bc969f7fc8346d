/*
id: labor-cost-late
title: {zh: "人工费用拨付不到位", en: "Labour cost funded late"}
question: {zh: "人工费用是否按月足额拨付到工资专户（以专户数据正常为前提）？", en: "Is labour cost funded every month, where the account's feed is alive?"}
group: safeguards
marks: underfunded
scope: [project]
department: sector
basis: [Reg. 24, Reg. 27, Reg. 29]
params:
  lookback_days: {type: UInt16, unit: days, text: {zh: "回溯天数", en: "days looked back"}}
  grace_days: {type: UInt16, unit: days, text: {zh: "拨付日后宽限天数", en: "days allowed after the funding day"}}
  tolerance_share: {type: Float64, unit: share, text: {zh: "允许短缺比例", en: "shortfall tolerated"}}
levels:
  yellow: {zh: "拨付日后10天，本期拨付短缺超过约定额10%，且累计到账少于累计约定", en: "10 days after the funding day the cycle's funding is short by more than 10%, and less came in than was agreed so far"}
  red: {zh: "应拨付日后一个周期以上分文未拨", en: "nothing for more than one cycle after the due funding"}
advice:
  zh: "向建设单位核实本期人工费用拨付凭证；查工程款支付担保与合同约定的拨付日。这是应整改的违规，多数随后补拨；哪些项目会欠薪，看“欠薪风险预测”。"
  en: "Ask the developer for this cycle's transfer receipt; check the payment guarantee and the agreed funding day. This is a breach to be mended, and mostly it is; which sites will owe wages is for arrears-risk to say."
evidence:
  - {name: agreed_fen, unit: fen, label: {zh: "每期约定人工费用", en: "agreed labour cost per cycle"}}
  - {name: short_fen, unit: fen, label: {zh: "累计短缺", en: "still short"}}
  - {name: short_since, unit: date, label: {zh: "自该拨付日起短缺", en: "short since the funding day"}}
  - {name: last_due_on, unit: date, label: {zh: "最近应拨付日", en: "last funding day"}}
  - {name: last_funded_on, unit: date, label: {zh: "最近到账日", en: "last funded on"}}
  - {name: dry_since, unit: date, label: {zh: "自该拨付日起分文未拨", en: "nothing since the funding day"}}
  - {name: records, unit: records, label: {zh: "到账记录", en: "funding entries"}}
*/
-- What comes before a funding day is carried to it, and what is missing stays missing until it is made up, whenever that comes.
-- So a developer who pays a quarter in advance owes nothing, nor does one who always pays some days late. Of the time before
-- the lookback, and before the ledger was first heard of, only money in advance is carried over. While a project is suspended,
-- a cycle in which nobody worked asks for no labour cost. Where the account's feed is silent nothing is known of funding, and
-- feed-missing speaks.
WITH
    watched AS
    (
        SELECT
            projects.project_id AS project_id,
            projects.township AS township,
            projects.labor_cost_fen AS labor_cost_fen,
            -- the cycle in which the ledger was first heard of is the first to be asked for
            greatest({as_of:Date} - {lookback_days:UInt16}, addMonths(assumeNotNull(feeds.ledger_first), -1) + 1) AS asked_from,
            -- the last day on which a suspended project had people at work, where its gate says so
            if(projects.status = 'suspended', ifNull(feeds.gate_last, {as_of:Date}), {as_of:Date}) AS last_work
        FROM projects
        INNER JOIN feeds ON feeds.project_id = projects.project_id
        WHERE projects.active AND feeds.ledger_alive
    ),
    cycles AS
    (
        SELECT
            watched.project_id AS project_id,
            any(watched.township) AS township,
            any(watched.labor_cost_fen) AS labor_cost_fen,
            any(watched.asked_from) AS asked_from,
            maxIf(funding_cycles.due_on, funding_cycles.due_on < {as_of:Date} AND addMonths(funding_cycles.due_on, -1) < watched.last_work) AS last_due_on,
            arraySort
            (
                groupArray
                ((
                    funding_cycles.due_on,
                    multiIf
                    (
                        addMonths(funding_cycles.due_on, -1) >= watched.last_work, toInt64(0),
                        funding_cycles.due_on + {grace_days:UInt16} <= {as_of:Date}, funding_cycles.agreed_fen,
                        -- money of a cycle is that cycle's first, and makes up for others with what is left
                        least(funding_cycles.agreed_fen, funding_cycles.funded_fen)
                    ),
                    funding_cycles.funded_fen
                ))
            ) AS cycles
        FROM funding_cycles
        INNER JOIN watched ON watched.project_id = funding_cycles.project_id
        WHERE funding_cycles.due_on <= {as_of:Date}
        GROUP BY project_id
    ),
    judged AS
    (
        -- state: money in advance or, negative, missing; the first funding day with nothing since; the first of which some is missing
        SELECT
            project_id,
            township,
            labor_cost_fen,
            last_due_on,
            arrayFold
            (
                (state, cycle) ->
                (
                    multiIf
                    (
                        state.1 + cycle.3 - cycle.2 >= 0, state.1 + cycle.3 - cycle.2,
                        cycle.1 < asked_from, toInt64(0),
                        cycle.2 - state.1 - cycle.3 <= {tolerance_share:Float64} * cycle.2, toInt64(0),
                        state.1 + cycle.3 - cycle.2
                    ),
                    multiIf
                    (
                        cycle.3 > 0 OR state.1 >= labor_cost_fen OR cycle.1 < asked_from, toDate(0),
                        state.2 > toDate(0), state.2,
                        cycle.1
                    ),
                    multiIf
                    (
                        state.1 + cycle.3 - cycle.2 >= 0 OR cycle.1 < asked_from, toDate(0),
                        state.1 < 0, state.3,
                        cycle.1
                    )
                ),
                cycles,
                (toInt64(0), toDate(0), toDate(0))
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
    judged.project_id AS scope_id,
    judged.township AS township,
    -- a whole cycle has passed when another funding day has
    if(judged.last_due_on > dry_since, 'red', 'yellow') AS level,
    judged.state.3 + {grace_days:UInt16} AS since,
    on_site.workers AS workers,
    short_fen AS amount_fen,
    least(short_fen / (3 * agreed_fen), 1) AS score,
    judged.labor_cost_fen AS agreed_fen,
    -judged.state.1 AS short_fen,
    judged.state.3 AS short_since,
    judged.last_due_on AS last_due_on,
    nullIf(entries.last_funded_on, toDate(0)) AS last_funded_on,
    nullIf(judged.state.2, toDate(0)) AS dry_since,
    entries.records AS records
FROM judged
LEFT JOIN entries ON entries.project_id = judged.project_id
LEFT JOIN on_site ON on_site.project_id = judged.project_id
WHERE short_fen > 0
