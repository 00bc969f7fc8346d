package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/anxin-project/anxin/alerts"
	"github.com/anxin-project/anxin/dashboards/console"
	"github.com/anxin-project/anxin/detectors"
	"github.com/anxin-project/anxin/detectors/editions"
	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/produce"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/quality"
	"github.com/anxin-project/anxin/internal/platform/embedded"
	"github.com/anxin-project/anxin/internal/platform/embedded/rules"
	"github.com/anxin-project/anxin/internal/simulate"
)

// demoOptions are the flags of the demo.
type demoOptions struct {
	scale   string
	world   string
	listen  string
	to      string
	data    string
	seed    uint64
	every   time.Duration
	history int
	once    bool
}

func demoCommand() *cobra.Command {
	var o demoOptions
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Everything by one command, on embedded engines and a simulated year",
		Long: `Starts a Kafka broker, the ClickHouse engine, ingest, detectors, alert rules, casework and the console in one go,
streams a simulated year of counties with real township names through them, and then a further day every few seconds.
People and firms are invented. In the usual world a few workers in a thousand are owed wages, as in life; anxin simulate
--help tells of the others. Ctrl-C ends it and leaves nothing behind.`,
		Example: "  anxin demo\n  anxin demo --scale tiny --once",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return runDemo(cmd.Context(), o) },
	}
	cmd.Flags().StringVar(&o.scale, "scale", "county", "tiny, county or city")
	cmd.Flags().StringVar(&o.world, "world", "usual", "usual (as in life: most townships are well), worse (many are not) or sound (everybody pays)")
	cmd.Flags().StringVar(&o.listen, "listen", "127.0.0.1:8080", "address of the console")
	cmd.Flags().StringVar(&o.to, "to", "2026-10-31", "the simulated today, YYYY-MM-DD")
	cmd.Flags().StringVar(&o.data, "data", "", "folder to keep the store in (default: a temporary one, removed at the end)")
	cmd.Flags().Uint64Var(&o.seed, "seed", 3, "another seed is another world")
	cmd.Flags().DurationVar(&o.every, "every", 5*time.Second, "pause between simulated days")
	cmd.Flags().IntVar(&o.history, "history", 5, "months before this one whose editions are published too")
	cmd.Flags().BoolVar(&o.once, "once", false, "run the pipeline to the end, print the summary and exit")
	return cmd
}

// demo is the running demonstration.
type demo struct {
	o        demoOptions
	world    *simulate.World
	clock    *simulatedClock
	stages   *stages
	show     *progress
	parts    *parts
	ingest   *ingest.Ingest
	producer *produce.Producer
	all      *detectors.Detectors
	editions *editions.Publisher
	alerts   *alerts.Alerts
	console  *console.Console
	rules    *rules.Evaluator
}

