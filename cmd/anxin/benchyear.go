package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/anxin-project/anxin/internal/app"
	"github.com/anxin-project/anxin/internal/bench"
)

func benchYearCommand() *cobra.Command {
	o := bench.YearOptions{Every: 30}
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "year",
		Short: "What a year of runs leaves on disk, and how long pages take after it",
		Long: `Publishes runs day after day, as the schedule does, with drawn warnings, and removes those that later ones have replaced.
Every 30 days it prints what the store holds, how long publishing and removing take, and how long pages take. With all
144 runs of a day at 10,000 warnings a year takes some five hours on two cores; since what is kept is one run a day, fewer
runs a day show the same.`,
		Example: "  anxin bench year\n  anxin bench year --runs-a-day 144",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.Days < 1 || o.Runs < 1 || o.Warnings < 1 {
				return app.BadInput(errors.New("want --days, --runs-a-day and --warnings of at least 1"))
			}
			show := newProgress()
			report, err := bench.Year(cmd.Context(), o, show.step)
			show.clear()
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), report)
			}
			printYear(cmd.OutOrStdout(), report)
			return nil
		},
	}
	cmd.Flags().IntVar(&o.Days, "days", 365, "days")
	cmd.Flags().IntVar(&o.Runs, "runs-a-day", 6, "runs a day")
	cmd.Flags().IntVar(&o.Warnings, "warnings", 10_000, "warnings of a run")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print every figure as JSON")
	return cmd
}

func printYear(w io.Writer, r *bench.YearReport) {
	fmt.Fprintf(w, "%d runs a day, %d warnings each; %d cores (%s); ClickHouse %s\n\n", r.Runs, r.Warnings, r.Machine.Cores, r.Machine.CPU, r.Machine.Engine)
	fmt.Fprintf(w, "%5s %9s %9s %12s %6s %8s %11s %10s %13s %12s %12s\n", "day", "made", "kept", "warnings", "parts", "disk, MB", "publish, ms", "prune, ms", "overview, ms", "subject, ms", "history, ms")
	for _, p := range r.Points {
		fmt.Fprintf(w, "%5d %9d %9d %12d %6d %8.1f %11.0f %10.0f %13.0f %12.0f %12.0f\n", p.Day, p.Made, p.Kept, p.Rows, p.Parts, float64(p.Bytes)/(1<<20),
			p.Publish*1000, p.Prune*1000, p.Overview*1000, p.Subject*1000, p.History*1000)
	}
}
