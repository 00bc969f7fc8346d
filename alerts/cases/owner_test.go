package cases

import (
	"fmt"
	"testing"
	"time"

	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// colleague works beside inspector.
var colleague = access.Person{ID: "sun", Name: "孙立", Roles: []access.Role{access.Inspector}, Territory: "331024"}

// registered is a desk that looks people up.
func registered(t *testing.T) *desk {
	d := &desk{t: t, conn: database(t), now: day(t, "2026-03-09", 0)}
	known := map[string]access.Person{}
	for _, p := range []access.Person{inspector, colleague, housing, water, elsewhere, supervisor, head} {
		known[p.ID] = p
	}
	var err error
	d.Store, err = Open(t.Context(), Dependencies{Conn: d.conn, Calendar: calendar.China(), Clock: func() time.Time { return d.now },
		Person: func(id string) (access.Person, bool) { p, ok := known[id]; return p, ok }})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func to(kind casefile.ActionKind, person access.Person) casefile.Action {
	return casefile.Action{Kind: kind, Assignee: person.ID}
}

func TestWhoAcceptsACaseIsInChargeUnlessAnotherIsNamed(t *testing.T) {
	for _, tt := range []struct {
		name, want, refused string
		accept              casefile.Action
	}{
		{"the acceptor", "li", "", act(casefile.Accept)},
		{"a colleague who was named", "sun", "", to(casefile.Accept, colleague)},
		{"somebody of another county", "", "assignee", to(casefile.Accept, elsewhere)},
		{"somebody of another department", "", "assignee", to(casefile.Accept, water)},
		{"nobody who is registered", "", "assignee", casefile.Action{Kind: casefile.Accept, Assignee: "ghost"}},
	} {
		d := registered(t)
		d.fires("red")
		if code := d.try(inspector, tt.accept); code != tt.refused {
			t.Errorf("%s: refused %q, want %q", tt.name, code, tt.refused)
		}
		if c, _ := get(t, d.Store, one); c.Assignee != tt.want {
			t.Errorf("%s: %q is in charge, want %q", tt.name, c.Assignee, tt.want)
		}
	}
}

// An event of before acceptors were in charge names nobody: whoever was charged before stays so, else it is the acceptor.
func TestAnAcceptanceOfBeforeMeansItsAcceptor(t *testing.T) {
	for _, assigned := range []string{"", "sun"} {
		l := opened(t, day(t, "2026-03-09", 0))
		l.alert(day(t, "2026-03-09", 1), "red", day(t, "2026-03-09", 0), time.Time{})
		want := "li"
		if assigned != "" {
			l.add(day(t, "2026-03-09", 2), casefile.WasAssigned, actionData{Action: casefile.Action{Kind: casefile.Assign, Assignee: assigned}})
			want = assigned
		}
		l.add(day(t, "2026-03-09", 3), casefile.WasAccepted, actionData{Action: act(casefile.Accept)})
		l.events[len(l.events)-1].Actor = "li"
		if c := l.fold(); c.Assignee != want {
			t.Errorf("%q is in charge, want %q", c.Assignee, want)
		}
	}
}

func TestHandingOverIsAnEventAndUrgesGoWithTheCase(t *testing.T) {
	d := registered(t)
	d.fires("red")
	urged := func(want ...string) {
		t.Helper()
		for _, p := range []access.Person{inspector, colleague, housing} {
			c, _ := get(t, d.Store, one)
			if got, expected := fmt.Sprint(len(c.Urged(p.ID))), want[0]; got != expected {
				t.Errorf("%s has %s urges, want %s", p.ID, got, expected)
			}
			want = want[1:]
		}
	}
	if code := d.try(inspector, act(casefile.Acknowledge)); code != "not_urged" {
		t.Errorf("answering what nobody urged is refused as %q", code)
	}
	if code := d.try(inspector, because(casefile.UrgeHandler)); code != "role" {
		t.Errorf("an inspector who urges is refused as %q", code)
	}
	if code := d.try(supervisor, act(casefile.UrgeHandler)); code != "invalid" {
		t.Errorf("an urge without a reason is refused as %q", code)
	}
	d.must(supervisor, because(casefile.UrgeHandler))
	urged("1", "1", "1") // nobody is in charge: it waits for whoever may take the case on
	d.must(inspector, act(casefile.Accept))
	urged("1", "0", "0")
	if code := d.try(inspector, to(casefile.Assign, inspector)); code != "same_handler" {
		t.Errorf("handing over to oneself is refused as %q", code)
	}
	c := d.must(inspector, to(casefile.Assign, colleague))
	urged("0", "1", "0")
	if c.Assignee != "sun" || c.Rounds[0].Handler != "sun" || c.Rounds[0].AnsweredBy != "li" {
		t.Errorf("in charge %s, rounds %+v", c.Assignee, c.Rounds)
	}
	_, events, err := d.Get(t.Context(), one)
	if err != nil {
		t.Fatal(err)
	}
	if last := events[len(events)-1]; last.Kind != casefile.WasAssigned || string(last.Data) != `{"action":"assign","assignee":"sun","by_name":"李青","handed_from":"li"}` {
		t.Errorf("the hand-over stands as %s %s", last.Kind, last.Data)
	}
	if code := d.try(inspector, act(casefile.Acknowledge)); code != "not_urged" {
		t.Errorf("answering another's urge is refused as %q", code)
	}
	d.must(supervisor, because(casefile.UrgeHandler))
	urged("0", "2", "0")
	c = d.must(colleague, because(casefile.Acknowledge))
	urged("0", "0", "0")
	if u := c.Urges[1]; u.AcknowledgedBy != "sun" || u.Answer != "理由" || u.ByName != "周正" || u.To != "sun" {
		t.Errorf("the urge stands as %+v", u)
	}
	// Passed on, it waits for whoever takes it on there; ended, it waits for nobody.
	d.must(supervisor, because(casefile.UrgeHandler))
	d.must(colleague, casefile.Action{Kind: casefile.PassOn, Reason: "理由", Department: casefile.HumanResources})
	urged("1", "1", "1")
	c = d.must(inspector, because(casefile.Dismiss))
	urged("0", "0", "0")
	if u := c.Urges[2]; !u.Lapsed || u.AcknowledgedOn != nil {
		t.Errorf("an urge of a dismissed case stands as %+v", u)
	}
	if code := d.try(supervisor, because(casefile.UrgeHandler)); code != "stage" {
		t.Errorf("urging on what has ended is refused as %q", code)
	}
}

func TestEachRoundKeepsItsLastDayAndWhatCameOfIt(t *testing.T) {
	d := registered(t)
	d.fires("yellow") // Monday: by Thursday
	d.at("2026-03-13")
	d.must(inspector, casefile.Action{Kind: casefile.PassOn, Reason: "理由", Department: casefile.HumanResources}) // Friday: late
	d.fires("red")                                                                                               // does not make the first round any later
	d.at("2026-03-16")
	d.must(inspector, act(casefile.Accept)) // Monday: in time
	d.at("2026-03-20")
	d.must(inspector, because(casefile.Dismiss))
	d.fires("red") // opens it again
	c, _ := get(t, d.Store, one)
	want := []string{"2026-03-09 housing by 2026-03-12 passed_on 2026-03-13 li: late, ends passed_on", "2026-03-13 human_resources by 2026-03-16 accepted 2026-03-16 li: in_time, ends dismissed", "2026-03-20 human_resources by 2026-03-23: waiting"}
	for i, r := range c.Rounds {
		got := fmt.Sprintf("%s %s by %s", r.ReceivedOn, r.Department, *r.AnswerBy)
		if r.AnsweredOn != nil {
			got += fmt.Sprintf(" %s %s %s", r.Answer, *r.AnsweredOn, r.AnsweredBy)
		}
		if got += ": " + string(r.Outcome(civil.DateOf(d.now))); r.End != "" {
			got += ", ends " + string(r.End)
		}
		if i >= len(want) || got != want[i] {
			t.Errorf("round %d is %s", i, got)
		}
	}
	if len(c.Rounds) != len(want) {
		t.Errorf("%d rounds", len(c.Rounds))
	}
}

// Two processes, one case: who accepts first is in charge, and an urge that one writes the other shows.
func TestProcessesAgreeOnWhoIsInCharge(t *testing.T) {
	d := registered(t)
	d.fires("red")
	other, err := Open(t.Context(), Dependencies{Conn: d.conn, Calendar: calendar.China(), Clock: func() time.Time { return d.now }})
	if err != nil {
		t.Fatal(err)
	}
	c, _ := get(t, d.Store, one)
	outcomes := make(chan error, 2)
	for _, at := range []struct {
		s  *Store
		by access.Person
	}{{d.Store, inspector}, {other, colleague}} {
		go func() {
			_, err := at.s.Act(t.Context(), at.by, casefile.Step{CaseID: one, Seq: c.Seq, Action: act(casefile.Accept)})
			outcomes <- err
		}()
	}
	failed := 0
	for range 2 {
		if err := <-outcomes; err != nil {
			failed++
		}
	}
	d.must(supervisor, because(casefile.UrgeHandler))
	here, _ := get(t, d.Store, one)
	there, _ := get(t, other, one)
	if failed != 1 || here.Assignee == "" || here.Assignee != there.Assignee || len(there.Urged(there.Assignee)) != 1 {
		t.Errorf("%d failed; in charge here %q, there %q; %d urges", failed, here.Assignee, there.Assignee, len(there.Urges))
	}
}
