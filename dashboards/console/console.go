// Package console is the web pages people use: the ranking of townships, why a township stands where it stands, the
// active warnings and their evidence, each project's and employer's facts, the cases, and the quality of the sources' data.
//
// Pages are rendered on the server and work without scripts; a little JavaScript of its own adds sorting without a
// reload and keyboard shortcuts. Nothing is loaded from another host.
//
// Nobody sees a page without having signed in, and everybody sees what their role, territory and department let them
// (internal/domain/access): the table of routes (routes.go) names the action of each route and the object it touches, web asks,
// and pages are given a view of the run that holds nothing else. Workers appear as counts; their names and phones are shown
// masked, to those who may, and in clear one at a time, through internal/platform/access/reveal.
//
// Reads follow one rule: a page shows one run. The latest completed run's index and warnings are held in memory
// (view.Keeper), replaced as a whole when a newer run completes; the facts of a subject come from that run's snapshot, and are
// remembered as long as the run is the latest, since a snapshot never changes.
//
// The rooms, each of which knows only those after it, and no page another page:
//
//	pages/*   a page, its endpoints of the API, its templates and its texts, side by side
//	web       requests: who comes in, routes, templates, remembered pages, failures, exports, the frame of the API
//	chart     SVG charts
//	view      what pages read: the run in memory, facts of subjects, editions, cases
//	language  both languages: the texts, and how figures and days are written
//	memory    what was worked out once
package console

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/anxin-project/anxin/dashboards/console/pages/arrears"
	"github.com/anxin-project/anxin/dashboards/console/pages/bulletin"
	"github.com/anxin-project/anxin/dashboards/console/pages/casework"
	"github.com/anxin-project/anxin/dashboards/console/pages/editions"
	"github.com/anxin-project/anxin/dashboards/console/pages/leads"
	"github.com/anxin-project/anxin/dashboards/console/pages/overview"
	"github.com/anxin-project/anxin/dashboards/console/pages/people"
	"github.com/anxin-project/anxin/dashboards/console/pages/public"
	"github.com/anxin-project/anxin/dashboards/console/pages/ranking"
	"github.com/anxin-project/anxin/dashboards/console/pages/search"
	"github.com/anxin-project/anxin/dashboards/console/pages/subjects"
	"github.com/anxin-project/anxin/dashboards/console/pages/system"
	"github.com/anxin-project/anxin/dashboards/console/pages/warnings"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/law"
	"github.com/anxin-project/anxin/internal/platform/access/reveal"
	"github.com/anxin-project/anxin/internal/platform/access/signin"
)

// Dependencies are what the console needs from the rest of Anxin.
type Dependencies struct {
	Conn    driver.Conn      // the main database
	Catalog []catalog.Header // what the detectors are called, ask and advise
	Cases   view.Cases       // nil: the pages about cases say that casework is not connected
	// Blacklist is the joint-discipline list; nil: its pages say that casework is not connected.
	Blacklist casework.Blacklist
	// Closures are owed wages that are closed here; nil: their pages say that casework is not connected.
	Closures view.Closures
	// Verdicts are what people found of warnings; nil: pages show none and take none.
	Verdicts view.Verdicts
	// Desk takes leads in; nil: the public pages say that there is no such page. SiteTerms are what policy says of a place there, nil for
	// nothing; Calendar says on which days wages are paid, nil for the one shipped.
	Desk      Desk
	SiteTerms func(place string, on civil.Date) public.Terms
	Calendar  *calendar.Calendar
	// Thresholds are those of the detectors in force; nil: pages show none.
	Thresholds warnings.Thresholds
	// Laws are those that detectors cite; nil: the shipped register.
	Laws *law.Registry
	// Sources names sending systems by their codes, as policy does; nil: pages show the codes.
	Sources map[string]catalog.Text
	// Naming says which projects and employers the bulletins of a place may name on a day; nil: none.
	Naming func(place string, on civil.Date) []string
	// Index are the numbers of the index in force.
	Index    ranking.IndexRules
	Gate     *signin.Gate        // who comes in
	Vault    *reveal.Vault       // opens what is sealed of workers
	Demo     []people.DemoPerson // of a demonstration: whom its sign-in page offers; empty everywhere else
	Regions  view.Regions        // nil: internal/domain/region
	Progress func() []web.Stage  // nil: the page before the first run shows no stages
	Logger   *slog.Logger        // nil: slog.Default()
	Now      func() time.Time    // nil: time.Now
	Metrics  prometheus.Registerer
}

