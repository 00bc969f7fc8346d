package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/detectors/risk"
	"github.com/anxin-project/anxin/internal/app"
	"github.com/anxin-project/anxin/internal/app/assess"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

func riskCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "risk", Short: "Fit, try and adopt the scorecard of arrears-risk",
		Long: `arrears-risk tells how likely it is that a wage which falls due within 60 days will still be owed 30 days later. Its points
are a scorecard: a file that people review. These commands fit one to histories, try one on others, and put one in force.`,
	}
	cmd.AddCommand(riskFeaturesCommand(), riskFitCommand(), riskTryCommand(), riskAdoptCommand(), riskCheckCommand())
	return cmd
}

// walk are the flags of what walks over the dates of a history.
type walk struct {
	assess.BacktestOptions
	from, to, every string
}

func (w *walk) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&w.from, "from", "", "first as-of date, YYYY-MM-DD (required of folders of records)")
	cmd.Flags().StringVar(&w.to, "to", "", "last as-of date, YYYY-MM-DD (required of folders of records)")
	cmd.Flags().StringVar(&w.every, "every", "7d", "days from one as-of date to the next")
	cmd.Flags().StringVar(&w.Policy, "policy", "", "policy file laid over the national policy")
	cmd.Flags().StringVar(&w.Holidays, "holidays", "", "file with working-day notices of further years")
}

// rows reads histories: folders of records, or files that anxin risk features wrote.
func (w *walk) rows(cmd *cobra.Command, paths []string) (all []risk.Row, err error) {
	for _, path := range paths {
		if strings.HasSuffix(path, ".csv") {
			f, err := os.Open(path)
			if err != nil {
				return nil, app.BadInput(err)
			}
			rows, err := risk.ReadRows(f)
			if err := errors.Join(err, f.Close()); err != nil {
				return nil, app.BadInput(fmt.Errorf("%s: %w", path, err))
			}
			all = append(all, rows...)
			continue
		}
		w.Dir = path
		if w.From, err = asDate("--from", w.from); err != nil {
			return nil, err
		}
		if w.To, err = asDate("--to", w.to); err != nil {
			return nil, err
		}
		if w.Every, err = asDays("--every", w.every); err != nil {
			return nil, err
		}
		show := newProgress()
		rows, err := assess.RiskRows(cmd.Context(), w.BacktestOptions, show.step)
		show.clear()
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
	}
	return all, nil
}

