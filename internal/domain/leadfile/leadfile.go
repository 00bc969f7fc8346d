// Package leadfile holds the small types of leads (欠薪线索) that components share: a lead taken in here, what is done about it
// and what lists can be asked for. Package alerts/leads keeps them; pages read them and send steps. None of the types but Intake,
// Action and Content holds anything personal.
package leadfile

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Source is what the records of leads taken in here name as their sender.
const Source = "anxin"

// ErrNotSent says that what was entered is kept, and that the message broker has not confirmed it yet. It is sent again by itself;
// the same form sent once more (Once) changes nothing but tries at once.
var ErrNotSent = errors.New("kept, but the broker has not confirmed it yet")

// NotFound is casefile.ErrNotFound about a lead.
func NotFound(id string) error { return fmt.Errorf("lead %s: %w", id, casefile.ErrNotFound) }

// Status is how far a lead has come, as the record contract names it.
type Status string

// The statuses.
const (
	Received      Status = "received"
	Transferred   Status = "transferred" // passed on; nobody has accepted it there yet
	Accepted      Status = "accepted"
	Mediating     Status = "mediating"
	Investigating Status = "investigating" // 立案
	Ordered       Status = "ordered"
	Resolved      Status = "resolved"
	Rejected      Status = "rejected" // concluded without having been accepted
	Withdrawn     Status = "withdrawn"
)

// Statuses are all of them, in their order.
var Statuses = []Status{Received, Transferred, Accepted, Mediating, Investigating, Ordered, Resolved, Rejected, Withdrawn}

// Ended reports whether nothing more is to be done.
func (s Status) Ended() bool { return s == Resolved || s == Rejected || s == Withdrawn }

// Conclusion is what was found, as the record contract names it.
type Conclusion string

// The conclusions. A lead that repeats another is merged, which concludes it as a duplicate.
const (
	True       Conclusion = "true"
	PartlyTrue Conclusion = "partly_true"
	Untrue     Conclusion = "untrue"
	Settled    Conclusion = "settled"
	Duplicate  Conclusion = "duplicate"
	WorksPrice Conclusion = "works_price" // 工程款, Reg. 52
	Fabricated Conclusion = "fabricated"  // Reg. 52
	OutOfScope Conclusion = "out_of_scope"
)

// Conclusions are all of them.
var Conclusions = []Conclusion{True, PartlyTrue, Untrue, Settled, Duplicate, WorksPrice, Fabricated, OutOfScope}

// Kind says what an event records.
type Kind string

// The kinds of events. Those from WasAdded on may also be the complainant's, who has the receipt code.
const (
	WasReceived        Kind = "received"
	WasTransferred     Kind = "transferred"
	WasAccepted        Kind = "accepted"
	MediationBegan     Kind = "mediating"
	WasFiled           Kind = "investigating"
	WasExtended        Kind = "extended"
	WasOrdered         Kind = "ordered"
	WasConcluded       Kind = "concluded"
	WasMerged          Kind = "merged"
	SettlementReported Kind = "settlement_reported" // somebody says that it was paid
	SettlementAsked    Kind = "settlement_asked"    // the complainant was asked
	WasIdentified      Kind = "identified"          // somebody said which project or employer it is about
	WasAssigned        Kind = "assigned"
	Commented          Kind = "commented"

	WasAdded     Kind = "added"
	PaymentSaid  Kind = "payment_said" // the complainant says whether it was paid
	WasRated     Kind = "rated"
	WasReopened  Kind = "reopened"
	WasWithdrawn Kind = "withdrawn"
)

// Kinds are all of them.
var Kinds = []Kind{WasReceived, WasTransferred, WasAccepted, MediationBegan, WasFiled, WasExtended, WasOrdered, WasConcluded, WasMerged,
	SettlementReported, SettlementAsked, WasIdentified, WasAssigned, Commented, WasAdded, PaymentSaid, WasRated, WasReopened, WasWithdrawn}

// Complainant is the actor of what was entered with a receipt code, or on a public page.
const Complainant = "complainant"

