package console

import "github.com/anxin-project/anxin/dashboards/console/language"

// aboutData is the page that explains the index.
type aboutData struct {
	Lights  lightBounds
	Weights []Component // of the run's first prefecture: the policy's weights after rescaling
	Groups  []detectorGroup
	Run     *Run
}

func (p *systemPages) aboutPage(r *request) (answer, error) {
	d := &aboutData{Lights: p.Lights, Groups: p.Detectors.grouped()}
	if r.view != nil {
		d.Run = &r.view.Run
		if len(r.view.prefectures) > 0 {
			d.Weights = r.view.prefectures[0].Components
		}
	}
	return answer{template: "about", title: language.Message(r.lang, "about.title"), data: d}, nil
}
