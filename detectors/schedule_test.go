package detectors_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/anxin-project/anxin/detectors"
	"github.com/anxin-project/anxin/detectors/pass"
	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/runs"
)

// patience is far more than anything here takes.
const patience = time.Minute

// clock is set by the test. It goes on by a second whenever it is read, as time does while a process works.
type clock struct {
	mu      sync.Mutex
	at      time.Time
	waiting chan time.Time // until when the schedule waits
	wake    chan struct{}
}

func clockAt(at time.Time) *clock {
	return &clock{at: at, waiting: make(chan time.Time), wake: make(chan struct{})}
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(time.Second)
	return c.at
}

func (c *clock) Wait(ctx context.Context, until time.Time) error {
	select {
	case c.waiting <- until:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-c.wake:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// idle returns until when the schedule waits, once it has nothing to do.
func (c *clock) idle(t *testing.T) time.Time {
	t.Helper()
	select {
	case until := <-c.waiting:
		return until
	case <-time.After(patience):
		t.Fatal("the schedule does not come to rest")
		return time.Time{}
	}
}

// goOn sets the clock and wakes a schedule that is idle.
func (c *clock) goOn(at time.Time) {
	c.mu.Lock()
	c.at = at
	c.mu.Unlock()
	c.wake <- struct{}{}
}

// scheduled is a process that makes runs by the schedule.
type scheduled struct {
	*detectors.Detectors
	bench   bench
	clock   *clock
	metrics *prometheus.Registry
	months  *[]civil.Month
	stop    func()
}

// process starts a process over a bench's database; changes may change its configuration and dependencies.
func process(t *testing.T, b bench, at string, changes ...func(*detectors.Configuration, *detectors.Dependencies)) *scheduled {
	t.Helper()
	s := &scheduled{bench: b, clock: clockAt(moment(t, at)), metrics: prometheus.NewRegistry(), months: &[]civil.Month{}}
	deps := b.deps
	deps.Now, deps.Wait, deps.Metrics = s.clock.Now, s.clock.Wait, s.metrics
	deps.OnMonthly = func(ctx context.Context, m civil.Month) error { // an edition may need a pass
		*s.months = append(*s.months, m)
		_, err := s.Pass(ctx, m.Last())
		return err
	}
	c := detectors.DefaultConfiguration()
	c.Schedule.Fast = "0 12 * * *" // so that tests make few of them
	for _, change := range changes {
		change(&c, &deps)
	}
	var err error
	if s.Detectors, err = detectors.New(c, deps); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, func(context.Context, pass.Result) {}) }()
	s.stop = sync.OnceFunc(func() {
		cancel()
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("the schedule ended with %v", err)
			}
		case <-time.After(patience):
			t.Error("the schedule does not end")
		}
	})
	t.Cleanup(s.stop)
	return s
}

// passAt makes a pass by hand at a simulated time.
func (b bench) passAt(t *testing.T, at, asOf string) {
	t.Helper()
	deps := b.deps
	deps.Now = clockAt(moment(t, at)).Now
	d, err := detectors.New(detectors.DefaultConfiguration(), deps)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Pass(t.Context(), date(t, asOf)); err != nil {
		t.Fatal(err)
	}
}

