// Package ledger keeps tables that are only ever added to and that show when they were not: entries are numbered from 1
// without a gap, and each holds the hash of the one before.
//
// What it promises:
//   - an entry has reached the table's disk when Append returns without error;
//   - of several writers who add the same number at once exactly one succeeds, the others get ErrTaken. ClickHouse has no
//     conditional insert, but it drops an insert whose deduplication token it has seen: the token is the number, and
//     what then stands in the table tells who was first. Of a writer that slept through a thousand other entries the
//     table remembers no token; its entry stands beside the other, and Verify tells;
//   - Verify finds the first entry that was changed, removed, put in or put in twice. Whoever can write the table can
//     also write a whole new chain, and cut off its end: only a Checkpoint kept elsewhere shows that.
package ledger

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// ErrTaken says that another writer has added an entry meanwhile: read it, decide again, and append after it.
var ErrTaken = errors.New("another writer was first")

// Draft is what is to be written.
type Draft struct {
	Actor  string // who
	Kind   string // did what
	Object string // to what
	Detail any    // written as JSON
}

// Entry is one line of a ledger.
type Entry struct {
	Seq                 uint64
	At                  time.Time // UTC, whole milliseconds
	Actor, Kind, Object string
	Detail              string // JSON
	Writer              uint64 // tells processes apart
	Previous, Hash      string // hexadecimal SHA-256; the first entry has no Previous
}

// Ledger is one table. It keeps no state: who appends says after which entry.
type Ledger struct {
	conn   driver.Conn
	table  string
	clock  func() time.Time
	writer uint64
}

// New returns the ledger in a table of the shape of migration 0008.
func New(conn driver.Conn, table string, clock func() time.Time) *Ledger {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return &Ledger{conn: conn, table: table, clock: clock, writer: binary.LittleEndian.Uint64(b[:])}
}

// Taking returns a context for the insert that takes a number of a table: of several such inserts ClickHouse lets one through and
// drops the others without a word, so whoever inserts looks afterwards whose rows stand under the number. It is the one way in
// which logs are appended to.
func Taking(ctx context.Context, table string, number uint64) context.Context {
	return clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{
		"async_insert":               0,
		"insert_distributed_sync":    1,
		"insert_deduplicate":         1,
		"insert_deduplication_token": table + " " + strconv.FormatUint(number, 10),
	}))
}

// Append writes an entry after the last one that the caller has seen (the zero Entry: none), or returns ErrTaken. After
// any other error it is unknown whether the entry was written: read again.
func (l *Ledger) Append(ctx context.Context, last Entry, d Draft) (Entry, error) {
	detail, err := json.Marshal(d.Detail)
	if err != nil {
		return Entry{}, fmt.Errorf("appending to %s: %w", l.table, err)
	}
	e := Entry{
		Seq: last.Seq + 1, At: l.clock().UTC().Truncate(time.Millisecond),
		Actor: d.Actor, Kind: d.Kind, Object: d.Object, Detail: string(detail), Writer: l.writer, Previous: last.Hash,
	}
	e.Hash = e.sum()
	inserting := Taking(ctx, l.table, e.Seq)
	batch, err := l.conn.PrepareBatch(inserting, "INSERT INTO "+l.table+" (seq, at, actor, kind, object, detail, writer, previous, hash)")
	if err == nil {
		defer batch.Abort() //nolint:errcheck // after Send it has nothing to do
		if err = batch.Append(e.Seq, e.At, e.Actor, e.Kind, e.Object, e.Detail, e.Writer, e.Previous, e.Hash); err == nil {
			err = batch.Send()
		}
	}
	if err != nil {
		return Entry{}, fmt.Errorf("appending to %s: %w", l.table, err)
	}
	if stored, err := l.at(ctx, e.Seq); err != nil {
		return Entry{}, fmt.Errorf("checking what was appended to %s: %w", l.table, err)
	} else if len(stored) == 0 {
		// Its token was used by an entry that this replica does not have yet, or that somebody removed.
		return Entry{}, fmt.Errorf("%s: entry %d was written before and is not there; if that stays so, run anxin audit verify: %w", l.table, e.Seq, ErrTaken)
	} else if len(stored) != 1 || stored[0].Hash != e.Hash {
		return Entry{}, fmt.Errorf("%s: entry %d: %w", l.table, e.Seq, ErrTaken)
	}
	return e, nil
}

// Wrote tells whether an entry is one that this writer has made of a draft.
func (l *Ledger) Wrote(e Entry, d Draft) bool {
	detail, err := json.Marshal(d.Detail)
	return err == nil && e.Writer == l.writer && e.Actor == d.Actor && e.Kind == d.Kind && e.Object == d.Object && e.Detail == string(detail)
}

// Read passes the entries after a number in their order. It checks nothing: see Verify.
func (l *Ledger) Read(ctx context.Context, after uint64, each func(Entry) error) error {
	return l.query(ctx, "WHERE seq > ? ORDER BY seq, at, writer", each, after)
}

// Last returns the entry with the highest number, the zero Entry when there is none.
func (l *Ledger) Last(ctx context.Context) (last Entry, err error) {
	err = l.query(ctx, "ORDER BY seq DESC LIMIT 1", func(e Entry) error { last = e; return nil })
	return last, err
}

func (l *Ledger) at(ctx context.Context, seq uint64) (all []Entry, err error) {
	err = l.query(ctx, "WHERE seq = ?", func(e Entry) error { all = append(all, e); return nil }, seq)
	return all, err
}

func (l *Ledger) query(ctx context.Context, rest string, each func(Entry) error, args ...any) error {
	rows, err := l.conn.Query(ctx, "SELECT seq, at, actor, kind, object, detail, writer, previous, hash FROM "+l.table+" "+rest, args...)
	if err != nil {
		return fmt.Errorf("reading %s: %w", l.table, err)
	}
	defer rows.Close()
	for rows.Next() {
		var e Entry
		if err := rows.Scan(&e.Seq, &e.At, &e.Actor, &e.Kind, &e.Object, &e.Detail, &e.Writer, &e.Previous, &e.Hash); err != nil {
			return fmt.Errorf("reading %s: %w", l.table, err)
		}
		e.At = e.At.UTC()
		if err := each(e); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("reading %s: %w", l.table, err)
	}
	return nil
}

// sum is the SHA-256 over the entry's fields as text, each after its length in bytes (8 bytes, big-endian), in the order
// previous, seq, at (Unix milliseconds), actor, kind, object, detail, writer.
func (e Entry) sum() string {
	h := sha256.New()
	for _, field := range []string{
		e.Previous, strconv.FormatUint(e.Seq, 10), strconv.FormatInt(e.At.UnixMilli(), 10),
		e.Actor, e.Kind, e.Object, e.Detail, strconv.FormatUint(e.Writer, 10),
	} {
		_ = binary.Write(h, binary.BigEndian, uint64(len(field))) // a hash takes everything
		io.WriteString(h, field)
	}
	return hex.EncodeToString(h.Sum(nil))
}
