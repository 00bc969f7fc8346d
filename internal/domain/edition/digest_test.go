package edition

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

// An edition that was published in the first form of the index is the same ever after.
func TestTheDigestOfAnEditionOfTheFirstFormStays(t *testing.T) {
	index := 64.8
	e := Edition{Number: 3, Month: civil.NewDate(2026, 6, 1).Month(), Form: 1, AsOf: civil.NewDate(2026, 6, 30), Run: 7, Policy: "0a1b2c3d"}
	c := Content{
		Units: []Unit{{
			Form: 1, Unit: "township", Code: "331024001", Name: "甲镇", County: "331024", Prefecture: "3310", Index: &index, Uncapped: &index, Light: "red", Rank: 2, RankedOf: 2,
			MonitoredWorkers: 40, ArrearsWorkers: 2, ArrearsFen: 1_200_000, Component: []string{"incidence"}, Weight: []float64{30}, Score: []float64{8.2}, Points: []float64{2.5},
			Numerator: []float64{2}, Denominator: []float64{40}, Scored: []float64{0.036}, Worst: "[]",
		}},
		Talks: []Talk{{Township: "331024001", County: "331024", Grounds: []string{RedAndLast}}},
	}
	const text = `{"Number":3,"Month":"2026-06","AsOf":"2026-06-30","Run":7,"Policy":"0a1b2c3d","Before":"","Content":{"units":[{"unit":"township","code":"331024001","name":"甲镇","county":"331024","prefecture":"3310","index":64.8,"uncapped":64.8,"light":"red","cap":null,"cap_reason":"","rank":2,"ranked_of":2,"rank_prefecture":0,"ranked_prefecture":0,"monitored_workers":40,"arrears_workers":2,"arrears_fen":1200000,"component":["incidence"],"weight":[30],"score":[8.2],"points":[2.5],"numerator":[2],"denominator":[40],"shrunk":[0.036],"worst":"[]"}],"talks":[{"township":"331024001","county":"331024","grounds":["red_and_last"]}],"grades":null,"rates":null}}` + "\n"
	sum := sha256.Sum256([]byte(text))
	got, err := Digest(e, c, "")
	if want := hex.EncodeToString(sum[:]); err != nil || got != want {
		t.Errorf("digest %s, want %s (%v)", got, want, err)
	}
	e.Form = 2
	if other, _ := Digest(e, c, ""); other == got {
		t.Error("the form is not part of the digest")
	}
}
