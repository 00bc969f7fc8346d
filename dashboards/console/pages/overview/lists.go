package overview

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/codebook"
	"github.com/anxin-project/anxin/internal/platform/spreadsheet"
)

// Row is one line of a list behind a figure.
type Row struct {
	Scope     string        `json:"scope"`
	ScopeID   string        `json:"scope_id"`
	Name      string        `json:"name"`
	Township  string        `json:"township"` // empty where nobody knows it
	Level     catalog.Level `json:"level"`    // of a warning
	What      string        `json:"what"`     // a code, or a record's id, as the list has it
	On        *civil.Date   `json:"on"`
	Days      int64         `json:"days"`
	Workers   uint64        `json:"workers"`
	Fen       int64         `json:"amount_fen"`
	Estimated int64         `json:"estimated_fen"`

	department string
}

// of is the row with the department that its subject's industry belongs to.
func (row Row) of(sector string) Row {
	row.department = string(casefile.Route(catalog.Scope(row.Scope), sector))
	return row
}

// list is one of the lists behind the figures: which parameter narrows it down, and how it is read.
type list struct {
	name    string
	choices []string // of the parameter of; the first is what is shown without one
	read    func(p *Pages, r *web.Request, place, chosen string) ([]Row, error)
	// which columns it has beside subject and place
	level, days, workers, money bool
}

// of is the parameter by which a list is narrowed down.
const of = "of"

// The lists.
var (
	Owed    = list{name: "owed", choices: append([]string{""}, view.Bands...), read: (*Pages).owed, workers: true, money: true}
	Leads   = list{name: "leads", choices: []string{"open", "late"}, read: (*Pages).leads, days: true, workers: true, money: true}
	Missing = list{name: "missing", choices: []string{"", "lists", "gate", "ledger"}, read: (*Pages).missing, workers: true}
	Due     = list{name: "due", choices: []string{""}, read: (*Pages).payDays, workers: true}
	Silent  = list{name: "silent", choices: []string{"silent", "unaccounted"}, read: (*Pages).silent, workers: true}
	Changes = list{name: "changes", choices: []string{"opened", "red", "ended"}, read: (*Pages).changed, level: true, workers: true, money: true}
)

// listData is a list behind a figure.
type listData struct {
	List                        string
	Place, Name                 string
	Chosen                      string
	Choices                     []string
	Level, Days, Workers, Money bool
	Unread                      bool
	Rows                        []Row
	Pager                       web.Pager
	People                      uint64
	Fen                         int64
}

func (p *Pages) list(r *web.Request, l list, size int) (*listData, error) {
	d := &listData{List: l.name, Place: place(r), Chosen: r.Query.Choice(of, l.choices...), Choices: l.choices, Level: l.level, Days: l.days, Workers: l.workers, Money: l.money, Unread: r.View.Unread}
	d.Name = cmp.Or(p.Regions.Name(d.Place), d.Place)
	if r.Query.Err() != nil || d.Unread && l.name != Changes.name {
		return d, nil
	}
	rows, err := l.read(p, r, d.Place, d.Chosen)
	if err != nil {
		return nil, fmt.Errorf("reading the list %s: %w", l.name, err)
	}
	rows = access.MayRead(r.Person(), rows, func(row Row) access.Object {
		return access.At(row.Township, row.department)
	})
	for _, row := range rows {
		d.People, d.Fen = d.People+row.Workers, d.Fen+row.Fen
	}
	d.Pager = r.Query.Rows(len(rows), size)
	d.Rows = rows[d.Pager.From:d.Pager.To]
	return d, nil
}

// ListPage answers the page of a list.
func (p *Pages) ListPage(l list) web.PageFunc {
	return func(r *web.Request) (web.Answer, error) {
		d, err := p.list(r, l, p.PageSize)
		if err != nil {
			return web.Answer{}, err
		}
		return web.Answer{Template: "overview-list", Title: language.Message(r.Lang, "overview.list."+l.name), Data: d}, nil
	}
}

// ListAnswer is what GET /api/v1/overview/… answers.
type ListAnswer struct {
	view.OfRun
	Place string `json:"place"`
	Total int    `json:"total"`
	Rows  []Row  `json:"rows"`
}

// ListAnswer answers a list of the API.
func (p *Pages) ListAnswer(l list) web.PageFunc {
	return func(r *web.Request) (web.Answer, error) {
		d, err := p.list(r, l, 0)
		if err != nil {
			return web.Answer{}, err
		}
		return web.Answer{JSON: ListAnswer{r.View.OfRun(), d.Place, d.Pager.Total, view.List(d.Rows)}}, nil
	}
}

