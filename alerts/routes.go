package alerts

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/anxin-project/anxin/docs/reference"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/platform/api"
)

// caller is who asks: a person, or a service with the token.
type caller struct {
	service bool
	person  access.Person
}

// sees reports whether the caller may read a case. Cases hold no personal data, so a service reads them all.
func (c caller) sees(one casefile.Case) bool { return c.service || seesCase(c.person, one) }

// admits is who a route lets in.
type admits int

const (
	anybody   admits = iota // what is public anyway
	webhooks                // Alertmanager, by token or client certificate; checked by the handler, which counts
	readers                 // a service with the token, or a person
	onlyNamed               // a person: whatever is done, and whatever names people
)

// route is one method of one path. Of a person it asks that they may do the action at all; whether also to this case or
// entry, its handler asks, once it knows which.
type route struct {
	method, path string
	admits       admits
	action       access.Action
	handle       func(http.ResponseWriter, *http.Request, caller)
	audited      string // what the audit log calls it when it is refused to a role; empty for what is not written down
}

// routes are all of the API. docs/reference/openapi.yaml describes each of them; a test holds the two together.
func (a *Alerts) routes() []route {
	return []route{
		{http.MethodGet, "/api/openapi.yaml", anybody, access.Public, serveOpenAPI, ""},
		{http.MethodPost, "/api/v1/alerts", webhooks, access.Public, a.webhook, ""},
		{http.MethodPost, "/api/v1/notices/{channel}", webhooks, access.Public, a.notice, ""},
		{http.MethodGet, "/api/v1/cases", readers, access.Read, a.listCases, ""},
		{http.MethodGet, "/api/v1/cases.csv", readers, access.Read, a.exportCases, "export"},
		{http.MethodGet, "/api/v1/cases.xlsx", readers, access.Read, a.exportCases, "export"},
		{http.MethodPost, "/api/v1/cases/accept", onlyNamed, access.Work, a.acceptCases, "case.accept"},
		{http.MethodGet, "/api/v1/cases/{id}", readers, access.Read, a.getCase, ""},
		// whoever reads a case may send a step; which of them, casework decides and says by which rule
		{http.MethodPost, "/api/v1/cases/{id}/actions", onlyNamed, access.Read, a.actOnCase, "case"},
		{http.MethodGet, "/api/v1/closures", readers, access.Read, a.listClosures, ""},
		{http.MethodPost, "/api/v1/closures", onlyNamed, access.Work, a.proposeClosure, "closure.propose"},
		{http.MethodGet, "/api/v1/closures/{id}", readers, access.Read, a.getClosure, ""},
		// whoever reads a closure may send a step; which of them, the closures decide and say by which rule
		{http.MethodPost, "/api/v1/closures/{id}/actions", onlyNamed, access.Read, a.actOnClosure, "closure"},
		{http.MethodGet, "/api/v1/cases/{id}/papers/{paper}", onlyNamed, access.Read, a.casePaper, "print"},
		{http.MethodGet, "/api/v1/verdicts", readers, access.Read, a.listVerdicts, ""},
		{http.MethodPost, "/api/v1/verdicts", onlyNamed, access.Work, a.giveVerdicts, "verdict"},
		{http.MethodGet, "/api/v1/blacklist", onlyNamed, access.Discipline, a.listEntries, ""},
		{http.MethodPost, "/api/v1/blacklist", onlyNamed, access.Discipline, a.proposeEntry, "blacklist.propose"},
		{http.MethodGet, "/api/v1/blacklist/{id}", onlyNamed, access.Discipline, a.getEntry, "read_entry"},
		{http.MethodPost, "/api/v1/blacklist/{id}/actions", onlyNamed, access.Discipline, a.actOnEntry, "blacklist"},
		{http.MethodGet, "/api/v1/blacklist/{id}/papers/{paper}", onlyNamed, access.Discipline, a.entryPaper, "print"},
		{http.MethodGet, "/api/v1/publication", anybody, access.Public, a.getPublication, ""},
		{http.MethodGet, "/api/v1/publication/{file}", anybody, access.Public, a.getPublicationFile, ""},
	}
}

// Handler serves the webhook and the API. Who asks is decided here, once for all routes.
func (a *Alerts) Handler() http.Handler {
	byPath := map[string]map[string]route{}
	for _, r := range a.routes() {
		if byPath[r.path] == nil {
			byPath[r.path] = map[string]route{}
		}
		byPath[r.path][r.method] = r
	}
	mux := http.NewServeMux()
	for path, methods := range byPath {
		var allowed []string
		for method := range methods {
			allowed = append(allowed, method)
		}
		slices.Sort(allowed)
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			one, ok := methods[r.Method]
			if !ok && path != webhookPath { // the webhook counts these, too
				api.RefuseMethod(w, strings.Join(allowed, ", "))
				return
			}
			if !ok {
				one = methods[http.MethodPost]
			}
			if one.method != http.MethodGet {
				// A sender that hangs up must not leave half-known writes behind.
				ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), storeTimeout)
				defer cancel()
				r = r.WithContext(ctx)
			}
			if by, ok := a.admit(w, r, one); ok {
				one.handle(w, r, by)
			}
		})
	}
	mux.HandleFunc("/api/", func(w http.ResponseWriter, _ *http.Request) {
		api.NoSuchPath().Write(w)
	})
	return mux
}

const webhookPath = "/api/v1/alerts"

// admit tells who asks, or refuses. Without a way to tell persons nobody is one.
func (a *Alerts) admit(w http.ResponseWriter, r *http.Request, to route) (caller, bool) {
	switch to.admits {
	case anybody, webhooks:
		return caller{}, true
	case readers:
		if a.tokenOf(r) {
			return caller{service: true}, true
		}
	}
	person, err := access.Person{}, errNobody
	if a.person != nil {
		person, err = a.person(r)
	}
	switch {
	case err == nil && person.ID != "" && access.Allow(&person, to.action, access.Object{}):
		return caller{person: person}, true
	case err == nil && person.ID != "":
		if a.audit != nil && to.audited != "" { // as the console's refusals are
			if err := a.audit(r, Audited{Person: person, Action: to.audited, Subject: r.URL.Path, Refused: api.Forbidden}); err != nil {
				a.fail(w, "writing into the audit log", err)
				return caller{}, false
			}
		}
		api.WriteProblem(w, http.StatusForbidden, api.Problem{Code: api.Forbidden, Message: catalog.Text{
			ZH: "您的角色不能使用此接口", EN: "this is not for your role"}})
	case to.admits == readers:
		refuseToken(w)
	default:
		api.WriteProblem(w, http.StatusUnauthorized, api.Problem{Code: api.Unauthorized, Message: catalog.Text{
			ZH: "请先登录：此接口须由具名人员使用", EN: "sign in first: this is for named persons"}})
	}
	return caller{}, false
}

var errNobody = errors.New("nobody has signed in")

func serveOpenAPI(w http.ResponseWriter, _ *http.Request, _ caller) {
	w.Header().Set("Content-Type", "application/yaml; charset=utf-8")
	_, _ = w.Write(reference.OpenAPI)
}
