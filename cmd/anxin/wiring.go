package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/anxin-project/anxin/alerts"
	"github.com/anxin-project/anxin/dashboards/console"
	"github.com/anxin-project/anxin/detectors"
	shipped "github.com/anxin-project/anxin/detectors/catalog"
	"github.com/anxin-project/anxin/detectors/index"
	"github.com/anxin-project/anxin/detectors/pass"
	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/detectors/schedule"
	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/law"
	"github.com/anxin-project/anxin/internal/platform/access/people"
	"github.com/anxin-project/anxin/internal/platform/access/reveal"
	"github.com/anxin-project/anxin/internal/platform/access/signin"
	"github.com/anxin-project/anxin/internal/platform/audit"
	"github.com/anxin-project/anxin/internal/platform/store"
)

// parts are the components of a process, built on demand from one configuration.
type parts struct {
	config    configuration
	log       *slog.Logger
	registry  *prometheus.Registry
	now       func() time.Time
	catalogue []shipped.Detector
	laws      *law.Registry
	policy    *policy.Policy
	calendar  *calendar.Calendar
	store     *store.Store
	leader    schedule.Leader // nil in a process that makes runs by itself alone
}

// open connects to the store, upgrades its schema and loads what all components share.
func open(ctx context.Context, c configuration, log *slog.Logger, now func() time.Time) (*parts, error) {
	p := &parts{config: c, log: log, now: now, registry: prometheus.NewRegistry()}
	p.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	var err error
	if p.catalogue, p.policy, err = loadRules(c.Detectors.Catalog, c.Policy, civil.DateOf(now())); err != nil {
		return nil, err
	}
	if p.laws, err = shipped.Laws(c.Detectors.Catalog); err != nil {
		return nil, badInput{err}
	}
	if p.calendar, err = loadCalendar(c.Holidays); err != nil {
		return nil, badInput{err}
	}
	if p.store, err = store.Open(ctx, c.Store, log); err != nil {
		return nil, err
	}
	if err := p.store.Migrate(ctx); err != nil {
		return nil, errors.Join(err, p.store.Close())
	}
	return p, nil
}

func loadCalendar(path string) (*calendar.Calendar, error) {
	if path == "" {
		return calendar.China(), nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading holidays: %w", err)
	}
	defer f.Close()
	extra, err := calendar.Parse(f)
	if err != nil {
		return nil, fmt.Errorf("holidays %s: %w", path, err)
	}
	return calendar.China().With(extra), nil
}

func (p *parts) ingest(protector *record.Protector) (*ingest.Ingest, error) {
	return ingest.New(p.config.Ingest, ingest.Dependencies{
		Store: p.store, Protector: protector, Now: p.now, Log: p.log, Metrics: p.registry,
	})
}

func (p *parts) detectors() (*detectors.Detectors, error) {
	options := p.store.Options()
	var all *detectors.Detectors // which the monthly run calls back
	var err error
	all, err = detectors.New(p.config.Detectors, detectors.Dependencies{
		Store: p.store, Database: p.store.Database(), Policy: p.policy, Calendar: p.calendar, Now: p.now, Log: p.log, Metrics: p.registry, Leader: p.leader,
		Open: func(database string) (driver.Conn, error) { return store.On(options, database) },
		OnMonthly: func(ctx context.Context, month civil.Month) error {
			_, _, err := p.publisher(all).Publish(ctx, month)
			return err
		},
	})
	return all, err
}

func (p *parts) alerts(ctx context.Context, gate *signin.Gate) (*alerts.Alerts, error) {
	return alerts.New(ctx, p.config.Alerts, alerts.Dependencies{
		Conn: p.store, Headers: shipped.Headers(p.catalogue), Sources: p.policy.Sources(), Laws: p.laws, Calendar: p.calendar, Registerer: p.registry, Logger: p.log, Clock: p.now,
		CaseTerms: terms{p.policy}.ofCases, ListingTerms: terms{p.policy}.ofListing, ListingConditions: terms{p.policy}.ofConditions, Person: gate.Person,
		Audit: func(r *http.Request, a alerts.Audited) error {
			e := audit.Event{Actor: a.Person.ID, Action: a.Action, Object: a.Subject, Purpose: a.Refused, Outcome: audit.Done, Origin: signin.Origin(r)}
			if a.Refused != "" {
				e.Outcome = audit.Refused
			}
			return gate.Audit().Record(context.WithoutCancel(r.Context()), e)
		},
	})
}

// gate opens the register of people, the audit log and what lets people in. They go by real time, also where the rest goes by
// a simulated clock.
func (p *parts) gate(ctx context.Context, cost people.Cost) (*signin.Gate, error) {
	trail, err := audit.Open(ctx, audit.Dependencies{Conn: p.store, Clock: time.Now, Logger: p.log, Registerer: p.registry})
	if err != nil {
		return nil, err
	}
	register, err := people.Open(ctx, people.Dependencies{Conn: p.store, Clock: time.Now, Cost: cost})
	if err != nil {
		return nil, err
	}
	return signin.New(p.config.Access, signin.Dependencies{Register: register, Audit: trail, Clock: time.Now, Logger: p.log, Registerer: p.registry})
}

