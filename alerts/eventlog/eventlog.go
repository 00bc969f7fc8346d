// Package eventlog is an append-only log of events in a ClickHouse table: the truth of casework and of the
// joint-discipline list. Events about one thing (a case, an entry of the list) are numbered from 1 without gap, and an
// append names the last number its writer has seen.
//
// The log as a whole has one order: an append, which may be about many things, takes the next position. Its writer has read
// everything before that position (Follow), and judged by it.
//
// What it promises:
//   - the log is only ever added to; an append has reached the table when it returns without error;
//   - any number of processes may write. Of several who take the same position exactly one gets through, by the ledger's
//     mechanism (ledger.Taking); the others get ErrFirst, read what was first, and judge again. So the log never forks;
//   - after an append whose outcome is unknown (a time-out) the next Follow tells: it reads what the table holds.
//
// Events of before there were positions have position 0. There a number may stand twice, by two processes that took themselves
// for the leader: these are counted, and the reader decides what counts.
//
// The log is small and must survive a power cut, so its table should have the MergeTree settings fsync_after_insert
// and fsync_part_directory, and a window of deduplication; they belong to the table, hence to the migration. What an insert
// itself can ask for, it does: no asynchronous insert, and on a cluster an answer only after the shard has it.
package eventlog

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/platform/ledger"
)

// ErrConflict says that there are events which the writer had not seen.
var ErrConflict = casefile.ErrConflict

// ErrFirst is the ErrConflict of an append: another writer took its position, perhaps for something else altogether. Whoever
// judges again may find nothing in the way.
var ErrFirst = fmt.Errorf("another process was first: %w", ErrConflict)

// Event is one entry of the log.
type Event struct {
	ID     string // of what the event is about
	Seq    uint32
	At     time.Time // UTC, to the millisecond
	Actor  string
	Kind   string
	Reason string
	Data   json.RawMessage
	Writer uint64
}

// Case is the event as components share it.
func (e Event) Case() casefile.Event {
	return casefile.Event{
		CaseID: e.ID, Seq: e.Seq, At: e.At, Actor: e.Actor, Kind: casefile.Kind(e.Kind), Reason: e.Reason, Data: e.Data, Writer: e.Writer,
	}
}

// Change is events to be added about one thing.
type Change struct {
	Events []Event
}

// Table names the table of a log and its column for ID.
type Table struct{ Name, ID string }

// Counters take what the log counts.
type Counters struct {
	Conflicts, Forks prometheus.Counter
	Events           *prometheus.CounterVec // by kind
}

// Log is one log. Read may be called at any time; the rest by one goroutine at a time, which is the caller's to see to,
// since it must read, judge and append in one go.
type Log struct {
	conn     driver.Conn
	table    Table
	logger   *slog.Logger
	writer   uint64
	counters Counters
	started  bool   // what has position 0 is read
	seen     uint64 // position up to which everything is read
}

// New returns the log in a table. Writer tells writers apart; 0 draws one.
func New(conn driver.Conn, table Table, logger *slog.Logger, writer uint64, counters Counters) *Log {
	if writer == 0 {
		var b [8]byte
		_, _ = rand.Read(b[:]) // never fails
		writer = binary.LittleEndian.Uint64(b[:])
	}
	return &Log{conn: conn, table: table, logger: logger, writer: writer, counters: counters}
}

// Writer is the number under which this process writes.
func (l *Log) Writer() uint64 { return l.writer }

// Read passes the events about the things named, in the order of the log.
func (l *Log) Read(ctx context.Context, ids []string, each func(Event) error) error {
	return l.query(ctx, "WHERE "+l.table.ID+" IN (?)", func(e Event, _ uint64) error { return each(e) }, ids)
}

// Follow passes the events that this process has not seen, each thing's in their order; at first that is all of them. An error of
// each, or of reading, leaves the log as it was: what was passed is passed again.
func (l *Log) Follow(ctx context.Context, each func(Event) error) error {
	where, seen := "WHERE position > ?", l.seen
	if !l.started {
		where = "WHERE position >= ?"
	}
	err := l.query(ctx, where, func(e Event, position uint64) error {
		if position > seen+1 { // a replica that is behind
			return fmt.Errorf("append %d of %s is not here yet: %w", seen+1, l.table.Name, ErrFirst)
		}
		seen = position
		return each(e)
	}, l.seen)
	if err != nil {
		return err
	}
	l.started, l.seen = true, seen
	return nil
}

func (l *Log) query(ctx context.Context, where string, each func(e Event, position uint64) error, args ...any) error {
	rows, err := l.conn.Query(ctx, fmt.Sprintf("SELECT %[1]s, seq, at, actor, kind, reason, data, writer, position FROM %[2]s %[3]s ORDER BY position, %[1]s, seq, at, writer, kind, data",
		l.table.ID, l.table.Name, where), args...)
	if err != nil {
		return fmt.Errorf("reading %s: %w", l.table.Name, err)
	}
	defer rows.Close()
	var last Event
	for rows.Next() {
		var e Event
		var data string
		var position uint64
		if err := rows.Scan(&e.ID, &e.Seq, &e.At, &e.Actor, &e.Kind, &e.Reason, &data, &e.Writer, &position); err != nil {
			return fmt.Errorf("reading %s: %w", l.table.Name, err)
		}
		e.At, e.Data = e.At.UTC(), json.RawMessage(data)
		if e.ID == last.ID && e.Seq == last.Seq {
			if e.Writer == last.Writer {
				continue // one insert, sent twice by a client that did not get the answer
			}
			l.counters.Forks.Inc()
			l.logger.Error("two writers in an event log: two processes took themselves for the leader",
				"table", l.table.Name, "id", e.ID, "seq", e.Seq, "writer", e.Writer, "other", last.Writer)
		}
		last = e
		if err := each(e, position); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("reading %s: %w", l.table.Name, err)
	}
	return nil
}

// Append writes all changes in one insert, which ClickHouse stores as a whole or not at all, after everything that Follow has
// passed. ErrFirst says that another writer was: Follow, and judge again. After any other error it is unknown whether
// the changes are in the log; the next Follow passes them if so.
func (l *Log) Append(ctx context.Context, changes map[string]Change) error {
	if len(changes) == 0 {
		return nil
	}
	position := l.seen + 1
	batch, err := l.conn.PrepareBatch(ledger.Taking(ctx, l.table.Name, position),
		fmt.Sprintf("INSERT INTO %s (%s, seq, at, actor, kind, reason, data, writer, position)", l.table.Name, l.table.ID))
	if err != nil {
		return fmt.Errorf("appending to %s: %w", l.table.Name, err)
	}
	defer batch.Abort() //nolint:errcheck // after Send it has nothing to do
	ids := slices.Sorted(maps.Keys(changes))
	for _, id := range ids {
		for _, e := range changes[id].Events {
			if err := batch.Append(e.ID, e.Seq, e.At, e.Actor, e.Kind, e.Reason, string(e.Data), l.writer, position); err != nil {
				return fmt.Errorf("appending to %s: %w", l.table.Name, err)
			}
		}
	}
	if err := batch.Send(); err != nil {
		return fmt.Errorf("appending to %s: %w", l.table.Name, err)
	}
	var mine, others uint64
	err = l.conn.QueryRow(ctx, "SELECT countIf(writer = ?), countIf(writer != ?) FROM "+l.table.Name+" WHERE position = ?", l.writer, l.writer, position).Scan(&mine, &others)
	if err != nil {
		return fmt.Errorf("checking what was appended to %s: %w", l.table.Name, err)
	}
	if others > 0 || mine == 0 {
		l.counters.Conflicts.Inc()
		return fmt.Errorf("append %d of %s is another writer's: %w", position, l.table.Name, ErrFirst)
	}
	l.seen = position
	for _, id := range ids {
		for _, e := range changes[id].Events {
			l.counters.Events.WithLabelValues(e.Kind).Inc()
		}
	}
	return nil
}
