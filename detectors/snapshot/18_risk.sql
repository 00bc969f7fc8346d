-- What foretells arrears, as far as it was recorded by the date: a row for each subject of arrears-risk, a column for each feature
-- that a scorecard may use (detectors/risk/features.yaml says what each is). NULL is what nobody knows. Fitting reads the same table.
--
-- Money is told in months of the subject's wages: the mean of the two higher of its last four pay lists, so that a winter stop
-- does not shrink it; of a site without lists, of its work since, else of the labour cost agreed.
--
-- First each site by itself, and then beside the others of its general contractor and its developer. Tables named staged_ are
-- dropped when the snapshot is filled.
CREATE TABLE {{snapshot}}.staged_lists
(
    scope       LowCardinality(String),
    scope_id    String,
    wages_fen   Float64,
    lists       UInt16,
    paid        Bool,
    unpaid_fen  Int64,
    late        Nullable(Float64),
    late_before Nullable(Float64),
    crew        Nullable(Float64)
)
ENGINE = Memory;

INSERT INTO {{snapshot}}.staged_lists
SELECT
    scope,
    scope_id,
    ifNull(arrayAvg(arraySlice(arrayReverseSort(arraySlice(by_month.3, 1, 4)), 1, 2)), 0) AS wages_fen,
    length(due) AS lists,
    arrayExists(list -> list.4 < list.3, by_month) AS paid,
    arraySum(arrayMap(list -> if(list.2 >= {as_of:Date}, list.4, toInt64(0)), by_month)) AS unpaid_fen,
    if(empty(due), NULL, arrayAvg(arraySlice(due.5, 1, 2))) AS late,
    if(length(due) < 4, NULL, arrayAvg(arraySlice(due.5, 3, 4))) AS late_before,
    if(length(by_month) < 3, NULL, by_month.6[1] / arrayMax(arraySlice(by_month.6, 2, 3))) AS crew
FROM
(
    SELECT
        scope,
        scope_id,
        -- month, day to pay, payable, unpaid, mean days late of its money, workers
        arrayReverseSort(groupArray
        ((
            wage_month,
            first_due_by,
            toFloat64(payable_fen),
            unpaid_fen,
            (
                arraySum(arrayMap(part -> part.3 * greatest(part.1 - first_due_by, 0), paid))
                + unpaid_fen * greatest({as_of:Date} - first_due_by, 0)
            ) / payable_fen,
            workers
        ))) AS by_month,
        arrayFilter(list -> list.2 < {as_of:Date}, by_month) AS due
    FROM {{snapshot}}.pay_lists
    WHERE wage_month >= addMonths(toStartOfMonth({as_of:Date}), -8) AND payable_fen > 0
    GROUP BY scope, scope_id
);

-- Owed past the day to pay, listed and not.
CREATE TABLE {{snapshot}}.staged_owing
(
    scope     LowCardinality(String),
    scope_id  String,
    fen       Int64,
    unlisted  Int64,
    oldest_on Date
)
ENGINE = Memory;

INSERT INTO {{snapshot}}.staged_owing
SELECT
    scope,
    scope_id,
    sum(owed_fen) AS fen,
    sumIf(owed_fen, kind = 'unlisted') AS unlisted,
    min(due_by) AS oldest_on
FROM {{snapshot}}.owed
WHERE kind IN ('listed', 'unlisted')
GROUP BY scope, scope_id;

-- Signals of an employer: how many were adverse in a month, of the last three reported, and what power and insured headcount are
-- against the half year before.
CREATE TABLE {{snapshot}}.staged_signals
(
    employer_uscc String,
    adverse       Nullable(Float64),
    power         Nullable(Float64),
    insured       Nullable(Float64)
)
ENGINE = Memory;

INSERT INTO {{snapshot}}.staged_signals
WITH
    addMonths(toStartOfMonth({as_of:Date}), -3) AS recent,
    addMonths(recent, -6) AS before,
    indicator IN ('social_insurance_arrears_months', 'tax_arrears_yuan', 'loan_overdue_days', 'property_fee_overdue_days', 'enforcement_yuan', 'legal_person_changes') AS debts
