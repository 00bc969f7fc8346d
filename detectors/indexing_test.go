package detectors_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/detectors/index"
	"github.com/anxin-project/anxin/detectors/pass"
	"github.com/anxin-project/anxin/detectors/policy"
)

// site is a project that began on 1 July, with a crew that was seen and listed for July and August and is seen in September,
// and paid on the 14th of August and the 15th of September from an account whose ledger shows it. unpaid of them got nothing
// for August.
func site(project, township, workers string, crew, unpaid int, fields string) string {
	first := 0
	fmt.Sscanf(workers, "W%d..", &first)
	paid := fmt.Sprintf("W%d..W%d", first+unpaid, first+crew-1)
	text := fmt.Sprintf(`
projects:
  - {id: %[1]s, township: %[2]s, contractor: C%[1]s, labor_cost_yuan: 0, started_on: 2026-07-01, contract_signed_on: 2026-06-01, permit_on: 2026-06-10, account: {opened_on: 2026-06-15}, deposit: {lodged_on: 2026-06-20}%[4]s}
employers:
  - {id: C%[1]s, township: %[2]s}
workers:
  - {worker: %[3]s, project: %[1]s, employer: C%[1]s, entered_on: 2026-07-01}
attendance:
  - {worker: %[3]s, project: %[1]s, employer: C%[1]s, days: 2026-07-06..2026-07-08}
  - {worker: %[3]s, project: %[1]s, employer: C%[1]s, days: 2026-08-05..2026-08-07}
  - {worker: %[3]s, project: %[1]s, employer: C%[1]s, days: 2026-09-22}
payroll:
  - {worker: %[3]s, project: %[1]s, employer: C%[1]s, months: 2026-07}
  - {worker: %[5]s, project: %[1]s, employer: C%[1]s, months: 2026-08}
account_entries:
  - {project: %[1]s, days: 2026-08-10, balance_yuan: 9000000}
  - {project: %[1]s, days: 2026-08-14, kind: wage_out, yuan: %[6]d, balance_yuan: 8000000}
  - {project: %[1]s, days: 2026-09-15, kind: wage_out, yuan: %[7]d, balance_yuan: 7000000}
`, project, township, workers, fields, paid, crew*6000, (crew-unpaid)*6000)
	if unpaid > 0 {
		text += fmt.Sprintf("payroll:\n  - {worker: W%d..W%d, project: %s, employer: C%[3]s, months: 2026-08, paid_yuan: 0}\n", first, first+unpaid-1, project)
	}
	return text
}

// stories joins the topics of several texts.
func stories(texts ...string) string {
	var order []string
	entries := map[string]string{}
	for _, text := range texts {
		topic := ""
		for line := range strings.Lines(text) {
			switch {
			case strings.TrimSpace(line) == "":
			case line[0] != ' ':
				if topic = line; entries[topic] == "" {
					order = append(order, topic)
				}
			default:
				entries[topic] += line
			}
		}
	}
	all := ""
	for _, topic := range order {
		all += topic + entries[topic]
	}
	return all
}

// shown writes a row as people see it: the index, then the points of each component with its raw figures.
func shown(r index.Row) string {
	text := fmt.Sprintf("%.1f", r.Score.Index)
	for _, p := range r.Score.Parts {
		text += fmt.Sprintf(" | %.1f: %v/%v", p.Points, p.Numerator, p.Denominator)
	}
	return text
}

func indexOf(r pass.Result) map[string]index.Row {
	rows := map[string]index.Row{}
	for _, row := range r.Index {
		rows[row.Code] = row
	}
	return rows
}

// lossesOf writes the losses of a row: points, component, subject, what is missing, the act and whose it is.
func lossesOf(r index.Row, alias func(string) string) []string {
	var all []string
	for _, l := range r.Lost {
		all = append(all, strings.Join(strings.Fields(fmt.Sprintf("%.1f %s %s %s %s %s by %s", l.Points, l.Component, alias(l.ID), l.Safeguard, strings.Join(l.Detectors, "+"), l.Act, l.By)), " "))
	}
	return all
}

