package record

import (
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Signal is one month of one operating signal of an employer (docs/reference/record-contract.md, wage.signals; Reg. 38). Its
// value is a measurement in the indicator's unit, not an amount of money.
type Signal struct {
	Head
	EmployerUSCC string
	Month        civil.Month
	Indicator    string  // see indicators
	Value        float64 // finite; may be fractional or negative (a correction)
}

var indicators = enum{"electricity_kwh", "water_m3", "gas_m3", "insured_headcount", "social_insurance_arrears_months", "tax_arrears_yuan",
	"loan_overdue_days", "property_fee_overdue_days", "enforcement_yuan", "legal_person_changes"}

// Signal decodes one message of wage.signals. No fields contradict each other.
func (d *Decoder) Signal(value []byte) (Signal, *Reject) {
	return decodeOwned(d, value, (*Decoder).signal)
}

func (d *Decoder) signal(value []byte, r *Signal) *Reject {
	if bad := d.scan(value, &signalSchema); bad != nil {
		return bad
	}
	d.head(&r.Head)
	r.EmployerUSCC = d.uscc(fSigEmployerUSCC)
	r.Month = d.month(fSigMonth)
	r.Indicator = d.enum(fSigIndicator, indicators)
	r.Value = d.float(fSigValue)
	if bad := d.verdict(); bad != nil {
		return bad
	}
	return nil
}

// Sort orders by employer_uscc, indicator, month, source, id, version, recorded_at.
func (b *signalBatch) Sort() {
	b.employerUSCC.sortValues()
	b.indicator.sortValues()
	b.head.source.sortValues()
	b.sortBy(func(i int) (hi, lo uint64) {
		return uint64(b.employerUSCC.rankOf(i)), uint64(b.indicator.rankOf(i))<<16 | uint64(b.month.v[i])
	}, b.head.compare)
}
