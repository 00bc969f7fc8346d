package system

import (
	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
)

// aboutData is the page that explains the index.
type aboutData struct {
	Lights  view.Lights
	Weights []view.Component // of the run's first prefecture: the policy's weights after rescaling
	Groups  []view.DetectorGroup
	Run     *view.Run
}

// AboutPage is the page at /about.
func (p *Pages) AboutPage(r *web.Request) (web.Answer, error) {
	d := &aboutData{Lights: p.Lights, Groups: p.Detectors.Grouped()}
	if r.View != nil {
		d.Run = &r.View.Run
		if len(r.View.Prefectures) > 0 {
			d.Weights = r.View.Prefectures[0].Components
		}
	}
	return web.Answer{Template: "about", Title: language.Message(r.Lang, "about.title"), Data: d}, nil
}
