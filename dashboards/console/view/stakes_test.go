package view

import (
	"slices"
	"testing"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

func TestWarningsStandInTheOrderOfWhatIsAtStake(t *testing.T) {
	asOf := civil.NewDate(2026, 10, 1)
	warning := func(id, detector string, level catalog.Level, yuan int64, odds float64, evidence string) *Warning {
		return &Warning{Scope: "project", ScopeID: id, Detector: detector, Level: level, AmountFen: 100 * yuan, Score: odds, Evidence: evidence, Opened: asOf}
	}
	v := &View{Run: Run{AsOf: asOf}, Warnings: []*Warning{
		warning("plain", "contract-gap", catalog.Red, 0, 1, "{}"),
		warning("later", riskDetector, catalog.Red, 100_000, 0.8, `{"pay_by":"2026-11-25","contractor":"E1"}`),
		warning("small", riskDetector, catalog.Red, 20_000, 0.9, `{"pay_by":"2026-10-10"}`),
		warning("soon", riskDetector, catalog.Red, 100_000, 0.8, `{"pay_by":"2026-10-10","contractor":"E1"}`),
		warning("unlikely", riskDetector, catalog.Yellow, 9_000_000, 0.4, `{"pay_by":"2026-10-10"}`),
		warning("soon", "account-runway", catalog.Red, 5_000, 0.5, "{}"),
	}}
	v.index()
	var order []string
	for _, w := range v.Warnings {
		order = append(order, w.ScopeID+" "+w.Detector)
	}
	want := []string{"soon arrears-risk", "soon account-runway", "later arrears-risk", "small arrears-risk", "plain contract-gap", "unlikely arrears-risk"}
	if !slices.Equal(order, want) {
		t.Errorf("the order is %q, want %q", order, want)
	}
	// 80,000 yuan, less for 9 and for 55 days
	if v.AtStake["E1"] != 61538+28235 || len(v.AtStake) != 1 {
		t.Errorf("at stake with employers: %v", v.AtStake)
	}
}

func TestWhatIsCountedOfAUnitIsCountedOnce(t *testing.T) {
	town := &Unit{Level: "township", Code: "331024001", County: "331024", Prefecture: "3310"}
	county := &Unit{Level: "county", Code: "331024", Prefecture: "3310"}
	at := func(detector string, level catalog.Level) *Warning {
		return &Warning{Scope: "project", ScopeID: "P", Township: town.Code, County: county.Code, Detector: detector, Level: level, Evidence: "{}"}
	}
	v := &View{Units: []*Unit{town, county}, Warnings: []*Warning{at(riskDetector, catalog.Red), at("contract-gap", catalog.Yellow)}}
	for range 2 { // of all, and of what a person may see
		v.index()
	}
	for _, u := range v.Units {
		if u.Red != 1 || u.Yellow != 1 || u.Likely != 1 {
			t.Errorf("%s: %d red, %d yellow, %d likely, want 1 each", u.Code, u.Red, u.Yellow, u.Likely)
		}
	}
}
