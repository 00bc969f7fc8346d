package simulate

import (
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/simulate/draw"
)

// trouble is a cause at work on one site. Its methods take a nil receiver for the many sites without.
type trouble struct {
	cause    Cause
	how      How
	from     civil.Date
	recover  civil.Date // 0: never, as far as is known
	severity float64
	truth    *Truth

	reach   int        // workers who will be owed wages for it
	covered bool       // somebody sound makes up for what is lacking on pay day
	emp     int32      // the subcontractor or labour boss behind it
	share   float64    // of the crew that it hits
	payee   [19]byte   // the boss's account
	ghosts  int        // payees nobody has seen on site
	flagged bool       // those whom a bad payer chose are marked
	noLists bool       // no pay lists are made any more
	freeze  bool       // misuse: the account is frozen rather than drawn on
	next    civil.Date // misuse: the next withdrawal, or the end of the freeze
	taken   int64      // misuse: what was withdrawn and has not come back
	left    int        // of those who left without being paid off
}

func (t *trouble) running(d civil.Date) bool {
	return t != nil && d >= t.from && (t.recover == 0 || d < t.recover)
}

// over says that the cause is gone and what it left behind can be put right.
func (t *trouble) over(d civil.Date) bool { return t != nil && t.recover != 0 && d >= t.recover }

// is says that a cause is at work.
func (t *trouble) is(c Cause, d civil.Date) bool { return t.running(d) && t.cause == c }

// willing is the share of what is due that the payer pays if there is money.
func (t *trouble) willing(d civil.Date) float64 {
	if !t.running(d) || t.cause != CauseFailing && t.cause != CauseClosing {
		return 1
	}
	if d < t.from+30 {
		return 0.9 - 0.3*t.severity
	}
	return 0.5 * (1 - t.severity)
}

// solvent says that somebody fills the account when it does not hold what is to be paid.
func (t *trouble) solvent(d civil.Date) bool {
	if !t.running(d) || t.covered {
		return true
	}
	switch t.cause {
	case CauseSqueeze, CauseFailing, CauseClosing, CauseMisuse:
		return false
	}
	return true
}

// frank says that nothing is kept back from single workers.
func (t *trouble) frank(d civil.Date) bool {
	if !t.running(d) {
		return true
	}
	switch t.cause {
	case CauseFailing, CauseClosing, CauseBadPayer, CauseUnsettled, CauseIllegal:
		return false
	}
	return true
}

// drawTrouble decides at a project's birth whether something goes wrong with it that leads to no arrears, or to few, and
// when. Of weak contractors three times as many are hit: firms in trouble have it on several sites.
func (w *World) drawTrouble(r *draw.Dice, p *project) {
	rates := w.opt.Rates
	factor, among := 0.61, 0
	if w.employers[p.emp].weak {
		factor, among = 2, 1
	}
	// Successive projects take evenly spread draws, so that a small world has its share of every trouble too.
	w.drawn[among]++
	x := golden(w.drawn[among], r)
	var cause Cause
	for _, c := range []struct {
		cause Cause
		rate  float64
	}{
		{CauseSqueeze, rates.Strained}, {CauseSloppy, rates.Sloppy}, {CauseMisuse, rates.Misuse}, {CauseIllegal, rates.Illegal},
		{CauseUnderstated, rates.Understated}, {CauseUnconnected, rates.Unconnected},
	} {
		if x -= c.rate * factor; x < 0 {
			cause = c.cause
			break
		}
	}
	if cause == "" {
		return
	}
	begin := max(p.startOn, w.opt.From)
	room := float64(min(w.opt.To, p.endOn-20) - begin)
	if begin >= w.opt.To-30 {
		room = float64(p.endOn - 20 - begin) // born near the horizon or beyond it
	}
	room = max(room, 30)
	t := &trouble{cause: cause, covered: true, severity: r.Between(0.35, 1), emp: p.subs[r.N(len(p.subs))]}
	lasting := func(p float64, lo, hi int) {
		if r.Chance(p) {
			t.recover = t.from.AddDays(r.In(lo, hi))
		}
	}
	switch cause {
	case CauseSqueeze:
		t.from = begin + civil.Date(room*r.Between(0.05, 0.9))
		lasting(1, 60, 150)
	case CauseSloppy:
		t.from = begin - 40
		t.share = 0.08 + 0.3*t.severity*r.Float()
		lasting(0.3, 150, 300)
	case CauseMisuse:
		t.from = begin + civil.Date(room*r.Between(0.05, 0.9))
		t.next, t.freeze = t.from, r.Chance(0.25)
		lasting(1, 50, 130)
	case CauseIllegal:
		t.from = begin - 40 + civil.Date(room*r.Between(0, 0.3))
		t.share, t.reach = 0.1+0.3*r.Float(), 2
		t.ghosts = max(1, int(float64(p.plateau)*r.Between(0.06, 0.3)))
		t.payee = draw.NewBankAccount(r)
		lasting(0.5, 120, 260)
	case CauseUnderstated:
		t.from = begin - 40 + civil.Date(room*r.Between(0, 0.5))
		t.share = 0.1 + 0.5*r.Float()
		lasting(0.6, 120, 260)
	case CauseUnconnected:
		switch x := r.Float(); {
		case x < 0.6:
			t.how, t.from = HowBank, p.signedOn
			lasting(0.7, 100, 400)
		case x < 0.75:
			t.how, t.from = HowGate, p.signedOn
			lasting(0.7, 100, 300)
		default:
			t.how, t.from = HowBroken, begin+20+civil.Date(room*r.Between(0.05, 0.9))
			lasting(1, 17, 45)
		}
	}
	w.trouble(&p.site, t)
	t.truth.From = max(t.from, p.signedOn)
}

