package detectors_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/detectors/policy"
)

// mustKnow holds the lines that a query of one text column finds among the facts of a date against those wanted, without the
// story's namespace.
func (b bench) mustKnow(t *testing.T, asOf, query string, want ...string) {
	t.Helper()
	var got []string
	err := b.Facts(t.Context(), date(t, asOf), partFor(t, query), func(facts driver.Conn) error {
		for _, line := range texts(t, facts, query) {
			got = append(got, strings.ReplaceAll(line, "s.", ""))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, want) {
		t.Errorf("as of %s: %s\ngives\n\t%s\nwant\n\t%s", asOf, query, strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

func TestAPermittedProjectIsKnownByItsIDOrByItsParties(t *testing.T) {
	b := open(t, policy.National())
	b.tell(t, `
projects:
  - {id: P1, developer: D1, contractor: E1, contract_signed_on: 2026-01-05}
  - {id: P2, developer: D2, contractor: E2, contract_signed_on: 2026-01-05}
  - {id: P3, developer: D2, contractor: E2, contract_signed_on: 2026-06-01}
permits:
  - {id: 1-named, developer: D9, contractor: E9, project: P1}
  - {id: 2-alike, developer: D1, contractor: E1}
  - {id: 3-other-contractor, developer: D1, contractor: E2}
  - {id: 4-other-developer, developer: D2, contractor: E1}
  - {id: 5-no-contractor, developer: D1, contractor: null}
  - {id: 6-180-days-later, developer: D1, contractor: E1, permit_on: 2026-07-04}
  - {id: 7-181-days-later, developer: D1, contractor: E1, permit_on: 2026-07-05}
  - {id: 8-180-days-before, developer: D1, contractor: E1, permit_on: 2025-07-09}
  - {id: 9-181-days-before, developer: D1, contractor: E1, permit_on: 2025-07-08}
  - {id: a-nearest, developer: D2, contractor: E2, permit_on: 2026-04-01}
  - {id: b-names-an-unregistered, developer: D1, contractor: E1, project: P7}
  - {id: c-names-only-an-unregistered, developer: D8, contractor: E8, project: P7}
  - {id: d-later, developer: D8, contractor: E8}
  - {id: d-later, developer: D8, contractor: E8, project: P1, version: 2, recorded_at: 2026-09-01}
`)
	const query = "SELECT concat(id, ' ', toString(known), ' ', known_project_id) FROM permits ORDER BY id"
	b.mustKnow(t, "2026-09-01", query,
		"1-named true P1", "2-alike true P1", "3-other-contractor false ", "4-other-developer false ", "5-no-contractor true P1",
		"6-180-days-later true P1", "7-181-days-later false ", "8-180-days-before true P1", "9-181-days-before false ", "a-nearest true P3",
		"b-names-an-unregistered true P1", "c-names-only-an-unregistered false ", "d-later true P1")
	b.mustKnow(t, "2026-08-31", query+" DESC LIMIT 1", "d-later false ")
	// what nobody registered is a subject by its permit, where it was permitted
	b.mustKnow(t, "2026-09-01", "SELECT concat(scope_id, ' ', township, ' ', name) FROM subjects WHERE scope = 'project' AND scope_id NOT IN (SELECT project_id FROM projects) ORDER BY scope_id LIMIT 2",
		"3-other-contractor 331024001 甲工程", "4-other-developer 331024001 甲工程")
	b.mustKnow(t, "2026-01-04", "SELECT toString(count()) FROM permits WHERE known", "0")
}

func TestAClosureIsInForceFromTheDayItIsClosedUntilItIsReopened(t *testing.T) {
	b := open(t, policy.National())
	b.tell(t, `
workers: [{worker: W1, project: P1}]
closures:
  - {id: all, project: P1, closed_on: 2026-08-10}
  - {id: one, project: P1, worker: W1, months: 2026-06, closed_on: 2026-08-10, reason: court_decision}
  - {id: employer, employer: E2, closed_on: 2026-08-10}
  - {id: reopened, project: P1, closed_on: 2026-08-10, reopened_on: 2026-08-20}
  - {id: corrected, project: P1, closed_on: 2026-08-10}
  - {id: corrected, project: P1, closed_on: 2026-08-10, reopened_on: 2026-08-15, version: 2, recorded_at: 2026-08-20}
  - {id: ahead, project: P1, closed_on: 2026-08-21, recorded_at: 2026-08-10}
  - {id: told-later, project: P1, closed_on: 2026-08-10, recorded_at: 2026-08-21}
`)
	const query = "SELECT id FROM closures ORDER BY id"
	b.mustKnow(t, "2026-08-09", query)
	b.mustKnow(t, "2026-08-10", query, "all", "corrected", "employer", "one", "reopened")
	b.mustKnow(t, "2026-08-19", query, "all", "corrected", "employer", "one", "reopened")
	b.mustKnow(t, "2026-08-20", query, "all", "employer", "one")
	b.mustKnow(t, "2026-08-21", query, "ahead", "all", "employer", "one", "told-later")
	// the worker's key is the one that registrations know
	b.mustKnow(t, "2026-08-10", `
SELECT concat(id, ' ', closures.project_id, ' ', ifNull(toString(wage_month), 'all'), ' ', if(worker_key IN (SELECT worker_key FROM registrations), 'W1', if(worker_key = toFixedString('', 16), 'all', '?')), ' ', reason, ' ', closed_by, ' ', approved_by)
FROM closures WHERE id IN ('s.one', 's.employer') ORDER BY id`,
		"employer  all all paid_otherwise inspector supervisor", "one P1 2026-06-01 W1 court_decision inspector supervisor")
}

func TestALeadThatRepeatsAKnownOneCountsOnce(t *testing.T) {
	b := open(t, policy.National())
	b.tell(t, `
complaints:
  - {id: L1, project: P1, received_on: 2026-08-01}
  - {id: L2, project: P1, received_on: 2026-08-02, merged_into: L1}
  - {id: L3, project: P1, received_on: 2026-08-03, merged_into: L2}
  - {id: L4, project: P1, received_on: 2026-08-03, merged_into: L9, conclusion: works_price, concluded_by: 某科, accepted_on: 2026-08-04, filed_on: 2026-08-05}
  - {id: itself, project: P1, received_on: 2026-08-04, merged_into: itself}
  - {id: R1, project: P1, received_on: 2026-08-05, merged_into: R2}
  - {id: R2, project: P1, received_on: 2026-08-05, merged_into: R3}
  - {id: R3, project: P1, received_on: 2026-08-05, merged_into: R1}
  - {id: R4, project: P1, received_on: 2026-08-05, merged_into: R3}
  - {id: same, project: P1, received_on: 2026-08-06, source: hotline, merged_into: same}
  - {id: same, project: P1, received_on: 2026-08-06, source: petition-office}
  - {id: later, project: P1, received_on: 2026-08-06}
  - {id: later, project: P1, received_on: 2026-08-06, merged_into: L1, version: 2, recorded_at: 2026-08-20}
`)
	const query = "SELECT id FROM leads ORDER BY id"
	b.mustKnow(t, "2026-08-19", query, "L1", "L4", "R1", "itself", "later", "same")
	b.mustKnow(t, "2026-08-20", query, "L1", "L4", "R1", "itself", "same")
	b.mustKnow(t, "2026-08-20", "SELECT toString(source) FROM leads WHERE id = 's.same'", "petition-office")
	b.mustKnow(t, "2026-08-02", query, "L1") // R2 and L9 are not known yet
	b.mustKnow(t, "2026-08-20", "SELECT concat(conclusion, ' ', concluded_by, ' ', toString(accepted_on), ' ', toString(filed_on), ' ', merged_into) FROM leads WHERE id = 's.L4'",
		"works_price 某科 2026-08-04 2026-08-05 L9")
}

func TestADayWhoseHoursNobodyKnowsIsADayOfWork(t *testing.T) {
	b := open(t, policy.National())
	b.tell(t, `
attendance:
  - {worker: W1, project: P1, days: [2026-08-03, 2026-08-04], hours: null}
  - {worker: W1, project: P1, days: 2026-08-05, hours: 0}
  - {worker: W1, project: P1, days: 2026-08-06, hours: 8}
  - {worker: W1, project: P1, days: 2026-08-06, hours: null, version: 2, recorded_at: 2026-08-20}
  - {worker: W1, project: P1, days: 2026-08-07, hours: null}
  - {worker: W1, project: P1, days: 2026-08-07, hours: 0, version: 2, recorded_at: 2026-08-20}
`)
	const query = "SELECT concat(toString(work_date), ' ', toString(centihours)) FROM attendance ORDER BY work_date"
	b.mustKnow(t, "2026-08-19", query, "2026-08-03 65535", "2026-08-04 65535", "2026-08-06 800", "2026-08-07 65535")
	b.mustKnow(t, "2026-08-20", query, "2026-08-03 65535", "2026-08-04 65535", "2026-08-06 65535")
	b.mustKnow(t, "2026-08-20", "SELECT concat(toString(days), ' ', toString(first_day), ' ', toString(last_day)) FROM worker_months", "3 2026-08-03 2026-08-06")
}

func TestWhatTheContractAddedIsKnownOfTheDate(t *testing.T) {
	b := open(t, policy.National())
	b.tell(t, `
projects:
  - {id: P1, deposit: {required_yuan: 150000.50, covers: [P2, P3]}}
  - {id: P2}
employers:
  - {id: E1, legal_person_id: W1, investor_id: W2}
  - {id: E2, investor_id: W1}
  - {id: E3, investor_id: 913300000000000004}
  - {id: E4}
workers: [{worker: W1..W2, project: P1}]
account_entries: [{project: P1, days: 2026-08-03, kind: frozen, reason: 某法院裁定}]
proceedings:
  - {id: O1, kind: advance_payment, project: P1, opened_on: 2026-08-01, paid_yuan: 5000, recovered_yuan: 100.05, wage_from: 2026-05, wage_to: 2026-06}
  - {id: O2, project: P1, opened_on: 2026-08-01}
`)
	b.mustKnow(t, "2026-10-31", "SELECT concat(project_id, ' ', ifNull(toString(deposit_required_fen), '-'), ' ', arrayStringConcat(deposit_covers, '+')) FROM projects WHERE project_id < 's.P3' ORDER BY project_id",
		"P1 15000050 P2+P3", "P2 - ")
	b.mustKnow(t, "2026-10-31", `
WITH (SELECT groupArray(worker_key) FROM (SELECT worker_key FROM registrations ORDER BY id)) AS people
SELECT concat(toString(indexOf(people, legal_person_key)), ' ', toString(indexOf(people, investor_key)), ' ', toString(investor_key = toFixedString('', 16)))
FROM employers ORDER BY 1`,
		"0 0 0", "0 0 1", "0 1 0", "1 2 0")
	b.mustKnow(t, "2026-10-31", "SELECT concat(kind, ' ', reason) FROM account_entries", "frozen 某法院裁定")
	b.mustKnow(t, "2026-10-31", "SELECT concat(id, ' ', ifNull(toString(paid_fen), '-'), ' ', ifNull(toString(recovered_fen), '-'), ' ', ifNull(toString(wage_from), '-'), ' ', ifNull(toString(wage_to), '-')) FROM proceedings ORDER BY id",
		"O1 500000 10005 2026-05-01 2026-06-01", "O2 - - - -")
	// a rotated key is resolved for who heads and owns firms and for whom a closure is about
	b.tell(t, "closures: [{id: C1, project: P1, worker: W1, closed_on: 2026-08-10}]")
	b.exec(t, "INSERT INTO key_aliases SELECT DISTINCT 'person', 'k1', worker_key, 'k2', reverse(worker_key)::FixedString(16) FROM workers")
	for _, column := range []string{"legal_person_key", "investor_key"} {
		b.mustKnow(t, "2026-10-31", fmt.Sprintf("SELECT toString(count() > 0) FROM employers WHERE %s IN (SELECT worker_key FROM registrations)", column), "1")
	}
	b.mustKnow(t, "2026-10-31", "SELECT toString(count()) FROM closures WHERE worker_key IN (SELECT worker_key FROM registrations)", "1")
}

func TestAWorkerOfTwoEmployersOfASiteIsHeardOfByASlipOfEither(t *testing.T) {
	b := open(t, policy.National())
	b.tell(t, `
workers:
  - {worker: W1..W3, project: P1, employer: E1}
  - {worker: W1..W2, project: P1, employer: E2}
payroll:
  - {worker: W1, employer: E1, months: 2026-08}
  - {worker: W2, employer: E2, months: 2026-08}
`)
	b.mustKnow(t, "2026-09-25", `
SELECT concat(kind, ' ', toString(count()), ' ', toString(countIf(worker_key IN (SELECT worker_key FROM slips))))
FROM silent WHERE month = '2026-08-01' GROUP BY kind`, "silent 1 0")
}
