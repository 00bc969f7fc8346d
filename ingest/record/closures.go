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

const (
	fClsProjectID = fOwn + iota
	fClsEmployerUSCC
	fClsWageMonth
	fClsWorkerKey
	fClsReason
	fClsNote
	fClsBy
	fClsApprovedBy
	fClsClosedOn
	fClsReopenedOn
)

var closureSchema = schema{
	topic: TopicClosures,
	fields: []string{"id", "source", "version", "recorded_at", "project_id", "employer_uscc", "wage_month", "worker_key", "reason",
		"note", "by", "approved_by", "closed_on", "reopened_on"},
	lookup: func(_ uint8, key []byte) int {
		switch string(key) {
		case "id":
			return fID
		case "source":
			return fSource
		case "version":
			return fVersion
		case "recorded_at":
			return fRecordedAt
		case "project_id":
			return fClsProjectID
		case "employer_uscc":
			return fClsEmployerUSCC
		case "wage_month":
			return fClsWageMonth
		case "worker_key":
			return fClsWorkerKey
		case "reason":
			return fClsReason
		case "note":
			return fClsNote
		case "by":
			return fClsBy
		case "approved_by":
			return fClsApprovedBy
		case "closed_on":
			return fClsClosedOn
		case "reopened_on":
			return fClsReopenedOn
		}
		return -1
	},
}

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

type closureBatch struct {
	rows
	r            Closure // being decoded: its strings point into the message
	head         headColumns
	projectID    *dictColumn
	employerUSCC *dictColumn
	wageMonth    optMonthColumn
	workerKey    *keyColumn
	reason       *dictColumn
	note         *stringColumn
	closedBy     *dictColumn
	approvedBy   *dictColumn
	closedOn     dateColumn
	reopenedOn   optDateColumn
}

func newClosureBatch() *closureBatch {
	b := &closureBatch{rows: rows{topic: TopicClosures}}
	b.head = b.rows.head()
	b.projectID = b.shared("project_id")
	b.employerUSCC = b.shared("employer_uscc")
	b.wageMonth = b.optMonth("wage_month")
	b.workerKey = b.key("worker_key")
	b.reason = b.lowCardinality("reason")
	b.note = b.string("note")
	b.closedBy = b.shared("closed_by")
	b.approvedBy = b.shared("approved_by")
	b.closedOn = b.date("closed_on")
	b.reopenedOn = b.optDate("reopened_on")
	return b
}

func (b *closureBatch) decode(d *Decoder, value []byte) *Reject {
	bad := d.closure(value, &b.r)
	if bad == nil {
		b.add(&b.r)
	}
	b.r = Closure{}
	return bad
}

func (b *closureBatch) add(r *Closure) {
	b.head.add(&r.Head)
	b.projectID.add(r.ProjectID)
	b.employerUSCC.add(r.EmployerUSCC)
	b.wageMonth.add(r.WageMonth)
	b.workerKey.add(r.WorkerKey)
	b.reason.add(r.Reason)
	b.note.add(r.Note)
	b.closedBy.add(r.ClosedBy)
	b.approvedBy.add(r.ApprovedBy)
	b.closedOn.add(r.ClosedOn)
	b.reopenedOn.add(r.ReopenedOn)
	b.n++
}

// Sort orders by source, id, version, recorded_at.
func (b *closureBatch) Sort() {
	b.head.source.sortValues()
	b.sortBy(func(i int) (hi, lo uint64) { return uint64(b.head.source.rankOf(i)), 0 }, b.head.compare)
}
