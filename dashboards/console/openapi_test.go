package console

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/dashboards/console/pages/arrears"
	"github.com/anxin-project/anxin/dashboards/console/pages/bulletin"
	"github.com/anxin-project/anxin/dashboards/console/pages/casework"
	"github.com/anxin-project/anxin/dashboards/console/pages/editions"
	"github.com/anxin-project/anxin/dashboards/console/pages/overview"
	"github.com/anxin-project/anxin/dashboards/console/pages/people"
	"github.com/anxin-project/anxin/dashboards/console/pages/ranking"
	"github.com/anxin-project/anxin/dashboards/console/pages/search"
	"github.com/anxin-project/anxin/dashboards/console/pages/subjects"
	"github.com/anxin-project/anxin/dashboards/console/pages/system"
	"github.com/anxin-project/anxin/dashboards/console/pages/warnings"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/testing/apitest"
)

// What each route of the API answers when it succeeds.
var answerTypes = map[string]any{
	"GET /api/v1/overview":                               overview.Answer{},
	"GET /api/v1/overview/owed":                          overview.ListAnswer{},
	"GET /api/v1/overview/leads":                         overview.ListAnswer{},
	"GET /api/v1/overview/missing":                       overview.ListAnswer{},
	"GET /api/v1/overview/silent":                        overview.ListAnswer{},
	"GET /api/v1/overview/due":                           overview.ListAnswer{},
	"GET /api/v1/overview/changes":                       overview.ListAnswer{},
	"GET /api/v1/units":                                  ranking.UnitsAnswer{},
	"GET /api/v1/units/{code}":                           ranking.UnitDetailAnswer{},
	"GET /api/v1/units/{code}/explanation":               ranking.ExplanationAnswer{},
	"GET /api/v1/editions":                               editions.EditionsAnswer{},
	"GET /api/v1/editions/{number}":                      editions.EditionAnswer{},
	"GET /api/v1/editions/{number}/diff":                 editions.DiffAnswer{},
	"GET /api/v1/bulletins":                              bulletin.ListAnswer{},
	"GET /api/v1/bulletins/{place}/{period}":             bulletin.Answer{},
	"POST /api/v1/bulletins/{place}/{period}":            bulletin.Answer{},
	"GET /api/v1/talks":                                  editions.TalksAnswer{},
	"GET /api/v1/plan":                                   editions.PlanAnswer{},
	"GET /api/v1/rates":                                  editions.RatesAnswer{},
	"GET /api/v1/warnings":                               warnings.WarningsAnswer{},
	"GET /api/v1/detectors":                              warnings.DetectorsAnswer{},
	"GET /api/v1/detectors/{id}":                         warnings.DetectorDetailAnswer{},
	"GET /api/v1/subjects/{scope}/{id}":                  subjects.SubjectAnswer{},
	"GET /api/v1/subjects/{scope}/{id}/records/{record}": subjects.RecordsAnswer{},
	"GET /api/v1/subjects/{scope}/{id}/workers":          subjects.WorkersAnswer{},
	"POST /api/v1/subjects/{scope}/{id}/workers":         subjects.RevealedAnswer{},
	"GET /api/v1/work":                                   casework.WorkListAnswer{},
	"GET /api/v1/approvals":                              casework.WorkListAnswer{},
	"GET /api/v1/tasks":                                  arrears.TasksAnswer{},
	"GET /api/v1/zero":                                   arrears.ZeroAnswer{},
	"GET /api/v1/remedies":                               arrears.LedgerAnswer{},
	"GET /api/v1/instruments":                            arrears.InstrumentsAnswer{},
	"GET /api/v1/board":                                  casework.BoardAnswer{},
	"GET /api/v1/blacklist/candidates":                   casework.CandidatesAnswer{},
	"GET /api/v1/blacklist/candidates/{employer}":        casework.CandidateAnswer{},
	"GET /api/v1/search":                                 search.SearchAnswer{},
	"GET /api/v1/quality":                                system.QualityAnswer{},
	"GET /api/v1/runs":                                   system.RunsAnswer{},
	"GET /api/v1/audit":                                  system.AuditAnswer{},
	"GET /api/v1/codes":                                  system.CodesAnswer{},
	"GET /api/v1/me":                                     people.MeAnswer{},
	"GET /api/v1/people":                                 people.PeopleAnswer{},
	"POST /api/v1/people":                                people.AccountAnswer{},
	"GET /api/v1/people/{person}":                        people.AccountAnswer{},
	"POST /api/v1/people/{person}":                       people.AccountAnswer{},
	"POST /api/v1/people/{person}/password":              people.PasswordAnswer{},
	"POST /api/v1/people/{person}/disable":               people.AccountAnswer{},
	"POST /api/v1/people/{person}/enable":                people.AccountAnswer{},
	"POST /api/v1/people/{person}/link":                  people.AccountAnswer{},
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
