// Package cases keeps the cases: an append-only event log (alerts/eventlog, table case_events), and in memory what the
// log adds up to. There is one case a subject. Any number of processes may hold the cases: the state in memory is never ahead of
// the log, and whoever asks or writes first reads what others have written since. Should an old log hold one number twice, the
// system's events all count, being harmless together (Fold); of persons' actions under one number only the first does.
//
//	fold.go     events → case: what alerts add up to
//	work.go     events → case: what persons have done, and the deadlines
//	act.go      what a person may do at which stage
//	perform.go  a person's action → the log
//	deliver.go  alerts → the log
//	store.go    the log and what it adds up to
package cases

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/anxin-project/anxin/alerts/eventlog"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// ErrConflict says that a case has events which the writer had not seen.
var ErrConflict = eventlog.ErrConflict

// ErrNotFound says that there is no such case.
var ErrNotFound = casefile.ErrNotFound

// Dependencies of the store.
type Dependencies struct {
	Conn     driver.Conn
	Calendar *calendar.Calendar
	Terms    TermsOf // nil: DefaultTerms
	Logger   *slog.Logger
	Clock    func() time.Time
	// Person finds who is registered and not disabled; nil: nobody is looked up.
	Person func(id string) (access.Person, bool)
	// Numbers tells by which rule papers are numbered; nil: people type every number.
	Numbers NumbersOf
	// Registerer takes the metrics; nil for none.
	Registerer prometheus.Registerer
	// Writer tells writers apart in the log; 0 draws one.
	Writer uint64
}

// Store holds the cases. Its methods are safe for concurrent use.
type Store struct {
	calendar *calendar.Calendar
	terms    TermsOf
	clock    func() time.Time
	person   func(id string) (access.Person, bool)
	numbers  NumbersOf
	metrics  *metrics

	// appending makes appends one at a time.
	appending sync.Mutex
	log       *eventlog.Log
	settled   time.Time // when settle last began, by the machine's clock; under appending

	// queue, which queueing guards, are deliveries that wait for appending.
	queueing sync.Mutex
	queue    []*delivery

	mu     sync.RWMutex // guards what follows
	states map[string]*state
	views  map[string]*casefile.Case // never changed once here, only replaced
	list   []*casefile.Case          // views in the order of lists, as they are on listOn; nil after a change
	listOn civil.Date
}

// Open reads the log.
func Open(ctx context.Context, d Dependencies) (*Store, error) {
	if d.Logger == nil {
		d.Logger = slog.New(slog.DiscardHandler)
	}
	if d.Clock == nil {
		d.Clock = time.Now
	}
	if d.Terms == nil {
		d.Terms = DefaultTerms
	}
	s := &Store{
		calendar: d.Calendar,
		terms:    d.Terms,
		clock:    d.Clock,
		person:   d.Person,
		numbers:  d.Numbers,
		states:   map[string]*state{},
		views:    map[string]*casefile.Case{},
	}
	s.metrics = newMetrics(d.Registerer, s)
	s.log = eventlog.New(d.Conn, eventlog.Table{Name: "case_events", ID: "case_id"}, d.Logger, d.Writer, eventlog.Counters{
		Conflicts: s.metrics.conflicts, Forks: s.metrics.forks, Events: s.metrics.events,
	})
	s.appending.Lock()
	defer s.appending.Unlock()
	if err := s.settle(ctx); err != nil {
		return nil, err
	}
	return s, nil
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
		view := one.view(s.calendar, s.terms)
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
	after  *state
	events []casefile.Event
}

// add puts an event into the change and applies it, so that an event that cannot be read back is never written.
func (c *change) add(s *Store, id string, kind casefile.Kind, data any) error {
	return c.addBy(s, id, casefile.System, kind, "", data)
}

func (c *change) addBy(s *Store, id, actor string, kind casefile.Kind, reason string, data any) error {
	content, err := json.Marshal(data)
	if err != nil {
		return err
	}
	e := casefile.Event{
		CaseID: id,
		Seq:    c.after.seq + 1,
		At:     s.clock().UTC().Truncate(time.Millisecond),
		Actor:  actor,
		Kind:   kind,
		Reason: reason,
		Data:   content,
		Writer: s.log.Writer(),
	}
	c.events = append(c.events, e)
	return c.after.apply(e)
}

// settle takes in what the log has beyond memory: at first all of it, event by event, then what other processes have written.
// Called with appending held.
func (s *Store) settle(ctx context.Context) error {
	s.settled = time.Now()
	states := map[string]*state{}
	err := s.log.Follow(ctx, func(e eventlog.Event) error {
		one := states[e.ID]
		if one == nil {
			if known := s.state(e.ID); known != nil {
				one = known.clone()
			} else {
				one = newState()
			}
			states[e.ID] = one
		}
		return one.apply(e.Case())
	})
	if err != nil {
		return err
	}
	if len(states) > 0 {
		s.commit(states)
	}
	return nil
}

