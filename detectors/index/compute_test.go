package index

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/anxin-project/anxin/internal/catalog"
)

// constants of the national policy, as the index is designed (wage-safety-index.md).
func constants() Constants {
	return Constants{
		WindowDays: 90, GraceDays: 3, LateDays: 30,
		Weight:        map[Component]float64{Incidence: 30, Timeliness: 20, Safeguards: 20, Resolution: 15, Hazard: 15},
		IncidenceHalf: 0.01, IncidencePriorWorkers: 200, TimelinessFloor: 0.8, ResolutionPriorLeads: 5, ResolutionWorkdays: 60,
		HazardRed: 1, HazardYellow: 0.4, LeastWorkers: 30, StaleDays: 7, CapIncident: 69.9, CapIncidentPeople: 50, CapOrder: 84.9,
		Green: 85, Yellow: 70,
	}
}

// townships of two counties of one prefecture, and of another prefecture.
var townships = []string{"331024001", "331024002", "331024003", "331022001", "522601001"}

func workerKey(n int) (key [16]byte) {
	copy(key[:], fmt.Sprintf("%016d", n))
	return key
}

// randomWorld draws figures as Load reads them: a subject has one place and at most one row of money, leads and warnings.
func randomWorld(r *rand.Rand) Figures {
	f := Figures{Names: map[Subject]string{}, Townships: map[Subject]string{}}
	crew := 1 + r.IntN(60)
	for n := range 1 + r.IntN(12) {
		s := Subject{catalog.Project, fmt.Sprintf("P%d", n)}
		employer := fmt.Sprintf("E%d", r.IntN(4))
		if r.IntN(6) == 0 {
			s = Subject{catalog.Employer, fmt.Sprintf("F%d", n)}
			employer = s.ID
		}
		at := townships[r.IntN(len(townships))]
		f.Names[s], f.Townships[s] = "name of "+s.ID, at
		due := int64(0)
		for w := range r.IntN(crew) {
			m := Monitored{Subject: s, Township: at, Employer: employer, Worker: workerKey(r.IntN(200)*7 + w)}
			if r.IntN(8) == 0 {
				m.InArrears = true
				if r.IntN(2) == 0 {
					m.Unpaid, m.ArrearsFen = true, r.Int64N(1_000_000)
				}
			}
			f.Monitored = append(f.Monitored, m)
			due += 600_000
		}
		if due > 0 && r.IntN(4) > 0 {
			f.Money = append(f.Money, Money{Subject: s, DueFen: due, PromptFen: due - min(due, r.Int64N(due/2+1)*int64(r.IntN(2)))})
		}
		if s.Scope == catalog.Project && r.IntN(4) > 0 {
			asked := 1 + r.IntN(9)
			f.Guarded = append(f.Guarded, Guarded{Subject: s, Township: at, Workers: 1 + r.IntN(50), Asked: asked, Held: math.Round(r.Float64()*float64(asked)*1e6) / 1e6})
		}
		if r.IntN(3) == 0 {
			d := 1 + r.IntN(6)
			f.Leads = append(f.Leads, Leads{Subject: s, Township: at, Due: d, InTime: r.IntN(d + 1)})
		}
		if r.IntN(12) == 0 {
			f.Incidents = append(f.Incidents, s)
		}
		if r.IntN(3) == 0 {
			f.Warned = append(f.Warned, Warned{
				Subject: s, Township: at, Level: []catalog.Level{"", catalog.Yellow, catalog.Red}[r.IntN(3)], OrderUnmet: r.IntN(5) == 0,
			})
		}
	}
	for n := range 4 { // warnings about employers, where they are registered
		if r.IntN(4) == 0 {
			s := Subject{catalog.Employer, fmt.Sprintf("E%d", n)}
			f.Townships[s] = townships[r.IntN(len(townships))]
			f.Warned = append(f.Warned, Warned{Subject: s, Township: f.Townships[s], Level: catalog.Yellow})
		}
	}
	return f
}

// worlds runs a property over many seeded worlds and names the seed that breaks it.
func worlds(t *testing.T, property func(t *testing.T, r *rand.Rand, f Figures)) {
	t.Helper()
	for seed := range uint64(120) {
		r := rand.New(rand.NewPCG(seed, 7))
		property(t, r, randomWorld(r))
		if t.Failed() {
			t.Fatalf("in the world of seed %d", seed)
		}
	}
}

