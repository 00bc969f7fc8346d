/*
id: paid-not-booked
title: {zh: "代发工资与专户流水不符", en: "Paid by the list, not by the bank"}
question: {zh: "工资单称由专户支付的金额是否多于专户流水的工资支出？", en: "Do slips say that more was paid from the wage account than its ledger shows?"}
group: payment
scope: [project]
department: human_resources
basis: [Reg. 15, Reg. 26, Reg. 31, Reg. 50]
params:
  lookback_days: {type: UInt16, unit: days, text: {zh: "近期窗口天数", en: "days of the recent window"}}
  unbooked_days: {type: UInt16, unit: days, text: {zh: "银行记账滞后天数", en: "days that a bank may book late"}}
  yellow_share: {type: Float64, unit: share, text: {zh: "黄色预警比例", en: "share of what slips say for yellow"}}
  red_share: {type: Float64, unit: share, text: {zh: "红色预警比例", en: "share of what slips say for red"}}
levels:
  yellow: {zh: "十天后仍有超过2%的已付金额无专户流水", en: "more than 2% not in the ledger ten days later"}
  red: {zh: "超过10%", en: "more than 10%"}
advice:
  zh: 逐笔核对代发回单与专户流水；专户支出以银行流水为准，单位不能提供代发凭证的承担不利后果（条例第15、31、50条）。
  en: Compare transfer slips with the ledger payment by payment; the bank's books count, and a firm that cannot show its vouchers bears the consequence (Reg. 15, 31, 50).
evidence:
  - {name: unbooked_fen, unit: fen, label: {zh: "无流水的已付金额", en: "paid by slips, not in the ledger"}}
  - {name: unbooked_share, unit: share, label: {zh: "占比（全期与近期取高者）", en: "share, of all or of the recent window, the higher"}}
  - {name: claimed_fen, unit: fen, label: {zh: "工资单称由专户已付", en: "paid from the account by slips"}}
  - {name: booked_fen, unit: fen, label: {zh: "专户流水工资支出", en: "wages out by the ledger"}}
  - {name: claimed_from, unit: date, label: {zh: "比对起始日", en: "compared from"}}
  - {name: claimed_to, unit: date, label: {zh: "比对截止日", en: "compared to"}}
  - {name: recent_claimed_fen, unit: fen, label: {zh: "其中近期：工资单已付", en: "of the recent window: by slips"}}
  - {name: recent_unbooked_fen, unit: fen, label: {zh: "近期：无流水金额", en: "of the recent window: not in the ledger"}}
  - {name: unbooked_workers, unit: workers, label: {zh: "涉及人数", en: "workers"}}
  - {name: age_30_fen, unit: fen, label: {zh: "应付日后30天以内", en: "30 days past due or less"}}
  - {name: age_90_fen, unit: fen, label: {zh: "应付日后31至90天", en: "31 to 90 days past due"}}
  - {name: age_365_fen, unit: fen, label: {zh: "应付日后91至365天", en: "91 to 365 days past due"}}
  - {name: age_over_fen, unit: fen, label: {zh: "应付日后365天以上", en: "more than 365 days past due"}}
  - {name: records, unit: records, label: {zh: "工资单记录", en: "pay slips"}}
*/
-- Since the ledger was first heard of and, so that a long past does not hide a bad month, in the recent window alone: what is
-- missing beyond what was missing when it began. What was closed since, or paid through proceedings, is not missing. Where the
-- ledger fell silent nothing is compared: that is for feed-missing to say.
WITH
    recent AS
    (
        SELECT
            unbooked.project_id AS project_id,
            sum(payment.3) AS fen
        FROM unbooked
        INNER JOIN pay_lists ON pay_lists.scope = 'project' AND pay_lists.scope_id = unbooked.project_id
        ARRAY JOIN pay_lists.paid AS payment
        WHERE payment.2 AND payment.1 >= unbooked.claimed_from AND payment.1 > unbooked.claimed_to - {lookback_days:UInt16} AND payment.1 <= unbooked.claimed_to
        GROUP BY project_id
    ),
    -- what the bank booked after it could have booked what was paid before the window
    booked_since AS
    (
        SELECT
            unbooked.project_id AS project_id,
            sum(entries.amount_fen) AS fen
        FROM unbooked
        INNER JOIN account_entries AS entries ON entries.project_id = unbooked.project_id
        WHERE entries.kind = 'wage_out' AND entries.booked_on <= {as_of:Date}
            AND entries.booked_on > unbooked.claimed_to - {lookback_days:UInt16} + {unbooked_days:UInt16}
        GROUP BY project_id
    ),
    answered AS
    (
        SELECT
            scope_id AS project_id,
            sum(fen) AS fen
        FROM
        (
            SELECT scope_id, owed_fen AS fen FROM unsettled WHERE kind = 'unbooked'
            UNION ALL
            SELECT scope_id, -owed_fen FROM owed WHERE kind = 'unbooked'
        )
        GROUP BY project_id
    ),
    owing AS
    (
        SELECT
            scope_id AS project_id,
            uniqExact(worker_key) AS people,
            sumIf(owed.owed_fen, owed.due_by >= {as_of:Date} - 30) AS fen_30,
            sumIf(owed.owed_fen, owed.due_by < {as_of:Date} - 30 AND owed.due_by >= {as_of:Date} - 90) AS fen_90,
            sumIf(owed.owed_fen, owed.due_by < {as_of:Date} - 90 AND owed.due_by >= {as_of:Date} - 365) AS fen_365,
            sumIf(owed.owed_fen, owed.due_by < {as_of:Date} - 365) AS fen_over,
            groupUniqArrayArray(owed.records) AS ids
        FROM owed
        WHERE kind = 'unbooked'
        GROUP BY project_id
    )
