package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/anxin-project/anxin/alerts"
	"github.com/anxin-project/anxin/detectors/pass"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/access/people"
	"github.com/anxin-project/anxin/internal/platform/access/reveal"
	"github.com/anxin-project/anxin/internal/platform/access/signin"
)

// Services says which services a process runs.
type Services struct{ Ingest, Detect, Alerts, Console bool }

// Serve runs services until the context ends or one fails, and answers pages, metrics and the API on the address of the
// configuration. Missing keys, a missing token and an address that is taken are BadInput. A process that only ingests keeps
// its memory small.
func Serve(ctx context.Context, c Configuration, log *slog.Logger, run Services) (err error) {
	if run.Alerts && c.Alerts.Token == "" {
		return BadInput(errors.New("there is no token for the webhook: set ANXIN_ALERTS_TOKEN, or alerts.token in the configuration, to a secret that Alertmanager sends too"))
	}
	var protector *record.Protector
	_, missing := os.Stat(c.Keys)
	// Before the engine's process starts, which is not to inherit keys from the environment. Ingest needs them; the pages work
	// without, but nobody's name can then be shown in clear.
	if run.Ingest || run.Console && (missing == nil || os.Getenv(KeysVariable) != "") {
		if protector, err = LoadProtector(c.Keys); err != nil {
			return err
		}
	}
	l, err := Listen(c.Listen)
	if err != nil {
		return err
	}
	defer l.Close()
	if run == (Services{Ingest: true}) {
		limitIngestMemory()
		c.Store.Connections = min(c.Store.Connections, c.Ingest.Inserts()+1) // one more, to answer whether it is ready
	}
	p, err := Open(ctx, c, log, time.Now)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Store.Close()) }()

	mux := http.NewServeMux()
	mux.Handle("/metrics", p.MetricsHandler())
	group, ctx := errgroup.WithContext(ctx)
	onPass := func(context.Context, pass.Result) {}
	var work *alerts.Alerts
	var gate *signin.Gate
	if run.Alerts || run.Console {
		if gate, err = p.Gate(ctx, people.DefaultCost); err != nil {
			return err
		}
	}
	if run.Alerts || run.Console { // every console works on the cases; findings are published where alerts run
		var metrics prometheus.Registerer
		if run.Alerts {
			metrics = p.Registry
		}
		a, err := p.Alerts(ctx, gate, protector, metrics)
		if err != nil {
			return err
		}
		work = a
		mux.Handle("/api/", a.Handler())
		group.Go(func() error { return a.Run(ctx) })
		onPass = func(ctx context.Context, _ pass.Result) {
			if err := a.Refresh(ctx); err != nil {
				log.Error("publishing the findings", "error", err)
			}
		}
	}
	if run.Console {
		var opener reveal.Opener
		if protector != nil {
			opener = protector
		}
		pages, err := p.Console(work, gate, opener, nil, nil)
		if err != nil {
			return err
		}
		MountConsole(mux, pages)
		group.Go(func() error { return pages.Run(ctx) })
	} else {
		mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	}
	if run.Ingest {
		in, err := p.Ingest(protector)
		if err != nil {
			return err
		}
		group.Go(func() error { return in.Run(ctx) })
	}
	if run.Detect {
		if p.leader, err = p.election(false); err != nil {
			return err
		}
		all, err := p.Detectors()
		if err != nil {
			return err
		}
		group.Go(func() error { return all.Run(ctx, onPass) })
	}
	group.Go(func() error { return p.watchClock(ctx) })
	log.Info("listening", "address", l.Addr().String())
	group.Go(func() error { return ServeHTTP(ctx, l, c.TLS, c.Access.Behind(mux)) })
	return group.Wait()
}

// PassOnce evaluates a date once, when no other process makes a run; alone does without the broker by which processes agree.
func (p *Parts) PassOnce(ctx context.Context, on civil.Date, alone bool) (pass.Result, error) {
	all, err := p.Detectors()
	if err != nil {
		return pass.Result{}, err
	}
	if alone {
		return all.Pass(ctx, on)
	}
	return passInTurn(ctx, p, all, on)
}
