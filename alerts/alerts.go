// Package alerts turns what the detectors found into action. It reads the findings of the latest run from ClickHouse
// and publishes them as metrics; Prometheus (or the embedded evaluator) judges them by the rule files in rules/ and
// posts to the webhook here, which opens and follows cases.
//
//	findings.go   the latest run → metrics
//	editions.go   the last editions → metrics
//	feeds.go      the quality of each source's data → metrics
//	rules/        Prometheus rule files and their unit tests
//	webhook.go    Alertmanager's notifications → cases
//	notices/      Alertmanager's notifications → group robots and SMS gateways
//	cases/        the cases: what happens to them, who may do what, deadlines
//	blacklist/    the joint-discipline list: procedure, publication
//	closures/     owed wages that are closed here, by two persons
//	leads/        the leads that are taken in here, from the worker's word to their conclusion
//	verdicts/     what people found of warnings
//	eventlog/     the append-only log these rest on
//	documents/    their papers
//	deadlines.go  what is about to be late, as metrics
//	routes.go     the API: who is let in where; api.go the cases, listapi.go the list
package alerts

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/anxin-project/anxin/alerts/blacklist"
	"github.com/anxin-project/anxin/alerts/cases"
	"github.com/anxin-project/anxin/alerts/closures"
	"github.com/anxin-project/anxin/alerts/documents"
	"github.com/anxin-project/anxin/alerts/leads"
	"github.com/anxin-project/anxin/alerts/notices"
	"github.com/anxin-project/anxin/alerts/verdicts"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/law"
)

// Dependencies of the component.
type Dependencies struct {
	Conn     driver.Conn // on the main database, migrated
	Headers  []catalog.Header
	Calendar *calendar.Calendar
	// Registered finds who is registered and not disabled; nil: nobody is looked up.
	Registered func(id string) (access.Person, bool)
	// CaseTerms and ListingTerms tell the terms of casework in force at a place on a day, from policy; nil: the national ones.
	CaseTerms    cases.TermsOf
	ListingTerms blacklist.TermsOf
	// LeadTerms tells the terms of leads likewise; LeadVault seals what complainants say, LeadSender hands their records to the broker.
	// Without these two no lead is taken in. The sender takes the records of closures, too.
	LeadTerms  leads.TermsOf
	LeadVault  leads.Vault
	LeadSender leads.Sender
	// VerdictTerms tells the terms of verdicts on warnings likewise.
	VerdictTerms verdicts.TermsOf
	// CaseNumbers tells by which rule papers of cases are numbered; nil: people type every number.
	CaseNumbers cases.NumbersOf
	// ListingConditions tells the conditions of listing in force at a place on a day, from policy; nil: the national ones.
	ListingConditions blacklist.ConditionsOf
	// Sources names the systems that send records, by their code.
	Sources map[string]catalog.Text
	// Pages is the address that people open the pages at, for links in notices; empty: notices have none.
	Pages string
	// Laws are those that papers and refusals cite; nil: the shipped register.
	Laws *law.Registry
	// Registerer takes the findings and the component's own metrics.
	Registerer prometheus.Registerer
	Logger     *slog.Logger
	// Clock tells the time; nil for the real one.
	Clock func() time.Time
	// Person tells who sends a request. Without it nobody is a person: every action is refused.
	Person func(*http.Request) (access.Person, error)
	// Audit is told of every action, done or refused, and of what is exported, printed or names persons; nil for nobody.
	Audit func(*http.Request, Audited) error
}

// Alerts is the component.
type Alerts struct {
	config   Configuration
	logger   *slog.Logger
	findings *findings
	editions *editions
	feeds    *feeds
	cases    *cases.Store
	closures *closures.Store
	leads    *leads.Store
	verdicts *verdicts.Store
	notices  *notices.Relay
	metrics  *metrics

	laws   *law.Registry
	papers *documents.Papers

	blacklist  *blacklist.Store
	conditions blacklist.ConditionsOf
	signingKey ed25519.PrivateKey // nil: publications are not signed
	published  publishedFiles
	registered func(id string) (access.Person, bool)
	person     func(*http.Request) (access.Person, error)
	audit      func(*http.Request, Audited) error

	refreshing sync.Mutex
	owed       bool // the cases have not had the figures of the published run; under refreshing
}

