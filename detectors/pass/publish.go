package pass

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/detectors/index"
	domain "github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/region"
	"github.com/anxin-project/anxin/internal/platform/store"
)

type place struct{ name, township, sector string }

// places tells where subjects are.
type places struct {
	subjects  map[index.Subject]place
	townships map[string]bool
}

func (p places) of(scope domain.Scope, id string) place {
	at, ok := p.subjects[index.Subject{Scope: scope, ID: id}]
	if scope == domain.Township {
		at.name, at.township = region.Name(id), id
	}
	if !ok && at.name == "" {
		at.name = id
	}
	return at
}

func loadPlaces(ctx context.Context, facts driver.Conn) (places, error) {
	p := places{subjects: map[index.Subject]place{}, townships: map[string]bool{}}
	rows, err := facts.Query(ctx, "SELECT toString(scope), scope_id, name, toString(township), toString(sector) FROM subjects")
	if err != nil {
		return p, fmt.Errorf("reading subjects: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var s index.Subject
		var scope string
		var at place
		if err := rows.Scan(&scope, &s.ID, &at.name, &at.township, &at.sector); err != nil {
			return p, fmt.Errorf("reading subjects: %w", err)
		}
		s.Scope = domain.Scope(scope)
		if at.name == "" {
			at.name = s.ID
		}
		p.subjects[s] = at
		if at.township != "" {
			p.townships[at.township] = true
		}
	}
	return p, rows.Err()
}

// countProjects returns how many projects are under way.
func countProjects(ctx context.Context, facts driver.Conn) (int, error) {
	var n uint64
	if err := facts.QueryRow(ctx, "SELECT countIf(active) FROM projects").Scan(&n); err != nil {
		return 0, fmt.Errorf("counting projects: %w", err)
	}
	return int(n), nil
}

// runRow is one row of runs.
type runRow struct {
	AsOf     time.Time `ch:"as_of"`
	Run      uint64    `ch:"run"`
	Snapshot string    `ch:"snapshot"`
}

// latestRun returns the newest completed run of any date; zero when there is none.
func (d *Passes) latestRun(ctx context.Context) (runRow, error) {
	var rows []runRow
	if err := d.Conn.Select(ctx, &rows, "SELECT as_of, run, snapshot FROM runs ORDER BY run DESC LIMIT 1"); err != nil {
		return runRow{}, fmt.Errorf("reading runs: %w", err)
	}
	if len(rows) == 0 {
		return runRow{}, nil
	}
	return rows[0], nil
}

// warningsBefore returns the warnings of the latest run of the last date before asOf.
func (d *Passes) warningsBefore(ctx context.Context, asOf civil.Date) ([]Warning, error) {
	return d.readWarnings(ctx, `(as_of, run) IN
(
    SELECT as_of, run
    FROM runs
    WHERE as_of < ?
    ORDER BY as_of DESC, run DESC
    LIMIT 1
) AND closed_on IS NULL`, asOf.String())
}

// readWarnings reads warnings that were published.
func (d *Passes) readWarnings(ctx context.Context, where string, args ...any) ([]Warning, error) {
	const query = `
SELECT
    toString(detector), toString(scope), scope_id, episode, opened_on, closed_on, toString(level), level_on, since, name, toString(township),
    toString(sector), toString(department), workers, amount_fen, score, evidence, basis
FROM warnings FINAL
WHERE `
	rows, err := d.Conn.Query(ctx, query+where, args...)
	if err != nil {
		return nil, fmt.Errorf("reading earlier warnings: %w", err)
	}
	defer rows.Close()
	var all []Warning
	for rows.Next() {
		var w Warning
		var scope, level, evidence string
		var opened, levelOn, since time.Time
		var closed *time.Time
		var workers uint32
		if err := rows.Scan(&w.Detector, &scope, &w.ScopeID, &w.Episode, &opened, &closed, &level, &levelOn, &since, &w.Name, &w.Township,
			&w.Sector, &w.Department, &workers, &w.AmountFen, &w.Score, &evidence, &w.Basis); err != nil {
			return nil, fmt.Errorf("reading earlier warnings: %w", err)
		}
		w.Scope, w.Level, w.Evidence, w.Workers = domain.Scope(scope), domain.Level(level), json.RawMessage(evidence), int(workers)
		w.OpenedOn, w.LevelOn, w.Since = civil.OfColumn(opened), civil.OfColumn(levelOn), civil.OfColumn(since)
		if closed != nil {
			on := civil.OfColumn(*closed)
			w.ClosedOn = &on
		}
		all = append(all, w)
	}
	return all, rows.Err()
}

// Publish writes a run; the row in runs comes last and makes the rest visible. ran are the detectors that had their say.
func (d *Passes) Publish(ctx context.Context, r Result, snapshot string, began time.Time, ran []string) error {
	if err := d.publishWarnings(ctx, r); err != nil {
		return fmt.Errorf("publishing warnings: %w", err)
	}
	if err := d.publishIndex(ctx, r); err != nil {
		return fmt.Errorf("publishing the index: %w", err)
	}
	why, since := map[string]string{}, map[string]time.Time{}
	for _, f := range r.Failed {
		why[f.Detector], since[f.Detector] = f.Why, f.Since
	}
	odds := "INSERT INTO risk_odds SELECT toDate(?), ?, scope, scope_id, odds FROM " + store.Quote(snapshot) + ".odds"
	if err := d.Conn.Exec(ctx, odds, r.AsOf.String(), r.Run); err != nil {
		return fmt.Errorf("publishing odds: %w", err)
	}
	batch, err := d.Conn.PrepareBatch(ctx, "INSERT INTO runs (as_of, run, started_at, finished_at, policy_version, snapshot, detectors, warnings, failed, failed_since)")
	if err == nil {
		err = batch.Append(r.AsOf.Time(), r.Run, began, d.Now(), d.Policy.Version(), snapshot, ran, uint32(len(r.Active())), why, since)
	}
	if err == nil {
		err = batch.Send()
	}
	if err != nil {
		return fmt.Errorf("publishing the run: %w", err)
	}
	return nil
}

func (d *Passes) publishWarnings(ctx context.Context, r Result) error {
	batch, err := d.Conn.PrepareBatch(ctx, `INSERT INTO warnings (as_of, run, detector, scope, scope_id, episode, opened_on, closed_on, level, level_on,
since, name, township, county, sector, department, workers, amount_fen, score, evidence, basis)`)
	if err != nil {
		return err
	}
	for _, w := range r.Warnings {
		var closed *time.Time
		if w.ClosedOn != nil {
			t := w.ClosedOn.Time()
			closed = &t
		}
		err := batch.Append(r.AsOf.Time(), r.Run, w.Detector, string(w.Scope), w.ScopeID, w.Episode, w.OpenedOn.Time(), closed,
			string(w.Level), w.LevelOn.Time(), w.Since.Time(), w.Name, w.Township, region.County(w.Township), w.Sector, w.Department,
			uint32(w.Workers), w.AmountFen, w.Score, string(w.Evidence), w.Basis)
		if err != nil {
			return err
		}
	}
	return batch.Send()
}

func (d *Passes) publishIndex(ctx context.Context, r Result) error {
	batch, err := d.Conn.PrepareBatch(ctx, `INSERT INTO wage_safety_index (as_of, run, form, unit, code, name, county, prefecture, `+"`index`"+`, uncapped,
light, stale, cap, cap_reason, rank, ranked_of, rank_prefecture, ranked_prefecture, monitored_workers, arrears_workers, arrears_fen, late_workers,
silent_workers, unaccounted_workers, estimated_fen, closed, component, weight, score, points, numerator, denominator, shrunk, worst, lost, policy_version)`)
	if err != nil {
		return err
	}
	for _, row := range r.Index {
		var value, uncapped, limit *float64
		if row.Published() {
			value, uncapped = &row.Score.Index, &row.Score.Uncapped
			if row.Score.Cap > 0 {
				limit = &row.Score.Cap
			}
		}
		gains, err := asArray(row.Gains)
		if err != nil {
			return err
		}
		lost, err := asArray(row.Lost)
		if err != nil {
			return err
		}
		n := len(row.Score.Parts)
		components, weights, scores, points := make([]string, n), make([]float64, n), make([]float64, n), make([]float64, n)
		numerators, denominators, scored := make([]float64, n), make([]float64, n), make([]float64, n)
		for i, p := range row.Score.Parts {
			components[i], weights[i], scores[i], points[i] = string(p.Component), p.Weight, p.Score, p.Points
			numerators[i], denominators[i], scored[i] = p.Numerator, p.Denominator, p.Scored
		}
		err = batch.Append(r.AsOf.Time(), r.Run, uint8(index.Form), string(row.Unit), row.Code, region.Name(row.Code), row.County, row.Prefecture, value, uncapped,
			string(row.Score.Light), row.Stale, limit, string(row.Score.Reason()), uint32(row.Rank), uint32(row.RankedOf), uint32(row.RankPrefecture),
			uint32(row.RankedInPrefecture), uint32(row.Tally.Workers), uint32(row.Tally.Owed), row.OwedFen, uint32(row.Tally.Late),
			uint32(row.Tally.Silent), uint32(row.Unaccounted), row.EstimateFen, uint32(row.Closed), components, weights, scores, points,
			numerators, denominators, scored, gains, lost, d.Policy.Version())
		if err != nil {
			return err
		}
	}
	if err := batch.Send(); err != nil {
		return err
	}
	if len(r.Unplaced) == 0 {
		return nil
	}
	if batch, err = d.Conn.PrepareBatch(ctx, "INSERT INTO index_unplaced (as_of, run, scope, scope_id, name, county, workers, owed_workers, owed_fen, estimated_fen)"); err != nil {
		return err
	}
	for _, u := range r.Unplaced {
		err := batch.Append(r.AsOf.Time(), r.Run, string(u.Scope), u.ID, u.Name, u.County, uint32(u.Workers), uint32(u.Owed), u.OwedFen, u.EstimateFen)
		if err != nil {
			return err
		}
	}
	return batch.Send()
}

// asArray writes a list as JSON, none as an empty one.
func asArray[T any](list []T) (string, error) {
	if len(list) == 0 {
		return "[]", nil
	}
	text, err := json.Marshal(list)
	return string(text), err
}
