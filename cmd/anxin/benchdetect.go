package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/anxin-project/anxin/detectors/pass"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/embedded"
	"github.com/anxin-project/anxin/internal/platform/store"
	"github.com/anxin-project/anxin/internal/simulate"
)

func benchDetectCommand() *cobra.Command {
	var scale string
	var days int
	var times []int
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "detect",
		Short: "Seconds of a full pass and of one more day's, and how they grow",
		Long: `Stores a simulated year at a quarter, at half and at the whole of the scale: 1×, 2× and 4× the workers. At each it
makes a full pass of all detectors and the index, which warms up, and then, day by day, stores one more day of records,
makes the pass that goes on from the one before, and a full pass over the same date. The two must agree. Medians are
printed. The city takes about 15 minutes and 3 GB of disk on two cores.`,
		Example: "  anxin bench detect\n  anxin bench detect --scale county --days 1 --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if days < 1 {
				return badInput{errors.New("want --days of at least 1")}
			}
			size, err := simulate.ScaleByName(scale)
			if err != nil {
				return badInput{err}
			}
			for _, n := range times {
				if n < 1 {
					return badInput{errors.New("want --times from 1 on")}
				}
			}
			report, err := benchDetect(cmd.Context(), scale, size, times, days)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), report)
			}
			report.print(cmd.OutOrStdout())
			return nil
		},
	}
	cmd.Flags().StringVar(&scale, "scale", "city", "county or city")
	cmd.Flags().IntSliceVar(&times, "times", []int{1, 2, 4}, "sizes, as times a quarter of the scale; the growth needs two")
	cmd.Flags().IntVar(&days, "days", 3, "further days that are judged; the median is taken")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print every figure as JSON")
	return cmd
}

// detectReport is what bench detect measures.
type detectReport struct {
	Machine        machine      `json:"machine"`
	Scale          string       `json:"scale"`
	Sizes          []detectSize `json:"sizes"` // 1×, 2× and 4×
	Exponent       float64      `json:"growth_exponent"`
	TargetsReached bool         `json:"all_targets_reached"` // of design/benchmarks.md, for the city
}

