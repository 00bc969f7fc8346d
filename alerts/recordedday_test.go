package alerts_test

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/model"
	"go.yaml.in/yaml/v3"

	"github.com/anxin-project/anxin/alerts"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/edition"
	"github.com/anxin-project/anxin/internal/platform/editionstore"
	"github.com/anxin-project/anxin/internal/platform/embedded/rules"
	"github.com/anxin-project/anxin/internal/testing/prometheustest"
)

// A day has a scrape and an evaluation each minute, the last at its end.
const minutes = 24 * 60

// recording is a day of /metrics, a scrape each minute.
type recording struct {
	start   time.Time
	scrapes [][]*dto.MetricFamily
}

// recordDay lets the component live through a day on the real engine, from noon to noon, and writes down what it and the
// processes beside it show. Every alert of the rules comes and, but for those of deadlines and editions, goes.
func recordDay(t *testing.T) recording {
	r := newRig(t, nil)
	// What other processes than the one that runs alerts show.
	elsewhere := prometheus.NewRegistry()
	gauge := func(name string, labels ...string) *prometheus.GaugeVec {
		g := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: name}, append(labels, "instance"))
		elsewhere.MustRegister(g)
		return g
	}
	attempts, leading := gauge("anxin_detector_failed_attempts", "kind"), gauge("anxin_detector_leading")
	complete, cut := gauge("anxin_detector_runs_complete_timestamp_seconds", "kind"), gauge("anxin_audit_cut")
	unknown, newProjects := gauge("anxin_case_deadlines_unknown"), gauge("anxin_blacklist_new_projects", "employer", "county")
	opened := gauge("anxin_names_opened_total", "outcome")
	posts, unsent := gauge("anxin_public_posts_total", "kind", "outcome"), gauge("anxin_leads_unsent")
	off := gauge("anxin_clock_offset_seconds")
	strayed := gauge("anxin_risk_calibration_error", "scope")
	failing := gauge("anxin_detector_failing_since_timestamp_seconds", "detector")
	series, dropped := gauge("anxin_series"), gauge("anxin_series_dropped", "level")

	start := r.now()
	const firm = "91331024MA00000001"
	run := 0
	found := func(asOf string, warnings ...string) {
		run++
		r.run(t, asOf, run, warnings...)
	}
	light := func(asOf, light string) {
		r.exec(t, fmt.Sprintf(`INSERT INTO wage_safety_index (as_of, run, unit, code, name, county, prefecture, index, light) VALUES
			('%s', %d, 'township', '331024001', '福应街道', '331024', '3310', 66.5, '%s')`, asOf, run+1, light))
	}
	away := false  // the store: the component cannot read it
	empty := false // a scrape finds nothing

	// By the minute. Around each: what the alert's for and keep_firing_for make of it is the matter of the comparison.
	script := map[int]func(){
		0: func() {
			r.clock.Store(start.AddDate(0, 0, -3).Unix()) // a Friday: its case has to be accepted on Monday, this day
			if status, answer := r.request(t, http.MethodPost, "/api/v1/alerts", "Bearer "+token, strings.ReplaceAll(body, "2026-03-09", "2026-03-06")); status != http.StatusOK {
				t.Fatalf("%d %s", status, answer)
			}
			r.clock.Store(start.Unix())
			r.note(t, "attendance", "site-gate", "stored", "", 60, 0, 100, start.Add(-7*24*time.Hour+6*time.Hour)) // silent for 7 days at minute 360
			r.note(t, "payroll", "county-bank", "stored", "", 604800, 0, 30, start.AddDate(0, 0, -4))
			r.note(t, "payroll", "county-bank", "rejected", "inconsistent", 0, 30, 10, time.Time{})
			leading.WithLabelValues("a").Set(1)
			leading.WithLabelValues("b").Set(0)
			complete.WithLabelValues("nightly", "a").Set(float64(start.Add(-29 * time.Hour).Unix()))
			attempts.WithLabelValues("nightly", "a").Set(0)
			cut.WithLabelValues("a").Set(0)
			found("2026-03-08", "wages-overdue project P-1 yellow 5 0.5", "wages-overdue project P-2 yellow 5 0.5")
		},
		60: func() { // one grows worse, one is new
			found("2026-03-08", "wages-overdue project P-1 red 7 0.9", "wages-overdue project P-2 yellow 5 0.5", "wages-overdue project P-3 yellow 5 0.5")
		},
		100: func() {
			attempts.WithLabelValues("nightly", "a").Set(2)
			failing.WithLabelValues("crane-idle", "a").Set(float64(r.now().Unix()))
		},
		110: func() { attempts.WithLabelValues("nightly", "a").Set(3) },
		130: func() { attempts.WithLabelValues("nightly", "a").Set(0) },
		120: func() {
			off.WithLabelValues("a").Set(-420)
			opened.WithLabelValues("done", "a").Set(1)
		},
		132: func() { opened.WithLabelValues("done", "a").Set(100) },
		131: func() { off.WithLabelValues("a").Set(0) },
		151: failing.Reset,
		150: func() { // P-1 is gone, for less than the alert is held
			light("2026-03-08", "red")
			found("2026-03-08", "wages-overdue project P-3 red 5 0.5", "blacklist-candidate employer "+firm+" red 3 1")
		},
		160: func() {
			light("2026-03-08", "red")
			found("2026-03-08", "wages-overdue project P-3 red 5 0.5", "wages-overdue project P-1 red 7 0.9", "blacklist-candidate employer "+firm+" red 3 1")
		},
		200: func() { leading.WithLabelValues("a").Set(0) },
		220: func() { leading.WithLabelValues("b").Set(1) },
		240: func() { cut.WithLabelValues("a").Set(1) },
		250: func() { cut.WithLabelValues("a").Set(0) },
		260: func() { newProjects.WithLabelValues(firm, "331024", "a").Set(2) },
		290: func() { newProjects.Reset() },
		300: func() { unknown.WithLabelValues("a").Set(1) },
		310: func() { unknown.WithLabelValues("a").Set(0) },
		340: func() {
			posts.WithLabelValues("lead", "held", "a").Set(1)
			unsent.WithLabelValues("a").Set(2)
		},
		341: func() { posts.WithLabelValues("lead", "held", "a").Set(400) },
		355: func() { unsent.WithLabelValues("a").Set(0) },
		320: func() { strayed.WithLabelValues("project", "a").Set(0.15) },
		390: func() { strayed.WithLabelValues("project", "a").Set(0.03) },
		400: func() { // the next day's run, after the former is 30 hours old
			light("2026-03-09", "yellow")
			found("2026-03-09", "wages-overdue project P-3 yellow 5 0.5")
			complete.WithLabelValues("nightly", "a").Set(float64(r.now().Unix()))
		},
		500: func() { // three editions, in which a township falls twice
			january := civil.NewDate(2025, 12, 1).Month()
			for i, index := range []float64{90, 88, 84.5} {
				month := january + civil.Month(i)
				e := edition.Edition{Number: uint32(i + 1), Month: month, AsOf: month.Last(), Run: uint64(i + 1), PublishedAt: month.Last().End()}
				units := []edition.Unit{{Unit: "township", Code: "331024001", County: "331024", Index: &index}}
				if err := errors.Join(editionstore.Write(t.Context(), r.conn, e, edition.Content{Units: units}), editionstore.Publish(t.Context(), r.conn, e)); err != nil {
					t.Fatal(err)
				}
			}
		},
		600: func() { away = true },
		660: func() { away = false },
		700: func() { r.note(t, "attendance", "site-gate", "stored", "", 60, 100, 100, r.now()) },
		800: func() { empty = true }, // anxin is started anew: the alerts of warnings are held meanwhile, the others end
		803: func() { empty = false },
		900: func() { // near the limit, then beyond it
			series.WithLabelValues("a").Set(0.9 * float64(alerts.DefaultConfiguration().MaxSeries))
		},
		917:  func() { dropped.WithLabelValues("yellow", "a").Set(100) },
		930:  func() { series.Reset(); dropped.Reset() },
		940:  func() { found("2026-03-09", "wages-overdue project P-4 red 5 0.5") },
		1100: func() { found("2026-03-09") },
	}
	day := recording{start: start}
	for minute := range minutes + 1 {
		r.clock.Store(start.Add(time.Duration(minute) * time.Minute).Unix())
		acted := script[minute]
		if acted != nil {
			acted()
		}
		if !away && (acted != nil || minute%5 == 0) {
			r.refresh(t)
		}
		var scrape []*dto.MetricFamily
		for _, registry := range []*prometheus.Registry{r.registry, elsewhere} {
			families, err := registry.Gather()
			if err != nil {
				t.Fatal(err)
			}
			if !empty {
				scrape = append(scrape, families...)
			}
		}
		day.scrapes = append(day.scrapes, scrape)
	}
	return day
}

