package cases

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Terms are the working days of casework in force at a place on a day, from policy. A deadline keeps those of the day it
// began on, at the place that handled the case then: a later policy does not move it.
type Terms struct {
	AcceptRed    int // a case whose alert is red
	AcceptYellow int
	PassOn       int // first-asked responsibility
	Lead         int // an investigation
	Extension    int // more, with approval
	Decide       int // a decision on listing, after an order's date
	TopUp        int // working days, after the deposit was drawn
	DemandDays   int // days that a demand gives at least
	// Additional compensation, in percent of what was to be paid.
	CompensationLeast, CompensationMost int

	Near int // a deadline is near so many working days before; those of a few days on their last day
}

// TermsOf tells the terms in force at a place, given by its division code, on a day.
type TermsOf func(place string, on civil.Date) Terms

// DefaultTerms are those of the national policy, everywhere and always.
func DefaultTerms(string, civil.Date) Terms {
	return Terms{AcceptRed: 1, AcceptYellow: 3, PassOn: 1, Lead: 60, Extension: 30, Decide: 20, TopUp: 10, DemandDays: 10, CompensationLeast: 50, CompensationMost: 100, Near: 3}
}

// accept are the working days for acceptance at a level.
func (t Terms) accept(level catalog.Level) int {
	if level == catalog.Red {
		return t.AcceptRed
	}
	return t.AcceptYellow
}

// actionData is the data of an event that a person caused: the action as taken, and what was in force then. The reason
// stands in the event itself.
type actionData struct {
	casefile.Action
	ByName     string         `json:"by_name,omitempty"`
	Workdays   int            `json:"workdays,omitempty"`    // filed: the term; extended: by how much
	Source     *casefile.Owed `json:"source,omitempty"`      // ordered: what the records said
	UnpaidFen  int64          `json:"unpaid_fen,omitempty"`  // of the order, when a remedy was taken
	HandedFrom string         `json:"handed_from,omitempty"` // assigned: who was in charge before
}

// work is what persons have done to a case, while it is added up.
type work struct {
	stage      casefile.Stage
	since      time.Time // when it last came to be open: opened, passed on, reopened
	passedOn   bool
	department casefile.Department
	territory  string
	assignee   string
	acceptedAt time.Time
	fileNo     string // the case's number, at its last filing
	filedOn    civil.Date
	workdays   int // for the investigation
	extended   bool
	concluded  *civil.Date // the investigation: ordered, paid, closed or dismissed
	order      *casefile.Order
	metOn      *civil.Date // the order
	paidFen    int64
	paths      []casefile.SidePath
	rounds     []round
	urges      []casefile.Urge
	numbers    []string // that papers of the case were given
	remedies   []casefile.TakenRemedy
	obeyed     map[uint32]civil.Date // by remedy: when all that it is for had been paid
	restored   map[uint32]civil.Date // by remedy: when all that was advanced had come back
}

func (w *work) act(s step, a actionData, e casefile.Event) {
	at, on := e.At, civil.DateOf(e.At)
	if no := numbered(s.event, a); no != "" {
		w.numbers = append(w.numbers, no)
	}
	switch s.event {
	case casefile.WasAccepted:
		w.acceptedAt = at
		// an event of before acceptors were handlers names nobody
		w.charge(cmp.Or(a.Assignee, w.assignee, e.Actor))
		w.answer(s.event, e.Actor, on)
	case casefile.WasPassedOn:
		w.answer(s.event, e.Actor, on)
		w.end(s.event, on)
		w.open(at)
		w.passedOn = true
		if a.Department != "" {
			w.department = a.Department
		}
		if a.Territory != "" {
			w.territory = a.Territory
		}
		w.present().territory, w.present().department = w.territory, w.department
	case casefile.WasFiled:
		w.fileNo = cmp.Or(a.DocumentNo, w.fileNo)
		w.filedOn, w.workdays, w.extended, w.concluded = on, a.Workdays, false, nil
	case casefile.WasExtended:
		w.workdays, w.extended = w.workdays+a.Workdays, true
	case casefile.WasOrdered:
		w.order = &casefile.Order{
			Seq: e.Seq, DocumentNo: a.DocumentNo, Employer: a.Employer, EmployerName: a.EmployerName, IssuedOn: on, DueOn: *a.DueOn,
			WageFrom: a.WageFrom, WageTo: a.WageTo, Workers: a.Workers, AmountFen: a.AmountFen, Source: a.Source,
		}
		w.metOn = nil
	case casefile.PaymentRecorded:
		w.pay(a, on)
	case casefile.SidePathTaken:
		w.paths = append(w.paths, a.Path)
	case casefile.WasAssigned:
		w.charge(a.Assignee)
	case casefile.WasUrged:
		w.urges = append(w.urges, casefile.Urge{Seq: e.Seq, On: on, By: e.Actor, ByName: a.ByName, Reason: e.Reason, To: w.assignee})
	case casefile.UrgeAcknowledged:
		w.acknowledge(e.Actor, e.Reason, on)
	case casefile.RemedyTaken:
		w.takeRemedy(a, e, on)
	case casefile.RemedyPaid, casefile.RemedyRecovered:
		w.settleRemedy(a, s.event == casefile.RemedyPaid, on)
	case casefile.WasClosed, casefile.WasDismissed:
		w.answer(s.event, e.Actor, on)
		w.end(s.event, on)
	}
	if s.to != "" {
		w.stage = s.to
	}
	switch w.stage {
	case casefile.Ordered, casefile.Paid, casefile.Closed, casefile.Dismissed:
		if w.workdays > 0 && w.concluded == nil {
			w.concluded = &on
		}
	}
}

