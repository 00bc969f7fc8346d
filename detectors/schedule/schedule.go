// Package schedule makes runs by a schedule, one after the other, in the one process that leads. What is due is told from the
// tables, so what was missed is made up for; every attempt is kept in the history.
package schedule

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/robfig/cron/v3"

	"github.com/anxin-project/anxin/detectors/pass"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/runs"
	"github.com/anxin-project/anxin/internal/platform/backoff"
)

// Dependencies are what the schedule works with.
type Dependencies struct {
	Passes *pass.Passes
	// Wait returns at an instant of the passes' clock, or with the context's error; nil waits by timers.
	Wait func(ctx context.Context, until time.Time) error
	// Leader lets one process at a time make runs; nil where there is only one.
	Leader Leader
	// OnMonthly makes the edition of a month that has ended; it may make passes. It may be asked for the same month again.
	// Nil makes none.
	OnMonthly func(ctx context.Context, month civil.Month) error
	// Metrics takes the schedule's metrics; nil keeps them.
	Metrics prometheus.Registerer
}

// Scheduler makes runs.
type Scheduler struct {
	config    Configuration
	passes    *pass.Passes
	wait      func(context.Context, time.Time) error
	leader    Leader
	onMonthly func(context.Context, civil.Month) error
	process   string // host:pid, for the history
	metrics   *metrics
	// unwritten attempts are what the history lacks; whoever is admitted to make a pass may touch them
	unwritten []runs.Attempt
}

// New prepares the schedule; nothing runs yet.
func New(c Configuration, deps Dependencies) (*Scheduler, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if _, err := deps.Passes.Policy.EditionDay(civil.DateOf(deps.Passes.Now()).Month()); err != nil {
		return nil, err
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown" // it only tells people where to look
	}
	d := &Scheduler{
		config: c, passes: deps.Passes, wait: deps.Wait, leader: deps.Leader, onMonthly: deps.OnMonthly,
		process: fmt.Sprintf("%s:%d", host, os.Getpid()), metrics: newMetrics(deps.Metrics),
	}
	if d.wait == nil {
		d.wait = d.waitUntil
	}
	return d, nil
}

// Leader lets one process at a time make runs.
type Leader interface {
	// Run calls work whenever this process leads, with a context that ends when it no longer does, until its own context
	// ends or work returns true.
	Run(ctx context.Context, work func(leading context.Context) (done bool)) error
}

// Run makes runs by the schedule whenever this process leads, until the context ends. It makes one after the other: none
// overlap. onPass is called after each pass.
func (d *Scheduler) Run(ctx context.Context, onPass func(context.Context, pass.Result)) error {
	lines, err := d.config.lines()
	if err != nil {
		return err
	}
	if d.onMonthly == nil {
		delete(lines, runs.Monthly)
	}
	d.metrics.leading.WithLabelValues().Set(0)
	work := func(leading context.Context) bool {
		d.metrics.leading.WithLabelValues().Set(1)
		defer d.metrics.leading.WithLabelValues().Set(0)
		defer d.metrics.forgetSchedule() // it is another's to tell
		s := schedule{Scheduler: d, lines: lines, onPass: onPass, since: d.passes.Now(), failures: map[runs.Kind]failure{}}
		for kind := range lines {
			d.metrics.complete.WithLabelValues(string(kind)).Set(seconds(s.since))
		}
		for leading.Err() == nil {
			s.step(leading)
		}
		return false
	}
	if d.leader == nil {
		work(ctx)
		return nil
	}
	return d.leader.Run(ctx, work)
}

// lines returns when the kinds of run that the schedule has come round.
func (c Configuration) lines() (map[runs.Kind]cron.Schedule, error) {
	lines := map[runs.Kind]cron.Schedule{}
	for kind, text := range map[runs.Kind]string{runs.Fast: c.Fast, runs.Nightly: c.Nightly, runs.Daily: c.Daily, runs.Monthly: c.Monthly} {
		if text == "" {
			continue
		}
		line, err := cron.ParseStandard(text)
		if err != nil {
			return nil, fmt.Errorf("detectors.schedule.%s %q: %w", kind, text, err)
		}
		lines[kind] = line
	}
	return lines, nil
}

// order is that in which runs are made that are due at once: days in their order, so that episodes open on the day they
// should have, what is made of a day after it, and today last.
var order = []runs.Kind{runs.Nightly, runs.Daily, runs.Monthly, runs.Fast}