func clone(f Figures) Figures {
	f.Monitored, f.Money, f.Guarded = slices.Clone(f.Monitored), slices.Clone(f.Money), slices.Clone(f.Guarded)
	f.Leads, f.Incidents, f.Warned = slices.Clone(f.Leads), slices.Clone(f.Incidents), slices.Clone(f.Warned)
	return f
}

func byCode(rows []Row) map[string]Row {
	all := map[string]Row{}
	for _, r := range rows {
		all[r.Code] = r
	}
	return all
}

// neverLower fails where a unit's index is lower afterwards.
func neverLower(t *testing.T, what string, before, after []Row) {
	t.Helper()
	was := byCode(before)
	for _, now := range after {
		if b, ok := was[now.Code]; ok && now.Score.Index < b.Score.Index {
			t.Errorf("%s: %s falls from %.1f to %.1f\nbefore %+v\nafter  %+v", what, now.Code, b.Score.Index, now.Score.Index, b.Score.Parts, now.Score.Parts)
		}
	}
}

func TestAnIndexLiesBetween0And100(t *testing.T) {
	worlds(t, func(t *testing.T, _ *rand.Rand, f Figures) {
		for _, row := range Compute(f, constants()) {
			for _, p := range row.Score.Parts {
				if p.Score < 0 || p.Score > 100 || math.IsNaN(p.Score) || p.Points < 0 {
					t.Errorf("%s: component %+v", row.Code, p)
				}
			}
			if s := row.Score; s.Index < 0 || s.Index > 100 || s.Uncapped < s.Index || s.Uncapped > 100 {
				t.Errorf("%s: index %v, uncapped %v", row.Code, s.Index, s.Uncapped)
			}
		}
	})
}

func TestComponentsAndWeightsAddUpExactlyAsShown(t *testing.T) {
	worlds(t, func(t *testing.T, _ *rand.Rand, f Figures) {
		for _, row := range Compute(f, constants()) {
			tenths, weights := 0, 0.0
			for _, p := range row.Score.Parts {
				tenths += int(math.Round(p.Points * 10))
				weights += p.Weight
				if p.Points != tenth(p.Weight*p.Score/100) {
					t.Errorf("%s: %s shows %v points for weight %v and score %v", row.Code, p.Component, p.Points, p.Weight, p.Score)
				}
				if p.Denominator == 0 && (p.Weight != 0 || p.Points != 0) {
					t.Errorf("%s: %s has no exposure and weight %v", row.Code, p.Component, p.Weight)
				}
			}
			if got := int(math.Round(row.Score.Uncapped * 10)); got != min(tenths, 1000) {
				t.Errorf("%s: points add up to %d tenths, the index is %d", row.Code, tenths, got)
			}
			if weights != 0 && math.Abs(weights-100) > 1e-9 {
				t.Errorf("%s: weights add up to %v", row.Code, weights)
			}
		}
	})
}

func TestPayingAnOverdueWageNeverLowersAnIndex(t *testing.T) {
	worlds(t, func(t *testing.T, r *rand.Rand, f Figures) {
		before := Compute(f, constants())
		for i, m := range f.Monitored {
			if !m.Unpaid {
				continue
			}
			after := clone(f)
			paid := &after.Monitored[i]
			paid.Unpaid, paid.ArrearsFen = false, 0
			paid.InArrears = r.IntN(2) == 0 // paid more than 30 days late it still counts
			neverLower(t, "paying", before, Compute(after, constants()))
		}
		for i, m := range f.Money {
			after := clone(f)
			after.Money[i].PromptFen = min(m.DueFen, m.PromptFen+1+r.Int64N(m.DueFen))
			neverLower(t, "paying within grace", before, Compute(after, constants()))
		}
	})
}

func TestAWageWithinGraceThatIsPaidNeverLowersAnIndex(t *testing.T) {
	worlds(t, func(t *testing.T, r *rand.Rand, f Figures) {
		before := Compute(f, constants())
		for i := range f.Money { // undecided until it is paid: then due and prompt at once
			after := clone(f)
			fen := 1 + r.Int64N(600_000)
			after.Money[i].DueFen += fen
			after.Money[i].PromptFen += fen
			neverLower(t, "paying", before, Compute(after, constants()))
		}
	})
}

