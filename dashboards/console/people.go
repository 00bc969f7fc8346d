package console

import (
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/anxin-project/anxin/internal/access"
	"github.com/anxin-project/anxin/internal/access/people"
	"github.com/anxin-project/anxin/internal/audit"
	"github.com/anxin-project/anxin/internal/casefile"
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

func (c *Console) people(r *request, d *peopleData) answer {
	d.People, d.rights = c.gate.Register().List(), allRights
	return answer{template: "people", title: message(r.lang, "people.title"), data: d, status: problemStatus(d.Problem)}
}

func problemStatus(problem string) int {
	if problem != "" {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

func (c *Console) peoplePage(r *request) (answer, error) { return c.people(r, &peopleData{}), nil }

// readPerson takes a person from a form.
func readPerson(r *http.Request, id string) access.Person {
	p := access.Person{ID: id, Name: r.PostFormValue("name"), Territory: strings.TrimSpace(r.PostFormValue("territory")), Department: r.PostFormValue("department")}
	for _, role := range r.PostForm["role"] {
		p.Roles = append(p.Roles, access.Role(role))
	}
	return p
}

func (c *Console) addForm(r *request) (answer, error) {
	p := readPerson(r.http, strings.TrimSpace(r.http.PostFormValue("id")))
	r.event.Object = p.ID
	if err := c.gate.Register().Add(r.ctx, r.who.ID, p); err != nil {
		problem, err := c.refused(r, err)
		return c.people(r, &peopleData{New: p, Problem: problem}), err
	}
	return answer{redirect: "/people/" + url.PathEscape(p.ID)}, nil
}

// refused turns what the register says no to into a problem for the page; any other error stays one.
func (c *Console) refused(r *request, err error) (string, error) {
	if errors.Is(err, people.ErrUnknown) {
		return "", errNotFound
	}
	var refusal people.Refusal
	if !errors.As(err, &refusal) {
		return "", err
	}
	r.event.Outcome = audit.Refused
	return refusal.In(string(r.lang)), nil
}

func (c *Console) person(r *request, d *personData) (answer, error) {
	a, err := c.gate.Register().Get(r.http.PathValue("person"))
	if err != nil {
		return answer{}, errNotFound
	}
	d.Account, d.rights, d.Issuer = a, allRights, c.gate.Issuer()
	return answer{template: "person", title: a.Name, data: d, status: problemStatus(d.Problem)}, nil
}

func (c *Console) personPage(r *request) (answer, error) { return c.person(r, &personData{}) }

// changePerson runs a change and shows the person again, with what was wrong.
func (c *Console) changePerson(r *request, change func(id string) error) (answer, error) {
	id := r.http.PathValue("person")
	r.event.Object = id
	if err := change(id); err != nil {
		problem, err := c.refused(r, err)
		if err != nil {
			return answer{}, err
		}
		return c.person(r, &personData{Problem: problem})
	}
	return answer{redirect: "/people/" + url.PathEscape(id)}, nil
}

func (c *Console) changeForm(r *request) (answer, error) {
	return c.changePerson(r, func(id string) error {
		return c.gate.Register().Change(r.ctx, r.who.ID, readPerson(r.http, id))
	})
}

func (c *Console) disableForm(r *request) (answer, error) {
	return c.changePerson(r, func(id string) error { return c.gate.Register().Disable(r.ctx, r.who.ID, id) })
}

func (c *Console) enableForm(r *request) (answer, error) {
	return c.changePerson(r, func(id string) error { return c.gate.Register().Enable(r.ctx, r.who.ID, id) })
}

func (c *Console) linkForm(r *request) (answer, error) {
	return c.changePerson(r, func(id string) error {
		s := people.Subject{Issuer: c.gate.Issuer(), ID: strings.TrimSpace(r.http.PostFormValue("subject"))}
		if s.ID == "" {
			s = people.Subject{}
		}
		return c.gate.Register().Link(r.ctx, r.who.ID, id, s)
	})
}

// givePasswordForm gives an initial password, made here so that it is a good one and another each time.
func (c *Console) givePasswordForm(r *request) (answer, error) {
	id := r.http.PathValue("person")
	r.event.Object = id
	given := strings.ToLower(rand.Text()[:16])
	err := c.gate.Register().SetPassword(r.ctx, r.who.ID, id, given, true)
	if errors.Is(err, people.ErrUnknown) {
		return answer{}, errNotFound
	}
	if err != nil {
		return answer{}, err
	}
	return c.person(r, &personData{Given: given})
}