// Current takes in what other processes have written before this call, so that somebody who acted in one console finds it done
// in another. Those who ask at the same time share one look at the log.
func (s *Store) Current(ctx context.Context) error {
	asked := time.Now()
	s.appending.Lock()
	defer s.appending.Unlock()
	if s.settled.After(asked) { // while this one waited
		return nil
	}
	return s.settle(ctx)
}

// attempts bounds how often something is judged and appended again because other processes write at the same time.
const attempts = 20

// again does something until no other process was first.
func again(do func() error) (err error) {
	for range attempts {
		if err = do(); !errors.Is(err, eventlog.ErrFirst) {
			return err
		}
	}
	return err
}

// write appends all changes in one insert and then takes them into memory. Called with appending held.
func (s *Store) write(ctx context.Context, changes map[string]*change) error {
	if len(changes) == 0 {
		return nil
	}
	appended := map[string]eventlog.Change{}
	states := map[string]*state{}
	for id, c := range changes {
		var one eventlog.Change
		for _, e := range c.events {
			one.Events = append(one.Events, eventlog.Event{
				ID: e.CaseID, Seq: e.Seq, At: e.At, Actor: e.Actor, Kind: string(e.Kind), Reason: e.Reason, Data: e.Data,
			})
		}
		appended[id], states[id] = one, c.after
	}
	if err := s.log.Append(ctx, appended); err != nil {
		return err
	}
	s.commit(states)
	return nil
}

// sorted returns the cases in the order of lists: what has ended last, alerts that fire before cleared ones, red before
// yellow, a deadline that cannot be counted first (someone must look), then by deadline, then the oldest first.
func (s *Store) sorted() []*casefile.Case {
	today := s.today()
	s.mu.RLock()
	list, listOn := s.list, s.listOn
	s.mu.RUnlock()
	if list != nil && listOn == today {
		return list
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.list == nil || s.listOn != today {
		list := make([]*casefile.Case, 0, len(s.views))
		for _, c := range s.views {
			judged := on(c, today)
			list = append(list, &judged)
		}
		slices.SortFunc(list, func(a, b *casefile.Case) int {
			return cmp.Or(
				compareBool(a.Stage.Ended(), b.Stage.Ended()),
				compareBool(a.Cleared, b.Cleared),
				cmp.Compare(rank(b.Level), rank(a.Level)),
				cmp.Compare(nextDue(a), nextDue(b)),
				a.OpenedAt.Compare(b.OpenedAt),
				cmp.Compare(a.ID, b.ID),
			)
		})
		s.list, s.listOn = list, today
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

// nextDue is the earliest deadline that is not met yet: the first day there is when one cannot be counted, the last when
// there is none. That for passing on is left out: whoever keeps a case has longer.
func nextDue(c *casefile.Case) civil.Date {
	next := civil.Date(math.MaxInt32)
	for _, d := range c.Deadlines {
		switch {
		case d.DoneOn != nil || d.Kind == casefile.ToPassOn:
		case d.Due == nil:
			return math.MinInt32
		default:
			next = min(next, *d.Due)
		}
	}
	return next
}

// today is the day on which deadlines are judged.
func (s *Store) today() civil.Date { return civil.DateOf(s.clock()) }

// on is a case with the states of its deadlines on a day.
func on(c *casefile.Case, today civil.Date) casefile.Case {
	judged := *c
	judged.Deadlines = casefile.On(c.Deadlines, today)
	if c.Order != nil && c.Order.DecideBy != nil {
		order, by := *c.Order, c.Order.DecideBy.On(today)
		order.DecideBy = &by
		judged.Order = &order
	}
	return judged
}

// Known are the cases as this process last read them, in the order of lists: it asks nobody, as metrics want it.
func (s *Store) Known() []*casefile.Case { return s.sorted() }

// List returns the cases that the filter lets through, the most urgent first.
func (s *Store) List(ctx context.Context, f casefile.Filter) ([]casefile.Case, error) {
	if err := s.Current(ctx); err != nil {
		return nil, err
	}
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
func (s *Store) Count(ctx context.Context, f casefile.Filter) (int, error) {
	if err := s.Current(ctx); err != nil {
		return 0, err
	}
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
	if err := s.Current(ctx); err != nil {
		return casefile.Case{}, nil, err
	}
	s.mu.RLock()
	view := s.views[id]
	s.mu.RUnlock()
	if view == nil {
		return casefile.Case{}, nil, fmt.Errorf("case %s: %w", id, ErrNotFound)
	}
	events := []casefile.Event{}
	err := s.log.Read(ctx, []string{id}, func(e eventlog.Event) error {
		if e.Seq <= view.Seq { // what was appended meanwhile is not yet in the state
			events = append(events, e.Case())
		}
		return nil
	})
	return on(view, s.today()), events, err
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
