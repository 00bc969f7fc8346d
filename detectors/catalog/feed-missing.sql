/*
id: feed-missing
title: {zh: "监管数据未接入", en: "Feed not connected"}
question: {zh: "项目的银行专户、门禁考勤或工资表数据是否未接入或已中断？", en: "Is a project's bank, gate or pay-list feed not connected?"}
group: safeguards
scope: [project]
department: sector
basis: [Reg. 26, Reg. 28, Reg. 31, Reg. 38]
params:
  yellow_days: {type: UInt16, unit: days, text: {zh: "开工后预警天数", en: "days after the start until yellow"}}
  red_days: {type: UInt16, unit: days, text: {zh: "开工后红色预警天数", en: "days after the start until red"}}
  red_feeds: {type: UInt8, unit: count, text: {zh: "红色预警未接入类数", en: "feeds missing for red"}}
  lists_days: {type: UInt16, unit: days, text: {zh: "应付日后工资表宽限天数", en: "days allowed for a pay list after the day to pay"}}
levels:
  yellow: {zh: "开工满30天，有一类数据未接入或已中断", en: "30 days after the start, one of them was never connected or is no longer alive"}
  red: {zh: "开工满60天仍有一类，或满30天有两类及以上", en: "one of them 60 days after the start, or two after 30"}
advice:
  zh: 联系银行、门禁厂家或总承包单位接通数据；接通前以实地核查代替，没有数据不等于已发工资。
  en: Have the bank, the gate's maker or the general contractor connect it; until then look on site, for silence is no payment.
evidence:
  - {name: missing, unit: text, codes: feed, label: {zh: "未接入或中断的数据", en: "missing"}}
  - {name: started_on, unit: date, label: {zh: "开工日", en: "started on"}}
  - {name: days_since_start, unit: days, label: {zh: "开工天数", en: "days since the start"}}
  - {name: account_opened_on, unit: date, label: {zh: "专户开立日", en: "account opened on"}}
  - {name: ledger_last, unit: date, label: {zh: "最近专户流水", en: "last ledger entry"}}
  - {name: gate_last, unit: date, label: {zh: "最近考勤日", en: "last attendance"}}
  - {name: lists_last, unit: month, label: {zh: "最近工资表的工资月", en: "last wage month with a pay list"}}
  - {name: list_due, unit: month, label: {zh: "应有工资表的工资月", en: "wage month that should have one"}}
*/
-- gate: without a single record; when one that was connected falls silent, attendance-silent speaks. ledger: without an open
-- account there is none to connect, and its days count from the account's opening at the earliest; while a project is
-- suspended a ledger may rest. lists: the latest wage month that is due has none, and somebody worked in it, or is registered
-- and not heard of, or no gate could tell.
WITH
    begun AS
    (
        SELECT
            projects.project_id AS project_id,
            projects.township AS township,
            assumeNotNull(if(projects.started_on IS NULL AND projects.status = 'building', ifNull(projects.permit_on, projects.contract_signed_on), projects.started_on)) AS started_on,
            projects.status AS status,
            if(projects.account_opened_on <= {as_of:Date} AND ifNull(projects.account_closed_on > {as_of:Date}, true), projects.account_opened_on, NULL) AS account_opened_on,
            feeds.gate_first AS gate_first,
            feeds.gate_last AS gate_last,
            feeds.ledger_last AS ledger_last,
            feeds.ledger_alive AS ledger_alive,
            feeds.lists_last AS lists_last
        FROM projects
        INNER JOIN feeds ON feeds.project_id = projects.project_id
        WHERE projects.active AND (projects.started_on <= {as_of:Date} OR projects.started_on IS NULL AND projects.status = 'building')
    ),
    -- months of which a list is asked, each with the day from which it is
    due AS
    (
        SELECT
            pay_days.project_id AS project_id,
            max(pay_days.wage_month) AS last_month,
            minIf(pay_days.due_by, ifNull(pay_days.wage_month > begun.lists_last, true)) + {lists_days:UInt16} AS asked_on
        FROM agreed_pay_days AS pay_days
        INNER JOIN begun ON begun.project_id = pay_days.project_id
        WHERE pay_days.due_by + {lists_days:UInt16} <= {as_of:Date} AND pay_days.wage_month >= toStartOfMonth(begun.started_on)
        GROUP BY project_id
    ),
    judged AS
    (
        SELECT
            begun.project_id AS project_id,
            begun.township AS township,
            begun.started_on AS started_on,
            begun.account_opened_on AS account_opened_on,
            begun.gate_last AS gate_last,
            begun.ledger_last AS ledger_last,
            begun.lists_last AS lists_last,
            if(due.project_id = '', NULL, due.last_month) AS list_due,
            arrayFilter
            (
                feed -> feed.2 + {yellow_days:UInt16} <= {as_of:Date},
                arrayConcat
                (
                    if(begun.gate_first IS NULL, [('gate', begun.started_on, begun.started_on + {yellow_days:UInt16})], []),
                    if
                    (
                        begun.account_opened_on IS NOT NULL AND NOT begun.ledger_alive AND (begun.ledger_last IS NULL OR begun.status != 'suspended'),
                        [(
                            'ledger',
                            greatest(begun.started_on, assumeNotNull(begun.account_opened_on)),
                            greatest(greatest(begun.started_on, assumeNotNull(begun.account_opened_on)) + {yellow_days:UInt16}, ifNull(begun.ledger_last, toDate(0)) + 1)
                        )],
                        []
                    ),
                    if
                    (
                        ifNull(list_due > begun.lists_last, list_due IS NOT NULL)
                            AND
                            (
                                ifNull(begun.gate_first > list_due, true)
                                OR (begun.project_id, list_due) IN (SELECT project_id, month FROM crew_months)
                                OR (begun.project_id, list_due) IN (SELECT project_id, month FROM silent WHERE kind = 'silent')
                            ),
                        [('lists', begun.started_on, greatest(begun.started_on + {yellow_days:UInt16}, due.asked_on))],
                        []
                    )
                )
            ) AS feeds
        FROM begun
        LEFT JOIN due ON due.project_id = begun.project_id
    )
SELECT
    judged.project_id AS scope_id,
    township,
    if(length(judged.feeds) >= {red_feeds:UInt8} OR arrayExists(feed -> feed.2 + {red_days:UInt16} <= {as_of:Date}, judged.feeds), 'red', 'yellow') AS level,
    arrayMin(arrayMap(feed -> feed.3, judged.feeds)) AS since,
    on_site.workers AS workers,
    0 AS amount_fen,
    length(judged.feeds) / 3 AS score,
    arraySort(arrayMap(feed -> feed.1, judged.feeds)) AS missing,
    started_on,
    dateDiff('day', started_on, {as_of:Date}) AS days_since_start,
    account_opened_on,
    ledger_last,
    gate_last,
    lists_last,
    list_due
FROM judged
LEFT JOIN on_site ON on_site.project_id = judged.project_id
WHERE notEmpty(judged.feeds)
