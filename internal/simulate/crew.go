package simulate

import (
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/simulate/draw"
)

// meanDaily is the mean daily wage over the trades in fen, before a project's own level.
const meanDaily = 30800

// dailyWage by job, in yuan; the lowest, times the lowest level, is 220.
var dailyWage = [...]int{330, 330, 300, 340, 320, 310, 330, 250, 320, 350, 310, 300}

// hire invents a worker for the project.
func (w *World) hire(r *draw.Dice, p *project) worker {
	p.crewSeq++
	k := worker{Identity: w.person(r, p), seq: p.crewSeq, emp: p.subs[r.N(len(p.subs))], job: uint8(r.N(len(jobs)))}
	daily := int(float64(dailyWage[k.job]+r.In(-10, 10))*p.wageLevel) / 5 * 5
	daily = min(max(daily, 220), 420)
	switch x := r.Float(); {
	case int(k.job) == len(jobs)-1 || x < 0.04:
		k.basis, k.wage = basisMonth, int32(daily*26/100*10000)
	case x < 0.08:
		k.basis, k.wage = basisHour, int32(max(2800, daily*100/9/50*50))
	case x < 0.10:
		k.basis, k.wage = basisPiece, int32(daily*100/unitsPerDay/10*10)
	default:
		k.basis, k.wage = basisDay, int32(daily*100)
	}
	t := p.trouble
	if t == nil {
		return k
	}
	switch t.cause {
	case CauseBadPayer:
		if t.share == 1 && t.running(w.today) {
			k.flags |= reached
		}
	case CauseUnderstated:
		if r.Chance(t.share) {
			k.flags |= underpaid
		}
	case CauseSloppy:
		if t.recover != 0 && w.today >= t.recover {
			break
		}
		if r.Chance(t.share) {
			k.registerOn = never
			if r.Chance(0.5) {
				k.registerOn = w.today + civil.Date(r.In(15, 60))
			}
		}
		if r.Chance(t.share) {
			k.flags |= noContract
		}
		if r.Chance(t.share * 1.5) {
			k.flags |= paidCash
		}
		if r.Chance(t.share) {
			k.flags |= unsigned
		}
		if r.Chance(t.share) {
			k.flags |= unreported
		}
	case CauseIllegal:
		if r.Chance(t.share) {
			k.flags |= sharedPayee
			if t.left < t.reach {
				t.left++
				k.flags |= underpaid // the boss keeps part of what passes through his hands
			}
		}
	}
	return k
}

// idler is somebody who was paid off on one site and may turn up on another, often in the same month.
type idler struct {
	draw.Identity
	project int
}

const maxIdle = 64

// person is one of the idle or somebody new. Nobody comes back to the same site: that would be the same engagement.
func (w *World) person(r *draw.Dice, p *project) draw.Identity {
	if len(w.idle) > maxIdle/4 && r.Chance(0.25) {
		i := r.N(len(w.idle))
		if found := w.idle[i]; found.project != p.num {
			w.idle = append(w.idle[:i], w.idle[i+1:]...)
			return found.Identity
		}
	}
	return draw.NewIdentity(r, w.today.Year())
}

// target is how many workers the works need on d.
func (p *project) target(d civil.Date) int {
	if d < p.startOn || d >= p.endOn {
		return 0
	}
	done := float64(d-p.startOn) / float64(p.endOn-p.startOn)
	share := 1.0
	switch {
	case done < 0.12:
		share = 0.45 + 0.55*done/0.12
	case done > 0.88:
		share = 1 - 0.7*(done-0.88)/0.12
	}
	return max(2, int(float64(p.plateau)*share+0.5))
}

