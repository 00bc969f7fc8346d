package casework

import (
	"slices"
	"strings"
	"time"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/leadfile"
)

// caseData is one case.
type caseData struct {
	Case     casefile.Case
	Events   []eventRow // newest first; in the printed file oldest first
	Path     string
	Handled  string // the place that handles it, where that is another
	Assignee string // what the person in charge is called
	Late     bool
	Active   []*view.Warning
	Forms    []stepForm
	Remedies []remedyRow      // what the unmet order leads to
	Earlier  []takenRow       // what followed orders of before
	Told     string           // what pay slips say was paid since the order
	Done     string           // the action just taken
	Now      time.Time        // when a printed file was made
	Entries  []casefile.Entry // of the joint-discipline list about the employer
	Offer    *candidate       // the employer as one who can be proposed for the list; nil when it cannot, or is not for who asks
	Propose  bool             // who asks may propose it
	Leads    []leadfile.Lead  // about the subject, taken in here
}

// caseID is the id in the address of a request, and its parts; casework knows no others.
func caseID(r *web.Request) (id, scope, subject string, err error) {
	id = r.HTTP.PathValue("id")
	scope, subject, ok := strings.Cut(id, ":")
	if !ok || !view.SubjectID.MatchString(subject) || len(scope) > 16 {
		return "", "", "", web.ErrNotFound
	}
	return id, scope, subject, nil
}

// CasePage is the page at /cases/{id}.
func (p *Pages) CasePage(r *web.Request) (web.Answer, error) { return p.caseWith(r, nil) }

// caseWith is a case's page, with what was sent and not done.
func (p *Pages) caseWith(r *web.Request, s *sent) (web.Answer, error) {
	d, err := p.readCase(r, func(all []casefile.Event) []casefile.Event { return all })
	if err != nil {
		return web.Answer{}, err
	}
	slices.Reverse(d.Events)
	if done := r.Query.Word("done"); slices.Contains(CaseActions, casefile.ActionKind(done)) || slices.Contains(RemedyActions, casefile.ActionKind(done)) {
		d.Done = done
	}
	allowed, next := p.Cases.Allowed(d.Case, *r.Person()), nextStep(d.Case)
	if d.Case.Stage.Ended() || waitsForSupervisor(d.Case, *r.Person()) {
		next = ""
	}
	for _, kind := range CaseActions {
		if slices.Contains(allowed, kind) || s != nil && s.kind == string(kind) {
			f := p.caseStep(r, d.Case, kind)
			f.Next = kind == next
			d.Forms = append(d.Forms, s.again(f))
		}
	}
	d.Remedies, d.Earlier = p.remedies(r, d.Case, s), p.earlier(r, d.Case, s)
	return web.Answer{Template: "case", Title: d.Case.Name, Data: d, Status: s.status()}, nil
}

// CaseFilePage is the case to be printed: everything, and no form.
func (p *Pages) CaseFilePage(r *web.Request) (web.Answer, error) {
	d, err := p.readCase(r, ofRecord)
	if err != nil {
		return web.Answer{}, err
	}
	d.Now = p.Now()
	return web.Answer{Template: "casefile", Title: d.Case.Name, Data: d}, nil
}

// readCase reads the case of a request; shown says what of its events is shown.
func (p *Pages) readCase(r *web.Request, shown func([]casefile.Event) []casefile.Event) (*caseData, error) {
	id, _, _, err := caseID(r)
	if err != nil || p.Cases == nil {
		return nil, web.ErrNotFound
	}
	k, events, err := p.Cases.Get(r.Context, id)
	if err != nil {
		return nil, notFound(err)
	}
	d := &caseData{Case: k, Path: p.Regions.Path(k.Township), Events: p.readEvents(r.Lang, shown(events)), Late: late(&k)}
	if k.Territory != "" && k.Territory != k.Township {
		d.Handled = p.Regions.Path(k.Territory)
	}
	if k.Assignee != "" {
		d.Assignee = web.NameOf(p.Gate, k.Assignee)
	}
	if o := k.Order; o != nil && o.Told != nil {
		d.Told = p.told(r.Lang, o.Told)
	}
	if r.View != nil {
		d.Active = r.View.WarningsOf[id]
	}
	p.readLeads(r, d)
	return d, p.readDiscipline(r, d)
}

// readLeads adds the leads about the subject of the case. Its page stands without them.
func (p *Pages) readLeads(r *web.Request, d *caseData) {
	if p.Leads == nil {
		return
	}
	f := leadfile.Filter{ProjectID: d.Case.ScopeID}
	switch d.Case.Scope {
	case catalog.Employer:
		f = leadfile.Filter{Employer: d.Case.ScopeID}
	case catalog.Township:
		return
	}
	all, err := p.Leads.List(r.Context, f)
	if err != nil {
		p.Logger.Warn("reading the leads of a case", "error", err)
		return
	}
	for _, l := range all {
		if access.Allow(r.Person(), access.Leads, l.Object(r.Person())) {
			d.Leads = append(d.Leads, l)
		}
	}
}

