package view

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/editionstore"
)

// trendPoints bounds how many past runs a small trend line holds.
const trendPoints = 24

// loadView returns nil when no run has completed, and old itself when there is neither a newer run nor a newer edition.
func (k *Keeper) loadView(ctx context.Context, old *View) (*View, error) {
	if k.conn == nil {
		return nil, errors.New("no database")
	}
	runs, err := k.completedRuns(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the completed runs: %w", err)
	}
	if len(runs) == 0 {
		return nil, nil
	}
	latest := runs[len(runs)-1]
	editions, err := editionstore.List(ctx, k.conn)
	if err != nil {
		return nil, err
	}
	// earlier dates count too: the run of one that was judged again is no longer there
	if old != nil && slices.EqualFunc(old.Runs, runs, func(a, b Run) bool { return a.Number == b.Number && a.AsOf == b.AsOf }) && len(old.Editions) == len(editions) {
		return old, nil
	}
	v := &View{Run: latest, Runs: runs}
	if v.published, err = k.readPublished(ctx, editions); err != nil {
		return nil, err
	}
	if v.Units, err = k.readIndex(ctx, latest, true); err != nil {
		return nil, fmt.Errorf("reading the index of run %d: %w", latest.Number, err)
	}
	if v.Unplaced, err = k.readUnplaced(ctx, latest); err != nil {
		return nil, fmt.Errorf("reading the subjects without a place of run %d: %w", latest.Number, err)
	}
	var before map[string]*Unit
	if v.Previous, before, err = k.readComparison(ctx, runs, editions); err != nil {
		return nil, fmt.Errorf("reading the index to compare with: %w", err)
	}
	for _, u := range v.Units {
		u.Previous = before[u.Code]
	}
	if err := k.readTrends(ctx, v, TrendRuns(runs)); err != nil {
		return nil, fmt.Errorf("reading trends: %w", err)
	}
	if v.Warnings, err = k.readWarnings(ctx, latest); err != nil {
		return nil, fmt.Errorf("reading the warnings of run %d: %w", latest.Number, err)
	}
	if err := k.readPlaces(ctx, v); err != nil {
		return nil, err
	}
	if v.Failing, err = k.readFailing(ctx, latest); err != nil {
		return nil, err
	}
	for _, w := range v.Warnings {
		if f, failing := v.Failing[w.Detector]; failing {
			w.Unjudged = &f.Since
		}
	}
	v.index()
	return v, nil
}

// readFailing returns the detectors that failed in a run. It is read last, and an error where the run was removed meanwhile, as
// one is that later ones have replaced: what was read of it may then lack warnings.
func (k *Keeper) readFailing(ctx context.Context, run Run) (map[string]Failing, error) {
	rows, err := k.conn.Query(withRun(ctx, run), "SELECT failed, failed_since FROM runs WHERE as_of = {as_of:Date} AND run = {run:UInt64} LIMIT 1")
	if err != nil {
		return nil, fmt.Errorf("reading which detectors failed in run %d: %w", run.Number, err)
	}
	defer rows.Close()
	if !rows.Next() {
		return nil, errors.Join(fmt.Errorf("run %d was replaced while it was read", run.Number), rows.Err())
	}
	why, since, failing := map[string]string{}, map[string]time.Time{}, map[string]Failing{}
	if err := rows.Scan(&why, &since); err != nil {
		return nil, fmt.Errorf("reading which detectors failed in run %d: %w", run.Number, err)
	}
	for id := range why {
		failing[id] = Failing{Since: since[id], Why: why[id]}
	}
	return failing, rows.Err()
}

