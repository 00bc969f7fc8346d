/*
id: account-misuse
title: {zh: "工资专户被挪用或冻结", en: "Wage account misused or frozen"}
question: {zh: "专户资金是否被用于其他支出，或账户被冻结？", en: "Was the account used for anything else, or frozen?"}
group: safeguards
scope: [project]
department: sector
basis: [Reg. 26, Reg. 33]
params:
  lookback_days: {type: UInt16, unit: days, text: {zh: "回溯天数", en: "days looked back"}}
levels:
  red: {zh: "专户有其他支出，或被冻结", en: "any other outgoing, or frozen"}
advice:
  zh: "调取银行流水核对支出去向；专户不得因其他原因被查封、冻结或划拨（条例第33条）。"
  en: "Ask the bank where the money went; the account may not be frozen or debited for anything else (Reg. 33)."
evidence:
  - {name: misused_fen, unit: fen, label: {zh: "其他支出", en: "other outgoings"}}
  - {name: misuses, unit: count, label: {zh: "笔数", en: "entries"}}
  - {name: frozen_since, unit: date, label: {zh: "冻结日", en: "frozen since"}}
  - {name: records, unit: records, label: {zh: "流水记录", en: "entries"}}
*/
-- Frozen: an account with a freeze after its last release, since the first of these; a freeze counts however old it is.
WITH used AS
(
    SELECT
        project_id,
        sumIf(amount_fen, kind = 'other_out' AND booked_on >= {as_of:Date} - {lookback_days:UInt16}) AS out_fen,
        countIf(kind = 'other_out' AND booked_on >= {as_of:Date} - {lookback_days:UInt16}) AS outs,
        minIf(booked_on, kind = 'other_out' AND booked_on >= {as_of:Date} - {lookback_days:UInt16}) AS first_out,
        groupArrayIf(id, kind = 'other_out' AND booked_on >= {as_of:Date} - {lookback_days:UInt16}) AS out_ids,
        maxIf(booked_at, kind = 'unfrozen') AS released_at,
        arrayFilter(entry -> entry.1 > released_at, groupArrayIf((booked_at, booked_on, id), kind = 'frozen')) AS freezes
    FROM account_entries
    WHERE booked_on <= {as_of:Date}
    GROUP BY project_id
)
SELECT
    projects.project_id AS scope_id,
    projects.township AS township,
    'red' AS level,
    arrayMin(arrayConcat(arrayMap(entry -> entry.2, used.freezes), if(used.outs > 0, [used.first_out], []))) AS since,
    on_site.workers AS workers,
    used.out_fen AS amount_fen,
    1 AS score,
    used.out_fen AS misused_fen,
    used.outs AS misuses,
    if(notEmpty(used.freezes), arrayMin(arrayMap(entry -> entry.2, used.freezes)), NULL) AS frozen_since,
    arraySlice(arraySort(arrayConcat(used.out_ids, arrayMap(entry -> entry.3, used.freezes))), 1, 20) AS records
FROM used
INNER JOIN projects ON projects.project_id = used.project_id
LEFT JOIN on_site ON on_site.project_id = used.project_id
WHERE projects.paying AND (used.outs > 0 OR notEmpty(used.freezes))
