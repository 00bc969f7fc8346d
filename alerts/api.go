package alerts

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/anxin-project/anxin/alerts/cases"
	"github.com/anxin-project/anxin/alerts/documents"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/platform/api"
)

const (
	maxBulk   = 1000    // cases accepted at once
	maxAction = 1 << 16 // bytes of an action; a bulk acceptance has maxBulk ids of at most some hundred bytes
)

// seesCase is the one rule of who reads which case.
func seesCase(by access.Person, one casefile.Case) bool { return cases.Sees(by, one) }

// chosen are the cases that the query asks for, as far as the caller may see them, and the filter's page.
func (a *Alerts) chosen(r *http.Request, by caller) ([]casefile.Case, casefile.Filter, error) {
	f, err := readFilter(r.URL.Query())
	if err != nil {
		return nil, f, err
	}
	all := f
	all.Limit, all.Offset = 0, 0
	list, err := a.cases.List(r.Context(), all)
	return slices.DeleteFunc(list, func(c casefile.Case) bool { return !by.sees(c) }), f, err
}

func (a *Alerts) listCases(w http.ResponseWriter, r *http.Request, by caller) {
	list, f, err := a.chosen(r, by)
	if err != nil {
		api.WriteProblem(w, http.StatusBadRequest, badRequest(err.Error(), err.Error()))
		return
	}
	total := len(list)
	list = list[min(f.Offset, total):]
	list = list[:min(f.Limit, len(list))]
	api.WriteJSON(w, http.StatusOK, map[string]any{"total": total, "cases": list})
}

func readFilter(q url.Values) (casefile.Filter, error) {
	f := casefile.Filter{
		Territory:  q.Get("territory"),
		Department: casefile.Department(q.Get("department")),
		Scope:      catalog.Scope(q.Get("scope")),
		Level:      catalog.Level(q.Get("level")),
		Stage:      casefile.Stage(q.Get("stage")),
		Assignee:   q.Get("assignee"),
		Deadline:   casefile.DeadlineState(q.Get("deadline")),
		Search:     q.Get("search"),
		Limit:      api.DefaultLimit,
	}
	if v := q.Get("cleared"); v != "" {
		cleared, err := strconv.ParseBool(v)
		if err != nil {
			return f, fmt.Errorf("cleared is %q: want true or false", v)
		}
		f.Cleared = &cleared
	}
	for name, field := range map[string]struct {
		into     *int
		min, max int
	}{"limit": {&f.Limit, 1, api.MaxLimit}, "offset": {&f.Offset, 0, 1 << 30}} {
		if v := q.Get(name); v != "" {
			n, err := strconv.Atoi(v)
			if err != nil || n < field.min || n > field.max {
				return f, fmt.Errorf("%s is %q: want %d to %d", name, v, field.min, field.max)
			}
			*field.into = n
		}
	}
	return f, nil
}

// seen reads a case that the caller may see.
func (a *Alerts) seen(r *http.Request, by caller) (casefile.Case, []casefile.Event, error) {
	one, events, err := a.cases.Get(r.Context(), r.PathValue("id"))
	if err == nil && !by.sees(one) {
		err = errUnseen
	}
	return one, events, err
}

func (a *Alerts) getCase(w http.ResponseWriter, r *http.Request, by caller) {
	one, events, err := a.seen(r, by)
	if err != nil {
		a.fail(w, "reading a case", err)
		return
	}
	answer := map[string]any{"case": one, "events": events}
	if !by.service {
		answer["allowed"] = cases.Allowed(one, by.person)
	}
	w.Header().Set("ETag", tag(one.Seq))
	api.WriteJSON(w, http.StatusOK, answer)
}

func (a *Alerts) actOnCase(w http.ResponseWriter, r *http.Request, by caller) {
	var action casefile.Action
	seq, ok := readAction(w, r, &action)
	if !ok {
		return
	}
	id := r.PathValue("id")
	if _, _, err := a.seen(r, by); err != nil {
		if errors.Is(err, errUnseen) { // refused, though told as if there were none
			a.audited(r, by.person, "case."+string(action.Kind), id, 0, err)
		}
		a.fail(w, "acting on a case", err)
		return
	}
	done, err := a.cases.Act(r.Context(), by.person, casefile.Step{CaseID: id, Seq: seq, Action: action})
	a.audited(r, by.person, "case."+string(action.Kind), id, done.Event.Seq, err)
	if err != nil {
		a.fail(w, "acting on a case", err)
		return
	}
	w.Header().Set("ETag", tag(done.Case.Seq))
	api.WriteJSON(w, http.StatusOK, map[string]any{"case": done.Case, "event": done.Event})
}

