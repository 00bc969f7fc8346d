// Package leads has the desk's pages of leads (欠薪线索): the form of a clerk at a window or hotline, the list with its deadlines, one
// lead with its steps, and the answer to the complainant. What somebody may do to a lead, alerts/leads decides: pages show the forms it
// allows and the refusals it gives. What a complainant entered in words is sealed, and opened for a purpose, after the audit log has it.
//
//	pages.go  what the room needs
//	list.go   the list
//	take.go   the clerk's form
//	lead.go   one lead, its steps, its words, the answer
package leads

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
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/leadfile"
	"github.com/anxin-project/anxin/internal/platform/access/signin"
)

//go:embed templates
var templates embed.FS

// Desk keeps the leads: alerts/leads.Store.
type Desk interface {
	Take(ctx context.Context, by access.Person, in leadfile.Intake) (leadfile.Taken, error)
	Act(ctx context.Context, by access.Person, id string, seq uint32, a leadfile.Action) (leadfile.Lead, error)
	Get(ctx context.Context, id string) (leadfile.Lead, []leadfile.Event, error)
	List(ctx context.Context, f leadfile.Filter) ([]leadfile.Lead, error)
	// Similar are leads that one about to be taken in may repeat; Duplicates those that one may.
	Similar(in leadfile.Intake, on civil.Date, but string) []leadfile.Lead
	Duplicates(id string) []leadfile.Lead
	Allowed(l leadfile.Lead, by access.Person) []leadfile.ActionKind
	// Content opens what the complainant entered in words, after record has written it down.
	Content(ctx context.Context, by access.Person, id, purpose string, record func(purpose string, refused error) error) ([]leadfile.Content, error)
}

// Pages are the desk of leads.
type Pages struct {
	Desk     Desk        // nil: casework is not connected
	Conn     driver.Conn // the main database
	Regions  view.Regions
	Gate     *signin.Gate
	PageSize int // rows of a list before it is paged
	Logger   *slog.Logger
	Now      func() time.Time
}

// Room is the templates of the pages, with what they alone can call.
func (p *Pages) Room() web.Room {
	return web.Room{Templates: templates, Functions: func(language.Locale) template.FuncMap {
		return template.FuncMap{
			"next":        nextDeadline,
			"handler":     func(id string) string { return p.called(id) },
			"conclusions": func() []leadfile.Conclusion { return leadfile.Conclusions },
			"departments": func() []casefile.Department { return casefile.Departments },
			"channels":    func() []string { return channels },
		}
	}}
}

// channels are how a lead comes to a desk; that of the public pages is theirs.
var channels = []string{"window", "hotline", "phone", "petition", "media", "national_platform", "inspection"}

// called is what somebody is called who took a step.
func (p *Pages) called(id string) string {
	if id == leadfile.Complainant || id == casefile.System {
		return ""
	}
	return web.NameOf(p.Gate, id)
}

// nextDeadline is the first deadline that is not met; one that cannot be counted comes before all.
func nextDeadline(all []casefile.Deadline) *casefile.Deadline {
	var next *casefile.Deadline
	for i, d := range all {
		if d.DoneOn == nil && (next == nil || d.Due == nil || next.Due != nil && *d.Due < *next.Due) {
			next = &all[i]
		}
	}
	return next
}
