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
	r.AmountFen = d.yuan(fPrcYuan)
	r.OpenedOn = d.date(fPrcOpenedOn)
	r.DueOn = d.optDate(fPrcDueOn)
	r.ClosedOn = d.optDate(fPrcClosedOn)
	r.PaidFen = d.optYuan(fPrcPaidYuan)
	r.RecoveredFen = d.optYuan(fPrcRecoveredYuan)
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

// Sort orders by source, id, version, recorded_at.
func (b *proceedingBatch) Sort() {
	b.head.source.sortValues()
	b.sortBy(func(i int) (hi, lo uint64) { return uint64(b.head.source.rankOf(i)), 0 }, b.head.compare)
}
