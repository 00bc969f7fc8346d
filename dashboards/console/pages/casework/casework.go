package casework

import (
	"cmp"
	"context"
	"errors"
	"math"
	"net/http"
	"slices"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/closure"
	"github.com/anxin-project/anxin/internal/platform/audit"
)

// problem is why what a form sent was not done.
type problem struct {
	Code, Text, Rule string
	status           int
}

// notDone turns an error of casework into what the page says, beside the form as it was filled in. What nobody can be
// told, such as a case that is not there, stays an error.
func (p *Pages) notDone(r *web.Request, err error) (*problem, error) {
	if err == nil {
		return nil, nil
	}
	var refusal *casefile.Refusal
	why := &problem{}
	switch {
	case errors.As(err, &refusal):
		*why = problem{Code: refusal.Code, Text: refusal.Message.In(string(r.Lang)), Rule: refusal.Basis, status: http.StatusUnprocessableEntity}
		r.Event.Outcome = audit.Refused
	case errors.Is(err, casefile.ErrConflict):
		*why = problem{Code: "conflict", Text: language.Message(r.Lang, "step.conflict"), status: http.StatusConflict}
		r.Event.Outcome = audit.Refused
	case errors.Is(err, casefile.ErrNotFound):
		return nil, web.ErrNotFound
	default:
		p.Logger.Error("a step of casework failed", "path", r.HTTP.URL.Path, "error", err)
		*why = problem{Code: "unavailable", Text: language.Message(r.Lang, "step.unavailable"), status: http.StatusServiceUnavailable}
		r.Event.Outcome = audit.OutcomeOf(err)
	}
	r.Event.Purpose = why.Code
	return why, nil
}

// nextDeadline is the first deadline that is not met; one that cannot be counted comes before all. Passing a case on is
// left out: whoever keeps it has longer.
func nextDeadline(all []casefile.Deadline) *casefile.Deadline {
	var next *casefile.Deadline
	for i, d := range all {
		if d.DoneOn == nil && d.Kind != casefile.ToPassOn && (next == nil || dueOn(&d) < dueOn(next)) {
			next = &all[i]
		}
	}
	return next
}

// dueOn orders deadlines: what cannot be counted first, for somebody must look; what has none last.
func dueOn(d *casefile.Deadline) civil.Date {
	switch {
	case d == nil:
		return math.MaxInt32
	case d.Due == nil:
		return math.MinInt32
	}
	return *d.Due
}

// lacking is the first deadline that still runs and cannot be counted; nil when all can.
func lacking(all []casefile.Deadline) *casefile.Deadline {
	for i, d := range all {
		if d.Due == nil && d.DoneOn == nil {
			return &all[i]
		}
	}
	return nil
}

// work is one thing that waits for somebody.
type work struct {
	ID               string // of the case, or of the entry of the list
	URL, Name, Place string
	Level            string // of a case
	Step             string // the action, as the case or the entry calls it
	What             string // key of a text: what is to be done
	Stage            catalog.Text
	Mine             bool // assigned to the person
	Deadline         *casefile.Deadline
	Hindrance        *casefile.Refusal // what forbids it today
	Urge             *casefile.Urge    // a supervisor's, that waits for the person's answer
	stakes
}

