// Package closures keeps the closures that are made here (销号): an inspector proposes, a supervisor who is somebody else approves. The
// append-only event log (alerts/eventlog, table closure_events) is the truth; what is not allowed is refused with its rule.
//
// What is approved, and what is reopened, becomes an ordinary record of wage.closures: source anxin, the closure's id, the number of
// the event as version. The order is log, then broker, then answer; what the log has is sent until the broker confirms it (Resend),
// also by another process and after a crash, and until then whoever did it is told so (closure.ErrNotSent).
//
//	judge.go    who may do what, when
//	subject.go  what is owed, by the latest run
//	store.go    the log and what it adds up to
//	send.go     closure → record → broker
package closures

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/anxin-project/anxin/alerts/eventlog"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/closure"
)

// Dependencies of the store.
type Dependencies struct {
	Conn       driver.Conn
	Sender     Sender // nil: what is approved stays unsent
	Logger     *slog.Logger
	Clock      func() time.Time
	Registerer prometheus.Registerer // nil for no metrics
	// Patience is how long a request waits for the broker; 0: ten seconds.
	Patience time.Duration
}

// Store holds the closures. Its methods are safe for concurrent use.
type Store struct {
	conn     driver.Conn
	sender   Sender
	clock    func() time.Time
	patience time.Duration
	failed   prometheus.Counter

	appending sync.Mutex
	log       *eventlog.Log
	settled   time.Time // when settle last began, by the machine's clock; under appending

	mu        sync.RWMutex
	all       map[string]closure.Closure // as the log has them; replaced, never changed
	at        map[string]time.Time       // of the last event that has a record
	confirmed map[string]uint32          // the version that the broker, or the store, is known to have
}

// Open reads the log.
func Open(ctx context.Context, d Dependencies) (*Store, error) {
	if d.Logger == nil {
		d.Logger = slog.New(slog.DiscardHandler)
	}
	if d.Clock == nil {
		d.Clock = time.Now
	}
	s := &Store{conn: d.Conn, sender: d.Sender, clock: d.Clock, patience: cmp.Or(d.Patience, 10*time.Second), all: map[string]closure.Closure{}, at: map[string]time.Time{}, confirmed: map[string]uint32{}}
	s.log = eventlog.New(d.Conn, eventlog.Table{Name: "closure_events", ID: "closure"}, d.Logger, 0, s.register(d.Registerer))
	s.appending.Lock()
	defer s.appending.Unlock()
	return s, s.settle(ctx)
}

var unsentDesc = prometheus.NewDesc("anxin_closures_unsent", "Closures whose last record no broker has confirmed yet, as far as this process knows.", nil, nil)

// Describe implements prometheus.Collector.
func (s *Store) Describe(ch chan<- *prometheus.Desc) { ch <- unsentDesc }

// Collect implements prometheus.Collector.
func (s *Store) Collect(ch chan<- prometheus.Metric) {
	ch <- prometheus.MustNewConstMetric(unsentDesc, prometheus.GaugeValue, float64(len(s.unsent())))
}

func (s *Store) register(r prometheus.Registerer) eventlog.Counters {
	c := eventlog.Counters{
		Conflicts: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "anxin_closure_append_conflicts_total",
			Help: "Appends to the log of closures that another process was faster with; they were judged and tried again.",
		}),
		Forks: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "anxin_closure_log_forks_total",
			Help: "Sequence numbers of the log of closures found with events of two writers.",
		}),
		Events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "anxin_closure_events_total",
			Help: "Events appended to the log of closures by kind.",
		}, []string{"kind"}),
	}
	for _, stage := range closure.Stages {
		c.Events.WithLabelValues(string(stage))
	}
	s.failed = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "anxin_closure_send_failures_total",
		Help: "Records of closures that the broker did not confirm in time; they are sent again.",
	})
	if r != nil {
		r.MustRegister(c.Conflicts, c.Forks, c.Events, s.failed, s)
	}
	return c
}

// data is what an event holds beside its reason.
type data struct {
	ByName string `json:"by_name"`
	// Of a proposal.
	*closure.Proposal
	Name       string         `json:"name,omitempty"`
	Township   string         `json:"township,omitempty"`
	Department string         `json:"department,omitempty"`
	Owed       *closure.Claim `json:"owed,omitempty"`
}

