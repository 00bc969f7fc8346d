package record

import (
	"math"

	"github.com/anxin-project/anxin/internal/civil"
)

// Proceeding is an order, mediation, arbitration, court or police matter (contract.md, wage.proceedings). Amounts are fen.
type Proceeding struct {
	Head
	Kind         string // see proceedingKinds
	ComplaintID  string
	Township     string // first 9 digits of the division code
	ProjectID    string
	EmployerUSCC string
	Workers      uint32
	AmountFen    int64
	OpenedOn     civil.Date
	DueOn        Opt[civil.Date]
	ClosedOn     Opt[civil.Date]
	Outcome      string // see outcomes; empty while open
}

var (
	proceedingKinds = enum{"rectification_order", "administrative_decision", "mediation", "arbitration", "payment_order",
		"judicial_confirmation", "supported_suit", "procuratorial_hearing", "enforcement", "criminal_referral"}
	outcomes = enum{"fulfilled", "settled", "failed", "upheld", "dismissed", "withdrawn", "convicted", "acquitted"}
)

const (
	fPrcKind = fOwn + iota
	fPrcComplaintID
	fPrcTownship
	fPrcProjectID
	fPrcEmployerUSCC
	fPrcWorkers
	fPrcAmountFen
	fPrcOpenedOn
	fPrcDueOn
	fPrcClosedOn
	fPrcOutcome
)

var proceedingSchema = schema{
	topic: TopicProceedings,
	fields: []string{"id", "source", "version", "recorded_at", "kind", "complaint_id", "township", "project_id",
		"employer_uscc", "workers", "yuan", "opened_on", "due_on", "closed_on", "outcome"},
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
		case "kind":
			return fPrcKind
		case "complaint_id":
			return fPrcComplaintID
		case "township":
			return fPrcTownship
		case "project_id":
			return fPrcProjectID
		case "employer_uscc":
			return fPrcEmployerUSCC
		case "workers":
			return fPrcWorkers
		case "yuan":
			return fPrcAmountFen
		case "opened_on":
			return fPrcOpenedOn
		case "due_on":
			return fPrcDueOn
		case "closed_on":
			return fPrcClosedOn
		case "outcome":
			return fPrcOutcome
		}
		return -1
	},
}

// Proceeding decodes one message of wage.proceedings. Inconsistent: closed before opened.
func (d *Decoder) Proceeding(value []byte) (Proceeding, *Reject) {
	return decodeOwned(d, value, (*Decoder).proceeding)
}

func (d *Decoder) proceeding(value []byte, r *Proceeding) *Reject {
	if bad := d.scan(value, &proceedingSchema); bad != nil {
		return bad
	}
	d.head(&r.Head)
	r.Kind = d.enum(fPrcKind, proceedingKinds)
	r.ComplaintID = d.optID(fPrcComplaintID)
	r.Township = d.township(fPrcTownship)
	r.ProjectID = d.optID(fPrcProjectID)
	r.EmployerUSCC = d.uscc(fPrcEmployerUSCC)
	r.Workers = uint32(d.integer(fPrcWorkers, 0, math.MaxUint32, "an integer from 0 to 4294967295"))
	r.AmountFen = d.yuan(fPrcAmountFen)
	r.OpenedOn = d.date(fPrcOpenedOn)
	r.DueOn = d.optDate(fPrcDueOn)
	r.ClosedOn = d.optDate(fPrcClosedOn)
	r.Outcome = d.optEnum(fPrcOutcome, outcomes)
	if bad := d.verdict(); bad != nil {
		return bad
	}
	if r.ClosedOn.OK && r.ClosedOn.V < r.OpenedOn {
		return d.contradiction(fPrcClosedOn, "a date not before opened_on")
	}
	return nil
}

type proceedingBatch struct {
	rows
	r            Proceeding // being decoded: its strings point into the message
	head         headColumns
	kind         *dictColumn
	complaintID  *stringColumn
	township     *dictColumn
	projectID    *dictColumn
	employerUSCC *dictColumn
	workers      *numColumn[uint32]
	amountFen    *numColumn[int64]
	openedOn     dateColumn
	dueOn        optDateColumn
	closedOn     optDateColumn
	outcome      *dictColumn
}

func newProceedingBatch() *proceedingBatch {
	b := &proceedingBatch{rows: rows{topic: TopicProceedings}}
	b.head = b.rows.head()
	b.kind = b.lowCardinality("kind")
	b.complaintID = b.string("complaint_id")
	b.township = b.lowCardinality("township")
	b.projectID = b.shared("project_id")
	b.employerUSCC = b.shared("employer_uscc")
	b.workers = num[uint32](&b.rows, "workers", "UInt32")
	b.amountFen = b.fen("amount_fen")
	b.openedOn = b.date("opened_on")
	b.dueOn = b.optDate("due_on")
	b.closedOn = b.optDate("closed_on")
	b.outcome = b.lowCardinality("outcome")
	return b
}

func (b *proceedingBatch) decode(d *Decoder, value []byte) *Reject {
	bad := d.proceeding(value, &b.r)
	if bad == nil {
		b.add(&b.r)
	}
	b.r = Proceeding{}
	return bad
}

func (b *proceedingBatch) add(r *Proceeding) {
	b.head.add(&r.Head)
	b.kind.add(r.Kind)
	b.complaintID.add(r.ComplaintID)
	b.township.add(r.Township)
	b.projectID.add(r.ProjectID)
	b.employerUSCC.add(r.EmployerUSCC)
	b.workers.add(r.Workers)
	b.amountFen.add(r.AmountFen)
	b.openedOn.add(r.OpenedOn)
	b.dueOn.add(r.DueOn)
	b.closedOn.add(r.ClosedOn)
	b.outcome.add(r.Outcome)
	b.n++
}

// Sort orders by source, id, version, recorded_at.
func (b *proceedingBatch) Sort() {
	b.head.source.sortValues()
	b.sortBy(func(i int) (hi, lo uint64) { return uint64(b.head.source.rankOf(i)), 0 }, b.head.compare)
}
