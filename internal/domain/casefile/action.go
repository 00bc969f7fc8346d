package casefile

import "github.com/anxin-project/anxin/internal/domain/civil"

// Action is what a person does to a case. Which fields it takes depends on Kind (alerts/cases, table steps).
type Action struct {
	Kind       ActionKind  `json:"action"`
	Reason     string      `json:"reason,omitempty"`
	Department Department  `json:"department,omitempty"`  // pass_on
	Territory  string      `json:"territory,omitempty"`   // pass_on: division code of the township or county that takes it over
	Assignee   string      `json:"assignee,omitempty"`    // assign, accept: the handler, a person's id
	DocumentNo string      `json:"document_no,omitempty"` // order, document
	DueOn      *civil.Date `json:"due_on,omitempty"`      // order: the last day to pay
	Workers    uint32      `json:"workers,omitempty"`     // order, record_payment
	AmountFen  int64       `json:"amount_fen,omitempty"`  // order, record_payment
	// Of an order: whom it binds (credit code and name; when left out, whom the records tell), and for which wage months it is.
	Employer     string       `json:"employer,omitempty"`
	EmployerName string       `json:"employer_name,omitempty"`
	WageFrom     *civil.Month `json:"wage_from,omitempty"`
	WageTo       *civil.Month `json:"wage_to,omitempty"`
	Settled      bool         `json:"settled,omitempty"` // record_payment: nothing is owed any more
	Path         SidePath     `json:"path,omitempty"`    // side_path
	File         *File        `json:"file,omitempty"`    // attach
	// Of a remedy: which, who advances, when the firm was heard, whether it is for living costs, the record that tells of the same;
	// of what came of one, the number of its event.
	Remedy      Remedy      `json:"remedy,omitempty"`
	Advancer    Advancer    `json:"advancer,omitempty"`
	HeardOn     *civil.Date `json:"heard_on,omitempty"`
	LivingCosts bool        `json:"living_costs,omitempty"`
	RecordID    string      `json:"record_id,omitempty"`
	RemedyNo    uint32      `json:"remedy_no,omitempty"`
}

// File is an attachment by reference: Anxin keeps no copy.
type File struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"` // lower-case hexadecimal
	KeptAt string `json:"kept_at"`
}

// ActionKind names an action.
type ActionKind string

// The actions.
const (
	Accept        ActionKind = "accept"
	PassOn        ActionKind = "pass_on"
	Investigate   ActionKind = "investigate" // 立案: the 60 working days begin
	Extend        ActionKind = "extend"      // a supervisor's approval of 30 more
	HoldTalks     ActionKind = "talks"
	OrderPayment  ActionKind = "order" // 责令限期支付
	RecordPayment ActionKind = "record_payment"
	TakeSidePath  ActionKind = "side_path"
	Close         ActionKind = "close"
	Dismiss       ActionKind = "dismiss"
	Assign        ActionKind = "assign"
	Comment       ActionKind = "comment"
	AddDocument   ActionKind = "document" // reference to a document by its number
	Attach        ActionKind = "attach"
	UrgeHandler   ActionKind = "urge"        // 催办
	Acknowledge   ActionKind = "acknowledge" // of an urge
	TakeRemedy    ActionKind = "remedy"      // after an unmet order
	PayByRemedy   ActionKind = "remedy_paid"
	RecoverRemedy ActionKind = "remedy_recovered"
)

// Order is an order to pay by a date.
type Order struct {
	Seq          uint32       `json:"seq"` // of its event
	DocumentNo   string       `json:"document_no"`
	Employer     string       `json:"employer,omitempty"` // whom it binds: credit code
	EmployerName string       `json:"employer_name,omitempty"`
	IssuedOn     civil.Date   `json:"issued_on"`
	DueOn        civil.Date   `json:"due_on"`
	WageFrom     *civil.Month `json:"wage_from,omitempty"` // nil when the order does not say
	WageTo       *civil.Month `json:"wage_to,omitempty"`
	Workers      uint32       `json:"workers"`
	AmountFen    int64        `json:"amount_fen"`
	PaidFen      int64        `json:"paid_fen"` // since it was issued
	// Source is what the records said when it was issued, without estimates; nil when they said nothing.
	Source *Owed `json:"source,omitempty"`
	// DecideBy is the last day for a decision on listing, should it stay unmet; nil once it is paid in full.
	DecideBy *Deadline `json:"decide_by,omitempty"`
	// Told is what pay slips say was paid since; nil until a run has told.
	Told *PaidByRecords `json:"told,omitempty"`
}

// GetSeq is the number of an order's event; 0 without an order.
func (o *Order) GetSeq() uint32 {
	if o == nil {
		return 0
	}
	return o.Seq
}

// GetTold is what pay slips say was paid since an order; nil without an order, or where no run has told.
func (o *Order) GetTold() *PaidByRecords {
	if o == nil {
		return nil
	}
	return o.Told
}

// Unmet reports whether the order's date has passed without full payment.
func (o *Order) Unmet(today civil.Date) bool {
	return o != nil && today > o.DueOn && o.PaidFen < o.AmountFen
}
