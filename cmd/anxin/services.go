package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/anxin-project/anxin/alerts"
	"github.com/anxin-project/anxin/detectors/pass"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/access/people"
	"github.com/anxin-project/anxin/internal/platform/access/reveal"
	"github.com/anxin-project/anxin/internal/platform/access/signin"
)

// which services a process runs.
type services struct{ ingest, detect, alerts, console bool }

func serviceCommand(use, short, long string, run services) *cobra.Command {
	var configPath, address, level string
	cmd := &cobra.Command{
		Use: use, Short: short, Long: long, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := loadConfiguration(configPath)
			if err != nil {
				return err
			}
			if address != "" {
				c.Listen = address
			}
			return runServices(cmd.Context(), c, level, run)
		},
	}
	cmd.Flags().StringVar(&configPath, "config", "", "configuration file")
	cmd.Flags().StringVar(&address, "listen", "", "address for pages, metrics and API (default from the configuration)")
	cmd.Flags().StringVar(&level, "log-level", "info", "debug, info, warn or error")
	return cmd
}

func serveCommand() *cobra.Command {
	return serviceCommand("serve", "Run all services in one process",
		"Runs ingest, detect, alerts and console together, on the Kafka and ClickHouse of the configuration.", services{true, true, true, true})
}

func ingestCommand() *cobra.Command {
	return serviceCommand("ingest", "Move records from Kafka into ClickHouse",
		"Joins the consumer group; several may run. Ctrl-C stores and commits what is in hand.", services{ingest: true})
}

func alertsCommand() *cobra.Command {
	return serviceCommand("alerts", "Publish findings as metrics and take alerts in as cases",
		"One process only: it is the writer of the case log.", services{alerts: true})
}

func consoleCommand() *cobra.Command {
	return serviceCommand("console", "Serve the pages people use", "Reads only. The case pages need the process that also runs alerts (anxin serve).", services{console: true})
}

func detectCommand() *cobra.Command {
	cmd := serviceCommand("detect", "Run the detectors by their schedule, or once", `Makes runs by the schedule of the configuration: several processes may run, of which one leads and the others stand by.

With --once it judges one date and ends. A service that runs meanwhile gives up the lead for as long, so that no two runs
overlap; the run that it had to leave it makes again afterwards.`, services{detect: true})
	cmd.Example = "  anxin detect --once --as-of 2026-10-31"
	var once, alone bool
	var asOf string
	cmd.Flags().BoolVar(&once, "once", false, "one pass, then end")
	cmd.Flags().StringVar(&asOf, "as-of", "", "with --once: the date to judge, YYYY-MM-DD (default today)")
	cmd.Flags().BoolVar(&alone, "alone", false, "with --once: do without the broker; only when no other process makes runs")
	scheduled := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if !once {
			if asOf != "" || alone {
				return badInput{errors.New("--as-of and --alone go with --once")}
			}
			return scheduled(cmd, args)
		}
		on := civil.DateOf(time.Now())
		if asOf != "" {
			var err error
			if on, err = asDate("--as-of", asOf); err != nil {
				return err
			}
		}
		configPath, _ := cmd.Flags().GetString("config")
		c, err := loadConfiguration(configPath)
		if err != nil {
			return err
		}
		return detectOnce(cmd.Context(), c, on, alone)
	}
	return cmd
}

func detectOnce(ctx context.Context, c configuration, on civil.Date, alone bool) (err error) {
	log, err := logger("warn")
	if err != nil {
		return err
	}
	p, err := open(ctx, c, log, time.Now)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.store.Close()) }()
	all, err := p.detectors()
	if err != nil {
		return err
	}
	var result pass.Result
	if alone {
		result, err = all.Pass(ctx, on)
	} else {
		result, err = passInTurn(ctx, p, all, on)
	}
	if err != nil {
		return err
	}
	s := newSummary(on)
	s.found(result)
	s.printFound(os.Stdout)
	return nil
}

// runServices runs until the context ends or a service fails.
func runServices(ctx context.Context, c configuration, level string, run services) (err error) {
	log, err := logger(level)
	if err != nil {
		return err
	}
	if run.alerts && c.Alerts.Token == "" {
		return badInput{errors.New("there is no token for the webhook: set ANXIN_ALERTS_TOKEN, or alerts.token in the configuration, to a secret that Alertmanager sends too")}
	}
	var protector *record.Protector
	_, missing := os.Stat(c.Keys)
	// Before the engine's process starts, which is not to inherit keys from the environment. Ingest needs them; the pages work
	// without, but nobody's name can then be shown in clear.
	if run.ingest || run.console && (missing == nil || os.Getenv(keysVariable) != "") {
		if protector, err = loadProtector(c.Keys); err != nil {
			return err
		}
	}
	l, err := listen(c.Listen)
	if err != nil {
		return err
	}
	defer l.Close()
	if run == (services{ingest: true}) {
		limitIngestMemory()
		c.Store.Connections = min(c.Store.Connections, c.Ingest.Inserts()+1) // one more, to answer whether it is ready
	}
	p, err := open(ctx, c, log, time.Now)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.store.Close()) }()

	mux := http.NewServeMux()
	mux.Handle("/metrics", p.metricsHandler())
	group, ctx := errgroup.WithContext(ctx)
	onPass := func(context.Context, pass.Result) {}
	var work *alerts.Alerts
	var gate *signin.Gate
	if run.alerts || run.console {
		if gate, err = p.gate(ctx, people.DefaultCost); err != nil {
			return err
		}
	}
	if run.alerts {
		a, err := p.alerts(ctx, gate)
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
	if run.console {
		var opener reveal.Opener
		if protector != nil {
			opener = protector
		}
		pages, err := p.console(work, gate, opener, nil, nil)
		if err != nil {
			return err
		}
		mountConsole(mux, pages)
		group.Go(func() error { return pages.Run(ctx) })
	} else {
		mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	}
	if run.ingest {
		in, err := p.ingest(protector)
		if err != nil {
			return err
		}
		group.Go(func() error { return in.Run(ctx) })
	}
	if run.detect {
		if p.leader, err = p.election(false); err != nil {
			return err
		}
		all, err := p.detectors()
		if err != nil {
			return err
		}
		group.Go(func() error { return all.Run(ctx, onPass) })
	}
	log.Info("listening", "address", l.Addr().String())
	group.Go(func() error { return serveHTTP(ctx, l, c.TLS, mux) })
	return group.Wait()
}
