package simulate

import (
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/simulate/draw"
	"github.com/anxin-project/anxin/internal/simulate/line"
)

// slip is one pay slip until it is paid in full.
type slip struct {
	id       [18]byte
	idLen    uint8
	channel  uint8
	version  uint8
	unsigned bool
	kept     How // by what the payer keeps the wages back while the cause lasts; "" pays
	payee    [19]byte
	emp      int32
	seq      int32
	month    civil.Month
	due      civil.Date
	dueBy    civil.Date
	paidOn   civil.Date
	claimed  civil.Date // the day of a payment that the slip names and nobody made
	again    civil.Date // until when the bank has sent the payment back
	truth    *Truth     // of that
	gross    int64
	deducted int64 // tax and insurance among it
	tax      int64
	social   int64 // insurance
	paid     int64
}

func (s *slip) payable() int64 { return s.gross - s.deducted }
func (s *slip) owed() int64    { return s.payable() - s.paid }

// paidToday says that a part was paid earlier in the day: two versions may not share a moment.
func (s *slip) paidToday(d civil.Date) bool { return s.paid > 0 && s.paidOn == d }

const (
	bySpecialAccount uint8 = iota
	byEmployerAccount
	byCash
)

var channels = [...]string{"special_account", "employer_account", "cash"}

// rollMonth closes the counts of the month that ended yesterday.
func (s *site) rollMonth(m civil.Month) {
	roll := func(k *worker) {
		if s.id == "" {
			k.cur = k.presence(m, m.Last())
		}
		k.prev, k.prevQ, k.cur, k.curQ = k.cur, k.curQ, 0, 0
	}
	for i := range s.crew {
		roll(&s.crew[i])
	}
	for i := range s.leavers {
		if !s.leavers[i].listed {
			roll(&s.leavers[i].worker)
		}
	}
}

// presence counts what a monthly wage pays for, in paid days of a month, for staff without attendance records.
func (k *worker) presence(m civil.Month, until civil.Date) uint8 {
	from := max(k.entered, m.First())
	if k.left != 0 {
		until = min(until, k.left)
	}
	if until < from {
		return 0
	}
	return uint8(max(1, int(until-from+1)*22/int(m.Last()-m.First()+1)))
}

// list makes the slips of the wage month: one for everybody who worked in it.
func (w *World) list(s *site, d civil.Date) {
	m, due := s.month.month, s.month.due
	if t := s.trouble; t.running(d) && (t.cause == CauseFailing || t.cause == CauseClosing) && t.noLists {
		// Nobody is left in the office to make lists; what is owed is owed all the same.
		t.truth.seen(due)
		w.listCrew(s, m, due, true)
		return
	}
	w.listCrew(s, m, due, false)
	if t := s.trouble; t.running(d) && t.cause == CauseIllegal && m >= w.opt.From.Month() {
		t.truth.seen(d)
		for i := range t.ghosts {
			g := draw.NewIdentity(&w.dice, w.today.Year())
			s.crewSeq++
			sl := slip{
				id: g.ID, idLen: g.IDLen, payee: t.payee, channel: s.payPlace, emp: t.emp, seq: s.crewSeq, month: m,
				due: due, dueBy: workdayOnOrBefore(due), gross: int64(w.dice.In(60, 80)) * 10000,
			}
			if i == 0 {
				sl.payee = g.Bank
			}
			w.addSlip(s, sl, d)
		}
	}
}

func (w *World) listCrew(s *site, m civil.Month, due civil.Date, hidden bool) {
	for i := range s.crew {
		k := &s.crew[i]
		if k.prev > 0 {
			w.makeSlip(s, k, m, due, int(k.prev), int(k.prevQ), hidden)
			k.prev, k.prevQ = 0, 0
		}
	}
}

// listPast makes the list of a month that was paid before the systems were connected, and returns what left the account.
func (w *World) listPast(p *project, m civil.Month, paidOn, today civil.Date) (out int64) {
	w.list(&p.site, today)
	p.month.paid = true
	kept := p.slips[:0]
	for i := range p.slips {
		sl := &p.slips[i]
		if sl.month == m {
			sl.paid, sl.paidOn = sl.limit(p.trouble.frank(today)), paidOn
			if sl.channel == bySpecialAccount {
				out += sl.paid
			}
			w.recordSlip(&p.site, sl, int32(74400+p.num*7%900)+sl.seq%1800)
		}
		if sl.owed() > 0 {
			kept = append(kept, *sl)
		}
	}
	p.slips = kept
	return out
}

