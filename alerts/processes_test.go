package alerts_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// Two processes over one store: Alertmanager may tell either, both follow the runs, and what a person does in one stands in the
// other. When the first is gone the second goes on at once.
func TestAlertsRunInSeveralProcesses(t *testing.T) {
	first := newRig(t, nil)
	second := rigOn(t, first.conn, first.database, nil)
	first.run(t, "2026-03-08", 100, "wages-overdue project P-0 red 7 0.5")
	one := func(id string) string {
		return `{"version":"4","alerts":[{"status":"firing","labels":{"alertname":"RedWarning","detector":"wages-overdue","level":"red","scope":"project","scope_id":"` + id + `","township":"331024001","county":"331024","sector":"water"},
			"startsAt":"2026-03-09T03:59:00Z","endsAt":"0001-01-01T00:00:00Z","fingerprint":"` + id + `"}]}`
	}
	var wg sync.WaitGroup
	for n, r := range []*rig{first, second, first, second} {
		wg.Go(func() {
			for i := range 5 { // each case is told of by both, at the same time
				if status, answer := r.request(t, http.MethodPost, "/api/v1/alerts", "Bearer "+token, one(fmt.Sprint("P-", i))); status != http.StatusOK {
					t.Errorf("process %d: %d %s", n, status, answer)
				}
			}
			if err := r.Refresh(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	forked := func() {
		t.Helper()
		var events, ids uint64
		if err := first.conn.QueryRow(t.Context(), "SELECT count(), uniqExact(case_id, seq) FROM case_events").Scan(&events, &ids); err != nil || events != ids || events == 0 {
			t.Errorf("%d events, of them %d apart (%v)", events, ids, err)
		}
	}
	forked()
	for n, r := range []*rig{first, second} {
		if status, answer := r.request(t, http.MethodGet, "/api/v1/cases", "Bearer "+token, ""); status != http.StatusOK || !strings.Contains(answer, `"total":5`) {
			t.Errorf("process %d lists %d %s", n, status, answer)
		}
	}
	c, _, err := first.Cases().Get(t.Context(), "project:P-1")
	if err != nil || len(c.Alerts) != 1 {
		t.Fatalf("%+v, %v", c, err)
	}
	if a := first.as(t, "inspector", http.MethodPost, "/api/v1/cases/project:P-1/actions", fmt.Sprintf("\"%d\"", c.Seq), `{"action":"accept"}`); a.status != http.StatusOK {
		t.Fatalf("accepting: %d %s", a.status, a.body)
	}
	first.server.Close() // the first is gone
	if status, answer := second.request(t, http.MethodGet, "/api/v1/cases/project:P-1", "Bearer "+token, ""); status != http.StatusOK || !strings.Contains(answer, `"stage":"accepted"`) {
		t.Errorf("the other process shows %d %s", status, answer)
	}
	if status, answer := second.request(t, http.MethodPost, "/api/v1/alerts", "Bearer "+token, one("P-9")); status != http.StatusOK || !strings.Contains(answer, `"new":1`) {
		t.Errorf("the other process takes %d %s", status, answer)
	}
	forked()
	var writers uint64 // which of them opened the five is chance, but each has written since
	if err := first.conn.QueryRow(t.Context(), "SELECT uniqExact(writer) FROM case_events").Scan(&writers); err != nil || writers != 2 {
		t.Errorf("%d processes wrote (%v)", writers, err)
	}
}

// What casework refuses over the API is in the audit log as what the console refuses is: to a role, and to who is elsewhere.
func TestRefusalsOfTheAPIAreAudited(t *testing.T) {
	r := newRig(t, nil)
	if status, text := r.request(t, "POST", "/api/v1/alerts", "Bearer "+token, body); status != 200 {
		t.Fatal(status, text)
	}
	const path = "/api/v1/cases/project:P-1/actions"
	for _, tt := range []struct {
		who, method, path string
		status            int
		action            string
	}{
		{"operator", "POST", path, http.StatusForbidden, "case"},
		{"operator", "GET", "/api/v1/cases.csv", http.StatusForbidden, "export"},
		{"operator", "GET", "/api/v1/blacklist/" + listed + "-1", http.StatusForbidden, "read_entry"},
		{"elsewhere", "POST", path, http.StatusNotFound, "case.accept"},
	} {
		r.audit = nil
		if a := r.as(t, tt.who, tt.method, tt.path, "2", `{"action":"accept"}`); a.status != tt.status {
			t.Errorf("%s %s %s answers %d %s", tt.who, tt.method, tt.path, a.status, a.body)
		}
		if len(r.audit) != 1 || r.audit[0].Action != tt.action || r.audit[0].Refused == "" || r.audit[0].Broke != nil {
			t.Errorf("%s %s %s is in the audit log as %+v", tt.who, tt.method, tt.path, r.audit)
		}
	}
}
