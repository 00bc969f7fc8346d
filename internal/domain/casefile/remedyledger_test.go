package casefile

import (
	"fmt"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

func TestTheLedgerCountsNothingTwice(t *testing.T) {
	fen := func(n int64) *int64 { return &n }
	on := func(day int) civil.Date { return civil.NewDate(2026, 3, 1).AddDays(day) }
	drawn := func(day int, amount, paid int64) TakenRemedy {
		return TakenRemedy{Seq: uint32(day), Remedy: DepositDraw, On: on(day), AmountFen: amount, PaidFen: paid}
	}
	record := func(id string, kind Remedy, day int, amount int64) Proceeding {
		return Proceeding{Source: "labor", ID: id, Kind: string(kind), Scope: "project", ScopeID: "P-1", Township: "331024001", AmountFen: amount, OpenedOn: on(day)}
	}
	with := func(p Proceeding, paid, recovered *int64) Proceeding {
		p.PaidFen, p.RecoveredFen = paid, recovered
		return p
	}
	named := func(r TakenRemedy, id string) TakenRemedy { r.RecordID = id; return r }
	elsewhere := record("D-9", DepositDraw, 10, 100)
	elsewhere.ScopeID = "P-2"
	for _, tt := range []struct {
		name     string
		remedies []TakenRemedy
		records  []Proceeding
		want     string // lines, newest first
	}{
		{"a case alone", []TakenRemedy{drawn(10, 100, 60)}, nil, "10 case 100 60"},
		{"a record alone, of which nobody says what was paid", nil, []Proceeding{record("D-1", DepositDraw, 10, 100)}, "10 labor D-1 100 ?"},
		{"both, of one amount, are one; the larger payment counts", []TakenRemedy{drawn(10, 100, 60)}, []Proceeding{with(record("D-1", DepositDraw, 30, 100), fen(80), fen(5))}, "10 case labor D-1 100 80 back 5"},
		{"sixty days apart", []TakenRemedy{drawn(10, 100, 0)}, []Proceeding{record("D-1", DepositDraw, 70, 100)}, "10 case labor D-1 100 0"},
		{"sixty-one days apart", []TakenRemedy{drawn(10, 100, 0)}, []Proceeding{record("D-1", DepositDraw, 71, 100)}, "71 labor D-1 100 ?; 10 case 100 0"},
		{"the nearest of two", []TakenRemedy{drawn(10, 100, 0)}, []Proceeding{record("D-1", DepositDraw, 40, 100), record("D-2", DepositDraw, 12, 100)}, "40 labor D-1 100 ?; 10 case labor D-2 100 0"},
		{"two cases, one record", []TakenRemedy{drawn(10, 100, 0), drawn(20, 100, 0)}, []Proceeding{record("D-1", DepositDraw, 19, 100)}, "20 case labor D-1 100 0; 10 case 100 0"},
		{"another amount is doubtful, and both count", []TakenRemedy{drawn(10, 100, 0)}, []Proceeding{record("D-1", DepositDraw, 12, 90)}, "12 labor D-1 90 ? doubtful; 10 case 100 0 doubtful"},
		{"a record that the case names, whatever its amount and day", []TakenRemedy{named(drawn(10, 100, 0), "D-1")}, []Proceeding{with(record("D-1", DepositDraw, 90, 90), fen(90), nil)}, "10 case labor D-1 100 90"},
		{"named with its source", []TakenRemedy{named(drawn(10, 100, 0), "labor D-1")}, []Proceeding{record("D-1", DepositDraw, 90, 90)}, "10 case labor D-1 100 0"},
		{"a name is for one remedy only", []TakenRemedy{named(drawn(10, 100, 0), "D-1"), named(drawn(11, 70, 0), "D-1")}, []Proceeding{record("D-1", DepositDraw, 12, 90)}, "11 case 70 0; 10 case labor D-1 100 0"},
		{"of another remedy, or another project", []TakenRemedy{drawn(10, 100, 0)}, []Proceeding{record("D-1", EmergencyFund, 10, 100), elsewhere}, "10 labor D-1 100 ?; 10 case 100 0; 10 labor D-9 100 ?"},
		{"orders, demands and mediations are none", []TakenRemedy{{Remedy: Demand, On: on(1)}, {Remedy: NonPayment, On: on(1), AmountFen: 5}}, []Proceeding{record("O-1", "rectification_order", 1, 5), record("M-1", "mediation", 1, 5)}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			lines := LedgerOf([]Case{{ID: "project:P-1", Scope: "project", ScopeID: "P-1", Township: "331024001", Remedies: tt.remedies}}, tt.records)
			for _, l := range lines {
				text := fmt.Sprint(int(l.On - on(0)))
				if l.CaseID != "" {
					text += " case"
				}
				if l.Record != "" {
					text += " " + l.Record
				}
				text += fmt.Sprint(" ", l.AmountFen)
				if l.PaidKnown {
					text += fmt.Sprint(" ", l.PaidFen)
				} else {
					text += " ?"
				}
				if l.RecoveredFen > 0 {
					text += fmt.Sprint(" back ", l.RecoveredFen)
				}
				if l.Doubtful {
					text += " doubtful"
				}
				got = append(got, text)
			}
			if all := strings.Join(got, "; "); all != tt.want {
				t.Errorf("%s, want %s", all, tt.want)
			}
			var amount, unreported int64
			for _, s := range SumLedger(lines, 6) {
				amount, unreported = amount+s.AmountFen, unreported+int64(s.Unreported)
			}
			var want int64
			for _, l := range lines {
				want += l.AmountFen
			}
			if amount != want || unreported != int64(strings.Count(tt.want, "?")) {
				t.Errorf("the sums come to %d, %d unreported", amount, unreported)
			}
		})
	}
}

func TestInstrumentsAreCountedByCountyWithWhatTheyBrought(t *testing.T) {
	fen := func(n int64) *int64 { return &n }
	on := civil.NewDate(2026, 3, 1)
	closed := func(days int) *civil.Date { d := on.AddDays(days); return &d }
	sums := SumInstruments([]Proceeding{
		{Kind: "mediation", Township: "331024001", Workers: 3, AmountFen: 100, PaidFen: fen(80), OpenedOn: on, ClosedOn: closed(10), Outcome: "settled"},
		{Kind: "mediation", Township: "331024002", Workers: 2, AmountFen: 50, OpenedOn: on, ClosedOn: closed(15), Outcome: "failed"},
		{Kind: "mediation", Township: "331024002", Workers: 1, AmountFen: 10, OpenedOn: on},
		{Kind: "arbitration", Township: "331023001", Workers: 1, AmountFen: 10, PaidFen: fen(0), OpenedOn: on, Outcome: ""},
		{Kind: "rectification_order", Township: "331024001", OpenedOn: on},
	}, 6)
	if len(sums) != 2 || sums[0].County != "331023" || sums[0].MeanDays != nil || sums[0].Unreported != 0 {
		t.Fatalf("%+v", sums)
	}
	if s := sums[1]; s.Kind != "mediation" || s.Count != 3 || s.Closed != 2 || *s.MeanDays != 12.5 || s.Succeeded != 1 || s.Workers != 6 || s.AmountFen != 160 || s.PaidFen != 80 || s.Unreported != 2 {
		t.Errorf("%+v", s)
	}
}
