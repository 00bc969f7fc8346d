package ledger

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"
)

// Choice says which entries to select; its zero value is all of them.
type Choice struct {
	Actor, Kind string
	From, Until time.Time // both may be zero; Until is not included
}

// where is the choice as a condition of SQL. Entries have whole milliseconds.
func (c Choice) where() (string, []any) {
	conditions, args := []string{"1"}, []any{}
	if c.Actor != "" {
		conditions, args = append(conditions, "actor = ?"), append(args, c.Actor)
	}
	if c.Kind != "" {
		conditions, args = append(conditions, "kind = ?"), append(args, c.Kind)
	}
	ceil := func(t time.Time) int64 { return t.Add(time.Millisecond - 1).UnixMilli() }
	if !c.From.IsZero() {
		conditions, args = append(conditions, "at >= fromUnixTimestamp64Milli(?, 'UTC')"), append(args, ceil(c.From))
	}
	if !c.Until.IsZero() {
		conditions, args = append(conditions, "at < fromUnixTimestamp64Milli(?, 'UTC')"), append(args, ceil(c.Until))
	}
	return "WHERE " + strings.Join(conditions, " AND "), args
}

// Select passes the entries of a choice in their order.
func (l *Ledger) Select(ctx context.Context, c Choice, each func(Entry) error) error {
	where, args := c.where()
	return l.query(ctx, where+" ORDER BY seq, at, writer", each, args...)
}

// Newest passes so many entries of a choice, the newest first, after leaving some out.
func (l *Ledger) Newest(ctx context.Context, c Choice, leaveOut, most int, each func(Entry) error) error {
	where, args := c.where()
	return l.query(ctx, where+" ORDER BY seq DESC, at DESC, writer LIMIT ? OFFSET ?", each, append(args, most, leaveOut)...)
}

// Count returns how many entries a choice has.
func (l *Ledger) Count(ctx context.Context, c Choice) (int, error) {
	where, args := c.where()
	var n uint64
	if err := l.conn.QueryRow(ctx, "SELECT count() FROM "+l.table+" "+where, args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("counting %s: %w", l.table, err)
	}
	return int(n), nil
}

// Kinds returns what kinds of entries there are, in order.
func (l *Ledger) Kinds(ctx context.Context) ([]string, error) {
	var rows []struct {
		Kind string `ch:"kind"`
	}
	if err := l.conn.Select(ctx, &rows, "SELECT DISTINCT toString(kind) AS kind FROM "+l.table+" ORDER BY kind"); err != nil {
		return nil, fmt.Errorf("reading %s: %w", l.table, err)
	}
	var kinds []string
	for _, r := range rows {
		kinds = append(kinds, r.Kind)
	}
	return kinds, nil
}

// Watch verifies a ledger again and again at little cost: what was found whole is asked of the engine as one sum, and only when
// that has changed is every entry's hash computed anew. It may be used from many goroutines.
type Watch struct {
	ledger *Ledger

	mu    sync.Mutex
	whole Entry // the last one that was found whole
	sum   uint64
}

// NewWatch returns one that has seen nothing yet.
func NewWatch(l *Ledger) *Watch { return &Watch{ledger: l} }

// Verify is Ledger.Verify without a checkpoint.
func (w *Watch) Verify(ctx context.Context) (Checkpoint, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	sum, err := w.ledger.sum(ctx, w.whole.Seq)
	if err != nil {
		return Checkpoint{}, err
	}
	if sum != w.sum {
		w.whole = Entry{}
	}
	last := w.whole
	w.sum = 0
	err = w.ledger.Follow(ctx, w.whole, func(e Entry) error { last = e; return nil })
	w.whole = Entry{} // what is wrong is looked for from the beginning, until nothing is
	if err == nil {
		if w.sum, err = w.ledger.sum(ctx, last.Seq); err == nil {
			w.whole = last
		}
	}
	return Checkpoint{last.Seq, last.Hash}, err
}

// sum is over everything that entries up to a number hold.
func (l *Ledger) sum(ctx context.Context, upTo uint64) (sum uint64, err error) {
	if upTo == 0 {
		return 0, nil
	}
	err = l.conn.QueryRow(ctx, "SELECT sum(sipHash64(seq, at, actor, kind, object, detail, writer, previous, hash)) FROM "+l.table+" WHERE seq <= ?", upTo).Scan(&sum)
	if err != nil {
		err = fmt.Errorf("reading %s: %w", l.table, err)
	}
	return sum, err
}
