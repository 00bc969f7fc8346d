package warnings

import (
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
)

// WarningsAnswer is what GET /api/v1/warnings answers.
type WarningsAnswer struct {
	view.OfRun
	Red      int                  `json:"red"` // of all that pass the filter
	Yellow   int                  `json:"yellow"`
	Total    int                  `json:"total"`
	Warnings []view.WarningAnswer `json:"warnings"`
}

// WarningsAnswer answers GET /api/v1/warnings.
func (p *Pages) WarningsAnswer(r *web.Request) (web.Answer, error) {
	d := p.warnings(r)
	return web.Answer{JSON: WarningsAnswer{r.View.OfRun(), d.Red, d.Yellow, d.Pager.Total, view.Each(d.Rows, p.Answers.Warning)}}, nil
}
