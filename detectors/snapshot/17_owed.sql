-- The project that a pay slip without one belongs to: where its worker attended most in the month, else was registered. What is
-- left is the employer's alone. Of slips that are owed or fell due in the last {window_days} days.
CREATE TABLE {{snapshot}}.homes
(
    employer_uscc String,
    worker_key    FixedString(16),
    wage_month    Date,
    project_id    String
)
ENGINE = MergeTree
ORDER BY (employer_uscc, wage_month, worker_key);

INSERT INTO {{snapshot}}.homes
WITH listed AS
(
    SELECT DISTINCT
        scope_id AS employer_uscc,
        worker_key,
        wage_month
    FROM {{snapshot}}.slips
    WHERE scope = 'employer' AND (unpaid_fen > 0 AND due_by < {as_of:Date} OR due_by > {as_of:Date} - {window_days:UInt16})
)
SELECT
    employer_uscc,
    worker_key,
    wage_month,
    argMax(project_id, (attended, weight, project_id)) AS project_id
FROM
(
    SELECT
        listed.employer_uscc AS employer_uscc,
        listed.worker_key AS worker_key,
        listed.wage_month AS wage_month,
        work.project_id AS project_id,
        1 AS attended,
        toInt64(work.days) AS weight
    FROM listed
    INNER JOIN
    (
        SELECT project_id, month, worker_key, days
        FROM {{snapshot}}.worker_months
        WHERE month IN (SELECT wage_month FROM listed) AND worker_key IN (SELECT worker_key FROM listed)
    ) AS work ON work.worker_key = listed.worker_key AND work.month = listed.wage_month
    UNION ALL
    SELECT
        listed.employer_uscc,
        listed.worker_key,
        listed.wage_month,
        engaged.project_id,
        0,
        toInt64(toRelativeDayNum(engaged.entered_on))
    FROM listed
    INNER JOIN
    (
        SELECT project_id, worker_key, entered_on, left_on
        FROM {{snapshot}}.registrations
        WHERE project_id != '' AND worker_key IN (SELECT worker_key FROM listed)
    ) AS engaged ON engaged.worker_key = listed.worker_key
    WHERE engaged.entered_on <= toLastDayOfMonth(listed.wage_month) AND ifNull(engaged.left_on >= listed.wage_month, true)
)
GROUP BY employer_uscc, worker_key, wage_month;

-- Wages past their day to pay that no pay slip shows as paid in money, before what was paid through proceedings or closed. One
-- row per worker, subject, wage month and kind:
--   listed       a pay slip's
--   unbooked     what a slip says the wage account paid and its ledger does not show (unbooked, above), taken from the latest
--                payments, where it is more than a hundredth of the slip
--   underlisted  what the work comes to at the local minimum wage beyond the listed gross (Labour Inspection Regulation 26)
--   unlisted     an estimate of work, or of staff, that no list names
-- estimate: of those a name for how it was made: '' is no estimate.
CREATE TABLE {{snapshot}}.unsettled
(
    scope         LowCardinality(String),
    scope_id      String,
    employer_uscc String,
    worker_key    FixedString(16),
    wage_month    Date,
    kind          LowCardinality(String),
    estimate      LowCardinality(String),
    payable_fen   Int64,
    owed_fen      Int64,
    due_by        Date,
    days          UInt16,
    records       Array(String)
)
ENGINE = MergeTree
ORDER BY (scope, scope_id, wage_month, worker_key, kind);

