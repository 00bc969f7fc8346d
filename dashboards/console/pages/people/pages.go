// Package people has the pages by which people come in and are let in: signing in, the own account, and the register; and what
// the API answers of them.
package people

import (
	"embed"
	"log/slog"

	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/platform/access/signin"
)

//go:embed templates
var templates embed.FS

// Pages are those by which people come in and are let in: signing in, one's own account, and the register of people.
type Pages struct {
	Gate    *signin.Gate
	Regions view.Regions
	Demo    []DemoPerson // of a demonstration: whom its sign-in page offers; empty everywhere else
	Logger  *slog.Logger
}

// Room is the templates of the pages.
func (p *Pages) Room() web.Room { return web.Room{Templates: templates} }
