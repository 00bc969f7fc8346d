package console

import "github.com/anxin-project/anxin/dashboards/console/view"

type warningsAnswer struct {
	view.OfRun
	Red      int                  `json:"red"` // of all that pass the filter
	Yellow   int                  `json:"yellow"`
	Total    int                  `json:"total"`
	Warnings []view.WarningAnswer `json:"warnings"`
}

func (p *warningsPages) warningsAnswer(r *request) (answer, error) {
	d := p.warnings(r)
	return answer{json: warningsAnswer{r.view.OfRun(), d.Red, d.Yellow, d.Pager.Total, view.Each(d.Rows, p.Answers.Warning)}}, nil
}