INSERT INTO {{snapshot}}.unsettled
WITH
    claims AS
    (
        SELECT
            slips.source AS source,
            slips.id AS id,
            least(slips.money_fen, unbooked.unbooked_fen - (sum(slips.money_fen) OVER (PARTITION BY slips.scope_id ORDER BY slips.paid_on DESC, slips.source DESC, slips.id DESC ROWS UNBOUNDED PRECEDING) - slips.money_fen)) AS fen
        FROM {{snapshot}}.slips AS slips
        INNER JOIN {{snapshot}}.unbooked AS unbooked ON unbooked.project_id = slips.scope_id
        WHERE slips.scope = 'project' AND slips.channel = 'special_account' AND slips.money_fen > 0
            AND slips.paid_on >= unbooked.claimed_from AND slips.paid_on <= unbooked.claimed_to
    ),
    doubtful AS
    (
        SELECT
            source,
            id,
            fen
        FROM claims
        WHERE fen > 0
    ),
    of_slips AS
    (
        SELECT scope, scope_id, employer_uscc, worker_key, wage_month, 'listed' AS kind, id, payable_fen, unpaid_fen AS fen, due_by
        FROM {{snapshot}}.slips
        WHERE unpaid_fen > 0 AND due_by < {as_of:Date}
        UNION ALL
        SELECT scope, scope_id, employer_uscc, worker_key, wage_month, 'unbooked', slips.id, payable_fen, doubtful.fen, due_by
        FROM {{snapshot}}.slips AS slips
        INNER JOIN doubtful ON doubtful.source = slips.source AND doubtful.id = slips.id
        WHERE slips.scope = 'project' AND slips.due_by < {as_of:Date} AND doubtful.fen * 100 > slips.payable_fen
    )
SELECT
    scope,
    scope_id,
    any(employer_uscc) AS employer_uscc,
    worker_key,
    wage_month,
    kind,
    '' AS estimate,
    sum(of_slips.payable_fen) AS payable_fen,
    sum(of_slips.fen) AS owed_fen,
    min(of_slips.due_by) AS due_by,
    0 AS days,
    arraySort(groupUniqArray(of_slips.id)) AS records
FROM of_slips
GROUP BY scope, scope_id, worker_key, wage_month, kind;

INSERT INTO {{snapshot}}.unsettled
WITH
    candidates AS
    (
        SELECT
            scant.project_id AS project_id,
            scant.month AS month,
            scant.worker_key AS worker_key,
            scant.employer_uscc AS employer_uscc,
            scant.days AS days,
            scant.evident AS evident,
            scant.centihours AS centihours,
            scant.gross_fen AS gross_fen,
            scant.due_by AS due_by,
            scant.by_hour AS by_hour,
            projects.township AS township
        FROM
        (
            SELECT *, false AS by_hour FROM {{snapshot}}.scant
            UNION ALL
            SELECT *, true FROM {{snapshot}}.scant_hours
        ) AS scant
        LEFT JOIN {{snapshot}}.projects AS projects ON projects.project_id = scant.project_id
        WHERE scant.month < toStartOfMonth({as_of:Date}) AND scant.due_by < {as_of:Date} AND scant.evident > 0
    ),
    -- what the employer's list without project adds
    elsewhere AS
    (
        SELECT
            scope_id AS employer_uscc,
            wage_month,
            worker_key,
            sum(gross_fen) AS fen
        FROM {{snapshot}}.slips
        WHERE scope = 'employer' AND (wage_month, worker_key) IN (SELECT month, worker_key FROM candidates)
        GROUP BY employer_uscc, wage_month, worker_key
    )
SELECT
    'project' AS scope,
    candidates.project_id AS scope_id,
    candidates.employer_uscc AS employer_uscc,
    candidates.worker_key AS worker_key,
    candidates.month AS wage_month,
    'underlisted' AS kind,
    'minimum_wage' AS estimate,
    toInt64(round(if(candidates.by_hour, candidates.centihours * candidates.evident / candidates.days / 100 * wages.hourly_fen, candidates.evident * wages.monthly_fen / {paid_days_a_month:Float64}))) AS lawful_fen,
    lawful_fen - candidates.gross_fen - elsewhere.fen AS owed_fen,
    candidates.due_by AS due_by,
    candidates.evident AS days,
    [] AS records
FROM candidates
INNER JOIN {{snapshot}}.minimum_wages AS wages ON wages.township = candidates.township AND wages.month = candidates.month
LEFT JOIN {{snapshot}}.registered AS registered ON registered.project_id = candidates.project_id AND registered.worker_key = candidates.worker_key
LEFT JOIN elsewhere ON elsewhere.employer_uscc = candidates.employer_uscc AND elsewhere.wage_month = candidates.month AND elsewhere.worker_key = candidates.worker_key
WHERE owed_fen > 0 AND candidates.by_hour = (registered.wage_basis = 'hour');