// completedRuns returns, for the last 400 as-of dates, the latest completed run of each, oldest first.
func (k *Keeper) completedRuns(ctx context.Context) ([]Run, error) {
	rows, err := k.conn.Query(ctx, `
SELECT
    as_of,
    max(run) AS latest,
    argMax(started_at, run) AS started,
    argMax(finished_at, run) AS finished,
    argMax(policy_version, run) AS policy,
    argMax(snapshot, run) AS facts
FROM runs
GROUP BY as_of
ORDER BY as_of DESC
LIMIT 400`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var runs []Run
	for rows.Next() {
		var r Run
		var asOf time.Time
		if err := rows.Scan(&asOf, &r.Number, &r.Started, &r.Finished, &r.Policy, &r.Snapshot); err != nil {
			return nil, err
		}
		r.AsOf = civil.OfColumn(asOf)
		runs = append(runs, r)
	}
	for i, j := 0, len(runs)-1; i < j; i, j = i+1, j-1 {
		runs[i], runs[j] = runs[j], runs[i]
	}
	return runs, rows.Err()
}

// comparable picks what the latest run (the last one) is compared with while there is no edition: the last as-of date of
// an earlier month; when all runs are of one month, the earliest of them.
func comparable(runs []Run) *Run {
	last := len(runs) - 1
	for i := last - 1; i >= 0; i-- {
		if runs[i].AsOf.Month() < runs[last].AsOf.Month() {
			return &runs[i]
		}
	}
	if last > 0 {
		return &runs[0]
	}
	return nil
}

// TrendRuns picks the runs of a small trend line: all when they are few, else the last as-of date of each month and the
// latest run; when these are fewer than three, evenly chosen ones.
func TrendRuns(runs []Run) []Run {
	if len(runs) <= trendPoints {
		return runs
	}
	var picked []Run
	for i, r := range runs {
		if i == len(runs)-1 || runs[i+1].AsOf.Month() != r.AsOf.Month() {
			picked = append(picked, r)
		}
	}
	if len(picked) < 3 {
		picked = nil
		for i := range trendPoints {
			picked = append(picked, runs[i*(len(runs)-1)/(trendPoints-1)])
		}
	}
	if len(picked) > trendPoints {
		picked = picked[len(picked)-trendPoints:]
	}
	return picked
}

const indexColumns = `
    unit,
    code,
    name,
    county,
    prefecture,
    index,
    uncapped,
    light,
    stale,
    cap,
    cap_reason,
    rank,
    ranked_of,
    rank_prefecture,
    ranked_prefecture,
    monitored_workers,
    arrears_workers,
    arrears_fen,
    component,
    weight,
    score,
    points,
    numerator,
    denominator,
    shrunk,
    worst,
    lost,
    late_workers,
    silent_workers,
    unaccounted_workers,
    estimated_fen,
    closed,
    form,
    policy_version`

func (k *Keeper) readIndex(ctx context.Context, run Run, worst bool) ([]*Unit, error) {
	rows, err := k.conn.Query(withRun(ctx, run), `
SELECT`+indexColumns+`
FROM wage_safety_index
WHERE as_of = {as_of:Date} AND run = {run:UInt64}
ORDER BY unit, code
LIMIT 1 BY unit, code`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var units []*Unit
	for rows.Next() {
		u := new(Unit)
		var component []string
		var weight, score, points, numerator, denominator, scored []float64
		var subjects, lost string
		if err := rows.Scan(&u.Level, &u.Code, &u.Name, &u.County, &u.Prefecture, &u.Index, &u.Uncapped, &u.Light, &u.Stale,
			&u.Cap, &u.CapReason, &u.Rank, &u.RankedOf, &u.RankPrefecture, &u.RankedPrefecture,
			&u.MonitoredWorkers, &u.ArrearsWorkers, &u.ArrearsFen,
			&component, &weight, &score, &points, &numerator, &denominator, &scored, &subjects, &lost,
			&u.LateWorkers, &u.SilentWorkers, &u.Unaccounted, &u.EstimatedFen, &u.Closed, &u.Form, &u.Policy); err != nil {
			return nil, err
		}
		u.Components = components(component, weight, score, points, numerator, denominator, scored)
		if worst {
			// one faulty cell must not blank the ranking; the page says that there is no explanation
			if u.Worst, err = cell[Worst](subjects); err != nil {
				k.log.Warn("the column worst of the index is not readable", "unit", u.Code, "error", err)
			}
			if u.Lost, err = cell[Loss](lost); err != nil {
				k.log.Warn("the column lost of the index is not readable", "unit", u.Code, "error", err)
			}
			for i := range u.Lost {
				u.Lost[i].Detectors = List(u.Lost[i].Detectors)
			}
		}
		units = append(units, u)
	}
	return units, rows.Err()
}

// cell reads a list that a column holds as JSON; none where it is empty.
func cell[T any](text string) (all []T, err error) {
	if text != "" {
		if err = json.Unmarshal([]byte(text), &all); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// readUnplaced reads the subjects that no township answers for, those with most owed first.
func (k *Keeper) readUnplaced(ctx context.Context, run Run) ([]Unplaced, error) {
	rows, err := k.conn.Query(withRun(ctx, run), `
SELECT
    scope,
    scope_id,
    name,
    county,
    workers,
    owed_workers,
    owed_fen,
    estimated_fen
FROM index_unplaced
WHERE as_of = {as_of:Date} AND run = {run:UInt64}
ORDER BY owed_workers DESC, owed_fen DESC, scope, scope_id
LIMIT 1 BY scope, scope_id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []Unplaced
	for rows.Next() {
		var u Unplaced
		if err := rows.Scan(&u.Scope, &u.ID, &u.Name, &u.County, &u.Workers, &u.Owed, &u.Fen, &u.Guessed); err != nil {
			return nil, err
		}
		all = append(all, u)
	}
	return all, rows.Err()
}

// components joins the columns of an index row.
func components(component []string, weight, score, points, numerator, denominator, scored []float64) []Component {
	n := min(len(component), len(weight), len(score), len(points), len(numerator), len(denominator), len(scored))
	all := make([]Component, n)
	for i := range n {
		all[i] = Component{component[i], weight[i], score[i], points[i], numerator[i], denominator[i], scored[i]}
	}
	return all
}

func (k *Keeper) readTrends(ctx context.Context, v *View, runs []Run) error {
	unit := make(map[string]*Unit, len(v.Units))
	for _, u := range v.Units {
		unit[u.Code] = u
	}
	at := make(map[civil.Date]int, len(runs))
	for i, r := range runs {
		at[r.AsOf] = i
	}
	rows, err := k.conn.Query(ctx, `
SELECT
    as_of,
    code,
    index,
    light,
    rank,
    form
FROM wage_safety_index
WHERE (as_of, run) IN (`+RunTuples(runs)+`)`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var p Point
		var asOf time.Time
		var code string
		var form uint8
		if err := rows.Scan(&asOf, &code, &p.Index, &p.Light, &p.Rank, &form); err != nil {
			return err
		}
		u := unit[code]
		if u == nil || u.Form != form { // a line does not join what was measured differently
			continue
		}
		if u.Trend == nil {
			u.Trend = make([]Point, len(runs))
			for i, r := range runs {
				u.Trend[i].AsOf = r.AsOf
			}
		}
		p.AsOf = civil.OfColumn(asOf)
		if i, ok := at[p.AsOf]; ok {
			u.Trend[i] = p
		}
	}
	return rows.Err()
}

const warningColumns = `
    detector,
    scope,
    scope_id,
    episode,
    opened_on,
    closed_on,
    level,
    level_on,
    since,
    name,
    township,
    county,
    sector,
    department,
    workers,
    amount_fen,
    score,
    evidence,
    basis`

func (k *Keeper) readWarnings(ctx context.Context, run Run) ([]*Warning, error) {
	rows, err := k.conn.Query(withRun(ctx, run), `
SELECT`+warningColumns+`
FROM warnings
WHERE as_of = {as_of:Date} AND run = {run:UInt64} AND closed_on IS NULL
ORDER BY detector, scope, scope_id
LIMIT 1 BY detector, scope, scope_id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	return scanWarnings(rows)
}

func scanWarnings(rows interface {
	Next() bool
	Scan(...any) error
	Err() error
}) ([]*Warning, error) {
	var list []*Warning
	for rows.Next() {
		w := new(Warning)
		var opened, levelOn, since time.Time
		var closed *time.Time
		var level string
		if err := rows.Scan(&w.Detector, &w.Scope, &w.ScopeID, &w.Episode, &opened, &closed, &level, &levelOn, &since,
			&w.Name, &w.Township, &w.County, &w.Sector, &w.Department, &w.Workers, &w.AmountFen, &w.Score, &w.Evidence, &w.Basis); err != nil {
			return nil, err
		}
		w.Opened, w.LevelOn, w.Since, w.Closed, w.Level = civil.OfColumn(opened), civil.OfColumn(levelOn), civil.OfColumn(since), MaybeDate(closed), catalog.Level(level)
		list = append(list, w)
	}
	return list, rows.Err()
}

// withRun binds the parameters as_of and run.
func withRun(ctx context.Context, run Run) context.Context {
	return WithParameters(ctx, clickhouse.Parameters{"as_of": run.AsOf.String(), "run": strconv.FormatUint(run.Number, 10)})
}

// WithParameters binds the parameters of a query.
func WithParameters(ctx context.Context, p clickhouse.Parameters) context.Context {
	return clickhouse.Context(ctx, clickhouse.WithParameters(p))
}

// RunTuples writes runs as a list of (as_of, run) literals: dates and numbers only, so nothing needs escaping.
func RunTuples(runs []Run) string {
	var b []byte
	for i, r := range runs {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = fmt.Appendf(b, "(toDate('%s'), toUInt64(%d))", r.AsOf, r.Number)
	}
	if len(runs) == 0 {
		return "(toDate(0), toUInt64(0))"
	}
	return string(b)
}

// MaybeDate is DateOf where there may be none.
func MaybeDate(t *time.Time) *civil.Date {
	if t == nil {
		return nil
	}
	d := civil.OfColumn(*t)
	return &d
}
