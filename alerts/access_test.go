package alerts_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/alerts"
	"github.com/anxin-project/anxin/alerts/notices"
	"github.com/anxin-project/anxin/internal/domain/access"
)

// What each route is for, written down apart from the table of routes: a route that is missing here fails the test.
// "about" routes touch the case of a water project, or an entry, in 331024001.
var routeRules = map[string]struct{ path, who, body string }{
	"GET /api/openapi.yaml":                     {"/api/openapi.yaml", "public", ""},
	"POST /api/v1/alerts":                       {"/api/v1/alerts", "service", body},
	"POST /api/v1/notices/{channel}":            {"/api/v1/notices/robot", "service", body},
	"GET /api/v1/cases":                         {"/api/v1/cases", "service read", ""},
	"GET /api/v1/cases.csv":                     {"/api/v1/cases.csv", "service read", ""},
	"GET /api/v1/cases.xlsx":                    {"/api/v1/cases.xlsx", "service read", ""},
	"POST /api/v1/cases/accept":                 {"/api/v1/cases/accept", "work", `{"cases":[{"id":"project:P-2","seq":1}]}`},
	"GET /api/v1/cases/{id}":                    {"/api/v1/cases/project:P-1", "service read about", ""},
	"POST /api/v1/cases/{id}/actions":           {"/api/v1/cases/project:P-1/actions", "read about", `{"action":"comment","reason":"已电话核实"}`},
	"GET /api/v1/closures":                      {"/api/v1/closures", "service read", ""},
	"POST /api/v1/closures":                     {"/api/v1/closures", "work", `{"colour":"red"}`},
	"GET /api/v1/closures/{id}":                 {"/api/v1/closures/CLO-1", "service read about", ""},
	"POST /api/v1/closures/{id}/actions":        {"/api/v1/closures/CLO-1/actions", "read about", `{"action":"approve"}`},
	"GET /api/v1/cases/{id}/papers/{paper}":     {"/api/v1/cases/project:P-1/papers/order", "read about", ""},
	"GET /api/v1/verdicts":                      {"/api/v1/verdicts", "service read", ""},
	"POST /api/v1/verdicts":                     {"/api/v1/verdicts", "work", `{"verdicts":[{"detector":"wages-overdue","scope":"project","scope_id":"P-9","episode":"e","seq":0,"verdict":"true","code":"arrears","reason":"已核实"}]}`},
	"GET /api/v1/blacklist":                     {"/api/v1/blacklist", "discipline", ""},
	"POST /api/v1/blacklist":                    {"/api/v1/blacklist", "discipline", `{"employer":"91331024MA00000002","order_no":"监令3号","persons":[]}`},
	"GET /api/v1/blacklist/{id}":                {"/api/v1/blacklist/" + listed + "-1", "discipline about", ""},
	"POST /api/v1/blacklist/{id}/actions":       {"/api/v1/blacklist/" + listed + "-1/actions", "discipline about", `{"action":"decide"}`},
	"GET /api/v1/blacklist/{id}/papers/{paper}": {"/api/v1/blacklist/" + listed + "-1/papers/notice", "discipline about", ""},
	"GET /api/v1/publication":                   {"/api/v1/publication", "public", ""},
	"GET /api/v1/publication/{file}":            {"/api/v1/publication/blacklist.csv", "public", ""},
}

// expects says whether a person may use a route, from the rule and from what each role is for.
func expects(rule string, p access.Person) bool {
	rule, about := strings.CutSuffix(strings.TrimPrefix(rule, "service "), " about")
	role := p.Roles[0]
	here := !about || strings.HasPrefix("331024001", p.Territory)
	switch rule {
	case "public":
		return true
	case "read":
		return role.HasTerritory() && role != access.Clerk && here && (!about || p.Department != "transport")
	case "work":
		return role.HasTerritory() && role != access.TownshipHead && role != access.Clerk
	case "discipline":
		return (role == access.Inspector || role == access.Supervisor) && here
	}
	return false
}

func TestEveryRouteForEveryRoleAndTerritory(t *testing.T) {
	robot := filepath.Join(t.TempDir(), "robot")
	if err := os.WriteFile(robot, []byte("http://127.0.0.1:9/robot\n"), 0o600); err != nil { // nobody answers there: the route is what counts
		t.Fatal(err)
	}
	r := newRig(t, func(c *alerts.Configuration) {
		c.Notices = map[string]notices.Channel{"robot": {Kind: notices.WeCom, URLFile: robot}}
	})
	r.candidate(t)
	if status, text := r.request(t, "POST", "/api/v1/alerts", "Bearer "+token, body); status != 200 {
		t.Fatal(status, text)
	}
	if got := r.as(t, "inspector", "POST", "/api/v1/blacklist", "", proposal); got.status != 201 {
		t.Fatal(got.status, got.body)
	}
	r.exec(t, `INSERT INTO closure_events (closure, seq, at, actor, kind, data, writer, position) VALUES ('CLO-1', 1, now64(3), 'li', 'proposed',
		'{"by_name":"李青","scope":"project","scope_id":"P-1","wage_month":"2026-02","reason":"other","note":"x","township":"331024001","department":"water","owed":{"as_of":"2026-03-08","run":1,"workers":2,"amount_fen":5}}', 7, 1)`)
	served := r.Routes()
	for _, one := range served {
		if _, ok := routeRules[one]; !ok {
			t.Errorf("%s has no rule in this test", one)
		}
	}
	for one := range routeRules {
		if !slices.Contains(served, one) {
			t.Errorf("%s is no route", one)
		}
	}
	ask := func(who, route string) (allowed bool, got answer) {
		method, _, _ := strings.Cut(route, " ")
		rule := routeRules[route]
		seen := "1"
		if of, ok := strings.CutSuffix(rule.path, "/actions"); ok {
			seen = r.as(t, "inspector", "GET", of, "", "").header.Get("ETag")
		}
		got = r.as(t, who, method, rule.path, seen, rule.body)
		refused := got.status == 401 || got.status == 403 && strings.Contains(got.body, `"code":"forbidden"`) || got.status == 404
		return !refused, got
	}
	for i, role := range access.Roles {
		for _, place := range []string{"331024", "331002", "3310", "33"} {
			for _, department := range []string{"water", "transport"} {
				p := access.Person{ID: fmt.Sprintf("p%d", i), Name: "某人", Roles: []access.Role{role}}
				if role.HasTerritory() {
					p.Territory = place
				}
				if role == access.TownshipHead {
					p.Territory = (place + "000000")[:6] + "001"
				}
				if role == access.DepartmentOfficer {
					p.Department = department
				}
				people["somebody"] = p
				for _, one := range served {
					allowed, got := ask("somebody", one)
					if allowed != expects(routeRules[one].who, p) || got.status >= 500 {
						t.Errorf("%s by %s of %q %s: %d %s", one, role, p.Territory, p.Department, got.status, got.body)
					}
				}
			}
		}
	}
	delete(people, "somebody")
	for _, one := range served {
		rule := routeRules[one].who
		for who, want := range map[string]bool{"": rule == "public", "Bearer " + token: rule == "public" || strings.HasPrefix(rule, "service")} {
			if allowed, got := ask(who, one); allowed != want {
				t.Errorf("%s by nobody, with %q: %d %s", one, who, got.status, got.body)
			}
		}
	}
}
