// Package editions has the pages of the monthly editions (通报): each edition, what moved between two, the inspection plan and
// the rates reported; and what the API answers of them.
package editions

import (
	"embed"
	"html/template"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/dashboards/console/chart"
	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
)

//go:embed templates
var templates embed.FS

// Pages are the monthly editions, what moved between two of them, and the inspection plan and the rates that the latest
// reports.
type Pages struct {
	Conn     driver.Conn // the main database
	Regions  view.Regions
	Answers  view.Answers
	PageSize int // rows of a list before it is paged
}

// Room is the templates of the pages, with what they alone can call.
func (p *Pages) Room() web.Room { return web.Room{Templates: templates, Functions: p.functions} }

// functions are what templates of this room alone can call.
func (p *Pages) functions(l language.Locale) template.FuncMap {
	return template.FuncMap{
		"stamp": func(digest string) string { return digest[:min(len(digest), 16)] },
		"delta": func(v, widest float64) template.HTML { return chart.Delta(v, widest, l.Signed(v)) },
	}
}