// firing is what the embedded evaluator says fires by some rules at each minute of the day: the labels, in no order.
func (day recording) firing(t *testing.T, by fs.FS) [][]map[string]string {
	t.Helper()
	minute := 0
	c := rules.DefaultConfiguration()
	c.Interval = time.Minute
	e, err := rules.New(c, rules.Dependencies{Rules: by, Gatherer: prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) {
		return day.scrapes[minute], nil
	})})
	if err != nil {
		t.Fatal(err)
	}
	var all [][]map[string]string
	for ; minute < len(day.scrapes); minute++ {
		if err := e.Step(t.Context(), day.start.Add(time.Duration(minute)*time.Minute)); err != nil {
			t.Fatal(err)
		}
		var now []map[string]string
		for _, a := range e.Firing() {
			now = append(now, a.Labels)
		}
		all = append(all, now)
	}
	return all
}

// each passes the samples of the gauges that some rule reads, by series and minute.
func (day recording) each(t *testing.T, pass func(series string, minute int, v float64)) {
	t.Helper()
	var text strings.Builder
	files, err := fs.Glob(alerts.Rules(), "*.yml")
	for _, name := range files {
		content, failed := fs.ReadFile(alerts.Rules(), name)
		err = errors.Join(err, failed)
		text.Write(content)
	}
	if err != nil {
		t.Fatal(err)
	}
	for minute, scrape := range day.scrapes {
		for _, f := range scrape {
			if !strings.Contains(text.String(), f.GetName()) {
				continue
			}
			for _, m := range f.GetMetric() {
				if m.Gauge == nil {
					t.Fatalf("a rule reads %s, which is no gauge: the recording has to learn it", f.GetName())
				}
				var pairs []string
				for _, l := range m.GetLabel() {
					pairs = append(pairs, fmt.Sprintf("%s=%q", l.GetName(), l.GetValue()))
				}
				pass(f.GetName()+"{"+strings.Join(pairs, ",")+"}", minute, m.GetGauge().GetValue())
			}
		}
	}
}

