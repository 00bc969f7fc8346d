// Package index computes the wage-safety index (安薪指数) of townships, counties and prefectures: 0 to 100, higher is
// safer. Load reads the figures of a date from a snapshot; Compute, a pure function, turns them into rows.
//
// Guarantees (tested as properties): an index lies within 0 and 100; a place whose subjects owe nothing, pay in time, have
// their safeguards in force and their leads handled in time has 100; what happens to subjects that have neither people nor
// leads here changes nothing but the rank; paying what is owed never lowers it; order of arrival and duplicates change
// nothing; points and weights add up exactly as shown, and every point lost is one of a named subject.
package index

import (
	"math"
)

// Form tells which definition of the index a row follows. Editions keep the form in which they were published: 1 drew the
// rates of small townships towards their county's, 2 lets every place stand for itself alone.
const Form = 2

// Component names one of the five parts of the index.
type Component string

// The components in the order in which pages show them.
const (
	Arrears    Component = "arrears"    // 欠薪
	Timeliness Component = "timeliness" // 按时足额
	Safeguards Component = "safeguards" // 制度落实
	Resolution Component = "resolution" // 动态化解
	Hazard     Component = "hazard"     // 隐患
)

// Components lists them.
var Components = []Component{Arrears, Timeliness, Safeguards, Resolution, Hazard}

// Cap stands beside the components where a loss is a cap's (限高分).
const Cap Component = "cap"

// Light is what people see first.
type Light string

// The lights; grey says that the sample is too small or the feed stale.
const (
	Green  Light = "green"
	Yellow Light = "yellow"
	Red    Light = "red"
	Grey   Light = "grey"
)

// Reason says why a cap applies.
type Reason string

// The reasons of caps.
const (
	GroupIncident Reason = "group_incident" // a group or extreme incident over arrears in the window
	SilentMonths  Reason = "silent_months"  // many silent workers for two ended wage months
	OrderUnmet    Reason = "order_unmet"    // an order to pay has run out unmet
	SilentWorkers Reason = "silent_workers" // many silent workers
)

// Constants are the index's numbers from policy (sections index and owed). Shares are 0 to 1.
type Constants struct {
	WindowDays        int
	GraceDays         int // what is unpaid so many days after the day to pay is owed
	LateDays          int
	Weight            map[Component]float64 // together 100
	ArrearsCurve      Curve                 // score by rate
	ArrearsCushion    float64               // paid workers that are added to everybody's monitored ones
	LateWeight        float64               // what a worker paid late counts of one who is owed
	TimelinessCurve   Curve                 // score by share
	ResolutionCushion float64               // leads in time that are added to everybody's
	AcceptWorkdays    int                   // terms of leads for the whole country, to be told; they are counted by those of their place
	ResolveWorkdays   int
	HazardRed         float64
	HazardYellow      float64
	HazardDetectors   []string
	DeveloperWarnings []string // whose end is the developer's act
	LeastWorkers      int      // fewer monitored workers are grey
	LeastOwed         int      // unless so many are owed
	StaleDays         int
	CapIncident       float64
	CapIncidentPeople int
	CapSilentMonths   float64
	CapSilent         float64
	SilentShare       float64 // so large a share of the monitored workers is many
	SilentLeast       int     // but not below so many
	CapOrder          float64
	Green             float64
	Yellow            float64
	AccountDays       int // after signing, by which the wage account is to be there
	ConnectDays       int // after the start, by which a project's feeds are to be connected
	ListsDays         int // after the day to pay, by which a pay list is to have come
	GateAliveDays     int
	Festivals         Festivals
}

// Festivals are the days around the Spring Festival in which no gate is expected to speak.
type Festivals struct {
	FirstDays []string // of the festivals, YYYY-MM-DD
	Before    int      // days before the first that do not count
	Days      int      // in all
}

// silentMonths bounds how many ended wage months silence is told apart for.
const silentMonths = 16

// Tally is what is counted in a unit: a township, county or prefecture.
type Tally struct {
	Workers     int   // monitored, distinct
	Owed        int   // of them owed wages beyond grace
	Late        int   // of them not owed, but paid late in the window
	Months      int   // worker-months that fell due in the window
	Missing     int64 // of them what was not paid within grace, in millionths of one
	Asked       int   // safeguards asked of active projects, times workers
	Held        int64 // of them in force, in millionths of one
	Leads       int   // to be handled in time
	LeadsInTime int
	Red         int // workers whose worst hazard is red: owed, silent, or on a subject with a red warning that counts
	Yellow      int // workers whose worst hazard is yellow
	Silent      int
	SilentIn    [silentMonths]int // by ended wage month, the latest first
	Incident    bool
	OrderUnmet  bool
}

// million is the unit of shares that are summed up: whole numbers add up to the same in any order.
const million = 1_000_000

// Part is one component of a unit's index.
type Part struct {
	Component   Component
	Weight      float64
	Score       float64 // 0 to 100; 100 where there is nothing to go by
	Points      float64 // what it adds to the index before a cap, in tenths
	Numerator   float64
	Denominator float64
	Scored      float64 // the rate or share that was scored
}

