// Package casework has the pages of the cases and of the joint-discipline list, and of the work that waits for somebody; and
// what the API answers of them. What a person may do to a case, casework itself decides (alerts): pages show the forms it allows
// and the refusals it gives.
package casework

import (
	"context"
	"embed"
	"html/template"
	"log/slog"
	"slices"
	"time"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/law"
	"github.com/anxin-project/anxin/internal/domain/leadfile"
	"github.com/anxin-project/anxin/internal/platform/access/signin"
)

//go:embed templates
var templates embed.FS

// Pages are the cases, the joint-discipline list, and what waits for somebody.
type Pages struct {
	Cases     view.Cases    // nil: the pages say that casework is not connected
	Blacklist Blacklist     // nil: likewise
	Closures  view.Closures // nil: likewise
	Leads     interface {   // nil: a case shows no leads
		List(ctx context.Context, f leadfile.Filter) ([]leadfile.Lead, error)
	}
	Regions   view.Regions
	Detectors *view.Detectors // what they are called
	Laws      *law.Registry
	Gate      *signin.Gate
	PageSize  int // rows of a list before it is paged
	Logger    *slog.Logger
	Now       func() time.Time
}

// Room is the templates of the pages, with what they alone can call.
func (p *Pages) Room() web.Room { return web.Room{Templates: templates, Functions: p.functions} }

// functions are what templates of this room alone can call.
func (p *Pages) functions(l language.Locale) template.FuncMap {
	return template.FuncMap{
		"reason":      func(w work) string { return p.reason(l, w) },
		"newlyRedURL": newlyRedURL,
		"lacking":     lacking,
		"next":        nextDeadline,
		"late":        late,
		"urgesLeft": func(k casefile.Case) []casefile.Urge {
			return slices.DeleteFunc(slices.Clone(k.Urges), func(u casefile.Urge) bool { return !u.Pending() })
		},
		"handler":    func(id string) string { return web.NameOf(p.Gate, id) },
		"dated":      dated,
		"wageMonths": func(from, to *civil.Month) string { return wageMonths(l, from, to) },
		"ground":     func(name string) catalog.Text { g, _ := casefile.Ground(name); return g },
		"entryURL":   entryURL,
		"proposeURL": proposeURL,
		"closureURL": closureURL,
	}
}
