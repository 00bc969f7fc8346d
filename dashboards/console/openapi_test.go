package console

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/platform/access"
	"github.com/anxin-project/anxin/internal/testing/apitest"
)

// What each route of the API answers when it succeeds.
var answerTypes = map[string]any{
	"GET /api/v1/units":                           unitsAnswer{},
	"GET /api/v1/units/{code}":                    unitDetailAnswer{},
	"GET /api/v1/units/{code}/explanation":        explanationAnswer{},
	"GET /api/v1/editions":                        editionsAnswer{},
	"GET /api/v1/editions/{number}":               editionAnswer{},
	"GET /api/v1/editions/{number}/diff":          diffAnswer{},
	"GET /api/v1/talks":                           talksAnswer{},
	"GET /api/v1/plan":                            planAnswer{},
	"GET /api/v1/rates":                           ratesAnswer{},
	"GET /api/v1/warnings":                        warningsAnswer{},
	"GET /api/v1/detectors":                       detectorsAnswer{},
	"GET /api/v1/detectors/{id}":                  detectorDetailAnswer{},
	"GET /api/v1/subjects/{scope}/{id}":           subjectAnswer{},
	"GET /api/v1/subjects/{scope}/{id}/workers":   workersAnswer{},
	"POST /api/v1/subjects/{scope}/{id}/workers":  revealedAnswer{},
	"GET /api/v1/work":                            workListAnswer{},
	"GET /api/v1/approvals":                       workListAnswer{},
	"GET /api/v1/blacklist/candidates":            candidatesAnswer{},
	"GET /api/v1/blacklist/candidates/{employer}": candidateAnswer{},
	"GET /api/v1/search":                          searchAnswer{},
	"GET /api/v1/quality":                         qualityAnswer{},
	"GET /api/v1/runs":                            runsAnswer{},
	"GET /api/v1/audit":                           auditAnswer{},
	"GET /api/v1/codes":                           codesAnswer{},
	"GET /api/v1/me":                              meAnswer{},
	"GET /api/v1/people":                          peopleAnswer{},
	"POST /api/v1/people":                         accountAnswer{},
	"GET /api/v1/people/{person}":                 accountAnswer{},
	"POST /api/v1/people/{person}":                accountAnswer{},
	"POST /api/v1/people/{person}/password":       passwordAnswer{},
	"POST /api/v1/people/{person}/disable":        accountAnswer{},
	"POST /api/v1/people/{person}/enable":         accountAnswer{},
	"POST /api/v1/people/{person}/link":           accountAnswer{},
}

func TestTheAPIIsDescribedAsItAnswers(t *testing.T) {
	d := apitest.Load(t)
	var served []string
	for _, route := range (&Console{}).table() {
		if strings.Contains(route.Pattern, " /api/v1/") {
			served = append(served, route.Pattern)
			if route.Action == access.Public {
				t.Errorf("%s is open to anybody", route.Pattern)
			}
		}
	}
	d.Same(t, "console", served)
	for name, operation := range d.Operations("console") {
		if d.Security(operation) != "person" {
			t.Errorf("%s is described for %s: it lets in persons alone", name, d.Security(operation))
		}
		status := "200"
		if name == "POST /api/v1/people" {
			status = "201"
		}
		value, ok := answerTypes[name]
		if !ok {
			t.Errorf("%s answers nothing that this test knows of", name)
			continue
		}
		d.Answers(t, name, status, value)
		for _, parameter := range d.Parameters(operation, "query") {
			if readable := web.ReadQuery(httptest.NewRequest("GET", "/api/v1/x?"+parameter+"=x", nil)); readable.Given.Get(parameter) == "" {
				t.Errorf("%s is described with %s, which nobody reads", name, parameter)
			}
		}
	}
}
