package ledger

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/internal/platform/store"
	"github.com/anxin-project/anxin/internal/testing/embeddedtest"
)

func TestMain(m *testing.M) { embeddedtest.Main(m) }

func database(t *testing.T) driver.Conn {
	t.Helper()
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

func clock() time.Time { return time.Date(2026, 11, 20, 9, 30, 0, 123456789, time.UTC) }

// fill writes n entries.
func fill(t *testing.T, l *Ledger, n int) (last Entry) {
	t.Helper()
	for i := range n {
		var err error
		if last, err = l.Append(t.Context(), last, Draft{"wang.li", "sign_in", fmt.Sprint(i), map[string]string{"origin": "127.0.0.1"}}); err != nil {
			t.Fatal(err)
		}
	}
	return last
}

func TestWhatWasAppendedReadsBackAndVerifies(t *testing.T) {
	l := New(database(t), "audit_log", clock)
	last := fill(t, l, 3)
	var read []Entry
	if err := l.Read(t.Context(), 1, func(e Entry) error { read = append(read, e); return nil }); err != nil {
		t.Fatal(err)
	}
	if len(read) != 2 || read[1] != last || last.Seq != 3 || read[1].Previous != read[0].Hash {
		t.Errorf("read %+v, appended %+v", read, last)
	}
	if stands, err := l.Last(t.Context()); err != nil || stands != last {
		t.Errorf("the last is %+v, %v", stands, err)
	}
	if c, err := l.Verify(t.Context(), Checkpoint{2, read[0].Hash}); err != nil || c != (Checkpoint{3, last.Hash}) {
		t.Errorf("verified %v, %v", c, err)
	}
}

// Many processes append to one ledger as fast as they can: every number has one winner, everybody else knows that they
// lost, and nothing is lost or doubled.
func TestOfTwoWritersWithTheSameNumberExactlyOneWins(t *testing.T) {
	conn := database(t)
	const writers, each = 4, 10
	var group sync.WaitGroup
	var mu sync.Mutex
	won, lost := map[uint64]int{}, 0
	for w := range writers {
		group.Go(func() {
			l := New(conn, "audit_log", clock)
			for n := 0; n < each; {
				last, err := l.Last(t.Context())
				if err == nil {
					last, err = l.Append(t.Context(), last, Draft{Actor: fmt.Sprint(w), Kind: "test"})
				}
				mu.Lock()
				switch {
				case errors.Is(err, ErrTaken):
					lost++
				case err != nil:
					t.Error(err)
					n = each
				default:
					won[last.Seq]++
					n++
				}
				mu.Unlock()
			}
		})
	}
	group.Wait()
	for seq, n := range won {
		if n != 1 {
			t.Errorf("%d writers think they wrote entry %d", n, seq)
		}
	}
	if c, err := New(conn, "audit_log", clock).Verify(t.Context(), Checkpoint{}); err != nil || c.Seq != writers*each || lost == 0 {
		t.Errorf("verified %d entries (%d lost races), %v", c.Seq, lost, err)
	}
}

func TestEveryKindOfTamperingShows(t *testing.T) {
	for _, tt := range []struct{ name, statement, want string }{
		{"a changed entry", "ALTER TABLE audit_log UPDATE object = 'x' WHERE seq = 3 SETTINGS mutations_sync = 2", "entry 3 was changed"},
		{"a changed time", "ALTER TABLE audit_log UPDATE at = at + 1 WHERE seq = 4 SETTINGS mutations_sync = 2", "entry 4 was changed"},
		{"a removed entry", "ALTER TABLE audit_log DELETE WHERE seq = 2 SETTINGS mutations_sync = 2", "entry 2 is missing"},
		{"a removed beginning", "ALTER TABLE audit_log DELETE WHERE seq = 1 SETTINGS mutations_sync = 2", "entry 1 is missing"},
		{"an entry moved to another number", "ALTER TABLE audit_log UPDATE actor = 'z', hash = previous WHERE seq = 5 SETTINGS mutations_sync = 2", "entry 5 was changed"},
		{"an entry put in twice", "INSERT INTO audit_log SELECT seq, at, actor, 'other', object, detail, writer + 1, previous, hash FROM audit_log WHERE seq = 4", "entry 4 is there twice"},
		{"an entry with a hash of its own", "ALTER TABLE audit_log UPDATE previous = hash WHERE seq = 4 SETTINGS mutations_sync = 2", "entry 4 does not continue"},
		{"a cut end", "ALTER TABLE audit_log DELETE WHERE seq > 3 SETTINGS mutations_sync = 2", "entry 4 is missing: the end was cut off"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			conn := database(t)
			l := New(conn, "audit_log", clock)
			last := fill(t, l, 5)
			if err := conn.Exec(t.Context(), tt.statement); err != nil {
				t.Fatal(err)
			}
			_, err := l.Verify(t.Context(), Checkpoint{last.Seq, last.Hash})
			if !IsBroken(err) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("verifying says %v, want %q", err, tt.want)
			}
		})
	}
}

func TestAChainWrittenAnewShowsByACheckpointOnly(t *testing.T) {
	conn := database(t)
	l := New(conn, "audit_log", clock)
	last := fill(t, l, 3)
	if err := conn.Exec(t.Context(), "TRUNCATE TABLE audit_log"); err != nil {
		t.Fatal(err)
	}
	fill(t, New(conn, "audit_log", func() time.Time { return clock().Add(time.Hour) }), 4)
	if _, err := l.Verify(t.Context(), Checkpoint{}); err != nil {
		t.Errorf("a chain that is whole in itself: %v", err)
	}
	if _, err := l.Verify(t.Context(), Checkpoint{last.Seq, last.Hash}); !IsBroken(err) || !strings.Contains(err.Error(), "written anew") {
		t.Errorf("against the checkpoint: %v", err)
	}
}

func TestAStoreThatDoesNotAnswerIsNoBrokenLedger(t *testing.T) {
	l := New(database(t), "audit_log", clock)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Verify(ctx, Checkpoint{}); err == nil || IsBroken(err) {
		t.Errorf("verifying says %v", err)
	}
}

func TestACheckpointReadsBack(t *testing.T) {
	c := Checkpoint{42, strings.Repeat("ab", 32)}
	if got, err := ParseCheckpoint(c.String() + "\n"); err != nil || got != c {
		t.Errorf("%v, %v", got, err)
	}
	for _, bad := range []string{"", "42", "x:" + c.Hash, "42:short"} {
		if _, err := ParseCheckpoint(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}