// Lead is the state of one lead: what its events add up to. It holds no personal data: contact and words of the complainant are
// sealed (Content).
type Lead struct {
	ID      string `json:"id"`
	Channel string `json:"channel"` // as the record contract names it
	// Township is where the subject is, 9 digits; Territory the place that handles the lead, until it is passed on the same.
	Township   string              `json:"township"`
	Territory  string              `json:"territory"`
	Department casefile.Department `json:"department"`
	ProjectID  string              `json:"project_id,omitempty"`
	Employer   string              `json:"employer_uscc,omitempty"` // credit code
	Since      *civil.Month        `json:"since,omitempty"`         // the first wage month that is owed
	Workers    uint32              `json:"workers"`
	AmountFen  int64               `json:"amount_fen"` // 0: not said
	Incident   string              `json:"incident"`

	Participants *uint32    `json:"participants,omitempty"`
	ReceivedOn   civil.Date `json:"received_on"`
	ReceivedBy   string     `json:"received_by"` // a person's id, or Complainant
	Status       Status     `json:"status"`
	StatusOn     civil.Date `json:"status_on"`

	AcceptedOn  *civil.Date `json:"accepted_on,omitempty"`
	MediatedOn  *civil.Date `json:"mediated_on,omitempty"` // the last mediation began
	FiledOn     *civil.Date `json:"filed_on,omitempty"`
	ExtendedOn  *civil.Date `json:"extended_on,omitempty"`
	DocumentNo  string      `json:"document_no,omitempty"` // of the order
	PayBy       *civil.Date `json:"pay_by,omitempty"`      // of the order
	ReopenedOn  *civil.Date `json:"reopened_on,omitempty"`
	ConcludedOn *civil.Date `json:"concluded_on,omitempty"`
	Conclusion  Conclusion  `json:"conclusion,omitempty"`
	ConcludedBy string      `json:"concluded_by,omitempty"` // a person's id
	Told        string      `json:"told,omitempty"`         // what the complainant was told (Reg. 10)
	MergedInto  string      `json:"merged_into,omitempty"`  // the lead that this one repeats
	Repeats     []string    `json:"repeats,omitempty"`      // the leads that were merged into this one

	Settlement *Settlement `json:"settlement,omitempty"`
	// Paid is what the complainant last said of the payment: nil when nothing.
	Paid         *bool  `json:"paid,omitempty"`
	Satisfaction *uint8 `json:"satisfaction,omitempty"` // 1 to 5
	Assignee     string `json:"assignee,omitempty"`     // a person's id
	HasContact   bool   `json:"has_contact"`
	HasText      bool   `json:"has_text"`

	Deadlines []casefile.Deadline `json:"deadlines"` // with their states on the day of reading
	Seq       uint32              `json:"seq"`       // of the last event, and the version of its record
	UpdatedAt time.Time           `json:"updated_at"`
	// Sent says that the broker has confirmed the record of the last event.
	Sent bool `json:"sent"`
}

// Settlement is what somebody said was paid. It stays reported until the complainant confirms it, or has let the term pass after
// having been asked; that silence proves nothing, and a person concludes.
type Settlement struct {
	ReportedOn civil.Date      `json:"reported_on"`
	AmountFen  int64           `json:"amount_fen"`
	AskedOn    *civil.Date     `json:"asked_on,omitempty"`
	AnsweredOn *civil.Date     `json:"answered_on,omitempty"`
	State      SettlementState `json:"state"` // on the day of reading
}

// SettlementState is how a settlement stands on a day.
type SettlementState string

// The states of a settlement.
const (
	ReportedOnly SettlementState = "reported"
	Asked        SettlementState = "asked"
	Confirmed    SettlementState = "confirmed"  // by the complainant
	Denied       SettlementState = "denied"     // by the complainant
	Unanswered   SettlementState = "unanswered" // asked, and the term has passed
)

// SettlementStates are all of them.
var SettlementStates = []SettlementState{ReportedOnly, Asked, Confirmed, Denied, Unanswered}

// MayConclude reports whether a lead may be concluded as settled.
func (s *Settlement) MayConclude() bool {
	return s != nil && (s.State == Confirmed || s.State == Unanswered)
}

// Content is what a complainant entered in words, each with the event that brought it.
type Content struct {
	Seq     uint32    `json:"seq"`
	At      time.Time `json:"at"`
	Contact string    `json:"contact,omitempty"`
	Text    string    `json:"text,omitempty"`
}

// Intake is a new lead, as it was entered.
type Intake struct {
	// Once is the form's own token (NewOnce): the same form sent twice is one lead.
	Once      string
	Channel   string // online, window, hotline, phone, petition, media, national_platform or inspection
	Township  string // 9 digits, of a place there is
	ProjectID string
	Employer  string // credit code
	// Department is whose lead it is; empty: human resources.
	Department   casefile.Department
	Since        *civil.Month
	Workers      uint32 // at least 1
	AmountFen    int64  // 0: not said
	Incident     string // none, group or extreme; empty: none
	Participants *uint32
	Contact      string // optional; sealed
	Text         string // optional; sealed
}

// Taken is what came of an intake.
type Taken struct {
	Lead    Lead
	Receipt string // the receipt code, in groups of four; shown once, kept nowhere
}

// ActionKind names an action.
type ActionKind string

// The actions. Which fields each takes is in the table of alerts/leads/judge.go.
const (
	Accept           ActionKind = "accept"
	Transfer         ActionKind = "transfer"
	Mediate          ActionKind = "mediate"
	Investigate      ActionKind = "investigate"
	Extend           ActionKind = "extend"
	Order            ActionKind = "order"
	Conclude         ActionKind = "conclude"
	Merge            ActionKind = "merge"
	ReportSettlement ActionKind = "report_settlement"
	AskSettlement    ActionKind = "ask_settlement"
	Identify         ActionKind = "identify"
	Assign           ActionKind = "assign"
	Comment          ActionKind = "comment"
	// The complainant's, which a clerk also enters for somebody on the phone or at the window.
	Add        ActionKind = "add"
	SayPayment ActionKind = "say_payment"
	Rate       ActionKind = "rate"
	Reopen     ActionKind = "reopen"
	Withdraw   ActionKind = "withdraw"
)

