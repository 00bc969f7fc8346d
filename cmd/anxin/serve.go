package main

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/anxin-project/anxin/internal/app"
	"github.com/anxin-project/anxin/internal/app/assess"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

func serviceCommand(use, short, long string, run app.Services) *cobra.Command {
	var configPath, address, level string
	cmd := &cobra.Command{
		Use: use, Short: short, Long: long, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := app.LoadConfiguration(configPath)
			if err != nil {
				return err
			}
			if address != "" {
				c.Listen = address
			}
			log, err := logger(level)
			if err != nil {
				return err
			}
			return app.Serve(cmd.Context(), c, log, run)
		},
	}
	cmd.Flags().StringVar(&configPath, "config", "", "configuration file")
	cmd.Flags().StringVar(&address, "listen", "", "address for pages, metrics and API (default from the configuration)")
	cmd.Flags().StringVar(&level, "log-level", "info", "debug, info, warn or error")
	return cmd
}

func serveCommand() *cobra.Command {
	return serviceCommand("serve", "Run all services in one process",
		"Runs ingest, detect, alerts and console together, on the Kafka and ClickHouse of the configuration.", app.Services{Ingest: true, Detect: true, Alerts: true, Console: true})
}

func ingestCommand() *cobra.Command {
	return serviceCommand("ingest", "Move records from Kafka into ClickHouse",
		"Joins the consumer group; several may run. Ctrl-C stores and commits what is in hand.", app.Services{Ingest: true})
}

func alertsCommand() *cobra.Command {
	return serviceCommand("alerts", "Publish findings as metrics and take alerts in as cases",
		"Several may run: each takes notifications, and what one writes the others show.", app.Services{Alerts: true})
}

func consoleCommand() *cobra.Command {
	return serviceCommand("console", "Serve the pages people use", "Several may run; a browser must stay with one of them, which knows its session. Cases are worked on in each.", app.Services{Console: true})
}

func detectCommand() *cobra.Command {
	cmd := serviceCommand("detect", "Run the detectors by their schedule, or once", `Makes runs by the schedule of the configuration: several processes may run, of which one leads and the others stand by.

With --once it evaluates one date and ends. A service that runs meanwhile gives up the lead for as long, so that no two runs
overlap; the run that it had to leave it makes again afterwards.`, app.Services{Detect: true})
	cmd.Example = "  anxin detect --once --as-of 2026-10-31"
	var once, alone bool
	var asOf string
	cmd.Flags().BoolVar(&once, "once", false, "one pass, then end")
	cmd.Flags().StringVar(&asOf, "as-of", "", "with --once: the date to evaluate, YYYY-MM-DD (default today)")
	cmd.Flags().BoolVar(&alone, "alone", false, "with --once: do without the broker; only when no other process makes runs")
	scheduled := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if !once {
			if asOf != "" || alone {
				return app.BadInput(errors.New("--as-of and --alone go with --once"))
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
		return withParts(cmd.Context(), configPath, func(ctx context.Context, p *app.Parts) error {
			result, err := p.PassOnce(ctx, on, alone)
			if err != nil {
				return err
			}
			s := assess.NewSummary(on)
			s.Found(result)
			printFound(os.Stdout, s)
			return nil
		})
	}
	return cmd
}
