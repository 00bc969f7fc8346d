package simulate

import (
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/simulate/draw"
)

// foundBusiness gives an employer without projects its staff.
func (w *World) foundBusiness(index int32) {
	e := w.employers[index]
	s := &site{num: 1<<20 + int(index), key: e.uscc, township: e.township, emp: index, payPlace: byEmployerAccount}
	r := &w.dice
	r.Reset(w.opt.Seed, subjectBusiness|uint64(index), 0)
	s.payDay = [...]int{10, 10, 12, 15, 15, 20}[r.N(6)]
	for range max(6, e.headcount) {
		k := w.employ(r, s)
		k.entered = w.opt.From.AddDays(-r.In(20, 2500))
		k.contractOn = k.entered.AddDays(-r.N(10))
		s.crew = append(s.crew, k)
	}
	w.businesses = append(w.businesses, s)
}

func (w *World) employ(r *draw.Dice, s *site) worker {
	s.crewSeq++
	return worker{
		Identity: draw.NewIdentity(r, w.opt.From.Year()), seq: s.crewSeq, emp: s.emp, job: uint8(r.N(len(posts))),
		basis: basisMonth, wage: int32(r.In(36, 78)) * 10000,
	}
}

func (w *World) stepBusiness(s *site, d civil.Date) {
	r := &w.dice
	r.Reset(w.opt.Seed, subjectBusiness|uint64(s.emp), uint64(d))
	e := w.employers[s.emp]
	if d == w.opt.From {
		for i := range s.crew {
			w.recordWorker(s, &s.crew[i], 0, int32(14400+(s.num*31+i)%3600))
		}
	}
	s.crew, s.joining = append(s.crew, s.joining...), s.joining[:0]
	if d == d.Month().First() && d != w.opt.From {
		s.rollMonth(d.Month() - 1)
	}
	if d == d.Month().First() || s.month.due == 0 {
		w.plan(s, r, d.Month()-1, d)
	}
	w.stepOwed(s, d)
	closing := s.trouble.is(CauseClosing, d)
	if workday(d) {
		quit := 0.0016
		if closing && d > s.trouble.from+40 {
			quit = 0.02
		}
		for i := len(s.crew) - 1; i >= 0; i-- {
			if len(s.crew) > 4 && d > s.crew[i].entered+10 && r.Chance(quit) && (closing || s.mayLeave(d)) {
				k := s.crew[i]
				s.crew = append(s.crew[:i], s.crew[i+1:]...)
				k.left = d - 1
				s.exits = append(s.exits, d)
				s.flagLeaver(&k, d)
				w.recordWorker(s, &k, 0, int32(32400+i))
				s.leavers = append(s.leavers, leaver{worker: k, settleOn: d + civil.Date(r.N(2))})
			}
		}
		if !closing && len(s.crew) < max(6, e.headcount) && r.Chance(0.3) {
			k := w.employ(r, s)
			k.entered, k.contractOn = d+1, d
			w.recordWorker(s, &k, 0, int32(36000+r.N(20000)))
			s.joining = append(s.joining, k)
		}
	}
	if closing && e.status == "active" && d > s.trouble.from+100 {
		e.status, e.changed = "suspended", true
	} else if !closing && e.status != "active" {
		e.status, e.changed = "active", true
	}
	w.stepPay(s, d)
	w.stepSettlements(s, d)
	w.stepLeads(s, d)
}
