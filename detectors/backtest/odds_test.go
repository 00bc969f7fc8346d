package backtest

import (
	"testing"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Two sites are told odds every week from January to August. Wages of A due on 15 June become arrears, those of B are paid.
func TestOddsAreHeldAgainstWhatCame(t *testing.T) {
	a, b := Subject{catalog.Project, "A"}, Subject{catalog.Project, "B"}
	due := civil.NewDate(2026, 6, 15)
	h := History{Future: Future{
		End: civil.NewDate(2026, 12, 31), Parties: []Party{{Subject: a, Pays: true}, {Subject: b, Pays: true}},
		Arrears: []Arrears{{Subject: a, PayDay: due, From: due + 30}},
	}}
	for on := civil.NewDate(2026, 1, 5); on < civil.NewDate(2026, 9, 1); on += 7 {
		h.Dates = append(h.Dates, Date{On: on, Projects: 2})
		if on >= due-42 {
			h.Stated = append(h.Stated, Stated{a, on, 0.85})
		}
		if on < civil.NewDate(2026, 3, 1) {
			h.Stated = append(h.Stated, Stated{b, on, 0.35})
		}
	}
	closed := civil.NewDate(2026, 3, 2)
	h.Episodes = []Episode{
		{Subject: a, ID: "1", Detector: riskDetector, Level: catalog.Red, OpenedOn: civil.NewDate(2026, 5, 4)},
		{Subject: b, ID: "2", Detector: riskDetector, Level: catalog.Yellow, OpenedOn: civil.NewDate(2026, 1, 5), ClosedOn: &closed},
	}
	r := Measure(h, []catalog.Header{{ID: riskDetector, Group: catalog.Foresight}}, Rules{ArrearsDays: 30, HorizonDays: 90, ForeseeDays: 120}, "")
	f := r.Detectors[0]
	if m := f.SubjectMonths; m.Months != 4 || m.Followed != 2 {
		t.Errorf("%d subject-months, %d true: want January and February of B, May and June of A", m.Months, m.Followed)
	}
	if len(r.Odds.Bands) != 2 || r.Odds.Bands[0] != (OddsBand{0.35, 0, 8}) || r.Odds.Bands[1] != (OddsBand{0.85, 1, 6}) {
		t.Errorf("reliability: %+v", r.Odds.Bands)
	}
	// 8 odds are wrong by 0.35, 6 by 0.15
	if e := r.Odds.Error; e == nil || *e != 0.2643 {
		t.Errorf("calibration error %v, want 0.2643", e)
	}
	for _, c := range r.Odds.Cost {
		want := CostPoint{From: c.From, Visits: 2, True: 2, Reached: 1}
		if c.From == 0.3 {
			want.Visits = 4
		}
		if c.From == 0.9 {
			want = CostPoint{From: c.From}
		}
		if c.Visits != want.Visits || c.True != want.True || c.Reached != want.Reached {
			t.Errorf("from odds of %v: %+v, want %+v", c.From, c, want)
		}
	}
	if p := r.Baseline.PayDay; r.Baseline.Warnings != 1 || p.Foreseen != 0 || p.PastDue != 1 {
		t.Errorf("the rule warns %d times and foresees %d: want one warning, on 31 July, when wages are past due", r.Baseline.Warnings, p.Foreseen)
	}
}
