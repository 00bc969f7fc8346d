// Package system has the pages about Anxin itself: the quality of the sources' data, the history of runs, the audit log and what
// it is all about; and what the API answers of them, the codebook too.
package system

import (
	"embed"
	"html/template"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/quality"
	"github.com/anxin-project/anxin/internal/domain/runs"
	"github.com/anxin-project/anxin/internal/platform/access/signin"
)

//go:embed templates
var templates embed.FS

// Pages are about the system itself: the quality of the data, the history of runs, the audit log, the page about it all,
// and the codebook.
type Pages struct {
	Conn      driver.Conn // the main database; nil: there is no data
	Gate      *signin.Gate
	Detectors *view.Detectors
	Sources   view.Sources
	Lights    view.Lights
	PageSize  int // rows of a list before it is paged
	Now       func() time.Time
}

// Room is the templates of the pages, with what they alone can call.
func (p *Pages) Room() web.Room { return web.Room{Templates: templates, Functions: p.functions} }

// functions are what templates of this room alone can call.
func (p *Pages) functions(l language.Locale) template.FuncMap {
	return template.FuncMap{
		"faults":  func(all []quality.Fault) string { return faults(l, all) },
		"bound":   func(b *uint32) string { return bound(l, *b) },
		"span":    func(d time.Duration) string { return span(l, d) },
		"limits":  func() string { return limits(l) },
		"second":  l.Second,
		"took":    func(a runs.Attempt) string { return l.Seconds(a.Took().Seconds()) },
		"stages":  func(a runs.Attempt) string { return stages(l, a) },
		"audited": func(action string) string { return Audited(l, action) },
	}
}
