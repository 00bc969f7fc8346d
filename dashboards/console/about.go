package console

import (
	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
)

// aboutData is the page that explains the index.
type aboutData struct {
	Lights  view.Lights
	Weights []view.Component // of the run's first prefecture: the policy's weights after rescaling
	Groups  []view.DetectorGroup
	Run     *view.Run
}

func (p *systemPages) aboutPage(r *request) (answer, error) {
	d := &aboutData{Lights: p.Lights, Groups: p.Detectors.Grouped()}
	if r.view != nil {
		d.Run = &r.view.Run
		if len(r.view.Prefectures) > 0 {
			d.Weights = r.view.Prefectures[0].Components
		}
	}
	return answer{template: "about", title: language.Message(r.lang, "about.title"), data: d}, nil
}
