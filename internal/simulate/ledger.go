package simulate

import (
	"slices"
	"time"

	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/simulate/line"
)

// ledger is a project's wage account.
type ledger struct {
	account string
	balance int64
	entries int
	lag     civil.Date // days until the bank tells of an entry
	day     civil.Date
	sec     int32 // of the last entry on day: the balance runs in the order of booking
	frozen  bool
	fresh   bool // money came in since the last attempt to pay
	late    []transfer
	untold  []entry // what a bank that is not connected would have told
}

// transfer is funding that comes later than agreed.
type transfer struct {
	on  civil.Date
	fen int64
}

// entry is one booking.
type entry struct {
	number       int
	kind         string
	fen, balance int64
	booked       civil.Date
	sec          int32
}

const (
	laborCostIn = "labor_cost_in"
	wageOut     = "wage_out"
	otherIn     = "other_in"
	otherOut    = "other_out"
	refundIn    = "refund_in"
	frozen      = "frozen"
	unfrozen    = "unfrozen"
)

// enter books an entry today.
func (w *World) enter(s *site, kind string, fen int64, d civil.Date, sec int32) {
	if s.ledger.day == d {
		sec = max(sec, s.ledger.sec+41)
	}
	s.ledger.day, s.ledger.sec = d, sec
	w.book(s, kind, fen, d, sec, d+s.ledger.lag, sec)
}

// book changes the balance and records the entry on a day, which may be still to come.
func (w *World) book(s *site, kind string, fen int64, booked civil.Date, bookedSec int32, told civil.Date, sec int32) {
	l := &s.ledger
	switch kind {
	case laborCostIn, otherIn, refundIn:
		l.balance += fen
		l.fresh = true
	case wageOut, otherOut:
		l.balance -= fen
	}
	l.entries++
	e := entry{l.entries, kind, fen, l.balance, booked, bookedSec}
	if t := s.trouble; t.is(CauseUnconnected, w.today) && t.how == HowBank {
		l.untold = append(l.untold, e)
		return
	}
	w.recordEntry(s, e, told, sec)
}

// connectBank tells what happened on an account while its bank was not connected.
func (w *World) connectBank(p *project, d civil.Date) {
	sec := int32(12000 + p.num%600*8)
	for _, e := range p.ledger.untold {
		w.recordEntry(&p.site, e, d, sec)
		sec++
	}
	p.ledger.untold = nil
}

func (w *World) recordEntry(s *site, e entry, told civil.Date, sec int32) {
	start := len(w.arena)
	id := append(w.line[:0], "ENT-"...)
	id = append(id, s.key...)
	id = append(id, '-')
	id = line.Padded(id, int64(e.number), 4)
	w.line = id
	w.openOn(id, "wage-bank", 1, told, sec)
	b := line.Text(w.arena, "project_id", s.id)
	b = line.Text(b, "account_id", s.ledger.account)
	b = append(b, `,"booked_at":"`...)
	b = line.Clock(line.Date(b, e.booked), int(e.sec))
	b = append(b, '"')
	b = line.Text(b, "kind", e.kind)
	b = line.Yuan(b, "yuan", e.fen)
	b = line.Yuan(b, "balance_yuan", e.balance)
	switch e.kind {
	case wageOut:
		b = line.Text(b, "counterparty", "工资代发")
	case otherIn:
		b = line.Text(b, "counterparty", "总包垫付")
	case otherOut, refundIn:
		b = line.Text(b, "counterparty", "材料款")
	case frozen, unfrozen:
		b = line.Text(b, "reason", "材料供应商诉讼保全")
	}
	w.arena = b
	w.closeOn(start, topicEntries, s.key, told, sec)
}

// closeOn ends a record that its source sends on a day, which may be still to come.
func (w *World) closeOn(start int, topic uint8, key string, on civil.Date, sec int32) {
	if on <= w.today {
		w.close(start, topic, key, sec)
		return
	}
	w.later[on] = append(w.later[on], heldRecord{
		sec: sec, topic: topic, key: key, at: on.Start().Add(time.Duration(sec) * time.Second), json: append(slices.Clone(w.arena[start:]), '}'),
	})
	w.arena = w.arena[:start]
}

// due returns what arrives today of earlier days, by the time of its arrival.
func (w *World) due() []heldRecord {
	held := append(w.noise.due(w.opt.Seed, w.today), w.later[w.today]...)
	delete(w.later, w.today)
	slices.SortStableFunc(held, func(a, b heldRecord) int { return int(a.sec) - int(b.sec) })
	return held
}
