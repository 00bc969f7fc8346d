package casework

import (
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/closure"
	"github.com/anxin-project/anxin/internal/domain/codebook"
	"github.com/anxin-project/anxin/internal/platform/spreadsheet"
)

// closuresData is the list of closures.
type closuresData struct {
	Connected     bool
	Stage, County string
	Text          string
	Stages        []closure.Stage
	Counties      []*view.Unit
	Rows          []closure.Closure
	Waiting       int
	Pager         web.Pager
}

// ClosuresPage is the page at /closures.
func (p *Pages) ClosuresPage(r *web.Request) (web.Answer, error) {
	d, err := p.closures(r)
	if err != nil {
		return web.Answer{}, err
	}
	d.Pager = r.Query.Rows(len(d.Rows), p.PageSize)
	d.Rows = d.Rows[d.Pager.From:d.Pager.To]
	return web.Answer{Template: "closures", Title: language.Message(r.Lang, "closures.title"), Data: d}, nil
}

// closures gathers those that the person may read.
func (p *Pages) closures(r *web.Request) (*closuresData, error) {
	q := r.Query
	d := &closuresData{Connected: p.Closures != nil, Stage: q.Word("stage"), County: q.Code("county", 6), Text: q.Text("q"), Stages: closure.Stages}
	if r.View != nil {
		d.Counties = r.View.Counties
	}
	if p.Closures == nil {
		return d, nil
	}
	list, err := p.Closures.List(r.Context)
	for _, c := range access.MayRead(r.Person(), list, closure.Closure.Object) {
		if d.Stage != "" && string(c.Stage) != d.Stage || !strings.HasPrefix(c.Township, d.County) || !strings.Contains(strings.ToLower(c.Name+" "+c.ScopeID), d.Text) {
			continue
		}
		if c.Stage == closure.Proposed {
			d.Waiting++
		}
		d.Rows = append(d.Rows, c)
	}
	return d, err
}

// ClosuresExport is the export at /closures.csv and /closures.xlsx.
func (p *Pages) ClosuresExport(r *web.Request) (web.Answer, error) {
	d, err := p.closures(r)
	if err != nil {
		return web.Answer{}, err
	}
	l := r.Lang
	s := spreadsheet.NewTable(string(l), web.Column("csv.closure"), web.Coded("csv.state", codebook.ClosureStage), web.Coded("csv.scope", codebook.Scope), web.Column("csv.id"), web.Column("csv.name"),
		web.Column("csv.township"), web.Column("csv.place"), web.Column("csv.month"), web.Column("csv.whose"), web.Column("csv.workers"), web.Column("csv.owed_yuan"), web.Coded("csv.closure_reason", codebook.ClosureReason),
		web.Column("csv.note"), web.Column("csv.proposed_by"), web.Column("csv.proposed_at"), web.Column("csv.decided_by"), web.Column("csv.decided_at"), web.Column("csv.reopened_by"), web.Column("csv.reopened_at"))
	for _, c := range d.Rows {
		whose := "owed.every_worker"
		if c.WorkerKey != "" {
			whose = "owed.one_worker"
		}
		signed := func(s *closure.Signature) (by, at string) {
			if s == nil {
				return "", ""
			}
			return s.ByName, l.Second(s.At)
		}
		proposedBy, proposedAt := signed(&c.Proposed)
		decidedBy, decidedAt := signed(c.Decided)
		reopenedBy, reopenedAt := signed(c.Reopened)
		s.Line(c.ID, string(c.Stage), string(c.Scope), c.ScopeID, c.Name, c.Township, p.Regions.Path(c.Township), c.Month.String(), language.Message(l, whose), language.Whole(c.Owed.Workers), spreadsheet.Yuan(c.Owed.AmountFen),
			c.Reason, c.Note, proposedBy, proposedAt, decidedBy, decidedAt, reopenedBy, reopenedAt)
	}
	return r.Export(s, "anxin-closures", language.Message(l, "closures.title"), r.OfNow())
}

// closureData is one closure.
type closureData struct {
	Closure closure.Closure
	Path    string
	Forms   []stepForm
	Done    string
	NotSent bool
}

// ClosurePage is the page at /closures/{closure}.
func (p *Pages) ClosurePage(r *web.Request) (web.Answer, error) { return p.closureWith(r, nil) }

func (p *Pages) closureWith(r *web.Request, s *sent) (web.Answer, error) {
	c, err := p.closure(r)
	if err != nil {
		return web.Answer{}, err
	}
	d := &closureData{Closure: c, Path: p.Regions.Path(c.Township), Done: r.Query.Word("done")}
	allowed := p.Closures.Allowed(c, *r.Person())
	for _, kind := range closure.ActionKinds {
		if slices.Contains(allowed, kind) || s != nil && s.kind == string(kind) {
			because := field{Name: "reason", Kind: asText, Optional: kind == closure.Approve}
			d.Forms = append(d.Forms, s.again(stepForm{Title: "closing." + string(kind), Kind: string(kind), To: closureURL(c.ID), Seq: c.Seq, Next: kind == closure.Approve, Fields: []field{because}}))
		}
	}
	return web.Answer{Template: "closure", Title: language.Message(r.Lang, "closures.title") + " " + c.Name, Data: d, Status: s.status()}, nil
}

// closure is the one in the address of a request.
func (p *Pages) closure(r *web.Request) (closure.Closure, error) {
	if p.Closures == nil {
		return closure.Closure{}, web.ErrNotFound
	}
	c, err := p.Closures.Get(r.Context, r.HTTP.PathValue("closure"))
	return c, notFound(err)
}

// OneClosure is what a route about a closure touches.
func (p *Pages) OneClosure(r *web.Request) (access.Object, error) {
	c, err := p.closure(r)
	return c.Object(), err
}

