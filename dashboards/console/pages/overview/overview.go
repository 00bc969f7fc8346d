package overview

import (
	"cmp"
	"html/template"
	"slices"
	"strings"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/region"
	"github.com/anxin-project/anxin/internal/domain/verdict"
)

// figures are what is counted of a place.
type figures struct {
	Watched, People     uint64
	Fen, Estimated      int64
	Silent, Missing     uint64 // workers of whom nothing was heard
	Red, Yellow         int
	Likely              int
	Yesterday, Compared *earlier // nil: nothing to compare with
	Tally               view.Tally
	Cases               caseCounts
	Lights              []view.LightCount
}

// earlier are the figures of an earlier date that changes are told against.
type earlier struct {
	AsOf            civil.Date
	Edition         uint32
	Watched, People uint64
	Fen             int64
	Worse, Better   []move // townships whose light changed
}

// move is a township whose light is another one than it was.
type move struct {
	Unit     *view.Unit
	From, To string
}

// caseCounts counts cases that have not ended, each under the worst of its deadlines.
type caseCounts struct {
	Open, Late, Near, Running, Unknown int
	Stages                             []stageCount
}

type stageCount struct {
	Stage casefile.Stage
	Cases int
}

// area is a part of the place: a prefecture of a province, a county of a prefecture, a township of a county.
type area struct {
	Code, Name string
	Unit       *view.Unit // nil: nobody is watched there
	figures
	Tiles []tile // its townships
}

// tile is a township on the map of lights.
type tile struct {
	Code, Name, Light string
	Unit              *view.Unit // nil: nobody is watched there
}

// dueDay is what will be due on a day.
type dueDay struct {
	On        civil.Date `json:"on"`
	Deadlines int        `json:"deadlines"` // of cases
	Orders    int        `json:"orders"`    // of them orders to pay
	Projects  uint64     `json:"projects"`  // that have to pay wages
	Workers   uint64     `json:"workers"`   // on them
}

// overviewData is how a place stands.
type overviewData struct {
	Place, Name, Path string
	Level             string // province, prefecture or county
	figures
	Connected bool // to casework
	Unread    bool
	Bands     []view.OwedBand
	Exact     uint64 // people owed, each counted once in the whole place
	Areas     []area
	Counties  []area // with their townships, for the map of lights
	Map       template.HTML
	Opened    []*view.Warning // since yesterday, the worst first
	NewlyRed  []*view.Warning // since yesterday
	Ended     []*view.Warning
	Due       []dueDay
	Found     []foundCount // of the active warnings in the place, what people found of them
	Unplaced  int
	Failing   int
	Grace     int
	Today     civil.Date
}

// foundCount counts warnings by what people found of them; Kind is a verdict's, or none.
type foundCount struct {
	Kind     string
	Warnings int
}

// unanswered stands for a warning of which nobody has said anything, as the list of warnings asks for it.
const unanswered = "none"

// answered counts the active warnings of a place by what people found of them.
func answered(v *view.View, code string) []foundCount {
	all := []foundCount{{Kind: unanswered}}
	for _, kind := range verdict.Kinds {
		all = append(all, foundCount{Kind: string(kind)})
	}
	for _, w := range v.Warnings {
		if !w.In(code) {
			continue
		}
		kind := unanswered
		if w.Verdict != nil {
			kind = string(w.Verdict.Kind)
		}
		for i := range all {
			if all[i].Kind == kind {
				all[i].Warnings++
			}
		}
	}
	return all
}

// openedShown is how many of the new red warnings the page shows itself.
const openedShown = 8

// OverviewPage is the page at /overview.
func (p *Pages) OverviewPage(r *web.Request) (web.Answer, error) {
	return p.page(r, "overview")
}

// page shows an overview; that of a township is the township's own page.
func (p *Pages) page(r *web.Request, template string) (web.Answer, error) {
	if code := place(r); len(code) == digits["township"] {
		return web.Answer{Redirect: "/townships/" + code}, nil
	}
	d, err := p.overview(r)
	if err != nil {
		return web.Answer{}, err
	}
	return web.Answer{Template: template, Title: language.Fill(r.Lang, "overview.title", d.Name), Data: d}, nil
}

// WallPage is the page at /overview/wall: the same for a screen on a wall.
func (p *Pages) WallPage(r *web.Request) (web.Answer, error) {
	return p.page(r, "wall")
}

