// Package verdicts keeps what people found of warnings: an append-only log (alerts/eventlog, table verdict_events), and in memory
// what it adds up to. Any number of processes may write: whoever gives a verdict first reads what others have written since.
//
//	store.go   the log and what it adds up to
//	give.go    who may say what of which warning
//	warned.go  what warnings say, and which had no verdict, from the runs
package verdicts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/anxin-project/anxin/alerts/eventlog"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/verdict"
)

// TermsOf tells the numbers in force at a place, given by its division code, on a day.
type TermsOf func(place string, on civil.Date) verdict.Terms

// DefaultTerms are those of the national policy, everywhere and always.
func DefaultTerms(string, civil.Date) verdict.Terms {
	return verdict.Terms{AnswerRed: 3, AnswerYellow: 10, Near: 3, QuietDays: 90, Growth: 10, Window: 365}
}

// Dependencies of the store.
type Dependencies struct {
	Conn     driver.Conn
	Calendar *calendar.Calendar
	Terms    TermsOf // nil: DefaultTerms
	Logger   *slog.Logger
	Clock    func() time.Time
	// Registerer takes the metrics; nil for none.
	Registerer prometheus.Registerer
}

// Store holds the verdicts. Its methods are safe for concurrent use.
type Store struct {
	conn     driver.Conn
	calendar *calendar.Calendar
	terms    TermsOf
	clock    func() time.Time

	appending sync.Mutex // reading the log, judging and appending are one
	log       *eventlog.Log
	settled   time.Time // when settle last began, by the machine's clock; under appending
	book      atomic.Pointer[verdict.Book]
}

// The kinds of events.
const (
	given     = "given"
	withdrawn = "withdrawn"
)

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
	s := &Store{conn: d.Conn, calendar: d.Calendar, terms: d.Terms, clock: d.Clock}
	s.book.Store(&verdict.Book{})
	s.log = eventlog.New(d.Conn, eventlog.Table{Name: "verdict_events", ID: "warning"}, d.Logger, 0, newCounters(d.Registerer))
	s.appending.Lock()
	defer s.appending.Unlock()
	return s, s.settle(ctx)
}

func newCounters(r prometheus.Registerer) eventlog.Counters {
	c := eventlog.Counters{
		Conflicts: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "anxin_verdict_append_conflicts_total",
			Help: "Appends of verdicts that another process was faster with; they are judged again.",
		}),
		Forks: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "anxin_verdict_log_forks_total",
			Help: "Sequence numbers of the log of verdicts found with events of two writers.",
		}),
		Events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "anxin_verdict_events_total",
			Help: "Verdicts on warnings that were given or withdrawn.",
		}, []string{"kind"}),
	}
	for _, kind := range []string{given, withdrawn} {
		c.Events.WithLabelValues(kind)
	}
	if r != nil {
		r.MustRegister(c.Conflicts, c.Forks, c.Events)
	}
	return c
}

// Book is what was found, as this process last read it: it asks nobody.
func (s *Store) Book() *verdict.Book { return s.book.Load() }

// Current takes in what other processes have written before this call. Those who ask at the same time share one look at the log.
func (s *Store) Current(ctx context.Context) error {
	asked := time.Now()
	s.appending.Lock()
	defer s.appending.Unlock()
	if s.settled.After(asked) {
		return nil
	}
	return s.settle(ctx)
}

// settle takes in what the log has beyond memory. Called with appending held.
func (s *Store) settle(ctx context.Context) error {
	s.settled = time.Now()
	changed := map[verdict.Key]verdict.Record{}
	err := s.log.Follow(ctx, func(e eventlog.Event) error {
		k, ok := verdict.ParseKey(e.ID)
		if !ok {
			return fmt.Errorf("verdict_events: %q names no warning: it was written by a newer version of anxin", e.ID)
		}
		record, touched := changed[k]
		if !touched {
			record = s.Book().Record(k)
		}
		record, err := add(record, k, e)
		changed[k] = record
		return err
	})
	if err != nil {
		return err
	}
	if len(changed) > 0 {
		s.book.Store(s.Book().With(changed))
	}
	return nil
}

// withdrawnData is the data of an event that takes a verdict back.
type withdrawnData struct {
	Of     uint32 `json:"of"` // the event that gave it
	ByName string `json:"by_name"`
}

