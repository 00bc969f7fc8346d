package detectors_test

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/segmentio/kafka-go"

	"github.com/anxin-project/anxin/detectors"
	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/detectors/schedule"
	"github.com/anxin-project/anxin/internal/domain/runs"
	"github.com/anxin-project/anxin/internal/platform/embedded"
	"github.com/anxin-project/anxin/internal/platform/leader"
)

// election returns parts in the election of a broker.
func election(t *testing.T) func(urgent bool) *leader.Election {
	t.Helper()
	broker, err := embedded.StartBroker(t.Context(), embedded.BrokerOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(broker.Close)
	addrs, transport := broker.Addrs(), &kafka.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return func(urgent bool) *leader.Election {
		return leader.New(leader.Configuration{
			Topic: "test.leader", Brokers: addrs, Client: &kafka.Client{Addr: kafka.TCP(addrs...), Transport: transport}, Dialer: &kafka.Dialer{Timeout: 5 * time.Second},
			Urgent: urgent, Session: 20 * time.Second, Heartbeat: 100 * time.Millisecond, Log: slog.New(slog.DiscardHandler),
		})
	}
}

func TestAStandbyTakesOverFromALeaderThatIsKilledInTheMidstOfARun(t *testing.T) {
	b := open(t, policy.National())
	b.passAt(t, "2026-10-30 01:15", "2026-10-29")
	stand := election(t)
	// the first process is killed while it runs: what it does from then on does not reach the store
	var killed refusing
	amidst := make(chan struct{})
	first := process(t, b, "2026-10-31 09:00", func(_ *detectors.Configuration, d *detectors.Dependencies) {
		d.Leader, d.Store = stand(false), killedConn{refusingConn{d.Store, &killed}}
		d.Open = func(string) (driver.Conn, error) {
			killed.set(true)
			close(amidst)
			return nil, errAway
		}
	})
	<-amidst
	left := b.snapshots(t)
	second := process(t, b, "2026-10-31 09:05", func(_ *detectors.Configuration, d *detectors.Dependencies) { d.Leader = stand(false) })
	first.stop()
	second.clock.idle(t)
	b.mustHaveMade(t, "manual 2026-10-29 done", "nightly 2026-10-30 interrupted catch-up", "nightly 2026-10-30 done catch-up", "fast 2026-10-31 done")
	if now := b.snapshots(t); len(left) != 2 || slices.Contains(now, left[1]) { // the first is that of the run before
		t.Errorf("the killed run's snapshot is still there: there were %v, there are %v", left, now)
	}
	if value(t, second.metrics, "anxin_detector_leading") != 1 || value(t, first.metrics, "anxin_detector_leading") != 0 {
		t.Error("it does not show which process leads")
	}
}

// killedConn is a refusingConn that does not drop snapshots either.
type killedConn struct{ refusingConn }

func (c killedConn) Exec(ctx context.Context, query string, args ...any) error {
	if err := c.away.err(); err != nil {
		return errAway
	}
	return c.Conn.Exec(ctx, query, args...)
}

func TestRunsOfSeveralProcessesNeverOverlap(t *testing.T) {
	b := open(t, policy.National())
	stand := election(t)
	for range 2 { // both always have something to do
		process(t, b, "2026-10-31 12:00", func(c *detectors.Configuration, d *detectors.Dependencies) {
			c.Schedule = schedule.Configuration{Fast: "@every 1s", CatchUpDays: 1, RetryFirst: time.Second, RetryMost: time.Second}
			d.Leader, d.Now, d.Wait = stand(false), time.Now, nil
		})
	}
	for _, asOf := range []string{"2026-08-31", "2026-09-30"} {
		var err error
		byHand := stand(true).Run(t.Context(), func(leading context.Context) bool {
			_, err = b.Pass(leading, date(t, asOf))
			return leading.Err() == nil
		})
		if byHand != nil || err != nil {
			t.Fatal(byHand, err)
		}
	}
	after := time.Now()
	deadline := time.After(patience)
	for tick := time.NewTicker(50 * time.Millisecond); ; {
		attempts, err := runs.History(t.Context(), b.conn, runs.Choice{})
		if err != nil {
			t.Fatal(err)
		}
		if at := slices.IndexFunc(attempts, func(a runs.Attempt) bool { return a.Kind == runs.Fast && a.Status == runs.Done }); at >= 0 && attempts[at].Started.After(after) {
			mustNotOverlap(t, attempts)
			tick.Stop()
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("the schedule does not go on after the manual runs: %v", b.history(t))
		}
	}
}

// mustNotOverlap checks attempts, the newest first.
func mustNotOverlap(t *testing.T, attempts []runs.Attempt) {
	t.Helper()
	manual := 0
	for i, a := range attempts {
		if a.Kind == runs.Manual && a.Status == runs.Done {
			manual++
		}
		if a.Status == runs.Failed {
			t.Errorf("a run failed: %+v", a)
		}
		if i > 0 && a.Finished.After(attempts[i-1].Started) {
			t.Errorf("%s of %s (%v to %v) overlaps with %s of %s (from %v)",
				a.Kind, a.AsOf, a.Started, a.Finished, attempts[i-1].Kind, attempts[i-1].AsOf, attempts[i-1].Started)
		}
	}
	if manual != 2 {
		t.Errorf("%d manual runs were made, want 2", manual)
	}
}
