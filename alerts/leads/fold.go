package leads

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/anxin-project/anxin/alerts/eventlog"
	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/leadfile"
)

// received is the data of the first event: what was taken in. Contact and text are sealed.
type received struct {
	Channel      string              `json:"channel"`
	Township     string              `json:"township"`
	ProjectID    string              `json:"project_id,omitempty"`
	Employer     string              `json:"employer_uscc,omitempty"`
	Department   casefile.Department `json:"department"`
	Since        *civil.Month        `json:"since,omitempty"`
	Workers      uint32              `json:"workers"`
	AmountFen    int64               `json:"amount_fen"`
	Incident     string              `json:"incident"`
	Participants *uint32             `json:"participants,omitempty"`
	Receipt      string              `json:"receipt"` // keyed hash of the receipt code
	Form         string              `json:"form"`    // formTag
	sealed
}

// stepData is the data of any later event.
type stepData struct {
	leadfile.Action
	ByName string `json:"by_name,omitempty"`
	Form   string `json:"form,omitempty"` // formTag, where an intake was sent again with other words or figures
	sealed
}

// sealed is what the complainant entered in words.
type sealed struct {
	SealedContact []byte `json:"contact,omitempty"`
	SealedText    []byte `json:"text,omitempty"`
}

// state is one lead while it is added up.
type state struct {
	lead    leadfile.Lead
	receipt string
	begun   civil.Date // received, or reopened
	once    string     // of the last event
	form    string     // what was last sent by the form that took it in
	sent    uint32     // version that the broker has confirmed, as far as this process knows; not part of the log
	failed  bool       // this process tried to send the last version, and the broker did not confirm it
}

func (s *state) clone() *state {
	c := *s
	return &c
}

// apply adds an event up. Events that cannot be read are an error: nothing is guessed of a log that only grows.
func (s *state) apply(e eventlog.Event) error {
	on := civil.DateOf(e.At)
	l := &s.lead
	if leadfile.Kind(e.Kind) == leadfile.WasReceived {
		var d received
		if err := json.Unmarshal(e.Data, &d); err != nil {
			return fmt.Errorf("event %d of lead %s: %w", e.Seq, e.ID, err)
		}
		*l = leadfile.Lead{
			ID: e.ID, Channel: d.Channel, Township: d.Township, Territory: d.Township, Department: d.Department, ProjectID: d.ProjectID, Employer: d.Employer,
			Since: d.Since, Workers: d.Workers, AmountFen: d.AmountFen, Incident: d.Incident, Participants: d.Participants,
			ReceivedOn: on, ReceivedBy: e.Actor, Status: leadfile.Received, StatusOn: on,
			HasContact: len(d.SealedContact) > 0, HasText: len(d.SealedText) > 0,
		}
		s.receipt, s.begun, s.once, s.form = d.Receipt, on, "", d.Form
	} else {
		var d stepData
		if err := json.Unmarshal(e.Data, &d); err != nil {
			return fmt.Errorf("event %d of lead %s: %w", e.Seq, e.ID, err)
		}
		s.step(leadfile.Kind(e.Kind), d, e.Actor, on)
		l.HasContact, l.HasText = l.HasContact || len(d.SealedContact) > 0, l.HasText || len(d.SealedText) > 0
		s.once = d.Once
		if d.Form != "" {
			s.form = d.Form
		}
	}
	l.Seq, l.UpdatedAt = e.Seq, e.At
	return nil
}

func (s *state) step(kind leadfile.Kind, d stepData, actor string, on civil.Date) {
	l := &s.lead
	to := func(status leadfile.Status) { l.Status, l.StatusOn = status, on }
	switch kind {
	case leadfile.WasTransferred:
		if d.Department != "" {
			l.Department = d.Department
		}
		if d.Territory != "" {
			l.Territory = d.Territory
		}
		l.Assignee, l.AcceptedOn, l.FiledOn, l.ExtendedOn, l.MediatedOn = "", nil, nil, nil, nil
		to(leadfile.Transferred)
	case leadfile.WasAccepted:
		l.AcceptedOn = &on
		to(leadfile.Accepted)
	case leadfile.MediationBegan:
		l.MediatedOn = &on
		to(leadfile.Mediating)
	case leadfile.WasFiled:
		l.FiledOn = &on
		to(leadfile.Investigating)
	case leadfile.WasExtended:
		l.ExtendedOn = &on
	case leadfile.WasOrdered:
		l.DocumentNo, l.PayBy = d.DocumentNo, d.PayBy
		to(leadfile.Ordered)
	case leadfile.WasConcluded:
		s.conclude(d.Conclusion, d.Told, actor, on)
	case leadfile.WasMerged:
		l.MergedInto = d.Into
		s.conclude(leadfile.Duplicate, d.Told, actor, on)
	case leadfile.SettlementReported:
		l.Settlement = &leadfile.Settlement{ReportedOn: on, AmountFen: d.AmountFen, State: leadfile.ReportedOnly}
	case leadfile.SettlementAsked:
		asked := *l.Settlement
		asked.AskedOn, asked.AnsweredOn, asked.State = &on, nil, leadfile.Asked
		l.Settlement = &asked
	case leadfile.PaymentSaid:
		paid := *d.Paid
		l.Paid = &paid
		if l.Settlement != nil {
			answered := *l.Settlement
			answered.AnsweredOn, answered.State = &on, leadfile.Denied
			if paid {
				answered.State = leadfile.Confirmed
			}
			l.Settlement = &answered
		}
	case leadfile.WasRated:
		stars := d.Stars
		l.Satisfaction = &stars
	case leadfile.WasIdentified:
		l.ProjectID, l.Employer = d.ProjectID, d.Employer
	case leadfile.WasAssigned:
		l.Assignee = d.Assignee
	case leadfile.WasReopened:
		// The clocks run anew; what was found before stands in the log.
		l.ReopenedOn, s.begun = &on, on
		l.AcceptedOn, l.FiledOn, l.ExtendedOn, l.MediatedOn, l.ConcludedOn = nil, nil, nil, nil, nil
		l.Conclusion, l.ConcludedBy, l.Told, l.MergedInto, l.Settlement, l.Assignee, l.DocumentNo, l.PayBy = "", "", "", "", nil, "", "", nil
		to(leadfile.Received)
	case leadfile.WasWithdrawn:
		l.ConcludedOn = &on
		to(leadfile.Withdrawn)
	case leadfile.WasAdded:
		if d.Workers > 0 {
			l.Workers = d.Workers
		}
		if d.AmountFen > 0 {
			l.AmountFen = d.AmountFen
		}
	}
}

