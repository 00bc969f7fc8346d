// Package cases keeps the cases: an append-only event log in ClickHouse (table case_events), and in memory what the log
// adds up to.
//
// What it promises:
//   - one case a subject; the log is only ever added to;
//   - an append has reached the table when it returns without error, and the state in memory is never ahead of the log;
//   - one leader writes. Within the process appends are one at a time. Against a second process each append checks,
//     before and after, that the case has no events it has not seen: a stale writer gets ErrConflict. ClickHouse has no
//     conditional insert, so two writers can still both get through within some milliseconds; then the log holds one
//     sequence number twice, both events count (those of this package are harmless together, see Fold), the later
//     writer gets ErrConflict, and anxin_case_log_forks_total tells;
//   - after an append whose outcome is unknown (a time-out) the case is read again before it is used.
//
// The log is small and must survive a power cut, so its table should have the MergeTree settings fsync_after_insert
// and fsync_part_directory; they belong to the table, hence to the migration. What an insert itself can ask for, it
// does: no asynchronous insert, and on a cluster an answer only after the shard has it.
package cases

import (
	"cmp"
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
	"sync"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/anxin-project/anxin/internal/calendar"
	"github.com/anxin-project/anxin/internal/casefile"
	"github.com/anxin-project/anxin/internal/catalog"
)

// ErrConflict says that a case has events which the writer had not seen.
var ErrConflict = errors.New("the case has newer events")

// ErrNotFound says that there is no such case.
var ErrNotFound = errors.New("no such case")

// Dependencies of the store.
type Dependencies struct {
	Conn     driver.Conn
	Calendar *calendar.Calendar
	Logger   *slog.Logger
	Clock    func() time.Time
	// Registerer takes the metrics; nil for none.
	Registerer prometheus.Registerer
	// Writer tells writers apart in the log; 0 draws one.
	Writer uint64
}

// Store holds the cases. Its methods are safe for concurrent use.
type Store struct {
	conn     driver.Conn
	calendar *calendar.Calendar
	logger   *slog.Logger
	clock    func() time.Time
	writer   uint64
	metrics  *metrics

	// appending makes appends one at a time. dirty, which it guards, are cases whose log may be ahead of memory.
	appending sync.Mutex
	dirty     map[string]bool

	// queue, which queueing guards, are deliveries that wait for appending.
	queueing sync.Mutex
	queue    []*delivery

	mu     sync.RWMutex // guards what follows
	states map[string]*state
	views  map[string]*casefile.Case // never changed once here, only replaced
	list   []*casefile.Case          // views in the order of lists; nil after a change
}

// Open reads the log.
func Open(ctx context.Context, d Dependencies) (*Store, error) {
	s := &Store{
		conn:     d.Conn,
		calendar: d.Calendar,
		logger:   d.Logger,
		clock:    d.Clock,
		writer:   d.Writer,
		dirty:    map[string]bool{},
		states:   map[string]*state{},
		views:    map[string]*casefile.Case{},
	}
	if s.logger == nil {
		s.logger = slog.New(slog.DiscardHandler)
	}
	if s.clock == nil {
		s.clock = time.Now
	}
	if s.writer == 0 {
		var b [8]byte
		if _, err := rand.Read(b[:]); err != nil {
			return nil, err
		}
		s.writer = binary.LittleEndian.Uint64(b[:])
	}
	s.metrics = newMetrics(d.Registerer, s)
	if err := s.load(ctx, nil); err != nil {
		return nil, err
	}
	return s, nil
}

// load reads the log of the cases named, of all when ids is nil, and replaces what memory has of them.
func (s *Store) load(ctx context.Context, ids []string) error {
	states := map[string]*state{}
	for _, id := range ids {
		states[id] = newState()
	}
	err := s.read(ctx, ids, func(e casefile.Event) error {
		one := states[e.CaseID]
		if one == nil {
			one = newState()
			states[e.CaseID] = one
		}
		return one.apply(e)
	})
	if err != nil {
		return err
	}
	s.commit(states)
	for id := range states {
		delete(s.dirty, id)
	}
	return nil
}

