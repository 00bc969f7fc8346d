// Package ranking has the pages of places: the ranking of townships and counties, each of them with what it lost and why, and
// the index worked out line by line; and what the API answers of them.
package ranking

import (
	"embed"
	"html/template"
	"net/url"

	"github.com/anxin-project/anxin/dashboards/console/chart"
	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
)

//go:embed templates
var templates embed.FS

// Pages are the ranking of places, each place and its index worked out.
type Pages struct {
	Regions   view.Regions
	Detectors *view.Detectors // what they are called
	Answers   view.Answers
	Rules     IndexRules
	Lights    view.Lights
	PageSize  int // rows of a list before it is paged
}

// Room is the templates of the pages, with what they alone can call.
func (p *Pages) Room() web.Room { return web.Room{Templates: templates, Functions: p.functions} }

// functions are what templates of this room alone can call.
func (p *Pages) functions(l language.Locale) template.FuncMap {
	return template.FuncMap{
		"share":    language.Share,
		"raw":      func(row componentRow) string { return raw(l, row) },
		"lossLine": func(one view.Loss) string { return p.lossLine(l, one) },
		"warningsURL": func(u *view.Unit, level string) string {
			v := url.Values{}
			switch u.Level {
			case "township":
				v.Set("township", u.Code)
			case "county":
				v.Set("county", u.Code)
			case "prefecture":
				v.Set("prefecture", u.Code)
			}
			if level != "" {
				v.Set("level", level)
			}
			return "/warnings?" + v.Encode()
		},
		"spark": func(u *view.Unit) template.HTML { return chart.Sparkline(u.Trend, language.Message(l, "chart.trend")) },
		"trend": func(u *view.Unit) template.HTML {
			return chart.Trend(l, u.Trend, p.Lights, u.Name+" "+language.Message(l, "chart.trend"))
		},
		"meter": chart.Meter,
		"dial": func(u *view.Unit) template.HTML {
			return chart.Dial(l, u.Index, u.Light, u.Name+" "+l.Index(u.Index)+" "+l.Word("light", view.LightClass(u.Light)))
		},
		"delta": func(v, widest float64) template.HTML { return chart.Delta(v, widest, l.Signed(v)) },
	}
}
