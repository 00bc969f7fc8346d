package simulate

import "github.com/anxin-project/anxin/internal/domain/civil"

// stepFunding brings the agreed labour cost every month from the opening of the account until the works end.
func (w *World) stepFunding(p *project, d civil.Date) {
	l := &p.ledger
	sec := int32(34200 + p.num*29%5400)
	if d == p.accountOn+1 {
		w.enter(&p.site, laborCostIn, p.laborCost, d, sec) // the first month in advance
	}
	if d <= p.accountOn || d >= p.endOn {
		return
	}
	for len(l.late) > 0 && l.late[0].on <= d {
		w.enter(&p.site, laborCostIn, l.late[0].fen, d, sec)
		l.late = l.late[1:]
	}
	t := p.trouble
	if t.over(d) && t.recover == d {
		w.makeGood(p, d, sec)
	}
	if d == p.fundingDay(d.Month()) && d > p.accountOn+1 {
		fen := p.funding(d.Month())
		if !t.is(CauseMisuse, d) || t.covered {
			fen = max(fen, p.lacking(d))
		}
		switch {
		case t.is(CauseSqueeze, d) || t.is(CauseFailing, d):
			w.fundLess(p, d)
		case fen > 0 && p.fundingDelay(d.Month()) > 0:
			l.late = append(l.late, transfer{d + p.fundingDelay(d.Month()), fen})
		case fen > 0:
			w.enter(&p.site, laborCostIn, fen, d, sec)
		}
	}
	if t.is(CauseMisuse, d) && d >= t.next {
		w.misuse(p, d)
	}
}

// lacking is what a sound developer pays if it is more than agreed: what the account lacks for the wages of the month
// before and of this one, with something to spare.
func (p *project) lacking(d civil.Date) int64 {
	if d < p.startOn {
		return 0
	}
	earned, daily := int64(0), int64(0)
	for i := range p.slips {
		earned += p.slips[i].limit(p.trouble.frank(d))
	}
	for i := range p.crew {
		k := &p.crew[i]
		earned += k.earned(int(k.prev), int(k.prevQ)) + k.earned(int(k.cur), int(k.curQ))
		daily += k.earned(26, 26*34) / 30
	}
	if n := int64(len(p.crew)); n > 0 {
		daily = daily * max(n, int64(p.target(d+20))) / n
	}
	return (earned+daily*int64(d.Month().Last()-d+12)-p.ledger.balance)/10000*10500 + 10000
}

// fundLess is what comes from a developer who is short of money, or who stops paying for works that stand still.
func (w *World) fundLess(p *project, d civil.Date) {
	t, l, fen := p.trouble, &p.ledger, p.laborCost
	t.truth.seen(d + 1)
	month := int(d-t.from) / 30
	if t.cause == CauseFailing || !t.covered {
		month++
	}
	switch {
	case month == 0:
		l.late = append(l.late, transfer{d.AddDays(w.dice.In(5, 14)), fen * int64(w.dice.In(75, 100)) / 100})
	case month == 1:
		l.late = append(l.late, transfer{d.AddDays(w.dice.In(9, 24)), fen * int64(w.dice.In(25, 65)) / 100})
	case t.severity < 0.6 || t.covered:
		l.late = append(l.late, transfer{d.AddDays(w.dice.In(12, 26)), fen * int64(w.dice.In(8, 30)) / 100})
	}
}

// makeGood brings what the cause withheld, so that the next month is covered again.
func (w *World) makeGood(p *project, d civil.Date, sec int32) {
	t, l := p.trouble, &p.ledger
	if l.frozen {
		l.frozen = false
		w.enter(&p.site, unfrozen, l.balance, d, sec)
	}
	if t.taken > 0 {
		w.enter(&p.site, refundIn, t.taken, d, sec)
		t.taken = 0
	}
	switch t.cause {
	case CauseSqueeze, CauseFailing, CauseMisuse:
		if short := p.laborCost*3/2 - l.balance; short > 0 {
			w.enter(&p.site, laborCostIn, short, d, sec)
		}
	}
}

// misuse draws on the account for something else, or has it frozen over somebody else's debt: between two pay days where
// somebody sound stands behind the project.
func (w *World) misuse(p *project, d civil.Date) {
	t, l := p.trouble, &p.ledger
	r := &w.dice
	if t.covered && (!p.month.paid || d.Month().Last()-d < 4) {
		return
	}
	switch {
	case t.freeze && !l.frozen:
		l.frozen = true
		w.enter(&p.site, frozen, l.balance, d, 52000)
		if t.next = d.AddDays(r.In(25, 70)); t.covered {
			t.next = d.AddDays(r.In(3, 4))
		}
	case t.freeze:
		l.frozen = false
		w.enter(&p.site, unfrozen, l.balance, d, 52000)
		t.next, l.fresh = never, true
	case t.taken > 0 && t.covered:
		w.enter(&p.site, refundIn, t.taken, d, 52000)
		t.taken, t.next = 0, d.AddDays(r.In(60, 150))
	default:
		share := r.Between(0.4, 0.5+0.5*t.severity)
		if t.covered {
			share = r.Between(0.1, 0.3)
		}
		if fen := int64(float64(l.balance)*share) / 10000 * 10000; fen > 0 {
			w.enter(&p.site, otherOut, fen, d, 52000)
			t.taken += fen
		}
		t.next = d.AddDays(r.In(18, 50))
	}
	t.truth.seen(d)
}

// backfill brings the account's history when the systems are connected: whether funding comes on time can only be
// evaluated against a past.
func (w *World) backfill(p *project, d civil.Date) {
	sec := int32(11000 + p.num%600*8)
	add := func(kind string, fen int64, on civil.Date, at int32) {
		w.book(&p.site, kind, fen, on, at, d, sec)
		sec++
	}
	from := p.accountOn + 1
	add(laborCostIn, p.laborCost, from, 35000)
	for m := from.Month(); m <= d.Month(); m++ {
		on := p.fundingDay(m)
		if fen := p.funding(m); fen > 0 && on > from && on < d {
			add(laborCostIn, fen, on, 36000)
		}
		pay := workdayOnOrBefore(m.Day(p.payDay))
		switch {
		case m == d.Month():
			if p.month.payOn >= d {
				break
			}
			if fen := w.listPast(p, m-1, p.month.payOn, d); fen > 0 {
				if short := fen - p.ledger.balance; short > 0 {
					add(laborCostIn, short, p.month.payOn, 37800)
				}
				add(wageOut, fen, p.month.payOn, 52000)
			}
		case pay > p.startOn+30 && pay > on:
			if fen := min(p.laborCost*86/100, p.ledger.balance-p.laborCost); fen > 0 {
				add(wageOut, fen, pay, 52000)
			}
		}
	}
}
