package simulate

import (
	"math"

	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/simulate/draw"
)

// countyState is one county's day: its weather, and how much trouble with wages it has.
type countyState struct {
	rain  bool
	level float64         // share of its workers whom causes of arrears reach at a time
	spots map[string]bool // townships where most of the trouble falls
}

// foundCounties decides which county is badly off and in which townships trouble is at home: weak firms work near where
// they are registered, and are looked after by the same people.
func (w *World) foundCounties() {
	counties := w.opt.Scale.Counties
	w.dice.Reset(w.opt.Seed, subjectCauses, 0)
	bad, first := map[string]bool{}, w.dice.N(len(counties))
	for j := range len(counties) / 4 {
		bad[counties[(first+4*j)%len(counties)]] = true
	}
	for i, code := range counties {
		r := &w.dice
		r.Reset(w.opt.Seed, subjectCauses|uint64(i+1), 0)
		c := &countyState{level: w.opt.Rates.Arrears * r.Between(0.65, 1.35), spots: map[string]bool{}}
		if bad[code] {
			c.level = w.opt.Rates.BadCounty * r.Between(0.85, 1.15)
		}
		var busy []string
		for _, t := range w.townships {
			if t.Code[:6] == code && !w.rural[t.Code] {
				busy = append(busy, t.Code)
			}
		}
		for range min(len(busy), (len(busy)*22+99)/100) {
			c.spots[busy[r.N(len(busy))]] = true
		}
		w.county[code] = c
	}
}

// stepCauses keeps each county's trouble with wages at its level: where room has come, another cause begins.
func (w *World) stepCauses(d civil.Date) {
	if w.opt.Rates.Arrears <= 0 || int(d-w.opt.From)%7 != 0 {
		return
	}
	workers, reached := w.reached(d)
	for i, code := range w.opt.Scale.Counties {
		r := &w.dice
		r.Reset(w.opt.Seed, subjectCauses|uint64(i+1), uint64(d))
		c := w.county[code]
		budget := c.level * float64(workers[code])
		for range 40 {
			room := budget - float64(reached[code])
			if reached[code] == 0 {
				room = max(room, 2) // no county is without
			}
			if room < 1.5 || room < budget/4 {
				break
			}
			more := w.startCause(r, code, room, d)
			if more == 0 {
				break
			}
			reached[code] += more
		}
	}
}

// reached counts by county the workers, and those whom causes of arrears reach now or will, until they are paid.
func (w *World) reached(d civil.Date) (workers, reached map[string]int) {
	workers, reached = map[string]int{}, map[string]int{}
	count := func(s *site) {
		county := s.township[:6]
		workers[county] += len(s.crew)
		t := s.trouble
		if t == nil || t.reach == 0 || t.over(d+30) {
			return // none, or so soon over that another may begin
		}
		if s.order.fen == 0 && t.reach > len(s.crew)/2 {
			reached[county] += (t.reach + 1) / 2 // it takes months until money is gone, and it is not always
		} else {
			reached[county] += max(t.reach, s.order.workers)
		}
	}
	for _, p := range w.projects {
		count(&p.site)
		f := w.employers[p.emp].failing
		if f != nil && (f.recover == 0 || d < f.recover) && p.startOn <= f.from && p.endOn > d && (p.trouble == nil || p.trouble.cause != CauseFailing) {
			reached[p.township[:6]] += len(p.crew)
		}
	}
	for _, s := range w.businesses {
		count(s)
	}
	return workers, reached
}

// calm says that a site can be hit: nothing is wrong with it, and nothing was of late.
func (s *site) calm(d civil.Date) bool {
	t := s.trouble
	return len(s.crew) >= 6 && (t == nil || t.over(d-60) && s.order.fen == 0 && len(s.leavers) == 0)
}

// option is a cause that could begin in a county.
type option struct {
	weight float64
	reach  int
	start  func()
}

// startCause begins one cause that reaches about as many workers as there is room for, and returns how many; 0 when
// nothing fits.
func (w *World) startCause(r *draw.Dice, county string, room float64, d civil.Date) int {
	most, all := max(2, int(room*1.25+0.5)), int(room*1.6+0.5)
	from := d.AddDays(r.In(0, 25))
	if d == w.opt.From {
		from = d.AddDays(r.In(-25, 60)) // the first come one by one, and some are there already
	}
	var options []option
	whole := w.pickSite(r, county, d, func(s *site) bool { return s.id != "" && len(s.crew) <= all })
	if whole != nil {
		n := len(whole.crew)
		options = append(options,
			option{1, n, func() { w.startTrouble(r, whole, &trouble{cause: CauseSqueeze, from: from, reach: n}) }},
			option{0.3, n, func() { w.startTrouble(r, whole, &trouble{cause: CauseMisuse, from: from, next: from, reach: n}) }},
		)
	}
	if firm, n := w.pickContractor(r, county, d, all); n > 0 {
		options = append(options, option{1, n, func() { w.startFailing(r, firm, CauseFailing, from) }})
	}
	if s := w.pickSite(r, county, d, func(s *site) bool { return s.id == "" && len(s.crew) <= all }); s != nil {
		n := len(s.crew)
		options = append(options, option{0.8, n, func() {
			f := w.startFailing(r, s.emp, CauseClosing, from)
			s.trouble = &trouble{cause: CauseClosing, from: f.from.AddDays(r.In(25, 60)), recover: f.recover, severity: f.depth, truth: f.truth, reach: n}
		}})
	}
	part := 1.0
	if room > 25 {
		part = 0.35 // where there is room for much, few causes make up most of it
	}
	if s := w.pickSite(r, county, d, func(s *site) bool { return s.id != "" }); s != nil {
		share := r.Between(0.05, 0.18)
		if room > 10 {
			share *= 3
		}
		n := min(most, max(2, int(float64(len(s.crew))*share+0.5)))
		if len(s.crew) <= all && r.Chance(0.3) {
			n = len(s.crew)
		}
		options = append(options, option{1.5 * part, n, func() { w.startTrouble(r, s, &trouble{cause: CauseBadPayer, from: from, reach: n}) }})
	}
	if s := w.pickSite(r, county, d, func(s *site) bool { return len(s.crew) >= 20 }); s != nil {
		n := min(most, 1+r.N(3))
		options = append(options, option{0.8 * part, n, func() { w.startTrouble(r, s, &trouble{cause: CauseUnsettled, from: from, reach: n}) }})
	}
	total := 0.0
	for _, o := range options {
		total += o.weight
	}
	x := r.Float() * total
	for _, o := range options {
		if x -= o.weight; x < 0 {
			o.start()
			return o.reach
		}
	}
	return 0
}