func TestTheIndexOfASmallCountyIsWhatOneComputesByHand(t *testing.T) {
	b := open(t, policy.National())
	story := b.tell(t, stories(
		site("P1", "331024001", "W1..W60", 60, 3, ""),
		site("P2", "331024002", "W61..W120", 60, 0, ", notice_board: false"),
		site("P3", "331022001", "W201..W260", 60, 0, ""),
		`
complaints:
  - {id: L1, project: P2, township: 331024002, received_on: 2026-08-20, status: resolved, status_on: 2026-09-10, resolved_on: 2026-09-10, conclusion: settled}
  - {id: L2, project: P2, township: 331024002, received_on: 2026-07-21, status: withdrawn, status_on: 2026-07-25}
`))
	rows := indexOf(b.pass(t, "2026-09-25"))
	for code, want := range map[string]string{
		// 3 of 160: 60 - 30 · (0.01875 - 0.0084) / 0.0116 = 33.23; 3 of 120 worker-months; 3 of 60
		"331024001": "70.5 | 13.3: 3/60 | 18.0: 117/120 | 15.0: 720/720 | 10.0: 0/0 | 14.2: 3/60",
		// eleven of twelve safeguards; one of two leads is in time: 6 of 7
		"331024002": "97.3 | 40.0: 0/60 | 20.0: 120/120 | 13.7: 660/720 | 8.6: 1/2 | 15.0: 0/60",
		"331022001": "100.0 | 40.0: 0/60 | 20.0: 120/120 | 15.0: 720/720 | 10.0: 0/0 | 15.0: 0/60",
	} {
		if got := shown(rows[code]); got != want {
			t.Errorf("%s is %s\nwant %s", code, got, want)
		}
	}
	if r := rows["331024001"]; r.Tally.Owed != 3 || r.OwedFen != 1_800_000 || r.EstimateFen != 0 || r.Rank != 2 || r.RankedOf != 2 || r.RankPrefecture != 3 {
		t.Errorf("331024001: %+v", r)
	}
	if got, want := lossesOf(rows["331024002"], story.Alias), []string{
		"1.4 resolution P2 conclude_lead by department", "1.3 safeguards P2 notice_board post_notice by contractor",
	}; !slices.Equal(got, want) {
		t.Errorf("331024002 lost %q, want %q", got, want)
	}
	if got, want := lossesOf(rows["331024001"], story.Alias), []string{
		"26.7 arrears P1 pay by contractor", "2.0 timeliness P1 pay_in_time by contractor", "0.8 hazard P1 pay by contractor",
	}; !slices.Equal(got, want) {
		t.Errorf("331024001 lost %q, want %q", got, want)
	}
	// a prefecture's attendance silent for seven days is not silent for more
	if r := indexOf(b.pass(t, "2026-09-29"))["331024"]; r.Stale {
		t.Error("stale on the seventh day")
	}
	if r := indexOf(b.pass(t, "2026-09-30"))["331024"]; !r.Stale || r.Published() {
		t.Errorf("not stale on the eighth day: %+v", r)
	}
}

func TestLatePaymentAnOrderAndIncidentsShowInTheIndex(t *testing.T) {
	b := open(t, policy.National())
	b.tell(t, stories(
		site("P1", "331024001", "W1..W60", 60, 3, ""),
		site("P2", "331024002", "W61..W120", 60, 1, ""),
		site("P3", "331024003", "W121..W180", 60, 0, ""),
		site("P4", "331024004", "W181..W240", 60, 0, ""),
		`
attendance:
  - {worker: W1, project: P1, employer: CP1, days: 2026-10-12}
  - {worker: W61, project: P2, employer: CP2, days: 2026-10-12}
  - {worker: W121, project: P3, employer: CP3, days: 2026-10-12}
  - {worker: W181, project: P4, employer: CP4, days: 2026-10-12}
payroll:
  - {worker: W1, project: P1, employer: CP1, months: 2026-08, version: 2, recorded_at: 2026-10-15, paid_on: 2026-10-15}  # due on 15 September: thirty days late are not more than thirty
  - {worker: W2, project: P1, employer: CP1, months: 2026-08, version: 2, recorded_at: 2026-10-16, paid_on: 2026-10-16}
  - {worker: W3, project: P1, employer: CP1, months: 2026-08, version: 2, recorded_at: 2026-09-22, paid_on: 2026-09-22}  # the last day of grace
  - {worker: W61, project: P2, employer: CP2, months: 2026-08, version: 2, recorded_at: 2026-09-16, paid_yuan: 4000, paid_on: 2026-09-16}
  - {worker: W61, project: P2, employer: CP2, months: 2026-08, version: 3, recorded_at: 2026-10-17, paid_on: 2026-10-17}
account_entries:
  - {project: P1, days: 2026-09-22, kind: wage_out, yuan: 6000, balance_yuan: 9000000}
  - {project: P1, days: 2026-10-10, balance_yuan: 9000000}
  - {project: P2, days: 2026-09-16, kind: wage_out, yuan: 4000, balance_yuan: 9000000}
  - {project: P2, days: 2026-10-10, balance_yuan: 9000000}
  - {project: P3, days: 2026-10-10, balance_yuan: 9000000}
  - {project: P4, days: 2026-10-10, balance_yuan: 9000000}
proceedings:
  - {id: O1, project: P1, opened_on: 2026-10-01, due_on: 2026-10-16, workers: 1, yuan: 100}
complaints:
  - {id: L1, project: P2, township: 331024002, received_on: 2026-10-12, incident: group, participants: 49, workers: 50}
  - {id: L2, project: P3, township: 331024003, received_on: 2026-10-12, incident: group, workers: 50}
  - {id: L3, project: P4, township: 331024004, received_on: 2026-10-12, incident: group, participants: 60, status: rejected, conclusion: fabricated}
`))
	before := indexOf(b.pass(t, "2026-10-16"))
	if s := before["331024001"].Score; s.Cap != 0 || s.Parts[0].Numerator != 0.3 || s.Parts[1].Numerator != 118 || s.Parts[1].Denominator != 120 {
		t.Errorf("P1, on the day the order runs out: %+v", s)
	}
	// part paid in time: beyond grace a third of the worker-month is missing
	if s := before["331024002"].Score; s.Cap != 0 || s.Parts[0].Numerator != 1 || s.Parts[1].Numerator != 119.667 {
		t.Errorf("P2, before the rest is paid: %+v", s)
	}
	// where 50 workers are said to complain as a group, leads gather too
	if s := before["331024003"].Score; !slices.Equal(s.Reasons, []index.Reason{index.GroupIncident}) || s.Index != 69.9 || s.Uncapped != 85 {
		t.Errorf("P3: %+v", s)
	}
	if l := before["331024003"].Lost; len(l) != 2 || l[0].Component != index.Cap || l[0].Points != 15.1 || l[0].Act != index.WaitWindow || l[0].Until.String() != "2027-01-09" {
		t.Errorf("P3 lost %+v", l)
	}
	if s := before["331024004"].Score; s.Cap != 0 {
		t.Errorf("P4, of which an incident was fabricated: %+v", s)
	}
	after := indexOf(b.pass(t, "2026-10-17"))
	if s := after["331024001"].Score; s.Reason() != index.OrderUnmet || s.Index > 84.9 {
		t.Errorf("P1, a day later: %+v", s)
	}
	if s := after["331024002"].Score; s.Parts[0].Numerator != 0.3 || s.Parts[1].Numerator != 119.667 {
		t.Errorf("P2, after the rest is paid: %+v", s)
	}
	if s := after["331024"].Score; s.Reason() != index.GroupIncident || s.Light != index.Red {
		t.Errorf("the county: %+v", s)
	}
}

