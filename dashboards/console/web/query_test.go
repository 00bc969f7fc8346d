package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestALongParameterIsRefusedAndGoesIntoNoLink(t *testing.T) {
	for _, name := range []string{"q", "next", "page", "open"} {
		r := httptest.NewRequest(http.MethodGet, "/ranking?light=red&"+name+"="+strings.Repeat("x", longestValue+1), nil)
		q := ReadQuery(r)
		if q.Err() == nil {
			t.Errorf("%s of %d bytes is taken", name, longestValue+1)
		}
		if link := q.with("sort", "fen"); len(link) > 100 {
			t.Errorf("%s: a link has %d bytes", name, len(link))
		}
	}
	if q := ReadQuery(httptest.NewRequest(http.MethodGet, "/ranking?q=town", nil)); q.Err() != nil || q.Search() != "town" {
		t.Errorf("a short one: %v", q.Err())
	}
}

func TestABadParameterThatIsReadTwiceIsToldOnce(t *testing.T) {
	q := ReadQuery(httptest.NewRequest(http.MethodGet, "/overview?place=x&page=0", nil))
	for range 3 {
		q.Code("place", 2, 4)
		q.Number("page")
	}
	if bad, ok := q.Err().(badRequest); !ok || len(bad.parameters) != 2 {
		t.Errorf("told are %v", q.bad)
	}
}