SELECT
    employer_uscc,
    if(countIf(month >= recent) = 0, NULL, countIf(month >= recent AND debts AND value > 0) / uniqExactIf(month, month >= recent)) AS adverse,
    avgOrNullIf(value, indicator = 'electricity_kwh' AND month >= recent) / nullIf(avgOrNullIf(value, indicator = 'electricity_kwh' AND month < recent), 0) AS power,
    avgOrNullIf(value, indicator = 'insured_headcount' AND month >= recent) / nullIf(avgOrNullIf(value, indicator = 'insured_headcount' AND month < recent), 0) AS insured
FROM {{snapshot}}.signals
WHERE month >= before AND month <= {as_of:Date}
GROUP BY employer_uscc;

CREATE TABLE {{snapshot}}.staged_sites
(
    project_id      String,
    township        LowCardinality(String),
    contractor_uscc String,
    developer_uscc  String,
    wages_fen       Float64,
    lists           UInt16,
    late            Nullable(Float64),
    age_days        Int32,
    completed       Bool,
    owed_fen        Int64,
    open_fen        Int64,
    balance_fen     Nullable(Int64),
    funded_fen      Nullable(Int64),
    agreed_fen      Int64,
    left            Nullable(Float64),
    projected       Nullable(Float64),
    overdue_funding Nullable(Float64),
    unfunded        Nullable(Float64),
    shrinking       Nullable(Float64),
    behind          Nullable(Float64),
    behind_rise     Nullable(Float64),
    behind_habit    Nullable(Float64),
    topped_up       Nullable(Float64),
    taken_out       Nullable(Float64)
)
ENGINE = Memory;

INSERT INTO {{snapshot}}.staged_sites
WITH
    ledger AS
    (
        SELECT
            project_id,
            argMax(balance_fen, (booked_at, id, source)) AS balance_fen,
            arraySort(groupArrayIf((booked_on, amount_fen), kind = 'labor_cost_in' AND amount_fen > 0)) AS received,
            sumIf(amount_fen, kind = 'labor_cost_in' AND booked_on > {as_of:Date} - 92) AS recent_fen,
            sumIf(amount_fen, kind = 'other_in' AND booked_on > {as_of:Date} - 92) AS topped_fen,
            greatest(toInt64(sumIf(amount_fen, kind = 'other_out' AND booked_on > {as_of:Date} - 150)) - toInt64(sumIf(amount_fen, kind = 'refund_in' AND booked_on > {as_of:Date} - 150)), 0) AS taken_fen
        FROM {{snapshot}}.account_entries
        WHERE booked_on <= {as_of:Date}
        GROUP BY project_id
    ),
    cycles AS
    (
        SELECT
            project_id,
            arraySort(groupArray((due_on, agreed_fen, funded_fen))) AS all_cycles,
            -- how many cycles' money is missing at the end of each, the last one so far
            arrayMap((agreed, funded) -> (agreed - funded), arrayCumSum(all_cycles.2), arrayCumSum(all_cycles.3)) AS missing,
            minOrNullIf(due_on, due_on > toDate(0)) AS first_due
        FROM
        (
            SELECT project_id, due_on, agreed_fen, funded_fen
            FROM {{snapshot}}.funding_cycles
            WHERE due_on <= {as_of:Date}
        )
        GROUP BY project_id
    ),
    work AS
    (
        SELECT
            project_id,
            sum(earned_fen) AS fen
        FROM {{snapshot}}.unlisted_work
        WHERE due_by >= {as_of:Date}
        GROUP BY project_id
    ),
    paced AS
    (
        SELECT
            projects.project_id AS project_id,
            projects.township AS township,
            projects.contractor_uscc AS contractor_uscc,
            projects.developer_uscc AS developer_uscc,
            projects.labor_cost_fen AS agreed_fen,
            {as_of:Date} - ifNull(projects.started_on, ifNull(projects.permit_on, projects.contract_signed_on)) AS age_days,
            projects.status = 'completed' AS completed,
            projects.completed_on AS completed_on,
            multiIf
            (
                lists.wages_fen > 0, lists.wages_fen,
                projects.labor_cost_fen > 0, projects.labor_cost_fen * 0.8,
                work.fen * 1.
            ) AS wages_fen,
            lists.lists AS lists,
            lists.paid AS paid,
            if(lists.lists = 0, NULL, lists.late) AS late,
            owing.fen AS owed_fen,
            owing.fen + lists.unpaid_fen + work.fen AS open_fen,
            ledger.project_id != '' AS banked,
            ledger.balance_fen AS balance_fen,
            ledger.received AS received,
            ledger.recent_fen AS recent_fen,
            ledger.topped_fen AS topped_fen,
            ledger.taken_fen AS taken_fen,
            cycles.missing AS missing,
            cycles.first_due AS first_due,
            arrayMap((a, b) -> toInt32(b - a), arrayPopBack(received.1), arrayPopFront(received.1)) AS gaps,
            -- the days that a payment is for: by the payer's habit, and by its size
            greatest(31., if(length(gaps) < 2, 0., least(arrayReduce('median', gaps), 130.)), if(empty(received), 0., least(30. * received[-1].2 / agreed_fen, 200.))) AS pace_days,
            if(empty(received), ifNull({as_of:Date} - first_due, 0), {as_of:Date} - received[-1].1 - pace_days) AS overdue_days
        FROM {{snapshot}}.projects AS projects
        LEFT JOIN {{snapshot}}.staged_lists AS lists ON lists.scope = 'project' AND lists.scope_id = projects.project_id
        LEFT JOIN {{snapshot}}.staged_owing AS owing ON owing.scope = 'project' AND owing.scope_id = projects.project_id
        LEFT JOIN work ON work.project_id = projects.project_id
        LEFT JOIN ledger ON ledger.project_id = projects.project_id
        LEFT JOIN cycles ON cycles.project_id = projects.project_id
        WHERE projects.paying AND projects.status != 'preparing' AND wages_fen > 0
    )
