package detectors_test

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/anxin-project/anxin/detectors"
	"github.com/anxin-project/anxin/detectors/editions"
	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/edition"
	"github.com/anxin-project/anxin/internal/platform/editionstore"
)

// autumn: sites that began in August. P1 owes all of its forty workers for August and is not healed; P2, in another township of
// the county, owes nothing. Attendance goes on until the 9th of November. E2 has a group incident, E3 was ordered to pay and paid.
const autumn = `
projects:
  - {id: P1, township: 331024001, labor_cost_yuan: 0, contractor: E2, started_on: 2026-08-01}
  - {id: P2, township: 331024002, labor_cost_yuan: 0, contractor: E3, started_on: 2026-08-01}
workers:
  - {worker: W1..W40, project: P1, entered_on: 2026-08-01}
  - {worker: W41..W80, project: P2, entered_on: 2026-08-01}
attendance:
  - {worker: W1..W40, project: P1, days: [2026-08-17, 2026-09-17, 2026-09-29, 2026-10-09, 2026-11-09]}
  - {worker: W41..W80, project: P2, days: [2026-08-17, 2026-09-17, 2026-09-29, 2026-10-09, 2026-11-09]}
payroll:
  - {worker: W1..W40, project: P1, months: 2026-08, paid_yuan: 0}
  - {worker: W1..W40, project: P1, months: 2026-09}
  - {worker: W41..W80, project: P2, months: 2026-08..2026-09}
account_entries:
  - {project: P1, days: [2026-09-10, 2026-10-10], balance_yuan: 9000000}
  - {project: P2, days: [2026-09-10, 2026-10-10], balance_yuan: 9000000}
  - {project: P1, days: 2026-10-15, kind: wage_out, yuan: 240000, balance_yuan: 9000000}
  - {project: P1, days: 2026-09-14, kind: wage_out, yuan: 240000, balance_yuan: 9000000}
  - {project: P2, days: [2026-09-15, 2026-10-15], kind: wage_out, yuan: 240000, balance_yuan: 9000000}
complaints:
  - {id: L1, project: P1, township: 331024001, received_on: 2026-09-19, incident: group, participants: 20, workers: 20}
  - {id: L2, project: P2, township: 331024002, received_on: 2026-05-20, status: resolved, status_on: 2026-06-10, resolved_on: 2026-06-10}
  - {id: L3, project: P1, township: 331024001, received_on: 2026-05-20, status: resolved, status_on: 2026-09-10, resolved_on: 2026-09-10}
proceedings:
  - {id: O1, project: P2, employer: E3, township: 331024002, opened_on: 2026-03-01, due_on: 2026-03-10, closed_on: 2026-03-09, outcome: fulfilled, complaint_id: L9}
  - {id: D1, kind: administrative_decision, project: P2, employer: E3, township: 331024002, opened_on: 2026-03-05, outcome: upheld, complaint_id: L9}
  - {id: A1, kind: arbitration, employer: E3, township: 331024002, opened_on: 2026-04-01, closed_on: 2026-05-01, outcome: settled}
  - {id: A2, kind: arbitration, employer: E3, township: 331024002, opened_on: 2026-04-01}
  - {id: M1, kind: mediation, employer: E3, township: 331024002, opened_on: 2026-04-01, closed_on: 2026-04-05, outcome: failed}
`

// press is a publisher over a bench, with a clock that tests set.
type press struct {
	bench
	*editions.Publisher
	deps editions.Dependencies
	now  time.Time
}

func newPress(t *testing.T, p *policy.Policy, now string) *press {
	t.Helper()
	pr := &press{}
	pr.set(t, now)
	pr.deps = editions.Dependencies{Policy: p, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return pr.now }}
	pr.bench = open(t, p, func(d *detectors.Dependencies) { d.Now, pr.deps.Open = pr.deps.Now, d.Open })
	pr.deps.Store, pr.deps.Pass = pr.conn, pr.Pass
	pr.Publisher = editions.New(pr.deps)
	return pr
}

