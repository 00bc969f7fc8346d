package index

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Loss is a part of the points that a unit lost, with the act that regains it. The losses of a row add up to 100 less
// its index. What rounds to no tenth of a point is left out.
type Loss struct {
	Component Component     `json:"component"` // cap: what a cap takes, regained only when all of its subjects are met
	Scope     catalog.Scope `json:"scope"`
	ID        string        `json:"scope_id"`
	Name      string        `json:"name"`
	Lead      string        `json:"lead,omitzero"`      // id of the lead or incident
	Safeguard string        `json:"safeguard,omitzero"` // that is not in force
	Detectors []string      `json:"detectors,omitzero"` // whose warnings count
	Workers   int           `json:"workers,omitzero"`   // whom it is about
	Points    float64       `json:"points"`             // in whole tenths
	Act       Act           `json:"act"`
	By        Actor         `json:"by"`
	Until     *civil.Date   `json:"until,omitzero"` // the last day on which it still counts, where time regains it

	part float64 // of the deficiency that the points are shared by
}

// Gain says what the index would be with one subject put right.
type Gain struct {
	Scope   catalog.Scope `json:"scope"`
	ID      string        `json:"scope_id"`
	Name    string        `json:"name"`
	Workers int           `json:"workers"`
	Index   float64       `json:"index_if_fixed"`
	Gain    float64       `json:"gain"`
}

// lost attributes every point that the unit lost, most first.
func (u *unit) lost(f Figures, k Constants, score Score) []Loss {
	var all []Loss
	keep := func(losses []Loss, exact float64, tenths int) {
		sum := 0.0
		for _, l := range losses {
			sum += l.part
		}
		values := make([]float64, len(losses))
		for i, l := range losses {
			values[i] = exact * l.part / sum
		}
		for i, n := range apportion(values, tenths) {
			if n > 0 {
				losses[i].Points = float64(n) / 10
				all = append(all, losses[i])
			}
		}
	}
	for _, p := range score.Parts {
		var losses []Loss
		for _, s := range u.order {
			for _, l := range u.bySubject[s].losses(p.Component, k) {
				l.Component, l.Scope, l.ID, l.Name = p.Component, s.Scope, s.ID, f.Names[s]
				if l.By == "" {
					l.By = answers(s)
				}
				losses = append(losses, l)
			}
		}
		keep(losses, p.loss(), int(math.Round((p.Weight-p.Points)*10)))
	}
	if taken := score.Uncapped - score.Index; taken > 0 {
		keep(u.capped(f, k, score), taken, int(math.Round(taken*10)))
	}
	slices.SortStableFunc(all, func(a, b Loss) int { return -cmp.Compare(a.Points, b.Points) })
	return all
}

// losses are a subject's part of the deficiency of one component, by what regains it.
func (p *part) losses(c Component, k Constants) (all []Loss) {
	until := func(day civil.Date) *civil.Date { return &day }
	portions := func(of map[Act]*portion, weight float64) {
		for _, act := range slices.Sorted(maps.Keys(of)) {
			l := Loss{Act: act, Workers: of[act].workers(), part: weight * of[act].value()}
			switch act {
			case WaitWindow:
				l.By = ByNobody
			case EndWarning:
				l.Detectors = p.detectors
				if len(p.detectors) == 1 && slices.Contains(k.DeveloperWarnings, p.detectors[0]) {
					l.By = ByDeveloper
				}
			}
			all = append(all, l)
		}
	}
	switch c {
	case Arrears:
		for _, act := range slices.Sorted(maps.Keys(p.arrears)) {
			weight := 1.0
			if act == WaitWindow {
				weight = k.LateWeight
			}
			portions(map[Act]*portion{act: p.arrears[act]}, weight)
		}
	case Timeliness:
		for _, one := range []struct {
			missing int64
			act     Act
		}{{p.due.Unpaid, PayInTime}, {p.due.Unlisted, SendLists}, {p.due.Silent, ReportSite}} {
			if one.missing > 0 {
				all = append(all, Loss{Act: one.act, Until: until(p.due.Until), part: float64(one.missing)})
			}
		}
	case Safeguards:
		for _, s := range p.guarded.Safeguards {
			if missing := (million - s.millionths()) * int64(p.guarded.Workers); missing > 0 {
				does := safeguardActs[s.Name]
				all = append(all, Loss{Safeguard: s.Name, Act: does.act, By: does.by, Workers: p.guarded.Workers, part: float64(missing)})
			}
		}
	case Resolution:
		for _, l := range p.sortedLeads() {
			if l.Late == "" {
				continue
			}
			one := Loss{Lead: l.ID, Act: leadActs[l.Late], By: ByDepartment, part: 1}
			if l.Late == ResolvedLate {
				one.By, one.Until = ByNobody, until(l.Until)
			}
			all = append(all, one)
		}
	case Hazard:
		portions(p.red, k.HazardRed)
		portions(p.yellow, k.HazardYellow)
	}
	return all
}

