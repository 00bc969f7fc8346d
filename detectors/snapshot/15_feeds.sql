-- What each project's sources send: its gate (attendance), its account's ledger and its pay lists, and whether each is alive.
-- lists_alive: the latest wage month that is due has a list; a project without such a month since it started has no list to
-- send yet and counts as alive.
CREATE TABLE {{snapshot}}.feeds
(
    project_id   String,
    started_on   Nullable(Date),
    gate_first   Nullable(Date),
    gate_last    Nullable(Date),
    gate_alive   Bool,
    ledger_first Nullable(Date),
    ledger_last  Nullable(Date),
    ledger_alive Bool,
    lists_last   Nullable(Date),
    lists_alive  Bool
)
ENGINE = MergeTree
ORDER BY project_id;

INSERT INTO {{snapshot}}.feeds
WITH
    gates AS
    (
        SELECT
            project_id,
            min(month) AS first_month,
            max(last_day) AS last_day
        FROM {{snapshot}}.crew_months
        GROUP BY project_id
    ),
    ledgers AS
    (
        SELECT
            project_id,
            min(booked_on) AS first_on,
            max(booked_on) AS last_on
        FROM {{snapshot}}.account_entries
        WHERE booked_on <= {as_of:Date}
        GROUP BY project_id
    ),
    lists AS
    (
        SELECT
            scope_id AS project_id,
            max(wage_month) AS last_month
        FROM {{snapshot}}.pay_lists
        WHERE scope = 'project'
        GROUP BY project_id
    ),
    due AS
    (
        SELECT
            project_id,
            max(wage_month) AS last_month
        FROM {{snapshot}}.agreed_pay_days
        WHERE due_by < {as_of:Date}
        GROUP BY project_id
    )
SELECT
    projects.project_id,
    projects.started_on AS started_on,
    if(gates.project_id = '', NULL, gates.first_month) AS gate_first,
    if(gates.project_id = '', NULL, gates.last_day) AS gate_last,
    ifNull(gate_last > {as_of:Date} - {gate_alive_days:UInt16}, false) AS gate_alive,
    if(ledgers.project_id = '', NULL, ledgers.first_on) AS ledger_first,
    if(ledgers.project_id = '', NULL, ledgers.last_on) AS ledger_last,
    ifNull(ledger_last > {as_of:Date} - {ledger_alive_days:UInt16}, false) AS ledger_alive,
    if(lists.project_id = '', NULL, lists.last_month) AS lists_last,
    ifNull(lists_last >= due.last_month, due.last_month < toStartOfMonth(ifNull(started_on, {as_of:Date}))) AS lists_alive
FROM {{snapshot}}.projects AS projects
LEFT JOIN gates ON gates.project_id = projects.project_id
LEFT JOIN ledgers ON ledgers.project_id = projects.project_id
LEFT JOIN lists ON lists.project_id = projects.project_id
LEFT JOIN due ON due.project_id = projects.project_id;

-- What pay slips say was paid from a project's account, since the bank's ledger and the first claim were heard of, beyond what
-- the ledger shows as wages out. A bank may book some days late, so the last days are left out, and those after a ledger that fell
-- silent. since: of the claims that the ledger does not cover the first.
CREATE TABLE {{snapshot}}.unbooked
(
    project_id   String,
    claimed_from Date,
    claimed_to   Date,
    claimed_fen  Int64,
    booked_fen   Int64,
    unbooked_fen Int64,
    since        Date
)
ENGINE = MergeTree
ORDER BY project_id;

INSERT INTO {{snapshot}}.unbooked
WITH
    known AS
    (
        SELECT
            project_id,
            greatest(assumeNotNull(ledger_first), {first_month:Date}) AS ledger_from,
            if(ledger_alive, {as_of:Date}, assumeNotNull(ledger_last)) - {unbooked_days:UInt16} AS claimed_to
        FROM {{snapshot}}.feeds
        WHERE ledger_first IS NOT NULL
    ),
    -- from the first claim on: what left the account before any list was sent covers no claim of later
    ranges AS
    (
        SELECT
            known.project_id AS project_id,
            min(payment.1) AS claimed_from,
            any(known.claimed_to) AS claimed_to
        FROM {{snapshot}}.pay_lists AS lists
        INNER JOIN known ON known.project_id = lists.scope_id
        ARRAY JOIN lists.paid AS payment
        WHERE lists.scope = 'project' AND payment.2 AND payment.1 >= known.ledger_from
        GROUP BY project_id
    ),
    booked AS
    (
        SELECT
            ranges.project_id AS project_id,
            sum(entries.amount_fen) AS fen
        FROM {{snapshot}}.account_entries AS entries
        INNER JOIN ranges ON ranges.project_id = entries.project_id
        WHERE entries.kind = 'wage_out' AND entries.booked_on <= {as_of:Date}
            AND entries.booked_on >= ranges.claimed_from - {unbooked_days:UInt16}
        GROUP BY project_id
    ),
    claims AS
    (
        SELECT
            ranges.project_id AS project_id,
            any(ranges.claimed_from) AS claimed_from,
            any(ranges.claimed_to) AS claimed_to,
            arraySort(groupArray((payment.1, payment.3))) AS by_day,
            arraySum(claim -> claim.2, by_day) AS claimed_fen
        FROM {{snapshot}}.pay_lists AS lists
        INNER JOIN ranges ON ranges.project_id = lists.scope_id
        ARRAY JOIN lists.paid AS payment
        WHERE lists.scope = 'project' AND payment.2 AND payment.1 >= ranges.claimed_from AND payment.1 <= ranges.claimed_to
        GROUP BY project_id
    )
SELECT
    claims.project_id,
    claims.claimed_from,
    claims.claimed_to,
    claims.claimed_fen,
    booked.fen AS booked_fen,
    claims.claimed_fen - booked.fen AS unbooked_fen,
    by_day[indexOf(arrayMap(covered -> covered > booked.fen, arrayCumSum(claim -> claim.2, by_day)), true)].1 AS since
FROM claims
LEFT JOIN booked ON booked.project_id = claims.project_id
WHERE unbooked_fen > 0;