func TestARedWarningNeverRaisesAnIndex(t *testing.T) {
	worlds(t, func(t *testing.T, r *rand.Rand, f Figures) {
		before := Compute(f, constants())
		for s, at := range f.Townships {
			after := clone(f)
			i := slices.IndexFunc(after.Warned, func(w Warned) bool { return w.Subject == s })
			if i < 0 {
				after.Warned = append(after.Warned, Warned{Subject: s, Township: at})
				i = len(after.Warned) - 1
			}
			after.Warned[i].Level = catalog.Red
			after.Warned[i].OrderUnmet = after.Warned[i].OrderUnmet || r.IntN(2) == 0
			neverLower(t, "without the warning on "+s.ID, Compute(after, constants()), before)
		}
	})
}

func TestTheOrderOfFiguresChangesNothing(t *testing.T) {
	worlds(t, func(t *testing.T, r *rand.Rand, f Figures) {
		want, err := json.Marshal(Compute(f, constants()))
		if err != nil {
			t.Fatal(err)
		}
		after := clone(f)
		r.Shuffle(len(after.Monitored), reflect.Swapper(after.Monitored))
		r.Shuffle(len(after.Money), reflect.Swapper(after.Money))
		r.Shuffle(len(after.Guarded), reflect.Swapper(after.Guarded))
		r.Shuffle(len(after.Leads), reflect.Swapper(after.Leads))
		r.Shuffle(len(after.Incidents), reflect.Swapper(after.Incidents))
		r.Shuffle(len(after.Warned), reflect.Swapper(after.Warned))
		got, err := json.Marshal(Compute(after, constants()))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want) {
			t.Errorf("shuffled figures give\n%s, want\n%s", got, want)
		}
	})
}

func TestEqualRatesAndDifferentSizesDifferOnlyByShrinkage(t *testing.T) {
	worlds(t, func(t *testing.T, r *rand.Rand, _ Figures) {
		small := Tally{
			Workers: 50 * (1 + r.IntN(5)), DueFen: 100_000, Asked: 100, LeadsDue: 10,
		}
		small.ArrearsWorkers = r.IntN(small.Workers / 10)
		small.RedWorkers, small.YellowWorkers = 5*r.IntN(5), 5*r.IntN(5) // tenths of weighted workers stay whole
		small.PromptFen, small.Held, small.LeadsInTime = r.Int64N(100_000), float64(r.IntN(100)), r.IntN(11)
		times := 2 + r.IntN(20)
		large := Tally{
			Workers: small.Workers * times, ArrearsWorkers: small.ArrearsWorkers * times, DueFen: small.DueFen * int64(times),
			PromptFen: small.PromptFen * int64(times), Asked: small.Asked * float64(times), Held: small.Held * float64(times),
			LeadsDue: small.LeadsDue * times, LeadsInTime: small.LeadsInTime * times, RedWorkers: small.RedWorkers * times, YellowWorkers: small.YellowWorkers * times,
		}
		county := Tally{Workers: 1000, ArrearsWorkers: r.IntN(20), LeadsDue: 50, LeadsInTime: r.IntN(51)}
		k := constants()
		a, b := k.Of(small, county), k.Of(large, county)
		for i, c := range Components {
			if c == Incidence || c == Resolution {
				continue
			}
			if math.Abs(a.Parts[i].Score-b.Parts[i].Score) > 1e-9 {
				t.Errorf("%s is %v and, %d times as large, %v", c, a.Parts[i].Score, times, b.Parts[i].Score)
			}
		}
		// shrinkage pulls the smaller one nearer to the county
		for _, c := range []struct {
			part int
			own  float64
			rate float64
		}{
			{0, float64(small.ArrearsWorkers) / float64(small.Workers), float64(county.ArrearsWorkers) / float64(county.Workers)},
			{3, float64(small.LeadsInTime) / float64(small.LeadsDue), float64(county.LeadsInTime) / float64(county.LeadsDue)},
		} {
			if math.Abs(a.Parts[c.part].Shrunk-c.rate) > math.Abs(b.Parts[c.part].Shrunk-c.rate)+1e-12 || math.Abs(b.Parts[c.part].Shrunk-c.own) > math.Abs(a.Parts[c.part].Shrunk-c.own)+1e-12 {
				t.Errorf("%s: own %v, county %v, small %v, large %v", Components[c.part], c.own, c.rate, a.Parts[c.part].Shrunk, b.Parts[c.part].Shrunk)
			}
		}
		k.IncidencePriorWorkers, k.ResolutionPriorLeads = 0, 0
		if a, b := k.Of(small, county), k.Of(large, county); a.Index != b.Index {
			t.Errorf("without shrinkage %v and %v", a.Index, b.Index)
		}
	})
}