// ClosureForm takes a step on a closure.
func (p *Pages) ClosureForm(r *web.Request) (web.Answer, error) {
	id, form := r.HTTP.PathValue("closure"), r.HTTP.PostForm
	a := closure.Action{Kind: closure.ActionKind(form.Get("action")), Reason: form.Get("reason")}
	r.Event.Object = id
	if slices.Contains(closure.ActionKinds, a.Kind) {
		r.Event.Action = "closure." + string(a.Kind)
	}
	_, err := p.Closures.Act(r.Context, *r.Person(), id, seen(form), a)
	if errors.Is(err, closure.ErrNotSent) {
		p.Logger.Warn("a closure is not sent yet", "error", err)
		err = nil // it is done; the page says that it is not sent
	}
	why, err := p.notDone(r, err)
	if err != nil {
		return web.Answer{}, err
	}
	if why != nil {
		return p.closureWith(r, &sent{string(a.Kind), form, why})
	}
	return web.Answer{Redirect: closureURL(id) + "?done=" + string(a.Kind)}, nil
}

// closeData is the form by which an inspector asks to have something closed.
type closeData struct {
	Subject *closure.Subject
	Path    string
	Form    stepForm
	Others  []closure.Closure // of the same subject
}

// ClosePage is the page at /closures/propose/{scope}/{id}.
func (p *Pages) ClosePage(r *web.Request) (web.Answer, error) { return p.closeWith(r, nil) }

func (p *Pages) closeWith(r *web.Request, s *sent) (web.Answer, error) {
	subject, err := p.closeSubject(r)
	if err != nil {
		return web.Answer{}, err
	}
	d := &closeData{Subject: subject, Path: p.Regions.Path(subject.Township)}
	list, err := p.Closures.List(r.Context)
	if err != nil {
		return web.Answer{}, err
	}
	for _, c := range access.MayRead(r.Person(), list, closure.Closure.Object) {
		if c.Scope == subject.Scope && c.ScopeID == subject.ID {
			d.Others = append(d.Others, c)
		}
	}
	l := r.Lang
	months, workers, reasons := field{Name: "wage_month", Kind: asChoice}, field{Name: "worker_key", Kind: asChoice, Optional: true, Hint: "hint.every_worker"}, field{Name: "closure_reason", Kind: asChoice}
	for _, m := range subject.Months {
		months.Options = append(months.Options, option{m.Month.String(), m.Month.String() + " · " + l.Count(int64(m.Workers), catalog.Workers) + " · " + l.ExactYuan(m.AmountFen)})
	}
	for _, w := range subject.Workers {
		workers.Options = append(workers.Options, option{w.Key, orDash(w.Masked) + " · " + w.Key[:8] + " · " + l.ExactYuan(w.AmountFen)})
	}
	for _, code := range closure.Reasons {
		reasons.Options = append(reasons.Options, option{code, l.Word("closure_reason", code)})
	}
	d.Form = s.again(stepForm{Title: "closing.propose", Kind: "propose", To: closeURL(subject.Scope, subject.ID), Fields: []field{months, workers, reasons, {Name: "note", Kind: asText, Hint: "hint.note"}}})
	return web.Answer{Template: "close", Title: language.Message(l, "closing.propose") + " " + subject.Name, Data: d, Status: s.status()}, nil
}

func orDash(text string) string {
	if text == "" {
		return "—"
	}
	return text
}

// closeSubject is the project or employer in the address of a request.
func (p *Pages) closeSubject(r *web.Request) (*closure.Subject, error) {
	scope, id := catalog.Scope(r.HTTP.PathValue("scope")), r.HTTP.PathValue("id")
	if p.Closures == nil || !view.SubjectID.MatchString(id) {
		return nil, web.ErrNotFound
	}
	subject, err := p.Closures.Subject(r.Context, scope, id)
	return subject, notFound(err)
}

// CloseObject is what proposing a closure touches: it shows workers, masked, so that it is for who may reveal them.
func (p *Pages) CloseObject(r *web.Request) (access.Object, error) {
	subject, err := p.closeSubject(r)
	if err != nil {
		return access.Object{}, err
	}
	return access.At(subject.Township, subject.Department), nil
}

// CloseForm takes the form sent to /closures/propose/{scope}/{id}.
func (p *Pages) CloseForm(r *web.Request) (web.Answer, error) {
	form := r.HTTP.PostForm
	a := closure.Proposal{Scope: catalog.Scope(r.HTTP.PathValue("scope")), ScopeID: r.HTTP.PathValue("id"), WorkerKey: form.Get("worker_key"), Reason: form.Get("closure_reason"), Note: form.Get("note")}
	r.Event.Action, r.Event.Object = "closure.propose", string(a.Scope)+":"+a.ScopeID
	month, err := civil.ParseMonth(form.Get("wage_month"))
	if err != nil {
		err = casefile.Refuse("invalid", byDesign, "月份应为 年-月", "a month is written YYYY-MM")
	} else {
		a.Month = month
	}
	var c closure.Closure
	if err == nil {
		c, err = p.Closures.Propose(r.Context, *r.Person(), a)
	}
	why, err := p.notDone(r, err)
	if err != nil {
		return web.Answer{}, err
	}
	if why != nil {
		return p.closeWith(r, &sent{"propose", form, why})
	}
	return web.Answer{Redirect: closureURL(c.ID) + "?done=propose"}, nil
}

func closureURL(id string) string { return "/closures/" + url.PathEscape(id) }

func closeURL(scope catalog.Scope, id string) string {
	return "/closures/propose/" + url.PathEscape(string(scope)) + "/" + url.PathEscape(id)
}