func riskFeaturesCommand() *cobra.Command {
	var w walk
	var out string
	cmd := &cobra.Command{
		Use: "features DIR…", Short: "Write what was known of every subject on past dates, and what then happened",
		Long: `Loads folders of records as assess does and writes, for every subject and as-of date, the features of arrears-risk by what was
recorded by then, and whether wages that fell due within 60 days were owed 30 days later. anxin risk fit and try take the file
in place of the folders.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			rows, err := w.rows(cmd, args)
			if err != nil {
				return err
			}
			return writeOut(out, func(to io.Writer) error { return risk.WriteRows(to, rows) })
		},
	}
	w.flags(cmd)
	cmd.Flags().StringVar(&out, "out", "", "file to write, .csv (required)")
	_ = cmd.MarkFlagRequired("out")
	return cmd
}

func riskFitCommand() *cobra.Command {
	var w walk
	var out, id string
	o := risk.Options{Settings: risk.Usual}
	cmd := &cobra.Command{
		Use: "fit DIR…|FILE…", Short: "Fit a scorecard to histories",
		Long: `Takes folders of records, or files of anxin risk features, and fits the scorecard of arrears-risk: for each feature a curve in
the direction that it must have, points that add up, odds that are calibrated. It is tried on what it has not seen: counties
and employers left out in turn (never one in both), the last third of the time, and the counties of --leave-out.

Writes OUT/scorecard.yaml, to be reviewed, and OUT/scorecard.svg, to be looked at. The same histories give the same file.`,
		Example: "  anxin simulate --world causal --out worlds\n  anxin risk fit worlds --from 2025-07-07 --to 2026-10-26 --out result",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			rows, err := w.rows(cmd, args)
			if err != nil {
				return err
			}
			o.ID, o.On = id, civil.DateOf(time.Now())
			for _, path := range args {
				o.Data = append(o.Data, strings.TrimSuffix(filepath.Base(path), ".csv"))
			}
			if o.Yellow, o.Red, err = riskOdds(o.On); err != nil {
				return err
			}
			card, err := risk.Fit(rows, o)
			if err != nil {
				return app.BadInput(err)
			}
			if err := os.MkdirAll(out, 0o755); err != nil {
				return app.BadInput(fmt.Errorf("--out: %w", err))
			}
			printTrials(cmd.OutOrStdout(), card)
			return errors.Join(writeOut(filepath.Join(out, "scorecard.yaml"), card.Write), writeOut(filepath.Join(out, "scorecard.svg"), card.WriteSVG))
		},
	}
	w.flags(cmd)
	cmd.Flags().StringVar(&out, "out", "", "folder to write (required)")
	cmd.Flags().StringVar(&id, "id", "own", "name of the scorecard")
	cmd.Flags().StringSliceVar(&o.LeaveOut, "leave-out", nil, "codes of counties that are never fitted to, only tried on")
	cmd.Flags().StringArrayVar(&o.Notes, "note", nil, "what else the scorecard does not know; it stands in the file")
	_ = cmd.MarkFlagRequired("out")
	return cmd
}

func riskTryCommand() *cobra.Command {
	var w walk
	var file string
	cmd := &cobra.Command{
		Use: "try DIR…|FILE…", Short: "Tell how well a scorecard foresees what happened in histories that it was not fitted to",
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			rows, err := w.rows(cmd, args)
			if err != nil {
				return err
			}
			card, err := risk.Shipped()
			if file != "" {
				var text []byte
				if text, err = os.ReadFile(file); err == nil {
					card, err = risk.Read(text)
				}
			}
			if err != nil {
				return app.BadInput(err)
			}
			yellow, red, err := riskOdds(civil.DateOf(time.Now()))
			if err != nil {
				return err
			}
			for i, p := range card.Parts {
				card.Parts[i].Tried = []risk.Trial{risk.Try("the histories given", p, rows, yellow, red, nil)}
			}
			printTrials(cmd.OutOrStdout(), card)
			return nil
		},
	}
	w.flags(cmd)
	cmd.Flags().StringVar(&file, "scorecard", "", "scorecard to try (default: the one that ships with Anxin)")
	return cmd
}

func riskAdoptCommand() *cobra.Command {
	var configPath, by, reason string
	cmd := &cobra.Command{
		Use: "adopt FILE --by USER --reason TEXT", Short: "Put a reviewed scorecard in force, in a person's name",
		Long: `Reads a scorecard, checks it, and puts it in force from the next pass on. Who adopted which file, when and why stands in the
audit log; the file is kept in the store. The person is a supervisor or an administrator of the register of people.`,
		Example: "  anxin risk adopt result/scorecard.yaml --by wang.li --reason \"fitted to our own two years, reviewed on 3 November\"",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, log, err := prepared(configPath)
			if err != nil {
				return err
			}
			text, err := os.ReadFile(args[0])
			if err != nil {
				return app.BadInput(err)
			}
			card, err := app.AdoptScorecard(cmd.Context(), c, log, text, by, reason)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "scorecard %s is in force from the next pass on\n", card.ID)
			return nil
		},
	}
	cmd.Flags().StringVar(&configPath, "config", "", "configuration file")
	cmd.Flags().StringVar(&by, "by", "", "user name of who adopts it (required)")
	cmd.Flags().StringVar(&reason, "reason", "", "why (required)")
	_ = cmd.MarkFlagRequired("by")
	_ = cmd.MarkFlagRequired("reason")
	return cmd
}

func riskCheckCommand() *cobra.Command {
	var configPath, to string
	var days int
	cmd := &cobra.Command{
		Use: "check", Short: "Hold the scorecard in force against what then happened, and tell what has drifted",
		Long: `Takes past dates of the records in the store, every 14 days, asks what the scorecard in force would have told, and compares it
with what then happened: calibration, precision, recall, and which feature moved most since the scorecard was fitted. The
result is kept; metrics (anxin_risk_…) and their alerts go by the latest. Run it once a month, such as by a timer.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			last := civil.DateOf(time.Now()).AddDays(-risk.AheadDays - 31)
			if to != "" {
				var err error
				if last, err = asDate("--to", to); err != nil {
					return err
				}
			}
			yellow, red, err := riskOdds(civil.DateOf(time.Now()))
			if err != nil {
				return err
			}
			return withParts(cmd.Context(), configPath, func(ctx context.Context, p *app.Parts) error {
				show := newProgress()
				rows, err := assess.HistoryRows(ctx, p, assess.BacktestOptions{From: last.AddDays(-days), To: last, Every: 14}, show.step)
				show.clear()
				if err != nil {
					return err
				}
				card, err := risk.InForce(ctx, p.Store)
				if err != nil {
					return err
				}
				checks := risk.CheckHistory(card, rows, yellow, red, time.Now().UTC())
				if len(checks) == 0 {
					return app.BadInput(fmt.Errorf("there are no subjects to judge between %s and %s", last.AddDays(-days), last))
				}
				for _, c := range checks {
					fmt.Fprintf(cmd.OutOrStdout(), "%s, %s to %s: %d fell into arrears; %d warnings, precision %.2f, recall %.2f; calibration error %.3f; drift %.2f (%s)\n",
						c.Scope, c.From, c.To, c.Events, c.Yellow.Warnings, c.Yellow.Precision, c.Yellow.Recall, c.Calibration, c.Drift, c.Drifted)
				}
				return risk.Record(ctx, p.Store, checks)
			})
		},
	}
	cmd.Flags().StringVar(&configPath, "config", "", "configuration file")
	cmd.Flags().StringVar(&to, "to", "", "last as-of date, YYYY-MM-DD (default: 91 days ago, so that outcomes are known)")
	cmd.Flags().IntVar(&days, "days", 182, "days before it that are looked at")
	return cmd
}

