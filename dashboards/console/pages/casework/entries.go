package casework

import (
	"cmp"
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
)

func entryURL(id string) string         { return "/blacklist/entries/" + url.PathEscape(id) }
func proposeURL(employer string) string { return "/blacklist/propose/" + url.PathEscape(employer) }

// notFound is web.ErrNotFound where casework says so, else the error as it is.
func notFound(err error) error {
	if errors.Is(err, casefile.ErrNotFound) {
		return web.ErrNotFound
	}
	return err
}

// mayPropose reports whether who asks may begin a procedure at all.
func (p *Pages) mayPropose(r *web.Request) bool {
	return p.Blacklist != nil && r.Person().Is(access.Inspector)
}

// publicationData is the list as the law makes it public.
type publicationData struct {
	Connected bool
	Rows      []casefile.Published
}

// PublicationPage is the page at /blacklist.
func (p *Pages) PublicationPage(r *web.Request) (web.Answer, error) {
	d := &publicationData{Connected: p.Blacklist != nil}
	if d.Connected {
		d.Rows = p.Blacklist.Published()
	}
	return web.Answer{Template: "publication", Title: language.Message(r.Lang, "publication.title"), Data: d}, nil
}

// entriesData is the list's procedures, with the candidates nobody has proposed yet.
type entriesData struct {
	Connected  bool
	Stage      string
	Text       string
	Stages     []casefile.EntryStage
	Rows       []casefile.Entry
	Pager      web.Pager
	Candidates []candidate
	MayPropose bool
}

// EntriesPage is the page at /blacklist/entries.
func (p *Pages) EntriesPage(r *web.Request) (web.Answer, error) {
	q := r.Query
	d := &entriesData{Connected: p.Blacklist != nil, Stages: casefile.EntryStages, Stage: q.Word("stage"), Text: q.Text("q"), MayPropose: p.mayPropose(r)}
	var err error
	if d.Candidates, err = p.candidates(r); err != nil {
		return web.Answer{}, err
	}
	list := p.myEntries(r)
	list = slices.DeleteFunc(list, func(e casefile.Entry) bool {
		return d.Stage != "" && string(e.Stage) != d.Stage || !strings.Contains(strings.ToLower(e.Name+" "+e.Employer), d.Text)
	})
	slices.SortStableFunc(list, func(a, b casefile.Entry) int { return cmp.Compare(entryDue(a), entryDue(b)) })
	d.Pager = web.PageOf(len(list), p.PageSize, q.Number("page"))
	d.Rows = list[d.Pager.From:d.Pager.To]
	return web.Answer{Template: "entries", Title: language.Message(r.Lang, "entries.title"), Data: d}, nil
}

// entryDue orders entries by what is due; those that have ended come last.
func entryDue(e casefile.Entry) int64 {
	if e.Stage.Ended() {
		return 1 << 32
	}
	return int64(dueOn(nextDeadline(e.Deadlines)))
}

// entryData is one entry of the list.
type entryData struct {
	Entry  casefile.Entry
	Path   string
	Case   string // the employer's case; empty when there is none
	Events []eventRow
	Forms  []stepForm
	Done   string
	Papers []string           // that can be printed
	Late   *casefile.Deadline // of the decision that is still to be taken, once it has passed
}

// EntryPage is the page at /blacklist/entries/{entry}.
func (p *Pages) EntryPage(r *web.Request) (web.Answer, error) { return p.entryWith(r, nil) }

