package simulate

import "github.com/anxin-project/anxin/internal/civil"

// ledger is a project's wage account.
type ledger struct {
	account string
	balance int64
	entries int
	day     civil.Date
	sec     int32 // of the last entry on day: the balance runs in the order of booking
	frozen  bool
	fresh   bool // money came in since the last attempt to pay
	late    []transfer
}

// transfer is funding that comes later than agreed.
type transfer struct {
	on  civil.Date
	fen int64
}

const (
	laborCostIn = "labor_cost_in"
	wageOut     = "wage_out"
	otherOut    = "other_out"
	frozen      = "frozen"
	unfrozen    = "unfrozen"
)

// enter books an entry today.
func (w *World) enter(s *site, kind string, fen int64, d civil.Date, sec int32) {
	if s.ledger.day == d {
		sec = max(sec, s.ledger.sec+41)
	}
	s.ledger.day, s.ledger.sec = d, sec
	w.book(s, kind, fen, d, sec, sec)
}

func (w *World) book(s *site, kind string, fen int64, booked civil.Date, bookedSec, sec int32) {
	l := &s.ledger
	counterparty := ""
	switch kind {
	case laborCostIn:
		l.balance += fen
		l.fresh = true
	case wageOut:
		l.balance -= fen
		counterparty = "工资代发"
	case otherOut:
		l.balance -= fen
		counterparty = "材料款"
	}
	l.entries++
	start := len(w.arena)
	id := append(w.line[:0], "ENT-"...)
	id = append(id, s.key...)
	id = append(id, '-')
	id = appendPadded(id, int64(l.entries), 4)
	w.line = id
	w.open(id, "wage-bank", 1, sec)
	b := appendText(w.arena, "project_id", s.id)
	b = appendText(b, "account_id", l.account)
	b = append(b, `,"booked_at":"`...)
	b = appendClock(appendDate(b, booked), int(bookedSec))
	b = append(b, '"')
	b = appendText(b, "kind", kind)
	b = appendYuan(b, "yuan", fen)
	b = appendYuan(b, "balance_yuan", l.balance)
	if counterparty != "" {
		b = appendText(b, "counterparty", counterparty)
	}
	w.arena = b
	w.close(start, topicEntries, s.key, sec)
}

// fundingDay is the agreed day, moved to the working day before when that is in the same month; transfers run on rest
// days too, so that a month never goes without.
func (p *project) fundingDay(m civil.Month) civil.Date {
	day := m.Day(p.laborDay)
	if before := workdayOnOrBefore(day); before.Month() == m {
		return before
	}
	return day
}

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
		// What the cause withheld is made good, so that the next month is covered again.
		if l.frozen {
			l.frozen = false
			w.enter(&p.site, unfrozen, l.balance, d, sec)
		}
		if short := p.laborCost*3/2 - l.balance; short > 0 {
			w.enter(&p.site, laborCostIn, short, d, sec)
		}
	}
	if d == p.fundingDay(d.Month()) && d > p.accountOn+1 {
		fen := p.laborCost
		if t.running(d) && (t.cause == CauseSqueeze || t.cause == CauseFailing) {
			t.truth.seen(d + 1)
			month := int(d-t.from) / 30
			if t.cause == CauseFailing {
				month++ // a developer stops paying for works that stand still
			}
			switch {
			case month == 0:
				l.late = append(l.late, transfer{d.AddDays(w.dice.in(5, 14)), fen * int64(w.dice.in(75, 100)) / 100})
			case month == 1:
				l.late = append(l.late, transfer{d.AddDays(w.dice.in(9, 24)), fen * int64(w.dice.in(25, 65)) / 100})
			case t.severity < 0.6:
				l.late = append(l.late, transfer{d.AddDays(w.dice.in(12, 26)), fen * int64(w.dice.in(8, 30)) / 100})
			}
			return
		}
		w.enter(&p.site, laborCostIn, fen, d, sec)
	}
	if t.running(d) && t.cause == CauseMisuse && d >= t.next {
		w.misuse(p, d)
	}
}

// misuse draws on the account for something else, or has it frozen over somebody else's debt.
func (w *World) misuse(p *project, d civil.Date) {
	t, l := p.trouble, &p.ledger
	r := &w.dice
	switch {
	case t.freeze && !l.frozen:
		l.frozen = true
		w.enter(&p.site, frozen, l.balance, d, 52000)
		t.next = d.AddDays(r.in(25, 70))
	case t.freeze:
		l.frozen = false
		w.enter(&p.site, unfrozen, l.balance, d, 52000)
		t.next, l.fresh = never, true
	default:
		if fen := int64(float64(l.balance)*r.f(0.4, 0.5+0.5*t.severity)) / 10000 * 10000; fen > 0 {
			w.enter(&p.site, otherOut, fen, d, 52000)
		}
		t.next = d.AddDays(r.in(18, 50))
	}
	t.truth.seen(d)
}

// backfill brings the last four months of the account when the systems are connected: whether funding comes on time
// can only be judged against a past.
func (w *World) backfill(p *project, d civil.Date) {
	sec := int32(11000 + p.num%600*8)
	add := func(kind string, fen int64, on civil.Date, at int32) {
		w.book(&p.site, kind, fen, on, at, sec)
		sec++
	}
	from := max(p.accountOn+1, (d.Month() - 4).First())
	add(laborCostIn, p.laborCost, from, 35000)
	for m := from.Month(); m <= d.Month(); m++ {
		if on := p.fundingDay(m); on > from && on < d {
			add(laborCostIn, p.laborCost, on, 36000)
		}
		if on := workdayOnOrBefore(m.Day(p.payDay)); on < d && on > p.startOn+30 && on > p.fundingDay(m) {
			share, keep := p.laborCost*86/100, p.laborCost
			if p.trouble != nil && p.trouble.cause == CauseSqueeze {
				share, keep = p.laborCost, p.laborCost*6/10 // never much in hand
			}
			if fen := min(share, p.ledger.balance-keep); fen > 0 {
				add(wageOut, fen, on, 52000)
			}
		}
	}
}