SELECT
    unbooked.project_id AS scope_id,
    payers.township AS township,
    if(share > {red_share:Float64}, 'red', 'yellow') AS level,
    unbooked.since AS since,
    unbooked_workers AS workers,
    missing_fen AS amount_fen,
    share AS score,
    unbooked.unbooked_fen - answered.fen AS missing_fen,
    (unbooked.claimed_fen - recent.fen) - (unbooked.booked_fen - booked_since.fen) AS missing_before_fen,
    greatest(missing_fen - greatest(missing_before_fen, 0), 0) AS recent_unbooked_fen,
    greatest(missing_fen / unbooked.claimed_fen, if(recent.fen > 0, recent_unbooked_fen / recent.fen, 0)) AS share,
    missing_fen AS unbooked_fen,
    round(share, 4) AS unbooked_share,
    unbooked.claimed_fen AS claimed_fen,
    unbooked.booked_fen AS booked_fen,
    unbooked.claimed_from AS claimed_from,
    unbooked.claimed_to AS claimed_to,
    recent.fen AS recent_claimed_fen,
    owing.people AS unbooked_workers,
    owing.fen_30 AS age_30_fen,
    owing.fen_90 AS age_90_fen,
    owing.fen_365 AS age_365_fen,
    owing.fen_over AS age_over_fen,
    arraySlice(arraySort(owing.ids), 1, 20) AS records
FROM unbooked
INNER JOIN feeds ON feeds.project_id = unbooked.project_id
INNER JOIN payers ON payers.scope = 'project' AND payers.scope_id = unbooked.project_id
LEFT JOIN recent ON recent.project_id = unbooked.project_id
LEFT JOIN booked_since ON booked_since.project_id = unbooked.project_id
LEFT JOIN answered ON answered.project_id = unbooked.project_id
LEFT JOIN owing ON owing.project_id = unbooked.project_id
WHERE feeds.ledger_alive AND missing_fen > 0 AND share > {yellow_share:Float64}
