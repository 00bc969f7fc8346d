package index

import (
	"cmp"
	"slices"
	"strings"

	"github.com/anxin-project/anxin/internal/catalog"
)

// unit is a township, county or prefecture with what is needed to recount it with a subject put right.
type unit struct {
	kind      Unit
	code      string
	tally     Tally
	unpaid    int
	unpaidFen int64

	bySubject map[Subject]*part
}

// part is what one subject adds to a unit's tally.
type part struct {
	workers         []onSubject
	level           catalog.Level // of the subject's warning
	due, prompt     int64
	asked, held     float64
	leads, inTime   int
	incident, unmet bool

	// alone counts the workers who are in a unit's tally for this subject only: what putting it right takes away
	alone struct{ arrears, red, yellow, redElsewhereYellow int }
}

// onSubject is a worker's standing on one subject. Workers are numbered from 0 as they come: a city has some hundred
// thousand of them, in three units each.
type onSubject struct {
	worker          int
	arrears, unpaid bool
}

// counts says of a worker on how many subjects of a unit each holds, so that a worker on two of them counts once.
type counts struct {
	subjects, arrears, unpaid, red, yellow int32
}

type units map[string]*unit // by code: 4, 6 and 9 digits cannot be mistaken for each other

func (u units) sorted() []*unit {
	all := make([]*unit, 0, len(u))
	for _, one := range u {
		if len(one.bySubject) > 0 {
			all = append(all, one)
		}
	}
	slices.SortFunc(all, func(a, b *unit) int {
		return cmp.Or(-cmp.Compare(len(a.code), len(b.code)), strings.Compare(a.code, b.code))
	})
	return all
}

// base is the unit towards which u is shrunk: a township's county, else itself.
func (u units) base(one *unit) *unit {
	if one.kind == Township {
		return u[one.code[:6]]
	}
	return one
}

// around returns the units that a township lies in, made as needed.
func (u units) around(township string) []*unit {
	if len(township) < 9 {
		return nil
	}
	all := make([]*unit, 0, 3)
	for _, level := range []struct {
		kind   Unit
		digits int
	}{{Township, 9}, {County, 6}, {Prefecture, 4}} {
		code := township[:level.digits]
		one := u[code]
		if one == nil {
			one = &unit{kind: level.kind, code: code, bySubject: map[Subject]*part{}}
			u[code] = one
		}
		all = append(all, one)
	}
	return all
}

func (u *unit) part(s Subject) *part {
	p := u.bySubject[s]
	if p == nil {
		p = &part{}
		u.bySubject[s] = p
	}
	return p
}

// gather counts the figures into every unit.
func gather(f Figures) units {
	all := units{}
	levels := map[Subject]catalog.Level{}
	for _, w := range f.Warned {
		if w.Level != "" {
			levels[w.Subject] = w.Level
		}
		if w.OrderUnmet {
			for _, u := range all.around(w.Township) {
				u.part(w.Subject).unmet = true
			}
		}
	}
	people := all.employ(f.Monitored, levels)
	for _, m := range f.Money {
		for _, u := range all.around(f.Townships[m.Subject]) {
			p := u.part(m.Subject)
			p.due += m.DueFen
			p.prompt += m.PromptFen
		}
	}
	for _, g := range f.Guarded {
		for _, u := range all.around(g.Township) {
			p := u.part(g.Subject)
			p.asked += float64(g.Asked * g.Workers)
			p.held += g.Held * float64(g.Workers)
		}
	}
	for _, l := range f.Leads {
		for _, u := range all.around(l.Township) {
			p := u.part(l.Subject)
			p.leads += l.Due
			p.inTime += l.InTime
		}
	}
	for _, s := range f.Incidents {
		township := f.Townships[s]
		if s.Scope == catalog.Township {
			township = s.ID
		}
		for _, u := range all.around(township) {
			u.part(s).incident = true
		}
	}
	scratch := make([]counts, people)
	for _, u := range all {
		u.count(scratch)
	}
	return all
}

// employ puts the monitored workers on the subjects of every unit they are in, and returns how many they are.
func (u units) employ(monitored []Monitored, levels map[Subject]catalog.Level) int {
	numbers := make(map[[16]byte]int, len(monitored))
	var last Monitored
	var around []*unit
	var parts []*part // of the last worker's subjects in those units; a crew comes together
	for i, m := range monitored {
		if i == 0 || m.Subject != last.Subject || m.Employer != last.Employer || m.Township != last.Township {
			around, parts = u.around(m.Township), nil
			for _, one := range around {
				p := one.part(m.Subject)
				p.level = levels[m.Subject]
				parts = append(parts, p)
			}
			// a warning about an employer is about its people on every project too
			if employer := (Subject{catalog.Employer, m.Employer}); employer != m.Subject && levels[employer] != "" {
				for _, one := range around {
					p := one.part(employer)
					p.level = levels[employer]
					parts = append(parts, p)
				}
			}
			last = m
		}
		number, known := numbers[m.Worker]
		if !known {
			number = len(numbers)
			numbers[m.Worker] = number
		}
		for i, p := range parts {
			own := i < len(around) // arrears are the subject's, not the employer's
			p.workers = append(p.workers, onSubject{number, own && m.InArrears, own && m.Unpaid})
		}
		for _, one := range around {
			one.unpaidFen += m.ArrearsFen
		}
	}
	return len(numbers)
}

