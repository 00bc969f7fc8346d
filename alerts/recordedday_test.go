package alerts_test

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/model"
	"go.yaml.in/yaml/v3"

	"github.com/anxin-project/anxin/alerts"
	"github.com/anxin-project/anxin/internal/civil"
	"github.com/anxin-project/anxin/internal/edition"
	"github.com/anxin-project/anxin/internal/embedded/rules"
	"github.com/anxin-project/anxin/internal/prometheustest"
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
		100: func() { attempts.WithLabelValues("nightly", "a").Set(2) },
		110: func() { attempts.WithLabelValues("nightly", "a").Set(3) },
		130: func() { attempts.WithLabelValues("nightly", "a").Set(0) },
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
				if err := errors.Join(edition.Write(t.Context(), r.conn, e, edition.Content{Units: units}), edition.Publish(t.Context(), r.conn, e)); err != nil {
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

// firing is what the embedded evaluator says fires at each minute of the day: the labels, in no order.
func (day recording) firing(t *testing.T) [][]map[string]string {
	t.Helper()
	minute := 0
	c := rules.DefaultConfiguration()
	c.Interval = time.Minute
	e, err := rules.New(c, rules.Dependencies{Rules: alerts.Rules(), Gatherer: prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) {
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

// series writes the day as promtool reads it. Its days begin at the epoch, so the values of metrics that hold a time move
// along with it.
func (day recording) series(needed func(metric string) bool) map[string]string {
	values := map[string][]string{} // by series: a value each minute, with promtool's signs for none
	for minute, scrape := range day.scrapes {
		for _, f := range scrape {
			if !needed(f.GetName()) {
				continue
			}
			for _, m := range f.GetMetric() {
				var pairs []string
				for _, l := range m.GetLabel() {
					pairs = append(pairs, fmt.Sprintf("%s=%q", l.GetName(), l.GetValue()))
				}
				name := f.GetName() + "{" + strings.Join(pairs, ",") + "}"
				v := m.GetGauge().GetValue()
				if strings.HasSuffix(f.GetName(), "_timestamp_seconds") {
					v -= float64(day.start.Unix())
				}
				if values[name] == nil {
					values[name] = slices.Repeat([]string{"_"}, len(day.scrapes))
				}
				values[name][minute] = strconv.FormatFloat(v, 'f', -1, 64)
				if next := minute + 1; next < len(day.scrapes) {
					values[name][next] = "stale" // unless it is there again
				}
			}
		}
	}
	written := map[string]string{}
	for name, all := range values {
		written[name] = strings.Join(all, " ")
	}
	return written
}

// Prometheus judges the day with the rules as they are shipped but for their texts, which the unit tests of the rules
// compare. Each alert is asked for at each minute: what fires, and with which labels, has to be the same.
//
// The two differ by design where a test with one scrape before each evaluation does not look. Prometheus scrapes and
// evaluates apart, so an alert may come or go an interval later; it ends all series with a scrape that fails, where the
// evaluator, in the process itself, keeps the last values for five minutes; and it knows after a restart what was
// pending, where the evaluator knows what the cases have been told. docs/explanation/rules.md says more.
func TestPrometheusAndTheEvaluatorAgreeOverARecordedDay(t *testing.T) {
	tool := prometheustest.Program(t, "promtool")
	day := recordDay(t)
	firing := day.firing(t)

	dir := t.TempDir()
	var names []string // of the alerts
	var all strings.Builder
	test := unitTests{EvaluationInterval: model.Duration(time.Minute)}
	files, err := fs.Glob(alerts.Rules(), "*.yml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		content, err := fs.ReadFile(alerts.Rules(), name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(content)
		var file struct {
			Groups []struct {
				Name  string           `yaml:"name"`
				Rules []map[string]any `yaml:"rules"`
			} `yaml:"groups"`
		}
		if err := yaml.Unmarshal(content, &file); err != nil {
			t.Fatal(err)
		}
		for _, g := range file.Groups {
			for _, r := range g.Rules {
				names = append(names, r["alert"].(string))
				delete(r, "annotations")
			}
		}
		writeYAML(t, filepath.Join(dir, name), file)
		test.RuleFiles = append(test.RuleFiles, name)
	}

	test.Tests = make([]promtoolTest, 1)
	one := &test.Tests[0]
	one.Interval = model.Duration(time.Minute)
	series := day.series(func(metric string) bool { return strings.Contains(all.String(), metric) })
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
	// A day on which an alert never fires says nothing about it.
	for _, name := range names {
		if n := fired[name]; n == 0 {
			t.Errorf("on the recorded day %s never fires", name)
		}
	}
	writeYAML(t, filepath.Join(dir, "day_test.yml"), test)
	if out, err := exec.Command(tool, "test", "rules", filepath.Join(dir, "day_test.yml")).CombinedOutput(); err != nil {
		t.Errorf("Prometheus disagrees: %v\n%.5000s", err, out)
	}
	t.Logf("%d series, %d questions; minutes in which alerts fire: %v", len(series), len(one.AlertRuleTest), fired)
}

func writeYAML(t *testing.T, path string, content any) {
	t.Helper()
	text, err := yaml.Marshal(content)
	if err == nil {
		err = os.WriteFile(path, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}
