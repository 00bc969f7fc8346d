package people

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/platform/access/people"
	"github.com/anxin-project/anxin/internal/platform/access/signin"
	"github.com/anxin-project/anxin/internal/platform/audit"
)

// DemoPerson is somebody invented as whom the sign-in page of a demonstration lets anybody enter.
type DemoPerson struct {
	access.Person
	Password string
}

// signInData is the sign-in page.
type signInData struct {
	Name    string // as typed
	Next    string
	Problem string // key of a text under signin.
	Detail  string // a value for it
	OpenID  string // what the provider is called; empty without one
	Nobody  bool   // nobody has been added yet
	Demo    []DemoPerson
}

func (p *Pages) signIn(r *web.Request, d *signInData) web.Answer {
	status := http.StatusOK
	switch d.Problem {
	case "":
	case "busy":
		status = http.StatusServiceUnavailable
	default:
		status = http.StatusForbidden
	}
	d.Next = local(cmp.Or(r.HTTP.PostFormValue("next"), r.Query.Given.Get("next")))
	d.OpenID = p.Gate.OpenID()
	d.Nobody, d.Demo = p.Gate.Register().Empty(), p.Demo
	return web.Answer{Template: "sign-in", Title: language.Message(r.Lang, "signin.title"), Data: d, Status: status}
}

// SignInPage is the page at /sign-in.
func (p *Pages) SignInPage(r *web.Request) (web.Answer, error) {
	if r.Who != nil {
		return web.Answer{Redirect: cmp.Or(local(r.Query.Given.Get("next")), web.Home(r.Person()))}, nil
	}
	if p.Gate.Register().Empty() { // the first administrator may have been added by command since
		if err := p.Gate.Register().Fresh(r.Context); err != nil {
			return web.Answer{}, err
		}
	}
	return p.signIn(r, &signInData{}), nil
}

// SignInForm takes the form sent to /sign-in.
func (p *Pages) SignInForm(r *web.Request) (web.Answer, error) {
	r.Recorded = true // by the gate, which knows who it was
	name := r.HTTP.PostFormValue("name")
	a, err := p.Gate.Password(r.Writer, r.HTTP, name, r.HTTP.PostFormValue("password"))
	var locked people.LockedOut
	switch {
	case errors.As(err, &locked):
		return p.signIn(r, &signInData{Name: name, Problem: "locked", Detail: r.Lang.Wait(locked.For)}), nil
	case errors.Is(err, people.ErrBusy):
		return p.signIn(r, &signInData{Name: name, Problem: "busy"}), nil
	case errors.Is(err, people.ErrWrong):
		return p.signIn(r, &signInData{Name: name, Problem: "wrong"}), nil
	case err != nil:
		return web.Answer{}, err
	}
	return web.Answer{Redirect: cmp.Or(local(r.HTTP.PostFormValue("next")), web.Home(&a.Person))}, nil
}

// OpenIDPage is the page at /sign-in/openid.
func (p *Pages) OpenIDPage(r *web.Request) (web.Answer, error) {
	to, err := p.Gate.ToProvider(r.Writer, r.HTTP, local(r.Query.Given.Get("next")))
	if err != nil {
		return p.openIDFailed(r, err)
	}
	return web.Answer{Redirect: to}, nil
}

// OpenIDReturn answers GET /sign-in/openid/return.
func (p *Pages) OpenIDReturn(r *web.Request) (web.Answer, error) {
	r.Recorded = true // by the gate
	a, next, err := p.Gate.FromProvider(r.Writer, r.HTTP)
	if err != nil {
		return p.openIDFailed(r, err)
	}
	return web.Answer{Redirect: cmp.Or(local(next), web.Home(&a.Person))}, nil
}

func (p *Pages) openIDFailed(r *web.Request, err error) (web.Answer, error) {
	var unregistered signin.ErrUnregistered
	switch {
	case errors.As(err, &unregistered):
		return p.signIn(r, &signInData{Problem: "unregistered", Detail: unregistered.ID}), nil
	case errors.Is(err, signin.ErrProvider):
		p.Logger.Warn("signing in by OpenID", "error", err)
		return p.signIn(r, &signInData{Problem: "provider"}), nil
	}
	return web.Answer{}, err
}

// SignOutForm takes the form sent to /sign-out.
func (p *Pages) SignOutForm(r *web.Request) (web.Answer, error) {
	p.Gate.Leave(r.Writer, r.HTTP)
	r.Event.Object = r.Who.ID
	return web.Answer{Redirect: "/sign-in"}, nil
}

// accountData is the page of one's own account.
type accountData struct {
	people.Account
	Problem  string // key of a text under password.
	Detail   string
	Changed  bool
	MinChars int
}

func (p *Pages) account(r *web.Request, d *accountData) web.Answer {
	d.Account, d.MinChars = r.Who.Account, people.MinPassword
	status := http.StatusOK
	if d.Problem != "" {
		status = http.StatusUnprocessableEntity
	}
	return web.Answer{Template: "account", Title: language.Message(r.Lang, "account.title"), Data: d, Status: status}
}

// AccountPage is the page at /account.
func (p *Pages) AccountPage(r *web.Request) (web.Answer, error) {
	return p.account(r, &accountData{Changed: r.Query.Given.Get("done") == "password"}), nil
}

// PasswordForm takes the form sent to /account.
func (p *Pages) PasswordForm(r *web.Request) (web.Answer, error) {
	r.Event.Object = r.Who.ID
	refuse := func(problem, detail string) (web.Answer, error) {
		r.Event.Outcome = audit.Refused
		return p.account(r, &accountData{Problem: problem, Detail: detail}), nil
	}
	next := r.HTTP.PostFormValue("new")
	if next != r.HTTP.PostFormValue("again") {
		return refuse("differ", "")
	}
	err := p.Gate.Register().ChangePassword(r.Context, r.Who.ID, r.HTTP.PostFormValue("old"), next, signin.Origin(r.HTTP))
	var weak people.ErrWeakPassword
	var locked people.LockedOut
	switch {
	case errors.As(err, &weak):
		return refuse(weak.Reason, "")
	case errors.As(err, &locked):
		return refuse("locked", r.Lang.Wait(locked.For))
	case errors.Is(err, people.ErrBusy):
		return refuse("busy", "")
	case errors.Is(err, people.ErrWrong):
		return refuse("wrong", "")
	case err != nil:
		return web.Answer{}, err
	}
	if err := p.Gate.Renew(r.Writer, r.HTTP, r.Who.ID); err != nil {
		return web.Answer{}, err
	}
	if r.Who.MustChange {
		return web.Answer{Redirect: web.Home(r.Person())}, nil
	}
	return web.Answer{Redirect: "/account?done=password"}, nil
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
