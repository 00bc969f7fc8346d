package console

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/anxin-project/anxin/internal/access"
	"github.com/anxin-project/anxin/internal/casefile"
	"github.com/anxin-project/anxin/internal/catalog"
	"github.com/anxin-project/anxin/internal/civil"
)

// Cases are the cases that the alerts component keeps. The console only reads them.
type Cases interface {
	// List returns the cases that match, in any order.
	List(context.Context, casefile.Filter) ([]casefile.Case, error)
	// Get returns a case and its events in the order of the log; an error that is Dependencies.NoSuchCase when there is
	// no such case.
	Get(ctx context.Context, id string) (casefile.Case, []casefile.Event, error)
}

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
	Counties    []*Unit
	Departments []casefile.Department
	Stages      []string
	Rows        []casefile.Case
	Pager       pager
	Overdue     int
	Today       civil.Date
}

func (c *Console) casesPage(r *request) (answer, error) {
	q := r.query
	d := &casesData{
		Connected: c.cases != nil, Departments: casefile.Departments, Stages: []string{string(casefile.Open)}, Today: civil.DateOf(c.now()),
		Level:   q.choice("level", "", "red", "yellow"),
		County:  q.code("county", 6),
		Stage:   q.word("stage"),
		Cleared: q.choice("cleared", "", "yes", "no"),
		Text:    q.text("q"),
		Sort:    q.choice("sort", "deadline", "opened", "people", "fen", "level"),
	}
	d.Department = q.word("department")
	descending := d.Sort != "deadline"
	if descending {
		d.Dir = q.choice("dir", "desc", "asc")
	} else {
		d.Dir = q.choice("dir", "asc", "desc")
	}
	answered := answer{template: "cases", title: message(r.lang, "cases.title"), data: d}
	if r.view != nil {
		d.Counties = r.view.counties
	}
	if c.cases == nil || q.err() != nil {
		return answered, nil
	}
	f := casefile.Filter{Territory: d.County, Department: casefile.Department(d.Department), Level: catalog.Level(d.Level), Stage: casefile.Stage(d.Stage)}
	if d.Cleared != "" {
		yes := d.Cleared == "yes"
		f.Cleared = &yes
	}
	list, err := c.cases.List(r.ctx, f)
	if err != nil {
		return answer{}, err
	}
	list = access.MayRead(r.person(), list, func(k casefile.Case) access.Object { return k.Object(r.person()) })
	if d.Text != "" { // here and not in the filter: without regard to case
		list = slices.DeleteFunc(slices.Clone(list), func(k casefile.Case) bool {
			return !strings.Contains(strings.ToLower(k.Name), d.Text) && !strings.Contains(strings.ToLower(k.ScopeID), d.Text)
		})
	}
	stages := map[string]bool{string(casefile.Open): true}
	for _, k := range list {
		stages[string(k.Stage)] = true
		if late(k, d.Today) {
			d.Overdue++
		}
	}
	d.Stages = names(stages)
	sortCases(list, d.Sort, d.Dir == "desc")
	d.Pager = pages(len(list), c.config.PageSize, q.number("page"))
	d.Rows = list[d.Pager.From:d.Pager.To]
	return answered, nil
}

// late reports whether a case's deadline for accepting it has passed.
func late(k casefile.Case, today civil.Date) bool {
	return k.AcceptBy != nil && k.Stage == casefile.Open && *k.AcceptBy < today
}

func sortCases(list []casefile.Case, by string, descending bool) {
	key := func(a, b *casefile.Case) int {
		switch by {
		case "opened":
			return a.OpenedAt.Compare(b.OpenedAt)
		case "people":
			return cmp.Compare(a.Workers, b.Workers)
		case "fen":
			return cmp.Compare(a.AmountFen, b.AmountFen)
		case "level":
			return cmp.Compare(caseLevel(a), caseLevel(b))
		}
		return cmp.Compare(deadline(a), deadline(b))
	}
	slices.SortStableFunc(list, func(a, b casefile.Case) int {
		n := key(&a, &b)
		if descending {
			n = -n
		}
		return cmp.Or(n, -cmp.Compare(caseLevel(&a), caseLevel(&b)), cmp.Compare(a.ID, b.ID))
	})
}