// apply is a closure after one more event.
func apply(c closure.Closure, e eventlog.Event) (closure.Closure, error) {
	if e.Seq <= c.Seq {
		return c, nil // another process wrote this number first, and this one's writer was told so
	}
	var d data
	if err := json.Unmarshal(e.Data, &d); err != nil {
		return c, fmt.Errorf("closure %s, event %d: %w", e.ID, e.Seq, err)
	}
	signed := closure.Signature{By: e.Actor, ByName: d.ByName, At: e.At, Reason: e.Reason}
	switch stage := closure.Stage(e.Kind); stage {
	case closure.Proposed:
		if d.Proposal == nil || d.Owed == nil {
			return c, fmt.Errorf("closure %s, event %d: a proposal of nothing", e.ID, e.Seq)
		}
		c = closure.Closure{ID: e.ID, Proposal: *d.Proposal, Name: d.Name, Township: d.Township, Department: d.Department, Owed: *d.Owed, Proposed: signed}
	case closure.Approved, closure.Declined, closure.Withdrawn:
		c.Decided = &signed
	case closure.Reopened:
		c.Reopened = &signed
	default:
		return c, fmt.Errorf("closure %s, event %d: unknown kind %q: it was written by a newer version of anxin", e.ID, e.Seq, e.Kind)
	}
	c.Stage, c.Seq = closure.Stage(e.Kind), e.Seq
	return c, nil
}

// settle takes in what the log has beyond memory. Called with appending held.
func (s *Store) settle(ctx context.Context) error {
	s.settled = time.Now()
	changed, at := map[string]closure.Closure{}, map[string]time.Time{}
	err := s.log.Follow(ctx, func(e eventlog.Event) error {
		c, touched := changed[e.ID]
		if !touched {
			c, _ = s.known(e.ID)
		}
		c, err := apply(c, e)
		changed[e.ID] = c
		at[e.ID] = e.At
		return err
	})
	if err != nil {
		return err
	}
	s.keep(changed, at)
	return nil
}

func (s *Store) keep(changed map[string]closure.Closure, at map[string]time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, c := range changed {
		s.all[id], s.at[id] = c, at[id]
	}
}

// known is a closure as this process has read it.
func (s *Store) known(id string) (closure.Closure, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c, ok := s.all[id]
	c.Sent = c.Recorded() && s.confirmed[id] >= c.Seq
	return c, ok
}

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

// List are all closures: those that wait first, then the newest.
func (s *Store) List(ctx context.Context) ([]closure.Closure, error) {
	if err := s.Current(ctx); err != nil {
		return nil, err
	}
	s.mu.RLock()
	list := make([]closure.Closure, 0, len(s.all))
	for id, c := range s.all {
		c.Sent = c.Recorded() && s.confirmed[id] >= c.Seq
		list = append(list, c)
	}
	s.mu.RUnlock()
	waits := func(c closure.Closure) int {
		if c.Stage == closure.Proposed {
			return 0
		}
		return 1
	}
	slices.SortFunc(list, func(a, b closure.Closure) int {
		return cmp.Or(cmp.Compare(waits(a), waits(b)), b.Proposed.At.Compare(a.Proposed.At), cmp.Compare(a.ID, b.ID))
	})
	return list, nil
}

// Get is one closure.
func (s *Store) Get(ctx context.Context, id string) (closure.Closure, error) {
	if err := s.Current(ctx); err != nil {
		return closure.Closure{}, err
	}
	c, ok := s.known(id)
	if !ok {
		return c, fmt.Errorf("closure %s: %w", id, closure.NotFound)
	}
	return c, nil
}

// Allowed is what the package's function of that name says, for pages.
func (s *Store) Allowed(c closure.Closure, by access.Person) []closure.ActionKind {
	return Allowed(c, by)
}

// attempts bounds how often a step is judged and appended again because other processes write at the same time.
const attempts = 20

