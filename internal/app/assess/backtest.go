package assess

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/detectors/backtest"
	shipped "github.com/anxin-project/anxin/detectors/catalog"
	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/produce"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/app"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/verdict"
	"github.com/anxin-project/anxin/internal/simulate"
	"github.com/anxin-project/anxin/internal/simulate/folder"
)

// BacktestOptions say what Backtest evaluates.
type BacktestOptions struct {
	Dir      string     // the records, and truth.ndjson where they are simulated
	From, To civil.Date // the first and the last as-of date
	Every    int        // days from one as-of date to the next
	Horizon  int        // days within which a warning's arrears must come; 0: policy's
	Until    civil.Date // the last day of the data; 0: the day of the last record
	Policy   string     // as in Options
	Holidays string     // as in Options
	Catalog  string     // a folder with detectors beside those shipped; may be empty
	Out      string     // the folder for the plot and the tables; empty for none
	Verdicts string     // a file of what people found of warnings, as anxin verdicts writes it; empty for none
}

// Backtest loads the records as Run does, evaluates one as-of date after the other and compares the warnings with the arrears that
// came; where the folder holds the truth of a simulation, with the hidden causes too. It reports its progress to show. What the
// options ask and the data do not have is app.BadInput.
func Backtest(ctx context.Context, o BacktestOptions, show app.Show) (report backtest.Report, err error) {
	files, err := produce.Files(o.Dir, ingest.DefaultConfiguration().Kafka.Prefix)
	if err != nil {
		return report, app.BadInput(err)
	}
	if _, _, err := app.LoadRules(o.Catalog, o.Policy, o.To); err != nil {
		return report, err
	}
	truth, err := folder.ReadTruth(o.Dir)
	if err != nil {
		return report, app.BadInput(err)
	}
	var found []verdict.Verdict
	if o.Verdicts != "" {
		if found, err = readVerdicts(o.Verdicts); err != nil {
			return report, app.BadInput(err)
		}
	}
	if o.Out != "" {
		if err := os.MkdirAll(o.Out, 0o755); err != nil {
			return report, app.BadInput(fmt.Errorf("--out: %w", err))
		}
	}
	c := app.DefaultConfiguration()
	c.Policy, c.Holidays, c.Detectors.Catalog = o.Policy, o.Holidays, o.Catalog
	c.Detectors.Settling = 0 // nothing is being stored while passes run
	err = withRecords(ctx, c, files, max(o.To, o.Until), NewSummary(o.To), show, func(p *app.Parts, _ []ingest.DeadLetter) error {
		if report, err = walk(ctx, p, o, truth, show); err == nil && o.Verdicts != "" {
			report.AddVerdicts(found, shipped.Headers(p.Catalogue))
		}
		return err
	})
	if err != nil || o.Out == "" {
		return report, err
	}
	return report, writeBacktest(o.Out, report)
}

// readVerdicts reads a file that anxin verdicts wrote.
func readVerdicts(path string) (all []verdict.Verdict, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("--verdicts: %w", err)
	}
	defer f.Close()
	for lines := json.NewDecoder(f); ; {
		var v verdict.Verdict
		switch err := lines.Decode(&v); {
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return nil, fmt.Errorf("--verdicts %s, entry %d: %w", path, len(all)+1, err)
		case v.Detector == "" || verdict.Codes[v.Kind] == nil || v.At.IsZero():
			return nil, fmt.Errorf("--verdicts %s, entry %d is no verdict: want what anxin verdicts writes", path, len(all)+1)
		}
		all = append(all, v)
	}
}

// walk evaluates the dates one by one and measures what they found.
func walk(ctx context.Context, p *app.Parts, o BacktestOptions, truth []simulate.Truth, show app.Show) (report backtest.Report, err error) {
	end, err := dataEnd(ctx, p.Store, o)
	if err != nil {
		return report, err
	}
	rules, err := backtest.LoadRules(p.Policy, end)
	if err != nil {
		return report, err
	}
	if earliest := rules.EarliestFrom(end); o.From < earliest {
		return report, app.BadInput(fmt.Errorf("of data that end on %s, what happened is known for dates from %s on: want --from no earlier, or an earlier --until", end, earliest))
	}
	if o.Horizon > 0 {
		rules.HorizonDays = o.Horizon
	}
	all, err := p.Detectors()
	if err != nil {
		return report, err
	}
	var w backtest.Walk
	dates := int(o.To-o.From)/o.Every + 1
	for i := range dates {
		on := o.From.AddDays(i * o.Every)
		show("evaluating as of %s, date %d of %d", on, i+1, dates)
		pass, err := all.Pass(ctx, on)
		if err != nil {
			return report, err
		}
		w.Add(pass)
	}
	show("reading what happened until %s", end)
	var future backtest.Future
	err = all.Facts(ctx, end, nil, func(facts driver.Conn) (err error) {
		future, err = backtest.LoadFuture(ctx, facts, end, rules)
		return err
	})
	if err != nil {
		return report, err
	}
	history := w.History(future)
	report = backtest.Measure(history, shipped.Headers(all.Catalogue), rules, p.Policy.Version())
	if truth != nil {
		report.Compare(history, causes(truth, end))
	}
	return report, nil
}

// dataEnd returns the last day of the data, and refuses dates that they do not reach.
func dataEnd(ctx context.Context, conn driver.Conn, o BacktestOptions) (civil.Date, error) {
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
	if o.Until != 0 {
		end = min(end, o.Until)
	}
	if o.To > end {
		return 0, app.BadInput(fmt.Errorf("the data end on %s: want --to no later, and for figures that mean something a good while before", end))
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
