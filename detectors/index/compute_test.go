package index

import (
	"fmt"
	"slices"
	"testing"

	"github.com/anxin-project/anxin/internal/domain/catalog"
)

func TestTheReferencePointsFollowFromTheFormulas(t *testing.T) {
	for _, c := range []struct {
		name                  string
		workers, owed, months int
		lateLeads             int
		allLate               bool
		want                  float64
	}{
		{"one of 40 unpaid", 40, 1, 1, 0, false, 85.3},
		{"one of 60 unpaid", 60, 1, 1, 0, false, 87.3},
		{"three of 60 unpaid", 60, 3, 1, 0, false, 71.2},
		{"half of 60 unpaid", 60, 30, 1, 0, false, 41.4},
		{"60 unpaid for two months", 60, 60, 2, 0, false, 28.2},
		{"ten of 500 unpaid and a lead late", 500, 10, 1, 1, false, 72.9},
		{"60 of 1,200 unpaid for two months", 1200, 60, 2, 0, false, 62.3},
		{"25 of 5,000 unpaid", 5000, 25, 1, 0, false, 90.4},
		{"100 of 5,000 unpaid", 5000, 100, 1, 0, false, 71.6},
		{"5,000 paid ten days late", 5000, 0, 0, 0, true, 80},
	} {
		t.Run(c.name, func(t *testing.T) {
			var f Figures
			crew(&f, "331024001", "P1", 0, c.workers)
			unpaid(&f, "P1", c.owed, c.months)
			for range c.lateLeads {
				f.Leads = append(f.Leads, Lead{Subject: Subject{catalog.Project, "P1"}, ID: "L1", Late: PastTerm})
			}
			if c.allLate {
				f.Due[0].Unpaid = int64(f.Due[0].Months) * million
			}
			for _, row := range Compute(f, constants()) {
				if row.Score.Index != c.want {
					t.Errorf("%s has %.1f, want %.1f: %+v", row.Code, row.Score.Index, c.want, row.Score.Parts)
				}
			}
		})
	}
}

func TestScoresFollowTheLinesBetweenThePoints(t *testing.T) {
	k := constants()
	for _, c := range []struct {
		curve    Curve
		at, want float64
	}{
		{k.ArrearsCurve, -1, 100}, {k.ArrearsCurve, 0, 100}, {k.ArrearsCurve, 0.001, 95}, {k.ArrearsCurve, 0.002, 90}, {k.ArrearsCurve, 0.0084, 60},
		{k.ArrearsCurve, 0.0142, 45}, {k.ArrearsCurve, 0.05, 12}, {k.ArrearsCurve, 0.6, 2.5}, {k.ArrearsCurve, 1, 0}, {k.ArrearsCurve, 2, 0},
		{k.TimelinessCurve, 0, 0}, {k.TimelinessCurve, 0.4, 10}, {k.TimelinessCurve, 0.8, 20}, {k.TimelinessCurve, 0.9, 60}, {k.TimelinessCurve, 1, 100},
	} {
		if got := tenth(c.curve.At(c.at)); got != c.want {
			t.Errorf("at %v the score is %v, want %v", c.at, got, c.want)
		}
	}
}

func TestFewWorkersAreGreyUnlessThreeAreOwed(t *testing.T) {
	for _, c := range []struct {
		workers, owed int
		grey          bool
	}{{29, 0, true}, {29, 2, true}, {29, 3, false}, {5, 5, false}, {30, 0, false}} {
		var f Figures
		crew(&f, "331024001", "P1", 0, c.workers)
		crew(&f, "331024002", "P2", 100, 30)
		unpaid(&f, "P1", c.owed, 1)
		rows := byCode(Compute(f, constants()))
		r := rows["331024001"]
		if r.Grey != c.grey || r.Published() == c.grey || (r.Rank == 0) != c.grey || (r.Score.Light == Grey) != c.grey || c.grey && (len(r.Lost) > 0 || len(r.Gains) > 0) {
			t.Errorf("%d owed of %d: %+v", c.owed, c.workers, r)
		}
		if other := rows["331024002"]; (other.RankedOf == 1) != c.grey {
			t.Errorf("%d owed of %d: the neighbour is ranked of %d", c.owed, c.workers, other.RankedOf)
		}
	}
}

