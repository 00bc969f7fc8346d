package leads

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/leadfile"
	"github.com/anxin-project/anxin/internal/platform/audit"
)

// leadData is one lead.
type leadData struct {
	Lead       leadfile.Lead
	Path       string
	Handled    string
	Events     []eventRow // newest first
	Forms      []stepForm
	Duplicates []leadfile.Lead
	Colleagues []option
	Words      []leadfile.Content // opened for a purpose; nil: sealed
	MayOpen    bool
	Purpose    string
	Problem    string // of opening the words
	Done       string
	Now        time.Time
}

// eventRow is one event of the log in words.
type eventRow struct {
	At     time.Time
	Kind   leadfile.Kind
	By     string
	Reason string
	Told   string
}

// stepForm is the form of one step: which fields it has, the template knows by its kind.
type stepForm struct {
	Kind    leadfile.ActionKind
	Typed   url.Values
	Problem string
	Rule    string
}

type option struct{ Value, Label string }

// Value is what was typed into a field.
func (f stepForm) Value(name string) string { return f.Typed.Get(name) }

// LeadPage is the page at /leads/{lead}.
func (p *Pages) LeadPage(r *web.Request) (web.Answer, error) {
	return p.page(r, &leadData{Done: r.Query.Word("done")}, nil, 0)
}

// page shows a lead; refused is a form that was not done.
func (p *Pages) page(r *web.Request, d *leadData, refused *stepForm, status int) (web.Answer, error) {
	if err := p.read(r, d); err != nil {
		return web.Answer{}, err
	}
	allowed := p.Desk.Allowed(d.Lead, *r.Person())
	for _, kind := range leadfile.ActionKinds {
		switch {
		case refused != nil && refused.Kind == kind:
			d.Forms = append(d.Forms, *refused)
		case slices.Contains(allowed, kind):
			d.Forms = append(d.Forms, stepForm{Kind: kind})
		}
	}
	d.Duplicates = p.visible(r, p.Desk.Duplicates(d.Lead.ID))
	for _, a := range p.Gate.Register().List() {
		if !a.Disabled && access.Allow(&a.Person, access.Work, access.At(d.Lead.Territory, string(d.Lead.Department))) {
			d.Colleagues = append(d.Colleagues, option{a.ID, a.Name})
		}
	}
	return web.Answer{Template: "lead", Title: d.Lead.ID, Data: d, Status: status}, nil
}

// read reads the lead of a request.
func (p *Pages) read(r *web.Request, d *leadData) error {
	if p.Desk == nil {
		return web.ErrNotFound
	}
	l, events, err := p.Desk.Get(r.Context, r.HTTP.PathValue("lead"))
	if errors.Is(err, casefile.ErrNotFound) {
		return web.ErrNotFound
	}
	if err != nil {
		return err
	}
	d.Lead, d.Path, d.Now = l, p.Regions.Path(l.Township), p.Now()
	if l.Territory != l.Township {
		d.Handled = p.Regions.Path(l.Territory)
	}
	d.MayOpen = (l.HasContact || l.HasText) && access.Allow(r.Person(), access.LeadContact, l.Object(r.Person()))
	for _, e := range slices.Backward(events) {
		var said struct {
			Told string `json:"told"`
		}
		_ = json.Unmarshal(e.Data, &said) // of most kinds it has nothing of the sort
		d.Events = append(d.Events, eventRow{At: e.At, Kind: e.Kind, By: p.called(e.Actor), Reason: e.Reason, Told: said.Told})
	}
	return nil
}

// OneLead is what a route about a lead touches.
func (p *Pages) OneLead(r *web.Request) (access.Object, error) {
	d := &leadData{}
	if err := p.read(r, d); err != nil {
		return access.Object{}, err
	}
	return d.Lead.Object(r.Person()), nil
}

// LeadForm takes a step on a lead. What is refused, or was overtaken, comes back with what was typed.
func (p *Pages) LeadForm(r *web.Request) (web.Answer, error) {
	id, form := r.HTTP.PathValue("lead"), r.HTTP.PostForm
	kind := leadfile.ActionKind(form.Get("action"))
	r.Event.Object = id
	if slices.Contains(leadfile.ActionKinds, kind) {
		r.Event.Action = "lead." + string(kind)
	}
	seq, _ := strconv.ParseUint(form.Get("seq"), 10, 32)
	a, err := readAction(form)
	if err == nil {
		_, err = p.Desk.Act(r.Context, *r.Person(), id, uint32(seq), a)
	}
	f := &stepForm{Kind: kind, Typed: form}
	var refusal *casefile.Refusal
	switch {
	case err == nil:
		return web.Answer{Redirect: leadURL(id) + "?done=" + string(kind)}, nil
	case errors.Is(err, leadfile.ErrNotSent):
		p.Logger.Warn("a step on a lead is not sent yet", "error", err)
		return web.Answer{Redirect: leadURL(id) + "?done=" + string(kind)}, nil // the page says that it is not sent
	case errors.As(err, &refusal):
		f.Problem, f.Rule = refusal.Message.In(string(r.Lang)), refusal.Basis
		r.Event.Outcome, r.Event.Purpose = audit.Refused, refusal.Code
		return p.page(r, &leadData{}, f, http.StatusUnprocessableEntity)
	case errors.Is(err, casefile.ErrConflict):
		f.Problem = language.Message(r.Lang, "step.conflict")
		r.Event.Outcome, r.Event.Purpose = audit.Refused, "conflict"
		return p.page(r, &leadData{}, f, http.StatusConflict)
	case errors.Is(err, casefile.ErrNotFound):
		return web.Answer{}, web.ErrNotFound
	}
	p.Logger.Error("a step on a lead failed", "error", err)
	f.Problem = language.Message(r.Lang, "step.unavailable")
	r.Event.Outcome, r.Event.Purpose = audit.OutcomeOf(err), "unavailable"
	return p.page(r, &leadData{}, f, http.StatusServiceUnavailable)
}

