// Package rules evaluates Prometheus rule files inside Anxin where there is no Prometheus: in the demo, in assess, in
// tests and on a laptop. It reads the same files with Prometheus's own parser, evaluates them with Prometheus's own
// PromQL engine and templates over samples of the process's own metrics, and posts what Alertmanager would post
// (webhook version 4), so that everything behind the webhook is the same code in both ways of running.
//
// What it promises:
//   - for the same samples it has the same firing alerts as Prometheus (the tests run promtool's unit tests on both);
//   - memory is bounded by the active series and by what the rules look back on (at most Configuration.Retention);
//   - time comes from the caller: Step(now) is deterministic;
//   - a notification is repeated until the receiver has answered 2xx; what resolves in the meantime is still sent;
//   - what it does not support (a group's query_offset and limit) is refused when the files are read.
//
// It does not import Prometheus's rules and tsdb packages, which bring cloud and Kubernetes clients.
package rules

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/prometheus/promql"
)

// Configuration of the evaluator.
type Configuration struct {
	// Interval between evaluations. A group's own interval is honoured when it is longer.
	Interval time.Duration `yaml:"interval"`
	// Retention is the longest time a rule may look back (range, offset or subquery). A rule that needs more is refused.
	// Samples are kept only as long as some rule needs them.
	Retention time.Duration `yaml:"retention"`
	// WebhookURL receives the notifications; empty sends none.
	WebhookURL string `yaml:"webhook_url"`
	// WebhookToken is sent as bearer token when it is not empty.
	WebhookToken string `yaml:"webhook_token"`
	// ExternalURL is where people reach Anxin's pages. It stands in every notification.
	ExternalURL string `yaml:"external_url"`
	// Receiver is the receiver's name in notifications.
	Receiver string `yaml:"receiver"`
	// RepeatInterval is when a group that still fires is sent again without a change.
	RepeatInterval time.Duration `yaml:"repeat_interval"`
	// Timeout of one post.
	Timeout time.Duration `yaml:"timeout"`
	// MinBackoff and MaxBackoff bound the wait, which doubles, while the webhook does not answer.
	MinBackoff time.Duration `yaml:"min_backoff"`
	MaxBackoff time.Duration `yaml:"max_backoff"`
}

// DefaultConfiguration sends nothing until it has a WebhookURL.
func DefaultConfiguration() Configuration {
	return Configuration{
		Interval:       15 * time.Second,
		Retention:      time.Hour,
		ExternalURL:    "http://localhost:8080",
		Receiver:       "anxin-cases",
		RepeatInterval: 4 * time.Hour,
		Timeout:        10 * time.Second,
		MinBackoff:     time.Second,
		MaxBackoff:     5 * time.Minute,
	}
}

// Validate tells what is wrong and what would be accepted.
func (c Configuration) Validate() error {
	var errs []error
	positive := func(name string, d time.Duration) {
		if d <= 0 {
			errs = append(errs, fmt.Errorf("rules.%s is %s: want more than 0s", name, d))
		}
	}
	positive("interval", c.Interval)
	positive("repeat_interval", c.RepeatInterval)
	positive("timeout", c.Timeout)
	positive("min_backoff", c.MinBackoff)
	if c.Retention < lookback {
		errs = append(errs, fmt.Errorf("rules.retention is %s: want at least %s, the time for which PromQL takes a sample as current", c.Retention, lookback))
	}
	if c.MaxBackoff < c.MinBackoff {
		errs = append(errs, fmt.Errorf("rules.max_backoff is %s: want at least min_backoff, %s", c.MaxBackoff, c.MinBackoff))
	}
	for name, raw := range map[string]string{"webhook_url": c.WebhookURL, "external_url": c.ExternalURL} {
		if raw == "" && name == "webhook_url" {
			continue
		}
		if u, err := url.Parse(raw); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			errs = append(errs, fmt.Errorf("rules.%s is %q: want http://host or https://host", name, raw))
		}
	}
	return errors.Join(errs...)
}