-- Work that no list names is owed once its month has ended and its day to pay has passed.
INSERT INTO {{snapshot}}.unsettled
SELECT
    'project' AS scope,
    project_id AS scope_id,
    employer_uscc,
    worker_key,
    wage_month,
    'unlisted' AS kind,
    estimate,
    earned_fen AS payable_fen,
    earned_fen AS owed_fen,
    due_by,
    days,
    [] AS records
FROM {{snapshot}}.unlisted_work
WHERE wage_month < toStartOfMonth({as_of:Date}) AND due_by < {as_of:Date};

-- An employer of whom there is no attendance and who sends no list at all for a month: whoever was on its last list before and
-- has not left is owed that list's wage for it. An employer that is dissolved or revoked has no staff from the next month on.
INSERT INTO {{snapshot}}.unsettled
WITH
    lists AS
    (
        SELECT
            scope_id AS employer_uscc,
            groupUniqArray(wage_month) AS months,
            min(wage_month) AS first_month
        FROM {{snapshot}}.pay_lists
        WHERE scope = 'employer'
        GROUP BY employer_uscc
    ),
    ended AS
    (
        SELECT
            id AS employer_uscc,
            toDate(min(recorded_at), 'Asia/Shanghai') AS day
        FROM employers
        WHERE status IN ('dissolved', 'revoked') AND recorded_at < {end:DateTime64(3, 'UTC')}
            AND id IN (SELECT employer_uscc FROM {{snapshot}}.employers WHERE status IN ('dissolved', 'revoked'))
        GROUP BY employer_uscc
    ),
    gaps AS
    (
        SELECT
            lists.employer_uscc AS employer_uscc,
            month,
            arrayMax(m -> if(m < month, m, toDate(0)), lists.months) AS last_list,
            toLastDayOfMonth(addMonths(month, 1)) AS due_on
        FROM lists
        ARRAY JOIN {wage_months:Array(Date)} AS month
        LEFT JOIN ended ON ended.employer_uscc = lists.employer_uscc
        WHERE month > lists.first_month AND NOT has(lists.months, month) AND toLastDayOfMonth(addMonths(month, 1)) < {as_of:Date}
            AND (ended.day = toDate(0) OR month <= ended.day)
            AND (lists.employer_uscc, month) NOT IN (SELECT employer_uscc, wage_month FROM {{snapshot}}.slips WHERE scope = 'project' AND employer_uscc IN (SELECT employer_uscc FROM lists))
            AND (lists.employer_uscc, month) NOT IN (SELECT employer_uscc, month FROM {{snapshot}}.worker_months WHERE employer_uscc IN (SELECT employer_uscc FROM lists))
    ),
    staff AS
    (
        SELECT
            gaps.employer_uscc AS employer_uscc,
            gaps.month AS month,
            gaps.due_on AS due_on,
            slips.worker_key AS worker_key,
            sum(slips.payable_fen) AS payable_fen
        FROM gaps
        INNER JOIN (SELECT scope_id, wage_month, worker_key, payable_fen FROM {{snapshot}}.slips WHERE scope = 'employer' AND NOT supplement AND (scope_id, wage_month) IN (SELECT employer_uscc, last_list FROM gaps)) AS slips
            ON slips.scope_id = gaps.employer_uscc AND slips.wage_month = gaps.last_list
        GROUP BY employer_uscc, month, due_on, worker_key
    ),
    engaged AS
    (
        SELECT
            employer_uscc,
            worker_key,
            max(ifNull(left_on, toDate('2149-06-06'))) AS until
        FROM {{snapshot}}.registrations
        WHERE project_id = '' AND employer_uscc IN (SELECT employer_uscc FROM gaps)
        GROUP BY employer_uscc, worker_key
    )
SELECT
    'employer' AS scope,
    staff.employer_uscc AS scope_id,
    staff.employer_uscc AS employer_uscc,
    staff.worker_key AS worker_key,
    staff.month AS wage_month,
    'unlisted' AS kind,
    'last_list' AS estimate,
    staff.payable_fen AS payable_fen,
    staff.payable_fen AS owed_fen,
    if(calendar.pay_by > toDate(0), calendar.pay_by, staff.due_on) AS due_by,
    0 AS days,
    [] AS records
FROM staff
LEFT JOIN engaged ON engaged.employer_uscc = staff.employer_uscc AND engaged.worker_key = staff.worker_key
LEFT JOIN {{snapshot}}.calendar AS calendar ON calendar.day = staff.due_on
WHERE owed_fen > 0 AND (engaged.worker_key = toFixedString('', 16) OR engaged.until > staff.month);

