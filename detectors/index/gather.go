package index

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"

	"github.com/anxin-project/anxin/internal/domain/catalog"
)

// unit is a township, county or prefecture with what is needed to attribute its losses and to recount it with a subject
// put right.
type unit struct {
	kind  Unit
	code  string
	tally Tally

	unaccounted          int
	owedFen, estimateFen int64
	closed               int

	bySubject map[Subject]*part
	order     []Subject // its keys in their order, once all is gathered
}

// part is what one subject adds to a unit's tally.
type part struct {
	workers   []standing
	level     catalog.Level // of the subject's warnings that count
	detectors []string
	due       Due
	guarded   Guarded
	leads     []Lead
	incidents []Incident
	unmet     bool

	// what the subject's workers add to the unit's deficiencies, by the act that regains it
	arrears, red, yellow map[Act]*portion
	alone                alone
}

// portion is a subject's part of a deficiency: its workers by the number of subjects that share each of them.
type portion struct{ by []int }

func (p *portion) add(subjects int32) {
	for int(subjects) >= len(p.by) {
		p.by = append(p.by, 0)
	}
	p.by[subjects]++
}

func (p *portion) workers() (n int) {
	for _, of := range p.by {
		n += of
	}
	return n
}

// value adds up in the order of the numbers of subjects, so that it is the same whatever order workers came in.
func (p *portion) value() (sum float64) {
	for subjects, of := range p.by {
		if of > 0 {
			sum += float64(of) / float64(subjects)
		}
	}
	return sum
}

// alone counts the workers who are in a unit's tally for one subject only: what putting it right takes away.
type alone struct{ owed, owedElsewhereLate, late, red, redElsewhereYellow, yellow int }

// standing is a worker's on one subject. Workers are numbered from 0 as they come: a city has some hundred thousand of
// them, in three units each.
type standing struct {
	worker            int32
	silent            uint32
	owed              Owing
	late, unaccounted bool
}

// level is the worker's hazard on the subject.
func (on standing) level(p *part) catalog.Level {
	switch {
	case on.owed != 0, on.silent != 0, p.level == catalog.Red:
		return catalog.Red
	case on.unaccounted, p.level == catalog.Yellow:
		return catalog.Yellow
	}
	return ""
}

// hazardAct is the act that ends the worker's hazard on the subject.
func (on standing) hazardAct(p *part) Act {
	switch {
	case on.owed != 0:
		return owedAct(on.owed)
	case on.silent != 0:
		return ReportSite
	case p.level != "":
		return EndWarning
	}
	return AccountFor
}