// What an index promises of a subject put right is what a pass gives once its records say that it was: wages paid in time, the
// lead handled in its term, the safeguard in force, the order obeyed. The other subject stays as it is.
func TestASubjectPutRightGivesThePromisedIndex(t *testing.T) {
	b := open(t, policy.National())
	story := b.tell(t, stories(
		site("P1", "331024001", "W1..W60", 60, 12, ", notice_board: false"),
		site("P2", "331024001", "W41..W100", 60, 2, ", labor_officer: false"),
		`
complaints:
  - {id: L1, project: P1, township: 331024001, received_on: 2026-09-01}
  - {id: L2, project: P2, township: 331024001, received_on: 2026-09-01}
proceedings:
  - {id: O1, project: P1, opened_on: 2026-09-01, due_on: 2026-09-20, workers: 12, yuan: 72000}
`))
	var promised float64
	before := indexOf(b.pass(t, "2026-09-25"))["331024001"]
	for _, g := range before.Gains {
		if story.Alias(g.ID) == "P1" {
			promised = g.Index
		}
	}
	b.tell(t, `
projects:
  - {id: P1, township: 331024001, contractor: CP1, labor_cost_yuan: 0, started_on: 2026-07-01, contract_signed_on: 2026-06-01, permit_on: 2026-06-10, account: {opened_on: 2026-06-15}, deposit: {lodged_on: 2026-06-20}, version: 2, recorded_at: 2026-09-02}
payroll:
  - {worker: W1..W12, project: P1, employer: CP1, months: 2026-08, version: 2, recorded_at: 2026-09-15, paid_on: 2026-09-15}
account_entries:
  - {project: P1, days: 2026-09-16, kind: wage_out, yuan: 72000, balance_yuan: 6900000}
complaints:
  - {id: L1, project: P1, township: 331024001, received_on: 2026-09-01, version: 2, recorded_at: 2026-09-04, status: accepted, status_on: 2026-09-04, accepted_on: 2026-09-04}
proceedings:
  - {id: O1, project: P1, opened_on: 2026-09-01, due_on: 2026-09-20, workers: 12, yuan: 72000, version: 2, recorded_at: 2026-09-16, closed_on: 2026-09-16, outcome: fulfilled}
`)
	after := indexOf(b.pass(t, "2026-09-25"))["331024001"]
	if after.Score.Index != promised || promised <= before.Score.Index || promised == 100 {
		t.Errorf("promised %.1f, was %s, is %s", promised, shown(before), shown(after))
	}
}
