package backtest

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/internal/catalog"
	"github.com/anxin-project/anxin/internal/civil"
	"github.com/anxin-project/anxin/internal/store"
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
	months, err := p.Number("owed", "unlisted_months", "", on)
	return Rules{ArrearsDays: int(arrears), HorizonDays: int(horizon), WageMonths: int(months)}, err
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
    (subjects.scope, subjects.scope_id) IN (SELECT scope, scope_id FROM slips)
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

// loadArrears returns the times in arrears of single slips, each once. A slip that is paid without any payment of the full
// amount having a date counts as paid in time: nothing says that it was not.
func loadArrears(ctx context.Context, facts driver.Conn, end civil.Date, days int) ([]Arrears, error) {
	const query = `
WITH late AS
(
    SELECT
        scope,
        scope_id,
        due_by + {arrears_days:UInt16} AS in_arrears_on,
        if(unpaid_fen > 0, NULL, arrayMin(arrayMap(p -> p.paid_on, arrayFilter(p -> p.paid_fen >= payable_fen, payments)))) AS paid_up_on
    FROM slips
    WHERE payable_fen > 0
)
SELECT DISTINCT
    toString(scope),
    scope_id,
    in_arrears_on,
    paid_up_on
FROM late
WHERE in_arrears_on <= {end_on:Date} AND (paid_up_on IS NULL OR paid_up_on > in_arrears_on)
ORDER BY scope, scope_id, in_arrears_on, paid_up_on`
	ctx, err := store.Params{"arrears_days": days, "end_on": end}.Context(ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := facts.Query(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []Arrears
	for rows.Next() {
		var scope string
		var from time.Time
		var to *time.Time
		var a Arrears
		if err := rows.Scan(&scope, &a.ID, &from, &to); err != nil {
			return nil, err
		}
		a.Scope, a.From = catalog.Scope(scope), civil.NewDate(from.Date())
		if to != nil {
			paid := civil.NewDate(to.Date())
			a.To = &paid
		}
		all = append(all, a)
	}
	return all, rows.Err()
}
