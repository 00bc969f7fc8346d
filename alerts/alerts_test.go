package alerts_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/anxin-project/anxin/alerts"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/platform/embedded/rules"
	"github.com/anxin-project/anxin/internal/platform/store"
	"github.com/anxin-project/anxin/internal/testing/embeddedtest"
)

func TestMain(m *testing.M) { embeddedtest.Main(m) }

const token = "a-token-of-the-tests"

// rig is the component on a real engine.
type rig struct {
	*alerts.Alerts
	conn       driver.Conn
	database   string
	registry   *prometheus.Registry
	server     *httptest.Server
	clock      atomic.Int64 // Unix seconds
	auditing   sync.Mutex
	auditFails error // what writing into the audit log comes to
	audit      []alerts.Audited
}

// people are who may sign in, by the header that tests send for a session.
var people = map[string]access.Person{
	"inspector":  {ID: "li", Name: "李青", Roles: []access.Role{access.Inspector}, Territory: "331024"},
	"head":       {ID: "chen", Name: "陈镇", Roles: []access.Role{access.TownshipHead}, Territory: "331024001"},
	"supervisor": {ID: "zhou", Name: "周正", Roles: []access.Role{access.Supervisor}, Territory: "3310"},
	"elsewhere":  {ID: "qi", Name: "齐远", Roles: []access.Role{access.Inspector}, Territory: "331023"},
	"operator":   {ID: "ops", Name: "运维", Roles: []access.Role{access.Operator}, Territory: "3310"},
}

func signedIn(r *http.Request) (access.Person, error) {
	if who, ok := people[r.Header.Get("X-Test-Person")]; ok {
		return who, nil
	}
	return access.Person{}, errors.New("nobody has signed in")
}

func (r *rig) now() time.Time { return time.Unix(r.clock.Load(), 0) }

func newRig(t *testing.T, change func(*alerts.Configuration)) *rig {
	t.Helper()
	options := embeddedtest.Database(t)
	conn, err := clickhouse.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := store.Migrate(t.Context(), conn, store.Layout{Database: options.Auth.Database}); err != nil {
		t.Fatal(err)
	}
	return rigOn(t, conn, options.Auth.Database, change)
}