// Score is the index of a unit from its tally.
type Score struct {
	Parts    []Part // in the order of Components; their points add up to Uncapped
	Uncapped float64
	Index    float64
	Light    Light
	Cap      float64  // 0 when no cap applies
	Reasons  []Reason // of that cap
}

// Reason is the first of the reasons, empty when no cap applies.
func (s Score) Reason() Reason {
	if len(s.Reasons) == 0 {
		return ""
	}
	return s.Reasons[0]
}

// Of scores a tally.
func (k Constants) Of(t Tally) Score {
	s := Score{Parts: []Part{k.arrears(t), k.timeliness(t), k.safeguards(t), k.resolution(t), k.hazard(t)}}
	losses := make([]float64, len(s.Parts))
	total := 0.0
	for i := range s.Parts {
		p := &s.Parts[i]
		p.Weight = k.Weight[p.Component]
		losses[i] = p.loss()
		total += losses[i]
	}
	lost := int(math.Round(total * 10))
	for i, tenths := range apportion(losses, lost) {
		s.Parts[i].Points = tenth(s.Parts[i].Weight - float64(tenths)/10)
	}
	s.Uncapped = float64(1000-lost) / 10
	s.Index = s.Uncapped
	if s.Cap, s.Reasons = k.cap(t); s.Cap > 0 {
		s.Index = min(s.Index, s.Cap)
	}
	s.Light = k.light(s.Index)
	return s
}

// loss is what the component costs in points, exactly.
func (p Part) loss() float64 { return p.Weight * (100 - p.Score) / 100 }

// cap returns the lowest cap that applies and all of its reasons; 0 when none does.
func (k Constants) cap(t Tally) (least float64, reasons []Reason) {
	for _, one := range []struct {
		applies bool
		limit   float64
		reason  Reason
	}{
		{t.Incident, k.CapIncident, GroupIncident},
		{k.manySilentFor(t) >= 2, k.CapSilentMonths, SilentMonths},
		{t.OrderUnmet, k.CapOrder, OrderUnmet},
		{k.many(t.Silent, t.Workers), k.CapSilent, SilentWorkers},
	} {
		switch {
		case !one.applies:
		case least == 0 || one.limit < least:
			least, reasons = one.limit, []Reason{one.reason}
		case one.limit == least:
			reasons = append(reasons, one.reason)
		}
	}
	return least, reasons
}

// many tells whether silent workers are so many that a cap applies.
func (k Constants) many(silent, workers int) bool {
	return silent >= k.SilentLeast && silent > 0 && float64(silent) >= k.SilentShare*float64(workers)
}

// manySilentFor counts the wage months of which many workers are silent.
func (k Constants) manySilentFor(t Tally) (months int) {
	for _, silent := range t.SilentIn {
		if k.many(silent, t.Workers) {
			months++
		}
	}
	return months
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

func (k Constants) arrears(t Tally) Part {
	p := Part{Component: Arrears, Score: 100, Numerator: thousandth(float64(t.Owed) + k.LateWeight*float64(t.Late)), Denominator: float64(t.Workers)}
	if t.Workers > 0 {
		p.Scored = p.Numerator / (p.Denominator + k.ArrearsCushion)
		p.Score = k.ArrearsCurve.At(p.Scored)
	}
	return p
}

func (k Constants) timeliness(t Tally) Part {
	p := Part{Component: Timeliness, Score: 100, Numerator: thousandth(float64(int64(t.Months)*million-t.Missing) / million), Denominator: float64(t.Months)}
	if t.Months > 0 {
		p.Scored = float64(int64(t.Months)*million-t.Missing) / million / p.Denominator
		p.Score = k.TimelinessCurve.At(p.Scored)
	}
	return p
}

func (k Constants) safeguards(t Tally) Part {
	p := Part{Component: Safeguards, Score: 100, Numerator: thousandth(float64(t.Held) / million), Denominator: float64(t.Asked)}
	if t.Asked > 0 {
		p.Scored = min(1, float64(t.Held)/million/p.Denominator)
		p.Score = 100 * p.Scored
	}
	return p
}

func (k Constants) resolution(t Tally) Part {
	p := Part{Component: Resolution, Score: 100, Numerator: float64(t.LeadsInTime), Denominator: float64(t.Leads)}
	if t.Leads > 0 {
		p.Scored = (p.Numerator + k.ResolutionCushion) / (p.Denominator + k.ResolutionCushion)
		p.Score = 100 * p.Scored
	}
	return p
}

func (k Constants) hazard(t Tally) Part {
	p := Part{
		Component: Hazard, Score: 100, Denominator: float64(t.Workers),
		Numerator: thousandth(k.HazardRed*float64(t.Red) + k.HazardYellow*float64(t.Yellow)),
	}
	if t.Workers > 0 {
		p.Scored = min(1, p.Numerator/p.Denominator)
		p.Score = 100 * (1 - p.Scored)
	}
	return p
}

// tenth rounds to what is shown: one decimal.
func tenth(v float64) float64 { return math.Round(v*10) / 10 }

// thousandth clears what sums of tenths leave behind the last digit that counts.
func thousandth(v float64) float64 { return math.Round(v*1000) / 1000 }
