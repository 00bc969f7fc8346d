package main

import (
	"encoding/json"

	"github.com/spf13/cobra"

	"github.com/anxin-project/anxin/internal/app/assess"
)

func assessCommand() *cobra.Command {
	var asOf, policyPath, holidays, out string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "assess DIR --as-of DATE --out DIR",
		Short: "Evaluate a folder of records as of a date, without any server",
		Long: `Loads DIR/wage.TOPIC.ndjson (also .gz and .zst) through the same path as in production (Kafka, ingest, ClickHouse,
detectors) on engines embedded in this program, and writes to the output folder:

  warnings.ndjson     one active warning a line
  index.csv           the wage-safety index of every township, county and prefecture
  index-losses.ndjson every point lost, by subject, with the act that regains it; not where none was lost
  deadletters.ndjson  the records that were refused, with the reason

Only what sources had recorded by the end of the date counts. The same records give the same files.`,
		Example: "  anxin assess records --as-of 2026-10-31 --out result",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			on, err := asDate("--as-of", asOf)
			if err != nil {
				return err
			}
			show := newProgress()
			summary, err := assess.Run(cmd.Context(), assess.Options{Dir: args[0], AsOf: on, Policy: policyPath, Holidays: holidays, Out: out}, show.step)
			show.clear()
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(summary)
			}
			printSummary(cmd.OutOrStdout(), summary)
			return nil
		},
	}
	cmd.Flags().StringVar(&asOf, "as-of", "", "evaluate as of this date, YYYY-MM-DD (required)")
	cmd.Flags().StringVar(&out, "out", "", "folder for the result (required)")
	cmd.Flags().StringVar(&policyPath, "policy", "", "policy file laid over the national policy")
	cmd.Flags().StringVar(&holidays, "holidays", "", "file with working-day notices of further years")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the summary as JSON")
	_ = cmd.MarkFlagRequired("as-of")
	_ = cmd.MarkFlagRequired("out")
	return cmd
}
