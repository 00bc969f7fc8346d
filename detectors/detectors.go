// Package detectors turns records into warnings and the wage-safety index.
//
// A pass judges one as-of date: it builds a snapshot of what was known by the end of that date, runs every detector of the
// catalogue and the index over it, joins what they found to the episodes of the run before, and publishes it. A pass is
// idempotent: the same date, records and policy give the same rows. Nothing of a pass is visible before its last write,
// the row in runs.
package detectors

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/internal/calendar"
	"github.com/anxin-project/anxin/internal/civil"
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
	Log *slog.Logger
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
	log       *slog.Logger
	metrics   *metrics
	// passing admits one pass at a time
	passing chan struct{}
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
	return &Detectors{
		config: c, catalogue: catalogue,
		conn: deps.Store, database: deps.Database, open: deps.Open,
		policy: deps.Policy, calendar: deps.Calendar, now: deps.Now, log: deps.Log,
		metrics: newMetrics(deps.Metrics),
		passing: make(chan struct{}, 1),
	}, nil
}

// Catalogue returns the detectors in their order.
func (d *Detectors) Catalogue() []Detector { return d.catalogue }

// Run makes a pass over today at once and then by the schedule, until the context ends. A pass that fails is tried again
// at the next turn; passes never overlap. onPass is called after each that succeeded.
func (d *Detectors) Run(ctx context.Context, onPass func(context.Context, Result)) error {
	pass := func() {
		result, err := d.Pass(ctx, civil.DateOf(d.now()))
		switch {
		case ctx.Err() != nil:
		case err != nil:
			d.log.Error("detector pass failed; it is tried again at its next turn", "error", err)
		default:
			onPass(ctx, result)
		}
	}
	schedule, err := d.config.schedule(pass)
	if err != nil {
		return err
	}
	pass()
	schedule.Start()
	<-ctx.Done()
	<-schedule.Stop().Done()
	return nil
}
