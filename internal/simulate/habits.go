package simulate

import (
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/simulate/draw"
)

// What sites do differently without anybody losing by it: developers that pay a quarter in advance or some days late, banks
// that tell of a booking days later, gates that fail for a few days and lose what they saw, gates that count no hours.

// settleHabits decides them at a project's birth.
func (w *World) settleHabits(p *project) {
	r := &w.dice
	p.quarterly = p.developer%11 == 3
	switch x := r.Float(); {
	case x < 0.25:
		p.ledger.lag = 1
	case x < 0.37:
		p.ledger.lag = 2
	case x < 0.45:
		p.ledger.lag = 6
	}
	switch x := r.Float(); {
	case p.quarterly:
	case x < 0.2:
		p.lateDays = civil.Date(r.In(1, 3))
	case x < 0.3:
		p.lateDays = max(1, min(civil.Date(r.In(3, 8)), 8-p.ledger.lag))
	}
	p.noHours = r.Chance(0.06)
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

// funding is what a sound developer pays in a month besides the one in advance: from the start of the works the agreed
// sum, or every third month that of three.
func (p *project) funding(m civil.Month) int64 {
	first := p.startOn.Month()
	if p.fundingDay(first) < p.startOn {
		first++
	}
	if m < first {
		return 0
	}
	if !p.quarterly {
		return p.laborCost
	}
	if (m-first)%3 != 0 {
		return 0
	}
	return p.laborCost * int64(min(3, p.endOn.Month()-m+1))
}

// fundingDelay is by how many days this month's transfer is late: some developers are every other month, within what
// nobody minds.
func (p *project) fundingDelay(m civil.Month) civil.Date {
	if p.lateDays == 0 || draw.Mix(uint64(p.num)<<20|uint64(m))%2 == 0 {
		return 0
	}
	return p.lateDays
}

// gateDown says whether the gate sees nothing: a few days in some half-years, never near a stop of the works.
func (p *project) gateDown(d civil.Date) bool {
	const span = 182
	x := draw.Mix(uint64(p.num)<<24 | uint64(d/span))
	if x%100 >= 7 {
		return false
	}
	from := d/span*span + civil.Date(x>>8%150)
	if d < from || d >= from+3+civil.Date(x>>20%6) {
		return false
	}
	const clear = 30
	festival := springFestival(from.Year())
	quiet := func(on civil.Date) bool { return on > from-clear && on < from+clear }
	return !quiet(festival) && !quiet(p.startOn) && !quiet(p.endOn) && !quiet(p.pause.from) && !quiet(p.pause.to)
}

// gateSees says whether attendance is recorded.
func (p *project) gateSees(d civil.Date) bool {
	if t := p.trouble; t.is(CauseUnconnected, d) && (t.how == HowGate || t.how == HowBroken) {
		t.truth.seen(d + 15)
		return false
	}
	return !p.gateDown(d)
}
