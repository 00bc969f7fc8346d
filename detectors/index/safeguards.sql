-- The safeguards of each active project (Reg. 24, 26, 28, 31, 32, 34) that are asked of it by now, with how far each is in force, 0
-- to 1; those about people by the share of workers or money they hold for. Three of them say whether gate, pay lists and the
-- account's ledger are connected and alive; what cannot be judged because its feed is silent is not in force. A building
-- project's feeds are asked of it some days after the start, or once they were heard of; around the Spring Festival no gate is.
--
-- Whether wages come from the account is read from what was paid by the day to pay: who pays late, by whatever way, does not
-- lose by paying. workers: the largest of those seen in the last 30 days, on the latest list, and registered in force.
WITH
    attending AS
    (
        SELECT
            project_id,
            worker_key
        FROM worker_months
        WHERE month >= toStartOfMonth({as_of:Date} - 30) AND last_day > {as_of:Date} - 30
        GROUP BY project_id, worker_key
    ),
    people AS
    (
        SELECT
            attending.project_id AS project_id,
            count() AS workers,
            countIf(registered.project_id != '') / workers AS registered_share,
            countIf(ifNull(registered.contract_signed_on <= {as_of:Date}, false)) / workers AS contracted_share
        FROM attending
        LEFT JOIN registered ON registered.project_id = attending.project_id AND registered.worker_key = attending.worker_key
        GROUP BY project_id
    ),
    bound AS
    (
        SELECT
            project_id,
            uniqExact(worker_key) AS workers
        FROM registrations
        WHERE project_id != '' AND entered_on <= {as_of:Date} AND (left_on IS NULL OR left_on > {as_of:Date})
        GROUP BY project_id
    ),
    listed AS
    (
        SELECT
            scope_id AS project_id,
            argMax(pay_lists.workers, wage_month) AS workers
        FROM pay_lists
        WHERE scope = 'project' AND last_due_by > {as_of:Date} - {window_days:UInt16}
        GROUP BY project_id
    ),
    transfers AS
    (
        SELECT
            scope_id AS project_id,
            sumIf(payment.3, payment.2) / sum(payment.3) AS direct
        FROM pay_lists
        ARRAY JOIN paid AS payment
        WHERE scope = 'project' AND payment.1 > {as_of:Date} - {window_days:UInt16} AND payment.1 <= last_due_by AND payment.3 > 0
        GROUP BY project_id
    ),
    -- the latest wage month of which a list must have come by now; one in which nobody was seen at a gate that is alive needs none
    months AS
    (
        SELECT
            pay_days.project_id AS project_id,
            max(pay_days.wage_month) AS month
        FROM agreed_pay_days AS pay_days
        INNER JOIN feeds ON feeds.project_id = pay_days.project_id
        WHERE pay_days.due_by + {lists_days:UInt16} <= {as_of:Date}
            AND (NOT feeds.gate_alive OR (pay_days.project_id, pay_days.wage_month) IN (SELECT project_id, month FROM crew_months))
        GROUP BY project_id
    ),
    alive AS
    (
        SELECT
            projects.project_id AS project_id,
            ifNull(projects.started_on, if(projects.status = 'building', ifNull(projects.permit_on, projects.contract_signed_on), NULL)) AS began_on,
            projects.status = 'building' AND ifNull(began_on + {connect_days:UInt16} <= {as_of:Date}, false) AS settled,
            projects.status = 'building' AND (settled OR feeds.gate_first IS NOT NULL) AS gate_asked,
            -- the days around the festival do not count
            ifNull
            (
                dateDiff('day', feeds.gate_last, {as_of:Date}) - arraySum
                (
                    day -> greatest
                    (
                        0,
                        toInt32(least({as_of:Date}, day - {festival_days_before:UInt16} + {festival_days:UInt16} - 1))
                            - toInt32(greatest(assumeNotNull(feeds.gate_last), day - {festival_days_before:UInt16} - 1))
                    ),
                    arrayMap(day -> toDate(day), {spring_festivals:Array(String)})
                ) < {gate_alive_days:UInt16},
                false
            ) AS gate,
            projects.status = 'building' AND (settled OR feeds.lists_last IS NOT NULL) AS lists_asked,
            months.month = toDate(0) OR months.month < toStartOfMonth(ifNull(began_on, {as_of:Date})) OR ifNull(feeds.lists_last >= months.month, false) AS lists,
            ifNull(projects.account_opened_on <= {as_of:Date}, false) AND NOT ifNull(projects.account_closed_on <= {as_of:Date}, false) AS account,
            projects.status = 'building' AND account
                AND (settled AND ifNull(projects.account_opened_on + {connect_days:UInt16} <= {as_of:Date}, false) OR feeds.ledger_first IS NOT NULL) AS ledger_asked,
            feeds.ledger_alive AS ledger
        FROM projects
        INNER JOIN feeds ON feeds.project_id = projects.project_id
        LEFT JOIN months ON months.project_id = projects.project_id
        WHERE projects.active
    ),
    -- projects for which some deposit stands
    lodged AS
    (
        SELECT arrayJoin(arrayPushFront(deposit_covers, project_id)) AS project_id
        FROM projects
        WHERE deposit_form = 'waived' OR deposit_form != '' AND ifNull(deposit_lodged_on <= {as_of:Date}, false)
    )