// overview gathers how a place stands.
func (p *Pages) overview(r *web.Request) (*overviewData, error) {
	v, code := r.View, place(r)
	d := &overviewData{
		Place: code, Name: cmp.Or(p.Regions.Name(code), code), Path: p.Regions.Path(code), Level: levelOf(code), Connected: p.Cases != nil,
		Unread: v.Unread, Bands: v.Owed[code], Failing: len(v.Failing), Grace: p.Grace, Today: civil.DateOf(p.Now()),
	}
	cases, err := p.cases(r, code)
	if err != nil {
		return nil, err
	}
	d.Areas = p.areas(v, code, below[d.Level])
	d.Counties = p.areas(v, code, "county")
	for _, one := range d.Counties {
		d.count(one.Tiles)
	}
	p.fill(&d.figures, v, code, cases)
	for i := range d.Areas {
		p.fill(&d.Areas[i].figures, v, d.Areas[i].Code, cases)
	}
	for _, u := range v.Unplaced {
		if u.County == "" && d.Level != "county" || u.County != "" && strings.HasPrefix(u.County, code) {
			d.Unplaced++
		}
	}
	d.changes(v)
	if d.Connected {
		d.Found = answered(v, code)
	}
	d.Due = dueDays(d.Today, cases, d.Tally.Due)
	if p.Boundaries != nil {
		d.Map = p.Boundaries.draw(r.Lang, d)
	}
	return d, nil
}

// below is what the parts of a place are.
var below = map[string]string{"province": "prefecture", "prefecture": "county", "county": "township"}

func levelOf(code string) string {
	return map[int]string{2: "province", 4: "prefecture", 6: "county", 9: "township"}[len(code)]
}

// digits of the codes of each level.
var digits = map[string]int{"prefecture": 4, "county": 6, "township": 9}

// areas are the parts of a place of a level that its people may read, by code, each with its townships: all that there are, so
// that one of which no record came shows too.
func (p *Pages) areas(v *view.View, code, level string) []area {
	if level == "" {
		return nil
	}
	var all []area
	at := map[string]int{}
	add := func(township string) {
		if !strings.HasPrefix(township, code) {
			return
		}
		part := township[:digits[level]]
		i, known := at[part]
		if !known {
			i = len(all)
			at[part] = i
			all = append(all, area{Code: part, Name: cmp.Or(p.Regions.Name(part), part), Unit: seen(v, part)})
		}
		t := tile{Code: township, Name: cmp.Or(p.Regions.Name(township), township), Light: "none", Unit: seen(v, township)}
		if t.Unit != nil {
			t.Light = view.LightClass(t.Unit.Light)
		}
		all[i].Tiles = append(all[i].Tiles, t)
	}
	for town := range region.Within(code) {
		add(town.Code)
	}
	for _, u := range v.Units { // founded or renamed since the divisions were published
		if u.Level == "township" && !u.RankOnly && region.Name(u.Code) == "" {
			add(u.Code)
		}
	}
	slices.SortStableFunc(all, func(a, b area) int { return strings.Compare(a.Code, b.Code) })
	return all
}

// seen is the unit of a code, if it may be seen.
func seen(v *view.View, code string) *view.Unit {
	if u := v.ByCode[code]; u != nil && !u.RankOnly {
		return u
	}
	return nil
}

// units are those whose figures add up to a place's: its own, and of a province its prefectures.
func units(v *view.View, code string) []*view.Unit {
	if len(code) > 2 {
		if u := seen(v, code); u != nil {
			return []*view.Unit{u}
		}
		return nil
	}
	return slices.DeleteFunc(slices.Clone(v.Prefectures), func(u *view.Unit) bool { return !strings.HasPrefix(u.Code, code) })
}

// fill counts what lies in a place.
func (p *Pages) fill(f *figures, v *view.View, code string, cases []*casefile.Case) {
	if v.Yesterday != nil {
		f.Yesterday = &earlier{AsOf: v.Yesterday.AsOf}
	}
	if v.Previous != nil {
		f.Compared = &earlier{AsOf: v.Previous.AsOf, Edition: v.Previous.Edition}
	}
	for _, u := range units(v, code) {
		f.Watched, f.People, f.Fen, f.Estimated = f.Watched+uint64(u.MonitoredWorkers), f.People+uint64(u.ArrearsWorkers), f.Fen+u.ArrearsFen, f.Estimated+u.EstimatedFen
		f.Silent, f.Missing = f.Silent+uint64(u.SilentWorkers), f.Missing+uint64(u.Unaccounted)
		f.Red, f.Yellow, f.Likely = f.Red+u.Red, f.Yellow+u.Yellow, f.Likely+u.Likely
		f.Yesterday.add(u.Yesterday)
		f.Compared.add(u.Previous)
	}
	for _, t := range v.Tallies {
		if strings.HasPrefix(t.Township, code) {
			f.Tally.Add(t)
		}
	}
	f.Cases = countCases(cases, code)
}

func (e *earlier) add(u *view.Unit) {
	if e != nil && u != nil {
		e.Watched, e.People, e.Fen = e.Watched+uint64(u.MonitoredWorkers), e.People+uint64(u.ArrearsWorkers), e.Fen+u.ArrearsFen
	}
}

// Watching are the counties of which somebody is watched; of a county's own page itself.
func (d *overviewData) Watching() []area {
	if d.Level == "county" {
		return d.Counties
	}
	return slices.DeleteFunc(slices.Clone(d.Counties), func(one area) bool {
		return !slices.ContainsFunc(one.Tiles, func(t tile) bool { return t.Unit != nil })
	})
}

