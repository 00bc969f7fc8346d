package alerts_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/promql/parser"
	"go.yaml.in/yaml/v3"

	"github.com/anxin-project/anxin/alerts"
	"github.com/anxin-project/anxin/internal/platform/embedded/rules"
	"github.com/anxin-project/anxin/internal/testing/prometheustest"
)

func testFiles(t *testing.T) []string {
	files, err := filepath.Glob("rules/tests/*.yml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no unit tests of the rules: %v", err)
	}
	return files
}

func TestPrometheusReadsTheRulesAndPassesTheirUnitTests(t *testing.T) {
	tool := prometheustest.Program(t, "promtool")
	files, err := filepath.Glob("rules/*.yml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no rules: %v", err)
	}
	for _, args := range [][]string{
		append([]string{"check", "rules"}, files...),
		append([]string{"test", "rules"}, testFiles(t)...),
	} {
		if out, err := exec.Command(tool, args...).CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
}

// unitTests is promtool's file format, as far as the tests use it.
type unitTests struct {
	RuleFiles          []string       `yaml:"rule_files"`
	EvaluationInterval model.Duration `yaml:"evaluation_interval"`
	Tests              []promtoolTest `yaml:"tests"`
}

type promtoolTest struct {
	Name          string           `yaml:"name,omitempty"`
	Interval      model.Duration   `yaml:"interval"`
	InputSeries   []promtoolSeries `yaml:"input_series"`
	AlertRuleTest []alertRuleTest  `yaml:"alert_rule_test"`
}

type promtoolSeries struct {
	Series string `yaml:"series"`
	Values string `yaml:"values"`
}

type alertRuleTest struct {
	EvalTime  model.Duration  `yaml:"eval_time"`
	Alertname string          `yaml:"alertname"`
	ExpAlerts []expectedAlert `yaml:"exp_alerts"`
}

type expectedAlert struct {
	ExpLabels      map[string]string `yaml:"exp_labels"`
	ExpAnnotations map[string]string `yaml:"exp_annotations,omitempty"`
}

// series is an input series: one value a step, nil where a scrape does not have it.
type inputSeries struct {
	labels labels.Labels
	values []*float64
}

func readSeries(t *testing.T, desc string) inputSeries {
	l, values, err := parser.ParseSeriesDesc(desc)
	if err != nil {
		t.Fatalf("%s: %v", desc, err)
	}
	s := inputSeries{labels: l}
	gap := true // before the first value and after "stale" a series may be absent
	for _, v := range values {
		switch {
		case v.Omitted && !gap:
			t.Fatalf("%s: a scrape cannot leave a gap: end the series with stale", desc)
		case v.Omitted:
			s.values = append(s.values, nil)
		case value.IsStaleNaN(v.Value):
			gap = true
			s.values = append(s.values, nil)
		default:
			gap = false
			s.values = append(s.values, &v.Value)
		}
	}
	return s
}

// gathered is what a scrape at a step finds.
func gathered(all []inputSeries, step int) []*dto.MetricFamily {
	by := map[string]*dto.MetricFamily{}
	for _, s := range all {
		if step >= len(s.values) || s.values[step] == nil {
			continue
		}
		name := s.labels.Get(model.MetricNameLabel)
		if by[name] == nil {
			by[name] = &dto.MetricFamily{Name: &name, Type: dto.MetricType_GAUGE.Enum()}
		}
		m := &dto.Metric{Gauge: &dto.Gauge{Value: s.values[step]}}
		s.labels.Range(func(l labels.Label) {
			if l.Name != model.MetricNameLabel {
				m.Label = append(m.Label, &dto.LabelPair{Name: &l.Name, Value: &l.Value})
			}
		})
		by[name].Metric = append(by[name].Metric, m)
	}
	return slices.Collect(maps.Values(by))
}

