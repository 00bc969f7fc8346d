/*
id: account-misuse
title: {zh: "工资专户被挪用或冻结", en: "Wage account misused or frozen"}
question: {zh: "专户资金是否被用于其他支出且尚未退回，或账户被冻结？", en: "Was the account used for anything else, and has it not come back, or is it frozen?"}
group: safeguards
scope: [project]
department: sector
basis: [Reg. 26, Reg. 27, Reg. 33]
params:
  notice_days: {type: UInt16, unit: days, text: {zh: "销户前公示天数", en: "days of public notice before the account is closed"}}
  own_reasons: {type: Array(String), unit: text, text: {zh: "视为因本项目工资而冻结的原因（LIKE模式）", en: "reasons that name this project's wages (LIKE patterns)"}}
  other_reasons: {type: Array(String), unit: text, text: {zh: "视为另有原因的措辞（LIKE模式）", en: "wording that says it is something else (LIKE patterns)"}}
levels:
  yellow: {zh: "账户被冻结，原因不明", en: "frozen, reason unknown"}
  red: {zh: "有其他支出尚未退回，或因本项目工资以外的原因被冻结", en: "any other outgoing that has not come back, or frozen for another reason than this project's wages"}
advice:
  zh: "调取银行流水核对支出去向，责令退回；查明冻结原因，除法律另有规定外，专户不得因本项目工资以外的原因被查封、冻结或划拨（条例第33条）。这是应整改的违规，本身不预示欠薪；可能性看“欠薪风险预测”。"
  en: "Ask the bank where the money went and have it returned; find out why the account was frozen: unless a law provides otherwise it may not be frozen or debited for anything but this project's wages (Reg. 33). This is a breach to be mended, by itself no omen of arrears; their odds are for arrears-risk to say."
evidence:
  - {name: misused_fen, unit: fen, label: {zh: "尚未退回的其他支出", en: "other outgoings not yet back"}}
  - {name: returned_fen, unit: fen, label: {zh: "已退回", en: "come back"}}
  - {name: misuses, unit: count, label: {zh: "未退回支出笔数", en: "outgoings since all was last back"}}
  - {name: frozen_since, unit: date, label: {zh: "冻结日", en: "frozen since"}}
  - {name: frozen_for, unit: text, label: {zh: "冻结原因", en: "reasons given"}}
  - {name: records, unit: records, label: {zh: "流水记录", en: "entries"}}
*/
-- What left for something else is misused until as much has come back since, in the order of the ledger; bank fees are none. After
-- completion the balance is the contractor's own once 30 days' notice have passed, nothing is owed and the account is closed or
-- the project settled (Reg. 27): that payment is none either.
--
-- Frozen: an account with a freeze after its last release, since the first of these; a freeze for this project's own wages is
-- lawful.
WITH
    -- each step in a query of its own: the engine works out anew whatever is named twice in one
    used AS
    (
        SELECT
            project_id,
            flows,
            arrayFilter
            (
                freeze -> freeze.1 > released_at AND
                (
                    freeze.4 = '' OR NOT arrayExists(pattern -> freeze.4 ILIKE pattern, {own_reasons:Array(String)})
                        OR arrayExists(pattern -> freeze.4 ILIKE pattern, {other_reasons:Array(String)})
                ),
                frozen
            ) AS freezes
        FROM
        (
            SELECT
                project_id,
                arraySort(groupArrayIf((booked_at, booked_on, id, kind, amount_fen, balance_fen), kind IN ('other_out', 'other_in', 'refund_in'))) AS flows,
                maxIf(booked_at, kind = 'unfrozen') AS released_at,
                arraySort(groupArrayIf((booked_at, booked_on, id, reason), kind = 'frozen')) AS frozen,
                countIf(kind IN ('other_out', 'frozen')) AS causes
            FROM account_entries
            WHERE booked_on <= {as_of:Date} AND kind IN ('other_out', 'other_in', 'refund_in', 'frozen', 'unfrozen')
            GROUP BY project_id
            HAVING causes > 0
        )
    ),
    misused AS
    (
        SELECT
            projects.project_id AS project_id,
            projects.township AS township,
            used.freezes AS freezes,
            ifNull(projects.account_closed_on <= {as_of:Date}, false) OR projects.status = 'settled' AS ended,
            projects.project_id IN (SELECT home_id FROM owed WHERE home_scope = 'project') AS owing,
            -- left and not yet back; since when; which entries; how much came back
            arrayFold
            (
                (state, flow) -> multiIf
                (
                    flow.4 = 'other_out' AND ended AND NOT owing AND flow.6 = 0 AND ifNull(flow.2 >= projects.completed_on + {notice_days:UInt16}, false), state,
                    flow.4 = 'other_out', (state.1 + flow.5, if(state.1 = 0, flow.2, state.2), if(state.1 = 0, [flow.3], arrayPushBack(state.3, flow.3)), if(state.1 = 0, toInt64(0), state.4)),
                    (greatest(state.1 - flow.5, toInt64(0)), state.2, state.3, state.4 + least(state.1, flow.5))
                ),
                used.flows,
                (toInt64(0), toDate(0), emptyArrayString(), toInt64(0))
            ) AS state
        FROM used
        INNER JOIN projects ON projects.project_id = used.project_id
        WHERE projects.paying OR owing
    )
SELECT
    project_id AS scope_id,
    township,
    if(misused_fen > 0 OR notEmpty(frozen_for), 'red', 'yellow') AS level,
    arrayMin(arrayConcat(frozen_on, if(misused_fen > 0, [misused_on], []))) AS since,
    workers,
    misused_fen AS amount_fen,
    if(level = 'red', 1, 0.5) AS score,
    misused_fen,
    if(misused_fen > 0, returned, 0) AS returned_fen,
    if(misused_fen > 0, length(entries), 0) AS misuses,
    if(notEmpty(frozen_on), arrayMin(frozen_on), NULL) AS frozen_since,
    frozen_for,
    arraySlice(arraySort(arrayConcat(if(misused_fen > 0, entries, []), frozen_by)), 1, 20) AS records
FROM
(
    SELECT
        misused.project_id AS project_id,
        misused.township AS township,
        on_site.workers AS workers,
        misused.state.1 AS misused_fen,
        misused.state.2 AS misused_on,
        misused.state.3 AS entries,
        misused.state.4 AS returned,
        arrayMap(freeze -> freeze.2, misused.freezes) AS frozen_on,
        arrayMap(freeze -> freeze.3, misused.freezes) AS frozen_by,
        arrayDistinct(arrayFilter(reason -> reason != '', arrayMap(freeze -> freeze.4, misused.freezes))) AS frozen_for
    FROM misused
    LEFT JOIN on_site ON on_site.project_id = misused.project_id
)
WHERE misused_fen > 0 OR notEmpty(frozen_on)