// stepCrew lets workers go and come. Who leaves today worked yesterday for the last time; who is hired today is
// registered today, with a contract, and enters tomorrow.
func (w *World) stepCrew(p *project, d civil.Date) {
	r := &w.dice
	p.crew, p.joining = append(p.crew, p.joining...), p.joining[:0]
	for i := range p.crew {
		// Late registrations of a sloppy site.
		if k := &p.crew[i]; k.registerOn == d || k.registerOn != 0 && p.trouble.over(d) {
			k.registerOn = 0
			k.flags &^= noContract
			k.contractOn = d
			w.recordWorker(&p.site, k, 0, int32(29400+i%1800))
		}
	}
	if d > p.endOn || d < p.startOn-1 {
		return
	}
	if d == p.endOn {
		for len(p.crew) > 0 {
			w.leave(p, len(p.crew)-1, d)
		}
		return
	}
	if (p.pause.has(d) || p.shut.has(d)) && d >= p.startOn {
		return
	}
	owed := p.order.fen > 0 && p.trouble.running(d) && d > p.order.owedSince+14
	// Where a payer keeps wages back, people work on; where nobody is paid they do not.
	angry := owed && 3*p.order.workers > len(p.crew) && p.trouble.cause != CauseBadPayer
	want := p.target(d)
	quit := 0.0019
	if angry {
		quit = 0.012 // unpaid men go elsewhere, and nobody comes
		want = 0
	}
	for i := len(p.crew) - 1; i >= 0; i-- {
		k := &p.crew[i]
		chance := quit
		if owed && !angry && k.flags&reached != 0 {
			chance = 0.005
		}
		if len(p.crew) > 2 && d > k.entered+3 && r.Chance(chance) && (angry || p.mayLeave(d)) {
			w.leave(p, i, d)
		}
	}
	if !angry {
		for n := len(p.crew) - want; n > 0 && len(p.crew) > 2 && p.mayLeave(d); n-- {
			w.leave(p, r.N(len(p.crew)), d)
		}
	}
	// Those who enter tomorrow.
	tomorrow := d + 1
	if !angry && tomorrow < p.endOn-12 && !p.pause.has(tomorrow) && !p.shut.has(tomorrow) {
		want = p.target(tomorrow)
		room := max(2, p.plateau/8)
		if tomorrow == p.startOn {
			room = want
		}
		for range min(want-len(p.crew), room) {
			k := w.hire(r, p)
			k.entered, k.contractOn = tomorrow, d-civil.Date(r.N(3))
			if k.registerOn == 0 {
				w.recordWorker(&p.site, &k, 0, int32(32400+r.N(28800)))
			} else if p.trouble != nil {
				p.trouble.truth.seen(tomorrow)
			}
			p.joining = append(p.joining, k)
		}
	}
}

// mayLeave says whether one more can go without a crowd leaving: fewer than ten in a month, or than a tenth.
func (s *site) mayLeave(d civil.Date) bool {
	for len(s.exits) > 0 && s.exits[0] <= d-31 {
		s.exits = s.exits[1:]
	}
	return len(s.exits) < min(19, max(9, (len(s.crew)-10)/10))
}

// leave takes a worker off the crew; yesterday was the last day. Settlement follows within days if it can.
func (w *World) leave(p *project, i int, d civil.Date) {
	k := p.crew[i]
	last := len(p.crew) - 1
	p.crew[i] = p.crew[last]
	p.crew = p.crew[:last]
	k.left = max(d-1, k.entered)
	p.exits = append(p.exits, d)
	p.flagLeaver(&k, d)
	if k.registerOn == 0 && !k.lost(p.trouble, d) {
		w.recordWorker(&p.site, &k, 0, int32(32400+(p.num+i)%3600))
	}
	p.leavers = append(p.leavers, leaver{worker: k, settleOn: d + civil.Date(w.dice.N(2))})
}

// lost says that nobody tells the register of a worker who has left.
func (k *worker) lost(t *trouble, d civil.Date) bool {
	return k.flags&unreported != 0 && t.is(CauseSloppy, d)
}

// stepSettlements pays off those who have left: the month they left in, what is open from the month before, and the
// confirmation.
func (w *World) stepSettlements(s *site, d civil.Date) {
	kept := s.leavers[:0]
	for i := range s.leavers {
		l := &s.leavers[i]
		if d < l.settleOn || !w.settle(s, l, d) {
			kept = append(kept, *l)
		}
	}
	s.leavers = kept
}

func (w *World) settle(s *site, l *leaver, d civil.Date) bool {
	if !l.listed {
		l.listed = true
		m := d.Month()
		hide := s.trouble.running(d) && s.trouble.noLists
		if l.prev > 0 {
			w.makeSlip(s, &l.worker, m-1, (m).Day(s.payDay), int(l.prev), int(l.prevQ), hide)
		}
		if s.id == "" {
			l.cur = l.presence(m, d)
		}
		if l.cur > 0 {
			w.makeSlip(s, &l.worker, m, (m + 1).Day(s.payDay), int(l.cur), int(l.curQ), hide)
		}
	} else if s.trouble.running(d) && !workday(d) {
		return false
	}
	if t := s.trouble; t.is(CauseUnsettled, d) && l.flags&reached != 0 {
		t.truth.seen(l.left + 3)
		l.settleOn = d + 5
		return false
	}
	mine := func(sl *slip) bool { return sl.seq == l.seq }
	w.payUp(s, d, mine)
	for i := range s.slips {
		if mine(&s.slips[i]) {
			if s.trouble != nil {
				s.trouble.truth.seen(d + 7)
			}
			l.settleOn = d + 5
			return false
		}
	}
	if l.registerOn == 0 && !l.lost(s.trouble, d) {
		w.recordWorker(s, &l.worker, d, int32(59400+int(l.seq)%1800))
		if s.id != "" && len(w.idle) < maxIdle {
			w.idle = append(w.idle, idler{l.Identity, s.num})
		}
	}
	return true
}
