// Package subjects has the pages of projects and employers: their facts, what is owed on them, and their workers, masked; and
// what the API answers of them.
package subjects

import (
	"context"
	"embed"
	"html/template"
	"log/slog"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/dashboards/console/chart"
	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/codebook"
	"github.com/anxin-project/anxin/internal/domain/leadfile"
	"github.com/anxin-project/anxin/internal/platform/access/reveal"
)

//go:embed templates
var templates embed.FS

// Pages are a project or employer with its facts, and its workers.
type Pages struct {
	Keeper    *view.Keeper
	Conn      driver.Conn // the main database
	Regions   view.Regions
	Detectors *view.Detectors // what they are called
	Answers   view.Answers
	Cases     view.Cases    // nil: casework is not connected
	Closures  view.Closures // nil: likewise
	Vault     *reveal.Vault
	Leads     Leads // nil: none are taken in here
	PageSize  int   // rows of a list before it is paged
	Logger    *slog.Logger
	Now       func() time.Time
}

// Leads are those that are taken in here, and the codes of sites: alerts/leads.Store.
type Leads interface {
	SiteCode(scope, id string) string
	List(ctx context.Context, f leadfile.Filter) ([]leadfile.Lead, error)
}

// Room is the templates of the pages, with what they alone can call.
func (p *Pages) Room() web.Room { return web.Room{Templates: templates, Functions: p.functions} }

// functions are what templates of this room alone can call.
func (p *Pages) functions(l language.Locale) template.FuncMap {
	return template.FuncMap{
		"owedLine":      func(k view.OwedKind) string { return owedLine(l, k) },
		"owedMissing":   func(f *view.Facts, what string) string { return owedMissing(l, f, what) },
		"estimateBy":    func(codes []string) string { return estimateBy(l, codes) },
		"estimatedPart": l.EstimatedPart,
		"recordValue":   func(f view.RecordField, value string) string { return recordValue(l, f, value) },
		"outcome":       func(kind, code string) string { return codebook.OfOutcome(kind, code, string(l)) },

		"attendanceChart": func(f *view.Facts, asOf civil.Date) template.HTML { return attendanceChart(l, f, asOf) },
		"wagesChart":      func(f *view.Facts) template.HTML { return wagesChart(l, f) },
		"accountChart":    func(f *view.Facts) template.HTML { return accountChart(l, f) },
		"oddsChart":       func(f *view.Facts) template.HTML { return chart.Odds(l, f.Odds, language.Message(l, "subject.odds")) },
		"signalChart":     func(s view.Signal) template.HTML { return signalChart(l, s) },
		"signalLast": func(s view.Signal) string {
			return language.Fixed(s.Values[len(s.Values)-1], language.Decimals(s.Values[len(s.Values)-1]))
		},
		"signalMonth": func(s view.Signal) string { return l.Month(s.Months[len(s.Months)-1]) },
	}
}
