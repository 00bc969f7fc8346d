package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/anxin-project/anxin/detectors"
	"github.com/anxin-project/anxin/internal/civil"
	"github.com/anxin-project/anxin/internal/store"
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
			choice := detectors.Choice{Kind: detectors.Kind(kind), Status: detectors.Status(status), Most: most}
			kinds := []detectors.Kind{"", detectors.Fast, detectors.Nightly, detectors.Daily, detectors.Monthly, detectors.Manual}
			if !slices.Contains(kinds, choice.Kind) {
				return badInput{fmt.Errorf("--kind %q: want fast, nightly, daily, monthly or manual", kind)}
			}
			statuses := []detectors.Status{"", detectors.Running, detectors.Done, detectors.Failed, detectors.Interrupted}
			if !slices.Contains(statuses, choice.Status) {
				return badInput{fmt.Errorf("--status %q: want running, done, failed or interrupted", status)}
			}
			if most < 1 {
				return badInput{fmt.Errorf("--most %d: want at least 1", most)}
			}
			c, err := loadConfiguration(configPath)
			if err != nil {
				return err
			}
			attempts, err := readHistory(cmd.Context(), c, choice)
			if err != nil {
				return err
			}
			if asJSON {
				return encodeLines(cmd.OutOrStdout(), attempts)
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

// readHistory reads the store as it is: a command that only looks must not upgrade the schema under a running service.
func readHistory(ctx context.Context, c configuration, choice detectors.Choice) (_ []detectors.Attempt, err error) {
	log, err := logger("warn")
	if err != nil {
		return nil, err
	}
	s, err := store.Open(ctx, c.Store, log)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return detectors.History(ctx, s, choice)
}

func printAttempts(w io.Writer, attempts []detectors.Attempt) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "STARTED\tKIND\tAS OF\tSTATUS\tATTEMPT\tWARNINGS\tSECONDS\tBY STAGE\tPROCESS\tERROR")
	for _, a := range attempts {
		kind, warnings, took := string(a.Kind), "", ""
		if a.CatchUp {
			kind += " (catch-up)"
		}
		if a.Status == detectors.Done {
			warnings = fmt.Sprint(a.Warnings)
		}
		if a.Status != detectors.Running {
			took = fmt.Sprintf("%.1f", a.Finished.Sub(a.Started).Seconds())
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%d\t%s\t%s\t%s\t%s\t%s\n", a.Started.In(civil.Zone).Format(time.DateTime), kind, a.AsOf, a.Status, a.Attempt,
			warnings, took, byStage(a.Stages), a.Process, a.Error)
	}
	return t.Flush()
}

// byStage tells where the time went, the longest stage first.
func byStage(stages map[string]float64) string {
	var names []string
	for name := range stages {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(stages[b], stages[a]), strings.Compare(a, b))
	})
	for i, name := range names {
		names[i] = fmt.Sprintf("%s %.1f", name, stages[name])
	}
	return strings.Join(names, ", ")
}
