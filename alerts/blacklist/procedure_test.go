package blacklist

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/anxin-project/anxin/alerts/eventlog"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

var (
	inspector  = access.Person{ID: "li", Name: "李青", Roles: []access.Role{access.Inspector}, Territory: "331024"}
	colleague  = access.Person{ID: "sun", Name: "孙和", Roles: []access.Role{access.Inspector}, Territory: "331024"}
	supervisor = access.Person{ID: "zhou", Name: "周正", Roles: []access.Role{access.Supervisor}, Territory: "3310"}
	second     = access.Person{ID: "wu", Name: "吴平", Roles: []access.Role{access.Supervisor}, Territory: "3310"}
	twofold    = access.Person{ID: "jin", Name: "金双", Roles: []access.Role{access.Inspector, access.Supervisor}, Territory: "331024"}
	elsewhere  = access.Person{ID: "qi", Name: "齐远", Roles: []access.Role{access.Supervisor, access.Inspector}, Territory: "331023"}
)

const firm = "91331024MA00000001"

func date(t testing.TB, text string) civil.Date {
	t.Helper()
	d, err := civil.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func facts(t testing.TB, due ...string) *casefile.Facts {
	f := &casefile.Facts{
		Employer: firm, Name: "仙居某某建筑劳务有限公司", Township: "331024001", County: "331024", Grounds: []string{casefile.ManyWorkers},
		AsOf: date(t, due[len(due)-1]) + 1, Run: 7, Warning: Detector,
	}
	for i, d := range due {
		f.Orders = append(f.Orders, casefile.OrderFact{ID: fmt.Sprint("O-", i+1), Source: "labor", Scope: "employer", ScopeID: firm, OpenedOn: date(t, d) - 10, DueOn: date(t, d), Workers: 12, AmountFen: 3_600_000})
	}
	f.Count()
	return f
}

func proposal() casefile.EntryAction {
	return casefile.EntryAction{Kind: casefile.Propose, OrderNo: "仙人社监令〔2026〕3号", Persons: []casefile.ListedPerson{
		{Name: "王小明", Capacity: casefile.LegalRepresentative}, {Name: "欧阳青", Capacity: casefile.DirectlyResponsible},
	}}
}

// procedure is one entry without a store.
type procedure struct {
	t      testing.TB
	cal    *calendar.Calendar
	s      *state
	today  civil.Date
	events []eventlog.Event
}

// newProcedure proposes the firm on a day by an order that was due on another.
func newProcedure(t testing.TB, due, today string) *procedure {
	t.Helper()
	p := &procedure{t: t, cal: calendar.China(), s: newState(), today: date(t, today)}
	f := facts(t, due)
	rests, refusal := propose(inspector, proposal(), f, p.today)
	if refusal != nil {
		t.Fatal(refusal)
	}
	terms := DefaultTerms("", p.today)
	data := actionData{EntryAction: proposal(), Terms: &terms}
	data.keep(f, rests)
	p.record(inspector, proposed, "", data)
	return p
}

func (p *procedure) record(by access.Person, kind, reason string, data actionData) {
	p.t.Helper()
	content, err := json.Marshal(data)
	if err != nil {
		p.t.Fatal(err)
	}
	e := eventlog.Event{ID: firm + "-1", Seq: p.s.entry.Seq + 1, At: p.today.Start().Add(9 * time.Hour).UTC(), Actor: by.ID, Kind: kind, Reason: reason, Data: content}
	if err := p.s.apply(e); err != nil {
		p.t.Fatal(err)
	}
	p.events = append(p.events, e)
}

// try takes a step today; it returns the refusal's code, "" for none.
func (p *procedure) try(by access.Person, a casefile.EntryAction) string {
	p.t.Helper()
	if r := p.s.judge(p.cal, by, a, p.today); r != nil {
		if r.Message.ZH == "" || r.Message.EN == "" || r.Basis == "" {
			p.t.Errorf("refusal %+v lacks a text or its basis", r)
		}
		return r.Code
	}
	if !p.s.late(p.cal, p.today) {
		a.LateReason = ""
	}
	p.record(by, steps[a.Kind].event, a.Reason, actionData{EntryAction: a, ByName: by.Name})
	return ""
}

func (p *procedure) on(day string) *procedure { p.today = date(p.t, day); return p }

func (p *procedure) must(by access.Person, kinds ...casefile.EntryActionKind) *procedure {
	p.t.Helper()
	for _, k := range kinds {
		if code := p.try(by, do(k)); code != "" {
			p.t.Fatalf("%s on %s at %s refused: %s", k, p.today, p.view().Stage, code)
		}
	}
	return p
}

func (p *procedure) view() casefile.Entry { return p.s.view(p.cal, p.today) }

// do is an action with everything it may need.
func do(kind casefile.EntryActionKind) casefile.EntryAction {
	return casefile.EntryAction{Kind: kind, Reason: "理由", DocumentNo: "仙人社〔2026〕9号", PromiseNo: "承诺书1", Bar: casefile.NewArrears, Granted: true}
}

// listedOn is an entry decided and listed on a day, by a notice long before.
func decidedOn(t testing.TB, due, notice, decision string) *procedure {
	t.Helper()
	p := newProcedure(t, due, notice).must(inspector, casefile.Notify).on(decision).must(supervisor, casefile.Decide)
	return p.must(inspector, casefile.List)
}

func TestEveryRuleOfTheProcedure(t *testing.T) {
	upheld := do(casefile.Verify)
	upheld.Upheld = true
	criminal := do(casefile.SetBar)
	criminal.Bar = casefile.Criminal
	refusal := do(casefile.DecideRemoval)
	refusal.Granted = false
	late := do(casefile.Decide)
	late.LateReason = "申辩核实历时较长"
	nothing := func(kind casefile.EntryActionKind) casefile.EntryAction { return casefile.EntryAction{Kind: kind} }

	for _, tt := range []struct {
		name string
		p    *procedure
		by   access.Person
		do   casefile.EntryAction
		want string
	}{
		// Notice and objection. A notice of Monday 9 March 2026 leaves until Monday the 16th.
		{"no decision without a notice", newProcedure(t, "2026-03-06", "2026-03-09"), supervisor, do(casefile.Decide), "stage"},
		{"a notice has a number", newProcedure(t, "2026-03-06", "2026-03-09"), inspector, nothing(casefile.Notify), "invalid"},
		{"a supervisor gives no notice", newProcedure(t, "2026-03-06", "2026-03-09"), supervisor, do(casefile.Notify), "role"},
		{"no decision on the day of the notice", newProcedure(t, "2026-03-06", "2026-03-09").must(inspector, casefile.Notify), supervisor, do(casefile.Decide), "too_early"},
		{"nor on the window's last day", newProcedure(t, "2026-03-06", "2026-03-09").must(inspector, casefile.Notify).on("2026-03-16"), supervisor, do(casefile.Decide), "too_early"},
		{"but on the day after", newProcedure(t, "2026-03-06", "2026-03-09").must(inspector, casefile.Notify).on("2026-03-17"), supervisor, do(casefile.Decide), ""},
		{"the window spans the Spring Festival of 2026", newProcedure(t, "2026-02-06", "2026-02-12").must(inspector, casefile.Notify).on("2026-02-26"), supervisor, do(casefile.Decide), "too_early"},
		{"with the make-up day before it", newProcedure(t, "2026-02-06", "2026-02-12").must(inspector, casefile.Notify).on("2026-02-27"), supervisor, do(casefile.Decide), ""},
		{"an objection on the window's last day", newProcedure(t, "2026-03-06", "2026-03-09").must(inspector, casefile.Notify).on("2026-03-16"), inspector, do(casefile.Object), ""},
		{"an objection after the window", newProcedure(t, "2026-03-06", "2026-03-09").must(inspector, casefile.Notify).on("2026-03-17"), inspector, do(casefile.Object), "too_late"},
		{"an objection before the notice", newProcedure(t, "2026-03-06", "2026-03-09"), inspector, do(casefile.Object), "stage"},
		{"no decision while an objection is not verified", newProcedure(t, "2026-03-06", "2026-03-09").must(inspector, casefile.Notify, casefile.Object).on("2026-03-25"), supervisor, do(casefile.Decide), "not_verified"},
		{"a verified objection need not wait for the window", newProcedure(t, "2026-03-06", "2026-03-09").must(inspector, casefile.Notify, casefile.Object, casefile.Verify), supervisor, do(casefile.Decide), ""},
		{"a second objection within the window waits again", newProcedure(t, "2026-03-06", "2026-03-09").must(inspector, casefile.Notify, casefile.Object, casefile.Verify, casefile.Object), supervisor, do(casefile.Decide), "not_verified"},
		{"a verification says what was found", newProcedure(t, "2026-03-06", "2026-03-09").must(inspector, casefile.Notify, casefile.Object), inspector, nothing(casefile.Verify), "invalid"},

		// Who decides, and by when. An order due on Friday 6 March leaves 20 working days, until Friday 3 April; with 20
		// more, past Qingming and Labour Day, until Thursday 7 May.
		{"an inspector does not decide", newProcedure(t, "2026-03-06", "2026-03-09").must(inspector, casefile.Notify).on("2026-03-17"), inspector, do(casefile.Decide), "role"},
		{"a supervisor of another county does not", newProcedure(t, "2026-03-06", "2026-03-09").must(inspector, casefile.Notify).on("2026-03-17"), elsewhere, do(casefile.Decide), "territory"},
		{"nor who gave the notice, supervisor or not", newProcedure(t, "2026-03-06", "2026-03-09").must(twofold, casefile.Notify).on("2026-03-17"), twofold, do(casefile.Decide), "same_person"},
		{"nor who verified the objection", newProcedure(t, "2026-03-06", "2026-03-09").must(inspector, casefile.Notify, casefile.Object).must(twofold, casefile.Verify), twofold, do(casefile.Decide), "same_person"},
		{"on the last day", newProcedure(t, "2026-03-06", "2026-03-09").must(inspector, casefile.Notify).on("2026-04-03"), supervisor, do(casefile.Decide), ""},
		{"a day later it wants a reason", newProcedure(t, "2026-03-06", "2026-03-09").must(inspector, casefile.Notify).on("2026-04-04"), supervisor, do(casefile.Decide), "late_reason"},
		{"and stands with one", newProcedure(t, "2026-03-06", "2026-03-09").must(inspector, casefile.Notify).on("2026-04-04"), supervisor, late, ""},
		{"a year later, too", newProcedure(t, "2025-03-06", "2026-03-09").must(inspector, casefile.Notify).on("2026-03-17"), supervisor, late, ""},
		{"a reason makes no inspector a supervisor", newProcedure(t, "2026-03-06", "2026-03-09").must(inspector, casefile.Notify).on("2026-04-04"), inspector, late, "role"},
		{"nor one who handled it another", newProcedure(t, "2026-03-06", "2026-03-09").must(twofold, casefile.Notify).on("2026-04-04"), twofold, late, "same_person"},
		{"nor does it hear the party", newProcedure(t, "2026-03-06", "2026-04-02").must(inspector, casefile.Notify).on("2026-04-07"), supervisor, late, "too_early"},
		{"nor answer an objection", newProcedure(t, "2026-03-06", "2026-04-02").must(inspector, casefile.Notify, casefile.Object).on("2026-04-20"), supervisor, late, "not_verified"},
		{"unless it was extended", newProcedure(t, "2026-03-06", "2026-03-09").must(inspector, casefile.Notify).on("2026-04-03").must(second, casefile.ExtendDecision).on("2026-05-07"), supervisor, do(casefile.Decide), ""},
		{"which ends too", newProcedure(t, "2026-03-06", "2026-03-09").must(inspector, casefile.Notify).on("2026-04-03").must(second, casefile.ExtendDecision).on("2026-05-08"), supervisor, do(casefile.Decide), "late_reason"},
		{"an extension comes before the term ends", newProcedure(t, "2026-03-06", "2026-03-09").must(inspector, casefile.Notify).on("2026-04-04"), second, do(casefile.ExtendDecision), "too_late"},
		{"and once", newProcedure(t, "2026-03-06", "2026-03-09").must(second, casefile.ExtendDecision), second, do(casefile.ExtendDecision), "extended_already"},
		{"not by who handles it", newProcedure(t, "2026-03-06", "2026-03-09").must(twofold, casefile.Notify), twofold, do(casefile.ExtendDecision), "same_person"},
		{"a decision of which nobody can count whether it is late wants a reason", newProcedure(t, "2026-12-15", "2026-12-16").must(inspector, casefile.Notify).on("2026-12-28"), supervisor, do(casefile.Decide), "late_reason"},
		{"and is not refused for a missing notice", newProcedure(t, "2026-12-15", "2026-12-16").must(inspector, casefile.Notify).on("2026-12-28"), supervisor, late, ""},
		{"but an extension counts from a day that is known", newProcedure(t, "2026-12-15", "2026-12-16").must(inspector, casefile.Notify), second, do(casefile.ExtendDecision), "deadline_unknown"},
		{"nor is a window there", newProcedure(t, "2026-12-15", "2026-12-29").must(inspector, casefile.Notify), supervisor, do(casefile.Decide), "deadline_unknown"},

		// Correction before the decision.
		{"a correction with a promise ends it", newProcedure(t, "2026-03-06", "2026-03-09").must(inspector, casefile.Notify, casefile.Correct), supervisor, do(casefile.Decide), "stage"},
		{"without a promise it does not", newProcedure(t, "2026-03-06", "2026-03-09"), inspector, casefile.EntryAction{Kind: casefile.Correct, Reason: "已付清"}, "no_promise"},
		{"a supervisor may leave it", newProcedure(t, "2026-03-06", "2026-03-09"), supervisor, do(casefile.DoNotList), ""},
		{"a revoked basis withdraws it", newProcedure(t, "2026-03-06", "2026-03-09"), supervisor, do(casefile.Withdraw), ""},

		// On the list from 17 March 2026, corrected on 20 April: six months end on 20 October.
		{"nobody is listed twice", decidedOn(t, "2026-03-06", "2026-03-09", "2026-03-17"), inspector, do(casefile.List), "stage"},
		{"no removal without a correction", decidedOn(t, "2026-03-06", "2026-03-09", "2026-03-17").on("2027-03-17"), inspector, do(casefile.RequestRemoval), "not_corrected"},
		{"none within six months of the correction", decidedOn(t, "2026-03-06", "2026-03-09", "2026-03-17").on("2026-04-20").must(inspector, casefile.Correct).on("2026-10-20"), inspector, do(casefile.RequestRemoval), "too_early"},
		{"one after six months", decidedOn(t, "2026-03-06", "2026-03-09", "2026-03-17").on("2026-04-20").must(inspector, casefile.Correct).on("2026-10-21"), inspector, do(casefile.RequestRemoval), ""},
		{"with a promise", decidedOn(t, "2026-03-06", "2026-03-09", "2026-03-17").on("2026-04-20").must(inspector, casefile.Correct).on("2026-10-21"), inspector, nothing(casefile.RequestRemoval), "invalid"},
		{"none after new arrears", decidedOn(t, "2026-03-06", "2026-03-09", "2026-03-17").on("2026-04-20").must(inspector, casefile.Correct, casefile.SetBar).on("2026-10-21"), inspector, do(casefile.RequestRemoval), "barred"},
		{"which nothing lifts", decidedOn(t, "2026-03-06", "2026-03-09", "2026-03-17").must(inspector, casefile.SetBar), supervisor, do(casefile.LiftBar), "no_bar"},
		{"a bar that comes after the application stops it", decidedOn(t, "2026-03-06", "2026-03-09", "2026-03-17").on("2026-04-20").must(inspector, casefile.Correct).on("2026-10-21").must(inspector, casefile.RequestRemoval, casefile.SetBar), supervisor, do(casefile.DecideRemoval), "barred"},
		{"but a refusal stays possible", decidedOn(t, "2026-03-06", "2026-03-09", "2026-03-17").on("2026-04-20").must(inspector, casefile.Correct).on("2026-10-21").must(inspector, casefile.RequestRemoval, casefile.SetBar), supervisor, refusal, ""},
		{"a removal is decided by another person", decidedOn(t, "2026-03-06", "2026-03-09", "2026-03-17").on("2026-04-20").must(inspector, casefile.Correct).on("2026-10-21").must(twofold, casefile.RequestRemoval), twofold, do(casefile.DecideRemoval), "same_person"},
		{"a bar is one of three", decidedOn(t, "2026-03-06", "2026-03-09", "2026-03-17"), inspector, casefile.EntryAction{Kind: casefile.SetBar, Reason: "x", Bar: "mood"}, "invalid"},
		{"after the term nothing is requested", decidedOn(t, "2026-03-06", "2026-03-09", "2026-03-17").must(inspector, casefile.Correct).on("2029-03-18"), inspector, do(casefile.RequestRemoval), "stage"},
		{"nobody acts unnamed", newProcedure(t, "2026-03-06", "2026-03-09"), access.Person{Roles: []access.Role{access.Inspector}, Territory: "33"}, do(casefile.Notify), "nobody"},
		{"no action that nobody knows", newProcedure(t, "2026-03-06", "2026-03-09"), inspector, do("forgive"), "invalid"},
	} {
		if got := tt.p.try(tt.by, tt.do); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}

	p := newProcedure(t, "2026-03-06", "2026-03-09").must(inspector, casefile.Notify, casefile.Object)
	if code := p.try(inspector, upheld); code != "" || p.view().Stage != casefile.NotListed {
		t.Errorf("an objection that holds: %q, %s", code, p.view().Stage)
	}
	p = decidedOn(t, "2026-03-06", "2026-03-09", "2026-03-17").on("2026-04-20").must(inspector, casefile.Correct)
	p.try(inspector, criminal)
	if code := p.on("2026-10-21").try(inspector, do(casefile.RequestRemoval)); code != "barred" {
		t.Errorf("criminal proceedings under way: %q", code)
	}
	if p.must(supervisor, casefile.LiftBar).must(inspector, casefile.RequestRemoval).must(supervisor, casefile.DecideRemoval); p.view().Stage != casefile.Removed {
		t.Errorf("removed after the proceedings ended without guilt: %s", p.view().Stage)
	}
}

func TestAProposalRestsOnTheRecords(t *testing.T) {
	today := date(t, "2026-03-09")
	change := func(f func(*casefile.Facts, *casefile.EntryAction)) (*casefile.Facts, casefile.EntryAction) {
		x, a := facts(t, "2026-02-02", "2026-03-06"), proposal()
		f(x, &a)
		return x, a
	}
	for _, tt := range []struct {
		name  string
		by    access.Person
		f     func(*casefile.Facts, *casefile.EntryAction)
		want  string
		order string
	}{
		{"the order due last is taken", inspector, func(*casefile.Facts, *casefile.EntryAction) {}, "", "O-2"},
		{"or the one named", inspector, func(_ *casefile.Facts, a *casefile.EntryAction) { a.OrderID = "O-1" }, "", "O-1"},
		{"one that the records lack", inspector, func(_ *casefile.Facts, a *casefile.EntryAction) { a.OrderID = "O-9" }, "no_order", ""},
		{"no order at all", inspector, func(f *casefile.Facts, _ *casefile.EntryAction) { f.Orders = nil }, "no_order", ""},
		{"an order due today", inspector, func(f *casefile.Facts, _ *casefile.EntryAction) { f.Orders[1].DueOn = today }, "order_running", ""},
		{"neither amount nor incident", inspector, func(f *casefile.Facts, _ *casefile.EntryAction) { f.Grounds = nil }, "no_ground", ""},
		{"a ground that the law does not know", inspector, func(f *casefile.Facts, _ *casefile.EntryAction) { f.Grounds = []string{"rumour"} }, "no_ground", ""},
		{"an incident alone is not enough", inspector, func(f *casefile.Facts, _ *casefile.EntryAction) { f.Grounds = []string{casefile.Incident} }, "no_effect", ""},
		{"nor is one whose effect is blank", inspector, func(f *casefile.Facts, a *casefile.EntryAction) {
			f.Grounds, a.Effect = []string{casefile.Incident}, " \n"
		}, "no_effect", ""},
		{"but one with its social effect in words", inspector, func(f *casefile.Facts, a *casefile.EntryAction) {
			f.Grounds, a.Effect = []string{casefile.Incident}, "六十余人围堵县政府大门，交通中断三小时"
		}, "", "O-2"},
		{"an effect of no incident", inspector, func(_ *casefile.Facts, a *casefile.EntryAction) { a.Effect = "人心惶惶" }, "no_incident", ""},
		{"without the number of the order", inspector, func(_ *casefile.Facts, a *casefile.EntryAction) { a.OrderNo = " " }, "invalid", ""},
		{"without the legal representative", inspector, func(_ *casefile.Facts, a *casefile.EntryAction) { a.Persons = a.Persons[1:] }, "no_representative", ""},
		{"by a supervisor", supervisor, func(*casefile.Facts, *casefile.EntryAction) {}, "role", ""},
		{"by an inspector of another county", elsewhere, func(*casefile.Facts, *casefile.EntryAction) {}, "territory", ""},
	} {
		f, a := change(tt.f)
		rests, r := propose(tt.by, a, f, today)
		got := ""
		if r != nil {
			got, rests = r.Code, offer{}
		}
		if got != tt.want || rests.order.ID != tt.order {
			t.Errorf("%s: %q and order %q, want %q and %q", tt.name, got, rests.order.ID, tt.want, tt.order)
		}
	}
	if _, r := propose(inspector, proposal(), nil, today); r == nil || r.Code != "no_candidate" {
		t.Errorf("an employer that is no candidate: %v", r)
	}
}

func TestATermEndsOnTheRightDay(t *testing.T) {
	for _, tt := range []struct{ due, notice, decision, until string }{
		{"2026-03-06", "2026-03-09", "2026-03-17", "2029-03-17"},
		{"2024-02-02", "2024-02-05", "2024-02-29", "2027-02-28"}, // no 29 February three years on
		{"2025-01-10", "2025-01-13", "2025-02-11", "2028-02-11"},
	} {
		p := decidedOn(t, tt.due, tt.notice, tt.decision)
		if got := p.view().Until.String(); got != tt.until {
			t.Errorf("decided on %s: until %s, want %s", tt.decision, got, tt.until)
		}
		if p.on(tt.until); p.view().Stage != casefile.Listed || len(Publish([]casefile.Entry{p.view()}, p.today).Employers) != 1 {
			t.Errorf("decided on %s: %s on the last day, want listed and published", tt.decision, p.view().Stage)
		}
		if p.today++; p.view().Stage != casefile.Expired || len(Publish([]casefile.Entry{p.view()}, p.today).Employers) != 0 {
			t.Errorf("decided on %s: %s on the day after, want expired and not published", tt.decision, p.view().Stage)
		}
	}
	for _, tt := range []struct {
		from   string
		months int
		want   string
	}{{"2026-08-31", 6, "2027-02-28"}, {"2027-08-31", 6, "2028-02-29"}, {"2026-04-20", 6, "2026-10-20"}} {
		if got := after(date(t, tt.from), 0, tt.months).String(); got != tt.want {
			t.Errorf("%d months from %s end on %s, want %s", tt.months, tt.from, got, tt.want)
		}
	}
}

func TestOfTwoStepsUnderOneNumberTheFirstCounts(t *testing.T) {
	p := newProcedure(t, "2026-03-06", "2026-03-09").must(inspector, casefile.Notify).on("2026-03-17").must(supervisor, casefile.Decide)
	for _, kind := range []string{verified, withdrawn, removalDecided} { // also what would make no sense after it
		forked := p.events[2]
		forked.Kind = kind
		s, err := fold(append(p.events[:3:3], forked))
		if err != nil || s.entry.Stage != casefile.Decided || s.entry.Seq != 3 {
			t.Errorf("%s beside the decision: %+v, %v", kind, s, err)
		}
	}
}

func TestTheDeadlinesOfAnEntry(t *testing.T) {
	p := newProcedure(t, "2026-03-06", "2026-03-09")
	expect := func(want string) {
		t.Helper()
		var got []string
		for _, d := range p.view().Deadlines {
			due := "?"
			if d.Due != nil {
				due = d.Due.String()[5:]
			}
			got = append(got, fmt.Sprintf("%s %s %s", d.Kind, due, d.State))
		}
		if text := strings.Join(got, ", "); text != want {
			t.Errorf("on %s: %s, want %s", p.today, text, want)
		}
	}
	expect("decision 04-03 running")
	p.must(inspector, casefile.Notify)
	expect("objection 03-16 running, decision 04-03 running")
	p.on("2026-03-16").must(inspector, casefile.Object)
	expect("verification 03-23 running, decision 04-03 running")
	p.on("2026-03-24")
	expect("verification 03-23 passed, decision 04-03 running")
	p.must(inspector, casefile.Verify).on("2026-03-31")
	expect("verification 03-23 met_late, decision 04-03 near")
	p.must(second, casefile.ExtendDecision)
	expect("verification 03-23 met_late, decision 05-07 running")
	p.must(supervisor, casefile.Decide)
	expect("verification 03-23 met_late, decision 05-07 met")
	p.must(inspector, casefile.List, casefile.Correct).on("2026-12-15").must(inspector, casefile.RequestRemoval)
	expect("verification 03-23 met_late, decision 05-07 met, removal ? unknown")
}

// An order whose time ended on Tuesday 29 September 2026 leaves twenty working days for the decision, past National Day, until
// Tuesday 27 October. Proposed on 30 November the procedure runs to its end, and says that it was late.
func TestAnOrderLongPastItsTermIsListedAllTheSameAndRecordedAsLate(t *testing.T) {
	p := newProcedure(t, "2026-09-22", "2026-11-30")
	if d := p.view().Deadlines[0]; d.Kind != casefile.ToDecide || d.Due.String() != "2026-10-27" || d.State != casefile.Passed {
		t.Errorf("when it is proposed the time for a decision is %+v", d)
	}
	p.must(inspector, casefile.Notify).on("2026-12-08")
	if code := p.try(second, do(casefile.ExtendDecision)); code != "too_late" {
		t.Errorf("an extension of a term that has passed: %q", code)
	}
	if code := p.try(supervisor, do(casefile.Decide)); code != "late_reason" {
		t.Errorf("without a reason: %q", code)
	}
	choices := p.s.choices(p.cal, supervisor, p.today)
	if i := slices.IndexFunc(choices, func(c casefile.EntryChoice) bool { return c.Kind == casefile.Decide }); i < 0 || choices[i].Refusal != nil {
		t.Errorf("the late decision is not offered: %+v", choices)
	}
	late := do(casefile.Decide)
	late.LateReason = "责令后企业多次承诺支付未兑现，11月下旬方移送"
	if code := p.try(supervisor, late); code != "" {
		t.Fatalf("the late decision: %q", code)
	}
	e := p.must(inspector, casefile.List).view()
	if d := e.Deadlines[len(e.Deadlines)-1]; e.Stage != casefile.Listed || e.LateReason != late.LateReason || d.State != casefile.MetLate {
		t.Errorf("listed late: %s, %q, %+v", e.Stage, e.LateReason, e.Deadlines)
	}
	if n := len(Publish([]casefile.Entry{e}, p.today).Employers); n != 1 {
		t.Errorf("%d published", n)
	}
}

func TestADecisionInTimeKeepsNoExcuse(t *testing.T) {
	p := newProcedure(t, "2026-03-06", "2026-03-09").must(inspector, casefile.Notify).on("2026-04-03")
	a := do(casefile.Decide)
	a.LateReason = "以防万一"
	if code := p.try(supervisor, a); code != "" || p.view().LateReason != "" {
		t.Errorf("%q, kept %q", code, p.view().LateReason)
	}
}

func TestTheAmountTestIsOfWhatIsStillRefused(t *testing.T) {
	c := DefaultConditions("", 0)
	order := func(workers uint32, yuan, paid int64) casefile.OrderFact {
		return casefile.OrderFact{Scope: "employer", ScopeID: firm, Workers: workers, AmountFen: yuan * 100, PaidFen: paid * 100}
	}
	for _, tt := range []struct {
		name      string
		orders    []casefile.OrderFact
		pay       int64 // yuan
		found     []string
		incidents uint32
		want      string
	}{
		{"ten workers and thirty thousand yuan", []casefile.OrderFact{order(10, 30_000, 0)}, 0, nil, 0, "[amount_many_workers]"},
		{"a yuan of it paid", []casefile.OrderFact{order(10, 30_000, 1)}, 0, []string{casefile.ManyWorkers}, 0, "[]"},
		{"five workers ordered twice are five", []casefile.OrderFact{order(5, 20_000, 0), order(5, 20_000, 0)}, 0, []string{casefile.ManyWorkers}, 0, "[]"},
		{"one worker, by the pay lists", []casefile.OrderFact{order(1, 18_000, 0)}, 0, []string{casefile.OneWorker}, 0, "[amount_one_worker]"},
		{"of which but four thousand are left", []casefile.OrderFact{order(1, 18_000, 14_000)}, 0, []string{casefile.OneWorker}, 0, "[]"},
		{"the mean of an order", []casefile.OrderFact{order(3, 45_000, 0)}, 5_000, nil, 0, "[amount_one_worker]"},
		{"less what was paid", []casefile.OrderFact{order(3, 45_000, 9_000)}, 5_000, nil, 0, "[]"},
		{"against no month's pay it says nothing", []casefile.OrderFact{order(3, 45_000, 0)}, 0, nil, 0, "[]"},
		{"an incident", []casefile.OrderFact{order(1, 100, 0)}, 0, nil, 1, "[incident]"},
	} {
		f := &casefile.Facts{Orders: tt.orders, MonthlyPayFen: tt.pay * 100, Incidents: tt.incidents}
		f.Count()
		if got := fmt.Sprint(c.grounds(f, tt.found)); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

// TestNoSequenceOfActionsBreaksTheLaw tries random actions by random persons on random days, and judges what came of it
// by the history alone.
func TestNoSequenceOfActionsBreaksTheLaw(t *testing.T) {
	people := []access.Person{inspector, colleague, supervisor, second, twofold, elsewhere}
	kinds := []casefile.EntryActionKind{
		casefile.Notify, casefile.Notify, casefile.Object, casefile.Verify, casefile.ExtendDecision, casefile.Correct, casefile.Decide, casefile.Decide, casefile.Decide,
		casefile.DoNotList, casefile.List, casefile.List, casefile.SetBar, casefile.LiftBar, casefile.RequestRemoval, casefile.DecideRemoval, casefile.Withdraw,
	}
	// Late in a procedure actions that end it are rare, or few random walks would get to the list.
	rare := []casefile.EntryActionKind{casefile.Withdraw, casefile.DoNotList, casefile.Correct, casefile.SetBar}
	reached := map[casefile.EntryStage]int{}
	for seed := range uint64(1200) {
		random := rand.New(rand.NewPCG(seed, 45))
		p := newProcedure(t, "2024-03-08", "2024-03-11")
		for range 120 {
			a := do(kinds[random.IntN(len(kinds))])
			if p.view().Stage != casefile.Listed && slices.Contains(rare, a.Kind) && random.IntN(20) > 0 {
				continue
			}
			a.Granted, a.Upheld = random.IntN(3) > 0, random.IntN(4) == 0
			if random.IntN(2) == 0 {
				a.LateReason = "案情复杂"
			}
			a.Bar = []casefile.BarKind{casefile.NewArrears, casefile.Criminal, casefile.Criminal}[random.IntN(3)]
			p.try(people[random.IntN(len(people))], a)
			check(t, p, seed)
			step := random.IntN(3)
			if p.view().Stage.OnList() {
				step = random.IntN(40)
			}
			p.today += civil.Date(step)
			check(t, p, seed)
		}
		reached[p.view().Stage]++
	}
	t.Logf("reached: %v", reached)
	for _, stage := range []casefile.EntryStage{casefile.Expired, casefile.Removed, casefile.Withdrawn, casefile.NotListed} {
		if reached[stage] == 0 {
			t.Errorf("no sequence reached %s: the test proves little", stage)
		}
	}
}

// check derives from the history what the law asks for.
func check(t *testing.T, p *procedure, seed uint64) {
	t.Helper()
	x := p.view()
	fail := func(format string, args ...any) {
		t.Helper()
		var story []string
		for _, e := range p.events {
			story = append(story, fmt.Sprintf("%s %s by %s", civil.DateOf(e.At), e.Kind, e.Actor))
		}
		t.Fatalf("seed %d, %s at %s: %s\n%s", seed, p.today, x.Stage, fmt.Sprintf(format, args...), strings.Join(story, "\n"))
	}
	find := func(kind string) *eventlog.Event {
		for i := len(p.events) - 1; i >= 0; i-- {
			if p.events[i].Kind == kind {
				return &p.events[i]
			}
		}
		return nil
	}
	roles := map[string][]access.Role{}
	for _, who := range []access.Person{inspector, colleague, supervisor, second, twofold} {
		roles[who.ID] = who.Roles
	}

	if d := find(decided); d != nil {
		n := find(notified)
		if n == nil || n.Seq > d.Seq {
			fail("decided without a notice")
		}
		if !slices.Contains(roles[d.Actor], access.Supervisor) {
			fail("decided by %s, who is no supervisor of the place", d.Actor)
		}
		objections, answers := 0, 0
		for _, e := range p.events[:d.Seq-1] {
			switch e.Kind {
			case objected:
				objections++
			case verified:
				answers++
			case corrected, notListed, withdrawn:
				fail("decided after %s", e.Kind)
			}
			if (e.Kind == proposed || e.Kind == notified || e.Kind == verified) && e.Actor == d.Actor {
				fail("decided by %s, who had handled it", d.Actor)
			}
		}
		day := civil.DateOf(d.At)
		window, err := p.cal.AddWorkdays(civil.DateOf(n.At), 5)
		if err != nil {
			t.Fatal(err)
		}
		if objections != answers || objections == 0 && day <= window {
			fail("decided on %s: %d objections, %d verified, window until %s", day, objections, answers, window)
		}
		term := 20
		if e := find(extended); e != nil {
			term = 40
		}
		last, _ := p.cal.AddWorkdays(x.Order.DueOn, term)
		if day <= x.Order.DueOn || (day > last) != (x.LateReason != "") {
			fail("decided on %s, with the term until %s and the reason %q", day, last, x.LateReason)
		}
	}
	if x.Stage.OnList() && (find(decided) == nil || find(listed) == nil) {
		fail("on the list without decision and publication")
	}
	if r := find(removalDecided); x.Stage == casefile.Removed {
		c := find(corrected)
		if c == nil {
			fail("removed without a correction")
		}
		from := max(civil.DateOf(c.At), civil.DateOf(find(decided).At))
		if asked := civil.DateOf(find(removalRequested).At); asked <= after(from, 0, 6) {
			fail("removal requested on %s, within six months of %s", asked, from)
		}
		open := 0
		for _, e := range p.events[:r.Seq-1] {
			var a actionData
			_ = json.Unmarshal(e.Data, &a)
			switch {
			case e.Kind == barSet && a.Bar == casefile.NewArrears:
				fail("removed in spite of new arrears")
			case e.Kind == barSet:
				open++
			case e.Kind == barLifted:
				open = 0
			}
		}
		if open > 0 {
			fail("removed during criminal proceedings")
		}
		if !slices.Contains(roles[r.Actor], access.Supervisor) || find(removalRequested).Actor == r.Actor {
			fail("the removal was decided by %s", r.Actor)
		}
	}
	public := len(Publish([]casefile.Entry{x}, p.today).Employers) == 1
	on := find(listed) != nil && find(withdrawn) == nil && x.Stage != casefile.Removed && p.today <= after(civil.DateOf(find(decided).At), 3, 0)
	if public != on {
		fail("published: %v, want %v", public, on)
	}
}
