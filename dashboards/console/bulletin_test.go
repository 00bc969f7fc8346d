package console

import (
	"net/url"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/dashboards/console/pages/bulletin"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

const september = "/bulletins/331024/2026-09"

func TestABulletinIsPublishedByANamedPersonAndThenStaysAsItWas(t *testing.T) {
	s := serve(t, small)
	begun := len(s.audited(t, 0))
	draft := asked[bulletin.Answer](t, s, "/api/v1"+september)
	if draft.State != "draft" || draft.Bulletin.Edition != 5 || draft.Bulletin.With != 4 || len(draft.Bulletin.Ranking) != 20 || len(draft.Bulletin.Text) == 0 || len(draft.Bulletin.Rates) != 3 || draft.By != "" {
		t.Fatalf("the draft: %+v", draft)
	}
	quarter := asked[bulletin.Answer](t, s, "/api/v1/bulletins/331024/2026-Q3")
	if quarter.Bulletin.Edition != 5 || quarter.Bulletin.With != 2 {
		t.Errorf("the quarter compares %d with %d, want 5 with 2", quarter.Bulletin.Edition, quarter.Bulletin.With)
	}
	for _, row := range append(draft.Bulletin.Fell, draft.Bulletin.Rose...) {
		if row.Moved == nil || row.Reason == "" || row.Points*(*row.Moved) <= 0 {
			t.Errorf("%s moved by %v, mainly by %s (%v)", row.Code, row.Moved, row.Reason, row.Points)
		}
	}
	publish := func(digest string) int {
		status, _, _ := s.post(t, september, url.Values{"action": {"publish"}, "digest": {digest}})
		return status
	}
	if status := publish("another draft"); status != 422 {
		t.Errorf("publishing what nobody saw: %d", status)
	}
	if status := publish(draft.Digest); status != 303 {
		t.Fatalf("publishing: %d", status)
	}
	if status := publish(draft.Digest); status != 422 {
		t.Errorf("publishing it twice: %d", status)
	}
	// what comes later changes nothing of it
	s.casework.Cases, s.bulletin.Cases = memoryCases{}, memoryCases{}
	after := asked[bulletin.Answer](t, s, "/api/v1"+september)
	if after.State != "published" || after.By != overseer.ID || len(after.Bulletin.Departments) == 0 || len(after.Bulletin.Departments) != len(draft.Bulletin.Departments) {
		t.Errorf("published: %s by %q with %d departments", after.State, after.By, len(after.Bulletin.Departments))
	}
	_, _, page := s.get(t, september)
	for _, want := range []string{"仙居县2026年9月根治欠薪工作通报", "全能 于", "撤回"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if status, _, _ := s.post(t, september, url.Values{"action": {"withdraw"}, "reason": {" "}}); status != 422 {
		t.Errorf("withdrawing without a reason: %d", status)
	}
	if status, _, _ := s.post(t, september, url.Values{"action": {"withdraw"}, "reason": {"数据有误"}}); status != 303 {
		t.Errorf("withdrawing: %d", status)
	}
	if again := asked[bulletin.Answer](t, s, "/api/v1"+september); again.State != "withdrawn" || again.Reason != "数据有误" || again.Digest == "" {
		t.Errorf("withdrawn: %+v", again.State)
	}
	var acts []string
	for _, line := range s.audited(t, begun) {
		if strings.Contains(line, " bulletin") {
			acts = append(acts, line)
		}
	}
	want := []string{"refused", "done", "refused", "refused", "done"}
	if len(acts) != len(want) {
		t.Fatalf("the audit log has %q", acts)
	}
	for i, line := range acts {
		if !strings.HasSuffix(line, want[i]) || !strings.HasPrefix(line, overseer.ID+" bulletin.") {
			t.Errorf("entry %d is %q", i, line)
		}
	}
	// another process reads the same
	other := bulletin.NewStore(s.conn, s.now)
	if state, err := other.Get(t.Context(), "331024", "2026-09"); err != nil || state == nil || state.Stands() || state.Content.Name != "仙居县" {
		t.Errorf("another process sees %+v, %v", state, err)
	}
}

func TestABulletinNamesWhomPolicyAllows(t *testing.T) {
	s := serve(t, small)
	named := func(grounds ...string) []bulletin.Named {
		s.bulletin.Naming = func(string, civil.Date) []string { return grounds }
		return asked[bulletin.Answer](t, s, "/api/v1"+september).Bulletin.Named
	}
	if all := named(); len(all) != 0 {
		t.Errorf("without a ground %v are named", all)
	}
	if all := named(bulletin.ByList); len(all) != 1 || all[0].ScopeID != employerID || all[0].Ground != "listed" {
		t.Errorf("by the list: %+v", all)
	}
	if all := named(bulletin.ByOrder); len(all) != 1 || all[0].Ground != "ordered" || all[0].Fen == 0 {
		t.Errorf("by unmet orders: %+v", all)
	}
	red := 0
	for _, one := range named(bulletin.ByList, bulletin.ByRed) {
		if one.Ground == "red" {
			red++
		}
		if !strings.HasPrefix(one.Place, "331024") {
			t.Errorf("%s of %s is named", one.ScopeID, one.Place)
		}
	}
	if red == 0 {
		t.Error("no red warning is named")
	}
}

func TestAnInspectorReadsABulletinAndPublishesNone(t *testing.T) {
	s := serve(t, small)
	p := access.Person{ID: "inspector", Name: "某人", Roles: []access.Role{access.Inspector}, Territory: "331024"}
	s.add(t, p)
	s.enter(t, p.ID)
	if status, _, page := s.get(t, september); status != 200 || strings.Contains(page, `value="publish"`) {
		t.Errorf("an inspector reads: %d", status)
	}
	if status, _, _ := s.post(t, september, url.Values{"action": {"publish"}, "digest": {"x"}}); status != 403 {
		t.Errorf("an inspector publishes: %d", status)
	}
}
