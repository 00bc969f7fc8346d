package detectors_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/anxin-project/anxin/detectors"
	"github.com/anxin-project/anxin/detectors/index"
	"github.com/anxin-project/anxin/detectors/policy"
)

// county: P1 and P2 in two townships of Xianju share twenty of their forty workers each; P3 is in the next county. Two
// workers of P1 are not paid for August, P2 has no notice board and one of its two leads is not resolved.
const county = `
projects:
  - {id: P1, township: 331024001, labor_cost_yuan: 0}
  - {id: P2, township: 331024002, labor_cost_yuan: 0, notice_board: false}
  - {id: P3, township: 331022001, labor_cost_yuan: 0}
workers:
  - {worker: W1..W40, project: P1}
  - {worker: W21..W60, project: P2}
  - {worker: W101..W140, project: P3}
attendance:
  - {worker: W1..W40, project: P1, days: 2026-09-17}
  - {worker: W21..W60, project: P2, days: 2026-09-16}
  - {worker: W101..W140, project: P3, days: 2026-09-17}
payroll:
  - {worker: W1..W2, project: P1, months: 2026-08, paid_yuan: 0}
  - {worker: W3..W40, project: P1, months: 2026-08}
  - {worker: W21..W60, project: P2, months: 2026-08}
  - {worker: W101..W140, project: P3, months: 2026-08}
account_entries:
  - {project: P1, days: 2026-09-10, balance_yuan: 9000000}
  - {project: P2, days: 2026-09-10, balance_yuan: 9000000}
  - {project: P3, days: 2026-09-10, balance_yuan: 9000000}
complaints:
  - {id: L1, project: P2, township: 331024002, received_on: 2026-05-20, status: resolved, status_on: 2026-06-10, resolved_on: 2026-06-10}
  - {id: L2, project: P2, township: 331024002, received_on: 2026-05-21, status: investigating}
  - {id: L3, project: P3, township: 331022001, received_on: 2026-05-20, status: resolved, status_on: 2026-06-10, resolved_on: 2026-06-10}
`

// shown writes a row as people see it: the index, then the points of each component with its raw figures.
func shown(r index.Row) string {
	text := fmt.Sprintf("%.1f", r.Score.Index)
	for _, p := range r.Score.Parts {
		text += fmt.Sprintf(" | %.1f of %.1f: %v/%v", p.Points, p.Weight, p.Numerator, p.Denominator)
	}
	return text
}

func indexOf(r detectors.Result) map[string]index.Row {
	rows := map[string]index.Row{}
	for _, row := range r.Index {
		rows[row.Code] = row
	}
	return rows
}

func TestTheIndexOfASmallCountyIsWhatOneComputesByHand(t *testing.T) {
	b := open(t, policy.National())
	story := b.tell(t, county)
	result := b.pass(t, "2026-09-18")
	// the lead that is open too long and the safeguard that is missing are no hazard to the wages
	known := []string{"P2 complaint-late", "P2 site-duties-missing"}
	for _, w := range result.Active() {
		if alias := story.Alias(w.ScopeID); alias != "P1" && !slices.Contains(known, alias+" "+w.Detector) {
			t.Errorf("%s %s has a warning: %s", w.Scope, alias, w.Detector)
		}
	}
	rows := indexOf(result)
	for code, want := range map[string]string{
		// 2 of 40, towards the county's 2 of 60 with the weight of 200: 100 · 2^-3.6111 = 8.18; without leads of 85
		"331024001": "54.6 | 2.9 of 35.3: 2/40 | 17.6 of 23.5: 2.28e+07/2.4e+07 | 23.5 of 23.5: 360/360 | 0.0 of 0.0: 0/0 | 10.6 of 17.6: 16/40",
		// none of 40, towards the same: 14.58; 8 of 9 safeguards; one of two leads, as in the county
		"331024002": "64.7 | 4.4 of 30.0: 0/40 | 20.0 of 20.0: 2.4e+07/2.4e+07 | 17.8 of 20.0: 320/360 | 7.5 of 15.0: 1/2 | 15.0 of 15.0: 0/40",
		// sixty people, of whom forty work where the warning is; 97.5% paid in time
		"331024": "57.9 | 3.0 of 30.0: 2/60 | 17.5 of 20.0: 4.68e+07/4.8e+07 | 18.9 of 20.0: 680/720 | 7.5 of 15.0: 1/2 | 11.0 of 15.0: 16/60",
		// two of a hundred: 100 · 2^-2 = 25
		"3310": "67.7 | 7.5 of 30.0: 2/100 | 18.3 of 20.0: 7.08e+07/7.2e+07 | 19.3 of 20.0: 1040/1080 | 10.0 of 15.0: 2/3 | 12.6 of 15.0: 16/100",
	} {
		if got := shown(rows[code]); got != want {
			t.Errorf("%s is %s\nwant %s", code, got, want)
		}
	}
	if r := rows["331024001"]; r.Unpaid != 2 || r.UnpaidFen != 1_200_000 || r.Rank != 2 || r.RankedOf != 2 || r.RankPrefecture != 3 || r.RankedInPrefecture != 3 {
		t.Errorf("331024001: %+v", r)
	}
	// with P1 put right nothing is owed in the county: 30 of 85, 20 of 85, … all in full
	if worst := rows["331024001"].Worst; len(worst) != 1 || story.Alias(worst[0].ID) != "P1" || worst[0].Index < 99.9 || worst[0].Workers != 40 {
		t.Errorf("what would raise 331024001: %+v", worst)
	}
	// a main feed silent for seven days is not silent for more
	if r := indexOf(b.pass(t, "2026-09-24"))["331024"]; r.Stale {
		t.Error("stale on the seventh day")
	}
	if r := indexOf(b.pass(t, "2026-09-25"))["331024"]; !r.Stale || r.Published() {
		t.Errorf("not stale on the eighth day: %+v", r)
	}
}

