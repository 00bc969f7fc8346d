package alerts_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/verdict"
)

// warned writes a completed run with one warning about project P-1, which lasts since a day.
func (r *rig) warned(t *testing.T, asOf string, run int, level, since string, workers, fen int) {
	t.Helper()
	r.exec(t, fmt.Sprintf(`INSERT INTO warnings (as_of, run, detector, scope, scope_id, episode, opened_on, level, level_on, since, name,
		township, county, sector, department, workers, amount_fen, score, evidence)
		VALUES ('%s', %d, 'wages-overdue', 'project', 'P-1', 'e1', '2026-03-05', '%s', '2026-03-05', '%s', '名称', '331024001', '331024', 'water', 'water', %d, %d, 0.5, '{}')`,
		asOf, run, level, since, workers, fen))
	r.runOn(t, asOf, run, "s")
}

// given is what POST /api/v1/verdicts answers of one.
type given struct {
	Given    int
	Outcomes []struct {
		Verdict *verdict.Verdict
		Problem *struct{ Code, Rule string }
	}
}

func (r *rig) give(t *testing.T, who, step string) given {
	t.Helper()
	got := r.as(t, who, "POST", "/api/v1/verdicts", "", `{"verdicts":[`+step+`]}`)
	if got.status != 200 {
		t.Fatalf("%d %s", got.status, got.body)
	}
	var g given
	got.read(t, &g)
	return g
}

func step(seq int, more string) string {
	return fmt.Sprintf(`{"detector":"wages-overdue","scope":"project","scope_id":"P-1","episode":"e1","seq":%d,%s}`, seq, more)
}

const (
	untrueStep = `"verdict":"untrue","code":"wrong_data","reason":"门禁重复上传，工资已发"`
	active     = `
# HELP anxin_warning_active 1 for each active warning of the latest run, but for those that a verdict of untrue keeps quiet.
# TYPE anxin_warning_active gauge
anxin_warning_active{county="331024",detector="wages-overdue",level="%s",scope="project",scope_id="P-1",sector="water",township="331024001"} 1
`
	quietOne = `
# HELP anxin_warnings_quiet Active warnings that a verdict of untrue keeps quiet; they stand on every list.
# TYPE anxin_warnings_quiet gauge
anxin_warnings_quiet{detector="wages-overdue"} 1
`
)

// The metric that alerts go by falls silent with the verdict, in every process, and comes back when the facts change, when the quiet
// is over, and when the verdict is taken back.
func TestAnUntrueWarningFiresNoAlertUntilItsFactsChange(t *testing.T) {
	r := newRig(t, nil)
	other := rigOn(t, r.conn, r.database, nil)
	r.warned(t, "2026-03-08", 100, "yellow", "2026-03-02", 10, 100_000)
	loud := func(what, level string) {
		t.Helper()
		for _, one := range []*rig{r, other} {
			one.refresh(t)
			t.Log(what)
			one.expect(t, fmt.Sprintf(active, level), "anxin_warning_active", "anxin_warnings_quiet")
		}
	}
	quiet := func(what string) {
		t.Helper()
		for _, one := range []*rig{r, other} {
			one.refresh(t)
			t.Log(what)
			one.expect(t, quietOne, "anxin_warning_active", "anxin_warnings_quiet")
		}
	}
	loud("before a verdict", "yellow")
	r.expect(t, `
# HELP anxin_warnings_without_verdict Active warnings that nobody has given a verdict on, by how the time for one stands: running, near, passed, or unknown where it cannot be counted.
# TYPE anxin_warnings_without_verdict gauge
anxin_warnings_without_verdict{county="331024",state="running"} 1
`, "anxin_warnings_without_verdict")

	g := r.give(t, "inspector", step(0, untrueStep))
	if v := g.Outcomes[0].Verdict; g.Given != 1 || v.QuietUntil.String() != "2026-06-07" || v.Growth != 10 || v.AnswerBy.String() != "2026-03-19" || v.ByName != "李青" || v.Workers != 10 {
		t.Fatalf("given %+v", v)
	}
	quiet("after the verdict")
	r.expect(t, "", "anxin_warnings_without_verdict")

	r.warned(t, "2026-03-09", 200, "yellow", "2026-03-02", 11, 100_000)
	quiet("a tenth more workers")
	r.warned(t, "2026-03-10", 300, "red", "2026-03-02", 11, 100_000)
	loud("its level rose", "red")
	r.warned(t, "2026-03-11", 400, "yellow", "2026-03-02", 10, 300_000)
	loud("three times the amount", "yellow")
	r.warned(t, "2026-03-12", 500, "yellow", "2026-03-09", 10, 100_000)
	loud("of another time", "yellow")
	r.warned(t, "2026-03-13", 600, "yellow", "2026-03-02", 10, 100_000)
	quiet("as it was")

	for _, one := range []*rig{r, other} {
		one.clock.Store(time.Date(2026, 6, 7, 16, 30, 0, 0, time.UTC).Unix()) // 8 June in China
	}
	loud("its time is over", "yellow")
	for _, one := range []*rig{r, other} {
		one.clock.Store(time.Date(2026, 6, 7, 15, 30, 0, 0, time.UTC).Unix())
	}
	quiet("an hour before")
	if g := other.give(t, "supervisor", step(1, `"withdraw":true,"reason":"看错项目"`)); g.Given != 1 {
		t.Fatalf("withdrawing: %+v", g)
	}
	loud("taken back", "yellow")
	var list struct {
		Total    int
		Verdicts []verdict.Verdict
	}
	r.as(t, "inspector", "GET", "/api/v1/verdicts?detector=wages-overdue", "", "").read(t, &list)
	if list.Total != 1 || list.Verdicts[0].Withdrawn == nil || list.Verdicts[0].Withdrawn.ByName != "周正" || list.Verdicts[0].Reason != "门禁重复上传，工资已发" {
		t.Errorf("the list has %+v", list)
	}
}