// merge leaves each worker of a part once.
func (p *part) merge() {
	slices.SortFunc(p.workers, func(a, b onSubject) int { return a.worker - b.worker })
	merged := p.workers[:0]
	for _, on := range p.workers {
		if n := len(merged); n > 0 && merged[n-1].worker == on.worker {
			merged[n-1].arrears = merged[n-1].arrears || on.arrears
			merged[n-1].unpaid = merged[n-1].unpaid || on.unpaid
			continue
		}
		merged = append(merged, on)
	}
	p.workers = merged
}

// count adds the subjects up to the unit's tally. Sums of floats run in the order of subjects, so that they are the same
// whatever order the figures came in. of has room for every worker and is left as it was found, empty.
func (u *unit) count(of []counts) {
	var t Tally
	for _, s := range u.subjects() {
		p := u.bySubject[s]
		p.merge()
		for _, on := range p.workers {
			w := &of[on.worker]
			w.subjects++
			if on.arrears {
				w.arrears++
			}
			if on.unpaid {
				w.unpaid++
			}
			switch p.level {
			case catalog.Red:
				w.red++
			case catalog.Yellow:
				w.yellow++
			}
		}
		t.DueFen += p.due
		t.PromptFen += p.prompt
		t.Asked += p.asked
		t.Held += p.held
		t.LeadsDue += p.leads
		t.LeadsInTime += p.inTime
		t.GroupIncident = t.GroupIncident || p.incident
		t.OrderUnmet = t.OrderUnmet || p.unmet
	}
	for _, p := range u.bySubject {
		for _, on := range p.workers {
			w := of[on.worker]
			if on.arrears && w.arrears == 1 {
				p.alone.arrears++
			}
			switch {
			case p.level == catalog.Red && w.red == 1 && w.yellow > 0:
				p.alone.redElsewhereYellow++
			case p.level == catalog.Red && w.red == 1:
				p.alone.red++
			case p.level == catalog.Yellow && w.red == 0 && w.yellow == 1:
				p.alone.yellow++
			}
		}
	}
	for _, p := range u.bySubject {
		for _, on := range p.workers {
			w := of[on.worker]
			if w.subjects == 0 {
				continue // counted with another subject
			}
			of[on.worker] = counts{}
			t.Workers++
			if w.arrears > 0 {
				t.ArrearsWorkers++
			}
			if w.unpaid > 0 {
				u.unpaid++
			}
			switch {
			case w.red > 0:
				t.RedWorkers++
			case w.yellow > 0:
				t.YellowWorkers++
			}
		}
	}
	u.tally = t
}

func (u *unit) subjects() []Subject {
	all := make([]Subject, 0, len(u.bySubject))
	for s := range u.bySubject {
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b Subject) int {
		return cmp.Or(strings.Compare(string(a.Scope), string(b.Scope)), strings.Compare(a.ID, b.ID))
	})
	return all
}

// without returns the unit's tally with one subject put right: its wages paid in time, its safeguards in force, its leads
// resolved, its warnings, order and incident gone.
func (u *unit) without(s Subject) Tally {
	t := u.tally
	p := u.bySubject[s]
	if p == nil {
		return t
	}
	t.ArrearsWorkers -= p.alone.arrears
	t.RedWorkers -= p.alone.red + p.alone.redElsewhereYellow
	t.YellowWorkers += p.alone.redElsewhereYellow - p.alone.yellow
	t.PromptFen += p.due - p.prompt
	t.Held += p.asked - p.held
	t.LeadsInTime += p.leads - p.inTime
	t.GroupIncident = t.GroupIncident && u.another(s, func(p *part) bool { return p.incident })
	t.OrderUnmet = t.OrderUnmet && u.another(s, func(p *part) bool { return p.unmet })
	return t
}

func (u *unit) another(s Subject, has func(*part) bool) bool {
	for other, p := range u.bySubject {
		if other != s && has(p) {
			return true
		}
	}
	return false
}

// worst returns the subjects whose putting right would raise the index most.
func (all units) worst(u, base *unit, f Figures, k Constants, now Score) []Gain {
	var gains []Gain
	for _, s := range u.subjects() {
		right := k.Of(u.without(s), base.without(s))
		if gain := tenth(right.Index - now.Index); gain > 0 {
			gains = append(gains, Gain{
				Scope: s.Scope, ID: s.ID, Name: f.Names[s], Workers: len(u.bySubject[s].workers), Index: right.Index, Gain: gain,
			})
		}
	}
	slices.SortStableFunc(gains, func(a, b Gain) int {
		return cmp.Or(-cmp.Compare(a.Gain, b.Gain), -cmp.Compare(a.Workers, b.Workers))
	})
	return gains[:min(len(gains), worstShown)]
}
