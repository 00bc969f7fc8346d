// Package audit writes down who did what, to what, why and with what outcome: signing in, every write, every reveal of
// personal data, every export, every change of people. The log is a ledger (internal/platform/ledger): it cannot be changed
// without showing.
//
// No entry holds personal data of workers: a worker is named by the keyed hash. What people type as their purpose is kept
// as they typed it.
package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/anxin-project/anxin/internal/platform/ledger"
)

// Table is where the log is kept.
const Table = "audit_log"

// Command is the actor of what was done by command on the server rather than by somebody signed in.
const Command = "command"

// Outcomes.
const (
	Done    = "done"
	Refused = "refused"
	Failed  = "failed" // it was tried, and something broke
	Unsure  = "unsure" // it was begun, and whether it was done could not be found out in time
)

// OutcomeOf is how something ended that was not refused: what ran out of time may have been done all the same.
func OutcomeOf(err error) string {
	var late interface{ Timeout() bool }
	switch {
	case err == nil:
		return Done
	case errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.As(err, &late) && late.Timeout():
		return Unsure
	}
	return Failed
}

// patience is how long writing an entry may take, even when the request has ended.
const patience = 15 * time.Second

// Event is what is written down.
type Event struct {
	Actor   string // a person's id, Command, or empty for nobody signed in
	Action  string
	Object  string
	Purpose string
	Outcome string
	Origin  string // the address the request came from; behind a proxy the proxy's
}

// detail is the part of an event that the ledger keeps as JSON.
type detail struct {
	Purpose string `json:"purpose,omitempty"`
	Outcome string `json:"outcome"`
	Origin  string `json:"origin,omitempty"`
}

// Entry is an event as the log has it.
type Entry struct {
	Seq uint64
	At  time.Time
	Event
}

// Dependencies of the log.
type Dependencies struct {
	Conn       driver.Conn
	Clock      func() time.Time
	Logger     *slog.Logger
	Registerer prometheus.Registerer // nil for no metrics
}

// Log is the audit log. It may be used from many goroutines and beside other processes.
type Log struct {
	ledger  *ledger.Ledger
	watch   *ledger.Watch
	logger  *slog.Logger
	entries prometheus.Gauge
	cut     prometheus.Gauge

	mu   sync.Mutex
	last ledger.Entry // the newest entry this process has seen
}

// headEvery is after how many entries the newest one's checkpoint goes to the service's own log, which is kept elsewhere.
const headEvery = 100

// Open returns the log and writes its newest checkpoint to the service's log.
func Open(ctx context.Context, d Dependencies) (*Log, error) {
	l := &Log{
		ledger: ledger.New(d.Conn, Table, d.Clock), logger: d.Logger,
		entries: prometheus.NewGauge(prometheus.GaugeOpts{Name: "anxin_audit_entries",
			Help: "Entries of the audit log that this process has seen. It never falls, unless somebody cut off the end."}),
		cut: prometheus.NewGauge(prometheus.GaugeOpts{Name: "anxin_audit_cut",
			Help: "1 when entries that this process has seen are gone from the audit log: run anxin audit verify."}),
	}
	if d.Registerer != nil {
		for _, c := range []prometheus.Collector{l.entries, l.cut} {
			if err := d.Registerer.Register(c); err != nil {
				return nil, fmt.Errorf("audit: %w", err)
			}
		}
	}
	l.watch = ledger.NewWatch(l.ledger)
	var err error
	if l.last, err = l.ledger.Last(ctx); err != nil {
		return nil, fmt.Errorf("opening the audit log: %w", err)
	}
	l.seen()
	l.tell()
	return l, nil
}

func (l *Log) seen() { l.entries.Set(float64(l.last.Seq)) }

func (l *Log) tell() {
	l.logger.Info("audit log", "checkpoint", ledger.Checkpoint{Seq: l.last.Seq, Hash: l.last.Hash}.String())
}

// How many characters an entry keeps of what requests bring.
const (
	mostObject  = 300
	mostPurpose = 1000
)

// cut shortens a text, visibly.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

// attempts bounds how often an entry is tried when other processes write at the same time.
const attempts = 20

