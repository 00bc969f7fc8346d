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
  - {name: ordered_fen, unit: fen, label: {zh: "责令支付金额（重复责令的只计一次）", en: "amount ordered, counted once where orders restate each other"}}
  - {name: paid_fen, unit: fen, label: {zh: "其后已支付", en: "paid since"}}
  - {name: unpaid_fen, unit: fen, label: {zh: "仍未支付", en: "still unpaid"}}
  - {name: restating, unit: count, label: {zh: "重复责令而未计入的文书", en: "orders not counted, as they restate others"}}
  - {name: oldest_due_on, unit: date, label: {zh: "最早履行期限", en: "oldest due date"}}
  - {name: days_past_due, unit: days, label: {zh: "逾期天数", en: "days past due"}}
  - {name: ordered_by, unit: text, label: {zh: "责令金额来源（记录、日期、元）", en: "amounts ordered by (record, date, yuan)"}}
  - {name: paid_by, unit: text, label: {zh: "支付金额来源（记录、日期、元）", en: "payments by (record, date, yuan)"}}
  - {name: records, unit: records, label: {zh: "文书记录", en: "orders"}}
*/
-- Of orders of one subject that may be about the same wages the one with most unpaid counts, and orders for distinct wage months
-- add: of all ways to pick orders whose months do not overlap, the one of which most is unpaid. So one wage counts once, and
-- the same people may be owed several months: the workers are those of the largest order.
WITH
    unmet AS
    (
        SELECT *
        FROM orders
        WHERE has({order_kinds:Array(String)}, kind)
            AND due_on < {as_of:Date}
            AND outcome != 'fulfilled'
            AND NOT has({void_outcomes:Array(String)}, outcome)
            AND NOT met
    ),
    subjects AS
    (
        SELECT
            scope,
            scope_id,
            argMax(township, (opened_on, id, source)) AS township,
            max(unmet.unpaid_workers) AS workers,
            count() AS orders,
            min(due_on) AS oldest_due_on,
            groupArray(id) AS records,
            -- by their last month: first, last, unpaid, ordered, and the orders with their days
            arraySort
            (
                order -> (order.2, order.1, -order.3, order.5),
                groupArray((first_month, last_month, unmet.unpaid_fen, unmet.amount_fen, id, opened_on, unmet.paid_by))
            ) AS listed,
            -- of each how many end before it begins, and the best of the first n: unpaid, ordered, which
            arrayMap((order, n) -> arrayCount(before -> before.2 < order.1, arraySlice(listed, 1, n - 1)) + 1, listed, arrayEnumerate(listed)) AS starts,
            arrayFold
            (
                (best, order, start, n) -> arrayPushBack
                (
                    best,
                    if
                    (
                        (best[start].1 + order.3, best[start].2 + order.4) > (best[-1].1, best[-1].2),
                        (best[start].1 + order.3, best[start].2 + order.4, arrayPushBack(best[start].3, n)),
                        best[-1]
                    )
                ),
                listed,
                starts,
                arrayEnumerate(listed),
                [(toInt64(0), toInt64(0), emptyArrayUInt32())]
            )[-1] AS best
        FROM unmet
        GROUP BY scope, scope_id
    ),
    -- record, day and yuan of a figure
    (figure -> concat(figure.1, ' ', toString(figure.2), ' ', toString(intDiv(figure.3, 100)), '.', leftPad(toString(figure.3 % 100), 2, '0'))) AS told
SELECT
    scope,
    scope_id,
    township,
    'red' AS level,
    oldest_due_on + 1 AS since,
    workers,
    unpaid_fen AS amount_fen,
    least(days_past_due / 90, 1) AS score,
    orders,
    best.2 AS ordered_fen,
    ordered_fen - unpaid_fen AS paid_fen,
    best.1 AS unpaid_fen,
    orders - length(best.3) AS restating,
    oldest_due_on,
    dateDiff('day', oldest_due_on, {as_of:Date}) AS days_past_due,
    arrayMap(n -> told((listed[n].5, listed[n].6, listed[n].4)), best.3) AS ordered_by,
    arraySlice(arrayMap(payment -> told(payment), arrayDistinct(arrayFlatten(arrayMap(n -> listed[n].7, best.3)))), 1, 20) AS paid_by,
    arraySlice(arraySort(records), 1, 20) AS records
FROM subjects