// ActionKinds are all of them, in the order in which pages offer them.
var ActionKinds = []ActionKind{Accept, Transfer, Mediate, Investigate, Extend, Order, ReportSettlement, AskSettlement, Conclude, Merge, Identify, Assign,
	Comment, Add, SayPayment, Rate, Reopen, Withdraw}

// Action is what somebody does to a lead.
type Action struct {
	Kind ActionKind `json:"action"`
	// Once is the form's own token: the same action sent twice is one event. Empty: what was seen (seq) tells.
	Once       string              `json:"once,omitempty"`
	Reason     string              `json:"reason,omitempty"`        // transfer, extend, reopen, withdraw, comment; conclude: what was found
	Department casefile.Department `json:"department,omitempty"`    // transfer
	Territory  string              `json:"territory,omitempty"`     // transfer: division code of the county or township
	DocumentNo string              `json:"document_no,omitempty"`   // order
	PayBy      *civil.Date         `json:"pay_by,omitempty"`        // order
	Conclusion Conclusion          `json:"conclusion,omitempty"`    // conclude
	Told       string              `json:"told,omitempty"`          // conclude, merge: what the complainant was told
	Into       string              `json:"into,omitempty"`          // merge
	AmountFen  int64               `json:"amount_fen,omitempty"`    // report_settlement: what is said to have been paid; add: the new amount
	Workers    uint32              `json:"workers,omitempty"`       // add: the new number
	Paid       *bool               `json:"paid,omitempty"`          // say_payment
	Stars      uint8               `json:"stars,omitempty"`         // rate: 1 to 5
	ProjectID  string              `json:"project_id,omitempty"`    // identify
	Employer   string              `json:"employer_uscc,omitempty"` // identify: credit code
	Assignee   string              `json:"assignee,omitempty"`      // assign
	Contact    string              `json:"-"`                       // add; sealed
	Text       string              `json:"-"`                       // add; sealed
}

// Event is one event in the log of a lead. Data holds no contact and no words of the complainant in the clear.
type Event struct {
	Lead   string          `json:"lead"`
	Seq    uint32          `json:"seq"`
	At     time.Time       `json:"at"`
	Actor  string          `json:"actor"`
	Kind   Kind            `json:"kind"`
	Reason string          `json:"reason,omitempty"`
	Data   json.RawMessage `json:"data"`
}

// Answer is what somebody answers to "was this month's wage paid?", without an account (wage.voices).
type Answer struct {
	Once      string // the form's own token: the same form sent twice is one answer
	ProjectID string
	Employer  string // credit code
	Month     civil.Month
	Answer    string // paid, partly, unpaid or not_due
	Phone     string // optional; only its keyed hash is sent, so that one person's answers count once
}

// Filter says which leads to list; its zero value is all of them.
type Filter struct {
	Territory  string // digits that the code of the subject's or of the handling place begins with
	Department casefile.Department
	Status     Status
	Open       *bool
	ProjectID  string
	Employer   string
	Assignee   string
	Deadline   casefile.DeadlineState // of any of its deadlines
	Search     string                 // part of the id, the project or the credit code
	Limit      int                    // 0: no limit
	Offset     int
}

// Matches reports whether the filter lets a lead through; Limit and Offset play no part in it.
func (f Filter) Matches(l *Lead) bool {
	return (strings.HasPrefix(l.Township, f.Territory) || strings.HasPrefix(l.Territory, f.Territory)) &&
		(f.Department == "" || f.Department == l.Department) &&
		(f.Status == "" || f.Status == l.Status) &&
		(f.Open == nil || *f.Open == !l.Status.Ended()) &&
		(f.ProjectID == "" || f.ProjectID == l.ProjectID) &&
		(f.Employer == "" || f.Employer == l.Employer) &&
		(f.Assignee == "" || f.Assignee == l.Assignee) &&
		(f.Deadline == "" || slices.ContainsFunc(l.Deadlines, func(d casefile.Deadline) bool { return d.State == f.Deadline })) &&
		(f.Search == "" || strings.Contains(l.ID, f.Search) || strings.Contains(l.ProjectID, f.Search) || strings.Contains(l.Employer, f.Search))
}

// Object is what somebody who looks at a lead touches: the place that handles it, or the subject's, where the person covers that.
func (l *Lead) Object(p *access.Person) access.Object {
	place := l.Territory
	if p != nil && !p.Covers(place) && p.Covers(l.Township) {
		place = l.Township
	}
	return access.At(place, string(l.Department))
}