func TestPayingLateAnUnmetOrderAndAnIncidentShowInTheIndex(t *testing.T) {
	b := open(t, policy.National())
	b.tell(t, `
projects:
  - {id: P1, township: 331024001, labor_cost_yuan: 0}
  - {id: P2, township: 331024002, labor_cost_yuan: 0}
workers:
  - {worker: W1..W40, project: P1}
  - {worker: W41..W80, project: P2}
attendance:
  - {worker: W1..W40, project: P1, days: 2026-09-17}
  - {worker: W41..W80, project: P2, days: 2026-09-17}
payroll:
  - {worker: W1, project: P1, months: 2026-06, paid_on: 2026-08-14}  # due 07-15: thirty days late are not more than thirty
  - {worker: W2, project: P1, months: 2026-06, paid_on: 2026-08-15}
  - {worker: W3, project: P1, months: 2026-08, paid_on: 2026-09-18}  # due 09-15: the last day of grace
  - {worker: W41, project: P2, months: 2026-08, paid_yuan: 4000, paid_on: 2026-09-16}
  - {worker: W41, project: P2, months: 2026-08, version: 2, recorded_at: 2026-09-19, paid_on: 2026-09-19}
account_entries:
  - {project: P1, days: 2026-09-10, balance_yuan: 9000000}
  - {project: P2, days: 2026-09-10, balance_yuan: 9000000}
complaints:
  - {id: L1, project: P2, township: 331024002, received_on: 2026-09-19, incident: group, participants: 49, workers: 50}
proceedings:
  - {id: O1, project: P1, opened_on: 2026-09-01, due_on: 2026-09-18, workers: 1, yuan: 100}
`)
	before := indexOf(b.pass(t, "2026-09-18"))
	if s := before["331024001"].Score; s.Cap != 0 || s.Parts[0].Numerator != 1 || s.Parts[1].Numerator != 600_000 || s.Parts[1].Denominator != 1_800_000 {
		t.Errorf("P1, on the day the order runs out: %+v", s)
	}
	// on the last day of grace the unpaid part counts as not paid in time
	if s := before["331024002"].Score; s.Cap != 0 || s.Parts[0].Numerator != 1 || s.Parts[1].Numerator != 400_000 || s.Parts[1].Denominator != 600_000 {
		t.Errorf("P2, before the rest is paid: %+v", s)
	}
	after := indexOf(b.pass(t, "2026-09-19"))
	if s := after["331024001"].Score; s.Reason != "order_unmet" || s.Cap != 84.9 || s.Index > 84.9 {
		t.Errorf("P1, a day later: %+v", s)
	}
	// the part paid in time stays known, and a week late is not more than thirty days late
	if s := after["331024002"].Score; s.Reason != "group_incident" || s.Index > 69.9 || s.Parts[0].Numerator != 0 || s.Parts[1].Numerator != 400_000 || s.Parts[1].Denominator != 600_000 {
		t.Errorf("P2, after the rest is paid: %+v", s)
	}
	if s := after["331024"].Score; s.Reason != "group_incident" || s.Light != index.Red {
		t.Errorf("the county: %+v", s)
	}
}
