package console

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/dashboards/console/pages/casework"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
)

func TestTodaysWorkInFiguresIsWhatItsRowsAddUpTo(t *testing.T) {
	s := serve(t, small)
	inspector := access.Person{ID: "inspector", Name: "某人", Roles: []access.Role{access.Inspector}, Territory: "331024"}
	s.add(t, inspector)
	s.enter(t, inspector.ID)
	list := asked[casework.WorkListAnswer](t, s, "/api/v1/work?limit=1000")
	late, today := 0, 0
	for _, w := range list.Work {
		if w.DaysLate > 0 {
			late++
		}
		if w.Deadline != nil && w.Deadline.State == casefile.Near && w.DaysLate == 0 && *w.Deadline.Due == asOf+1 {
			today++
		}
		if w.Case != "" && (w.Workers == 0 || w.AmountFen == 0 || w.Reason.ZH == "" || w.Reason.EN == "") {
			t.Errorf("a row of a case says too little: %+v", w)
		}
	}
	if late == 0 || today == 0 || late != list.Late {
		t.Fatalf("%d late, %d today, the list says %d late", late, today, list.Late)
	}
	_, _, page := s.get(t, "/work")
	for of, n := range map[string]int{"today": today, "late": late} {
		if want := fmt.Sprintf(`<a href="?of=%s">%d</a>`, of, n); !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
		if _, _, chosen := s.get(t, "/work?of="+of); strings.Count(chosen, "<tr data-href") != min(n, 100) {
			t.Errorf("%d rows of %s, want %d", strings.Count(chosen, "<tr data-href"), of, n)
		}
	}
	badge := regexp.MustCompile(`class="badge"><span aria-hidden="true">(\d+)`)
	for _, path := range []string{"/work", "/ranking", "/cases"} {
		if _, _, page := s.get(t, path); badge.FindStringSubmatch(page) == nil || badge.FindStringSubmatch(page)[1] != fmt.Sprint(late+today) {
			t.Errorf("the badge on %s is %v, want %d", path, badge.FindStringSubmatch(page), late+today)
		}
	}
	if !strings.Contains(page, `/overview/changes?of=red"`) {
		t.Error("the newly red warnings lead nowhere")
	}
	s.enter(t, overseer.ID)
	if _, _, page := s.get(t, "/about"); !strings.Contains(page, `class="badge"`) {
		t.Error("a supervisor has no badge")
	}
	head := access.Person{ID: "head", Name: "某人", Roles: []access.Role{access.TownshipHead}, Territory: "331024001"}
	s.add(t, head)
	s.enter(t, head.ID)
	if _, _, page := s.get(t, "/ranking"); strings.Contains(page, `class="badge"`) {
		t.Error("somebody without work has a badge")
	}
}

// takenCases notes the cases on which steps were taken.
type takenCases struct {
	memoryCases
	steps []string
}

func (t *takenCases) ActAll(_ context.Context, _ access.Person, steps []casefile.Step) []casefile.Outcome {
	var all []casefile.Outcome
	for _, step := range steps {
		t.steps = append(t.steps, step.CaseID)
		all = append(all, casefile.Outcome{CaseID: step.CaseID})
	}
	return all
}

func TestARowIsAcceptedAloneWhateverElseIsTicked(t *testing.T) {
	s := serve(t, small)
	taken := &takenCases{memoryCases: inventedCases(small.cases)}
	s.casework.Cases = taken
	first, second := "project:P-00003 1", "project:P-00004 1"
	if status, header, _ := s.post(t, "/cases/accept", url.Values{"from": {"work"}, "case": {first}, "only": {second}}); status != 303 || header.Get("Location") != "/work?done=accept" {
		t.Errorf("accepting in the row answers %d to %s", status, header.Get("Location"))
	}
	if got := fmt.Sprint(taken.steps); got != "[project:P-00004]" {
		t.Errorf("accepted %s", got)
	}
	taken.steps = nil
	if _, header, _ := s.post(t, "/cases/accept", url.Values{"from": {"work"}, "case": {first, second}}); header.Get("Location") != "/work?done=accept" || len(taken.steps) != 2 {
		t.Errorf("accepting what is ticked took %v, to %s", taken.steps, header.Get("Location"))
	}
}

func TestASupervisorOverSeveralPrefecturesSeesThemApart(t *testing.T) {
	s := serve(t, small)
	_, _, page := s.get(t, "/work")
	if !strings.Contains(page, `<a href="?place=3310"`) || !strings.Contains(page, "台州市") {
		t.Error("the prefectures are not apart")
	}
	if _, _, one := s.get(t, "/work?place=3301"); strings.Contains(one, "<tr data-href") {
		t.Error("another prefecture's work is shown")
	}
	county := access.Person{ID: "chief", Name: "某人", Roles: []access.Role{access.Supervisor}, Territory: "3310"}
	s.add(t, county)
	s.enter(t, county.ID)
	if _, _, page := s.get(t, "/work"); strings.Contains(page, "?place=3310") {
		t.Error("who answers for one prefecture is offered a choice of one")
	}
}
