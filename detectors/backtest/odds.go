package backtest

import (
	"math"
	"slices"

	"github.com/anxin-project/anxin/detectors/risk"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// riskDetector is the detector whose warnings tell odds.
const riskDetector = "arrears-risk"

// Stated are odds told of a subject on a date: that wages which fall due within risk.AheadDays days are owed when they count as arrears.
type Stated struct {
	Subject
	On   civil.Date
	Odds float64
}

// SubjectMonths judges months in which a warning stood about a subject that was not past due, each once: who visits a site once a
// month asks how many of such visits went to a true case.
type SubjectMonths struct {
	Months    int      `json:"months"`
	Followed  int      `json:"followed"` // a pay day whose wages became arrears came within the horizon
	Precision *float64 `json:"precision"`
}

// Odds are how honest the odds were that arrears-risk told, and what acting on them from different odds on would have cost.
type Odds struct {
	Told  int         `json:"told"`              // odds of subjects that were not past due, whose outcome is known
	Error *float64    `json:"calibration_error"` // mean distance between odds and what came, by tenths of odds
	Bands []OddsBand  `json:"reliability"`
	Cost  []CostPoint `json:"cost"`
}

// OddsBand is a tenth of odds.
type OddsBand struct {
	Mean float64 `json:"mean_odds"`
	Came float64 `json:"came"`
	Told int     `json:"told"`
}

// CostPoint is what visiting every subject once a month from some odds on costs and reaches.
type CostPoint struct {
	From     float64  `json:"from_odds"`
	Visits   int      `json:"visits"` // subject-months
	True     int      `json:"true"`
	Reached  int      `json:"pay_days_reached"` // visited before the pay day, at most foresee_days
	Share    *float64 `json:"share_of_pay_days"`
	Needless *float64 `json:"needless_visits_per_pay_day"`
}

// month names a subject's calendar month.
type month struct {
	Subject
	civil.Month
}

// came tells whether a pay day of those that a warning about a subject foretells came within so many days after a date, whether all
// of them were past due on the date, and whether that is known. j is by the pay day.
func (j *judgement) came(s Subject, on civil.Date, within int) (came, pastDue, known bool) {
	late, free := false, false
	for _, t := range append([]Subject{s}, j.targets[s]...) {
		at, already := j.spells[t].next(on)
		if already {
			late = true
			continue
		}
		free = free || j.pays[t]
		came = came || at < len(j.spells[t]) && int(j.spells[t][at].From-on) <= within
	}
	return came, late && !free, on.AddDays(within) <= j.End
}

// subjectMonths judges the months of warnings.
func (j *judgement) subjectMonths(episodes []Episode, within int) SubjectMonths {
	var out SubjectMonths
	seen := map[month]bool{}
	for _, e := range episodes {
		for _, d := range j.Dates {
			if d.On < e.OpenedOn || e.ClosedOn != nil && d.On >= *e.ClosedOn || e.Scope == catalog.Township {
				continue
			}
			m := month{e.Subject, d.On.Month()}
			if seen[m] {
				continue
			}
			came, pastDue, known := j.came(e.Subject, d.On, within)
			if pastDue || !known {
				continue
			}
			seen[m] = true
			out.Months++
			if came {
				out.Followed++
			}
		}
	}
	out.Precision = share(float64(out.Followed), float64(out.Months))
	return out
}

// odds judges what was told; j is by the pay day. Nil where nothing was told.
func (j *judgement) odds(r Rules) *Odds {
	if len(j.Stated) == 0 {
		return nil
	}
	out := &Odds{Bands: []OddsBand{}, Cost: []CostPoint{}}
	var sums [10]OddsBand
	for _, s := range j.Stated {
		came, pastDue, known := j.came(s.Subject, s.On, risk.AheadDays)
		if pastDue || !known {
			continue
		}
		b := &sums[min(int(s.Odds*10), 9)]
		b.Told++
		b.Mean += s.Odds
		if came {
			b.Came++
		}
		out.Told++
	}
	wrong := 0.0
	for _, b := range sums {
		if b.Told == 0 {
			continue
		}
		wrong += math.Abs(b.Mean - b.Came)
		b.Mean, b.Came = math.Round(1e3*b.Mean/float64(b.Told))/1e3, math.Round(1e3*b.Came/float64(b.Told))/1e3
		out.Bands = append(out.Bands, b)
	}
	out.Error = share(wrong, float64(out.Told))
	for from := 30; from <= 90; from += 10 {
		out.Cost = append(out.Cost, j.cost(float64(from)/100, r))
	}
	return out
}

func (j *judgement) cost(from float64, r Rules) CostPoint {
	c := CostPoint{From: from}
	visited, visits := map[month]bool{}, map[Subject][]civil.Date{}
	for _, s := range j.Stated {
		m := month{s.Subject, s.On.Month()}
		if s.Odds < from || visited[m] {
			continue
		}
		came, pastDue, known := j.came(s.Subject, s.On, r.HorizonDays)
		if pastDue {
			continue
		}
		visited[m] = true
		visits[s.Subject] = append(visits[s.Subject], s.On)
		if !known {
			continue
		}
		c.Visits++
		if came {
			c.True++
		}
	}
	for _, o := range j.outcomes {
		if slices.ContainsFunc(visits[o.Subject], func(on civil.Date) bool { return on < o.From && int(o.From-on) <= r.ForeseeDays }) {
			c.Reached++
		}
	}
	c.Share = share(float64(c.Reached), float64(len(j.outcomes)))
	c.Needless = share(float64(c.Visits-c.True), float64(c.Reached))
	return c
}

// baseline is the rule that some provinces go by: a wage that was due is still owed at the end of the next month. It is read from what
// happened, so it flatters the rule: every list is seen at once.
func (h History) baseline() []Episode {
	var all []Episode
	for subject, of := range spellsOf(h.Arrears) {
		for _, a := range of {
			on := (a.PayDay.Month() + 1).Last()
			if len(h.Dates) == 0 || on > h.Dates[len(h.Dates)-1].On || on <= h.Dates[0].On || a.To != nil && *a.To <= on {
				continue
			}
			all = append(all, Episode{Subject: subject, Detector: baselineID, Level: catalog.Red, OpenedOn: on, ClosedOn: a.To})
		}
	}
	return all
}

// baselineID is what the rule is called in the report.
const baselineID = "rule: unpaid by the end of the next month"
