// Package closure holds the small types of closures (销号): owed wages that an inspector closes for another reason than payment, and
// a supervisor approves. Only then they become a record of wage.closures, and count as owed no more; they can be reopened.
package closure

import (
	"errors"
	"time"

	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Source is the sending system in records of closures.
const Source = "anxin"

// ErrNotSent says that the step is in the log, and that the broker has not confirmed its record yet. It is sent again by itself.
var ErrNotSent = errors.New("kept, but the broker has not confirmed it yet")

// Stage is how far a closure has come.
type Stage string

// The stages.
const (
	Proposed  Stage = "proposed"
	Approved  Stage = "approved"
	Declined  Stage = "declined"
	Withdrawn Stage = "withdrawn"
	Reopened  Stage = "reopened" // the wages count as owed again
)

// Stages are all of them, in the order in which pages list them.
var Stages = []Stage{Proposed, Approved, Declined, Withdrawn, Reopened}

var stages = map[Stage]catalog.Text{
	Proposed:  {ZH: "待审批", EN: "Waiting for approval"},
	Approved:  {ZH: "已销号", EN: "Closed"},
	Declined:  {ZH: "不予批准", EN: "Declined"},
	Withdrawn: {ZH: "已撤回", EN: "Withdrawn"},
	Reopened:  {ZH: "已恢复", EN: "Reopened"},
}

// Title is the stage's name.
func (s Stage) Title() catalog.Text { return stages[s] }

// ActionKind is what a person does to a closure.
type ActionKind string

// The actions.
const (
	Approve  ActionKind = "approve"
	Decline  ActionKind = "decline"
	Withdraw ActionKind = "withdraw"
	Reopen   ActionKind = "reopen"
)

// ActionKinds are all of them, in the order in which pages offer them.
var ActionKinds = []ActionKind{Approve, Decline, Withdraw, Reopen}

var actions = map[ActionKind]catalog.Text{
	Approve:  {ZH: "批准销号", EN: "Approve"},
	Decline:  {ZH: "不予批准", EN: "Decline"},
	Withdraw: {ZH: "撤回申请", EN: "Withdraw"},
	Reopen:   {ZH: "恢复计欠", EN: "Reopen"},
}

// Title is the action's name.
func (a ActionKind) Title() catalog.Text { return actions[a] }

// Action is a step on a closure.
type Action struct {
	Kind   ActionKind `json:"action"`
	Reason string     `json:"reason,omitempty"` // needed by all but approve
}

// Reasons are the codes of why wages are closed; the record contract has the same.
var Reasons = []string{"paid_otherwise", "not_wages", "duplicate", "court_decision", "withdrawn_verified", "other"}

// Proposal is what an inspector asks to have closed: what a subject owes of a wage month, to one worker or to all.
type Proposal struct {
	Scope     catalog.Scope `json:"scope"` // project or employer
	ScopeID   string        `json:"scope_id"`
	Month     civil.Month   `json:"wage_month"`
	WorkerKey string        `json:"worker_key,omitempty"` // 32 hexadecimal digits, as Anxin shows it; empty: every worker
	Reason    string        `json:"reason"`
	Note      string        `json:"note"`
}

// Claim is what the records say is owed of it.
type Claim struct {
	AsOf      civil.Date `json:"as_of"`
	Run       uint64     `json:"run"`
	Workers   uint32     `json:"workers"`
	AmountFen int64      `json:"amount_fen"`
}

// Signature is who took a step, and when.
type Signature struct {
	By     string    `json:"by"` // a person's id
	ByName string    `json:"by_name"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason,omitempty"`
}

// Closure is one as it stands.
type Closure struct {
	ID string `json:"id"`
	Proposal
	Name       string     `json:"name"`
	Township   string     `json:"township"`
	Department string     `json:"department"`
	Owed       Claim      `json:"owed"` // when it was proposed
	Stage      Stage      `json:"stage"`
	Proposed   Signature  `json:"proposed"`
	Decided    *Signature `json:"decided,omitempty"` // approved or declined; or by whom it was withdrawn
	Reopened   *Signature `json:"reopened,omitempty"`
	Seq        uint32     `json:"seq"`
	// Sent says that the broker has the record of the last step that has one: the store will have it, if it has it not yet. It
	// is false of what has no record.
	Sent bool `json:"sent"`
}

// Object is what reading a closure touches.
func (c Closure) Object() access.Object { return access.At(c.Township, c.Department) }

// Recorded reports whether a record of it is, or was to be, sent.
func (c Closure) Recorded() bool { return c.Stage == Approved || c.Stage == Reopened }

// Subject is what can be closed of a project or an employer: what is owed, by the latest run.
type Subject struct {
	Scope      catalog.Scope
	ID, Name   string
	Township   string
	Department string
	AsOf       civil.Date
	Run        uint64
	Months     []Month
	Workers    []Worker
	Elsewhere  []string // townships beside its own in which some of it is owed, on the projects of an employer
}

// Month is what is owed of a wage month.
type Month struct {
	Month     civil.Month
	Workers   uint32
	AmountFen int64
}

// Worker is somebody to whom some of it is owed, masked.
type Worker struct {
	Key, Masked string
	AmountFen   int64
}

// NotFound says that there is no such closure or subject.
var NotFound = casefile.ErrNotFound
