package audit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/anxin-project/anxin/internal/platform/ledger"
	"github.com/anxin-project/anxin/internal/platform/store"
	"github.com/anxin-project/anxin/internal/testing/embeddedtest"
)

func TestMain(m *testing.M) { embeddedtest.Main(m) }

var now = time.Date(2026, 11, 20, 1, 0, 0, 0, time.UTC)

func database(t *testing.T) driver.Conn {
	t.Helper()
	t.Parallel()
	options := embeddedtest.Database(t)
	conn, err := clickhouse.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := store.Migrate(t.Context(), conn, store.Layout{Database: options.Auth.Database}); err != nil {
		t.Fatal(err)
	}
	return conn
}

func open(t *testing.T, conn driver.Conn) (*Log, *bytes.Buffer) {
	t.Helper()
	said := new(bytes.Buffer)
	l, err := Open(t.Context(), Dependencies{Conn: conn, Clock: func() time.Time { return now }, Logger: slog.New(slog.NewTextHandler(said, nil))})
	if err != nil {
		t.Fatal(err)
	}
	return l, said
}

func record(t *testing.T, l *Log, e Event) {
	t.Helper()
	if err := l.Record(t.Context(), e); err != nil {
		t.Fatal(err)
	}
}

func list(t *testing.T, l *Log, f Filter) (all []Entry) {
	t.Helper()
	if err := l.List(t.Context(), f, func(e Entry) error { all = append(all, e); return nil }); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestWhatIsRecordedIsListedAndFiltered(t *testing.T) {
	l, _ := open(t, database(t))
	reveal := Event{Actor: "wang.li", Action: "reveal", Object: "project:P-1 worker 00ff", Purpose: "核实工资 \"十月\"", Outcome: Done, Origin: "10.0.0.7"}
	record(t, l, Event{Action: "sign_in", Object: "wang.li", Outcome: Refused})
	record(t, l, reveal)
	all := list(t, l, Filter{})
	if len(all) != 2 || all[1] != (Entry{2, now, reveal}) {
		t.Errorf("listed %+v", all)
	}
	for _, tt := range []struct {
		filter Filter
		want   int
	}{
		{Filter{Actor: "wang.li"}, 1}, {Filter{Action: "sign_in"}, 1}, {Filter{Actor: "x"}, 0},
		{Filter{From: now}, 2}, {Filter{From: now.Add(1)}, 0}, {Filter{Until: now}, 0}, {Filter{Until: now.Add(1)}, 2},
	} {
		if got := list(t, l, tt.filter); len(got) != tt.want {
			t.Errorf("%+v lets %d through, want %d", tt.filter, len(got), tt.want)
		}
	}
}

func TestSeveralProcessesWriteOneLog(t *testing.T) {
	conn := database(t)
	var group sync.WaitGroup
	for i := range 4 {
		l, _ := open(t, conn)
		group.Go(func() {
			for n := range 5 {
				if err := l.Record(t.Context(), Event{Actor: fmt.Sprint(i), Action: fmt.Sprint(n), Outcome: Done}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	l, said := open(t, conn)
	if c, err := l.Verify(t.Context(), ledger.Checkpoint{}); err != nil || c.Seq != 20 || !strings.Contains(said.String(), c.String()) {
		t.Errorf("%v, %v; said %s", c, err, said)
	}
}

func TestACutEndStaysToBeSeen(t *testing.T) {
	conn := database(t)
	l, said := open(t, conn)
	for range 3 {
		record(t, l, Event{Action: "x", Outcome: Done})
	}
	if err := conn.Exec(t.Context(), "ALTER TABLE audit_log DELETE WHERE seq = 3 SETTINGS mutations_sync = 2"); err != nil {
		t.Fatal(err)
	}
	record(t, l, Event{Action: "x", Outcome: Done})
	if testutil.ToFloat64(l.cut) != 1 || testutil.ToFloat64(l.entries) != 4 || !strings.Contains(said.String(), "gone or replaced") {
		t.Errorf("cut %v, entries %v, said %s", testutil.ToFloat64(l.cut), testutil.ToFloat64(l.entries), said)
	}
	if _, err := l.Verify(t.Context(), ledger.Checkpoint{}); !ledger.IsBroken(err) || !strings.Contains(err.Error(), "entry 3 is missing") {
		t.Errorf("verifying says %v", err)
	}
}

func TestTheLogIsReadByPagesTheNewestFirst(t *testing.T) {
	l, _ := open(t, database(t))
	for i := range 7 {
		record(t, l, Event{Actor: "wang.li", Action: []string{"export", "reveal"}[i%2], Object: fmt.Sprint(i), Outcome: Done})
	}
	f := Filter{Action: "export"}
	if n, err := l.Count(t.Context(), f); err != nil || n != 4 {
		t.Errorf("%d exports, %v", n, err)
	}
	page, err := l.Page(t.Context(), f, 1, 2)
	if err != nil || len(page) != 2 || page[0].Object != "4" || page[1].Object != "2" {
		t.Errorf("the second and third newest are %+v, %v", page, err)
	}
	if kinds, err := l.Actions(t.Context()); err != nil || strings.Join(kinds, " ") != "export reveal" {
		t.Errorf("actions %q, %v", kinds, err)
	}
}

func TestWhatRequestsBringIsCut(t *testing.T) {
	l, _ := open(t, database(t))
	record(t, l, Event{Actor: strings.Repeat("a", 5000), Action: "sign_in", Object: strings.Repeat("工", 5000), Purpose: strings.Repeat("p", 50_000), Outcome: Refused})
	e := list(t, l, Filter{})[0]
	if len(e.Actor) > 310 || len([]rune(e.Object)) != mostObject+1 || !strings.HasSuffix(e.Object, "…") || len(e.Purpose) > mostPurpose+4 {
		t.Errorf("kept are %d, %d and %d bytes", len(e.Actor), len(e.Object), len(e.Purpose))
	}
}

// A page asks again and again whether the log is whole: it finds a change of what it had found whole before.
func TestWatchingFindsAChangeOfWhatWasWholeBefore(t *testing.T) {
	conn := database(t)
	l, _ := open(t, conn)
	for range 3 {
		record(t, l, Event{Action: "x", Outcome: Done})
	}
	for range 2 {
		if c, err := l.Whole(t.Context()); err != nil || c.Seq != 3 {
			t.Fatalf("%v, %v", c, err)
		}
	}
	record(t, l, Event{Action: "y", Outcome: Done})
	if c, err := l.Whole(t.Context()); err != nil || c.Seq != 4 {
		t.Fatalf("%v, %v", c, err)
	}
	if err := conn.Exec(t.Context(), "ALTER TABLE audit_log UPDATE actor = 'somebody' WHERE seq = 2 SETTINGS mutations_sync = 2"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if c, err := l.Whole(t.Context()); !ledger.IsBroken(err) || c.Seq != 1 {
			t.Errorf("after a change %v, %v", c, err)
		}
	}
	if err := conn.Exec(t.Context(), "ALTER TABLE audit_log UPDATE actor = '' WHERE seq = 2 SETTINGS mutations_sync = 2"); err != nil {
		t.Fatal(err)
	}
	if err := conn.Exec(t.Context(), "ALTER TABLE audit_log DELETE WHERE seq > 3 SETTINGS mutations_sync = 2"); err != nil {
		t.Fatal(err)
	}
	if c, err := l.Whole(t.Context()); err != nil || c.Seq != 3 {
		t.Errorf("changed back, and its end cut off: %v, %v", c, err)
	}
}

// losing loses the answers of inserts: the rows are there, the client does not know.
type losing struct {
	driver.Conn
	left int
}

func (c *losing) PrepareBatch(ctx context.Context, query string, o ...driver.PrepareBatchOption) (driver.Batch, error) {
	b, err := c.Conn.PrepareBatch(ctx, query, o...)
	return &losingBatch{b, c}, err
}

type losingBatch struct {
	driver.Batch
	conn *losing
}

func (b *losingBatch) Send() error {
	err := b.Batch.Send()
	if b.conn.left > 0 {
		b.conn.left--
		return errors.New("the answer was lost")
	}
	return err
}

func TestAnEntryWhoseAnswerWasLostIsThereOnce(t *testing.T) {
	conn := &losing{Conn: database(t)}
	l, _ := open(t, conn)
	for range 2 { // the same done twice is there twice
		conn.left = 1
		record(t, l, Event{Actor: "wang.li", Action: "export", Object: "x", Outcome: Done})
	}
	if all := list(t, l, Filter{}); len(all) != 2 {
		t.Errorf("the log has %+v", all)
	}
	if c, err := l.Verify(t.Context(), ledger.Checkpoint{}); err != nil || c.Seq != 2 {
		t.Errorf("%v, %v", c, err)
	}
}
