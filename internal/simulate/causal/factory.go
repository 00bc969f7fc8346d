package causal

import (
	"math"
	"slices"

	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/simulate/draw"
)

// firm is an employer with its operating signals.
type firm struct {
	uscc, town  string
	tells       bool // sends signals
	electricity float64
	insured     float64
	tax         float64
	noise       float64
}

func (w *world) firm(industry byte) firm {
	f := firm{
		uscc: draw.NewUSCC(&w.r, w.counties[w.r.N(len(w.counties))]), town: w.towns[w.r.N(len(w.towns))].Code, tells: w.r.Chance(w.signals),
		electricity: w.r.Between(8000, 90000), insured: w.r.Between(30, 300), tax: w.r.Between(5e4, 9e5), noise: w.r.Between(0.04, 0.15),
	}
	w.employer(f.uscc, f.town, industry, int(f.insured))
	return f
}

// stepSignals sends what the month before looked like: activity is the power used, as a share of the usual; distress 0 to 1.
func (w *world) stepSignals(f *firm, activity, distress float64) {
	if !f.tells {
		return
	}
	r := &w.r
	month := w.today.Month() - 1
	send := func(indicator string, value float64) {
		if !r.Chance(0.04) { // some months are missing
			w.signal(f.uscc, month, indicator, value)
		}
	}
	festive := 1.0
	for _, day := range festivals {
		if month == (day-5).Month() || month == (day+8).Month() {
			festive = 0.75
		}
	}
	send("electricity_kwh", f.electricity*activity*festive*(1-0.5*distress)*(1+f.noise*r.Bell()))
	send("insured_headcount", math.Round(f.insured*(1-0.4*math.Max(0, distress-0.2))*(1+0.25*f.noise*r.Bell())))
	bad := func(share float64) bool { return r.Chance(share*distress + 0.012) }
	if bad(0.8) {
		send("loan_overdue_days", float64(r.In(31, 95)))
	} else {
		send("loan_overdue_days", 0)
	}
	if bad(0.8) {
		send("social_insurance_arrears_months", float64(r.In(1, 4)))
	} else {
		send("social_insurance_arrears_months", 0)
	}
	if bad(0.7) {
		send("tax_arrears_yuan", math.Round(f.tax*r.Between(0.3, 1)))
	} else {
		send("tax_arrears_yuan", 0)
	}
	if r.Chance(0.5*math.Max(0, distress-0.3) + 0.005) {
		send("enforcement_yuan", math.Round(f.tax*r.Between(1, 4)))
	} else {
		send("enforcement_yuan", 0)
	}
}

// factory is an employer without projects that lives from its orders.
type factory struct {
	firm
	payDay, late int
	staff        []person
	here         int   // of the staff; the others have gone
	month        int64 // fen of wages
	cash         int64
	trouble      *trouble
	hides        bool
	season       *trouble // power falls, and wages are paid
	lists        []*list
	event        *civil.Date
}

func (w *world) newFactory() *factory {
	r := &w.r
	f := &factory{firm: w.firm('C'), payDay: r.In(8, 28)}
	for range r.In(6, 14) {
		p := person{Identity: draw.NewIdentity(r, w.From.Year()), daily: int64(r.In(16, 32)) * 1000}
		f.staff = append(f.staff, p)
		f.month += p.daily * 24
		w.staff(f, len(f.staff)-1)
	}
	f.here = len(f.staff)
	if r.Chance(w.family.late) {
		f.late = r.In(2, 8)
	}
	f.cash = int64(float64(f.month) * r.Between(0.6, 2))
	if r.Chance(w.factoriesFail) {
		f.trouble, f.hides = w.trouble(span{2, 6}, false), r.Chance(0.15)
	} else if r.Chance(w.factoriesSeason) {
		f.season = w.trouble(span{0.7, 2}, true)
	}
	return f
}

func (w *world) stepFactory(f *factory) {
	d, r := w.today, &w.r
	day := dayOf(d)
	left := f.trouble.left(d)
	if day == 1 {
		income := 1.04 * (0.1 + 0.9*left) * (1 + 0.08*r.Bell())
		f.cash = min(f.cash+int64(float64(f.month)*income), int64(2.5*float64(f.month)))
		if left < 0.75 && f.here > 3 && r.Chance(0.4) {
			f.here--
			f.month -= f.staff[f.here].daily * 24
		}
	}
	if day == 8 {
		activity, distress := f.season.left(d), math.Max(0, 1-float64(f.cash)/float64(f.month))*(1-left)
		if !f.hides {
			activity *= 0.3 + 0.7*left
			distress = math.Max(distress, 0.6*(1-left))
		}
		w.stepSignals(&f.firm, activity, min(1, distress))
	}
	if day == 4 {
		l := &list{month: d.Month() - 1, due: d.Month().Day(f.payDay)}
		for i := range f.staff[:f.here] {
			l.slips = append(l.slips, slip{worker: i, payable: f.staff[i].daily * int64(r.In(22, 26))})
			w.staffSlip(f, l, i, 0)
		}
		f.lists = append(f.lists, l)
	}
	wait := f.late
	if f.trouble != nil && d >= f.trouble.from {
		wait += int(14 * (1 - left))
	}
	for _, l := range f.lists {
		unpaid := l.unpaid()
		if unpaid == 0 || d < l.due.AddDays(wait) || d != l.due.AddDays(wait) && (d-l.due)%9 != 0 {
			continue
		}
		part := 1.0
		if f.cash < unpaid {
			if part = float64(f.cash) / float64(unpaid); part < 0.15 {
				continue
			}
		}
		for i := range l.slips {
			p := &l.slips[i]
			if fen := int64(float64(p.payable-p.paid) * part); fen > 0 {
				p.paid += fen
				p.version++
				f.cash -= fen
				w.staffSlip(f, l, i, d)
			}
		}
	}
	f.lists = slices.DeleteFunc(f.lists, func(l *list) bool {
		if d == l.due+30 && l.unpaid() > 0 && f.event == nil {
			due := l.due
			f.event = &due
		}
		if l.unpaid() > 0 && d > l.due+5 && r.Chance(0.015) {
			w.lead("", f.uscc, f.town, r.In(1, f.here), l.unpaid()/2+100)
		}
		return l.unpaid() == 0 && d > l.due
	})
	if r.Chance(w.rumours / 60) {
		w.lead("", f.uscc, f.town, 1, int64(r.In(3, 15))*10000)
	}
}
