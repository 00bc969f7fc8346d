package rules

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
)

const warningRules = `
groups:
  - name: g
    rules:
      - alert: Warning
        expr: warning == 1
        labels: {severity: "{{ $labels.level }}"}
        annotations: {summary: "预警 {{ $labels.scope_id }}", value: "{{ $value | humanize }}"}
      - alert: Held
        expr: held > 0
        for: 2m
        keep_firing_for: 3m
`

func files(text string) fs.FS { return fstest.MapFS{"a.yml": {Data: []byte(text)}} }

// world is what the evaluator watches and whom it tells.
type world struct {
	t        *testing.T
	registry *prometheus.Registry
	warning  *prometheus.GaugeVec
	held     *prometheus.GaugeVec
	server   *httptest.Server

	mu     sync.Mutex
	bodies []body
	status int
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, registry: prometheus.NewRegistry(), status: 200}
	w.warning = prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "warning"}, []string{"scope", "scope_id", "level"})
	w.held = prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "held"}, []string{"x"})
	w.registry.MustRegister(w.warning, w.held)
	w.server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		defer w.mu.Unlock()
		if r.Header.Get("Authorization") != "Bearer secret" || r.Method != http.MethodPost {
			t.Errorf("%s with %q", r.Method, r.Header.Get("Authorization"))
		}
		var b body
		content, _ := io.ReadAll(r.Body)
		if err := json.Unmarshal(content, &b); err != nil {
			t.Errorf("%v in %s", err, content)
		}
		if w.status == 200 {
			w.bodies = append(w.bodies, b)
		}
		rw.WriteHeader(w.status)
	}))
	t.Cleanup(w.server.Close)
	return w
}

func (w *world) answer(status int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.status = status
}

// taken returns what came since the last call: "scope_id:status[alert status...]".
func (w *world) taken() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []string
	for _, b := range w.bodies {
		var alerts []string
		for _, a := range b.Alerts {
			alerts = append(alerts, a.Labels["alertname"]+a.Labels["level"]+" "+a.Status)
		}
		slices.Sort(alerts)
		all = append(all, fmt.Sprintf("%s %s %v", b.GroupLabels["scope_id"], b.Status, alerts))
	}
	w.bodies = nil
	slices.Sort(all) // posts are made side by side
	return all
}

func (w *world) evaluator(text string) *Evaluator {
	w.t.Helper()
	c := DefaultConfiguration()
	c.WebhookURL, c.WebhookToken = w.server.URL, "secret"
	e, err := New(c, Dependencies{Rules: files(text), Gatherer: w.registry, Registerer: prometheus.NewRegistry()})
	if err != nil {
		w.t.Fatal(err)
	}
	return e
}

var start = time.Date(2026, 3, 9, 4, 0, 0, 0, time.UTC)

func (w *world) step(e *Evaluator, after time.Duration, want ...string) {
	w.t.Helper()
	if err := e.Step(context.Background(), start.Add(after)); err != nil {
		w.t.Errorf("after %s: %v", after, err)
	}
	if got := w.taken(); !slices.Equal(got, want) {
		w.t.Errorf("after %s came %q, want %q", after, got, want)
	}
}

func TestASubjectIsToldOnChangeAndAgainEveryRepeatInterval(t *testing.T) {
	w := newWorld(t)
	e := w.evaluator(warningRules)
	w.step(e, 0)
	w.warning.WithLabelValues("project", "P-1", "red").Set(1)
	w.warning.WithLabelValues("employer", "E-1", "red").Set(1)
	w.step(e, time.Minute, "E-1 firing [Warningred firing]", "P-1 firing [Warningred firing]")
	w.step(e, 2*time.Minute)
	w.warning.WithLabelValues("project", "P-1", "yellow").Set(1)
	w.step(e, 3*time.Minute, "P-1 firing [Warningred firing Warningyellow firing]")
	w.warning.DeleteLabelValues("project", "P-1", "red")
	w.step(e, 4*time.Minute, "P-1 firing [Warningred resolved Warningyellow firing]")
	w.step(e, 5*time.Minute)
	w.warning.DeleteLabelValues("project", "P-1", "yellow")
	w.step(e, 6*time.Minute, "P-1 resolved [Warningyellow resolved]")
	w.step(e, 4*time.Hour+30*time.Second)
	w.step(e, 4*time.Hour+time.Minute, "E-1 firing [Warningred firing]")
	w.step(e, 8*time.Hour)
}

