package console

type warningsAnswer struct {
	ofRun
	Red      int             `json:"red"` // of all that pass the filter
	Yellow   int             `json:"yellow"`
	Total    int             `json:"total"`
	Warnings []warningAnswer `json:"warnings"`
}

func (p *warningsPages) warningsAnswer(r *request) (answer, error) {
	d := p.warnings(r)
	return answer{json: warningsAnswer{r.view.run(), d.Red, d.Yellow, d.Pager.Total, each(d.Rows, p.Answers.warning)}}, nil
}
