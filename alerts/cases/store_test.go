package cases

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/platform/store"
	"github.com/anxin-project/anxin/internal/testing/embeddedtest"
)

func database(t testing.TB) driver.Conn {
	t.Helper()
	return databaseOf(t, embeddedtest.Database(t))
}

// databaseOf connects to a test's database, migrated.
func databaseOf(t testing.TB, options *clickhouse.Options) driver.Conn {
	t.Helper()
	conn, err := clickhouse.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := store.Migrate(t.Context(), conn, store.Layout{Database: options.Auth.Database}); err != nil {
		t.Fatal(err)
	}
	return conn
}

func open(t testing.TB, conn driver.Conn, now time.Time) *Store {
	t.Helper()
	s, err := Open(t.Context(), Dependencies{Conn: conn, Calendar: calendar.China(), Clock: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func warning(scopeID, level string, starts, ends time.Time) Alert {
	return Alert{
		Fingerprint: scopeID + level,
		Labels: map[string]string{"alertname": "W", "detector": "wages-overdue", "level": level, "scope": "project", "scope_id": scopeID,
			"township": "331024001", "county": "331024", "sector": "construction"},
		StartsAt: starts,
		EndsAt:   ends,
	}
}

func nobody(string) (Subject, bool) { return Subject{}, false }

func deliver(t testing.TB, s *Store, alerts ...Alert) int {
	t.Helper()
	told, err := s.Deliver(t.Context(), alerts, nobody)
	if err != nil {
		t.Fatal(err)
	}
	return told
}

func get(t testing.TB, s *Store, id string) (casefile.Case, []casefile.Kind) {
	t.Helper()
	c, events, err := s.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []casefile.Kind
	for i, e := range events {
		if e.Seq != uint32(i+1) {
			t.Errorf("event %d of %s has seq %d", i+1, id, e.Seq)
		}
		kinds = append(kinds, e.Kind)
	}
	return c, kinds
}

func TestTheLogTellsACasesStory(t *testing.T) {
	at := func(minutes int) time.Time { return day(t, "2026-03-09", minutes) }
	none := time.Time{}
	conn := database(t)
	s := open(t, conn, at(0))
	for _, step := range []struct {
		name   string
		alerts []Alert
		new    int
	}{
		{"a yellow warning opens the case", []Alert{warning("P-1", "yellow", at(0), none)}, 1},
		{"its repeat is nothing new", []Alert{warning("P-1", "yellow", at(0), none)}, 0},
		{"it turns red", []Alert{warning("P-1", "yellow", at(0), at(10)), warning("P-1", "red", at(10), none)}, 2},
		{"it clears", []Alert{warning("P-1", "red", at(10), at(20))}, 1},
		{"an old firing is nothing new", []Alert{warning("P-1", "red", at(10), none)}, 0},
		{"it returns", []Alert{warning("P-1", "red", at(30), none)}, 1},
	} {
		if got := deliver(t, s, step.alerts...); got != step.new {
			t.Errorf("%s: %d alerts were new, want %d", step.name, got, step.new)
		}
	}
	c, kinds := get(t, s, "project:P-1")
	want := []casefile.Kind{casefile.Opened, casefile.AlertFired,
		casefile.AlertResolved, casefile.AlertFired, casefile.LevelChanged,
		casefile.AlertResolved, casefile.Cleared,
		casefile.AlertFired, casefile.Reopened}
	if !reflect.DeepEqual(kinds, want) {
		t.Errorf("events %v, want %v", kinds, want)
	}
	if c.Stage != casefile.Open || c.Level != catalog.Red || c.Cleared || c.Department != casefile.Housing || c.AcceptBy.String() != "2026-03-10" {
		t.Errorf("case %+v", c)
	}
	// A restart reads the same from the log.
	if again, _ := get(t, open(t, conn, at(99)), "project:P-1"); !reflect.DeepEqual(again, c) {
		t.Errorf("after a restart\n%+v\nwant\n%+v", again, c)
	}
	if firing := s.Firing(); len(firing) != 1 || !firing[0].StartsAt.Equal(at(30)) || firing[0].Labels["level"] != "red" {
		t.Errorf("firing %+v", firing)
	}
}

func TestDeliveriesThroughTheStoreInAnyOrderGiveTheSameCases(t *testing.T) {
	at := func(minutes int) time.Time { return day(t, "2026-03-09", minutes) }
	none := time.Time{}
	bodies := [][]Alert{
		{warning("P-1", "yellow", at(0), none)},
		{warning("P-1", "yellow", at(0), at(10)), warning("P-1", "red", at(10), none)},
		{warning("P-1", "red", at(10), at(20))},
		{warning("P-1", "red", at(30), none), warning("P-2", "red", at(5), none)},
		{warning("P-2", "red", at(5), at(6))},
	}
	var want []casefile.Case
	for order := range 6 {
		random := rand.New(rand.NewPCG(uint64(order), 2))
		s := open(t, database(t), at(0))
		for range 2 { // everything is sent twice
			if order > 0 {
				random.Shuffle(len(bodies), func(i, j int) { bodies[i], bodies[j] = bodies[j], bodies[i] })
			}
			for _, body := range bodies {
				deliver(t, s, body...)
			}
		}
		got, err := s.List(t.Context(), casefile.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		for i := range got {
			got[i].Seq = 0 // how often it went to and fro depends on the order; what came of it does not
		}
		if order == 0 {
			want = got
		} else if !reflect.DeepEqual(got, want) {
			t.Errorf("order %d:\n%+v\nwant\n%+v", order, got, want)
		}
	}
}

func TestAStaleWriterLosesAndThenCatchesUp(t *testing.T) {
	at := day(t, "2026-03-09", 0)
	conn := database(t)
	first, second := open(t, conn, at), open(t, conn, at)
	deliver(t, first, warning("P-1", "yellow", at, time.Time{}))

	// The second has not seen the case: its own append is refused, and judged again by the log.
	c := &change{after: newState()}
	if err := c.add(second, "project:P-1", casefile.Opened, openedData{}); err != nil {
		t.Fatal(err)
	}
	if err := second.write(t.Context(), map[string]*change{"project:P-1": c}); !errors.Is(err, ErrConflict) {
		t.Fatalf("a stale append: %v, want ErrConflict", err)
	}
	if n := testutil.ToFloat64(second.metrics.conflicts); n != 1 {
		t.Errorf("%v conflicts counted", n)
	}
	if told := deliver(t, second, warning("P-1", "yellow", at, time.Time{}), warning("P-1", "red", at, time.Time{})); told != 1 {
		t.Errorf("%d alerts were new to the second, want only the red one", told)
	}
	if told := deliver(t, first, warning("P-1", "red", at, time.Time{})); told != 0 {
		t.Errorf("%d alerts were new to the first after the second's append, want 0", told)
	}
	a, _ := get(t, first, "project:P-1")
	b, _ := get(t, second, "project:P-1")
	if !reflect.DeepEqual(a, b) {
		t.Errorf("the first has\n%+v\nthe second\n%+v", a, b)
	}
}

// flaky loses the answer of inserts: the rows are there, the client does not know.
type flaky struct {
	driver.Conn
	lose atomic.Bool
}

type flakyBatch struct {
	driver.Batch
	conn *flaky
}

func (f *flaky) PrepareBatch(ctx context.Context, query string, o ...driver.PrepareBatchOption) (driver.Batch, error) {
	b, err := f.Conn.PrepareBatch(ctx, query, o...)
	return &flakyBatch{b, f}, err
}

func (b *flakyBatch) Send() error {
	if err := b.Batch.Send(); err != nil {
		return err
	}
	if b.conn.lose.Load() {
		return errors.New("the answer was lost")
	}
	return nil
}

func TestAnAppendWhoseAnswerWasLostIsNotAppendedTwice(t *testing.T) {
	at := day(t, "2026-03-09", 0)
	conn := &flaky{Conn: database(t)}
	s := open(t, conn, at)
	conn.lose.Store(true)
	if _, err := s.Deliver(t.Context(), []Alert{warning("P-1", "red", at, time.Time{})}, nobody); err == nil {
		t.Fatal("a lost answer was taken as success")
	}
	if n, err := s.Count(t.Context(), casefile.Filter{}); err != nil || n != 1 {
		t.Errorf("%d cases are shown, want what the log has (%v)", n, err)
	}
	conn.lose.Store(false)
	if told := deliver(t, s, warning("P-1", "red", at, time.Time{})); told != 0 {
		t.Errorf("%d alerts were new, want 0: the log had them", told)
	}
	if _, kinds := get(t, s, "project:P-1"); len(kinds) != 2 {
		t.Errorf("events %v", kinds)
	}
}

func TestConcurrentDeliveriesAreAllKeptOnce(t *testing.T) {
	at := day(t, "2026-03-09", 0)
	conn := database(t)
	s := open(t, conn, at)
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			for i := range 10 {
				_, err := s.Deliver(t.Context(), []Alert{
					warning("shared", "red", at.Add(time.Duration(i)*time.Minute), time.Time{}),
					warning(fmt.Sprint("P-", worker), "red", at.Add(time.Duration(i)*time.Minute), time.Time{}),
				}, nobody)
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	for _, id := range []string{"project:shared", "project:P-0", "project:P-3"} {
		if c, kinds := get(t, s, id); len(c.Alerts) != 10 || len(kinds) != 11 {
			t.Errorf("%s has %d episodes in %d events, want 10 in 11", id, len(c.Alerts), len(kinds))
		}
	}
}

// Several processes take notifications, act and show pages at the same time: the log has one order, nothing is lost or doubled,
// and what one has done the others show at once.
func TestAnyNumberOfProcessesWriteOneLog(t *testing.T) {
	at := day(t, "2026-03-09", 0)
	conn := database(t)
	const processes, each = 3, 12
	var stores []*Store
	for range processes {
		stores = append(stores, open(t, conn, at))
	}
	deliver(t, stores[0], warning("acted-on", "red", at, time.Time{}))
	var wg sync.WaitGroup
	for p, s := range stores {
		wg.Go(func() {
			for i := range each {
				starts := at.Add(time.Duration(i) * time.Minute)
				if _, err := s.Deliver(t.Context(), []Alert{warning("shared", "red", starts, time.Time{}), warning(fmt.Sprint("own-", p), "red", starts, time.Time{})}, nobody); err != nil {
					t.Error(err)
				}
			}
		})
		wg.Go(func() {
			by := inspector
			by.ID = fmt.Sprint("person-", p)
			for done := 0; done < each; {
				c, _, err := s.Get(t.Context(), "project:acted-on")
				if err != nil {
					t.Error(err)
					return
				}
				switch _, err := s.Act(t.Context(), by, casefile.Step{CaseID: c.ID, Seq: c.Seq, Action: because(casefile.Comment)}); {
				case err == nil:
					done++
				case !errors.Is(err, ErrConflict):
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	for p, s := range stores {
		if c, kinds := get(t, s, "project:shared"); len(c.Alerts) != each || len(kinds) != each+1 {
			t.Errorf("process %d: shared has %d episodes in %d events, want %d in %d", p, len(c.Alerts), len(kinds), each, each+1)
		}
		if _, kinds := get(t, s, "project:acted-on"); len(kinds) != 2+processes*each {
			t.Errorf("process %d: acted-on has %d events, want %d", p, len(kinds), 2+processes*each)
		}
		if n := testutil.ToFloat64(s.metrics.forks); n != 0 {
			t.Errorf("process %d found %v forks", p, n)
		}
		all, err := s.List(t.Context(), casefile.Filter{})
		first, _ := stores[0].List(t.Context(), casefile.Filter{})
		if err != nil || len(all) != processes+2 || !reflect.DeepEqual(all, first) {
			t.Errorf("process %d lists %d cases (%v), or others than the first", p, len(all), err)
		}
	}
	var rows []struct {
		Positions uint64 `ch:"positions"`
		Last      uint64 `ch:"last"`
		Shared    uint64 `ch:"shared"`
	}
	if err := conn.Select(t.Context(), &rows, `SELECT count() AS positions, max(position) AS last, countIf(writers > 1) AS shared
		FROM (SELECT position, uniqExact(writer) AS writers FROM case_events GROUP BY position)`); err != nil || rows[0].Positions != rows[0].Last || rows[0].Shared != 0 {
		t.Errorf("positions %+v, %v", rows, err)
	}

	// what was done in one process stands in the pages of another at once, without waiting
	c, _ := get(t, stores[1], "project:acted-on")
	if _, err := stores[1].Act(t.Context(), inspector, casefile.Step{CaseID: c.ID, Seq: c.Seq, Action: act(casefile.Accept)}); err != nil {
		t.Fatal(err)
	}
	if n, err := stores[2].Count(t.Context(), casefile.Filter{Stage: casefile.Accepted}); err != nil || n != 1 {
		t.Errorf("another process counts %d accepted cases, %v", n, err)
	}
	// a new process reads the same
	if a, b := mustList(t, open(t, conn, at)), mustList(t, stores[2]); !reflect.DeepEqual(a, b) {
		t.Errorf("a new process has\n%+v\nthe others\n%+v", a, b)
	}
}

func mustList(t *testing.T, s *Store) []casefile.Case {
	t.Helper()
	all, err := s.List(t.Context(), casefile.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// A log that was begun before there were positions goes on.
func TestALogOfBeforePositionsGoesOn(t *testing.T) {
	at := day(t, "2026-03-09", 0)
	conn := database(t)
	deliver(t, open(t, conn, at), warning("P-1", "red", at, time.Time{}), warning("P-2", "yellow", at, time.Time{}))
	if err := conn.Exec(t.Context(), "ALTER TABLE case_events UPDATE position = 0 WHERE 1 SETTINGS mutations_sync = 2"); err != nil {
		t.Fatal(err)
	}
	// the table has seen the token of the first position, as a table of before has not
	if err := conn.Exec(t.Context(), "RENAME TABLE case_events TO former"); err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{"CREATE TABLE case_events AS former", "INSERT INTO case_events SELECT * FROM former"} {
		if err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	s := open(t, conn, at)
	if told := deliver(t, s, warning("P-1", "red", at, time.Time{}), warning("P-2", "red", at, time.Time{})); told != 1 {
		t.Errorf("%d alerts were new, want the one", told)
	}
	a, _ := get(t, s, "project:P-2")
	if b, _ := get(t, open(t, conn, at), "project:P-2"); a.Seq != 4 || !reflect.DeepEqual(a, b) {
		t.Errorf("%+v\nread again\n%+v", a, b)
	}
}

func TestFiguresFollowTheRunsAndAreWrittenOnlyWhenTheyChange(t *testing.T) {
	at := day(t, "2026-03-09", 0)
	s := open(t, database(t), at)
	now := Subject{AsOf: 100, Run: 1, Name: "一号工程", Township: "331024001", County: "331024", Sector: "water", Workers: 12, AmountFen: 34500}
	if _, err := s.Deliver(t.Context(), []Alert{warning("P-1", "red", at, time.Time{})}, func(id string) (Subject, bool) {
		return now, id == "project:P-1"
	}); err != nil {
		t.Fatal(err)
	}
	c, _ := get(t, s, "project:P-1")
	if c.Name != "一号工程" || c.Workers != 12 || c.AmountFen != 34500 || c.Department != casefile.Water {
		t.Errorf("%+v", c)
	}
	for _, step := range []struct {
		name   string
		change func()
		seq    uint32
	}{
		{"the same run", func() {}, c.Seq},
		{"a new run with the same figures", func() { now.Run++ }, c.Seq},
		{"a new run with other figures", func() { now.Run++; now.Workers = 13 }, c.Seq + 1},
		{"an older run", func() { now.AsOf--; now.Workers = 14 }, c.Seq + 1},
	} {
		step.change()
		if err := s.Update(t.Context(), map[string]Subject{"project:P-1": now, "project:unknown": now}); err != nil {
			t.Fatal(err)
		}
		if c, _ := get(t, s, "project:P-1"); c.Seq != step.seq {
			t.Errorf("%s: the last event is %d, want %d", step.name, c.Seq, step.seq)
		}
	}
}

func TestTenThousandCasesAreListedQuickly(t *testing.T) {
	at := day(t, "2026-03-09", 0)
	conn := database(t)
	s := open(t, conn, at)
	var alerts []Alert
	for i := range 10_000 {
		level, end := "yellow", time.Time{}
		if i%10 == 0 {
			level = "red"
		}
		if i%3 == 0 {
			end = at.Add(time.Hour)
		}
		alerts = append(alerts, warning(fmt.Sprintf("P-%05d", i), level, at, end))
	}
	deliver(t, s, alerts...)
	started := time.Now()
	s = open(t, conn, at)
	t.Logf("reading the log of 10,000 cases takes %s", time.Since(started))

	cleared := false
	started = time.Now()
	const lists = 50
	for range lists {
		page, err := s.List(t.Context(), casefile.Filter{Territory: "331024", Cleared: &cleared, Offset: 20, Limit: 50})
		if err != nil || len(page) != 50 || page[0].Level != catalog.Red || page[0].Cleared {
			t.Fatalf("page of %d, %v", len(page), err)
		}
		if n, err := s.Count(t.Context(), casefile.Filter{Cleared: &cleared}); err != nil || n != 6666 {
			t.Fatalf("%d cases, %v", n, err)
		}
	}
	each := time.Since(started) / lists
	t.Logf("one page and its count take %s", each)
	if each > 50*time.Millisecond {
		t.Errorf("one page and its count take %s, want at most 50 ms", each)
	}
	if n := testutil.CollectAndCount(counts{s}); n != 2*len(casefile.Departments) {
		t.Errorf("%d series", n)
	}
}
