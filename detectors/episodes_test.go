package detectors_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/detectors"
	"github.com/anxin-project/anxin/detectors/pass"
	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/simulate"
)

// overdue returns the wages-overdue warning of a result, which has one at most; nil without.
func overdue(t *testing.T, r pass.Result) *pass.Warning {
	t.Helper()
	var found *pass.Warning
	for i, w := range r.Warnings {
		if w.Detector == "wages-overdue" {
			if found != nil {
				t.Fatalf("as of %s there are two warnings", r.AsOf)
			}
			found = &r.Warnings[i]
		}
	}
	return found
}

// rows returns what a table shows of a date's latest run, without the run's number.
func rows(t *testing.T, conn driver.Conn, table, asOf string) []string {
	t.Helper()
	return texts(t, conn, "SELECT toString(tuple(* EXCEPT run)) AS row FROM "+table+
		" WHERE (as_of, run) IN (SELECT as_of, max(run) FROM runs GROUP BY as_of) AND as_of = ? ORDER BY row", asOf)
}

func TestAnEpisodeOpensKeepsItsNameChangesLevelClosesOnceAndReappearsAsANewOne(t *testing.T) {
	t.Parallel()
	b := open(t, policy.National())
	b.tell(t, `
payroll:
  - {worker: W1, project: P1, months: 2026-08, paid_yuan: 0}
  - {worker: W1, project: P1, months: 2026-08, version: 2, recorded_at: 2026-10-16}
  - {worker: W1, project: P1, months: 2026-09, paid_yuan: 0}
`)
	if w := overdue(t, b.pass(t, "2026-09-17")); w != nil {
		t.Errorf("before it is overdue: %+v", w)
	}
	opened := overdue(t, b.pass(t, "2026-09-18"))
	if opened == nil || opened.Episode == "" || opened.OpenedOn != date(t, "2026-09-18") || opened.LevelOn != opened.OpenedOn || opened.ClosedOn != nil {
		t.Fatalf("opened: %+v", opened)
	}
	kept := overdue(t, b.pass(t, "2026-10-14"))
	if kept == nil || kept.Episode != opened.Episode || kept.OpenedOn != opened.OpenedOn || kept.LevelOn != opened.LevelOn || kept.Level != catalog.Yellow {
		t.Errorf("kept: %+v", kept)
	}
	red := overdue(t, b.pass(t, "2026-10-15"))
	if red == nil || red.Episode != opened.Episode || red.OpenedOn != opened.OpenedOn || red.LevelOn != date(t, "2026-10-15") || red.Level != catalog.Red {
		t.Errorf("red: %+v", red)
	}
	closing := b.pass(t, "2026-10-16")
	closed := overdue(t, closing)
	if closed == nil || closed.Episode != opened.Episode || closed.ClosedOn == nil || *closed.ClosedOn != date(t, "2026-10-16") || closed.Level != catalog.Red {
		t.Errorf("closed: %+v", closed)
	}
	if slices.ContainsFunc(closing.Active(), func(w pass.Warning) bool { return w.Detector == "wages-overdue" }) {
		t.Error("a closed warning is active")
	}
	if w := overdue(t, b.pass(t, "2026-10-17")); w != nil {
		t.Errorf("closed a second time: %+v", w)
	}
	again := overdue(t, b.pass(t, "2026-10-18"))
	if again == nil || again.Episode == opened.Episode || again.OpenedOn != date(t, "2026-10-18") || again.Level != catalog.Yellow {
		t.Errorf("again: %+v", again)
	}

	// the same date gives the same rows, also when it is made again after later ones
	for _, asOf := range []string{"2026-10-18", "2026-10-16", "2026-10-15"} {
		warnings, index := rows(t, b.conn, "warnings", asOf), rows(t, b.conn, "wage_safety_index", asOf)
		if len(warnings) == 0 {
			t.Errorf("as of %s there is nothing to compare", asOf)
		}
		b.pass(t, asOf)
		if now := rows(t, b.conn, "warnings", asOf); !slices.Equal(now, warnings) {
			t.Errorf("made again as of %s:\n%s\nwas\n%s", asOf, strings.Join(now, "\n"), strings.Join(warnings, "\n"))
		}
		if now := rows(t, b.conn, "wage_safety_index", asOf); !slices.Equal(now, index) {
			t.Errorf("index made again as of %s: %s, was %s", asOf, now, index)
		}
	}
	if left := b.snapshots(t); len(left) > 3 {
		t.Errorf("more than the last snapshot and the two that pages may show are kept: %s", left)
	}
}