// Desk keeps the leads that are taken in here, for the public pages and for the desk's.
type Desk interface {
	public.Desk
	leads.Desk
}

// Console serves the pages. Its handler may be used from many goroutines.
type Console struct {
	keeper *view.Keeper // of the run that pages show
	server *web.Server  // which answers by the table of routes

	// The rooms.
	overview *overview.Pages
	ranking  *ranking.Pages
	bulletin *bulletin.Pages
	editions *editions.Pages
	subjects *subjects.Pages
	warnings *warnings.Pages
	casework *casework.Pages
	arrears  *arrears.Pages
	people   *people.Pages
	public   *public.Pages
	leads    *leads.Pages
	system   *system.Pages
	search   *search.Pages
}

// New builds the console. It touches no database: Run or Refresh does.
func New(config Configuration, d Dependencies) (*Console, error) {
	if err := config.Validate(); err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	if d.Metrics == nil {
		return nil, errors.New("console: no metrics registerer")
	}
	if d.Gate == nil || d.Vault == nil {
		return nil, errors.New("console: nobody to ask who comes in")
	}
	if d.Logger == nil {
		d.Logger = slog.Default()
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Regions == nil {
		d.Regions = view.China{}
	}
	if d.Laws == nil {
		d.Laws = law.Shipped()
	}
	if d.Naming == nil {
		d.Naming = func(string, civil.Date) []string { return nil }
	}
	if d.Progress == nil {
		d.Progress = func() []web.Stage { return nil }
	}
	if d.Calendar == nil {
		d.Calendar = calendar.China()
	}
	if d.SiteTerms == nil {
		d.SiteTerms = func(string, civil.Date) public.Terms { return public.Terms{} }
	}
	d.Logger = d.Logger.With("component", "console")
	c := &Console{}
	if err := c.build(config, d); err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	return c, nil
}

// build makes what answers and the rooms.
func (c *Console) build(config Configuration, d Dependencies) (err error) {
	detectors, sources, lights := view.NewDetectors(d.Catalog), view.Sources(d.Sources), view.Lights(config.Lights)
	answers := view.Answers{Regions: d.Regions, Detectors: detectors, Laws: d.Laws}
	c.overview = &overview.Pages{Conn: d.Conn, Cases: d.Cases, Regions: d.Regions, Detectors: detectors, Answers: answers, Grace: d.Index.GraceDays, PageSize: config.PageSize, Logger: d.Logger, Now: d.Now}
	if config.Boundaries != "" {
		if c.overview.Boundaries, err = overview.LoadBoundaries(config.Boundaries); err != nil {
			return fmt.Errorf("boundaries: %w", err)
		}
	}
	words, err := bulletin.LoadWords(config.BulletinText)
	if err != nil {
		return fmt.Errorf("words of bulletins: %w", err)
	}
	c.bulletin = &bulletin.Pages{Conn: d.Conn, Store: bulletin.NewStore(d.Conn, d.Now), Words: words, Cases: d.Cases, Regions: d.Regions, Gate: d.Gate, Naming: d.Naming, Now: d.Now}
	if d.Blacklist != nil { // avoid a typed nil in a non-nil interface
		c.bulletin.Listed = d.Blacklist
	}
	c.ranking = &ranking.Pages{Regions: d.Regions, Detectors: detectors, Answers: answers, Rules: d.Index, Lights: lights, PageSize: config.PageSize}
	c.editions = &editions.Pages{Conn: d.Conn, Regions: d.Regions, Answers: answers, PageSize: config.PageSize}
	c.warnings = &warnings.Pages{Conn: d.Conn, Regions: d.Regions, Detectors: detectors, Answers: answers, Laws: d.Laws, Thresholds: d.Thresholds, PageSize: config.PageSize,
		Verdicts: d.Verdicts, Refresh: c.Refresh, Logger: d.Logger, Now: d.Now}
	c.casework = &casework.Pages{Cases: d.Cases, Blacklist: d.Blacklist, Closures: d.Closures, Regions: d.Regions, Detectors: detectors, Laws: d.Laws, Gate: d.Gate, PageSize: config.PageSize, Logger: d.Logger, Now: d.Now}
	c.arrears = &arrears.Pages{Conn: d.Conn, Cases: d.Cases, Regions: d.Regions, PageSize: config.PageSize, Now: d.Now}
	c.people = &people.Pages{Gate: d.Gate, Regions: d.Regions, Demo: d.Demo, Logger: d.Logger}
	c.system = &system.Pages{Conn: d.Conn, Gate: d.Gate, Detectors: detectors, Sources: sources, Lights: lights, PageSize: config.PageSize, Now: d.Now}
	c.search = &search.Pages{Conn: d.Conn, Regions: d.Regions, Answers: answers}

	if c.keeper, err = view.NewKeeper(view.KeeperDependencies{Conn: d.Conn, Refresh: config.Refresh, Remember: config.RememberSubjects, Verdicts: d.Verdicts, Grace: d.Index.GraceDays, Logger: d.Logger, Now: d.Now,
		Metrics: d.Metrics, Newer: func() { c.server.Forget() }}); err != nil {
		return err
	}
	c.subjects = &subjects.Pages{Keeper: c.keeper, Conn: d.Conn, Regions: d.Regions, Detectors: detectors, Answers: answers, Cases: d.Cases, Closures: d.Closures, Vault: d.Vault,
		PageSize: config.PageSize, Logger: d.Logger, Now: d.Now}
	c.leads = &leads.Pages{Conn: d.Conn, Regions: d.Regions, Gate: d.Gate, PageSize: config.PageSize, Logger: d.Logger, Now: d.Now}
	if d.Desk != nil { // avoid a typed nil in a non-nil interface
		c.subjects.Leads, c.casework.Leads, c.leads.Desk = d.Desk, d.Desk, d.Desk
	}

	c.public = (&public.Pages{Keeper: c.keeper, Desk: d.Desk, Terms: d.SiteTerms, Calendar: d.Calendar, Laws: d.Laws, Regions: d.Regions, URL: d.Gate.Address(), Logger: d.Logger,
		Now: d.Now}).Open(config.Public, d.Metrics)

	c.server, err = web.New(web.Dependencies{Language: config.Language, Timeout: config.QueryTimeout, Remember: config.RememberPages, Keeper: c.keeper, Gate: d.Gate,
		Detectors: detectors, Laws: d.Laws, Sources: sources, Regions: d.Regions, Badge: c.casework.Badge, Progress: d.Progress, Logger: d.Logger, Now: d.Now, Metrics: d.Metrics}, c.rooms())
	if err != nil {
		return err
	}
	c.server.SetTable(c.table())
	return nil
}

// rooms are the folders of pages, with their templates.
func (c *Console) rooms() []web.Room {
	return []web.Room{c.overview.Room(), c.ranking.Room(), c.editions.Room(), c.bulletin.Room(), c.subjects.Room(), c.warnings.Room(), c.casework.Room(), c.arrears.Room(), c.people.Room(), c.public.Room(), c.system.Room(), c.search.Room(), c.leads.Room()}
}

// Run keeps the pages' run fresh until the context ends. A poll that fails is logged and counted, and the pages go on showing
// the run they have.
func (c *Console) Run(ctx context.Context) error { return c.keeper.Run(ctx) }

// Refresh looks for a newer completed run and, when there is one, shows it. It is synchronous; calls at the same time wait for
// each other.
func (c *Console) Refresh(ctx context.Context) error { return c.keeper.Refresh(ctx) }

// Handler serves every page, the assets and /healthz.
func (c *Console) Handler() http.Handler { return c.server.Handler() }

// APIPaths are the paths of the API that the console answers, as patterns of a ServeMux: beside it another component may
// answer the rest of /api/.
func (c *Console) APIPaths() []string { return c.server.APIPaths() }
