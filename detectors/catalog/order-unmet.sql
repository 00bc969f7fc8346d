/*
id: order-unmet
title: {zh: "责令支付逾期未履行", en: "Order to pay unmet"}
question: {zh: "限期支付决定是否逾期未履行？", en: "Did an order to pay run out unmet?"}
group: handling
marks: order_unmet
scope: [project, employer]
department: human_resources
basis: [Labour Inspection Regulation 26, Reg. 41, Reg. 42, Reg. 48]
params:
  order_kinds: {type: Array(String), unit: text, codes: proceeding, text: {zh: "视为责令支付的文书", en: "proceedings that order to pay"}}
  void_outcomes: {type: Array(String), unit: text, codes: order_outcome, text: {zh: "视为已撤销的结果", en: "outcomes that take an order back"}}
levels:
  red: {zh: "超过限期仍未履行", en: "past its due date and not fulfilled"}
advice:
  zh: 核实是否已支付并补录结果；未履行的，责令加付赔偿金（劳动保障监察条例第26条）、申请人民法院强制执行（条例第42条）；符合条件的，启动失信联合惩戒名单告知程序（条例第48条），涉嫌犯罪的移送（条例第41条）。
  en: Verify whether payment was made and record the outcome. If not, order the compensation on top (Labour Inspection Regulation 26) and have the court enforce (Reg. 42); where the conditions are met begin the notice for the joint-discipline list (Reg. 48) or refer the crime (Reg. 41).
evidence:
  - {name: orders, unit: count, label: {zh: "未履行文书数", en: "unmet orders"}}
  - {name: ordered_fen, unit: fen, label: {zh: "责令支付金额", en: "amount ordered"}}
  - {name: oldest_due_on, unit: date, label: {zh: "最早履行期限", en: "oldest due date"}}
  - {name: days_past_due, unit: days, label: {zh: "逾期天数", en: "days past due"}}
  - {name: records, unit: records, label: {zh: "文书记录", en: "orders"}}
*/
SELECT
    scope,
    scope_id,
    argMax(township, (opened_on, id)) AS township,
    'red' AS level,
    oldest_due_on + 1 AS since,
    sum(proceedings.workers) AS workers,
    ordered_fen AS amount_fen,
    least(days_past_due / 90, 1) AS score,
    count() AS orders,
    sum(proceedings.amount_fen) AS ordered_fen,
    min(assumeNotNull(due_on)) AS oldest_due_on,
    dateDiff('day', oldest_due_on, {as_of:Date}) AS days_past_due,
    arraySlice(arraySort(groupArray(id)), 1, 20) AS records
FROM proceedings
WHERE has({order_kinds:Array(String)}, kind)
    AND due_on < {as_of:Date}
    AND outcome != 'fulfilled'
    AND NOT has({void_outcomes:Array(String)}, outcome)
GROUP BY scope, scope_id
