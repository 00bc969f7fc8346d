package view

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/anxin-project/anxin/dashboards/console/memory"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// KeeperDependencies are what a Keeper needs.
type KeeperDependencies struct {
	Conn     driver.Conn   // the main database
	Refresh  time.Duration // how often Run looks for a newer run
	Remember int           // facts of so many subjects are kept per run
	Verdicts Verdicts      // on warnings; nil: casework is not connected
	Grace    int           // days past their day to pay from which the index counts wages as owed
	Logger   *slog.Logger
	Now      func() time.Time
	Metrics  prometheus.Registerer
	// Newer is called after a newer run has taken the place of the one shown: what was made of that one is to be forgotten.
	Newer func()
}

// Keeper keeps the latest completed run in memory, and what was asked of it: the facts of subjects, and the parts of it that
// people may see. It may be used from many goroutines.
type Keeper struct {
	conn    driver.Conn
	every   time.Duration
	answers Verdicts
	grace   int
	log     *slog.Logger
	now     func() time.Time
	newer   func()
	metrics *viewMetrics

	latest     atomic.Pointer[View]
	refreshing sync.Mutex
	lastPoll   atomic.Int64 // unix milliseconds of the last poll that succeeded
	facts      *memory.Memory[*Facts]
	scoped     *memory.Memory[*View] // what of the run somebody may see, by territory, department and roles

	// ReadView and ReadFacts are where a view and facts come from; the tests of pages alone replace them.
	ReadView  func(context.Context, *View) (*View, error)
	ReadFacts func(context.Context, *View, catalog.Scope, string) (*Facts, error)
}

// NewKeeper registers the metrics of the run in memory. It touches no database: Run or Refresh does.
func NewKeeper(d KeeperDependencies) (*Keeper, error) {
	k := &Keeper{
		conn: d.Conn, every: d.Refresh, answers: d.Verdicts, grace: d.Grace, log: d.Logger, now: d.Now, newer: d.Newer,
		facts: memory.New[*Facts](d.Remember), scoped: memory.New[*View](rememberScopes),
	}
	k.ReadView, k.ReadFacts = k.loadView, k.loadFacts
	var err error
	k.metrics, err = newViewMetrics(d.Metrics, k)
	return k, err
}

// Run keeps the view fresh until the context ends. A poll that fails is logged and counted, and the pages go on showing
// the run they have.
func (k *Keeper) Run(ctx context.Context) error {
	tick := time.NewTicker(k.every)
	defer tick.Stop()
	for {
		if err := k.Refresh(ctx); err != nil && ctx.Err() == nil {
			k.log.Warn("reading the latest run failed", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Refresh looks for a newer completed run and for newer verdicts on warnings and, when there are any, replaces the view. It is
// synchronous; calls at the same time wait for each other.
func (k *Keeper) Refresh(ctx context.Context) error {
	k.refreshing.Lock()
	defer k.refreshing.Unlock()
	start := time.Now()
	old := k.latest.Load()
	next, err := k.ReadView(ctx, old)
	if err != nil {
		k.metrics.refreshFailures.Inc()
		return err
	}
	k.lastPoll.Store(time.Now().UnixMilli()) // not the injected clock: a poll is real time
	if next == nil {
		return nil
	}
	run := next
	if next, err = k.withVerdicts(ctx, next); err != nil {
		k.log.Warn("reading verdicts on warnings failed", "error", err) // pages go on showing those that are known
	}
	if next == old {
		return nil
	}
	k.latest.Store(next)
	k.scoped.Clear()
	k.newer()
	if run == old {
		return nil
	}
	k.facts.Clear()
	k.metrics.refreshSeconds.Observe(time.Since(start).Seconds())
	k.log.Info("showing a newer run", "as_of", next.Run.AsOf, "run", next.Run.Number,
		"units", len(next.Units), "warnings", len(next.Warnings))
	return nil
}

// withVerdicts is the view with the verdicts that there are today; the same where it has them already.
func (k *Keeper) withVerdicts(ctx context.Context, v *View) (*View, error) {
	if k.answers == nil {
		return v, nil
	}
	err := k.answers.Current(ctx)
	today := civil.DateOf(k.now())
	if v.book == k.answers.Book() && v.today == today {
		return v, err
	}
	return v.answered(k.answers, today), err
}

// Latest is the run that pages show; nil before the first.
func (k *Keeper) Latest() *View { return k.latest.Load() }

var errStale = errors.New("no successful look for a newer run lately")

// Healthy reports whether looking for newer runs works; before the first look it does not yet have to.
func (k *Keeper) Healthy() error {
	last := k.lastPoll.Load()
	if last != 0 && time.Since(time.UnixMilli(last)) > max(10*k.every, time.Minute) {
		return errStale
	}
	return nil
}

// PolledAt has the last successful look be at a moment: for tests of Healthy.
func (k *Keeper) PolledAt(at time.Time) { k.lastPoll.Store(at.UnixMilli()) }

// rememberScopes is for so many different combinations of roles, territory and department that their part of the run is
// kept.
const rememberScopes = 200

// Part is the part of a run that a person may see.
func (k *Keeper) Part(ctx context.Context, all *View, p *access.Person) (*View, error) {
	key := fmt.Sprintf("%s %q %q %v", all.Stamp(), p.Territory, p.Department, p.Roles)
	return k.scoped.Get(ctx, key, k.now(), 0, func() (*View, error) { return all.of(p), nil })
}

// Facts are those of a subject in a run; ErrUnknownSubject when the run has never heard of it.
func (k *Keeper) Facts(ctx context.Context, v *View, scope catalog.Scope, id string) (*Facts, error) {
	key := fmt.Sprintf("%d %s:%s", v.Run.Number, scope, id)
	return k.facts.Get(ctx, key, k.now(), 0, func() (*Facts, error) { return k.ReadFacts(ctx, v, scope, id) })
}
