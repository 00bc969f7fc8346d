package cases

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// ordered is a desk whose case was ordered to pay 30,000 yuan by 20 March; 5,000 came.
func ordered(t *testing.T) *desk {
	d := registered(t)
	d.fires("red")
	d.must(inspector, act(casefile.Accept))
	d.must(inspector, act(casefile.Investigate))
	d.must(inspector, order(t, "2026-03-20"))
	d.must(inspector, pay(500_000))
	return d
}

func remedy(t *testing.T, kind casefile.Remedy, due string, fen int64) casefile.Action {
	a := casefile.Action{Kind: casefile.TakeRemedy, Remedy: kind, DocumentNo: "仙人社" + string(kind) + "〔2026〕1号", Workers: 12, AmountFen: fen, HeardOn: date(t, "2026-03-22")}
	if due != "" {
		a.DueOn = date(t, due)
	}
	if kind == casefile.AdvancePayment {
		a.Advancer = casefile.ByDeveloper
	}
	return a
}

func TestEachRemedyHasItsRules(t *testing.T) {
	without := func(a casefile.Action, leave func(*casefile.Action)) casefile.Action { leave(&a); return a }
	for _, tt := range []struct {
		name   string
		on     string // a day; before it non-payment is recorded unless first is set
		first  bool
		by     access.Person
		action casefile.Action
		want   string
	}{
		{"non-payment before the order's date", "2026-03-20", true, inspector, remedy(t, casefile.NonPayment, "", 0), "order_running"},
		{"non-payment after it", "2026-03-23", true, inspector, remedy(t, casefile.NonPayment, "", 0), ""},
		{"non-payment twice", "2026-03-23", false, inspector, remedy(t, casefile.NonPayment, "", 0), "taken_already"},
		{"anything before non-payment is recorded", "2026-03-23", true, inspector, remedy(t, casefile.DepositDraw, "", 100_000), "non_payment_first"},
		{"a township head", "2026-03-23", false, head, remedy(t, casefile.Demand, "2026-04-10", 0), "role"},
		{"an inspector of another county", "2026-03-23", false, elsewhere, remedy(t, casefile.Demand, "2026-04-10", 0), "territory"},
		{"a demand", "2026-03-23", false, inspector, remedy(t, casefile.Demand, "2026-04-10", 0), ""},
		{"a demand of nine days", "2026-03-23", false, inspector, remedy(t, casefile.Demand, "2026-04-01", 0), "demand_short"},
		{"a demand of ten days", "2026-03-23", false, inspector, remedy(t, casefile.Demand, "2026-04-02", 0), ""},
		{"a demand without a number", "2026-03-23", false, inspector, without(remedy(t, casefile.Demand, "2026-04-10", 0), func(a *casefile.Action) { a.DocumentNo = "" }), "invalid"},
		{"compensation of half", "2026-03-23", false, inspector, remedy(t, casefile.AdditionalCompensation, "2026-04-10", 1_250_000), ""},
		{"compensation of all", "2026-03-23", false, inspector, remedy(t, casefile.AdditionalCompensation, "2026-04-10", 2_500_000), ""},
		{"a fen less than half", "2026-03-23", false, inspector, remedy(t, casefile.AdditionalCompensation, "2026-04-10", 1_249_999), "compensation_range"},
		{"a fen more than all", "2026-03-23", false, inspector, remedy(t, casefile.AdditionalCompensation, "2026-04-10", 2_500_001), "compensation_range"},
		{"compensation by an officer of housing", "2026-03-23", false, housing, remedy(t, casefile.AdditionalCompensation, "2026-04-10", 1_250_000), "role"},
		{"compensation unheard", "2026-03-23", false, inspector, without(remedy(t, casefile.AdditionalCompensation, "2026-04-10", 1_250_000), func(a *casefile.Action) { a.HeardOn = nil }), "invalid"},
		{"compensation heard tomorrow", "2026-03-23", false, inspector, without(remedy(t, casefile.AdditionalCompensation, "2026-04-10", 1_250_000), func(a *casefile.Action) { a.HeardOn = date(t, "2026-03-24") }), "heard_first"},
		{"the deposit", "2026-03-23", false, inspector, remedy(t, casefile.DepositDraw, "", 2_500_000), ""},
		{"the deposit beyond what is unpaid", "2026-03-23", false, inspector, remedy(t, casefile.DepositDraw, "", 2_500_001), "more_than_unpaid"},
		{"the deposit without an amount", "2026-03-23", false, inspector, remedy(t, casefile.DepositDraw, "", 0), "invalid"},
		{"an advance", "2026-03-23", false, housing, remedy(t, casefile.AdvancePayment, "2026-04-10", 2_000_000), ""},
		{"an advance by nobody", "2026-03-23", false, housing, without(remedy(t, casefile.AdvancePayment, "2026-04-10", 2_000_000), func(a *casefile.Action) { a.Advancer = "" }), "invalid"},
		{"an advance until today", "2026-03-23", false, housing, remedy(t, casefile.AdvancePayment, "2026-03-23", 2_000_000), "due_date"},
		{"the fund by an inspector", "2026-03-23", false, inspector, remedy(t, casefile.EmergencyFund, "", 600_000), "role"},
		{"the fund by a supervisor", "2026-03-23", false, supervisor, remedy(t, casefile.EmergencyFund, "", 600_000), ""},
		{"a decision", "2026-03-23", false, inspector, remedy(t, casefile.AdministrativeDecision, "2026-04-10", 0), ""},
		{"enforcement without a decision", "2026-03-23", false, inspector, remedy(t, casefile.Enforcement, "", 2_500_000), "decision_first"},
		{"referral", "2026-03-23", false, inspector, remedy(t, casefile.Referral, "", 0), ""},
		{"the list is no step of the case", "2026-03-23", false, inspector, remedy(t, casefile.Listing, "", 0), "invalid"},
		{"no such remedy", "2026-03-23", false, inspector, remedy(t, "prayer", "", 0), "invalid"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := opened(t, day(t, "2026-03-09", 0))
			l.alert(day(t, "2026-03-09", 1), "red", day(t, "2026-03-09", 0), time.Time{})
			for i, a := range []casefile.Action{act(casefile.Accept), {Kind: casefile.Investigate}, order(t, "2026-03-20"), pay(500_000)} {
				l.add(day(t, "2026-03-09", 2+i), steps[a.Kind].event, actionData{Action: a, Workdays: 60})
			}
			if !tt.first {
				l.add(day(t, "2026-03-21", 0), casefile.RemedyTaken, actionData{Action: casefile.Action{Kind: casefile.TakeRemedy, Remedy: casefile.NonPayment, AmountFen: 2_500_000}})
			}
			err := Judge(l.fold(), tt.by, tt.action, DefaultTerms("", 0), *date(t, tt.on))
			got := ""
			if r, ok := err.(*casefile.Refusal); ok {
				got = r.Code
				if r.Basis == "" || r.Message.ZH == "" || r.Message.EN == "" {
					t.Errorf("%+v lacks a text or its rule", r)
				}
			}
			if got != tt.want {
				t.Errorf("refused %q (%v), want %q", got, err, tt.want)
			}
		})
	}
}

