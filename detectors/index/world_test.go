package index

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/anxin-project/anxin/internal/domain/catalog"
)

// constants of the national policy, as the index is designed.
func constants() Constants {
	return Constants{
		WindowDays: 90, GraceDays: 7, LateDays: 30,
		Weight:         map[Component]float64{Arrears: 40, Timeliness: 20, Safeguards: 15, Resolution: 10, Hazard: 15},
		ArrearsCurve:   Curve{{0, 100}, {0.002, 90}, {0.0084, 60}, {0.02, 30}, {0.05, 12}, {0.2, 5}, {1, 0}},
		ArrearsCushion: 100, LateWeight: 0.3,
		TimelinessCurve:   Curve{{0, 0}, {0.8, 20}, {1, 100}},
		ResolutionCushion: 5, HazardRed: 1, HazardYellow: 0.4, LeastWorkers: 30, LeastOwed: 3, StaleDays: 7,
		CapIncident: 69.9, CapIncidentPeople: 50, CapSilentMonths: 69.9, CapSilent: 84.9, SilentShare: 0.1, SilentLeast: 10, CapOrder: 84.9,
		Green: 85, Yellow: 70,
	}
}

// townships of two counties of one prefecture, and of another prefecture.
var townships = []string{"331024001", "331024002", "331024003", "331022001", "522601001"}

func workerKey(n int) (key [16]byte) {
	copy(key[:], fmt.Sprintf("%016d", n))
	return key
}

var safeguardNames = slices.Sorted(maps.Keys(safeguardActs))

// randomWorld draws figures as Load reads them.
func randomWorld(r *rand.Rand) Figures {
	f := Figures{Names: map[Subject]string{}, Townships: map[Subject]string{}, Closed: map[Subject]int{}, Stale: map[string]bool{}}
	crew := 1 + r.IntN(60)
	bad := []float64{0, 0.01, 0.1, 0.5, 1}[r.IntN(5)]
	for n := range 1 + r.IntN(12) {
		s := Subject{catalog.Project, fmt.Sprintf("P%d", n)}
		employer := fmt.Sprintf("E%d", r.IntN(4))
		if r.IntN(6) == 0 {
			s = Subject{catalog.Employer, fmt.Sprintf("F%d", n)}
			employer = s.ID
		}
		f.Names[s], f.Townships[s] = "name of "+s.ID, townships[r.IntN(len(townships))]
		d := Due{Subject: s}
		for w := range r.IntN(crew) {
			m := Worker{Subject: s, Employer: employer, Key: workerKey(r.IntN(200)*7 + w)}
			d.Months += 3
			if r.Float64() < bad {
				switch r.IntN(5) {
				case 0:
					m.Owed, m.OwedFen = Owing(1+r.IntN(7)), r.Int64N(1_000_000)
					d.Unpaid += 1 + r.Int64N(3*million)
				case 1:
					m.PaidLate = true
					d.Unpaid += 1 + r.Int64N(million)
				case 2:
					m.Owed, m.OwedFen = Unlisted, 600_000
					m.EstimateFen = m.OwedFen
					d.Unlisted += million
				case 3:
					m.Silent = uint32(1 + r.IntN(3))
					d.Silent += million
				default:
					m.Unaccounted = true
				}
			}
			f.Workers = append(f.Workers, m)
		}
		if d.Months > 0 {
			f.Due = append(f.Due, d)
		}
		if s.Scope == catalog.Project && r.IntN(4) > 0 {
			g := Guarded{Subject: s, Workers: 1 + r.IntN(50)}
			for _, name := range safeguardNames {
				if r.IntN(5) > 0 {
					g.Safeguards = append(g.Safeguards, Safeguard{name, []float64{1, 1, 1, 0, r.Float64()}[r.IntN(5)]})
				}
			}
			f.Guarded = append(f.Guarded, g)
		}
		for range max(0, r.IntN(6)-2) {
			f.Leads = append(f.Leads, Lead{Subject: s, ID: fmt.Sprintf("L%d", len(f.Leads)), Late: []Lateness{"", "", NotAccepted, PastTerm, Unverified, ResolvedLate}[r.IntN(6)]})
		}
		if r.IntN(15) == 0 {
			f.Incidents = append(f.Incidents, Incident{Subject: s, ID: "I" + s.ID})
		}
		if r.IntN(4) == 0 {
			w := Warned{Subject: s, Township: f.Townships[s], Level: []catalog.Level{"", catalog.Yellow, catalog.Red}[r.IntN(3)], OrderUnmet: r.IntN(5) == 0}
			if w.Level != "" {
				w.Detectors = []string{"feed-missing"}
			}
			f.Warned = append(f.Warned, w)
		}
		if r.IntN(8) == 0 {
			f.Closed[s] = 1 + r.IntN(3)
		}
	}
	for n := range 4 { // warnings about employers, where they are registered
		if r.IntN(6) == 0 {
			s := Subject{catalog.Employer, fmt.Sprintf("E%d", n)}
			f.Townships[s] = townships[r.IntN(len(townships))]
			f.Warned = append(f.Warned, Warned{Subject: s, Township: f.Townships[s], Level: catalog.Yellow, Detectors: []string{"employer-distress"}})
		}
	}
	return f
}

