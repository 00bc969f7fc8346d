package cases

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// People of the tests. The case is a building project in 331024001: housing's, in Xianju county.
var (
	inspector  = access.Person{ID: "li", Name: "李青", Roles: []access.Role{access.Inspector}, Territory: "331024"}
	housing    = access.Person{ID: "wu", Name: "吴白", Roles: []access.Role{access.DepartmentOfficer}, Territory: "3310", Department: "housing"}
	water      = access.Person{ID: "he", Name: "何川", Roles: []access.Role{access.DepartmentOfficer}, Territory: "3310", Department: "water"}
	elsewhere  = access.Person{ID: "qi", Name: "齐远", Roles: []access.Role{access.Inspector}, Territory: "331023"}
	supervisor = access.Person{ID: "zhou", Name: "周正", Roles: []access.Role{access.Supervisor}, Territory: "3310"}
	head       = access.Person{ID: "chen", Name: "陈镇", Roles: []access.Role{access.TownshipHead}, Territory: "331024001"}
	operator   = access.Person{ID: "ops", Name: "运维", Roles: []access.Role{access.Operator}, Territory: "33"}
)

func date(t testing.TB, text string) *civil.Date {
	t.Helper()
	d, err := civil.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return &d
}

// desk is a store with a clock that tests move.
type desk struct {
	*Store
	t    testing.TB
	conn driver.Conn
	now  time.Time
}