// readAction reads what a form does; the error is a *casefile.Refusal.
func readAction(form url.Values) (leadfile.Action, error) {
	text := func(name string) string { return strings.TrimSpace(form.Get(name)) }
	a := leadfile.Action{
		Kind: leadfile.ActionKind(form.Get("action")), Reason: text("reason"), Department: casefile.Department(form.Get("department")), Territory: text("territory"), DocumentNo: text("document_no"),
		Conclusion: leadfile.Conclusion(form.Get("conclusion")), Told: text("told"), Into: text("into"), ProjectID: text("project"), Employer: strings.ToUpper(text("employer")), Assignee: form.Get("assignee"),
		Contact: text("contact"), Text: text("text"),
	}
	refuse := func(zh, en string) (leadfile.Action, error) {
		return a, casefile.Refuse("invalid", byDesign, zh, en)
	}
	if due := text("pay_by"); due != "" {
		on, err := civil.ParseDate(due)
		if err != nil {
			return refuse("日期应为 年-月-日", "a day is written YYYY-MM-DD")
		}
		a.PayBy = &on
	}
	if amount := strings.NewReplacer(",", "", "，", "", " ", "").Replace(form.Get("amount")); amount != "" {
		found := plainAmount.FindStringSubmatch(amount)
		if found == nil {
			return refuse("金额以元为单位，最多两位小数", "the amount is in yuan, with at most two decimals")
		}
		a.AmountFen, _ = strconv.ParseInt(found[1]+(found[2] + "00")[:2], 10, 64)
	}
	if n := text("workers"); n != "" {
		workers, err := strconv.ParseUint(n, 10, 32)
		if err != nil {
			return refuse("人数应为整数", "the number of workers is a whole number")
		}
		a.Workers = uint32(workers)
	}
	if said := form.Get("paid"); said != "" {
		yes := said == "yes"
		a.Paid = &yes
	}
	if stars, err := strconv.ParseUint(form.Get("stars"), 10, 8); err == nil {
		a.Stars = uint8(stars)
	}
	return a, nil
}

// WordsForm opens what the complainant entered in words, for a purpose: once the audit log has it.
func (p *Pages) WordsForm(r *web.Request) (web.Answer, error) {
	id, purpose := r.HTTP.PathValue("lead"), strings.TrimSpace(r.HTTP.PostFormValue("purpose"))
	d := &leadData{Purpose: purpose}
	if p.Desk == nil {
		return web.Answer{}, web.ErrNotFound
	}
	if n := len([]rune(purpose)); n < minPurpose || n > maxPurpose {
		r.Event.Object, r.Event.Outcome, r.Event.Purpose = id, audit.Refused, "purpose"
		d.Problem = "leads.purpose_wrong"
		return p.page(r, d, nil, http.StatusUnprocessableEntity)
	}
	words, err := p.Desk.Content(r.Context, *r.Person(), id, purpose, func(purpose string, refused error) error {
		r.Event = audit.Event{Object: id, Purpose: purpose}
		if refused != nil {
			r.Event.Outcome = audit.Refused
		}
		defer func() { r.Recorded = true }()
		return r.RecordAs("lead.words")
	})
	switch {
	case errors.Is(err, casefile.ErrNotFound):
		return web.Answer{}, web.ErrNotFound
	case err != nil:
		p.Logger.Error("opening the words of a lead", "error", err)
		d.Problem = "leads.words_sealed"
		return p.page(r, d, nil, http.StatusServiceUnavailable)
	}
	d.Words = words
	return p.page(r, d, nil, 0)
}

// Lengths of a purpose, in characters.
const (
	minPurpose = 4
	maxPurpose = 200
)

// AnswerPage is the letter to the complainant, to be printed, once the lead is concluded.
func (p *Pages) AnswerPage(r *web.Request) (web.Answer, error) {
	d := &leadData{}
	if err := p.read(r, d); err != nil {
		return web.Answer{}, err
	}
	if !d.Lead.Status.Ended() || d.Lead.Told == "" {
		return web.Answer{}, web.ErrNotFound
	}
	return web.Answer{Template: "leadanswer", Title: language.Message(r.Lang, "leads.answer"), Data: d}, nil
}

func leadURL(id string) string { return "/leads/" + url.PathEscape(id) }
