package warnings

import (
	"cmp"
	"slices"
	"strings"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/codebook"
	"github.com/anxin-project/anxin/internal/platform/spreadsheet"
)

// warningsData is the list of active warnings.
type warningsData struct {
	Filter      warningFilter
	Groups      []view.DetectorGroup
	Counties    []*view.Unit
	Townships   []*view.Unit // of the chosen county
	Departments []string
	Sectors     []string
	Red, Yellow int
	Workers     uint64
	Rows        []*view.Warning
	Pager       web.Pager
	Sort, Dir   string
	Answerable  bool // casework is connected: verdicts can be asked for
}

type warningFilter struct {
	Level, Detector, Scope, Prefecture, County, Township, Department, Sector, Verdict, Text string
}

// Empty reports whether nothing is filtered.
func (f warningFilter) Empty() bool { return f == warningFilter{} }

// WarningsPage is the page at /warnings.
func (p *Pages) WarningsPage(r *web.Request) (web.Answer, error) {
	return web.Answer{Template: "warnings", Title: language.Message(r.Lang, "warnings.title"), Data: p.warnings(r)}, nil
}

// warnings filters, sorts and pages the active warnings as the parameters say.
func (p *Pages) warnings(r *web.Request) *warningsData {
	f := p.warningFilter(r.Query)
	rows := f.choose(p, r.Lang, r.View)
	d := &warningsData{Filter: f, Groups: p.Detectors.Grouped(), Counties: r.View.Counties, Answerable: p.Verdicts != nil}
	d.Sort = r.Query.Choice("sort", "worst", "newest", "since", "people", "fen")
	d.Dir = r.Query.Choice("dir", "desc", "asc")
	sortWarnings(rows, d.Sort, d.Dir == "asc")
	for _, w := range rows {
		if w.Level == catalog.Red {
			d.Red++
		} else {
			d.Yellow++
		}
	}
	departments, sectors := map[string]bool{}, map[string]bool{}
	for _, w := range r.View.Warnings {
		departments[w.Department] = true
		sectors[w.Sector] = true
	}
	d.Departments, d.Sectors = web.Names(departments), web.Names(sectors)
	if f.County != "" {
		for _, u := range r.View.Units {
			if u.Level == "township" && u.County == f.County {
				d.Townships = append(d.Townships, u)
			}
		}
	}
	d.Pager = r.Query.Rows(len(rows), p.PageSize/2)
	d.Rows = rows[d.Pager.From:d.Pager.To]
	return d
}

func (p *Pages) warningFilter(q *web.Query) warningFilter {
	f := warningFilter{
		Level:      q.Choice("level", "", "red", "yellow"),
		Detector:   q.Word("detector"),
		Scope:      q.Choice("scope", "", "project", "employer", "township"),
		Prefecture: q.Code("prefecture", 4),
		County:     q.Code("county", 6),
		Township:   q.Code("township", 9),
		Department: q.Word("department"),
		Sector:     q.Word("sector"),
		Verdict:    q.Choice("verdict", "", "none", "late", "true", "untrue", "settled", "quiet"),
		Text:       q.Search(),
	}
	if f.Township != "" && f.County == "" {
		f.County = f.Township[:6]
	}
	return f
}

// choose returns a new slice of the warnings that pass, in the given order.
func (f warningFilter) choose(c *Pages, l language.Locale, v *view.View) []*view.Warning {
	var out []*view.Warning
	for _, w := range v.Warnings {
		switch {
		case f.Level != "" && string(w.Level) != f.Level,
			f.Detector != "" && w.Detector != f.Detector,
			f.Scope != "" && w.Scope != f.Scope,
			f.Prefecture != "" && view.PrefectureOf(v, w) != f.Prefecture,
			f.County != "" && w.County != f.County,
			f.Township != "" && w.Township != f.Township,
			f.Department != "" && w.Department != f.Department,
			f.Sector != "" && w.Sector != f.Sector,
			f.Verdict != "" && !found(w, f.Verdict),
			f.Text != "" && !c.mentions(l, w, f.Text):
			continue
		}
		out = append(out, w)
	}
	return out
}

// found reports whether a warning has the verdict that is asked for: none; none, and its last day has passed; one of the kinds; or
// one that keeps it quiet.
func found(w *view.Warning, what string) bool {
	switch what {
	case "none":
		return w.Verdict == nil
	case "late":
		return w.AnswerBy != nil && w.AnswerBy.State == casefile.Passed
	case "quiet":
		return w.Quiet
	}
	return w.Verdict != nil && string(w.Verdict.Kind) == what
}

