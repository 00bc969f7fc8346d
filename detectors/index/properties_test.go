package index

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/anxin-project/anxin/internal/domain/catalog"
)

// 1. No loss without a cause of one's own.
func TestWhoOwesNothingPaysInTimeAndHasEverythingInForceHas100(t *testing.T) {
	full := 0
	worlds(t, func(t *testing.T, _ *rand.Rand, f Figures) {
		const clean = "331024001"
		at := func(s Subject) bool { return f.at(s) == clean }
		warned := map[Subject]bool{}
		for i := range f.Workers {
			if w := &f.Workers[i]; at(w.Subject) {
				*w = Worker{Subject: w.Subject, Employer: w.Employer, Key: w.Key}
				warned[Subject{catalog.Employer, w.Employer}] = true
			}
		}
		for i := range f.Due {
			if d := &f.Due[i]; at(d.Subject) {
				d.Unpaid, d.Unlisted, d.Silent = 0, 0, 0
			}
		}
		for i := range f.Guarded {
			if g := &f.Guarded[i]; at(g.Subject) {
				for n := range g.Safeguards {
					g.Safeguards[n].Held = 1
				}
			}
		}
		for i := range f.Leads {
			if l := &f.Leads[i]; at(l.Subject) {
				l.Late = ""
			}
		}
		f.Incidents = slices.DeleteFunc(f.Incidents, func(i Incident) bool { return at(i.Subject) })
		f.Warned = slices.DeleteFunc(f.Warned, func(w Warned) bool { return at(w.Subject) || warned[w.Subject] })
		k := constants()
		k.LeastWorkers = 1
		if r, ok := byCode(Compute(f, k))[clean]; ok && r.Tally.Workers > 0 {
			full++
			if r.Score.Index != 100 || r.Score.Light != Green || len(r.Lost) > 0 || len(r.Gains) > 0 {
				t.Errorf("%+v", r)
			}
		}
	})
	if full < 50 {
		t.Errorf("%d townships were clean: the worlds show nothing", full)
	}
}

// 2. Independent.
func TestWhatHappensElsewhereChangesNothingButTheRank(t *testing.T) {
	worlds(t, func(t *testing.T, r *rand.Rand, f Figures) {
		const here = "331024001"
		before, ok := byCode(Compute(f, constants()))[here]
		if !ok {
			return
		}
		other := randomWorld(r) // its subjects are put into the other townships, with workers of their own and of here
		for i := range f.Workers {
			if w := &f.Workers[i]; f.at(w.Subject) != here {
				w.Owed, w.OwedFen, w.Silent = Listed, 1, 3
			}
		}
		for i := range f.Due {
			if d := &f.Due[i]; f.at(d.Subject) != here {
				d.Unpaid = int64(d.Months) * million
			}
		}
		rename := func(s Subject) Subject { return Subject{s.Scope, "other " + s.ID} }
		for s, at := range other.Townships {
			if at != here {
				f.Townships[rename(s)] = at
			}
		}
		for _, w := range other.Workers {
			if w.Subject = rename(w.Subject); f.Townships[w.Subject] != "" {
				w.Employer = "other " + w.Employer
				f.Workers = append(f.Workers, w)
			}
		}
		for _, l := range other.Leads {
			if l.Subject = rename(l.Subject); f.Townships[l.Subject] != "" {
				f.Leads = append(f.Leads, l)
			}
		}
		for s := range f.Townships {
			if f.at(s) != here && r.IntN(2) == 0 {
				f.Incidents = append(f.Incidents, Incident{Subject: s, ID: "I"})
			}
		}
		after := byCode(Compute(f, constants()))[here]
		before.Rank, before.RankedOf, before.RankPrefecture, before.RankedInPrefecture = after.Rank, after.RankedOf, after.RankPrefecture, after.RankedInPrefecture
		if !reflect.DeepEqual(before, after) {
			t.Errorf("was\n%+v, is\n%+v", before, after)
		}
	})
}

// 3. Silence never pays, as far as figures go: the same on the engine stands in detectors.
func TestSayingLessOfWhatIsOwedNeverRaisesAnIndex(t *testing.T) {
	worlds(t, func(t *testing.T, r *rand.Rand, f Figures) {
		before := Compute(f, constants())
		after := clone(f)
		for i := range after.Workers { // slips left out: the work is there without them
			if w := &after.Workers[i]; w.Owed&Listed != 0 && r.IntN(2) == 0 {
				w.Owed = w.Owed&^Listed | Unlisted
			}
		}
		for i := range after.Due {
			d := &after.Due[i]
			moved := r.Int64N(d.Unpaid + 1)
			d.Unpaid -= moved
			d.Unlisted += min(moved+r.Int64N(million), int64(d.Months)*million-d.missing())
		}
		for i := range after.Guarded {
			for n := range after.Guarded[i].Safeguards {
				if s := &after.Guarded[i].Safeguards[n]; r.IntN(3) == 0 {
					s.Held = 0
				}
			}
		}
		for i := range after.Leads {
			if l := &after.Leads[i]; l.Late == PastTerm || l.Late == NotAccepted {
				l.Late = Unverified
			}
		}
		neverLower(t, "saying it", Compute(after, constants()), before)
	})
}

