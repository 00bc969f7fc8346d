package search

import (
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
)

// hitAnswer is a project or employer that was found.
type hitAnswer struct {
	Scope    string `json:"scope"`
	ScopeID  string `json:"scope_id"`
	Name     string `json:"name"`
	Township string `json:"township"`
	Place    string `json:"place"`
	Red      int    `json:"red"`
	Yellow   int    `json:"yellow"`
}

// SearchAnswer is what GET /api/v1/search answers.
type SearchAnswer struct {
	view.OfRun
	Units    []view.UnitAnswer `json:"units"`
	Subjects []hitAnswer       `json:"subjects"`
	More     bool              `json:"more"` // there are more subjects: search for more of the name
}

// SearchAnswer answers GET /api/v1/search.
func (p *Pages) SearchAnswer(r *web.Request) (web.Answer, error) {
	d, err := p.search(r)
	if err != nil {
		return web.Answer{}, err
	}
	return web.Answer{JSON: SearchAnswer{r.View.OfRun(), view.Each(d.Units, p.Answers.Unit), view.Each(d.Subjects, func(h subjectHit) hitAnswer {
		return hitAnswer{h.Scope, h.ID, h.Name, h.Township, p.Regions.Path(h.Township), h.Red, h.Yellow}
	}), d.More}}, nil
}
