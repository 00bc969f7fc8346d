-- Money falling due in the window and how much of it was paid within grace. What is still within grace and unpaid is not
-- decided yet and stays out. A part paid in time counts however late the rest came, as far as it still stands.
SELECT
    scope,
    scope_id,
    sum(payable_fen - undecided_fen) AS due_fen,
    sum(prompt_fen) AS prompt_fen
FROM
(
    SELECT
        scope,
        scope_id,
        payable_fen,
        due_by + {grace_days:UInt16} AS last_day,
        least(payable_fen, paid_fen, arrayMax(p -> if(p.1 <= last_day, p.2, 0), arrayPushBack(payments, (toDate(0), toInt64(0))))) AS prompt_fen,
        if({as_of:Date} < last_day, unpaid_fen, 0) AS undecided_fen
    FROM slips
    WHERE due_by > {as_of:Date} - {window_days:UInt16} AND due_by <= {as_of:Date}
)
GROUP BY scope, scope_id
HAVING due_fen > 0
ORDER BY scope, scope_id