// makeSlip puts a worker's month on the list, or only among what is owed.
func (w *World) makeSlip(s *site, k *worker, m civil.Month, due civil.Date, days, quarters int, hidden bool) {
	r := &w.dice
	sl := slip{
		id: k.ID, idLen: k.IDLen, payee: k.Bank, channel: s.payPlace, emp: k.emp, seq: k.seq, month: m,
		due: due, dueBy: workdayOnOrBefore(due), gross: k.earned(days, quarters),
	}
	if hidden {
		sl.kept = HowUnlisted
	}
	if s.id == "" {
		w.withhold(s, &sl, days)
	}
	if r.Chance(0.04) && sl.gross > 200000 {
		sl.deducted += int64(r.In(3, 30)) * 1000 // meals, an advance
	}
	sl.unsigned = len(s.crew) >= 30 && r.Chance(0.012) // away on the day of signing
	if t := s.trouble; t.running(w.today) {
		switch {
		case k.flags&reached != 0 && (t.cause == CauseBadPayer || t.cause == CauseUnsettled):
			sl.kept = t.how
			t.truth.seen(max(sl.dueBy, w.today))
		case k.flags&underpaid != 0 && t.cause == CauseIllegal:
			sl.kept = HowPart
		case k.flags&underpaid != 0 && t.cause == CauseUnderstated:
			sl.gross = k.earned(max(1, days*2/3), quarters*2/3)
			sl.deducted = 0
			t.truth.seen(w.today)
		}
		if k.flags&paidCash != 0 && t.cause == CauseSloppy {
			sl.channel = byCash
			if k.seq%3 == 0 {
				sl.channel = byEmployerAccount
			}
		}
		if k.flags&sharedPayee != 0 && t.cause == CauseIllegal {
			sl.payee = t.payee
		}
		sl.unsigned = sl.unsigned || k.flags&unsigned != 0 && t.cause == CauseSloppy
	}
	w.addSlip(s, sl, w.today)
}

func (w *World) addSlip(s *site, sl slip, d civil.Date) {
	if sl.kept != HowUnlisted {
		sec := int32(68400) + int32(s.num*13%1800) + sl.seq%1200
		if w.noise.on && w.dice.Chance(0.001) {
			// A slip of the pen, corrected within the hour.
			right := sl.gross
			sl.gross += int64(w.dice.In(1, 9)) * 10000
			w.recordSlip(s, &sl, sec-3600)
			sl.gross = right
		}
		w.recordSlip(s, &sl, sec)
		w.events[len(w.events)-1].first = sl.version == 1
	}
	s.slips = append(s.slips, sl)
}

// payUp pays what is owed as far as money and will go, everybody the same share, and forgets what is paid in full. Only
// slips that pass the filter are paid; it returns how much left the wage account.
func (w *World) payUp(s *site, d civil.Date, only func(*slip) bool) int64 {
	need, fromAccount := int64(0), int64(0)
	frank := s.trouble.frank(d)
	sec := int32(74400 + s.num*7%900)
	for i := range s.slips {
		sl := &s.slips[i]
		if sl.kept == HowClaimed && !frank && sl.claimed == 0 && only(sl) {
			sl.claimed = d
			w.recordSlip(s, sl, sec+sl.seq%1800)
		}
		if only(sl) && !sl.paidToday(d) && sl.again <= d {
			need += sl.limit(frank)
			if sl.channel == bySpecialAccount {
				fromAccount += sl.limit(frank)
			}
		}
	}
	if need == 0 {
		return 0
	}
	ratio := s.trouble.willing(d)
	if s.id != "" && fromAccount > 0 {
		if s.trouble.solvent(d) && s.ledger.balance < fromAccount {
			// An honest developer makes up what the agreed sum does not cover, a sound contractor what the developer owes.
			kind := laborCostIn
			if s.trouble.running(d) {
				kind = otherIn
			}
			w.enter(s, kind, fromAccount-s.ledger.balance+fromAccount/10, d, 37800)
		}
		if s.ledger.frozen {
			ratio = 0
		} else if s.ledger.balance < fromAccount {
			ratio = min(ratio, float64(s.ledger.balance)/float64(fromAccount))
		}
	}
	if ratio < 0.15 {
		return 0
	}
	out := int64(0)
	for i := range s.slips {
		sl := &s.slips[i]
		if !only(sl) || sl.paidToday(d) || sl.again > d {
			continue
		}
		pay := sl.limit(frank)
		if ratio < 1 {
			pay = int64(float64(pay)*ratio) / 100 * 100
		}
		if pay <= 0 {
			continue
		}
		sl.paid += pay
		sl.paidOn = d
		if sl.channel == bySpecialAccount && s.id != "" {
			out += pay
		}
		w.recordSlip(s, sl, sec+sl.seq%1800)
	}
	if out > 0 {
		w.enter(s, wageOut, out, d, int32(50400+s.num*11%3600))
	}
	kept := s.slips[:0]
	for i := range s.slips {
		if s.slips[i].owed() > 0 {
			kept = append(kept, s.slips[i])
		}
	}
	s.slips = kept
	return out
}

// limit is what the payer is prepared to pay of a slip.
func (s *slip) limit(frank bool) int64 {
	switch {
	case frank || s.kept == "":
		return s.owed()
	case s.kept == HowPart:
		return max(0, s.payable()*68/100-s.paid)
	}
	return 0
}

