package alerts_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestOneBadAlertDoesNotLoseTheGoodOnes(t *testing.T) {
	r := newRig(t, nil)
	one := func(id, status string) string {
		return `{"status":"` + status + `","labels":{"alertname":"RedWarning","detector":"wages-overdue","level":"red","scope":"project","scope_id":"` + id + `","township":"331024001"},
			"startsAt":"2026-03-09T03:59:00Z","endsAt":"0001-01-01T00:00:00Z","fingerprint":"` + id + `"}`
	}
	body := `{"version":"4","alerts":[` + strings.Join([]string{one("P-1", "firing"), one("P-2", "burning"), one("P-3", "firing")}, ",") + `]}`
	status, answer := r.request(t, http.MethodPost, "/api/v1/alerts", "Bearer "+token, body)
	if status != http.StatusOK || !strings.Contains(answer, `"new":2`) || !strings.Contains(answer, `"refused":1`) {
		t.Fatalf("%d %s, want both good alerts stored and one refused", status, answer)
	}
	if status, answer := r.request(t, http.MethodGet, "/api/v1/cases", "Bearer "+token, ""); status != http.StatusOK || !strings.Contains(answer, `"total":2`) {
		t.Errorf("the cases are %d %s", status, answer)
	}
}