// entryWith is an entry's page, with what was sent and not done.
func (p *Pages) entryWith(r *web.Request, s *sent) (web.Answer, error) {
	e, events, err := p.Blacklist.Entry(r.Context, r.HTTP.PathValue("entry"))
	if err != nil {
		return web.Answer{}, notFound(err)
	}
	d := &entryData{Entry: e, Path: p.Regions.Path(e.Township), Case: view.CaseOf(r.Context, p.Cases, p.Logger, r.Person(), string(catalog.Employer), e.Employer),
		Events: p.readEvents(r.Lang, events), Papers: []string{"notice"}}
	if done := casefile.EntryActionKind(r.Query.Word("done")); done == casefile.Propose || slices.Contains(EntryActions, done) {
		d.Done = string(done)
	}
	slices.Reverse(d.Events)
	if e.Notice != nil {
		d.Papers = append(d.Papers, "decision")
	}
	if e.Removal != nil {
		d.Papers = append(d.Papers, "removal")
	}
	if i := slices.IndexFunc(e.Deadlines, func(d casefile.Deadline) bool { return d.Kind == casefile.ToDecide && d.State == casefile.Passed }); i >= 0 {
		d.Late = &e.Deadlines[i]
	}
	choices := p.Blacklist.Choices(e.ID, *r.Person())
	for _, kind := range EntryActions {
		i := slices.IndexFunc(choices, func(choice casefile.EntryChoice) bool { return choice.Kind == kind })
		if i < 0 && (s == nil || s.kind != string(kind)) {
			continue
		}
		f := stepForm{Title: "listing." + string(kind), Kind: string(kind), To: entryURL(e.ID), Seq: e.Seq, Fields: entryFields(r.Lang, e, kind)}
		if i >= 0 {
			f.Not = choices[i].Refusal
			f.Next = f.Not == nil && slices.Contains(entrySteps, kind)
		}
		d.Forms = append(d.Forms, s.again(f))
	}
	return web.Answer{Template: "entry", Title: e.Name, Data: d, Status: s.status()}, nil
}

// EntryForm takes a step on an entry of the list.
func (p *Pages) EntryForm(r *web.Request) (web.Answer, error) {
	id, form := r.HTTP.PathValue("entry"), r.HTTP.PostForm
	action := readEntryAction(form)
	r.Event.Object = id
	if slices.Contains(EntryActions, action.Kind) {
		r.Event.Action = "blacklist." + string(action.Kind)
	}
	_, err := p.Blacklist.Act(r.Context, *r.Person(), id, seen(form), action)
	why, err := p.notDone(r, err)
	if err != nil {
		return web.Answer{}, err
	}
	if why != nil {
		return p.entryWith(r, &sent{string(action.Kind), form, why})
	}
	return web.Answer{Redirect: entryURL(id) + "?done=" + string(action.Kind)}, nil
}

// OneEntry is what a route about an entry touches.
func (p *Pages) OneEntry(r *web.Request) (access.Object, error) {
	if p.Blacklist == nil {
		return access.Object{}, web.ErrNotFound
	}
	for _, e := range p.Blacklist.Entries() {
		if e.ID == r.HTTP.PathValue("entry") {
			return e.Object(), nil
		}
	}
	return access.Object{}, web.ErrNotFound
}

// proposeData is the form that makes an employer a candidate.
type proposeData struct {
	Offer candidate
	Path  string
	Form  stepForm
}

// ProposePage is the page at /blacklist/propose/{employer}.
func (p *Pages) ProposePage(r *web.Request) (web.Answer, error) { return p.proposeWith(r, nil) }

func (p *Pages) proposeWith(r *web.Request, s *sent) (web.Answer, error) {
	f, err := p.candidate(r)
	if err != nil {
		return web.Answer{}, err
	}
	seen, err := p.casesSeen(r)
	if err != nil {
		return web.Answer{}, err
	}
	number := field{Name: "order_no", Kind: asLine}
	if slices.ContainsFunc(f.Orders, func(o casefile.OrderFact) bool { return o.CaseID != "" }) {
		number.Optional, number.Hint = true, "hint.order_no"
	}
	fields := []field{p.orderOptions(r.Lang, f), number,
		{Name: "representative", Kind: asLine}, {Name: "responsible", Kind: asText, Optional: true, Hint: "hint.responsible"}}
	if slices.Contains(f.Grounds, casefile.Incident) { // alone it is enough only with its effect in words
		fields = append(fields, field{Name: "effect", Kind: asText, Optional: len(f.Grounds) > 1, Hint: "hint.effect"})
	}
	d := &proposeData{Offer: p.offered(r, f, seen), Path: p.Regions.Path(f.Township), Form: s.again(stepForm{
		Title: "listing.propose", Kind: string(casefile.Propose), To: proposeURL(f.Employer), Fields: append(fields, field{Name: "reason", Kind: asText, Optional: true}),
	})}
	return web.Answer{Template: "propose", Title: f.Name, Data: d, Status: s.status()}, nil
}

