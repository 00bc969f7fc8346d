package simulate

import (
	"math"
	"strconv"

	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/simulate/draw"
	"github.com/anxin-project/anxin/internal/simulate/line"
)

// stepSignals reports the month before on a day between the 4th and the 10th, each employer on its own.
func (w *World) stepSignals(d civil.Date) {
	m := d.Month() - 1
	day := int(d-d.Month().First()) + 1
	if d == w.opt.From {
		// Connecting the systems brings the last four months: a three-month mean needs a past.
		for back := civil.Month(4); back >= 1; back-- {
			for i, e := range w.employers {
				w.recordSignals(e, i, d.Month()-back, d, int32(7000+600*(4-int32(back))))
			}
		}
		return
	}
	if d.Month() == w.opt.From.Month() {
		return // already there
	}
	for i, e := range w.employers {
		if day == 4+i%7 {
			w.recordSignals(e, i, m, d, 7200)
		}
	}
}

func (w *World) recordSignals(e *employer, index int, m civil.Month, d civil.Date, sec int32) {
	r := &w.dice
	r.Reset(w.opt.Seed, subjectSignals|uint64(index), uint64(m))
	sec += int32(index % 600)
	worse := e.failing.months(m.Last())
	depth := 0.0
	if worse > 0 {
		depth = e.failing.depth
	}
	// Sites and works rest at the Spring Festival; the drop is shared by all and never half.
	season := 1 + 0.08*math.Sin(float64(m%12)*math.Pi/6)
	if springFestival(m.Year()).Month() == m {
		season = 0.8
	}
	use := season * r.Between(0.94, 1.06) * math.Max(0.05, 1-0.24*depth*worse)
	if e.electricity > 0 {
		w.signal(e, m, "grid", "electricity_kwh", math.Round(e.electricity*use), sec)
	}
	if e.water > 0 {
		w.signal(e, m, "water", "water_m3", math.Round(e.water*use*10)/10, sec)
	}
	if e.gas > 0 {
		w.signal(e, m, "gas", "gas_m3", math.Round(e.gas*use*10)/10, sec)
	}
	insured := math.Round(float64(e.headcount) * r.Between(0.985, 1.01) * math.Max(0.1, 1-0.11*depth*worse))
	w.signal(e, m, "social", "insured_headcount", insured, sec)
	w.signal(e, m, "social", "social_insurance_arrears_months", math.Floor(math.Max(0, worse-0.5)*depth*1.1), sec)
	if e.trade == developer {
		return
	}
	overdue := 0.0
	if worse > 1 {
		overdue = math.Round((worse - 1) * 26 * depth)
	} else if r.Chance(0.004) {
		overdue = float64(r.In(1, 6)) // one instalment a few days late means nothing
	}
	w.signal(e, m, "bank", "loan_overdue_days", overdue, sec)
	tax := 0.0
	if worse > 2 {
		tax = math.Round(worse * depth * r.Between(8e3, 30e3))
	}
	w.signal(e, m, "tax", "tax_arrears_yuan", tax, sec)
	if e.trade == contractor || e.trade == business {
		fee := 0.0
		if worse > 1 {
			fee = math.Round((worse - 1) * 24 * depth)
		}
		w.signal(e, m, "property", "property_fee_overdue_days", fee, sec)
	}
	if worse > 3 && r.Chance(0.35*depth) {
		w.signal(e, m, "court", "enforcement_yuan", math.Round(r.Between(4e4, 9e5)), sec)
	}
	changes := r.Chance(0.004)
	if worse > 2 && worse <= 3 {
		changes = r.Chance(0.7)
		if changes && d > w.opt.From {
			p := draw.NewIdentity(r, d.Year())
			e.legal, e.legalID, e.changed = p.Name, string(p.Number()), true
		}
	}
	if changes {
		w.signal(e, m, "registry", "legal_person_changes", 1, sec)
	}
	if worse > 0.8 && e.failing.truth != nil {
		e.failing.truth.seen(d)
	}
}

func (w *World) signal(e *employer, m civil.Month, source, indicator string, value float64, sec int32) {
	start := len(w.arena)
	id := append(w.line[:0], "SIG-"...)
	id = append(id, e.uscc...)
	id = append(id, '-')
	id = line.Date(id, m.First())
	id = append(id[:len(id)-3], '-')
	id = append(id, indicator...)
	w.line = id
	w.open(id, source, 1, sec)
	b := line.Text(w.arena, "employer_uscc", e.uscc)
	b = line.Month(b, "month", m)
	b = line.Text(b, "indicator", indicator)
	w.arena = strconv.AppendFloat(line.Key(b, "value"), value, 'f', -1, 64)
	w.close(start, topicSignals, e.uscc, sec)
}