func TestAStalePrefectureIsNotPublishedAndAnotherIs(t *testing.T) {
	var f Figures
	crew(&f, "331024001", "P1", 0, 50)
	crew(&f, "522601001", "P2", 100, 50)
	f.Stale = map[string]bool{"3310": true}
	for _, r := range Compute(f, constants()) {
		if stale := r.Prefecture == "3310"; r.Stale != stale || r.Published() == stale || stale && (r.Score.Light != Grey || r.Rank != 0) {
			t.Errorf("%+v", r)
		}
	}
}

func TestEqualUnitsShareARankAndTheNextOneIsLeftOut(t *testing.T) {
	var f Figures
	crew(&f, "331024001", "P1", 0, 50)
	crew(&f, "331024002", "P2", 100, 60) // as safe, with more workers: equal all the same
	crew(&f, "331024003", "P3", 200, 100)
	crew(&f, "331024004", "P4", 400, 50)
	crew(&f, "331022001", "P5", 500, 40)
	unpaid(&f, "P4", 20, 1)
	f.Workers = append(f.Workers, Worker{Subject: Subject{catalog.Project, "P3"}, Key: workerKey(200), Unaccounted: true})
	rows := byCode(Compute(f, constants()))
	for code, want := range map[string][4]int{
		"331024001": {1, 4, 1, 5}, "331024002": {1, 4, 1, 5}, "331024003": {3, 4, 4, 5}, "331024004": {4, 4, 5, 5}, "331022001": {1, 1, 1, 5},
		"331022": {1, 2, 0, 0}, "331024": {2, 2, 0, 0}, "3310": {},
	} {
		r := rows[code]
		if got := [4]int{r.Rank, r.RankedOf, r.RankPrefecture, r.RankedInPrefecture}; got != want {
			t.Errorf("%s (index %.1f): rank %v, want %v", code, r.Score.Index, got, want)
		}
	}
}

func TestOfEqualIndicesTheLowerArrearsRateComesFirst(t *testing.T) {
	row := func(code string, index, rate float64) Row {
		return Row{Unit: Township, Code: code, County: "331024", Prefecture: "3310", Score: Score{Index: index, Parts: []Part{{Scored: rate}}}}
	}
	rows := []Row{row("331024001", 80, 0.02), row("331024002", 80, 0.01), row("331024003", 90, 0.03)}
	rank(rows)
	if rows[2].Rank != 1 || rows[1].Rank != 2 || rows[0].Rank != 3 {
		t.Errorf("ranks %d, %d, %d", rows[0].Rank, rows[1].Rank, rows[2].Rank)
	}
}

func TestTheLowestCapHolds(t *testing.T) {
	p1 := Subject{catalog.Project, "P1"}
	order := func(f *Figures) { f.Warned = []Warned{{Subject: p1, Township: "331024001", OrderUnmet: true}} }
	silent := func(n int, months uint32) func(*Figures) {
		return func(f *Figures) {
			for i := range n {
				f.Workers[i].Silent = months
			}
		}
	}
	for _, c := range []struct {
		name    string
		change  []func(*Figures)
		limit   float64
		reasons []Reason
	}{
		{"an unmet order", []func(*Figures){order}, 84.9, []Reason{OrderUnmet}},
		{"a group incident", []func(*Figures){func(f *Figures) { f.Incidents = []Incident{{Subject: p1, ID: "I1"}} }}, 69.9, []Reason{GroupIncident}},
		{"both", []func(*Figures){order, func(f *Figures) { f.Incidents = []Incident{{Subject: p1, ID: "I1"}} }}, 69.9, []Reason{GroupIncident}},
		{"an incident that names no subject caps its township", []func(*Figures){func(f *Figures) {
			f.Incidents = []Incident{{Subject: Subject{catalog.Township, "331024001"}, ID: "I1"}}
		}}, 69.9, []Reason{GroupIncident}},
		{"nine silent of 80 are few", []func(*Figures){silent(9, 1)}, 0, nil},
		{"ten silent of 80 are many", []func(*Figures){silent(10, 1)}, 84.9, []Reason{SilentWorkers}},
		{"ten silent of 80 for two months", []func(*Figures){silent(10, 3)}, 69.9, []Reason{SilentMonths}},
		{"ten silent, each for a month of two", []func(*Figures){silent(10, 1), silent(5, 2)}, 84.9, []Reason{SilentWorkers}},
		{"silent and an order", []func(*Figures){silent(10, 1), order}, 84.9, []Reason{OrderUnmet, SilentWorkers}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var f Figures
			crew(&f, "331024001", "P1", 0, 80)
			crew(&f, "331024002", "P2", 100, 50)
			for _, change := range c.change {
				change(&f)
			}
			rows := byCode(Compute(f, constants()))
			s := rows["331024001"].Score
			if s.Cap != c.limit || !slices.Equal(s.Reasons, c.reasons) || c.limit > 0 && s.Index > c.limit {
				t.Errorf("%+v", s)
			}
			if s := rows["331024002"].Score; s.Index != 100 || s.Cap != 0 {
				t.Errorf("the neighbour: %+v", s)
			}
		})
	}
}

