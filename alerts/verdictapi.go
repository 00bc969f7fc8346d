package alerts

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/verdict"
	"github.com/anxin-project/anxin/internal/platform/api"
)

// listVerdicts answers what was found of warnings, the newest first, as far as the caller may see it.
func (a *Alerts) listVerdicts(w http.ResponseWriter, r *http.Request, by caller) {
	q := r.URL.Query()
	f, err := readFilter(q)
	if kind := verdict.Kind(q.Get("verdict")); err == nil && kind != "" && !slices.Contains(verdict.Kinds, kind) {
		err = fmt.Errorf("verdict is %q: want true, untrue or settled", kind)
	}
	if err != nil {
		api.WriteProblem(w, http.StatusBadRequest, badRequest(err.Error(), err.Error()))
		return
	}
	if err := a.verdicts.Current(r.Context()); err != nil {
		a.fail(w, "reading verdicts", err)
		return
	}
	list := slices.DeleteFunc(a.verdicts.Book().All(), func(v verdict.Verdict) bool {
		return !by.service && !access.Allow(&by.person, access.Read, access.At(v.Township, v.Department)) ||
			!strings.HasPrefix(v.Township, f.Territory) || f.Scope != "" && v.Scope != f.Scope ||
			q.Get("scope_id") != "" && v.ScopeID != q.Get("scope_id") || q.Get("detector") != "" && v.Detector != q.Get("detector") ||
			q.Get("verdict") != "" && string(v.Kind) != q.Get("verdict")
	})
	total := len(list)
	list = list[min(f.Offset, total):]
	list = list[:min(f.Limit, len(list))]
	api.WriteJSON(w, http.StatusOK, map[string]any{"total": total, "verdicts": list})
}

// giveVerdicts gives verdicts on several warnings, or takes some back; each has an outcome of its own.
func (a *Alerts) giveVerdicts(w http.ResponseWriter, r *http.Request, by caller) {
	var body struct {
		Verdicts []verdict.Step `json:"verdicts"`
	}
	if !readBody(w, r, 16*maxAction, &body) {
		return
	}
	if len(body.Verdicts) == 0 || len(body.Verdicts) > maxBulk {
		api.WriteProblem(w, http.StatusBadRequest, badRequest(fmt.Sprintf("verdicts 须有 1 至 %d 项", maxBulk), fmt.Sprintf("verdicts has %d items: want 1 to %d", len(body.Verdicts), maxBulk)))
		return
	}
	type outcome struct {
		verdict.Key
		Episode string           `json:"episode"`
		Verdict *verdict.Verdict `json:"verdict,omitempty"`
		Problem *api.Problem     `json:"problem,omitempty"`
	}
	outcomes := []outcome{}
	given := 0
	for _, done := range a.verdicts.Give(r.Context(), by.person, body.Verdicts) {
		one := outcome{Key: done.Step.Key, Episode: done.Step.Episode, Verdict: done.Verdict}
		var seq uint32
		if done.Verdict != nil {
			seq = done.Verdict.Seq
		}
		a.audited(r, by.person, done.Step.Action(), done.Step.Key.String(), seq, done.Err)
		if done.Err != nil {
			_, p := a.explain("giving verdicts", done.Err)
			one.Problem = &p
		} else {
			given++
		}
		outcomes = append(outcomes, one)
	}
	api.WriteJSON(w, http.StatusOK, map[string]any{"given": given, "outcomes": outcomes})
}
