/*
refresh:
  slips:
    key: [scope_id, wage_month]
    sources:
      - {records: payroll, at: ["if(project_id = '', employer_uscc, project_id)", wage_month]}
      - {changed: agreed_pay_days, at: [project_id, wage_month]}
      - {changed: pieceworkers, at: [employer_uscc, "arrayJoin({wage_months:Array(Date)})"]}
  pay_lists:
    key: [scope_id, wage_month]
    sources:
      - {touched: slips, at: [scope_id, wage_month]}
delta:
  payroll: [id, project_id, employer_uscc, wage_month]
*/
-- Pay slips that count: the highest version of each, and of slips that different sources sent for the same worker,
-- project (employer where none) and wage month only those of the source that comes first in the policy's precedence;
-- several slips of one source (a supplement, say) all count.
-- scope, scope_id: the project, or the employer where the slip names none. Slips of before {first_month} are kept as long as
-- they are not paid.
--
-- due_by is the last day to pay: due_on, but never later than the agreed pay day nor the end of the month after the wage month
-- (Reg. 13, 14), and before holidays and rest days (Reg. 14). Piece wages of employers are due as agreed. A supplement, which
-- stands beside a slip of at least its amount that is due in time, may be due until the end of the month after the one in
-- which it was first sent. money_fen: paid in money; what was paid in kind is not paid (Reg. 11). unpaid_fen: payable less
-- that. payments: what had been paid in all and when, by every version of the slip, so that a part paid in time stays known
-- after the rest is paid late.
CREATE TABLE {{snapshot}}.slips
(
    scope         LowCardinality(String),
    scope_id      String,
    project_id    String,
    employer_uscc String,
    worker_key    FixedString(16),
    wage_month    Date,
    source        LowCardinality(String),
    id            String,
    due_on        Date,
    due_by        Date,
    gross_fen     Int64,
    deducted_fen  Int64,
    tax_fen       Nullable(Int64),
    insurance_fen Nullable(Int64),
    payable_fen   Int64,
    paid_fen      Int64,
    money_fen     Int64,
    unpaid_fen    Int64,
    paid_on       Nullable(Date),
    payments      Array(Tuple(paid_on Date, paid_fen Int64)),
    channel       LowCardinality(String),
    payee_key     FixedString(16),
    signed        Bool,
    supplement    Bool,
    INDEX due_by due_by TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toStartOfQuarter(wage_month)
ORDER BY (wage_month, scope_id, worker_key, source, id);

INSERT INTO {{snapshot}}.slips
WITH
    versions AS
    (
        SELECT
            project_id,
            employer_uscc,
            worker_key,
            wage_month,
            source,
            id,
            due_on,
            gross_fen,
            deducted_fen,
            tax_fen,
            insurance_fen,
            payable_fen,
            paid_fen,
            paid_on,
            channel,
            payee_key,
            signed
        FROM {{newest "payroll" (records "slips") "worker_key" "payee_key"}}
        WHERE recorded_at < {end:DateTime64(3, 'UTC')}
        ORDER BY source, id, version DESC, recorded_at ASC
        LIMIT 1 BY source, id
    ),
    -- Since when they were paid what, in money, and when those that are due late were first sent: asked for only of slips whose
    -- last version does not say it all, which are few. Hashes may meet, and then name a slip too many.
    telling AS
    (
        WITH paid_fen > 0 AND paid_on IS NOT NULL AND channel != 'in_kind' AS in_money
        SELECT cityHash64(source, id) AS slip
        FROM payroll
        PREWHERE {{records "slips"}}
        WHERE recorded_at < {end:DateTime64(3, 'UTC')}
        GROUP BY slip
        HAVING minIf(cityHash64(paid_on, paid_fen), in_money) != maxIf(cityHash64(paid_on, paid_fen), in_money)
            OR max(in_money) AND NOT argMax(in_money, (version, NOT in_money))
            OR max(due_on > toLastDayOfMonth(addMonths(wage_month, 1)))
    ),
    history AS
    (
        WITH paid_fen > 0 AND paid_on IS NOT NULL AND channel != 'in_kind' AS in_money
        SELECT
            source,
            id,
            arraySort(groupUniqArrayIf((assumeNotNull(paid_on), paid_fen), in_money)) AS payments,
            toDate(min(recorded_at), 'Asia/Shanghai') AS first_sent_on
        FROM payroll
        PREWHERE {{records "slips"}}
        WHERE recorded_at < {end:DateTime64(3, 'UTC')}
            AND (in_money OR due_on > toLastDayOfMonth(addMonths(wage_month, 1)))
            AND cityHash64(source, id) IN (SELECT slip FROM telling)
        GROUP BY source, id
    ),
    counted AS
    (
        SELECT
            if(versions.project_id = '', 'employer', 'project') AS scope,
            if(versions.project_id = '', employer_uscc, versions.project_id) AS scope_id,
            versions.project_id AS project_id,
            employer_uscc,
            worker_key,
            versions.wage_month AS wage_month,
            source,
            id,
            (indexOf({source_precedence:Array(String)}, source) + 65535) % 65536 AS precedence,
            due_on,
            toLastDayOfMonth(addMonths(wage_month, 1)) AS next_month_end,
            if(agreed.agreed_on > toDate(0), least(agreed.agreed_on, next_month_end), next_month_end) AS lawful_on,
            due_on > lawful_on AND max(if(due_on <= lawful_on, payable_fen, -1)) OVER same_worker >= payable_fen AS supplement,
            gross_fen,
            deducted_fen,
            tax_fen,
            insurance_fen,
            payable_fen,
            paid_fen,
            paid_on,
            channel,
            payee_key,
            signed
        FROM versions
        LEFT JOIN {{snapshot}}.agreed_pay_days AS agreed ON agreed.project_id = versions.project_id AND agreed.wage_month = versions.wage_month
        WHERE (versions.wage_month >= {first_month:Date} OR payable_fen > paid_fen OR channel = 'in_kind')
            AND {{touched "slips" "scope_id" "wage_month"}}
        WINDOW same_worker AS
        (
            PARTITION BY scope, scope_id, worker_key, wage_month
            ORDER BY precedence ASC, source ASC
        )
        QUALIFY dense_rank() OVER same_worker = 1
    ),
    dated AS
    (
        SELECT
            counted.*,
            multiIf
            (
                history.id != '', history.payments,
                paid_fen > 0 AND paid_on IS NOT NULL AND channel != 'in_kind', [(assumeNotNull(paid_on), paid_fen)],
                []
            ) AS payments,
            multiIf
            (
                due_on <= lawful_on, due_on,
                supplement, least(due_on, greatest(next_month_end, toLastDayOfMonth(addMonths(history.first_sent_on, 1)))),
                scope = 'employer' AND (employer_uscc, worker_key) IN (SELECT employer_uscc, worker_key FROM {{snapshot}}.pieceworkers), due_on,
                lawful_on
            ) AS payable_on
        FROM counted
        LEFT JOIN history ON history.source = counted.source AND history.id = counted.id
    )
SELECT
    scope,
    scope_id,
    project_id,
    employer_uscc,
    worker_key,
    wage_month,
    source,
    id,
    due_on,
    if(calendar.pay_by > toDate(0), calendar.pay_by, payable_on) AS due_by,
    gross_fen,
    deducted_fen,
    tax_fen,
    insurance_fen,
    payable_fen,
    paid_fen,
    if(channel = 'in_kind', arrayMax(p -> p.2, arrayPushBack(payments, (toDate(0), toInt64(0)))), paid_fen) AS money_fen,
    greatest(payable_fen - money_fen, 0) AS unpaid_fen,
    paid_on,
    payments,
    channel,
    payee_key,
    signed,
    supplement
FROM dated
LEFT JOIN {{snapshot}}.calendar AS calendar ON calendar.day = dated.payable_on;

OPTIMIZE TABLE {{snapshot}}.slips FINAL;

-- The pay list of a subject for a wage month, summed up. Most detectors ask it which lists can matter at all, and read the
-- slips of those alone. bypassed_fen: paid, but not through the wage account; unsigned: slips; most_fen: no worker's slips come
-- to more, be it paid or payable; least_fen: gross of the smallest slip; shared: an account was paid for several workers; paid: how much was paid when, and whether
-- through the wage account.
CREATE TABLE {{snapshot}}.pay_lists
(
    scope        LowCardinality(String),
    scope_id     String,
    wage_month   Date,
    first_due_by Date,
    last_due_by  Date,
    workers      UInt32,
    payable_fen  Int64,
    paid_fen     Int64,
    unpaid_fen   Int64,
    bypassed_fen Int64,
    unsigned     UInt32,
    most_fen     Int64,
    least_fen    Int64,
    shared       Bool,
    paid         Array(Tuple(paid_on Date, direct Bool, paid_fen Int64))
)
ENGINE = MergeTree
ORDER BY (scope, scope_id, wage_month);

INSERT INTO {{snapshot}}.pay_lists
WITH sumMapIf([toUInt32(assumeNotNull(paid_on)) * 2 + (channel = 'special_account')], [slips.paid_fen], paid_on IS NOT NULL) AS sums
SELECT
    scope,
    scope_id,
    wage_month,
    min(due_by) AS first_due_by,
    max(due_by) AS last_due_by,
    uniqExact(worker_key) AS workers,
    sum(slips.payable_fen) AS payable_fen,
    sum(slips.paid_fen) AS paid_fen,
    sum(slips.unpaid_fen) AS unpaid_fen,
    sumIf(slips.paid_fen, channel != 'special_account') AS bypassed_fen,
    countIf(NOT signed) AS unsigned,
    -- who has m slips more than the others has at most m + 1
    max(greatest(slips.payable_fen, slips.paid_fen)) * (count() - workers + 1) AS most_fen,
    min(slips.gross_fen) AS least_fen,
    uniqExactIf((payee_key, worker_key), slips.paid_fen > 0 AND payee_key != toFixedString('', 16))
        > uniqExactIf(payee_key, slips.paid_fen > 0 AND payee_key != toFixedString('', 16)) AS shared,
    arrayMap((day, fen) -> (toDate(intDiv(day, 2)), day % 2 = 1, fen), sums.1, sums.2) AS paid
FROM {{snapshot}}.slips AS slips
WHERE {{touched "pay_lists" "scope_id" "wage_month"}}
GROUP BY scope, scope_id, wage_month;
