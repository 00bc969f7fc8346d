package web

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
func (s *Server) fail(w http.ResponseWriter, q *Request, err error) {
	r, l := q.HTTP, q.Lang
	if q.Query.API {
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
	case errors.Is(err, ErrForbidden):
		d.Status, d.Key = http.StatusForbidden, "forbidden"
	case errors.Is(err, errForged):
		d.Status, d.Key = http.StatusForbidden, "forged"
	case errors.Is(err, ErrNotFound):
		d.Status, d.Key = http.StatusNotFound, "missing"
	case errors.As(err, &bad):
		d.Status, d.Key, d.Parameters = http.StatusBadRequest, "parameters", bad.parameters
	case r.Context().Err() != nil:
		return // the client has gone
	case errors.Is(err, ErrNoCasework):
		d.Status, d.Key = http.StatusServiceUnavailable, "alone"
	case errors.Is(err, context.DeadlineExceeded):
		d.Status, d.Key = http.StatusServiceUnavailable, "slow"
	}
	if d.Status >= 500 {
		s.log.Error("a page failed", "path", r.URL.Path, "error", err)
	}
	b, renderErr := s.finish(q, "", Answer{Template: "failure", Title: language.Message(l, "failure."+d.Key+".title"), Data: d, Status: d.Status})
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
func (s *Server) waiting(w http.ResponseWriter, q *Request) {
	if q.Query.API {
		s.fail(w, q, errNoRun)
		return
	}
	b, err := s.finish(q, "waiting", Answer{Template: "waiting", Title: language.Message(q.Lang, "waiting.title"), Data: &waitingData{s.progress()}})
	if err != nil {
		s.fail(w, q, err)
		return
	}
	b.writeFor(w, q.HTTP, "no-store")
}

// health answers probes: 200 while pages are served and newer runs are looked for with success.
func (s *Server) health(w http.ResponseWriter, r *http.Request) {
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

// ProblemStatus is the status of a page with a form that was not done; 200 where there is no problem.
func ProblemStatus(problem string) int {
	if problem != "" {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}
