package console

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/platform/access/people"
	"github.com/anxin-project/anxin/internal/platform/access/signin"
	"github.com/anxin-project/anxin/internal/platform/audit"
)

// writes reports whether a route changes something.
func (r route) writes() bool { return strings.HasPrefix(r.pattern, http.MethodPost+" ") }

// admit is the one place that decides whether a request is answered: nil lets it in, with the view that its person may
// see. Nobody signed in is sent to the sign-in page, and who has yet to change the first password to do that; a caller of
// the API is told, and sent nowhere.
func (c *Console) admit(r *request, route route) error {
	person := r.person()
	if !access.Allow(person, route.action, access.Object{}) {
		switch {
		case person != nil:
			return errForbidden
		case r.query.api:
			return errNobody
		}
		return redirect(signInAddress(r.http))
	}
	if route.writes() && !r.query.api { // what an action of the API must carry, the gate has seen to (Gate.Caller)
		if err := r.http.ParseForm(); err != nil {
			return errForged
		}
		// A form of somebody not signed in is the sign-in itself; that it comes from this site, signin.Protect has seen to.
		if r.who != nil && !r.who.CheckForm(r.http) && route.action != access.Public {
			return errForged
		}
	}
	if person == nil || route.action == access.Public {
		return nil
	}
	if r.who.MustChange && route.section != "account" && !r.query.api {
		return redirect("/account")
	}
	if r.all != nil {
		if err := c.show(r, r.all); err != nil {
			return err
		}
	}
	if route.about != nil && (r.all != nil || !needsRun(route.section)) { // before the first run there is nothing but the waiting page
		object, err := route.about(r)
		if err != nil {
			return err
		}
		if !access.Allow(person, route.action, object) {
			return errForbidden
		}
	}
	return nil
}

// whoAsks is who a request comes from; nil for nobody. Pages know people by their session, the API also by a token.
func (c *Console) whoAsks(r *http.Request) *signin.Session {
	if !asksAPI(r) {
		return c.gate.Session(r)
	}
	who, err := c.gate.Caller(r)
	if err != nil && !errors.Is(err, people.ErrWrong) {
		c.log.Warn("looking for who asks the API", "error", err)
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

// local returns an address within these pages to go on to, or "" for any other: a link to the sign-in page must not lead
// elsewhere afterwards.
func local(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") ||
		strings.HasPrefix(u.Path, "/sign-") {
		return ""
	}
	return next
}

// record writes into the audit log what a route did, unless that is written already. failure is what came of it; going
// on to another page is how a form that was taken ends.
func (c *Console) record(r *request, route route, failure error) error {
	if route.audited == "" || r.recorded {
		return nil
	}
	e := r.event
	e.Action, e.Origin = cmp.Or(e.Action, route.audited), signin.Origin(r.http)
	if person := r.person(); person != nil {
		e.Actor = person.ID
	}
	if e.Object == "" {
		e.Object = r.http.URL.RequestURI()
	}
	if _, moved := failure.(redirect); e.Outcome == "" {
		e.Outcome = audit.Done
		switch {
		case errors.Is(failure, errForbidden):
			e.Outcome = audit.Refused
		case failure != nil && !moved:
			e.Outcome = audit.Failed
		}
	}
	return c.gate.Audit().Record(r.ctx, e)
}
