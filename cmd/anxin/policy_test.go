package main

import (
	"strings"
	"testing"
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
