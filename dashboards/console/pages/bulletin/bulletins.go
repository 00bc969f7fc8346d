package bulletin

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/codebook"
	"github.com/anxin-project/anxin/internal/platform/api"
	"github.com/anxin-project/anxin/internal/platform/audit"
	"github.com/anxin-project/anxin/internal/platform/spreadsheet"
)

// stateText begins the keys of the texts that say how a bulletin stands.
const stateText = "bulletin.state_"

// offer is a bulletin that can be drafted, or was published.
type offer struct {
	Place, Name, Period string
	State               *State // nil: never published
	By                  string // who published or withdrew it, as people call them
}

type listData struct {
	Rows  []offer
	Pager web.Pager
}

// offers are the bulletins of the places that who asks answers for, the latest period first.
func (p *Pages) offers(r *web.Request) ([]offer, error) {
	states, err := p.Store.All(r.Context)
	if err != nil {
		return nil, err
	}
	var places []*view.Unit
	places = append(append(places, r.View.Prefectures...), r.View.Counties...)
	var all []offer
	known := map[string]bool{}
	add := func(place, period string) {
		id := place + ":" + period
		if known[id] || !access.Allow(r.Person(), access.Read, access.Object{Place: place}) {
			return
		}
		known[id] = true
		one := offer{Place: place, Name: cmp.Or(p.Regions.Name(place), place), Period: period, State: states[id]}
		if one.State != nil {
			one.By = web.NameOf(p.Gate, cmp.Or(one.State.WithdrawnBy, one.State.PublishedBy))
		}
		all = append(all, one)
	}
	for _, e := range r.View.Editions {
		for _, period := range periodsOf(e.Month) {
			for _, u := range places {
				add(u.Code, period)
			}
		}
	}
	for id := range states {
		place, period, _ := strings.Cut(id, ":")
		add(place, period)
	}
	slices.SortFunc(all, func(a, b offer) int {
		x, _, _ := lastMonth(a.Period)
		y, _, _ := lastMonth(b.Period)
		return cmp.Or(-cmp.Compare(x, y), cmp.Compare(len(a.Place), len(b.Place)), strings.Compare(a.Place, b.Place), strings.Compare(a.Period, b.Period))
	})
	return all, nil
}

// offersShown is how many a page of the list has.
const offersShown = 60

// ListPage is the page at /bulletins.
func (p *Pages) ListPage(r *web.Request) (web.Answer, error) {
	all, err := p.offers(r)
	d := &listData{Pager: r.Query.Rows(len(all), offersShown)}
	d.Rows = all[d.Pager.From:d.Pager.To]
	return web.Answer{Template: "bulletins", Title: language.Message(r.Lang, "bulletin.list"), Data: d}, err
}

// ListExport is the export at /bulletins.csv and bulletins.xlsx.
func (p *Pages) ListExport(r *web.Request) (web.Answer, error) {
	all, err := p.offers(r)
	if err != nil {
		return web.Answer{}, err
	}
	s := spreadsheet.NewTable(string(r.Lang), web.Column("csv.period"), web.Column("csv.code"), web.Column("csv.name"), web.Worded("csv.state", func(l language.Locale, code string) string {
		return language.Message(l, stateText+code)
	}), web.Column("csv.by"), web.Column("csv.on"))
	for _, one := range all {
		on := ""
		if one.State != nil {
			on = civil.DateOf(one.State.at()).String()
		}
		s.Line(one.Period, one.Place, one.Name, one.State.Name(), one.By, on)
	}
	return r.Export(s, "anxin-bulletins", language.Message(r.Lang, "bulletin.list"), r.OfNow())
}

// bulletinData is a bulletin: as it was published, else as it would be.
type bulletinData struct {
	*Content
	State   *State
	By      string
	Digest  string // of a draft
	May     bool   // publish or withdraw it
	Problem string // key of a text
	Reason  string // as typed
}

// Draft reports whether it is not published.
func (d *bulletinData) Draft() bool { return !d.State.Stands() }

