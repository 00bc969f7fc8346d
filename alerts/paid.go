package alerts

import (
	"context"
	"fmt"
	"time"

	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/store"
)

// tellPaid tells the cases with an order that is not met what pay slips say was paid since it was issued.
func (a *Alerts) tellPaid(ctx context.Context) error {
	run := a.findings.current.Load().run
	if run.run == 0 {
		return nil
	}
	list, err := a.cases.List(ctx, casefile.Filter{})
	if err != nil {
		return err
	}
	asked := map[string]*casefile.Order{}
	for _, c := range list {
		if c.Order.UnpaidFen() > 0 && !c.Stage.Ended() && (c.Scope == catalog.Project || c.Scope == catalog.Employer) {
			asked[c.ID] = c.Order
		}
	}
	paid, err := a.findings.readPaid(ctx, run, asked)
	if err != nil {
		return err
	}
	return a.cases.TellPaid(ctx, paid)
}

// readPaid reads what was paid in money since orders were issued, by the pay slips of the wage months that each names; of an order
// that names none, by all of its subject. A slip whose payments have no day tells nothing: it may have been paid before.
func (f *findings) readPaid(ctx context.Context, run latestRun, asked map[string]*casefile.Order) (map[string]*casefile.PaidByRecords, error) {
	if len(asked) == 0 {
		return nil, nil
	}
	if tells, err := f.snapshotHas(ctx, run.snapshot, "slips"); err != nil || !tells {
		return nil, err
	}
	ids := make([]string, 0, len(asked))
	for id := range asked {
		ids = append(ids, id)
	}
	var slips []struct {
		Case   string      `ch:"of_case"`
		Worker string      `ch:"worker"`
		Month  time.Time   `ch:"wage_month"`
		Paid   int64       `ch:"money_fen"`
		Days   []time.Time `ch:"days"`
		Sums   []int64     `ch:"sums"`
	}
	if err := f.conn.Select(ctx, &slips, `
		SELECT
			concat(toString(scope), ':', scope_id) AS of_case,
			lower(hex(worker_key)) AS worker,
			wage_month,
			money_fen,
			arrayMap(p -> p.1, payments) AS days,
			arrayMap(p -> p.2, payments) AS sums
		FROM `+store.Quote(run.snapshot)+`.slips
		WHERE of_case IN (?) AND money_fen > 0 AND notEmpty(payments)`, ids); err != nil {
		return nil, fmt.Errorf("reading what was paid since orders by run %d: %w", run.run, err)
	}
	paid, workers := map[string]*casefile.PaidByRecords{}, map[string]map[string]bool{}
	for id, o := range asked {
		paid[id], workers[id] = &casefile.PaidByRecords{OrderSeq: o.Seq, AsOf: run.asOf, Run: run.run}, map[string]bool{}
	}
	for _, slip := range slips {
		o, told := asked[slip.Case], paid[slip.Case]
		if month := monthOf(slip.Month); o.WageFrom != nil && month < *o.WageFrom || o.WageTo != nil && month > *o.WageTo {
			continue
		}
		var before int64
		var last *civil.Date
		for i, t := range slip.Days {
			if on := civil.OfColumn(t); on < o.IssuedOn {
				before = max(before, slip.Sums[i])
			} else if last == nil || on > *last {
				last = &on
			}
		}
		if since := slip.Paid - before; since > 0 && last != nil {
			told.AmountFen += since
			told.Slips++
			workers[slip.Case][slip.Worker] = true
			if told.LastOn == nil || *last > *told.LastOn {
				told.LastOn = last
			}
		}
	}
	for id, told := range paid {
		told.Workers = uint32(len(workers[id]))
	}
	return paid, nil
}
