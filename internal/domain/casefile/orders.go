package casefile

import (
	"cmp"
	"math"
	"slices"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// OrderFact is an order to pay by a date (责令限期支付): one that a source recorded, or one that a case here issued.
// Amounts are fen, dates are civil dates in Asia/Shanghai.
type OrderFact struct {
	// ID is that of the source's record; of an order issued here it is the case's id, a space and the document's number.
	ID         string        `json:"id"`
	Source     string        `json:"source,omitempty"`      // the system that sent the record; empty for an order issued here
	CaseID     string        `json:"case_id,omitempty"`     // the case that issued it here
	DocumentNo string        `json:"document_no,omitempty"` // known of an order issued here
	Scope      catalog.Scope `json:"scope,omitempty"`       // what it is about: a project, else the employer
	ScopeID    string        `json:"scope_id,omitempty"`
	OpenedOn   civil.Date    `json:"opened_on"`
	DueOn      civil.Date    `json:"due_on"`
	WageFrom   *civil.Month  `json:"wage_from,omitempty"` // first wage month; nil when the order does not say
	WageTo     *civil.Month  `json:"wage_to,omitempty"`
	Workers    uint32        `json:"workers"`
	AmountFen  int64         `json:"amount_fen"`
	PaidFen    int64         `json:"paid_fen,omitempty"` // of it, so far

	// DecideBy is the last day for a decision on listing by this order. It is there where orders are offered; the log
	// keeps no deadline, for a holiday notice supplied later mends it.
	DecideBy *Deadline `json:"decide_by,omitempty"`
}

// Restates reports whether two orders may be about the same wages: they have one subject, and their wage months overlap
// or one of them names none.
func (o OrderFact) Restates(p OrderFact) bool {
	return o.Scope == p.Scope && o.ScopeID == p.ScopeID && o.first() <= p.last() && p.first() <= o.last()
}

func (o OrderFact) first() civil.Month {
	if o.WageFrom == nil {
		return math.MinInt32
	}
	return *o.WageFrom
}

func (o OrderFact) last() civil.Month {
	if o.WageTo == nil {
		return math.MaxInt32
	}
	return *o.WageTo
}

// Sum is what orders come to when each worker and each wage counts once. Unpaid is AmountFen less PaidFen.
type Sum struct {
	Workers   uint32
	AmountFen int64
	PaidFen   int64
}

// UnpaidFen is what is still refused.
func (s Sum) UnpaidFen() int64 { return s.AmountFen - s.PaidFen }

func (s Sum) compare(t Sum) int {
	return cmp.Or(cmp.Compare(s.UnpaidFen(), t.UnpaidFen()), cmp.Compare(s.AmountFen, t.AmountFen))
}

// Once adds up orders so that no wage counts twice. Of orders about one subject that may be about the same wages the one
// with most unpaid counts, and a payment on either is a payment on both, the largest of them; orders for distinct wage
// months add. More than this may be owed; less cannot be, if the orders are right. The workers of a subject are those of
// its largest order that is not paid in full: the same people may be owed several months. Subjects add.
func Once(orders []OrderFact) Sum {
	type subject struct {
		scope catalog.Scope
		id    string
	}
	by := map[subject][]OrderFact{}
	var subjects []subject
	for _, o := range orders {
		s := subject{o.Scope, o.ScopeID}
		if by[s] == nil {
			subjects = append(subjects, s)
		}
		by[s] = append(by[s], o)
	}
	var total Sum
	for _, s := range subjects {
		one := onceOfSubject(by[s])
		total.Workers += one.Workers
		total.AmountFen += one.AmountFen
		total.PaidFen += one.PaidFen
	}
	return total
}

// onceOfSubject finds, among the orders of one subject, those that cannot be about the same wages and of which most is
// unpaid: intervals scheduled by weight.
func onceOfSubject(orders []OrderFact) Sum {
	orders = slices.Clone(orders)
	slices.SortStableFunc(orders, func(a, b OrderFact) int { return cmp.Compare(a.last(), b.last()) })
	best := make([]Sum, len(orders)+1) // of the first n orders
	var workers uint32
	for i, o := range orders {
		one := Sum{AmountFen: o.AmountFen}
		for _, p := range orders {
			if o.Restates(p) {
				one.PaidFen = max(one.PaidFen, p.PaidFen)
			}
		}
		one.PaidFen = min(one.PaidFen, one.AmountFen)
		if one.UnpaidFen() > 0 {
			workers = max(workers, o.Workers)
		}
		before := 0 // orders that end before this one begins
		for before < i && orders[before].last() < o.first() {
			before++
		}
		with := Sum{AmountFen: best[before].AmountFen + one.AmountFen, PaidFen: best[before].PaidFen + one.PaidFen}
		best[i+1] = best[i]
		if with.compare(best[i]) > 0 {
			best[i+1] = with
		}
	}
	sum := best[len(orders)]
	sum.Workers = workers
	return sum
}