func TestVerdictsAreRefusedByRule(t *testing.T) {
	r := newRig(t, nil)
	people["officer"] = access.Person{ID: "shui", Name: "水利", Roles: []access.Role{access.DepartmentOfficer}, Territory: "331024", Department: "water"}
	people["roads"] = access.Person{ID: "lu", Name: "路政", Roles: []access.Role{access.DepartmentOfficer}, Territory: "331024", Department: "transport"}
	people["both"] = access.Person{ID: "er", Name: "两职", Roles: []access.Role{access.DepartmentOfficer, access.TownshipHead}, Territory: "331024001", Department: "transport"}
	for _, who := range []string{"officer", "roads", "both"} {
		defer delete(people, who)
	}
	r.warned(t, "2026-03-07", 50, "yellow", "2026-03-02", 9, 90_000)
	r.warned(t, "2026-03-08", 100, "red", "2026-03-02", 10, 100_000)
	for _, tt := range []struct{ name, who, step, code string }{
		{"elsewhere", "elsewhere", step(0, untrueStep), "not_found"},
		{"another department", "roads", step(0, untrueStep), "department"},
		{"who only reads it", "both", step(0, untrueStep), "role"},
		{"no such warning", "inspector", strings.Replace(step(0, untrueStep), "e1", "e2", 1), "not_found"},
		{"no reason", "inspector", step(0, `"verdict":"untrue","code":"wrong_data","reason":" "`), "invalid"},
		{"a reason without end", "inspector", step(0, `"verdict":"untrue","code":"wrong_data","reason":"`+strings.Repeat("长", 4001)+`"`), "invalid"},
		{"no verdict", "inspector", step(0, `"verdict":"maybe","code":"other","reason":"x"`), "invalid"},
		{"a code of another verdict", "inspector", step(0, `"verdict":"true","code":"wrong_data","reason":"x"`), "invalid"},
		{"nothing to take back", "inspector", step(0, `"withdraw":true,"reason":"x"`), "no_verdict"},
		{"something not seen", "inspector", step(3, untrueStep), "conflict"},
		{"right, by the officer in charge", "officer", step(0, untrueStep), ""},
		{"what was overtaken", "inspector", step(0, untrueStep), "conflict"},
		{"right, by a supervisor", "supervisor", step(1, `"verdict":"settled","code":"paid","reason":"已发放"`), ""},
		{"the same warning twice", "inspector", step(2, untrueStep) + "," + step(2, untrueStep), ""},
	} {
		g := r.give(t, tt.who, tt.step)
		code := ""
		if p := g.Outcomes[0].Problem; p != nil {
			code = p.Code
		}
		if code != tt.code {
			t.Errorf("%s: %q, want %q", tt.name, code, tt.code)
		}
		if len(g.Outcomes) == 2 && (g.Outcomes[1].Problem == nil || g.Outcomes[1].Problem.Code != "conflict") {
			t.Errorf("%s: the second is %+v", tt.name, g.Outcomes[1])
		}
	}
	if got := r.as(t, "inspector", "POST", "/api/v1/verdicts", "", `{"verdicts":[]}`); got.status != 400 {
		t.Errorf("none at all: %d", got.status)
	}
	if got := r.as(t, "elsewhere", "GET", "/api/v1/verdicts", "", ""); !strings.Contains(got.body, `"total":0`) {
		t.Errorf("elsewhere sees %s", got.body)
	}
	if got := r.as(t, "inspector", "GET", "/api/v1/verdicts?verdict=perhaps", "", ""); got.status != 400 {
		t.Errorf("a filter that cannot be: %d", got.status)
	}
	r.auditing.Lock()
	defer r.auditing.Unlock()
	done, refused := 0, 0
	for _, a := range r.audit {
		if strings.HasPrefix(a.Action, "verdict") {
			if a.Refused == "" {
				done++
			} else {
				refused++
			}
		}
	}
	if done != 3 || refused != 12 {
		t.Errorf("the audit log has %d verdicts given and %d refused", done, refused)
	}
}

// A warning that has ended can still be judged, as it last stood.
func TestAWarningThatHasEndedCanStillHaveAVerdict(t *testing.T) {
	r := newRig(t, nil)
	r.warned(t, "2026-03-08", 100, "red", "2026-03-02", 10, 100_000)
	r.exec(t, `INSERT INTO warnings SELECT * REPLACE (toDate('2026-03-09') AS as_of, 200 AS run, toNullable(toDate('2026-03-09')) AS closed_on) FROM warnings`)
	r.runOn(t, "2026-03-09", 200, "s")
	r.run(t, "2026-03-10", 300)
	r.refresh(t)
	ended, err := r.Verdicts().Ended(t.Context(), 0)
	if err != nil || len(ended) != 1 || ended[0].Stands != nil || ended[0].By.Due == nil || ended[0].Workers != 10 {
		t.Fatalf("ended: %+v, %v", ended, err)
	}
	if g := r.give(t, "inspector", step(0, `"verdict":"settled","code":"paid","reason":"已发放"`)); g.Given != 1 {
		t.Fatalf("%+v", g)
	}
	if ended, err = r.Verdicts().Ended(t.Context(), 0); err != nil || ended[0].Stands == nil || ended[0].Stands.Kind != verdict.Settled {
		t.Errorf("ended: %+v, %v", ended, err)
	}
}
