package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/anxin-project/anxin/alerts"
	"github.com/anxin-project/anxin/ingest/ingesttest"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/testing/prometheustest"
)

const (
	debtor       = "91331024MA2XYK0005"
	webhookToken = "a-token-of-the-tests"
	// alertingPatience is for one step of the chain: a scrape, an evaluation, a notification.
	alertingPatience = 30 * time.Second
)

// overdueSlip is wages that fell due some 40 days ago, in its first version unpaid.
func overdueSlip(today civil.Date, version int, paid string) ingesttest.Record {
	due := today.AddDays(-40)
	return ingesttest.Record{Topic: record.TopicPayroll, Key: []byte(debtor), Value: fmt.Appendf(nil,
		`{"id":"PAY-1","source":"county-bank","version":%d,"recorded_at":%q,"id_type":"resident","id_number":"513022198004120040","employer_uscc":%q,
		"wage_month":%q,"due_on":%q,"gross_yuan":7560,"deducted_yuan":0,"payable_yuan":7560,"paid_yuan":%s,"channel":"employer_account","signed":true}`,
		version, time.Now().Format(time.RFC3339), debtor, due.AddDays(-31).Month(), due, paid)}
}

// alerting is a deployment with anxin serve, Prometheus and Alertmanager as processes of their own, wired by the files of
// deploy/ and the rules of alerts/rules. Only addresses and durations are others than shipped: the wait of a quarter of an
// hour, for which the rules hold on to a warning, is a second here.
type alerting struct {
	*deployment
	address                  string   // of anxin
	tokenFile                string   // what Alertmanager shows to the webhook
	alerts                   []string // names of the rules
	prometheus, alertmanager *prometheustest.Server
}

func startAlerting(t *testing.T, token string) *alerting {
	for _, name := range []string{"prometheus", "prometheus-alertmanager"} {
		prometheustest.Program(t, name)
	}
	a := &alerting{deployment: deploy(t), address: prometheustest.FreeAddress(t)}
	a.text += fmt.Sprintf(`detectors:
  schedule: {fast: "", nightly: "", daily: "", monthly: ""}
alerts: {token: %s, refresh_interval: 200ms}
`, webhookToken)
	if err := os.WriteFile(a.config, []byte(a.text), 0o600); err != nil {
		t.Fatal(err)
	}
	a.serve(t)

	dir := t.TempDir()
	a.tokenFile = filepath.Join(dir, "alerts_token")
	a.show(t, token)
	alertmanagerAt, prometheusAt := prometheustest.FreeAddress(t), prometheustest.FreeAddress(t)
	prometheustest.Rewrite(t, "../../deploy/alertmanager/alertmanager.yml", filepath.Join(dir, "alertmanager.yml"), prometheustest.Changes{
		"http://anxin:8080":         "http://" + a.address,
		"/run/secrets/alerts_token": a.tokenFile,
		"group_wait: 15s":           "group_wait: 200ms",
		"group_interval: 1m":        "group_interval: 500ms",
	})
	prometheustest.Rewrite(t, "../../deploy/prometheus/prometheus.yml", filepath.Join(dir, "prometheus.yml"), prometheustest.Changes{
		`"anxin:8080"`:             fmt.Sprintf("%q", a.address),
		`"alertmanager:9093"`:      fmt.Sprintf("%q", alertmanagerAt),
		`"localhost:9090"`:         fmt.Sprintf("%q", prometheusAt),
		"scrape_interval: 15s":     "scrape_interval: 500ms",
		"evaluation_interval: 15s": "evaluation_interval: 500ms",
	})
	a.alerts = prometheustest.RewriteRules(t, alerts.Rules(), filepath.Join(dir, "rules"), "1s")
	a.alertmanager = prometheustest.StartAlertmanager(t, alertmanagerAt, filepath.Join(dir, "alertmanager.yml"))
	a.prometheus = prometheustest.StartPrometheus(t, prometheusAt, filepath.Join(dir, "prometheus.yml"), t.TempDir())
	return a
}