SELECT
    project_id,
    township,
    contractor_uscc,
    developer_uscc,
    wages_fen,
    lists,
    late,
    age_days,
    completed,
    owed_fen,
    open_fen,
    if(banked, balance_fen, NULL) AS balance,
    if(banked, recent_fen, NULL) AS funded_fen,
    agreed_fen,
    if(banked, (balance_fen - open_fen) / wages_fen, NULL) AS left,
    if
    (
        banked,
        left + if(completed, 0, 1.5 * (recent_fen / wages_fen) / least(greatest(age_days, 31), 92) * 30.4 * least(1., greatest(0., 1 - overdue_days / 40)) - 1),
        NULL
    ) AS projected,
    if(banked AND agreed_fen > 0 AND NOT completed, overdue_days / 30, NULL) AS overdue_funding,
    multiIf(agreed_fen = 0 OR completed, NULL, empty(received) AND NOT paid, greatest(ifNull({as_of:Date} - first_due, 0), 0) / 30, 0) AS unfunded,
    if
    (
        banked AND agreed_fen > 0 AND length(received) >= 2,
        arrayAvg(arraySlice(received.2, -2)) / if(length(received) >= 4, arrayReduce('median', arraySlice(received.2, 1, length(received) - 2)), agreed_fen),
        NULL
    ) AS shrinking,
    if(banked AND agreed_fen > 0 AND length(missing) >= 2, missing[-1] / agreed_fen, NULL) AS behind,
    if(banked AND agreed_fen > 0 AND length(missing) >= 5, (missing[-1] - missing[-4]) / agreed_fen, NULL) AS behind_rise,
    if(banked AND agreed_fen > 0 AND length(missing) >= 6, (missing[-1] - arrayMax(arraySlice(missing, 2, length(missing) - 4))) / agreed_fen, NULL) AS behind_habit,
    if(banked, topped_fen / (3 * wages_fen), NULL) AS topped_up,
    if(banked, taken_fen / wages_fen, NULL) AS taken_out
FROM paced
WHERE NOT completed OR owed_fen > 0 OR open_fen > 0 OR ifNull(completed_on > {as_of:Date} - 45, false);

