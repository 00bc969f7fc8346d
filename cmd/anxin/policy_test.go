package main

import (
	"os"
	"path/filepath"
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

func TestAFileOfHolidaysSaysWhatItChanges(t *testing.T) {
	path := filepath.Join(t.TempDir(), "holidays.txt")
	if err := os.WriteFile(path, []byte("notice 2026\n2026-02-24 off\n2026-10-07 work\nnotice 2027\n2027-01-01 off\n2027-05-01 off\n2027-10-01 off\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	stdout, stderr, code := result(t, "policy", "check", "--holidays", path)
	want := path + ": good, over the notices shipped:\n  2026: 2026-02-24 (Tuesday) is off, 2026-10-07 (Wednesday) is a working day\n  2027: new\n"
	if code != exitDone || stdout != want {
		t.Errorf("exit code %d: %q %s, want %q", code, stdout, stderr, want)
	}
	for _, args := range [][]string{{"policy", "check"}, {"policy", "check", "--holidays", filepath.Join(t.TempDir(), "none.txt")}} {
		if _, stderr, code := result(t, args...); code != exitUsage || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%v: exit code %d: %s", args, code, stderr)
		}
	}
}
