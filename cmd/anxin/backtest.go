package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/anxin-project/anxin/internal/app"
	"github.com/anxin-project/anxin/internal/app/assess"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

func backtestCommand() *cobra.Command {
	var o assess.BacktestOptions
	var from, to, every, horizon, until string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "backtest DIR --from DATE --to DATE",
		Short: "Tell what the warnings of past dates were worth, by what then happened",
		Long: `Loads DIR/wage.TOPIC.ndjson (also .gz and .zst) as assess does, evaluates one as-of date after the other from --from to
--to, and compares the warnings with the arrears that came, of listed wages and of work without a pay slip: precision,
recall, lead time in days (to 30 days past due, and to the pay day) and warnings per 100 projects a month, for each
detector and together. A warning uses only what was recorded by its date; what then happened
is read as known at the end of the data. Where the folder holds the truth.ndjson of a simulation, warnings are compared
with the hidden causes too.

With --out it writes backtest.svg to look at, figures.csv, and every warning and outcome behind them in warnings.csv and
outcomes.csv.`,
		Example: "  anxin simulate --scale county --to 2026-10-31 --out world\n  anxin backtest world --from 2026-02-02 --to 2026-07-27 --out result",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			o.Dir = args[0]
			for _, d := range []struct {
				flag, text string
				to         *civil.Date
			}{{"--from", from, &o.From}, {"--to", to, &o.To}, {"--until", until, &o.Until}} {
				if d.text == "" && d.flag == "--until" {
					continue
				}
				if *d.to, err = asDate(d.flag, d.text); err != nil {
					return err
				}
			}
			if o.Every, err = asDays("--every", every); err != nil {
				return err
			}
			if horizon != "" {
				if o.Horizon, err = asDays("--horizon", horizon); err != nil {
					return err
				}
			}
			if o.To < o.From {
				return app.BadInput(fmt.Errorf("--to %s is before --from %s", o.To, o.From))
			}
			show := newProgress()
			report, err := assess.Backtest(cmd.Context(), o, show.step)
			show.clear()
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), report)
			}
			report.Print(cmd.OutOrStdout())
			return nil
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "first as-of date, YYYY-MM-DD (required)")
	cmd.Flags().StringVar(&to, "to", "", "last as-of date, YYYY-MM-DD (required)")
	cmd.Flags().StringVar(&every, "every", "7d", "days from one as-of date to the next")
	cmd.Flags().StringVar(&horizon, "horizon", "", "days within which a warning's arrears must come, such as 60d (default: policy, backtest.horizon_days)")
	cmd.Flags().StringVar(&until, "until", "", "last day of the data (default: the day of the last record)")
	cmd.Flags().StringVar(&o.Verdicts, "verdicts", "", "file of what people found of the warnings, as anxin verdicts writes it: reported beside what came")
	cmd.Flags().StringVar(&o.Out, "out", "", "folder for the plot and the tables")
	cmd.Flags().StringVar(&o.Policy, "policy", "", "policy file laid over the national policy")
	cmd.Flags().StringVar(&o.Holidays, "holidays", "", "file with working-day notices of further years")
	cmd.Flags().StringVar(&o.Catalog, "catalog", "", "folder with detectors of one's own, beside those shipped")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the report as JSON")
	_ = cmd.MarkFlagRequired("from")
	_ = cmd.MarkFlagRequired("to")
	return cmd
}

// asDays reads a number of days such as 7d.
func asDays(flag, text string) (int, error) {
	n, err := strconv.Atoi(strings.TrimSuffix(text, "d"))
	if err != nil || n < 1 || n > 3660 {
		return 0, app.BadInput(fmt.Errorf("%s %q is no number of days: want 1d to 3660d, such as 7d", flag, text))
	}
	return n, nil
}
