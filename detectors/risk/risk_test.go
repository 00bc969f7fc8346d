package risk

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// invented returns rows of sites whose odds rise as money runs out, and with the contractor's taking from accounts; a third of them
// have no bank.
func invented(n int) []Row {
	r := rand.New(rand.NewPCG(7, 7))
	var rows []Row
	start := civil.NewDate(2026, 1, 5)
	for i := range n {
		row := Row{
			World: "w", Scope: catalog.Project, ID: fmt.Sprint("P", i/30), County: fmt.Sprint("33010", i/30%7), Employer: fmt.Sprint("E", i/30%7, i/30%2), AsOf: start.AddDays(7 * (i % 30)),
			Values: make([]float64, len(Features)), Known: true,
		}
		for k := range row.Values {
			row.Values[k] = math.NaN()
		}
		left, taken := r.Float64()*4-1, 0.0
		if r.Float64() < 0.1 {
			taken = r.Float64() * 3
		}
		z := -1.5 - 1.5*left + 2*taken
		if row.Values[place["late"]] = r.Float64() * 10; i/8%3 > 0 {
			row.Values[place["left"]], row.Values[place["taken_out"]] = left, taken
		}
		if row.Outcome = r.Float64() < logistic(z); row.Outcome {
			row.Days = 1 + r.IntN(AheadDays)
		}
		rows = append(rows, row)
	}
	return rows
}

func TestCurvesGoTheirWayAndFindWhatMatters(t *testing.T) {
	rows := invented(6000)
	part := fitPart(catalog.Project, rows, Usual)
	at := func(name string) Curve {
		i := slices.IndexFunc(part.Curves, func(c Curve) bool { return c.Feature == name })
		if i < 0 {
			t.Fatalf("there is no curve of %s", name)
		}
		return part.Curves[i]
	}
	for _, c := range part.Curves {
		if !inOrder(c.Points, Features[place[c.Feature]].Rises) {
			t.Errorf("%s goes %v, want %s", c.Feature, c.Points, Features[place[c.Feature]].Rises)
		}
	}
	reach := func(c Curve) float64 { return slices.Max(c.Points) - slices.Min(c.Points) }
	if left, late := reach(at("left")), reach(at("late")); left < 2 || late > 0.5 {
		t.Errorf("what matters has %.2f points between its ends, what does not %.2f", left, late)
	}
	var told, came float64
	for _, r := range rows {
		if math.IsNaN(r.Values[place["left"]]) {
			told += part.Odds(r.Values)
			if r.Outcome {
				came++
			}
		}
	}
	if math.Abs(told/came-1) > 0.1 {
		t.Errorf("of sites without a bank %.0f are expected, and %.0f came", told, came)
	}
}

