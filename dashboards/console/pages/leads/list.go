package leads

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/codebook"
	"github.com/anxin-project/anxin/internal/domain/leadfile"
	"github.com/anxin-project/anxin/internal/platform/spreadsheet"
)

// listData is the list of leads.
type listData struct {
	Connected              bool
	Status, Deadline, Text string
	Open                   string
	Statuses               []leadfile.Status
	Rows                   []leadfile.Lead
	Late                   int
	Pager                  web.Pager
}

// ListPage is the page at /leads.
func (p *Pages) ListPage(r *web.Request) (web.Answer, error) {
	d, err := p.list(r)
	if err != nil {
		return web.Answer{}, err
	}
	d.Pager = r.Query.Rows(len(d.Rows), p.PageSize)
	d.Rows = d.Rows[d.Pager.From:d.Pager.To]
	return web.Answer{Template: "leads", Title: language.Message(r.Lang, "leads.title"), Data: d}, nil
}

// list gathers the leads that who asks may see: those that are open first, by what is due next.
func (p *Pages) list(r *web.Request) (*listData, error) {
	q := r.Query
	d := &listData{Connected: p.Desk != nil, Status: q.Word("status"), Open: q.Choice("mine", "", "yes"), Text: strings.ToUpper(q.Text("q")), Statuses: leadfile.Statuses,
		Deadline: q.Choice("deadline", "", string(casefile.Passed), string(casefile.Near), string(casefile.Running), string(casefile.Unknown))}
	if p.Desk == nil {
		return d, nil
	}
	f := leadfile.Filter{Status: leadfile.Status(d.Status), Deadline: casefile.DeadlineState(d.Deadline), Search: d.Text}
	if d.Open != "" {
		f.Assignee = r.Who.ID
	}
	all, err := p.Desk.List(r.Context, f)
	for _, l := range all {
		if !access.Allow(r.Person(), access.Leads, l.Object(r.Person())) {
			continue
		}
		if slices.ContainsFunc(l.Deadlines, func(d casefile.Deadline) bool { return d.State == casefile.Passed }) && !l.Status.Ended() {
			d.Late++
		}
		d.Rows = append(d.Rows, l)
	}
	slices.SortStableFunc(d.Rows, func(a, b leadfile.Lead) int {
		return cmp.Or(cmp.Compare(due(a), due(b)), -cmp.Compare(a.ReceivedOn, b.ReceivedOn), cmp.Compare(a.ID, b.ID))
	})
	return d, err
}

// due orders leads: what cannot be counted first, what has ended last.
func due(l leadfile.Lead) civil.Date {
	next := nextDeadline(l.Deadlines)
	switch {
	case l.Status.Ended():
		return math.MaxInt32
	case next == nil:
		return math.MaxInt32 - 1
	case next.Due == nil:
		return math.MinInt32
	}
	return *next.Due
}

// ListExport is the export at /leads.csv and /leads.xlsx.
func (p *Pages) ListExport(r *web.Request) (web.Answer, error) {
	d, err := p.list(r)
	if err != nil {
		return web.Answer{}, err
	}
	l := r.Lang
	s := spreadsheet.NewTable(string(l), web.Column("csv.lead"), web.Coded("csv.lead_status", codebook.LeadStatus), web.Coded("csv.lead_channel", codebook.LeadChannel), web.Column("csv.received_on"), web.Column("csv.township"), web.Column("csv.place"),
		web.Column("csv.project"), web.Column("csv.employer"), web.Column("csv.workers"), web.Column("csv.yuan"), web.Coded("csv.department", codebook.Department), web.Coded("csv.conclusion", codebook.Conclusion), web.Column("csv.due_by"))
	for _, one := range d.Rows {
		by, yuan := "", ""
		if next := nextDeadline(one.Deadlines); next != nil && next.Due != nil && !one.Status.Ended() {
			by = next.Due.String()
		}
		if one.AmountFen > 0 { // 0: not said
			yuan = spreadsheet.Yuan(one.AmountFen)
		}
		s.Line(one.ID, string(one.Status), one.Channel, one.ReceivedOn.String(), one.Township, p.Regions.Path(one.Township), one.ProjectID, one.Employer, strconv.FormatUint(uint64(one.Workers), 10), yuan, string(one.Department), string(one.Conclusion), by)
	}
	return r.Export(s, "anxin-leads", language.Message(l, "leads.title"), r.OfNow())
}
