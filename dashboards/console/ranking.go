package console

import (
	"cmp"
	"slices"
	"strings"

	"github.com/anxin-project/anxin/internal/domain/region"
)

// rankingData is the page of townships or counties.
type rankingData struct {
	Unit                  string // township or county
	Prefecture, County    string // chosen codes
	Prefectures, Counties []*Unit
	Totals                []*Unit // above the table
	Lights                []lightCount
	Light, Search         string
	Sort, Dir             string
	Rows                  []*Unit
	Pager                 pager
	Complete              bool // every row is on this page, so the script may sort in place
	WithinCounty          bool // ranks are the county's, not the prefecture's
	ShowCounty            bool
	Unplaced              []Unplaced // of the county chosen, and those of which not even a county is known
}

type lightCount struct {
	Light string
	Count int
}

// countyDigits are the digits of a county's code.
const countyDigits = 6

var lightNames = []string{"green", "yellow", "red", "grey"}

// The columns a ranking can be sorted by, and whether their first order is descending.
var rankingColumns = map[string]bool{
	"rank": false, "name": false, "light": false, "index": true, "change": true, "monitored": true,
	"people": true, "fen": true, "red": true, "yellow": true,
}

func (c *Console) rankingPage(r *request) (answer, error) {
	d := c.ranking(r, c.config.PageSize*2)
	return answer{template: "ranking", title: message(r.lang, "ranking.title"), data: d}, nil
}

// ranking filters, sorts and pages the units as the parameters say; size 0 returns every row.
func (c *Console) ranking(r *request, size int) *rankingData {
	v, q := r.view, r.query
	d := &rankingData{
		Unit:        q.choice("unit", "township", "county"),
		Prefecture:  q.code("prefecture", 4),
		County:      q.code("county", 6),
		Light:       q.choice("light", "", "green", "yellow", "red", "grey"),
		Search:      q.search(),
		Sort:        q.choice("sort", "rank", "name", "light", "index", "change", "monitored", "people", "fen", "red", "yellow"),
		Prefectures: v.prefectures,
	}
	if d.County != "" && d.Prefecture == "" {
		d.Prefecture = region.Prefecture(d.County)
	}
	if rankingColumns[d.Sort] {
		d.Dir = q.choice("dir", "desc", "asc")
	} else {
		d.Dir = q.choice("dir", "asc", "desc")
	}
	for _, county := range v.counties {
		if d.Prefecture == "" || county.Prefecture == d.Prefecture {
			d.Counties = append(d.Counties, county)
		}
	}
	counts := map[string]int{}
	for _, u := range v.Units {
		if u.Level != d.Unit || !inside(u, d.Prefecture, d.County) || !named(c.regions, u, d.Search) {
			continue
		}
		if !u.RankOnly {
			counts[lightClass(u.Light)]++
		}
		if d.Light != "" && (u.RankOnly || lightClass(u.Light) != d.Light) {
			continue
		}
		d.Rows = append(d.Rows, u)
	}
	for _, l := range lightNames {
		d.Lights = append(d.Lights, lightCount{l, counts[l]})
	}
	oneCounty := d.County != "" || len(r.person().Territory) >= countyDigits
	d.WithinCounty = d.Unit == "township" && oneCounty
	d.ShowCounty = d.Unit == "township" && !oneCounty
	d.Totals = totals(v, d.Prefecture, d.County)
	for _, u := range v.Unplaced {
		if u.County == "" || strings.HasPrefix(u.County, cmp.Or(d.County, d.Prefecture)) {
			d.Unplaced = append(d.Unplaced, u)
		}
	}
	sortUnits(d.Rows, d.Sort, d.Dir == "desc", d.WithinCounty)
	d.Pager = q.rows(len(d.Rows), size)
	d.Complete = d.Pager.Last == 1
	d.Rows = d.Rows[d.Pager.From:d.Pager.To]
	return d
}

func inside(u *Unit, prefecture, county string) bool {
	return (prefecture == "" || u.Prefecture == prefecture || u.Code == prefecture) && (county == "" || u.County == county || u.Code == county)
}

// named reports whether a unit's code begins with what was typed or its name, or its county's name, contains it.
func named(names Regions, u *Unit, typed string) bool {
	return typed == "" || strings.HasPrefix(u.Code, typed) || strings.Contains(strings.ToLower(u.Name), typed) ||
		u.Level == "township" && strings.Contains(strings.ToLower(names.Name(u.County)), typed)
}

// totals are the units above what the table lists: the county and its prefecture, else the prefecture, else the few
// prefectures there are.
func totals(v *View, prefecture, county string) []*Unit {
	var out []*Unit
	for _, code := range []string{county, prefecture} {
		if u := v.unit[code]; u != nil && !u.RankOnly {
			out = append(out, u)
		}
	}
	if len(out) == 0 && len(v.prefectures) <= 4 {
		out = append(out, v.prefectures...)
	}
	return out
}

// rankOf is the rank a table shows; who has none comes last.
func rankOf(u *Unit, withinCounty bool) uint32 {
	rank := u.RankPrefecture
	if withinCounty || u.Level == "county" {
		rank = u.Rank
	}
	if rank == 0 {
		return 1 << 31
	}
	return rank
}

func sortUnits(rows []*Unit, by string, descending, withinCounty bool) {
	optional := func(a, b *float64) int { // without a value: always last
		switch {
		case a == nil && b == nil:
			return 0
		case a == nil:
			return 1
		case b == nil:
			return -1
		}
		if descending {
			return -cmp.Compare(*a, *b)
		}
		return cmp.Compare(*a, *b)
	}
	change := func(u *Unit) *float64 {
		if d, ok := u.Change(); ok {
			return &d
		}
		return nil
	}
	direct := func(n int) int {
		if descending {
			return -n
		}
		return n
	}
	slices.SortStableFunc(rows, func(a, b *Unit) int {
		n := 0
		switch by {
		case "rank":
			n = direct(cmp.Compare(rankOf(a, withinCounty), rankOf(b, withinCounty)))
			if (a.Index == nil) != (b.Index == nil) { // unranked last in both directions
				n = optional(a.Index, b.Index)
			}
		case "name":
			n = direct(cmp.Compare(a.Code, b.Code)) // the official order; Chinese names have no other plain one
		case "light":
			n = direct(cmp.Compare(lightOrder(a.Light), lightOrder(b.Light)))
		case "index":
			n = optional(a.Index, b.Index)
		case "change":
			n = optional(change(a), change(b))
		case "monitored":
			n = direct(cmp.Compare(a.MonitoredWorkers, b.MonitoredWorkers))
		case "people":
			n = direct(cmp.Compare(a.ArrearsWorkers, b.ArrearsWorkers))
		case "fen":
			n = direct(cmp.Compare(a.ArrearsFen, b.ArrearsFen))
		case "red":
			n = direct(cmp.Compare(a.Red, b.Red))
		case "yellow":
			n = direct(cmp.Compare(a.Yellow, b.Yellow))
		}
		return cmp.Or(n, cmp.Compare(rankOf(a, withinCounty), rankOf(b, withinCounty)), cmp.Compare(a.Code, b.Code))
	})
}

// lightOrder puts what needs attention first.
func lightOrder(light string) int {
	return slices.Index([]string{"red", "yellow", "green", "grey"}, lightClass(light))
}
