package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/anxin-project/anxin/internal/app"
	"github.com/anxin-project/anxin/internal/app/assess"
	"github.com/anxin-project/anxin/internal/app/demo"
	"github.com/anxin-project/anxin/internal/simulate"
)

func demoCommand() *cobra.Command {
	var o demo.Options
	var scale, world, to string
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Everything by one command, on embedded engines and a simulated year",
		Long: `Starts a Kafka broker, the ClickHouse engine, ingest, detectors, alert rules, casework and the console in one go,
streams a simulated year of counties with real township names through them, and then a further day every few seconds.
People and firms are invented. In the usual world a few workers in a thousand are owed wages, as in life; anxin simulate
--help tells of the others. Ctrl-C ends it and leaves nothing behind.`,
		Example: "  anxin demo\n  anxin demo --scale tiny --once",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return runDemo(cmd.Context(), o, scale, world, to) },
	}
	cmd.Flags().StringVar(&scale, "scale", "county", "tiny, county or city")
	cmd.Flags().StringVar(&world, "world", "usual", "usual (as in life: most townships are well), worse (many are not) or sound (everybody pays)")
	cmd.Flags().StringVar(&o.Listen, "listen", "127.0.0.1:8080", "address of the console")
	cmd.Flags().StringVar(&to, "to", "2026-10-31", "the simulated today, YYYY-MM-DD")
	cmd.Flags().StringVar(&o.Data, "data", "", "folder to keep the store in, with the keys that open its invented names beside it (default: a temporary one, removed at the end)")
	cmd.Flags().Uint64Var(&o.World.Seed, "seed", 3, "another seed is another world")
	cmd.Flags().DurationVar(&o.Every, "every", 5*time.Second, "pause between simulated days")
	cmd.Flags().IntVar(&o.History, "history", 5, "months before this one whose editions are published too")
	cmd.Flags().BoolVar(&o.Once, "once", false, "run the pipeline to the end, print the summary and exit")
	return cmd
}

// runDemo prints the summary when the simulated past is evaluated, and where the pages are.
func runDemo(ctx context.Context, o demo.Options, scale, world, to string) (err error) {
	if o.World.To, err = asDate("--to", to); err != nil {
		return err
	}
	if o.World.Scale, err = simulate.ScaleByName(scale); err != nil {
		return app.BadInput(fmt.Errorf("--scale: %w", err))
	}
	rates, err := simulate.RatesByName(world)
	if err != nil {
		return app.BadInput(fmt.Errorf("--world: %w", err))
	}
	o.World.Rates, o.World.Noise = &rates, true
	show := newProgress()
	o.Show = show.step
	o.Up = func(result *assess.Summary, address net.Addr) {
		show.clear()
		printSummary(os.Stdout, result)
		if !o.Once {
			fmt.Printf("\n安薪  http://%s\nThe sign-in page offers one invented person of each role.\nCtrl-C ends the demo.\n", address)
		}
	}
	return demo.Run(ctx, o)
}