// series writes the day as promtool's unit tests read it. Their days begin at the epoch, so the values of metrics that hold
// a time move along with it.
func (day recording) series(t *testing.T) map[string]string {
	values := map[string][]string{} // by series: a value each minute, with promtool's signs for none
	day.each(t, func(name string, minute int, v float64) {
		if strings.Contains(name, "_timestamp_seconds{") {
			v -= float64(day.start.Unix())
		}
		if values[name] == nil {
			values[name] = slices.Repeat([]string{"_"}, len(day.scrapes))
		}
		values[name][minute] = strconv.FormatFloat(v, 'f', -1, 64)
		if next := minute + 1; next < len(day.scrapes) {
			values[name][next] = "stale" // unless it is there again
		}
	})
	written := map[string]string{}
	for name, all := range values {
		written[name] = strings.Join(all, " ")
	}
	return written
}

// ruleFile is a shipped rule file, to be changed for the comparison.
type ruleFile struct {
	name   string
	Groups []struct {
		Name  string           `yaml:"name"`
		Rules []map[string]any `yaml:"rules"`
	} `yaml:"groups"`
}

// rulesWithout reads the rules without some of their fields.
func rulesWithout(t *testing.T, fields ...string) []ruleFile {
	t.Helper()
	names, err := fs.Glob(alerts.Rules(), "*.yml")
	if err != nil {
		t.Fatal(err)
	}
	var all []ruleFile
	for _, name := range names {
		content, err := fs.ReadFile(alerts.Rules(), name)
		file := ruleFile{name: name}
		if err == nil {
			err = yaml.Unmarshal(content, &file)
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range file.Groups {
			for _, r := range g.Rules {
				for _, field := range fields {
					delete(r, field)
				}
			}
		}
		all = append(all, file)
	}
	return all
}

// The two differ by design where a recording, with one scrape before each evaluation, does not look:
// docs/explanation/rules.md.
func TestPrometheusAndTheEvaluatorAgreeOverARecordedDay(t *testing.T) {
	prometheustest.Program(t, "prometheus")
	day := recordDay(t)
	t.Run("which alerts fire", day.compareAlerts)
	t.Run("what the expressions find", day.compareExpressions)
}

// compareAlerts has Prometheus's rule engine judge the day, with the rules as they are shipped but for their texts, which
// the unit tests of the rules compare. Each alert is asked for at each minute: what fires, and with which labels, has to
// be the same.
func (day recording) compareAlerts(t *testing.T) {
	firing := day.firing(t, alerts.Rules())
	dir := t.TempDir()
	var names []string // of the alerts
	test := unitTests{EvaluationInterval: model.Duration(time.Minute), Tests: make([]promtoolTest, 1)}
	for _, file := range rulesWithout(t, "annotations") {
		for _, g := range file.Groups {
			for _, r := range g.Rules {
				names = append(names, r["alert"].(string))
			}
		}
		write(t, filepath.Join(dir, file.name), yamlOf(t, file))
		test.RuleFiles = append(test.RuleFiles, file.name)
	}
	one := &test.Tests[0]
	one.Interval = model.Duration(time.Minute)
	series := day.series(t)
	for _, name := range slices.Sorted(maps.Keys(series)) {
		one.InputSeries = append(one.InputSeries, promtoolSeries{Series: name, Values: series[name]})
	}
	fired := map[string]int{}
	for minute, now := range firing {
		expected := map[string][]expectedAlert{}
		for _, labels := range now {
			name := labels[model.AlertNameLabel]
			fired[name]++
			delete(labels, model.AlertNameLabel)
			expected[name] = append(expected[name], expectedAlert{ExpLabels: labels})
		}
		for _, name := range names {
			one.AlertRuleTest = append(one.AlertRuleTest, alertRuleTest{
				EvalTime: model.Duration(minute) * model.Duration(time.Minute), Alertname: name, ExpAlerts: expected[name],
			})
		}
	}
	// A day on which an alert never fires says nothing about it; one that waits for a whole day is tried in rules/tests.
	for _, name := range names {
		if waits := name == "DeadlineUnanswered"; waits != (fired[name] == 0) {
			t.Errorf("on the recorded day %s fires in %d minutes", name, fired[name])
		}
	}
	write(t, filepath.Join(dir, "day_test.yml"), yamlOf(t, test))
	if out, err := exec.Command(prometheustest.Program(t, "promtool"), "test", "rules", filepath.Join(dir, "day_test.yml")).CombinedOutput(); err != nil {
		t.Errorf("Prometheus disagrees: %v\n%.5000s", err, out)
	}
	t.Logf("%d series, %d questions; minutes in which alerts fire: %v", len(series), len(one.AlertRuleTest), fired)
}

// compareExpressions gives the very samples, with their own times, to a Prometheus server and has it find what each
// expression returns at each minute. The evaluator, of rules that wait for nothing, has to fire just that.
func (day recording) compareExpressions(t *testing.T) {
	dir := t.TempDir()
	var exposition strings.Builder
	day.each(t, func(series string, minute int, v float64) {
		fmt.Fprintln(&exposition, series, strconv.FormatFloat(v, 'f', -1, 64), day.start.Unix()+int64(minute)*60)
	})
	exposition.WriteString("# EOF\n")
	write(t, filepath.Join(dir, "day.txt"), []byte(exposition.String()))
	write(t, filepath.Join(dir, "prometheus.yml"), nil)
	data := filepath.Join(dir, "data")
	if out, err := exec.Command(prometheustest.Program(t, "promtool"), "tsdb", "create-blocks-from", "openmetrics", filepath.Join(dir, "day.txt"), data).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	// A file cannot say that a series has ended: a sample older than a scrape's interval is none.
	server := prometheustest.StartPrometheus(t, prometheustest.FreeAddress(t), filepath.Join(dir, "prometheus.yml"), data,
		"--query.lookback-delta=59s", "--storage.tsdb.retention.time=100y")

	files := rulesWithout(t, "for", "keep_firing_for")
	judged := fstest.MapFS{}
	for _, file := range files {
		judged[file.name] = &fstest.MapFile{Data: yamlOf(t, file)}
	}
	want := map[string][]string{} // by alert: minutes and labels
	for minute, now := range day.firing(t, judged) {
		for _, labels := range now {
			name := labels[model.AlertNameLabel]
			delete(labels, model.AlertNameLabel)
			want[name] = append(want[name], fmt.Sprintf("%04d %v", minute, labels))
		}
	}
	for _, file := range files {
		for _, g := range file.Groups {
			for _, r := range g.Rules {
				name, got := r["alert"].(string), []string{}
				for _, one := range day.query(t, server, r["expr"].(string)) {
					for _, minute := range one.minutes {
						got = append(got, fmt.Sprintf("%04d %v", minute, labelled(r, one.labels)))
					}
				}
				slices.Sort(got)
				slices.Sort(want[name])
				if !slices.Equal(got, want[name]) {
					t.Errorf("%s: Prometheus finds %d, the evaluator %d", name, len(got), len(want[name]))
				}
			}
		}
	}
}

// element is one series of what an expression returns, and the minutes in which it is there.
type element struct {
	labels  map[string]string
	minutes []int
}

// query asks the server for what an expression returns over the day.
func (day recording) query(t *testing.T, server *prometheustest.Server, expression string) []element {
	t.Helper()
	var answer struct {
		Data struct {
			Result []struct {
				Metric map[string]string
				Values [][2]any // seconds and the value as text
			}
		}
	}
	server.Get(t, "/api/v1/query_range?"+url.Values{
		"query": {expression}, "step": {"60"},
		"start": {fmt.Sprint(day.start.Unix())}, "end": {fmt.Sprint(day.start.Unix() + 60*minutes)},
	}.Encode(), &answer)
	var all []element
	for _, series := range answer.Data.Result {
		one := element{labels: series.Metric}
		for _, v := range series.Values {
			one.minutes = append(one.minutes, int(v[0].(float64)-float64(day.start.Unix()))/60)
		}
		all = append(all, one)
	}
	return all
}

var quoted = regexp.MustCompile(`\{\{ \$labels\.(\w+) \}\}`)

// labelled gives what an expression returned the labels that its rule adds.
func labelled(rule map[string]any, found map[string]string) map[string]string {
	all := maps.Clone(found)
	for name, text := range rule["labels"].(map[string]any) {
		all[name] = quoted.ReplaceAllStringFunc(text.(string), func(s string) string { return found[quoted.FindStringSubmatch(s)[1]] })
	}
	return all
}

func yamlOf(t *testing.T, content any) []byte {
	t.Helper()
	text, err := yaml.Marshal(content)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}