func runDemo(ctx context.Context, o demoOptions) (err error) {
	to, err := asDate("--to", o.to)
	if err != nil {
		return err
	}
	size, err := simulate.ScaleByName(o.scale)
	if err != nil {
		return badInput{fmt.Errorf("--scale: %w", err)}
	}
	rates, err := simulate.RatesByName(o.world)
	if err != nil {
		return badInput{fmt.Errorf("--world: %w", err)}
	}
	l, err := listen(o.listen)
	if err != nil {
		return err
	}
	defer l.Close()
	work := o.data
	if work == "" {
		if work, err = os.MkdirTemp("", "anxin-demo-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	}
	world, err := simulate.New(simulate.Options{Seed: o.seed, To: to, Scale: size, Rates: &rates, Noise: true})
	if err != nil {
		return badInput{err}
	}
	d := &demo{o: o, world: world, clock: &simulatedClock{}, stages: newStages(), show: newProgress()}
	d.clock.set(to.Start())
	result := newSummary(to)
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
		result.stage("up", began)
		d.show.clear()
		result.print(os.Stdout)
		if o.once {
			return nil
		}
		fmt.Printf("\n安薪  http://%s\nThe sign-in page offers one invented person of each role.\nCtrl-C ends the demo.\n", l.Addr())
		return d.goOn(finished)
	})
	err = group.Wait()
	if errors.Is(err, context.Canceled) && ctx.Err() != nil && !o.once {
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
	d.show.step("starting the engines")
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	c := defaultConfiguration()
	broker, err := embedded.StartBroker(ctx, embedded.BrokerOptions{Topics: embeddedTopics(c.Ingest.Kafka.Prefix)})
	if err != nil {
		return closeEngines, err
	}
	closers = append(closers, func() error { broker.Close(); return nil })
	url := "http://" + l.Addr().String()
	c.Store.DSN = "embedded:" + filepath.Join(work, "store")
	c.Ingest.Kafka.Brokers = broker.Addrs()
	c.Ingest.BatchTime = 200 * time.Millisecond // nobody waits to see a batch grow
	c.Alerts.Token = rand.Text()
	if d.parts, err = open(context.WithoutCancel(ctx), c, log, d.clock.now); err != nil {
		return closeEngines, err
	}
	closers = append(closers, d.parts.store.Close)

	keys, err := record.GenerateKeys(today())
	if err != nil {
		return closeEngines, err
	}
	protector, err := record.NewProtector(keys)
	if err != nil {
		return closeEngines, err
	}
	if d.ingest, err = d.parts.ingest(protector); err != nil {
		return closeEngines, err
	}
	if d.producer, err = produce.New(c.Ingest.Kafka); err != nil {
		return closeEngines, err
	}
	d.producer.Now = d.clock.now
	closers = append(closers, d.producer.Close)
	if d.all, err = d.parts.detectors(); err != nil {
		return closeEngines, err
	}
	d.editions = d.parts.publisher(d.all)
	gate, err := d.parts.gate(ctx, demoCost)
	if err != nil {
		return closeEngines, err
	}
	people, err := enterDemoPeople(ctx, gate.Register(), d.world.Townships())
	if err != nil {
		return closeEngines, err
	}
	if d.alerts, err = d.parts.alerts(ctx, gate); err != nil {
		return closeEngines, err
	}
	if d.console, err = d.parts.console(d.alerts, gate, protector, people, d.stages.list); err != nil {
		return closeEngines, err
	}
	ruling := rules.DefaultConfiguration()
	ruling.ExternalURL, ruling.WebhookURL, ruling.WebhookToken = url, url+"/api/v1/alerts", c.Alerts.Token
	if d.rules, err = rules.New(ruling, rules.Dependencies{
		Rules: alerts.Rules(), Gatherer: d.parts.registry, Registerer: d.parts.registry, Logger: log, Clock: d.clock.now,
	}); err != nil {
		return closeEngines, err
	}
	mux := http.NewServeMux()
	mux.Handle("/metrics", d.parts.metricsHandler())
	mux.Handle("/api/", d.alerts.Handler())
	mountConsole(mux, d.console)
	group.Go(func() error { return serveHTTP(ctx, l, tlsFiles{}, mux) })
	group.Go(func() error { return d.ingest.Run(ctx) })
	group.Go(func() error { return d.console.Run(ctx) })
	d.stages.finish("engines")
	return closeEngines, nil
}

// load streams the simulated past through the pipeline and judges it.
func (d *demo) load(ctx context.Context, to civil.Date, result *summary) error {
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
		d.show.step("simulating %s", d.world.Today())
	}
	if err := d.store(ctx); err != nil {
		return err
	}
	for topic, n := range d.producer.Sent() {
		result.topic(topic).Read = n
	}
	d.stages.finish("records")
	result.stage("records", start)

	start = time.Now()
	d.stages.begin("detectors")
	for back := d.o.history; back >= 0; back-- {
		asOf, month := to, to.Month()-civil.Month(back)
		if back > 0 {
			var err error
			if asOf, err = d.parts.policy.EditionDay(month); err != nil {
				return err
			}
			if asOf >= to {
				continue
			}
		}
		if asOf < first {
			continue
		}
		d.show.step("judging as of %s", asOf)
		d.stages.at("detectors", uint64(d.o.history-back), uint64(d.o.history+1))
		pass, err := d.all.Pass(ctx, asOf)
		if err != nil {
			return err
		}
		if back == 0 {
			result.found(pass)
		} else if err := d.edition(ctx, month); err != nil {
			return err
		}
	}
	d.stages.finish("detectors")
	result.stage("detectors", start)

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
	letters, err := ingest.DeadLetters(ctx, d.parts.config.Ingest.Kafka)
	if err != nil {
		return err
	}
	return result.count(ctx, d.parts.store, letters)
}

// store returns when everything sent is stored.
func (d *demo) store(ctx context.Context) error {
	if err := d.producer.Flush(ctx); err != nil {
		return err
	}
	return awaitIngest(ctx, d.ingest, func() { d.show.step("storing records") })
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
	tick := time.NewTicker(d.o.every)
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
		day, err := d.parts.policy.EditionDay(month)
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
		d.show.step("%s: %d active warnings", today, len(pass.Active()))
	}
}