func (pr *press) set(t *testing.T, now string) {
	t.Helper()
	at, err := time.Parse(time.RFC3339, now)
	if err != nil {
		t.Fatal(err)
	}
	pr.now = at
}

func (pr *press) publish(t *testing.T, month civil.Month) (edition.Edition, bool) {
	t.Helper()
	e, published, err := pr.Publish(t.Context(), month)
	if err != nil {
		t.Fatal(err)
	}
	return e, published
}

func (pr *press) refused(t *testing.T, month civil.Month, because string) {
	t.Helper()
	_, _, err := pr.Publish(t.Context(), month)
	var refusal editions.Refusal
	if !errors.As(err, &refusal) || !strings.Contains(err.Error(), because) {
		t.Errorf("publishing %s: %v, want a refusal because %q", month, err, because)
	}
}

func (pr *press) read(t *testing.T, e edition.Edition) edition.Content {
	t.Helper()
	c, err := editionstore.Read(t.Context(), pr.conn, e)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (pr *press) altered(t *testing.T) []uint32 {
	t.Helper()
	all, err := editionstore.List(t.Context(), pr.conn)
	if err != nil {
		t.Fatal(err)
	}
	numbers, err := editionstore.Altered(t.Context(), pr.conn, all)
	if err != nil {
		t.Fatal(err)
	}
	return numbers
}

func unitOf(t *testing.T, c edition.Content, code string) edition.Unit {
	t.Helper()
	at := slices.IndexFunc(c.Units, func(u edition.Unit) bool { return u.Code == code })
	if at < 0 {
		t.Fatalf("the edition lacks %s", code)
	}
	return c.Units[at]
}

var september, october = civil.NewDate(2026, time.September, 1).Month(), civil.NewDate(2026, time.October, 1).Month()

func TestAnEditionIsPublishedOnceAndLaterDataChangeLaterEditionsOnly(t *testing.T) {
	t.Parallel()
	pr := newPress(t, policy.National(), "2026-10-10T23:59:00+08:00")
	story := pr.tell(t, autumn)
	pr.refused(t, september, "2026-10-11")
	pr.pass(t, "2026-10-10") // begun before the day is over: not what the edition is made from
	pr.set(t, "2026-10-11T00:10:00+08:00")
	first, published := pr.publish(t, september)
	if first.Number != 1 || first.Form != 2 || !published || first.AsOf != date(t, "2026-10-10") || first.Policy != policy.National().Version() {
		t.Fatalf("published %v: %+v", published, first)
	}
	if runs := texts(t, pr.conn, "SELECT toString(count()) FROM runs"); runs[0] != "2" {
		t.Errorf("%s runs, want one more than before the day was over", runs[0])
	}
	content := pr.read(t, first)
	if u := unitOf(t, content, "331024001"); u.Index == nil || u.ArrearsWorkers != 40 || u.Light != "red" {
		t.Errorf("the township in arrears: %+v", u)
	}

	// P1's slips turn out to have been paid in time after all
	pr.set(t, "2026-10-20T12:00:00+08:00")
	pr.tell(t, `
payroll:
  - {worker: W1..W40, project: P1, months: 2026-08, version: 2, recorded_at: 2026-09-29, paid_on: 2026-09-14}
`)
	pr.pass(t, "2026-10-10")
	again, published := pr.publish(t, september)
	if published || again != first {
		t.Errorf("published again: %+v, want %+v", again, first)
	}
	if now := pr.read(t, again); unitOf(t, now, "331024001").ArrearsWorkers != 40 {
		t.Error("the edition has changed with the records")
	}
	pr.refused(t, october, "2026-11-11")

	pr.set(t, "2026-11-11T00:10:00+08:00")
	second, published := pr.publish(t, october)
	if second.Number != 2 || !published {
		t.Fatalf("published %v: %+v", published, second)
	}
	later := pr.read(t, second)
	if u := unitOf(t, later, "331024001"); u.ArrearsWorkers != 0 {
		t.Errorf("the later edition does not know of the correction: %+v", u)
	}
	pr.refused(t, september-1, "cannot come after")

	for _, c := range edition.Compare(content.Units, later.Units) {
		if c.Moved == nil || len(c.Parts) != 6 {
			t.Errorf("%s: %+v", c.Code, c)
		}
	}
	checkGrades(t, story.Alias, content.Grades)
	checkRates(t, content.Rates)

	if altered := pr.altered(t); len(altered) != 0 {
		t.Errorf("altered: %v", altered)
	}
	// somebody with access to the store lifts a township
	if err := pr.conn.Exec(t.Context(), "ALTER TABLE edition_index UPDATE arrears_workers = 0 WHERE edition = 1 AND code = '331024001' SETTINGS mutations_sync = 2"); err != nil {
		t.Fatal(err)
	}
	if altered := pr.altered(t); !slices.Equal(altered, []uint32{1}) {
		t.Errorf("altered: %v, want edition 1", altered)
	}
}

// checkGrades: an incident on its site makes the contractor of P1 a C; an order and the decision after it in one lead
// are one finding and make that of P2 a B, which four quarters visit twice; nothing found is an A.
func checkGrades(t *testing.T, alias func(string) string, all []edition.Grade) {
	t.Helper()
	got := map[string]edition.Grade{}
	for _, g := range all {
		got[alias(g.Employer)] = g
	}
	for name, want := range map[string]edition.Grade{
		"E1": {Grade: "A"},
		"E2": {Grade: "C", Reasons: []string{"incident"}, Incidents: 1, Records: []string{"L1"}, Projects: 1, Workers: 40, VisitsYear: 4, VisitsQuarter: 1},
		"E3": {Grade: "B", Reasons: []string{"violation"}, Findings: 1, Records: []string{"D1", "O1"}, Projects: 1, Workers: 40, VisitsYear: 2},
	} {
		g := got[name]
		same := g.Grade == want.Grade && slices.Equal(g.Reasons, want.Reasons) && g.Incidents == want.Incidents && g.Findings == want.Findings &&
			len(g.Records) == len(want.Records) && g.Projects == want.Projects && (want.Workers == 0 || g.Workers == want.Workers) && g.VisitsYear == want.VisitsYear
		if !same || g.County != "331024" {
			t.Errorf("%s: %+v, want %+v", name, g, want)
		}
	}
	if g := got["E2"]; g.RedWarnings == 0 || g.VisitsQuarter != 1 {
		t.Errorf("E2, whose site has red warnings: %+v", g)
	}
}

func checkRates(t *testing.T, all []edition.Rate) {
	t.Helper()
	want := []edition.Rate{
		{Code: "3310", Measure: "arbitration_closing", Numerator: 1, Denominator: 2, Least: .9, Aim: .92},
		{Code: "3310", Measure: "lead_resolution", Numerator: 1, Denominator: 2},
		{Code: "3310", Measure: "mediation_success", Numerator: 0, Denominator: 1, Least: .6, Aim: .65},
	}
	for _, w := range want[:3:3] {
		w.Code = "331024"
		want = append(want, w)
	}
	if !slices.Equal(all, want) {
		t.Errorf("rates %+v\nwant %+v", all, want)
	}
}

func TestAStaleIndexAnotherPolicyAndAnEmptyStoreAreNotPublished(t *testing.T) {
	pr := newPress(t, policy.National(), "2026-12-12T08:00:00+08:00")
	pr.refused(t, october, "no records yet")
	pr.tell(t, autumn)
	pr.refused(t, october+1, "stale") // nothing has come in since 9 November
	pr.pass(t, "2026-11-10")
	other, err := policy.National().With([]byte(`index: {green: [{value: 90, source: "a county's decision"}]}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	with := pr.deps
	with.Policy = other
	elsewhere := &press{bench: pr.bench, Publisher: editions.New(with), now: pr.now}
	elsewhere.refused(t, october, "policy "+policy.National().Version())
	if left := texts(t, pr.conn, "SELECT toString(count()) FROM editions"); left[0] != "0" {
		t.Errorf("%s editions after refusals", left[0])
	}
	if e, published := pr.publish(t, october); !published || e.Number != 1 {
		t.Errorf("published %v: %+v", published, e)
	}
}

func TestEmployersAreGradedByWhatIsOnRecordAgainstThem(t *testing.T) {
	pr := newPress(t, policy.National(), "2026-11-11T00:10:00+08:00")
	story := pr.tell(t, `
projects:
  - {id: P1, township: 331024001, labor_cost_yuan: 0, contractor: E30}
workers:
  - {worker: W1..W3, project: P1, employer: E30}
attendance:
  - {worker: W1..W3, project: P1, employer: E30, days: 2026-11-09}
proceedings:
  - {id: unmet, employer: E11, opened_on: 2026-10-01, due_on: 2026-11-09}
  - {id: last-day, employer: E12, opened_on: 2026-10-01, due_on: 2026-11-10}
  - {id: one, employer: E13, opened_on: 2026-01-10, due_on: 2026-01-20, closed_on: 2026-01-19, outcome: fulfilled}
  - {id: two, employer: E13, opened_on: 2026-04-10, due_on: 2026-04-20, closed_on: 2026-04-19, outcome: fulfilled}
  - {id: three, employer: E13, opened_on: 2026-07-10, due_on: 2026-07-20, closed_on: 2026-07-19, outcome: fulfilled, complaint_id: L1}
  - {id: taken-back, employer: E14, opened_on: 2026-10-01, due_on: 2026-10-10, outcome: withdrawn}
  - {id: long-ago, employer: E15, opened_on: 2025-10-31, due_on: 2025-11-10, closed_on: 2025-11-09, outcome: fulfilled}
  - {id: convicted, kind: criminal_referral, employer: E16, opened_on: 2025-06-01, closed_on: 2026-02-01, outcome: convicted}
  - {id: upheld, kind: arbitration, employer: E19, opened_on: 2026-03-01, closed_on: 2026-04-01, outcome: upheld}
  - {id: long-unmet, employer: E20, opened_on: 2025-06-01, due_on: 2025-06-20}
  - {id: closed-before, kind: arbitration, employer: E19, opened_on: 2025-03-01, closed_on: 2025-10-31, outcome: upheld}
  - {id: given-up, kind: mediation, employer: E19, opened_on: 2026-03-01, closed_on: 2026-03-02, outcome: withdrawn}
  - {id: agreed, kind: mediation, employer: E19, opened_on: 2026-03-01, closed_on: 2026-03-02, outcome: settled}
complaints:
  - {id: void, employer: E17, township: 331024001, received_on: 2026-05-20, status: rejected, status_on: 2026-05-21, incident: group, participants: 60}
  - {id: extreme, employer: E18, township: 331024001, received_on: 2026-10-20, incident: extreme}
`)
	e, _ := pr.publish(t, october)
	content := pr.read(t, e)
	got := map[string]string{}
	for _, g := range content.Grades {
		got[story.Alias(g.Employer)] = strings.TrimSpace(g.Grade + " " + strings.Join(g.Reasons, " ") + " " + strings.Join(g.Records, " "))
	}
	for name, want := range map[string]string{
		"E11": "C refused s.unmet", "E12": "B violation s.last-day", "E13": "C repeated s.one s.three s.two", "E14": "A", "E15": "A",
		"E16": "C convicted s.convicted", "E17": "A", "E18": "C incident s.extreme", "E19": "A", "E20": "C refused s.long-unmet", "E30": "A",
	} {
		if strings.ReplaceAll(got[name], "s.", "") != strings.ReplaceAll(want, "s.", "") {
			t.Errorf("%s: %q, want %q", name, got[name], want)
		}
	}
	var counted []string
	for _, r := range content.Rates {
		if r.Code == "331024" {
			counted = append(counted, fmt.Sprintf("%s %d/%d", r.Measure, r.Numerator, r.Denominator))
		}
	}
	if want := []string{"arbitration_closing 1/1", "mediation_success 1/1"}; !slices.Equal(counted, want) {
		t.Errorf("rates %q, want %q", counted, want)
	}
}
