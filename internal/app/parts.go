// Package app puts the services together: it reads the configuration, builds each component from it, and runs services and
// single tasks. Commands (cmd/anxin) read flags, call it and print.
//
// It stands above the four top folders, which do not know each other, and joins them: casework's terms come from policy, the
// pages' cases from alerts, a monthly run publishes its edition.
package app

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/anxin-project/anxin/alerts"
	"github.com/anxin-project/anxin/alerts/blacklist"
	"github.com/anxin-project/anxin/alerts/leads"
	"github.com/anxin-project/anxin/alerts/verdicts"
	"github.com/anxin-project/anxin/detectors"
	shipped "github.com/anxin-project/anxin/detectors/catalog"
	"github.com/anxin-project/anxin/detectors/editions"
	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/detectors/schedule"
	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/law"
	"github.com/anxin-project/anxin/internal/platform/access/people"
	"github.com/anxin-project/anxin/internal/platform/access/signin"
	"github.com/anxin-project/anxin/internal/platform/audit"
	"github.com/anxin-project/anxin/internal/platform/store"
)

// Parts are the components of a process, built on demand from one configuration. Open makes them.
type Parts struct {
	Config Configuration
	Log    *slog.Logger
	// Registry holds the metrics of whatever is built.
	Registry *prometheus.Registry
	// Now is the time that records, runs and deadlines go by; a demonstration has its own.
	Now       func() time.Time
	Catalogue []shipped.Detector
	Laws      *law.Registry
	Policy    *policy.Policy
	Calendar  *calendar.Calendar
	// Store is open and of this version's schema; whoever called Open closes it.
	Store  *store.Store
	leader schedule.Leader // nil in a process that makes runs by itself alone
}

// Open connects to the store, upgrades its schema and loads what all components share. An error of the rules, the laws or the
// holidays is BadInput.
func Open(ctx context.Context, c Configuration, log *slog.Logger, now func() time.Time) (*Parts, error) {
	p := &Parts{Config: c, Log: log, Now: now, Registry: prometheus.NewRegistry()}
	p.Registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	var err error
	if p.Catalogue, p.Policy, err = LoadRules(c.Detectors.Catalog, c.Policy, civil.DateOf(now())); err != nil {
		return nil, err
	}
	if p.Laws, err = shipped.Laws(c.Detectors.Catalog); err != nil {
		return nil, BadInput(err)
	}
	var changes []calendar.Amendment
	if p.Calendar, changes, err = LoadCalendar(c.Holidays); err != nil {
		return nil, err
	}
	for _, a := range changes {
		log.Info("the holiday file lies over the notices shipped", "file", c.Holidays, "notice", a.String())
	}
	if p.Store, err = store.Open(ctx, c.Store, log); err != nil {
		return nil, err
	}
	if err := p.Store.Migrate(ctx); err != nil {
		return nil, errors.Join(err, p.Store.Close())
	}
	return p, nil
}

// Ingest builds what moves records from Kafka into the store.
func (p *Parts) Ingest(protector *record.Protector) (*ingest.Ingest, error) {
	return ingest.New(p.Config.Ingest, ingest.Dependencies{
		Store: p.Store, Protector: protector, Now: p.Now, Log: p.Log, Metrics: p.Registry,
	})
}

// Detectors builds the detectors and the index. A monthly run publishes the edition of its month.
func (p *Parts) Detectors() (*detectors.Detectors, error) {
	options := p.Store.Options()
	var all *detectors.Detectors // which the monthly run calls back
	var err error
	all, err = detectors.New(p.Config.Detectors, detectors.Dependencies{
		Store: p.Store, Database: p.Store.Database(), Cluster: p.Store.Cluster(), Policy: p.Policy, Calendar: p.Calendar, Now: p.Now, Log: p.Log, Metrics: p.Registry, Leader: p.leader,
		Open: func(database string) (driver.Conn, error) { return store.On(options, database) },
		OnMonthly: func(ctx context.Context, month civil.Month) error {
			_, _, err := p.Publisher(all).Publish(ctx, month)
			return err
		},
	})
	return all, err
}