func TestTheEmbeddedEvaluatorPassesTheSameUnitTests(t *testing.T) {
	for _, file := range testFiles(t) {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var tests unitTests
		if err := yaml.Unmarshal(content, &tests); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		interval := time.Duration(tests.EvaluationInterval)
		for _, tt := range tests.Tests {
			t.Run(filepath.Base(file)+"/"+tt.Name, func(t *testing.T) {
				if tt.Interval != tests.EvaluationInterval {
					t.Fatalf("interval %s and evaluation_interval %s: want the same, a scrape before each evaluation", tt.Interval, tests.EvaluationInterval)
				}
				var input []inputSeries
				for _, s := range tt.InputSeries {
					input = append(input, readSeries(t, s.Series+" "+s.Values))
				}
				step, last := 0, time.Duration(0)
				for _, a := range tt.AlertRuleTest {
					last = max(last, time.Duration(a.EvalTime))
				}
				c := rules.DefaultConfiguration()
				c.Interval = interval
				e, err := rules.New(c, rules.Dependencies{
					Rules: alerts.Rules(), // all files, not only those of the test: they must not disturb each other
					Gatherer: prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) {
						return gathered(input, step), nil
					}),
				})
				if err != nil {
					t.Fatal(err)
				}
				for ; time.Duration(step)*interval <= last; step++ {
					now := time.Duration(step) * interval
					if err := e.Step(context.Background(), time.Unix(0, 0).Add(now)); err != nil {
						t.Fatalf("%s: %v", now, err)
					}
					for _, a := range tt.AlertRuleTest {
						if at := time.Duration(a.EvalTime); at < now || at >= now+interval {
							continue
						}
						var want []string
						for _, exp := range a.ExpAlerts {
							l := maps.Clone(exp.ExpLabels)
							l["alertname"] = a.Alertname
							want = append(want, describe(l, exp.ExpAnnotations))
						}
						var got []string
						for _, f := range e.Firing() {
							if f.Labels["alertname"] == a.Alertname {
								got = append(got, describe(f.Labels, f.Annotations))
							}
						}
						slices.Sort(want)
						slices.Sort(got)
						if !slices.Equal(got, want) {
							t.Errorf("at %s %s fires as\n%s\nwant\n%s", now, a.Alertname, strings.Join(got, "\n"), strings.Join(want, "\n"))
						}
					}
				}
			})
		}
	}
}

func describe(labels, annotations map[string]string) string {
	return fmt.Sprint(labels, " ", annotations) // fmt prints maps in the order of their keys
}

func TestEveryAlertHasUnitTestsAndItsTexts(t *testing.T) {
	tested := ""
	for _, file := range testFiles(t) {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		tested += string(content)
	}
	names, err := fs.Glob(alerts.Rules(), "*.yml")
	if err != nil || len(names) == 0 {
		t.Fatalf("no rules in the program: %v", err)
	}
	for _, name := range names {
		content, err := fs.ReadFile(alerts.Rules(), name)
		if err != nil {
			t.Fatal(err)
		}
		parsed, errs := rulefmt.Parse(content, false, model.LegacyValidation)
		if errs != nil {
			t.Fatalf("%s: %v", name, errors.Join(errs...))
		}
		for _, group := range parsed.Groups {
			for _, r := range group.Rules {
				if !strings.Contains(tested, "alertname: "+r.Alert+"\n") {
					t.Errorf("%s has no unit test", r.Alert)
				}
				for _, annotation := range []string{"summary", "summary_en", "description", "description_en", "subject_url"} {
					if r.Annotations[annotation] == "" {
						t.Errorf("%s has no %s", r.Alert, annotation)
					}
				}
				if got, want := r.Annotations["runbook_url"], "docs/runbooks/"+r.Alert+".md"; got != want {
					t.Errorf("%s has the runbook %q, want %q", r.Alert, got, want)
				}
				if s := r.Labels["severity"]; s != "critical" && s != "warning" {
					t.Errorf("%s has the severity %q, want critical or warning", r.Alert, s)
				}
			}
		}
	}
}