// worlds runs a property over many seeded worlds and names the seed that breaks it.
func worlds(t *testing.T, property func(t *testing.T, r *rand.Rand, f Figures)) {
	t.Helper()
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 7))
		property(t, r, randomWorld(r))
		if t.Failed() {
			t.Fatalf("in the world of seed %d", seed)
		}
	}
}

func clone(f Figures) Figures {
	f.Workers, f.Due, f.Guarded = slices.Clone(f.Workers), slices.Clone(f.Due), slices.Clone(f.Guarded)
	f.Leads, f.Incidents, f.Warned = slices.Clone(f.Leads), slices.Clone(f.Incidents), slices.Clone(f.Warned)
	for i := range f.Guarded {
		f.Guarded[i].Safeguards = slices.Clone(f.Guarded[i].Safeguards)
	}
	f.Townships = maps.Clone(f.Townships)
	return f
}

func byCode(rows []Row) map[string]Row {
	all := map[string]Row{}
	for _, r := range rows {
		all[r.Code] = r
	}
	return all
}

// neverLower fails where a unit's index is lower afterwards, or hidden by then.
func neverLower(t *testing.T, what string, before, after []Row) {
	t.Helper()
	was := byCode(before)
	for _, now := range after {
		b, ok := was[now.Code]
		if ok && now.Score.Index < b.Score.Index {
			t.Errorf("%s: %s falls from %.1f to %.1f\nbefore %+v\nafter  %+v", what, now.Code, b.Score.Index, now.Score.Index, b.Score.Parts, now.Score.Parts)
		}
	}
}

// crew is a township of n workers on one project who were paid for three months.
func crew(f *Figures, township, project string, from, n int) {
	s := Subject{catalog.Project, project}
	if f.Townships == nil {
		f.Townships, f.Names = map[Subject]string{}, map[Subject]string{}
	}
	f.Townships[s], f.Names[s] = township, project
	for w := range n {
		f.Workers = append(f.Workers, Worker{Subject: s, Key: workerKey(from + w)})
	}
	f.Due = append(f.Due, Due{Subject: s, Months: 3 * n})
	f.Guarded = append(f.Guarded, Guarded{Subject: s, Workers: n, Safeguards: []Safeguard{{"account", 1}, {"deposit", 1}, {"gate", 1}}})
}

// unpaid lets the first n workers of a project go unpaid for some months.
func unpaid(f *Figures, project string, n, months int) {
	for i := range f.Workers {
		if w := &f.Workers[i]; w.Subject.ID == project && n > 0 {
			w.Owed, w.OwedFen = Listed, int64(months)*600_000
			n--
			for d := range f.Due {
				if f.Due[d].Subject == w.Subject {
					f.Due[d].Unpaid += int64(months) * million
				}
			}
		}
	}
}