func TestTheBodyIsAlertmanagers(t *testing.T) {
	w := newWorld(t)
	e := w.evaluator(warningRules)
	w.warning.WithLabelValues("project", "P-1", "red").Set(1)
	w.warning.WithLabelValues("project", "P-1", "yellow").Set(1)
	if err := e.Step(t.Context(), start); err != nil {
		t.Fatal(err)
	}
	b := w.bodies[0]
	if b.Version != "4" || b.GroupKey != `{}:{scope="project", scope_id="P-1"}` || b.Receiver != "anxin-cases" || b.Status != "firing" ||
		b.ExternalURL != "http://localhost:8080" || b.TruncatedAlerts != 0 || len(b.Alerts) != 2 {
		t.Errorf("%+v", b)
	}
	if fmt.Sprint(b.CommonLabels) != "map[alertname:Warning scope:project scope_id:P-1]" ||
		fmt.Sprint(b.CommonAnnotations) != "map[summary:预警 P-1 value:1]" {
		t.Errorf("common labels %v, annotations %v", b.CommonLabels, b.CommonAnnotations)
	}
	for _, a := range b.Alerts {
		if a.Labels["severity"] != a.Labels["level"] || !a.StartsAt.Equal(start) || !a.EndsAt.IsZero() || len(a.Fingerprint) != 16 {
			t.Errorf("%+v", a)
		}
	}
}

func TestForAndKeepFiringForHoldAnAlert(t *testing.T) {
	w := newWorld(t)
	e := w.evaluator(warningRules)
	held := w.held.WithLabelValues("a")
	held.Set(1)
	w.step(e, 0)
	w.step(e, time.Minute)
	held.Set(0)
	w.step(e, 90*time.Second) // the pending alert is forgotten
	held.Set(1)
	w.step(e, 2*time.Minute)
	w.step(e, 3*time.Minute)
	w.step(e, 4*time.Minute, " firing [Held firing]")
	held.Set(0)
	w.step(e, 5*time.Minute)
	held.Set(1)
	w.step(e, 6*time.Minute)
	w.held.Reset() // the series itself goes
	w.step(e, 7*time.Minute)
	w.step(e, 9*time.Minute+59*time.Second)
	w.step(e, 10*time.Minute, " resolved [Held resolved]")
}

func TestAWebhookThatIsDownIsTriedAgainLaterAndLaterAndNothingIsLost(t *testing.T) {
	w := newWorld(t)
	e := w.evaluator(warningRules)
	w.warning.WithLabelValues("project", "P-1", "red").Set(1)
	w.answer(503)
	fails := func(after time.Duration) {
		t.Helper()
		if err := e.Step(t.Context(), start.Add(after)); err == nil || !strings.Contains(err.Error(), "503") {
			t.Errorf("after %s: %v, want a 503", after, err)
		}
	}
	fails(0)
	w.step(e, 900*time.Millisecond) // not yet
	fails(time.Second)
	w.step(e, 2900*time.Millisecond)
	fails(3 * time.Second)
	// It fires and resolves while nobody listens; both are still told.
	w.warning.Reset()
	w.step(e, 4*time.Second)
	w.answer(200)
	w.step(e, 6900*time.Millisecond)
	w.step(e, 7*time.Second, "P-1 resolved [Warningred resolved]")
	w.step(e, 8*time.Second)
	if n := testutil.ToFloat64(e.metrics.posts.WithLabelValues("failed")); n != 3 {
		t.Errorf("%v failures counted, want 3", n)
	}
}

