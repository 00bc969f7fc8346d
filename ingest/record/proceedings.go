package record

import (
	"math"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Proceeding is an order, mediation, arbitration, court or police matter (docs/reference/record-contract.md,
// wage.proceedings). Amounts are fen.
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
	PaidFen      Opt[int64]       // to workers through the matter, so far
	RecoveredFen Opt[int64]       // got back of what was advanced
	WageFrom     Opt[civil.Month] // the wage months it is about
	WageTo       Opt[civil.Month]
	Outcome      string // see outcomes; empty while open
}

var (
	proceedingKinds = enum{"rectification_order", "administrative_decision", "mediation", "arbitration", "payment_order",
		"judicial_confirmation", "supported_suit", "procuratorial_hearing", "legal_aid", "enforcement", "criminal_referral",
		"deposit_draw", "emergency_fund", "advance_payment", "additional_compensation"}
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
	fPrcPaidFen
	fPrcRecoveredFen
	fPrcWageFrom
	fPrcWageTo
	fPrcOutcome
)

var proceedingSchema = schema{
	topic: TopicProceedings,
	fields: []string{"id", "source", "version", "recorded_at", "kind", "complaint_id", "township", "project_id",
		"employer_uscc", "workers", "yuan", "opened_on", "due_on", "closed_on", "paid_yuan",
		"recovered_yuan", "wage_from", "wage_to", "outcome"},
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
		case "paid_yuan":
			return fPrcPaidFen
		case "recovered_yuan":
			return fPrcRecoveredFen
		case "wage_from":
			return fPrcWageFrom
		case "wage_to":
			return fPrcWageTo
		case "outcome":
			return fPrcOutcome
		}
		return -1
	},
}

// Proceeding decodes one message of wage.proceedings. Inconsistent: closed before opened, wage months that end before they begin.
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
	r.PaidFen = d.optYuan(fPrcPaidFen)
	r.RecoveredFen = d.optYuan(fPrcRecoveredFen)
	r.WageFrom = d.optMonth(fPrcWageFrom)
	r.WageTo = d.optMonth(fPrcWageTo)
	r.Outcome = d.optEnum(fPrcOutcome, outcomes)
	if bad := d.verdict(); bad != nil {
		return bad
	}
	if r.ClosedOn.OK && r.ClosedOn.V < r.OpenedOn {
		return d.contradiction(fPrcClosedOn, "a date not before opened_on")
	}
	if r.WageFrom.OK && r.WageTo.OK && r.WageTo.V < r.WageFrom.V {
		return d.contradiction(fPrcWageTo, "a month not before wage_from")
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
	paidFen      *nullColumn[int64]
	recoveredFen *nullColumn[int64]
	wageFrom     optMonthColumn
	wageTo       optMonthColumn
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
	b.paidFen = b.optFen("paid_fen")
	b.recoveredFen = b.optFen("recovered_fen")
	b.wageFrom = b.optMonth("wage_from")
	b.wageTo = b.optMonth("wage_to")
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
	b.paidFen.add(r.PaidFen.V, r.PaidFen.OK)
	b.recoveredFen.add(r.RecoveredFen.V, r.RecoveredFen.OK)
	b.wageFrom.add(r.WageFrom)
	b.wageTo.add(r.WageTo)
	b.outcome.add(r.Outcome)
	b.n++
}

// Sort orders by source, id, version, recorded_at.
func (b *proceedingBatch) Sort() {
	b.head.source.sortValues()
	b.sortBy(func(i int) (hi, lo uint64) { return uint64(b.head.source.rankOf(i)), 0 }, b.head.compare)
}