// readDiscipline adds the procedures about the employer whom the case binds, and the employer as a candidate.
func (p *Pages) readDiscipline(r *web.Request, d *caseData) error {
	k := d.Case
	employer, _ := k.Binds("", "")
	if o := k.Order; o != nil {
		employer, _ = k.Binds(o.Employer, o.EmployerName)
	}
	if employer == "" || p.Blacklist == nil {
		return nil
	}
	underWay := false
	for _, e := range p.myEntries(r) {
		if e.Employer == employer {
			d.Entries = append(d.Entries, e)
			underWay = underWay || !e.Stage.Ended()
		}
	}
	if underWay || !access.Allow(r.Person(), access.Discipline, access.At(k.Township, "")) {
		return nil
	}
	f, err := p.Blacklist.Candidate(r.Context, employer)
	if err != nil || f == nil || !access.Allow(r.Person(), access.Discipline, access.At(f.Township, "")) {
		return err
	}
	seen, err := p.casesSeen(r)
	offer := p.offered(r, f, seen)
	d.Offer, d.Propose = &offer, p.mayPropose(r)
	return err
}

// CaseForm takes a step on a case. What is refused, or was overtaken, comes back with what was typed.
func (p *Pages) CaseForm(r *web.Request) (web.Answer, error) {
	id, _, _, err := caseID(r)
	if err != nil {
		return web.Answer{}, err
	}
	form := r.HTTP.PostForm
	kind := form.Get("action")
	r.Event.Object = id
	if slices.Contains(CaseActions, casefile.ActionKind(kind)) || slices.Contains(RemedyActions, casefile.ActionKind(kind)) {
		r.Event.Action = "case." + kind
	}
	action, err := readAction(form)
	if err == nil {
		err = p.Cases.ActAll(r.Context, *r.Person(), []casefile.Step{{CaseID: id, Seq: seen(form), Action: action}})[0].Err
	}
	why, err := p.notDone(r, err)
	if err != nil {
		return web.Answer{}, err
	}
	if why != nil {
		return p.caseWith(r, &sent{kind, form, why})
	}
	return web.Answer{Redirect: web.CaseURL(id) + "?done=" + kind}, nil
}

// OneCase is what a route about a case touches.
func (p *Pages) OneCase(r *web.Request) (access.Object, error) {
	id, scope, subject, err := caseID(r)
	if err != nil || p.Cases == nil {
		return access.Object{}, web.ErrNotFound
	}
	// Not Get: that also reads the log.
	list, err := p.Cases.List(r.Context, casefile.Filter{Scope: catalog.Scope(scope), Search: subject})
	if err != nil {
		return access.Object{}, err
	}
	for _, k := range list {
		if k.ID == id {
			return k.Object(r.Person()), nil
		}
	}
	return access.Object{}, web.ErrNotFound
}

// CaseActions are the actions in the order in which a page offers them.
var CaseActions = []casefile.ActionKind{
	casefile.Acknowledge, casefile.Accept, casefile.Investigate, casefile.HoldTalks, casefile.OrderPayment, casefile.RecordPayment, casefile.TakeSidePath, casefile.Extend,
	casefile.Close, casefile.Dismiss, casefile.PassOn, casefile.Assign, casefile.UrgeHandler, casefile.Comment, casefile.AddDocument, casefile.Attach,
}

// RemedyActions are those of what an unmet order leads to: their forms stand with the remedy.
var RemedyActions = []casefile.ActionKind{casefile.TakeRemedy, casefile.PayByRemedy, casefile.RecoverRemedy}