SELECT
    scope_id,
    workers,
    names,
    shares
FROM
(
    SELECT
        projects.project_id AS scope_id,
        greatest(people.workers, bound.workers, listed.workers) AS workers,
        arrayFilter
        (
            safeguard -> safeguard.2 >= 0,
            [
                ('account', multiIf(ifNull(account_closed_on <= {as_of:Date}, false), 0., alive.account, 1., {as_of:Date} > contract_signed_on + {account_days:UInt16}, 0., -1.)),
                ('deposit', multiIf
                (
                    projects.project_id IN (SELECT arrayJoin({undeposited:Array(String)})), 0.,
                    projects.project_id IN (SELECT project_id FROM lodged), 1.,
                    -1.
                )),
                ('funding', multiIf
                (
                    NOT ifNull(alive.began_on < {as_of:Date}, false), -1.,
                    projects.project_id IN (SELECT arrayJoin({underfunded:Array(String)})), 0.,
                    alive.ledger_asked, toFloat64(alive.ledger),
                    alive.settled AND NOT alive.account, 0.,
                    -1.
                )),
                ('registration', multiIf(people.workers > 0, people.registered_share, alive.gate_asked AND NOT alive.gate, 0., -1.)),
                ('contract', multiIf(people.workers > 0, people.contracted_share, alive.gate_asked AND NOT alive.gate, 0., -1.)),
                ('direct_payment', multiIf(alive.lists_asked AND NOT alive.lists, 0., transfers.project_id != '', transfers.direct, -1.)),
                ('notice_board', if(ifNull(started_on <= {as_of:Date}, false), toFloat64(notice_board), -1.)),
                ('labor_officer', if(ifNull(started_on <= {as_of:Date}, false), toFloat64(labor_officer), -1.)),
                ('payment_guarantee', if(ifNull(started_on <= {as_of:Date}, false), toFloat64(payment_guarantee), -1.)),
                ('gate', if(alive.gate_asked, toFloat64(alive.gate), -1.)),
                ('lists', if(alive.lists_asked, toFloat64(alive.lists), -1.)),
                ('ledger', if(alive.ledger_asked, toFloat64(alive.ledger), -1.))
            ]
        ) AS safeguards,
        arrayMap(safeguard -> safeguard.1, safeguards) AS names,
        arrayMap(safeguard -> round(safeguard.2, 6), safeguards) AS shares
    FROM projects
    INNER JOIN alive ON alive.project_id = projects.project_id
    LEFT JOIN people ON people.project_id = projects.project_id
    LEFT JOIN bound ON bound.project_id = projects.project_id
    LEFT JOIN listed ON listed.project_id = projects.project_id
    LEFT JOIN transfers ON transfers.project_id = projects.project_id
    WHERE workers > 0 AND notEmpty(safeguards)
)
ORDER BY scope_id
