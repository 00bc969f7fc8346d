package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/anxin-project/anxin/internal/app"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/runs"
)

func runsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "runs", Short: "Look at the history of runs",
		Long: `Every attempt at a run is kept: by the schedule or by hand, done, failed or interrupted, with how long each stage took.
A run by hand is made by anxin detect --once.`,
	}
	cmd.AddCommand(listRunsCommand())
	return cmd
}

func listRunsCommand() *cobra.Command {
	var configPath, kind, status string
	var most int
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "List attempts at runs, the newest first", Args: cobra.NoArgs,
		Example: "  anxin runs list --kind nightly\n  anxin runs list --status failed --json",
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			choice := runs.Choice{Kind: runs.Kind(kind), Status: runs.Status(status), Most: most}
			if kind != "" && !slices.Contains(runs.Kinds, choice.Kind) {
				return app.BadInput(fmt.Errorf("--kind %q: want one of %v", kind, runs.Kinds))
			}
			if status != "" && !slices.Contains(runs.Statuses, choice.Status) {
				return app.BadInput(fmt.Errorf("--status %q: want one of %v", status, runs.Statuses))
			}
			if most < 1 {
				return app.BadInput(fmt.Errorf("--most %d: want at least 1", most))
			}
			c, log, err := prepared(configPath)
			if err != nil {
				return err
			}
			attempts, err := app.RunHistory(cmd.Context(), c, log, choice)
			if err != nil {
				return err
			}
			if asJSON {
				return app.EncodeLines(cmd.OutOrStdout(), attempts)
			}
			return printAttempts(cmd.OutOrStdout(), attempts)
		},
	}
	cmd.Flags().StringVar(&configPath, "config", "", "configuration file")
	cmd.Flags().StringVar(&kind, "kind", "", "only of this kind: fast, nightly, daily, monthly or manual")
	cmd.Flags().StringVar(&status, "status", "", "only with this status: running, done, failed or interrupted")
	cmd.Flags().IntVar(&most, "most", 50, "how many to list")
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

func printAttempts(w io.Writer, attempts []runs.Attempt) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "STARTED\tKIND\tAS OF\tSTATUS\tATTEMPT\tWARNINGS\tSECONDS\tBY STAGE\tPROCESS\tERROR")
	for _, a := range attempts {
		kind, warnings, took := string(a.Kind), "", ""
		if a.CatchUp {
			kind += " (catch-up)"
		}
		if a.Status == runs.Done {
			warnings = fmt.Sprint(a.Warnings)
		}
		if a.Status != runs.Running {
			took = fmt.Sprintf("%.1f", a.Took().Seconds())
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%d\t%s\t%s\t%s\t%s\t%s\n", a.Started.In(civil.Zone).Format(time.DateTime), kind, a.AsOf, a.Status, a.Attempt,
			warnings, took, byStage(a), a.Process, a.Error)
	}
	return t.Flush()
}

// byStage tells where the time went, the longest stage first.
func byStage(a runs.Attempt) string {
	stages := a.LongestStages()
	for i, name := range stages {
		stages[i] = fmt.Sprintf("%s %.1f", name, a.Stages[name])
	}
	return strings.Join(stages, ", ")
}
