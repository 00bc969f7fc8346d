package view

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Remaining is a subject that owes wages past their day to pay, each wage at one subject alone: its project, or the employer.
type Remaining struct {
	Scope     catalog.Scope
	ID        string
	Name      string
	Township  string
	Sector    string
	Employers []string // credit codes of who owes, in order
	Workers   uint64
	Fen       int64 // without estimates
	Estimated int64
	Since     civil.Date // the first day on which something was past its day to pay
}

// Object is what reading it touches.
func (r Remaining) Object() access.Object {
	return access.At(r.Township, string(casefile.Route(r.Scope, r.Sector)))
}

// ReadRemaining reads what remains to be paid, as of a run; nothing while its snapshot is gone. Oldest first.
func ReadRemaining(ctx context.Context, conn driver.Conn, run Run) ([]Remaining, error) {
	owed, err := run.From("owed")
	if err != nil {
		return nil, err
	}
	subjects, _ := run.From("subjects") // the same database
	var rows []struct {
		Scope     string    `ch:"scope"`
		ID        string    `ch:"id"`
		Name      string    `ch:"name"`
		Township  string    `ch:"township"`
		Sector    string    `ch:"sector"`
		Employers []string  `ch:"employers"`
		Workers   uint64    `ch:"workers"`
		Fen       int64     `ch:"fen"`
		Estimated int64     `ch:"estimated"`
		Since     time.Time `ch:"since"`
	}
	err = conn.Select(ctx, &rows, fmt.Sprintf(`
SELECT
    toString(owed.home_scope) AS scope,
    owed.home_id AS id,
    any(subjects.name) AS name,
    any(toString(subjects.township)) AS township,
    any(toString(subjects.sector)) AS sector,
    arraySort(groupUniqArrayIf(owed.employer_uscc, owed.employer_uscc != '')) AS employers,
    uniqExact(owed.worker_key) AS workers,
    sumIf(owed.owed_fen, owed.kind IN ('listed', 'unbooked')) AS fen,
    sumIf(owed.owed_fen, owed.kind NOT IN ('listed', 'unbooked')) AS estimated,
    min(owed.due_by) AS since
FROM %s AS owed
LEFT JOIN %s AS subjects ON subjects.scope = owed.home_scope AND subjects.scope_id = owed.home_id
WHERE owed.owed_fen > 0
GROUP BY scope, id
ORDER BY since, id`, owed, subjects))
	if SnapshotGone(err) {
		return nil, nil
	}
	var all []Remaining
	for _, r := range rows {
		all = append(all, Remaining{Scope: catalog.Scope(r.Scope), ID: r.ID, Name: cmp.Or(r.Name, r.ID), Township: r.Township, Sector: r.Sector, Employers: r.Employers,
			Workers: r.Workers, Fen: r.Fen, Estimated: r.Estimated, Since: civil.OfColumn(r.Since)})
	}
	return all, err
}

// Clear is since when a township owes nothing, by the runs that are kept: AtLeast, where the first of them had it so already.
type Clear struct {
	Since   civil.Date `json:"since"`
	AtLeast bool       `json:"at_least"`
}

// ClearSince tells since when townships have had nobody with arrears in the index; those that have somebody today are left out. The
// index gives some days of grace, so that a township without arrears there may owe what is only days late.
func ClearSince(ctx context.Context, conn driver.Conn, runs []Run) (map[string]Clear, error) {
	if len(runs) == 0 {
		return nil, nil
	}
	var rows []struct {
		Code string    `ch:"code"`
		AsOf time.Time `ch:"as_of"`
		Owed bool      `ch:"owed"`
	}
	if err := conn.Select(ctx, &rows, `
SELECT
    code,
    as_of,
    arrears_workers > 0 AS owed
FROM wage_safety_index
WHERE unit = 'township' AND (as_of, run) IN (`+RunTuples(runs)+`)
ORDER BY code, as_of`); err != nil {
		return nil, fmt.Errorf("reading since when townships are clear: %w", err)
	}
	clear := map[string]Clear{}
	first := slices.MinFunc(runs, func(a, b Run) int { return cmp.Compare(a.AsOf, b.AsOf) }).AsOf
	for _, r := range rows {
		on := civil.OfColumn(r.AsOf)
		switch _, known := clear[r.Code]; {
		case r.Owed:
			delete(clear, r.Code)
		case !known:
			clear[r.Code] = Clear{Since: on, AtLeast: on == first}
		}
	}
	return clear, nil
}

// ReadProceedings reads the proceedings that records tell, as of a run; nothing while its snapshot is gone. Newest first.
func ReadProceedings(ctx context.Context, conn driver.Conn, run Run) ([]casefile.Proceeding, error) {
	proceedings, err := run.From("proceedings")
	if err != nil {
		return nil, err
	}
	subjects, _ := run.From("subjects")
	var rows []struct {
		Source    string     `ch:"source"`
		ID        string     `ch:"id"`
		Kind      string     `ch:"kind"`
		Scope     string     `ch:"scope"`
		ScopeID   string     `ch:"scope_id"`
		Name      string     `ch:"name"`
		Township  string     `ch:"township"`
		Sector    string     `ch:"sector"`
		Employer  string     `ch:"employer"`
		Workers   uint32     `ch:"workers"`
		AmountFen int64      `ch:"amount_fen"`
		Paid      *int64     `ch:"paid_fen"`
		Recovered *int64     `ch:"recovered_fen"`
		Opened    time.Time  `ch:"opened_on"`
		Closed    *time.Time `ch:"closed_on"`
		Outcome   string     `ch:"outcome"`
	}
	err = conn.Select(ctx, &rows, fmt.Sprintf(`
SELECT
    toString(records.source) AS source,
    records.id AS id,
    toString(records.kind) AS kind,
    toString(records.scope) AS scope,
    records.scope_id AS scope_id,
    subjects.name AS name,
    if(records.township != '', toString(records.township), toString(subjects.township)) AS township,
    toString(subjects.sector) AS sector,
    records.employer_uscc AS employer,
    records.workers AS workers,
    records.amount_fen AS amount_fen,
    records.paid_fen AS paid_fen,
    records.recovered_fen AS recovered_fen,
    records.opened_on AS opened_on,
    records.closed_on AS closed_on,
    toString(records.outcome) AS outcome
FROM %s AS records
LEFT JOIN %s AS subjects ON subjects.scope = records.scope AND subjects.scope_id = records.scope_id
WHERE records.outcome NOT IN ('withdrawn')
ORDER BY opened_on DESC, source, id`, proceedings, subjects))
	if SnapshotGone(err) {
		return nil, nil
	}
	var all []casefile.Proceeding
	for _, r := range rows {
		all = append(all, casefile.Proceeding{Source: r.Source, ID: r.ID, Kind: r.Kind, Scope: catalog.Scope(r.Scope), ScopeID: r.ScopeID, Name: cmp.Or(r.Name, r.ScopeID), Township: r.Township, Sector: r.Sector,
			Employer: r.Employer, Workers: r.Workers, AmountFen: r.AmountFen, PaidFen: r.Paid, RecoveredFen: r.Recovered, OpenedOn: civil.OfColumn(r.Opened), ClosedOn: MaybeDate(r.Closed), Outcome: r.Outcome})
	}
	return all, err
}