// read passes the events of the cases named, of all when ids is nil, in the order of the log.
func (s *Store) read(ctx context.Context, ids []string, each func(casefile.Event) error) error {
	const columns = "SELECT case_id, seq, at, actor, kind, reason, data, writer FROM case_events "
	const order = "ORDER BY case_id, seq, at, writer, kind, data"
	var rows driver.Rows
	var err error
	if ids == nil {
		rows, err = s.conn.Query(ctx, columns+order)
	} else {
		rows, err = s.conn.Query(ctx, columns+"WHERE case_id IN (?) "+order, ids)
	}
	if err != nil {
		return fmt.Errorf("reading the case log: %w", err)
	}
	defer rows.Close()
	var last casefile.Event
	for rows.Next() {
		var e casefile.Event
		var kind, data string
		if err := rows.Scan(&e.CaseID, &e.Seq, &e.At, &e.Actor, &kind, &e.Reason, &data, &e.Writer); err != nil {
			return fmt.Errorf("reading the case log: %w", err)
		}
		e.At, e.Kind, e.Data = e.At.UTC(), casefile.Kind(kind), json.RawMessage(data)
		if e.CaseID == last.CaseID && e.Seq == last.Seq {
			if e.Writer == last.Writer {
				continue // one insert, sent twice by a client that did not get the answer
			}
			s.metrics.forks.Inc()
			s.logger.Error("two writers in the case log: two processes took themselves for the leader",
				"case", e.CaseID, "seq", e.Seq, "writer", e.Writer, "other", last.Writer)
		}
		last = e
		if err := each(e); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (s *Store) commit(states map[string]*state) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, one := range states {
		if one.seq == 0 {
			delete(s.states, id)
			delete(s.views, id)
			continue
		}
		view := one.view(s.calendar)
		s.states[id], s.views[id] = one, &view
	}
	s.list = nil
}

func (s *Store) state(id string) *state {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.states[id]
}

// change is events to be added to one case, and the state they lead to.
type change struct {
	before uint32 // sequence number the writer has seen
	after  *state
	events []casefile.Event
}

// add puts an event into the change and applies it, so that an event that cannot be read back is never written.
func (c *change) add(s *Store, id string, kind casefile.Kind, data any) error {
	content, err := json.Marshal(data)
	if err != nil {
		return err
	}
	e := casefile.Event{
		CaseID: id,
		Seq:    c.after.seq + 1,
		At:     s.clock().UTC().Truncate(time.Millisecond),
		Actor:  casefile.System,
		Kind:   kind,
		Data:   content,
		Writer: s.writer,
	}
	c.events = append(c.events, e)
	return c.after.apply(e)
}

// settle reads those cases again whose log may be ahead of memory. Called with appending held.
func (s *Store) settle(ctx context.Context) error {
	if len(s.dirty) == 0 {
		return nil
	}
	return s.load(ctx, slices.Sorted(maps.Keys(s.dirty)))
}

// write appends all changes in one insert, which ClickHouse stores as a whole or not at all, and then takes them into
// memory. Called with appending held.
func (s *Store) write(ctx context.Context, changes map[string]*change) error {
	if len(changes) == 0 {
		return nil
	}
	ids := slices.Sorted(maps.Keys(changes))
	if err := s.unseen(ctx, changes); err != nil {
		return err
	}
	inserting := clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{
		"async_insert":            0,
		"insert_distributed_sync": 1,
	}))
	batch, err := s.conn.PrepareBatch(inserting, "INSERT INTO case_events (case_id, seq, at, actor, kind, reason, data, writer)")
	if err != nil {
		return fmt.Errorf("appending to the case log: %w", err)
	}
	defer batch.Abort() //nolint:errcheck // after Send it has nothing to do
	for _, id := range ids {
		for _, e := range changes[id].events {
			if err := batch.Append(e.CaseID, e.Seq, e.At, e.Actor, string(e.Kind), e.Reason, string(e.Data), e.Writer); err != nil {
				return fmt.Errorf("appending to the case log: %w", err)
			}
		}
	}
	for _, id := range ids {
		s.dirty[id] = true // until it is known what came of it
	}
	if err := batch.Send(); err != nil {
		return fmt.Errorf("appending to the case log: %w", err)
	}
	if err := s.contested(ctx, changes); err != nil {
		return err
	}
	states := map[string]*state{}
	for _, id := range ids {
		states[id] = changes[id].after
		for _, e := range changes[id].events {
			s.metrics.events.WithLabelValues(string(e.Kind)).Inc()
		}
	}
	s.commit(states)
	for _, id := range ids {
		delete(s.dirty, id)
	}
	return nil
}

// unseen is ErrConflict when the log of some case is not at the event that this process has seen.
func (s *Store) unseen(ctx context.Context, changes map[string]*change) error {
	rows, err := s.conn.Query(ctx, "SELECT case_id, max(seq) FROM case_events WHERE case_id IN (?) GROUP BY case_id",
		slices.Sorted(maps.Keys(changes)))
	if err != nil {
		return fmt.Errorf("checking the case log: %w", err)
	}
	defer rows.Close()
	last := map[string]uint32{}
	for rows.Next() {
		var id string
		var seq uint32
		if err := rows.Scan(&id, &seq); err != nil {
			return fmt.Errorf("checking the case log: %w", err)
		}
		last[id] = seq
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("checking the case log: %w", err)
	}
	var conflicts []error
	for id, c := range changes {
		if last[id] != c.before {
			conflicts = append(conflicts, s.conflict(id, c.before, last[id]))
		}
	}
	return errors.Join(conflicts...)
}

