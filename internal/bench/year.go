package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/detectors/pass"
	"github.com/anxin-project/anxin/internal/app"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/runs"
	"github.com/anxin-project/anxin/internal/platform/embedded"
	"github.com/anxin-project/anxin/internal/platform/store"
	"github.com/anxin-project/anxin/internal/simulate"
)

// YearReport is what bench year measures.
type YearReport struct {
	Machine  Machine   `json:"machine"`
	Warnings int       `json:"warnings"`
	Runs     int       `json:"runs_a_day"`
	Points   []YearDay `json:"days"`
}

// YearDay is how the store stood after so many days of runs. Seconds are medians over the day's last runs.
type YearDay struct {
	Day      int     `json:"day"`
	Made     int     `json:"runs_made"` // so far
	Kept     uint64  `json:"runs_kept"`
	Rows     uint64  `json:"warnings_kept"`
	Parts    uint64  `json:"parts"` // of the tables that runs write
	Bytes    uint64  `json:"bytes"` // of these
	Publish  float64 `json:"publish_seconds"`
	Prune    float64 `json:"prune_seconds"`
	Overview float64 `json:"overview_seconds"` // reading the latest run, as a console does when one has come
	Subject  float64 `json:"subject_seconds"`  // the facts and past warnings of a subject that is warned about every day
	History  float64 `json:"history_seconds"`  // the page of runs
}

// drawn is the detector that the drawn warnings are said to be of.
const drawn = "drawn"

// YearOptions say what Year simulates.
type YearOptions struct {
	Days, Runs, Warnings int // runs a day, warnings a run
	Every                int // days between two measurements
}

// Year publishes runs as the schedule does, day after day, and measures now and then what the store holds and how long pages
// take. What the runs find is drawn; the snapshot that pages read is that of one real run.
func Year(ctx context.Context, o YearOptions, show app.Show) (_ *YearReport, err error) {
	report := &YearReport{Machine: thisMachine(), Warnings: o.Warnings, Runs: o.Runs}
	dir, err := os.MkdirTemp("", "anxin-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	quiet := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	engine, err := embedded.StartEngine(ctx, embedded.Options{Dir: filepath.Join(dir, "store"), Logger: quiet})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	report.Machine.Engine = engine.Version()
	err = publishYear(ctx, report, o, engine.DSN(store.DefaultDatabase), quiet, show)
	return report, err
}

// publishYear is Year on a store that is there.
func publishYear(ctx context.Context, report *YearReport, o YearOptions, dsn string, log *slog.Logger, show app.Show) (err error) {
	first := civil.NewDate(2026, 1, 31)
	clock := first.End()
	now := func() time.Time { return clock }
	c := app.DefaultConfiguration()
	c.Store = store.Configuration{DSN: dsn, Connections: 8}
	p, err := app.Open(ctx, c, log, now)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Store.Close()) }()
	all, err := p.Detectors()
	if err != nil {
		return err
	}
	scale, err := simulate.ScaleByName("tiny")
	if err != nil {
		return err
	}
	world, err := simulate.New(simulate.Options{Seed: 1, From: first.AddDays(-90), To: first, Scale: scale})
	if err != nil {
		return err
	}
	loader, err := newWorldLoader(world, p.Store)
	if err != nil {
		return err
	}
	if err := loader.until(ctx, first, func(civil.Date) {}); err != nil {
		return err
	}
	base, err := all.PassAfresh(ctx, first)
	if err != nil {
		return err
	}
	y := year{YearOptions: o, Parts: p, passes: all.Passes, base: base, report: report}
	if err := p.Store.QueryRow(ctx, "SELECT snapshot FROM runs").Scan(&y.snapshot); err != nil {
		return err
	}
	if err := p.Store.QueryRow(ctx, "SELECT min(project_id) FROM "+store.Quote(y.snapshot)+".projects").Scan(&y.subject); err != nil {
		return err
	}
	random := rand.New(rand.NewPCG(1, 1))
	for day := 1; day <= o.Days; day++ {
		show("day %d of %d", day, o.Days)
		asOf := first.AddDays(day)
		var publish, prune []float64
		for n := range o.Runs {
			clock = asOf.Start().Add(time.Duration(n+1) * 24 * time.Hour / time.Duration(o.Runs+1))
			took, err := y.run(ctx, asOf, clock, random)
			if err != nil {
				return err
			}
			publish, prune = append(publish, took[0]), append(prune, took[1])
		}
		if err := y.passes.RemoveLeftovers(ctx); err != nil {
			return err
		}
		if day%o.Every == 0 || day == o.Days {
			one := YearDay{Day: day, Made: day * o.Runs, Publish: Median(last(publish)), Prune: Median(last(prune))}
			if err := y.measure(ctx, &one, now); err != nil {
				return err
			}
			report.Points = append(report.Points, one)
		}
	}
	return nil
}