// schedule is what a leader knows beside the tables: a process that leads anew starts from these alone.
type schedule struct {
	*Scheduler
	lines    map[runs.Kind]cron.Schedule
	onPass   func(context.Context, pass.Result)
	since    time.Time // when this process came to lead
	fastNext time.Time // turn of the next fast run
	tookOver bool
	looked   failure // of looking what is due
	failures map[runs.Kind]failure
}

// failure says how often something failed in a row and when it is tried again.
type failure struct {
	times int
	until time.Time
}

// again returns the failure after one more: each pause is twice the one before, up to the longest, and never quite the same.
func (f failure) again(now time.Time, c Configuration) failure {
	return failure{f.times + 1, now.Add(backoff.Doubling{First: c.RetryFirst, Most: c.RetryMost}.Spread(f.times))}
}

// step makes the first run that is due, or waits until one may be.
func (s *schedule) step(ctx context.Context) {
	tasks, err := s.look(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return
		}
		s.looked = s.looked.again(s.passes.Now(), s.config)
		s.passes.Log.Error("cannot tell which runs are due; looking again", "error", err, "at", s.looked.until)
		for kind := range s.lines {
			s.metrics.failing.WithLabelValues(string(kind)).Set(float64(s.looked.times))
		}
		_ = s.wait(ctx, s.looked.until) // the context's end is seen by the caller
		return
	}
	s.looked = failure{}
	now := s.passes.Now()
	for _, t := range tasks {
		if !s.failures[t.kind].until.After(now) {
			s.run(ctx, t)
			return
		}
	}
	_ = s.wait(ctx, s.next(now))
}

// look returns the runs that are due; a process that has just come to lead first clears away what the one before it left.
func (s *schedule) look(ctx context.Context) ([]task, error) {
	if !s.tookOver {
		if err := s.takeOver(ctx); err != nil {
			return nil, err
		}
		s.tookOver = true
	}
	p, err := s.progress(ctx)
	if err != nil {
		return nil, err
	}
	now := s.passes.Now()
	tasks := s.due(p, now)
	behind := map[runs.Kind]bool{}
	for _, t := range tasks {
		behind[t.kind] = true
	}
	for kind := range s.lines {
		if !behind[kind] && (!behind[runs.Nightly] || kind == runs.Fast) { // the others wait for the night's
			s.metrics.complete.WithLabelValues(string(kind)).Set(seconds(now))
			s.metrics.failing.WithLabelValues(string(kind)).Set(0)
		}
	}
	return tasks, nil
}

// run makes a run and remembers how it went.
func (s *schedule) run(ctx context.Context, t task) {
	f := s.failures[t.kind]
	result, err := s.attempt(ctx, t, f.times+1)
	now := s.passes.Now()
	switch {
	case err == nil:
		delete(s.failures, t.kind)
		s.metrics.failing.WithLabelValues(string(t.kind)).Set(0)
		if t.kind == runs.Nightly {
			s.tidy(ctx)
		}
		if t.kind == runs.Fast {
			s.fastNext = s.turn(runs.Fast, now)
		}
		if t.kind != runs.Monthly {
			s.onPass(ctx, result)
		}
	case ctx.Err() == nil:
		s.failures[t.kind] = f.again(now, s.config)
		s.metrics.failing.WithLabelValues(string(t.kind)).Set(float64(f.times + 1))
		s.passes.Log.Error("run failed; it is tried again", "error", err, "attempt", f.times+1, "at", s.failures[t.kind].until)
	}
}

// next returns when something may be due again.
func (s *schedule) next(now time.Time) time.Time {
	at := now.Add(24 * time.Hour)
	for kind := range s.lines {
		if turn := s.turn(kind, now); turn.Before(at) {
			at = turn
		}
		if f := s.failures[kind]; f.times > 0 && f.until.Before(at) {
			at = f.until
		}
	}
	return at
}

// turn returns the first turn of a kind after an instant.
func (s *schedule) turn(kind runs.Kind, after time.Time) time.Time {
	return s.lines[kind].Next(after.In(civil.Zone))
}

// waitUntil returns at an instant of the clock, which it looks at every minute: clocks are set, and machines sleep.
func (d *Scheduler) waitUntil(ctx context.Context, until time.Time) error {
	for {
		left := until.Sub(d.passes.Now())
		if left <= 0 {
			return nil
		}
		timer := time.NewTimer(min(left, time.Minute))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
	}
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }
