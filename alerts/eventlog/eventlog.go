// Package eventlog is an append-only log of events in a ClickHouse table: the truth of casework and of the
// joint-discipline list. Events about one thing (a case, an entry of the list) are numbered from 1 without gap, and an
// append names the last number its writer has seen.
//
// What it promises:
//   - the log is only ever added to; an append has reached the table when it returns without error;
//   - one leader writes, one append at a time. Against a second process each append checks, before and after, that what
//     it is about has no events it has not seen: a stale writer gets ErrConflict. ClickHouse has no conditional insert,
//     so two writers can still both get through within some milliseconds; then the log holds one number twice, the
//     later writer gets ErrConflict, the forks are counted, and the reader decides what counts;
//   - after an append whose outcome is unknown (a time-out) the thing is Dirty: it is to be read again before it is used.
//
// The log is small and must survive a power cut, so its table should have the MergeTree settings fsync_after_insert
// and fsync_part_directory; they belong to the table, hence to the migration. What an insert itself can ask for, it
// does: no asynchronous insert, and on a cluster an answer only after the shard has it.
package eventlog

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/anxin-project/anxin/internal/domain/casefile"
)

// ErrConflict says that there are events which the writer had not seen.
var ErrConflict = casefile.ErrConflict

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

// Change is events to be added about one thing, after the last event its writer has seen (0 for none).
type Change struct {
	Before uint32
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
// since it must judge and append in one go.
type Log struct {
	conn     driver.Conn
	table    Table
	logger   *slog.Logger
	writer   uint64
	counters Counters
	dirty    map[string]bool
}

// New returns the log in a table. Writer tells writers apart; 0 draws one.
func New(conn driver.Conn, table Table, logger *slog.Logger, writer uint64, counters Counters) *Log {
	if writer == 0 {
		var b [8]byte
		_, _ = rand.Read(b[:]) // never fails
		writer = binary.LittleEndian.Uint64(b[:])
	}
	return &Log{conn: conn, table: table, logger: logger, writer: writer, counters: counters, dirty: map[string]bool{}}
}

// Writer is the number under which this process writes.
func (l *Log) Writer() uint64 { return l.writer }

// Read passes the events about the things named, about all when ids is nil, in the order of the log.
func (l *Log) Read(ctx context.Context, ids []string, each func(Event) error) error {
	columns := fmt.Sprintf("SELECT %s, seq, at, actor, kind, reason, data, writer FROM %s ", l.table.ID, l.table.Name)
	order := fmt.Sprintf("ORDER BY %s, seq, at, writer, kind, data", l.table.ID)
	var rows driver.Rows
	var err error
	if ids == nil {
		rows, err = l.conn.Query(ctx, columns+order)
	} else {
		rows, err = l.conn.Query(ctx, columns+"WHERE "+l.table.ID+" IN (?) "+order, ids)
	}
	if err != nil {
		return fmt.Errorf("reading %s: %w", l.table.Name, err)
	}
	defer rows.Close()
	var last Event
	for rows.Next() {
		var e Event
		var data string
		if err := rows.Scan(&e.ID, &e.Seq, &e.At, &e.Actor, &e.Kind, &e.Reason, &data, &e.Writer); err != nil {
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
		if err := each(e); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Dirty are the things whose log may be ahead of what the caller has of them.
func (l *Log) Dirty() []string { return slices.Sorted(maps.Keys(l.dirty)) }

// Settled says that a thing has been read again.
func (l *Log) Settled(id string) { delete(l.dirty, id) }

// Append writes all changes in one insert, which ClickHouse stores as a whole or not at all. On any error after the
// insert was begun, and on ErrConflict, what was changed is Dirty.
func (l *Log) Append(ctx context.Context, changes map[string]Change) error {
	if len(changes) == 0 {
		return nil
	}
	if err := l.unseen(ctx, changes); err != nil {
		return err
	}
	inserting := clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{
		"async_insert":            0,
		"insert_distributed_sync": 1,
	}))
	batch, err := l.conn.PrepareBatch(inserting,
		fmt.Sprintf("INSERT INTO %s (%s, seq, at, actor, kind, reason, data, writer)", l.table.Name, l.table.ID))
	if err != nil {
		return fmt.Errorf("appending to %s: %w", l.table.Name, err)
	}
	defer batch.Abort() //nolint:errcheck // after Send it has nothing to do
	ids := slices.Sorted(maps.Keys(changes))
	for _, id := range ids {
		for _, e := range changes[id].Events {
			if err := batch.Append(e.ID, e.Seq, e.At, e.Actor, e.Kind, e.Reason, string(e.Data), l.writer); err != nil {
				return fmt.Errorf("appending to %s: %w", l.table.Name, err)
			}
		}
	}
	for _, id := range ids {
		l.dirty[id] = true // until it is known what came of it
	}
	if err := batch.Send(); err != nil {
		return fmt.Errorf("appending to %s: %w", l.table.Name, err)
	}
	if err := l.contested(ctx, changes); err != nil {
		return err
	}
	for _, id := range ids {
		delete(l.dirty, id)
		for _, e := range changes[id].Events {
			l.counters.Events.WithLabelValues(e.Kind).Inc()
		}
	}
	return nil
}

// unseen is ErrConflict when the log of some thing is not at the event that the change names.
func (l *Log) unseen(ctx context.Context, changes map[string]Change) error {
	rows, err := l.conn.Query(ctx, fmt.Sprintf("SELECT %[1]s, max(seq) FROM %[2]s WHERE %[1]s IN (?) GROUP BY %[1]s", l.table.ID, l.table.Name),
		slices.Sorted(maps.Keys(changes)))
	if err != nil {
		return fmt.Errorf("checking %s: %w", l.table.Name, err)
	}
	defer rows.Close()
	last := map[string]uint32{}
	for rows.Next() {
		var id string
		var seq uint32
		if err := rows.Scan(&id, &seq); err != nil {
			return fmt.Errorf("checking %s: %w", l.table.Name, err)
		}
		last[id] = seq
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("checking %s: %w", l.table.Name, err)
	}
	var conflicts []error
	for id, c := range changes {
		if last[id] != c.Before {
			conflicts = append(conflicts, l.conflict(id, c.Before, last[id]))
		}
	}
	return errors.Join(conflicts...)
}

// contested is ErrConflict when another writer has written about some thing since this process last saw it.
func (l *Log) contested(ctx context.Context, changes map[string]Change) error {
	from := uint32(math.MaxUint32)
	for _, c := range changes {
		from = min(from, c.Before)
	}
	rows, err := l.conn.Query(ctx,
		fmt.Sprintf("SELECT %[1]s, seq FROM %[2]s WHERE %[1]s IN (?) AND seq > ? AND writer != ? ORDER BY %[1]s, seq", l.table.ID, l.table.Name),
		slices.Sorted(maps.Keys(changes)), from, l.writer)
	if err != nil {
		return fmt.Errorf("checking %s: %w", l.table.Name, err)
	}
	defer rows.Close()
	var conflicts []error
	for rows.Next() {
		var id string
		var seq uint32
		if err := rows.Scan(&id, &seq); err != nil {
			return fmt.Errorf("checking %s: %w", l.table.Name, err)
		}
		if c := changes[id]; seq > c.Before {
			conflicts = append(conflicts, l.conflict(id, c.Before, seq))
		}
	}
	return errors.Join(append(conflicts, rows.Err())...)
}

func (l *Log) conflict(id string, seen, found uint32) error {
	l.dirty[id] = true
	l.counters.Conflicts.Inc()
	return fmt.Errorf("%s: event %d is another writer's or lost, the last one seen was %d: %w", id, found, seen, ErrConflict)
}