// ListExport answers a list as a sheet.
func (p *Pages) ListExport(l list) web.PageFunc {
	return func(r *web.Request) (web.Answer, error) {
		d, err := p.list(r, l, 0)
		if err != nil {
			return web.Answer{}, err
		}
		s := spreadsheet.NewTable(string(r.Lang), web.Column("csv.as_of"), web.Coded("csv.scope", codebook.Scope), web.Column("csv.id"), web.Column("csv.name"), web.Column("csv.place"),
			web.Coded("csv.level", codebook.Level), web.Column("csv.matter"), web.Column("csv.on"), web.Column("csv.days_late"), web.Column("csv.workers"), web.Column("csv.yuan"), web.Column("csv.estimated_yuan"))
		for _, row := range d.Rows {
			on := ""
			if row.On != nil {
				on = row.On.String()
			}
			s.Line(r.View.Run.AsOf.String(), row.Scope, row.ScopeID, row.Name, p.Regions.Path(row.Township), string(row.Level), p.what(r.Lang, l.name, row.What), on,
				strconv.FormatInt(row.Days, 10), strconv.FormatUint(row.Workers, 10), spreadsheet.Yuan(row.Fen), spreadsheet.Yuan(row.Estimated))
		}
		return r.Export(s, "anxin-"+l.name+"-"+r.View.Run.AsOf.String(), language.Message(r.Lang, "overview.list."+l.name), r.OfRun())
	}
}

// what writes what a row is about.
func (p *Pages) what(l language.Locale, list, what string) string {
	switch list {
	case Leads.name, Due.name, Silent.name:
		return what
	case Changes.name:
		return p.Detectors.Header(what).Title.In(string(l))
	}
	var words []string
	for code := range strings.SplitSeq(what, " ") {
		if code != "" {
			words = append(words, language.Message(l, "overview."+list+"."+code))
		}
	}
	return strings.Join(words, language.Message(l, "list.comma"))
}

// rows runs a query over the run's snapshot; place narrows it down by the beginning of a code, chosen by the list's parameter.
func (p *Pages) rows(r *web.Request, place, chosen, query string, each func(driver.Rows) error) error {
	return r.View.Run.Placed(r.Context, p.Conn, query, clickhouse.Parameters{"grace_days": strconv.Itoa(p.Grace), "place": place, "chosen": chosen}, each)
}

// owed are the subjects that wages are owed on, those with most first.
func (p *Pages) owed(r *web.Request, code, chosen string) ([]Row, error) {
	var all []Row
	err := p.rows(r, code, chosen, `
SELECT
    toString(home_scope) AS scope,
    home_id,
    any(subjects.name) AS name,
    any(toString(subjects.township)) AS place,
    any(toString(subjects.sector)) AS sector,
    arrayStringConcat(arraySort(groupUniqArray(toString(kind))), ' ') AS kinds,
    min(due_by) AS due,
    uniqExact(worker_key) AS workers,
    sum(owed_fen) AS fen,
    sumIf(owed_fen, kind IN ('underlisted', 'unlisted')) AS estimated
FROM {{owed}} AS owed
INNER JOIN {{subjects}} AS subjects ON subjects.scope = owed.home_scope AND subjects.scope_id = owed.home_id
WHERE due_by + {grace_days:UInt16} <= {as_of:Date} AND startsWith(subjects.township, {place:String})
    AND {chosen:String} IN ('', `+view.BandOf+`)
GROUP BY scope, home_id
ORDER BY fen DESC, scope, home_id`, func(rows driver.Rows) error {
		var one Row
		var sector string
		var due time.Time
		err := rows.Scan(&one.Scope, &one.ScopeID, &one.Name, &one.Township, &sector, &one.What, &due, &one.Workers, &one.Fen, &one.Estimated)
		one.On = day(due)
		all = append(all, one.of(sector))
		return err
	})
	return all, err
}

func day(t time.Time) *civil.Date {
	on := civil.OfColumn(t)
	return &on
}

// leads are the open ones, those that are late longest first.
func (p *Pages) leads(r *web.Request, code, chosen string) ([]Row, error) {
	var all []Row
	err := p.rows(r, code, chosen, `
SELECT
    toString(leads.scope) AS scope,
    leads.scope_id AS scope_id,
    any(subjects.name) AS name,
    any(toString(if(subjects.township != '', subjects.township, leads.township))) AS place,
    any(toString(subjects.sector)) AS sector,
    leads.id AS lead,
    any(received_on) AS received,
    any(if(late_in != '', days_over, 0)) AS over,
    any(leads.workers) AS workers,
    any(leads.amount_fen) AS fen
FROM {{lead_clocks}} AS leads
LEFT JOIN {{subjects}} AS subjects ON subjects.scope = leads.scope AND subjects.scope_id = leads.scope_id
WHERE open AND startsWith(if(subjects.township != '', subjects.township, leads.township), {place:String}) AND (late_in != '' OR {chosen:String} = 'open')
GROUP BY scope, scope_id, leads.source, lead
ORDER BY over DESC, received, scope, scope_id, lead`, func(rows driver.Rows) error {
		var one Row
		var sector string
		var received time.Time
		var workers uint32
		err := rows.Scan(&one.Scope, &one.ScopeID, &one.Name, &one.Township, &sector, &one.What, &received, &one.Days, &workers, &one.Fen)
		one.On, one.Workers = day(received), uint64(workers)
		all = append(all, one.of(sector))
		return err
	})
	return all, err
}

