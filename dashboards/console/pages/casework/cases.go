package casework

import (
	"cmp"
	"html/template"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/audit"
)

// casesData is the list of cases.
type casesData struct {
	Connected   bool
	Level       string
	Department  string
	County      string
	Stage       string
	Cleared     string
	Text        string
	Sort, Dir   string
	Counties    []*view.Unit
	Departments []casefile.Department
	Stages      []casefile.Stage
	Rows        []casefile.Case
	Pager       web.Pager
	Overdue     int

	Handler, Deadline string
	Handlers          []option // who is in charge of cases that the reader may see
	MayAccept         bool
	Export            template.URL // the export's query: the filters that it knows too
	Done              string
	Refused           []refusedCase // of several that were to be accepted
	Problem           string        // key of a text
}

// refusedCase is a case that could not be accepted, and why.
type refusedCase struct {
	ID, Name string
	problem
}

// CasesPage is the page at /cases.
func (p *Pages) CasesPage(r *web.Request) (web.Answer, error) {
	return p.caseList(r, &casesData{})
}

// caseList fills in the list by the page's parameters; d may say already what came of accepting cases.
func (p *Pages) caseList(r *web.Request, d *casesData) (web.Answer, error) {
	q := r.Query
	came := *d
	*d = casesData{
		Connected: p.Cases != nil, Departments: casefile.Departments, Stages: casefile.Stages,
		MayAccept: r.Who != nil && r.Who.Is(access.Inspector, access.DepartmentOfficer), Done: q.Word("done"),
		Level:    q.Choice("level", "", "red", "yellow"),
		County:   q.Code("county", 4, 6),
		Stage:    q.Word("stage"),
		Cleared:  q.Choice("cleared", "", "yes", "no"),
		Handler:  q.Word("handler"),
		Deadline: q.Choice("deadline", "", string(casefile.Passed), string(casefile.Near), string(casefile.Running), string(casefile.Unknown)),
		Text:     q.Text("q"),
		Sort:     q.Choice("sort", "deadline", "opened", "people", "fen", "level"),
	}
	d.Refused, d.Problem = came.Refused, came.Problem
	d.Department = q.Word("department")
	descending := d.Sort != "deadline"
	if descending {
		d.Dir = q.Choice("dir", "desc", "asc")
	} else {
		d.Dir = q.Choice("dir", "asc", "desc")
	}
	answered := web.Answer{Template: "cases", Title: language.Message(r.Lang, "cases.title"), Data: d}
	if r.View != nil {
		d.Counties = r.View.Counties
	}
	if p.Cases == nil || q.Err() != nil {
		return answered, nil
	}
	f := casefile.Filter{Territory: d.County, Department: casefile.Department(d.Department), Level: catalog.Level(d.Level), Stage: casefile.Stage(d.Stage)}
	if d.Cleared != "" {
		yes := d.Cleared == "yes"
		f.Cleared = &yes
	}
	f.Deadline = casefile.DeadlineState(d.Deadline)
	f.Assignee = d.Handler
	d.Export = exportQuery(f, q.Given.Get("q"))
	list, err := p.myCases(r, f)
	if err != nil {
		return web.Answer{}, err
	}
	if d.Handlers, err = p.handlers(r); err != nil {
		return web.Answer{}, err
	}
	if d.Text != "" { // here and not in the filter: without regard to case
		list = slices.DeleteFunc(slices.Clone(list), func(k casefile.Case) bool {
			return !strings.Contains(strings.ToLower(k.Name), d.Text) && !strings.Contains(strings.ToLower(k.ScopeID), d.Text)
		})
	}
	for i := range list {
		if late(&list[i]) {
			d.Overdue++
		}
	}
	d.Pager = web.PageOf(len(list), p.PageSize, q.Number("page"))
	for _, at := range sortedCases(list, d.Sort, d.Dir == "desc")[d.Pager.From:d.Pager.To] {
		d.Rows = append(d.Rows, list[at])
	}
	return answered, nil
}

// handlers are whom the list can be filtered by: who asks, nobody, then whoever is in charge of a case that they may see.
func (p *Pages) handlers(r *web.Request) ([]option, error) {
	all, err := p.myCases(r, casefile.Filter{})
	named := map[string]string{}
	for _, k := range all {
		if k.Assignee != "" && k.Assignee != r.Who.ID {
			named[k.Assignee] = web.NameOf(p.Gate, k.Assignee)
		}
	}
	var options []option
	if access.Allow(r.Person(), access.Work, access.Object{}) {
		options = append(options, option{r.Who.ID, language.Message(r.Lang, "cases.mine")})
	}
	options = append(options, option{casefile.Nobody, language.Message(r.Lang, "cases.nobodys")})
	others := slices.SortedFunc(maps.Keys(named), func(a, b string) int { return cmp.Or(cmp.Compare(named[a], named[b]), cmp.Compare(a, b)) })
	for _, id := range others {
		options = append(options, option{id, named[id]})
	}
	return options, err
}