// Alerts builds metrics, casework and the joint-discipline list, with terms by policy; the gate tells who asks and writes
// down what they did. keys seal and open what complainants say; without them no lead is taken in. metrics takes the findings and its own; nil where another process publishes them.
func (p *Parts) Alerts(ctx context.Context, gate *signin.Gate, keys *record.Protector, metrics prometheus.Registerer) (*alerts.Alerts, error) {
	sender, err := p.sender()
	if err != nil {
		return nil, err
	}
	var vault leads.Vault
	if keys != nil { // avoid a typed nil in a non-nil interface
		vault = keys
	}
	return alerts.New(ctx, p.Config.Alerts, alerts.Dependencies{
		Conn: p.Store, Headers: shipped.Headers(p.Catalogue), Sources: p.Policy.Sources(), Laws: p.Laws, Calendar: p.Calendar, Registerer: metrics, Logger: p.Log, Clock: p.Now, Pages: p.Config.Access.URL,
		CaseTerms: terms{p.Policy}.ofCases, CaseNumbers: terms{p.Policy}.ofNumbers, ListingTerms: terms{p.Policy}.ofListing, VerdictTerms: terms{p.Policy}.ofVerdicts,
		ListingConditions: terms{p.Policy}.ofConditions, LeadTerms: terms{p.Policy}.ofLeads, LeadVault: vault, LeadSender: sender, Person: gate.Person,
		Registered: func(id string) (access.Person, bool) {
			a, err := gate.Register().Get(id)
			return a.Person, err == nil && !a.Disabled
		},
		Audit: func(r *http.Request, a alerts.Audited) error {
			e := audit.Event{Actor: a.Person.ID, Action: a.Action, Object: a.Subject, Purpose: a.Refused, Outcome: audit.Done, Origin: signin.Origin(r)}
			switch {
			case a.Broke != nil:
				e.Outcome = audit.OutcomeOf(a.Broke)
			case a.Refused != "":
				e.Outcome = audit.Refused
			}
			return gate.Audit().Record(r.Context(), e)
		},
	})
}

// sender hands records that are made here to the broker, which is asked for the first time when there is one.
func (p *Parts) sender() (leads.Sender, error) {
	k := p.Config.Ingest.Kafka
	client, err := k.Client()
	if err != nil {
		return nil, BadInput(err)
	}
	return leads.NewSender(k.Writer(client.Transport, 1), k.Prefix), nil
}

// Gate opens the register of people, the audit log and what lets people in. They go by real time, also where the rest goes by
// a simulated clock.
func (p *Parts) Gate(ctx context.Context, cost people.Cost) (*signin.Gate, error) {
	trail, err := audit.Open(ctx, audit.Dependencies{Conn: p.Store, Clock: time.Now, Logger: p.Log, Registerer: p.Registry})
	if err != nil {
		return nil, err
	}
	register, err := people.Open(ctx, people.Dependencies{Conn: p.Store, Clock: time.Now, Cost: cost})
	if err != nil {
		return nil, err
	}
	return signin.New(p.Config.Access, signin.Dependencies{Register: register, Audit: trail, Clock: time.Now, Logger: p.Log, Registerer: p.Registry})
}

// Publisher publishes editions made by these detectors.
func (p *Parts) Publisher(all *detectors.Detectors) *editions.Publisher {
	options := p.Store.Options()
	return editions.New(editions.Dependencies{
		Store: p.Store, Pass: all.Pass, Policy: p.Policy, Now: p.Now, Log: p.Log,
		Open: func(database string) (driver.Conn, error) { return store.On(options, database) },
	})
}

// Blacklist opens the joint-discipline list, to be read.
func (p *Parts) Blacklist(ctx context.Context) (*blacklist.Store, error) {
	return blacklist.Open(ctx, blacklist.Dependencies{Conn: p.Store, Calendar: p.Calendar, Terms: terms{p.Policy}.ofListing, Logger: p.Log, Clock: p.Now})
}

// Verdicts opens what people found of warnings, to be read.
func (p *Parts) Verdicts(ctx context.Context) (*verdicts.Store, error) {
	return verdicts.Open(ctx, verdicts.Dependencies{Conn: p.Store, Calendar: p.Calendar, Terms: terms{p.Policy}.ofVerdicts, Logger: p.Log, Clock: p.Now})
}

// With opens the parts for one task and closes the store after it.
func With(ctx context.Context, c Configuration, log *slog.Logger, do func(context.Context, *Parts) error) (err error) {
	p, err := Open(ctx, c, log, time.Now)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Store.Close()) }()
	return do(ctx, p)
}
