package schedule

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/anxin-project/anxin/detectors/pass"
	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/runs"
	"github.com/anxin-project/anxin/internal/platform/logs"
)

// task is a run to make.
type task struct {
	kind    runs.Kind
	asOf    civil.Date
	catchUp bool // its turn had come before this process led
	afresh  bool // from all records, whatever earlier runs made of them
}

// settleTimeout is how long a process that must stop, or has lost the lead, takes to write down how its run ended.
const settleTimeout = 10 * time.Second

// Pass judges a date and publishes the result. It works out what came since the pass before and gives what PassAfresh
// would give. It waits for a run that is being made.
func (d *Scheduler) Pass(ctx context.Context, asOf civil.Date) (pass.Result, error) {
	return d.attempt(ctx, task{kind: runs.Manual, asOf: asOf}, 1)
}

// PassAfresh is Pass over all records, whatever earlier passes made of them.
func (d *Scheduler) PassAfresh(ctx context.Context, asOf civil.Date) (pass.Result, error) {
	return d.attempt(ctx, task{kind: runs.Manual, asOf: asOf, afresh: true}, 1)
}

// attempt makes a run, for the n-th time, and keeps its history: in the table run_attempts, the metrics and the log.
func (d *Scheduler) attempt(ctx context.Context, t task, n int) (pass.Result, error) {
	if err := d.passes.Admit(ctx); err != nil {
		return pass.Result{}, err
	}
	defer d.passes.Release()
	began := d.passes.Now()
	a := runs.Attempt{
		Started: began, Finished: began, Process: d.process, Status: runs.Running,
		Kind: t.kind, AsOf: t.asOf, CatchUp: t.catchUp, Attempt: n, Policy: d.passes.Policy.Version(),
	}
	result, err := pass.Result{}, d.record(ctx, a)
	if err == nil {
		result, err = d.make(ctx, t, began)
	}
	a.Finished, a.Stages = d.passes.Now(), result.Seconds
	switch {
	case err == nil:
		a.Status, a.Run, a.Warnings = runs.Done, result.Run, len(result.Active())
		var failed []string
		for _, f := range result.Failed {
			failed = append(failed, "detector "+f.Detector+" failed: "+f.Why)
		}
		a.Error = shorten(strings.Join(failed, "; "))
	case ctx.Err() != nil:
		a.Status = runs.Interrupted
	default:
		a.Status, a.Error = runs.Failed, shorten(err.Error())
	}
	d.metrics.passes.WithLabelValues(string(t.kind), string(a.Status)).Inc()
	settling, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	if missed := d.record(settling, a); missed != nil {
		// the store that fails a run often fails its history too: it is written down with the next attempt
		d.passes.Log.Warn("a run's end is not in the history yet", "kind", t.kind, "as_of", t.asOf.String(), "error", missed)
	}
	if err != nil {
		return result, fmt.Errorf("%s run as of %s: %w", t.kind, t.asOf, err)
	}
	d.metrics.passSeconds.WithLabelValues(string(t.kind)).Observe(a.Took().Seconds())
	d.passes.Log.Info("run done", "kind", t.kind, "as_of", t.asOf.String(), "run", a.Run, "goes_on", result.GoesOn, "warnings", a.Warnings, "seconds", a.Took().Seconds())
	return result, nil
}

// make does what a run of its kind does; it is called by who is admitted.
func (d *Scheduler) make(ctx context.Context, t task, began time.Time) (pass.Result, error) {
	if t.kind != runs.Monthly {
		return d.passes.Make(ctx, t.asOf, t.afresh, began)
	}
	// the edition makes a pass of its own where the month's facts are no longer there: that is to be admitted
	d.passes.Release()
	defer func() { _ = d.passes.Admit(context.WithoutCancel(ctx)) }()
	start := time.Now()
	err := d.onMonthly(ctx, policy.EditionOf(t.asOf))
	return pass.Result{AsOf: t.asOf, Seconds: map[string]float64{"edition": time.Since(start).Seconds()}}, err
}

// record writes how attempts stand: those that could not be written earlier, and these.
func (d *Scheduler) record(ctx context.Context, attempts ...runs.Attempt) error {
	d.unwritten = append(d.unwritten, attempts...)
	if len(d.unwritten) == 0 {
		return nil
	}
	if err := runs.Write(ctx, d.passes.Conn, d.unwritten); err != nil {
		return err
	}
	d.unwritten = nil
	return nil
}

// shorten keeps an error readable in a list; the log has the whole.
func shorten(text string) string {
	text = logs.Clean(text)
	const most = 600
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
