package detectors_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/detectors/backtest"
	"github.com/anxin-project/anxin/detectors/policy"
)

// Wages of August fall due on 15 September: what is unpaid on 15 October, thirty days later, is in arrears.
func TestArrearsAreReadAsKnownAtTheEndOfTheData(t *testing.T) {
	b := open(t, policy.National())
	story := b.tell(t, `
projects: [{id: P1}, {id: P2}, {id: P3}, {id: P4}, {id: P5}, {id: P6}, {id: PA}, {id: PB}, {id: PC}, {id: PD}, {id: PE}, {id: PF}]
workers:
  - {worker: W11, project: PA}
  - {worker: W12, project: PB}
  - {worker: W13, project: PC}
attendance:
  - {worker: W11, project: PA, days: 2026-08-01..2026-08-05}
  - {worker: W12, project: PB, days: 2026-08-01..2026-08-05}
  - {worker: W13, project: PC, days: 2026-08-01..2026-08-05}
proceedings: [{project: PF, kind: administrative_decision, opened_on: 2026-10-01, closed_on: 2026-10-18, outcome: fulfilled, paid_yuan: 6000, wage_from: 2026-08, wage_to: 2026-08, recorded_at: 2026-10-18}]
closures: [{project: PC, wage_month: 2026-08, closed_on: 2026-10-22, recorded_at: 2026-10-22}]
payroll:
  - {worker: W12, project: PB, months: 2026-08, due_on: 2026-12-31, payable_yuan: 1500, gross_yuan: 1500, paid_on: 2026-10-25, recorded_at: 2026-10-25}
  - {worker: W14, project: PD, months: 2026-08, due_on: 2026-12-31, paid_yuan: 0}
  - {worker: W15, project: PE, months: 2026-08, channel: in_kind, paid_on: 2026-09-15}
  - {worker: W16, project: PF, months: 2026-08, paid_yuan: 0}
  - {worker: W1, project: P1, months: 2026-08, paid_yuan: 0}
  - {worker: W2, project: P2, months: 2026-08, paid_yuan: 0}
  - {worker: W2, project: P2, months: 2026-08, paid_on: 2026-10-15, version: 2, recorded_at: 2026-10-15}
  - {worker: W3, project: P3, months: 2026-08, paid_yuan: 0}
  - {worker: W3, project: P3, months: 2026-08, paid_on: 2026-10-16, version: 2, recorded_at: 2026-10-16}
  - {worker: W4, project: P4, months: 2026-08, paid_yuan: 100, paid_on: 2026-09-15}
  - {worker: W4, project: P4, months: 2026-08, paid_on: 2026-10-20, version: 2, recorded_at: 2026-10-20}
  - {worker: W5, project: P5, months: 2026-08, paid_yuan: 0}
  - {worker: W5, project: P5, months: 2026-08, paid_on: 2026-09-20, version: 2, recorded_at: 2026-10-30}
`)
	at := func(end string) (arrears []string, pays []string) {
		on := date(t, end)
		rules, err := backtest.LoadRules(policy.National(), on)
		if err != nil {
			t.Fatal(err)
		}
		err = b.Facts(t.Context(), on, nil, func(facts driver.Conn) error {
			future, err := backtest.LoadFuture(t.Context(), facts, on, rules)
			for _, a := range future.Arrears {
				to := "…"
				if a.To != nil {
					to = a.To.String()
				}
				if a.PayDay != date(t, "2026-09-15") {
					t.Errorf("the pay day of %s is %s", story.Alias(a.ID), a.PayDay)
				}
				arrears = append(arrears, fmt.Sprint(story.Alias(a.ID), " ", a.From, " ", to))
			}
			for _, p := range future.Parties {
				if p.Pays {
					pays = append(pays, story.Alias(p.ID))
				}
				if p.Scope == "project" && (p.Contractor == "" || p.Township == "") {
					t.Errorf("%s has no general contractor or township: %+v", story.Alias(p.ID), p)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(arrears)
		slices.Sort(pays)
		return arrears, pays
	}
	for end, want := range map[string][]string{
		"2026-10-14": nil,
		"2026-10-15": {
			"P1 2026-10-15 …", "P3 2026-10-15 …", "P4 2026-10-15 …", "P5 2026-10-15 …",
			"PA 2026-10-15 …", "PB 2026-10-15 …", "PC 2026-10-15 …", "PD 2026-10-15 …", "PE 2026-10-15 …", "PF 2026-10-15 …",
		},
		// PA never sends a list, PB sends and pays it late, PC's is closed, PD puts the day to pay off, PE pays in kind, PF through a decision
		"2026-10-31": {
			"P1 2026-10-15 …", "P3 2026-10-15 2026-10-16", "P4 2026-10-15 2026-10-20",
			"PA 2026-10-15 …", "PB 2026-10-15 2026-10-25", "PC 2026-10-15 2026-10-22", "PD 2026-10-15 …", "PE 2026-10-15 …", "PF 2026-10-15 2026-10-18",
		},
	} {
		arrears, pays := at(end)
		if !slices.Equal(arrears, want) {
			t.Errorf("as known at the end of %s: %q, want %q", end, arrears, want)
		}
		if want := []string{"P1", "P2", "P3", "P4", "P5", "PA", "PB", "PC", "PD", "PE", "PF"}; !slices.Equal(pays, want) {
			t.Errorf("%q have workers or pay slips, want %q", pays, want)
		}
	}
	if left := b.snapshots(t); len(left) > 0 {
		t.Errorf("%v is left behind", left)
	}
}