func (p *part) sortedLeads() []Lead {
	return slices.SortedFunc(slices.Values(p.leads), func(a, b Lead) int { return cmp.Compare(a.ID, b.ID) })
}

// capped are the subjects behind the cap that lowers the unit, each an equal part of it.
func (u *unit) capped(f Figures, k Constants, score Score) (all []Loss) {
	for _, reason := range score.Reasons {
		for _, s := range u.order {
			p := u.bySubject[s]
			l := Loss{Component: Cap, Scope: s.Scope, ID: s.ID, Name: f.Names[s], By: answers(s), part: 1}
			switch reason {
			case GroupIncident:
				if len(p.incidents) == 0 {
					continue
				}
				last := slices.MaxFunc(p.incidents, func(a, b Incident) int { return cmp.Or(cmp.Compare(a.Until, b.Until), cmp.Compare(a.ID, b.ID)) })
				l.Lead, l.Act, l.By, l.Until = last.ID, WaitWindow, ByNobody, &last.Until
			case OrderUnmet:
				if !p.unmet {
					continue
				}
				l.Act = ObeyOrder
			default:
				if l.Workers = p.silentWorkers(); l.Workers == 0 {
					continue
				}
				l.Act = ReportSite
			}
			all = append(all, l)
		}
	}
	return all
}

func (p *part) silentWorkers() (n int) {
	for _, on := range p.workers {
		if on.silent != 0 {
			n++
		}
	}
	return n
}

// gains recounts the unit with each of the subjects that lost points put right alone; those that gain most come first.
func (u *unit) gains(f Figures, k Constants, now Score, lost []Loss) []Gain {
	var gains []Gain
	seen := map[Subject]bool{}
	for _, l := range lost {
		s := Subject{l.Scope, l.ID}
		if seen[s] {
			continue
		}
		seen[s] = true
		right := k.Of(u.without(s, k))
		gains = append(gains, Gain{
			Scope: s.Scope, ID: s.ID, Name: f.Names[s], Workers: len(u.bySubject[s].workers), Index: right.Index, Gain: tenth(right.Index - now.Index),
		})
	}
	slices.SortStableFunc(gains, func(a, b Gain) int {
		return cmp.Or(-cmp.Compare(a.Gain, b.Gain), -cmp.Compare(a.Workers, b.Workers), cmp.Compare(a.Scope, b.Scope), cmp.Compare(a.ID, b.ID))
	})
	return gains
}

// without returns the unit's tally with one subject put right: nothing owed or paid late, its people accounted for, its
// safeguards in force, its leads in time, its warnings, order and incident gone.
func (u *unit) without(s Subject, k Constants) Tally {
	t, p := u.tally, u.bySubject[s]
	t.Owed -= p.alone.owed
	t.Late += p.alone.owedElsewhereLate - p.alone.late
	t.Red -= p.alone.red + p.alone.redElsewhereYellow
	t.Yellow += p.alone.redElsewhereYellow - p.alone.yellow
	t.Missing -= p.due.missing()
	t.Held += int64(p.guarded.asked())*million - p.guarded.held()
	for _, l := range p.leads {
		switch l.Late {
		case "":
		case NotAccepted: // once accepted it is one to be resolved, and does not count yet
			t.Leads--
		default:
			t.LeadsInTime++
		}
	}
	t.Incident = t.Incident && (len(p.incidents) == 0 || u.another(s, func(p *part) bool { return len(p.incidents) > 0 }))
	t.OrderUnmet = t.OrderUnmet && (!p.unmet || u.another(s, func(p *part) bool { return p.unmet }))
	if p.silentWorkers() > 0 {
		t.Silent, t.SilentIn = 0, [silentMonths]int{}
		for _, months := range u.silentBut(s) {
			t.takeSilent(months)
		}
	}
	return t
}

// silentBut returns the months of the unit's silent workers without those of one subject.
func (u *unit) silentBut(s Subject) map[int32]uint32 {
	silent := map[int32]uint32{}
	for other, p := range u.bySubject {
		if other == s {
			continue
		}
		for _, on := range p.workers {
			if on.silent != 0 {
				silent[on.worker] |= on.silent
			}
		}
	}
	return silent
}

func (u *unit) another(s Subject, has func(*part) bool) bool {
	for other, p := range u.bySubject {
		if other != s && has(p) {
			return true
		}
	}
	return false
}
