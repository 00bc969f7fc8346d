package casefile

import (
	"fmt"
	"testing"
	"time"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

func TestTasksOfADepartmentStandByTheirDeadlines(t *testing.T) {
	on := func(month time.Month, day int) *civil.Date { d := civil.NewDate(2026, month, day); return &d }
	december := civil.NewDate(2025, 12, 30)
	before := &december
	cases := []Case{
		{ID: "a", Department: Housing, Territory: "331024001", Stage: Open, Deadlines: []Deadline{{Kind: ToAccept, Due: on(3, 4), State: Passed}, {Kind: ToPassOn, Due: on(3, 3), State: Passed}}},
		{ID: "b", Department: Housing, Territory: "331024002", Stage: Investigating, Deadlines: []Deadline{{Kind: ToAccept, Due: on(2, 4), DoneOn: on(2, 9), State: MetLate}, {Kind: ToInvestigate, Due: on(4, 4), State: Running}}},
		{ID: "c", Department: Water, Territory: "331024002", Stage: Investigating, Deadlines: []Deadline{{Kind: ToAccept, Due: on(2, 4), DoneOn: on(2, 4), State: Met}, {Kind: ToInvestigate, Due: on(3, 6), State: Near}, {Kind: ToPay, Due: on(3, 1), State: Passed}}},
		{ID: "d", Department: Water, Territory: "331024002", Stage: Closed, Deadlines: []Deadline{{Kind: ToAccept, Due: on(2, 4), State: Passed}}},                       // over
		{ID: "e", Department: Water, Territory: "331024002", Stage: Closed, Deadlines: []Deadline{{Kind: ToInvestigate, Due: before, DoneOn: on(1, 4), State: MetLate}}}, // of the quarter before
		{ID: "f", Department: Water, Territory: "331024002", Stage: Open, Deadlines: []Deadline{{Kind: ToAccept, State: Unknown}}},
	}
	first, last := Quarter(*on(3, 5))
	if first.String() != "2026-01-01" || last.String() != "2026-03-31" {
		t.Fatalf("the quarter is %s to %s", first, last)
	}
	tasks := Tasks(cases, first, last)
	got := ""
	for _, task := range tasks {
		got += fmt.Sprintf("%s %s %s; ", task.Case.ID, task.Deadline.Kind, task.Light)
	}
	if want := "a accept red; c investigation yellow; b investigation green; f accept grey; b accept late; "; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	sums := SumTasks(tasks, 6)
	if len(sums) != 2 || sums[0].Department != Housing || sums[0].Place != "331024" || sums[0].Lights[TaskRed] != 1 || sums[0].Lights[TaskLate] != 1 || sums[0].Lights[TaskGreen] != 1 ||
		sums[1].Lights[TaskYellow] != 1 || sums[1].Lights[TaskGrey] != 1 {
		t.Errorf("%+v", sums)
	}
}
