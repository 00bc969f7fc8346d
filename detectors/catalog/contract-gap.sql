/*
id: contract-gap
title: {zh: "未签劳动合同或用工书面协议", en: "Labour contracts missing"}
question: {zh: "已登记人员是否既未签订劳动合同，也无用工书面协议？", en: "Do registered workers lack a labour contract or written work agreement?"}
group: safeguards
scope: [project]
department: human_resources
basis: [Reg. 28]
params:
  red_share: {type: Float64, unit: share, text: {zh: "红色预警比例", en: "share of workers for red"}}
  red_workers: {type: UInt32, unit: workers, text: {zh: "红色预警最少人数", en: "least workers for red"}}
levels:
  yellow: {zh: "有登记人员未签", en: "anyone registered without either"}
  red: {zh: "超过登记人数的10%，且至少2人", en: "more than 10% of those registered, and at least 2"}
advice:
  zh: "核对花名册与劳动合同或用工书面协议文本；先签订、后进场。"
  en: "Compare the roster with the contracts or written agreements; either comes before entry."
evidence:
  - {name: without_contract, unit: workers, label: {zh: "未签人数", en: "without a contract"}}
  - {name: registered_workers, unit: workers, label: {zh: "在册人数", en: "registered now"}}
  - {name: without_share, unit: share, label: {zh: "占比", en: "share"}}
  - {name: records, unit: records, label: {zh: "登记记录", en: "registrations"}}
*/
WITH workers AS
(
    SELECT
        project_id,
        worker_key,
        max(ifNull(contract_signed_on <= {as_of:Date}, false)) AS contracted,
        min(entered_on) AS first_entered_on,
        min(id) AS record
    FROM registrations
    WHERE project_id != '' AND entered_on <= {as_of:Date} AND ifNull(left_on > {as_of:Date}, true)
    GROUP BY project_id, worker_key
)
SELECT
    workers.project_id AS scope_id,
    any(projects.township) AS township,
    if(without_share > {red_share:Float64} AND without_contract >= {red_workers:UInt32}, 'red', 'yellow') AS level,
    minIf(workers.first_entered_on, NOT contracted) AS since,
    without_contract AS workers,
    0 AS amount_fen,
    without_share AS score,
    countIf(NOT contracted) AS without_contract,
    count() AS registered_workers,
    without_contract / registered_workers AS without_share,
    arraySlice(arraySort(groupArrayIf(record, NOT contracted)), 1, 20) AS records
FROM workers
INNER JOIN projects ON projects.project_id = workers.project_id
WHERE projects.active
GROUP BY workers.project_id
HAVING without_contract > 0