// serve runs anxin serve until the test ends.
func (a *alerting) serve(t *testing.T) {
	t.Helper()
	cmd := anxin(t.Context(), "serve", "--config", a.config, "--listen", a.address, "--log-level", "warn")
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGINT) } // the context ends before the cleanup
	cmd.WaitDelay = time.Minute
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Wait() // the context's end is the reason
		if code := cmd.ProcessState.ExitCode(); code != exitDone {
			t.Errorf("anxin serve ended with exit code %d", code)
		}
		if t.Failed() {
			t.Logf("anxin serve wrote:\n%s", log.String())
		}
	})
	ingesttest.Eventually(t, time.Minute, "anxin serve answers", func() bool {
		response, err := http.Get("http://" + a.address + "/metrics")
		if err != nil {
			return false
		}
		response.Body.Close()
		return response.StatusCode == http.StatusOK
	})
}

// show sets the token that Alertmanager shows; it reads the file anew for each notification.
func (a *alerting) show(t *testing.T, token string) {
	t.Helper()
	if err := os.WriteFile(a.tokenFile, []byte(token), 0o600); err != nil {
		t.Fatal(err)
	}
}

// pass sends records, waits until they are stored, and evaluates today.
func (a *alerting) pass(t *testing.T, records ...ingesttest.Record) {
	t.Helper()
	put(t, a.kafka, records)
	client, err := a.kafka.Client()
	if err != nil {
		t.Fatal(err)
	}
	ingesttest.Eventually(t, time.Minute, "the records are stored", func() bool {
		done, err := a.kafka.CaughtUp(t.Context(), client)
		return err == nil && done
	})
	a.run(t, exitDone, "detect", "--once")
}

// get asks anxin as Alertmanager's side does, with the token.
func (a *alerting) get(t *testing.T, path string) []byte {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+a.address+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+webhookToken)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s, %v\n%s", path, response.Status, err, body)
	}
	return body
}

func (a *alerting) cases(t *testing.T) []casefile.Case {
	t.Helper()
	var answer struct {
		Cases []casefile.Case `json:"cases"`
	}
	if err := json.Unmarshal(a.get(t, "/api/v1/cases"), &answer); err != nil {
		t.Fatal(err)
	}
	return answer.Cases
}

// refused is how many notifications anxin has refused for their token.
func (a *alerting) refused(t *testing.T) float64 {
	t.Helper()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(a.get(t, "/metrics")))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range families["anxin_webhook_requests_total"].GetMetric() {
		if m.GetLabel()[0].GetValue() == "unauthorized" {
			return m.GetCounter().GetValue()
		}
	}
	t.Fatal("anxin_webhook_requests_total does not count the refused")
	return 0
}

// firing are the alerts that Prometheus says fire, "alertname detector scope scope_id level".
func (a *alerting) firing(t *testing.T) []string {
	t.Helper()
	var answer struct {
		Data struct {
			Alerts []struct {
				State  string
				Labels map[string]string
			}
		}
	}
	a.prometheus.Get(t, "/api/v1/alerts", &answer)
	var all []string
	for _, one := range answer.Data.Alerts {
		if l := one.Labels; one.State == "firing" {
			all = append(all, strings.Join([]string{l["alertname"], l["detector"], l["scope"], l["scope_id"], l["level"]}, " "))
		}
	}
	return all
}

