package cases

import (
	"reflect"
	"slices"
	"testing"

	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

func wages(t *testing.T, asOf string, run uint64, workers uint32, fen int64) *casefile.Owed {
	from, to := date(t, "2025-12-01").Month(), date(t, "2026-01-01").Month()
	return &casefile.Owed{
		AsOf: *date(t, asOf), Run: run, Employer: "91331024MA00000001", EmployerName: "浙江恒远建设有限公司", Warnings: []string{"wages-overdue"},
		Listed:    &casefile.Claim{Workers: workers, AmountFen: fen, From: from, To: to, Records: []string{"S-1", "S-2"}, Total: 2 * workers},
		Estimated: &casefile.Claim{Workers: 63, AmountFen: 99_000_000, From: from, To: to},
	}
}

func (d *desk) tell(asOf string, run uint64, owed *casefile.Owed) int {
	d.t.Helper()
	all := map[string]*casefile.Owed{}
	if owed != nil {
		all[one] = owed
	}
	if err := d.Tell(d.t.Context(), *date(d.t, asOf), run, all); err != nil {
		d.t.Fatal(err)
	}
	_, kinds := get(d.t, d.Store, one)
	n := 0
	for _, k := range kinds {
		if k == casefile.OwedTold {
			n++
		}
	}
	return n
}

func TestACaseKnowsWhatTheRecordsSayIsOwed(t *testing.T) {
	d := newDesk(t)
	d.fires("red")
	if n := d.tell("2026-03-07", 1, nil); n != 0 {
		t.Errorf("%d events say that nothing is owed where nothing ever was", n)
	}
	if n := d.tell("2026-03-08", 2, wages(t, "2026-03-08", 2, 65, 135_800_000)); n != 1 {
		t.Errorf("%d events", n)
	}
	c, _ := get(t, d.Store, one)
	if c.Owed == nil || c.Owed.Listed.Workers != 65 || c.Owed.Estimated.Workers != 63 || c.Owed.EmployerName != "浙江恒远建设有限公司" {
		t.Errorf("owed: %+v", c.Owed)
	}
	if n := d.tell("2026-03-09", 3, wages(t, "2026-03-09", 3, 65, 135_800_000)); n != 1 {
		t.Errorf("a run that says the same is told: %d events", n)
	}
	if n := d.tell("2026-03-01", 4, wages(t, "2026-03-01", 4, 12, 100)); n != 1 {
		t.Errorf("a run over an earlier date is told: %d events", n)
	}
	// Half was paid, then all: what no run finds any more is not owed any more, and is not filled into an order.
	if n := d.tell("2026-03-10", 5, wages(t, "2026-03-10", 5, 30, 60_000_000)); n != 2 {
		t.Errorf("%d events", n)
	}
	if n := d.tell("2026-03-11", 6, nil); n != 3 {
		t.Errorf("%d events", n)
	}
	c, _ = get(t, d.Store, one)
	if !c.Owed.Nothing() || c.Owed.AsOf != *date(t, "2026-03-11") || c.Owed.Employer != "91331024MA00000001" {
		t.Errorf("nothing is owed any more: %+v", c.Owed)
	}
	if n := d.tell("2026-03-12", 7, nil); n != 3 {
		t.Errorf("told again: %d events", n)
	}
	again := open(t, d.conn, d.now)
	if reread, _ := get(t, again, one); !reflect.DeepEqual(reread.Owed, c.Owed) {
		t.Errorf("after a restart %+v, want %+v", reread.Owed, c.Owed)
	}
}

func TestAnOrderKeepsItsSourceAndWhomItBinds(t *testing.T) {
	d := newDesk(t)
	d.fires("red")
	d.tell("2026-03-08", 2, wages(t, "2026-03-08", 2, 65, 135_800_000))
	d.must(inspector, act(casefile.Accept))
	d.must(inspector, act(casefile.Investigate))
	from, to := date(t, "2025-12-01").Month(), date(t, "2026-01-01").Month()
	a := order(t, "2026-03-20")
	a.WageFrom, a.WageTo = &to, &from
	if code := d.try(inspector, a); code != "invalid" {
		t.Errorf("months the wrong way round: %q", code)
	}
	a.WageFrom, a.WageTo = &from, &to
	a.Employer = "恒远"
	if code := d.try(inspector, a); code != "invalid" {
		t.Errorf("a name for a credit code: %q", code)
	}
	a.Employer = ""
	c := d.must(inspector, a)
	o := c.Order
	if o.Employer != "91331024MA00000001" || o.EmployerName != "浙江恒远建设有限公司" || *o.WageFrom != from || *o.WageTo != to {
		t.Errorf("the order binds %+v", o)
	}
	if o.Source == nil || o.Source.Listed.AmountFen != 135_800_000 || o.Source.Estimated != nil || o.Source.Run != 2 {
		t.Errorf("its source: %+v", o.Source)
	}
	// Twenty working days after Friday 20 March, past Qingming: Monday 20 April.
	if by := o.DecideBy; by == nil || by.Due.String() != "2026-04-20" || by.State != casefile.Running {
		t.Errorf("the last day for a decision on listing: %+v", by)
	}
	d.at("2026-04-21")
	if c, _ = get(t, d.Store, one); c.Order.DecideBy.State != casefile.Passed {
		t.Errorf("on the day after: %+v", c.Order.DecideBy)
	}
	// A fresh order replaces it, and has a term of its own; what is paid in full has none.
	fresh := order(t, "2026-04-30")
	fresh.DocumentNo, fresh.Employer, fresh.EmployerName = "仙人社监令〔2026〕4号", "91331024MA00000002", "某劳务有限公司"
	if c = d.must(inspector, fresh); c.Order.EmployerName != "某劳务有限公司" || c.Order.DecideBy.State != casefile.Running {
		t.Errorf("a fresh order: %+v", c.Order)
	}
	if c = d.must(inspector, casefile.Action{Kind: casefile.RecordPayment, Workers: 12, AmountFen: 3_000_000}); c.Order.DecideBy != nil {
		t.Errorf("paid in full: %+v", c.Order)
	}
}

// Grid workers and township heads search out and mediate (国办发〔2024〕54号; Reg. 4); what is owed is closed by others, and by
// payment. At no stage, and wherever the case is handled, is a township offered to end one.
func TestATownshipEndsNothing(t *testing.T) {
	for _, stage := range casefile.Stages {
		for _, scope := range []catalog.Scope{catalog.Project, catalog.Employer, catalog.Township} {
			for _, cleared := range []bool{false, true} {
				c := casefile.Case{Scope: scope, Stage: stage, Township: "331024001", Territory: "331024001", Department: casefile.Housing, Cleared: cleared}
				if offered := Allowed(c, head); !slices.Equal(offered, []casefile.ActionKind{casefile.Comment}) {
					t.Errorf("at %s of a %s a township head is offered %v", stage, scope, offered)
				}
				for kind := range steps {
					if kind == casefile.Comment {
						continue
					}
					a := casefile.Action{Kind: kind, Reason: "已付清", DocumentNo: "1", Workers: 1, AmountFen: 1, Settled: true, Path: casefile.Mediation, Assignee: "x", Territory: "331024",
						DueOn: date(t, "2026-04-01"), File: &casefile.File{Name: "x", KeptAt: "y", SHA256: "0000000000000000000000000000000000000000000000000000000000000000"}}
					if err := Judge(c, head, a, DefaultTerms("", 0), civil.NewDate(2026, 3, 9)); err == nil {
						t.Errorf("a township head may %s at %s", kind, stage)
					}
				}
			}
		}
	}
}
