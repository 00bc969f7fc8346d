package casefile

import (
	"slices"
	"time"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// EntryStage is how far an entry of the joint-discipline list has come (MOHRSS Order 45 of 2021).
type EntryStage string

// The stages of an entry. Expired is reached by time alone.
const (
	Candidate        EntryStage = "candidate"         // 拟列入
	Notified         EntryStage = "notified"          // 已告知
	Objected         EntryStage = "objected"          // 已陈述申辩，待核实
	Verified         EntryStage = "verified"          // 申辩已核实，不成立
	Decided          EntryStage = "decided"           // 已作出列入决定，尚未送达、公布
	Listed           EntryStage = "listed"            // 已列入
	RemovalRequested EntryStage = "removal_requested" // 已申请提前移出；仍在名单上
	Removed          EntryStage = "removed"
	Expired          EntryStage = "expired"
	Withdrawn        EntryStage = "withdrawn"
	NotListed        EntryStage = "not_listed"
)

var entryStages = map[EntryStage]catalog.Text{
	Candidate:        {ZH: "拟列入", EN: "Candidate"},
	Notified:         {ZH: "已告知", EN: "Notified"},
	Objected:         {ZH: "申辩待核实", EN: "Objection to be verified"},
	Verified:         {ZH: "申辩已核实", EN: "Objection verified"},
	Decided:          {ZH: "已决定列入", EN: "Decided"},
	Listed:           {ZH: "已列入", EN: "Listed"},
	RemovalRequested: {ZH: "已申请提前移出", EN: "Early removal requested"},
	Removed:          {ZH: "已提前移出", EN: "Removed early"},
	Expired:          {ZH: "期满移出", EN: "Expired"},
	Withdrawn:        {ZH: "已撤销", EN: "Withdrawn"},
	NotListed:        {ZH: "不予列入", EN: "Not listed"},
}

// EntryStages are all of them, in their order.
var EntryStages = []EntryStage{Candidate, Notified, Objected, Verified, Decided, Listed, RemovalRequested, Removed, Expired, Withdrawn, NotListed}

// Title is the stage's name.
func (s EntryStage) Title() catalog.Text { return entryStages[s] }

// OnList reports whether an employer at this stage is on the list, hence published.
func (s EntryStage) OnList() bool { return s == Listed || s == RemovalRequested }

// Ended reports whether the procedure is over; the employer may be proposed again.
func (s EntryStage) Ended() bool {
	return s == Removed || s == Expired || s == Withdrawn || s == NotListed
}

// Facts are what the records say of an employer that can be proposed for the list: the orders to pay whose date has
// passed unmet, what they come to, and the grounds of listing. Each worker and each wage counts once (Once); what was paid
// is deducted. Estimates play no part.
type Facts struct {
	Employer string `json:"employer"` // credit code
	Name     string `json:"name"`
	Township string `json:"township"`
	County   string `json:"county"`

	Grounds        []string `json:"grounds"`         // amount_many_workers, amount_one_worker, incident
	OrderedWorkers uint32   `json:"ordered_workers"` // of orders not paid in full
	OrderedFen     int64    `json:"ordered_fen"`
	PaidFen        int64    `json:"paid_fen"`               // of it
	UnpaidFen      int64    `json:"unpaid_fen"`             // what is still refused
	MostOwedFen    int64    `json:"most_owed_fen"`          // to one worker, by the pay lists
	MonthlyPayFen  int64    `json:"monthly_pay_fen"`        // a month's pay that the amount test refers to; 0 when unknown
	Incidents      uint32   `json:"incidents"`              // group or extreme
	IncidentIDs    []string `json:"incident_ids,omitempty"` // their records

	Orders  []OrderFact `json:"orders"`            // by due date
	Warning string      `json:"warning,omitempty"` // the detector that found the employer; empty where only orders issued here tell
	AsOf    civil.Date  `json:"as_of"`             // of the records
	Run     uint64      `json:"run"`
}

// Count puts in what the orders come to.
func (f *Facts) Count() {
	sum := Once(f.Orders)
	f.OrderedWorkers, f.OrderedFen, f.PaidFen, f.UnpaidFen = sum.Workers, sum.AmountFen, sum.PaidFen, sum.UnpaidFen()
}

// Undated are the facts as the log keeps them, without the deadlines of the orders.
func (f Facts) Undated() Facts {
	f.Orders = slices.Clone(f.Orders)
	for i := range f.Orders {
		f.Orders[i].DecideBy = nil
	}
	return f
}

// The grounds of listing.
const (
	ManyWorkers = "amount_many_workers"
	OneWorker   = "amount_one_worker"
	Incident    = "incident"
)

var grounds = map[string]catalog.Text{
	ManyWorkers: {ZH: "拖欠十名以上农民工工资，数额达到认定标准", EN: "wages of ten workers or more unpaid, to the amount of the test"},
	OneWorker:   {ZH: "拖欠一名农民工三个月以上工资，数额达到认定标准", EN: "three months' wages or more of one worker unpaid, to the amount of the test"},
	Incident:    {ZH: "因拖欠工资引发群体性事件、极端事件", EN: "arrears that led to a group or extreme incident"},
}

// Ground is the text of a ground for listing; false for one that the law does not know.
func Ground(name string) (catalog.Text, bool) { t, ok := grounds[name]; return t, ok }

// Capacity is why a person is listed with a firm.
type Capacity string

// The capacities.
const (
	LegalRepresentative Capacity = "legal_representative" // or the main person in charge
	DirectlyResponsible Capacity = "directly_responsible"
)

// ListedPerson is a person listed with a firm. The name is personal data: what is published has it masked.
type ListedPerson struct {
	Name     string   `json:"name"`
	Capacity Capacity `json:"capacity"`
}

// BarKind is why there is no early removal.
type BarKind string

// The bars. New arrears bar for the rest of the term; criminal proceedings until they end without guilt.
const (
	NewArrears BarKind = "new_arrears"
	Criminal   BarKind = "criminal"
	OtherBar   BarKind = "other"
)

// Bar is one bar to early removal.
type Bar struct {
	Kind     BarKind     `json:"kind"`
	Reason   string      `json:"reason"`
	On       civil.Date  `json:"on"`
	LiftedOn *civil.Date `json:"lifted_on,omitempty"`
}

// Paper is a document of the procedure: its number, the day it was recorded, and who answers for it.
type Paper struct {
	No     string     `json:"no"`
	On     civil.Date `json:"on"`
	By     string     `json:"by"` // a person's id
	ByName string     `json:"by_name"`
}

// Objection is what the party said, and what came of it.
type Objection struct {
	On         civil.Date  `json:"on"`
	Text       string      `json:"text"`
	VerifiedOn *civil.Date `json:"verified_on,omitempty"`
	Finding    string      `json:"finding,omitempty"`
	Upheld     bool        `json:"upheld"`
}

// Removal is an application for early removal.
type Removal struct {
	RequestedOn civil.Date  `json:"requested_on"`
	PromiseNo   string      `json:"promise_no"`
	RecordedBy  string      `json:"recorded_by"`
	DecidedOn   *civil.Date `json:"decided_on,omitempty"`
	Granted     bool        `json:"granted"`
	Reason      string      `json:"reason,omitempty"` // of the decision
	Decision    *Paper      `json:"decision,omitempty"`
}

// Sighting is a project, newer than the decision, on which a listed employer appears.
type Sighting struct {
	ProjectID string     `json:"project_id"`
	Name      string     `json:"name"`
	Township  string     `json:"township"`
	As        string     `json:"as"` // contractor or developer
	SignedOn  civil.Date `json:"signed_on"`
	SeenOn    civil.Date `json:"seen_on"`
}

// Entry is one employer's way towards the list, on it, and off it.
type Entry struct {
	ID       string     `json:"id"` // credit code, hyphen, number
	Employer string     `json:"employer"`
	Name     string     `json:"name"`
	Township string     `json:"township"`
	County   string     `json:"county"`
	Stage    EntryStage `json:"stage"`

	Facts   Facts          `json:"facts"`
	Order   OrderFact      `json:"order"` // the one that the listing rests on
	OrderNo string         `json:"order_no"`
	Persons []ListedPerson `json:"persons"`
	// Effect is the social effect of the incidents, in the words of who proposed; empty where they are no ground.
	Effect string `json:"effect,omitempty"`
	// AtDecision are the facts as they stood at the decision; nil before it, and where the records no longer told.
	AtDecision *Facts `json:"at_decision,omitempty"`
	// LateReason is why the decision came after its term, by the supervisor who took it; empty of one in time.
	LateReason string `json:"late_reason,omitempty"`

	// Terms bind the entry; papers state them.
	Terms ListingTerms `json:"-"`

	ProposedOn  civil.Date  `json:"proposed_on"`
	Notice      *Paper      `json:"notice,omitempty"`
	Objection   *Objection  `json:"objection,omitempty"` // the last one
	Extension   *Paper      `json:"extension,omitempty"`
	Decision    *Paper      `json:"decision,omitempty"`
	ListedOn    *civil.Date `json:"listed_on,omitempty"`
	Until       *civil.Date `json:"until,omitempty"` // last day of the term
	CorrectedOn *civil.Date `json:"corrected_on,omitempty"`
	PromiseNo   string      `json:"promise_no,omitempty"`
	Bars        []Bar       `json:"bars,omitempty"`
	Removal     *Removal    `json:"removal,omitempty"` // the last application
	Ended       *Paper      `json:"ended,omitempty"`   // withdrawal, or the decision not to list
	EndReason   string      `json:"end_reason,omitempty"`

	NewProjects []Sighting `json:"new_projects,omitempty"`
	Deadlines   []Deadline `json:"deadlines"`
	Seq         uint32     `json:"seq"`
	UpdatedAt   time.Time  `json:"updated_at"`
}

// Published is one listed employer, as the law makes it public. Persons' names are masked: only the family name stands.
type Published struct {
	Name       string         `json:"name"`
	USCC       string         `json:"uscc"`
	Persons    []ListedPerson `json:"persons"`
	Facts      string         `json:"facts"`
	OrderNo    string         `json:"order_no"`
	Workers    uint32         `json:"workers"`    // each once
	AmountFen  int64          `json:"amount_fen"` // unpaid at the decision, each wage once
	FiguresOn  civil.Date     `json:"figures_on"` // date of the records that say so
	DecisionNo string         `json:"decision_no"`
	DecidedOn  civil.Date     `json:"decided_on"`
	Until      civil.Date     `json:"until"` // last day of the term
	Authority  string         `json:"authority"`
}

// EntryAction is what a person does to an entry. Which fields it takes depends on Kind (alerts/blacklist).
type EntryAction struct {
	Kind       EntryActionKind `json:"action"`
	Reason     string          `json:"reason,omitempty"`
	DocumentNo string          `json:"document_no,omitempty"`
	OrderID    string          `json:"order_id,omitempty"`    // propose: among the facts' orders; the one due last when left out
	OrderNo    string          `json:"order_no,omitempty"`    // propose: the number of its document; of an order issued here the records know it
	Effect     string          `json:"effect,omitempty"`      // propose by an incident: its social effect, in words
	Persons    []ListedPerson  `json:"persons,omitempty"`     // propose
	Upheld     bool            `json:"upheld,omitempty"`      // verify
	Granted    bool            `json:"granted,omitempty"`     // decide_removal
	PromiseNo  string          `json:"promise_no,omitempty"`  // correct, request_removal: the written promise
	Bar        BarKind         `json:"bar,omitempty"`         // bar
	LateReason string          `json:"late_reason,omitempty"` // decide, after the term: why so late
}

// EntryActionKind names an action on an entry.
type EntryActionKind string

// The actions on an entry.
const (
	Propose        EntryActionKind = "propose"
	Notify         EntryActionKind = "notify"
	Object         EntryActionKind = "object"
	Verify         EntryActionKind = "verify"
	ExtendDecision EntryActionKind = "extend"
	Correct        EntryActionKind = "correct" // before the decision, with a promise, it ends the procedure
	Decide         EntryActionKind = "decide"
	DoNotList      EntryActionKind = "not_list"
	List           EntryActionKind = "list" // the decision was served and is published
	SetBar         EntryActionKind = "bar"
	LiftBar        EntryActionKind = "lift_bar"
	RequestRemoval EntryActionKind = "request_removal"
	DecideRemoval  EntryActionKind = "decide_removal"
	Withdraw       EntryActionKind = "withdraw"
)
