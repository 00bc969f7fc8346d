package ranking

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/codebook"
	"github.com/anxin-project/anxin/internal/domain/region"
	"github.com/anxin-project/anxin/internal/platform/spreadsheet"
)

// rankingData is the page of townships or counties.
type rankingData struct {
	Unit                  string // township or county
	Prefecture, County    string // chosen codes
	Prefectures, Counties []*view.Unit
	Totals                []*view.Unit // above the table
	Lights                []view.LightCount
	Light, Search         string
	Sort, Dir             string
	Rows                  []*view.Unit
	Pager                 web.Pager
	Complete              bool // every row is on this page, so the script may sort in place
	WithinCounty          bool // ranks are the county's, not the prefecture's
	ShowCounty            bool
	Unplaced              []view.Unplaced // of the county chosen, and those of which not even a county is known
}

// countyDigits are the digits of a county's code.
const countyDigits = 6

// The columns a ranking can be sorted by, and whether their first order is descending.
var rankingColumns = map[string]bool{
	"rank": false, "name": false, "light": false, "index": true, "change": true, "monitored": true,
	"people": true, "fen": true, "red": true, "yellow": true,
}

// RankingPage is the page at /.
func (p *Pages) RankingPage(r *web.Request) (web.Answer, error) {
	d := p.ranking(r, p.PageSize*2)
	return web.Answer{Template: "ranking", Title: language.Message(r.Lang, "ranking.title"), Data: d}, nil
}

// ranking filters, sorts and pages the units as the parameters say; size 0 returns every row.
func (p *Pages) ranking(r *web.Request, size int) *rankingData {
	v, q := r.View, r.Query
	d := &rankingData{
		Unit:        q.Choice("unit", "township", "county"),
		Prefecture:  q.Code("prefecture", 4),
		County:      q.Code("county", 6),
		Light:       q.Choice("light", "", "green", "yellow", "red", "grey"),
		Search:      q.Search(),
		Sort:        q.Choice("sort", "rank", "name", "light", "index", "change", "monitored", "people", "fen", "red", "yellow"),
		Prefectures: v.Prefectures,
	}
	if d.County != "" && d.Prefecture == "" {
		d.Prefecture = region.Prefecture(d.County)
	}
	if rankingColumns[d.Sort] {
		d.Dir = q.Choice("dir", "desc", "asc")
	} else {
		d.Dir = q.Choice("dir", "asc", "desc")
	}
	for _, county := range v.Counties {
		if d.Prefecture == "" || county.Prefecture == d.Prefecture {
			d.Counties = append(d.Counties, county)
		}
	}
	counts := map[string]int{}
	for _, u := range v.Units {
		if u.Level != d.Unit || !view.Inside(u, d.Prefecture, d.County) || !view.Named(p.Regions, u, d.Search) {
			continue
		}
		if !u.RankOnly {
			counts[view.LightClass(u.Light)]++
		}
		if d.Light != "" && (u.RankOnly || view.LightClass(u.Light) != d.Light) {
			continue
		}
		d.Rows = append(d.Rows, u)
	}
	for _, l := range view.LightNames {
		d.Lights = append(d.Lights, view.LightCount{Light: l, Count: counts[l]})
	}
	oneCounty := d.County != "" || len(r.Person().Territory) >= countyDigits
	d.WithinCounty = d.Unit == "township" && oneCounty
	d.ShowCounty = d.Unit == "township" && !oneCounty
	d.Totals = totals(v, d.Prefecture, d.County)
	for _, u := range v.Unplaced {
		if u.County == "" || strings.HasPrefix(u.County, cmp.Or(d.County, d.Prefecture)) {
			d.Unplaced = append(d.Unplaced, u)
		}
	}
	view.SortUnits(d.Rows, d.Sort, d.Dir == "desc", d.WithinCounty)
	d.Pager = q.Rows(len(d.Rows), size)
	d.Complete = d.Pager.Last == 1
	d.Rows = d.Rows[d.Pager.From:d.Pager.To]
	return d
}

// totals are the units above what the table lists: the county and its prefecture, else the prefecture, else the few
// prefectures there are.
func totals(v *view.View, prefecture, county string) []*view.Unit {
	var out []*view.Unit
	for _, code := range []string{county, prefecture} {
		if u := v.ByCode[code]; u != nil && !u.RankOnly {
			out = append(out, u)
		}
	}
	if len(out) == 0 && len(v.Prefectures) <= 4 {
		out = append(out, v.Prefectures...)
	}
	return out
}

// RankingExport is the export at /ranking.csv and /ranking.xlsx.
func (p *Pages) RankingExport(r *web.Request) (web.Answer, error) {
	d := p.ranking(r, 0)
	s := spreadsheet.NewTable(string(r.Lang), web.Column("csv.as_of"), web.Column("csv.rank"), web.Column("csv.code"), web.Column("csv.name"), web.Column("csv.place"), web.Coded("csv.light", codebook.Light),
		web.Column("csv.index"), web.Column("csv.change"), web.Column("csv.monitored"), web.Column("csv.arrears_workers"), web.Column("csv.yuan"), web.Column("csv.estimated_yuan"), web.Column("csv.red"), web.Column("csv.yellow"))
	for _, u := range d.Rows {
		rank, index, change := "", "", ""
		if n := view.RankOf(u, d.WithinCounty); n < 1<<31 {
			rank = strconv.FormatUint(uint64(n), 10)
		}
		if u.RankOnly {
			s.Line(r.View.Run.AsOf.String(), rank, u.Code, u.Name, p.Regions.Path(u.Code), "", "", "", "", "", "", "", "", "")
			continue
		}
		if u.Index != nil {
			index = strconv.FormatFloat(*u.Index, 'f', 1, 64)
		}
		if v, ok := u.Change(); ok {
			change = strconv.FormatFloat(v, 'f', 1, 64)
		}
		s.Line(r.View.Run.AsOf.String(), rank, u.Code, u.Name, p.Regions.Path(u.Code), view.LightClass(u.Light), index, change,
			strconv.FormatUint(uint64(u.MonitoredWorkers), 10), strconv.FormatUint(uint64(u.ArrearsWorkers), 10), spreadsheet.Yuan(u.ArrearsFen), spreadsheet.Yuan(u.EstimatedFen),
			strconv.Itoa(u.Red), strconv.Itoa(u.Yellow))
	}
	return r.Export(s, "anxin-ranking-"+r.View.Run.AsOf.String(), language.Message(r.Lang, "ranking.title"), r.OfRun())
}