func TestAnUnmetOrderLeadsOnToTheCourtAndWhatComesIsAddedUp(t *testing.T) {
	d := ordered(t)
	if got := d.Remedies(first(d), inspector); got != nil {
		t.Errorf("before the order's date %d remedies are offered", len(got))
	}
	d.at("2026-03-23")
	offered := func(who access.Person, want string) {
		t.Helper()
		var all []string
		for _, one := range d.Remedies(first(d), who) {
			if one.Refusal == nil {
				all = append(all, string(one.Remedy))
			}
		}
		if got := strings.Join(all, " "); got != want {
			t.Errorf("%s is offered %s, want %s", who.ID, got, want)
		}
	}
	offered(inspector, "non_payment listing publication")
	c := d.must(inspector, remedy(t, casefile.NonPayment, "", 0))
	if r := c.Remedies[0]; r.AmountFen != 2_500_000 || r.Workers != 12 || r.OrderSeq != c.Order.Seq {
		t.Errorf("non-payment stands as %+v", r)
	}
	offered(inspector, "demand additional_compensation deposit_draw advance_payment administrative_decision criminal_referral listing publication")
	offered(housing, "demand advance_payment listing publication")
	offered(supervisor, "additional_compensation deposit_draw advance_payment emergency_fund administrative_decision criminal_referral listing publication")
	for _, one := range d.Remedies(first(d), inspector) {
		if one.Remedy == casefile.AdditionalCompensation && *one.Compensation != (casefile.Compensation{BaseFen: 2_500_000, LeastFen: 1_250_000, MostFen: 2_500_000, Least: 50, Most: 100}) {
			t.Errorf("the range of compensation is %+v", *one.Compensation)
		}
	}

	// The deposit pays a part; ten working days later it is to be full again.
	c = d.must(inspector, remedy(t, casefile.DepositDraw, "", 1_000_000))
	deposit := c.Remedies[1].Seq
	d.must(inspector, casefile.Action{Kind: casefile.PayByRemedy, RemedyNo: deposit, Workers: 5, AmountFen: 800_000})
	if code := d.try(inspector, casefile.Action{Kind: casefile.PayByRemedy, RemedyNo: deposit, Workers: 5, AmountFen: 200_001}); code != "more_than_asked" {
		t.Errorf("more than was drawn: %q", code)
	}
	if got := d.deadline(casefile.ToTopUp); got != "2026-04-07 running" { // over Qingming
		t.Errorf("to be topped up by %s", got)
	}
	if code := d.try(inspector, casefile.Action{Kind: casefile.RecoverRemedy, RemedyNo: deposit, AmountFen: 800_001}); code != "more_than_advanced" {
		t.Errorf("more than was paid: %q", code)
	}
	c = d.must(inspector, casefile.Action{Kind: casefile.RecoverRemedy, RemedyNo: deposit, AmountFen: 800_000})
	if got := d.deadline(casefile.ToTopUp); got != "2026-04-07 met" || c.Order.PaidFen != 1_300_000 || c.PaidFen != 1_300_000 {
		t.Errorf("topped up: %s, paid %d of the order", got, c.Order.PaidFen)
	}

	// Living costs from the fund, and compensation, are no wages of the order.
	fund := remedy(t, casefile.EmergencyFund, "", 300_000)
	fund.LivingCosts = true
	c = d.must(supervisor, fund)
	c = d.must(supervisor, casefile.Action{Kind: casefile.PayByRemedy, RemedyNo: c.Remedies[2].Seq, Workers: 12, AmountFen: 300_000})
	c = d.must(inspector, remedy(t, casefile.AdditionalCompensation, "2026-04-10", 1_250_000))
	c = d.must(inspector, casefile.Action{Kind: casefile.PayByRemedy, RemedyNo: c.Remedies[3].Seq, Workers: 12, AmountFen: 1_250_000})
	if c.Order.PaidFen != 1_300_000 || c.Remedies[3].PaidFen != 1_250_000 || c.Stage != casefile.Ordered {
		t.Errorf("paid %d of the order at stage %s", c.Order.PaidFen, c.Stage)
	}

	// To the court: a decision, a demand, and their time.
	d.must(inspector, remedy(t, casefile.AdministrativeDecision, "2026-04-08", 0))
	if code := d.try(inspector, remedy(t, casefile.Enforcement, "", 1_700_000)); code != "decision_running" {
		t.Errorf("while the decision runs: %q", code)
	}
	d.at("2026-04-09")
	if code := d.try(inspector, remedy(t, casefile.Enforcement, "", 1_700_000)); code != "demand_first" {
		t.Errorf("without a demand: %q", code)
	}
	d.must(inspector, remedy(t, casefile.Demand, "2026-04-20", 0))
	if got := d.deadline(casefile.ToObey); got != "2026-04-10 met" { // the compensation's
		t.Errorf("to be obeyed by %s", got)
	}
	if code := d.try(inspector, remedy(t, casefile.Enforcement, "", 1_700_000)); code != "demand_running" {
		t.Errorf("while the demand runs: %q", code)
	}
	d.at("2026-04-21")
	if code := d.try(inspector, remedy(t, casefile.Enforcement, "", 1_700_001)); code != "more_than_unpaid" {
		t.Errorf("more than is unpaid: %q", code)
	}
	c = d.must(inspector, remedy(t, casefile.Enforcement, "", 1_700_000))
	c = d.must(inspector, casefile.Action{Kind: casefile.PayByRemedy, RemedyNo: c.Remedies[len(c.Remedies)-1].Seq, Workers: 12, AmountFen: 1_700_000})
	if c.Stage != casefile.Paid || c.Order.UnpaidFen() != 0 {
		t.Errorf("enforced: stage %s, unpaid %d", c.Stage, c.Order.UnpaidFen())
	}
	// Recovery goes on after the case has ended.
	c = d.must(supervisor, because(casefile.Close))
	c = d.must(supervisor, casefile.Action{Kind: casefile.RecoverRemedy, RemedyNo: c.Remedies[2].Seq, AmountFen: 300_000})
	if c.Remedies[2].RecoveredFen != 300_000 || c.Stage != casefile.Closed {
		t.Errorf("recovered %d at stage %s", c.Remedies[2].RecoveredFen, c.Stage)
	}
	// A case that is opened again begins anew: what followed the earlier order is none of the next.
	d.fires("red")
	if got := first(d).Taken(casefile.NonPayment); len(got) != 0 || len(first(d).Remedies) == 0 {
		t.Errorf("opened again: %d of %d remedies follow no order", len(got), len(first(d).Remedies))
	}
}

