package warnings

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/codebook"
	"github.com/anxin-project/anxin/internal/domain/verdict"
	"github.com/anxin-project/anxin/internal/platform/audit"
	"github.com/anxin-project/anxin/internal/platform/spreadsheet"
)

// verdictsData is the list of verdicts that were given, and what a form that was not done had in it.
type verdictsData struct {
	Kind, County, Detector, Text string
	Counties                     []*view.Unit
	Groups                       []view.DetectorGroup
	Rows                         []verdict.Verdict
	Pager                        web.Pager
	Figures                      *verdict.Figures // of all warnings in the territory; nil: casework is not connected

	Sent *sentVerdict // nil: nothing was sent
}

// sentVerdict is a form that came in and was not done, or not for every warning.
type sentVerdict struct {
	Chosen, Reason, Next string
	Withdraw             bool
	Given                int
	Refused              []refusedVerdict
	Problem              string // key of a text
}

// refusedVerdict is a warning on which no verdict was given, and why.
type refusedVerdict struct {
	ID, Name   string // as a form names it now
	Key        verdict.Key
	Text, Rule string
}

// VerdictsPage is the page at /verdicts.
func (p *Pages) VerdictsPage(r *web.Request) (web.Answer, error) { return p.verdictList(r, nil) }

func (p *Pages) verdictList(r *web.Request, sent *sentVerdict) (web.Answer, error) {
	d, err := p.verdicts(r)
	if err != nil {
		return web.Answer{}, err
	}
	d.Sent = sent
	d.Pager = r.Query.Rows(len(d.Rows), p.PageSize)
	d.Rows = d.Rows[d.Pager.From:d.Pager.To]
	if all, err := p.warned(r); err != nil {
		return web.Answer{}, err
	} else if all != nil {
		f := verdict.Measure(all[""], civil.DateOf(p.Now()))
		d.Figures = &f
	}
	a := web.Answer{Template: "verdicts", Title: language.Message(r.Lang, "verdicts.title"), Data: d}
	if sent != nil {
		a.Status = http.StatusUnprocessableEntity
	}
	return a, nil
}

// verdicts gathers what was found of warnings that the person may read, the newest first.
func (p *Pages) verdicts(r *web.Request) (*verdictsData, error) {
	q := r.Query
	d := &verdictsData{Kind: q.Choice("verdict", "", "true", "untrue", "settled"), County: q.Code("county", 6), Detector: q.Word("detector"), Text: q.Search(), Groups: p.Detectors.Grouped()}
	if r.View != nil {
		d.Counties = r.View.Counties
	}
	if p.Verdicts == nil {
		return d, nil
	}
	if err := p.Verdicts.Current(r.Context); err != nil {
		return d, err
	}
	for _, v := range p.Verdicts.Book().All() {
		if d.Kind != "" && string(v.Kind) != d.Kind || !strings.HasPrefix(v.Township, d.County) || d.Detector != "" && v.Detector != d.Detector ||
			d.Text != "" && !strings.Contains(strings.ToLower(v.Name), d.Text) && !strings.Contains(strings.ToLower(v.ScopeID), d.Text) ||
			!access.Allow(r.Person(), access.Read, access.At(v.Township, v.Department)) {
			continue
		}
		d.Rows = append(d.Rows, v)
	}
	return d, nil
}

// warned are the warnings that the person may read, active or ended within the window, by detector and under "" all; nil where
// casework is not connected.
func (p *Pages) warned(r *web.Request) (map[string][]verdict.Warned, error) {
	if p.Verdicts == nil || r.View == nil {
		return nil, nil
	}
	by := map[string][]verdict.Warned{}
	add := func(w verdict.Warned) { by[w.Detector], by[""] = append(by[w.Detector], w), append(by[""], w) }
	for _, w := range r.View.Warnings {
		add(p.Verdicts.Warned(w.Key(), w.Seen()))
	}
	ended, err := p.Verdicts.Ended(r.Context, r.View.Run.AsOf.AddDays(-p.Verdicts.Window()))
	for _, w := range access.MayRead(r.Person(), ended, func(w verdict.Warned) access.Object { return access.At(w.Township, w.Department) }) {
		add(w)
	}
	return by, err
}

// maxVerdicts is on how many warnings one form gives a verdict.
const maxVerdicts = 500

