package casefile

import (
	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// DeadlineKind says what is due.
type DeadlineKind string

// The deadlines of cases, of leads and of the joint-discipline list.
const (
	ToAccept      DeadlineKind = "accept"
	ToPassOn      DeadlineKind = "pass_on"
	ToInvestigate DeadlineKind = "investigation"
	ToPay         DeadlineKind = "order"
	ToObject      DeadlineKind = "objection"
	ToVerify      DeadlineKind = "verification"
	ToDecide      DeadlineKind = "decision"
	ToRemove      DeadlineKind = "removal"
	ToMediate     DeadlineKind = "mediation"
	ToConfirm     DeadlineKind = "confirmation"
	ToTopUp       DeadlineKind = "top_up"
	ToObey        DeadlineKind = "remedy"
)

var deadlines = map[DeadlineKind]catalog.Text{
	ToAccept:      {ZH: "受理", EN: "acceptance"},
	ToPassOn:      {ZH: "转办", EN: "passing on"},
	ToInvestigate: {ZH: "调查办结", EN: "end of the investigation"},
	ToPay:         {ZH: "责令支付", EN: "order to pay"},
	ToObject:      {ZH: "陈述申辩", EN: "objection"},
	ToVerify:      {ZH: "申辩核实", EN: "verification of the objection"},
	ToDecide:      {ZH: "列入决定", EN: "decision on listing"},
	ToRemove:      {ZH: "提前移出决定", EN: "decision on early removal"},
	ToMediate:     {ZH: "调解", EN: "mediation of a lead"},
	ToConfirm:     {ZH: "支付确认", EN: "complainant's answer whether it was paid"},
	ToTopUp:       {ZH: "补足工资保证金", EN: "topping up the deposit"},
	ToObey:        {ZH: "履行后续措施", EN: "obeying what followed the order"},
}

// DeadlineKinds are all of them.
var DeadlineKinds = []DeadlineKind{ToAccept, ToPassOn, ToInvestigate, ToPay, ToObject, ToVerify, ToDecide, ToRemove, ToMediate, ToConfirm, ToTopUp, ToObey}

// Title is the deadline's name.
func (k DeadlineKind) Title() catalog.Text { return deadlines[k] }

// DeadlineState is how a deadline stands on a day.
type DeadlineState string

// The states of a deadline. A deadline is kept when the thing was done on its last day or before.
const (
	Running DeadlineState = "running"
	Near    DeadlineState = "near"
	Passed  DeadlineState = "passed" // not done, and the last day is over
	Met     DeadlineState = "met"
	MetLate DeadlineState = "met_late"
	Unknown DeadlineState = "unknown" // the calendar lacks the year's holiday notice
)

// Deadline is a day by which something is to be done.
type Deadline struct {
	Kind  DeadlineKind `json:"kind"`
	Due   *civil.Date  `json:"due,omitempty"` // the last day; nil when it cannot be counted
	Error string       `json:"error,omitempty"`
	// Provisional is the last day by the plain week, where the year's notice is missing: to plan by, and never to call anybody late by.
	Provisional *civil.Date   `json:"provisional,omitempty"`
	DoneOn      *civil.Date   `json:"done_on,omitempty"`
	State       DeadlineState `json:"state"`

	nearFrom civil.Date
	lacks    int // the year whose notice is missing
}

// DueOn is a deadline on a known day that counts as near from some working days before it. Where these cannot be
// counted it is near three times as many days before: better told early than late.
func DueOn(kind DeadlineKind, cal *calendar.Calendar, due civil.Date, near int, done *civil.Date) Deadline {
	d := Deadline{Kind: kind, Due: &due, DoneOn: done, nearFrom: due.AddDays(-3 * near)}
	if from, err := cal.AddWorkdays(due, -near); err == nil {
		d.nearFrom = from
	}
	return d
}

// DueAfter is a deadline so many working days after a day.
func DueAfter(kind DeadlineKind, cal *calendar.Calendar, from civil.Date, workdays, near int, done *civil.Date) Deadline {
	due, err := cal.AddWorkdays(from, workdays)
	if err != nil {
		return Uncounted(kind, cal, from, cal.Provisional(from, workdays), err, done)
	}
	return DueOn(kind, cal, due, near, done)
}

// Uncounted is a deadline that runs from a day into a year whose holiday notice the calendar lacks, where it ends on some day if
// that year is plain.
func Uncounted(kind DeadlineKind, cal *calendar.Calendar, from, provisional civil.Date, err error, done *civil.Date) Deadline {
	_, last := cal.Years()
	return Deadline{Kind: kind, Error: err.Error(), Provisional: &provisional, DoneOn: done, lacks: last + 1, nearFrom: max(from, civil.NewDate(last+1, 1, 1).AddDays(-pressing))}
}

// pressing are the days before the year without notice from which its notice is missed. It comes out in the November
// before; a term of 60 working days may run into that year from October on, when nobody can supply it yet.
const pressing = 31

// Lacks is the year whose holiday notice a deadline that cannot be counted waits for; 0 of any other.
func (d Deadline) Lacks() int { return d.lacks }

// Pressing reports whether the missing notice can and must be supplied: the deadline may be due within a month.
func (d Deadline) Pressing(today civil.Date) bool {
	return d.State == Unknown && d.DoneOn == nil && today >= d.nearFrom
}

// On is the deadline with its state on a day.
func (d Deadline) On(today civil.Date) Deadline {
	switch {
	case d.Due == nil:
		d.State = Unknown
	case d.DoneOn != nil && *d.DoneOn <= *d.Due:
		d.State = Met
	case d.DoneOn != nil:
		d.State = MetLate
	case today > *d.Due:
		d.State = Passed
	case today >= d.nearFrom:
		d.State = Near
	default:
		d.State = Running
	}
	return d
}

// On is a list of deadlines with their states on a day; the list given stays as it is.
func On(all []Deadline, today civil.Date) []Deadline {
	judged := make([]Deadline, len(all))
	for i, d := range all {
		judged[i] = d.On(today)
	}
	return judged
}
