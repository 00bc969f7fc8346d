// Package detectors turns records into warnings and the wage-safety index: it builds what makes passes (pass), over snapshots
// (snapshot) by a catalogue of detectors (catalog) and a policy (policy), and the schedule by which they are made
// (schedule).
package detectors

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/anxin-project/anxin/detectors/catalog"
	"github.com/anxin-project/anxin/detectors/pass"
	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/detectors/schedule"
	"github.com/anxin-project/anxin/detectors/snapshot"
	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Dependencies are what the component works with.
type Dependencies struct {
	// Store is the main database.
	Store driver.Conn
	// Database is its name; snapshots are databases named after it.
	Database string
	// Cluster is the ClickHouse cluster that its tables are on; empty for a single node.
	Cluster string
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
	Leader schedule.Leader
	// OnMonthly makes the edition of a month that has ended; it may make passes. It may be asked for the same month again.
	// Nil makes none.
	OnMonthly func(ctx context.Context, month civil.Month) error
	Log       *slog.Logger
	// Metrics takes the component's metrics; nil keeps them to itself.
	Metrics prometheus.Registerer
}

// Detectors is the component: what makes passes, and the schedule by which they are made.
type Detectors struct {
	*pass.Passes
	*schedule.Scheduler
}

// New reads the catalogue and prepares the component; nothing runs yet.
func New(c Configuration, deps Dependencies) (*Detectors, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	catalogue, err := catalog.Read(c.Catalog)
	if err != nil {
		return nil, err
	}
	if deps.Store == nil || deps.Open == nil || deps.Policy == nil || deps.Calendar == nil || deps.Now == nil || deps.Log == nil {
		return nil, errors.New("detectors: a dependency is missing")
	}
	passes := pass.New(pass.Passes{
		Catalogue: catalogue, Conn: deps.Store, Database: deps.Database, Cluster: deps.Cluster, Open: deps.Open, Policy: deps.Policy, Now: deps.Now, Log: deps.Log,
		Keep: pass.Keep{Runs: c.KeepRuns, Attempts: c.KeepAttempts}, Limits: pass.Limits{Time: c.DetectorTimeout, Warnings: c.MostWarnings},
		Snapshots: snapshot.Builder{
			Conn: deps.Store, Policy: deps.Policy, Calendar: deps.Calendar, Parallel: c.Parallel, Settling: c.Settling, Log: deps.Log,
		},
	}, deps.Metrics)
	scheduler, err := schedule.New(c.Schedule, schedule.Dependencies{
		Passes: passes, Wait: deps.Wait, Leader: deps.Leader, OnMonthly: deps.OnMonthly, Metrics: deps.Metrics,
	})
	if err != nil {
		return nil, err
	}
	return &Detectors{passes, scheduler}, nil
}
