package editions

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/edition"
	"github.com/anxin-project/anxin/internal/platform/spreadsheet"
)

// planData is the inspection plan of a quarter: the employers that the latest edition grades, those to visit first.
type planData struct {
	Edition       *edition.Edition
	Year, Quarter int
	County, Grade string
	Due           string // quarter: to be visited in it; all: every employer
	Search        string
	Counties      []*view.Unit
	Counts        []gradeCount // within the county
	Visits        int          // of the rows chosen
	Rows          []*edition.Grade
	Pager         web.Pager

	found map[string]view.Found
}

// Found is what people found of the active warnings about an employer.
func (d *planData) Found(employer string) view.Found { return d.found[employer] }

type gradeCount struct {
	Grade string
	Count int
}

func (p *Pages) plan(r *web.Request, size int) *planData {
	q := r.Query
	d := &planData{
		Edition: r.View.Latest(), Counties: r.View.Counties,
		County: q.Code("county", 6), Grade: q.Choice("grade", "", "A", "B", "C"), Due: q.Choice("due", "quarter", "all"), Search: q.Search(),
		found: r.View.FoundOf,
	}
	if d.Edition == nil {
		return d
	}
	d.Year, d.Quarter = d.Edition.Quarter()
	counts := map[string]int{}
	for i := range r.View.Grades {
		g := &r.View.Grades[i]
		if d.County != "" && g.County != d.County {
			continue
		}
		counts[g.Grade]++
		if d.Grade != "" && g.Grade != d.Grade || d.Due == "quarter" && g.VisitsQuarter == 0 ||
			d.Search != "" && !strings.Contains(strings.ToLower(g.Name), d.Search) && !strings.HasPrefix(strings.ToLower(g.Employer), d.Search) {
			continue
		}
		d.Visits += int(g.VisitsQuarter)
		d.Rows = append(d.Rows, g)
	}
	for _, grade := range []string{"C", "B", "A"} {
		d.Counts = append(d.Counts, gradeCount{grade, counts[grade]})
	}
	// the riskiest first: where most wages are likely lost soon, then by the grade
	slices.SortStableFunc(d.Rows, func(a, b *edition.Grade) int {
		return cmp.Or(-cmp.Compare(r.View.AtStake[a.Employer], r.View.AtStake[b.Employer]), -cmp.Compare(a.Grade, b.Grade), -cmp.Compare(a.RedWarnings, b.RedWarnings), -cmp.Compare(a.Workers, b.Workers), cmp.Compare(a.Employer, b.Employer))
	})
	d.Pager = q.Rows(len(d.Rows), size)
	d.Rows = d.Rows[d.Pager.From:d.Pager.To]
	return d
}

// PlanPage is the page at /plan.
func (p *Pages) PlanPage(r *web.Request) (web.Answer, error) {
	return web.Answer{Template: "plan", Title: language.Message(r.Lang, "plan.title"), Data: p.plan(r, p.PageSize)}, nil
}

// PlanExport is the export at /plan.csv and /plan.xlsx.
func (p *Pages) PlanExport(r *web.Request) (web.Answer, error) {
	l, d := r.Lang, p.plan(r, 0)
	if d.Edition == nil {
		return web.Answer{}, web.ErrNotFound
	}
	s := spreadsheet.NewTable(string(l), web.Column("csv.as_of"), web.Column("csv.grade"), web.Column("csv.reasons_code"), web.Column("csv.reasons"), web.Column("csv.uscc"), web.Column("csv.name"),
		web.Column("csv.township"), web.Column("csv.place"), web.Column("csv.projects"), web.Column("csv.workers"), web.Column("csv.red"), web.Column("csv.found_true"), web.Column("csv.found_untrue"), web.Column("csv.found_none"), web.Column("csv.visits_quarter"),
		web.Column("csv.visits_year"), web.Column("csv.records"))
	for _, g := range d.Rows {
		found := d.Found(g.Employer)
		s.Line(d.Edition.AsOf.String(), g.Grade, strings.Join(g.Reasons, spreadsheet.Separator), strings.Join(view.Reasons(l, *g), language.Message(l, "list.and")), g.Employer, g.Name, g.Township, p.Regions.Path(g.Township),
			language.Whole(g.Projects), language.Whole(g.Workers), language.Whole(g.RedWarnings), strconv.Itoa(found.True+found.Settled), strconv.Itoa(found.Untrue), strconv.Itoa(found.None), language.Whole(uint32(g.VisitsQuarter)), language.Whole(uint32(g.VisitsYear)), strings.Join(g.Records, spreadsheet.Separator))
	}
	return r.Export(s, "anxin-plan-"+d.Edition.AsOf.String(), language.Message(l, "plan.title"), r.OfEdition(*d.Edition))
}
