package console

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/chromedp/chromedp"

	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/platform/access/people"
	"github.com/anxin-project/anxin/internal/platform/access/reveal"
	"github.com/anxin-project/anxin/internal/platform/access/signin"
	"github.com/anxin-project/anxin/internal/platform/audit"
	"github.com/anxin-project/anxin/internal/testing/browsertest"
)

// The password of the invented people of the tests.
const password = "four plain words here"

// every role but a township head's, which is held for a township
var overseer = access.Person{ID: "overseer", Name: "全能", Territory: "33", Department: "housing",
	Roles: []access.Role{access.Inspector, access.DepartmentOfficer, access.Supervisor, access.Operator, access.Auditor, access.Administrator}}

// openGate is a gate over an empty register, with cheap passwords, and a vault that opens "sealed:x" as x.
func openGate(t testing.TB, conn driver.Conn) (*signin.Gate, *reveal.Vault) {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	trail, err := audit.Open(t.Context(), audit.Dependencies{Conn: conn, Clock: time.Now, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	register, err := people.Open(t.Context(), people.Dependencies{Conn: conn, Clock: time.Now, Cost: people.Cost{MemoryKiB: 64, Passes: 1, Lanes: 1}})
	if err != nil {
		t.Fatal(err)
	}
	gate, err := signin.New(signin.DefaultConfiguration(), signin.Dependencies{Register: register, Audit: trail, Clock: time.Now, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	return gate, reveal.NewVault(testOpener{}, trail, nil)
}

type testOpener struct{}

func (testOpener) Open(_ string, sealed []byte) ([]byte, error) {
	clear, ok := strings.CutPrefix(string(sealed), "sealed:")
	if !ok {
		return nil, errors.New("not sealed so")
	}
	return []byte(clear), nil
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// add registers somebody with the tests' password.
func (s *server) add(t testing.TB, p access.Person) {
	t.Helper()
	must(t, s.gate.Register().Add(t.Context(), "command", p))
	must(t, s.gate.Register().SetPassword(t.Context(), "command", p.ID, password, false))
}

// enter signs in; what follows is asked in that session. Nobody: "".
func (s *server) enter(t testing.TB, id string) {
	t.Helper()
	s.session = nil
	if id == "" {
		return
	}
	status, header, body := s.post(t, "/sign-in", url.Values{"name": {id}, "password": {password}})
	if status != http.StatusSeeOther {
		t.Fatalf("signing in as %s answers %d: %s", id, status, body)
	}
	s.session = (&http.Response{Header: header}).Cookies()[0]
}

// post sends a form; form "" is filled in with the session's token.
func (s *server) post(t testing.TB, path string, form url.Values) (int, http.Header, string) {
	t.Helper()
	if s.session != nil && form.Get("form") == "" {
		if s.tokenOf != s.session {
			s.tokenOf, s.token = s.session, s.formToken(t)
		}
		form.Set("form", s.token)
	}
	r, err := http.NewRequest(http.MethodPost, s.url+path, strings.NewReader(form.Encode()))
	must(t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.do(t, r)
}

var formToken = regexp.MustCompile(`name="form" value="([^"]+)"`)

// formToken reads the session's token from a page.
func (s *server) formToken(t testing.TB) string {
	t.Helper()
	_, _, page := s.get(t, "/account")
	found := formToken.FindStringSubmatch(page)
	if found == nil {
		t.Fatalf("the account page has no form: %s", page)
	}
	return found[1]
}

// enterBy signs in by the page's own form.
func (s *server) enterBy(t *testing.T, b *browsertest.Browser, id string) {
	t.Helper()
	b.Do(t, chromedp.Navigate(s.url+"/sign-in"), chromedp.SendKeys(chromedp.CSS("input[name=name]"), id),
		chromedp.SendKeys(chromedp.CSS("input[name=password]"), password), chromedp.Click(chromedp.CSS(".fields button")))
	b.Until(t, `location.pathname !== "/sign-in" && document.readyState === "complete"`)
}

// auditEntries counts the audit log.
func (s *server) auditEntries(t testing.TB) (n int) {
	t.Helper()
	var count uint64
	must(t, s.conn.QueryRow(t.Context(), "SELECT count() FROM audit_log").Scan(&count))
	return int(count)
}

// audited returns the audit log from an entry on, a line each.
func (s *server) audited(t testing.TB, after int) []string {
	t.Helper()
	var lines []string
	must(t, s.gate.Audit().List(t.Context(), audit.Filter{}, func(e audit.Entry) error {
		lines = append(lines, strings.Join([]string{e.Actor, e.Action, e.Object, e.Outcome}, " "))
		return nil
	}))
	return lines[min(after, len(lines)):]
}
