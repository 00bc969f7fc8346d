package blacklist

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/anxin-project/anxin/alerts/eventlog"
	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// The events: one for each action, and one of the system.
const (
	proposed         = "proposed"
	notified         = "notified"
	objected         = "objected"
	verified         = "verified"
	extended         = "extended"
	corrected        = "corrected"
	decided          = "decided"
	notListed        = "not_listed"
	listed           = "listed"
	barSet           = "bar_set"
	barLifted        = "bar_lifted"
	removalRequested = "removal_requested"
	removalDecided   = "removal_decided"
	withdrawn        = "withdrawn"
	seenOnProject    = "seen_on_project" // by the system: a Sighting
)

// actionData is the data of an event that a person caused: the action as taken and what was known then. The reason
// stands in the event itself.
type actionData struct {
	casefile.EntryAction
	ByName string              `json:"by_name,omitempty"`
	Facts  *casefile.Facts     `json:"facts,omitempty"` // proposed; decided: as they stood then
	Order  *casefile.OrderFact `json:"order,omitempty"` // proposed
	// Terms are those that bind the entry from this event on, where it changes them.
	Terms *casefile.ListingTerms `json:"terms,omitempty"`
}

// keep puts in what a proposal rests on.
func (a *actionData) keep(f *casefile.Facts, rests offer) {
	facts := f.Undated()
	facts.Grounds = rests.grounds
	order := rests.order
	order.DecideBy = nil
	a.Facts, a.Order, a.OrderNo = &facts, &order, rests.orderNo
}

// decideOn puts in the facts as they stand at a decision; nil when the records no longer tell.
func (a *actionData) decideOn(f *casefile.Facts) {
	if f != nil {
		facts := f.Undated()
		a.Facts = &facts
	}
}

// state is an entry while it is added up.
type state struct {
	entry   casefile.Entry // without deadlines; its slices and pointers are replaced, never changed
	handled []string       // ids of those who proposed, notified or verified: who decides is another person
}

func newState() *state { return &state{} }

func (s *state) clone() *state { c := *s; return &c }

// apply adds an event. It is pure: the same events give the same entry. Should two processes have written one number,
// only the first counts: the other's writer was told that nothing had happened.
func (s *state) apply(e eventlog.Event) error {
	x := &s.entry
	if e.Seq <= x.Seq {
		return nil
	}
	on := civil.DateOf(e.At)
	if e.Kind == seenOnProject {
		var seen casefile.Sighting
		if err := json.Unmarshal(e.Data, &seen); err != nil {
			return fmt.Errorf("entry %s, event %d (%s): %w", e.ID, e.Seq, e.Kind, err)
		}
		x.NewProjects = append(slices.Clip(x.NewProjects), seen)
		s.passed(e)
		return nil
	}
	var a actionData
	if err := json.Unmarshal(e.Data, &a); err != nil {
		return fmt.Errorf("entry %s, event %d (%s): %w", e.ID, e.Seq, e.Kind, err)
	}
	if a.Terms != nil {
		x.Terms = *a.Terms
	}
	paper := &casefile.Paper{No: a.DocumentNo, On: on, By: e.Actor, ByName: a.ByName}
	switch e.Kind {
	case proposed:
		if a.Facts == nil || a.Order == nil || a.Terms == nil {
			return fmt.Errorf("entry %s, event %d: the proposal lacks its facts", e.ID, e.Seq)
		}
		x.ID, x.Employer, x.Name, x.Township, x.County = e.ID, a.Facts.Employer, a.Facts.Name, a.Facts.Township, a.Facts.County
		x.Facts, x.Order, x.OrderNo, x.Persons, x.Effect = *a.Facts, *a.Order, a.OrderNo, a.Persons, a.Effect
		if x.Facts.UnpaidFen == 0 && x.Facts.PaidFen == 0 { // written before payments were deducted
			x.Facts.UnpaidFen = x.Facts.OrderedFen
		}
		x.Stage, x.ProposedOn = casefile.Candidate, on
		s.handle(e.Actor)
	case notified:
		x.Stage, x.Notice = casefile.Notified, paper
		s.handle(e.Actor)
	case objected:
		x.Stage, x.Objection = casefile.Objected, &casefile.Objection{On: on, Text: e.Reason}
	case verified:
		o := *x.Objection
		o.VerifiedOn, o.Finding, o.Upheld = &on, e.Reason, a.Upheld
		x.Objection, x.Stage = &o, casefile.Verified
		if a.Upheld {
			s.end(casefile.NotListed, paper, e.Reason)
		}
		s.handle(e.Actor)
	case extended:
		x.Extension = paper
	case corrected:
		x.CorrectedOn, x.PromiseNo = &on, a.PromiseNo
		if x.Decision == nil {
			s.end(casefile.NotListed, paper, e.Reason)
		}
	case decided:
		until := after(on, x.Terms.Years, 0)
		x.Stage, x.Decision, x.Until = casefile.Decided, paper, &until
		x.AtDecision, x.LateReason = a.Facts, a.LateReason
	case notListed:
		s.end(casefile.NotListed, paper, e.Reason)
	case listed:
		x.Stage, x.ListedOn = casefile.Listed, &on
	case barSet:
		x.Bars = append(slices.Clip(x.Bars), casefile.Bar{Kind: a.Bar, Reason: e.Reason, On: on})
	case barLifted:
		x.Bars = slices.Clone(x.Bars)
		for i := range x.Bars {
			if x.Bars[i].Kind == casefile.Criminal && x.Bars[i].LiftedOn == nil {
				x.Bars[i].LiftedOn = &on
			}
		}
	case removalRequested:
		x.Stage, x.Removal = casefile.RemovalRequested, &casefile.Removal{RequestedOn: on, PromiseNo: a.PromiseNo, RecordedBy: e.Actor}
	case removalDecided:
		r := *x.Removal
		r.DecidedOn, r.Granted, r.Reason, r.Decision = &on, a.Granted, e.Reason, paper
		x.Removal, x.Stage = &r, casefile.Listed
		if a.Granted {
			x.Stage = casefile.Removed
		}
	case withdrawn:
		s.end(casefile.Withdrawn, paper, e.Reason)
	default:
		return fmt.Errorf("entry %s, event %d: unknown kind %q: it was written by a newer version of anxin", e.ID, e.Seq, e.Kind)
	}
	s.passed(e)
	return nil
}

