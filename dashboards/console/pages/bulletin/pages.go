// Package bulletin has the bulletins (通报) of a county or a prefecture: what an edition of a month, or the last one of a quarter,
// says of it, in the office's own words. The program drafts them; a named person publishes one, and it stays as it was then.
package bulletin

import (
	"embed"
	"html/template"
	"net/url"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/access/signin"
)

//go:embed templates
var templates embed.FS

// Listed are the employers that the law has published: the joint-discipline list as it is public.
type Listed interface {
	Published() []casefile.Published
	Entries() []casefile.Entry
}

// Pages are the bulletins.
type Pages struct {
	Conn    driver.Conn
	Store   *Store
	Words   *Words     // the text
	Cases   view.Cases // nil: casework is not connected
	Listed  Listed     // nil: likewise
	Regions view.Regions
	Gate    *signin.Gate
	Naming  func(place string, on civil.Date) []string // which subjects a bulletin may name (policy bulletin.names)
	Now     func() time.Time
}

// Room is the templates of the pages, with what they alone can call.
func (p *Pages) Room() web.Room { return web.Room{Templates: templates, Functions: p.functions} }

func (p *Pages) functions(l language.Locale) template.FuncMap {
	return template.FuncMap{
		"bulletinURL": func(place, period string) string {
			return "/bulletins/" + url.PathEscape(place) + "/" + url.PathEscape(period)
		},
		"period": func(code string) string { return periodName(l, code) },
		"why":    func(row Row) string { return why(l, row) },
	}
}
