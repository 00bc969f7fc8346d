package blacklist

import (
	"slices"

	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Conditions are those of listing, from policy (section blacklist-candidate): what counts as an order to pay, and the
// amount test of refusing to pay (法释〔2013〕3号 art. 3). The test is of what is still refused: payments are deducted, and a
// worker or a wage named in two orders counts once.
type Conditions struct {
	OrderKinds   []string // kinds of proceedings that order to pay
	VoidOutcomes []string // outcomes that take an order back

	ManyWorkers     uint32 // workers for the amount in total
	ManyWorkersFen  int64
	OneWorkerFen    int64 // amount for one worker
	OneWorkerMonths float64
	IncidentDays    int // how far back an incident counts
}

// ConditionsOf tells the conditions in force at a place, given by its division code, on a day.
type ConditionsOf func(place string, on civil.Date) Conditions

// DefaultConditions are those of the national policy, everywhere and always.
func DefaultConditions(string, civil.Date) Conditions {
	return Conditions{
		OrderKinds: []string{"rectification_order", "administrative_decision"}, VoidOutcomes: []string{"withdrawn", "dismissed"},
		ManyWorkers: 10, ManyWorkersFen: 3_000_000, OneWorkerFen: 500_000, OneWorkerMonths: 3, IncidentDays: 365,
	}
}

// grounds are those that an employer's facts meet. found are those that the detector has found: what it knows of single
// workers by the pay lists stands, unless so little is still refused that no worker can be owed the amount.
func (c Conditions) grounds(f *casefile.Facts, found []string) []string {
	var all []string
	if f.OrderedWorkers >= c.ManyWorkers && f.UnpaidFen >= c.ManyWorkersFen {
		all = append(all, casefile.ManyWorkers)
	}
	if f.UnpaidFen >= c.OneWorkerFen && (slices.Contains(found, casefile.OneWorker) || c.oneByMean(f)) {
		all = append(all, casefile.OneWorker)
	}
	if f.Incidents > 0 {
		all = append(all, casefile.Incident)
	}
	return all
}

// oneByMean: an order's mean per worker is large, so at least one of its workers is owed that much. It needs a month's pay
// to be held against.
func (c Conditions) oneByMean(f *casefile.Facts) bool {
	if f.MonthlyPayFen <= 0 {
		return false
	}
	least := max(float64(c.OneWorkerFen), c.OneWorkerMonths*float64(f.MonthlyPayFen))
	return slices.ContainsFunc(f.Orders, func(o casefile.OrderFact) bool {
		unpaid := casefile.Once([]casefile.OrderFact{o}).UnpaidFen()
		return float64(unpaid)/float64(max(o.Workers, 1)) >= least
	})
}