// contested is ErrConflict when another writer has written to some case since this process last saw it.
func (s *Store) contested(ctx context.Context, changes map[string]*change) error {
	from := uint32(math.MaxUint32)
	for _, c := range changes {
		from = min(from, c.before)
	}
	rows, err := s.conn.Query(ctx, "SELECT case_id, seq FROM case_events WHERE case_id IN (?) AND seq > ? AND writer != ? ORDER BY case_id, seq",
		slices.Sorted(maps.Keys(changes)), from, s.writer)
	if err != nil {
		return fmt.Errorf("checking the case log: %w", err)
	}
	defer rows.Close()
	var conflicts []error
	for rows.Next() {
		var id string
		var seq uint32
		if err := rows.Scan(&id, &seq); err != nil {
			return fmt.Errorf("checking the case log: %w", err)
		}
		if c := changes[id]; seq > c.before {
			conflicts = append(conflicts, s.conflict(id, c.before, seq))
		}
	}
	return errors.Join(append(conflicts, rows.Err())...)
}

func (s *Store) conflict(id string, seen, found uint32) error {
	s.dirty[id] = true
	s.metrics.conflicts.Inc()
	return fmt.Errorf("case %s: event %d is another writer's or lost, the last one seen was %d: %w", id, found, seen, ErrConflict)
}

// sorted returns the cases in the order of lists: alerts that fire before cleared ones, red before yellow, a deadline
// that cannot be counted first (someone must look), then by deadline, then the oldest first.
func (s *Store) sorted() []*casefile.Case {
	s.mu.RLock()
	list := s.list
	s.mu.RUnlock()
	if list != nil {
		return list
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.list == nil {
		list := make([]*casefile.Case, 0, len(s.views))
		for _, c := range s.views {
			list = append(list, c)
		}
		slices.SortFunc(list, func(a, b *casefile.Case) int {
			return cmp.Or(
				compareBool(a.Cleared, b.Cleared),
				cmp.Compare(rank(b.Level), rank(a.Level)),
				compareBool(a.AcceptBy != nil, b.AcceptBy != nil),
				compareDate(a, b),
				a.OpenedAt.Compare(b.OpenedAt),
				cmp.Compare(a.ID, b.ID),
			)
		})
		s.list = list
	}
	return s.list
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

func compareDate(a, b *casefile.Case) int {
	if a.AcceptBy == nil || b.AcceptBy == nil {
		return 0
	}
	return cmp.Compare(*a.AcceptBy, *b.AcceptBy)
}

// List returns the cases that the filter lets through, the most urgent first.
func (s *Store) List(_ context.Context, f casefile.Filter) ([]casefile.Case, error) {
	found := []casefile.Case{}
	skip := f.Offset
	for _, c := range s.sorted() {
		if !f.Matches(c) {
			continue
		}
		if skip > 0 {
			skip--
			continue
		}
		if f.Limit > 0 && len(found) == f.Limit {
			break
		}
		found = append(found, *c)
	}
	return found, nil
}

// Count returns how many cases the filter lets through, whatever its limit.
func (s *Store) Count(_ context.Context, f casefile.Filter) (int, error) {
	n := 0
	for _, c := range s.sorted() {
		if f.Matches(c) {
			n++
		}
	}
	return n, nil
}

// Get returns a case and its events in the order of the log; ErrNotFound when there is none.
func (s *Store) Get(ctx context.Context, id string) (casefile.Case, []casefile.Event, error) {
	s.mu.RLock()
	view := s.views[id]
	s.mu.RUnlock()
	if view == nil {
		return casefile.Case{}, nil, fmt.Errorf("case %s: %w", id, ErrNotFound)
	}
	events := []casefile.Event{}
	err := s.read(ctx, []string{id}, func(e casefile.Event) error {
		if e.Seq <= view.Seq { // what was appended meanwhile is not yet in the state
			events = append(events, e)
		}
		return nil
	})
	return *view, events, err
}

// Firing returns the alerts that the cases take as firing.
func (s *Store) Firing() []casefile.FiringAlert {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var all []casefile.FiringAlert
	for _, id := range slices.Sorted(maps.Keys(s.states)) {
		all = append(all, s.states[id].firing()...)
	}
	return all
}

// level is used where a label must name one.
func level(l string) (catalog.Level, bool) {
	switch v := catalog.Level(l); v {
	case catalog.Red, catalog.Yellow:
		return v, true
	}
	return "", false
}
