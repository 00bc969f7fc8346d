// Package alerts turns what the detectors found into action. It reads the findings of the latest run from ClickHouse
// and publishes them as metrics; Prometheus (or the embedded evaluator) judges them by the rule files in rules/ and
// posts to the webhook here, which opens and follows cases.
//
//	findings.go   the latest run → metrics
//	editions.go   the last editions → metrics
//	rules/        Prometheus rule files and their unit tests
//	webhook.go    Alertmanager's notifications → cases
//	cases/        the cases: event log, state, routing, deadlines
//	api.go        the cases as JSON
package alerts

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/anxin-project/anxin/alerts/cases"
	"github.com/anxin-project/anxin/internal/calendar"
	"github.com/anxin-project/anxin/internal/catalog"
)

// Dependencies of the component.
type Dependencies struct {
	Conn     driver.Conn // on the main database, migrated
	Headers  []catalog.Header
	Calendar *calendar.Calendar
	// Registerer takes the findings and the component's own metrics.
	Registerer prometheus.Registerer
	Logger     *slog.Logger
	// Clock tells the time; nil for the real one.
	Clock func() time.Time
}

// Alerts is the component.
type Alerts struct {
	config   Configuration
	logger   *slog.Logger
	findings *findings
	editions *editions
	cases    *cases.Store
	metrics  *metrics

	refreshing sync.Mutex
	owed       bool // the cases have not had the figures of the published run; under refreshing
}

// New reads the case log. Only one process may run the component on a database (see package cases).
func New(ctx context.Context, c Configuration, d Dependencies) (*Alerts, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if d.Logger == nil {
		d.Logger = slog.New(slog.DiscardHandler)
	}
	if d.Clock == nil {
		d.Clock = time.Now
	}
	store, err := cases.Open(ctx, cases.Dependencies{
		Conn:       d.Conn,
		Calendar:   d.Calendar,
		Logger:     d.Logger,
		Clock:      d.Clock,
		Registerer: d.Registerer,
	})
	if err != nil {
		return nil, err
	}
	m := newMetrics(d.Registerer)
	f, e := newFindings(d, c, m), newEditions(d.Conn)
	if d.Registerer != nil {
		for _, collector := range []prometheus.Collector{f, e} {
			if err := d.Registerer.Register(collector); err != nil {
				return nil, err
			}
		}
	}
	return &Alerts{config: c, logger: d.Logger, findings: f, editions: e, cases: store, metrics: m}, nil
}

// Refresh takes the findings of the latest run into the metrics and the cases. It is called after a run, and by Run.
// On an error the metrics stay as they were.
func (a *Alerts) Refresh(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, a.config.RefreshTimeout)
	defer cancel()
	a.refreshing.Lock()
	defer a.refreshing.Unlock()
	changed, err := a.findings.refresh(ctx)
	if err == nil {
		err = a.editions.refresh(ctx)
	}
	if err != nil {
		a.metrics.refreshFailures.Inc()
		return err
	}
	// The metrics are right even if the cases cannot be written; the next refresh tries those again.
	if a.owed = a.owed || changed; !a.owed {
		return nil
	}
	if err := a.cases.Update(ctx, a.findings.subjects()); err != nil {
		a.metrics.refreshFailures.Inc()
		return err
	}
	a.owed = false
	return nil
}

// Run refreshes at every interval until the context ends.
func (a *Alerts) Run(ctx context.Context) error {
	tick := time.NewTicker(a.config.RefreshInterval)
	defer tick.Stop()
	for {
		if err := a.Refresh(ctx); err != nil && !errors.Is(ctx.Err(), context.Canceled) {
			a.logger.Error("refreshing the findings", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Cases are the cases, for pages and for the embedded evaluator's restart.
func (a *Alerts) Cases() *cases.Store { return a.cases }

// Handler serves the webhook and the cases as JSON, all with the same bearer token.
func (a *Alerts) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/v1/alerts", a.webhook)
	mux.HandleFunc("/api/v1/cases", a.authorized(http.MethodGet, a.listCases))
	mux.HandleFunc("/api/v1/cases/{id}", a.authorized(http.MethodGet, a.getCase))
	return mux
}
