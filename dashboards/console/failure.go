package console

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/anxin-project/anxin/dashboards/console/language"
)

// failureData is a page that says what went wrong and what to do next.
type failureData struct {
	Status     int
	Key        string // texts failure.KEY.title and failure.KEY.text
	Parameters []badParameter
}

// fail answers an error by its page, and the API by a problem. What happened inside is logged, never shown.
func (s *webServer) fail(w http.ResponseWriter, q *request, err error) {
	r, l := q.http, q.lang
	if q.query.api {
		s.refuse(w, r, err)
		return
	}
	var moved redirect
	if errors.As(err, &moved) {
		status := http.StatusFound
		if r.Method == http.MethodPost {
			status = http.StatusSeeOther
		}
		w.Header().Set("Cache-Control", "no-store")
		http.Redirect(w, r, string(moved), status)
		return
	}
	d := &failureData{Status: http.StatusInternalServerError, Key: "internal"}
	var bad badRequest
	switch {
	case errors.Is(err, errForbidden):
		d.Status, d.Key = http.StatusForbidden, "forbidden"
	case errors.Is(err, errForged):
		d.Status, d.Key = http.StatusForbidden, "forged"
	case errors.Is(err, errNotFound):
		d.Status, d.Key = http.StatusNotFound, "missing"
	case errors.As(err, &bad):
		d.Status, d.Key, d.Parameters = http.StatusBadRequest, "parameters", bad.parameters
	case r.Context().Err() != nil:
		return // the client has gone
	case errors.Is(err, context.DeadlineExceeded):
		d.Status, d.Key = http.StatusServiceUnavailable, "slow"
	}
	if d.Status >= 500 {
		s.log.Error("a page failed", "path", r.URL.Path, "error", err)
	}
	b, renderErr := s.finish(q, "", answer{template: "failure", title: language.Message(l, "failure."+d.Key+".title"), data: d, status: d.Status})
	if renderErr != nil {
		s.log.Error("the error page failed", "error", renderErr)
		http.Error(w, http.StatusText(d.Status), d.Status)
		return
	}
	b.write(w, r)
}

// waitingData is shown until the first run has completed.
type waitingData struct{ Stages []Stage }

// waiting answers 200: the site works, there is nothing to show yet; the page looks again by itself. The API says so by a
// problem.
func (s *webServer) waiting(w http.ResponseWriter, q *request) {
	if q.query.api {
		s.fail(w, q, errNoRun)
		return
	}
	b, err := s.finish(q, "waiting", answer{template: "waiting", title: language.Message(q.lang, "waiting.title"), data: &waitingData{s.progress()}})
	if err != nil {
		s.fail(w, q, err)
		return
	}
	b.writeFor(w, q.http, "no-store")
}

// health answers probes: 200 while pages are served and newer runs are looked for with success.
func (s *webServer) health(w http.ResponseWriter, r *http.Request) {
	state := struct {
		Status string `json:"status"`
		AsOf   string `json:"as_of,omitempty"`
		Run    uint64 `json:"run,omitempty"`
	}{Status: "loading"}
	status := http.StatusOK
	if v := s.keeper.Latest(); v != nil {
		state.Status, state.AsOf, state.Run = "ok", v.Run.AsOf.String(), v.Run.Number
	}
	if err := s.keeper.Healthy(); err != nil {
		state.Status, status = "stale", http.StatusServiceUnavailable
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(state)
}

func problemStatus(problem string) int {
	if problem != "" {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}
