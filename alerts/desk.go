package alerts

import (
	"context"
	"time"

	"github.com/anxin-project/anxin/alerts/blacklist"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Desk is the joint-discipline list as pages use it: the same steps, facts and refusals as the API's.
type Desk struct{ a *Alerts }

// Desk returns the list for pages.
func (a *Alerts) Desk() Desk { return Desk{a} }

// Entries are all entries as they are today.
func (d Desk) Entries() []casefile.Entry {
	d.a.currentList()
	return d.a.blacklist.List(blacklist.Filter{})
}

// currentList takes in what other processes have written about the list. Where the store does not answer, what this one knows is
// shown.
func (a *Alerts) currentList() {
	ctx, cancel := context.WithTimeout(context.Background(), listTimeout)
	defer cancel()
	if err := a.blacklist.Current(ctx); err != nil {
		a.logger.Error("looking at the joint-discipline list", "error", err)
	}
}

// listTimeout is how long a page waits for what other processes have written.
const listTimeout = 5 * time.Second

// Entry returns an entry and its events in the order of the log.
func (d Desk) Entry(ctx context.Context, id string) (casefile.Entry, []casefile.Event, error) {
	return d.a.blacklist.Get(ctx, id)
}

// Choices are the actions open to a person on an entry as it is today.
func (d Desk) Choices(id string, by access.Person) []casefile.EntryChoice {
	return d.a.blacklist.Choices(id, by)
}

// Candidates are who can be proposed for the list: whom the latest run has found, and whom orders issued here make meet
// the conditions. Each order has the last day for a decision by it. A procedure may be under way already.
func (d Desk) Candidates(ctx context.Context) ([]*casefile.Facts, error) {
	return d.candidates(ctx, "")
}

// Candidate is the one of an employer; nil when it cannot be proposed.
func (d Desk) Candidate(ctx context.Context, employer string) (*casefile.Facts, error) {
	if employer == "" {
		return nil, nil
	}
	all, err := d.candidates(ctx, employer)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all[0], nil
}

func (d Desk) candidates(ctx context.Context, employer string) ([]*casefile.Facts, error) {
	today := civil.DateOf(d.a.findings.clock())
	issued, err := d.issued(ctx, today)
	if err != nil {
		return nil, err
	}
	all, err := blacklist.Candidates(ctx, d.a.findings.conn, d.a.findings.run(), d.a.conditions, issued, employer, today)
	for _, f := range all {
		d.a.blacklist.Offered(f)
	}
	return all, err
}

// issued are the orders that cases here have issued and whose date has passed unmet.
func (d Desk) issued(ctx context.Context, today civil.Date) ([]blacklist.Issued, error) {
	list, err := d.a.cases.List(ctx, casefile.Filter{})
	var all []blacklist.Issued
	for _, c := range list {
		o := c.Order
		if !o.Unmet(today) || c.Stage.Ended() {
			continue
		}
		one := blacklist.Issued{Township: c.Township, OrderFact: casefile.OrderFact{
			ID: c.ID + " " + o.DocumentNo, CaseID: c.ID, DocumentNo: o.DocumentNo, Scope: c.Scope, ScopeID: c.ScopeID, OpenedOn: o.IssuedOn, DueOn: o.DueOn,
			WageFrom: o.WageFrom, WageTo: o.WageTo, Workers: o.Workers, AmountFen: o.AmountFen, PaidFen: o.PaidFen,
		}}
		one.Employer, one.Name = c.Binds(o.Employer, o.EmployerName)
		all = append(all, one)
	}
	return all, err
}

// Propose makes an employer a candidate by what the records say.
func (d Desk) Propose(ctx context.Context, by access.Person, employer string, a casefile.EntryAction) (casefile.Entry, error) {
	facts, err := d.Candidate(ctx, employer)
	if err != nil {
		return casefile.Entry{}, err
	}
	done, err := d.a.blacklist.Propose(ctx, by, employer, facts, a)
	return done.Entry, err
}

// Act takes a step on an entry, by somebody who has seen its events up to seq.
func (d Desk) Act(ctx context.Context, by access.Person, id string, seq uint32, a casefile.EntryAction) (casefile.Entry, error) {
	done, err := d.a.blacklist.Act(ctx, by, id, seq, a)
	return done.Entry, err
}

// Published is the list as it is public today.
func (d Desk) Published() []casefile.Published {
	d.a.currentList()
	return d.a.blacklist.Publication().Employers
}