// 4. Paying helps.
func TestPayingWhatIsOwedNeverLowersAnIndex(t *testing.T) {
	worlds(t, func(t *testing.T, r *rand.Rand, f Figures) {
		before := Compute(f, constants())
		for i, w := range f.Workers {
			if w.Owed == 0 || r.IntN(4) > 0 {
				continue
			}
			after := clone(f)
			paid := &after.Workers[i]
			paid.Owed, paid.OwedFen, paid.EstimateFen, paid.PaidLate = 0, 0, 0, r.IntN(2) == 0
			if r.IntN(3) == 0 { // who was there for what he was owed alone is not monitored any more
				after.Workers = slices.Delete(after.Workers, i, i+1)
			}
			neverLower(t, "paying", before, Compute(after, constants()))
		}
		for i, d := range f.Due {
			after := clone(f)
			after.Due[i].Unpaid -= r.Int64N(d.Unpaid + 1)
			neverLower(t, "paying within grace", before, Compute(after, constants()))
			after.Due[i].Months++ // undecided until it is paid: then due and paid in time at once
			neverLower(t, "paying within grace", before, Compute(after, constants()))
		}
	})
}

func TestOneMoreUnpaidWorkerNeverRaisesAnIndex(t *testing.T) {
	worlds(t, func(t *testing.T, r *rand.Rand, f Figures) {
		before := Compute(f, constants())
		for i, w := range f.Workers {
			if r.IntN(10) > 0 {
				continue
			}
			after := clone(f)
			if r.IntN(2) == 0 {
				w.Key = workerKey(1_000_000 + i) // a worker more
			}
			w.Owed |= Listed
			after.Workers = append(after.Workers, w)
			neverLower(t, "without the unpaid worker", Compute(after, constants()), before)
		}
	})
}

func TestPayingATenthOfTheArrearsIsAVisibleGainAtEveryLevel(t *testing.T) {
	for _, workers := range []int{40, 200, 1000, 10000} {
		for owed := 10; owed <= workers; owed += max(10, workers/50) {
			var before, after Figures
			crew(&before, "331024001", "P1", 0, workers)
			crew(&after, "331024001", "P1", 0, workers)
			unpaid(&before, "P1", owed, 1)
			unpaid(&after, "P1", owed-owed/10, 1)
			for i := range owed / 10 { // paid late all the same
				after.Workers[workers-1-i].PaidLate = true
				after.Due[0].Unpaid += million
			}
			b, a := Compute(before, constants())[0], Compute(after, constants())[0]
			if a.Score.Index <= b.Score.Index {
				t.Errorf("%d of %d owed: %.1f, and with a tenth of them paid %.1f", owed, workers, b.Score.Index, a.Score.Index)
			}
		}
	}
}

// 5. Fully explained.
func TestEveryPointLostIsANamedSubjects(t *testing.T) {
	named := 0
	worlds(t, func(t *testing.T, _ *rand.Rand, f Figures) {
		for _, row := range Compute(f, constants()) {
			if !row.Published() {
				continue
			}
			lost := map[Component]int{}
			all := 0
			for _, l := range row.Lost {
				named++
				n := int(math.Round(l.Points * 10))
				lost[l.Component] += n
				all += n
				if n <= 0 || l.ID == "" || l.Act == "" || l.By == "" || l.Points != tenth(l.Points) {
					t.Errorf("%s: %+v", row.Code, l)
				}
			}
			s := row.Score
			if want := int(math.Round((100 - s.Index) * 10)); all != want {
				t.Errorf("%s at %.1f: the losses add up to %d tenths, want %d", row.Code, s.Index, all, want)
			}
			if want := int(math.Round((s.Uncapped - s.Index) * 10)); lost[Cap] != want {
				t.Errorf("%s: the cap's losses add up to %d tenths, want %d", row.Code, lost[Cap], want)
			}
			for _, p := range s.Parts {
				if want := int(math.Round((p.Weight - p.Points) * 10)); lost[p.Component] != want {
					t.Errorf("%s: the losses of %s add up to %d tenths, want %d", row.Code, p.Component, lost[p.Component], want)
				}
			}
		}
	})
	if named < 1000 {
		t.Errorf("only %d losses were named: the worlds show nothing", named)
	}
}

