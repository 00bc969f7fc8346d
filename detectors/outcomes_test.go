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
projects: [{id: P1}, {id: P2}, {id: P3}, {id: P4}, {id: P5}, {id: P6}]
payroll:
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
		err = b.Facts(t.Context(), on, func(facts driver.Conn) error {
			future, err := backtest.LoadFuture(t.Context(), facts, on, rules)
			for _, a := range future.Arrears {
				to := "…"
				if a.To != nil {
					to = a.To.String()
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
		"2026-10-15": {"P1 2026-10-15 …", "P3 2026-10-15 …", "P4 2026-10-15 …", "P5 2026-10-15 …"},
		"2026-10-31": {"P1 2026-10-15 …", "P3 2026-10-15 2026-10-16", "P4 2026-10-15 2026-10-20"},
	} {
		arrears, pays := at(end)
		if !slices.Equal(arrears, want) {
			t.Errorf("as known at the end of %s: %q, want %q", end, arrears, want)
		}
		if want := []string{"P1", "P2", "P3", "P4", "P5"}; !slices.Equal(pays, want) {
			t.Errorf("%q have pay slips, want %q", pays, want)
		}
	}
	if left := b.snapshots(t); len(left) > 0 {
		t.Errorf("%v is left behind", left)
	}
}
