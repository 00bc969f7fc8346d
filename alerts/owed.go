package alerts

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/store"
)

// maxCited are the record ids of one claim that a paper cites; how many there are in all stands beside them.
const maxCited = 20

// readOwed reads what a run's snapshot says is owed, by the case of the subject: of whatever age, less what was paid in
// money, each worker and each wage once. A snapshot made by an earlier version may not tell; then there is nothing.
func (f *findings) readOwed(ctx context.Context, run latestRun) (map[string]*casefile.Owed, error) {
	owed := map[string]*casefile.Owed{}
	tells, err := f.snapshotHas(ctx, run.snapshot, "owed")
	if err != nil || !tells {
		return owed, err
	}
	var claims []struct {
		Scope     string    `ch:"scope"`
		ScopeID   string    `ch:"scope_id"`
		Kind      string    `ch:"kind"`
		Workers   uint64    `ch:"workers"`
		AmountFen int64     `ch:"fen"`
		From      time.Time `ch:"first_month"`
		To        time.Time `ch:"last_month"`
		Records   []string  `ch:"ids"`
		Total     uint64    `ch:"total"`
	}
	if err := f.conn.Select(ctx, &claims, fmt.Sprintf(`
		SELECT
			toString(scope) AS scope,
			scope_id,
			toString(kind) AS kind,
			uniqExact(worker_key) AS workers,
			sum(owed_fen) AS fen,
			min(wage_month) AS first_month,
			max(wage_month) AS last_month,
			arraySlice(arraySort(groupUniqArrayArray(records)), 1, %d) AS ids,
			length(groupUniqArrayArray(records)) AS total
		FROM %s.owed
		GROUP BY scope, scope_id, kind
		ORDER BY scope, scope_id, kind`, maxCited, store.Quote(run.snapshot))); err != nil {
		return nil, fmt.Errorf("reading what is owed by run %d: %w", run.run, err)
	}
	of := func(scope, id string) *casefile.Owed {
		key := casefile.ID(catalog.Scope(scope), id)
		if owed[key] == nil {
			owed[key] = &casefile.Owed{AsOf: run.asOf, Run: run.run}
		}
		return owed[key]
	}
	for _, c := range claims {
		if c.Kind == "unbooked" { // slip and ledger contradict each other: that is for a person to settle first
			continue
		}
		claim := &casefile.Claim{Workers: uint32(c.Workers), AmountFen: c.AmountFen, From: monthOf(c.From), To: monthOf(c.To), Records: c.Records, Total: uint32(c.Total)}
		if c.Total == 0 {
			claim.Records = nil // as the log gives it back
		}
		switch into := of(c.Scope, c.ScopeID); c.Kind {
		case "listed":
			into.Listed = claim
		case "underlisted":
			into.BelowMinimum = claim
		default:
			into.Estimated = claim
		}
	}
	var projects []struct {
		ID         string `ch:"project_id"`
		Contractor string `ch:"contractor_uscc"`
		Name       string `ch:"contractor_name"`
	}
	if err := f.conn.Select(ctx, &projects, `
		SELECT project_id, contractor_uscc, contractor_name
		FROM `+store.Quote(run.snapshot)+`.projects
		WHERE contractor_uscc != ''`); err != nil {
		return nil, fmt.Errorf("reading the general contractors of run %d: %w", run.run, err)
	}
	for _, p := range projects {
		one := of(string(catalog.Project), p.ID)
		one.Employer, one.EmployerName = p.Contractor, p.Name
	}
	return owed, nil
}

// snapshotHas reports whether a run's snapshot has a table.
func (f *findings) snapshotHas(ctx context.Context, snapshot, table string) (bool, error) {
	var n uint64
	err := f.conn.QueryRow(ctx, `SELECT count() FROM system.tables WHERE database = ? AND name = ?`, snapshot, table).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("looking at the snapshot of a run: %w", err)
	}
	return n > 0, nil
}

// warned adds to what is owed about a subject the detectors about payment that warn of it.
func warned(owed map[string]*casefile.Owed, headers []catalog.Header, warnings []warning) {
	payment := map[string]bool{}
	for _, h := range headers {
		payment[h.ID] = h.Group == catalog.Payment
	}
	for _, w := range warnings {
		one := owed[casefile.ID(catalog.Scope(w.Scope), w.ScopeID)]
		if one != nil && payment[w.Detector] && !slices.Contains(one.Warnings, w.Detector) {
			one.Warnings = append(one.Warnings, w.Detector)
		}
	}
	for _, one := range owed {
		slices.Sort(one.Warnings)
	}
}

func monthOf(t time.Time) civil.Month { return civil.OfColumn(t).Month() }