// shares are the subjects' parts of the deficiency of each component, worked out worker by worker.
func shares(f Figures, k Constants, place string) map[Component]map[Subject]float64 {
	here := func(s Subject) bool { at := f.at(s); return len(at) >= len(place) && at[:len(place)] == place }
	all := map[Component]map[Subject]float64{}
	for _, c := range Components {
		all[c] = map[Subject]float64{}
	}
	levels := map[Subject]catalog.Level{}
	for _, w := range f.Warned {
		levels[w.Subject] = w.Level
	}
	owed, late := map[[16]byte]map[Subject]bool{}, map[[16]byte]map[Subject]bool{}
	hazard := map[[16]byte]map[Subject]float64{}
	for _, w := range f.Workers {
		if !here(w.Subject) {
			continue
		}
		if w.Owed != 0 {
			put(owed, w.Key, w.Subject, true)
		}
		if w.PaidLate {
			put(late, w.Key, w.Subject, true)
		}
		for _, s := range []Subject{w.Subject, {catalog.Employer, w.Employer}} {
			level := map[catalog.Level]float64{catalog.Red: k.HazardRed, catalog.Yellow: k.HazardYellow}[levels[s]]
			if s == w.Subject {
				if w.Owed != 0 || w.Silent != 0 {
					level = k.HazardRed
				}
				if w.Unaccounted {
					level = max(level, k.HazardYellow)
				}
			}
			if level > hazard[w.Key][s] {
				put(hazard, w.Key, s, level)
			}
		}
	}
	for key, on := range hazard {
		worst, times := 0.0, 0.0
		for _, level := range on {
			worst = max(worst, level)
		}
		for _, level := range on {
			if level == worst {
				times++
			}
		}
		for s, level := range on {
			if level == worst {
				all[Hazard][s] += worst / times
			}
		}
		_ = key
	}
	for _, on := range owed {
		for s := range on {
			all[Arrears][s] += 1 / float64(len(on))
		}
	}
	for key, on := range late {
		for s := range on {
			if len(owed[key]) == 0 {
				all[Arrears][s] += k.LateWeight / float64(len(on))
			}
		}
	}
	for _, d := range f.Due {
		if here(d.Subject) {
			all[Timeliness][d.Subject] += float64(d.missing())
		}
	}
	for _, g := range f.Guarded {
		for _, s := range g.Safeguards {
			if here(g.Subject) {
				all[Safeguards][g.Subject] += float64(g.Workers) * (1 - s.Held)
			}
		}
	}
	for _, l := range f.Leads {
		if here(l.Subject) && l.Late != "" {
			all[Resolution][l.Subject]++
		}
	}
	return all
}

func put[V any](in map[[16]byte]map[Subject]V, key [16]byte, s Subject, v V) {
	if in[key] == nil {
		in[key] = map[Subject]V{}
	}
	in[key][s] = v
}

func TestALossIsSharedByEachSubjectsPartOfTheDeficiency(t *testing.T) {
	k := constants()
	unit := map[Component]float64{Arrears: 1, Timeliness: 1, Safeguards: million, Resolution: 1, Hazard: 1}
	worlds(t, func(t *testing.T, _ *rand.Rand, f Figures) {
		for code, u := range gather(f) {
			parts := shares(f, k, code)
			score := k.Of(u.tally)
			shown := u.lost(f, k, score)
			for _, p := range score.Parts {
				sum := 0.0
				for _, v := range parts[p.Component] {
					sum += v
				}
				for _, s := range u.order {
					got := 0.0
					for _, l := range u.bySubject[s].losses(p.Component, k) {
						got += l.part / unit[p.Component]
					}
					if want := parts[p.Component][s]; math.Abs(got-want) > 1e-4*float64(1+u.tally.Workers) {
						t.Errorf("%s: %s has a part of %v in %s, want %v", code, s.ID, got, p.Component, want)
					}
				}
				for _, l := range shown {
					if exact := p.loss() * l.part / unit[p.Component] / sum; l.Component == p.Component && math.Abs(l.Points-exact) > 0.2 {
						t.Errorf("%s: %s shows %.1f lost, and it is %v", code, l.ID, l.Points, exact)
					}
				}
			}
		}
	})
}

// putRight returns the figures with one subject put right, as far as it counts in a unit.
func putRight(f Figures, s Subject) Figures {
	f = clone(f)
	for i := range f.Workers {
		if w := &f.Workers[i]; w.Subject == s {
			*w = Worker{Subject: s, Employer: w.Employer, Key: w.Key}
		}
	}
	for i := range f.Due {
		if d := &f.Due[i]; d.Subject == s {
			d.Unpaid, d.Unlisted, d.Silent = 0, 0, 0
		}
	}
	for i := range f.Guarded {
		if g := &f.Guarded[i]; g.Subject == s {
			for n := range g.Safeguards {
				g.Safeguards[n].Held = 1
			}
		}
	}
	f.Leads = slices.DeleteFunc(f.Leads, func(l Lead) bool { return l.Subject == s && l.Late == NotAccepted })
	for i := range f.Leads {
		if l := &f.Leads[i]; l.Subject == s {
			l.Late = ""
		}
	}
	f.Incidents = slices.DeleteFunc(f.Incidents, func(i Incident) bool { return i.Subject == s })
	f.Warned = slices.DeleteFunc(f.Warned, func(w Warned) bool { return w.Subject == s })
	return f
}

