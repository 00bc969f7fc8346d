package editions

import (
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/edition"
)

// EditionsAnswer is what GET /api/v1/editions answers.
type EditionsAnswer struct {
	Total    int               `json:"total"`
	Editions []edition.Edition `json:"editions"` // newest first
}

// EditionsAnswer answers GET /api/v1/editions.
func (p *Pages) EditionsAnswer(r *web.Request) (web.Answer, error) {
	all := r.View.NewestFirst()
	shown := r.Query.Rows(len(all), 0)
	return web.Answer{JSON: EditionsAnswer{len(all), all[shown.From:shown.To]}}, nil
}

// EditionAnswer is the ranking of one edition and the talks it proposes.
type EditionAnswer struct {
	Edition      edition.Edition   `json:"edition"`
	ComparedWith uint32            `json:"compared_with"` // the edition that changes are measured against; 0 for the first
	Lights       map[string]int    `json:"lights"`        // of the units chosen but for the light asked for
	Total        int               `json:"total"`
	Units        []view.UnitAnswer `json:"units"`
	Talks        []talkAnswer      `json:"talks"`
}

// EditionAnswer answers GET /api/v1/editions/{number}.
func (p *Pages) EditionAnswer(r *web.Request) (web.Answer, error) {
	d, err := p.edition(r)
	if err != nil {
		return web.Answer{}, err
	}
	shown := r.Query.Rows(len(d.Rows), 0)
	return web.Answer{JSON: EditionAnswer{d.Edition, d.Previous, view.LightsAnswer(d.Lights), len(d.Rows),
		view.Each(d.Rows[shown.From:shown.To], p.Answers.EditionUnit), view.Each(d.Talks, p.talkAnswer)}}, nil
}

// talkAnswer proposes talks with a township: a person decides.
type talkAnswer struct {
	Township string           `json:"township"`
	Place    string           `json:"place"`
	County   string           `json:"county"`
	Grounds  []string         `json:"grounds"`
	Index    *float64         `json:"index"` // in the edition
	Light    string           `json:"light"`
	Rank     uint32           `json:"rank"`
	RankedOf uint32           `json:"ranked_of"`
	Subjects []edition.Behind `json:"subjects"` // behind it, those that cost most points first
}

func (p *Pages) talkAnswer(t talkRow) talkAnswer {
	one := talkAnswer{Township: t.Township, Place: p.Regions.Path(t.Township), County: t.County, Grounds: view.List(t.Grounds), Light: "grey", Subjects: view.List(t.Behind())}
	if u := t.Unit; u != nil {
		one.Index, one.Light, one.Rank, one.RankedOf = u.Index, view.LightClass(u.Light), u.Rank, u.RankedOf
	}
	return one
}

// TalksAnswer is what GET /api/v1/talks answers.
type TalksAnswer struct {
	Edition *edition.Edition `json:"edition"` // the latest; null before the first
	Total   int              `json:"total"`
	Talks   []talkAnswer     `json:"talks"`
}

// TalksAnswer answers GET /api/v1/talks.
func (p *Pages) TalksAnswer(r *web.Request) (web.Answer, error) {
	d, err := p.editions(r)
	if err != nil {
		return web.Answer{}, err
	}
	shown := r.Query.Rows(len(d.Talks), 0)
	return web.Answer{JSON: TalksAnswer{r.View.Latest(), len(d.Talks), view.Each(d.Talks[shown.From:shown.To], p.talkAnswer)}}, nil
}

// standingAnswer is where a unit stood in an edition.
type standingAnswer struct {
	Index *float64 `json:"index"`
	Light string   `json:"light"`
	Rank  uint32   `json:"rank"`
}

func standing(u *view.Unit) *standingAnswer {
	if u == nil {
		return nil
	}
	return &standingAnswer{u.Index, view.LightClass(u.Light), u.Rank}
}

// movedAnswer is how a unit moved. From or to is null where the unit is in the other edition only.
type movedAnswer struct {
	Unit  string          `json:"unit"`
	Code  string          `json:"code"`
	Name  string          `json:"name"`
	Place string          `json:"place"`
	From  *standingAnswer `json:"from"`
	To    *standingAnswer `json:"to"`
	Moved *float64        `json:"moved"` // null where either edition has no index of it, and between two forms of the index
	Parts []edition.Part  `json:"parts"` // add up to moved; the last is the cap's
}

// DiffAnswer is what GET /api/v1/editions/{number}/diff answers.
type DiffAnswer struct {
	From  edition.Edition `json:"from"`
	To    edition.Edition `json:"to"`
	Total int             `json:"total"`
	Units []movedAnswer   `json:"units"` // what fell most first
}

// DiffAnswer answers GET /api/v1/editions/{number}/diff.
func (p *Pages) DiffAnswer(r *web.Request) (web.Answer, error) {
	d, err := p.diff(r)
	if err != nil {
		return web.Answer{}, err
	}
	shown := r.Query.Rows(len(d.Rows), 0)
	return web.Answer{JSON: DiffAnswer{d.From, d.To, len(d.Rows), view.Each(d.Rows[shown.From:shown.To], func(row diffRow) movedAnswer {
		one := movedAnswer{row.Level, row.Code, row.Name, p.Regions.Path(row.Code), standing(row.From), standing(row.To), row.Total, []edition.Part{}}
		for i, points := range row.Parts {
			one.Parts = append(one.Parts, edition.Part{Component: d.Names[i], Points: points})
		}
		return one
	})}}, nil
}

// PlanAnswer is the inspection plan of a quarter, those to visit first.
type PlanAnswer struct {
	Edition   *edition.Edition      `json:"edition"` // null before the first
	Year      int                   `json:"year"`
	Quarter   int                   `json:"quarter"`
	Grades    map[string]int        `json:"grades"` // employers by grade, in the county asked for
	Visits    int                   `json:"visits"` // in the quarter, of the employers chosen
	Total     int                   `json:"total"`
	Verdicts  map[string]view.Found `json:"verdicts"` // what people found of the active warnings about each employer
	Employers []edition.Grade       `json:"employers"`
}

// PlanAnswer answers GET /api/v1/plan.
func (p *Pages) PlanAnswer(r *web.Request) (web.Answer, error) {
	d := p.plan(r, 0)
	grades := map[string]int{}
	for _, one := range d.Counts {
		grades[one.Grade] = one.Count
	}
	found := map[string]view.Found{}
	for _, g := range d.Rows {
		found[g.Employer] = d.Found(g.Employer)
	}
	return web.Answer{JSON: PlanAnswer{d.Edition, d.Year, d.Quarter, grades, d.Visits, d.Pager.Total, found, view.Each(d.Rows, func(g *edition.Grade) edition.Grade { return *g })}}, nil
}

// RatesAnswer is what GET /api/v1/rates answers.
type RatesAnswer struct {
	Edition *edition.Edition  `json:"edition"` // the latest; null before the first
	Total   int               `json:"total"`
	Rates   []view.RateAnswer `json:"rates"`
}

// RatesAnswer answers GET /api/v1/rates.
func (p *Pages) RatesAnswer(r *web.Request) (web.Answer, error) {
	d := p.rates(r.View)
	all := []view.RateAnswer{}
	for _, place := range d.Places {
		all = append(all, view.Each(place.Rows, p.Answers.Rate)...)
	}
	shown := r.Query.Rows(len(all), 0)
	return web.Answer{JSON: RatesAnswer{d.Edition, len(all), all[shown.From:shown.To]}}, nil
}
