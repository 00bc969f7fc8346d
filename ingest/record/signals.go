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

const (
	fSigEmployerUSCC = fOwn + iota
	fSigMonth
	fSigIndicator
	fSigValue
)

var signalSchema = schema{
	topic:  TopicSignals,
	fields: []string{"id", "source", "version", "recorded_at", "employer_uscc", "month", "indicator", "value"},
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
		case "employer_uscc":
			return fSigEmployerUSCC
		case "month":
			return fSigMonth
		case "indicator":
			return fSigIndicator
		case "value":
			return fSigValue
		}
		return -1
	},
}

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

type signalBatch struct {
	rows
	r            Signal // being decoded: its strings point into the message
	head         headColumns
	employerUSCC *dictColumn
	month        dateColumn
	indicator    *dictColumn
	value        floatColumn
}

func newSignalBatch() *signalBatch {
	b := &signalBatch{rows: rows{topic: TopicSignals}}
	b.head = b.rows.head()
	b.employerUSCC = b.shared("employer_uscc")
	b.month = b.date("month")
	b.indicator = b.lowCardinality("indicator")
	b.value = b.float("value")
	return b
}

func (b *signalBatch) decode(d *Decoder, value []byte) *Reject {
	bad := d.signal(value, &b.r)
	if bad == nil {
		b.add(&b.r)
	}
	b.r = Signal{}
	return bad
}

func (b *signalBatch) add(r *Signal) {
	b.head.add(&r.Head)
	b.employerUSCC.add(r.EmployerUSCC)
	b.month.add(r.Month.First())
	b.indicator.add(r.Indicator)
	b.value.add(r.Value)
	b.n++
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
