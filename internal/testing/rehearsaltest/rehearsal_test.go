package rehearsaltest

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/detectors"
	"github.com/anxin-project/anxin/detectors/pass"
	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/ingesttest"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/store"
	"github.com/anxin-project/anxin/internal/simulate"
	"github.com/anxin-project/anxin/internal/testing/embeddedtest"
)

func TestMain(m *testing.M) { embeddedtest.Main(m) }

const patience = 3 * time.Minute

// days of the rehearsal: a quarter of a year.
const days = 90

// office is ingest and detectors over one store and one broker, by a clock of its own.
type office struct {
	*ingesttest.World
	t      *testing.T
	clock  atomic.Int64 // Unix seconds
	member *ingesttest.Member
	policy *policy.Policy
	all    *detectors.Detectors
}

func newOffice(t *testing.T, dir string) *office {
	o := &office{World: ingesttest.NewWorld(t, ingesttest.Topics(), dir), t: t, policy: policy.National()}
	t.Cleanup(func() {
		var rows []struct {
			Name string `ch:"name"`
		}
		if err := o.Conn.Select(context.Background(), &rows, "SELECT name FROM system.databases WHERE startsWith(name, currentDatabase() || '_')"); err != nil {
			t.Error(err)
		}
		for _, r := range rows {
			if err := o.Conn.Exec(context.Background(), "DROP DATABASE "+store.Quote(r.Name)); err != nil {
				t.Error(err)
			}
		}
	})
	return o
}

func (o *office) now() time.Time { return time.Unix(o.clock.Load(), 0) }

// open starts the services, as after a restart: from the tables alone.
func (o *office) open() {
	o.t.Helper()
	o.member = o.Start(o.t, func(_ *ingest.Configuration, d *ingest.Dependencies) {
		// records of the evening are of the past by the time they are read, also where the clock is three hours late
		d.Now, d.Protector = func() time.Time { return o.now().Add(6 * time.Hour) }, o.Protector
	})
	o.detect()
}

func (o *office) detect() {
	o.t.Helper()
	options := *o.Direct
	c := detectors.DefaultConfiguration()
	c.Settling = 0 // a day's records are stored before it is judged
	var err error
	o.all, err = detectors.New(c, detectors.Dependencies{
		Store: o.Conn, Database: options.Auth.Database, Policy: o.policy, Calendar: calendar.China(), Now: o.now, Log: slog.New(slog.DiscardHandler),
		Open: func(database string) (driver.Conn, error) { return store.On(options, database) },
	})
	if err != nil {
		o.t.Fatal(err)
	}
}

// judge makes a pass, again where the engine was killed under it.
func (o *office) judge(make func(context.Context, civil.Date) (pass.Result, error), asOf civil.Date) pass.Result {
	o.t.Helper()
	for attempt := 0; ; attempt++ {
		r, err := make(o.t.Context(), asOf)
		if err == nil {
			return r
		}
		if attempt == 10 {
			o.t.Fatalf("as of %s: %v", asOf, err)
		}
		time.Sleep(time.Second)
	}
}

