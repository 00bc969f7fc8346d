// Package demo runs everything in one process: a Kafka broker, the ClickHouse engine, ingest, detectors, alert rules, casework
// and the console, over a simulated world whose days go by.
package demo

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/anxin-project/anxin/internal/platform/logs"

	"golang.org/x/sync/errgroup"

	"github.com/anxin-project/anxin/alerts"
	"github.com/anxin-project/anxin/dashboards/console"
	"github.com/anxin-project/anxin/detectors"
	"github.com/anxin-project/anxin/detectors/editions"
	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/produce"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/app"
	"github.com/anxin-project/anxin/internal/app/assess"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/quality"
	"github.com/anxin-project/anxin/internal/platform/embedded"
	"github.com/anxin-project/anxin/internal/platform/embedded/rules"
	"github.com/anxin-project/anxin/internal/simulate"
)

// Options say what is demonstrated.
type Options struct {
	World   simulate.Options // the simulated world; its last day is the simulated today
	Listen  string           // the address of the console
	Data    string           // a folder to keep the store in; empty: a temporary one, removed at the end
	Every   time.Duration    // the pause between simulated days
	History int              // months before this one whose editions are published too
	Once    bool             // end when the simulated past is evaluated
	// Show is called with what the demonstration is doing.
	Show app.Show
	// Up is called once, when the simulated past is evaluated: with what was found, and the address of the pages.
	Up func(*assess.Summary, net.Addr)
}

// demo is the running demonstration.
type demo struct {
	o        Options
	world    *simulate.World
	clock    *simulatedClock
	stages   *stages
	parts    *app.Parts
	ingest   *ingest.Ingest
	producer *produce.Producer
	all      *detectors.Detectors
	editions *editions.Publisher
	alerts   *alerts.Alerts
	console  *console.Console
	rules    *rules.Evaluator
}

// Run runs the demonstration until the context ends, which is no error, or with Once until the simulated past is evaluated. A
// world that cannot be and an address that is taken are app.BadInput.
func Run(ctx context.Context, o Options) (err error) {
	l, err := app.Listen(o.Listen)
	if err != nil {
		return err
	}
	defer l.Close()
	work := o.Data
	if work == "" {
		if work, err = os.MkdirTemp("", "anxin-demo-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	}
	world, err := simulate.New(o.World)
	if err != nil {
		return app.BadInput(err)
	}
	d := &demo{o: o, world: world, clock: &simulatedClock{}, stages: newStages()}
	to := o.World.To
	d.clock.set(to.Start())
	result := assess.NewSummary(to)
	began := time.Now()

	group, ctx := errgroup.WithContext(ctx)
	finished, finish := context.WithCancel(ctx)
	defer finish()
	closeEngines, err := d.start(finished, work, l, group)
	defer func() { err = errors.Join(err, closeEngines()) }()
	if err != nil {
		finish()
		return errors.Join(err, group.Wait())
	}
	group.Go(func() error {
		defer finish()
		if err := d.load(finished, to, result); err != nil {
			return err
		}
		result.Stage("up", began)
		o.Up(result, l.Addr())
		if o.Once {
			return nil
		}
		return d.goOn(finished)
	})
	err = group.Wait()
	if errors.Is(err, context.Canceled) && ctx.Err() != nil && !o.Once {
		return nil // Ctrl-C is how a demo ends
	}
	return err
}

// start brings up the engines and components. The returned function ends the engines; it may be called after an error.
func (d *demo) start(ctx context.Context, work string, l net.Listener, group *errgroup.Group) (closeEngines func() error, err error) {
	var closers []func() error
	closeEngines = func() error {
		var all error
		for i := len(closers) - 1; i >= 0; i-- {
			all = errors.Join(all, closers[i]())
		}
		return all
	}
	d.stages.begin("engines")
	d.o.Show("starting the engines")
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn, ReplaceAttr: logs.Replace}))
	c := app.DefaultConfiguration()
	broker, err := embedded.StartBroker(ctx, embedded.BrokerOptions{Topics: app.EmbeddedTopics(c.Ingest.Kafka.Prefix)})
	if err != nil {
		return closeEngines, err
	}
	closers = append(closers, func() error { broker.Close(); return nil })
	url := "http://" + l.Addr().String()
	c.Store.DSN = "embedded:" + filepath.Join(work, "store")
	c.Ingest.Kafka.Brokers = broker.Addrs()
	c.Ingest.BatchTime = 200 * time.Millisecond // nobody waits to see a batch grow
	c.Alerts.Token = rand.Text()
	if d.parts, err = app.Open(context.WithoutCancel(ctx), c, log, d.clock.now); err != nil {
		return closeEngines, err
	}
	closers = append(closers, d.parts.Store.Close)

	keys, err := keysIn(work)
	if err != nil {
		return closeEngines, err
	}
	protector, err := record.NewProtector(keys)
	if err != nil {
		return closeEngines, err
	}
	if d.ingest, err = d.parts.Ingest(protector); err != nil {
		return closeEngines, err
	}
	if d.producer, err = produce.New(c.Ingest.Kafka); err != nil {
		return closeEngines, err
	}
	d.producer.Now = d.clock.now
	closers = append(closers, d.producer.Close)
	if d.all, err = d.parts.Detectors(); err != nil {
		return closeEngines, err
	}
	d.editions = d.parts.Publisher(d.all)
	gate, err := d.parts.Gate(ctx, Cost)
	if err != nil {
		return closeEngines, err
	}
	people, err := enterPeople(ctx, gate.Register(), d.world.Townships())
	if err != nil {
		return closeEngines, err
	}
	if d.alerts, err = d.parts.Alerts(ctx, gate, protector, d.parts.Registry); err != nil {
		return closeEngines, err
	}
	if d.console, err = d.parts.Console(d.alerts, gate, protector, people, d.stages.list); err != nil {
		return closeEngines, err
	}
	ruling := rules.DefaultConfiguration()
	ruling.ExternalURL, ruling.WebhookURL, ruling.WebhookToken = url, url+"/api/v1/alerts", c.Alerts.Token
	if d.rules, err = rules.New(ruling, rules.Dependencies{
		Rules: alerts.Rules(), Gatherer: d.parts.Registry, Registerer: d.parts.Registry, Logger: log, Clock: d.clock.now,
	}); err != nil {
		return closeEngines, err
	}
	mux := http.NewServeMux()
	mux.Handle("/metrics", d.parts.MetricsHandler())
	mux.Handle("/api/", d.alerts.Handler())
	app.MountConsole(mux, d.console)
	group.Go(func() error { return app.ServeHTTP(ctx, l, app.TLSFiles{}, mux) })
	group.Go(func() error { return d.ingest.Run(ctx) })
	group.Go(func() error { return d.console.Run(ctx) })
	d.stages.finish("engines")
	return closeEngines, nil
}