// ProposeForm takes the form sent to /blacklist/propose/{employer}.
func (p *Pages) ProposeForm(r *web.Request) (web.Answer, error) {
	employer, form := r.HTTP.PathValue("employer"), r.HTTP.PostForm
	r.Event.Action, r.Event.Object = "blacklist.propose", employer
	action := readEntryAction(form)
	action.Kind = casefile.Propose
	entry, err := p.Blacklist.Propose(r.Context, *r.Person(), employer, action)
	why, err := p.notDone(r, err)
	if err != nil {
		return web.Answer{}, err
	}
	if why != nil {
		return p.proposeWith(r, &sent{string(casefile.Propose), form, why})
	}
	return web.Answer{Redirect: entryURL(entry.ID) + "?done=propose"}, nil
}

// EntryActions are the actions on an entry in the order in which a page offers them.
var EntryActions = []casefile.EntryActionKind{
	casefile.Notify, casefile.Object, casefile.Verify, casefile.Decide, casefile.DoNotList, casefile.ExtendDecision, casefile.List, casefile.Correct,
	casefile.RequestRemoval, casefile.DecideRemoval, casefile.SetBar, casefile.LiftBar, casefile.Withdraw,
}

// entrySteps are the actions that carry a procedure on; the others end it, or record what has happened meanwhile.
var entrySteps = []casefile.EntryActionKind{casefile.Notify, casefile.Verify, casefile.Decide, casefile.List, casefile.DecideRemoval}

// entryFields are what an action on an entry asks for.
func entryFields(l language.Locale, e casefile.Entry, kind casefile.EntryActionKind) []field {
	because := field{Name: "reason", Kind: asText}
	number := field{Name: "document_no", Kind: asLine}
	promise := field{Name: "promise_no", Kind: asLine}
	either := []option{{"no", l.Word("yes_no", "no")}, {"yes", l.Word("yes_no", "yes")}}
	switch kind {
	case casefile.Notify:
		return []field{number}
	case casefile.Decide:
		fields := []field{number}
		if slices.ContainsFunc(e.Deadlines, func(d casefile.Deadline) bool {
			return d.Kind == casefile.ToDecide && (d.State == casefile.Passed || d.State == casefile.Unknown)
		}) {
			fields = append(fields, field{Name: "late_reason", Kind: asText, Hint: "hint.late_reason"})
		}
		return append(fields, field{Name: "reason", Kind: asText, Optional: true})
	case casefile.Object, casefile.LiftBar:
		return []field{because}
	case casefile.Verify:
		return []field{{Name: "upheld", Kind: asChoice, Options: either}, because}
	case casefile.DoNotList, casefile.ExtendDecision, casefile.Withdraw:
		return []field{number, because}
	case casefile.Correct:
		promise.Optional = true
		return []field{promise, because}
	case casefile.RequestRemoval:
		return []field{promise}
	case casefile.DecideRemoval:
		return []field{{Name: "granted", Kind: asChoice, Options: either}, number, {Name: "reason", Kind: asText, Optional: true}}
	case casefile.SetBar:
		bars := field{Name: "bar", Kind: asChoice}
		for _, b := range []casefile.BarKind{casefile.NewArrears, casefile.Criminal, casefile.OtherBar} {
			bars.Options = append(bars.Options, option{string(b), l.Word("bar", string(b))})
		}
		return []field{bars, because}
	}
	return nil
}