// one is the bulletin that the address names.
func (p *Pages) one(r *web.Request) (*bulletinData, error) {
	place, period := r.HTTP.PathValue("place"), r.HTTP.PathValue("period")
	state, err := p.Store.Get(r.Context, place, period)
	if err != nil {
		return nil, err
	}
	d := &bulletinData{State: state, May: access.Allow(r.Person(), access.Decide, access.Object{Place: place})}
	if state != nil {
		d.By = web.NameOf(p.Gate, cmp.Or(state.WithdrawnBy, state.PublishedBy))
	}
	if state.Stands() {
		d.Content = &state.Content
		return d, nil
	}
	if d.Content, err = p.draft(r, place, period); err != nil {
		return nil, err
	}
	d.Digest, err = d.Content.digest()
	return d, err
}

// BulletinPage is the page at /bulletins/{place}/{period}.
func (p *Pages) BulletinPage(r *web.Request) (web.Answer, error) {
	d, err := p.one(r)
	if err != nil {
		return web.Answer{}, err
	}
	return p.answer(r, d, 0), nil
}

func (p *Pages) answer(r *web.Request, d *bulletinData, status int) web.Answer {
	return web.Answer{Template: "bulletin", Title: language.Fill(r.Lang, "bulletin.of", d.Name, periodName(r.Lang, d.Period)), Data: d, Status: status}
}

// Object is what a bulletin is about: the place. Only counties and prefectures have one.
func (p *Pages) Object(r *web.Request) (access.Object, error) {
	place := r.HTTP.PathValue("place")
	if n := len(place); n != 4 && n != 6 || r.All == nil || r.All.ByCode[place] == nil {
		return access.Object{}, web.ErrNotFound
	}
	return access.Object{Place: place}, nil
}

// Act is what somebody does to a bulletin.
type Act struct {
	Action string `json:"action"` // publish or withdraw
	Digest string `json:"digest"` // publish: of the draft that they have seen
	Reason string `json:"reason"` // withdraw
}

// mostReason is how long a reason may be.
const mostReason = 400

// act does it in the name of who asks.
func (p *Pages) act(r *web.Request, a Act) error {
	d, err := p.one(r)
	if err != nil {
		return err
	}
	r.Event.Object, r.Event.Action = "bulletin "+d.Place+" "+d.Period, "bulletin."+a.Action
	by := r.Person().ID
	switch a.Action {
	case "publish":
		if d.State.Stands() {
			return Refusal{"bulletin.refused.stands"}
		}
		if a.Digest != d.Digest {
			return Refusal{"bulletin.refused.changed"}
		}
		return p.Store.Publish(r.Context, by, d.Content)
	case "withdraw":
		reason := strings.TrimSpace(a.Reason)
		if reason == "" || len(reason) > mostReason {
			return Refusal{"bulletin.refused.reason"}
		}
		return p.Store.Withdraw(r.Context, by, d.Place, d.Period, reason)
	}
	r.Event.Action = "bulletin"
	return Refusal{"bulletin.refused.action"}
}

// Form takes what a form on the page does.
func (p *Pages) Form(r *web.Request) (web.Answer, error) {
	form := r.HTTP.PostForm
	a := Act{Action: form.Get("action"), Digest: form.Get("digest"), Reason: form.Get("reason")}
	err := p.act(r, a)
	var refusal Refusal
	if !errors.As(err, &refusal) {
		return web.Answer{Redirect: r.HTTP.URL.EscapedPath()}, err
	}
	r.Event.Outcome, r.Event.Purpose = audit.Refused, refusal.Key
	d, err := p.one(r)
	if err != nil {
		return web.Answer{}, err
	}
	d.Problem, d.Reason = refusal.Key, a.Reason
	return p.answer(r, d, http.StatusUnprocessableEntity), nil
}

// Answer is what GET and POST /api/v1/bulletins/{place}/{period} answer.
type Answer struct {
	State    string  `json:"state"`  // draft, published or withdrawn
	Digest   string  `json:"digest"` // of a draft: what a publication must name
	By       string  `json:"by"`     // who published or withdrew it: a person's id; empty of a draft
	Reason   string  `json:"reason"` // of a withdrawal
	Bulletin Content `json:"bulletin"`
}

