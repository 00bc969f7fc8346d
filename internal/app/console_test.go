package app

import (
	"strings"
	"testing"

	"github.com/anxin-project/anxin/detectors/policy"
)

// TestPagesSayWhichValueOfAPlaceIsADefault: with its source, so that nobody takes the low end of a range for the province's
// own decision.
func TestPagesSayWhichValueOfAPlaceIsADefault(t *testing.T) {
	p, on := Parts{Policy: policy.National()}, dayOf(t, "2026-10-31")
	for _, c := range []struct {
		name, township, region, zh, en string
		unverified                     bool
	}{
		{"Zhejiang, of which nothing is known", "330502001", "", "默认：法释〔2013〕3号第3条", "default: low end of 5,000 to 20,000 yuan", false},
		{"Guizhou, whose high court decided", "520102001", "52", "黔高法〔2013〕230号", "High Court of Guizhou", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			all := p.thresholds("blacklist-candidate", "one_worker_fen", []string{c.township}, on)
			at := all[len(all)-1]
			if at.Region != c.region || !strings.HasPrefix(at.Source.ZH, c.zh) || !strings.HasPrefix(at.Source.EN, c.en) || at.Unverified != c.unverified {
				t.Errorf("the value is %+v", at)
			}
		})
	}
}