// putRight returns the figures with one subject put right, as far as it counts in a unit: wages paid in time, safeguards
// in force, leads resolved, no warning, order or incident.
func putRight(f Figures, s Subject) Figures {
	f = clone(f)
	for i := range f.Monitored {
		if m := &f.Monitored[i]; m.Subject == s {
			m.InArrears, m.Unpaid, m.ArrearsFen = false, false, 0
		}
	}
	for i := range f.Money {
		if m := &f.Money[i]; m.Subject == s {
			m.PromptFen = m.DueFen
		}
	}
	for i := range f.Guarded {
		if g := &f.Guarded[i]; g.Subject == s {
			g.Held = float64(g.Asked)
		}
	}
	for i := range f.Leads {
		if l := &f.Leads[i]; l.Subject == s {
			l.InTime = l.Due
		}
	}
	f.Incidents = slices.DeleteFunc(f.Incidents, func(other Subject) bool { return other == s })
	f.Warned = slices.DeleteFunc(f.Warned, func(w Warned) bool { return w.Subject == s })
	return f
}

func TestWhatWouldRaiseAnIndexIsWhatARecountGives(t *testing.T) {
	named := 0
	worlds(t, func(t *testing.T, _ *rand.Rand, f Figures) {
		k := constants()
		k.LeastWorkers = 1
		for _, row := range Compute(f, k) {
			last := math.Inf(1)
			for _, g := range row.Worst {
				named++
				s := Subject{g.Scope, g.ID}
				right := byCode(Compute(putRight(f, s), k))[row.Code]
				if right.Score.Index != g.Index || g.Gain != tenth(g.Index-row.Score.Index) || g.Gain <= 0 {
					t.Errorf("%s at %.1f: %s put right gives %.1f, said to be %+v", row.Code, row.Score.Index, g.ID, right.Score.Index, g)
				}
				if g.Gain > last {
					t.Errorf("%s: %s raises by %.1f and stands behind %.1f", row.Code, g.ID, g.Gain, last)
				}
				last = g.Gain
			}
			if len(row.Worst) > worstShown {
				t.Errorf("%s names %d subjects", row.Code, len(row.Worst))
			}
		}
	})
	if named < 100 {
		t.Errorf("only %d subjects were named: the worlds show nothing", named)
	}
}

// crew is a healthy township of n workers on one project.
func crew(f *Figures, township, project string, from, n int) {
	s := Subject{catalog.Project, project}
	if f.Townships == nil {
		f.Townships, f.Names = map[Subject]string{}, map[Subject]string{}
	}
	f.Townships[s], f.Names[s] = township, project
	for w := range n {
		f.Monitored = append(f.Monitored, Monitored{Subject: s, Township: township, Worker: workerKey(from + w)})
	}
}

func TestATownshipWithoutTroubleHasAFullIndex(t *testing.T) {
	var f Figures
	crew(&f, "331024001", "P1", 0, 30)
	for _, row := range Compute(f, constants()) {
		if row.Score.Index != 100 || row.Score.Light != Green || row.Grey || len(row.Worst) != 0 {
			t.Errorf("%s: %+v", row.Code, row)
		}
	}
}

func TestFewerThan30MonitoredWorkersAreGreyAndUnranked(t *testing.T) {
	var f Figures
	crew(&f, "331024001", "P1", 0, 29)
	crew(&f, "331024002", "P2", 100, 30)
	rows := byCode(Compute(f, constants()))
	if r := rows["331024001"]; !r.Grey || r.Published() || r.Score.Light != Grey || r.Rank != 0 || r.RankedOf != 0 || len(r.Worst) != 0 {
		t.Errorf("29 workers: %+v", r)
	}
	if r := rows["331024002"]; r.Grey || r.Rank != 1 || r.RankedOf != 1 {
		t.Errorf("30 workers: %+v", r)
	}
	if r := rows["331024"]; r.Grey || r.Tally.Workers != 59 {
		t.Errorf("the county: %+v", r)
	}
}