func TestNineSilentOfTwentyAreFewAndTenOfTwoHundredToo(t *testing.T) {
	k := constants()
	for _, c := range []struct {
		silent, workers int
		many            bool
	}{{9, 20, false}, {10, 20, true}, {10, 100, true}, {10, 101, false}, {0, 0, false}} {
		if k.many(c.silent, c.workers) != c.many {
			t.Errorf("%d silent of %d: many is %v", c.silent, c.workers, !c.many)
		}
	}
}

func TestAWorkerOnTwoTownshipsCountsOnceInTheCounty(t *testing.T) {
	var f Figures
	crew(&f, "331024001", "P1", 0, 40)
	crew(&f, "331024002", "P2", 20, 40) // twenty of them work on both
	p1, p2 := Subject{catalog.Project, "P1"}, Subject{catalog.Project, "P2"}
	f.Warned = []Warned{
		{Subject: p1, Level: catalog.Red, Detectors: []string{"feed-missing"}},
		{Subject: p2, Level: catalog.Yellow, Detectors: []string{"accrual-gap"}},
	}
	f.Workers = append(f.Workers,
		Worker{Subject: p1, Key: workerKey(25), Owed: Listed}, Worker{Subject: p2, Key: workerKey(25), Owed: Listed},
		Worker{Subject: p1, Key: workerKey(26), Owed: Listed}, Worker{Subject: p2, Key: workerKey(26), PaidLate: true},
		Worker{Subject: p2, Key: workerKey(50), PaidLate: true})
	rows := byCode(Compute(f, constants()))
	if c := rows["331024"].Tally; c.Workers != 60 || c.Red != 40 || c.Yellow != 20 || c.Owed != 2 || c.Late != 1 {
		t.Errorf("the county: %+v", c)
	}
	if c := rows["331024002"].Tally; c.Workers != 40 || c.Owed != 1 || c.Late != 2 || c.Red != 1 || c.Yellow != 39 {
		t.Errorf("the second township: %+v", c)
	}
}

func TestWhatHasNoTownshipIsListedAndCountsInItsCountyAlone(t *testing.T) {
	var f Figures
	crew(&f, "331024001", "P1", 0, 40)
	crew(&f, "331024", "P2", 100, 40)
	crew(&f, "", "P3", 200, 40)
	unpaid(&f, "P3", 5, 1)
	rows := byCode(Compute(f, constants()))
	if len(rows) != 3 || rows["331024001"].Tally.Workers != 40 || rows["331024"].Tally.Workers != 80 || rows["3310"].Tally.Workers != 80 {
		t.Errorf("rows %v", rows)
	}
	var got []string
	for _, u := range FindUnplaced(f) {
		got = append(got, fmt.Sprintf("%s in %q: %d, %d owed %d fen", u.ID, u.County, u.Workers, u.Owed, u.OwedFen))
	}
	if want := []string{`P3 in "": 40, 5 owed 3000000 fen`, `P2 in "331024": 40, 0 owed 0 fen`}; !slices.Equal(got, want) {
		t.Errorf("unplaced %q, want %q", got, want)
	}
}
