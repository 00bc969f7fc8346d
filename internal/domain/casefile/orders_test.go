package casefile

import (
	"math/rand/v2"
	"testing"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

func month(t testing.TB, text string) *civil.Month {
	t.Helper()
	if text == "" {
		return nil
	}
	m, err := civil.ParseMonth(text)
	if err != nil {
		t.Fatal(err)
	}
	return &m
}

func TestOneWorkerAndOneWageCountOnceOverAllOrders(t *testing.T) {
	type order struct {
		subject, from, to string
		workers           uint32
		yuan, paid        int64
	}
	for _, tt := range []struct {
		name               string
		orders             []order
		workers            uint32
		ordered, paid, due int64
	}{
		{"no order", nil, 0, 0, 0, 0},
		{"one order", []order{{"P1", "", "", 65, 1_358_000, 0}}, 65, 1_358_000, 0, 1_358_000},
		{"a second order that restates the first", []order{{"P1", "", "", 65, 1_358_000, 0}, {"P1", "", "", 65, 1_358_000, 0}}, 65, 1_358_000, 0, 1_358_000},
		{"a second order that found more", []order{{"P1", "", "", 60, 1_000_000, 0}, {"P1", "", "", 65, 1_358_000, 0}}, 65, 1_358_000, 0, 1_358_000},
		{"distinct wage months add, their people do not", []order{{"P1", "2026-06", "2026-06", 65, 300_000, 0}, {"P1", "2026-07", "2026-08", 60, 500_000, 0}}, 65, 800_000, 0, 800_000},
		{"months that overlap are restated", []order{{"P1", "2026-06", "2026-07", 65, 300_000, 0}, {"P1", "2026-07", "2026-08", 60, 500_000, 0}}, 65, 500_000, 0, 500_000},
		{"of three in a chain the first and the last are distinct", []order{{"P1", "2026-05", "2026-06", 9, 30_000, 0}, {"P1", "2026-06", "2026-07", 9, 40_000, 0}, {"P1", "2026-07", "2026-08", 9, 30_000, 0}}, 9, 60_000, 0, 60_000},
		{"one without months may restate all others", []order{{"P1", "2026-06", "2026-06", 9, 30_000, 0}, {"P1", "2026-07", "2026-07", 9, 40_000, 0}, {"P1", "", "", 9, 60_000, 0}}, 9, 70_000, 0, 70_000},
		{"and is the one that counts where it is the largest", []order{{"P1", "2026-06", "2026-06", 9, 30_000, 0}, {"P1", "2026-07", "2026-07", 9, 40_000, 0}, {"P1", "", "", 12, 90_000, 0}}, 12, 90_000, 0, 90_000},
		{"one that says since when alone reaches on", []order{{"P1", "2026-06", "", 9, 30_000, 0}, {"P1", "2026-08", "2026-08", 9, 40_000, 0}}, 9, 40_000, 0, 40_000},
		{"subjects add", []order{{"P1", "", "", 10, 30_000, 0}, {"P2", "", "", 5, 20_000, 0}}, 15, 50_000, 0, 50_000},
		{"what was paid is deducted", []order{{"P1", "", "", 12, 36_000, 30_000}}, 12, 36_000, 30_000, 6_000},
		{"a payment known of the first is one on the second", []order{{"P1", "", "", 12, 36_000, 30_000}, {"P1", "", "", 12, 36_000, 0}}, 12, 36_000, 30_000, 6_000},
		{"a payment that both know is one", []order{{"P1", "", "", 12, 36_000, 10_000}, {"P1", "", "", 12, 36_000, 10_000}}, 12, 36_000, 10_000, 26_000},
		{"a fresh order of the rest owes the rest", []order{{"P1", "", "", 12, 100_000, 40_000}, {"P1", "", "", 12, 60_000, 0}}, 12, 100_000, 40_000, 60_000},
		{"a payment for other months is none for these", []order{{"P1", "2026-06", "2026-06", 12, 36_000, 36_000}, {"P1", "2026-07", "2026-07", 10, 20_000, 0}}, 10, 56_000, 36_000, 20_000},
		{"more paid than ordered is no credit elsewhere", []order{{"P1", "", "", 12, 36_000, 50_000}, {"P2", "", "", 5, 20_000, 0}}, 5, 56_000, 36_000, 20_000},
	} {
		var orders []OrderFact
		for _, o := range tt.orders {
			orders = append(orders, OrderFact{Scope: "project", ScopeID: o.subject, WageFrom: month(t, o.from), WageTo: month(t, o.to), Workers: o.workers, AmountFen: o.yuan * 100, PaidFen: o.paid * 100})
		}
		got := Once(orders)
		if got.Workers != tt.workers || got.AmountFen != tt.ordered*100 || got.PaidFen != tt.paid*100 || got.UnpaidFen() != tt.due*100 {
			t.Errorf("%s: %d workers, %d of %d fen paid, %d unpaid; want %+v", tt.name, got.Workers, got.PaidFen, got.AmountFen, got.UnpaidFen(), tt)
		}
	}
}

// What orders come to does not depend on their sequence, and another order about the same wages never adds its amount.
func TestOrdersCountOnceWhateverTheirSequence(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 7))
		var orders []OrderFact
		for range 1 + r.IntN(6) {
			o := OrderFact{Scope: "project", ScopeID: []string{"P1", "P2"}[r.IntN(2)], Workers: uint32(1 + r.IntN(50)), AmountFen: 1 + r.Int64N(1000)}
			o.PaidFen = r.Int64N(o.AmountFen + 1)
			if r.IntN(3) > 0 {
				from := civil.Month(600 + r.IntN(6))
				to := from + civil.Month(r.IntN(3))
				o.WageFrom, o.WageTo = &from, &to
			}
			orders = append(orders, o)
		}
		want := Once(orders)
		var most int64
		for _, o := range orders {
			most += o.AmountFen
		}
		if want.PaidFen > want.AmountFen || want.AmountFen > most {
			t.Fatalf("seed %d: %+v of orders over %d", seed, want, most)
		}
		r.Shuffle(len(orders), func(i, j int) { orders[i], orders[j] = orders[j], orders[i] })
		if got := Once(orders); got != want {
			t.Fatalf("seed %d: %+v in another sequence, want %+v", seed, got, want)
		}
		again := orders[r.IntN(len(orders))]
		if got := Once(append(orders, again)); got.UnpaidFen() != want.UnpaidFen() || got.Workers != want.Workers {
			t.Fatalf("seed %d: %+v with one order sent twice, want %+v", seed, got, want)
		}
	}
}
