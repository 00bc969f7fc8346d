package assess

import (
	"context"
	"path/filepath"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/detectors/backtest"
	"github.com/anxin-project/anxin/detectors/risk"
	"github.com/anxin-project/anxin/detectors/snapshot"
	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/produce"
	"github.com/anxin-project/anxin/internal/app"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// RiskRows loads a folder of records as Run does and returns what was known of every subject on each as-of date, with what then
// happened: what a scorecard is fitted to and tried on. Of the options it takes Dir, From, To, Every, Until, Policy and Holidays.
func RiskRows(ctx context.Context, o BacktestOptions, show app.Show) (rows []risk.Row, err error) {
	files, err := produce.Files(o.Dir, ingest.DefaultConfiguration().Kafka.Prefix)
	if err != nil {
		return nil, app.BadInput(err)
	}
	c := app.DefaultConfiguration()
	c.Policy, c.Holidays = o.Policy, o.Holidays
	c.Detectors.Settling = 0 // nothing is being stored meanwhile
	err = withRecords(ctx, c, files, max(o.To, o.Until), NewSummary(o.To), show, func(p *app.Parts, _ []ingest.DeadLetter) error {
		rows, err = HistoryRows(ctx, p, o, show)
		return err
	})
	for i := range rows {
		rows[i].World = filepath.Base(o.Dir)
	}
	return rows, err
}

// HistoryRows does the same for what a store holds; Dir is not looked at.
func HistoryRows(ctx context.Context, p *app.Parts, o BacktestOptions, show app.Show) (rows []risk.Row, err error) {
	end, err := dataEnd(ctx, p.Store, o)
	if err != nil {
		return nil, err
	}
	rules, err := backtest.LoadRules(p.Policy, end)
	if err != nil {
		return nil, err
	}
	all, err := p.Detectors()
	if err != nil {
		return nil, err
	}
	dates := int(o.To-o.From)/o.Every + 1
	for i := range dates {
		on := o.From.AddDays(i * o.Every)
		show("reading what was known on %s, date %d of %d", on, i+1, dates)
		err := all.Facts(ctx, on, snapshot.Part{"risk_subjects"}, func(facts driver.Conn) error {
			known, err := risk.Load(ctx, facts, on)
			rows = append(rows, known...)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	show("reading what happened until %s", end)
	var future backtest.Future
	err = all.Facts(ctx, end, nil, func(facts driver.Conn) (err error) {
		future, err = backtest.LoadFuture(ctx, facts, end, rules)
		return err
	})
	if err != nil {
		return nil, err
	}
	happened(rows, future, rules)
	return rows, nil
}

// happened fills what then happened.
func happened(rows []risk.Row, future backtest.Future, rules backtest.Rules) {
	of := map[backtest.Subject][]backtest.Arrears{}
	for _, a := range future.Arrears {
		of[a.Subject] = append(of[a.Subject], a)
	}
	for i := range rows {
		r := &rows[i]
		first := civil.Date(0)
		for _, a := range of[backtest.Subject{Scope: r.Scope, ID: r.ID}] {
			switch {
			case a.PayDay <= r.AsOf && (a.To == nil || *a.To > r.AsOf):
				r.Open = true
			case a.PayDay > r.AsOf && (first == 0 || a.PayDay < first):
				first = a.PayDay
			}
		}
		if first != 0 {
			r.Days = int(first - r.AsOf)
		}
		r.Outcome = first != 0 && r.Days <= risk.AheadDays
		r.Known = r.AsOf.AddDays(risk.AheadDays+rules.ArrearsDays) <= future.End
	}
}
