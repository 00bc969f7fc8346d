package edition

import (
	"math"
	"math/rand/v2"
	"testing"
)

// unit invents a unit as a run writes it: points in tenths, their sum the uncapped index, at most 100, then the cap.
func unit(r *rand.Rand, code string) Unit {
	u := Unit{Unit: "township", Code: code, Light: "green"}
	if r.IntN(8) == 0 {
		u.Light = "grey"
		return u
	}
	sum := 0
	for _, name := range []string{"incidence", "timeliness", "safeguards", "resolution", "hazard"} {
		tenths := 90 + r.IntN(130)
		sum += tenths
		u.Component = append(u.Component, name)
		u.Points = append(u.Points, float64(tenths)/10)
	}
	index := float64(min(sum, 1000)) / 10
	if r.IntN(4) == 0 {
		cap := []float64{69.9, 84.9}[r.IntN(2)]
		u.Cap, index = &cap, min(index, cap)
	}
	u.Index = &index
	return u
}

func TestTheComponentsOfAChangeAddUpExactlyAsShown(t *testing.T) {
	compared, capped := 0, 0
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 3))
		from, to := []Unit{unit(r, "331024001")}, []Unit{unit(r, "331024001")}
		c := Compare(from, to)[0]
		if from[0].Index == nil || to[0].Index == nil {
			if c.Moved != nil || c.Parts != nil {
				t.Errorf("seed %d: a unit without an index moves by %v", seed, *c.Moved)
			}
			continue
		}
		compared++
		sum := 0.0
		for _, p := range c.Parts {
			if p.Points != math.Round(p.Points*10)/10 {
				t.Errorf("seed %d: %s moves by %v, which is not shown in full", seed, p.Component, p.Points)
			}
			sum += p.Points
		}
		shown := math.Round(*to[0].Index*10)/10 - math.Round(*from[0].Index*10)/10
		if math.Abs(sum-*c.Moved) > 1e-9 || math.Abs(shown-*c.Moved) > 1e-9 {
			t.Errorf("seed %d: parts add up to %v, moved %v, shown %v", seed, sum, *c.Moved, shown)
		}
		if c.Parts[5].Component == Cap && c.Parts[5].Points != 0 {
			capped++
		}
	}
	if compared < 300 || capped < 50 {
		t.Errorf("%d compared, %d of them moved by a cap: the cases show nothing", compared, capped)
	}
}

func TestAUnitOfOneEditionOnlyIsListedWithoutAChange(t *testing.T) {
	index := 90.0
	old, young, county := Unit{Code: "331024001", Index: &index}, Unit{Code: "331024002", Index: &index}, Unit{Code: "331024"}
	all := Compare([]Unit{county, old}, []Unit{young, county})
	if len(all) != 3 || all[0].To != nil || all[1].From != nil || all[2].Code != "331024" || all[0].Moved != nil || all[1].Moved != nil {
		t.Errorf("%+v", all)
	}
	if all[0].Unit().Code != "331024001" || all[1].Unit().Code != "331024002" {
		t.Error("a change has lost its unit")
	}
}

func TestNothingMovesBetweenTwoFormsOfTheIndex(t *testing.T) {
	index := 90.0
	from, to := []Unit{{Form: 1, Code: "331024001", Index: &index}}, []Unit{{Form: 2, Code: "331024001", Index: &index}}
	if c := Compare(from, to)[0]; c.Moved != nil || c.Parts != nil || c.From == nil || c.To == nil {
		t.Errorf("%+v", c)
	}
}