// deadline of a case without one is after all others.
func deadline(k *casefile.Case) civil.Date {
	if k.AcceptBy == nil || k.Stage != casefile.Open {
		return 1 << 30
	}
	return *k.AcceptBy
}

func caseLevel(k *casefile.Case) int {
	if k.Level == "" {
		return 0
	}
	return levelOrder(k.Level)
}

// caseData is one case.
type caseData struct {
	Case   casefile.Case
	Events []eventRow // newest first
	Path   string
	Today  civil.Date
	Late   bool
	Active []*Warning
}

// eventRow is an event with what its data says, as far as it is about the case and not about people.
type eventRow struct {
	casefile.Event
	Detector string
	From, To string // levels
	Workers  *uint32
	Fen      *int64
}

func (c *Console) casePage(r *request) (answer, error) {
	id := r.http.PathValue("id")
	scope, subject, ok := strings.Cut(id, ":")
	if c.cases == nil || !ok || !subjectID.MatchString(subject) || len(scope) > 16 {
		return answer{}, errNotFound
	}
	k, events, err := c.cases.Get(r.ctx, id)
	if c.noSuchCase != nil && errors.Is(err, c.noSuchCase) {
		return answer{}, errNotFound
	}
	if err != nil {
		return answer{}, err
	}
	d := &caseData{Case: k, Path: c.regions.Path(k.Township), Today: civil.DateOf(c.now())}
	d.Late = late(k, d.Today)
	if r.view != nil {
		d.Active = r.view.subject[id]
	}
	for i := len(events) - 1; i >= 0; i-- {
		d.Events = append(d.Events, readEvent(events[i]))
	}
	return answer{template: "case", title: k.Name, data: d}, nil
}

// oneCase is what a route about a case touches.
func (c *Console) oneCase(r *request) (access.Object, error) {
	id := r.http.PathValue("id")
	scope, subject, ok := strings.Cut(id, ":")
	if c.cases == nil || !ok || !subjectID.MatchString(subject) {
		return access.Object{}, errNotFound
	}
	// Not Get: that also reads the log.
	list, err := c.cases.List(r.ctx, casefile.Filter{Scope: catalog.Scope(scope), Search: subject})
	if err != nil {
		return access.Object{}, err
	}
	for _, k := range list {
		if k.ID == id {
			return k.Object(r.person()), nil
		}
	}
	return access.Object{}, errNotFound
}

// readEvent takes from an event's data what pages know how to say; anything else stays in the log.
func readEvent(e casefile.Event) eventRow {
	row := eventRow{Event: e}
	var data struct {
		Labels    map[string]string `json:"labels"` // of an alert
		From      string            `json:"from"`
		To        string            `json:"to"`
		Workers   *uint32           `json:"workers"`
		AmountFen *int64            `json:"amount_fen"`
	}
	if json.Unmarshal(e.Data, &data) == nil {
		row.Detector, row.From, row.To = data.Labels["detector"], data.From, cmp.Or(data.To, data.Labels["level"])
		row.Workers, row.Fen = data.Workers, data.AmountFen
	}
	return row
}

// caseOf returns the id of the subject's case, or "" when there is none. A page about a subject must not fail because
// casework does.
func (c *Console) caseOf(r *request, scope, id string) string {
	if c.cases == nil {
		return ""
	}
	caseID := casefile.ID(catalog.Scope(scope), id)
	// Not Get: that also reads the log, and the page only wants to know whether there is one.
	list, err := c.cases.List(r.ctx, casefile.Filter{Scope: catalog.Scope(scope), Search: id})
	if err != nil {
		c.log.Warn("looking for a subject's case failed", "error", err)
		return ""
	}
	if slices.ContainsFunc(list, func(k casefile.Case) bool {
		return k.ID == caseID && access.Allow(r.person(), access.Read, k.Object(r.person()))
	}) {
		return caseID
	}
	return ""
}
