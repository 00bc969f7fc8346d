// Package console is the web pages people use: the ranking of townships, why a township stands where it stands, the
// active warnings and their evidence, each project's and employer's facts, the cases, and the quality of the sources' data.
//
// Pages are rendered on the server and work without scripts; a little JavaScript of its own adds sorting without a
// reload and keyboard shortcuts. Nothing is loaded from another host.
//
// Nobody sees a page without having signed in, and everybody sees what their role, territory and department let them
// (internal/domain/access): the table of routes names the action of each route and the object it touches, admit asks, and pages
// are given a view of the run that holds nothing else. Workers appear as counts; their names and phones are shown masked,
// to those who may, and in clear one at a time, through internal/platform/access/reveal.
//
// Reads follow one rule: a page shows one run. The latest completed run's index and warnings are held in memory
// (View), replaced as a whole when a newer run completes; the facts of a subject come from that run's snapshot, and are
// remembered as long as the run is the latest, since a snapshot never changes.
package console

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/law"
	"github.com/anxin-project/anxin/internal/platform/access/reveal"
	"github.com/anxin-project/anxin/internal/platform/access/signin"
)

// Dependencies are what the console needs from the rest of Anxin.
type Dependencies struct {
	Conn    driver.Conn      // the main database
	Catalog []catalog.Header // what the detectors are called, ask and advise
	Cases   Cases            // nil: the pages about cases say that casework is not connected
	// Blacklist is the joint-discipline list; nil: its pages say that casework is not connected.
	Blacklist Blacklist
	// Thresholds are those of the detectors in force; nil: pages show none.
	Thresholds Thresholds
	// Laws are those that detectors cite; nil: the shipped register.
	Laws *law.Registry
	// Sources names sending systems by their codes, as policy does; nil: pages show the codes.
	Sources map[string]catalog.Text
	// Index are the numbers of the index in force.
	Index    IndexRules
	Gate     *signin.Gate     // who comes in
	Vault    *reveal.Vault    // opens what is sealed of workers
	Demo     []DemoPerson     // of a demonstration: whom its sign-in page offers; empty everywhere else
	Regions  Regions          // nil: internal/domain/region
	Progress func() []Stage   // nil: the page before the first run shows no stages
	Logger   *slog.Logger     // nil: slog.Default()
	Now      func() time.Time // nil: time.Now
	Metrics  prometheus.Registerer
}

// Regions names administrative divisions by their statistical codes; both return "" for an unknown code.
type Regions interface {
	Name(code string) string
	Path(code string) string
}

// Console serves the pages. Its handler may be used from many goroutines.
type Console struct {
	config     Configuration
	conn       driver.Conn
	detectors  *detectors
	thresholds Thresholds
	laws       *law.Registry
	sources    map[string]catalog.Text
	// uncheckedTexts are the keys of the texts that cite a law whose text nobody could read.
	uncheckedTexts map[string]bool

	cases     Cases
	blacklist Blacklist
	rules     IndexRules
	gate      *signin.Gate
	vault     *reveal.Vault
	demo      []DemoPerson
	regions   Regions
	progress  func() []Stage
	log       *slog.Logger
	now       func() time.Time
	metrics   *metrics
	templates map[string]renderer // by language
	assets    *assets

	view       atomic.Pointer[View]
	refreshing sync.Mutex
	lastPoll   atomic.Int64 // unix milliseconds of the last poll that succeeded
	facts      *memory[*Facts]
	scoped     *memory[*View] // what of the run somebody may see, by territory, department and roles
	bodies     *memory[*body]

	// Where facts and a view come from; the tests of pages alone replace them.
	readView  func(context.Context, *View) (*View, error)
	readFacts func(context.Context, *View, catalog.Scope, string) (*Facts, error)
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
		d.Regions = china{}
	}
	if d.Laws == nil {
		d.Laws = law.Shipped()
	}
	if d.Progress == nil {
		d.Progress = func() []Stage { return nil }
	}
	c := &Console{
		config:     config,
		conn:       d.Conn,
		detectors:  newDetectors(d.Catalog),
		thresholds: d.Thresholds,
		laws:       d.Laws,
		sources:    d.Sources,

		uncheckedTexts: citeUnchecked(d.Laws),

		cases:     d.Cases,
		blacklist: d.Blacklist,
		rules:     d.Index,
		gate:      d.Gate,
		vault:     d.Vault,
		demo:      d.Demo,
		regions:   d.Regions,
		progress:  d.Progress,
		log:       d.Logger.With("component", "console"),
		now:       d.Now,
		facts:     newMemory[*Facts](config.RememberSubjects),
		scoped:    newMemory[*View](rememberScopes),
		bodies:    newMemory[*body](config.RememberPages),
	}
	c.readView, c.readFacts = c.loadView, c.loadFacts
	var err error
	if c.metrics, err = newMetrics(d.Metrics, c); err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	if c.assets, err = loadAssets(); err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	if c.templates, err = parseTemplates(c); err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	return c, nil
}

// Run keeps the view fresh until the context ends. A poll that fails is logged and counted, and the pages go on showing
// the run they have.
func (c *Console) Run(ctx context.Context) error {
	tick := time.NewTicker(c.config.Refresh)
	defer tick.Stop()
	for {
		if err := c.Refresh(ctx); err != nil && ctx.Err() == nil {
			c.log.Warn("reading the latest run failed", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Refresh looks for a newer completed run and, when there is one, replaces the view. It is synchronous; calls at the
// same time wait for each other.
func (c *Console) Refresh(ctx context.Context) error {
	c.refreshing.Lock()
	defer c.refreshing.Unlock()
	start := time.Now()
	old := c.view.Load()
	next, err := c.readView(ctx, old)
	if err != nil {
		c.metrics.refreshFailures.Inc()
		return err
	}
	c.lastPoll.Store(time.Now().UnixMilli()) // not the injected clock: a poll is real time
	if next == nil || next == old {
		return nil
	}
	c.view.Store(next)
	c.facts.clear()
	c.scoped.clear()
	c.bodies.clear()
	c.metrics.refreshSeconds.Observe(time.Since(start).Seconds())
	c.log.Info("showing a newer run", "as_of", next.Run.AsOf, "run", next.Run.Number,
		"units", len(next.Units), "warnings", len(next.Warnings))
	return nil
}

// Handler serves every page, the assets and /healthz.
func (c *Console) Handler() http.Handler { return c.routes() }