func first(d *desk) casefile.Case {
	c, _ := get(d.t, d.Store, one)
	return c
}

func TestAReferralIsTheSidePathOfThatName(t *testing.T) {
	d := ordered(t)
	d.at("2026-03-23")
	d.must(inspector, remedy(t, casefile.NonPayment, "", 0))
	c := d.must(inspector, remedy(t, casefile.Referral, "", 0))
	if len(c.SidePaths) != 1 || c.SidePaths[0] != casefile.CriminalReferral {
		t.Errorf("side paths %v", c.SidePaths)
	}
}

func TestWhatABankPaidReachesTheCaseOnce(t *testing.T) {
	d := ordered(t)
	seq := first(d).Order.Seq
	tell := func(run uint64, fen int64, orderSeq uint32) {
		t.Helper()
		if err := d.TellPaid(t.Context(), map[string]*casefile.PaidByRecords{one: {OrderSeq: orderSeq, AsOf: *date(t, "2026-03-23"), Run: run, Workers: 3, AmountFen: fen}, "project:none": {OrderSeq: 1}}); err != nil {
			t.Fatal(err)
		}
	}
	before := first(d).Seq
	tell(1, 0, seq) // nothing: not told
	tell(2, 700_000, seq)
	tell(3, 700_000, seq)     // the same
	tell(1, 1, seq)           // of before
	tell(4, 900_000, seq+100) // about another order
	c := first(d)
	if c.Order.Told == nil || c.Order.Told.AmountFen != 700_000 || c.Seq != before+1 || c.Order.PaidFen != 500_000 {
		t.Errorf("told %+v after %d events; recorded %d", c.Order.Told, c.Seq-before, c.Order.PaidFen)
	}
	c = d.must(inspector, pay(700_000)) // a person recorded it
	if c.Order.Told == nil || c.Order.PaidFen != 1_200_000 {
		t.Errorf("after it was recorded: %+v", c.Order)
	}
}