func (s *state) conclude(c leadfile.Conclusion, told, actor string, on civil.Date) {
	l := &s.lead
	l.Conclusion, l.Told, l.ConcludedBy, l.ConcludedOn, l.StatusOn = c, told, actor, &on, on
	if l.Status = leadfile.Rejected; l.AcceptedOn != nil {
		l.Status = leadfile.Resolved
	}
}

// view is the lead as it is on a day, with its deadlines by the terms that were in force, where it is handled, when each began.
func (s *state) view(cal *calendar.Calendar, terms TermsOf, now time.Time) leadfile.Lead {
	today, l := civil.DateOf(now), s.lead
	// What another process has just written it is sending; what it left unsent, Resend finds out.
	l.Sent = s.sent >= l.Seq || !s.failed && now.Sub(l.UpdatedAt) < 2*resendAfter
	at := func(on civil.Date) Terms { return terms(l.Territory, on) }
	var all []casefile.Deadline
	if l.Status != leadfile.Withdrawn {
		done := l.AcceptedOn
		if done == nil {
			done = l.ConcludedOn
		}
		all = append(all, casefile.DueAfter(casefile.ToAccept, cal, s.begun, at(s.begun).Accept, 1, done))
	}
	if l.MediatedOn != nil && l.Status == leadfile.Mediating {
		t := at(*l.MediatedOn)
		all = append(all, casefile.DueOn(casefile.ToMediate, cal, l.MediatedOn.AddDays(t.Mediate), t.Near, nil))
	}
	// While it is mediated the term of mediation runs instead; of a lead that nobody filed the investigation runs from its acceptance.
	if from := firstOf(l.FiledOn, l.AcceptedOn); from != nil && l.Status != leadfile.Mediating && l.Status != leadfile.Withdrawn {
		t := at(*from)
		days := t.Investigate
		if l.ExtendedOn != nil {
			days += at(*l.ExtendedOn).Extension
		}
		all = append(all, casefile.DueAfter(casefile.ToInvestigate, cal, *from, days, t.Near, l.ConcludedOn))
	}
	if l.PayBy != nil && !l.Status.Ended() {
		all = append(all, casefile.DueOn(casefile.ToPay, cal, *l.PayBy, at(*l.PayBy).Near, nil))
	}
	if l.Settlement != nil {
		settlement := *l.Settlement
		if settlement.AskedOn != nil {
			by := casefile.DueAfter(casefile.ToConfirm, cal, *settlement.AskedOn, at(*settlement.AskedOn).Confirm, 1, settlement.AnsweredOn).On(today)
			if settlement.State == leadfile.Asked && by.State == casefile.Passed {
				settlement.State = leadfile.Unanswered
			}
			if !l.Status.Ended() && settlement.State != leadfile.Unanswered {
				all = append(all, by)
			}
		}
		l.Settlement = &settlement
	}
	l.Deadlines = casefile.On(all, today)
	return l
}

func firstOf(dates ...*civil.Date) *civil.Date {
	for _, d := range dates {
		if d != nil {
			return d
		}
	}
	return nil
}

// event is one event of a lead, ready to be appended.
func event(id string, seq uint32, at time.Time, actor string, kind leadfile.Kind, reason string, data any) (eventlog.Event, error) {
	content, err := json.Marshal(data)
	if err != nil {
		return eventlog.Event{}, err
	}
	return eventlog.Event{ID: id, Seq: seq, At: at.UTC().Truncate(time.Millisecond), Actor: actor, Kind: string(kind), Reason: reason, Data: content}, nil
}

// shown is an event's data without what is sealed and without hashes, which say nothing to people.
func shown(data []byte) (json.RawMessage, error) {
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(data, &fields); err != nil {
		return nil, err
	}
	for _, f := range []string{fieldContact, fieldText} {
		if _, there := fields[f]; there {
			fields[f] = json.RawMessage(`"***"`)
		}
	}
	for _, f := range []string{"receipt", "form", "once"} {
		delete(fields, f)
	}
	return json.Marshal(fields)
}
