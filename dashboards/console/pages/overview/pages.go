// Package overview has the page that leaders begin with: how a county, a prefecture or a province stands today, on a desk and on
// a wall, each figure with the list behind it; and what the API answers of it.
package overview

import (
	"cmp"
	"embed"
	"html/template"
	"log/slog"
	"net/url"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/access"
)

//go:embed templates
var templates embed.FS

// Pages are the overview and the lists behind its figures.
type Pages struct {
	Conn       driver.Conn // the main database
	Cases      view.Cases  // nil: casework is not connected
	Regions    view.Regions
	Detectors  *view.Detectors
	Answers    view.Answers
	Boundaries *Boundaries // nil: no map is drawn
	Grace      int         // days past their day to pay from which the index counts wages as owed
	PageSize   int
	Logger     *slog.Logger
	Now        func() time.Time
}

// Room is the templates of the pages, with what they alone can call.
func (p *Pages) Room() web.Room { return web.Room{Templates: templates, Functions: p.functions} }

func (p *Pages) functions(l language.Locale) template.FuncMap {
	return template.FuncMap{
		"warningsAt": func(place, level string) string { return "/warnings?" + at(place, "level", level) },
		"rankingAt":  func(place, name, value string) string { return "/ranking?" + at(place, name, value) },
		"casesAt":    func(place, name, value string) string { return "/cases?" + ofCases(place, name, value) },
		"foundAt":    func(place, kind string) string { return "/warnings?" + at(place, "verdict", kind) },
		"listAt": func(list, place, name, value string) string {
			return "/overview/" + list + "?" + query("place", place, name, value)
		},
		"overviewAt": func(place string) string { return "/overview?" + query("place", place) },
		"wallAt":     func(place string) string { return "/overview/wall?" + query("place", place) },
		"whatOf":     func(list, what string) string { return p.what(l, list, what) },
		"more":       func(now, before uint64) float64 { return float64(now) - float64(before) },
		"moreFen":    func(now, before int64) int64 { return now - before },
		"plus":       func(n float64) string { return plus(n) },
	}
}

// at is a query for what lies in a place, as rankings and warnings ask for it.
func at(place, name, value string) string {
	parameter := map[int]string{4: "prefecture", 6: "county", 9: "township"}[len(place)]
	if parameter == "" { // a province is everything that its people may see
		return query(name, value)
	}
	return query(parameter, place, name, value)
}

// ofCases is the same for cases, which know a place by the digits its code begins with.
func ofCases(place, name, value string) string {
	if len(place) < 4 {
		return query(name, value)
	}
	return query("county", place, name, value)
}

func query(pairs ...string) string {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			v.Set(pairs[i], pairs[i+1])
		}
	}
	return v.Encode()
}

// plus writes a whole number with its sign.
func plus(n float64) string {
	switch {
	case n > 0:
		return "+" + language.Group(int64(n))
	case n < 0:
		return "−" + language.Group(int64(-n))
	}
	return "±0"
}

// place is the code that a request is about: the one asked for, else the person's own territory.
func place(r *web.Request) string {
	return cmp.Or(r.Query.Code("place", 2, 4, 6, 9), r.Person().Territory)
}

// Object is what the overview and its lists are about.
func (p *Pages) Object(r *web.Request) (access.Object, error) {
	return access.Object{Place: place(r)}, nil
}
