package alerts

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/anxin-project/anxin/alerts/closures"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/closure"
	"github.com/anxin-project/anxin/internal/platform/api"
)

// seesClosure is the one rule of who reads which closure.
func (c caller) seesClosure(one closure.Closure) bool {
	return c.service || access.Allow(&c.person, access.Read, one.Object())
}

// listClosures answers the closures that the caller may see: those that wait for approval first, then the newest.
func (a *Alerts) listClosures(w http.ResponseWriter, r *http.Request, by caller) {
	q := r.URL.Query()
	f, err := readFilter(q)
	if err != nil {
		api.WriteProblem(w, http.StatusBadRequest, badRequest(err.Error(), err.Error()))
		return
	}
	list, err := a.closures.List(r.Context())
	if err != nil {
		a.fail(w, "reading closures", err)
		return
	}
	list = slices.DeleteFunc(list, func(c closure.Closure) bool {
		return !by.seesClosure(c) || !strings.HasPrefix(c.Township, f.Territory) || f.Scope != "" && c.Scope != f.Scope ||
			q.Get("scope_id") != "" && c.ScopeID != q.Get("scope_id") || f.Stage != "" && string(c.Stage) != string(f.Stage)
	})
	total := len(list)
	list = list[min(f.Offset, total):]
	list = list[:min(f.Limit, len(list))]
	api.WriteJSON(w, http.StatusOK, map[string]any{"total": total, "closures": list})
}

// seenClosure reads a closure that the caller may see.
func (a *Alerts) seenClosure(r *http.Request, by caller) (closure.Closure, error) {
	c, err := a.closures.Get(r.Context(), r.PathValue("id"))
	if err == nil && !by.seesClosure(c) {
		err = errUnseen
	}
	return c, err
}

func (a *Alerts) getClosure(w http.ResponseWriter, r *http.Request, by caller) {
	c, err := a.seenClosure(r, by)
	if err != nil {
		a.fail(w, "reading a closure", err)
		return
	}
	answer := map[string]any{"closure": c}
	if !by.service {
		answer["allowed"] = closures.Allowed(c, by.person)
	}
	w.Header().Set("ETag", tag(c.Seq))
	api.WriteJSON(w, http.StatusOK, answer)
}

func (a *Alerts) proposeClosure(w http.ResponseWriter, r *http.Request, by caller) {
	var p closure.Proposal
	if !readBody(w, r, maxAction, &p) {
		return
	}
	c, err := a.closures.Propose(r.Context(), by.person, p)
	a.audited(r, by.person, "closure.propose", string(p.Scope)+":"+p.ScopeID, c.Seq, err)
	if err != nil {
		a.fail(w, "proposing a closure", err)
		return
	}
	w.Header().Set("ETag", tag(c.Seq))
	api.WriteJSON(w, http.StatusCreated, map[string]any{"closure": c})
}

// actOnClosure takes a step. One that is in the log, and whose record the broker has not confirmed yet, is answered with 202.
func (a *Alerts) actOnClosure(w http.ResponseWriter, r *http.Request, by caller) {
	var action closure.Action
	seq, ok := readAction(w, r, &action)
	if !ok {
		return
	}
	id := r.PathValue("id")
	if _, err := a.seenClosure(r, by); err != nil {
		if errors.Is(err, errUnseen) { // refused, though told as if there were none
			a.audited(r, by.person, "closure."+string(action.Kind), id, 0, err)
		}
		a.fail(w, "acting on a closure", err)
		return
	}
	c, err := a.closures.Act(r.Context(), by.person, id, seq, action)
	status := http.StatusOK
	if errors.Is(err, closure.ErrNotSent) {
		a.logger.Warn("a closure is not sent yet", "error", err)
		status, err = http.StatusAccepted, nil
	}
	a.audited(r, by.person, "closure."+string(action.Kind), id, c.Seq, err)
	if err != nil {
		a.fail(w, "acting on a closure", err)
		return
	}
	w.Header().Set("ETag", tag(c.Seq))
	api.WriteJSON(w, status, map[string]any{"closure": c})
}