func TestAStaleIndexIsNotPublished(t *testing.T) {
	var f Figures
	crew(&f, "331024001", "P1", 0, 50)
	f.Stale = true
	for _, r := range Compute(f, constants()) {
		if r.Published() || !r.Stale || r.Score.Light != Grey || r.Rank != 0 {
			t.Errorf("%+v", r)
		}
	}
}

func TestEqualUnitsShareARankAndTheNextOneIsLeftOut(t *testing.T) {
	var f Figures
	crew(&f, "331024001", "P1", 0, 50)
	crew(&f, "331024002", "P2", 100, 50)
	crew(&f, "331024003", "P3", 200, 60) // as safe, with more workers: before the two
	crew(&f, "331024004", "P4", 300, 50)
	crew(&f, "331022001", "P5", 400, 40)
	f.Warned = append(f.Warned, Warned{Subject: Subject{catalog.Project, "P4"}, Township: "331024004", Level: catalog.Red})
	rows := byCode(Compute(f, constants()))
	for code, want := range map[string][4]int{
		"331024003": {1, 4, 1, 5}, "331024001": {2, 4, 2, 5}, "331024002": {2, 4, 2, 5}, "331024004": {4, 4, 5, 5}, "331022001": {1, 1, 4, 5},
		"331022": {1, 2, 0, 0}, "331024": {2, 2, 0, 0}, "3310": {},
	} {
		r := rows[code]
		if got := [4]int{r.Rank, r.RankedOf, r.RankPrefecture, r.RankedInPrefecture}; got != want {
			t.Errorf("%s (index %.1f): rank %v, want %v", code, r.Score.Index, got, want)
		}
	}
}

func TestCapsHoldWithTheGraverFirst(t *testing.T) {
	p1 := Subject{catalog.Project, "P1"}
	for _, c := range []struct {
		name   string
		change func(*Figures)
		index  float64
		light  Light
		reason string
	}{
		{"an unmet order caps at 84.9", func(f *Figures) {
			f.Warned = []Warned{{Subject: p1, Township: "331024001", OrderUnmet: true}}
		}, 84.9, Yellow, "order_unmet"},
		{"a group incident caps at 69.9", func(f *Figures) { f.Incidents = []Subject{p1} }, 69.9, Red, "group_incident"},
		{"both cap at 69.9", func(f *Figures) {
			f.Warned = []Warned{{Subject: p1, Township: "331024001", OrderUnmet: true}}
			f.Incidents = []Subject{p1}
		}, 69.9, Red, "group_incident"},
		{"an incident that names no subject caps its township", func(f *Figures) {
			f.Incidents = []Subject{{catalog.Township, "331024001"}}
		}, 69.9, Red, "group_incident"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var f Figures
			crew(&f, "331024001", "P1", 0, 50)
			crew(&f, "331024002", "P2", 100, 50)
			c.change(&f)
			rows := byCode(Compute(f, constants()))
			for _, code := range []string{"331024001", "331024", "3310"} {
				if s := rows[code].Score; s.Index != c.index || s.Light != c.light || s.Reason != c.reason || s.Uncapped != 100 {
					t.Errorf("%s: %+v", code, s)
				}
			}
			if s := rows["331024002"].Score; s.Index != 100 || s.Cap != 0 {
				t.Errorf("the neighbour: %+v", s)
			}
		})
	}
}

func TestAWorkerOnTwoTownshipsCountsOnceInTheCounty(t *testing.T) {
	var f Figures
	crew(&f, "331024001", "P1", 0, 40)
	crew(&f, "331024002", "P2", 20, 40) // twenty of them work on both
	f.Warned = []Warned{
		{Subject: Subject{catalog.Project, "P1"}, Township: "331024001", Level: catalog.Red},
		{Subject: Subject{catalog.Project, "P2"}, Township: "331024002", Level: catalog.Yellow},
	}
	for i := range f.Monitored {
		f.Monitored[i].InArrears = f.Monitored[i].Worker == workerKey(25)
	}
	county := byCode(Compute(f, constants()))["331024"].Tally
	if county.Workers != 60 || county.RedWorkers != 40 || county.YellowWorkers != 20 || county.ArrearsWorkers != 1 {
		t.Errorf("%+v", county)
	}
}
