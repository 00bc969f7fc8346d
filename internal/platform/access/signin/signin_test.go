package signin

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/platform/access/people"
	"github.com/anxin-project/anxin/internal/platform/audit"
	"github.com/anxin-project/anxin/internal/platform/store"
	"github.com/anxin-project/anxin/internal/testing/embeddedtest"
)

func TestMain(m *testing.M) { embeddedtest.Main(m) }

const good = "four plain words here"

// door is a gate with a small site before it: POST /in signs in, GET /who says who is signed in and the form token, POST /do
// takes a form, /open and the callback go by the provider.
type door struct {
	*Gate
	*httptest.Server
	now time.Time
}

func open(t *testing.T, change func(*Configuration)) *door {
	t.Helper()
	t.Parallel()
	options := embeddedtest.Database(t)
	conn, err := clickhouse.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := store.Migrate(t.Context(), conn, store.Layout{Database: options.Auth.Database}); err != nil {
		t.Fatal(err)
	}
	d := &door{now: time.Date(2026, 11, 20, 1, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return d.now }
	log := slog.New(slog.DiscardHandler)
	trail, err := audit.Open(t.Context(), audit.Dependencies{Conn: conn, Clock: clock, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	register, err := people.Open(t.Context(), people.Dependencies{Conn: conn, Clock: clock, Cost: people.Cost{MemoryKiB: 64, Passes: 1, Lanes: 1}})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	d.Server = httptest.NewServer(Protect(mux, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "another site", http.StatusForbidden) })))
	t.Cleanup(d.Server.Close)
	c := DefaultConfiguration()
	c.URL = d.Server.URL
	if change != nil {
		change(&c)
	}
	if d.Gate, err = New(c, Dependencies{Register: register, Audit: trail, Clock: clock, Logger: log, Registerer: prometheus.NewRegistry()}); err != nil {
		t.Fatal(err)
	}
	answer := func(w http.ResponseWriter, err error) {
		if err != nil {
			http.Error(w, err.Error(), http.StatusForbidden)
		}
	}
	mux.HandleFunc("POST /in", func(w http.ResponseWriter, r *http.Request) {
		_, err := d.Password(w, r, r.PostFormValue("name"), r.PostFormValue("password"))
		answer(w, err)
	})
	mux.HandleFunc("GET /who", func(w http.ResponseWriter, r *http.Request) {
		if s := d.Session(r); s != nil {
			io.WriteString(w, s.ID+" "+s.Form+" "+s.Key)
		}
	})
	mux.HandleFunc("POST /do", func(w http.ResponseWriter, r *http.Request) {
		if s := d.Session(r); s == nil || !s.CheckForm(r) {
			http.Error(w, "no form token", http.StatusForbidden)
		}
	})
	mux.HandleFunc("POST /out", func(w http.ResponseWriter, r *http.Request) { d.Leave(w, r) })
	mux.HandleFunc("GET /open", func(w http.ResponseWriter, r *http.Request) {
		to, err := d.ToProvider(w, r, "/cases")
		if err != nil {
			answer(w, err)
			return
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
	})
	mux.HandleFunc("GET "+CallbackPath, func(w http.ResponseWriter, r *http.Request) {
		_, next, err := d.FromProvider(w, r)
		answer(w, err)
		io.WriteString(w, next)
	})
	must(t, register.Add(t.Context(), "command", access.Person{ID: "wang.li", Name: "王莉", Roles: []access.Role{access.Inspector}, Territory: "331024"}))
	must(t, register.SetPassword(t.Context(), "command", "wang.li", good, false))
	return d
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// browser is a client with cookies.
type browser struct {
	*http.Client
	d *door
}

func (d *door) browser(t *testing.T) *browser {
	jar, err := cookiejar.New(nil)
	must(t, err)
	return &browser{&http.Client{Jar: jar}, d}
}

func (b *browser) post(t *testing.T, path string, form url.Values, header ...string) (int, string, http.Header) {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, b.d.URL+path, strings.NewReader(form.Encode()))
	must(t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return b.answer(t, r)
}

func (b *browser) get(t *testing.T, address string) (int, string, http.Header) {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, address, nil)
	must(t, err)
	return b.answer(t, r)
}

func (b *browser) answer(t *testing.T, r *http.Request) (int, string, http.Header) {
	t.Helper()
	response, err := b.Do(r)
	must(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	must(t, err)
	return response.StatusCode, string(body), response.Header
}

func (b *browser) signIn(t *testing.T) http.Header {
	t.Helper()
	status, body, header := b.post(t, "/in", url.Values{"name": {" Wang.Li "}, "password": {good}})
	if status != 200 {
		t.Fatalf("signing in: %d %s", status, body)
	}
	return header
}

func (b *browser) who(t *testing.T) string {
	_, body, _ := b.get(t, b.d.URL+"/who")
	name, _, _ := strings.Cut(body, " ")
	return name
}

func (d *door) log(t *testing.T) []string {
	t.Helper()
	var lines []string
	must(t, d.audit.List(t.Context(), audit.Filter{}, func(e audit.Entry) error {
		lines = append(lines, strings.Join([]string{e.Actor, e.Action, e.Object, e.Outcome, e.Purpose, e.Origin}, "|"))
		return nil
	}))
	return lines
}

func TestASessionBeginsAndEnds(t *testing.T) {
	d := open(t, nil)
	b := d.browser(t)
	if who := b.who(t); who != "" {
		t.Errorf("before signing in: %s", who)
	}
	cookie := b.signIn(t).Get("Set-Cookie")
	for _, want := range []string{"HttpOnly", "SameSite=Lax", "Path=/"} {
		if !strings.Contains(cookie, want) {
			t.Errorf("the cookie %q lacks %s", cookie, want)
		}
	}
	if strings.Contains(cookie, "Secure") || strings.Contains(cookie, "Expires") || strings.Contains(cookie, "Max-Age") {
		t.Errorf("the cookie on the loopback is %q", cookie)
	}
	if who := b.who(t); who != "wang.li" {
		t.Errorf("signed in as %q", who)
	}
	if testutil.ToFloat64(d.signIns.WithLabelValues("done")) != 1 || d.sessions.count() != 1 {
		t.Error("not counted")
	}
	b.post(t, "/out", nil)
	if who := b.who(t); who != "" || d.sessions.count() != 0 {
		t.Errorf("after signing out: %s", who)
	}
	if log := d.log(t); len(log) != 1 || log[0] != "wang.li|sign_in|wang.li|done|password|127.0.0.1" {
		t.Errorf("the audit log has %q", log)
	}
}

func TestTheTokenOfAnEndedSessionOpensNothing(t *testing.T) {
	d := open(t, nil)
	b := d.browser(t)
	b.signIn(t)
	u, _ := url.Parse(d.URL)
	old := b.Jar.Cookies(u)
	b.post(t, "/out", nil)
	b.Jar.SetCookies(u, old)
	if who := b.who(t); who != "" {
		t.Errorf("the old cookie opens %s's session", who)
	}
}

func TestSessionsEndByTheClock(t *testing.T) {
	d := open(t, nil)
	b := d.browser(t)
	b.signIn(t)
	for range 24 { // asked every half hour, less a second
		d.now = d.now.Add(d.config.Idle - time.Second)
		if b.who(t) == "" {
			break
		}
	}
	if lasted := d.now.Sub(time.Date(2026, 11, 20, 1, 0, 0, 0, time.UTC)); lasted < d.config.MaxAge-d.config.Idle || lasted > d.config.MaxAge+d.config.Idle {
		t.Errorf("a busy session ends after %v", lasted)
	}
	b.signIn(t)
	d.now = d.now.Add(d.config.Idle + time.Second)
	if who := b.who(t); who != "" {
		t.Error("an idle session goes on")
	}
}

func TestAllSessionsEndWithTheRightToThem(t *testing.T) {
	d := open(t, nil)
	first, second := d.browser(t), d.browser(t)
	for name, end := range map[string]func() error{
		"a new password": func() error { return d.register.SetPassword(t.Context(), "root", "wang.li", good, false) },
		"being disabled": func() error { return d.register.Disable(t.Context(), "root", "wang.li") },
	} {
		first.signIn(t)
		second.signIn(t)
		must(t, end())
		if a, b := first.who(t), second.who(t); a != "" || b != "" {
			t.Errorf("%s leaves sessions %q %q", name, a, b)
		}
		if a, _ := d.register.Get("wang.li"); a.Disabled {
			must(t, d.register.Enable(t.Context(), "root", "wang.li"))
			if who := first.who(t); who != "" {
				t.Error("an old session comes back with the person")
			}
		}
	}
}

func TestChangedRightsMakeAnotherKey(t *testing.T) {
	d := open(t, nil)
	b := d.browser(t)
	b.signIn(t)
	_, before, _ := b.get(t, d.URL+"/who")
	a, _ := d.register.Get("wang.li")
	a.Territory = "331002"
	must(t, d.register.Change(t.Context(), "root", a.Person))
	if _, after, _ := b.get(t, d.URL+"/who"); after == before || b.who(t) != "wang.li" {
		t.Errorf("before %q, after %q", before, after)
	}
}

func TestSigningInBeginsANewSession(t *testing.T) {
	d := open(t, nil)
	b := d.browser(t)
	b.signIn(t)
	u, _ := url.Parse(d.URL)
	first := b.Jar.Cookies(u)[0].Value
	b.signIn(t)
	if second := b.Jar.Cookies(u)[0].Value; second == first || d.sessions.count() != 1 {
		t.Errorf("%d sessions; the same token: %v", d.sessions.count(), second == first)
	}
}

func TestOnePersonHasAFewSessionsOnly(t *testing.T) {
	d := open(t, nil)
	oldest := d.browser(t)
	oldest.signIn(t)
	for range mostSessions {
		d.now = d.now.Add(time.Second)
		d.browser(t).signIn(t)
	}
	if who := oldest.who(t); who != "" || d.sessions.count() != mostSessions {
		t.Errorf("%d sessions, the oldest is %q", d.sessions.count(), who)
	}
}

func TestCookiesAreKeptToTLSButOnTheLoopback(t *testing.T) {
	for _, tt := range []struct {
		name, url, host, proto string
		plain, want            bool
	}{
		{"the loopback", "", "127.0.0.1:8080", "", false, false},
		{"localhost", "", "localhost:8080", "", false, false},
		{"a name", "", "anxin.example.cn", "", false, true},
		{"a name, given up", "", "anxin.example.cn", "", true, false},
		{"a proxy that says https", "", "127.0.0.1:8080", "https", false, true},
		{"a proxy that says nothing", "https://anxin.example.cn", "127.0.0.1:8080", "", false, true},
	} {
		c := DefaultConfiguration()
		c.URL, c.PlainHTTP = tt.url, tt.plain
		g, err := New(c, Dependencies{})
		must(t, err)
		r := httptest.NewRequest(http.MethodPost, "/sign-in", nil)
		r.Host = tt.host
		r.Header.Set("X-Forwarded-Proto", tt.proto)
		w := httptest.NewRecorder()
		g.setCookie(w, r, g.cookieName(r), "x")
		cookie := w.Header().Get("Set-Cookie")
		if strings.Contains(cookie, "; Secure") != tt.want || strings.HasPrefix(cookie, "__Host-") != tt.want {
			t.Errorf("%s: %s", tt.name, cookie)
		}
	}
}

func TestForgedRequestsAreRefusedTwice(t *testing.T) {
	d := open(t, nil)
	b := d.browser(t)
	b.signIn(t)
	_, who, _ := b.get(t, d.URL+"/who")
	form := url.Values{"form": {strings.Fields(who)[1]}}
	if status, body, _ := b.post(t, "/do", form, "Sec-Fetch-Site", "same-origin"); status != 200 {
		t.Errorf("a form of one's own: %d %s", status, body)
	}
	for name, header := range map[string][2]string{
		"what the browser says of it": {"Sec-Fetch-Site", "cross-site"},
		"a sister host":               {"Sec-Fetch-Site", "same-site"},
		"an old browser":              {"Origin", "https://evil.example"},
	} { // even with the right token
		if status, body, _ := b.post(t, "/do", form, header[0], header[1]); status != 403 || !strings.Contains(body, "another site") {
			t.Errorf("%s: %d %s", name, status, body)
		}
		if status, _, _ := b.post(t, "/in", url.Values{"name": {"wang.li"}, "password": {good}}, header[0], header[1]); status != 403 {
			t.Errorf("signing in from %s: %d", name, status)
		}
	}
	other := d.browser(t)
	other.signIn(t)
	_, theirs, _ := other.get(t, d.URL+"/who")
	for name, token := range map[string]string{"none": "", "a made-up one": "x", "another session's": strings.Fields(theirs)[1]} {
		if status, body, _ := b.post(t, "/do", url.Values{"form": {token}}); status != 403 || !strings.Contains(body, "no form token") {
			t.Errorf("the form token is %s: %d %s", name, status, body)
		}
	}
}

func TestFailuresAreWrittenDownAndTheLogIsNotFlooded(t *testing.T) {
	d := open(t, nil)
	b := d.browser(t)
	for range 9 {
		b.post(t, "/in", url.Values{"name": {"wang.li"}, "password": {"wrong plain words here"}})
	}
	b.post(t, "/in", url.Values{"name": {good}, "password": {"x"}}) // a password in the wrong field
	log := d.log(t)
	want := strings.Repeat("|sign_in|wang.li|refused|password|127.0.0.1\n", 4) + "|locked_out|wang.li|refused|password|127.0.0.1\n|sign_in|unknown name|refused|password|127.0.0.1"
	if strings.Join(log, "\n") != want {
		t.Errorf("the audit log has\n%s\nwant\n%s", strings.Join(log, "\n"), want)
	}
	if n := testutil.ToFloat64(d.signIns.WithLabelValues("locked_out")); n != 4 {
		t.Errorf("%v attempts while locked out", n)
	}
}

func TestMachinesComeByToken(t *testing.T) {
	d := open(t, nil)
	token, err := d.register.MakeToken(t.Context(), "root", "wang.li", "feed")
	must(t, err)
	for header, want := range map[string]error{"Bearer " + token: nil, "bearer " + token: nil, "Basic " + token: people.ErrWrong, "Bearer x": people.ErrWrong, "": people.ErrWrong} {
		r := httptest.NewRequest(http.MethodGet, "/api/v1/cases", nil)
		r.Header.Set("Authorization", header)
		if _, err := d.Bearer(r); !errors.Is(err, want) {
			t.Errorf("%q: %v", header[:min(len(header), 12)], err)
		}
	}
}

func TestTheAPITakesASessionsActionsOnlyWithItsFormToken(t *testing.T) {
	d := open(t, nil)
	b := d.browser(t)
	b.signIn(t)
	_, who, _ := b.get(t, d.URL+"/who")
	u, _ := url.Parse(d.URL)
	ask := func(method, token string, cookies []*http.Cookie) error {
		r := httptest.NewRequest(method, d.URL+"/api/v1/cases/accept", nil)
		r.Header.Set("Anxin-Form", token)
		for _, c := range cookies {
			r.AddCookie(c)
		}
		_, err := d.Person(r)
		return err
	}
	session, form := b.Jar.Cookies(u), strings.Fields(who)[1]
	for name, tt := range map[string]struct {
		err  error
		want error
	}{
		"reading":                   {ask(http.MethodGet, "", session), nil},
		"acting":                    {ask(http.MethodPost, form, session), nil},
		"acting without the token":  {ask(http.MethodPost, "", session), people.ErrWrong},
		"acting with a made-up one": {ask(http.MethodPost, "x", session), people.ErrWrong},
		"acting without a session":  {ask(http.MethodPost, form, nil), people.ErrWrong},
		"reading without a session": {ask(http.MethodGet, "", nil), people.ErrWrong},
	} {
		if tt.err != tt.want {
			t.Errorf("%s: %v", name, tt.err)
		}
	}
	must(t, d.register.SetPassword(t.Context(), "root", "wang.li", "another plain phrase", true))
	b.post(t, "/in", url.Values{"name": {"wang.li"}, "password": {"another plain phrase"}})
	if err := ask(http.MethodGet, "", b.Jar.Cookies(u)); err != people.ErrWrong {
		t.Errorf("before the initial password is changed: %v", err)
	}
}

func TestAConfigurationIsChecked(t *testing.T) {
	for name, change := range map[string]func(*Configuration){
		"an address with a path":   func(c *Configuration) { c.URL = "https://x.example/anxin" },
		"no scheme":                func(c *Configuration) { c.URL = "x.example" },
		"no idle time":             func(c *Configuration) { c.Idle = 0 },
		"a life shorter than idle": func(c *Configuration) { c.MaxAge = time.Minute },
		"a provider over http": func(c *Configuration) {
			c.URL, c.OIDC.Issuer, c.OIDC.ClientID = "https://x.example", "http://id.example", "x"
		},
		"a provider, no client":  func(c *Configuration) { c.URL, c.OIDC.Issuer = "https://x.example", "https://id.example" },
		"a provider, no address": func(c *Configuration) { c.OIDC.Issuer, c.OIDC.ClientID = "https://id.example", "x" },
	} {
		c := DefaultConfiguration()
		if err := c.Validate(); err != nil {
			t.Fatal(err)
		}
		if change(&c); c.Validate() == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}
