package web

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/platform/access/people"
	"github.com/anxin-project/anxin/internal/platform/access/signin"
	"github.com/anxin-project/anxin/internal/platform/audit"
)

// Writes reports whether a route changes something.
func (r Route) Writes() bool { return strings.HasPrefix(r.Pattern, http.MethodPost+" ") }

// admit is the one place that decides whether a request is answered: nil lets it in, with the view that its person may
// see. Nobody signed in is sent to the sign-in page, and who has yet to change the first password to do that; a caller of
// the API is told, and sent nowhere.
func (s *Server) admit(r *Request, route Route) error {
	person := r.Person()
	if !access.Allow(person, route.Action, access.Object{}) {
		switch {
		case person != nil:
			return ErrForbidden
		case r.Query.API:
			return errNobody
		}
		return redirect(signInAddress(r.HTTP))
	}
	if route.Writes() && !r.Query.API { // what an action of the API must carry, the gate has seen to (Gate.Caller)
		if err := r.HTTP.ParseForm(); err != nil {
			return errForged
		}
		// A form of somebody not signed in is the sign-in itself; that it comes from this site, signin.Protect has seen to.
		if r.Who != nil && !r.Who.CheckForm(r.HTTP) && route.Action != access.Public {
			return errForged
		}
	}
	if person == nil || route.Action == access.Public {
		return nil
	}
	if r.Who.MustChange && route.Section != "account" && !r.Query.API {
		return redirect("/account")
	}
	if r.All != nil {
		if err := r.Show(r.All); err != nil {
			return err
		}
	}
	if route.About != nil && (r.All != nil || !needsRun(route.Section)) { // before the first run there is nothing but the waiting page
		object, err := route.About(r)
		if err != nil {
			return err
		}
		if !access.Allow(person, route.Action, object) {
			// of a neighbouring place name and rank are known: that it is there is no secret
			known := object.Department == "" && access.RankOnly(person, object.Place)
			if !known && !access.Allow(person, access.Read, object) {
				return errOutside
			}
			return ErrForbidden
		}
	}
	return nil
}

// errOutside says that there is such a thing, but not for this person: told as if there were none, and written down as refused.
var errOutside = fmt.Errorf("not within this person's territory or department: %w", ErrNotFound)

// whoAsks is who a request comes from; nil for nobody. Pages know people by their session, the API also by a token.
func (s *Server) whoAsks(r *http.Request) *signin.Session {
	if !asksAPI(r) {
		return s.gate.Session(r)
	}
	who, err := s.gate.Caller(r)
	if err != nil && !errors.Is(err, people.ErrWrong) {
		s.log.Warn("looking for who asks the API", "error", err)
	}
	return who
}

// signInAddress is the sign-in page, from which somebody goes on to the page they asked for.
func signInAddress(r *http.Request) string {
	if r.Method != http.MethodGet || r.URL.Path == "/" && r.URL.RawQuery == "" {
		return "/sign-in"
	}
	return "/sign-in?next=" + url.QueryEscape(r.URL.RequestURI())
}

// record writes into the audit log what a route did, unless that is written already. failure is what came of it; going
// on to another page is how a form that was taken ends.
func (s *Server) record(r *Request, route Route, failure error) error {
	if route.Audited == "" || r.Recorded {
		return nil
	}
	e := r.Event
	e.Action, e.Origin = cmp.Or(e.Action, route.Audited), signin.Origin(r.HTTP)
	if person := r.Person(); person != nil {
		e.Actor = person.ID
	}
	if e.Object == "" {
		e.Object = r.HTTP.URL.RequestURI()
	}
	if _, moved := failure.(redirect); e.Outcome == "" {
		e.Outcome = audit.Done
		switch {
		case errors.Is(failure, ErrForbidden), errors.Is(failure, errOutside):
			e.Outcome = audit.Refused
		case failure != nil && !moved:
			e.Outcome = audit.OutcomeOf(failure)
		}
	}
	return s.gate.Audit().Record(r.Context, e)
}

// Home is where somebody begins: whoever leads at how the territory stands, whoever acts in cases at today's work, the head of a
// township at the township, everybody else at the first page that the role is about.
func Home(p *access.Person) string {
	const township = 9
	switch {
	case p.Is(access.Supervisor):
		return "/overview"
	case p.Is(access.Inspector, access.DepartmentOfficer):
		return "/work"
	case p.Is(access.Clerk):
		return "/leads/new"
	case p.Is(access.TownshipHead) && len(p.Territory) == township:
		return "/townships/" + p.Territory
	}
	for _, page := range []struct {
		action access.Action
		path   string
	}{{access.Read, "/overview"}, {access.ManagePeople, "/people"}, {access.ReadAudit, "/audit"}, {access.ReadSystem, "/quality"}} {
		if access.Allow(p, page.action, access.Object{}) {
			return page.path
		}
	}
	return "/about"
}

// StartPage leads from the root to where somebody begins; from an old address of the ranking to the ranking.
func StartPage(r *Request) (Answer, error) {
	if len(r.Query.Given) > 0 {
		return Answer{Redirect: "/ranking" + r.Query.with()}, nil
	}
	return Answer{Redirect: Home(r.Person())}, nil
}

// NameOf is what a person is called; the id of somebody the register does not know.
func NameOf(gate *signin.Gate, id string) string {
	if a, err := gate.Register().Get(id); err == nil {
		return a.Name
	}
	return id
}
