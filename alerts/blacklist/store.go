// Package blacklist keeps the joint-discipline list (拖欠农民工工资失信联合惩戒名单): who is proposed, heard, decided on,
// listed and taken off again, each step by a named person, by the rules of MOHRSS Order 45 of 2021. The append-only event
// log (alerts/eventlog, table blacklist_events) is the truth; a step that is too early, too late or not allowed is
// refused with the rule it breaks.
//
//	terms.go     the periods of the procedure
//	judge.go     what a person may do, when
//	fold.go      events → entry, and its deadlines
//	facts.go     what the latest run says of an employer: the grounds of a proposal
//	sightings.go listed employers on new projects
//	publish.go   what the law publishes
//	manifest.go  the publication's signed list of files
//	store.go     the log and what it adds up to
package blacklist

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/anxin-project/anxin/alerts/eventlog"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// ErrConflict says that an entry has events which the writer had not seen.
var ErrConflict = eventlog.ErrConflict

// ErrNotFound says that there is no such entry.
var ErrNotFound = casefile.ErrNotFound

// Dependencies of the store.
type Dependencies struct {
	Conn     driver.Conn
	Calendar *calendar.Calendar
	Terms    TermsOf // nil: DefaultTerms
	// Candidate reads the facts of an employer as they stand, nil when it can no longer be proposed: a decision states what
	// is still unpaid. Without it a decision states the facts of the proposal.
	Candidate func(ctx context.Context, employer string) (*casefile.Facts, error)
	Logger    *slog.Logger
	Clock     func() time.Time
	// Registerer takes the metrics; nil for none.
	Registerer prometheus.Registerer
}

// Store holds the entries. Its methods are safe for concurrent use.
type Store struct {
	calendar *calendar.Calendar
	terms    TermsOf
	facts    func(ctx context.Context, employer string) (*casefile.Facts, error) // nil: nobody tells
	clock    func() time.Time

	appending sync.Mutex // makes appends one at a time
	log       *eventlog.Log
	settled   time.Time // when settle last began, by the machine's clock; under appending

	mu     sync.RWMutex // guards states
	states map[string]*state
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
	s := &Store{calendar: d.Calendar, terms: d.Terms, facts: d.Candidate, clock: d.Clock, states: map[string]*state{}}
	s.log = eventlog.New(d.Conn, eventlog.Table{Name: "blacklist_events", ID: "entry_id"}, d.Logger, 0, newCounters(d.Registerer, s))
	return s, s.settle(ctx)
}

func (s *Store) state(id string) *state {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.states[id]
}

func (s *Store) today() civil.Date { return civil.DateOf(s.clock()) }

// Done is a step taken: the event in the log, for the audit, and the entry after it.
type Done struct {
	Event eventlog.Event
	Entry casefile.Entry
}

// Offered puts into an employer's facts the last day for a decision by each of its orders, as it stands today.
func (s *Store) Offered(f *casefile.Facts) {
	today := s.today()
	for i, o := range f.Orders {
		terms := s.terms.proposedOn(today, f, o)
		by := casefile.DueAfter(casefile.ToDecide, s.calendar, o.DueOn, terms.Decide, terms.Near, nil).On(today)
		f.Orders[i].DecideBy = &by
	}
}

// Propose makes an employer a candidate, by the facts that the records hold (Candidates); nil facts say that it cannot be
// proposed.
func (s *Store) Propose(ctx context.Context, by access.Person, employer string, f *casefile.Facts, a casefile.EntryAction) (Done, error) {
	s.appending.Lock()
	defer s.appending.Unlock()
	return again(func() (Done, error) { return s.propose(ctx, by, employer, f, a) })
}

func (s *Store) propose(ctx context.Context, by access.Person, employer string, f *casefile.Facts, a casefile.EntryAction) (Done, error) {
	if err := s.settle(ctx); err != nil {
		return Done{}, err
	}
	today := s.today()
	former := 0
	for _, e := range s.all(today) {
		if e.Employer != employer {
			continue
		}
		former++
		if !e.Stage.Ended() {
			return Done{}, casefile.Refuse("under_way", whoIs, "该用人单位已有进行中的程序："+e.ID, "a procedure about the employer is under way: "+e.ID)
		}
	}
	rests, refusal := propose(by, a, f, today)
	if refusal != nil {
		return Done{}, refusal
	}
	terms := s.terms.proposedOn(today, f, rests.order)
	data := actionData{EntryAction: a, ByName: by.Name, Terms: &terms}
	data.Kind, data.Reason = casefile.Propose, ""
	data.keep(f, rests)
	return s.append(ctx, fmt.Sprintf("%s-%d", employer, former+1), newState(), by.ID, proposed, a.Reason, data)
}

// Act takes a step on an entry, by somebody who has seen its events up to seq. Of two persons who act at once, one wins
// and the other gets ErrConflict; a step that is not allowed is a *casefile.Refusal. When it returns nil, the step is in
// the log.
func (s *Store) Act(ctx context.Context, by access.Person, id string, seq uint32, a casefile.EntryAction) (Done, error) {
	s.appending.Lock()
	defer s.appending.Unlock()
	return again(func() (Done, error) { return s.act(ctx, by, id, seq, a) })
}

