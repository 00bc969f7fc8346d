package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/api"
)

// Query reads a page's parameters. What a page does not know is ignored; a value that a page cannot take is an error
// with the parameter's name, answered by a page that says so. Only parameters that were read count as the page's
// address, so made-up ones do not fill the memory of rendered pages.
type Query struct {
	API   bool // of a request of the API
	Given url.Values
	bad   []badParameter
	read  map[string]string // what the page went by, also where nothing was given
}

type badParameter struct{ Name, Value, Want string }

type badRequest struct{ parameters []badParameter }

func (badRequest) Error() string { return "bad parameters" }

// The parameters of all pages and of the API.
var parameterNames = []string{
	"q", "unit", "prefecture", "county", "township", "light", "sort", "dir", "page", "level", "detector", "scope",
	"department", "sector", "stage", "cleared", "open", "with", "grade", "due", "topic", "fault", "kind", "status",
	"actor", "action", "from", "until", "next", "done", "verdict", "mine", "handler", "by", "key", "figure", "deadline", "search", "limit", "offset", "place", "of",
}

// longestValue is the most bytes of a parameter's value: it goes into links and into the key of a remembered page.
const longestValue = 1000

// ReadQuery reads the parameters that pages and the API know.
func ReadQuery(r *http.Request) *Query {
	q := &Query{API: asksAPI(r), Given: url.Values{}, read: map[string]string{}}
	all := r.URL.Query()
	for _, name := range parameterNames {
		v := strings.TrimSpace(all.Get(name))
		if len(v) > longestValue {
			q.bad = append(q.bad, badParameter{name, strings.ToValidUTF8(v[:80], "") + "…", fmt.Sprintf("≤ %d bytes", longestValue)})
			continue
		}
		if v != "" {
			q.Given.Set(name, v)
		}
	}
	return q
}

func (q *Query) canonical() string { return q.Given.Encode() }

// Err is nil, or says which parameters could not be taken.
func (q *Query) Err() error {
	if len(q.bad) > 0 {
		return badRequest{q.bad}
	}
	return nil
}

func (q *Query) refuse(name, want string) {
	if slices.ContainsFunc(q.bad, func(b badParameter) bool { return b.Name == name }) {
		return // it was read before
	}
	value := q.Given.Get(name)
	if len(value) > 80 {
		value = strings.ToValidUTF8(value[:80], "") + "…"
	}
	q.bad = append(q.bad, badParameter{name, value, want})
}

// value returns what was given, and notes that the page goes by it.
func (q *Query) value(name string) string {
	q.read[name] = q.Given.Get(name)
	return q.read[name]
}

// Choice returns one of the allowed values, or the first when none is given.
func (q *Query) Choice(name string, allowed ...string) string {
	v := q.value(name)
	if v == "" {
		q.read[name] = allowed[0]
		return allowed[0]
	}
	for _, a := range allowed {
		if v == a && a != "" {
			return v
		}
	}
	q.refuse(name, strings.TrimPrefix(strings.Join(allowed, ", "), ", "))
	return allowed[0]
}

// Code returns a division code with one of the given counts of digits.
func (q *Query) Code(name string, digits ...int) string {
	v := q.value(name)
	if v == "" {
		return ""
	}
	for _, n := range digits {
		if len(v) == n && view.DivisionCode.MatchString(v) {
			return v
		}
	}
	want := make([]string, len(digits))
	for i, n := range digits {
		want[i] = strconv.Itoa(n)
	}
	q.refuse(name, strings.Join(want, "/")+" × 0–9")
	return ""
}

// Word returns a short identifier such as a detector's id.
func (q *Query) Word(name string) string {
	v := q.value(name)
	if v != "" && !view.SubjectID.MatchString(v) {
		q.refuse(name, "a–z 0–9 - _ .")
		return ""
	}
	return v
}

// Text returns what was typed, lower-cased for comparing.
func (q *Query) Text(name string) string {
	v := q.value(name)
	if !utf8.ValidString(v) || utf8.RuneCountInString(v) > 100 {
		q.refuse(name, "≤ 100 UTF-8")
		return ""
	}
	return strings.ToLower(v)
}

// Search returns what is looked for: q on pages, search in the API.
func (q *Query) Search() string {
	if q.API {
		return q.Text("search")
	}
	return q.Text("q")
}

// Number returns a page number from 1.
func (q *Query) Number(name string) int { return q.between(name, 1, 1_000_000, 1) }

// between returns a number from least to most, or otherwise when none is given.
func (q *Query) between(name string, least, most, otherwise int) int {
	v := q.Given.Get(name)
	if v == "" {
		return otherwise
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < least || n > most {
		q.refuse(name, fmt.Sprintf("%d–%d", least, most))
		return otherwise
	}
	return n
}

// Rows says which rows of a list are shown: on a page those of its number, size to a page; in the API so many as limit
// from offset on.
func (q *Query) Rows(total, size int) Pager {
	if !q.API {
		return PageOf(total, size, q.Number("page"))
	}
	from := min(q.between("offset", 0, 1<<30, 0), total)
	return Pager{From: from, To: min(from+q.between("limit", 1, api.MaxLimit, api.DefaultLimit), total), Total: total}
}

// with returns the query with parameters changed, name and value in turn; an empty value removes one. The page number
// goes whenever anything else changes.
func (q *Query) with(changes ...string) string {
	next := url.Values{}
	for name, v := range q.Given {
		if name != "page" && name != "open" {
			next[name] = v
		}
	}
	for i := 0; i+1 < len(changes); i += 2 {
		if changes[i+1] == "" {
			next.Del(changes[i])
		} else {
			next.Set(changes[i], changes[i+1])
		}
	}
	if len(next) == 0 {
		return "?"
	}
	return "?" + next.Encode()
}

var (
	ErrNotFound  = errors.New("not found")
	ErrForbidden = errors.New("forbidden")
	errForged    = errors.New("a form that this session's pages did not send")
)

// redirect is an address to go to instead.
type redirect string

func (r redirect) Error() string { return "moved to " + string(r) }

// Names are the names of a set in their order, without the empty one.
func Names(set map[string]bool) []string {
	var out []string
	for name := range set {
		if name != "" {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// Date returns a day typed as YYYY-MM-DD.
func (q *Query) Date(name string) (civil.Date, bool) {
	text := q.value(name)
	if text == "" {
		return 0, false
	}
	on, err := civil.ParseDate(text)
	if err != nil {
		q.refuse(name, "YYYY-MM-DD")
	}
	return on, err == nil
}