// riskOdds are those from which arrears-risk warns.
func riskOdds(on civil.Date) (yellow, red float64, err error) {
	p := policy.National()
	if yellow, err = p.Number("arrears-risk", "yellow_odds", "", on); err == nil {
		red, err = p.Number("arrears-risk", "red_odds", "", on)
	}
	return yellow, red, err
}

func printTrials(out io.Writer, card risk.Scorecard) {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "SUBJECTS\tTRIED ON\tEVENTS\tLEVEL\tWARNINGS\tPRECISION\tRECALL\tLEAD\tA MONTH OF 100\tCALIBRATION")
	for _, p := range card.Parts {
		for _, tried := range p.Tried {
			for _, one := range []struct {
				level string
				risk.Figures
			}{{"yellow+red", tried.Yellow}, {"red", tried.Red}} {
				fmt.Fprintf(t, "%s\t%s\t%d\t%s\t%d\t%.2f\t%.2f\t%d\t%.2f\t%.3f\n", p.Scope, tried.On, tried.Events, one.level, one.Warnings, one.Precision, one.Recall, one.LeadDays, one.PerHundred, tried.Calibration)
			}
		}
	}
	_ = t.Flush()
}

// writeOut writes a file whole or not at all.
func writeOut(path string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".anxin-*")
	if err != nil {
		return app.BadInput(fmt.Errorf("--out: %w", err))
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
			err = fmt.Errorf("writing %s: %w", path, err)
		}
	}()
	if err := errors.Join(write(f), f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