func TestTheWaitIsBounded(t *testing.T) {
	w := newWorld(t)
	e := w.evaluator(warningRules)
	w.warning.WithLabelValues("project", "P-1", "red").Set(1)
	w.answer(500)
	now := start
	for range 100 {
		_ = e.Step(t.Context(), now) // fails, as it should
		if wait := e.retryAt.Sub(now); wait < time.Second || wait > e.config.MaxBackoff {
			t.Fatalf("it waits for %s", wait)
		}
		now = e.retryAt
	}
}

func TestANotificationThatIsRefusedDoesNotHoldUpTheOthers(t *testing.T) {
	w := newWorld(t)
	e := w.evaluator(warningRules)
	w.warning.WithLabelValues("project", "P-1", "red").Set(1)
	w.warning.WithLabelValues("project", "P-2", "red").Set(1)
	w.answer(413)
	w.step(e, 0)
	if n := testutil.ToFloat64(e.metrics.posts.WithLabelValues("refused")); n != 2 {
		t.Errorf("%v refused, want both asked", n)
	}
	w.answer(200)
	w.step(e, time.Minute)
	w.step(e, 4*time.Hour, "P-1 firing [Warningred firing]", "P-2 firing [Warningred firing]")
}

func TestAfterARestartWhatWentMeanwhileIsResolvedUnderItsOldStart(t *testing.T) {
	w := newWorld(t)
	e := w.evaluator(warningRules)
	w.warning.WithLabelValues("project", "P-1", "red").Set(1)
	was := start.Add(-time.Hour)
	alert := func(name, id string) Alert {
		return Alert{StartsAt: was, Labels: map[string]string{"alertname": name, "scope": "project", "scope_id": id, "level": "red", "severity": "red"}}
	}
	e.Restore([]Alert{alert("Warning", "P-1"), alert("Warning", "P-2"), alert("NoLongerARule", "P-3")})
	if err := e.Step(t.Context(), start); err != nil {
		t.Fatal(err)
	}
	for _, b := range w.bodies {
		if !b.Alerts[0].StartsAt.Equal(was) {
			t.Errorf("%s starts at %s, want its old start", b.GroupLabels["scope_id"], b.Alerts[0].StartsAt)
		}
	}
	if got := w.taken(); !slices.Equal(got, []string{"P-1 firing [Warningred firing]", "P-2 resolved [Warningred resolved]", "P-3 resolved [NoLongerARulered resolved]"}) {
		t.Errorf("%q", got)
	}
}

func TestAFailedScrapeResolvesNothing(t *testing.T) {
	w := newWorld(t)
	w.warning.WithLabelValues("project", "P-1", "red").Set(1)
	e := w.evaluator(warningRules)
	w.step(e, 0, "P-1 firing [Warningred firing]")
	e.gatherer = prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { return nil, errors.New("broken") })
	if err := e.Step(t.Context(), start.Add(time.Minute)); err == nil {
		t.Error("the failure was not told")
	}
	e.gatherer = w.registry
	w.step(e, 2*time.Minute)
}

func TestAClockThatIsSetBackDoesNotStopTheEvaluation(t *testing.T) {
	w := newWorld(t)
	e := w.evaluator(warningRules)
	w.step(e, time.Hour)
	w.warning.WithLabelValues("project", "P-1", "red").Set(1)
	w.step(e, 0, "P-1 firing [Warningred firing]")
}