// load streams the simulated past through the pipeline and evaluates it.
func (d *demo) load(ctx context.Context, to civil.Date, result *assess.Summary) error {
	start := time.Now()
	d.stages.begin("records")
	first := d.world.Today() + 1
	// The past is handed over at once, as when sources are connected. The week that the data-quality page shows comes day by
	// day, so that lateness is what it would have been.
	connected := to.AddDays(-quality.Window)
	d.clock.set(connected.Start())
	for d.world.Today() < to {
		if d.world.Today() >= connected {
			if err := d.store(ctx); err != nil {
				return err
			}
			d.clock.set((d.world.Today() + 1).Start())
		}
		if err := d.day(ctx); err != nil {
			return err
		}
		d.stages.at("records", uint64(d.world.Today()-first+1), uint64(to-first+1))
		d.o.Show("simulating %s", d.world.Today())
	}
	if err := d.store(ctx); err != nil {
		return err
	}
	for topic, n := range d.producer.Sent() {
		result.Topic(topic).Read = n
	}
	d.stages.finish("records")
	result.Stage("records", start)

	start = time.Now()
	d.stages.begin("detectors")
	for back := d.o.History; back >= 0; back-- {
		asOf, month := to, to.Month()-civil.Month(back)
		if back > 0 {
			var err error
			if asOf, err = d.parts.Policy.EditionDay(month); err != nil {
				return err
			}
			if asOf >= to {
				continue
			}
		}
		if asOf < first {
			continue
		}
		d.o.Show("evaluating as of %s", asOf)
		d.stages.at("detectors", uint64(d.o.History-back), uint64(d.o.History+1))
		pass, err := d.all.Pass(ctx, asOf)
		if err != nil {
			return err
		}
		if back == 0 {
			result.Found(pass)
		} else if err := d.edition(ctx, month); err != nil {
			return err
		}
	}
	d.stages.finish("detectors")
	result.Stage("detectors", start)

	d.stages.begin("cases")
	if err := d.publish(ctx); err != nil {
		return err
	}
	d.stages.finish("cases")
	n, err := d.alerts.Cases().Count(ctx, casefile.Filter{})
	if err != nil {
		return err
	}
	result.Cases = &n
	letters, err := ingest.DeadLetters(ctx, d.parts.Config.Ingest.Kafka)
	if err != nil {
		return err
	}
	return result.Count(ctx, d.parts.Store, letters)
}

// store returns when everything sent is stored.
func (d *demo) store(ctx context.Context) error {
	if err := d.producer.Flush(ctx); err != nil {
		return err
	}
	return app.AwaitIngest(ctx, d.ingest, func() { d.o.Show("storing records") })
}

// day simulates one more day and sends its records.
func (d *demo) day(ctx context.Context) error {
	return d.world.Day(ctx, func(r simulate.Record) error {
		return d.producer.Put(ctx, record.Topic(r.Topic), []byte(r.Key), r.JSON)
	})
}

// edition publishes a month that is over; one that cannot be, such as a month without records, is left out.
func (d *demo) edition(ctx context.Context, month civil.Month) error {
	_, _, err := d.editions.Publish(ctx, month)
	var refusal editions.Refusal
	if errors.As(err, &refusal) {
		return nil
	}
	return err
}

// publish makes what the last pass found visible: metrics, alerts, cases, pages.
func (d *demo) publish(ctx context.Context) error {
	if err := d.alerts.Refresh(ctx); err != nil {
		return err
	}
	if err := d.rules.Step(ctx, d.clock.now()); err != nil {
		return err
	}
	return d.console.Refresh(ctx)
}

// goOn adds a simulated day at every turn until the context ends.
func (d *demo) goOn(ctx context.Context) error {
	tick := time.NewTicker(d.o.Every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		today := d.world.Today() + 1
		d.clock.set(today.Start())
		if err := d.day(ctx); err != nil {
			return err
		}
		if err := d.store(ctx); err != nil {
			return err
		}
		month := today.Month() - 1
		day, err := d.parts.Policy.EditionDay(month)
		if err == nil && today == day+1 {
			err = d.edition(ctx, month)
		}
		if err != nil {
			return err
		}
		pass, err := d.all.Pass(ctx, today)
		if err != nil {
			return err
		}
		if err := d.publish(ctx); err != nil {
			return err
		}
		d.o.Show("%s: %d active warnings", today, len(pass.Active()))
	}
}
