package main

import (
	"strings"
	"testing"

	"github.com/anxin-project/anxin/detectors/policy"
)

func TestPolicyIsShownWithItsPlacesAndWithWhatNobodyRead(t *testing.T) {
	stdout, stderr, code := result(t, "policy", "show")
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	for _, want := range []struct {
		name  string
		parts []string // of one line
	}{
		{"a value of a province, from second hand", []string{"blacklist-candidate.many_workers_fen", " 5000000 ", " 52 ", " 2013-12-17 ", "High Court of Guizhou 2013 No. 230: 50,000 yuan for ten workers or more (text not checked)"}},
		{"a value by a law that was read", []string{"casework.extension_workdays", " all ", "with approval\n"}},
		{"a province's value by its own regulation", []string{"common.accept_workdays", " 33 ", "within five working days of receipt\n"}},
	} {
		t.Run(want.name, func(t *testing.T) {
			for line := range strings.Lines(stdout) {
				held := true
				for _, part := range want.parts {
					held = held && strings.Contains(line, part)
				}
				if held {
					return
				}
			}
			t.Errorf("no line has %q in\n%s", want.parts, stdout)
		})
	}
}

// TestPagesSayWhichValueOfAPlaceIsADefault: with its source, so that nobody takes the low end of a range for the province's
// own decision.
func TestPagesSayWhichValueOfAPlaceIsADefault(t *testing.T) {
	p, on := parts{policy: policy.National()}, dayOf(t, "2026-10-31")
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