// rigOn is the component of one more process on a store.
func rigOn(t *testing.T, conn driver.Conn, database string, change func(*alerts.Configuration)) *rig {
	t.Helper()
	r := &rig{conn: conn, database: database, registry: prometheus.NewPedanticRegistry()}
	r.clock.Store(time.Date(2026, 3, 9, 4, 0, 0, 0, time.UTC).Unix())
	c := alerts.DefaultConfiguration()
	c.Token = token
	if change != nil {
		change(&c)
	}
	var err error
	r.Alerts, err = alerts.New(t.Context(), c, alerts.Dependencies{
		Conn: conn,
		Headers: []catalog.Header{
			{ID: "wages-overdue", Group: catalog.Payment, Title: catalog.Text{ZH: "工资到期未付", EN: "Due wages unpaid"}},
			{ID: "blacklist-candidate", Title: catalog.Text{ZH: "失信联合惩戒名单拟列入对象", EN: "Candidate for the joint-discipline list"}},
		},
		Calendar:   calendar.China(),
		Registerer: r.registry,
		Clock:      r.now,
		Person:     signedIn,
		Audit: func(_ *http.Request, a alerts.Audited) error {
			r.auditing.Lock()
			defer r.auditing.Unlock()
			r.audit = append(r.audit, a)
			return r.auditFails
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	r.server = httptest.NewServer(r.Handler())
	t.Cleanup(r.server.Close)
	return r
}

func (r *rig) exec(t *testing.T, query string) {
	t.Helper()
	if err := r.conn.Exec(t.Context(), query); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

// run writes a completed run with warnings "detector scope scope_id level workers score".
func (r *rig) run(t *testing.T, asOf string, run int, warnings ...string) {
	t.Helper()
	for _, w := range warnings {
		f := strings.Fields(w)
		r.exec(t, fmt.Sprintf(`INSERT INTO warnings (as_of, run, detector, scope, scope_id, episode, opened_on, level, level_on, since, name,
			township, county, sector, department, workers, amount_fen, score, evidence)
			VALUES ('%s', %d, '%s', '%s', '%s', 'e', '%[1]s', '%[6]s', '%[1]s', '%[1]s', '名称 %[5]s', '331024001', '331024', 'water', 'water', %[7]s, %[7]s00, %[8]s, '{}')`,
			asOf, run, f[0], f[1], f[2], f[3], f[4], f[5]))
	}
	r.runOn(t, asOf, run, "s")
}

// runOn writes a completed run over a snapshot.
func (r *rig) runOn(t *testing.T, asOf string, run int, snapshot string) {
	t.Helper()
	r.exec(t, fmt.Sprintf(`INSERT INTO runs (as_of, run, started_at, finished_at, policy_version, snapshot, detectors, warnings)
		VALUES ('%s', %d, '%[1]s 02:00:00', '%[1]s 03:00:00', 'p', '%[3]s', ['wages-overdue'], 0)`, asOf, run, snapshot))
}

func (r *rig) refresh(t *testing.T) {
	t.Helper()
	if err := r.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// expect compares some metrics with what /metrics would show.
func (r *rig) expect(t *testing.T, text string, names ...string) {
	t.Helper()
	if err := testutil.GatherAndCompare(r.registry, strings.NewReader(text), names...); err != nil {
		t.Error(err)
	}
}

func TestTheLatestRunIsPublishedAsAWhole(t *testing.T) {
	r := newRig(t, nil)
	r.refresh(t)
	r.expect(t, `
# HELP anxin_detector_last_success_timestamp_seconds When the last completed run with this detector finished, on its latest as-of date; 0 for never.
# TYPE anxin_detector_last_success_timestamp_seconds gauge
anxin_detector_last_success_timestamp_seconds{detector="blacklist-candidate"} 0
anxin_detector_last_success_timestamp_seconds{detector="wages-overdue"} 0
`, "anxin_detector_last_success_timestamp_seconds", "anxin_warning_active")

	r.run(t, "2026-03-07", 900, "wages-overdue project P-9 red 1 0.1") // a later run over an earlier date: a back-test
	r.run(t, "2026-03-08", 100, "wages-overdue project P-1 yellow 5 0.5", "wages-overdue project P-2 yellow 5 0.5")
	r.run(t, "2026-03-08", 101, "wages-overdue project P-1 red 7 0.5", "unheard-of employer 91330000000000000X yellow 3 0.2",
		"blacklist-candidate employer 91330000000000000X red 3 1")
	// What is left of a run that failed, and the row that says of the former run's P-2 that it closed.
	r.exec(t, `INSERT INTO warnings (as_of, run, detector, scope, scope_id, level) VALUES ('2026-03-08', 102, 'wages-overdue', 'project', 'P-7', 'red')`)
	r.exec(t, `INSERT INTO warnings (as_of, run, detector, scope, scope_id, level, closed_on) VALUES ('2026-03-08', 101, 'wages-overdue', 'project', 'P-2', 'yellow', '2026-03-08')`)
	r.exec(t, `INSERT INTO wage_safety_index (as_of, run, unit, code, name, county, prefecture, index, light, monitored_workers, arrears_workers, arrears_fen, component, weight, score) VALUES
		('2026-03-08', 101, 'township', '331024001', '福应街道', '331024', '3310', 66.5, 'red', 400, 7, 12345678, ['arrears', 'resolution'], [100, 0], [66.5, 0]),
		('2026-03-08', 101, 'township', '331024002', '南峰街道', '331024', '3310', NULL, 'grey', 12, 0, 0, [], [], []),
		('2026-03-08', 101, 'county', '331024', '仙居县', '331024', '3310', 88, 'green', 412, 7, 12345678, [], [], []),
		('2026-03-08', 101, 'prefecture', '3310', '台州市', '', '3310', 90, 'green', 412, 7, 12345678, [], [], [])`)
	r.refresh(t)
	want := `
# HELP anxin_arrears_fen Wages owed in a township, of whatever age and past the index's days of grace, in fen (0.01 yuan); work that no pay list names by estimate.
# TYPE anxin_arrears_fen gauge
anxin_arrears_fen{county="331024",township="331024001"} 1.2345678e+07
anxin_arrears_fen{county="331024",township="331024002"} 0
# HELP anxin_blacklist_candidate 1 for each employer that meets the conditions of the joint-discipline list. A proposal: people decide.
# TYPE anxin_blacklist_candidate gauge
anxin_blacklist_candidate{employer="91330000000000000X"} 1
# HELP anxin_county_wage_safety_index Wage-safety index of a county over its own totals, 0 to 100.
# TYPE anxin_county_wage_safety_index gauge
anxin_county_wage_safety_index{county="331024",prefecture="3310"} 88
# HELP anxin_detector_info 1 for each detector, with its titles.
# TYPE anxin_detector_info gauge
anxin_detector_info{detector="blacklist-candidate",title_en="Candidate for the joint-discipline list",title_zh="失信联合惩戒名单拟列入对象"} 1
anxin_detector_info{detector="unheard-of",title_en="unheard-of",title_zh="unheard-of"} 1
anxin_detector_info{detector="wages-overdue",title_en="Due wages unpaid",title_zh="工资到期未付"} 1
# HELP anxin_detector_last_success_timestamp_seconds When the last completed run with this detector finished, on its latest as-of date; 0 for never.
# TYPE anxin_detector_last_success_timestamp_seconds gauge
anxin_detector_last_success_timestamp_seconds{detector="blacklist-candidate"} 0
anxin_detector_last_success_timestamp_seconds{detector="wages-overdue"} 1.7729388e+09
# HELP anxin_findings_as_of_timestamp_seconds Start, in Asia/Shanghai, of the date that the published run judged; absent before the first run.
# TYPE anxin_findings_as_of_timestamp_seconds gauge
anxin_findings_as_of_timestamp_seconds 1.7728992e+09
# HELP anxin_findings_last_refresh_timestamp_seconds When the findings were last looked up without error; 0 for never.
# TYPE anxin_findings_last_refresh_timestamp_seconds gauge
anxin_findings_last_refresh_timestamp_seconds 1.7730288e+09
# HELP anxin_index_component Score of one component of a township's index, 0 to 100; 100 where there is nothing to judge by, absent where there is no index.
# TYPE anxin_index_component gauge
anxin_index_component{component="arrears",county="331024",township="331024001"} 66.5
# HELP anxin_prefecture_wage_safety_index Wage-safety index of a prefecture over its own totals, 0 to 100.
# TYPE anxin_prefecture_wage_safety_index gauge
anxin_prefecture_wage_safety_index{prefecture="3310"} 90
# HELP anxin_township_light 1 for the light a township shows: green, yellow, red or grey.
# TYPE anxin_township_light gauge
anxin_township_light{county="331024",light="grey",township="331024002"} 1
anxin_township_light{county="331024",light="red",township="331024001"} 1
# HELP anxin_wage_safety_index Wage-safety index of a township, 0 to 100, higher is safer; absent when there are too few workers or the feed is stale.
# TYPE anxin_wage_safety_index gauge
anxin_wage_safety_index{county="331024",township="331024001"} 66.5
# HELP anxin_warning_active 1 for each active warning of the latest run, but for those that a verdict of untrue keeps quiet.
# TYPE anxin_warning_active gauge
anxin_warning_active{county="331024",detector="blacklist-candidate",level="red",scope="employer",scope_id="91330000000000000X",sector="water",township="331024001"} 1
anxin_warning_active{county="331024",detector="unheard-of",level="yellow",scope="employer",scope_id="91330000000000000X",sector="water",township="331024001"} 1
anxin_warning_active{county="331024",detector="wages-overdue",level="red",scope="project",scope_id="P-1",sector="water",township="331024001"} 1
`
	r.expect(t, want, "anxin_arrears_fen", "anxin_blacklist_candidate", "anxin_county_wage_safety_index", "anxin_detector_info",
		"anxin_detector_last_success_timestamp_seconds", "anxin_findings_as_of_timestamp_seconds", "anxin_findings_last_refresh_timestamp_seconds",
		"anxin_index_component", "anxin_prefecture_wage_safety_index", "anxin_township_light", "anxin_wage_safety_index", "anxin_warning_active")

	// A run that finds nothing takes every warning away.
	r.run(t, "2026-03-09", 200)
	r.refresh(t)
	r.expect(t, "", "anxin_warning_active", "anxin_blacklist_candidate", "anxin_wage_safety_index")
}

func TestBeyondTheLimitTheLeastSevereWarningsAreLeftOutAndCounted(t *testing.T) {
	r := newRig(t, func(c *alerts.Configuration) { c.MaxSeries = 1000 })
	// 2 detectors of the catalogue with 2 series each, and one of quiet warnings, leave room for 995.
	r.exec(t, `INSERT INTO warnings (as_of, run, detector, scope, scope_id, level, score)
		SELECT '2026-03-08', 1, 'wages-overdue', 'project', 'R-' || toString(number), 'red', 0 FROM numbers(900)`)
	r.exec(t, `INSERT INTO warnings (as_of, run, detector, scope, scope_id, level, score)
		SELECT '2026-03-08', 1, 'wages-overdue', 'project', 'Y-' || toString(number), 'yellow', number FROM numbers(200)`)
	r.run(t, "2026-03-08", 1)
	r.refresh(t)
	r.expect(t, `
# HELP anxin_series Series published from the findings.
# TYPE anxin_series gauge
anxin_series 1000
# HELP anxin_series_dropped Active warnings left out of anxin_warning_active because of the limit, by level.
# TYPE anxin_series_dropped gauge
anxin_series_dropped{level="red"} 0
anxin_series_dropped{level="yellow"} 105
`, "anxin_series", "anxin_series_dropped")
	families, err := r.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != "anxin_warning_active" {
			continue
		}
		text := fmt.Sprint(f.GetMetric())
		if !strings.Contains(text, `"Y-105"`) || strings.Contains(text, `"Y-104"`) || !strings.Contains(text, `"R-0"`) {
			t.Error("the yellow warnings with the least score should be left out")
		}
	}
}

func TestAScrapeDoesNotNeedClickHouse(t *testing.T) {
	r := newRig(t, nil)
	r.run(t, "2026-03-08", 1, "wages-overdue project P-1 red 7 0.5")
	r.refresh(t)
	r.exec(t, "DROP TABLE runs")
	if err := r.Refresh(t.Context()); err == nil {
		t.Fatal("a refresh without its table succeeded")
	}
	if n, err := testutil.GatherAndCount(r.registry, "anxin_warning_active"); err != nil || n != 1 {
		t.Errorf("%d warnings are published (%v), want the 1 that was read last", n, err)
	}
	r.expect(t, `
# HELP anxin_findings_refresh_failures_total Refreshes of the findings that failed.
# TYPE anxin_findings_refresh_failures_total counter
anxin_findings_refresh_failures_total 1
`, "anxin_findings_refresh_failures_total")
}

func (r *rig) request(t *testing.T, method, path, auth, body string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, r.server.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if auth != "" {
		request.Header.Set("Authorization", auth)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if !json.Valid(answer) {
		t.Errorf("the answer is not JSON: %s", answer)
	}
	return response.StatusCode, string(answer)
}

// body is a notification as Alertmanager 0.27 sends it.
const body = `{"receiver":"anxin-cases","status":"firing","alerts":[{"status":"firing","labels":{"alertname":"RedWarning","county":"331024",` +
	`"detector":"wages-overdue","level":"red","scope":"project","scope_id":"P-1","sector":"water","severity":"critical","township":"331024001"},` +
	`"annotations":{"summary":"红色预警"},"startsAt":"2026-03-09T03:59:00.123Z","endsAt":"0001-01-01T00:00:00Z","generatorURL":"http://p:9090/graph","fingerprint":"b9c3a6f0d1e2f3a4"}],` +
	`"groupLabels":{"scope":"project","scope_id":"P-1"},"commonLabels":{},"commonAnnotations":{},"externalURL":"http://a:9093","version":"4","groupKey":"{}:{scope=\"project\"}","truncatedAlerts":0}`

func TestTheWebhookTellsWhatIsWrong(t *testing.T) {
	r := newRig(t, nil)
	const bearer = "Bearer " + token
	with := func(old, new string) string {
		if !strings.Contains(body, old) {
			t.Fatalf("the body has no %s", old)
		}
		return strings.Replace(body, old, new, 1)
	}
	for _, tt := range []struct {
		name, method, auth, body string
		status                   int
		says                     string
	}{
		{"a GET", "GET", bearer, "", 405, "POST"},
		{"no token", "POST", "", body, 401, "Authorization"},
		{"a wrong token", "POST", "Bearer wrong", body, 401, "Authorization"},
		{"another scheme", "POST", "Basic " + token, body, 401, "Authorization"},
		{"an empty body", "POST", bearer, "", 400, "not Alertmanager's webhook JSON"},
		{"garbage", "POST", bearer, "garbage", 400, "not Alertmanager's webhook JSON"},
		{"a truncated body", "POST", bearer, body[:len(body)/2], 400, "unexpected EOF"},
		{"two bodies", "POST", bearer, body + body, 400, "goes on"},
		{"an array", "POST", bearer, "[]", 400, "not Alertmanager's webhook JSON"},
		{"an unknown version", "POST", bearer, with(`"version":"4"`, `"version":"5"`), 400, "version is \\\"5\\\""},
		{"no version", "POST", bearer, `{"alerts":[]}`, 400, "version"},
		{"no alerts", "POST", bearer, `{"version":"4","alerts":[]}`, 400, "alerts is empty"},
		{"an unknown status", "POST", bearer, with(`[{"status":"firing"`, `[{"status":"burning"`), 400, "alerts[0].status"},
		{"no alertname", "POST", bearer, with(`"alertname":"RedWarning",`, ``), 400, "alertname"},
		{"no fingerprint", "POST", bearer, with(`"b9c3a6f0d1e2f3a4"`, `""`), 400, "fingerprint"},
		{"no start", "POST", bearer, with(`"startsAt":"2026-03-09T03:59:00.123Z",`, ``), 400, "startsAt"},
		{"a start that is no time", "POST", bearer, with(`"2026-03-09T03:59:00.123Z"`, `"yesterday"`), 400, "yesterday"},
		{"a resolved alert without end", "POST", bearer, with(`[{"status":"firing"`, `[{"status":"resolved"`), 400, "endsAt"},
		{"a body beyond the limit", "POST", bearer, `{"version":"` + strings.Repeat("4", 1<<20) + `"}`, 413, "1048576"},
		{"a right one", "POST", bearer, body, 200, `"new":1`},
		{"its repeat", "POST", "bearer " + token, body, 200, `"new":0`},
		{"one with a field of a later version", "POST", bearer, with(`"version":"4"`, `"version":"4","mood":"fine"`), 200, `"new":0`},
		{"one about the pipeline", "POST", bearer, with(`"scope":"project","scope_id":"P-1",`, ``), 200, `"no_case":1`},
		{"one about a red township", "POST", bearer, with(`"detector":"wages-overdue","level":"red","scope":"project"`, `"level":"red","scope":"township"`), 200, `"no_case":1`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, answer := r.request(t, tt.method, "/api/v1/alerts", tt.auth, tt.body)
			if status != tt.status || !strings.Contains(answer, tt.says) {
				t.Errorf("%d %s, want %d and %q", status, answer, tt.status, tt.says)
			}
		})
	}
	r.expect(t, `
# HELP anxin_webhook_requests_total Requests to the alert webhook by outcome.
# TYPE anxin_webhook_requests_total counter
anxin_webhook_requests_total{outcome="bad_method"} 1
anxin_webhook_requests_total{outcome="bad_request"} 14
anxin_webhook_requests_total{outcome="stored"} 5
anxin_webhook_requests_total{outcome="too_large"} 1
anxin_webhook_requests_total{outcome="truncated"} 0
anxin_webhook_requests_total{outcome="unauthorized"} 3
anxin_webhook_requests_total{outcome="unavailable"} 0
`, "anxin_webhook_requests_total")

	r.exec(t, "RENAME TABLE case_events TO gone")
	if status, _ := r.request(t, "POST", "/api/v1/alerts", bearer, with("P-1", "P-2")); status != 503 {
		t.Errorf("%d without the log, want 503 so that it is sent again", status)
	}
	r.exec(t, "RENAME TABLE gone TO case_events")
	if status, answer := r.request(t, "POST", "/api/v1/alerts", bearer, with("P-1", "P-2")); status != 200 || !strings.Contains(answer, `"new":1`) {
		t.Errorf("%d %s when it is sent again", status, answer)
	}
}

func TestTheCasesAreReadAsJSON(t *testing.T) {
	r := newRig(t, nil)
	const bearer = "Bearer " + token
	if status, _ := r.request(t, "POST", "/api/v1/alerts", bearer, body); status != 200 {
		t.Fatal(status)
	}
	for _, tt := range []struct {
		path   string
		auth   string
		status int
		says   string
	}{
		{"/api/v1/cases", bearer, 200, `"total":1`},
		{"/api/v1/cases?territory=3310&department=water&level=red&cleared=false", bearer, 200, `"total":1`},
		{"/api/v1/cases?territory=3301", bearer, 200, `"cases":[]`},
		{"/api/v1/cases?limit=0", bearer, 400, "want 1 to 1000"},
		{"/api/v1/cases?cleared=perhaps", bearer, 400, "true or false"},
		{"/api/v1/cases", "", 401, "Authorization"},
		{"/api/v1/cases/project:P-1", bearer, 200, `"kind":"alert_fired"`},
		{"/api/v1/cases/project:P-1", bearer, 200, `"accept_by":"2026-03-10"`},
		{"/api/v1/cases/project:P-2", bearer, 404, "no such case"},
	} {
		if status, answer := r.request(t, "GET", tt.path, tt.auth, ""); status != tt.status || !strings.Contains(answer, tt.says) {
			t.Errorf("%s: %d %s, want %d and %q", tt.path, status, answer, tt.status, tt.says)
		}
	}
}

func TestARunBecomesCasesThroughTheEmbeddedEvaluator(t *testing.T) {
	r := newRig(t, nil)
	c := rules.DefaultConfiguration()
	c.WebhookURL, c.WebhookToken = r.server.URL+"/api/v1/alerts", token
	evaluator := func() *rules.Evaluator {
		e, err := rules.New(c, rules.Dependencies{Rules: alerts.Rules(), Gatherer: r.registry})
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	e := evaluator()
	step := func(minutes int) {
		t.Helper()
		r.clock.Add(int64(minutes) * 60)
		r.refresh(t)
		if err := e.Step(t.Context(), r.now()); err != nil {
			t.Fatal(err)
		}
	}
	one := func(id string) casefile.Case {
		t.Helper()
		c, _, err := r.Cases().Get(context.Background(), id)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	r.run(t, "2026-03-08", 1, "wages-overdue project P-1 yellow 5 0.5", "short-paid project P-1 red 9 0.5", "wages-overdue project P-2 red 5 0.5",
		"blacklist-candidate employer 91330000000000000X red 3 1")
	step(0)
	if got := one("project:P-1"); got.Name != "名称 P-1" || got.Workers != 9 || got.AmountFen != 900 || got.Level != catalog.Red ||
		len(got.Alerts) != 2 || got.Department != casefile.Water || got.AcceptBy.String() != "2026-03-10" {
		t.Errorf("two warnings of a project: %+v", got)
	}
	if got := one("employer:91330000000000000X"); got.Alerts[0].Name != "BlacklistCandidate" || len(got.Alerts) != 1 {
		t.Errorf("a candidate: %+v", got)
	}
	if n, _ := r.Cases().Count(t.Context(), casefile.Filter{}); n != 3 {
		t.Errorf("%d cases, want 3: one a subject", n)
	}

	// Night comes: P-1 pays in part, P-2 is put right. The conditions clear when keep_firing_for is over.
	r.run(t, "2026-03-09", 2, "wages-overdue project P-1 yellow 2 0.5")
	step(1)
	if got := one("project:P-1"); got.Workers != 2 || got.Level != catalog.Red {
		t.Errorf("right after the run: %+v", got)
	}
	step(16)
	if got := one("project:P-1"); got.Level != catalog.Yellow || got.Peak != catalog.Red || got.Cleared {
		t.Errorf("what was red is now yellow: %+v", got)
	}
	if got := one("project:P-2"); !got.Cleared || got.Stage != casefile.Open {
		t.Errorf("cleared, but not closed: %+v", got)
	}

	// The process restarts, and while it is down the last warning goes.
	r.run(t, "2026-03-10", 3)
	e = evaluator()
	var known []rules.Alert
	for _, f := range r.Cases().Firing() {
		known = append(known, rules.Alert{Labels: f.Labels, StartsAt: f.StartsAt})
	}
	e.Restore(known)
	step(1)
	if got := one("project:P-1"); got.Cleared {
		t.Error("cleared before keep_firing_for was over")
	}
	step(16)
	if got := one("project:P-1"); !got.Cleared || got.Level != "" {
		t.Errorf("an alert that went during the restart still fires: %+v", got)
	}
}

func TestAConfigurationIsCheckedBeforeUse(t *testing.T) {
	c := alerts.DefaultConfiguration()
	if err := c.Validate(); err != nil { // a console by itself has none, and then nobody is let in by one
		t.Errorf("without a token: %v", err)
	}
	r := newRig(t, func(c *alerts.Configuration) { c.Token = "" })
	for _, auth := range []string{"Bearer ", "Bearer", ""} {
		if status, _ := r.request(t, http.MethodPost, "/api/v1/alerts", auth, body); status != http.StatusUnauthorized {
			t.Errorf("without a token %q is let in: %d", auth, status)
		}
	}
	if c.Token = "short"; c.Validate() == nil || !strings.Contains(c.Validate().Error(), "alerts.token") {
		t.Errorf("with a short token: %v", c.Validate())
	}
	c.Token = token
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
	c.RefreshInterval, c.MaxSeries = 0, 5
	if err := c.Validate(); err == nil || bytes.Count([]byte(err.Error()), []byte("\n")) != 1 {
		t.Errorf("two mistakes: %v", err)
	}
}

func TestADetectorThatFailsIsTold(t *testing.T) {
	r := newRig(t, nil)
	r.run(t, "2026-03-08", 100, "wages-overdue project P-1 yellow 5 0.5")
	r.refresh(t)
	r.expect(t, "", "anxin_detector_failing_since_timestamp_seconds")
	r.exec(t, `INSERT INTO runs (as_of, run, finished_at, snapshot, failed, failed_since) VALUES ('2026-03-08', 101, '2026-03-08 04:00:00', 's', map('wages-overdue', 'why'), map('wages-overdue', '1970-01-01 01:00:00'))`)
	r.refresh(t)
	r.expect(t, `
# HELP anxin_detector_failing_since_timestamp_seconds Start of the first run in a row in which a detector failed, so that its warnings stand as they were; absent for one that did not fail in the latest run.
# TYPE anxin_detector_failing_since_timestamp_seconds gauge
anxin_detector_failing_since_timestamp_seconds{detector="wages-overdue"} 3600
`, "anxin_detector_failing_since_timestamp_seconds")
}