func newDesk(t testing.TB) *desk {
	d := &desk{t: t, conn: database(t), now: day(t, "2026-03-09", 0)}
	var err error
	d.Store, err = Open(t.Context(), Dependencies{Conn: d.conn, Calendar: calendar.China(), Clock: func() time.Time { return d.now }})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

const one = "project:P-1"

func (d *desk) fires(level string) {
	d.t.Helper()
	deliver(d.t, d.Store, warning("P-1", level, d.now, time.Time{}))
}

func (d *desk) resolves(level string, started time.Time) {
	d.t.Helper()
	deliver(d.t, d.Store, warning("P-1", level, started, d.now))
}

func (d *desk) at(date string) { d.now = day(d.t, date, 0) }

// try acts on what the log says now; it returns the refusal's code, "" for none.
func (d *desk) try(by access.Person, a casefile.Action) string {
	d.t.Helper()
	c, _ := get(d.t, d.Store, one)
	_, err := d.Act(d.t.Context(), by, casefile.Step{CaseID: one, Seq: c.Seq, Action: a})
	var r *casefile.Refusal
	switch {
	case err == nil:
		return ""
	case errors.As(err, &r):
		if r.Message.ZH == "" || r.Message.EN == "" || r.Basis == "" {
			d.t.Errorf("refusal %+v lacks a text or its basis", r)
		}
		return r.Code
	}
	d.t.Fatal(err)
	return ""
}

func (d *desk) must(by access.Person, a casefile.Action) casefile.Case {
	d.t.Helper()
	if code := d.try(by, a); code != "" {
		c, _ := get(d.t, d.Store, one)
		d.t.Fatalf("%s at %s refused: %s", a.Kind, c.Stage, code)
	}
	c, _ := get(d.t, d.Store, one)
	return c
}

func (d *desk) deadline(kind casefile.DeadlineKind) string {
	d.t.Helper()
	c, _ := get(d.t, d.Store, one)
	found, ok := find(c.Deadlines, kind)
	if !ok {
		return "none"
	}
	if found.Due == nil {
		return string(found.State)
	}
	return found.Due.String() + " " + string(found.State)
}

func order(t testing.TB, due string) casefile.Action {
	return casefile.Action{Kind: casefile.OrderPayment, DocumentNo: "仙人社监令〔2026〕3号", DueOn: date(t, due), Workers: 12, AmountFen: 3_000_000}
}

func act(kind casefile.ActionKind) casefile.Action { return casefile.Action{Kind: kind} }

func because(kind casefile.ActionKind) casefile.Action {
	return casefile.Action{Kind: kind, Reason: "理由"}
}

func pay(fen int64) casefile.Action {
	return casefile.Action{Kind: casefile.RecordPayment, Workers: 12, AmountFen: fen}
}

func TestARedCaseGoesItsWayByLawAndByTheClock(t *testing.T) {
	d := newDesk(t)
	d.fires("red")
	expect := func(kind casefile.DeadlineKind, want string) {
		t.Helper()
		if got := d.deadline(kind); got != want {
			t.Errorf("%s: %s is %s, want %s", d.now.Format(time.DateOnly), kind, got, want)
		}
	}
	expect(casefile.ToAccept, "2026-03-10 running")
	expect(casefile.ToPassOn, "2026-03-10 running")
	d.at("2026-03-10")
	expect(casefile.ToAccept, "2026-03-10 near")
	if code := d.try(inspector, act(casefile.Investigate)); code != "stage" {
		t.Errorf("an investigation of a case that nobody has accepted: %q", code)
	}
	d.at("2026-03-11")
	expect(casefile.ToAccept, "2026-03-10 passed")
	d.must(housing, act(casefile.Accept))
	expect(casefile.ToAccept, "2026-03-10 met_late")
	expect(casefile.ToPassOn, "none")
	d.must(housing, act(casefile.Investigate))
	expect(casefile.ToInvestigate, "2026-06-08 running") // 60 working days, past Qingming and Labour Day, with the make-up day of 9 May
	if code := d.try(inspector, casefile.Action{Kind: casefile.TakeSidePath, Path: casefile.CriminalReferral}); code != "order_not_unmet" {
		t.Errorf("a referral without an order: %q", code)
	}
	d.must(supervisor, because(casefile.HoldTalks))
	if code := d.try(housing, order(t, "2026-03-11")); code != "due_date" {
		t.Errorf("an order due today: %q", code)
	}
	c := d.must(housing, order(t, "2026-03-20"))
	if c.Stage != casefile.Ordered || c.Order == nil || c.Order.DocumentNo != "仙人社监令〔2026〕3号" {
		t.Errorf("after the order: %+v", c)
	}
	expect(casefile.ToPay, "2026-03-20 running")
	expect(casefile.ToInvestigate, "2026-06-08 met")
	d.at("2026-03-17")
	expect(casefile.ToPay, "2026-03-20 near")
	d.must(inspector, pay(1_000_000))
	settled := pay(1)
	settled.Settled = true
	if code := d.try(inspector, settled); code != "not_paid_in_full" {
		t.Errorf("settled with a third paid: %q", code)
	}
	if code := d.try(inspector, order(t, "2026-04-20")); code != "order_running" {
		t.Errorf("a second order within the first one's term: %q", code)
	}
	d.at("2026-03-23")
	expect(casefile.ToPay, "2026-03-20 passed")
	d.must(inspector, casefile.Action{Kind: casefile.TakeSidePath, Path: casefile.CriminalReferral})
	if c = d.must(inspector, pay(2_000_000)); c.Stage != casefile.Paid || c.PaidFen != 3_000_000 || c.Order.PaidFen != 3_000_000 {
		t.Errorf("paid in full: %+v", c)
	}
	expect(casefile.ToPay, "2026-03-20 met_late")
	if code := d.try(inspector, because(casefile.Close)); code != "still_firing" {
		t.Errorf("an inspector closes while the alert fires: %q", code)
	}
	d.resolves("red", day(t, "2026-03-09", 0))
	if c = d.must(inspector, because(casefile.Close)); c.Stage != casefile.Closed || !c.Cleared {
		t.Errorf("closed: %+v", c)
	}
	if code := d.try(inspector, act(casefile.Accept)); code != "stage" {
		t.Errorf("accepting a closed case: %q", code)
	}
	d.must(head, because(casefile.Comment)) // an ended case can still be commented on

	// The condition returns half a year later: the case is open again, with a new deadline and without the old order.
	d.at("2026-09-30")
	d.fires("red")
	if c, _ = get(t, d.Store, one); c.Stage != casefile.Open || c.Cleared || c.Order != nil || c.Assignee != "" {
		t.Errorf("reopened: %+v", c)
	}
	expect(casefile.ToAccept, "2026-10-08 running")
	expect(casefile.ToInvestigate, "none")
	d.must(inspector, act(casefile.Accept))
	expect(casefile.ToAccept, "2026-10-08 met")

	// A restart adds up to the same.
	before, _ := get(t, d.Store, one)
	if after, _ := get(t, open(t, d.conn, d.now), one); !reflect.DeepEqual(before, after) {
		t.Errorf("read again\n%+v\nwant\n%+v", after, before)
	}
}

func TestWhoMayDoWhatIsDecidedByRolePlaceAndIndustry(t *testing.T) {
	d := newDesk(t)
	d.fires("red")
	for _, tt := range []struct {
		name string
		by   access.Person
		do   casefile.Action
		want string
	}{
		{"an inspector of another county", elsewhere, act(casefile.Accept), "territory"},
		{"an officer of another industry", water, act(casefile.Accept), "department"},
		{"a supervisor accepts nothing", supervisor, act(casefile.Accept), "role"},
		{"a township head acts on nothing", head, because(casefile.Dismiss), "role"},
		{"an operator does not even comment", operator, because(casefile.Comment), "role"},
		{"nobody", access.Person{}, act(casefile.Accept), "nobody"},
		{"the system is no person", access.Person{ID: casefile.System, Roles: inspector.Roles, Territory: "33"}, act(casefile.Accept), "nobody"},
		{"an action nobody knows", inspector, act("explode"), "invalid"},
		{"a dismissal without reason", inspector, act(casefile.Dismiss), "invalid"},
		{"a reason of blanks", inspector, casefile.Action{Kind: casefile.Dismiss, Reason: " \n"}, "invalid"},
		{"passing on to nowhere", inspector, because(casefile.PassOn), "invalid"},
		{"passing on to a department that does not exist", inspector, casefile.Action{Kind: casefile.PassOn, Reason: "x", Department: "magic"}, "invalid"},
		{"passing on to where it is", inspector, casefile.Action{Kind: casefile.PassOn, Reason: "x", Department: casefile.Housing}, "same_place"},
		{"an attachment whose hash is none", inspector, casefile.Action{Kind: casefile.Attach, File: &casefile.File{Name: "a.pdf", SHA256: "AB", KeptAt: "档案室"}}, "invalid"},
		{"an extension by the one who needs it", inspector, because(casefile.Extend), "role"},
		{"an extension before there is an investigation", supervisor, because(casefile.Extend), "stage"},
		{"a text that is too long", inspector, casefile.Action{Kind: casefile.Comment, Reason: strings.Repeat("长", maxText+1)}, "invalid"},
		{"the inspector of the county", inspector, act(casefile.Accept), ""},
		{"closing while nothing was paid", inspector, because(casefile.Close), "not_settled"},
	} {
		if got := d.try(tt.by, tt.do); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	c, _ := get(t, d.Store, one)
	if got := Allowed(c, head); !slices.Equal(got, []casefile.ActionKind{casefile.Comment}) {
		t.Errorf("a township head may %v", got)
	}
	if got := Allowed(c, inspector); !slices.Contains(got, casefile.Investigate) || slices.Contains(got, casefile.Accept) || slices.Contains(got, casefile.Extend) {
		t.Errorf("an inspector may %v", got)
	}
	for by, want := range map[*access.Person]bool{&inspector: true, &housing: true, &water: false, &elsewhere: false, &supervisor: true, &head: true, &operator: false} {
		if Sees(*by, c) != want {
			t.Errorf("%s sees the case: %v, want %v", by.ID, !want, want)
		}
	}
}

func TestPassingOnStartsTheWaitAnewElsewhere(t *testing.T) {
	d := newDesk(t)
	d.fires("yellow")
	d.at("2026-03-11")
	c := d.must(inspector, casefile.Action{Kind: casefile.PassOn, Reason: "属邻县项目", Territory: "331023002", Department: casefile.Water})
	if c.Stage != casefile.Open || c.Territory != "331023002" || c.Township != "331024001" || c.Department != casefile.Water {
		t.Errorf("passed on: %+v", c)
	}
	if got := d.deadline(casefile.ToAccept); got != "2026-03-16 running" {
		t.Errorf("the next one accepts by %s", got)
	}
	if got := d.deadline(casefile.ToPassOn); got != "2026-03-12 running" {
		t.Errorf("or passes it on by %s", got)
	}
	if code := d.try(inspector, act(casefile.Accept)); code != "territory" {
		t.Errorf("who has passed it on accepts it: %q", code)
	}
	for _, territory := range []string{"331024", "331023"} { // both still find it
		if n, _ := d.Count(t.Context(), casefile.Filter{Territory: territory}); n != 1 {
			t.Errorf("%d cases in %s", n, territory)
		}
	}
	d.must(elsewhere, act(casefile.Accept))
}

func TestACasePassedOnIsNotLost(t *testing.T) {
	d := newDesk(t)
	d.fires("yellow")
	d.at("2026-03-11")
	if code := d.try(inspector, casefile.Action{Kind: casefile.PassOn, Reason: "属邻县项目", Territory: "999999"}); code != "invalid" {
		t.Errorf("passed on to a place that is not there: %q", code)
	}
	d.must(inspector, casefile.Action{Kind: casefile.PassOn, Reason: "属邻县项目", Territory: "331023002"})
	back := casefile.Action{Kind: casefile.PassOn, Reason: "收回", Territory: "331024001"}
	if code := d.try(inspector, back); code != "territory" {
		t.Errorf("an inspector takes back what was given away: %q", code)
	}
	over := access.Person{ID: "over", Name: "督办人", Roles: []access.Role{access.Supervisor}, Territory: "331024"}
	if code := d.try(over, casefile.Action{Kind: casefile.PassOn, Reason: "转走", Territory: "331022"}); code != "territory" {
		t.Errorf("a supervisor passes another place's case on to a third: %q", code)
	}
	if c := d.must(over, back); c.Territory != "331024001" || c.Stage != casefile.Open {
		t.Errorf("taken back: %+v", c)
	}
	d.must(inspector, act(casefile.Accept))
}

func TestACaseIsGivenOnlyToWhoMayWorkOnIt(t *testing.T) {
	d := newDesk(t)
	auditor := access.Person{ID: "shen", Roles: []access.Role{access.Auditor}}
	d.person = func(id string) (access.Person, bool) {
		for _, p := range []access.Person{inspector, elsewhere, auditor} {
			if p.ID == id {
				return p, true
			}
		}
		return access.Person{}, false
	}
	d.fires("red")
	for _, id := range []string{"ghost-nobody", auditor.ID, elsewhere.ID} {
		if code := d.try(inspector, casefile.Action{Kind: casefile.Assign, Assignee: id}); code != "assignee" {
			t.Errorf("assigned to %s: %q", id, code)
		}
	}
	if c := d.must(inspector, casefile.Action{Kind: casefile.Assign, Assignee: inspector.ID}); c.Assignee != inspector.ID {
		t.Errorf("assigned to %q", c.Assignee)
	}
}

func TestTheInvestigationIsExtendedOnceInTimeAndByAnotherPerson(t *testing.T) {
	d := newDesk(t)
	d.fires("red")
	d.must(inspector, act(casefile.Accept))
	d.must(inspector, act(casefile.Investigate))
	if got := d.deadline(casefile.ToInvestigate); got != "2026-06-04 running" {
		t.Fatalf("60 working days from 9 March: %s", got)
	}
	d.at("2026-06-04")
	d.must(supervisor, because(casefile.Extend))
	if got := d.deadline(casefile.ToInvestigate); got != "2026-07-17 running" {
		t.Errorf("90 working days: %s", got)
	}
	if code := d.try(supervisor, because(casefile.Extend)); code != "extended_already" {
		t.Errorf("a second extension: %q", code)
	}

	late := newDesk(t)
	late.fires("red")
	late.must(inspector, act(casefile.Accept))
	late.must(inspector, act(casefile.Investigate))
	late.at("2026-06-05")
	if code := late.try(supervisor, because(casefile.Extend)); code != "too_late" {
		t.Errorf("an extension after the term: %q", code)
	}
}

func TestAnEndedCaseReopensForWhatIsNewOnly(t *testing.T) {
	d := newDesk(t)
	d.fires("yellow")
	started := d.now
	d.must(inspector, because(casefile.Dismiss))
	d.now = d.now.Add(time.Minute)
	deliver(t, d.Store, warning("P-1", "yellow", started, time.Time{})) // Alertmanager repeats itself
	if c, _ := get(t, d.Store, one); c.Stage != casefile.Dismissed {
		t.Errorf("a repeat reopened it: %s", c.Stage)
	}
	d.fires("red") // but red is news
	if c, _ := get(t, d.Store, one); c.Stage != casefile.Open {
		t.Errorf("a red warning about a dismissed case leaves it %s", c.Stage)
	}
	d.must(inspector, because(casefile.Dismiss))
	d.now = d.now.Add(time.Minute)
	deliver(t, d.Store, warning("P-1", "red", started.Add(time.Hour), started.Add(2*time.Hour))) // came and went before anyone heard of it
	if c, _ := get(t, d.Store, one); c.Stage != casefile.Dismissed {
		t.Errorf("an alert that is over reopened it: %s", c.Stage)
	}
}

func TestOfTwoWhoActAtOnceOneWins(t *testing.T) {
	d := newDesk(t)
	d.fires("red")
	c, _ := get(t, d.Store, one)
	var wg sync.WaitGroup
	results := make([]error, 8)
	for i := range results {
		wg.Go(func() {
			by := inspector
			by.ID = fmt.Sprint("person-", i)
			_, results[i] = d.Act(t.Context(), by, casefile.Step{CaseID: one, Seq: c.Seq, Action: act(casefile.Accept)})
		})
	}
	wg.Wait()
	won := 0
	for _, err := range results {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, ErrConflict):
			t.Errorf("a loser gets %v, want ErrConflict", err)
		}
	}
	if won != 1 {
		t.Errorf("%d won, want 1", won)
	}
	after, kinds := get(t, d.Store, one)
	if after.Seq != c.Seq+1 || kinds[len(kinds)-1] != casefile.WasAccepted {
		t.Errorf("events %v", kinds)
	}

	// The same between two processes.
	other := open(t, d.conn, d.now)
	if _, err := other.Act(t.Context(), inspector, casefile.Step{CaseID: one, Seq: after.Seq, Action: act(casefile.Investigate)}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Act(t.Context(), inspector, casefile.Step{CaseID: one, Seq: after.Seq, Action: act(casefile.Investigate)}); !errors.Is(err, ErrConflict) {
		t.Errorf("the slower process: %v, want ErrConflict", err)
	}
}

func TestManyCasesAreAcceptedTogetherEachWithItsOwnOutcome(t *testing.T) {
	d := newDesk(t)
	var alerts []Alert
	var steps []casefile.Step
	for i := range 300 {
		id := fmt.Sprintf("M-%03d", i)
		alerts = append(alerts, warning(id, "red", d.now, time.Time{}))
		steps = append(steps, casefile.Step{CaseID: "project:" + id, Seq: 2, Action: act(casefile.Accept)})
	}
	deliver(t, d.Store, alerts...)
	steps[7].Seq = 1
	steps[9].CaseID = "project:unheard-of"
	steps[11] = steps[10] // twice the same
	accepted, conflicts, unknown := 0, 0, 0
	for _, o := range d.ActAll(t.Context(), inspector, steps) {
		switch {
		case o.Err == nil:
			accepted++
			if o.Case.Stage != casefile.Accepted || o.Event.Actor != "li" || o.Event.Kind != casefile.WasAccepted || o.Event.Seq != 3 {
				t.Fatalf("outcome %+v", o)
			}
		case errors.Is(o.Err, ErrConflict):
			conflicts++
		case errors.Is(o.Err, ErrNotFound):
			unknown++
		}
	}
	if accepted != 297 || conflicts != 2 || unknown != 1 {
		t.Errorf("%d accepted, %d conflicts, %d unknown", accepted, conflicts, unknown)
	}
	if n, _ := d.Count(t.Context(), casefile.Filter{Stage: casefile.Accepted}); n != 297 {
		t.Errorf("%d accepted in the list", n)
	}
}

func TestOfTwoActionsUnderOneNumberTheFirstCounts(t *testing.T) {
	at := day(t, "2026-03-09", 0)
	l := opened(t, at)
	l.alert(at, "red", at, time.Time{})
	l.add(at, casefile.WasAccepted, actionData{Action: act(casefile.Accept)})
	l.add(at, casefile.WasDismissed, actionData{Action: act(casefile.Dismiss)})
	l.alert(at, "yellow", at, time.Time{})
	for i := range l.events[2:] { // three writers at once
		l.events[2+i].Seq = 3
	}
	if c := l.fold(); c.Stage != casefile.Accepted || len(c.Alerts) != 2 || c.Seq != 3 {
		t.Errorf("%+v", c)
	}
}