func TestAWarningBecomesACaseByPrometheusAndAlertmanager(t *testing.T) {
	a := startAlerting(t, "not-the-webhooks-token")
	today := civil.DateOf(time.Now())
	const alert = "RedWarning wages-overdue employer " + debtor + " red"

	a.pass(t, ingesttest.Record{Topic: record.TopicEmployers, Key: []byte(debtor), Value: fmt.Appendf(nil,
		`{"id":%q,"source":"market-registry","version":1,"recorded_at":%q,"name":"仙居县永信制衣有限公司","township":"331024001","industry":"C","legal_person":"周正","status":"active"}`,
		debtor, time.Now().Format(time.RFC3339))}, overdueSlip(today, 1, "0"))

	ingesttest.Eventually(t, alertingPatience, "every target is up", func() bool { return a.targetsUp(t) })
	ingesttest.Eventually(t, alertingPatience, "every rule was evaluated", func() bool { return a.rulesEvaluated(t) })
	ingesttest.Eventually(t, alertingPatience, "the warning fires as an alert", func() bool { return slices.Contains(a.firing(t), alert) })

	// A wrong token: Alertmanager is refused, tries again, and nothing opens.
	ingesttest.Eventually(t, alertingPatience, "two notifications are refused", func() bool { return a.refused(t) >= 2 })
	if opened := a.cases(t); len(opened) != 0 {
		t.Fatalf("with a wrong token %d cases opened", len(opened))
	}
	a.show(t, webhookToken)
	ingesttest.Eventually(t, alertingPatience, "the case opens", func() bool { return len(a.cases(t)) > 0 })
	opened := a.cases(t)
	if len(opened) != 1 {
		t.Fatalf("%d cases opened, want 1: %+v", len(opened), opened)
	}
	c := opened[0]
	if c.ID != "employer:"+debtor || c.Name != "仙居县永信制衣有限公司" || c.Township != "331024001" || c.Level != catalog.Red || c.Stage != casefile.Open ||
		c.Cleared || c.Workers != 1 || c.AmountFen != 756000 {
		t.Errorf("the case is %+v", c)
	}
	if c.OpenedOn < today || c.OpenedOn > civil.DateOf(time.Now()) {
		t.Errorf("the case opened on %s, today is %s", c.OpenedOn, today)
	}
	// Red is to be accepted within one working day. In a year without a holiday notice nobody can tell when that is.
	switch due, err := calendar.China().AddWorkdays(c.OpenedOn, 1); {
	case err != nil && c.DeadlineError == "":
		t.Errorf("the deadline is %v, which cannot be known: %v", c.AcceptBy, err)
	case err == nil && (c.AcceptBy == nil || *c.AcceptBy != due):
		t.Errorf("to be accepted by %v, want %s", c.AcceptBy, due)
	}

	a.pass(t, overdueSlip(today, 2, "7560"))
	ingesttest.Eventually(t, alertingPatience, "the alert has gone", func() bool { return !slices.Contains(a.firing(t), alert) })
	ingesttest.Eventually(t, alertingPatience, "the case is cleared", func() bool { return a.cases(t)[0].Cleared })
	if c = a.cases(t)[0]; c.Stage != casefile.Open || c.AcceptBy == nil && c.DeadlineError == "" {
		t.Errorf("a warning that clears closes no case and ends no deadline, but the case is %+v", c)
	}
	for _, one := range c.Alerts {
		if one.EndsAt == nil {
			t.Errorf("the case is cleared, and its alert %s has no end", one.Name)
		}
	}
}

func (a *alerting) targetsUp(t *testing.T) bool {
	t.Helper()
	var answer struct {
		Data struct {
			ActiveTargets []struct {
				Labels map[string]string
				Health string
			}
		}
	}
	a.prometheus.Get(t, "/api/v1/targets", &answer)
	var up []string
	for _, target := range answer.Data.ActiveTargets {
		if target.Health == "up" {
			up = append(up, target.Labels["job"])
		}
	}
	slices.Sort(up)
	return slices.Equal(up, []string{"anxin", "prometheus"})
}

// rulesEvaluated reports whether Prometheus has all rules of the program and has evaluated each without an error.
func (a *alerting) rulesEvaluated(t *testing.T) bool {
	t.Helper()
	var answer struct {
		Data struct {
			Groups []struct {
				Rules []struct{ Name, Health, LastError string }
			}
		}
	}
	a.prometheus.Get(t, "/api/v1/rules", &answer)
	var names []string
	for _, g := range answer.Data.Groups {
		for _, r := range g.Rules {
			if r.Health == "err" {
				t.Fatalf("the rule %s fails: %s", r.Name, r.LastError)
			}
			if r.Health != "ok" {
				return false
			}
			names = append(names, r.Name)
		}
	}
	slices.Sort(names)
	return slices.Equal(names, a.alerts)
}
