// Package verdict says what people found of warnings: that one was true, untrue, or settled since. A verdict is about an
// episode: one detector, one subject, and the day since which what it warns of lasts. It says what the warning said when it was
// given, so that anybody can see later whether the facts have changed.
//
// A verdict changes neither the warning nor the index. One that says "untrue" quiets the warning: for a time, while nothing of it
// grows (Quiet). The warning stays on every list, marked and last; only its alert falls silent.
package verdict

import (
	"strings"
	"time"

	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Kind is what was found.
type Kind string

// The kinds of verdicts.
const (
	True    Kind = "true"
	Untrue  Kind = "untrue"
	Settled Kind = "settled" // it was true, and has been put right
)

// Kinds are all of them, in the order in which pages list them.
var Kinds = []Kind{True, Untrue, Settled}

var kinds = map[Kind]catalog.Text{
	True:    {ZH: "属实", EN: "True"},
	Untrue:  {ZH: "不属实", EN: "Untrue"},
	Settled: {ZH: "已化解", EN: "Settled"},
}

// Title is the kind's name.
func (k Kind) Title() catalog.Text { return kinds[k] }

// Code says in what way.
type Code string

// The codes of verdicts.
const (
	Arrears       Code = "arrears"
	Safeguard     Code = "safeguard"
	Risk          Code = "risk"
	WrongData     Code = "wrong_data"
	PaidOtherwise Code = "paid_otherwise"
	NotWages      Code = "not_wages"
	Duplicate     Code = "duplicate"
	NotApplicable Code = "not_applicable"
	Paid          Code = "paid"
	Agreed        Code = "agreed"
	PutRight      Code = "put_right"
	Other         Code = "other"
)

// Codes are those that each kind of verdict may have, in the order in which pages list them.
var Codes = map[Kind][]Code{
	True:    {Arrears, Safeguard, Risk, Other},
	Untrue:  {WrongData, PaidOtherwise, NotWages, Duplicate, NotApplicable, Other},
	Settled: {Paid, Agreed, PutRight, Other},
}

// AllCodes are the codes of all kinds, each once.
var AllCodes = []Code{Arrears, Safeguard, Risk, WrongData, PaidOtherwise, NotWages, Duplicate, NotApplicable, Paid, Agreed, PutRight, Other}

var codes = map[Code]catalog.Text{
	Arrears:       {ZH: "确有欠薪", EN: "wages are owed"},
	Safeguard:     {ZH: "制度未落实", EN: "a safeguard is missing"},
	Risk:          {ZH: "有隐患，尚未欠薪", EN: "a risk, nothing owed yet"},
	WrongData:     {ZH: "数据有误", EN: "the data are wrong"},
	PaidOtherwise: {ZH: "已另行支付，数据未反映", EN: "paid in a way the data do not show"},
	NotWages:      {ZH: "不是工资", EN: "not wages"},
	Duplicate:     {ZH: "与另一预警重复", EN: "repeats another warning"},
	NotApplicable: {ZH: "规则不适用", EN: "the rule does not apply"},
	Paid:          {ZH: "已付清", EN: "paid in full"},
	Agreed:        {ZH: "已达成协议", EN: "agreed between the parties"},
	PutRight:      {ZH: "已整改", EN: "put right"},
	Other:         {ZH: "其他", EN: "other"},
}

// Title is the code's name.
func (c Code) Title() catalog.Text { return codes[c] }

// Key names what is warned of: a detector and a subject.
type Key struct {
	Detector string        `json:"detector"`
	Scope    catalog.Scope `json:"scope"`
	ScopeID  string        `json:"scope_id"`
}

// String is the key as the log has it.
func (k Key) String() string { return k.Detector + ":" + string(k.Scope) + ":" + k.ScopeID }

// ParseKey reads what String wrote.
func ParseKey(text string) (Key, bool) {
	detector, subject, ok := strings.Cut(text, ":")
	scope, id, more := strings.Cut(subject, ":")
	return Key{detector, catalog.Scope(scope), id}, ok && more && detector != "" && scope != "" && id != ""
}

// Seen is what a warning says on a day.
type Seen struct {
	AsOf       civil.Date    `json:"as_of"`
	Run        uint64        `json:"run"`
	Episode    string        `json:"episode"`
	OpenedOn   civil.Date    `json:"opened_on"`
	LevelOn    civil.Date    `json:"level_on"`
	Since      civil.Date    `json:"since"`
	Level      catalog.Level `json:"level"`
	Workers    uint32        `json:"workers"`
	AmountFen  int64         `json:"amount_fen"`
	Name       string        `json:"name"`
	Township   string        `json:"township"`
	Department string        `json:"department"`
}

// Verdict is one as given.
type Verdict struct {
	Key
	Seen
	Kind   Kind      `json:"verdict"`
	Code   Code      `json:"code"`
	Reason string    `json:"reason"`
	By     string    `json:"by"` // a person's id
	ByName string    `json:"by_name"`
	At     time.Time `json:"at"`
	Seq    uint32    `json:"seq"` // of the event
	// AnswerBy is the last day for a verdict in time, by the terms then in force; nil where it could not be counted.
	AnswerBy *civil.Date `json:"answer_by"`
	// QuietUntil is the last day on which an untrue warning is quiet while nothing of it grows; nil of any other.
	QuietUntil *civil.Date `json:"quiet_until"`
	// Growth is by how many percent workers and amount may grow before that ends the quiet.
	Growth int `json:"growth_percent,omitempty"`
	// Withdrawn says that it was taken back; nil while it stands.
	Withdrawn *Withdrawal `json:"withdrawn,omitempty"`
}

// Withdrawal takes a verdict back.
type Withdrawal struct {
	Reason string    `json:"reason"`
	By     string    `json:"by"`
	ByName string    `json:"by_name"`
	At     time.Time `json:"at"`
}

// On is the civil day on which the verdict was given.
func (v *Verdict) On() civil.Date { return civil.DateOf(v.At) }

// About reports whether the verdict is about the episode that a warning shows now: the same by name, or one that came back with
// the same condition, which lasts since the same day.
func (v *Verdict) About(w Seen) bool { return v.Episode == w.Episode || v.Since == w.Since }

// Change is why a warning that was found untrue is not quiet any more.
type Change string

// The changes that end a quiet.
const (
	Unchanged   Change = ""
	NewSince    Change = "since"   // what it warns of lasts since another day
	LevelRose   Change = "level"   //
	WorkersGrew Change = "workers" // by more than Growth
	AmountGrew  Change = "amount"  // likewise; from an amount that nobody knew to any
	TimePassed  Change = "time"    // QuietUntil is over
)

// Changes are all that end a quiet.
var Changes = []Change{NewSince, LevelRose, WorkersGrew, AmountGrew, TimePassed}

var changes = map[Change]catalog.Text{
	NewSince:    {ZH: "起始日已变", EN: "it lasts since another day"},
	LevelRose:   {ZH: "级别升高", EN: "its level rose"},
	WorkersGrew: {ZH: "人数增加", EN: "more workers"},
	AmountGrew:  {ZH: "金额增加", EN: "a larger amount"},
	TimePassed:  {ZH: "静默期满", EN: "its time is over"},
}

// Title is the change's name.
func (c Change) Title() catalog.Text { return changes[c] }

// Quiet reports whether the verdict keeps a warning that now says w quiet on a day; if it once did, which change ended that.
func (v *Verdict) Quiet(w Seen, today civil.Date) (quiet bool, ended Change) {
	if v == nil || v.Kind != Untrue || v.Withdrawn != nil || v.QuietUntil == nil {
		return false, Unchanged
	}
	more := func(now, then int64) bool { return now*100 > then*int64(100+v.Growth) }
	switch {
	case v.Since != w.Since:
		ended = NewSince
	case v.Level != catalog.Red && w.Level == catalog.Red:
		ended = LevelRose
	case more(int64(w.Workers), int64(v.Workers)):
		ended = WorkersGrew
	case more(w.AmountFen, v.AmountFen):
		ended = AmountGrew
	case today > *v.QuietUntil:
		ended = TimePassed
	}
	return ended == Unchanged, ended
}

// Step gives a verdict on a warning, or takes the last one back, by somebody who has seen what was said of it up to Seq.
type Step struct {
	Key
	Episode  string `json:"episode"`
	Seq      uint32 `json:"seq"`
	Kind     Kind   `json:"verdict"`
	Code     Code   `json:"code"`
	Reason   string `json:"reason"`
	Withdraw bool   `json:"withdraw,omitempty"`
}

// Action is what the audit log calls the step.
func (s Step) Action() string {
	switch {
	case s.Withdraw:
		return "verdict.withdraw"
	case codes[s.Code].ZH != "" && kinds[s.Kind].ZH != "":
		return "verdict." + string(s.Kind)
	}
	return "verdict"
}

// Result is what came of a step. The error is casefile.ErrNotFound, casefile.ErrConflict, a *casefile.Refusal, or that the log
// could not be written.
type Result struct {
	Step    Step
	Verdict *Verdict
	Err     error
}

// Terms are the numbers of verdicts in force at a place on a day, from policy.
type Terms struct {
	AnswerRed    int // working days for a verdict on a red warning, from the day it became red
	AnswerYellow int // and on a yellow one, from the day it opened
	Near         int // a deadline is near so many working days before
	QuietDays    int // an untrue one quiets for so many days
	Growth       int // percent, see Verdict.Growth
	Window       int // days back that figures about verdicts count
}

// ToAnswer is the deadline for a verdict. It is none of a case's.
const ToAnswer casefile.DeadlineKind = "verdict"

// AnswerBy is the day by which a warning is to have a verdict: the earlier of what its levels ask for.
func AnswerBy(t Terms, w Seen, due func(from civil.Date, workdays int) casefile.Deadline) casefile.Deadline {
	by := due(w.OpenedOn, t.AnswerYellow)
	if w.Level == catalog.Red {
		if red := due(w.LevelOn, t.AnswerRed); by.Due == nil || red.Due != nil && *red.Due < *by.Due {
			by = red
		}
	}
	return by
}
