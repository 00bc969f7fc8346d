// Package index computes the wage-safety index (安薪指数) of townships, counties and prefectures: 0 to 100, higher is
// safer. Load reads the raw figures of a date from a snapshot; Compute, a pure function, turns them into rows.
//
// Guarantees (tested as properties): an index lies within 0 and 100; paying an overdue wage never lowers it; a further
// warning never raises it; order of arrival and duplicates change nothing; the points of the components add up to the
// uncapped index exactly as shown.
package index

import (
	"math"
)

// Component names one of the five parts of the index.
type Component string

// The components in the order of their weights.
const (
	Incidence  Component = "incidence"  // 欠薪发生
	Timeliness Component = "timeliness" // 按时足额
	Safeguards Component = "safeguards" // 制度落实
	Resolution Component = "resolution" // 动态化解
	Hazard     Component = "hazard"     // 隐患
)

// Components lists them.
var Components = []Component{Incidence, Timeliness, Safeguards, Resolution, Hazard}

// Light is what people see first.
type Light string

// The lights; grey says that the sample is too small or the feed stale.
const (
	Green  Light = "green"
	Yellow Light = "yellow"
	Red    Light = "red"
	Grey   Light = "grey"
)

// Constants are the index's numbers from policy (section index).
type Constants struct {
	WindowDays            int
	GraceDays             int
	LateDays              int
	Weight                map[Component]float64
	IncidenceHalf         float64 // rate that halves the score
	IncidencePriorWorkers float64
	TimelinessFloor       float64
	ResolutionPriorLeads  float64
	ResolutionWorkdays    int
	HazardRed             float64
	HazardYellow          float64
	LeastWorkers          int
	StaleDays             int
	CapIncident           float64
	CapIncidentPeople     int
	CapOrder              float64
	Green                 float64
	Yellow                float64
	DepositShare          float64
	DepositWorkdays       int
	AccountDays           int
}

// Tally is what is counted in a unit: a township, county or prefecture.
type Tally struct {
	Workers        int     // monitored, distinct
	ArrearsWorkers int     // of them with wages in arrears
	DueFen         int64   // money that fell due in the window
	PromptFen      int64   // of it paid within grace
	Asked          float64 // safeguards asked of active projects, times workers
	Held           float64 // of them in force
	LeadsDue       int
	LeadsInTime    int
	RedWorkers     int // on subjects with a red payment or foresight warning
	YellowWorkers  int // on subjects with a yellow one and no red
	GroupIncident  bool
	OrderUnmet     bool
}

// Part is one component of a unit's index.
type Part struct {
	Component   Component
	Weight      float64 // rescaled over the components with exposure; 0 without
	Score       float64 // 0 to 100
	Points      float64 // weight times score in tenths of a point
	Numerator   float64
	Denominator float64
	Shrunk      float64 // the rate or share that was scored
}

// Score is the index of a unit from its tally; county is the tally it is shrunk towards (its own for a county or
// prefecture, which leaves it as it is).
type Score struct {
	Parts    []Part // in the order of Components
	Uncapped float64
	Index    float64
	Light    Light
	Cap      float64 // 0 when no cap applies
	Reason   string  // group_incident or order_unmet
}

// Of scores a tally.
func (k Constants) Of(t, county Tally) Score {
	parts := []Part{k.incidence(t, county), k.timeliness(t), k.safeguards(t), k.resolution(t, county), k.hazard(t)}
	total := 0.0
	for i := range parts {
		if parts[i].Denominator > 0 {
			parts[i].Weight = k.Weight[parts[i].Component]
			total += parts[i].Weight
		}
	}
	var s Score
	for i := range parts {
		if total > 0 {
			parts[i].Weight *= 100 / total
		}
		parts[i].Points = tenth(parts[i].Weight * parts[i].Score / 100)
		s.Uncapped = tenth(s.Uncapped + parts[i].Points)
	}
	// five points rounded up can pass 100 by a few tenths
	s.Uncapped = min(s.Uncapped, 100)
	s.Parts = parts
	s.Index = s.Uncapped
	switch {
	case t.GroupIncident:
		s.Cap, s.Reason = k.CapIncident, "group_incident"
	case t.OrderUnmet:
		s.Cap, s.Reason = k.CapOrder, "order_unmet"
	}
	if s.Cap > 0 {
		s.Index = min(s.Index, s.Cap)
	}
	s.Light = k.light(s.Index)
	return s
}

func (k Constants) light(index float64) Light {
	switch {
	case index >= k.Green:
		return Green
	case index >= k.Yellow:
		return Yellow
	}
	return Red
}

func (k Constants) incidence(t, county Tally) Part {
	p := Part{Component: Incidence, Numerator: float64(t.ArrearsWorkers), Denominator: float64(t.Workers)}
	if t.Workers == 0 {
		return p
	}
	rate := share(float64(county.ArrearsWorkers), float64(county.Workers))
	p.Shrunk = (p.Numerator + k.IncidencePriorWorkers*rate) / (p.Denominator + k.IncidencePriorWorkers)
	p.Score = 100 * math.Exp2(-p.Shrunk/k.IncidenceHalf)
	return p
}

func (k Constants) timeliness(t Tally) Part {
	p := Part{Component: Timeliness, Numerator: float64(t.PromptFen), Denominator: float64(t.DueFen)}
	if t.DueFen == 0 {
		return p
	}
	p.Shrunk = share(p.Numerator, p.Denominator)
	p.Score = 100 * min(1, max(0, (p.Shrunk-k.TimelinessFloor)/(1-k.TimelinessFloor)))
	return p
}

func (k Constants) safeguards(t Tally) Part {
	p := Part{Component: Safeguards, Numerator: t.Held, Denominator: t.Asked}
	if t.Asked == 0 {
		return p
	}
	p.Shrunk = min(1, share(t.Held, t.Asked))
	p.Score = 100 * p.Shrunk
	return p
}

func (k Constants) resolution(t, county Tally) Part {
	p := Part{Component: Resolution, Numerator: float64(t.LeadsInTime), Denominator: float64(t.LeadsDue)}
	if t.LeadsDue == 0 {
		return p
	}
	rate := share(float64(county.LeadsInTime), float64(county.LeadsDue))
	p.Shrunk = (p.Numerator + k.ResolutionPriorLeads*rate) / (p.Denominator + k.ResolutionPriorLeads)
	p.Score = 100 * p.Shrunk
	return p
}

func (k Constants) hazard(t Tally) Part {
	p := Part{
		Component:   Hazard,
		Numerator:   tenth(k.HazardRed*float64(t.RedWorkers) + k.HazardYellow*float64(t.YellowWorkers)),
		Denominator: float64(t.Workers),
	}
	if t.Workers == 0 {
		return p
	}
	p.Shrunk = min(1, share(p.Numerator, p.Denominator))
	p.Score = 100 * (1 - p.Shrunk)
	return p
}

func share(part, whole float64) float64 {
	if whole == 0 {
		return 0
	}
	return part / whole
}

// tenth rounds to what is shown: one decimal.
func tenth(v float64) float64 { return math.Round(v*10) / 10 }