// fault ends a pass's context where a statement begins with a text: right before it is sent, or right after.
type fault struct {
	mu     sync.Mutex
	at     string
	after  bool
	cancel context.CancelFunc
	struck bool
}

func (f *fault) strike(query string, after bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.cancel != nil && f.after == after && strings.Contains(query, f.at) {
		f.cancel()
		f.struck = true
	}
}

// faultyConn is the real connection with a fault on its way.
type faultyConn struct {
	driver.Conn
	fault *fault
}

func (c faultyConn) Exec(ctx context.Context, query string, args ...any) error {
	c.fault.strike(query, false)
	defer c.fault.strike(query, true)
	return c.Conn.Exec(ctx, query, args...)
}

func (c faultyConn) Query(ctx context.Context, query string, args ...any) (driver.Rows, error) {
	c.fault.strike(query, false)
	defer c.fault.strike(query, true)
	return c.Conn.Query(ctx, query, args...)
}

func (c faultyConn) Select(ctx context.Context, dest any, query string, args ...any) error {
	c.fault.strike(query, false)
	defer c.fault.strike(query, true)
	return c.Conn.Select(ctx, dest, query, args...)
}

func (c faultyConn) PrepareBatch(ctx context.Context, query string, options ...driver.PrepareBatchOption) (driver.Batch, error) {
	c.fault.strike(query, false)
	defer c.fault.strike(query, true)
	return c.Conn.PrepareBatch(ctx, query, options...)
}

func TestAFailedPassLeavesNothingVisibleAndNoSnapshot(t *testing.T) {
	t.Parallel()
	f := &fault{}
	b := open(t, policy.National(), func(deps *detectors.Dependencies) {
		deps.Store = faultyConn{deps.Store, f}
		direct := deps.Open
		deps.Open = func(database string) (driver.Conn, error) {
			conn, err := direct(database)
			return faultyConn{conn, f}, err
		}
	})
	b.tell(t, `{payroll: [{worker: W1..W40, project: P1, months: 2026-08, paid_yuan: 0}]}`)
	b.pass(t, "2026-09-18")
	before := rows(t, b.conn, "warnings", "2026-09-18")
	snapshots := b.snapshots(t)
	for _, stage := range []struct {
		name, at string
		after    bool
	}{
		{"before the snapshot is created", "CREATE DATABASE", false},
		{"as the snapshot is created", "CREATE DATABASE", true},
		{"as the calendar is written", ".calendar (day", true},
		{"as the slips are resolved", ".slips\n", false},
		{"as the last table is filled", ".payers\n", true},
		{"as the subjects are read", "FROM subjects", false},
		{"as a detector runs", "oldest_due_by", false},
		{"as the episodes before are read", "FROM warnings FINAL", false},
		{"as the index is read", "FROM attendance\n", false},
		{"before the warnings are published", "INSERT INTO warnings", false},
		{"as the warnings are published", "INSERT INTO warnings", true},
		{"as the index is published", "INSERT INTO wage_safety_index", true},
		{"as the run is published", "INSERT INTO runs", true},
	} {
		t.Run(stage.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			f.mu.Lock()
			f.at, f.after, f.cancel, f.struck = stage.at, stage.after, cancel, false
			f.mu.Unlock()
			_, err := b.Pass(ctx, date(t, "2026-10-15"))
			f.mu.Lock()
			f.cancel = nil
			f.mu.Unlock()
			if !f.struck {
				t.Fatalf("no statement has %q", stage.at)
			}
			if err == nil || !strings.Contains(err.Error(), "2026-10-15") {
				t.Errorf("the pass ends with %v", err)
			}
			if got := rows(t, b.conn, "warnings", "2026-10-15"); len(got) > 0 {
				t.Errorf("visible: %s", got)
			}
			if got := rows(t, b.conn, "wage_safety_index", "2026-10-15"); len(got) > 0 {
				t.Errorf("visible: %s", got)
			}
			if got := b.snapshots(t); !slices.Equal(got, snapshots) {
				t.Errorf("snapshots %s, want %s", got, snapshots)
			}
		})
	}
	if now := rows(t, b.conn, "warnings", "2026-09-18"); !slices.Equal(now, before) {
		t.Errorf("the earlier date shows %s, was %s", now, before)
	}
	if w := overdue(t, b.pass(t, "2026-10-15")); w == nil || w.OpenedOn != date(t, "2026-09-18") || w.Level != catalog.Red {
		t.Errorf("the pass after the failures finds %+v", w)
	}
}