// last are the values at the end, of which a median is taken.
func last(values []float64) []float64 { return values[max(0, len(values)-5):] }

// year is what runs are published with.
type year struct {
	YearOptions
	*app.Parts
	passes            *pass.Passes
	base              pass.Result
	snapshot, subject string
	report            *YearReport
}

// run publishes a run of drawn warnings, removes what it replaces, and writes its attempt into the history.
func (y *year) run(ctx context.Context, asOf civil.Date, at time.Time, random *rand.Rand) (took [2]float64, err error) {
	r := pass.Result{AsOf: asOf, Run: uint64(at.UnixMilli()), Index: y.base.Index, Unplaced: y.base.Unplaced}
	for i := range y.Warnings {
		id := fmt.Sprintf("P-%06d", i)
		if i == 0 {
			id = y.subject
		}
		evidence, err := json.Marshal(map[string]any{"owed_fen": random.Int64N(1e9), "oldest_due_by": asOf.AddDays(-random.IntN(90)).String(), "records": []int64{random.Int64(), random.Int64()}})
		if err != nil {
			return took, err
		}
		r.Warnings = append(r.Warnings, pass.Warning{
			Detector: drawn, Level: catalog.Red, Scope: catalog.Project, ScopeID: id, Name: "某项目 " + id, Township: "331024001", Since: asOf.AddDays(-random.IntN(90)),
			Workers: random.IntN(200), AmountFen: random.Int64N(1e9), Score: random.Float64(), Evidence: evidence, Basis: []string{"Reg. 3"},
			Episode: fmt.Sprintf("%016x", i+1), OpenedOn: asOf.AddDays(-30), LevelOn: asOf.AddDays(-20), Sector: "construction", Department: "housing",
		})
	}
	attempt := runs.Attempt{Started: at, Finished: at, Process: "bench:1", Status: runs.Running, Kind: runs.Fast, AsOf: asOf, Attempt: 1}
	if err := runs.Write(ctx, y.Store, []runs.Attempt{attempt}); err != nil {
		return took, err
	}
	began := time.Now()
	if err := y.passes.Publish(ctx, r, y.snapshot, at, []string{drawn}); err != nil {
		return took, err
	}
	took[0], began = time.Since(began).Seconds(), time.Now()
	if err := y.passes.Prune(ctx, y.snapshot); err != nil {
		return took, err
	}
	took[1] = time.Since(began).Seconds()
	attempt.Status, attempt.Finished, attempt.Run, attempt.Warnings = runs.Done, at.Add(time.Minute), r.Run, len(r.Warnings)
	return took, runs.Write(ctx, y.Store, []runs.Attempt{attempt})
}

func (y *year) measure(ctx context.Context, one *YearDay, now func() time.Time) error {
	err := errors.Join(
		y.Store.QueryRow(ctx, "SELECT count() FROM runs FINAL").Scan(&one.Kept),
		y.Store.QueryRow(ctx, "SELECT count() FROM warnings FINAL").Scan(&one.Rows),
		y.Store.QueryRow(ctx, "SELECT countIf(active), sumIf(bytes_on_disk, active) FROM system.parts WHERE database = currentDatabase() AND table IN ('warnings', 'wage_safety_index', 'index_unplaced', 'runs', 'run_attempts')").Scan(&one.Parts, &one.Bytes),
	)
	if err != nil {
		return err
	}
	measured := func(do func() error) (float64, error) {
		var seconds []float64
		for range 5 {
			began := time.Now()
			if err := do(); err != nil {
				return 0, err
			}
			seconds = append(seconds, time.Since(began).Seconds())
		}
		return Median(seconds), nil
	}
	keeper, err := view.NewKeeper(view.KeeperDependencies{Conn: y.Store, Remember: 1, Logger: y.Log, Now: now, Newer: func() {}, Metrics: prometheus.NewRegistry()})
	if err != nil {
		return err
	}
	if one.Overview, err = measured(func() error {
		latest, err := keeper.ReadView(ctx, nil)
		if err == nil && len(latest.Warnings) != y.Warnings {
			err = fmt.Errorf("the pages show %d warnings, want %d", len(latest.Warnings), y.Warnings)
		}
		return err
	}); err != nil {
		return err
	}
	latest, err := keeper.ReadView(ctx, nil)
	if err != nil {
		return err
	}
	if one.Subject, err = measured(func() error {
		facts, err := keeper.ReadFacts(ctx, latest, catalog.Project, y.subject)
		if err == nil && len(facts.Episodes) == 0 {
			err = errors.New("the page of a subject tells of no warnings")
		}
		return err
	}); err != nil {
		return err
	}
	one.History, err = measured(func() error {
		_, err := runs.History(ctx, y.Store, runs.Choice{Most: 50})
		return err
	})
	return err
}
