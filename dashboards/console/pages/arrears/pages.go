// Package arrears has the pages of what remains to be paid and of what brought payment: the zero-arrears view (零欠薪), the ledger of
// remedies, and the instruments used; and what the API answers of them.
package arrears

import (
	"embed"
	"html/template"
	"strconv"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/spreadsheet"
)

//go:embed templates
var templates embed.FS

// Pages are what remains, the ledger of remedies and the instruments.
type Pages struct {
	Conn     driver.Conn // the main database
	Cases    view.Cases  // nil: what remains is at no stage, and the ledger is by records alone
	Regions  view.Regions
	PageSize int
	Now      func() time.Time
}

// Room is the templates of the pages, with what they alone can call.
func (p *Pages) Room() web.Room { return web.Room{Templates: templates, Functions: p.functions} }

func (p *Pages) functions(l language.Locale) template.FuncMap {
	return template.FuncMap{
		"oneDay":  func(v *float64) string { return strconv.FormatFloat(*v, 'f', 1, 64) },
		"exactOf": func(fen *int64) string { return l.ExactYuan(*fen) },
	}
}

// myCases are the cases that who asks may read.
func (p *Pages) myCases(r *web.Request) ([]casefile.Case, error) {
	if p.Cases == nil {
		return nil, nil
	}
	list, err := p.Cases.List(r.Context, casefile.Filter{})
	return access.MayRead(r.Person(), list, func(k casefile.Case) access.Object { return k.Object(r.Person()) }), err
}

// proceedings are the records of proceedings that who asks may read, opened in a period.
func (p *Pages) proceedings(r *web.Request, from, until civil.Date) ([]casefile.Proceeding, error) {
	all, err := view.ReadProceedings(r.Context, p.Conn, r.View.Run)
	all = access.MayRead(r.Person(), all, func(one casefile.Proceeding) access.Object {
		return access.At(one.Township, string(casefile.Route(one.Scope, one.Sector)))
	})
	var kept []casefile.Proceeding
	for _, one := range all {
		if one.OpenedOn >= from && one.OpenedOn <= until {
			kept = append(kept, one)
		}
	}
	return kept, err
}

// digits are those of the places that sums are made for: counties, or the township of who answers for one alone.
func digits(r *web.Request) int {
	if n := len(r.Person().Territory); n > 6 {
		return n
	}
	return 6
}

// within reports whether a place is the one chosen, or there is no choice.
func within(place, chosen string) bool { return strings.HasPrefix(place, chosen) }

// period reads the days that a view counts: the year so far, unless said otherwise.
func period(r *web.Request) (from, until civil.Date) {
	until = r.View.Run.AsOf
	if on, ok := r.Query.Date("until"); ok {
		until = on
	}
	from = civil.NewDate(until.Year(), 1, 1)
	if on, ok := r.Query.Date("from"); ok {
		from = on
	}
	return from, until
}

// column is a column of an export, in English headed by the name that programs read.
func column(key, name string, kind spreadsheet.Kind) spreadsheet.Column {
	title, _ := language.LookUp(key)
	return spreadsheet.Typed(catalog.Text{ZH: title.ZH, EN: name}, kind)
}