// mentions reports whether a warning's subject, place or detector contains the text.
func (p *Pages) mentions(l language.Locale, w *view.Warning, text string) bool {
	return strings.Contains(strings.ToLower(w.Name), text) || strings.Contains(strings.ToLower(w.ScopeID), text) ||
		strings.HasPrefix(w.Township, text) || strings.Contains(p.Regions.Name(w.Township), text) ||
		strings.Contains(strings.ToLower(p.Detectors.Header(w.Detector).Title.In(string(l))), text) ||
		strings.Contains(w.Detector, text)
}

// sortWarnings keeps the given order, worst first, among equals; what is quiet stands last either way.
func sortWarnings(rows []*view.Warning, by string, ascending bool) {
	key := func(a, b *view.Warning) int {
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
		return -view.WorstFirst(a, b)
	}
	slices.SortStableFunc(rows, func(a, b *view.Warning) int {
		by := key(a, b)
		if !ascending {
			by = -by
		}
		return cmp.Or(view.QuietLast(a, b), by)
	})
}

// WarningsExport is the export at /warnings.csv and /warnings.xlsx.
func (p *Pages) WarningsExport(r *web.Request) (web.Answer, error) {
	l := r.Lang
	s := spreadsheet.NewTable(string(l), web.Coded("csv.level", codebook.Level), web.Column("csv.detector"), web.Column("csv.title"),
		web.Coded("csv.scope", codebook.Scope), web.Column("csv.id"), web.Column("csv.name"), web.Column("csv.township"), web.Column("csv.place"),
		web.Coded("csv.sector", codebook.Sector), web.Coded("csv.department", codebook.Department), web.Column("csv.since"), web.Column("csv.opened"),
		web.Column("csv.workers"), web.Column("csv.yuan"), web.Column("csv.estimated_yuan"), web.Coded("csv.verdict", codebook.Verdict), web.Coded("csv.verdict_code", codebook.VerdictCode), web.Column("csv.verdict_at"), web.Column("csv.answer_by"), web.Column("csv.quiet_until"), web.Worded("csv.basis", func(l language.Locale, citation string) string { return l.Article(p.Laws, citation).Name }), web.Column("csv.evidence"))
	for _, w := range p.warningFilter(r.Query).choose(p, l, r.View) {
		h, found := p.Detectors.Header(w.Detector), csvVerdict(l, w)
		s.Line(string(w.Level), w.Detector, h.Title.In(string(l)), w.Scope, w.ScopeID, w.Name, w.Township, p.Regions.Path(w.Township), w.Sector, w.Department,
			w.Since.String(), w.Opened.String(), language.Whole(w.Workers), csvAmount(l, h, w.AmountFen), csvEstimate(h, w), found.kind, found.code, found.at, found.by, found.quiet, strings.Join(w.Basis, spreadsheet.Separator), view.EvidenceIn(l, h, w.Evidence).Line())
	}
	return r.Export(s, "anxin-warnings-"+r.View.Run.AsOf.String(), language.Message(l, "warnings.title"), r.OfRun())
}

// verdictCells are what was found of a warning, in the cells of an export; empty where nobody has said anything.
type verdictCells struct{ kind, code, at, by, quiet string }

func csvVerdict(l language.Locale, w *view.Warning) (c verdictCells) {
	if v := w.Verdict; v != nil {
		c = verdictCells{kind: string(v.Kind), code: string(v.Code), at: l.Second(v.At), by: maybe(v.AnswerBy)}
		if w.Quiet {
			c.quiet = maybe(v.QuietUntil)
		}
	} else if w.AnswerBy != nil {
		c.by = maybe(w.AnswerBy.Due)
	}
	return c
}

// csvAmount writes the amount of a warning in yuan; in words where it is to be checked, nothing where there is none.
func csvAmount(l language.Locale, h *catalog.Header, fen int64) string {
	switch {
	case fen != 0:
		return spreadsheet.Yuan(fen)
	case h.ClaimsMoney():
		return language.Message(l, "amount.unknown")
	}
	return ""
}

// csvEstimate writes how much of a warning's amount is an estimate; nothing where there is no amount.
func csvEstimate(h *catalog.Header, w *view.Warning) string {
	if w.AmountFen == 0 {
		return ""
	}
	return spreadsheet.Yuan(view.EstimatedFen(h, w))
}
