package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/anxin-project/anxin/alerts/blacklist"
	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/internal/app"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// lawOf is a policy file laid over the national policy, as services load it.
func lawOf(t *testing.T, text string) *policy.Policy {
	t.Helper()
	path := filepath.Join(t.TempDir(), "policy.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	_, p, err := app.LoadRules("", path, dayOf(t, "2026-03-09"))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func dayOf(t *testing.T, text string) civil.Date {
	t.Helper()
	on, err := civil.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return on
}

// changing is a policy whose terms change on 1 April 2026, and that is another in the prefecture next door.
const changing = `
casework:
  accept_red_workdays:
    - {value: 2, from: 2026-04-01, source: test}
    - {value: 3, region: "3311", source: test}
  lead_workdays:
    - {value: 40, from: 2026-04-01, source: test}
    - {value: 30, region: "3311", source: test}
  pass_on_workdays:
    - {value: 2, region: "3311", source: test}
  accept_yellow_workdays:
    - {value: 5, region: "3311", source: test}
  objection_workdays:
    - {value: 8, from: 2026-04-01, source: test}
  decision_workdays:
    - {value: 25, from: 2026-04-01, source: test}
  listing_years:
    - {value: 2, from: 2026-04-01, source: test}
`

// A number that comes into force while the service runs, or holds in one place, is followed from then and there; what
// began before keeps its own.
func TestDeadlinesFollowThePolicyOfTheirDayAndPlace(t *testing.T) {
	o := openOfficeUnder(t, lawOf(t, changing))
	due := func(id string, kind casefile.DeadlineKind) string {
		t.Helper()
		k, _, err := o.alerts.Cases().Get(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range k.Deadlines {
			if d.Kind == kind && d.Due != nil {
				return d.Due.String()
			}
		}
		return "none"
	}
	expect := func(when, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s: due %s, want %s", when, got, want)
		}
	}
	act := func(by access.Person, id string, a casefile.Action) {
		t.Helper()
		k, _, err := o.alerts.Cases().Get(t.Context(), id)
		if err == nil {
			_, err = o.alerts.Cases().Act(t.Context(), by, casefile.Step{CaseID: id, Seq: k.Seq, Action: a})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	const third = "91331024MA2X0002G6"
	secondID := "employer:" + second

	o.at("2026-03-30") // Monday; Wednesday is the first of April, the next Monday the Qingming holiday
	o.run(t, "2026-03-29", 1, firm, second, third)
	o.alert(t, firm)
	expect("an alert before the change", due(firmID, casefile.ToAccept), "2026-03-31")
	act(inspector, firmID, casefile.Action{Kind: casefile.Accept})
	act(inspector, firmID, casefile.Action{Kind: casefile.Investigate})
	before := due(firmID, casefile.ToInvestigate)
	expect("filed before the change", before, workdaysAfter(t, o, "2026-03-30", 60))
	desk := o.alerts.Desk()
	proposal := casefile.EntryAction{OrderNo: "监令1号", Persons: []casefile.ListedPerson{{Name: "王某", Capacity: casefile.LegalRepresentative}}}
	entry, err := desk.Propose(t.Context(), inspector, firm, proposal)
	if err != nil {
		t.Fatal(err)
	}
	notified, err := desk.Act(t.Context(), inspector, entry.ID, entry.Seq, casefile.EntryAction{Kind: casefile.Notify, DocumentNo: "告1号"})
	if err != nil {
		t.Fatal(err)
	}
	expect("the notice before the change", dueOf(notified, casefile.ToObject), workdaysAfter(t, o, "2026-03-30", 5))
	other, err := desk.Propose(t.Context(), inspector, second, proposal)
	if err != nil {
		t.Fatal(err)
	}

	o.at("2026-04-01")
	o.alert(t, second)
	expect("an alert after it", due(secondID, casefile.ToAccept), workdaysAfter(t, o, "2026-04-01", 2))
	expect("what was filed before it", due(firmID, casefile.ToInvestigate), before)
	act(inspector, secondID, casefile.Action{Kind: casefile.Accept})
	act(inspector, secondID, casefile.Action{Kind: casefile.Investigate})
	expect("filed after it", due(secondID, casefile.ToInvestigate), workdaysAfter(t, o, "2026-04-01", 40))
	entry, _, err = desk.Entry(t.Context(), entry.ID)
	if err != nil {
		t.Fatal(err)
	}
	expect("the notice, later", dueOf(entry, casefile.ToObject), workdaysAfter(t, o, "2026-03-30", 5))
	late, err := desk.Propose(t.Context(), inspector, third, proposal)
	if err != nil {
		t.Fatal(err)
	}
	expect("the decision on an order due before it", dueOf(late, casefile.ToDecide), workdaysAfter(t, o, "2026-03-20", 20))
	if other, err = desk.Act(t.Context(), inspector, other.ID, other.Seq, casefile.EntryAction{Kind: casefile.Notify, DocumentNo: "告2号"}); err != nil {
		t.Fatal(err)
	}
	expect("a notice after it", dueOf(other, casefile.ToObject), workdaysAfter(t, o, "2026-04-01", 8))

	// Passed on to the prefecture that has set its own terms: the wait begins anew, by those.
	o.clock.Add(3600)
	act(inspector, secondID, casefile.Action{Kind: casefile.PassOn, Territory: "331102", Reason: "属地"})
	expect("passed on", due(secondID, casefile.ToPassOn), workdaysAfter(t, o, "2026-04-01", 2))
	expect("to be accepted there", due(secondID, casefile.ToAccept), workdaysAfter(t, o, "2026-04-01", 3))
	elsewhere := access.Person{ID: "qian", Name: "钱远", Roles: []access.Role{access.Inspector}, Territory: "331102"}
	act(elsewhere, secondID, casefile.Action{Kind: casefile.Accept})
	act(elsewhere, secondID, casefile.Action{Kind: casefile.Investigate})
	expect("filed there", due(secondID, casefile.ToInvestigate), workdaysAfter(t, o, "2026-04-01", 30))

	// The term on the list is that of the day of the decision, and the log alone gives the same again.
	o.at("2026-04-10")
	decision, err := desk.Act(t.Context(), supervisor, entry.ID, entry.Seq, casefile.EntryAction{Kind: casefile.Decide, DocumentNo: "决1号"})
	if err != nil {
		t.Fatal(err)
	}
	if decision.Until.String() != "2028-04-10" {
		t.Errorf("on the list until %s, want two years", decision.Until)
	}
	again, err := blacklist.Open(t.Context(), blacklist.Dependencies{Conn: o.Store, Calendar: o.Calendar, Clock: o.Now})
	if err != nil {
		t.Fatal(err)
	}
	if reread, _, err := again.Get(t.Context(), entry.ID); err != nil || reread.Until.String() != "2028-04-10" || reread.Terms != decision.Terms {
		t.Errorf("read again: until %v, %+v, %v", reread.Until, reread.Terms, err)
	}
}

func dueOf(e casefile.Entry, kind casefile.DeadlineKind) string {
	for _, d := range e.Deadlines {
		if d.Kind == kind && d.Due != nil {
			return d.Due.String()
		}
	}
	return "none"
}

func workdaysAfter(t *testing.T, o *office, from string, n int) string {
	t.Helper()
	due, err := o.Calendar.AddWorkdays(dayOf(t, from), n)
	if err != nil {
		t.Fatal(err)
	}
	return due.String()
}
