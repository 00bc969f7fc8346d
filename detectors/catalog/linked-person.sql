/*
id: linked-person
title: {zh: "欠薪单位负责人另有新项目", en: "Head of a firm in arrears starts elsewhere"}
question: {zh: "有欠薪未清的单位，其法定代表人或主要出资人是否另任负责人或出资的单位正在开工新项目？", en: "Does the person who heads or owns a firm with open arrears head or own another that starts a project?"}
group: foresight
scope: [project]
estimated: true
department: human_resources
basis: [Reg. 22]
hints: [yellow]
params:
  grace_days: {type: UInt16, unit: days, text: {zh: "应付日后宽限天数", en: "days allowed after the day to pay"}}
  starting_days: {type: UInt16, unit: days, text: {zh: "开工多少天内视为新项目", en: "days since the start within which a project is a new one"}}
  ending_statuses: {type: Array(String), unit: text, codes: employer_status, text: {zh: "视为退出的状态", en: "statuses of a firm that ends"}}
levels:
  yellow: {zh: "是（仅为提示，不主张法律依据）", en: "yes (a hint, no legal basis claimed)"}
  red: {zh: "欠薪单位正在或已经解散、被吊销", en: "and the debtor is dissolving, dissolved or revoked"}
advice:
  zh: 仅为线索，须向登记机关核实任职与出资情况；欠薪单位退出的，其主要出资人应在注册新用人单位前清偿（条例第22条）。
  en: "This is only a lead: verify office and ownership with the registry. Where the debtor ends, its main investor has to pay before founding another employer (Reg. 22)."
evidence:
  - {name: debtors, unit: text, label: {zh: "欠薪单位", en: "firms with open arrears"}}
  - {name: owed_fen, unit: fen, label: {zh: "其欠付金额", en: "owed by them"}}
  - {name: estimated_fen, unit: fen, label: {zh: "其中估算", en: "of it estimated"}}
  - {name: owed_workers, unit: workers, label: {zh: "其欠付人数", en: "workers owed by them"}}
  - {name: oldest_due_by, unit: date, label: {zh: "最早应付日", en: "owed since"}}
  - {name: statuses, unit: text, codes: employer_status, label: {zh: "欠薪单位状态", en: "status of these firms"}}
  - name: ties
    unit: text
    label: {zh: "关联方式", en: "how they are tied"}
    words:
      heads: {zh: 同一法定代表人, en: the same person heads both}
      owns: {zh: 同一出资人, en: the same person owns both}
      heads_and_owns: {zh: 一方负责人是另一方出资人, en: who heads one owns the other}
  - {name: contractor, unit: text, label: {zh: "新项目总包单位", en: "contractor of the new project"}}
  - {name: starts_on, unit: date, label: {zh: "新项目开工或签约日", en: "new project started or signed on"}}
*/
-- Two firms are tied when the same person, by a keyed hash of the identity number and never by name, heads or owns both. Arrears
-- are those of the employer of the work and of the general contractor of its project, who pays first (Reg. 30).
WITH
    owing AS
    (
        SELECT DISTINCT
            arrayJoin(arrayDistinct([owed.employer_uscc, projects.contractor_uscc])) AS debtor,
            owed.scope AS scope,
            owed.scope_id AS scope_id,
            owed.worker_key AS worker_key,
            owed.wage_month AS wage_month,
            owed.kind AS kind,
            owed.estimate AS estimate,
            owed.owed_fen AS fen,
            owed.due_by AS due_by
        FROM owed
        LEFT JOIN projects ON owed.scope = 'project' AND projects.project_id = owed.scope_id
        WHERE owed.due_by + {grace_days:UInt16} <= {as_of:Date}
    ),
    debts AS
    (
        SELECT
            debtor,
            sum(owing.fen) AS fen,
            sumIf(owing.fen, estimate != '') AS estimated_fen,
            uniqExact(worker_key) AS workers,
            min(due_by) AS oldest_due_by
        FROM owing
        WHERE debtor != ''
        GROUP BY debtor
    ),
    people AS
    (
        SELECT
            employer_uscc,
            status,
            tie.1 AS role,
            tie.2 AS person
        FROM employers
        ARRAY JOIN [('heads', legal_person_key), ('owns', investor_key)] AS tie
        WHERE person != toFixedString('', 16)
    ),
    tied AS
    (
        SELECT
            theirs.employer_uscc AS firm,
            mine.employer_uscc AS debtor,
            any(mine.status) AS status,
            groupUniqArray(if(mine.role = theirs.role, mine.role, 'heads_and_owns')) AS ties
        FROM (SELECT * FROM people WHERE employer_uscc IN (SELECT debtor FROM debts)) AS mine
        INNER JOIN people AS theirs ON theirs.person = mine.person
        WHERE theirs.employer_uscc != mine.employer_uscc
        GROUP BY firm, debtor
    ),
    starting AS
    (
        SELECT
            project_id,
            township,
            contractor_uscc,
            if(status = 'preparing', contract_signed_on, ifNull(started_on, contract_signed_on)) AS starts_on
        FROM projects
        WHERE active AND contractor_uscc IN (SELECT firm FROM tied)
            AND (status = 'preparing' OR starts_on > {as_of:Date} - {starting_days:UInt16})
    )
SELECT
    starting.project_id AS scope_id,
    any(starting.township) AS township,
    if(countIf(has({ending_statuses:Array(String)}, tied.status)) > 0, 'red', 'yellow') AS level,
    least({as_of:Date}, greatest(any(starting.starts_on), min(debts.oldest_due_by) + {grace_days:UInt16})) AS since,
    any(on_site.workers) AS workers,
    owed_fen AS amount_fen,
    if(level = 'red', 1, 0.4) AS score,
    arraySlice(arraySort(groupArray(tied.debtor)), 1, 20) AS debtors,
    sum(debts.fen) AS owed_fen,
    sum(debts.estimated_fen) AS estimated_fen,
    sum(debts.workers) AS owed_workers,
    min(debts.oldest_due_by) AS oldest_due_by,
    arraySort(groupUniqArray(toString(tied.status))) AS statuses,
    arraySort(arrayDistinct(arrayFlatten(groupArray(tied.ties)))) AS ties,
    any(starting.contractor_uscc) AS contractor,
    any(starting.starts_on) AS starts_on
FROM starting
INNER JOIN tied ON tied.firm = starting.contractor_uscc
INNER JOIN debts ON debts.debtor = tied.debtor
LEFT JOIN on_site ON on_site.project_id = starting.project_id
GROUP BY starting.project_id