// Answer answers the API.
func (p *Pages) Answer(r *web.Request) (web.Answer, error) {
	d, err := p.one(r)
	if err != nil {
		return web.Answer{}, err
	}
	a := Answer{State: d.State.Name(), Digest: d.Digest, Bulletin: d.Content.listed()}
	if d.State != nil {
		a.By, a.Reason = cmp.Or(d.State.WithdrawnBy, d.State.PublishedBy), d.State.Reason
	}
	return web.Answer{JSON: a}, nil
}

// ActAnswer takes an action of the API.
func (p *Pages) ActAnswer(r *web.Request) (web.Answer, error) {
	var a Act
	if err := r.ReadJSON(&a); err != nil {
		return web.Answer{}, err
	}
	err := p.act(r, a)
	var refusal Refusal
	if errors.As(err, &refusal) {
		r.Event.Outcome, r.Event.Purpose = audit.Refused, refusal.Key
		zh, en := language.Message(language.Chinese, refusal.Key), language.Message(language.English, refusal.Key)
		return web.Answer{}, api.Fail(http.StatusUnprocessableEntity, api.Refused, zh, en)
	}
	if err != nil {
		return web.Answer{}, err
	}
	return p.Answer(r)
}

// OfferAnswer is one of the bulletins of a list.
type OfferAnswer struct {
	Place  string `json:"place"`
	Name   string `json:"name"`
	Period string `json:"period"`
	State  string `json:"state"`
	By     string `json:"by"`
}

// ListAnswer is what GET /api/v1/bulletins answers.
type ListAnswer struct {
	Total     int           `json:"total"`
	Bulletins []OfferAnswer `json:"bulletins"`
}

// ListAnswer answers the API.
func (p *Pages) ListAnswer(r *web.Request) (web.Answer, error) {
	all, err := p.offers(r)
	pager := r.Query.Rows(len(all), 0)
	return web.Answer{JSON: ListAnswer{len(all), view.Each(all[pager.From:pager.To], func(o offer) OfferAnswer {
		one := OfferAnswer{o.Place, o.Name, o.Period, o.State.Name(), ""}
		if o.State != nil {
			one.By = cmp.Or(o.State.WithdrawnBy, o.State.PublishedBy)
		}
		return one
	})}}, err
}

// Export is the export of a bulletin's ranking.
func (p *Pages) Export(r *web.Request) (web.Answer, error) {
	d, err := p.one(r)
	if err != nil {
		return web.Answer{}, err
	}
	s := spreadsheet.NewTable(string(r.Lang), web.Column("csv.rank"), web.Column("csv.code"), web.Column("csv.name"), web.Coded("csv.light", codebook.Light), web.Column("csv.index"), web.Column("csv.change"),
		web.Column("csv.reasons"), web.Column("csv.monitored"), web.Column("csv.arrears_workers"), web.Column("csv.yuan"))
	number := func(v *float64) string {
		if v == nil {
			return ""
		}
		return strconv.FormatFloat(language.Tenths(*v), 'f', 1, 64)
	}
	for _, row := range d.Ranking {
		rank := ""
		if row.Rank > 0 {
			rank = language.Whole(row.Rank)
		}
		s.Line(rank, row.Code, row.Name, row.Light, number(row.Index), number(row.Moved), why(r.Lang, row), language.Whole(row.Watched), language.Whole(row.People), spreadsheet.Yuan(row.Fen))
	}
	return r.Export(s, "anxin-bulletin-"+d.Place+"-"+d.Period, language.Fill(r.Lang, "bulletin.of", d.Name, periodName(r.Lang, d.Period)), language.Fill(r.Lang, "bulletin.from", language.Whole(d.Edition), d.AsOf.String(), d.Policy))
}

// Name is the state as the API calls it.
func (s *State) Name() string {
	switch {
	case s == nil:
		return "draft"
	case s.WithdrawnBy != "":
		return "withdrawn"
	}
	return "published"
}

// listed is the content with lists that are never null, as the API promises.
func (c Content) listed() Content {
	c.Ranking, c.Fell, c.Rose, c.Named, c.Rates, c.Departments, c.Text = view.List(c.Ranking), view.List(c.Fell), view.List(c.Rose), view.List(c.Named), view.List(c.Rates), view.List(c.Departments), view.List(c.Text)
	return c
}
