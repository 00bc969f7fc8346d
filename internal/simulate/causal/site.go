package causal

import (
	"fmt"
	"slices"

	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/simulate/draw"
)

type person struct {
	draw.Identity
	daily int64 // fen
	days  int   // worked this month
}

// slip is what a worker earned in a month.
type slip struct {
	worker  int
	version int
	payable int64
	paid    int64
}

// list is a month's pay list.
type list struct {
	month  civil.Month
	due    civil.Date
	slips  []slip
	tallyd bool // whether it was looked at 30 days after its day to pay
}

func (l *list) unpaid() (fen int64) {
	for _, s := range l.slips {
		fen += s.payable - s.paid
	}
	return fen
}

// funding on its way.
type funding struct {
	on  civil.Date
	fen int64
}

type site struct {
	id, town            string
	developer           *developer
	builder             *contractor
	started, ended      civil.Date
	payDay, fundingDay  int
	agreed, month       int64 // fen: labour cost agreed; a month's wages
	crew                []person
	active              int
	lists               []*list
	balance             int64
	coming              []funding
	nextFunding         civil.Date
	missing             int64 // of what a developer that recovers makes up
	late                int   // days, by habit
	listDays            int   // of a month until the list of the one before is sent
	bankDays            int   // until an entry is recorded; -1: never
	gate                [2]civil.Date
	gateless, winter    bool
	tryOn               civil.Date
	drainOn             civil.Date
	lent                int64 // of small misuse
	withheld, cut       civil.Date
	share               float64
	event               *civil.Date
	eventCause          string
	completed, signedUp bool
}

func (w *world) newSite(d *developer, b *contractor) *site {
	w.numbers["site"]++
	r := &w.r
	length := r.In(200, 520)
	s := &site{
		id: fmt.Sprintf("CF%d-%s-%04d", w.Seed, w.counties[0], w.numbers["site"]), town: w.towns[r.N(len(w.towns))].Code, developer: d, builder: b,
		payDay: r.In(8, 28), fundingDay: r.In(1, 10), listDays: r.In(0, 5), winter: r.Chance(w.winter), gateless: r.Chance(w.gateless),
	}
	s.started = w.From.AddDays(5 + r.N(max(1, int(w.To-w.From)-100)))
	if r.Chance(0.4) {
		s.started = w.From.AddDays(5 + r.N(30))
	}
	s.ended = s.started.AddDays(length)
	size := r.In(3, 7)
	for range size {
		s.crew = append(s.crew, person{Identity: draw.NewIdentity(r, s.started.Year()), daily: int64(r.In(20, 42)) * 1000})
		s.month += s.crew[len(s.crew)-1].daily * 22
	}
	s.active = max(2, size-r.N(2))
	s.month = s.month * int64(s.active) / int64(size)
	s.agreed = int64(float64(s.month)*w.in(w.agreed)) / 100 * 100
	if r.Chance(w.family.late) {
		s.late = r.In(3, 9)
	}
	switch {
	case r.Chance(w.unbanked):
		s.bankDays = -1
	case r.Chance(0.33):
		s.bankDays = int(w.in(w.slowBank))
	}
	if r.Chance(w.gates) {
		s.gate[0] = s.started.AddDays(r.In(20, max(21, length-20)))
		s.gate[1] = s.gate[0].AddDays(r.In(6, 25))
	}
	if r.Chance(w.cash) {
		s.drainOn = s.started.AddDays(r.In(60, 200))
		s.lent = -1
	}
	if b.trouble != nil && b.drains {
		s.drainOn, s.lent = b.trouble.from.AddDays(r.In(10, 90)), 0
	}
	s.withheld, s.cut = civil.Date(1<<30), civil.Date(1<<30)
	if r.Chance(w.withholding) {
		s.withheld, s.share = s.started.AddDays(r.In(60, length)), r.Between(0.3, 0.8)
	}
	if r.Chance(w.interruption) {
		s.cut = s.started.AddDays(r.In(60, length))
	}
	s.nextFunding = s.started.Month().Day(s.fundingDay)
	for s.nextFunding < s.started {
		s.nextFunding = (s.nextFunding.Month() + 1).Day(s.fundingDay)
	}
	gift := int64(float64(s.month) * w.in(w.reserve))
	b.reserve += gift
	b.full += gift
	return s
}

