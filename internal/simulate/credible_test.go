package simulate

import (
	"testing"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

// standing is who is owed wages a week after their day to pay, by township; small turnovers are taken from who left lately.
type standing struct{ workers, owed map[string]int }

func (w *World) standing(d civil.Date) standing {
	s := standing{map[string]int{}, map[string]int{}}
	add := func(one *site) {
		seen := map[int32]bool{}
		for i := range one.slips {
			if one.slips[i].dueBy+7 <= d {
				seen[one.slips[i].seq] = true
			}
		}
		s.workers[one.township] += len(one.crew) + 3*len(one.exits)
		s.owed[one.township] += len(seen)
	}
	for _, p := range w.projects {
		add(&p.site)
	}
	for _, b := range w.businesses {
		add(b)
	}
	return s
}

// rate is the share of a county's workers who are owed; of the whole area where county is "".
func (s standing) rate(county string) float64 {
	workers, owed := 0, 0
	for t, n := range s.workers {
		if county == "" || t[:6] == county {
			workers += n
			owed += s.owed[t]
		}
	}
	return float64(owed) / float64(workers)
}

// lastMonths runs a world and returns how it stood at the last six month ends.
func lastMonths(t *testing.T, seed uint64, rates Rates) (*World, []standing) {
	o := options(t, "county", false, &rates)
	o.Seed = seed
	w, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	var months []standing
	for w.Today() < w.opt.To {
		if err := w.Day(t.Context(), func(Record) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if d := w.Today(); d == d.Month().Last() && d > w.opt.To-190 {
			months = append(months, w.standing(d))
		}
	}
	return w, months
}

// In a county a few workers in a thousand are owed wages, in one that is badly off one or two in a hundred; they are on few
// sites, and on the same ones the month after.
func TestTheUsualWorldIsAsInLife(t *testing.T) {
	const seeds = 5
	all, stayed, went := 0.0, 0, 0
	for seed := uint64(1); seed <= seeds; seed++ {
		w, months := lastMonths(t, seed, UsualRates())
		worst := 0.0
		for _, county := range w.opt.Scale.Counties {
			mean := 0.0
			for _, m := range months {
				mean += m.rate(county) / float64(len(months))
			}
			if mean > 0.025 {
				t.Errorf("seed %d: %.2f%% of the workers of %s are owed", seed, 100*mean, county)
			}
			worst = max(worst, mean)
		}
		if worst < 0.003 {
			t.Errorf("seed %d: even in the county that is worst off only %.2f%% are owed", seed, 100*worst)
		}
		for i, m := range months {
			all += m.rate("") / float64(seeds*len(months))
			many, small := 0, 0
			for town, n := range m.workers {
				if m.owed[town]*100 > n*4 {
					many++
				}
				if n < 30 {
					small++
				}
				if m.owed[town] > 2 && i+1 < len(months) {
					if months[i+1].owed[town] > 2 {
						stayed++
					} else {
						went++
					}
				}
			}
			if many > 8 || small > 5 {
				t.Errorf("seed %d: of %d townships %d owe more than 4%% of their workers and %d have less than 30", seed, len(m.workers), many, small)
			}
		}
	}
	t.Logf("%.2f%% are owed; of the townships that owe three or more %d do and %d do not the month after", 100*all, stayed, went)
	if all < 0.0015 || all > 0.008 {
		t.Errorf("%.2f%% of the workers are owed, want 0.15 to 0.8", 100*all)
	}
	if stayed < 2*went {
		t.Errorf("of the townships that owe three or more only %d still do the month after, %d do not", stayed, went)
	}
}

func TestAWorseWorldIsWorse(t *testing.T) {
	for seed := uint64(1); seed <= 2; seed++ {
		_, usual := lastMonths(t, seed, UsualRates())
		_, worse := lastMonths(t, seed, WorseRates())
		a, b := 0.0, 0.0
		for i := range usual {
			a += usual[i].rate("")
			b += worse[i].rate("")
		}
		if b < 3*a || b/float64(len(worse)) > 0.1 {
			t.Errorf("seed %d: %.2f%% are owed, usually %.2f%%", seed, 100*b/float64(len(worse)), 100*a/float64(len(usual)))
		}
	}
}
