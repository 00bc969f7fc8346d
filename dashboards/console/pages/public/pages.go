// Package public has the pages that need no account: a site's page behind its code (安薪码), its notice board, the report of wages
// that were not paid (a lead), the monthly question, and what became of a lead behind its receipt code.
//
// They are for an old phone on a slow network: one small style sheet, no script for ordinary use, plain words. They say nothing about
// any person, and nothing that could tell an employer that somebody complained. A receipt code stands in forms only, never in an
// address.
//
//	site.go    a site's page and its notice board, codes
//	report.go  the report of a lead, the monthly question
//	receipt.go what became of a lead
//	limits.go  what holds a flood off
package public

import (
	"context"
	"embed"
	"fmt"
	"html/template"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/law"
	"github.com/anxin-project/anxin/internal/domain/leadfile"
)

//go:embed templates
var templates embed.FS

// Desk takes leads in: alerts/leads.Store.
type Desk interface {
	Take(ctx context.Context, by access.Person, in leadfile.Intake) (leadfile.Taken, error)
	Say(ctx context.Context, code string, a leadfile.Action) (leadfile.Lead, error)
	List(ctx context.Context, f leadfile.Filter) ([]leadfile.Lead, error)
	ByReceipt(ctx context.Context, code string) (leadfile.Lead, error)
	Answer(ctx context.Context, a leadfile.Answer) error
	Allowed(l leadfile.Lead, by access.Person) []leadfile.ActionKind
	// SiteCode is the code of a project or employer; empty where there are no keys to make it.
	SiteCode(scope, id string) string
	// Proof is a keyed hash of a text for a purpose, by which this and every other process knows again what it has handed out.
	Proof(purpose, text string) string
}

// Terms are what policy says of a place: the minimum wage, and whom to call.
type Terms struct {
	MonthlyFen, HourlyFen int64 // 0: not known
	Unverified            bool  // nobody has checked the minimum wage against its text
	HumanResources        string
	Government            string
	Legal                 string
	Phones                map[string]string // of departments, by their code; those that nobody entered are missing
}

// Pages are the public pages.
type Pages struct {
	Keeper   *view.Keeper
	Desk     Desk // nil: nothing is taken in
	Terms    func(place string, on civil.Date) Terms
	Calendar *calendar.Calendar
	Laws     *law.Registry
	Regions  view.Regions
	URL      string // the address of the pages, as people reach them; empty: that of the request
	Logger   *slog.Logger
	Now      func() time.Time

	limits *limits
	codes  codes
}

// Open completes the pages with their quotas; r takes the metrics.
func (p *Pages) Open(c Limits, r prometheus.Registerer) *Pages {
	p.limits = newLimits(c, p.Now, r)
	return p
}

// Room is the templates of the pages, with what they alone can call.
func (p *Pages) Room() web.Room {
	return web.Room{Templates: templates, Functions: func(l language.Locale) template.FuncMap {
		return template.FuncMap{
			"office":  func(code any) string { return l.Word("case_office", fmt.Sprint(code)) },
			"spaced":  leadfile.SpacedCode,
			"answers": func() []string { return []string{"paid", "partly", "unpaid", "not_due"} },
		}
	}}
}

// subject is a project or employer that a code stands for.
type subject struct {
	scope catalog.Scope
	id    string
}