// moment reads a time in Asia/Shanghai.
func moment(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", text, civil.Zone)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// history tells all attempts, the oldest first.
func (b bench) history(t *testing.T) []string {
	t.Helper()
	attempts, err := runs.History(t.Context(), b.conn, runs.Choice{})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, a := range slices.Backward(attempts) {
		text := fmt.Sprintf("%s %s %s", a.Kind, a.AsOf, a.Status)
		if a.CatchUp {
			text += " catch-up"
		}
		if a.Attempt > 1 {
			text += fmt.Sprintf(" attempt %d", a.Attempt)
		}
		all = append(all, text)
	}
	return all
}

func (b bench) mustHaveMade(t *testing.T, want ...string) {
	t.Helper()
	if got := b.history(t); !slices.Equal(got, want) {
		t.Errorf("the history is\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func TestEveryKindOfRunIsMadeAtItsTurn(t *testing.T) {
	b := open(t, policy.National())
	s := process(t, b, "2026-11-10 12:00")
	made := []string{"fast 2026-11-10 done"}
	for _, turn := range []struct{ at, run string }{
		{"2026-11-11 01:15", "nightly 2026-11-10 done"},
		{"2026-11-11 07:00", "daily 2026-11-10 done"},
		{"2026-11-11 07:30", "monthly 2026-11-10 done"},
		{"2026-11-11 12:00", "fast 2026-11-11 done"},
		{"2026-11-12 01:15", "nightly 2026-11-11 done"},
	} {
		until := s.clock.idle(t)
		b.mustHaveMade(t, made...)
		if want := moment(t, turn.at); !until.Equal(want) {
			t.Fatalf("after %s it waits until %s, want %s", made, until.In(civil.Zone), want)
		}
		s.clock.goOn(until)
		made = append(made, turn.run)
		if strings.HasPrefix(turn.run, "monthly") {
			made = append(made, "manual 2026-10-31 done")
		}
	}
	s.clock.idle(t)
	b.mustHaveMade(t, made...)
	if want := []civil.Month{date(t, "2026-10-01").Month()}; !slices.Equal(*s.months, want) {
		t.Errorf("editions of %v were made, want %v", *s.months, want)
	}
	// a process that starts anew finds all of it made, but for today
	s.stop()
	s = process(t, b, "2026-11-12 06:00")
	s.clock.idle(t)
	b.mustHaveMade(t, append(made, "fast 2026-11-12 done")...)
}

func TestMissedDaysAreMadeUpForTheOldestFirst(t *testing.T) {
	b := open(t, policy.National())
	b.tell(t, `
projects: [{id: P2}]
payroll:
  - {worker: W1, project: P2, months: 2026-08, channel: in_kind, paid_on: 2026-09-17}
`)
	b.passAt(t, "2026-09-16 00:30", "2026-09-15")
	b.passAt(t, "2026-09-16 08:00", "2026-09-16") // before the day has ended: it is missed still
	s := process(t, b, "2026-09-19 09:00")
	s.clock.idle(t)
	b.mustHaveMade(t, "manual 2026-09-15 done", "manual 2026-09-16 done",
		"nightly 2026-09-16 done catch-up", "nightly 2026-09-17 done catch-up", "nightly 2026-09-18 done catch-up", "fast 2026-09-19 done")
	opened := texts(t, b.conn, "SELECT DISTINCT toString(opened_on) FROM warnings WHERE as_of = '2026-09-19' AND detector = 'in-kind-payment'")
	if !slices.Equal(opened, []string{"2026-09-17"}) {
		t.Errorf("the episodes open on %v, want the day on which the condition was there to be seen", opened)
	}
}

func TestALongAbsenceIsMadeUpForAsFarAsConfigured(t *testing.T) {
	b := open(t, policy.National())
	b.passAt(t, "2026-06-01 01:15", "2026-05-31")
	s := process(t, b, "2026-09-12 09:00", func(c *detectors.Configuration, _ *detectors.Dependencies) { c.Schedule.CatchUpDays = 2 })
	s.clock.idle(t)
	b.mustHaveMade(t, "manual 2026-05-31 done",
		"nightly 2026-09-10 done catch-up", "nightly 2026-09-11 done catch-up", "monthly 2026-09-10 done catch-up", "manual 2026-08-31 done", "fast 2026-09-12 done")
}

func TestARunThatFailsIsTriedAgainAndLeavesNothing(t *testing.T) {
	b := open(t, policy.National())
	exec := func(statement string) {
		t.Helper()
		if err := b.conn.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	exec("RENAME TABLE wage_safety_index TO away") // warnings are written by then, and the index is not
	s := process(t, b, "2026-10-31 12:00")
	for n, longest := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute} {
		until := s.clock.idle(t)
		if wait := until.Sub(s.clock.Now()); wait > longest || wait < longest/2-10*time.Second {
			t.Errorf("after %d failures it waits %v, want between half of %v and that", n+1, wait, longest)
		}
		if got := value(t, s.metrics, "anxin_detector_failed_attempts"); got != float64(n+1) {
			t.Errorf("anxin_detector_failed_attempts is %v after %d failures", got, n+1)
		}
		if n < 2 {
			s.clock.goOn(until)
		}
	}
	attempts, err := runs.History(t.Context(), b.conn, runs.Choice{Status: runs.Failed})
	if err != nil || len(attempts) != 3 || !strings.Contains(attempts[0].Error, "wage_safety_index") || attempts[0].Stages["snapshot"] == 0 {
		t.Errorf("the failed attempts are %+v, %v", attempts, err)
	}
	if got := texts(t, b.conn, "SELECT toString(run) FROM runs"); len(got) > 0 {
		t.Errorf("failed runs are visible: %v", got)
	}
	if got := b.snapshots(t); len(got) > 0 {
		t.Errorf("failed runs leave %v", got)
	}
	exec("RENAME TABLE away TO wage_safety_index")
	s.clock.goOn(s.clock.Now().Add(2 * time.Minute))
	s.clock.idle(t)
	b.mustHaveMade(t, "fast 2026-10-31 failed", "fast 2026-10-31 failed attempt 2", "fast 2026-10-31 failed attempt 3", "fast 2026-10-31 done attempt 4")
	if got := value(t, s.metrics, "anxin_detector_failed_attempts"); got != 0 {
		t.Errorf("anxin_detector_failed_attempts is %v after a success", got)
	}
	if got := value(t, s.metrics, "anxin_detector_passes_total"); got != 4 {
		t.Errorf("%v attempts were counted, want 4", got)
	}
}

func TestAStoreThatIsAwayIsWaitedForAndTheHistoryMadeUpFor(t *testing.T) {
	b := open(t, policy.National())
	var away refusing
	s := process(t, b, "2026-10-31 12:00", func(_ *detectors.Configuration, d *detectors.Dependencies) {
		d.Store = refusingConn{d.Store, &away}
		opened := d.Open
		d.Open = func(database string) (driver.Conn, error) { // in the midst of the run
			away.set(true)
			return opened(database)
		}
	})
	until := s.clock.idle(t)
	if got := b.history(t); !slices.Equal(got, []string{"fast 2026-10-31 running"}) {
		t.Errorf("while the store is away the history is %v", got)
	}
	s.clock.goOn(until) // it cannot even look what is due
	until = s.clock.idle(t)
	away.set(false)
	s.clock.goOn(until)
	s.clock.idle(t)
	if got := b.history(t); got[0] != "fast 2026-10-31 failed" {
		t.Errorf("when the store is back the history is %v", got)
	}
}

// refusing tells whether a store refuses.
type refusing struct {
	mu sync.Mutex
	on bool
}

func (r *refusing) set(on bool) { r.mu.Lock(); r.on = on; r.mu.Unlock() }

var errAway = errors.New("connection refused")

func (r *refusing) err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.on {
		return errAway
	}
	return nil
}

// refusingConn is the real connection, as long as the store is there.
type refusingConn struct {
	driver.Conn
	away *refusing
}

func (c refusingConn) Exec(ctx context.Context, query string, args ...any) error {
	if err := c.away.err(); err != nil && !strings.HasPrefix(query, "DROP") { // dropping a snapshot waits for the store
		return err
	}
	return c.Conn.Exec(ctx, query, args...)
}

func (c refusingConn) Query(ctx context.Context, query string, args ...any) (driver.Rows, error) {
	if err := c.away.err(); err != nil {
		return nil, err
	}
	return c.Conn.Query(ctx, query, args...)
}

func (c refusingConn) Select(ctx context.Context, dest any, query string, args ...any) error {
	if err := c.away.err(); err != nil {
		return err
	}
	return c.Conn.Select(ctx, dest, query, args...)
}

func (c refusingConn) PrepareBatch(ctx context.Context, query string, options ...driver.PrepareBatchOption) (driver.Batch, error) {
	if err := c.away.err(); err != nil {
		return nil, err
	}
	return c.Conn.PrepareBatch(ctx, query, options...)
}

// value sums a metric over its labels.
func value(t *testing.T, r *prometheus.Registry, name string) float64 {
	t.Helper()
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, f := range families {
		if f.GetName() == name {
			for _, m := range f.GetMetric() {
				sum += m.GetGauge().GetValue() + m.GetCounter().GetValue()
			}
		}
	}
	return sum
}
