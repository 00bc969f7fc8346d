package alerts

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/anxin-project/anxin/alerts/cases"
	"github.com/anxin-project/anxin/internal/casefile"
	"github.com/anxin-project/anxin/internal/catalog"
)

// maxPage is the most cases one answer lists.
const maxPage = 1000

func (a *Alerts) authorized(method string, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method != method:
			refuseMethod(w, method)
		case !a.tokenOf(r):
			refuseToken(w)
		default:
			next(w, r)
		}
	}
}

// listCases answers GET /api/v1/cases?territory=&department=&scope=&level=&stage=&cleared=&search=&limit=&offset=.
func (a *Alerts) listCases(w http.ResponseWriter, r *http.Request) {
	f, err := readFilter(r.URL.Query())
	if err != nil {
		writeError(w, http.StatusBadRequest, err.Error())
		return
	}
	list, err := a.cases.List(r.Context(), f)
	if err == nil {
		var total int
		if total, err = a.cases.Count(r.Context(), f); err == nil {
			writeJSON(w, http.StatusOK, map[string]any{"total": total, "cases": list})
			return
		}
	}
	a.fail(w, "listing cases", err)
}

func readFilter(q url.Values) (casefile.Filter, error) {
	f := casefile.Filter{
		Territory:  q.Get("territory"),
		Department: casefile.Department(q.Get("department")),
		Scope:      catalog.Scope(q.Get("scope")),
		Level:      catalog.Level(q.Get("level")),
		Stage:      casefile.Stage(q.Get("stage")),
		Search:     q.Get("search"),
		Limit:      100,
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
	}{"limit": {&f.Limit, 1, maxPage}, "offset": {&f.Offset, 0, 1 << 30}} {
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

// getCase answers GET /api/v1/cases/{id} with the case and its events.
func (a *Alerts) getCase(w http.ResponseWriter, r *http.Request) {
	one, events, err := a.cases.Get(r.Context(), r.PathValue("id"))
	switch {
	case errors.Is(err, cases.ErrNotFound):
		writeError(w, http.StatusNotFound, "no such case: want scope:scope_id, such as project:P-1")
	case err != nil:
		a.fail(w, "reading a case", err)
	default:
		writeJSON(w, http.StatusOK, map[string]any{"case": one, "events": events})
	}
}

func (a *Alerts) fail(w http.ResponseWriter, doing string, err error) {
	a.logger.Error(doing, "error", err)
	writeError(w, http.StatusServiceUnavailable, "the store does not answer: try again")
}