// pickSite picks a site of the county that fits, among those where trouble is at home if it can.
func (w *World) pickSite(r *draw.Dice, county string, d civil.Date, fits func(*site) bool) (best *site) {
	least := math.Inf(1)
	try := func(s *site) {
		if s.township[:6] != county || w.rural[s.township] || !s.calm(d) || w.employers[s.emp].failing != nil || !fits(s) {
			return
		}
		if x := w.strength(r, s); x < least {
			best, least = s, x
		}
	}
	for _, p := range w.projects {
		if p.startOn+40 <= d && p.endOn >= d+150 {
			try(&p.site)
		}
	}
	for _, s := range w.businesses {
		try(s)
	}
	return best
}

// strength orders sites by who is hit first.
func (w *World) strength(r *draw.Dice, s *site) float64 {
	x := r.Float()
	if !w.county[s.township[:6]].spots[s.township] {
		x++
	}
	if !w.employers[s.emp].weak {
		x += 0.4
	}
	return x
}

// pickContractor picks a general contractor whose sites have at most so many workers, those of other counties included.
func (w *World) pickContractor(r *draw.Dice, county string, d civil.Date, most int) (firm int32, workers int) {
	crews, here := map[int32]int{}, map[int32]float64{}
	var firms []int32
	for _, p := range w.projects {
		if p.startOn > d || p.endOn < d+120 {
			continue
		}
		if crews[p.emp] == 0 {
			firms = append(firms, p.emp)
		}
		crews[p.emp] += len(p.crew)
		if p.township[:6] == county && p.calm(d) {
			x := w.strength(r, &p.site)
			if old, ok := here[p.emp]; !ok || x < old {
				here[p.emp] = x
			}
		}
	}
	least := math.Inf(1)
	for _, i := range firms {
		x, ok := here[i]
		if ok && crews[i] <= most && w.employers[i].failing == nil && x < least {
			firm, workers, least = i, crews[i], x
		}
	}
	return firm, workers
}

// startTrouble begins a cause of arrears on one site.
func (w *World) startTrouble(r *draw.Dice, s *site, t *trouble) {
	t.severity = r.Between(0.5, 1)
	t.recover = t.from.AddDays(r.In(130, 340))
	if t.reach < len(s.crew)/2 {
		t.recover = t.from.AddDays(r.In(90, 240))
	}
	if r.Chance(0.1) {
		t.recover = t.from.AddDays(r.In(330, 600))
	}
	if t.cause == CauseBadPayer {
		t.how = [...]How{
			HowUnlisted, HowUnlisted, HowUnlisted, HowUnlisted, HowUnlisted, HowUnpaid, HowUnpaid, HowUnpaid, HowPart, HowPart, HowClaimed, HowDeferred,
		}[r.N(12)]
		if t.reach == len(s.crew) {
			t.how, t.share = HowUnlisted, 1 // all the lists are held back, and people work on
		}
	}
	if t.cause == CauseUnsettled {
		// Whether an employer without a gate leaves somebody off its list nobody can see.
		if t.how = HowUnlisted; s.id == "" || r.Chance(0.5) {
			t.how = HowUnpaid
		}
	}
	w.trouble(s, t)
}

// flagTeam marks those from whom a payer keeps wages back: the workers of the subcontractor that has most, or everybody.
func (s *site) flagTeam() {
	t := s.trouble
	counts := map[int32]int{}
	for i := range s.crew {
		k := &s.crew[i]
		k.flags &^= reached
		if counts[k.emp]++; counts[k.emp] > counts[t.emp] || t.emp == 0 {
			t.emp = k.emp
		}
	}
	left := t.reach
	for i := range s.crew {
		if k := &s.crew[i]; left > 0 && (t.share == 1 || k.emp == t.emp) {
			k.flags |= reached
			left--
		}
	}
}

// flagLeaver marks somebody who leaves and is not paid off, until there are as many as the cause reaches.
func (s *site) flagLeaver(k *worker, d civil.Date) {
	if t := s.trouble; t.is(CauseUnsettled, d) && t.left < t.reach && k.left > k.entered {
		t.left++
		k.flags |= reached
	}
}