func (s *state) passed(e eventlog.Event) {
	s.entry.Seq = max(s.entry.Seq, e.Seq)
	if e.At.After(s.entry.UpdatedAt) {
		s.entry.UpdatedAt = e.At
	}
}

func (s *state) end(stage casefile.EntryStage, paper *casefile.Paper, reason string) {
	s.entry.Stage, s.entry.Ended, s.entry.EndReason = stage, paper, reason
}

func (s *state) handle(actor string) { s.handled = append(slices.Clip(s.handled), actor) }

// view is the entry on a day. A term that is over has expired by itself; what was decided but never served has, too.
func (s *state) view(cal *calendar.Calendar, today civil.Date) casefile.Entry {
	x := s.entry
	if x.Until != nil && today > *x.Until && (x.Stage.OnList() || x.Stage == casefile.Decided) {
		x.Stage = casefile.Expired
	}
	x.Deadlines = casefile.On(s.deadlines(cal, x.Stage), today)
	return x
}

// deadlines of the steps that were or are to be taken. Those of a procedure that has ended otherwise are gone.
func (s *state) deadlines(cal *calendar.Calendar, stage casefile.EntryStage) []casefile.Deadline {
	x, near := s.entry, s.entry.Terms.Near
	var all []casefile.Deadline
	add := func(d casefile.Deadline) {
		if d.DoneOn != nil || !stage.Ended() {
			all = append(all, d)
		}
	}
	if x.Notice != nil && x.Objection == nil && stage == casefile.Notified {
		add(casefile.DueAfter(casefile.ToObject, cal, x.Notice.On, x.Terms.Object, 0, nil))
	}
	if o := x.Objection; o != nil {
		add(casefile.DueAfter(casefile.ToVerify, cal, o.On, x.Terms.Verify, 0, o.VerifiedOn))
	}
	var decidedOn *civil.Date
	if x.Decision != nil {
		decidedOn = &x.Decision.On
	}
	add(casefile.DueAfter(casefile.ToDecide, cal, x.Order.DueOn, s.decideDays(), near, decidedOn))
	if r := x.Removal; r != nil {
		add(casefile.DueAfter(casefile.ToRemove, cal, r.RequestedOn, x.Terms.DecideRemoval, near, r.DecidedOn))
	}
	return all
}

func (s *state) decideDays() int {
	if s.entry.Extension != nil {
		return s.entry.Terms.Decide + s.entry.Terms.Extension
	}
	return s.entry.Terms.Decide
}

// fold adds up the events of one entry.
func fold(events []eventlog.Event) (*state, error) {
	s := newState()
	for _, e := range events {
		if err := s.apply(e); err != nil {
			return nil, err
		}
	}
	return s, nil
}
