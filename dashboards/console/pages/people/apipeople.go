package people

import (
	"net/http"
	"time"

	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/platform/access/people"
)

// AccountAnswer is what the register knows of a person, without what would let somebody else in.
type AccountAnswer struct {
	access.Person
	Disabled    bool           `json:"disabled"`
	HasPassword bool           `json:"has_password"`
	MustChange  bool           `json:"must_change_password"` // it is the one that an administrator gave
	Subject     people.Subject `json:"subject"`              // at the OpenID provider; empty without a link
	Tokens      []tokenAnswer  `json:"tokens"`               // that are valid
	AddedAt     time.Time      `json:"added_at"`
}

type tokenAnswer struct {
	Label  string    `json:"label"`
	MadeAt time.Time `json:"made_at"`
}

func accountOf(a people.Account) AccountAnswer {
	return AccountAnswer{a.Person, a.Disabled, a.Password, a.MustChange, a.Subject,
		view.Each(a.Tokens, func(t people.Token) tokenAnswer { return tokenAnswer{t.Label, t.MadeAt.UTC()} }), a.AddedAt.UTC()}
}

// PeopleAnswer is what GET /api/v1/people answers.
type PeopleAnswer struct {
	Total  int             `json:"total"`
	People []AccountAnswer `json:"people"`
}

// PeopleAnswer answers GET /api/v1/people.
func (p *Pages) PeopleAnswer(r *web.Request) (web.Answer, error) {
	all := p.Gate.Register().List()
	shown := r.Query.Rows(len(all), 0)
	return web.Answer{JSON: PeopleAnswer{len(all), view.Each(all[shown.From:shown.To], accountOf)}}, nil
}

// accountAnswer answers somebody as they are now.
func (p *Pages) accountAnswer(id string, status int) (web.Answer, error) {
	a, err := p.Gate.Register().Get(id)
	if err != nil {
		return web.Answer{}, web.ErrNotFound
	}
	return web.Answer{JSON: accountOf(a), Status: status}, nil
}

// PersonAnswer answers GET /api/v1/people/{person}.
func (p *Pages) PersonAnswer(r *web.Request) (web.Answer, error) {
	return p.accountAnswer(r.HTTP.PathValue("person"), http.StatusOK)
}

// AddAnswer answers POST /api/v1/people.
func (p *Pages) AddAnswer(r *web.Request) (web.Answer, error) {
	added, err := p.add(r)
	if err != nil {
		return web.Answer{}, err
	}
	return p.accountAnswer(added.ID, http.StatusCreated)
}

// ChangeAnswer makes a change and answers the person as they are then.
func (p *Pages) ChangeAnswer(do change) web.PageFunc {
	return func(r *web.Request) (web.Answer, error) {
		if err := p.changed(r, do); err != nil {
			return web.Answer{}, err
		}
		return p.PersonAnswer(r)
	}
}

// PasswordAnswer is an initial password: answered this once.
type PasswordAnswer struct {
	ID       string `json:"id"`
	Password string `json:"password"`
}

// GivePasswordAnswer answers POST /api/v1/people/{person}/password.
func (p *Pages) GivePasswordAnswer(r *web.Request) (web.Answer, error) {
	given, err := p.givePassword(r)
	return web.Answer{JSON: PasswordAnswer{r.HTTP.PathValue("person"), given}}, err
}

// MeAnswer is whoever asks.
type MeAnswer struct {
	access.Person
	Place string `json:"place"` // the territory by name
	Home  string `json:"home"`  // the page where they begin
}

// MeAnswer answers GET /api/v1/me.
func (p *Pages) MeAnswer(r *web.Request) (web.Answer, error) {
	me := r.Person()
	return web.Answer{JSON: MeAnswer{*me, p.Regions.Path(me.Territory), web.Home(me)}}, nil
}