// Dependencies of the evaluator.
type Dependencies struct {
	// Rules holds the rule files: every *.yml in its root.
	Rules fs.FS
	// Gatherer is scraped at each evaluation.
	Gatherer prometheus.Gatherer
	// Registerer takes the evaluator's own metrics; nil for none.
	Registerer prometheus.Registerer
	// Client posts the notifications; nil for one of the evaluator's own.
	Client *http.Client
	Logger *slog.Logger
	// Clock tells the time in Run; nil for the real one.
	Clock func() time.Time
}

// Evaluator evaluates rules and sends notifications. Its methods are safe for concurrent use.
type Evaluator struct {
	config   Configuration
	external *url.URL
	gatherer prometheus.Gatherer
	client   *http.Client
	logger   *slog.Logger
	clock    func() time.Time
	engine   *promql.Engine
	metrics  *metrics

	mu     sync.Mutex // guards what follows; held while evaluating, never while posting
	groups []*group
	window *window
	last   time.Time // of the last evaluation
	outbox map[groupKey]*notification

	sending sync.Mutex // one delivery at a time
	failed  int        // posts in a row that failed; under sending
	retryAt time.Time  // no post before; under sending
}

// New reads the rule files. Every error names the file and the rule.
func New(c Configuration, d Dependencies) (*Evaluator, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	external, err := url.Parse(c.ExternalURL)
	if err != nil {
		return nil, fmt.Errorf("rules.external_url: %w", err)
	}
	groups, keep, err := load(d.Rules, c.Retention)
	if err != nil {
		return nil, err
	}
	e := &Evaluator{
		config:   c,
		external: external,
		gatherer: d.Gatherer,
		client:   d.Client,
		logger:   d.Logger,
		clock:    d.Clock,
		engine: promql.NewEngine(promql.EngineOpts{
			MaxSamples:               50_000_000, // Prometheus's own default
			Timeout:                  2 * time.Minute,
			LookbackDelta:            lookback,
			EnableAtModifier:         true,
			EnableNegativeOffset:     true,
			NoStepSubqueryIntervalFn: func(int64) int64 { return c.Interval.Milliseconds() },
		}),
		metrics: newMetrics(d.Registerer),
		groups:  groups,
		window:  newWindow(keep),
		outbox:  map[groupKey]*notification{},
	}
	if e.client == nil {
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.MaxIdleConnsPerHost = parallel
		e.client = &http.Client{Transport: transport}
	}
	if e.logger == nil {
		e.logger = slog.New(slog.DiscardHandler)
	}
	if e.clock == nil {
		e.clock = time.Now
	}
	return e, nil
}

// Step scrapes, evaluates and sends what is due, as at now. It returns when all is sent or the webhook has failed; the
// error then says why, and a later Step tries again. A post that is not due yet because of the backoff is no error.
func (e *Evaluator) Step(ctx context.Context, now time.Time) error {
	return errors.Join(e.evaluate(ctx, now), e.deliver(ctx, now))
}

// Run evaluates at every interval until the context ends. Sending has its own goroutine, so that a webhook that hangs
// does not delay the evaluation; both have ended when Run returns.
func (e *Evaluator) Run(ctx context.Context) error {
	evaluated := make(chan struct{}, 1)
	var wg sync.WaitGroup
	wg.Go(func() { e.send(ctx, evaluated) })
	defer wg.Wait()

	tick := time.NewTicker(e.config.Interval)
	defer tick.Stop()
	for {
		if err := e.evaluate(ctx, e.clock()); err != nil && ctx.Err() == nil {
			e.logger.Error("evaluating alert rules", "error", err)
		}
		select {
		case evaluated <- struct{}{}:
		default: // the sender has not come to the last one yet; it will send this one with it
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (e *Evaluator) send(ctx context.Context, evaluated <-chan struct{}) {
	retry := time.NewTimer(time.Hour)
	defer retry.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-evaluated:
		case <-retry.C:
		}
		if err := e.deliver(ctx, e.clock()); err != nil && ctx.Err() == nil {
			e.logger.Warn("sending alerts to the webhook; it will be tried again", "error", err)
		}
		e.sending.Lock()
		wait := e.retryAt.Sub(e.clock())
		e.sending.Unlock()
		if wait > 0 {
			retry.Reset(wait)
		}
	}
}
