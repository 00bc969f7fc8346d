package ranking

import (
	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// UnitsAnswer is what GET /api/v1/units answers.
type UnitsAnswer struct {
	view.OfRun
	ComparedWith *view.ComparisonAnswer `json:"compared_with"`
	Lights       map[string]int         `json:"lights"` // of the units chosen but for the light asked for
	Total        int                    `json:"total"`
	Units        []view.UnitAnswer      `json:"units"`
	Unplaced     []view.Unplaced        `json:"unplaced"` // subjects of which nobody knows in which township they are
}

// UnitsAnswer answers GET /api/v1/units.
func (p *Pages) UnitsAnswer(r *web.Request) (web.Answer, error) {
	d := p.ranking(r, 0)
	return web.Answer{JSON: UnitsAnswer{r.View.OfRun(), r.View.ComparedWith(), view.LightsAnswer(d.Lights), d.Pager.Total, view.Each(d.Rows, p.Answers.Unit), view.List(d.Unplaced)}}, nil
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

// UnitDetailAnswer is what GET /api/v1/units/{code} answers.
type UnitDetailAnswer struct {
	view.OfRun
	ComparedWith *view.ComparisonAnswer `json:"compared_with"`
	Unit         view.UnitAnswer        `json:"unit"`
	Components   []componentAnswer      `json:"components"`
	CapMoved     *float64               `json:"cap_moved"`      // what the cap adds to the change, in points
	Lost         []view.Loss            `json:"lost"`           // every point lost; with lost_elsewhere they add up to 100 less the index
	Elsewhere    float64                `json:"lost_elsewhere"` // by subjects of other departments, which an officer of one is not told
	Raise        []view.Worst           `json:"raise"`          // the index if one of these subjects alone were put right
	Trend        []pointAnswer          `json:"trend"`          // oldest first
	Townships    int                    `json:"townships"`
	Units        []view.UnitAnswer      `json:"units"` // those next below
	Rates        []view.RateAnswer      `json:"rates"`
}

// UnitDetailAnswer answers GET /api/v1/units/{code}.
func (p *Pages) UnitDetailAnswer(r *web.Request) (web.Answer, error) {
	d, err := p.unit(r)
	if err != nil {
		return web.Answer{}, err
	}
	one := UnitDetailAnswer{
		OfRun: r.View.OfRun(), ComparedWith: r.View.ComparedWith(), Unit: p.Answers.Unit(d.Unit), Lost: view.List(d.Unit.Lost), Elsewhere: d.Unit.LostElsewhere, Raise: view.List(d.Unit.Worst), Trend: []pointAnswer{},
		Townships: d.Townships, Units: view.Each(d.Children, p.Answers.Unit), Rates: view.Each(d.Rates, p.Answers.Rate),
		Components: view.Each(d.Components, func(row componentRow) componentAnswer {
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
	for _, point := range d.Unit.Trend {
		if point.Light != "" { // the unit was in the run
			one.Trend = append(one.Trend, pointAnswer(point))
		}
	}
	return web.Answer{JSON: one}, nil
}

// stepAnswer is one component of an index worked out.
type stepAnswer struct {
	Component    string       `json:"component"`
	Weight       float64      `json:"weight"`
	Points       float64      `json:"points"`
	Rule         catalog.Text `json:"rule"`         // how it is scored, with the numbers in force
	Calculations []string     `json:"calculations"` // in figures; none where there is nothing to judge by
}

// ExplanationAnswer is what GET /api/v1/units/{code}/explanation answers.
type ExplanationAnswer struct {
	view.OfRun
	Unit  view.UnitAnswer `json:"unit"`
	Steps []stepAnswer    `json:"steps"`
	Sum   string          `json:"sum"`
}

// ExplanationAnswer answers GET /api/v1/units/{code}/explanation.
func (p *Pages) ExplanationAnswer(r *web.Request) (web.Answer, error) {
	d, err := p.explanation(r)
	if err != nil {
		return web.Answer{}, err
	}
	steps := view.Each(d.Steps, func(s explainStep) stepAnswer {
		return stepAnswer{s.Row.ID, s.Row.Weight, s.Row.Points, language.InBoth(func(l language.Locale) string { return ruleOf(l, s.Row.ID, p.Rules) }), view.List(s.Calculations)}
	})
	return web.Answer{JSON: ExplanationAnswer{r.View.OfRun(), p.Answers.Unit(d.Unit), steps, d.Sum}}, nil
}
