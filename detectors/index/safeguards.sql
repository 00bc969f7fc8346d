-- The safeguards of each active project (Reg. 24, 26, 28, 31, 32, 34): how many are asked of it by now and how many are in
-- force; those about people count in part, by the share of workers or money they hold for.
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
    transfers AS
    (
        SELECT
            scope_id AS project_id,
            sumIf(payment.3, payment.2) / sum(payment.3) AS direct
        FROM pay_lists
        ARRAY JOIN paid AS payment
        WHERE scope = 'project' AND payment.1 > {as_of:Date} - {window_days:UInt16} AND payment.3 > 0
        GROUP BY project_id
    ),
    deposits AS
    (
        SELECT
            day,
            workday_number
        FROM calendar
    )
SELECT
    scope_id,
    township,
    workers,
    asked,
    held,
    lacking
FROM
(
    SELECT
        project_id AS scope_id,
        township,
        greatest(people.workers, on_site.workers) AS workers,
        arrayFilter
        (
            safeguard -> safeguard.2 >= 0,
            [
                ('account', multiIf(ifNull(account_closed_on <= {as_of:Date}, false), 0., ifNull(account_opened_on <= {as_of:Date}, false), 1., {as_of:Date} > contract_signed_on + {account_days:UInt16}, 0., -1.)),
                ('deposit', multiIf
                (
                    deposit_form = 'waived', 1.,
                    ifNull(deposit_lodged_on <= {as_of:Date}, false), if(deposit_fen >= {deposit_share:Float64} * contract_fen AND ifNull(deposit_valid_until >= {as_of:Date}, true), 1., 0.),
                    permit.workday_number > 0 AND today.workday_number > permit.workday_number + {deposit_workdays:UInt16}, 0.,
                    -1.
                )),
                ('funding', if(ifNull(started_on < {as_of:Date}, false), if(project_id IN (SELECT arrayJoin({underfunded:Array(String)})), 0., 1.), -1.)),
                ('registration', if(people.workers > 0, people.registered_share, -1.)),
                ('contract', if(people.workers > 0, people.contracted_share, -1.)),
                ('direct_payment', if(transfers.project_id != '', transfers.direct, -1.)),
                ('notice_board', if(ifNull(started_on <= {as_of:Date}, false), toFloat64(notice_board), -1.)),
                ('labor_officer', if(ifNull(started_on <= {as_of:Date}, false), toFloat64(labor_officer), -1.)),
                ('payment_guarantee', if(ifNull(started_on <= {as_of:Date}, false), toFloat64(payment_guarantee), -1.))
            ]
        ) AS safeguards,
        length(safeguards) AS asked,
        round(arraySum(safeguard -> safeguard.2, safeguards), 6) AS held,
        arrayMap(safeguard -> safeguard.1, arrayFilter(safeguard -> safeguard.2 < 1, safeguards)) AS lacking
    FROM projects
    LEFT JOIN people USING (project_id)
    LEFT JOIN on_site USING (project_id)
    LEFT JOIN transfers USING (project_id)
    LEFT JOIN deposits AS permit ON permit.day = ifNull(projects.permit_on, toDate(0))
    LEFT JOIN deposits AS today ON today.day = {as_of:Date}
    WHERE active AND township != '' AND workers > 0 AND asked > 0
)
ORDER BY scope_id
