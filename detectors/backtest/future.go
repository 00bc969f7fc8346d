package backtest

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/store"
)

// EarliestFrom is the first as-of date from which all outcomes are known at the end of the data: facts hold so many wage
// months, a wage is due in the month after, and arrears come up to two months after that.
func (r Rules) EarliestFrom(end civil.Date) civil.Date {
	return (end.Month() - civil.Month(r.WageMonths) + 3).First()
}

// LoadRules reads the rules in force on a day.
func LoadRules(p *policy.Policy, on civil.Date) (Rules, error) {
	arrears, err := p.Number("backtest", "arrears_days", "", on)
	if err != nil {
		return Rules{}, err
	}
	horizon, err := p.Number("backtest", "horizon_days", "", on)
	if err != nil {
		return Rules{}, err
	}
	foresee, err := p.Number("backtest", "foresee_days", "", on)
	if err != nil {
		return Rules{}, err
	}
	months, err := p.Number("owed", "unlisted_months", "", on)
	return Rules{ArrearsDays: int(arrears), HorizonDays: int(horizon), ForeseeDays: int(foresee), WageMonths: int(months)}, err
}

// LoadFuture reads what happened from the facts as of the end of the data.
func LoadFuture(ctx context.Context, facts driver.Conn, end civil.Date, r Rules) (Future, error) {
	f := Future{End: end}
	var err error
	if f.Parties, err = loadParties(ctx, facts); err != nil {
		return f, fmt.Errorf("reading projects and employers: %w", err)
	}
	if f.Arrears, err = loadArrears(ctx, facts, end, r.ArrearsDays); err != nil {
		return f, fmt.Errorf("reading arrears: %w", err)
	}
	return f, nil
}

func loadParties(ctx context.Context, facts driver.Conn) ([]Party, error) {
	rows, err := facts.Query(ctx, `
SELECT
    toString(subjects.scope),
    subjects.scope_id,
    toString(subjects.township),
    if(subjects.scope = 'project', projects.contractor_uscc, ''),
    (subjects.scope, subjects.scope_id) IN (SELECT scope, scope_id FROM pay_lists) OR subjects.scope = 'project' AND subjects.scope_id IN (SELECT project_id FROM crew_months)
FROM subjects
LEFT JOIN projects ON projects.project_id = subjects.scope_id
WHERE subjects.scope IN ('project', 'employer')
ORDER BY subjects.scope, subjects.scope_id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []Party
	for rows.Next() {
		var scope string
		var p Party
		if err := rows.Scan(&scope, &p.ID, &p.Township, &p.Contractor, &p.Pays); err != nil {
			return nil, err
		}
		p.Scope = catalog.Scope(scope)
		all = append(all, p)
	}
	return all, rows.Err()
}

// loadArrears returns the times in arrears of single workers' wage months, each once: of slips, of work and staff that no list
// names, of what lists leave out of the minimum wage, and of what the wage account does not show, from thirty days (policy)
// after the effective day to pay until the wages were paid in money, paid through a proceeding or closed. A slip that is paid
// without any payment of the full amount having a date counts as paid in time: nothing says that it was not. What was paid
// through a proceeding is dated on the day on which the proceeding ended, or began where it has no end.
func loadArrears(ctx context.Context, facts driver.Conn, end civil.Date, days int) ([]Arrears, error) {
	ctx, err := store.Params{"arrears_days": days, "end_on": end}.Context(ctx, arrearsQuery)
	if err != nil {
		return nil, err
	}
	rows, err := facts.Query(ctx, arrearsQuery)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []Arrears
	for rows.Next() {
		var scope string
		var payDay time.Time
		var to *time.Time
		var a Arrears
		if err := rows.Scan(&scope, &a.ID, &payDay, &to); err != nil {
			return nil, err
		}
		a.Scope, a.PayDay = catalog.Scope(scope), civil.OfColumn(payDay)
		a.From = a.PayDay.AddDays(days)
		if to != nil {
			paid := civil.OfColumn(*to)
			a.To = &paid
		}
		all = append(all, a)
	}
	return all, rows.Err()
}

const arrearsQuery = `
WITH
    paid_late AS
    (
        SELECT
            toString(scope) AS scope,
            scope_id,
            due_by,
            arrayMin(arrayMap(p -> p.paid_on, arrayFilter(p -> p.paid_fen >= payable_fen, payments))) AS settled_on
        FROM slips
        WHERE payable_fen > 0 AND unpaid_fen = 0 AND arrayExists(p -> p.paid_fen >= payable_fen, payments)
    ),
    closed AS
    (
        SELECT
            unsettled.scope AS scope,
            unsettled.scope_id AS scope_id,
            unsettled.wage_month AS wage_month,
            unsettled.worker_key AS worker_key,
            min(closures.closed_on) AS day
        FROM unsettled
        CROSS JOIN closures
        WHERE ifNull(closures.wage_month = unsettled.wage_month, true) AND closures.worker_key IN (toFixedString('', 16), unsettled.worker_key)
            AND if(closures.project_id != '', unsettled.scope = 'project' AND closures.project_id = unsettled.scope_id, true)
            AND closures.employer_uscc IN ('', unsettled.employer_uscc)
        GROUP BY scope, scope_id, wage_month, worker_key
    ),
    proceeded AS
    (
        SELECT
            scope_id,
            max(ifNull(closed_on, opened_on)) AS day
        FROM proceedings
        WHERE paid_fen > 0
        GROUP BY scope_id
    ),
    unpaid AS
    (
        SELECT
            toString(unsettled.scope) AS scope,
            unsettled.scope_id AS scope_id,
            unsettled.due_by AS due_by,
            multiIf
            (
                owed.owed_fen > 0, NULL,
                closed.day > toDate(0), closed.day,
                greatest(of_subject.day, of_employer.day) > toDate(0), greatest(of_subject.day, of_employer.day),
                {end_on:Date}
            ) AS settled_on
        FROM unsettled
        LEFT JOIN owed ON owed.scope = unsettled.scope AND owed.scope_id = unsettled.scope_id AND owed.wage_month = unsettled.wage_month
            AND owed.worker_key = unsettled.worker_key AND owed.kind = unsettled.kind
        LEFT JOIN closed ON closed.scope = unsettled.scope AND closed.scope_id = unsettled.scope_id AND closed.wage_month = unsettled.wage_month
            AND closed.worker_key = unsettled.worker_key
        LEFT JOIN proceeded AS of_subject ON of_subject.scope_id = unsettled.scope_id
        LEFT JOIN proceeded AS of_employer ON of_employer.scope_id = unsettled.employer_uscc
    )
SELECT DISTINCT
    scope,
    scope_id,
    due_by,
    settled_on
FROM
(
    SELECT scope, scope_id, due_by, toNullable(settled_on) AS settled_on
    FROM paid_late
    UNION ALL
    SELECT scope, scope_id, due_by, settled_on
    FROM unpaid
)
WHERE due_by + {arrears_days:UInt16} <= {end_on:Date} AND (settled_on IS NULL OR settled_on > due_by + {arrears_days:UInt16})
ORDER BY scope, scope_id, due_by, settled_on`