// exportQuery is the filter as the API's export takes it.
func exportQuery(f casefile.Filter, search string) template.URL {
	v := url.Values{}
	for name, value := range map[string]string{"territory": f.Territory, "department": string(f.Department), "level": string(f.Level), "stage": string(f.Stage),
		"assignee": f.Assignee, "deadline": string(f.Deadline), "search": search} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if f.Cleared != nil {
		v.Set("cleared", strconv.FormatBool(*f.Cleared))
	}
	return template.URL(v.Encode())
}

// late reports whether a deadline has passed of a case that has not ended.
func late(k *casefile.Case) bool {
	return !k.Stage.Ended() && slices.ContainsFunc(k.Deadlines, func(d casefile.Deadline) bool { return d.State == casefile.Passed })
}

// sortedCases returns the order of the cases. Keys are read once a case, and no case moves: there may be ten thousand.
func sortedCases(list []casefile.Case, by string, descending bool) []int {
	type place struct {
		key, level int64
		at         int
	}
	places := make([]place, len(list))
	for i := range list {
		k := &list[i]
		p := place{level: int64(caseLevel(k)), at: i}
		switch by {
		case "opened":
			p.key = k.OpenedAt.UnixNano()
		case "people":
			p.key = int64(k.Workers)
		case "fen":
			p.key = k.AmountFen
		case "level":
			p.key = p.level
		default:
			p.key = int64(deadline(k))
		}
		places[i] = p
	}
	slices.SortFunc(places, func(a, b place) int {
		n := cmp.Compare(a.key, b.key)
		if descending {
			n = -n
		}
		return cmp.Or(n, -cmp.Compare(a.level, b.level), cmp.Compare(list[a.at].ID, list[b.at].ID))
	})
	order := make([]int, len(places))
	for i, p := range places {
		order[i] = p.at
	}
	return order
}

// deadline of a case that has ended, or has none, is after all others.
func deadline(k *casefile.Case) civil.Date {
	if k.Stage.Ended() {
		return dueOn(nil)
	}
	return dueOn(nextDeadline(k.Deadlines))
}

func caseLevel(k *casefile.Case) int {
	if k.Level == "" {
		return 0
	}
	return view.LevelOrder(k.Level)
}

// maxAccept is how many cases one form accepts.
const maxAccept = 500

// AcceptForm accepts the cases that were ticked; each has an outcome of its own, and an entry in the audit log.
func (p *Pages) AcceptForm(r *web.Request) (web.Answer, error) {
	ticked := r.HTTP.PostForm["case"]
	if one := r.HTTP.PostForm["only"]; len(one) > 0 { // the button in a row, whatever else is ticked
		ticked = one
	}
	d := &casesData{}
	if p.Cases == nil || len(ticked) == 0 || len(ticked) > maxAccept {
		r.Event.Outcome, d.Problem = audit.Refused, "cases.none_ticked"
		a, err := p.caseList(r, d)
		a.Status = http.StatusUnprocessableEntity
		return a, err
	}
	var steps []casefile.Step
	for _, one := range ticked { // the id and the last event seen
		id, at, _ := strings.Cut(one, " ")
		steps = append(steps, casefile.Step{CaseID: id, Seq: seen(url.Values{"seq": {at}}), Action: casefile.Action{Kind: casefile.Accept}})
	}
	list, err := p.myCases(r, casefile.Filter{})
	if err != nil {
		return web.Answer{}, err
	}
	named := map[string]string{}
	for _, k := range list {
		named[k.ID] = k.Name
	}
	status := http.StatusOK
	for _, o := range p.Cases.ActAll(r.Context, *r.Person(), steps) {
		r.Event = audit.Event{Object: o.CaseID}
		why, err := p.notDone(r, o.Err)
		if err != nil { // not there: what is shown is the list, so it is told like a refusal
			r.Event.Outcome = audit.Refused
			why = &problem{Text: language.Message(r.Lang, "failure.missing.title"), status: http.StatusUnprocessableEntity}
		}
		if why != nil {
			d.Refused, status = append(d.Refused, refusedCase{ID: o.CaseID, Name: cmp.Or(named[o.CaseID], o.CaseID), problem: *why}), why.status
		}
		if err := r.RecordAs("case.accept"); err != nil {
			return web.Answer{}, err
		}
	}
	r.Recorded = true // one by one
	if len(d.Refused) == 0 {
		return web.Answer{Redirect: map[bool]string{true: "/work", false: "/cases"}[r.HTTP.PostFormValue("from") == "work"] + "?done=accept"}, nil
	}
	a, err := p.caseList(r, d)
	a.Status = status
	return a, err
}
