package main

import (
	"github.com/spf13/cobra"
)

func benchCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "bench", Short: "Measure this machine with Anxin's own work",
		Long: `Each benchmark runs on engines embedded in this program, in a temporary folder. On a small or busy machine only the
ratios count: they compare two ways through the same records in the same run.`,
	}
	cmd.AddCommand(benchIngestCommand(), benchDetectCommand(), benchYearCommand())
	return cmd
}

// mark says whether a target was reached.
func mark(reached bool) string {
	if reached {
		return "reached"
	}
	return "missed"
}
