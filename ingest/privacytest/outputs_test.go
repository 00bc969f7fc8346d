package privacytest

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/anxin-project/anxin/alerts"
	"github.com/anxin-project/anxin/dashboards/console"
	shipped "github.com/anxin-project/anxin/detectors/catalog"
	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/ingesttest"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/platform/access/people"
	"github.com/anxin-project/anxin/internal/platform/access/reveal"
	"github.com/anxin-project/anxin/internal/platform/access/signin"
	"github.com/anxin-project/anxin/internal/platform/audit"
	"github.com/anxin-project/anxin/internal/platform/spreadsheet"
)

const (
	token     = "a token of the test's own"
	everyCase = "/api/v1/cases?limit=1000"
)

// checkServices opens cases for what was found, and searches every page, file, answer and metric of alerts and console.
func (s *stage) checkServices(t *testing.T, hidden *ingesttest.Secrets) {
	t.Helper()
	all, err := shipped.Read("")
	if err != nil {
		t.Fatal(err)
	}
	registry := prometheus.NewRegistry()
	alertConfig := alerts.DefaultConfiguration()
	alertConfig.Token = token
	a, err := alerts.New(t.Context(), alertConfig, alerts.Dependencies{
		Conn: s.Conn, Headers: shipped.Headers(all), Calendar: calendar.China(), Registerer: registry, Logger: s.logger(),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	pageConfig := console.DefaultConfiguration()
	pageConfig.Lights = console.Lights{Green: 80, Yellow: 60}
	trail, err := audit.Open(t.Context(), audit.Dependencies{Conn: s.Conn, Clock: time.Now, Logger: s.logger(), Registerer: registry})
	if err != nil {
		t.Fatal(err)
	}
	register, err := people.Open(t.Context(), people.Dependencies{Conn: s.Conn, Clock: time.Now, Cost: people.Cost{MemoryKiB: 64, Passes: 1, Lanes: 1}})
	if err != nil {
		t.Fatal(err)
	}
	gate, err := signin.New(signin.DefaultConfiguration(), signin.Dependencies{Register: register, Audit: trail, Clock: time.Now, Logger: s.logger(), Registerer: registry})
	if err != nil {
		t.Fatal(err)
	}
	pages, err := console.New(pageConfig, console.Dependencies{
		Conn: s.Conn, Catalog: shipped.Headers(all), Cases: a.Cases(), Logger: s.logger(), Metrics: registry,
		Gate: gate, Vault: reveal.NewVault(nil, trail, nil),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := pages.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}

	api := func(method, path, body string) {
		t.Helper()
		request := httptest.NewRequest(method, path, strings.NewReader(body))
		request.Header.Set("Authorization", "Bearer "+token)
		answer := serve(a.Handler(), request)
		hidden.Absent(t, "the answer to "+path, answer.Body.Bytes())
		if path == everyCase && !strings.Contains(answer.Body.String(), `"fingerprint"`) {
			t.Errorf("%s answers %s: nothing was tested", path, answer.Body)
		}
	}
	opened := notification(t, registry)
	api("POST", "/api/v1/alerts", opened)
	api("POST", "/api/v1/alerts", strings.Replace(opened, `"4"`, `"5"`, 1))
	api("POST", "/api/v1/alerts", "no notification")
	api("GET", everyCase, "")
	api("GET", "/api/v1/cases?search=522601198305141201", "")
	if err := pages.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}

	// The pages look for newer runs as in service: however long the search takes, /healthz does not call them stale.
	looking, stop := context.WithCancel(t.Context())
	stopped := make(chan error, 1)
	go func() { stopped <- pages.Run(looking) }()
	defer func() {
		stop()
		if err := <-stopped; err != nil {
			t.Error(err)
		}
	}()
	shown := signedIn(t, register, pages.Handler())
	seen := crawl(t, shown, hidden)
	for _, part := range []string{"/", "/ranking.csv", "/ranking.xlsx", "/townships/", "/warnings.csv", "/warnings.xlsx", "/subjects/project/", "/subjects/employer/", "/cases/", "/about"} {
		if !seen.has(part) {
			t.Errorf("no page %s among %d: not everything was tested", part, len(seen))
		}
	}
	// A page says again what was searched for; the log and the metrics do not.
	for _, searched := range []string{"522601198305141201", "欧阳娜娜", "13812345678"} {
		serve(shown, httptest.NewRequest("GET", "/search?q="+url.QueryEscape(searched), nil))
		serve(shown, httptest.NewRequest("GET", "/subjects/project/"+url.PathEscape(searched), nil))
		serve(shown, httptest.NewRequest("GET", "/cases/"+url.PathEscape(searched), nil))
	}
	metrics := serve(promhttp.HandlerFor(registry, promhttp.HandlerOpts{}), httptest.NewRequest("GET", "/metrics", nil)).Body.Bytes()
	if !bytes.Contains(metrics, []byte("anxin_warning_active{")) {
		t.Error("no warning among the metrics: nothing was tested")
	}
	hidden.Absent(t, "/metrics of alerts and console", metrics)
}

// signedIn answers every request as to somebody who may see all there is to see of a province and of the system.
func signedIn(t *testing.T, register *people.Register, h http.Handler) http.Handler {
	t.Helper()
	const password = "four plain words here"
	who := access.Person{ID: "overseer", Name: "全能", Territory: "33", Department: "housing",
		Roles: []access.Role{access.Inspector, access.DepartmentOfficer, access.Supervisor, access.Operator, access.Auditor, access.Administrator}}
	if err := register.Add(t.Context(), "command", who); err != nil {
		t.Fatal(err)
	}
	if err := register.SetPassword(t.Context(), "command", who.ID, password, false); err != nil {
		t.Fatal(err)
	}
	form := url.Values{"name": {who.ID}, "password": {password}}
	request := httptest.NewRequest("POST", "/sign-in", strings.NewReader(form.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer := serve(h, request)
	if answer.Code != http.StatusSeeOther {
		t.Fatalf("signing in answers %d", answer.Code)
	}
	session := answer.Result().Cookies()[0]
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.AddCookie(session)
		h.ServeHTTP(w, r)
	})
}

func serve(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, r)
	return answer
}

// notification is what Alertmanager sends when every active warning has become an alert.
func notification(t *testing.T, registry *prometheus.Registry) string {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	type alert struct {
		Status      string            `json:"status"`
		Labels      map[string]string `json:"labels"`
		StartsAt    time.Time         `json:"startsAt"`
		Fingerprint string            `json:"fingerprint"`
	}
	var all []alert
	for _, f := range families {
		if f.GetName() != "anxin_warning_active" {
			continue
		}
		for _, m := range f.GetMetric() {
			labels := map[string]string{"alertname": "RedWarning"}
			for _, l := range m.GetLabel() {
				labels[l.GetName()] = l.GetValue()
			}
			if labels["level"] == string(catalog.Yellow) {
				labels["alertname"] = "YellowWarning"
			}
			all = append(all, alert{"firing", labels, time.Now().Add(-time.Hour), labels["detector"] + labels["scope_id"]})
		}
	}
	text, err := json.Marshal(map[string]any{"version": "4", "alerts": all})
	if err != nil || len(all) == 0 {
		t.Fatalf("%d warnings among the metrics, %v", len(all), err)
	}
	return string(text)
}

type visited map[string]bool

func (v visited) has(prefix string) bool {
	for path := range v {
		if strings.HasPrefix(path, prefix) && len(path) > len(strings.TrimSuffix(prefix, "/")) || path == prefix {
			return true
		}
	}
	return false
}

// unzipped is all that a workbook holds.
func unzipped(t *testing.T, content []byte) (all []byte) {
	t.Helper()
	book, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range book.File {
		r, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, text...)
	}
	return all
}

