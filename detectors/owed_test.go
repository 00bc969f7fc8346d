package detectors_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/detectors/detectortest"
	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/detectors/snapshot"
)

// owedStory says what is owed as of dates: a line by subject, kind and wage month with how many people, the last day to pay
// and fen in all; silent workers stand beside as silent or unaccounted, without fen.
type owedStory struct {
	name    string
	records string
	silence bool // asked is who is silent or unaccounted for, not what is owed
	want    map[string][]string
}

var owedStories = []owedStory{
	{"an unpaid slip is owed from the day after its day to pay, for ever", `
payroll: [{worker: W1..W2, project: P1, months: 2026-07, paid_yuan: 0}]`, false, map[string][]string{
		"2026-08-14": {},
		"2026-08-15": {"P1 listed 2026-07 2 due 2026-08-14 1200000"}, // the 15th is a Saturday
		"2029-07-31": {"P1 listed 2026-07 2 due 2026-08-14 1200000"},
		"2029-12-31": {"P1 listed 2026-07 2 due 2026-08-15 1200000"}, // so long ago, rest days are not looked up
	}},
	{"a due date that is put far away defers nothing", `
payroll: [{worker: W1, project: P1, months: 2026-07, paid_yuan: 0, due_on: 2027-12-31}]`, false, map[string][]string{
		"2026-08-15": {"P1 listed 2026-07 1 due 2026-08-14 600000"},
	}},
	{"a due date before the agreed pay day stands", `
payroll: [{worker: W1, project: P1, months: 2026-07, paid_yuan: 0, due_on: 2026-08-05}]`, false, map[string][]string{
		"2026-08-14": {"P1 listed 2026-07 1 due 2026-08-05 600000"},
	}},
	{"a pay day agreed on after the wage month binds later months only", `
projects:
  - {id: P1, pay_day: 10, recorded_at: 2026-01-10}
  - {id: P1, pay_day: 28, version: 2, recorded_at: 2026-08-03}
payroll: [{worker: W1, project: P1, months: 2026-07..2026-08, paid_yuan: 0, due_on: 2026-12-31}]`, false, map[string][]string{
		"2026-09-30": {"P1 listed 2026-07 1 due 2026-08-10 600000", "P1 listed 2026-08 1 due 2026-09-28 600000"},
	}},
	{"an employer without a project has until the end of the next month", `
payroll: [{worker: W1, months: 2026-07, paid_yuan: 0, due_on: 2026-12-31}]`, false, map[string][]string{
		"2026-08-24": {},
		"2026-09-01": {"E1 listed 2026-07 1 due 2026-08-31 600000"},
	}},
	{"piece wages outside construction are due as agreed", `
workers: [{worker: W1, wage_basis: piece, wage_yuan: 2}]
payroll: [{worker: W1, months: 2026-07, paid_yuan: 0, due_on: 2026-10-30}, {worker: W1, months: 2026-08}]`, false, map[string][]string{
		"2026-09-30": {},
		"2026-10-31": {"E1 listed 2026-07 1 due 2026-10-30 600000"},
	}},
	{"a supplement beside a regular slip may be due later, but not for ever", `
payroll:
  - {worker: W1, project: P1, months: 2026-07}
  - {worker: W1, project: P1, months: 2026-07, id: S1, payable_yuan: 500, paid_yuan: 0, due_on: 2027-06-30, recorded_at: 2026-10-12}`, false, map[string][]string{
		"2026-10-31": {},
		"2026-12-01": {"P1 listed 2026-07 1 due 2026-11-30 50000"},
	}},
	{"a supplement larger than the slip that it supplements is the month's wage", `
payroll:
  - {worker: W1, project: P1, months: 2026-07, payable_yuan: 100, gross_yuan: 6000, deducted_yuan: 5900}
  - {worker: W1, project: P1, months: 2026-07, id: S1, payable_yuan: 5000, paid_yuan: 0, due_on: 2027-06-30, recorded_at: 2026-08-02}`, false, map[string][]string{
		"2026-08-15": {"P1 listed 2026-07 1 due 2026-08-14 500000"},
	}},
	{"what is paid in kind is not paid", `
payroll: [{worker: W1, project: P1, months: 2026-07, channel: in_kind, paid_on: 2026-08-14}]`, false, map[string][]string{
		"2026-08-24": {"P1 listed 2026-07 1 due 2026-08-14 600000"},
	}},
	{"days at the gate that no list names are owed by an estimate from the agreed pay day", `
workers: [{worker: W1..W3, project: P1}]
attendance: [{worker: W1..W3, project: P1, days: 2026-07-01..2026-07-10}]
payroll: [{worker: W3, project: P1, months: 2026-07}]`, false, map[string][]string{
		"2026-08-14": {},
		"2026-08-15": {"P1 unlisted 2026-07 2 due 2026-08-14 600000"},
		"2029-07-31": {"P1 unlisted 2026-07 2 due 2026-08-14 600000"},
	}},
	{"by the month it is a share of the wage, by the hour the hours, by the day a part of a short day", `
workers:
  - {worker: W1, project: P1, wage_basis: month, wage_yuan: 8700}
  - {worker: W2, project: P2, wage_basis: hour, wage_yuan: 30}
  - {worker: W3, project: P3, wage_yuan: 400}
attendance:
  - {worker: W1, project: P1, days: 2026-07-01..2026-07-10}
  - {worker: W2, project: P2, days: 2026-07-01..2026-07-10, hours: 6.5}
  - {worker: W3, project: P3, days: 2026-07-01..2026-07-10, hours: 4}`, false, map[string][]string{
		"2026-08-15": {
			"P1 unlisted 2026-07 1 due 2026-08-14 400000", "P2 unlisted 2026-07 1 due 2026-08-14 195000", "P3 unlisted 2026-07 1 due 2026-08-14 200000",
		},
	}},
	{"a full month by the month is no more than its wage, and a day of unknown hours is a day", `
workers: [{worker: W1, project: P1, wage_basis: month, wage_yuan: 6000}, {worker: W2, project: P2}]
attendance:
  - {worker: W1, project: P1, days: 2026-07-01..2026-07-31}
  - {worker: W2, project: P2, days: 2026-07-01..2026-07-02, hours: null, check_in: "2026-07-01T07:00:00+08:00"}`, false, map[string][]string{
		"2026-08-15": {"P1 unlisted 2026-07 1 due 2026-08-14 600000", "P2 unlisted 2026-07 1 due 2026-08-14 60000"},
	}},
	{"whoever is not registered was seen on three days", `
attendance:
  - {worker: W1, project: P1, days: 2026-07-01..2026-07-02}
  - {worker: W2, project: P1, days: 2026-07-01..2026-07-03}`, false, map[string][]string{
		"2026-08-15": {"P1 unlisted 2026-07 1 due 2026-08-14 27724"}, // three days at the minimum wage
	}},
	{"a list of the employer without a project answers for the month; that of another employer does not", `
workers: [{worker: W1..W2, project: P1, employer: E1}]
attendance: [{worker: W1..W2, project: P1, employer: E1, days: 2026-07-01..2026-07-05}]
payroll:
  - {worker: W1, employer: E1, months: 2026-07}
  - {worker: W2, employer: E2, months: 2026-07}`, false, map[string][]string{
		"2026-08-15": {"P1 unlisted 2026-07 1 due 2026-08-14 150000"},
	}},
	{"a payment to the worker's own account under another name answers, one to an account that several share does not", `
workers:
  - {worker: W1, project: P1, bank_account: "6222020000000000011"}
  - {worker: W2..W3, project: P2, bank_account: "6222020000000000029"}
attendance:
  - {worker: W1, project: P1, days: 2026-07-01..2026-07-05}
  - {worker: W2..W3, project: P2, days: 2026-07-01..2026-07-05}
payroll:
  - {worker: W8, project: P1, months: 2026-07, payee_account: "6222020000000000011"}
  - {worker: W9, project: P2, months: 2026-07, payee_account: "6222020000000000029"}`, false, map[string][]string{
		"2026-08-15": {"P2 unlisted 2026-07 2 due 2026-08-14 300000"},
	}},
	{"what the account got for the work on another project does not answer, what the employer's list without project paid to it does", `
workers: [{worker: W1, project: P1}, {worker: W1, project: P2}, {worker: W2, project: P2, bank_account: "6222020000000000037"}]
attendance: [{worker: W1, project: P1, days: 2026-07-01..2026-07-05}, {worker: W1, project: P2, days: 2026-07-06..2026-07-10}, {worker: W2, project: P2, days: 2026-07-01}]
payroll:
  - {worker: W1, project: P1, months: 2026-07}
  - {worker: W9, months: 2026-07, payee_account: "6222020000000000037"}`, false, map[string][]string{
		"2026-08-15": {"P2 unlisted 2026-07 1 due 2026-08-14 150000"},
	}},
	{"managers are left out, but at most a tenth of the crew", `
workers:
  - {worker: W1..W18, project: P1}
  - {worker: W19..W21, project: P1, job: 施工员}
attendance: [{worker: W1..W21, project: P1, days: 2026-07-01..2026-07-05}]
payroll: [{worker: W1..W18, project: P1, months: 2026-07}]`, false, map[string][]string{
		"2026-08-15": {"P1 unlisted 2026-07 1 due 2026-08-14 150000"},
	}},
	{"attendance that was loaded afterwards is no evidence, later months are", `
workers: [{worker: W1, project: P1}]
attendance:
  - {worker: W1, project: P1, days: 2026-05-01..2026-05-10, recorded_at: 2026-07-20}
  - {worker: W1, project: P1, days: 2026-07-01..2026-07-10}`, false, map[string][]string{
		"2026-09-01": {"P1 unlisted 2026-07 1 due 2026-08-14 300000"},
	}},
	{"a day corrected late is evidence all the same when it was first recorded in time", `
workers: [{worker: W1, project: P1}]
attendance:
  - {worker: W1, project: P1, days: 2026-07-01..2026-07-10}
  - {worker: W1, project: P1, days: 2026-07-01..2026-07-10, version: 2, recorded_at: 2026-10-01, hours: 8}`, false, map[string][]string{
		"2026-10-31": {"P1 unlisted 2026-07 1 due 2026-08-14 300000"},
		"2027-10-31": {"P1 unlisted 2026-07 1 due 2026-08-14 300000"},
	}},
	{"a list below the minimum wage of the days worked owes the rest", `
workers: [{worker: W1, project: P1}]
attendance: [{worker: W1, project: P1, days: 2026-07-01..2026-07-29}]
payroll: [{worker: W1, project: P1, months: 2026-07, payable_yuan: 1000}]`, false, map[string][]string{
		"2026-08-15": {"P1 underlisted 2026-07 1 due 2026-08-14 168000"}, // 29 days of 2,010 yuan in 21.75
	}},
	{"an employer without attendance that sends no list owes its last list's wages to whoever has not left", `
workers:
  - {worker: W1}
  - {worker: W2, left_on: 2026-07-20}
  - {worker: W3, left_on: 2026-06-30}
payroll: [{worker: W1..W3, months: 2026-06}, {worker: W1..W2, months: 2026-08}]`, false, map[string][]string{
		"2026-08-24": {},
		"2026-09-01": {"E1 unlisted 2026-07 2 due 2026-08-31 1200000"},
	}},
	{"a dissolved employer has no staff from the next month on", `
employers: [{id: E1}, {id: E1, status: dissolved, version: 2, recorded_at: 2026-07-20}]
payroll: [{worker: W1, months: 2026-06}]`, false, map[string][]string{
		"2026-10-31": {"E1 unlisted 2026-07 1 due 2026-08-31 600000"},
	}},
	{"what slips say the account paid and its ledger does not show is owed after ten days, the latest first", `
payroll:
  - {worker: W1..W4, project: P1, months: 2026-07, paid_on: 2026-08-14}
account_entries:
  - {project: P1, kind: labor_cost_in, booked_at: "2026-08-05T09:00:00+08:00", yuan: 24000}
  - {project: P1, kind: wage_out, booked_at: "2026-08-14T15:00:00+08:00", yuan: 18000}
  - {project: P1, kind: interest_in, booked_at: "2026-09-20T09:00:00+08:00", yuan: 1}`, false, map[string][]string{
		"2026-08-15": {},
		"2026-08-24": {"P1 unbooked 2026-07 1 due 2026-08-14 600000"},
		// the ledger fell silent: what it had shown stands
		"2027-10-31": {"P1 unbooked 2026-07 1 due 2026-08-14 600000"},
	}},
	{"what left the account before any list was sent covers no claim of later", `
payroll:
  - {worker: W1..W4, project: P1, months: 2026-07, paid_on: 2026-08-14}
account_entries:
  - {project: P1, kind: wage_out, booked_at: "2026-06-15T15:00:00+08:00", yuan: 24000}
  - {project: P1, kind: wage_out, booked_at: "2026-07-15T15:00:00+08:00", yuan: 24000}
  - {project: P1, kind: wage_out, booked_at: "2026-08-14T15:00:00+08:00", yuan: 18000}`, false, map[string][]string{
		"2026-08-24": {"P1 unbooked 2026-07 1 due 2026-08-14 600000"},
	}},
	{"where no ledger was ever heard of nothing is doubted", `
payroll: [{worker: W1..W4, project: P1, months: 2026-07, paid_on: 2026-08-14}]`, false, map[string][]string{"2026-09-30": {}}},
	{"what was paid through proceedings closes the oldest months first", `
payroll: [{worker: W1..W2, project: P1, months: 2026-06..2026-07, paid_yuan: 0}]
proceedings:
  - {id: R1, project: P1, opened_on: 2026-09-01, due_on: 2026-09-10, paid_yuan: 15000}
  - {id: R2, kind: administrative_decision, project: P1, opened_on: 2026-09-20, due_on: 2026-09-30, paid_yuan: 15000}`, false, map[string][]string{
		"2026-08-24": {"P1 listed 2026-06 2 due 2026-07-15 1200000", "P1 listed 2026-07 2 due 2026-08-14 1200000"},
		"2026-09-30": {"P1 listed 2026-07 2 due 2026-08-14 900000"},
	}},
	{"what slips show as paid since is part of it, and what was advanced adds up", `
payroll:
  - {worker: W1, project: P1, months: 2026-06, paid_on: 2026-09-05}
  - {worker: W2..W4, project: P1, months: 2026-06, paid_yuan: 0}
proceedings:
  - {id: R1, kind: deposit_draw, project: P1, opened_on: 2026-09-01, paid_yuan: 6000}
  - {id: R2, kind: emergency_fund, project: P1, opened_on: 2026-09-01, paid_yuan: 6000}`, false, map[string][]string{
		"2026-09-30": {"P1 listed 2026-06 2 due 2026-07-15 1200000"},
	}},
	{"a closure closes what it names until it is reopened", `
payroll: [{worker: W1..W2, project: P1, months: 2026-06..2026-07, paid_yuan: 0}]
closures:
  - {id: C1, project: P1, wage_month: 2026-06, reason: court_decision, note: 判决已生效, by: 甲, approved_by: 乙, closed_on: 2026-09-10, reopened_on: 2026-10-10}`, false, map[string][]string{
		"2026-09-01": {"P1 listed 2026-06 2 due 2026-07-15 1200000", "P1 listed 2026-07 2 due 2026-08-14 1200000"},
		"2026-09-10": {"P1 listed 2026-07 2 due 2026-08-14 1200000"},
		"2026-10-31": {"P1 listed 2026-06 2 due 2026-07-15 1200000", "P1 listed 2026-07 2 due 2026-08-14 1200000"},
	}},
	{"of a site of which nothing but registrations came the registered are silent", `
workers: [{worker: W1..W3, project: P1}, {worker: W4, project: P1, left_on: 2026-07-20}]`, true, map[string][]string{
		"2026-09-10": {"P1 silent 2026-05 4 due 2026-06-15", "P1 silent 2026-06 4 due 2026-07-15", "P1 silent 2026-07 3 due 2026-08-14"},
		"2026-09-30": {"P1 silent 2026-06 4 due 2026-07-15", "P1 silent 2026-07 3 due 2026-08-14", "P1 silent 2026-08 3 due 2026-09-15"},
	}},
	{"a site that was suspended when the month began need not be heard of", `
projects: [{id: P1}, {id: P1, status: suspended, version: 2, recorded_at: 2026-04-20}, {id: P1, status: building, version: 3, recorded_at: 2026-07-10}]
workers: [{worker: W1, project: P1}]`, true, map[string][]string{"2026-08-24": {}}},
	{"many of a site of whom nothing was heard while others were are unaccounted for", `
workers: [{worker: W1..W20, project: P1, entered_on: 2026-07-01}, {worker: W1..W40, project: P2, entered_on: 2026-07-01}]
attendance: [{worker: W1..W17, project: P1, days: 2026-07-01}, {worker: W1..W36, project: P2, days: 2026-07-01}]
payroll: [{worker: W1..W17, project: P1, months: 2026-07}, {worker: W1..W36, project: P2, months: 2026-07}]`, true, map[string][]string{
		"2026-08-24": {"P1 unaccounted 2026-07 3 due 2026-08-14"},
	}},
}