func (s *Store) act(ctx context.Context, by access.Person, id string, seq uint32, a casefile.EntryAction) (Done, error) {
	if err := s.settle(ctx); err != nil {
		return Done{}, err
	}
	known := s.state(id)
	if known == nil {
		return Done{}, fmt.Errorf("entry %s: %w", id, ErrNotFound)
	}
	if seq != known.entry.Seq {
		return Done{}, fmt.Errorf("entry %s is at event %d, you have seen %d: %w", id, known.entry.Seq, seq, ErrConflict)
	}
	today := s.today()
	if refusal := known.judge(s.calendar, by, a, today); refusal != nil {
		return Done{}, refusal
	}
	data := actionData{EntryAction: a, ByName: by.Name}
	data.Reason = "" // it stands in the event
	if a.Kind == casefile.Decide {
		if !known.late(s.calendar, today) {
			data.LateReason = "" // what is in time needs no excuse
		}
		if s.facts != nil {
			now, err := s.facts(ctx, known.entry.Employer)
			if err != nil {
				return Done{}, fmt.Errorf("reading the facts of a decision: %w", err)
			}
			data.decideOn(now)
		}
	}
	event, bound := steps[a.Kind].event, known.entry.Terms
	if terms := begin(event, bound, s.terms(known.entry.Township, today)); terms != bound {
		data.Terms = &terms
	}
	return s.append(ctx, id, known, by.ID, event, a.Reason, data)
}

// append writes one event and takes it into memory. Called with appending held.
func (s *Store) append(ctx context.Context, id string, known *state, actor, kind, reason string, data any) (Done, error) {
	content, err := json.Marshal(data)
	if err != nil {
		return Done{}, err
	}
	e := eventlog.Event{
		ID: id, Seq: known.entry.Seq + 1, At: s.clock().UTC().Truncate(time.Millisecond), Actor: actor, Kind: kind, Reason: reason,
		Data: content, Writer: s.log.Writer(),
	}
	next := known.clone()
	if err := next.apply(e); err != nil { // what cannot be read back is never written
		return Done{}, err
	}
	if err := s.log.Append(ctx, map[string]eventlog.Change{id: {Events: []eventlog.Event{e}}}); err != nil {
		return Done{}, err
	}
	s.mu.Lock()
	s.states[id] = next
	s.mu.Unlock()
	return Done{e, next.view(s.calendar, s.today())}, nil
}

// settle takes in what the log has beyond memory: at first all of it, event by event, then what other processes have written.
// Called with appending held.
func (s *Store) settle(ctx context.Context) error {
	s.settled = time.Now()
	states := map[string]*state{}
	err := s.log.Follow(ctx, func(e eventlog.Event) error {
		if states[e.ID] == nil {
			if states[e.ID] = newState(); s.state(e.ID) != nil {
				states[e.ID] = s.state(e.ID).clone()
			}
		}
		return states[e.ID].apply(e)
	})
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.Copy(s.states, states)
	return nil
}

// Current takes in what other processes have written before this call. Those who ask at the same time share one look at the log.
func (s *Store) Current(ctx context.Context) error {
	asked := time.Now()
	s.appending.Lock()
	defer s.appending.Unlock()
	if s.settled.After(asked) { // while this one waited
		return nil
	}
	return s.settle(ctx)
}

// attempts bounds how often a step is judged and appended again because other processes write at the same time.
const attempts = 20

// again takes a step until no other process was first; one that finds its entry changed is refused by what it judges.
func again(do func() (Done, error)) (done Done, err error) {
	for range attempts {
		if done, err = do(); !errors.Is(err, eventlog.ErrFirst) {
			return done, err
		}
	}
	return done, err
}

// all returns the entries as they are on a day, by id.
func (s *Store) all(today civil.Date) []casefile.Entry {
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := make([]casefile.Entry, 0, len(s.states))
	for _, one := range s.states {
		list = append(list, one.view(s.calendar, today))
	}
	slices.SortFunc(list, func(a, b casefile.Entry) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// Filter says which entries to list; its zero value is all of them.
type Filter struct {
	Territory string // digits that the township's code begins with
	Stage     casefile.EntryStage
	Search    string // part of the name or the credit code
}

// List returns the entries that the filter lets through, as they are today, by id.
func (s *Store) List(f Filter) []casefile.Entry {
	return slices.DeleteFunc(s.all(s.today()), func(e casefile.Entry) bool {
		return !strings.HasPrefix(e.Township, f.Territory) ||
			f.Stage != "" && f.Stage != e.Stage ||
			f.Search != "" && !strings.Contains(e.Name, f.Search) && !strings.Contains(e.Employer, f.Search)
	})
}

// Get returns an entry and its events in the order of the log; ErrNotFound when there is none.
func (s *Store) Get(ctx context.Context, id string) (casefile.Entry, []casefile.Event, error) {
	if err := s.Current(ctx); err != nil {
		return casefile.Entry{}, nil, err
	}
	known := s.state(id)
	if known == nil {
		return casefile.Entry{}, nil, fmt.Errorf("entry %s: %w", id, ErrNotFound)
	}
	events := []casefile.Event{}
	err := s.log.Read(ctx, []string{id}, func(e eventlog.Event) error {
		if e.Seq <= known.entry.Seq { // what was appended meanwhile is not yet in the state
			events = append(events, e.Case())
		}
		return nil
	})
	return known.view(s.calendar, s.today()), events, err
}

// Choices are the actions open to a person on an entry as it is today; none for an entry there is not.
func (s *Store) Choices(id string, by access.Person) []casefile.EntryChoice {
	known := s.state(id)
	if known == nil {
		return nil
	}
	return known.choices(s.calendar, by, s.today())
}