var link = regexp.MustCompile(`(?:href|action|src)="(/[^"]*)"`)

// crawl follows every link of every page, in both languages, and searches what comes.
func crawl(t *testing.T, h http.Handler, hidden *ingesttest.Secrets) visited {
	t.Helper()
	seen := visited{}
	for _, language := range []string{"zh", "en"} {
		todo := []string{"/", "/overview", "/ranking", "/work", "/bulletins", "/ranking.csv", "/warnings.csv", "/cases", "/about", "/search?q=33", "/healthz", "/no/such/page"}
		known := visited{}
		for len(todo) > 0 {
			at := todo[0]
			todo = todo[1:]
			path, _, _ := strings.Cut(at, "#")
			if known[path] || len(known) > 3000 {
				continue
			}
			known[path], seen[path] = true, true
			request := httptest.NewRequest("GET", path, nil)
			request.Header.Set("Accept-Language", language)
			answer := serve(h, request)
			hidden.Absent(t, path, answer.Body.Bytes())
			if answer.Header().Get("Content-Type") == spreadsheet.WorkbookType {
				hidden.Absent(t, "the sheets of "+path, unzipped(t, answer.Body.Bytes()))
			}
			if answer.Code >= http.StatusInternalServerError {
				t.Errorf("%s answers %d", path, answer.Code)
			}
			if !strings.Contains(answer.Header().Get("Content-Type"), "html") {
				continue
			}
			for _, m := range link.FindAllStringSubmatch(answer.Body.String(), -1) {
				if next := html.UnescapeString(m[1]); !strings.HasPrefix(next, "/?lang") && !strings.Contains(next, "lang=") {
					todo = append(todo, next)
				}
			}
		}
	}
	t.Logf("%d pages searched", len(seen))
	return seen
}

// checkLetterFile searches the dead letters as assess and deadletters list --json write them.
func (s *stage) checkLetterFile(t *testing.T, hidden *ingesttest.Secrets) {
	t.Helper()
	letters, err := ingest.DeadLetters(t.Context(), s.Config.Kafka)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(letters)
	if err != nil || len(letters) < len(poison) {
		t.Fatalf("%d letters, %v", len(letters), err)
	}
	hidden.Absent(t, "a file of dead letters", text)
}