// cause is why the site has trouble, if it has any, and since when.
func (s *site) cause() (string, civil.Date) {
	if s.event != nil {
		switch s.eventCause {
		case CauseSudden:
			return CauseSudden, s.cut
		case CauseWithholding:
			return CauseWithholding, s.withheld
		case CauseContractor:
			return CauseContractor, s.builder.trouble.from
		}
		from := *s.event
		if s.developer.trouble != nil {
			from = min(from, s.developer.trouble.from)
		}
		return CauseDeveloper, from
	}
	switch {
	case s.builder.trouble != nil && s.builder.trouble.from < s.ended:
		return CauseContractor, s.builder.trouble.from
	case s.developer.trouble != nil && s.developer.trouble.until == 0 && s.developer.trouble.from < s.ended:
		return CauseDeveloper, s.developer.trouble.from
	}
	return "", 0
}

// festivals are New Year's Days by the moon.
var festivals = []civil.Date{civil.NewDate(2024, 2, 10), civil.NewDate(2025, 1, 29), civil.NewDate(2026, 2, 17), civil.NewDate(2027, 2, 6)}

func (s *site) resting(d civil.Date) bool {
	for _, f := range festivals {
		if d >= f-9 && d <= f+14 || s.winter && d >= f-45 && d <= f+18 {
			return true
		}
	}
	return false
}

func (w *world) stepSite(s *site) {
	d, r := w.today, &w.r
	if d < s.started-10 || d > s.ended+40 && len(s.lists) == 0 {
		return
	}
	if !s.signedUp {
		w.project(s, "building", s.started-10)
		for i := range s.crew {
			w.worker(s, i)
		}
		s.signedUp = true
	}
	if d < s.started {
		return
	}
	if !s.completed && d > s.ended {
		s.completed = true
		w.project(s, "completed", d)
	}
	if dayOf(d) == 1 { // before the new month's first day of work
		w.list(s)
		if r.Chance(0.3) {
			s.active = min(len(s.crew), max(2, s.active+r.In(-1, 1)))
		}
	}
	w.attend(s)
	w.fund(s)
	w.misuse(s)
	for _, l := range s.lists {
		if d == l.due.AddDays(s.delay(d)) {
			w.pay(s, true)
			break
		}
	}
	if d == s.tryOn {
		w.pay(s, false)
	}
	s.lists = slices.DeleteFunc(s.lists, func(l *list) bool {
		if d == l.due+30 && l.unpaid() > 0 && !l.tallyd {
			l.tallyd = true
			if s.event == nil {
				due := l.due
				s.event, s.eventCause = &due, s.why(due)
			}
		}
		if l.unpaid() > 0 && d > l.due+5 && r.Chance(0.02) {
			w.lead(s.id, s.builder.uscc, s.town, r.In(1, s.active), l.unpaid()/2+100)
		}
		return l.unpaid() == 0 && d > l.due
	})
	if !s.completed && r.Chance(w.rumours/30) {
		w.lead(s.id, s.builder.uscc, s.town, r.In(1, 2), int64(r.In(3, 20))*10000)
	}
}

func (s *site) why(due civil.Date) string {
	switch {
	case due >= s.cut:
		return CauseSudden
	case due >= s.withheld && s.balance > s.month/2:
		return CauseWithholding
	case s.builder.trouble != nil && s.builder.trouble.from <= due:
		return CauseContractor
	}
	return CauseDeveloper
}

// delay is how many days after the day to pay a site pays: a firm that weakens pays later.
func (s *site) delay(d civil.Date) int {
	habit := s.late
	if s.late == 0 {
		habit = -(int(d.Month())*7 + s.payDay) % 3 // a day or two before
	}
	return habit + int(12*(1-s.builder.strength(d)))
}

func (w *world) attend(s *site) {
	d := w.today
	if s.completed || s.resting(d) || d >= s.cut.AddDays(20) || d.Weekday() == 0 && w.r.Chance(0.6) || w.r.Chance(0.03) {
		return
	}
	for i := range s.crew[:s.active] {
		if w.r.Chance(0.1) {
			continue
		}
		s.crew[i].days++
		if !s.gateless && (d < s.gate[0] || d > s.gate[1]) {
			w.attendance(s, i)
		}
	}
}

