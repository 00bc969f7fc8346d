package console

import (
	"cmp"
	"slices"
	"strings"

	"github.com/anxin-project/anxin/internal/domain/catalog"
)

// warningsData is the list of active warnings.
type warningsData struct {
	Filter      warningFilter
	Groups      []detectorGroup
	Counties    []*Unit
	Townships   []*Unit // of the chosen county
	Departments []string
	Sectors     []string
	Red, Yellow int
	Workers     uint64
	Rows        []*Warning
	Pager       pager
	Sort, Dir   string
}

type warningFilter struct {
	Level, Detector, Scope, Prefecture, County, Township, Department, Sector, Text string
}

// Empty reports whether nothing is filtered.
func (f warningFilter) Empty() bool { return f == warningFilter{} }

func (c *Console) warningsPage(r *request) (answer, error) {
	return answer{template: "warnings", title: message(r.lang, "warnings.title"), data: c.warnings(r)}, nil
}

// warnings filters, sorts and pages the active warnings as the parameters say.
func (c *Console) warnings(r *request) *warningsData {
	f := c.warningFilter(r.query)
	rows := f.choose(c, r.lang, r.view)
	d := &warningsData{Filter: f, Groups: c.detectors.grouped(), Counties: r.view.counties}
	d.Sort = r.query.choice("sort", "worst", "newest", "since", "people", "fen")
	d.Dir = r.query.choice("dir", "desc", "asc")
	sortWarnings(rows, d.Sort, d.Dir == "asc")
	for _, w := range rows {
		if w.Level == catalog.Red {
			d.Red++
		} else {
			d.Yellow++
		}
	}
	departments, sectors := map[string]bool{}, map[string]bool{}
	for _, w := range r.view.Warnings {
		departments[w.Department] = true
		sectors[w.Sector] = true
	}
	d.Departments, d.Sectors = names(departments), names(sectors)
	if f.County != "" {
		for _, u := range r.view.Units {
			if u.Level == "township" && u.County == f.County {
				d.Townships = append(d.Townships, u)
			}
		}
	}
	d.Pager = r.query.rows(len(rows), c.config.PageSize/2)
	d.Rows = rows[d.Pager.From:d.Pager.To]
	return d
}

func names(set map[string]bool) []string {
	var out []string
	for name := range set {
		if name != "" {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

func (c *Console) warningFilter(q *query) warningFilter {
	f := warningFilter{
		Level:      q.choice("level", "", "red", "yellow"),
		Detector:   q.word("detector"),
		Scope:      q.choice("scope", "", "project", "employer", "township"),
		Prefecture: q.code("prefecture", 4),
		County:     q.code("county", 6),
		Township:   q.code("township", 9),
		Department: q.word("department"),
		Sector:     q.word("sector"),
		Text:       q.search(),
	}
	if f.Township != "" && f.County == "" {
		f.County = f.Township[:6]
	}
	return f
}

// choose returns a new slice of the warnings that pass, in the given order.
func (f warningFilter) choose(c *Console, l locale, view *View) []*Warning {
	var out []*Warning
	for _, w := range view.Warnings {
		switch {
		case f.Level != "" && string(w.Level) != f.Level,
			f.Detector != "" && w.Detector != f.Detector,
			f.Scope != "" && w.Scope != f.Scope,
			f.Prefecture != "" && prefectureOf(view, w) != f.Prefecture,
			f.County != "" && w.County != f.County,
			f.Township != "" && w.Township != f.Township,
			f.Department != "" && w.Department != f.Department,
			f.Sector != "" && w.Sector != f.Sector,
			f.Text != "" && !c.mentions(l, w, f.Text):
			continue
		}
		out = append(out, w)
	}
	return out
}

// mentions reports whether a warning's subject, place or detector contains the text.
func (c *Console) mentions(l locale, w *Warning, text string) bool {
	return strings.Contains(strings.ToLower(w.Name), text) || strings.Contains(strings.ToLower(w.ScopeID), text) ||
		strings.HasPrefix(w.Township, text) || strings.Contains(c.regions.Name(w.Township), text) ||
		strings.Contains(strings.ToLower(c.detectors.header(w.Detector).Title.In(string(l))), text) ||
		strings.Contains(w.Detector, text)
}

// sortWarnings keeps the given order, worst first, among equals.
func sortWarnings(rows []*Warning, by string, ascending bool) {
	key := func(a, b *Warning) int {
		switch by {
		case "newest":
			return cmp.Compare(a.Opened, b.Opened)
		case "since":
			return -cmp.Compare(a.Since, b.Since) // "descending" is the longest lasting first
		case "people":
			return cmp.Compare(a.Workers, b.Workers)
		case "fen":
			return cmp.Compare(a.AmountFen, b.AmountFen)
		}
		return -worstFirst(a, b)
	}
	slices.SortStableFunc(rows, func(a, b *Warning) int {
		if ascending {
			return key(a, b)
		}
		return -key(a, b)
	})
}
