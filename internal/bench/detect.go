package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/anxin-project/anxin/detectors/pass"
	"github.com/anxin-project/anxin/internal/app"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/embedded"
	"github.com/anxin-project/anxin/internal/platform/store"
	"github.com/anxin-project/anxin/internal/simulate"
)

// DetectReport is what bench detect measures.
type DetectReport struct {
	Machine        Machine      `json:"machine"`
	Scale          string       `json:"scale"`
	Sizes          []DetectSize `json:"sizes"` // 1×, 2× and 4×
	Exponent       float64      `json:"growth_exponent"`
	TargetsReached bool         `json:"all_targets_reached"` // those of the city; see TargetFull
}

// DetectSize is what was measured at one size.
type DetectSize struct {
	Times    int                `json:"times"`
	Records  int64              `json:"records"`
	Workers  uint64             `json:"workers"`
	Full     []float64          `json:"full_seconds"`
	OneMore  []float64          `json:"one_more_day_seconds"`
	Ratio    float64            `json:"one_more_day_to_full"` // of the medians
	FullCPU  float64            `json:"full_cpu_seconds"`     // of the last: engine and detectors
	MoreCPU  float64            `json:"one_more_day_cpu_seconds"`
	Peak     int64              `json:"peak_bytes"` // resident, with the engine
	Warnings int                `json:"warnings"`
	Steps    map[string]float64 `json:"full_steps_seconds"` // of the last full pass; steps overlap
	More     map[string]float64 `json:"one_more_day_steps_seconds"`
}

// DetectOptions say what Detect measures.
type DetectOptions struct {
	Name  string         // of the scale
	Scale simulate.Scale // the whole; a size is a quarter of it, some times
	Times []int          // the sizes, as times a quarter
	Days  int            // further days that are evaluated at each; the median is taken
}

// Detect measures, at each size, a full pass over a simulated year and the passes of further days that go on from it; the two
// must find the same. It tells show what it is at.
func Detect(ctx context.Context, o DetectOptions, show app.Show) (*DetectReport, error) {
	report := &DetectReport{Machine: thisMachine(), Scale: o.Name}
	for _, times := range o.Times {
		size, err := detectSize(ctx, report, o, times, show)
		if err != nil {
			return nil, err
		}
		report.Sizes = append(report.Sizes, *size)
	}
	report.sum()
	return report, nil
}

// detectSize measures a quarter of a scale, times times.
func detectSize(ctx context.Context, report *DetectReport, o DetectOptions, times int, show app.Show) (_ *DetectSize, err error) {
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

	scale, whole := o.Scale, o.Scale
	scale.Projects, scale.Workers, scale.Employers = whole.Projects*times/4, whole.Workers*times/4, whole.Employers*times/4
	last := civil.NewDate(2026, 10, 20)
	world, err := simulate.New(simulate.Options{Seed: 1, From: civil.NewDate(2025, 10, 21), To: last, Scale: scale, Noise: true})
	if err != nil {
		return nil, err
	}
	c := app.DefaultConfiguration()
	c.Store = store.Configuration{DSN: engine.DSN(store.DefaultDatabase), Connections: 8}
	c.Detectors.Settling = 0 // nothing is being stored while a pass runs
	p, err := app.Open(ctx, c, quiet, time.Now)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, p.Store.Close()) }()
	all, err := p.Detectors()
	if err != nil {
		return nil, err
	}
	loader, err := newWorldLoader(world, p.Store)
	if err != nil {
		return nil, err
	}
	load := func(to civil.Date) error {
		return loader.until(ctx, to, func(done civil.Date) { show("%d×: storing %s, %d records", times, done, loader.Records) })
	}
	if err := load(last); err != nil {
		return nil, err
	}
	size := &DetectSize{Times: times}
	pass := func(what string, make func(context.Context, civil.Date) (pass.Result, error), asOf civil.Date) (r pass.Result, took, cpu float64, err error) {
		show("%d×: %s as of %s", times, what, asOf)
		start, before := time.Now(), processorTime(engine.Pid())+processorTime(os.Getpid())
		r, err = make(ctx, asOf)
		size.Peak = max(size.Peak, resident(engine.Pid())+resident(os.Getpid()))
		return r, time.Since(start).Seconds(), processorTime(engine.Pid()) + processorTime(os.Getpid()) - before, err
	}
	if _, _, _, err = pass("full pass", all.PassAfresh, last); err != nil {
		return nil, err
	}
	for asOf := last + 1; asOf <= last.AddDays(o.Days); asOf++ {
		if err := load(asOf); err != nil {
			return nil, err
		}
		more, took, cpu, err := pass("one more day", all.Pass, asOf)
		if err != nil {
			return nil, err
		}
		if !more.GoesOn {
			return nil, fmt.Errorf("the pass as of %s did not go on from the one before", asOf)
		}
		size.OneMore, size.MoreCPU, size.More = append(size.OneMore, took), cpu, more.Steps
		full, took, cpu, err := pass("full pass", all.PassAfresh, asOf)
		if err != nil {
			return nil, err
		}
		size.Full, size.FullCPU, size.Steps, size.Warnings = append(size.Full, took), cpu, full.Steps, len(full.Active())
		if err := agree(more, full); err != nil {
			return nil, fmt.Errorf("as of %s: %w", asOf, err)
		}
	}
	size.Records, size.Ratio = loader.Records, Median(size.OneMore)/Median(size.Full)
	size.Peak = max(size.Peak, peakResident(engine.Pid()))
	err = p.Store.QueryRow(ctx, "SELECT uniqExact(worker_key) FROM workers").Scan(&size.Workers)
	return size, err
}

// agree returns an error unless two passes over a date found the same.
func agree(a, b pass.Result) error {
	x, err := json.Marshal(a.Active())
	if err != nil {
		return err
	}
	y, err := json.Marshal(b.Active())
	if err != nil {
		return err
	}
	if !bytes.Equal(x, y) {
		return errors.New("the full pass and the pass that went on found different warnings: this is a fault of Anxin, please report it")
	}
	return nil
}

// What the city is to reach.
const (
	TargetFull     = 60      // seconds of a full pass, at most
	TargetDetect   = 4 << 30 // bytes of memory with the engine, at most
	TargetOneMore  = 0.1     // one more day's pass, as a share of a full one, at most
	TargetExponent = 1.1     // of the growth of a full pass with the workers, at most
)

// sum fits time = c · workers^exponent to the full passes, by least squares of the logarithms.
func (r *DetectReport) sum() {
	var x, y, xx, xy float64
	for _, s := range r.Sizes {
		a, b := math.Log(float64(s.Workers)), math.Log(Median(s.Full))
		x, y, xx, xy = x+a, y+b, xx+a*a, xy+a*b
	}
	n := float64(len(r.Sizes))
	if n > 1 {
		r.Exponent = (n*xy - x*y) / (n*xx - x*x)
	}
	largest := r.Sizes[len(r.Sizes)-1]
	r.TargetsReached = Median(largest.Full) <= TargetFull && largest.Peak <= TargetDetect && largest.Ratio <= TargetOneMore && r.Exponent <= TargetExponent
}

// Slowest returns the n steps that took longest.
func Slowest(steps map[string]float64, n int) []string {
	var names []string
	for name := range steps {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if steps[a] != steps[b] {
			if steps[a] > steps[b] {
				return -1
			}
			return 1
		}
		return 0
	})
	return names[:min(n, len(names))]
}
