package detectors_test

import (
	"testing"

	"github.com/anxin-project/anxin/detectors/policy"
)

// What an index promises of a subject put right is what a pass gives once its records say that it was: wages paid in
// time, the lead resolved in its term, the safeguard in force, the order obeyed. The other subject stays as it is. (With
// one contractor for both, the other's warning about it would go too, and the index rise further: docs/explanation.)
func TestASubjectPutRightGivesThePromisedIndex(t *testing.T) {
	b := open(t, policy.National())
	story := b.tell(t, `
projects:
  - {id: P1, township: 331024001, contractor: E11, labor_cost_yuan: 0, notice_board: false}
  - {id: P2, township: 331024001, contractor: E12, labor_cost_yuan: 0, labor_officer: false}
  - {id: P3, township: 331024002, contractor: E13, labor_cost_yuan: 0}
workers:
  - {worker: W1..W40, project: P1}
  - {worker: W21..W60, project: P2}
  - {worker: W101..W140, project: P3}
attendance:
  - {worker: W1..W40, project: P1, days: 2026-09-17}
  - {worker: W21..W60, project: P2, days: 2026-09-16}
  - {worker: W101..W140, project: P3, days: 2026-09-17}
payroll:
  - {worker: W1..W22, project: P1, months: 2026-08, paid_yuan: 0}
  - {worker: W23..W40, project: P1, months: 2026-08}
  - {worker: W21..W22, project: P2, months: 2026-08, paid_yuan: 2000, paid_on: 2026-09-15}
  - {worker: W23..W60, project: P2, months: 2026-08}
  - {worker: W101..W140, project: P3, months: 2026-08}
account_entries:
  - {project: P1, days: 2026-09-10, balance_yuan: 9000000}
  - {project: P2, days: 2026-09-10, balance_yuan: 9000000}
  - {project: P3, days: 2026-09-10, balance_yuan: 9000000}
complaints:
  - {id: L1, project: P1, township: 331024001, received_on: 2026-05-20, status: investigating}
  - {id: L2, project: P2, township: 331024001, received_on: 2026-05-21, status: investigating}
proceedings:
  - {id: O1, project: P1, opened_on: 2026-09-01, due_on: 2026-09-10, workers: 22, yuan: 132000}
`)
	promised := map[string]float64{}
	now := map[string]float64{}
	for code, row := range indexOf(b.pass(t, "2026-09-18")) {
		for _, g := range row.Worst {
			if story.Alias(g.ID) == "P1" {
				promised[code], now[code] = g.Index, row.Score.Index
			}
		}
	}
	if len(promised) != 3 {
		t.Fatalf("P1 put right is promised to raise %v, want its township, county and prefecture", promised)
	}
	b.tell(t, `
projects:
  - {id: P1, township: 331024001, contractor: E11, labor_cost_yuan: 0, version: 2, recorded_at: 2026-09-02}
payroll:
  - {worker: W1..W22, project: P1, months: 2026-08, version: 2, recorded_at: 2026-09-15, paid_on: 2026-09-15}
complaints:
  - {id: L1, project: P1, township: 331024001, received_on: 2026-05-20, version: 2, recorded_at: 2026-06-10, status: resolved, status_on: 2026-06-10, resolved_on: 2026-06-10}
proceedings:
  - {id: O1, project: P1, opened_on: 2026-09-01, due_on: 2026-09-10, workers: 22, yuan: 132000, version: 2, recorded_at: 2026-09-10, closed_on: 2026-09-10, outcome: fulfilled}
`)
	after := indexOf(b.pass(t, "2026-09-18"))
	for code, want := range promised {
		if got := after[code].Score.Index; got != want || want <= now[code] {
			t.Errorf("%s: promised %.1f, was %.1f, is %.1f: %s", code, want, now[code], got, shown(after[code]))
		}
	}
	if got := after["331024001"].Score.Index; got > 95 {
		t.Errorf("the township is at %.1f: P2 no longer shows, and the test shows nothing", got)
	}
}