// VerdictForm gives a verdict on the warnings that were ticked, or takes one back; each has an outcome of its own, and an entry in
// the audit log. What is refused comes back with what was typed.
func (p *Pages) VerdictForm(r *web.Request) (web.Answer, error) {
	form := r.HTTP.PostForm
	sent := &sentVerdict{Chosen: form.Get("verdict"), Reason: form.Get("reason"), Withdraw: form.Get("withdraw") != "", Next: localPage(form.Get("next"))}
	ticked := form["warning"]
	if p.Verdicts == nil || len(ticked) == 0 || len(ticked) > maxVerdicts {
		r.Event.Outcome, sent.Problem = audit.Refused, "verdicts.none_ticked"
		return p.verdictList(r, sent)
	}
	kind, code, _ := strings.Cut(sent.Chosen, " ")
	var steps []verdict.Step
	for _, one := range ticked {
		s, ok := view.ReadVerdictID(one)
		if !ok {
			r.Event.Outcome, sent.Problem = audit.Refused, "verdicts.none_ticked"
			return p.verdictList(r, sent)
		}
		s.Kind, s.Code, s.Reason, s.Withdraw = verdict.Kind(kind), verdict.Code(code), sent.Reason, sent.Withdraw
		steps = append(steps, s)
	}
	for i, done := range p.Verdicts.Give(r.Context, *r.Person(), steps) {
		r.Event = audit.Event{Object: done.Step.Key.String()}
		if done.Err == nil {
			sent.Given++
		} else {
			sent.Refused = append(sent.Refused, p.refusedVerdict(r, ticked[i], done))
		}
		if err := r.RecordAs(done.Step.Action()); err != nil {
			return web.Answer{}, err
		}
	}
	r.Recorded = true // one by one
	if err := p.Refresh(r.Context); err != nil {
		p.Logger.Warn("showing a verdict just given", "error", err) // it is in the log, and shows with the next look
	}
	if len(sent.Refused) == 0 {
		return web.Answer{Redirect: sent.Next}, nil
	}
	return p.verdictList(r, sent)
}

// refusedVerdict says why there is no verdict on a warning, and how a form names it now.
func (p *Pages) refusedVerdict(r *web.Request, id string, done verdict.Result) refusedVerdict {
	one := refusedVerdict{ID: id, Key: done.Step.Key, Name: done.Step.ScopeID}
	for _, w := range r.View.WarningsOf[view.SubjectKey(string(done.Step.Scope), done.Step.ScopeID)] {
		if w.Detector == done.Step.Detector {
			now := *w
			now.Seq = p.Verdicts.Book().Record(done.Step.Key).Seq
			one.Name, one.ID = w.Name, now.VerdictID()
		}
	}
	var refusal *casefile.Refusal
	r.Event.Outcome = audit.Refused
	switch {
	case errors.As(done.Err, &refusal):
		r.Event.Purpose, one.Text, one.Rule = refusal.Code, refusal.Message.In(string(r.Lang)), refusal.Basis
	case errors.Is(done.Err, casefile.ErrConflict):
		r.Event.Purpose, one.Text = "conflict", language.Message(r.Lang, "step.conflict")
	case errors.Is(done.Err, casefile.ErrNotFound):
		r.Event.Purpose, one.Text = "not_found", language.Message(r.Lang, "failure.missing.title")
	default:
		p.Logger.Error("giving a verdict failed", "error", done.Err)
		r.Event.Outcome, r.Event.Purpose, one.Text = audit.OutcomeOf(done.Err), "unavailable", language.Message(r.Lang, "step.unavailable")
	}
	return one
}

// localPage is where somebody goes on to after a verdict: a page on which warnings stand, which then says that it was given.
func localPage(path string) string {
	if u, err := url.Parse(path); err == nil && u.Host == "" && u.Scheme == "" &&
		slices.ContainsFunc([]string{"/warnings", "/verdicts", "/subjects/", "/cases/"}, func(start string) bool { return strings.HasPrefix(u.Path, start) }) {
		q := u.Query()
		q.Set("done", "verdict")
		u.RawQuery, u.Fragment = q.Encode(), "warnings"
		return u.String()
	}
	return "/warnings?done=verdict"
}

// VerdictsExport is the export at /verdicts.csv and /verdicts.xlsx.
func (p *Pages) VerdictsExport(r *web.Request) (web.Answer, error) {
	d, err := p.verdicts(r)
	if err != nil {
		return web.Answer{}, err
	}
	l := r.Lang
	s := spreadsheet.NewTable(string(l), web.Column("csv.verdict_at"), web.Coded("csv.verdict", codebook.Verdict), web.Coded("csv.verdict_code", codebook.VerdictCode), web.Column("csv.reason"),
		web.Column("csv.found_by"), web.Column("csv.withdrawn_at"), web.Coded("csv.level", codebook.Level), web.Column("csv.detector"), web.Column("csv.title"), web.Coded("csv.scope", codebook.Scope), web.Column("csv.id"), web.Column("csv.name"),
		web.Column("csv.township"), web.Column("csv.place"), web.Coded("csv.department", codebook.Department), web.Column("csv.since"), web.Column("csv.opened"),
		web.Column("csv.workers"), web.Column("csv.yuan"), web.Column("csv.answer_by"), web.Column("csv.quiet_until"))
	for _, v := range d.Rows {
		h := p.Detectors.Header(v.Detector)
		withdrawn := ""
		if v.Withdrawn != nil {
			withdrawn = l.Second(v.Withdrawn.At)
		}
		s.Line(l.Second(v.At), string(v.Kind), string(v.Code), v.Reason, v.ByName, withdrawn, string(v.Level), v.Detector, h.Title.In(string(l)), string(v.Scope), v.ScopeID, v.Name,
			v.Township, p.Regions.Path(v.Township), v.Department, v.Since.String(), v.OpenedOn.String(), language.Whole(v.Workers), csvAmount(l, h, v.AmountFen), maybe(v.AnswerBy), maybe(v.QuietUntil))
	}
	return r.Export(s, "anxin-verdicts", language.Message(l, "verdicts.title"), r.OfNow())
}

func maybe(on *civil.Date) string {
	if on == nil {
		return ""
	}
	return on.String()
}
