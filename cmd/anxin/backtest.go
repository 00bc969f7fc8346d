package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/spf13/cobra"

	"github.com/anxin-project/anxin/detectors/backtest"
	shipped "github.com/anxin-project/anxin/detectors/catalog"
	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/produce"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/simulate"
)

// backtestOptions are what the command line says.
type backtestOptions struct {
	dir      string
	from, to civil.Date
	every    int
	horizon  int        // 0: policy's
	until    civil.Date // 0: the day of the last record
	policy   string
	holidays string
	catalog  string
	out      string
}

func backtestCommand() *cobra.Command {
	var o backtestOptions
	var from, to, every, horizon, until string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "backtest DIR --from DATE --to DATE",
		Short: "Tell what the warnings of past dates were worth, by what then happened",
		Long: `Loads DIR/wage.TOPIC.ndjson (also .gz and .zst) as assess does, judges one as-of date after the other from --from to
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
			o.dir = args[0]
			for _, d := range []struct {
				flag, text string
				to         *civil.Date
			}{{"--from", from, &o.from}, {"--to", to, &o.to}, {"--until", until, &o.until}} {
				if d.text == "" && d.flag == "--until" {
					continue
				}
				if *d.to, err = asDate(d.flag, d.text); err != nil {
					return err
				}
			}
			if o.every, err = asDays("--every", every); err != nil {
				return err
			}
			if horizon != "" {
				if o.horizon, err = asDays("--horizon", horizon); err != nil {
					return err
				}
			}
			if o.to < o.from {
				return badInput{fmt.Errorf("--to %s is before --from %s", o.to, o.from)}
			}
			report, err := runBacktest(cmd.Context(), o)
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
	cmd.Flags().StringVar(&o.out, "out", "", "folder for the plot and the tables")
	cmd.Flags().StringVar(&o.policy, "policy", "", "policy file laid over the national policy")
	cmd.Flags().StringVar(&o.holidays, "holidays", "", "file with working-day notices of further years")
	cmd.Flags().StringVar(&o.catalog, "catalog", "", "folder with detectors of one's own, beside those shipped")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the report as JSON")
	_ = cmd.MarkFlagRequired("from")
	_ = cmd.MarkFlagRequired("to")
	return cmd
}

// asDays reads a number of days such as 7d.
func asDays(flag, text string) (int, error) {
	n, err := strconv.Atoi(strings.TrimSuffix(text, "d"))
	if err != nil || n < 1 || n > 3660 {
		return 0, badInput{fmt.Errorf("%s %q is no number of days: want 1d to 3660d, such as 7d", flag, text)}
	}
	return n, nil
}

func runBacktest(ctx context.Context, o backtestOptions) (report backtest.Report, err error) {
	files, err := produce.Files(o.dir, ingest.DefaultConfiguration().Kafka.Prefix)
	if err != nil {
		return report, badInput{err}
	}
	if _, _, err := loadRules(o.catalog, o.policy, o.to); err != nil {
		return report, err
	}
	truth, err := simulate.ReadTruth(o.dir)
	if err != nil {
		return report, badInput{err}
	}
	if o.out != "" {
		if err := os.MkdirAll(o.out, 0o755); err != nil {
			return report, badInput{fmt.Errorf("--out: %w", err)}
		}
	}
	show := newProgress()
	defer show.clear()
	c := defaultConfiguration()
	c.Policy, c.Holidays, c.Detectors.Catalog = o.policy, o.holidays, o.catalog
	c.Detectors.Settling = 0 // nothing is being stored while passes run
	err = withRecords(ctx, c, files, max(o.to, o.until), newSummary(o.to), show, func(p *parts, _ []ingest.DeadLetter) error {
		report, err = walk(ctx, p, o, truth, show)
		return err
	})
	if err != nil || o.out == "" {
		return report, err
	}
	return report, writeBacktest(o.out, report)
}

// walk judges the dates one by one and measures what they found.
func walk(ctx context.Context, p *parts, o backtestOptions, truth []simulate.Truth, show *progress) (report backtest.Report, err error) {
	end, err := dataEnd(ctx, p.store, o)
	if err != nil {
		return report, err
	}
	rules, err := backtest.LoadRules(p.policy, end)
	if err != nil {
		return report, err
	}
	if earliest := rules.EarliestFrom(end); o.from < earliest {
		return report, badInput{fmt.Errorf("of data that end on %s, what happened is known for dates from %s on: want --from no earlier, or an earlier --until", end, earliest)}
	}
	if o.horizon > 0 {
		rules.HorizonDays = o.horizon
	}
	all, err := p.detectors()
	if err != nil {
		return report, err
	}
	var w backtest.Walk
	dates := int(o.to-o.from)/o.every + 1
	for i := range dates {
		on := o.from.AddDays(i * o.every)
		show.step("judging as of %s, date %d of %d", on, i+1, dates)
		pass, err := all.Pass(ctx, on)
		if err != nil {
			return report, err
		}
		w.Add(pass)
	}
	show.step("reading what happened until %s", end)
	var future backtest.Future
	err = all.Facts(ctx, end, func(facts driver.Conn) (err error) {
		future, err = backtest.LoadFuture(ctx, facts, end, rules)
		return err
	})
	if err != nil {
		return report, err
	}
	history := w.History(future)
	report = backtest.Measure(history, shipped.Headers(all.Catalogue), rules, p.policy.Version())
	if truth != nil {
		report.Compare(history, causes(truth, end))
	}
	return report, nil
}

// dataEnd returns the last day of the data, and refuses dates that they do not reach.
func dataEnd(ctx context.Context, conn driver.Conn, o backtestOptions) (civil.Date, error) {
	var latest time.Time
	for _, t := range record.Topics() {
		var of time.Time
		if err := conn.QueryRow(ctx, "SELECT max(recorded_at) FROM "+string(t)).Scan(&of); err != nil {
			return 0, fmt.Errorf("looking for the last record of %s: %w", t, err)
		}
		if of.After(latest) {
			latest = of
		}
	}
	end := civil.DateOf(latest)
	if o.until != 0 {
		end = min(end, o.until)
	}
	if o.to > end {
		return 0, badInput{fmt.Errorf("the data end on %s: want --to no later, and for figures that mean something a good while before", end)}
	}
	return end, nil
}

// causes are the truth as a back-test takes it: what had begun by the end of the data.
func causes(truth []simulate.Truth, end civil.Date) []backtest.Cause {
	var all []backtest.Cause
	for _, t := range truth {
		if t.From > end {
			continue
		}
		_, id, _ := strings.Cut(t.Subject, ":")
		all = append(all, backtest.Cause{
			Subject: backtest.Subject{Scope: catalog.Scope(t.Scope), ID: id},
			Cause:   string(t.Cause), From: t.From, VisibleOn: t.BecameVisibleOn, EndedOn: t.RecoveredOn,
		})
	}
	return all
}

// writeBacktest writes the plot and the tables, each whole or not at all.
func writeBacktest(dir string, r backtest.Report) error {
	return errors.Join(
		writeWhole(filepath.Join(dir, "backtest.svg"), r.WritePlot),
		writeWhole(filepath.Join(dir, "figures.csv"), r.WriteFigures),
		writeWhole(filepath.Join(dir, "warnings.csv"), r.WriteWarnings),
		writeWhole(filepath.Join(dir, "outcomes.csv"), r.WriteOutcomes),
	)
}