func TestNumbersFollowTheOfficesRuleAndAreUniqueInAllProcesses(t *testing.T) {
	rules := func(paper, place string, _ civil.Date) string {
		return map[string]string{FilingPaper: "{county}人社监案字〔{year}〕第{n}号", OrderPaper: "{county}人社监令〔{year}〕{n}号"}[paper]
	}
	conn := database(t)
	now := day(t, "2026-03-09", 0)
	var stores []*Store
	for range 3 {
		s, err := Open(t.Context(), Dependencies{Conn: conn, Calendar: calendar.China(), Clock: func() time.Time { return now }, Numbers: rules})
		if err != nil {
			t.Fatal(err)
		}
		stores = append(stores, s)
	}
	const each = 4
	var alerts []Alert
	for i := range each * len(stores) {
		a := warning(fmt.Sprint("P-", i), "red", now, time.Time{})
		a.Fingerprint = fmt.Sprint(i)
		alerts = append(alerts, a)
	}
	deliver(t, stores[0], alerts...)
	act := func(s *Store, id string, a casefile.Action) error {
		c, _, err := s.Get(t.Context(), id)
		if err == nil {
			_, err = s.Act(t.Context(), inspector, casefile.Step{CaseID: id, Seq: c.Seq, Action: a})
		}
		return err
	}
	var all sync.WaitGroup
	for p, s := range stores {
		all.Go(func() {
			for i := range each {
				id := fmt.Sprint("project:P-", p*each+i)
				for _, a := range []casefile.Action{{Kind: casefile.Accept}, {Kind: casefile.Investigate}, {Kind: casefile.OrderPayment, DueOn: date(t, "2026-03-20"), Workers: 1, AmountFen: 1}} {
					if err := act(s, id, a); err != nil {
						t.Errorf("%s %s: %v", id, a.Kind, err)
					}
				}
			}
		})
	}
	all.Wait()
	files, orders := map[string]bool{}, map[string]bool{}
	for i := range each * len(stores) {
		c, _ := get(t, stores[0], fmt.Sprint("project:P-", i))
		files[c.FileNo], orders[c.Order.DocumentNo] = true, true
	}
	for n := 1; n <= each*len(stores); n++ {
		if no := fmt.Sprintf("仙居县人社监案字〔2026〕第%d号", n); !files[no] {
			t.Errorf("no case has the number %s: %v", no, files)
		}
		if no := fmt.Sprintf("仙居县人社监令〔2026〕%d号", n); !orders[no] {
			t.Errorf("no order has the number %s", no)
		}
	}
	// A number that somebody types is theirs, once; the next is after it; a new year begins anew.
	number := func(a casefile.Action, id string) string {
		t.Helper()
		if err := act(stores[1], id, a); err != nil {
			if r, ok := err.(*casefile.Refusal); ok {
				return r.Code
			}
			t.Fatal(err)
		}
		c, _ := get(t, stores[2], id)
		return c.Order.DocumentNo
	}
	order := func(no string) casefile.Action {
		return casefile.Action{Kind: casefile.OrderPayment, DocumentNo: no, DueOn: date(t, "2027-03-20"), Workers: 1, AmountFen: 1}
	}
	now = day(t, "2026-03-23", 0)
	for _, step := range [][3]string{
		{"project:P-0", "仙居县人社监令〔2026〕3号", "number_taken"}, {"project:P-0", " 仙居县人社监令〔2026〕40号 ", "仙居县人社监令〔2026〕40号"}, {"project:P-1", "", "仙居县人社监令〔2026〕41号"}, {"project:P-2", "旧〔2026〕9号", "旧〔2026〕9号"}, {"project:P-3", "", "仙居县人社监令〔2026〕42号"},
	} {
		if got := number(order(step[1]), step[0]); got != step[2] {
			t.Errorf("%s typed %q: %s, want %s", step[0], step[1], got, step[2])
		}
	}
	now = day(t, "2027-01-04", 0)
	if got := number(order(""), "project:P-4"); got != "仙居县人社监令〔2027〕1号" {
		t.Errorf("in a new year: %s", got)
	}
}