CREATE TABLE {{snapshot}}.risk_subjects
(
    scope                LowCardinality(String),
    scope_id             String,
    township             LowCardinality(String),
    employer_uscc        String,
    wages_fen            Int64,
    owed_fen             Int64,
    left                 Nullable(Float64),
    projected            Nullable(Float64),
    overdue_funding      Nullable(Float64),
    unfunded             Nullable(Float64),
    shrinking            Nullable(Float64),
    behind               Nullable(Float64),
    behind_rise          Nullable(Float64),
    behind_habit         Nullable(Float64),
    topped_up            Nullable(Float64),
    taken_out            Nullable(Float64),
    overdue              Nullable(Float64),
    late                 Nullable(Float64),
    late_rise            Nullable(Float64),
    crew                 Nullable(Float64),
    unlisted             Nullable(Float64),
    unbooked             Nullable(Float64),
    leads                Nullable(Float64),
    lead_money           Nullable(Float64),
    adverse              Nullable(Float64),
    power                Nullable(Float64),
    insured              Nullable(Float64),
    contractor_owing     Nullable(Float64),
    contractor_late      Nullable(Float64),
    contractor_short     Nullable(Float64),
    contractor_topped_up Nullable(Float64),
    contractor_taken_out Nullable(Float64),
    developer_overdue    Nullable(Float64),
    developer_rise       Nullable(Float64),
    developer_owing      Nullable(Float64),
    feeds_missing        Nullable(Float64)
)
ENGINE = MergeTree
ORDER BY (scope, scope_id);

INSERT INTO {{snapshot}}.risk_subjects
WITH
    contractors AS
    (
        SELECT
            contractor_uscc,
            count() AS sites,
            sum(wages_fen) AS all_fen,
            sum(toFloat64(owed_fen)) AS owed,
            sum(greatest(0., -ifNull(projected, 0.)) * wages_fen) AS short,
            sum(ifNull(topped_up, 0.) * wages_fen) AS topped,
            sum(ifNull(taken_out, 0.) * wages_fen) AS taken,
            count(late) AS paid,
            sum(least(ifNull(late, 0.), 60.)) AS late_days
        FROM {{snapshot}}.staged_sites
        WHERE contractor_uscc != ''
        GROUP BY contractor_uscc
    ),
    developers AS
    (
        SELECT
            developer_uscc,
            count() AS sites,
            sum(wages_fen) AS all_fen,
            sum(toFloat64(owed_fen)) AS owed,
            countIf(overdue_funding IS NOT NULL) AS told,
            sum(greatest(0., least(ifNull(overdue_funding, 0.), 4.))) AS overdue,
            countIf(behind_rise IS NOT NULL) AS risen,
            sum(greatest(-3., least(ifNull(behind_rise, 0.), 3.))) AS rise
        FROM {{snapshot}}.staged_sites
        WHERE developer_uscc != ''
        GROUP BY developer_uscc
    ),
    recent_leads AS
    (
        SELECT
            scope,
            scope_id,
            count() AS leads,
            sum(amount_fen) AS fen
        FROM {{snapshot}}.leads
        WHERE received_on > {as_of:Date} - 60 AND received_on <= {as_of:Date} AND conclusion NOT IN ('untrue', 'duplicate', 'works_price', 'fabricated', 'out_of_scope')
        GROUP BY scope, scope_id
    )
SELECT
    'project' AS scope,
    sites.project_id AS scope_id,
    sites.township AS township,
    sites.contractor_uscc AS employer_uscc,
    toInt64(sites.wages_fen) AS wages_fen,
    sites.owed_fen AS owed_fen,
    sites.left,
    sites.projected,
    sites.overdue_funding,
    sites.unfunded,
    sites.shrinking,
    sites.behind,
    sites.behind_rise,
    sites.behind_habit,
    sites.topped_up,
    sites.taken_out,
    sites.owed_fen / sites.wages_fen AS overdue,
    lists.late AS late,
    lists.late - lists.late_before AS late_rise,
    lists.crew AS crew,
    owing.unlisted / sites.wages_fen AS unlisted,
    if(sites.balance_fen IS NULL, NULL, unbooked.unbooked_fen / sites.wages_fen) AS unbooked,
    recent_leads.leads AS leads,
    recent_leads.fen / sites.wages_fen AS lead_money,
    if(signals.employer_uscc = '', NULL, signals.adverse) AS adverse,
    if(signals.employer_uscc = '', NULL, signals.power) AS power,
    if(signals.employer_uscc = '', NULL, signals.insured) AS insured,
    if(contractors.sites < 2, NULL, (contractors.owed - sites.owed_fen) / (contractors.all_fen - sites.wages_fen)) AS contractor_owing,
    if(contractors.paid - (sites.late IS NOT NULL) < 1, NULL, (contractors.late_days - least(ifNull(sites.late, 0.), 60.)) / (contractors.paid - (sites.late IS NOT NULL))) AS contractor_late,
    if(contractors.sites < 2, NULL, (contractors.short - greatest(0., -ifNull(sites.projected, 0.)) * sites.wages_fen) / (contractors.all_fen - sites.wages_fen)) AS contractor_short,
    if(contractors.sites < 2, NULL, (contractors.topped - ifNull(sites.topped_up, 0.) * sites.wages_fen) / (contractors.all_fen - sites.wages_fen)) AS contractor_topped_up,
    if(contractors.sites < 2, NULL, (contractors.taken - ifNull(sites.taken_out, 0.) * sites.wages_fen) / (contractors.all_fen - sites.wages_fen)) AS contractor_taken_out,
    if(developers.told - (sites.overdue_funding IS NOT NULL) < 1, NULL,
        (developers.overdue - greatest(0., least(ifNull(sites.overdue_funding, 0.), 4.))) / (developers.told - (sites.overdue_funding IS NOT NULL))) AS developer_overdue,
    if(developers.risen - (sites.behind_rise IS NOT NULL) < 1, NULL,
        (developers.rise - greatest(-3., least(ifNull(sites.behind_rise, 0.), 3.))) / (developers.risen - (sites.behind_rise IS NOT NULL))) AS developer_rise,
    if(developers.sites < 2, NULL, (developers.owed - sites.owed_fen) / (developers.all_fen - sites.wages_fen)) AS developer_owing,
    (sites.balance_fen IS NULL) + (NOT feeds.gate_alive AND NOT sites.completed) + (NOT feeds.lists_alive) AS feeds_missing