func TestWhatIsOwed(t *testing.T) {
	t.Parallel()
	b := open(t, policy.National())
	stories := make([]*detectortest.Story, len(owedStories))
	dates := map[string]bool{}
	for i, s := range owedStories {
		story, err := detectortest.TellIn(fmt.Sprintf("s%d.", i), []byte(s.records))
		if err == nil {
			err = story.Load(t.Context(), b.load)
		}
		if err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		stories[i] = story
		for on := range s.want {
			dates[on] = true
		}
	}
	for on := range dates {
		err := b.Facts(t.Context(), date(t, on), snapshot.Part{"owed", "silent"}, func(facts driver.Conn) error {
			lines := texts(t, facts, `
SELECT concat(scope_id, '|', toString(kind), ' ', formatDateTime(wage_month, '%Y-%m'), ' ', toString(uniqExact(worker_key)), ' due ', toString(min(due_by)), ' ', toString(sum(owed_fen)))
FROM owed
GROUP BY scope, scope_id, kind, wage_month
UNION ALL
SELECT concat(project_id, '|', toString(kind), ' ', formatDateTime(month, '%Y-%m'), ' ', toString(uniqExact(worker_key)), ' due ', toString(min(due_by)))
FROM silent
GROUP BY project_id, kind, month`)
			for i, s := range owedStories {
				want, asked := s.want[on]
				if !asked {
					continue
				}
				got := []string{}
				for _, line := range lines {
					id, rest, _ := strings.Cut(line, "|")
					heard := !strings.HasPrefix(rest, "silent") && !strings.HasPrefix(rest, "unaccounted")
					if alias := stories[i].Alias(id); alias != "" && heard != s.silence {
						got = append(got, fmt.Sprint(alias, " ", rest))
					}
				}
				slices.Sort(got)
				if !slices.Equal(got, want) {
					t.Errorf("%s: as of %s\n  %s\nwant\n  %s", s.name, on, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