// missing are the projects under way of which something is not heard.
func (p *Pages) missing(r *web.Request, code, chosen string) ([]Row, error) {
	var all []Row
	err := p.rows(r, code, chosen, `
SELECT
    projects.project_id,
    projects.name,
    toString(projects.township) AS place,
    toString(projects.sector) AS sector,
    arrayFilter(feed -> feed != '', [if(`+view.NoLists+`, 'lists', ''), if(`+view.NoGate+`, 'gate', ''), if(`+view.NoLedger+`, 'ledger', '')]) AS lacking,
    on_site.workers AS workers
FROM {{feeds}} AS feeds
INNER JOIN {{projects}} AS projects ON projects.project_id = feeds.project_id
LEFT JOIN {{on_site}} AS on_site ON on_site.project_id = feeds.project_id
WHERE `+view.UnderWay+` AND startsWith(projects.township, {place:String}) AND notEmpty(lacking) AND ({chosen:String} = '' OR has(lacking, {chosen:String}))
ORDER BY workers DESC, projects.project_id`, func(rows driver.Rows) error {
		one := Row{Scope: string(catalog.Project)}
		var sector string
		var lacking []string
		var workers uint32
		err := rows.Scan(&one.ScopeID, &one.Name, &one.Township, &sector, &lacking, &workers)
		one.What, one.Workers = strings.Join(lacking, " "), uint64(workers)
		all = append(all, one.of(sector))
		return err
	})
	return all, err
}

// payDays are the projects that have to pay soon, the next first.
func (p *Pages) payDays(r *web.Request, code, chosen string) ([]Row, error) {
	var all []Row
	err := p.rows(r, code, chosen, `
SELECT
    projects.project_id,
    projects.name,
    toString(projects.township) AS place,
    toString(projects.sector) AS sector,
    pay_days.wage_month AS wages_of,
    pay_by,
    on_site.workers AS workers
FROM {{pay_days}} AS pay_days
INNER JOIN {{projects}} AS projects ON projects.project_id = pay_days.project_id
INNER JOIN {{on_site}} AS on_site ON on_site.project_id = pay_days.project_id
WHERE pay_by <= {as_of:Date} + {ahead_days:UInt16} AND startsWith(projects.township, {place:String})
ORDER BY pay_by, workers DESC, projects.project_id`, func(rows driver.Rows) error {
		one := Row{Scope: string(catalog.Project)}
		var sector string
		var month, by time.Time
		var workers uint32
		err := rows.Scan(&one.ScopeID, &one.Name, &one.Township, &sector, &month, &by, &workers)
		one.What, one.On, one.Workers = civil.OfColumn(month).Month().String(), day(by), uint64(workers)
		all = append(all, one.of(sector))
		return err
	})
	return all, err
}

// silent are the projects with registered workers of whom nothing was heard for a month that should have been paid.
func (p *Pages) silent(r *web.Request, code, chosen string) ([]Row, error) {
	var all []Row
	err := p.rows(r, code, chosen, `
SELECT
    silent.project_id AS id,
    any(subjects.name) AS name,
    any(toString(subjects.township)) AS place,
    any(toString(subjects.sector)) AS sector,
    formatDateTime(min(month), '%Y-%m') AS first_month,
    min(due_by) AS due,
    uniqExact(worker_key) AS workers
FROM {{silent}} AS silent
INNER JOIN {{subjects}} AS subjects ON subjects.scope = 'project' AND subjects.scope_id = silent.project_id
WHERE due_by + {grace_days:UInt16} <= {as_of:Date} AND startsWith(subjects.township, {place:String}) AND ({chosen:String} = 'silent') = (silent.kind = 'silent')
GROUP BY id
ORDER BY workers DESC, id`, func(rows driver.Rows) error {
		one := Row{Scope: string(catalog.Project)}
		var sector string
		var due time.Time
		err := rows.Scan(&one.ScopeID, &one.Name, &one.Township, &sector, &one.What, &due, &one.Workers)
		one.On = day(due)
		all = append(all, one.of(sector))
		return err
	})
	return all, err
}

// changed are the warnings that came, became red or ended since yesterday, the worst first.
func (p *Pages) changed(r *web.Request, code, which string) ([]Row, error) {
	d := overviewData{Place: code}
	if r.View.Yesterday != nil {
		d.Yesterday = &earlier{AsOf: r.View.Yesterday.AsOf}
	}
	d.changes(r.View)
	chosen := map[string][]*view.Warning{"opened": d.Opened, "red": d.NewlyRed, "ended": d.Ended}[which]
	chosen = slices.Clone(chosen)
	slices.SortStableFunc(chosen, view.WorstFirst)
	var all []Row
	for _, w := range chosen {
		on := w.Opened
		switch {
		case w.Closed != nil:
			on = *w.Closed
		case which == "red":
			on = w.LevelOn
		}
		all = append(all, Row{Scope: w.Scope, ScopeID: w.ScopeID, Name: w.Name, Township: w.Township, department: w.Department, Level: w.Level, What: w.Detector, On: &on,
			Workers: uint64(w.Workers), Fen: w.AmountFen, Estimated: view.EstimatedFen(p.Detectors.Header(w.Detector), w)})
	}
	return all, nil
}
