package casework

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// candidate is an employer that can be proposed for the joint-discipline list, as a page shows it: the orders it rests on,
// each with the last day for a decision, and where a fresh order can be given.
type candidate struct {
	*casefile.Facts
	Late        bool // the time for a decision has passed by every order
	FreshOrders []freshOrder
}

// freshOrder is a case in which the employer can be ordered anew to pay. Open says that its stage allows that already.
type freshOrder struct {
	Case string `json:"case"`
	Name string `json:"name"`
	Open bool   `json:"open"` // who asks may give the order now
}

// Best is the order whose time for a decision ends last; nil when there is none.
func (d candidate) Best() *casefile.OrderFact {
	if len(d.Orders) == 0 {
		return nil
	}
	return &d.Orders[len(d.Orders)-1]
}

// offered makes a candidate of an employer's facts. seen are the cases that who asks may read, by id.
func (p *Pages) offered(r *web.Request, f *casefile.Facts, seen map[string]casefile.Case) candidate {
	d := candidate{Facts: f, FreshOrders: []freshOrder{}}
	if best := d.Best(); best != nil && best.DecideBy != nil {
		d.Late = best.DecideBy.State == casefile.Passed
	}
	var subjects []string
	for _, o := range append(slices.Clone(f.Orders), casefile.OrderFact{Scope: catalog.Employer, ScopeID: f.Employer}) {
		id := casefile.ID(o.Scope, o.ScopeID)
		k, ok := seen[id]
		if !ok || k.Stage.Ended() || slices.Contains(subjects, id) {
			continue
		}
		subjects = append(subjects, id)
		running := k.Order != nil && k.Order.PaidFen < k.Order.AmountFen && civil.DateOf(p.Now()) <= k.Order.DueOn
		d.FreshOrders = append(d.FreshOrders, freshOrder{id, cmp.Or(k.Name, k.ScopeID), !running && slices.Contains(p.Cases.Allowed(k, *r.Person()), casefile.OrderPayment)})
	}
	return d
}

// casesSeen are the cases that who asks may read, by id.
func (p *Pages) casesSeen(r *web.Request) (map[string]casefile.Case, error) {
	list, err := p.myCases(r, casefile.Filter{})
	seen := map[string]casefile.Case{}
	for _, k := range list {
		seen[k.ID] = k
	}
	return seen, err
}

// candidates are the employers that who asks may propose or see proposed, without those whose procedure is under way.
func (p *Pages) candidates(r *web.Request) ([]candidate, error) {
	if p.Blacklist == nil {
		return []candidate{}, nil
	}
	underWay := map[string]bool{}
	for _, e := range p.Blacklist.Entries() {
		underWay[e.Employer] = underWay[e.Employer] || !e.Stage.Ended()
	}
	all := []candidate{}
	found, err := p.Blacklist.Candidates(r.Context)
	if err != nil {
		return all, err
	}
	seen, err := p.casesSeen(r)
	for _, f := range found {
		if !underWay[f.Employer] && access.Allow(r.Person(), access.Discipline, access.At(f.Township, "")) {
			all = append(all, p.offered(r, f, seen))
		}
	}
	return all, err
}

// dated reports whether orders have the last day for a decision by them: those that a procedure rests on have its deadlines.
func dated(orders []casefile.OrderFact) bool {
	return slices.ContainsFunc(orders, func(o casefile.OrderFact) bool { return o.DecideBy != nil })
}

// orderOptions offer a candidate's orders to rest a proposal on, the one whose time ends last first, as casework prefers.
func (p *Pages) orderOptions(l language.Locale, f *casefile.Facts) field {
	orders := field{Name: "order_id", Kind: asChoice}
	for _, o := range slices.Backward(f.Orders) {
		name := o.ID
		if o.DocumentNo != "" {
			name = o.DocumentNo
		}
		label := name
		if by := o.DecideBy; by != nil && by.Due != nil {
			label += " · " + language.Fill(l, "order.decide_by", l.ShortDate(*by.Due), l.Word("deadline", string(by.State)))
		}
		label += fmt.Sprintf(" · %s · %s · %s", l.ShortDate(o.DueOn), l.Count(int64(o.Workers), catalog.Workers), l.ExactYuan(o.AmountFen))
		orders.Options = append(orders.Options, option{o.ID, label})
	}
	if len(orders.Options) > 0 {
		orders.Value = orders.Options[0].Value
	}
	return orders
}

// candidate is the employer in the address of a request; web.ErrNotFound when it cannot be proposed.
func (p *Pages) candidate(r *web.Request) (*casefile.Facts, error) {
	employer := r.HTTP.PathValue("employer")
	if p.Blacklist == nil || !view.SubjectID.MatchString(employer) {
		return nil, web.ErrNotFound
	}
	return p.candidateOf(r.Context, employer)
}

func (p *Pages) candidateOf(ctx context.Context, employer string) (*casefile.Facts, error) {
	f, err := p.Blacklist.Candidate(ctx, employer)
	if err == nil && f == nil {
		err = web.ErrNotFound
	}
	return f, err
}

// OneCandidate is what a route about a candidate touches.
func (p *Pages) OneCandidate(r *web.Request) (access.Object, error) {
	f, err := p.candidate(r)
	if err != nil {
		return access.Object{}, err
	}
	return access.At(f.Township, ""), nil
}