// acceptCases accepts several cases; each has an outcome of its own.
func (a *Alerts) acceptCases(w http.ResponseWriter, r *http.Request, by caller) {
	var body struct {
		Cases []struct {
			ID  string `json:"id"`
			Seq uint32 `json:"seq"`
		} `json:"cases"`
	}
	if !readBody(w, r, 4*maxAction, &body) {
		return
	}
	if len(body.Cases) == 0 || len(body.Cases) > maxBulk {
		api.WriteProblem(w, http.StatusBadRequest, badRequest(fmt.Sprintf("cases 须有 1 至 %d 项", maxBulk), fmt.Sprintf("cases has %d items: want 1 to %d", len(body.Cases), maxBulk)))
		return
	}
	var steps []casefile.Step
	for _, one := range body.Cases {
		steps = append(steps, casefile.Step{CaseID: one.ID, Seq: one.Seq, Action: casefile.Action{Kind: casefile.Accept}})
	}
	type outcome struct {
		ID      string       `json:"id"`
		Seq     uint32       `json:"seq,omitempty"`
		Problem *api.Problem `json:"problem,omitempty"`
	}
	outcomes := []outcome{}
	accepted := 0
	for _, done := range a.cases.ActAll(r.Context(), by.person, steps) {
		one := outcome{ID: done.CaseID, Seq: done.Case.Seq}
		a.audited(r, by.person, "case.accept", done.CaseID, done.Event.Seq, done.Err)
		if done.Err != nil {
			_, p := a.explain("accepting cases", done.Err)
			one.Problem = &p
		} else {
			accepted++
		}
		outcomes = append(outcomes, one)
	}
	api.WriteJSON(w, http.StatusOK, map[string]any{"accepted": accepted, "outcomes": outcomes})
}

// casePaper draws up a paper of a case; of a remedy the one whose number the query names. The list of workers goes with it for who
// may know them.
func (a *Alerts) casePaper(w http.ResponseWriter, r *http.Request, by caller) {
	one, _, err := a.seen(r, by)
	seq, bad := strconv.ParseUint(cmp.Or(r.URL.Query().Get("no"), "0"), 10, 32)
	if err == nil && bad != nil {
		api.WriteProblem(w, http.StatusBadRequest, badRequest("no 应为措施的序号", "no is the number of a remedy's event"))
		return
	}
	var annex *documents.Annex
	if err == nil && access.Allow(&by.person, access.Reveal, one.Object(&by.person)) {
		annex, err = a.findings.annex(r.Context(), one)
	}
	var page []byte
	if err == nil {
		page, err = a.papers.OfStep(documents.Kind(r.PathValue("paper")), one, uint32(seq), a.called(one.Assignee), annex)
	}
	a.page(w, r, by, page, err)
}

// called is the name of a person by their id; the id where nobody has it.
func (a *Alerts) called(id string) string {
	if a.registered != nil {
		if p, ok := a.registered(id); ok {
			return p.Name
		}
	}
	return id
}

// page answers a paper, which loads nothing and runs nothing.
func (a *Alerts) page(w http.ResponseWriter, r *http.Request, by caller, page []byte, err error) {
	if err != nil {
		a.fail(w, "drawing up a paper", err)
		return
	}
	if !a.noted(w, r, by, "print") {
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(page)
}

// Audited is what the audit log is told of a person's action: also of one that was refused.
type Audited struct {
	Person  access.Person
	Action  string // case.accept, blacklist.decide, …; export, print, read_entry
	Subject string // a case, an entry, the employer proposed; of what was only read, its address
	Seq     uint32 // of the event; 0 when there is none
	Refused string // code of the refusal or failure; empty when it was done
	Broke   error  // why it could not be done, where nobody refused it: it may have been done all the same
}

func (a *Alerts) audited(r *http.Request, by access.Person, action, subject string, seq uint32, err error) {
	if a.audit == nil {
		return
	}
	entry := Audited{Person: by, Action: action, Subject: subject, Seq: seq}
	if err != nil {
		status, p := a.explain(action, err)
		entry.Seq, entry.Refused = 0, p.Code
		if status >= http.StatusInternalServerError {
			entry.Broke = err
		}
	}
	if err := a.audit(r, entry); err != nil {
		a.logger.Error("an action of casework is not in the audit log", "action", action, "error", err) // it is in the case log
	}
}

// noted writes down that something is read that names persons or is taken away: it is answered only after the audit log
// has it.
func (a *Alerts) noted(w http.ResponseWriter, r *http.Request, by caller, action string) bool {
	if a.audit == nil {
		return true
	}
	if err := a.audit(r, Audited{Person: by.person, Action: action, Subject: r.URL.RequestURI()}); err != nil {
		a.fail(w, "writing into the audit log", err)
		return false
	}
	return true
}

// tag is a sequence number as an entity tag.
func tag(seq uint32) string { return `"` + strconv.FormatUint(uint64(seq), 10) + `"` }

// readAction reads an action and, from If-Match, the last event that its person has seen.
func readAction(w http.ResponseWriter, r *http.Request, into any) (uint32, bool) {
	match := r.Header.Get("If-Match")
	if match == "" {
		api.WriteProblem(w, http.StatusPreconditionRequired, api.Problem{Code: api.PreconditionRequired, Message: catalog.Text{
			ZH: `请在 If-Match 头中写明所见记录的 seq，如 If-Match: "7"`, EN: `say what was seen: the header If-Match with the seq, such as If-Match: "7"`}})
		return 0, false
	}
	seq, err := strconv.ParseUint(strings.Trim(match, `"`), 10, 32)
	if err != nil {
		api.WriteProblem(w, http.StatusBadRequest, badRequest("If-Match 应为 seq", fmt.Sprintf("If-Match is %q: want the seq, such as \"7\"", match)))
		return 0, false
	}
	return uint32(seq), readBody(w, r, maxAction, into)
}

// readBody reads one JSON object, and nothing that it does not know.
func readBody(w http.ResponseWriter, r *http.Request, limit int64, into any) bool {
	if failure := api.ReadBody(w, r, limit, into); failure != nil {
		failure.Write(w)
		return false
	}
	return true
}