func TestRangesAndRecordedSeriesSeeThePast(t *testing.T) {
	w := newWorld(t)
	e := w.evaluator(`
groups:
  - name: g
    rules:
      - record: level:warnings:count
        expr: count by (level) (warning)
        labels: {source: rule}
      - alert: Rose
        expr: level:warnings:count{source="rule"} > level:warnings:count offset 10m
      - alert: Flapped
        expr: changes(held[10m]) >= 3
`)
	for i := range 30 {
		w.held.WithLabelValues("a").Set(float64(min(i, 3)))
		if i == 15 {
			w.warning.WithLabelValues("project", "P-2", "red").Set(1)
		}
		w.warning.WithLabelValues("project", "P-1", "red").Set(1)
		var want []string
		switch i {
		case 3, 15:
			want = []string{" firing [" + map[int]string{3: "Flapped firing", 15: "Rosered firing"}[i] + "]"}
		case 10: // the sample of minute 0 leaves the range, which is open on its left: two changes are left
			want = []string{" resolved [Flapped resolved]"}
		case 25:
			want = []string{" resolved [Rosered resolved]"}
		}
		w.step(e, time.Duration(i)*time.Minute, want...)
	}
	for _, all := range e.window.series {
		for _, s := range all {
			if s.labels.Get(model.MetricNameLabel) == "warning" && len(s.samples) > 6 {
				t.Errorf("%s has %d samples, though no rule looks back on it", s.labels, len(s.samples))
			}
			if len(s.samples) > 16 {
				t.Errorf("%s has %d samples, more than the rules look back on", s.labels, len(s.samples))
			}
		}
	}
	w.warning.Reset()
	w.held.Reset()
	for i := range 20 {
		_ = e.Step(t.Context(), start.Add(time.Hour+time.Duration(i)*time.Minute))
	}
	if e.window.count != 0 {
		t.Errorf("%d series are kept that have long gone", e.window.count)
	}
}

func TestWhatIsNotSupportedIsRefusedWithItsPlace(t *testing.T) {
	rule := func(group, expr string) string {
		return "groups:\n  - name: g\n    " + group + "\n    rules:\n      - alert: A\n        expr: " + expr + "\n"
	}
	for _, tt := range []struct{ name, text, want string }{
		{"no expression", rule("interval: 1m", ""), "field 'expr' must be set"},
		{"a broken expression", rule("interval: 1m", "up +"), "parse error"},
		{"an unknown field", rule("mood: fine", "up"), "mood"},
		{"a limit", rule("limit: 3", "up"), "group g: limit"},
		{"a query offset", rule("query_offset: 1m", "up"), "group g: query_offset"},
		{"an offset beyond the retention", rule("interval: 1m", "up offset 30d"), "rule A: it looks back more than rules.retention"},
		{"a range beyond it", rule("interval: 1m", "rate(up[2h])"), "rules.retention"},
		{"a subquery beyond it", rule("interval: 1m", "max_over_time(up[2h:1m])"), "rules.retention"},
		{"a fixed time", rule("interval: 1m", "up @ 100"), "rules.retention"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := New(DefaultConfiguration(), Dependencies{Rules: files(tt.text), Gatherer: prometheus.NewRegistry()})
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "a.yml") {
				t.Errorf("error is %v, want a.yml and %q", err, tt.want)
			}
		})
	}
	if _, err := New(DefaultConfiguration(), Dependencies{Rules: fstest.MapFS{}, Gatherer: prometheus.NewRegistry()}); err == nil {
		t.Error("no rules at all were accepted")
	}
	c := DefaultConfiguration()
	c.WebhookURL, c.Interval, c.Retention = "localhost", 0, time.Second
	if err := c.Validate(); err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("three mistakes: %v", err)
	}
}