func TestTheSameRowsGiveTheSameFile(t *testing.T) {
	o := Options{ID: "x", Data: []string{"w"}, LeaveOut: []string{"330106"}, Yellow: 0.3, Red: 0.6, Settings: Usual}
	text := func() string {
		card, err := Fit(invented(4000), o)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := card.Write(&b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	first := text()
	if second := text(); first != second {
		t.Error("two fits to the same rows differ")
	}
	card, err := Read([]byte(first))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(card.Parts[0].Tried); n != 3 {
		t.Errorf("it was tried %d times, want on groups left out, on later days and on the county left out", n)
	}
	if tried := card.Parts[0].Tried[2]; tried.Calibration > 0.06 {
		t.Errorf("in a county that was left out, odds are wrong by %.3f", tried.Calibration)
	}
	var svg bytes.Buffer
	if err := card.WriteSVG(&svg); err != nil || !strings.Contains(svg.String(), "概率") {
		t.Errorf("the picture: %v, %d bytes", err, svg.Len())
	}
}

func TestNoEmployerAndNoCountyStandsInTwoGroups(t *testing.T) {
	rows := invented(2000)
	of := map[string]int{}
	for i, g := range groups(rows) {
		for _, key := range []string{"subject " + rows[i].ID, "employer " + rows[i].Employer, "county " + rows[i].County} {
			if at, known := of[key]; known && at != g {
				t.Fatalf("%s stands in groups %d and %d", key, at, g)
			}
			of[key] = g
		}
	}
	if n := len(of); n < 3 {
		t.Errorf("%d keys", n)
	}
}

func TestAFileThatCannotBeAppliedIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"an unknown feature":       "id: x\nparts: [{scope: project, curves: [{feature: weather, edges: [1], points: [0, 1]}]}]",
		"points against direction": "id: x\nparts: [{scope: project, curves: [{feature: left, edges: [1], points: [0, 1]}]}]",
		"a point too few":          "id: x\nparts: [{scope: project, curves: [{feature: late, edges: [1], points: [0]}]}]",
		"a scope twice":            "id: x\nparts: [{scope: project}, {scope: project}]",
		"no id":                    "parts: [{scope: project}]",
		"nothing":                  "id: x",
		"an unknown field":         "id: x\ncolour: red\nparts: [{scope: project}]",
	} {
		if _, err := Read([]byte(text)); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func TestTheShippedScorecardCanBeApplied(t *testing.T) {
	card, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	if len(card.Parts) != 2 || len(card.Fitted.Unknown) == 0 {
		t.Errorf("%d parts, %d lines of what it does not know", len(card.Parts), len(card.Fitted.Unknown))
	}
}

func TestWarningsAreJudgedByTheFirstPayDay(t *testing.T) {
	start := civil.NewDate(2026, 1, 5)
	var rows []Row
	var odds []float64
	add := func(id string, week int, odd float64, days int, open bool) {
		rows = append(rows, Row{World: "w", Scope: catalog.Project, ID: id, AsOf: start.AddDays(7 * week), Days: max(days, 0), Outcome: days > 0 && days <= AheadDays, Open: open, Known: true})
		odds = append(odds, odd)
	}
	for week := range 30 {
		// warned 42 days before, stays so
		days := 7*20 - 7*week
		add("foreseen", week, map[bool]float64{true: 0.7, false: 0.1}[week >= 14], days, days <= 0)
		// never warned
		add("missed", week, 0.1, days, days <= 0)
		// warned twice, for nothing
		add("sound", week, map[bool]float64{true: 0.4, false: 0.1}[week == 5 || week == 9], 0, false)
	}
	trial := try("here", rows, odds, 0.3, 0.6, nil)
	y, r := trial.Yellow, trial.Red
	if trial.Events != 2 || y.Recall != 0.5 || y.LeadDays != 42 || y.Warnings != 3 || y.Right != 1 {
		t.Errorf("yellow: %+v of %d events", y, trial.Events)
	}
	if r.Warnings != 1 || r.Precision != 1 || r.Recall != 0.5 {
		t.Errorf("red: %+v", r)
	}
}

func TestRowsComeBackAsTheyWereWritten(t *testing.T) {
	rows := invented(50)
	var b bytes.Buffer
	if err := WriteRows(&b, rows); err != nil {
		t.Fatal(err)
	}
	back, err := ReadRows(&b)
	if err != nil || len(back) != len(rows) {
		t.Fatalf("%d rows, %v", len(back), err)
	}
	for i := range rows {
		for k, v := range rows[i].Values {
			if w := back[i].Values[k]; math.IsNaN(v) != math.IsNaN(w) || !math.IsNaN(v) && math.Abs(v-w) > 1e-4*math.Max(1, math.Abs(v)) {
				t.Fatalf("row %d, %s: %v came back as %v", i, Features[k].Name, v, w)
			}
		}
		if back[i].Outcome != rows[i].Outcome || back[i].AsOf != rows[i].AsOf || back[i].ID != rows[i].ID {
			t.Fatalf("row %d came back as %+v", i, back[i])
		}
	}
}

func TestAFeatureThatMovesIsSeenToDrift(t *testing.T) {
	rows := invented(3000)
	card := Scorecard{ID: "x", Parts: []Part{fitPart(catalog.Project, rows, Usual)}}
	same := CheckHistory(card, rows, 0.3, 0.6, time.Unix(0, 0))
	if len(same) != 1 || same[0].Drift > 0.01 || same[0].From != rows[0].AsOf {
		t.Errorf("against what it was fitted to: %+v", same)
	}
	moved := invented(3000)
	for i := range moved {
		moved[i].Values[place["late"]] += 5
	}
	if c := CheckHistory(card, moved, 0.3, 0.6, time.Unix(0, 0)); c[0].Drift < 0.25 || c[0].Drifted != "late" {
		t.Errorf("wages come five days later everywhere, and %s has moved by %.2f", c[0].Drifted, c[0].Drift)
	}
}
