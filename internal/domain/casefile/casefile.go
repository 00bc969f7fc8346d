// Package casefile holds the small types of casework (案件) that components share: a case, its events, and what lists
// can be asked for. The alerts component keeps the cases; the console and the command only read them.
package casefile

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Case is the state of one case: what its events add up to. There is one case a subject. It holds no personal data.
type Case struct {
	ID         string        `json:"id"` // scope, a colon, scope id
	Scope      catalog.Scope `json:"scope"`
	ScopeID    string        `json:"scope_id"`
	Name       string        `json:"name"` // the scope id until a run has told the name
	Township   string        `json:"township"`
	County     string        `json:"county"`
	Sector     string        `json:"sector"`
	Department Department    `json:"department"`
	Stage      Stage         `json:"stage"`

	// Territory is the division code of the place that handles the case: the subject's township until it is passed on.
	Territory string `json:"territory"`
	Assignee  string `json:"assignee,omitempty"` // a person's id
	FileNo    string `json:"file_no,omitempty"`  // of the investigation, by the office's rule

	// Level is the highest level among the alerts that fire, empty when none does; Peak the highest there ever was.
	Level catalog.Level `json:"level"`
	Peak  catalog.Level `json:"peak"`
	// Cleared says that no alert fires any more ("condition cleared"). That does not close a case: a person does.
	Cleared   bool       `json:"cleared"`
	ClearedAt *time.Time `json:"cleared_at,omitempty"`

	// Workers and AmountFen are the greatest among the subject's warnings of the run FiguresRun, not their sum:
	// detectors count the same people. FiguresAsOf is nil until a run has told them.
	Workers     uint32      `json:"workers"`
	AmountFen   int64       `json:"amount_fen"`
	FiguresAsOf *civil.Date `json:"figures_as_of,omitempty"`
	FiguresRun  uint64      `json:"figures_run,omitempty"`
	// Owed is what the records say is owed; nil until a run has told, and of a subject of which none has.
	Owed *Owed `json:"owed,omitempty"`

	OpenedAt time.Time  `json:"opened_at"`
	OpenedOn civil.Date `json:"opened_on"`
	// AcceptBy is the last day for accepting the case or passing it on. It is nil when it cannot be counted;
	// DeadlineError then says why and what to do.
	AcceptBy      *civil.Date `json:"accept_by,omitempty"`
	DeadlineError string      `json:"deadline_error,omitempty"`
	// AcceptProvisional then is the day by the plain week, to plan by.
	AcceptProvisional *civil.Date `json:"accept_provisional,omitempty"`

	Deadlines []Deadline `json:"deadlines"`            // with their states on the day of reading
	Order     *Order     `json:"order,omitempty"`      // the last one
	PaidFen   int64      `json:"paid_fen"`             // all payments recorded
	Extended  bool       `json:"extended,omitempty"`   // the investigation, with approval
	SidePaths []SidePath `json:"side_paths,omitempty"` // in the order taken
	Rounds    []Round    `json:"rounds"`               // each wait for acceptance, the present one last
	Urges     []Urge     `json:"urges,omitempty"`      // in their order

	Remedies []TakenRemedy `json:"remedies,omitempty"` // after an unmet order, in the order taken

	Alerts    []Alert   `json:"alerts"` // every episode, by start; shared, not to be changed
	Seq       uint32    `json:"seq"`    // of the last event
	UpdatedAt time.Time `json:"updated_at"`
}

// Alert is one episode of an alert about the case's subject.
type Alert struct {
	Fingerprint string        `json:"fingerprint"`
	Name        string        `json:"name"`
	Detector    string        `json:"detector"`
	Level       catalog.Level `json:"level"`
	StartsAt    time.Time     `json:"starts_at"`
	EndsAt      *time.Time    `json:"ends_at,omitempty"` // nil while it fires
	ReceivedOn  civil.Date    `json:"received_on"`
}

// Kind says what an event records.
type Kind string