func (p *parts) console(work *alerts.Alerts, gate *signin.Gate, opener reveal.Opener, demo []console.DemoPerson, progress func() []console.Stage) (*console.Console, error) {
	c := p.config.Console
	k, err := pass.Constants(p.policy, civil.DateOf(p.now()))
	if err != nil {
		return nil, err
	}
	c.Lights = console.Lights{Green: k.Green, Yellow: k.Yellow}
	d := console.Dependencies{
		Conn: p.store, Catalog: shipped.Headers(p.catalogue), Thresholds: p.thresholds, Laws: p.laws, Sources: p.policy.Sources(), Index: indexRules(k), Progress: progress, Logger: p.log, Now: p.now, Metrics: p.registry,
		Gate: gate, Vault: reveal.NewVault(opener, gate.Audit()), Demo: demo,
	}
	if work != nil { // an interface of nothing would be something
		d.Cases, d.Blacklist = work.Cases(), work.Desk()
	}
	return console.New(c, d)
}

// indexRules are the index's numbers as the pages explain them.
func indexRules(k index.Constants) console.IndexRules {
	rules := console.IndexRules{
		Form: index.Form, WindowDays: k.WindowDays, GraceDays: k.GraceDays, LateDays: k.LateDays, AcceptWorkdays: k.Leads.AcceptWorkdays, ResolveWorkdays: k.Leads.ResolveWorkdays,
		LeastWorkers: k.LeastWorkers, LeastOwed: k.LeastOwed, StaleDays: k.StaleDays, CapIncidentPeople: k.CapIncidentPeople, SilentLeast: k.SilentLeast,
		Cushion: k.ArrearsCushion, LateWeight: k.LateWeight, LeadsCushion: k.ResolutionCushion, HazardRed: k.HazardRed, HazardYellow: k.HazardYellow,
		CapIncident: k.CapIncident, CapSilentMonths: k.CapSilentMonths, CapSilent: k.CapSilent, SilentShare: k.SilentShare, CapOrder: k.CapOrder,
		Weights: map[string]float64{},
	}
	for component, weight := range k.Weight {
		rules.Weights[string(component)] = weight
	}
	for _, p := range k.ArrearsCurve {
		rules.ArrearsCurve = append(rules.ArrearsCurve, console.CurvePoint(p))
	}
	for _, p := range k.TimelinessCurve {
		rules.TimelinessCurve = append(rules.TimelinessCurve, console.CurvePoint(p))
	}
	return rules
}

// mountConsole has the console answer the pages and its paths of the API. Beside it alerts may answer /api/: the longer
// pattern wins.
func mountConsole(mux *http.ServeMux, c *console.Console) {
	handler := c.Handler()
	mux.Handle("/", handler)
	for _, path := range c.APIPaths() {
		mux.Handle(path, handler)
	}
}

// thresholds is what pages show of the policy in force for a detector.
func (p *parts) thresholds(detector, parameter string, townships []string, on civil.Date) []console.Threshold {
	var all []console.Threshold
	for _, s := range p.policy.InForce(detector, parameter, townships, on) {
		all = append(all, console.Threshold{Region: s.Region, Value: s.Value, Source: catalog.Text(s.Source), Unverified: s.Unverified})
	}
	return all
}

// loadProtector builds what hashes and seals from the keys of the environment or of a file.
func loadProtector(path string) (*record.Protector, error) {
	keys, err := loadKeys(path)
	if err != nil {
		return nil, err
	}
	return record.NewProtector(keys)
}

// listen opens the port for pages and metrics; one that is taken is bad input.
func listen(address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, badInput{fmt.Errorf("%s is in use by another program: stop it, or choose another address with --listen", address)}
	}
	if err != nil {
		return nil, badInput{fmt.Errorf("listening on %s: %w", address, err)}
	}
	return l, nil
}

// serveHTTP answers on l, with TLS where it is configured, until the context ends.
func serveHTTP(ctx context.Context, l net.Listener, secure tlsFiles, handler http.Handler) error {
	config, err := secure.load()
	if err != nil {
		return badInput{err}
	}
	if config != nil {
		l = tls.NewListener(l, config)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	context.AfterFunc(ctx, func() {
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = server.Shutdown(grace)
	})
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func (p *parts) metricsHandler() http.Handler {
	return promhttp.HandlerFor(p.registry, promhttp.HandlerOpts{Registry: p.registry, EnableOpenMetrics: true})
}

// logger writes to standard error: text on a terminal, JSON else.
func logger(level string) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, badInput{fmt.Errorf("--log-level %q: want debug, info, warn or error", level)}
	}
	options := &slog.HandlerOptions{Level: l}
	if terminal(os.Stderr) {
		return slog.New(slog.NewTextHandler(os.Stderr, options)), nil
	}
	return slog.New(slog.NewJSONHandler(os.Stderr, options)), nil
}

func terminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// asDate reads a date from the command line.
func asDate(flag, text string) (civil.Date, error) {
	d, err := civil.ParseDate(text)
	if err != nil {
		return 0, badInput{fmt.Errorf("%s %q is not a date: want YYYY-MM-DD, such as 2026-10-31", flag, strings.TrimSpace(text))}
	}
	return d, nil
}