FROM {{snapshot}}.staged_sites AS sites
LEFT JOIN {{snapshot}}.staged_lists AS lists ON lists.scope = 'project' AND lists.scope_id = sites.project_id
LEFT JOIN {{snapshot}}.staged_owing AS owing ON owing.scope = 'project' AND owing.scope_id = sites.project_id
LEFT JOIN {{snapshot}}.unbooked AS unbooked ON unbooked.project_id = sites.project_id
LEFT JOIN {{snapshot}}.feeds AS feeds ON feeds.project_id = sites.project_id
LEFT JOIN recent_leads ON recent_leads.scope = 'project' AND recent_leads.scope_id = sites.project_id
LEFT JOIN {{snapshot}}.staged_signals AS signals ON signals.employer_uscc = sites.contractor_uscc
LEFT JOIN contractors ON contractors.contractor_uscc = sites.contractor_uscc
LEFT JOIN developers ON developers.developer_uscc = sites.developer_uscc
WHERE sites.age_days >= 21;

INSERT INTO {{snapshot}}.risk_subjects (scope, scope_id, township, employer_uscc, wages_fen, owed_fen, overdue, late, late_rise, crew, unlisted, leads, lead_money, adverse, power, insured, feeds_missing)
WITH recent_leads AS
(
    SELECT
        scope_id,
        count() AS leads,
        sum(amount_fen) AS fen
    FROM {{snapshot}}.leads
    WHERE scope = 'employer' AND received_on > {as_of:Date} - 60 AND received_on <= {as_of:Date} AND conclusion NOT IN ('untrue', 'duplicate', 'works_price', 'fabricated', 'out_of_scope')
    GROUP BY scope_id
)
SELECT
    'employer',
    lists.scope_id,
    subjects.township,
    lists.scope_id,
    toInt64(lists.wages_fen),
    owing.fen,
    owing.fen / lists.wages_fen,
    lists.late,
    lists.late - lists.late_before,
    lists.crew,
    owing.unlisted / lists.wages_fen,
    recent_leads.leads,
    recent_leads.fen / lists.wages_fen,
    if(signals.employer_uscc = '', NULL, signals.adverse),
    if(signals.employer_uscc = '', NULL, signals.power),
    if(signals.employer_uscc = '', NULL, signals.insured),
    toFloat64(signals.employer_uscc = '')
FROM {{snapshot}}.staged_lists AS lists
LEFT JOIN {{snapshot}}.subjects AS subjects ON subjects.scope = 'employer' AND subjects.scope_id = lists.scope_id
LEFT JOIN {{snapshot}}.staged_owing AS owing ON owing.scope = 'employer' AND owing.scope_id = lists.scope_id
LEFT JOIN recent_leads ON recent_leads.scope_id = lists.scope_id
LEFT JOIN {{snapshot}}.staged_signals AS signals ON signals.employer_uscc = lists.scope_id
WHERE lists.scope = 'employer' AND lists.lists >= 2;
