package ranking

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/edition"
)

// UnitData is the page of a township, county or prefecture: where it stands, why, and what would raise it.
type UnitData struct {
	Unit       *view.Unit
	Path       string
	Above      []*view.Unit
	Components []componentRow
	Uncapped   *float64
	CapEffect  float64 // index less uncapped: 0 or below
	Moved      bool    // there is a previous index to compare with
	MovedCap   float64
	MovedTotal float64
	Widest     float64    // the largest single movement
	Raise      []raiseRow // every subject that lost points, most first
	Rest       []raiseRow // of them those that the page folds away
	RestLost   float64
	Warnings   []*view.Warning
	More       int // active warnings not listed here
	Townships  int
	Children   []*view.Unit
	History    []view.Point // newest first
	Rates      []view.RateRow
	Neighbours []*view.Unit // the ranked townships of the county, for the head of one of them
}

type componentRow struct {
	view.Component
	Form       uint8
	Owed, Late uint32  // workers of the unit
	Left       bool    // out of an index of the first form: no exposure
	WeightText float64 // the three as shown: they add up exactly
	Earned     float64
	Lost       float64
	Moved      float64
}

const unitWarnings = 20

// raiseRow is a subject that lost points: for what, what regains them, and the index if it alone were put right.
type raiseRow struct {
	Scope, ID, Name string
	Lost            float64
	IfFixed         *float64
	Gain            float64
	Losses          []view.Loss
}

// raiseShown is how many of them a page shows at once.
const raiseShown = 15

// UnitPage is the page at /townships/{code} and /units/{code}.
func (p *Pages) UnitPage(r *web.Request) (web.Answer, error) {
	if code := r.HTTP.PathValue("code"); r.View.ByCode[code] == nil && code == r.Person().Territory {
		return web.Answer{Redirect: "/ranking"}, nil // nobody is watched there yet
	}
	d, err := p.unit(r)
	if err != nil {
		return web.Answer{}, err
	}
	return web.Answer{Template: "unit", Title: d.Unit.Name, Data: d}, nil
}

// unit gathers what there is to say of the unit that the address names.
func (p *Pages) unit(r *web.Request) (*UnitData, error) {
	code := r.HTTP.PathValue("code")
	u := r.View.ByCode[code]
	if u == nil || u.RankOnly {
		return nil, web.ErrNotFound
	}
	d := &UnitData{Unit: u, Path: p.Regions.Path(code), Uncapped: u.Uncapped, Raise: raise(u), Townships: u.Townships}
	if d.Path == "" {
		d.Path = u.Name
	}
	for _, above := range []string{u.Prefecture, u.County} {
		if a := r.View.ByCode[above]; a != nil && a != u && !a.RankOnly {
			d.Above = append(d.Above, a)
		}
	}
	if n := len(d.Raise); n > raiseShown {
		d.Raise, d.Rest = d.Raise[:raiseShown], d.Raise[raiseShown:]
		for _, row := range d.Rest {
			d.RestLost = language.Tenths(d.RestLost + row.Lost)
		}
	}
	d.Explain(u)
	d.Rates = view.RateRows(r.View.Rates, code)
	for _, w := range r.View.Warnings {
		if w.Township == code || w.County == code || len(code) == 4 && view.PrefectureOf(r.View, w) == code {
			if len(d.Warnings) < unitWarnings {
				d.Warnings = append(d.Warnings, w)
			} else {
				d.More++
			}
		}
	}
	for _, child := range r.View.Units {
		if u.Level == "prefecture" && child.Level == "county" && child.Prefecture == code ||
			u.Level == "county" && child.Level == "township" && child.County == code {
			d.Children = append(d.Children, child)
		}
	}
	view.SortUnits(d.Children, "rank", false, true)
	if r.Person().Territory == code {
		for _, other := range r.View.Units {
			if other.Level == u.Level && other.County == u.County && other.Rank > 0 {
				d.Neighbours = append(d.Neighbours, other)
			}
		}
		view.SortUnits(d.Neighbours, "rank", false, true)
	}
	for i := len(u.Trend) - 1; i >= 0 && len(d.History) < 12; i-- {
		if u.Trend[i].Light != "" {
			d.History = append(d.History, u.Trend[i])
		}
	}
	return d, nil
}

// UnitObject is what a route about a place touches.
func (p *Pages) UnitObject(r *web.Request) (access.Object, error) {
	code := r.HTTP.PathValue("code")
	if r.All == nil || r.All.ByCode[code] == nil && code != r.Person().Territory {
		return access.Object{}, web.ErrNotFound
	}
	return access.Object{Place: code}, nil
}

