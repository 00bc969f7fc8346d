package search

import (
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
)

// searchData is what the search box of every page finds: units, and projects and employers of the run.
type searchData struct {
	Typed    string
	Units    []*view.Unit
	Subjects []subjectHit
	More     bool
}

type subjectHit struct {
	Scope, ID, Name, Township string
	Red, Yellow               int
}

const searchRows = 50

// SearchPage is the page at /search.
func (p *Pages) SearchPage(r *web.Request) (web.Answer, error) {
	if id := strings.ToUpper(r.Query.Given.Get("q")); view.SubjectID.MatchString(id) && len(r.View.WarningsOf[view.SubjectKey("employer", id)]) > 0 {
		return web.Answer{Redirect: "/subjects/employer/" + id}, nil
	}
	d, err := p.search(r)
	if err != nil {
		return web.Answer{}, err
	}
	return web.Answer{Template: "search", Title: language.Message(r.Lang, "search.title"), Data: d}, nil
}

// search finds units, projects and employers by what was typed.
func (p *Pages) search(r *web.Request) (*searchData, error) {
	typed := r.Query.Search()
	d := &searchData{Typed: r.Query.Given.Get("q")}
	if typed != "" {
		for _, u := range r.View.Units {
			if !u.RankOnly && view.Named(p.Regions, u, typed) && len(d.Units) < searchRows {
				d.Units = append(d.Units, u)
			}
		}
		hits, err := p.findSubjects(r, typed)
		if err != nil {
			return nil, err
		}
		d.More = len(hits) > searchRows
		d.Subjects = hits[:min(len(hits), searchRows)]
		for i := range d.Subjects {
			for _, w := range r.View.WarningsOf[view.SubjectKey(d.Subjects[i].Scope, d.Subjects[i].ID)] {
				if w.Level == catalog.Red {
					d.Subjects[i].Red++
				} else {
					d.Subjects[i].Yellow++
				}
			}
		}
	}
	return d, nil
}

// findSubjects looks for projects and employers whose name or id contains what was typed.
func (p *Pages) findSubjects(r *web.Request, typed string) ([]subjectHit, error) {
	if p.Conn == nil {
		return nil, nil
	}
	from, err := r.View.Run.From("subjects")
	if err != nil {
		return nil, err
	}
	// Parameters are read as escaped text: a backslash or a control character would be an escape.
	escaped := strings.NewReplacer(`\`, `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`, "\x00", ``).Replace(typed)
	rows, err := p.Conn.Query(view.WithParameters(r.Context, clickhouse.Parameters{"typed": escaped, "territory": r.Person().Territory}), `
SELECT
    scope,
    scope_id,
    name,
    township,
    sector
FROM `+from+`
WHERE scope IN ('project', 'employer')
    AND (startsWith(township, {territory:String}) OR township = '')
    AND (positionUTF8(lowerUTF8(name), {typed:String}) > 0 OR position(lower(scope_id), {typed:String}) > 0)
ORDER BY positionUTF8(lowerUTF8(name), {typed:String}) = 0, scope DESC, scope_id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var hits []subjectHit
	for len(hits) <= searchRows && rows.Next() {
		var h subjectHit
		var sector string
		if err := rows.Scan(&h.Scope, &h.ID, &h.Name, &h.Township, &sector); err != nil {
			return nil, err
		}
		if access.Allow(r.Person(), access.Read, access.At(h.Township, string(casefile.Route(catalog.Scope(h.Scope), sector)))) {
			hits = append(hits, h)
		}
	}
	return hits, rows.Err()
}
