package alerts

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/alerts/blacklist"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/closure"
	"github.com/anxin-project/anxin/internal/domain/verdict"
	"github.com/anxin-project/anxin/internal/platform/api"
	"github.com/anxin-project/anxin/internal/testing/apitest"
)

func TestEveryRouteIsDescribedAndNothingElse(t *testing.T) {
	d := apitest.Load(t)
	operations := d.Operations("casework")
	var served []string
	for _, r := range (&Alerts{}).routes() {
		name := r.method + " " + r.path
		served = append(served, name)
		// Who is let in is described as it is.
		want := map[admits]string{anybody: "", webhooks: "token clientCertificate", readers: "token person", onlyNamed: "person"}[r.admits]
		if operation, ok := operations[name]; ok && d.Security(operation) != want {
			t.Errorf("%s is described for %q, and lets in %q", name, d.Security(operation), want)
		}
	}
	d.Same(t, "casework", served)
}

func TestWithoutAWayToTellPersonsNobodyActs(t *testing.T) {
	c := DefaultConfiguration()
	c.Token = "a-token-of-the-tests"
	a := &Alerts{config: c}
	handler := a.Handler()
	for _, r := range a.routes() {
		if r.admits != onlyNamed {
			if r.method != http.MethodGet && r.admits != webhooks {
				t.Errorf("%s %s changes something and is open to more than persons", r.method, r.path)
			}
			continue
		}
		for _, auth := range []string{"", "Bearer " + c.Token} { // the token stands for no person
			request := httptest.NewRequest(r.method, strings.NewReplacer("{id}", "x", "{paper}", "notice").Replace(r.path), strings.NewReader("{}"))
			request.Header.Set("Authorization", auth)
			request.Header.Set("If-Match", `"1"`)
			answer := httptest.NewRecorder()
			handler.ServeHTTP(answer, request)
			if answer.Code != http.StatusUnauthorized || !strings.Contains(answer.Body.String(), `"code":"unauthorized"`) {
				t.Errorf("%s %s with %q: %d %s, want 401", r.method, r.path, auth, answer.Code, answer.Body)
			}
		}
	}
}

func TestTheSchemasHaveTheFieldsAndWordsOfTheTypes(t *testing.T) {
	d := apitest.Load(t)
	for name, of := range map[string]any{
		"Problem": api.Problem{}, "Case": casefile.Case{}, "Event": casefile.Event{}, "Action": casefile.Action{}, "Deadline": casefile.Deadline{},
		"Entry": casefile.Entry{}, "EntryAction": casefile.EntryAction{}, "ListedPerson": casefile.ListedPerson{}, "Publication": blacklist.Publication{},
		"Verdict": verdict.Verdict{}, "VerdictStep": verdict.Step{},
		"ClosureFile": closure.Closure{}, "ClosureProposal": closure.Proposal{}, "ClosureAction": closure.Action{}, "ClosureSignature": closure.Signature{},
	} {
		d.Fields(t, name, of)
	}
	for name, of := range map[string]any{
		"Stage": casefile.Stages, "EntryStage": casefile.EntryStages, "SidePath": casefile.SidePaths, "Department": casefile.Departments,
		"VerdictKind": verdict.Kinds, "VerdictCode": verdict.AllCodes, "ClosureStage": closure.Stages,
	} {
		if got := d.Words(name); fmt.Sprint(got) != fmt.Sprint(of) {
			t.Errorf("%s is described as %v, is %v", name, got, of)
		}
	}
}
