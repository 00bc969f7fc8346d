package console

import (
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// unitAnswer is a township, county or prefecture. Of one beside one's own there is its rank, and no figures.
type unitAnswer struct {
	Unit             string `json:"unit"` // township, county or prefecture
	Code             string `json:"code"`
	Name             string `json:"name"`
	Place            string `json:"place"` // with the divisions above it
	County           string `json:"county"`
	Prefecture       string `json:"prefecture"`
	Rank             uint32 `json:"rank"` // a township in its county, a county in its prefecture; 0 unranked
	RankedOf         uint32 `json:"ranked_of"`
	RankPrefecture   uint32 `json:"rank_prefecture"`
	RankedPrefecture uint32 `json:"ranked_prefecture"`
	RankOnly         bool   `json:"rank_only"`
	*UnitFigures
	*WarningCounts
}

// UnitFigures are what the index says of a unit.
type UnitFigures struct {
	Index            *float64 `json:"index"` // null when grey
	Uncapped         *float64 `json:"uncapped"`
	Light            string   `json:"light"`
	Stale            bool     `json:"stale"`
	Cap              *float64 `json:"cap"`
	CapReason        string   `json:"cap_reason"`
	Change           *float64 `json:"change"` // against compared_with; null where either has no index of the same form
	MonitoredWorkers uint32   `json:"monitored_workers"`
	ArrearsWorkers   uint32   `json:"arrears_workers"` // owed wages beyond grace
	ArrearsFen       int64    `json:"arrears_fen"`
	EstimatedFen     int64    `json:"estimated_fen"` // of arrears_fen; 0 in editions, which tell no estimates
	LateWorkers      uint32   `json:"late_workers"`  // no longer owed, but paid late in the window
	SilentWorkers    uint32   `json:"silent_workers"`
	Unaccounted      uint32   `json:"unaccounted_workers"`
	Closed           uint32   `json:"closed"` // wages closed with a supervisor's approval
	Form             uint8    `json:"form"`   // of the index
}

// WarningCounts are the active warnings in a unit.
type WarningCounts struct {
	Red    int `json:"red"`
	Yellow int `json:"yellow"`
}

// editionUnit is a unit as an edition has it: without the warnings of today.
func (c *Console) editionUnit(u *Unit) unitAnswer {
	one := unitAnswer{
		Unit: u.Level, Code: u.Code, Name: u.Name, Place: c.regions.Path(u.Code), County: u.County, Prefecture: u.Prefecture, RankOnly: u.RankOnly,
		Rank: u.Rank, RankedOf: u.RankedOf, RankPrefecture: u.RankPrefecture, RankedPrefecture: u.RankedPrefecture,
	}
	if u.RankOnly {
		return one
	}
	one.UnitFigures = &UnitFigures{
		Index: u.Index, Uncapped: u.Uncapped, Light: lightClass(u.Light), Stale: u.Stale, Cap: u.Cap, CapReason: u.CapReason,
		MonitoredWorkers: u.MonitoredWorkers, ArrearsWorkers: u.ArrearsWorkers, ArrearsFen: u.ArrearsFen, EstimatedFen: u.EstimatedFen,
		LateWorkers: u.LateWorkers, SilentWorkers: u.SilentWorkers, Unaccounted: u.Unaccounted, Closed: u.Closed, Form: u.Form,
	}
	if u.HasChange() {
		moved := u.Moved()
		one.Change = &moved
	}
	return one
}

func (c *Console) unitAnswer(u *Unit) unitAnswer {
	one := c.editionUnit(u)
	if !u.RankOnly {
		one.WarningCounts = &WarningCounts{u.Red, u.Yellow}
	}
	return one
}

// comparisonAnswer is what changes are measured against: an edition, or an earlier run while there is none.
type comparisonAnswer struct {
	AsOf    civil.Date `json:"as_of"`
	Edition uint32     `json:"edition"` // 0: an earlier run
}

func (v *View) comparedWith() *comparisonAnswer {
	if v.Previous == nil {
		return nil
	}
	return &comparisonAnswer{v.Previous.AsOf, v.Previous.Edition}
}

// lightsAnswer counts units by their light.
func lightsAnswer(counts []lightCount) map[string]int {
	all := map[string]int{}
	for _, one := range counts {
		all[one.Light] = one.Count
	}
	return all
}

type unitsAnswer struct {
	ofRun
	ComparedWith *comparisonAnswer `json:"compared_with"`
	Lights       map[string]int    `json:"lights"` // of the units chosen but for the light asked for
	Total        int               `json:"total"`
	Units        []unitAnswer      `json:"units"`
	Unplaced     []Unplaced        `json:"unplaced"` // subjects of which nobody knows in which township they are
}

func (c *Console) unitsAnswer(r *request) (answer, error) {
	d := c.ranking(r, 0)
	return answer{json: unitsAnswer{r.view.run(), r.view.comparedWith(), lightsAnswer(d.Lights), d.Pager.Total, each(d.Rows, c.unitAnswer), list(d.Unplaced)}}, nil
}

// componentAnswer is one part of the index. Points add up to the index before the cap.
type componentAnswer struct {
	Component   string   `json:"component"`
	Weight      float64  `json:"weight"`
	Score       float64  `json:"score"`
	Points      float64  `json:"points"`
	Numerator   float64  `json:"numerator"`
	Denominator float64  `json:"denominator"`
	Scored      float64  `json:"scored"` // the rate or share that was scored
	Moved       *float64 `json:"moved"`  // what it adds to the change, in points
}

// pointAnswer is a unit's index on the as-of date of a run.
type pointAnswer struct {
	AsOf  civil.Date `json:"as_of"`
	Index *float64   `json:"index"`
	Light string     `json:"light"`
	Rank  uint32     `json:"rank"`
}

type unitDetailAnswer struct {
	ofRun
	ComparedWith *comparisonAnswer `json:"compared_with"`
	Unit         unitAnswer        `json:"unit"`
	Components   []componentAnswer `json:"components"`
	CapMoved     *float64          `json:"cap_moved"`      // what the cap adds to the change, in points
	Lost         []Loss            `json:"lost"`           // every point lost; with lost_elsewhere they add up to 100 less the index
	Elsewhere    float64           `json:"lost_elsewhere"` // by subjects of other departments, which an officer of one is not told
	Raise        []Worst           `json:"raise"`          // the index if one of these subjects alone were put right
	Trend        []pointAnswer     `json:"trend"`          // oldest first
	Townships    int               `json:"townships"`
	Units        []unitAnswer      `json:"units"` // those next below
	Rates        []rateAnswer      `json:"rates"`
}

func (c *Console) unitDetailAnswer(r *request) (answer, error) {
	d, err := c.unit(r)
	if err != nil {
		return answer{}, err
	}
	one := unitDetailAnswer{
		ofRun: r.view.run(), ComparedWith: r.view.comparedWith(), Unit: c.unitAnswer(d.Unit), Lost: list(d.Unit.Lost), Elsewhere: d.Unit.LostElsewhere, Raise: list(d.Unit.Worst), Trend: []pointAnswer{},
		Townships: d.Townships, Units: each(d.Children, c.unitAnswer), Rates: each(d.Rates, c.rateAnswer),
		Components: each(d.Components, func(row componentRow) componentAnswer {
			part := componentAnswer{row.ID, row.Weight, row.Score, row.Points, row.Numerator, row.Denominator, row.Scored, nil}
			if d.Moved {
				part.Moved = &row.Moved
			}
			return part
		}),
	}
	if d.Moved {
		one.CapMoved = &d.MovedCap
	}
	for _, p := range d.Unit.Trend {
		if p.Light != "" { // the unit was in the run
			one.Trend = append(one.Trend, pointAnswer(p))
		}
	}
	return answer{json: one}, nil
}

// stepAnswer is one component of an index worked out.
type stepAnswer struct {
	Component    string       `json:"component"`
	Weight       float64      `json:"weight"`
	Points       float64      `json:"points"`
	Rule         catalog.Text `json:"rule"`         // how it is scored, with the numbers in force
	Calculations []string     `json:"calculations"` // in figures; none where there is nothing to judge by
}

type explanationAnswer struct {
	ofRun
	Unit  unitAnswer   `json:"unit"`
	Steps []stepAnswer `json:"steps"`
	Sum   string       `json:"sum"`
}

func (c *Console) explanationAnswer(r *request) (answer, error) {
	d, err := c.explanation(r)
	if err != nil {
		return answer{}, err
	}
	steps := each(d.Steps, func(s explainStep) stepAnswer {
		return stepAnswer{s.Row.ID, s.Row.Weight, s.Row.Points, inBoth(func(l locale) string { return l.rule(s.Row.ID, c.rules) }), list(s.Calculations)}
	})
	return answer{json: explanationAnswer{r.view.run(), c.unitAnswer(d.Unit), steps, d.Sum}}, nil
}

// inBoth writes a text in both languages.
func inBoth(write func(locale) string) catalog.Text {
	return catalog.Text{ZH: write(chinese), EN: write(english)}
}