// New reads the case log. Any number of processes may run the component on a database (see package eventlog).
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
	if d.Laws == nil {
		d.Laws = law.Shipped()
	}
	papers, err := documents.New(d.Laws, documents.Names{Detectors: titles(d.Headers), Sources: d.Sources})
	if err != nil {
		return nil, err
	}
	store, err := cases.Open(ctx, cases.Dependencies{
		Conn:       d.Conn,
		Calendar:   d.Calendar,
		Terms:      d.CaseTerms,
		Person:     d.Registered,
		Numbers:    d.CaseNumbers,
		Logger:     d.Logger,
		Clock:      d.Clock,
		Registerer: d.Registerer,
	})
	if err != nil {
		return nil, err
	}
	if d.ListingConditions == nil {
		d.ListingConditions = blacklist.DefaultConditions
	}
	var a *Alerts
	list, err := blacklist.Open(ctx, blacklist.Dependencies{
		Conn: d.Conn, Calendar: d.Calendar, Terms: d.ListingTerms, Logger: d.Logger, Clock: d.Clock, Registerer: d.Registerer,
		Candidate: func(ctx context.Context, employer string) (*casefile.Facts, error) {
			return a.Desk().Candidate(ctx, employer)
		},
	})
	if err != nil {
		return nil, err
	}
	closed, err := closures.Open(ctx, closures.Dependencies{Conn: d.Conn, Sender: d.LeadSender, Logger: d.Logger, Clock: d.Clock, Registerer: d.Registerer})
	if err != nil {
		return nil, err
	}
	taken, err := leads.Open(ctx, leads.Dependencies{
		Conn: d.Conn, Calendar: d.Calendar, Terms: d.LeadTerms, Vault: d.LeadVault, Sender: d.LeadSender, Person: d.Registered, Logger: d.Logger,
		Clock: d.Clock, Registerer: d.Registerer,
	})
	if err != nil {
		return nil, err
	}
	var key ed25519.PrivateKey
	if c.SigningKey != "" {
		if key, err = blacklist.LoadKey(c.SigningKey); err != nil {
			return nil, fmt.Errorf("alerts.signing_key: %w", err)
		}
	}
	answers, err := verdicts.Open(ctx, verdicts.Dependencies{
		Conn: d.Conn, Calendar: d.Calendar, Terms: d.VerdictTerms, Logger: d.Logger, Clock: d.Clock, Registerer: d.Registerer,
	})
	if err != nil {
		return nil, err
	}
	var registerer prometheus.Registerer = prometheus.NewRegistry()
	if d.Registerer != nil {
		registerer = d.Registerer
	}
	relay, err := notices.New(c.Notices, d.Pages, d.Clock, registerer)
	if err != nil {
		return nil, err
	}
	m := newMetrics(d.Registerer)
	f, e, feeds := newFindings(d, c, m, answers), newEditions(d.Conn), newFeeds(d)
	if d.Registerer != nil {
		for _, collector := range []prometheus.Collector{f, e, feeds, deadlines{store, list, taken, d.Clock}} {
			if err := d.Registerer.Register(collector); err != nil {
				return nil, err
			}
		}
	}
	a = &Alerts{
		config: c, logger: d.Logger, findings: f, editions: e, feeds: feeds, cases: store, closures: closed, leads: taken, verdicts: answers, notices: relay, metrics: m,
		laws: d.Laws, papers: papers, blacklist: list, conditions: d.ListingConditions, signingKey: key, registered: d.Registered, person: d.Person, audit: d.Audit,
	}
	return a, nil
}

// Refresh takes the findings of the latest run into the metrics and the cases, and the quality of the sources' data into
// the metrics. It is called after a run, and by Run. On an error the metrics stay as they were.
func (a *Alerts) Refresh(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, a.config.RefreshTimeout)
	defer cancel()
	a.refreshing.Lock()
	defer a.refreshing.Unlock()
	err := errors.Join(a.verdicts.Current(ctx), a.refreshFindings(ctx), a.feeds.refresh(ctx), a.cases.Current(ctx), a.blacklist.Current(ctx), a.leads.Current(ctx), a.closures.Resend(ctx))
	if err != nil {
		a.metrics.refreshFailures.Inc()
	}
	return err
}

func (a *Alerts) refreshFindings(ctx context.Context) error {
	changed, err := a.findings.refresh(ctx)
	if err == nil {
		err = a.editions.refresh(ctx)
	}
	if err != nil {
		return err
	}
	// The metrics are right even if the cases cannot be written; the next refresh tries those again.
	if a.owed = a.owed || changed; !a.owed {
		return nil
	}
	if err := a.cases.Update(ctx, a.findings.subjects()); err != nil {
		return err
	}
	if asOf, run, owed := a.findings.owed(); run != 0 {
		if err := a.cases.Tell(ctx, asOf, run, owed); err != nil {
			return err
		}
	}
	if err := a.tellPaid(ctx); err != nil {
		return err
	}
	if _, err := a.blacklist.Sight(ctx, a.findings.conn, a.findings.run()); err != nil {
		return err
	}
	a.owed = false
	return nil
}

// Run refreshes at every interval until the context ends, and sends again what the broker has not confirmed of leads: beside each
// other, for a broker that is away must not hold up the findings.
func (a *Alerts) Run(ctx context.Context) error {
	var group errgroup.Group
	every := func(what string, do func(context.Context) error) {
		group.Go(func() error {
			tick := time.NewTicker(a.config.RefreshInterval)
			defer tick.Stop()
			for {
				if err := do(ctx); err != nil && !errors.Is(ctx.Err(), context.Canceled) {
					a.logger.Error(what, "error", err)
				}
				select {
				case <-ctx.Done():
					return nil
				case <-tick.C:
				}
			}
		})
	}
	every("refreshing the findings", a.Refresh)
	every("sending leads again", a.leads.Resend)
	return group.Wait()
}

// Cases are the cases, for pages and for the embedded evaluator's restart.
func (a *Alerts) Cases() *cases.Store { return a.cases }

// Closures are owed wages that are closed here, for pages.
func (a *Alerts) Closures() *closures.Store { return a.closures }

// Leads are the leads that are taken in here, for pages.
func (a *Alerts) Leads() *leads.Store { return a.leads }

// Verdicts are what people found of warnings, for pages.
func (a *Alerts) Verdicts() *verdicts.Store { return a.verdicts }

// Blacklist is the joint-discipline list, for pages.
func (a *Alerts) Blacklist() *blacklist.Store { return a.blacklist }