// Record writes an event; it has reached the disk when Record returns without error. What must not go unrecorded waits
// for that. The end of ctx does not end it: what was done is written down, whoever hangs up.
func (l *Log) Record(ctx context.Context, e Event) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	l.mu.Lock()
	defer l.mu.Unlock()
	draft := ledger.Draft{Actor: cut(e.Actor, mostObject), Kind: e.Action, Object: cut(e.Object, mostObject), Detail: detail{cut(e.Purpose, mostPurpose), e.Outcome, cut(e.Origin, mostObject)}}
	var err error
	unknown := false // whether the last attempt has reached the log
	for range attempts {
		before := l.last
		if err = l.catchUp(ctx); err != nil {
			break
		}
		if unknown && l.last.Seq > before.Seq {
			reached := false
			err = l.ledger.Read(ctx, before.Seq, func(e ledger.Entry) error {
				reached = reached || l.ledger.Wrote(e, draft)
				return nil
			})
			if err != nil {
				break
			}
			if reached { // although its answer did not come
				l.seen()
				return nil
			}
		}
		var written ledger.Entry
		if written, err = l.ledger.Append(ctx, l.last, draft); err == nil {
			l.last = written
			l.seen()
			if l.last.Seq%headEvery == 0 {
				l.tell()
			}
			return nil
		}
		if unknown = !errors.Is(err, ledger.ErrTaken); unknown && ctx.Err() != nil {
			break
		}
	}
	return fmt.Errorf("writing the audit log: %w", err)
}

// catchUp looks at what other processes have written. When the table ends before what this process has seen, it goes on
// from there all the same, so that the gap stays to be seen.
func (l *Log) catchUp(ctx context.Context) error {
	stands, err := l.ledger.Last(ctx)
	if err != nil {
		return err
	}
	if stands.Seq < l.last.Seq || stands.Seq == l.last.Seq && stands.Hash != l.last.Hash {
		l.cut.Set(1)
		l.logger.Error("entries of the audit log are gone or replaced: run anxin audit verify", "last_seen", l.last.Seq, "found", stands.Seq)
		return nil
	}
	l.last = stands
	return nil
}

// Filter says which entries to list; its zero value is all of them.
type Filter struct {
	Actor, Action string
	From, Until   time.Time // both may be zero; Until is not included
}

func (f Filter) choice() ledger.Choice {
	return ledger.Choice{Actor: f.Actor, Kind: f.Action, From: f.From, Until: f.Until}
}

// read makes of a ledger's entry one of the log.
func read(from ledger.Entry) Entry {
	var d detail
	if err := json.Unmarshal([]byte(from.Detail), &d); err != nil {
		d.Outcome = "unreadable" // changed: Verify tells; a list shows what is there
	}
	return Entry{from.Seq, from.At, Event{from.Actor, from.Kind, from.Object, d.Purpose, d.Outcome, d.Origin}}
}

// List passes the entries that a filter lets through, oldest first, as they come from the store.
func (l *Log) List(ctx context.Context, f Filter, each func(Entry) error) error {
	return l.ledger.Select(ctx, f.choice(), func(e ledger.Entry) error { return each(read(e)) })
}

// Count returns how many entries a filter lets through.
func (l *Log) Count(ctx context.Context, f Filter) (int, error) {
	return l.ledger.Count(ctx, f.choice())
}

// Page returns so many of the entries that a filter lets through, the newest first, after leaving some out.
func (l *Log) Page(ctx context.Context, f Filter, leaveOut, most int) (page []Entry, err error) {
	err = l.ledger.Newest(ctx, f.choice(), leaveOut, most, func(e ledger.Entry) error { page = append(page, read(e)); return nil })
	return page, err
}

// Actions are those that occur in the log.
func (l *Log) Actions(ctx context.Context) ([]string, error) { return l.ledger.Kinds(ctx) }

// Whole is Verify for a page that is asked for again and again: it reads what has come since the last time, and everything only
// where something has changed.
func (l *Log) Whole(ctx context.Context) (ledger.Checkpoint, error) { return l.watch.Verify(ctx) }

// Verify is ledger.Verify of the log.
func (l *Log) Verify(ctx context.Context, c ledger.Checkpoint) (ledger.Checkpoint, error) {
	return l.ledger.Verify(ctx, c)
}