// fund lets the developer pay: what is due is decided on the funding day, and comes when it comes.
func (w *world) fund(s *site) {
	d, dev := w.today, s.developer
	if d == s.nextFunding && !s.completed {
		cycles := 1.0
		switch dev.habit {
		case byQuarter:
			cycles = 3
			s.nextFunding = (d.Month() + 3).Day(s.fundingDay)
		case byProgress:
			days := w.r.In(20, 60)
			cycles = float64(days) / 30
			s.nextFunding = d.AddDays(days)
		default:
			s.nextFunding = (d.Month() + 1).Day(s.fundingDay)
		}
		left, wait := dev.trouble.left(d), dev.tardy
		if wait > 0 {
			wait += w.r.In(-2, 3)
		}
		wait = max(wait, 0) + w.r.N(3)
		due := int64(cycles * float64(s.agreed))
		fen := due
		switch dev.way {
		case less:
			fen = int64(float64(fen) * left)
		case later:
			wait += int(50 * (1 - left))
			if left < 0.2 {
				fen = 0
			}
		case stops:
			if left < 0.6 {
				fen = 0
			}
		}
		if left < 1 {
			s.missing += due - fen
		} else if s.missing > 0 {
			fen += s.missing
			s.missing = 0
		}
		if fen > s.agreed/20 {
			s.coming = append(s.coming, funding{d.AddDays(wait), fen / 100 * 100})
		}
	}
	s.coming = slices.DeleteFunc(s.coming, func(f funding) bool {
		if f.on != d {
			return false
		}
		w.book(s, "labor_cost_in", f.fen, s.developer.uscc)
		b := s.builder
		if b.trouble == nil {
			b.reserve = min(b.full, b.reserve+f.fen/10)
		}
		if slices.ContainsFunc(s.lists, func(l *list) bool { return l.unpaid() > 0 && l.due < d }) {
			w.pay(s, false)
		}
		return true
	})
}

// misuse takes from the account: a failing firm what it can get, others a little that comes back.
func (w *world) misuse(s *site) {
	if w.today != s.drainOn || s.balance < s.month/20 {
		if w.today == s.drainOn && s.lent == 0 {
			s.drainOn += 20
		}
		return
	}
	switch {
	case s.lent == -1:
		s.lent = s.balance / int64(w.r.In(5, 10))
		w.book(s, "other_out", s.lent, "")
		s.drainOn = w.today.AddDays(w.r.In(5, 25))
	case s.lent > 0:
		w.book(s, "refund_in", s.lent, "")
		s.drainOn = 0
	default:
		w.book(s, "other_out", int64(float64(s.balance)*w.r.Between(0.4, 0.9)), "")
		s.drainOn = w.today.AddDays(w.r.In(20, 50))
	}
}

// list sends the pay list of the month before.
func (w *world) list(s *site) {
	month := w.today.Month() - 1
	l := &list{month: month, due: (month + 1).Day(s.payDay)}
	for i := range s.crew {
		p := &s.crew[i]
		if p.days > 0 {
			l.slips = append(l.slips, slip{worker: i, payable: p.daily * int64(p.days)})
			p.days = 0
		}
	}
	if len(l.slips) == 0 {
		return
	}
	for i := range l.slips {
		w.siteSlip(s, l, i, 0)
	}
	s.lists = append(s.lists, l)
}

// pay pays what there is, the oldest month first. On a pay day the contractor makes up what is missing, as far as its reserve goes.
func (w *world) pay(s *site, onPayDay bool) {
	d := w.today
	if d >= s.cut && d < s.cut+150 {
		s.tryOn = s.cut + 150
		return
	}
	var need int64
	for _, l := range s.lists {
		if l.due <= d+3 {
			need += l.unpaid()
		}
	}
	if need == 0 {
		return
	}
	b := s.builder
	if gap := need - s.balance; gap > 0 && (onPayDay || b.strength(d) > 0.5) {
		if help := min(gap, int64(float64(b.reserve)*max(0, b.strength(d)-0.1))); help > 0 && (help == gap || help > s.month/50) {
			b.reserve -= help
			w.book(s, "other_in", help/100*100+100, b.uscc)
		}
	}
	for _, l := range s.lists {
		if l.due > d+3 {
			continue
		}
		w.payList(s, l)
	}
	if slices.ContainsFunc(s.lists, func(l *list) bool { return l.due <= d && l.unpaid() > 0 }) {
		s.tryOn = d.AddDays(w.r.In(7, 25))
	}
}

func (w *world) payList(s *site, l *list) {
	unpaid := l.unpaid()
	if unpaid == 0 || s.balance <= 0 {
		return
	}
	part := min(1, float64(s.balance)/float64(unpaid))
	if part < 1 && s.balance < unpaid/20 {
		return
	}
	var sum int64
	for i := range l.slips {
		p := &l.slips[i]
		open := p.payable - p.paid
		if open == 0 {
			continue
		}
		fen := open
		if part < 1 {
			fen = int64(float64(open) * part)
		}
		if w.today >= s.withheld && i*2 >= len(l.slips) {
			fen = min(fen, int64(float64(p.payable)*s.share)-p.paid)
		}
		if fen <= 0 {
			continue
		}
		p.paid += fen
		p.version++
		sum += fen
		w.siteSlip(s, l, i, w.today)
	}
	if sum > 0 {
		w.book(s, "wage_out", sum, "")
	}
}