func sortWork(all []work) {
	slices.SortStableFunc(all, func(a, b work) int {
		return cmp.Or(-compareBool(a.Urge != nil, b.Urge != nil), cmp.Compare(dueOn(a.Deadline), dueOn(b.Deadline)), cmp.Compare(a.Level, b.Level), cmp.Compare(a.URL, b.URL)) // red before yellow
	})
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// workData is a list of work.
type workData struct {
	Connected  bool
	Rows       []work
	Late, Near int
	Pager      web.Pager

	Todo      *todo // of the page of today's work
	Of, Place string
	MayAccept bool
	Done      string
}

func (p *Pages) workList(r *web.Request, rows []work) *workData {
	sortWork(rows)
	d := &workData{Connected: p.Cases != nil}
	for _, w := range rows {
		if w.Deadline != nil && w.Deadline.State == casefile.Passed {
			d.Late++
		}
		if w.Deadline != nil && w.Deadline.State == casefile.Near {
			d.Near++
		}
	}
	d.Pager = r.Query.Rows(len(rows), p.PageSize)
	d.Rows = rows[d.Pager.From:d.Pager.To]
	return d
}

// WorkPage is the page at /work.
func (p *Pages) WorkPage(r *web.Request) (web.Answer, error) {
	d, err := p.todo(r)
	return web.Answer{Template: "work", Title: language.Message(r.Lang, "work.title"), Data: d}, err
}

// todo is what waits for who asks: in figures all of it, in rows what of it was chosen.
func (p *Pages) todo(r *web.Request) (*workData, error) {
	of, place := r.Query.Choice("of", "", lateWork, todayWork), r.Query.Code("place", 4, 6)
	rows, err := p.Work(r)
	if err != nil {
		return nil, err
	}
	figures, err := p.waiting(r, rows)
	d := p.workList(r, p.chosen(rows, place, of))
	d.Todo, d.Of, d.Place, d.Done, d.MayAccept = &figures, of, place, r.Query.Word("done"), r.Who.Is(access.Inspector, access.DepartmentOfficer)
	return d, err
}

// Work is what waits for who asks: supervisors' urges first, then the cases assigned to them or to nobody, the next steps on the list, and what only a
// supervisor can approve.
func (p *Pages) Work(r *web.Request) ([]work, error) {
	rows, err := p.Approvals(r)
	if err != nil {
		return nil, err
	}
	person := *r.Person()
	list, err := p.myCases(r, casefile.Filter{})
	if err != nil {
		return nil, err
	}
	for _, k := range list {
		mine := k.Assignee == person.ID
		if slices.Contains(p.Cases.Allowed(k, person), casefile.Acknowledge) {
			for _, u := range k.Urged(person.ID) { // acknowledged together, shown one by one
				row := p.caseWork(k, casefile.Acknowledge, mine)
				row.Urge = &u
				rows = append(rows, row)
			}
		}
		if k.Stage.Ended() || !mine && (k.Assignee != "" || !person.Is(access.Inspector, access.DepartmentOfficer)) {
			continue
		}
		if next := nextStep(k); slices.Contains(p.Cases.Allowed(k, person), next) && !waitsForSupervisor(k, person) {
			rows = append(rows, p.caseWork(k, next, mine))
		}
	}
	for _, e := range p.myEntries(r) {
		for _, choice := range p.Blacklist.Choices(e.ID, person) {
			if choice.Refusal == nil && slices.Contains(entrySteps, choice.Kind) && !decides(choice.Kind) {
				rows = append(rows, p.entryWork(e, choice)) // decisions are among the approvals
			}
		}
	}
	return rows, nil
}

// nextStep is the action that carries a case on from its stage; one that is accepted and whose condition has cleared
// can be closed.
func nextStep(k casefile.Case) casefile.ActionKind {
	switch {
	case k.Stage == casefile.Open:
		return casefile.Accept
	case k.Stage == casefile.Paid || k.Cleared:
		return casefile.Close
	case k.Stage == casefile.Accepted:
		return casefile.Investigate
	case k.Stage == casefile.Ordered:
		return casefile.RecordPayment
	}
	return casefile.OrderPayment
}

// stepTitle is the key of what an action on a case is called today: once an order's date has passed unmet, recording a
// payment is first of all to check whether the order was obeyed.
func (p *Pages) stepTitle(k casefile.Case, step casefile.ActionKind) string {
	if step == casefile.RecordPayment && k.Order.Unmet(civil.DateOf(p.Now())) {
		return "do.check_fulfilment"
	}
	return "do." + string(step)
}

// waitsForSupervisor reports whether nobody but a supervisor can carry a case on: what was paid while an alert still fires.
func waitsForSupervisor(k casefile.Case, p access.Person) bool {
	return k.Stage == casefile.Paid && !k.Cleared && !p.Is(access.Supervisor)
}

func (p *Pages) caseWork(k casefile.Case, step casefile.ActionKind, mine bool) work {
	return work{ID: k.ID, URL: web.CaseURL(k.ID), Name: cmp.Or(k.Name, k.ScopeID), Place: k.Territory, Level: string(k.Level), Step: string(step), What: p.stepTitle(k, step),
		Stage: k.Stage.Title(), Mine: mine, Deadline: nextDeadline(k.Deadlines), stakes: p.stakesOf(k)}
}

func (p *Pages) entryWork(e casefile.Entry, choice casefile.EntryChoice) work {
	return work{ID: e.ID, URL: entryURL(e.ID), Name: e.Name, Place: e.Township, Step: string(choice.Kind), What: "listing." + string(choice.Kind),
		Stage: e.Stage.Title(), Deadline: nextDeadline(e.Deadlines), Hindrance: choice.Refusal, stakes: p.stakesOfEntry(e)}
}

// ApprovalsPage is the page at /approvals.
func (p *Pages) ApprovalsPage(r *web.Request) (web.Answer, error) {
	rows, err := p.Approvals(r)
	return web.Answer{Template: "work", Title: language.Message(r.Lang, "approvals.title"), Data: p.workList(r, rows)}, err
}

// Approvals are what waits for a supervisor: decisions on listing and on removal, investigations about to run out of time,
// closures that an inspector proposed, and paid cases whose alert still fires.
func (p *Pages) Approvals(r *web.Request) ([]work, error) {
	person := *r.Person()
	var rows []work
	if !access.Allow(&person, access.Decide, access.Object{}) {
		return nil, nil
	}
	list, err := p.myCases(r, casefile.Filter{})
	if err != nil {
		return nil, err
	}
	for _, k := range list {
		allowed := p.Cases.Allowed(k, person)
		runsOut := slices.ContainsFunc(k.Deadlines, func(d casefile.Deadline) bool { return d.Kind == casefile.ToInvestigate && d.State == casefile.Near })
		switch {
		case runsOut && !k.Extended && slices.Contains(allowed, casefile.Extend):
			rows = append(rows, p.caseWork(k, casefile.Extend, false))
		case k.Stage == casefile.Paid && !k.Cleared && slices.Contains(allowed, casefile.Close):
			rows = append(rows, p.caseWork(k, casefile.Close, false))
		}
	}
	for _, e := range p.myEntries(r) {
		for _, choice := range p.Blacklist.Choices(e.ID, person) {
			if decides(choice.Kind) {
				rows = append(rows, p.entryWork(e, choice))
			}
		}
	}
	if p.Closures == nil {
		return rows, nil
	}
	closures, err := p.Closures.List(r.Context)
	for _, c := range access.MayRead(&person, closures, closure.Closure.Object) {
		if slices.Contains(p.Closures.Allowed(c, person), closure.Approve) {
			rows = append(rows, work{ID: c.ID, URL: closureURL(c.ID), Name: c.Name, Place: c.Township, Step: string(closure.Approve), What: "closing.approve", Stage: c.Stage.Title()})
		}
	}
	return rows, err
}

// decides reports whether an action is a supervisor's decision, which waits among the approvals.
func decides(kind casefile.EntryActionKind) bool {
	return kind == casefile.Decide || kind == casefile.DecideRemoval
}

// myCases are the cases that match and that who asks may read.
func (p *Pages) myCases(r *web.Request, f casefile.Filter) ([]casefile.Case, error) {
	if p.Cases == nil {
		return nil, nil
	}
	list, err := p.Cases.List(r.Context, f)
	return access.MayRead(r.Person(), list, func(k casefile.Case) access.Object { return k.Object(r.Person()) }), err
}

// myEntries are the entries of the list whose procedure who asks may know.
func (p *Pages) myEntries(r *web.Request) []casefile.Entry {
	if p.Blacklist == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(p.Blacklist.Entries()), func(e casefile.Entry) bool {
		return !access.Allow(r.Person(), access.Discipline, e.Object())
	})
}

// Blacklist is the joint-discipline list that the alerts component keeps.
type Blacklist interface {
	// Entries are all entries as they are today.
	Entries() []casefile.Entry
	// Entry returns an entry and its events in the order of the log; casefile.ErrNotFound when there is none.
	Entry(ctx context.Context, id string) (casefile.Entry, []casefile.Event, error)
	// Choices are the actions open to a person on an entry, each with what forbids it today.
	Choices(id string, by access.Person) []casefile.EntryChoice
	// Candidates are who can be proposed for the list, each order with the last day for a decision by it.
	Candidates(ctx context.Context) ([]*casefile.Facts, error)
	// Candidate is the one of an employer; nil when it cannot be proposed.
	Candidate(ctx context.Context, employer string) (*casefile.Facts, error)
	// Propose makes an employer a candidate by what the records say.
	Propose(ctx context.Context, by access.Person, employer string, a casefile.EntryAction) (casefile.Entry, error)
	// Act takes a step on an entry, by somebody who has seen its events up to seq.
	Act(ctx context.Context, by access.Person, id string, seq uint32, a casefile.EntryAction) (casefile.Entry, error)
	// Published is the list as it is public today.
	Published() []casefile.Published
}
