package console

import (
	"cmp"
	"slices"
	"strings"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
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
	Pager         pager
}

type gradeCount struct {
	Grade string
	Count int
}

func (p *editionsPages) plan(r *request, size int) *planData {
	q := r.query
	d := &planData{
		Edition: r.view.Latest(), Counties: r.view.Counties,
		County: q.code("county", 6), Grade: q.choice("grade", "", "A", "B", "C"), Due: q.choice("due", "quarter", "all"), Search: q.search(),
	}
	if d.Edition == nil {
		return d
	}
	d.Year, d.Quarter = d.Edition.Quarter()
	counts := map[string]int{}
	for i := range r.view.Grades {
		g := &r.view.Grades[i]
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
	slices.SortStableFunc(d.Rows, func(a, b *edition.Grade) int {
		return cmp.Or(-cmp.Compare(a.Grade, b.Grade), -cmp.Compare(a.RedWarnings, b.RedWarnings), -cmp.Compare(a.Workers, b.Workers), cmp.Compare(a.Employer, b.Employer))
	})
	d.Pager = q.rows(len(d.Rows), size)
	d.Rows = d.Rows[d.Pager.From:d.Pager.To]
	return d
}

func (p *editionsPages) planPage(r *request) (answer, error) {
	return answer{template: "plan", title: language.Message(r.lang, "plan.title"), data: p.plan(r, p.PageSize)}, nil
}

func (p *editionsPages) planCSV(r *request) (answer, error) {
	l, d := r.lang, p.plan(r, 0)
	if d.Edition == nil {
		return answer{}, errNotFound
	}
	s := spreadsheet.NewTable(string(l), column("csv.as_of"), column("csv.grade"), column("csv.reasons_code"), column("csv.reasons"), column("csv.uscc"), column("csv.name"),
		column("csv.township"), column("csv.place"), column("csv.projects"), column("csv.workers"), column("csv.red"), column("csv.visits_quarter"),
		column("csv.visits_year"), column("csv.records"))
	for _, g := range d.Rows {
		s.Line(d.Edition.AsOf.String(), g.Grade, strings.Join(g.Reasons, spreadsheet.Separator), strings.Join(view.Reasons(l, *g), language.Message(l, "list.and")), g.Employer, g.Name, g.Township, p.Regions.Path(g.Township),
			language.Whole(g.Projects), language.Whole(g.Workers), language.Whole(g.RedWarnings), language.Whole(uint32(g.VisitsQuarter)), language.Whole(uint32(g.VisitsYear)), strings.Join(g.Records, spreadsheet.Separator))
	}
	return csvFile(s, "anxin-plan-"+d.Edition.AsOf.String()+".csv"), nil
}