// withhold takes tax and social insurance off the pay of an employer's staff. Most payers show them apart.
func (w *World) withhold(s *site, sl *slip, days int) {
	if days >= 20 {
		sl.gross += sl.gross * int64(w.dice.N(16)) / 100 // overtime
	}
	sl.social = sl.gross * 105 / 1000 / 100 * 100
	sl.tax = max(0, sl.gross-sl.social-500000) * 3 / 100
	sl.deducted = sl.tax + sl.social
}

// detailed says whether the payer's slips show tax and insurance.
func (s *site) detailed() bool { return s.num%5 < 3 }

// stepPay lists and pays the last month's wages, and tries again when something is overdue.
func (w *World) stepPay(s *site, d civil.Date) {
	if d == s.month.createOn {
		w.list(s, d)
	}
	if s.returned > 0 {
		w.payAgain(s, d)
	}
	if d == s.month.payOn && !s.month.paid {
		s.month.paid = true
		m := s.month.month
		w.sendBack(s, m, d)
		w.payUp(s, d, func(sl *slip) bool { return sl.month <= m })
		s.lastPaid = d
		return
	}
	t := s.trouble
	if t == nil || len(s.slips) == 0 {
		return
	}
	// Later attempts: the day after recovery, or when money has come in meanwhile.
	if t.over(d) || t.cause != CauseLapse && s.ledger.fresh && t.willing(d) > 0 && d-s.lastPaid >= 3 && workday(d) && w.dice.Chance(0.3) {
		s.lastPaid, s.ledger.fresh = d, false
		w.payUp(s, d, func(sl *slip) bool { return sl.due < d })
	}
}

// sendBack lets the bank return some of the month's payments.
func (w *World) sendBack(s *site, m civil.Month, d civil.Date) {
	rate := w.opt.Rates.Returned
	if rate <= 0 {
		return
	}
	for i := range s.slips {
		sl := &s.slips[i]
		if sl.month != m || sl.kept != "" || !w.dice.Chance(rate) {
			continue
		}
		sl.again = d.AddDays(w.dice.In(6, 20))
		s.returned++
		scope := "employer"
		if s.id != "" {
			scope = "project"
		}
		sl.truth = &Truth{Subject: s.subject(), Scope: scope, Township: s.township, Cause: CauseReturned, From: d, Severity: 0.1}
		w.truths = append(w.truths, sl.truth)
	}
}

// payAgain makes payments that were returned, once the account is put right.
func (w *World) payAgain(s *site, d civil.Date) {
	due := false
	for i := range s.slips {
		sl := &s.slips[i]
		if sl.truth == nil {
			continue
		}
		if sl.dueBy < d {
			sl.truth.owed(d, 1, sl.owed())
		}
		if sl.again <= d {
			sl.truth.owed(d, 1, 0)
			on := d
			sl.truth.RecoveredOn = &on
			sl.truth, due = nil, true
			s.returned--
		}
	}
	if due {
		w.payUp(s, d, func(sl *slip) bool { return sl.again != 0 })
	}
}

func (w *World) recordSlip(s *site, sl *slip, sec int32) {
	sl.version++
	start := len(w.arena)
	id := append(w.line[:0], "PAY-"...)
	id = append(id, s.key...)
	id = append(id, '-')
	id = line.Padded(id, int64(sl.seq), 4)
	id = append(id, '-')
	id = line.CompactDate(id, sl.month.First())
	id = id[:len(id)-2]
	w.line = id
	source := "wage-bank"
	if s.id == "" {
		source = "payroll"
	}
	w.open(id, source, int(sl.version), sec)
	b := append(w.arena, `,"id_type":"`...)
	if sl.idLen == 18 {
		b = append(b, `resident"`...)
	} else {
		b = append(b, `hk_macau"`...)
	}
	b = line.Bytes(b, "id_number", sl.id[:sl.idLen])
	if s.id != "" {
		b = line.Text(b, "project_id", s.id)
	}
	b = line.Text(b, "employer_uscc", w.employers[sl.emp].uscc)
	b = line.Month(b, "wage_month", sl.month)
	due := sl.due
	if sl.kept == HowDeferred {
		due = (sl.month + 4).Day(s.payDay)
	}
	b = line.Day(b, "due_on", due)
	b = line.Yuan(b, "gross_yuan", sl.gross)
	b = line.Yuan(b, "deducted_yuan", sl.deducted)
	if sl.social > 0 && s.detailed() {
		b = line.Yuan(b, "tax_yuan", sl.tax)
		b = line.Yuan(b, "insurance_yuan", sl.social)
	}
	b = line.Yuan(b, "payable_yuan", sl.payable())
	paid, on := sl.paid, sl.paidOn
	if paid == 0 && sl.claimed != 0 {
		paid, on = sl.payable(), sl.claimed
	}
	b = line.Yuan(b, "paid_yuan", paid)
	if paid > 0 {
		b = line.Day(b, "paid_on", on)
	}
	b = line.Text(b, "channel", channels[sl.channel])
	if sl.channel != byCash {
		b = line.Bytes(b, "payee_account", sl.payee[:])
	}
	w.arena = line.Bool(b, "signed", !sl.unsigned)
	w.close(start, topicPayroll, s.key, sec)
}