// append judges and writes one event.
func (s *Store) append(ctx context.Context, decide func() (eventlog.Event, error)) (c closure.Closure, err error) {
	s.appending.Lock()
	defer s.appending.Unlock()
	for range attempts {
		if c, err = s.appendOnce(ctx, decide); !errors.Is(err, eventlog.ErrFirst) {
			return c, err
		}
	}
	return c, err
}

func (s *Store) appendOnce(ctx context.Context, decide func() (eventlog.Event, error)) (closure.Closure, error) {
	if err := s.settle(ctx); err != nil {
		return closure.Closure{}, err
	}
	e, err := decide()
	if err != nil {
		return closure.Closure{}, err
	}
	before, _ := s.known(e.ID)
	e.Seq, e.At = before.Seq+1, s.clock().UTC().Truncate(time.Millisecond)
	after, err := apply(before, e) // an event that cannot be read back is never written
	if err != nil {
		return after, err
	}
	if err := s.log.Append(ctx, map[string]eventlog.Change{e.ID: {Events: []eventlog.Event{e}}}); err != nil {
		return after, err
	}
	s.keep(map[string]closure.Closure{e.ID: after}, map[string]time.Time{e.ID: e.At})
	after.Sent = false
	return after, nil
}

// newID is 80 random bits.
func newID() string {
	var b [10]byte
	_, _ = rand.Read(b[:]) // never fails
	return "CLO-" + base32.StdEncoding.EncodeToString(b[:])
}

// Propose asks to have something closed.
func (s *Store) Propose(ctx context.Context, by access.Person, p closure.Proposal) (closure.Closure, error) {
	subject, owed, err := s.read(ctx, p.Scope, p.ScopeID, p)
	if err != nil {
		return closure.Closure{}, err
	}
	if err := judgeProposal(by, subject, p, owed); err != nil {
		return closure.Closure{}, err
	}
	p.Note = strings.TrimSpace(p.Note)
	id := newID()
	return s.append(ctx, func() (eventlog.Event, error) {
		s.mu.RLock()
		defer s.mu.RUnlock()
		for _, other := range s.all {
			same := other.Scope == p.Scope && other.ScopeID == p.ScopeID && other.Month == p.Month && (other.WorkerKey == "" || other.WorkerKey == p.WorkerKey)
			if same && (other.Stage == closure.Proposed || other.Stage == closure.Approved) {
				return eventlog.Event{}, casefile.Refuse("closed_already", byDesign, "该月已有销号或申请："+other.ID, "that month is closed, or asked to be, by "+other.ID)
			}
		}
		content, err := json.Marshal(data{ByName: by.Name, Proposal: &p, Name: subject.Name, Township: subject.Township, Department: subject.Department, Owed: &owed})
		return eventlog.Event{ID: id, Actor: by.ID, Kind: string(closure.Proposed), Data: content}, err
	})
}

// Act takes a step on a closure, by somebody who has seen its events up to seq. After closure.ErrNotSent the step is taken, and its
// record on the way as soon as the broker answers again.
func (s *Store) Act(ctx context.Context, by access.Person, id string, seq uint32, a closure.Action) (closure.Closure, error) {
	c, err := s.append(ctx, func() (eventlog.Event, error) {
		known, ok := s.known(id)
		switch {
		case !ok:
			return eventlog.Event{}, fmt.Errorf("closure %s: %w", id, closure.NotFound)
		case known.Seq != seq:
			return eventlog.Event{}, fmt.Errorf("closure %s is at event %d, you have seen %d: %w", id, known.Seq, seq, casefile.ErrConflict)
		}
		if err := judge(known, by, a); err != nil {
			return eventlog.Event{}, err
		}
		to := map[closure.ActionKind]closure.Stage{closure.Approve: closure.Approved, closure.Decline: closure.Declined, closure.Withdraw: closure.Withdrawn, closure.Reopen: closure.Reopened}[a.Kind]
		content, err := json.Marshal(data{ByName: by.Name})
		return eventlog.Event{ID: id, Actor: by.ID, Kind: string(to), Reason: strings.TrimSpace(a.Reason), Data: content}, err
	})
	if err != nil || !c.Recorded() {
		return c, err
	}
	err = s.deliver(ctx, c)
	c, _ = s.known(id)
	return c, err
}