// The kinds of events.
const (
	Opened        Kind = "opened"
	AlertFired    Kind = "alert_fired"
	AlertResolved Kind = "alert_resolved"
	LevelChanged  Kind = "level_changed"
	Cleared       Kind = "cleared"
	Reopened      Kind = "reopened"
	Figures       Kind = "figures" // workers and amount as the latest run has them
	OwedTold      Kind = "owed"    // what the records say is owed, as of a run
	PaidTold      Kind = "paid"    // what pay slips say was paid since an order, as of a run

	// What persons did; the data is the Action.
	WasAccepted      Kind = "accepted"
	WasPassedOn      Kind = "passed_on"
	WasFiled         Kind = "filed"
	WasExtended      Kind = "extended"
	TalksHeld        Kind = "talks_held"
	WasOrdered       Kind = "ordered"
	PaymentRecorded  Kind = "payment_recorded"
	SidePathTaken    Kind = "side_path_taken"
	WasClosed        Kind = "closed"
	WasDismissed     Kind = "dismissed"
	WasAssigned      Kind = "assigned"
	Commented        Kind = "commented"
	DocumentReferred Kind = "document_referred"
	FileAttached     Kind = "file_attached"
	WasUrged         Kind = "urged"
	UrgeAcknowledged Kind = "urge_acknowledged"
	RemedyTaken      Kind = "remedy_taken"
	RemedyPaid       Kind = "remedy_paid"
	RemedyRecovered  Kind = "remedy_recovered"
)

// System is the actor of events that no person caused.
const System = "system"

// Event is one event in the log of a case, or of an entry of the joint-discipline list: then CaseID is the entry's id.
type Event struct {
	CaseID string          `json:"case_id"`
	Seq    uint32          `json:"seq"`
	At     time.Time       `json:"at"`
	Actor  string          `json:"actor"`
	Kind   Kind            `json:"kind"`
	Reason string          `json:"reason,omitempty"`
	Data   json.RawMessage `json:"data"` // by kind
	Writer uint64          `json:"-"`
}

// Filter says which cases to list; its zero value is all of them.
type Filter struct {
	Territory  string // digits that the code of the subject's or of the handling place begins with
	Department Department
	Scope      catalog.Scope
	Level      catalog.Level // of the alerts that fire
	Stage      Stage
	Cleared    *bool
	Assignee   string        // a person's id; Nobody: the cases that nobody is in charge of
	Deadline   DeadlineState // of any of its deadlines; needs the states of a day
	Search     string        // part of the name or the scope id
	Limit      int           // 0: no limit
	Offset     int
}

// Nobody in a filter stands for no handler; no person has such an id.
const Nobody = "-"

// Matches reports whether the filter lets a case through; Limit and Offset play no part in it.
func (f Filter) Matches(c *Case) bool {
	return (strings.HasPrefix(c.Township, f.Territory) || strings.HasPrefix(c.Territory, f.Territory)) &&
		(f.Department == "" || f.Department == c.Department) &&
		(f.Scope == "" || f.Scope == c.Scope) &&
		(f.Level == "" || f.Level == c.Level) &&
		(f.Stage == "" || f.Stage == c.Stage) &&
		(f.Cleared == nil || *f.Cleared == c.Cleared) &&
		(f.Assignee == "" || f.Assignee == c.Assignee || f.Assignee == Nobody && c.Assignee == "") &&
		(f.Deadline == "" || slices.ContainsFunc(c.Deadlines, func(d Deadline) bool { return d.State == f.Deadline })) &&
		(f.Search == "" || strings.Contains(c.Name, f.Search) || strings.Contains(c.ScopeID, f.Search))
}

// FiringAlert is an alert that a case takes as firing. After a restart the embedded evaluator is told of them, so that
// it resolves those that have gone meanwhile.
type FiringAlert struct {
	Labels   map[string]string
	StartsAt time.Time
}

// ID names the case of a subject.
func ID(scope catalog.Scope, scopeID string) string { return string(scope) + ":" + scopeID }