func TestPassesAtTheSameTimeFollowEachOther(t *testing.T) {
	b := open(t, policy.National())
	b.tell(t, `{payroll: [{worker: W1, project: P1, months: 2026-08, paid_yuan: 0}]}`)
	var group sync.WaitGroup
	for _, asOf := range []string{"2026-09-18", "2026-10-15", "2026-10-15"} {
		group.Go(func() {
			if _, err := b.Pass(t.Context(), date(t, asOf)); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	overlaps := texts(t, b.conn, `SELECT concat(toString(a.run), ' ', toString(b.run)) FROM runs AS a CROSS JOIN runs AS b
WHERE a.run < b.run AND a.finished_at > b.started_at`)
	if count := texts(t, b.conn, "SELECT toString(uniqExact(run)) FROM runs"); count[0] != "3" || len(overlaps) > 0 {
		t.Errorf("%s runs, overlapping: %s", count[0], overlaps)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.Pass(ended, date(t, "2026-10-16")); !errors.Is(err, context.Canceled) {
		t.Errorf("a pass of an ended context returns %v", err)
	}
}

func TestOrderAndDuplicatesOfRecordsChangeNothing(t *testing.T) {
	t.Parallel()
	const asOf, earlier = "2026-06-30", "2026-05-20"
	rates := simulate.WorseRates()
	world := records(t, simulate.Options{
		Seed: 5, From: date(t, "2026-02-01"), To: date(t, asOf), Noise: true, Rates: &rates,
		Scale: simulate.Scale{Counties: []string{"331024"}, Projects: 20, Workers: 250, Employers: 6},
	})
	inOrder := open(t, policy.National())
	inOrder.all(world)
	shuffled := open(t, policy.National())
	shuffled.decoder = inOrder.decoder // the same keys make the same workers
	r := rand.New(rand.NewPCG(11, 12))
	for _, topic := range record.Topics() {
		values := slices.Clone(world[topic])
		for _, v := range world[topic] {
			if r.IntN(3) == 0 {
				values = append(values, v)
			}
		}
		r.Shuffle(len(values), func(i, j int) { values[i], values[j] = values[j], values[i] })
		for chunk := range slices.Chunk(values, len(values)/3+1) {
			shuffled.put(topic, chunk)
		}
	}
	for _, day := range []string{earlier, asOf} {
		inOrder.pass(t, day)
		shuffled.pass(t, day)
		for _, table := range []string{"warnings", "wage_safety_index"} {
			want, got := rows(t, inOrder.conn, table, day), rows(t, shuffled.conn, table, day)
			if len(want) == 0 {
				t.Errorf("as of %s there are no %s to compare", day, table)
			}
			if !slices.Equal(got, want) {
				for i := range max(len(got), len(want)) {
					if i >= len(got) || i >= len(want) || got[i] != want[i] {
						t.Fatalf("as of %s, %s has %d and %d rows; the first that differs is number %d:\n%v\nin order\n%v", day, table, len(got), len(want), i, got[min(i, len(got)-1)], want[min(i, len(want)-1)])
					}
				}
			}
		}
	}
}