func TestTheIndexOfOneSubjectPutRightIsWhatARecountGives(t *testing.T) {
	named := 0
	worlds(t, func(t *testing.T, _ *rand.Rand, f Figures) {
		k := constants()
		k.LeastWorkers = 1
		for _, row := range Compute(f, k) {
			last := math.Inf(1)
			lost := map[Subject]bool{}
			for _, l := range row.Lost {
				lost[Subject{l.Scope, l.ID}] = true
			}
			if len(row.Gains) != len(lost) {
				t.Errorf("%s: %d subjects lost points, of %d it is said what they would give", row.Code, len(lost), len(row.Gains))
			}
			for _, g := range row.Gains {
				named++
				right := byCode(Compute(putRight(f, Subject{g.Scope, g.ID}), k))[row.Code]
				if right.Score.Index != g.Index || g.Gain != tenth(g.Index-row.Score.Index) || g.Gain < 0 || g.Gain > last {
					t.Errorf("%s at %.1f: %s put right gives %.1f, said to be %+v", row.Code, row.Score.Index, g.ID, right.Score.Index, g)
				}
				last = g.Gain
			}
		}
	})
	if named < 1000 {
		t.Errorf("only %d subjects were named: the worlds show nothing", named)
	}
}

// 6. Small places.
func TestOneOf60LeavesAPlaceGreenOrYellowAndHalfOfThemMakeItRed(t *testing.T) {
	for owed, red := range map[int]bool{1: false, 30: true} {
		var f Figures
		crew(&f, "331024001", "P1", 0, 60)
		unpaid(&f, "P1", owed, 1)
		if r := Compute(f, constants())[0]; (r.Score.Light == Red) != red || !r.Published() {
			t.Errorf("%d of 60 owed: %.1f, %s", owed, r.Score.Index, r.Score.Light)
		}
	}
}

// 7. Bounded; the order of figures changes nothing; what is shown adds up.
func TestAnIndexLiesBetween0And100AndItsPointsAddUp(t *testing.T) {
	worlds(t, func(t *testing.T, _ *rand.Rand, f Figures) {
		for _, row := range Compute(f, constants()) {
			tenths, weights := 0, 0.0
			for _, p := range row.Score.Parts {
				if p.Score < 0 || p.Score > 100 || math.IsNaN(p.Score) || p.Points < 0 || p.Points > p.Weight || p.Points != tenth(p.Points) {
					t.Errorf("%s: component %+v", row.Code, p)
				}
				if p.Score == 100 && p.Points != p.Weight {
					t.Errorf("%s: a full score of %s loses points: %+v", row.Code, p.Component, p)
				}
				if math.Abs(p.Points-p.Weight*p.Score/100) > 0.1 {
					t.Errorf("%s: %s shows %v points for weight %v and score %v", row.Code, p.Component, p.Points, p.Weight, p.Score)
				}
				tenths += int(math.Round(p.Points * 10))
				weights += p.Weight
			}
			if s := row.Score; s.Index < 0 || s.Index > 100 || s.Uncapped < s.Index || s.Uncapped > 100 || int(math.Round(s.Uncapped*10)) != tenths {
				t.Errorf("%s: index %v, uncapped %v, points add up to %d tenths", row.Code, s.Index, s.Uncapped, tenths)
			}
			if weights != 100 {
				t.Errorf("%s: weights add up to %v", row.Code, weights)
			}
		}
	})
}

func TestTheOrderOfFiguresAndWorkersGivenTwiceChangeNothing(t *testing.T) {
	worlds(t, func(t *testing.T, r *rand.Rand, f Figures) {
		f.Workers = slices.DeleteFunc(f.Workers, func(w Worker) bool { return w.OwedFen > 0 && r.IntN(2) == 0 })
		want, err := json.Marshal(Compute(f, constants()))
		if err != nil {
			t.Fatal(err)
		}
		after := clone(f)
		for _, w := range f.Workers {
			if w.OwedFen == 0 {
				after.Workers = append(after.Workers, w)
			}
		}
		r.Shuffle(len(after.Workers), reflect.Swapper(after.Workers))
		r.Shuffle(len(after.Due), reflect.Swapper(after.Due))
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
