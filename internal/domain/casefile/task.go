package casefile

import (
	"cmp"
	"slices"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Task is one act that a department is to do, or did late: a deadline of a case that it is in charge of.
type Task struct {
	Case     *Case
	Deadline Deadline
	Light    TaskLight
}

// TaskLight is how a task stands.
type TaskLight string

// The lights of a task. Late says that it was done after its day.
const (
	TaskGreen  TaskLight = "green"  // time runs
	TaskYellow TaskLight = "yellow" // near
	TaskRed    TaskLight = "red"    // past its day and not done
	TaskLate   TaskLight = "late"
	TaskGrey   TaskLight = "grey" // its day cannot be counted
)

// TaskLights are all of them, in the order of pages.
var TaskLights = []TaskLight{TaskRed, TaskYellow, TaskGreen, TaskGrey, TaskLate}

// officeOwn are the deadlines that an office keeps. The others are the employer's to pay, and the time to pass a case on, which runs
// within that to accept it.
func officeOwn(kind DeadlineKind) bool { return kind == ToAccept || kind == ToInvestigate }

// Tasks are the acts that are open, and those done late whose last day lies in a period; the latest first.
func Tasks(cases []Case, from, until civil.Date) []Task {
	var all []Task
	for i := range cases {
		c := &cases[i]
		for _, d := range c.Deadlines {
			if !officeOwn(d.Kind) {
				continue
			}
			light := map[DeadlineState]TaskLight{Running: TaskGreen, Near: TaskYellow, Passed: TaskRed, MetLate: TaskLate, Unknown: TaskGrey}[d.State]
			switch {
			case light == "", light == TaskLate && (*d.Due < from || *d.Due > until), light != TaskLate && (d.DoneOn != nil || c.Stage.Ended()):
				continue
			}
			all = append(all, Task{c, d, light})
		}
	}
	due := func(t Task) civil.Date {
		if t.Deadline.Due == nil {
			return 1 << 30
		}
		return *t.Deadline.Due
	}
	slices.SortFunc(all, func(a, b Task) int {
		return cmp.Or(cmp.Compare(slices.Index(TaskLights, a.Light), slices.Index(TaskLights, b.Light)), cmp.Compare(due(a), due(b)), cmp.Compare(a.Case.ID, b.Case.ID), cmp.Compare(a.Deadline.Kind, b.Deadline.Kind))
	})
	return all
}

// TaskSum is how the tasks of a department in a county stand.
type TaskSum struct {
	Department Department        `json:"department"`
	Place      string            `json:"place"`
	Lights     map[TaskLight]int `json:"lights"`
}

// SumTasks adds up tasks by department and place, of so many digits; who has most past their day comes first.
func SumTasks(tasks []Task, digits int) []TaskSum {
	type key struct {
		department Department
		place      string
	}
	by := map[key]TaskSum{}
	for _, t := range tasks {
		k := key{t.Case.Department, t.Case.Territory[:min(digits, len(t.Case.Territory))]}
		if _, ok := by[k]; !ok {
			by[k] = TaskSum{k.department, k.place, map[TaskLight]int{}}
			for _, light := range TaskLights {
				by[k].Lights[light] = 0
			}
		}
		by[k].Lights[t.Light]++
	}
	sums := []TaskSum{}
	for _, s := range by {
		sums = append(sums, s)
	}
	slices.SortFunc(sums, func(a, b TaskSum) int {
		return cmp.Or(-cmp.Compare(a.Lights[TaskRed], b.Lights[TaskRed]), -cmp.Compare(a.Lights[TaskYellow], b.Lights[TaskYellow]),
			cmp.Compare(slices.Index(Departments, a.Department), slices.Index(Departments, b.Department)), cmp.Compare(a.Place, b.Place))
	})
	return sums
}

// Quarter are the first and the last day of the quarter of a day.
func Quarter(on civil.Date) (first, last civil.Date) {
	first = civil.NewDate(on.Year(), (on.Time().Month()-1)/3*3+1, 1)
	return first, (first.Month() + 3).First().AddDays(-1)
}
