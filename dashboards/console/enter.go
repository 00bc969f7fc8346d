package console

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/internal/platform/access"
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

func (p *peoplePages) signIn(r *request, d *signInData) answer {
	status := http.StatusOK
	if d.Problem != "" {
		status = http.StatusForbidden
	}
	d.Next = local(cmp.Or(r.http.PostFormValue("next"), r.query.given.Get("next")))
	d.OpenID = p.Gate.OpenID()
	d.Nobody, d.Demo = p.Gate.Register().Empty(), p.Demo
	return answer{template: "sign-in", title: language.Message(r.lang, "signin.title"), data: d, status: status}
}

func (p *peoplePages) signInPage(r *request) (answer, error) {
	if r.who != nil {
		return answer{redirect: cmp.Or(local(r.query.given.Get("next")), home(r.person()))}, nil
	}
	if p.Gate.Register().Empty() { // the first administrator may have been added by command since
		if err := p.Gate.Register().Fresh(r.ctx); err != nil {
			return answer{}, err
		}
	}
	return p.signIn(r, &signInData{}), nil
}

func (p *peoplePages) signInForm(r *request) (answer, error) {
	r.recorded = true // by the gate, which knows who it was
	name := r.http.PostFormValue("name")
	a, err := p.Gate.Password(r.w, r.http, name, r.http.PostFormValue("password"))
	var locked people.LockedOut
	switch {
	case errors.As(err, &locked):
		return p.signIn(r, &signInData{Name: name, Problem: "locked", Detail: r.lang.Wait(locked.For)}), nil
	case errors.Is(err, people.ErrWrong):
		return p.signIn(r, &signInData{Name: name, Problem: "wrong"}), nil
	case err != nil:
		return answer{}, err
	}
	return answer{redirect: cmp.Or(local(r.http.PostFormValue("next")), home(&a.Person))}, nil
}

func (p *peoplePages) openIDPage(r *request) (answer, error) {
	to, err := p.Gate.ToProvider(r.w, r.http, local(r.query.given.Get("next")))
	if err != nil {
		return p.openIDFailed(r, err)
	}
	return answer{redirect: to}, nil
}

func (p *peoplePages) openIDReturn(r *request) (answer, error) {
	r.recorded = true // by the gate
	a, next, err := p.Gate.FromProvider(r.w, r.http)
	if err != nil {
		return p.openIDFailed(r, err)
	}
	return answer{redirect: cmp.Or(local(next), home(&a.Person))}, nil
}

func (p *peoplePages) openIDFailed(r *request, err error) (answer, error) {
	var unregistered signin.ErrUnregistered
	switch {
	case errors.As(err, &unregistered):
		return p.signIn(r, &signInData{Problem: "unregistered", Detail: unregistered.ID}), nil
	case errors.Is(err, signin.ErrProvider):
		p.Logger.Warn("signing in by OpenID", "error", err)
		return p.signIn(r, &signInData{Problem: "provider"}), nil
	}
	return answer{}, err
}

func (p *peoplePages) signOutForm(r *request) (answer, error) {
	p.Gate.Leave(r.w, r.http)
	r.event.Object = r.who.ID
	return answer{redirect: "/sign-in"}, nil
}

// accountData is the page of one's own account.
type accountData struct {
	people.Account
	Problem  string // key of a text under password.
	Detail   string
	Changed  bool
	MinChars int
}

func (p *peoplePages) account(r *request, d *accountData) answer {
	d.Account, d.MinChars = r.who.Account, people.MinPassword
	status := http.StatusOK
	if d.Problem != "" {
		status = http.StatusUnprocessableEntity
	}
	return answer{template: "account", title: language.Message(r.lang, "account.title"), data: d, status: status}
}

func (p *peoplePages) accountPage(r *request) (answer, error) {
	return p.account(r, &accountData{Changed: r.query.given.Get("done") == "password"}), nil
}

func (p *peoplePages) passwordForm(r *request) (answer, error) {
	r.event.Object = r.who.ID
	refuse := func(problem, detail string) (answer, error) {
		r.event.Outcome = audit.Refused
		return p.account(r, &accountData{Problem: problem, Detail: detail}), nil
	}
	next := r.http.PostFormValue("new")
	if next != r.http.PostFormValue("again") {
		return refuse("differ", "")
	}
	err := p.Gate.Register().ChangePassword(r.ctx, r.who.ID, r.http.PostFormValue("old"), next)
	var weak people.ErrWeakPassword
	var locked people.LockedOut
	switch {
	case errors.As(err, &weak):
		return refuse(weak.Reason, "")
	case errors.As(err, &locked):
		return refuse("locked", r.lang.Wait(locked.For))
	case errors.Is(err, people.ErrWrong):
		return refuse("wrong", "")
	case err != nil:
		return answer{}, err
	}
	if err := p.Gate.Renew(r.w, r.http, r.who.ID); err != nil {
		return answer{}, err
	}
	if r.who.MustChange {
		return answer{redirect: home(r.person())}, nil
	}
	return answer{redirect: "/account?done=password"}, nil
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