func TestTheShortWayOfTemplatesGivesWhatPrometheusGives(t *testing.T) {
	external, err := url.Parse("http://localhost")
	if err != nil {
		t.Fatal(err)
	}
	x := expander{rule: "A", now: start, external: external}
	s := promql.Sample{F: 2.5, Metric: labels.FromStrings("__name__", "m", "a", "甲", "b", `{{ "quoted" }}`)}
	for source, short := range map[string]bool{
		"":                                 true,
		"plain 文字":                         true,
		"{{ $labels.a }}":                  true,
		"{{$labels.a}}{{  $labels.b  }} x": true,
		"{{ $labels.missing }}.":           true,
		"{{ $labels.__name__ }}":           true,
		"a }} b":                           true,
		"{{ $value }}":                     false,
		"x {{- $labels.a -}} y":            false,
		"{{ $labels.a | toUpper }}":        false,
		"{{ if eq $labels.a \"甲\" }}yes{{ end }}": false,
		"{{ `{{ $labels.a }}` }}":                 false,
		"{{ $labels.a":                            false,
		"{{ nonsense }}":                          false,
	} {
		quick := newText("n", source)
		if (quick.parts != nil) != short {
			t.Errorf("%q takes the short way: %v, want %v", source, quick.parts != nil, short)
		}
		got, gotErr := x.expand(t.Context(), quick, s)
		want, wantErr := x.expand(t.Context(), text{name: "n", source: source}, s)
		if got != want || (gotErr == nil) != (wantErr == nil) {
			t.Errorf("%q gives %q (%v), want %q (%v)", source, got, gotErr, want, wantErr)
		}
	}
}

func TestRunEndsWithItsContextAndSendsBeforeThat(t *testing.T) {
	w := newWorld(t)
	w.warning.WithLabelValues("project", "P-1", "red").Set(1)
	e := w.evaluator(warningRules)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	for tick := time.NewTicker(time.Millisecond); ; {
		<-tick.C
		if ctx.Err() != nil {
			t.Fatal("nothing was sent")
		}
		if slices.Equal(w.taken(), []string{"P-1 firing [Warningred firing]"}) {
			tick.Stop()
			break
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// fiveThousand is a busy province: 5,000 warnings, each with eight labels and six texts.
const fiveThousand = 5000

func busy() (*Evaluator, error) {
	registry := prometheus.NewRegistry()
	names := []string{"detector", "level", "scope", "scope_id", "township", "county", "sector"}
	active := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "anxin_warning_active"}, names)
	info := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "anxin_detector_info"}, []string{"detector", "title_zh", "title_en"})
	registry.MustRegister(active, info)
	for i := range fiveThousand {
		detector := fmt.Sprint("detector-", i%24)
		active.WithLabelValues(detector, "red", "project", fmt.Sprint("P-", i/2), "331024001", "331024", "construction").Set(1)
		info.WithLabelValues(detector, "标题", "title").Set(1)
	}
	text := `
groups:
  - name: g
    rules:
      - alert: RedWarning
        expr: |
          max by (detector, level, scope, scope_id, township, county, sector) (anxin_warning_active{level="red"})
          * on (detector) group_left (title_zh, title_en) max by (detector, title_zh, title_en) (anxin_detector_info)
        annotations:
`
	for i := range 6 {
		text += fmt.Sprintf("          a%d: \"红色预警 {{ $labels.title_zh }}（{{ $labels.scope_id }}）{{ $labels.township }}\"\n", i)
	}
	return New(DefaultConfiguration(), Dependencies{Rules: files(text), Gatherer: registry})
}

func TestFiveThousandWarningsAreEvaluatedWithinASecond(t *testing.T) {
	e, err := busy()
	if err != nil {
		t.Fatal(err)
	}
	best := time.Hour
	for i := range 5 { // the best of five: other tests share the machine
		started := time.Now()
		if err := e.Step(t.Context(), start.Add(time.Duration(i)*15*time.Second)); err != nil {
			t.Fatal(err)
		}
		best = min(best, time.Since(started))
	}
	if n := len(e.Firing()); n != fiveThousand {
		t.Errorf("%d alerts fire", n)
	}
	t.Logf("one evaluation takes %s", best)
	if best > time.Second { // 65 ms on one free core; ten times that under the race detector
		t.Errorf("one evaluation takes %s, want at most 1 s", best)
	}
}

func BenchmarkEvaluationOfFiveThousandWarnings(b *testing.B) {
	e, err := busy()
	if err != nil {
		b.Fatal(err)
	}
	now := start
	for b.Loop() {
		now = now.Add(15 * time.Second)
		if err := e.Step(b.Context(), now); err != nil {
			b.Fatal(err)
		}
	}
}