-- Of the wages above those that a named person closed with another's approval, whatever their kind.
CREATE TABLE {{snapshot}}.closed
(
    scope      LowCardinality(String),
    scope_id   String,
    wage_month Date,
    worker_key FixedString(16)
)
ENGINE = MergeTree
ORDER BY (scope, scope_id, wage_month, worker_key);

INSERT INTO {{snapshot}}.closed
SELECT
    unsettled.scope,
    unsettled.scope_id,
    unsettled.wage_month,
    unsettled.worker_key
FROM {{snapshot}}.unsettled AS unsettled
INNER JOIN {{snapshot}}.closures AS closures ON closures.project_id = unsettled.scope_id
WHERE unsettled.scope = 'project' AND closures.employer_uscc IN ('', unsettled.employer_uscc)
    AND ifNull(closures.wage_month = unsettled.wage_month, true) AND closures.worker_key IN (toFixedString('', 16), unsettled.worker_key)
UNION DISTINCT
SELECT
    unsettled.scope,
    unsettled.scope_id,
    unsettled.wage_month,
    unsettled.worker_key
FROM {{snapshot}}.unsettled AS unsettled
INNER JOIN {{snapshot}}.closures AS closures ON closures.employer_uscc = unsettled.employer_uscc
WHERE closures.project_id = '' AND closures.employer_uscc != ''
    AND ifNull(closures.wage_month = unsettled.wage_month, true) AND closures.worker_key IN (toFixedString('', 16), unsettled.worker_key);

-- What is owed: of the wages above those that were not closed by a named person with another's approval, less what was paid
-- through proceedings. scope, scope_id: whose list or gate it stands on, as detectors evaluate it; home_scope, home_id: where it
-- counts in the index.
CREATE TABLE {{snapshot}}.owed
(
    scope         LowCardinality(String),
    scope_id      String,
    home_scope    LowCardinality(String),
    home_id       String,
    employer_uscc String,
    worker_key    FixedString(16),
    wage_month    Date,
    kind          LowCardinality(String),
    estimate      LowCardinality(String),
    payable_fen   Int64,
    owed_fen      Int64,
    due_by        Date,
    days          UInt16,
    records       Array(String)
)
ENGINE = MergeTree
ORDER BY (scope, scope_id, wage_month, worker_key, kind);