// detectSize is what was measured at one size.
type detectSize struct {
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

func benchDetect(ctx context.Context, name string, whole simulate.Scale, sizes []int, days int) (*detectReport, error) {
	report := &detectReport{Machine: thisMachine(), Scale: name}
	for _, times := range sizes {
		size, err := benchDetectSize(ctx, report, whole, times, days)
		if err != nil {
			return nil, err
		}
		report.Sizes = append(report.Sizes, *size)
	}
	report.sum()
	return report, nil
}

// benchDetectSize measures a quarter of a scale, times times.
func benchDetectSize(ctx context.Context, report *detectReport, whole simulate.Scale, times, days int) (_ *detectSize, err error) {
	show := newProgress()
	defer show.clear()
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

	scale := whole
	scale.Projects, scale.Workers, scale.Employers = whole.Projects*times/4, whole.Workers*times/4, whole.Employers*times/4
	last := civil.NewDate(2026, 10, 20)
	world, err := simulate.New(simulate.Options{Seed: 1, From: civil.NewDate(2025, 10, 21), To: last, Scale: scale, Noise: true})
	if err != nil {
		return nil, err
	}
	c := defaultConfiguration()
	c.Store = store.Configuration{DSN: engine.DSN(store.DefaultDatabase), Connections: 8}
	c.Detectors.Settling = 0 // nothing is being stored while a pass runs
	p, err := open(ctx, c, quiet, time.Now)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, p.store.Close()) }()
	all, err := p.detectors()
	if err != nil {
		return nil, err
	}
	loader, err := newWorldLoader(world, p.store)
	if err != nil {
		return nil, err
	}
	load := func(to civil.Date) error {
		return loader.until(ctx, to, func(done civil.Date) { show.step("%d×: storing %s, %d records", times, done, loader.Records) })
	}
	if err := load(last); err != nil {
		return nil, err
	}
	size := &detectSize{Times: times}
	pass := func(what string, make func(context.Context, civil.Date) (pass.Result, error), asOf civil.Date) (r pass.Result, took, cpu float64, err error) {
		show.step("%d×: %s as of %s", times, what, asOf)
		start, before := time.Now(), processorTime(engine.Pid())+processorTime(os.Getpid())
		r, err = make(ctx, asOf)
		size.Peak = max(size.Peak, resident(engine.Pid())+resident(os.Getpid()))
		return r, time.Since(start).Seconds(), processorTime(engine.Pid()) + processorTime(os.Getpid()) - before, err
	}
	if _, _, _, err = pass("full pass", all.PassAfresh, last); err != nil {
		return nil, err
	}
	for asOf := last + 1; asOf <= last.AddDays(days); asOf++ {
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
	size.Records, size.Ratio = loader.Records, median(size.OneMore)/median(size.Full)
	size.Peak = max(size.Peak, peakResident(engine.Pid()))
	err = p.store.QueryRow(ctx, "SELECT uniqExact(worker_key) FROM workers").Scan(&size.Workers)
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

// Targets of design/benchmarks.md, for the city.
const (
	targetFull     = 60
	targetDetect   = 4 << 30
	targetOneMore  = 0.1
	targetExponent = 1.1
)

// sum fits time = c · workers^exponent to the full passes, by least squares of the logarithms.
func (r *detectReport) sum() {
	var x, y, xx, xy float64
	for _, s := range r.Sizes {
		a, b := math.Log(float64(s.Workers)), math.Log(median(s.Full))
		x, y, xx, xy = x+a, y+b, xx+a*a, xy+a*b
	}
	n := float64(len(r.Sizes))
	if n > 1 {
		r.Exponent = (n*xy - x*y) / (n*xx - x*x)
	}
	largest := r.Sizes[len(r.Sizes)-1]
	r.TargetsReached = median(largest.Full) <= targetFull && largest.Peak <= targetDetect && largest.Ratio <= targetOneMore && r.Exponent <= targetExponent
}

func (r *detectReport) print(w io.Writer) {
	mark := func(reached bool) string {
		if reached {
			return "reached"
		}
		return "missed"
	}
	fmt.Fprintf(w, "%s; %d cores (%s); ClickHouse %s\n\n", r.Scale, r.Machine.Cores, r.Machine.CPU, r.Machine.Engine)
	fmt.Fprintf(w, "%4s %12s %10s %9s %14s %10s %14s %9s %9s\n", "", "records", "workers", "full, s", "processor, s", "one day, s", "processor, s", "ratio", "peak, MB")
	for _, s := range r.Sizes {
		fmt.Fprintf(w, "%3d× %12d %10d %9.1f %14.1f %10.1f %14.1f %9.2f %9d\n",
			s.Times, s.Records, s.Workers, median(s.Full), s.FullCPU, median(s.OneMore), s.MoreCPU, s.Ratio, s.Peak>>20)
	}
	s := r.Sizes[len(r.Sizes)-1]
	fmt.Fprintf(w, "\n%-36s %9.1f   target ≤ %d: %s\n", "full pass, seconds", median(s.Full), targetFull, mark(median(s.Full) <= targetFull))
	fmt.Fprintf(w, "%-36s %9d   target ≤ %d: %s\n", "peak memory with the engine, MB", s.Peak>>20, targetDetect>>20, mark(s.Peak <= targetDetect))
	fmt.Fprintf(w, "%-36s %9.2f   target ≤ %.1f: %s\n", "one more day ÷ full", s.Ratio, targetOneMore, mark(s.Ratio <= targetOneMore))
	fmt.Fprintf(w, "%-36s %9.2f   target ≤ %.1f: %s\n", "growth exponent", r.Exponent, targetExponent, mark(r.Exponent <= targetExponent))
	for _, pass := range []struct {
		name  string
		steps map[string]float64
	}{{"full pass", s.Steps}, {"one more day", s.More}} {
		fmt.Fprintf(w, "\nslowest steps, %s (they overlap)\n", pass.name)
		for _, name := range slowest(pass.steps, 12) {
			fmt.Fprintf(w, "  %-34s %9.2f s\n", name, pass.steps[name])
		}
	}
}

// slowest returns the n steps that took longest.
func slowest(steps map[string]float64, n int) []string {
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
