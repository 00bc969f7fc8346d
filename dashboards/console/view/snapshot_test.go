package view

import "testing"

func TestSnapshotNamesThatNeedEscapingAreRefused(t *testing.T) {
	for _, name := range []string{"", "a b", "x`; DROP DATABASE y", "数据", "1a", "a.b"} {
		if got, err := (Run{Snapshot: name}).From("projects"); err == nil {
			t.Errorf("%q gives %s", name, got)
		}
	}
	if got, err := (Run{Snapshot: "anxin_facts_1"}).From("projects"); err != nil || got != "`anxin_facts_1`.projects" {
		t.Errorf("got %s, %v", got, err)
	}
}
