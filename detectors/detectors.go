// Package detectors turns records into warnings and the wage-safety index.
//
// A pass judges one as-of date: it builds a snapshot of what was known by the end of that date, runs every detector of the
// catalogue and the index over it, joins what they found to the episodes of the run before, and publishes it. A pass is
// idempotent: the same date, records and policy give the same rows. Nothing of a pass is visible before its last write,
// the row in runs.
//
// Runs are made by a schedule, one after the other, by the one process that leads. What is due is told from the tables, so
// what was missed is made up for; every attempt is kept in the history.
package detectors

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/runs"
)

// Dependencies are what the component works with.
type Dependencies struct {
	// Store is the main database.
	Store driver.Conn
	// Database is its name; snapshots are databases named after it.
	Database string
	// Open connects to another database of the same store.
	Open func(database string) (driver.Conn, error)
	// Policy is in force.
	Policy *policy.Policy
	// Calendar knows the official working days.
	Calendar *calendar.Calendar
	// Now is the clock.
	Now func() time.Time
	// Wait returns at an instant of the clock, or with the context's error; nil waits by timers.
	Wait func(ctx context.Context, until time.Time) error
	// Leader lets one process at a time make runs; nil where there is only one.
	Leader Leader
	// OnMonthly makes the edition of a month that has ended; it may make passes. It may be asked for the same month again.
	// Nil makes none.
	OnMonthly func(ctx context.Context, month civil.Month) error
	Log       *slog.Logger
	// Metrics takes the component's metrics; nil keeps them to itself.
	Metrics prometheus.Registerer
}

// Detectors is the component.
type Detectors struct {
	config    Configuration
	catalogue []Detector
	conn      driver.Conn
	database  string
	open      func(string) (driver.Conn, error)
	policy    *policy.Policy
	calendar  *calendar.Calendar
	now       func() time.Time
	wait      func(context.Context, time.Time) error
	leader    Leader
	onMonthly func(context.Context, civil.Month) error
	process   string // host:pid, for the history
	log       *slog.Logger
	metrics   *metrics
	// passing admits one run at a time
	passing chan struct{}
	// unwritten attempts are what the history lacks; whoever is admitted may touch them
	unwritten []runs.Attempt
}

// New reads the catalogue and prepares the component; nothing runs yet.
func New(c Configuration, deps Dependencies) (*Detectors, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	catalogue, err := Catalogue(c.Catalog)
	if err != nil {
		return nil, err
	}
	if deps.Store == nil || deps.Open == nil || deps.Policy == nil || deps.Calendar == nil || deps.Now == nil || deps.Log == nil {
		return nil, errors.New("detectors: a dependency is missing")
	}
	if _, err := EditionDay(deps.Policy, civil.DateOf(deps.Now()).Month()); err != nil {
		return nil, err
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown" // it only tells people where to look
	}
	d := &Detectors{
		config: c, catalogue: catalogue,
		conn: deps.Store, database: deps.Database, open: deps.Open,
		policy: deps.Policy, calendar: deps.Calendar, now: deps.Now, log: deps.Log,
		wait: deps.Wait, leader: deps.Leader, onMonthly: deps.OnMonthly,
		process: fmt.Sprintf("%s:%d", host, os.Getpid()),
		metrics: newMetrics(deps.Metrics),
		passing: make(chan struct{}, 1),
	}
	if d.wait == nil {
		d.wait = d.waitUntil
	}
	return d, nil
}

// Catalogue returns the detectors in their order.
func (d *Detectors) Catalogue() []Detector { return d.catalogue }
