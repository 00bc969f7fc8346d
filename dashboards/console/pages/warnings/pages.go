// Package warnings has the pages of the active warnings and of the detectors that give them; and what the API answers of them.
package warnings

import (
	"context"
	"embed"
	"html/template"
	"log/slog"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/law"
)

//go:embed templates
var templates embed.FS

// Pages are the active warnings, and the detectors that give them.
type Pages struct {
	Conn       driver.Conn // the main database
	Regions    view.Regions
	Detectors  *view.Detectors
	Answers    view.Answers
	Laws       *law.Registry
	Thresholds Thresholds                  // nil: pages show none
	Verdicts   view.Verdicts               // what people found of warnings; nil: casework is not connected
	Refresh    func(context.Context) error // has pages show a verdict just given
	Logger     *slog.Logger
	Now        func() time.Time
	PageSize   int // rows of a list before it is paged
}

// Room is the templates of the pages, with what they alone can call.
func (p *Pages) Room() web.Room { return web.Room{Templates: templates, Functions: p.functions} }

// functions are what templates of this room alone can call.
func (p *Pages) functions(l language.Locale) template.FuncMap {
	return template.FuncMap{
		"unchecked": func() string { return law.NotChecked.In(string(l)) },
		"threshold": func(v any, of parameter) string { return threshold(l, v, of) },
	}
}