// counts says of a worker on how many subjects of a unit each holds, so that a worker on two of them counts once.
type counts struct {
	subjects, owed, late, red, yellow int32
	silent                            uint32
	unaccounted                       bool
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

// around returns the units that a place lies in, made as needed: of a county alone, the county and its prefecture.
func (u units) around(place string) []*unit {
	all := make([]*unit, 0, 3)
	for _, level := range []struct {
		kind   Unit
		digits int
	}{{Township, 9}, {County, 6}, {Prefecture, 4}} {
		if len(place) < max(level.digits, 6) {
			continue
		}
		code := place[:level.digits]
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
		p = &part{arrears: map[Act]*portion{}, red: map[Act]*portion{}, yellow: map[Act]*portion{}}
		u.bySubject[s] = p
	}
	return p
}

// gather counts the figures into every unit.
func gather(f Figures) units {
	all := units{}
	warned := map[Subject]Warned{}
	each := func(s Subject, do func(*unit, *part)) {
		for _, u := range all.around(f.at(s)) {
			do(u, u.part(s))
		}
	}
	for _, w := range f.Warned {
		if w.Level != "" {
			warned[w.Subject] = w
		}
		if w.OrderUnmet {
			place := f.at(w.Subject)
			if place == "" {
				place = w.Township
			}
			for _, u := range all.around(place) {
				u.part(w.Subject).unmet = true
			}
		}
	}
	people := all.employ(f, warned)
	for _, d := range f.Due {
		each(d.Subject, func(_ *unit, p *part) {
			p.due.Months += d.Months
			p.due.Unpaid += d.Unpaid
			p.due.Unlisted += d.Unlisted
			p.due.Silent += d.Silent
			p.due.Until = max(p.due.Until, d.Until)
		})
	}
	for _, g := range f.Guarded {
		each(g.Subject, func(_ *unit, p *part) { p.guarded = g })
	}
	for _, l := range f.Leads {
		each(l.Subject, func(_ *unit, p *part) { p.leads = append(p.leads, l) })
	}
	for _, i := range f.Incidents {
		each(i.Subject, func(_ *unit, p *part) { p.incidents = append(p.incidents, i) })
	}
	for s, n := range f.Closed {
		for _, u := range all.around(f.at(s)) {
			u.closed += n
		}
	}
	scratch := make([]counts, people)
	for _, u := range all {
		u.count(scratch)
	}
	return all
}

// employ puts the monitored workers on the subjects of every unit they are in, and returns how many they are.
func (u units) employ(f Figures, warned map[Subject]Warned) int {
	numbers := make(map[[16]byte]int32, len(f.Workers))
	var last Worker
	var around []*unit
	var parts []*part // of the last worker's subjects in those units; a crew comes together
	join := func(s Subject) {
		for _, one := range around {
			p := one.part(s)
			p.level, p.detectors = warned[s].Level, warned[s].Detectors
			parts = append(parts, p)
		}
	}
	for i, m := range f.Workers {
		if i == 0 || m.Subject != last.Subject || m.Employer != last.Employer {
			around, parts = u.around(f.at(m.Subject)), nil
			join(m.Subject)
			// a warning about an employer is about its people on every project too
			if employer := (Subject{catalog.Employer, m.Employer}); employer != m.Subject && warned[employer].Level != "" {
				join(employer)
			}
			last = m
		}
		number, known := numbers[m.Key]
		if !known {
			number = int32(len(numbers))
			numbers[m.Key] = number
		}
		for i, p := range parts {
			on := standing{worker: number}
			if i < len(around) { // what is owed is the subject's, not the employer's
				on = standing{number, m.Silent, m.Owed, m.PaidLate, m.Unaccounted}
			}
			p.workers = append(p.workers, on)
		}
		for _, one := range around {
			one.owedFen += m.OwedFen
			one.estimateFen += m.EstimateFen
		}
	}
	return len(numbers)
}

// merge leaves each worker of a part once.
func (p *part) merge() {
	slices.SortFunc(p.workers, func(a, b standing) int { return cmp.Compare(a.worker, b.worker) })
	merged := p.workers[:0]
	for _, on := range p.workers {
		if n := len(merged); n > 0 && merged[n-1].worker == on.worker {
			one := &merged[n-1]
			one.owed |= on.owed
			one.silent |= on.silent
			one.late = one.late || on.late
			one.unaccounted = one.unaccounted || on.unaccounted
			continue
		}
		merged = append(merged, on)
	}
	p.workers = merged
}

// count adds the subjects up to the unit's tally. of has room for every worker and is left as it was found, empty.
func (u *unit) count(of []counts) {
	var t Tally
	u.order = u.subjects()
	for _, s := range u.order {
		p := u.bySubject[s]
		p.merge()
		for _, on := range p.workers {
			of[on.worker].take(on, p)
		}
		t.take(p)
	}
	for _, p := range u.bySubject {
		for _, on := range p.workers {
			p.share(on, of[on.worker])
		}
	}
	for _, p := range u.bySubject {
		for _, on := range p.workers {
			w := of[on.worker]
			if w.subjects == 0 {
				continue // counted with another subject
			}
			of[on.worker] = counts{}
			t.takeWorker(w)
			if w.unaccounted {
				u.unaccounted++
			}
		}
	}
	u.tally = t
}

func (w *counts) take(on standing, p *part) {
	w.subjects++
	if on.owed != 0 {
		w.owed++
	}
	if on.late {
		w.late++
	}
	w.silent |= on.silent
	w.unaccounted = w.unaccounted || on.unaccounted
	switch on.level(p) {
	case catalog.Red:
		w.red++
	case catalog.Yellow:
		w.yellow++
	}
}

// take adds what a subject adds beside its workers.
func (t *Tally) take(p *part) {
	t.Months += p.due.Months
	t.Missing += p.due.missing()
	t.Asked += p.guarded.asked()
	t.Held += p.guarded.held()
	t.Leads += len(p.leads)
	t.LeadsInTime += len(p.leads) - p.lateLeads()
	t.Incident = t.Incident || len(p.incidents) > 0
	t.OrderUnmet = t.OrderUnmet || p.unmet
}

func (t *Tally) takeWorker(w counts) {
	t.Workers++
	switch {
	case w.owed > 0:
		t.Owed++
	case w.late > 0:
		t.Late++
	}
	switch {
	case w.red > 0:
		t.Red++
	case w.yellow > 0:
		t.Yellow++
	}
	t.takeSilent(w.silent)
}

func (t *Tally) takeSilent(months uint32) {
	if months == 0 {
		return
	}
	t.Silent++
	for ; months != 0; months &= months - 1 {
		if month := bits.TrailingZeros32(months); month < silentMonths {
			t.SilentIn[month]++
		}
	}
}

// asked is how many safeguards are asked of a project, times its workers.
func (g Guarded) asked() int { return len(g.Safeguards) * g.Workers }

// held is what of them is in force, in millionths of one.
func (g Guarded) held() (sum int64) {
	for _, s := range g.Safeguards {
		sum += s.millionths()
	}
	return sum * int64(g.Workers)
}

func (p *part) lateLeads() (n int) {
	for _, l := range p.leads {
		if l.Late != "" {
			n++
		}
	}
	return n
}

// share notes the subject's part of what a worker adds to the unit's deficiencies; w is where else that worker stands.
func (p *part) share(on standing, w counts) {
	add := func(to map[Act]*portion, act Act, subjects int32) {
		if to[act] == nil {
			to[act] = &portion{}
		}
		to[act].add(subjects)
	}
	switch {
	case on.owed != 0:
		add(p.arrears, owedAct(on.owed), w.owed)
		if w.owed == 1 {
			p.alone.owed++
			if w.late > 1 || w.late == 1 && !on.late {
				p.alone.owedElsewhereLate++
			}
		}
	case on.late && w.owed == 0:
		add(p.arrears, WaitWindow, w.late)
		if w.late == 1 {
			p.alone.late++
		}
	}
	switch on.level(p) {
	case catalog.Red:
		add(p.red, on.hazardAct(p), w.red)
		switch {
		case w.red == 1 && w.yellow > 0:
			p.alone.redElsewhereYellow++
		case w.red == 1:
			p.alone.red++
		}
	case catalog.Yellow:
		if w.red == 0 {
			add(p.yellow, on.hazardAct(p), w.yellow)
			if w.yellow == 1 {
				p.alone.yellow++
			}
		}
	}
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
