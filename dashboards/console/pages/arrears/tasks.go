package arrears

import (
	"slices"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/codebook"
	"github.com/anxin-project/anxin/internal/platform/spreadsheet"
)

// tasksData is what each department is to do, by its lights, and the quarter's list of problems: what is past its day, and what was
// done late.
type tasksData struct {
	First, Last civil.Date // of the quarter
	County      string
	Department  string
	Light       string // problems: red and late
	Lights      []casefile.TaskLight
	Departments []casefile.Department
	Counties    []*view.Unit
	Sums        []casefile.TaskSum
	Problems    int
	Tasks       []casefile.Task
	Pager       web.Pager
}

// problems stands in the filter for what a quarterly list of problems holds.
const problems = "problems"

func (p *Pages) tasks(r *web.Request, size int) (*tasksData, error) {
	on := civil.DateOf(p.Now())
	if day, ok := r.Query.Date("until"); ok { // any day of the quarter
		on = day
	}
	d := &tasksData{County: r.Query.Code("county", 6, 9), Department: r.Query.Word("department"), Lights: casefile.TaskLights, Departments: casefile.Departments}
	if r.View != nil {
		d.Counties = r.View.Counties
	}
	d.First, d.Last = casefile.Quarter(on)
	allowed := []string{"", problems}
	for _, light := range d.Lights {
		allowed = append(allowed, string(light))
	}
	d.Light = r.Query.Choice("light", allowed...)
	cases, err := p.myCases(r)
	if err != nil {
		return nil, err
	}
	tasks := slices.DeleteFunc(casefile.Tasks(cases, d.First, d.Last), func(t casefile.Task) bool {
		return !within(t.Case.Territory, d.County) || d.Department != "" && string(t.Case.Department) != d.Department
	})
	d.Sums = casefile.SumTasks(tasks, digits(r))
	wanted := func(t casefile.Task) bool {
		problem := t.Light == casefile.TaskRed || t.Light == casefile.TaskLate
		return d.Light == "" || d.Light == problems && problem || string(t.Light) == d.Light
	}
	for _, t := range tasks {
		if t.Light == casefile.TaskRed || t.Light == casefile.TaskLate {
			d.Problems++
		}
	}
	tasks = slices.DeleteFunc(tasks, func(t casefile.Task) bool { return !wanted(t) })
	d.Pager = r.Query.Rows(len(tasks), size)
	d.Tasks = tasks[d.Pager.From:d.Pager.To]
	return d, nil
}

// TasksPage is the page at /tasks.
func (p *Pages) TasksPage(r *web.Request) (web.Answer, error) {
	d, err := p.tasks(r, p.PageSize)
	return web.Answer{Template: "tasks", Title: language.Message(r.Lang, "tasks.title"), Data: d}, err
}

// TasksExport is the export at /tasks.csv and /tasks.xlsx: task by task.
func (p *Pages) TasksExport(r *web.Request) (web.Answer, error) {
	d, err := p.tasks(r, 0)
	if err != nil {
		return web.Answer{}, err
	}
	s := spreadsheet.NewTable(string(r.Lang), web.Coded("csv.department", codebook.CaseOffice), column("warnings.place", "place", spreadsheet.Text), column("ledger.case", "case", spreadsheet.Text), web.Column("csv.name"),
		web.Coded("tasks.what", codebook.DeadlineKind), column("tasks.due", "due_on", spreadsheet.Day), column("tasks.done", "done_on", spreadsheet.Day),
		web.Worded("tasks.light", func(l language.Locale, code string) string { return language.Message(l, "tasks.light."+code) }), column("case.assignee", "handler", spreadsheet.Text))
	day := func(on *civil.Date) string {
		if on == nil {
			return ""
		}
		return on.String()
	}
	for _, t := range d.Tasks {
		s.Line(string(t.Case.Department), p.Regions.Path(t.Case.Territory), t.Case.ID, t.Case.Name, string(t.Deadline.Kind), day(t.Deadline.Due), day(t.Deadline.DoneOn), string(t.Light), t.Case.Assignee)
	}
	return r.Export(s, "anxin-tasks-"+d.Last.String(), language.Message(r.Lang, "tasks.title"), r.OfNow())
}

// TasksAnswer is what GET /api/v1/tasks answers.
type TasksAnswer struct {
	From  civil.Date         `json:"from"`
	Until civil.Date         `json:"until"`
	Sums  []casefile.TaskSum `json:"sums"` // who has most past their day comes first
	Total int                `json:"total"`
	Tasks []TaskLine         `json:"tasks"`
}

// TaskLine is one task.
type TaskLine struct {
	Department casefile.Department `json:"department"`
	Place      string              `json:"place"`
	Case       string              `json:"case"`
	Name       string              `json:"name"`
	Deadline   casefile.Deadline   `json:"deadline"`
	Light      casefile.TaskLight  `json:"light"`
	Handler    string              `json:"handler"`
}

// TasksAnswer answers GET /api/v1/tasks.
func (p *Pages) TasksAnswer(r *web.Request) (web.Answer, error) {
	if p.Cases == nil {
		return web.Answer{}, web.ErrNoCasework
	}
	d, err := p.tasks(r, p.PageSize)
	if err != nil {
		return web.Answer{}, err
	}
	return web.Answer{JSON: TasksAnswer{d.First, d.Last, d.Sums, d.Pager.Total, view.Each(d.Tasks, func(t casefile.Task) TaskLine {
		return TaskLine{t.Case.Department, t.Case.Territory, t.Case.ID, t.Case.Name, t.Deadline, t.Light, t.Case.Assignee}
	})}}, nil
}