// raise groups what a unit lost by subject, those that cost most first. An index of the first form tells for some subjects what
// putting them right would give, and no more.
func raise(u *view.Unit) []raiseRow {
	var rows []raiseRow
	at := map[string]int{}
	row := func(scope, id, name string) *raiseRow {
		key := view.SubjectKey(scope, id)
		i, known := at[key]
		if !known {
			i = len(rows)
			at[key] = i
			rows = append(rows, raiseRow{Scope: scope, ID: id, Name: name})
		}
		return &rows[i]
	}
	for _, l := range u.Lost {
		one := row(l.Scope, l.ID, l.Name)
		one.Lost = language.Tenths(one.Lost + l.Points)
		one.Losses = append(one.Losses, l)
	}
	for _, w := range u.Worst {
		one := row(w.Scope, w.ID, w.Name)
		one.IfFixed, one.Gain = w.Index, w.Gain
	}
	slices.SortStableFunc(rows, func(a, b raiseRow) int { return cmp.Or(-cmp.Compare(a.Lost, b.Lost), -cmp.Compare(a.Gain, b.Gain)) })
	return rows
}

// lossLine says for what points were lost, what regains them, and whose act that is.
func (p *Pages) lossLine(l language.Locale, one view.Loss) string {
	what := l.Word("act", one.Act)
	switch {
	case len(one.Detectors) > 0:
		titles := make([]string, len(one.Detectors))
		for i, id := range one.Detectors {
			titles[i] = p.Detectors.Header(id).Title.In(string(l))
		}
		what += language.Message(l, "list.colon") + strings.Join(titles, language.Message(l, "list.comma"))
	case one.Lead != "":
		what += " " + one.Lead
	}
	text := language.Fill(l, "unit.act_line", l.Word("component", one.Component), language.Fixed(one.Points, 1), what, l.Word("actor", one.By))
	if one.Until != nil {
		text += language.Message(l, "list.semicolon") + language.Fill(l, "unit.act_until", l.Date(*one.Until+1))
	}
	return text
}

func rowOf(u *view.Unit, c view.Component) componentRow {
	return componentRow{Component: c, Left: c.Weight == 0, Form: u.Form, Late: u.LateWorkers, Owed: u.ArrearsWorkers}
}

// Explain splits the index and its change into components so that the figures shown add up exactly.
func (d *UnitData) Explain(u *view.Unit) {
	var weights, points []float64
	for _, c := range u.Components {
		d.Components = append(d.Components, rowOf(u, c))
		weights, points = append(weights, c.Weight), append(points, c.Points)
	}
	if u.Uncapped == nil || u.Index == nil {
		return
	}
	d.CapEffect = language.Tenths(*u.Index) - language.Tenths(*u.Uncapped)
	if u.Form == 1 { // its points were rounded each for itself
		weights, points = language.Apportion(weights, 100), language.Apportion(points, *u.Uncapped)
	}
	for i := range d.Components {
		row := &d.Components[i]
		row.WeightText, row.Earned, row.Lost = weights[i], points[i], language.Tenths(weights[i]-points[i])
	}
	if u.Previous == nil {
		return
	}
	change := edition.Compare([]edition.Unit{u.Previous.AsEdition()}, []edition.Unit{u.AsEdition()})[0]
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
func raw(l language.Locale, c componentRow) string {
	switch {
	case c.Denominator == 0:
		return language.Message(l, "component.none")
	case c.Form == 1:
		return language.Fill(l, "raw.plain", language.Fixed(c.Numerator, 1), language.Fixed(c.Denominator, 1))
	}
	switch c.ID {
	case "arrears":
		return language.Fill(l, "raw.arrears", l.Count(int64(c.Denominator), catalog.Workers), l.Count(int64(c.Owed), catalog.Workers), l.Count(int64(c.Late), catalog.Workers), language.Share(c.Scored))
	case "timeliness":
		return language.Fill(l, "raw.timeliness", language.Number(c.Denominator), language.Number(c.Numerator), l.Percent(c.Scored))
	case "safeguards":
		return language.Fill(l, "raw.safeguards", language.Fixed(c.Denominator, 0), language.Number(c.Numerator), l.Percent(c.Scored))
	case "resolution":
		return language.Fill(l, "raw.resolution", language.Fixed(c.Denominator, 0), language.Fixed(c.Numerator, 0))
	case "hazard":
		return language.Fill(l, "raw.hazard", l.Count(int64(c.Denominator), catalog.Workers), language.Number(c.Numerator), l.Percent(c.Scored))
	}
	return language.Fill(l, "raw.plain", language.Number(c.Numerator), language.Number(c.Denominator))
}