// found is what a pass says, as people see it: warnings and index.
func found(t *testing.T, r pass.Result) string {
	t.Helper()
	text, err := json.MarshalIndent(map[string]any{"warnings": r.Active(), "index": r.Index, "unplaced": r.Unplaced}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A quarter of a year on one server: services and Kafka are started again, the engine is killed, the clock jumps, keys are rotated,
// and policy changes. In the end everything is as one run over all records finds it, and memory is flat.
func TestMonthsOfTroubleEndAsOneRunOverAllRecordsDoes(t *testing.T) {
	if os.Getenv("ANXIN_LONG") == "" {
		t.Skip("a rehearsal of 90 days takes ten minutes: make test-long")
	}
	scale, err := simulate.ScaleByName("tiny")
	if err != nil {
		t.Fatal(err)
	}
	from := civil.NewDate(2026, 5, 1)
	first := from.AddDays(45) // some pay days have passed when the rehearsal begins
	last := first.AddDays(days - 1)
	world, err := simulate.New(simulate.Options{Seed: 5, From: from, To: last, Scale: scale, Rates: new(simulate.WorseRates()), Noise: true})
	if err != nil {
		t.Fatal(err)
	}
	o := newOffice(t, t.TempDir())
	var sent []ingesttest.Record
	day := func() {
		t.Helper()
		var today []ingesttest.Record
		err := world.Day(t.Context(), func(r simulate.Record) error {
			today = append(today, ingesttest.Record{Topic: record.Topic(r.Topic), Key: []byte(r.Key), Value: append([]byte(nil), r.JSON...)})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		o.Send(t, today...)
		sent = append(sent, today...)
	}
	o.clock.Store(first.Start().Unix())
	o.open()
	for world.Today() < first-1 {
		day()
	}
	engine := embeddedtest.EngineForTest(t)
	heap := func() float64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc) / (1 << 20)
	}
	var settled, after float64
	var end pass.Result
	for n := range days {
		asOf := first.AddDays(n)
		o.clock.Store(asOf.End().Add(-2 * time.Hour).Unix())
		// A rotation of keys begins, later it ends and another begins: a wage month lies between, as docs/how-to/keys.md asks, for whoever is
		// on monthly lists alone is met once a month.
		if n == 8 || n == 50 {
			o.member.Stop(t)
			o.Keys = o.Keys.EndRotation()
			if o.Keys, err = o.Keys.RotateHash(asOf); err != nil {
				t.Fatal(err)
			}
			if o.Protector, err = record.NewProtector(o.Keys); err != nil {
				t.Fatal(err)
			}
			o.open()
		}
		switch n % 14 {
		case 2: // the services are started again
			o.member.Stop(t)
			o.open()
		case 4: // Kafka is, with its data
			o.Broker.Close()
			o.StartBroker(t)
		case 6: // the clock is set back by three hours, and a day later forward by forty days for a moment
			o.clock.Add(-3 * 3600)
		case 7:
			o.clock.Add(40 * 86400)
			o.judge(o.all.Pass, asOf-1)
			o.clock.Add(-40 * 86400)
		case 10: // policy changes
			grace := "5"
			if n > 14 {
				grace = "4"
			}
			if o.policy, err = policy.National().With([]byte("wages-overdue: {yellow_days: [{value: "+grace+`, source: "a county's decision"}]}`), nil); err != nil {
				t.Fatal(err)
			}
			o.detect()
		}
		day()
		if n%14 == 12 { // the engine is killed while the day's records come in
			if err := syscall.Kill(engine.Pid(), syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
		}
		o.AwaitCaughtUp(t, patience)
		end = o.judge(o.all.Pass, asOf)
		if n%7 == 6 { // a nightly run, from all records
			o.clock.Store(asOf.End().Add(time.Hour).Unix())
			if fresh := o.judge(o.all.PassAfresh, asOf); found(t, fresh) != found(t, end) {
				t.Errorf("as of %s a run from all records finds something else than one that goes on", asOf)
			}
		}
		if n == days/3 {
			settled = heap()
		}
	}
	after = heap()
	t.Logf("%d records, %d warnings; heap %.0f MB after a third, %.0f MB at the end; the engine started %d times", len(sent), len(end.Active()), settled, after, engine.Starts())
	if after > settled+100 { // the broker and the records themselves are in this process
		t.Errorf("memory grows: %.0f MB after a third of the days, %.0f MB at the end", settled, after)
	}
	if engine.Starts() < 2 {
		t.Error("the engine was never killed")
	}

	one := newOffice(t, "")
	one.Protector, one.policy = o.Protector, o.policy
	one.clock.Store(last.End().Add(-2 * time.Hour).Unix())
	one.open()
	one.Send(t, sent...)
	one.AwaitCaughtUp(t, patience)
	for _, table := range record.Topics() {
		if a, b := rows(t, o.Conn, string(table)), rows(t, one.Conn, string(table)); a != b || (a == 0) != (b == 0) {
			t.Errorf("%s has %d rows after the months, %d after all at once", table, a, b)
		}
	}
	whole := one.judge(one.all.PassAfresh, last)
	if len(whole.Active()) == 0 {
		t.Fatal("there is nothing to compare")
	}
	if a, b := found(t, end), found(t, whole); a != b {
		t.Errorf("after the months\n%s\nin one run over all records\n%s", a, b)
	}
}

func rows(t *testing.T, conn clickhouse.Conn, table string) (n uint64) {
	t.Helper()
	if err := conn.QueryRow(t.Context(), "SELECT uniqExact(source, id, version) FROM "+table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
