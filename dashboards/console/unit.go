package console

import (
	"math"

	"github.com/anxin-project/anxin/internal/access"
	"github.com/anxin-project/anxin/internal/catalog"
	"github.com/anxin-project/anxin/internal/edition"
)

// unitData is the page of a township, county or prefecture: where it stands, why, and what would raise it.
type unitData struct {
	Unit       *Unit
	Path       string
	Above      []*Unit
	Components []componentRow
	Uncapped   *float64
	CapEffect  float64 // index less uncapped: 0 or below
	Moved      bool    // there is a previous index to compare with
	MovedCap   float64
	MovedTotal float64
	Widest     float64 // the largest single movement
	Raise      []Worst
	Warnings   []*Warning
	More       int // active warnings not listed here
	Townships  int
	Children   []*Unit
	History    []Point // newest first
	Rates      []rateRow
}

type componentRow struct {
	Component
	Left       bool    // out of the index: no exposure
	WeightText float64 // the three as shown: they add up exactly
	Earned     float64
	Lost       float64
	Moved      float64
}

const unitWarnings = 20

func (c *Console) unitPage(r *request) (answer, error) {
	d, err := c.unit(r)
	if err != nil {
		return answer{}, err
	}
	return answer{template: "unit", title: d.Unit.Name, data: d}, nil
}

// unit gathers what there is to say of the unit that the address names.
func (c *Console) unit(r *request) (*unitData, error) {
	code := r.http.PathValue("code")
	u := r.view.unit[code]
	if u == nil || u.RankOnly {
		return nil, errNotFound
	}
	d := &unitData{Unit: u, Path: c.regions.Path(code), Uncapped: u.Uncapped, Raise: u.Worst, Townships: u.townships}
	if d.Path == "" {
		d.Path = u.Name
	}
	for _, above := range []string{u.Prefecture, u.County} {
		if a := r.view.unit[above]; a != nil && a != u && !a.RankOnly {
			d.Above = append(d.Above, a)
		}
	}
	d.explain(u)
	d.Rates = rateRows(r.view.rates, code)
	for _, w := range r.view.Warnings {
		if w.Township == code || w.County == code || len(code) == 4 && prefectureOf(r.view, w) == code {
			if len(d.Warnings) < unitWarnings {
				d.Warnings = append(d.Warnings, w)
			} else {
				d.More++
			}
		}
	}
	for _, child := range r.view.Units {
		if u.Level == "prefecture" && child.Level == "county" && child.Prefecture == code ||
			u.Level == "county" && child.Level == "township" && child.County == code {
			d.Children = append(d.Children, child)
		}
	}
	sortUnits(d.Children, "rank", false, true)
	for i := len(u.Trend) - 1; i >= 0 && len(d.History) < 12; i-- {
		if u.Trend[i].Light != "" {
			d.History = append(d.History, u.Trend[i])
		}
	}
	return d, nil
}

// unitObject is what a route about a place touches.
func (c *Console) unitObject(r *request) (access.Object, error) {
	code := r.http.PathValue("code")
	if r.all == nil || r.all.unit[code] == nil {
		return access.Object{}, errNotFound
	}
	return access.Object{Place: code}, nil
}

func prefectureOf(v *View, w *Warning) string {
	if t := v.unit[w.Township]; t != nil {
		return t.Prefecture
	}
	if len(w.County) >= 4 {
		return w.County[:4]
	}
	return ""
}

// explain splits the index and its change into components so that the figures shown add up exactly.
func (d *unitData) explain(u *Unit) {
	var weights, points []float64
	for _, c := range u.Components {
		d.Components = append(d.Components, componentRow{Component: c, Left: c.Weight == 0})
		weights, points = append(weights, c.Weight), append(points, c.Points)
	}
	if u.Uncapped == nil || u.Index == nil {
		return
	}
	d.CapEffect = tenths(*u.Index) - tenths(*u.Uncapped)
	weights, points = apportion(weights, 100), apportion(points, *u.Uncapped)
	for i := range d.Components {
		row := &d.Components[i]
		row.WeightText, row.Earned, row.Lost = weights[i], points[i], tenths(weights[i]-points[i])
	}
	if u.Previous == nil {
		return
	}
	change := edition.Compare([]edition.Unit{u.Previous.asEdition()}, []edition.Unit{u.asEdition()})[0]
	if change.Moved == nil {
		return
	}
	d.Moved, d.MovedTotal = true, *change.Moved
	for _, part := range change.Parts {
		d.Widest = math.Max(d.Widest, math.Abs(part.Points))
		if part.Component == edition.Cap {
			d.MovedCap = part.Points
		}
		for i := range d.Components {
			if d.Components[i].ID == part.Component {
				d.Components[i].Moved = part.Points
			}
		}
	}
}

// raw says a component's raw figures in words.
func (l locale) raw(c Component) string {
	if c.Denominator == 0 {
		return message(l, "component.none")
	}
	switch c.ID {
	case "incidence":
		return fill(l, "raw.incidence", l.count(int64(c.Numerator), catalog.Workers), l.count(int64(c.Denominator), catalog.Workers), fixed(c.Shrunk*10_000, 1))
	case "timeliness":
		return fill(l, "raw.timeliness", l.yuan(int64(c.Denominator)), l.yuan(int64(c.Numerator)), l.percent(c.Shrunk))
	case "safeguards":
		return fill(l, "raw.safeguards", fixed(c.Denominator, 0), fixed(c.Numerator, 0), l.percent(c.Shrunk))
	case "resolution":
		return fill(l, "raw.resolution", fixed(c.Denominator, 0), fixed(c.Numerator, 0), l.percent(c.Shrunk))
	case "hazard":
		return fill(l, "raw.hazard", l.count(int64(c.Denominator), catalog.Workers), fixed(c.Numerator, 1), l.percent(c.Shrunk))
	}
	return fixed(c.Numerator, 1) + " / " + fixed(c.Denominator, 1)
}
