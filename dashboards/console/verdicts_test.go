package console

import (
	"net/url"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/dashboards/console/pages/ranking"
	"github.com/anxin-project/anxin/dashboards/console/pages/warnings"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/internal/domain/access"
)

// one is the first active warning about the project of the fixture, as the overseer sees it.
func (s *server) one(t *testing.T) *view.Warning {
	t.Helper()
	all := s.keeper.Latest().WarningsOf[view.SubjectKey("project", projectID)]
	if len(all) == 0 {
		t.Fatal("the fixture has no warning about its project")
	}
	return all[0]
}

// An untrue warning stands on every list as before: marked, last, and with the day on which its quiet ends. No unit's figures move.
func TestAnUntrueWarningIsMarkedAndLastEverywhere(t *testing.T) {
	s := serve(t, small)
	w := s.one(t)
	before := asked[ranking.UnitsAnswer](t, s, "/api/v1/units?limit=1000")
	status, header, body := s.post(t, "/verdicts", url.Values{"warning": {w.VerdictID()}, "verdict": {"untrue wrong_data"}, "reason": {"门禁<b>重复</b>上传"}, "next": {"/subjects/project/" + projectID}})
	if status != 303 || header.Get("Location") != "/subjects/project/"+projectID+"?done=verdict#warnings" {
		t.Fatalf("%d to %s: %s", status, header.Get("Location"), body)
	}
	for _, tt := range []struct {
		path string
		has  []string
	}{
		{"/subjects/project/" + projectID + "?done=verdict", []string{"核实结论已登记", "不属实", "静默至 2027-02-18", "门禁&lt;b&gt;重复&lt;/b&gt;上传", "重新登记核实结论", "撤回核实结论"}},
		{"/subjects/project/" + projectID + "?lang=en", []string{"Untrue", "quiet until 18 Feb 2027", "the data are wrong", "Withdraw the verdict"}},
		{"/cases/project:" + projectID, []string{"不属实", "静默至 2027-02-18"}},
		{"/warnings?verdict=quiet&lang=zh", []string{"不属实 · 静默至 2027-02-18", "共 1 条"}},
		{"/verdicts", []string{"数据有误", "门禁&lt;b&gt;重复&lt;/b&gt;上传", "0%"}},
		{"/verdicts?lang=en", []string{"Share true", "the data are wrong"}},
		{"/detectors/" + w.Detector + "?lang=zh", []string{"不属实 1", "属实比例"}},
		{"/detectors", []string{"按期核实比例"}},
		{"/warnings.csv?verdict=untrue", []string{"untrue,不属实,wrong_data,数据有误,2026-11-20 00:00:00,,2027-02-18"}},
		{"/verdicts.csv", []string{"untrue,不属实,wrong_data,数据有误,门禁<b>重复</b>上传"}},
	} {
		status, _, body := s.get(t, tt.path)
		for _, want := range tt.has {
			if status != 200 || !strings.Contains(body, want) {
				t.Errorf("%s (%d) lacks %q", tt.path, status, want)
			}
		}
		if strings.Contains(body, "<no value>") || strings.Contains(body, "%!") {
			t.Errorf("%s has an unfilled text", tt.path)
		}
	}
	for _, order := range []string{"", "&sort=people", "&sort=people&dir=asc", "&sort=since&dir=asc"} {
		list := asked[warnings.WarningsAnswer](t, s, "/api/v1/warnings?limit=1000"+order)
		last := list.Warnings[len(list.Warnings)-1]
		if !last.Quiet || last.ScopeID != projectID || last.Verdict == nil || last.Verdict.Code != "wrong_data" || last.Seq != 1 || list.Total != len(s.keeper.Latest().Warnings) {
			t.Errorf("by %q the last of %d is %+v", order, list.Total, last)
		}
	}
	after := asked[ranking.UnitsAnswer](t, s, "/api/v1/units?limit=1000")
	for i, u := range after.Units {
		if b := before.Units[i]; u.Code != b.Code || (u.UnitFigures == nil) != (b.UnitFigures == nil) || u.UnitFigures != nil && (u.Light != b.Light || u.Red != b.Red || u.Yellow != b.Yellow || (u.Index != nil && *u.Index != *b.Index)) {
			t.Errorf("%s moved by a verdict: %+v, was %+v", u.Code, u, b)
		}
	}
}

// What is refused comes back with what was typed, and what else was ticked is done.
func TestAVerdictThatIsRefusedKeepsWhatWasTyped(t *testing.T) {
	s := serve(t, small)
	all := s.keeper.Latest().Warnings
	stale := *all[1]
	stale.Seq = 7
	status, _, body := s.post(t, "/verdicts", url.Values{"warning": {all[0].VerdictID(), stale.VerdictID()}, "verdict": {"true arrears"}, "reason": {"现场核实"}, "next": {"/warnings?level=red"}})
	for _, want := range []string{"另有 1 条已登记", `value="true arrears" selected`, ">现场核实</textarea>", `name="next" value="/warnings?done=verdict&amp;level=red#warnings"`, `value="` + all[1].VerdictID() + `" checked`, "他人"} {
		if status != 422 || !strings.Contains(body, want) {
			t.Errorf("%d: the page lacks %q", status, want)
		}
	}
	for name, form := range map[string]url.Values{
		"nothing ticked": {"verdict": {"true arrears"}, "reason": {"x"}},
		"garbage":        {"warning": {"a b"}, "verdict": {"true arrears"}, "reason": {"x"}},
	} {
		if status, _, body := s.post(t, "/verdicts", form); status != 422 || !strings.Contains(body, "请先勾选") {
			t.Errorf("%s: %d", name, status)
		}
	}
	for _, next := range []string{"https://example.org/warnings", "//example.org/subjects/", "/sign-out", "javascript:x"} {
		w := *all[2]
		w.Seq = s.keeper.Latest().Judged(&w).Seq
		if _, header, _ := s.post(t, "/verdicts", url.Values{"warning": {w.VerdictID()}, "verdict": {"true arrears"}, "reason": {"x"}, "next": {next}}); !strings.HasPrefix(header.Get("Location"), "/warnings?") {
			t.Errorf("after %q one goes on to %q", next, header.Get("Location"))
		}
	}
}

// Who may only read is offered no form.
func TestAVerdictIsOfferedToWhoMayGiveOne(t *testing.T) {
	s := serve(t, small)
	for _, p := range []struct {
		person access.Person
		may    bool
	}{
		{access.Person{ID: "head", Name: "陈镇", Roles: []access.Role{access.TownshipHead}, Territory: "331024001"}, false},
		{access.Person{ID: "insp", Name: "李青", Roles: []access.Role{access.Inspector}, Territory: "331024"}, true},
		{access.Person{ID: "sup", Name: "周正", Roles: []access.Role{access.Supervisor}, Territory: "3310"}, true},
	} {
		s.add(t, p.person)
		s.enter(t, p.person.ID)
		for _, path := range []string{"/subjects/project/" + projectID, "/warnings?q=" + projectID, "/cases/project:" + projectID} {
			status, _, body := s.get(t, path)
			if offered := strings.Contains(body, `action="/verdicts"`); status != 200 || offered != p.may || !strings.Contains(body, "尚未核实") {
				t.Errorf("%s by %s: %d, offered %v", path, p.person.ID, status, offered)
			}
		}
	}
}