// trouble puts a cause to work on a site and into the truth.
func (w *World) trouble(s *site, t *trouble) {
	scope := "employer"
	if s.id != "" {
		scope = "project"
	}
	t.truth = &Truth{Subject: s.subject(), Scope: scope, Township: s.township, Cause: t.cause, How: t.how, From: t.from, Severity: t.severity}
	w.truths = append(w.truths, t.truth)
	s.trouble = t
}

// golden spreads successive numbers evenly over 0…1, jittered.
func golden(n int, r *draw.Dice) float64 {
	x := float64(n)*0.6180339887498949 + 0.02*r.Float()
	return x - float64(int(x))
}

// catchFailing draws a project into its contractor's failure: its money is gone some weeks after the signals turn.
func (w *World) catchFailing(p *project, d civil.Date) {
	f := w.employers[p.emp].failing
	if t := p.trouble; t != nil && t.from <= d && (t.cause == CauseFailing || t.truth.RecoveredOn == nil || p.order.fen > 0) {
		return // one trouble at a time, and the first is to be paid off before the next
	}
	if f == nil || p.startOn > f.from || d < f.from+civil.Date(50+p.num*17%45) || f.recover != 0 && d >= f.recover {
		return
	}
	if p.trouble != nil && p.trouble.from > d {
		p.trouble.truth.From = never // what would have come does not come any more
	}
	w.trouble(&p.site, &trouble{
		cause: CauseFailing, from: d, recover: f.recover, severity: f.depth, noLists: p.num%3 == 0, reach: len(p.crew),
	})
}

// stepOwed sums up what is past due, for the truth and for how people react. Nothing is ever past due without trouble.
func (w *World) stepOwed(s *site, d civil.Date) {
	t := s.trouble
	s.order.owedSince, s.order.workers, s.order.fen = 0, 0, 0
	if t == nil {
		return
	}
	clear(w.seen)
	for i := range s.slips {
		sl := &s.slips[i]
		if sl.dueBy >= d || sl.truth != nil {
			continue // not due, or unpaid for a reason of its own
		}
		w.seen[sl.seq] = struct{}{}
		s.order.fen += sl.owed()
		if s.order.owedSince == 0 || sl.dueBy < s.order.owedSince {
			s.order.owedSince = sl.dueBy
		}
	}
	s.order.workers = len(w.seen)
	t.truth.owed(d, s.order.workers, s.order.fen)
	if t.over(d) && t.truth.RecoveredOn == nil {
		on := t.recover
		t.truth.RecoveredOn = &on
	}
}