// add is a record with one more event. The record given stays as it is.
func add(r verdict.Record, k verdict.Key, e eventlog.Event) (verdict.Record, error) {
	if e.Seq <= r.Seq {
		return r, nil // another process wrote this number first, and this one's writer was told so
	}
	r.Seq, r.Verdicts = e.Seq, slices.Clone(r.Verdicts)
	switch e.Kind {
	case given:
		var v verdict.Verdict
		if err := json.Unmarshal(e.Data, &v); err != nil {
			return r, fmt.Errorf("verdict_events: %s, event %d: %w", e.ID, e.Seq, err)
		}
		v.Key, v.Seq, v.By, v.At, v.Reason, v.Withdrawn = k, e.Seq, e.Actor, e.At, e.Reason, nil
		r.Verdicts = append(r.Verdicts, v)
	case withdrawn:
		var w withdrawnData
		if err := json.Unmarshal(e.Data, &w); err != nil {
			return r, fmt.Errorf("verdict_events: %s, event %d: %w", e.ID, e.Seq, err)
		}
		for i := range r.Verdicts {
			if r.Verdicts[i].Seq == w.Of {
				r.Verdicts[i].Withdrawn = &verdict.Withdrawal{Reason: e.Reason, By: e.Actor, ByName: w.ByName, At: e.At}
			}
		}
	default:
		return r, fmt.Errorf("verdict_events: %s, event %d: unknown kind %q: it was written by a newer version of anxin", e.ID, e.Seq, e.Kind)
	}
	return r, nil
}

// today is the day on which deadlines and quiets are judged.
func (s *Store) today() civil.Date { return civil.DateOf(s.clock()) }

// Window is how many days back figures about verdicts count, by the national policy.
func (s *Store) Window() int { return s.terms("", s.today()).Window }

// AnswerBy is the day by which a warning is to have a verdict, by the terms in force where it is when it opened.
func (s *Store) AnswerBy(w verdict.Seen) casefile.Deadline {
	t := s.terms(w.Township, w.OpenedOn)
	return verdict.AnswerBy(t, w, func(from civil.Date, workdays int) casefile.Deadline {
		return casefile.DueAfter(verdict.ToAnswer, s.calendar, from, workdays, t.Near, nil)
	}).On(s.today())
}

// attempts bounds how often a verdict is judged and appended again because other processes write at the same time.
const attempts = 20

// Give gives verdicts, or takes some back; each has a result of its own. When a result has no error, the verdict is in the log.
func (s *Store) Give(ctx context.Context, by access.Person, steps []verdict.Step) []verdict.Result {
	s.appending.Lock()
	defer s.appending.Unlock()
	var results []verdict.Result
	var err error
	for range attempts {
		if results, err = s.give(ctx, by, steps); !errors.Is(err, eventlog.ErrFirst) {
			break
		}
	}
	for i := range results {
		if results[i].Err == nil {
			results[i].Err = err
		}
	}
	return results
}

func (s *Store) give(ctx context.Context, by access.Person, steps []verdict.Step) ([]verdict.Result, error) {
	results := make([]verdict.Result, len(steps))
	for i, one := range steps {
		results[i].Step = one
	}
	if err := s.settle(ctx); err != nil {
		return results, err
	}
	warned, err := s.seen(ctx, steps)
	if err != nil {
		return results, err
	}
	changes := map[string]eventlog.Change{}
	after := map[verdict.Key]verdict.Record{}
	for i, one := range steps {
		e, err := s.judge(by, one, warned, changes)
		if err != nil {
			results[i].Err = err
			continue
		}
		record, err := add(s.Book().Record(one.Key), one.Key, e) // an event that cannot be read back is never written
		if err != nil {
			return results, err
		}
		changes[e.ID], after[one.Key] = eventlog.Change{Events: []eventlog.Event{e}}, record
	}
	if err := s.log.Append(ctx, changes); err != nil {
		return results, err
	}
	if len(after) > 0 {
		s.book.Store(s.Book().With(after))
	}
	for i, one := range steps {
		if results[i].Err == nil {
			all := after[one.Key].Verdicts
			for j := range all {
				if !one.Withdraw && all[j].Seq == after[one.Key].Seq || one.Withdraw && all[j].Withdrawn != nil {
					results[i].Verdict = &all[j]
				}
			}
		}
	}
	return results, nil
}
