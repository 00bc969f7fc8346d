package risk

import (
	"cmp"
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Trial is how odds did on rows that they were not fitted to.
type Trial struct {
	On          string  `yaml:"on"`
	Rows        int     `yaml:"rows"`
	Subjects    int     `yaml:"subjects"`
	Events      int     `yaml:"events"`
	Yellow      Figures `yaml:"yellow"`
	Red         Figures `yaml:"red"`
	Calibration float64 `yaml:"calibration_error"`
	Bands       []Band  `yaml:"reliability,omitempty"`
}

// Figures of warnings at a threshold. Intervals hold nine of ten resamplings of the subjects.
type Figures struct {
	Odds            float64    `yaml:"from_odds"`
	Warnings        int        `yaml:"warnings"`
	Right           int        `yaml:"followed"`
	Precision       float64    `yaml:"precision"`
	PrecisionWithin [2]float64 `yaml:"precision_within,flow"`
	Recall          float64    `yaml:"recall"`
	RecallWithin    [2]float64 `yaml:"recall_within,flow"`
	LeadDays        int        `yaml:"median_lead_days"`
	PerHundred      float64    `yaml:"per_100_subjects_a_month"`
}

// Band is a range of odds, with how often the outcome came.
type Band struct {
	Odds  float64 `yaml:"mean_odds"`
	Came  float64 `yaml:"came"`
	Count int     `yaml:"rows"`
}

// How warnings are judged, as anxin backtest does by the pay day.
const (
	horizonDays = 90  // within which the pay day must come
	foreseeDays = 120 // before a pay day, within which a warning has foreseen it
)

type subject struct {
	world string
	scope catalog.Scope
	id    string
}

// try measures odds of rows. foreseeable leaves out subjects whose arrears came out of nothing, where that is known; nil takes all.
func try(on string, rows []Row, odds []float64, yellow, red float64, foreseeable func(Row) bool) Trial {
	t := Trial{On: on, Rows: len(rows)}
	of := map[subject][]int{}
	for i, r := range rows {
		s := subject{r.World, r.Scope, r.ID}
		of[s] = append(of[s], i)
	}
	t.Subjects = len(of)
	for _, places := range of {
		slices.SortFunc(places, func(a, b int) int { return cmp.Compare(rows[a].AsOf, rows[b].AsOf) })
	}
	t.Yellow, t.Events = figures(rows, odds, of, yellow, foreseeable)
	t.Red, _ = figures(rows, odds, of, red, foreseeable)
	t.Bands, t.Calibration = reliability(rows, odds)
	return t
}

// tally is what became of one subject.
type tally struct {
	warnings, right, events, foreseen int
	lead                              int
	months                            float64
}

// figures judges warnings from a threshold on. A subject's event is the first pay day whose wages were owed 30 days later.
func figures(rows []Row, odds []float64, of map[subject][]int, threshold float64, foreseeable func(Row) bool) (f Figures, events int) {
	f.Odds = threshold
	var last civil.Date
	for i := range rows {
		if rows[i].Known {
			last = max(last, rows[i].AsOf)
		}
	}
	subjects := slices.SortedFunc(maps.Keys(of), func(a, b subject) int {
		return cmp.Or(cmp.Compare(a.world, b.world), cmp.Compare(a.scope, b.scope), cmp.Compare(a.id, b.id))
	})
	tallies := make([]tally, len(subjects))
	var leads []int
	months := 0.0
	for i, s := range subjects {
		tallies[i] = judge(rows, odds, of[s], threshold, last, foreseeable)
		t := tallies[i]
		f.Warnings, f.Right, events, months = f.Warnings+t.warnings, f.Right+t.right, events+t.events, months+t.months
		if t.foreseen > 0 {
			leads = append(leads, t.lead)
		}
	}
	f.Precision, f.Recall = shares(tallies, nil)
	if len(leads) > 0 {
		slices.Sort(leads)
		f.LeadDays = leads[len(leads)/2]
	}
	if months > 0 {
		f.PerHundred = 100 * float64(f.Warnings) / months
	}
	f.PrecisionWithin, f.RecallWithin = intervals(tallies)
	return f, events
}

// judge tells what became of the warnings about one subject; places are its rows in the order of dates, last the last date of which
// the outcome is known.
func judge(rows []Row, odds []float64, places []int, threshold float64, last civil.Date, foreseeable func(Row) bool) (t tally) {
	var event civil.Date
	for _, i := range places {
		if r := rows[i]; !r.Open && r.Days > 0 {
			event = r.AsOf.AddDays(r.Days)
			break
		}
	}
	counted := event != 0 && event > rows[places[0]].AsOf && event <= last.AddDays(AheadDays) && (foreseeable == nil || foreseeable(rows[places[0]]))
	if counted {
		t.events = 1
	}
	judged := last.AddDays(AheadDays - horizonDays) // the last day of which the outcome of the horizon is known
	on := false
	for k, i := range places {
		r := rows[i]
		if k > 0 {
			t.months += float64(r.AsOf-rows[places[k-1]].AsOf) / 30.44
		}
		open := odds[i] >= threshold
		if open && !on && !r.Open {
			if counted && r.AsOf < event && int(event-r.AsOf) <= foreseeDays && t.foreseen == 0 {
				t.foreseen, t.lead = 1, int(event-r.AsOf)
			}
			if r.AsOf <= judged && k > 0 {
				t.warnings++
				if r.Days > 0 && r.Days <= horizonDays {
					t.right++
				}
			}
		}
		on = open
	}
	return t
}

// shares are precision and recall over tallies, those at the places drawn where there are any.
func shares(tallies []tally, drawn []int) (precision, recall float64) {
	var sum tally
	add := func(t tally) {
		sum.warnings, sum.right, sum.events, sum.foreseen = sum.warnings+t.warnings, sum.right+t.right, sum.events+t.events, sum.foreseen+t.foreseen
	}
	if drawn == nil {
		for _, t := range tallies {
			add(t)
		}
	}
	for _, i := range drawn {
		add(tallies[i])
	}
	if sum.warnings > 0 {
		precision = float64(sum.right) / float64(sum.warnings)
	}
	if sum.events > 0 {
		recall = float64(sum.foreseen) / float64(sum.events)
	}
	return precision, recall
}

// intervals draws subjects anew, always in the same way.
func intervals(tallies []tally) (precision, recall [2]float64) {
	const draws = 200
	random := rand.New(rand.NewPCG(1, uint64(len(tallies))))
	var precisions, recalls []float64
	drawn := make([]int, len(tallies))
	for range draws {
		for i := range drawn {
			drawn[i] = random.IntN(len(tallies))
		}
		p, r := shares(tallies, drawn)
		precisions, recalls = append(precisions, p), append(recalls, r)
	}
	slices.Sort(precisions)
	slices.Sort(recalls)
	return [2]float64{precisions[draws/20], precisions[draws-1-draws/20]}, [2]float64{recalls[draws/20], recalls[draws-1-draws/20]}
}

// reliability sets odds against what came, of rows whose outcome is known, in tenths of odds; the error is the mean distance,
// weighted by rows.
func reliability(rows []Row, odds []float64) (bands []Band, wrong float64) {
	var sums [10]Band
	n := 0
	for i, r := range rows {
		if r.Open || !r.Known {
			continue
		}
		b := &sums[min(int(odds[i]*10), 9)]
		b.Count++
		b.Odds += odds[i]
		if r.Outcome {
			b.Came++
		}
		n++
	}
	for _, b := range sums {
		if b.Count == 0 {
			continue
		}
		b.Odds /= float64(b.Count)
		b.Came /= float64(b.Count)
		wrong += math.Abs(b.Odds-b.Came) * float64(b.Count) / float64(n)
		bands = append(bands, b)
	}
	return bands, wrong
}

// learnable leaves of rows those that a fit may learn from.
func learnable(rows []Row, scope catalog.Scope) []Row {
	var out []Row
	for _, r := range rows {
		if r.Scope == scope && r.Known && !r.Open {
			out = append(out, r)
		}
	}
	return out
}

// groups parts rows so that no subject, employer or county stands in two of them: as few as there have to be. Where that leaves
// fewer than three, counties may be shared.
func groups(rows []Row) []int {
	for _, byCounty := range []bool{true, false} {
		parent := map[string]string{}
		var find func(string) string
		find = func(k string) string {
			if p, ok := parent[k]; ok && p != k {
				parent[k] = find(p)
				return parent[k]
			}
			parent[k] = k
			return k
		}
		for _, r := range rows {
			id, keys := find("id "+r.ID), []string{"employer " + r.Employer}
			if byCounty {
				keys = append(keys, "county "+r.County)
			}
			for _, k := range keys {
				parent[find(k)] = find(id)
			}
		}
		number, out := map[string]int{}, make([]int, len(rows))
		for i, r := range rows {
			root := find("id " + r.ID)
			if _, ok := number[root]; !ok {
				number[root] = len(number)
			}
			out[i] = number[root]
		}
		if len(number) >= 3 || !byCounty {
			return out
		}
	}
	return nil
}
