package simulate

import (
	"math"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Cause is why a subject gets into trouble. Arrears, if any, follow from it; they are never put in by themselves.
type Cause string

// The causes.
const (
	CauseSqueeze     Cause = "funding_squeeze" // a developer is short of money
	CauseFailing     Cause = "failing_contractor"
	CauseBadPayer    Cause = "bad_payer"      // wages are kept back from a team, or from all
	CauseUnsettled   Cause = "unsettled_exit" // those who leave are not paid off
	CauseSloppy      Cause = "sloppy_site"
	CauseMisuse      Cause = "account_misuse"
	CauseIllegal     Cause = "illegal_subcontracting"
	CauseUnderstated Cause = "understated_list" // the list says less than was worked
	CauseUnconnected Cause = "unconnected_feed" // the bank or the gate sends nothing
	CauseLapse       Cause = "late_payroll"
	CauseReturned    Cause = "returned_payment" // the bank sends one worker's wage back
	CauseClosing     Cause = "closing_employer"
	CauseUnknown     Cause = "unknown_project" // permitted, and not on the platform
)

// How is by what a payer keeps wages back, or what is not connected.
type How string

// The ways.
const (
	HowUnlisted How = "unlisted"  // left off the list: there is no pay slip
	HowUnpaid   How = "unpaid"    // listed and not paid
	HowPart     How = "part_paid" // listed and paid in part
	HowClaimed  How = "claimed"   // the slip says paid, and the account shows nothing
	HowDeferred How = "deferred"  // the slip names a day to pay months later than the law allows

	HowBank   How = "bank"        // the account's bank was never connected
	HowGate   How = "gate"        // the site's gate was never connected
	HowBroken How = "gate_broken" // the gate sends nothing for weeks
)

// Truth is what no record says: why a subject got into trouble and what came of it.
type Truth struct {
	Subject  string     `json:"subject"` // "project:PRJ-…" or "employer:91…", as expected.json of the sample names them
	Scope    string     `json:"scope"`   // project or employer
	Township string     `json:"township"`
	Cause    Cause      `json:"cause"`
	How      How        `json:"how,omitempty"`
	From     civil.Date `json:"from"` // the cause begins; nothing need show yet
	// BecameVisibleOn is the first day on which a record, or a record that should be there, gives it away.
	BecameVisibleOn *civil.Date `json:"became_visible_on"`
	ArrearsFrom     *civil.Date `json:"arrears_from"` // the first day on which due wages were unpaid
	ArrearsTo       *civil.Date `json:"arrears_to"`   // the day on which the last of them were paid
	RecoveredOn     *civil.Date `json:"recovered_on"`
	Workers         int         `json:"workers"`    // most workers unpaid at a time
	AmountFen       int64       `json:"amount_fen"` // most owed past due at a time
	Severity        float64     `json:"severity"`   // 0 to 1
}

// Truth returns the causes that have begun by today, in the order in which they were decided. The entries are copies.
func (w *World) Truth() []Truth {
	out := make([]Truth, 0, len(w.truths))
	for _, t := range w.truths {
		if t.From <= w.today {
			out = append(out, *t)
			out[len(out)-1].Severity = math.Round(t.Severity*100) / 100
		}
	}
	return out
}

func (t *Truth) seen(d civil.Date) {
	if t.BecameVisibleOn == nil {
		t.BecameVisibleOn = &d
	}
}

// owed notes what is past due on d.
func (t *Truth) owed(d civil.Date, workers int, fen int64) {
	if fen > 0 {
		t.seen(d)
		if t.ArrearsFrom == nil {
			t.ArrearsFrom = &d
		}
		t.ArrearsTo = nil
		t.Workers, t.AmountFen = max(t.Workers, workers), max(t.AmountFen, fen)
	} else if t.ArrearsFrom != nil && t.ArrearsTo == nil {
		t.ArrearsTo = &d
	}
}
