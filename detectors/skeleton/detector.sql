/*
# What people read about the detector on pages, in alerts and cases; zh and en are both needed. The file's name is the id.
id: {{.ID}}
title: {zh: "请命名：{{.ID}}", en: "Name me: {{.ID}}"}
question: {zh: "到期工资是否未付清？（请改写）", en: "Are due wages unpaid? (put your own question)"}
# safeguards, payment, foresight or handling. Warnings of payment and foresight count in the index.
group: {{.Group}}
# What a warning is about: project, employer or township.
scope: [{{.Scope}}]
# Who acts: sector (the regulator of the project's sector), or a department such as human_resources.
department: human_resources
# The articles of law it rests on. Reg. is the Regulation on Ensuring Wage Payment to Migrant Workers.
basis: [Reg. 12]
# Thresholds. Their values stand in policy, each with its source, in a section named {{.ID}}; lookback_days is one of
# those that all detectors share (section common). Remove what the query does not take.
params:
  lookback_days: {type: UInt16, unit: days, text: {zh: "回溯天数", en: "days looked back"}}
  red_days: {type: UInt16, unit: days, text: {zh: "红色逾期天数", en: "days past due for red"}}
# What makes it yellow and what red; leave out the level that the query never returns.
levels:
  yellow: {zh: "任何金额到期未付", en: "any amount past due"}
  red: {zh: "逾期达到红色天数", en: "past due for the days of red"}
# What the inspector should check first.
advice:
  zh: "核对工资表与银行代发回单。（请改写）"
  en: "Compare the pay list with the bank's transfer slips. (put your own advice)"
# The figures on which the level was decided, in the order in which pages show them. Units: fen, share, ratio, days,
# months, workers, count, date, month, text; records is a list of up to 20 record ids. A text that is a code has its words
# from the codebook (codes: pay_channel) or from here (words: {idle: {zh: "闲置", en: "idle"}}).
evidence:
  - {name: unpaid_fen, unit: fen, label: {zh: "到期未付", en: "due and unpaid"}}
  - {name: oldest_due_by, unit: date, label: {zh: "最早应付日", en: "oldest due date"}}
  - {name: days_past_due, unit: days, label: {zh: "最长逾期", en: "days past due"}}
  - {name: records, unit: records, label: {zh: "工资单记录", en: "pay slips"}}
*/
-- The query sees what had been recorded by the end of as_of. It returns one row a {{.Scope}}: scope_id, township, level,
-- since (the day the condition began), workers, amount_fen, score (0 to 1, for ordering) and each evidence field.
SELECT
    {{.Subject}} AS scope_id,
    any(payers.township) AS township,
    if(days_past_due >= {red_days:UInt16}, 'red', 'yellow') AS level,
    oldest_due_by + 1 AS since,
    uniqExact(slips.worker_key) AS workers,
    unpaid_fen AS amount_fen,
    least(days_past_due / (3 * {red_days:UInt16}), 1) AS score,
    sum(slips.unpaid_fen) AS unpaid_fen,
    min(slips.due_by) AS oldest_due_by,
    dateDiff('day', oldest_due_by, {as_of:Date}) AS days_past_due,
    arraySlice(arraySort(groupArray(slips.id)), 1, 20) AS records
FROM slips
INNER JOIN payers ON payers.scope = slips.scope AND payers.scope_id = slips.scope_id
WHERE slips.unpaid_fen > 0
    AND slips.due_by < {as_of:Date}
    AND slips.due_by >= {as_of:Date} - {lookback_days:UInt16}{{if ne .Scope "township"}}
    AND slips.scope = '{{.Scope}}'{{end}}
GROUP BY {{.Subject}}