// caseStep is the form of an action, with what the case itself proposes to fill in.
func (p *Pages) caseStep(r *web.Request, k casefile.Case, kind casefile.ActionKind) stepForm {
	f := stepForm{Title: p.stepTitle(k, kind), Kind: string(kind), To: web.CaseURL(k.ID), Seq: k.Seq}
	because := field{Name: "reason", Kind: asText}
	note := field{Name: "reason", Kind: asText, Optional: true}
	number := field{Name: "document_no", Kind: asLine}
	ruled := field{Name: "document_no", Kind: asLine, Optional: true, Hint: "hint.number"} // by the office's rule, where nobody types one
	switch kind {
	case casefile.Investigate:
		ruled.Label = "field.file_no"
		f.Fields = []field{ruled}
	case casefile.HoldTalks, casefile.Extend, casefile.Close, casefile.Dismiss, casefile.Comment, casefile.UrgeHandler:
		f.Fields = []field{because}
	case casefile.Accept:
		other := p.colleagues(k)
		other.Optional, other.Hint = true, "hint.accept"
		f.Fields = []field{other}
	case casefile.Acknowledge:
		for _, u := range k.Urged(r.Who.ID) {
			f.Notes = append(f.Notes, language.Fill(r.Lang, "urge.said", u.ByName, r.Lang.ShortDate(u.On), u.Reason))
		}
		f.Fields = []field{note}
	case casefile.OrderPayment:
		orderForm(r.Lang, k, &f, ruled, note)
	case casefile.RecordPayment:
		if k.Order.Unmet(civil.DateOf(p.Now())) {
			f.Notes = []string{language.Message(r.Lang, "order.check")}
		}
		workers, amount := field{Name: "workers", Kind: asCount}, field{Name: "amount", Kind: asYuan}
		if told := k.Order.GetTold(); told != nil {
			f.Notes = append(f.Notes, p.told(r.Lang, told))
			if left := min(told.AmountFen, k.Order.AmountFen) - k.Order.PaidFen; left > 0 {
				workers.Value, amount.Value = language.Whole(told.Workers), plainYuan(left)
			}
		}
		f.Fields = []field{workers, amount, note}
		if k.Order == nil { // with an order the amount tells
			f.Fields = append(f.Fields, field{Name: "settled", Kind: asTick, Optional: true})
		}
	case casefile.TakeSidePath:
		paths := field{Name: "path", Kind: asChoice}
		for _, side := range casefile.SidePaths {
			paths.Options = append(paths.Options, option{string(side), side.Title().In(string(r.Lang))})
		}
		f.Fields = []field{paths, note}
	case casefile.PassOn:
		departments := field{Name: "department", Kind: asChoice, Optional: true}
		for _, d := range casefile.Departments {
			departments.Options = append(departments.Options, option{string(d), d.Title().In(string(r.Lang))})
		}
		f.Fields = []field{departments, {Name: "territory", Kind: asLine, Optional: true, Hint: "hint.territory"}, because}
	case casefile.Assign:
		f.Fields = []field{p.colleagues(k), note}
	case casefile.AddDocument:
		f.Fields = []field{number, note}
	case casefile.Attach:
		f.Fields = []field{{Name: "file_name", Kind: asLine}, {Name: "sha256", Kind: asLine}, {Name: "kept_at", Kind: asLine}, note}
	}
	return f
}

// orderForm is the order to pay, filled in with what the pay slips say is owed: never with an estimate, nor with the figures
// of warnings, which count other things too. Whoever investigated may have found more.
func orderForm(l language.Locale, k casefile.Case, f *stepForm, number, note field) {
	workers, amount := field{Name: "workers", Kind: asCount}, field{Name: "amount", Kind: asYuan}
	from, to := field{Name: "wage_from", Kind: asMonth, Optional: true}, field{Name: "wage_to", Kind: asMonth, Optional: true}
	f.Fields = []field{number, {Name: "due_on", Kind: asDay}}
	if k.Scope != catalog.Employer {
		employer, name := k.Binds("", "")
		f.Fields = append(f.Fields, field{Name: "employer", Kind: asLine, Optional: true, Hint: "hint.employer", Value: employer}, field{Name: "employer_name", Kind: asLine, Optional: true, Value: name})
	}
	if o := k.Owed; o != nil && o.Listed != nil {
		workers.Value, amount.Value = language.Whole(o.Listed.Workers), plainYuan(o.Listed.AmountFen)
		from.Value, to.Value = o.Listed.From.String(), o.Listed.To.String()
		f.Notes = append(f.Notes, language.Fill(l, "order.by_slips", l.ShortDate(o.AsOf), l.Num(o.Listed.Total)))
	} else {
		f.Notes = append(f.Notes, language.Message(l, "order.no_slips"))
	}
	if o := k.Owed; o != nil && o.Estimated != nil {
		f.Notes = append(f.Notes, language.Fill(l, "order.estimate", l.Count(int64(o.Estimated.Workers), catalog.Workers), l.ExactYuan(o.Estimated.AmountFen)))
	}
	f.Fields = append(f.Fields, from, to, workers, amount, note)
}

// colleagues are those who may work on a case.
func (p *Pages) colleagues(k casefile.Case) field {
	f := field{Name: "assignee", Kind: asChoice}
	for _, a := range p.Gate.Register().List() {
		if !a.Disabled && access.Allow(&a.Person, access.Work, access.At(k.Territory, string(k.Department))) {
			f.Options = append(f.Options, option{a.ID, a.Name})
		}
	}
	return f
}