// pay adds up what was paid. With an order the case is paid when the ordered amount is; without one the person says so.
func (w *work) pay(a actionData, on civil.Date) {
	w.paidFen += a.AmountFen
	settled := a.Settled
	if w.order != nil {
		paid := *w.order // views share it
		paid.PaidFen += a.AmountFen
		w.order = &paid
		settled = paid.PaidFen >= paid.AmountFen
		if settled && w.metOn == nil {
			w.metOn = &on
		}
	}
	if settled {
		w.stage = casefile.Paid
	}
}

// open begins anew the wait for somebody to accept the case. The investigation starts again if they do; an order given
// stands, since it binds the employer whoever handles the case.
func (w *work) open(at time.Time) {
	w.stage, w.since, w.acceptedAt = casefile.Open, at, time.Time{}
	w.rounds = append(w.rounds, round{since: civil.DateOf(at), territory: w.territory, department: w.department})
	w.charge("")
	w.workdays, w.extended, w.concluded, w.passedOn = 0, false, nil, false
}

// reopen starts a new round after the case had ended.
func (w *work) reopen(at time.Time) {
	w.open(at)
	w.order, w.metOn = nil, nil
}

// acceptFrom is the day from which an alert counts for the acceptance; not at all when it came after the acceptance, or
// ended before the case last came to be open.
func (w *work) acceptFrom(e episode) (civil.Date, bool) {
	switch {
	case !w.acceptedAt.IsZero() && e.receivedAt.After(w.acceptedAt):
		return 0, false
	case !e.receivedAt.Before(w.since):
		return civil.DateOf(e.receivedAt), true
	}
	return civil.DateOf(w.since), e.ends.IsZero() || e.ends.After(w.since) || w.passedOn
}

// view puts into a case what persons have done.
func (w *work) view(c *casefile.Case, cal *calendar.Calendar, terms TermsOf) {
	c.FileNo = w.fileNo
	c.Stage, c.Assignee, c.PaidFen, c.Extended, c.SidePaths = w.stage, w.assignee, w.paidFen, w.extended, slices.Clip(w.paths)
	if w.order != nil {
		order := *w.order
		if order.PaidFen < order.AmountFen {
			by := casefile.DueAfter(casefile.ToDecide, cal, order.DueOn, terms(c.Township, order.DueOn).Decide, terms(c.Township, order.DueOn).Near, nil)
			order.DecideBy = &by
		}
		c.Order = &order
	}
	var acceptedOn *civil.Date
	if !w.acceptedAt.IsZero() {
		on := civil.DateOf(w.acceptedAt)
		acceptedOn = &on
	}
	// A case that was dismissed without acceptance has kept nobody waiting any more.
	if !w.stage.Ended() || acceptedOn != nil {
		switch {
		case c.DeadlineError != "":
			c.Deadlines = append(c.Deadlines, casefile.Uncounted(casefile.ToAccept, cal, civil.DateOf(w.since), *c.AcceptProvisional, errors.New(c.DeadlineError), acceptedOn))
		case c.AcceptBy != nil:
			c.Deadlines = append(c.Deadlines, casefile.DueOn(casefile.ToAccept, cal, *c.AcceptBy, 0, acceptedOn))
		}
	}
	if w.stage == casefile.Open {
		since := civil.DateOf(w.since)
		c.Deadlines = append(c.Deadlines, casefile.DueAfter(casefile.ToPassOn, cal, since, terms(c.Territory, since).PassOn, 0, nil))
	}
	if w.workdays > 0 {
		c.Deadlines = append(c.Deadlines, casefile.DueAfter(casefile.ToInvestigate, cal, w.filedOn, w.workdays, terms(c.Territory, w.filedOn).Near, w.concluded))
	}
	if w.order != nil && (!w.stage.Ended() || w.metOn != nil) {
		c.Deadlines = append(c.Deadlines, casefile.DueOn(casefile.ToPay, cal, w.order.DueOn, terms(c.Territory, w.order.IssuedOn).Near, w.metOn))
	}
	for _, r := range w.remedies {
		near := terms(c.Territory, r.On).Near
		switch {
		case r.TopUpDays > 0 && r.PaidFen > 0:
			c.Deadlines = append(c.Deadlines, casefile.DueAfter(casefile.ToTopUp, cal, r.On, r.TopUpDays, near, dayOf(w.restored, r.Seq)))
		case r.DueOn != nil && w.order != nil && r.OrderSeq == w.order.Seq:
			done := dayOf(w.obeyed, r.Seq)
			if done == nil && r.Remedy != casefile.AdditionalCompensation {
				done = w.metOn // the wages that it is about were paid
			}
			if !w.stage.Ended() || done != nil {
				c.Deadlines = append(c.Deadlines, casefile.DueOn(casefile.ToObey, cal, *r.DueOn, near, done))
			}
		}
	}
}

func dayOf(days map[uint32]civil.Date, seq uint32) *civil.Date {
	if on, ok := days[seq]; ok {
		return &on
	}
	return nil
}
