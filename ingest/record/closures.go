package record

import (
	"strings"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Closure is what a named person closed and another approved: wages that nobody owes any more for another reason than that
// they were paid in money (docs/reference/record-contract.md, wage.closures). Anxin sends it itself. It is about a project,
// an employer, or an employer's wages of a project.
type Closure struct {
	Head
	ProjectID    string
	EmployerUSCC string
	WageMonth    Opt[civil.Month] // absent: every month
	WorkerKey    Key              // as it was shown; zero: every worker
	Reason       string           // see closureReasons
	Note         string
	ClosedBy     string
	ApprovedBy   string // somebody else
	ClosedOn     civil.Date
	ReopenedOn   Opt[civil.Date]
}

var closureReasons = enum{"paid_otherwise", "not_wages", "duplicate", "court_decision", "withdrawn_verified", "other"}

// Closure decodes one message of wage.closures. One that names neither project nor employer would close everybody's wages:
// missing_field. Inconsistent: approved by the person who closed, reopened before closed.
func (d *Decoder) Closure(value []byte) (Closure, *Reject) {
	return decodeOwned(d, value, (*Decoder).closure)
}

func (d *Decoder) closure(value []byte, r *Closure) *Reject {
	if bad := d.scan(value, &closureSchema); bad != nil {
		return bad
	}
	d.head(&r.Head)
	r.ProjectID = d.optID(fClsProjectID)
	r.EmployerUSCC = d.optUSCC(fClsEmployerUSCC)
	if d.tok[fClsProjectID].kind <= null && d.tok[fClsEmployerUSCC].kind <= null {
		d.fail(fClsProjectID, MissingField, "a value, or one of employer_uscc")
	}
	r.WageMonth = d.optMonth(fClsWageMonth)
	r.WorkerKey = d.optKey(fClsWorkerKey)
	r.Reason = d.enum(fClsReason, closureReasons)
	r.Note = d.note(fClsNote)
	r.ClosedBy = d.text(fClsBy, maxText)
	r.ApprovedBy = d.text(fClsApprovedBy, maxText)
	r.ClosedOn = d.date(fClsClosedOn)
	r.ReopenedOn = d.optDate(fClsReopenedOn)
	if bad := d.verdict(); bad != nil {
		return bad
	}
	if strings.EqualFold(strings.TrimSpace(r.ClosedBy), strings.TrimSpace(r.ApprovedBy)) {
		return d.contradiction(fClsApprovedBy, "another person than by")
	}
	if r.ReopenedOn.OK && r.ReopenedOn.V < r.ClosedOn {
		return d.contradiction(fClsReopenedOn, "a date not before closed_on")
	}
	return nil
}

// Sort orders by source, id, version, recorded_at.
func (b *closureBatch) Sort() {
	b.head.source.sortValues()
	b.sortBy(func(i int) (hi, lo uint64) { return uint64(b.head.source.rankOf(i)), 0 }, b.head.compare)
}