INSERT INTO {{snapshot}}.owed
WITH
    unclosed AS
    (
        SELECT
            unsettled.scope AS scope,
            unsettled.scope_id AS scope_id,
            unsettled.employer_uscc AS employer_uscc,
            unsettled.worker_key AS worker_key,
            unsettled.wage_month AS wage_month,
            unsettled.kind AS kind,
            unsettled.estimate AS estimate,
            unsettled.payable_fen AS payable_fen,
            unsettled.owed_fen AS owed_fen,
            unsettled.due_by AS due_by,
            unsettled.days AS days,
            unsettled.records AS records,
            homes.project_id AS home
        FROM {{snapshot}}.unsettled AS unsettled
        LEFT JOIN {{snapshot}}.homes AS homes
            ON unsettled.scope = 'employer' AND homes.employer_uscc = unsettled.scope_id AND homes.wage_month = unsettled.wage_month AND homes.worker_key = unsettled.worker_key
        WHERE (scope, scope_id, wage_month, worker_key) NOT IN (SELECT scope, scope_id, wage_month, worker_key FROM {{snapshot}}.closed)
    ),
    -- Several matters about the same wages restate each other, and of what they say was paid the largest counts; what was drawn
    -- from the deposit or advanced by others comes from different purses and adds up.
    payments AS
    (
        SELECT
            scope,
            scope_id,
            wage_from,
            wage_to,
            min(opened_on) AS since,
            toInt64(greatest
            (
                maxIf(assumeNotNull(paid_fen), kind NOT IN ('deposit_draw', 'emergency_fund', 'advance_payment')),
                sumIf(assumeNotNull(paid_fen), kind IN ('deposit_draw', 'emergency_fund', 'advance_payment'))
            )) AS fen
        FROM {{snapshot}}.proceedings
        WHERE paid_fen > 0 AND opened_on <= {as_of:Date} AND kind != 'additional_compensation'
        GROUP BY scope, scope_id, wage_from, wage_to
    ),
    -- what slips say was paid late since the matter was opened is part of it
    shown AS
    (
        SELECT
            payments.scope AS scope,
            payments.scope_id AS scope_id,
            payments.wage_from AS wage_from,
            payments.wage_to AS wage_to,
            sum(slips.money_fen) AS fen
        FROM payments
        INNER JOIN
        (
            SELECT scope, scope_id, employer_uscc, wage_month, money_fen, assumeNotNull(paid_on) AS paid_on
            FROM {{snapshot}}.slips
            WHERE money_fen > 0 AND paid_on > due_by
                AND (project_id IN (SELECT scope_id FROM payments WHERE scope = 'project') OR employer_uscc IN (SELECT scope_id FROM payments WHERE scope = 'employer'))
        ) AS slips ON payments.scope_id = if(payments.scope = 'project', slips.scope_id, slips.employer_uscc)
        WHERE slips.paid_on >= payments.since AND ifNull(slips.wage_month >= payments.wage_from, true) AND ifNull(slips.wage_month <= payments.wage_to, true)
        GROUP BY scope, scope_id, wage_from, wage_to
    ),
    credits AS
    (
        SELECT
            payments.scope AS scope,
            payments.scope_id AS scope_id,
            payments.wage_from AS wage_from,
            payments.wage_to AS wage_to,
            payments.fen - shown.fen
                -- one that names no months includes those that do
                - if(payments.wage_from IS NULL AND payments.wage_to IS NULL, sumIf(payments.fen, payments.wage_from IS NOT NULL OR payments.wage_to IS NOT NULL) OVER (PARTITION BY payments.scope, payments.scope_id), 0) AS fen
        FROM payments
        LEFT JOIN shown ON shown.scope = payments.scope AND shown.scope_id = payments.scope_id
            AND shown.wage_from <=> payments.wage_from AND shown.wage_to <=> payments.wage_to
    ),
    -- the oldest months first
    allotted AS
    (
        SELECT
            scope,
            scope_id,
            wage_month,
            worker_key,
            kind,
            sum(greatest(0, least(owed_fen, credit_fen - before_fen))) AS fen
        FROM
        (
            SELECT
                owing.scope AS scope,
                owing.scope_id AS scope_id,
                owing.wage_month AS wage_month,
                owing.worker_key AS worker_key,
                owing.kind AS kind,
                owing.owed_fen AS owed_fen,
                credits.fen AS credit_fen,
                sum(owing.owed_fen) OVER
                (
                    PARTITION BY credits.scope, credits.scope_id, credits.wage_from, credits.wage_to
                    ORDER BY owing.wage_month, owing.due_by, owing.kind, owing.scope, owing.scope_id, owing.worker_key
                    ROWS UNBOUNDED PRECEDING
                ) - owing.owed_fen AS before_fen
            FROM credits
            INNER JOIN unclosed AS owing ON credits.scope_id = if(credits.scope = 'project', if(owing.home != '', owing.home, owing.scope_id), owing.employer_uscc)
            WHERE credits.fen > 0 AND ifNull(owing.wage_month >= credits.wage_from, true) AND ifNull(owing.wage_month <= credits.wage_to, true)
        )
        GROUP BY scope, scope_id, wage_month, worker_key, kind
    )
SELECT
    unclosed.scope AS scope,
    unclosed.scope_id AS scope_id,
    if(unclosed.home != '', 'project', toString(unclosed.scope)) AS home_scope,
    if(unclosed.home != '', unclosed.home, unclosed.scope_id) AS home_id,
    employer_uscc,
    unclosed.worker_key AS worker_key,
    unclosed.wage_month AS wage_month,
    unclosed.kind AS kind,
    estimate,
    payable_fen,
    unclosed.owed_fen - allotted.fen AS owed_fen,
    due_by,
    days,
    records
FROM unclosed
LEFT JOIN allotted ON allotted.scope = unclosed.scope AND allotted.scope_id = unclosed.scope_id AND allotted.wage_month = unclosed.wage_month
    AND allotted.worker_key = unclosed.worker_key AND allotted.kind = unclosed.kind
WHERE owed_fen > 0;