// Unwatched is of how many counties nobody is.
func (d *overviewData) Unwatched() int { return len(d.Counties) - len(d.Watching()) }

// count adds the lights of townships, and how they changed.
func (d *overviewData) count(tiles []tile) {
	if d.Lights == nil {
		for _, l := range view.LightNames {
			d.Lights = append(d.Lights, view.LightCount{Light: l})
		}
	}
	for _, t := range tiles {
		for i := range d.Lights {
			if d.Lights[i].Light == t.Light {
				d.Lights[i].Count++
			}
		}
	}
}

// changes finds what came, grew worse and ended since yesterday, and the lights that changed since then and since the edition.
func (d *overviewData) changes(v *view.View) {
	d.NewlyRed = v.NewlyRed(d.Place)
	if d.Yesterday != nil {
		for _, w := range v.Warnings {
			if w.Opened > d.Yesterday.AsOf && w.In(d.Place) {
				d.Opened = append(d.Opened, w)
			}
		}
		for _, w := range v.Ended {
			if w.In(d.Place) {
				d.Ended = append(d.Ended, w)
			}
		}
	}
	for _, u := range v.Units {
		if u.Level != "township" || u.RankOnly || !strings.HasPrefix(u.Code, d.Place) {
			continue
		}
		d.Yesterday.moved(u, u.Yesterday)
		d.Compared.moved(u, u.Previous)
	}
}

// moved notes a township whose light changed between two that have one.
func (e *earlier) moved(now, before *view.Unit) {
	if e == nil || before == nil {
		return
	}
	from, to := view.LightClass(before.Light), view.LightClass(now.Light)
	switch {
	case from == to || from == "grey" || to == "grey":
	case view.LightOrder(to) < view.LightOrder(from):
		e.Worse = append(e.Worse, move{now, from, to})
	default:
		e.Better = append(e.Better, move{now, from, to})
	}
}

// Worst are the first of the newly red warnings.
func (d *overviewData) Worst() []*view.Warning { return d.NewlyRed[:min(len(d.NewlyRed), openedShown)] }

// cases are those in a place that have not ended and that who asks may read. They are not copied: there may be ten thousand.
func (p *Pages) cases(r *web.Request, code string) ([]*casefile.Case, error) {
	if p.Cases == nil {
		return nil, nil
	}
	list, err := p.Cases.List(r.Context, casefile.Filter{Territory: code})
	var mine []*casefile.Case
	for i := range list {
		if k := &list[i]; !k.Stage.Ended() && access.Allow(r.Person(), access.Read, k.Object(r.Person())) {
			mine = append(mine, k)
		}
	}
	return mine, err
}

func countCases(cases []*casefile.Case, code string) caseCounts {
	var c caseCounts
	stages := map[casefile.Stage]int{}
	inside := casefile.Filter{Territory: code}
	for _, k := range cases {
		if !inside.Matches(k) {
			continue
		}
		c.Open++
		stages[k.Stage]++
		switch worstState(k.Deadlines) {
		case casefile.Passed:
			c.Late++
		case casefile.Near:
			c.Near++
		case casefile.Unknown:
			c.Unknown++
		default:
			c.Running++
		}
	}
	for _, s := range casefile.Stages {
		if !s.Ended() {
			c.Stages = append(c.Stages, stageCount{s, stages[s]})
		}
	}
	return c
}

// worstState is that of a case's deadlines which needs attention first.
func worstState(all []casefile.Deadline) casefile.DeadlineState {
	for _, state := range []casefile.DeadlineState{casefile.Passed, casefile.Near, casefile.Unknown} {
		if slices.ContainsFunc(all, func(d casefile.Deadline) bool { return d.State == state && d.DoneOn == nil }) {
			return state
		}
	}
	return casefile.Running
}

// dueDays are the days of the next two weeks on which something is due.
func dueDays(today civil.Date, cases []*casefile.Case, payDays []view.PayDay) []dueDay {
	on := map[civil.Date]*dueDay{}
	day := func(d civil.Date) *dueDay {
		if on[d] == nil {
			on[d] = &dueDay{On: d}
		}
		return on[d]
	}
	for _, k := range cases {
		for _, one := range k.Deadlines {
			if one.DoneOn != nil || one.Due == nil || one.Kind == casefile.ToPassOn || *one.Due < today || *one.Due >= today.AddDays(view.AheadDays) {
				continue
			}
			d := day(*one.Due)
			d.Deadlines++
			if one.Kind == casefile.ToPay {
				d.Orders++
			}
		}
	}
	for _, one := range payDays {
		if one.On >= today {
			d := day(one.On)
			d.Projects, d.Workers = d.Projects+one.Projects, d.Workers+one.Workers
		}
	}
	var all []dueDay
	for _, d := range on {
		all = append(all, *d)
	}
	slices.SortFunc(all, func(a, b dueDay) int { return int(a.On - b.On) })
	return all
}
