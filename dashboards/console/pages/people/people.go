package people

import (
	"crypto/rand"
	"errors"
	"net/url"
	"strings"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/platform/access/people"
	"github.com/anxin-project/anxin/internal/platform/audit"
)

// peopleData is the list of people, with the form that adds one.
type peopleData struct {
	People  []people.Account
	New     access.Person // as typed
	Problem string
	rights
}

// rights are what forms about people offer.
type rights struct {
	Roles       []access.Role
	Departments []casefile.Department
}

var allRights = rights{access.Roles, casefile.Departments}

// personData is one person.
type personData struct {
	people.Account
	Given   string // the initial password just given: shown this once
	Problem string
	Issuer  string // of the OpenID provider; empty without one
	rights
}

func (p *Pages) people(r *web.Request, d *peopleData) web.Answer {
	d.People, d.rights = p.Gate.Register().List(), allRights
	return web.Answer{Template: "people", Title: language.Message(r.Lang, "people.title"), Data: d, Status: web.ProblemStatus(d.Problem)}
}

// PeoplePage is the page at /people.
func (p *Pages) PeoplePage(r *web.Request) (web.Answer, error) {
	return p.people(r, &peopleData{}), nil
}

// readPerson takes a person from a form, or from the body of an action of the API.
func readPerson(r *web.Request) (access.Person, error) {
	var p access.Person
	if r.Query.API {
		err := r.ReadJSON(&p)
		return p, err
	}
	f := r.HTTP
	p = access.Person{ID: strings.TrimSpace(f.PostFormValue("id")), Name: f.PostFormValue("name"), Territory: strings.TrimSpace(f.PostFormValue("territory")), Department: f.PostFormValue("department")}
	for _, role := range f.PostForm["role"] {
		p.Roles = append(p.Roles, access.Role(role))
	}
	return p, nil
}

// add registers a person, and has the audit log know whom.
func (p *Pages) add(r *web.Request) (access.Person, error) {
	added, err := readPerson(r)
	if err != nil {
		return added, err
	}
	r.Event.Object = added.ID
	return added, fromRegister(r, p.Gate.Register().Add(r.Context, r.Who.ID, added))
}

// AddForm takes the form sent to /people.
func (p *Pages) AddForm(r *web.Request) (web.Answer, error) {
	added, err := p.add(r)
	var refusal people.Refusal
	switch {
	case errors.As(err, &refusal):
		return p.people(r, &peopleData{New: added, Problem: refusal.In(string(r.Lang))}), nil
	case err != nil:
		return web.Answer{}, err
	}
	return web.Answer{Redirect: "/people/" + url.PathEscape(added.ID)}, nil
}

// fromRegister is what came of asking the register for a change; what it says no to, the audit log is to have as refused.
func fromRegister(r *web.Request, err error) error {
	if errors.Is(err, people.ErrUnknown) {
		return web.ErrNotFound
	}
	if errors.As(err, new(people.Refusal)) {
		r.Event.Outcome = audit.Refused
	}
	return err
}

func (p *Pages) person(r *web.Request, d *personData) (web.Answer, error) {
	a, err := p.Gate.Register().Get(r.HTTP.PathValue("person"))
	if err != nil {
		return web.Answer{}, web.ErrNotFound
	}
	d.Account, d.rights, d.Issuer = a, allRights, p.Gate.Issuer()
	return web.Answer{Template: "person", Title: a.Name, Data: d, Status: web.ProblemStatus(d.Problem)}, nil
}

// PersonPage is the page at /people/{person}.
func (p *Pages) PersonPage(r *web.Request) (web.Answer, error) {
	return p.person(r, &personData{})
}

// change is one change of a person; by says who makes it, and with what.
type change func(register *people.Register, by *web.Request, id string) error

// changed makes a change of the person that the address names, and has the audit log know whom.
func (p *Pages) changed(r *web.Request, do change) error {
	id := r.HTTP.PathValue("person")
	r.Event.Object = id
	return fromRegister(r, do(p.Gate.Register(), r, id))
}

// PersonForm makes a change and shows the person again, with what was wrong.
func (p *Pages) PersonForm(do change) web.PageFunc {
	return func(r *web.Request) (web.Answer, error) {
		err := p.changed(r, do)
		var refusal people.Refusal
		switch {
		case errors.As(err, &refusal):
			return p.person(r, &personData{Problem: refusal.In(string(r.Lang))})
		case err != nil:
			return web.Answer{}, err
		}
		return web.Answer{Redirect: "/people/" + url.PathEscape(r.HTTP.PathValue("person"))}, nil
	}
}

// ChangeRights gives a person the roles, territory and department that were sent.
func ChangeRights(register *people.Register, by *web.Request, id string) error {
	p, err := readPerson(by)
	if err != nil {
		return err
	}
	p.ID = id
	return register.Change(by.Context, by.Who.ID, p)
}

// Disable keeps a person from coming in.
func Disable(register *people.Register, by *web.Request, id string) error {
	return register.Disable(by.Context, by.Who.ID, id)
}

// Enable lets a person in again.
func Enable(register *people.Register, by *web.Request, id string) error {
	return register.Enable(by.Context, by.Who.ID, id)
}

// Link ties a person to a subject at the OpenID provider; an empty one ends the link.
func (p *Pages) Link(register *people.Register, by *web.Request, id string) error {
	var body struct {
		Subject string `json:"subject"`
	}
	if by.Query.API {
		if err := by.ReadJSON(&body); err != nil {
			return err
		}
	} else {
		body.Subject = by.HTTP.PostFormValue("subject")
	}
	s := people.Subject{Issuer: p.Gate.Issuer(), ID: strings.TrimSpace(body.Subject)}
	if s.ID == "" {
		s = people.Subject{}
	}
	return register.Link(by.Context, by.Who.ID, id, s)
}

// givePassword gives an initial password, made here so that it is a good one and another each time.
func (p *Pages) givePassword(r *web.Request) (given string, err error) {
	given = strings.ToLower(rand.Text()[:16])
	err = p.changed(r, func(register *people.Register, by *web.Request, id string) error {
		return register.SetPassword(by.Context, by.Who.ID, id, given, true)
	})
	return given, err
}

// GivePasswordForm takes the form sent to /people/{person}/password.
func (p *Pages) GivePasswordForm(r *web.Request) (web.Answer, error) {
	given, err := p.givePassword(r)
	if err != nil {
		return web.Answer{}, err
	}
	return p.person(r, &personData{Given: given})
}
