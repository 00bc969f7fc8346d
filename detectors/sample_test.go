package detectors_test

import (
	"os"
	"slices"
	"testing"

	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/internal/testing/need"
)

// sampleDir holds records with known answers; it is not part of the repository.
const sampleDir = "../../shared/data/sample-county-2"

func TestTheSampleCountyHasExactlyItsKnownWarnings(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat(sampleDir); err != nil {
		need.Missing(t, "the sample county is not beside this checkout: put shared/data beside it")
	}
	want := readExpected(t, sampleDir)
	d := open(t, policy.National())
	d.dir(sampleDir)
	result := d.pass(t, want.AsOf)
	found := map[string]map[string]string{}
	for _, w := range result.Active() {
		subject := string(w.Scope) + ":" + w.ScopeID
		if found[subject] == nil {
			found[subject] = map[string]string{}
		}
		found[subject][w.Detector] = string(w.Level)
		allowed := slices.Contains(want.Subjects[subject].May, w.Detector)
		for _, must := range want.Subjects[subject].Must {
			allowed = allowed || must[0] == w.Detector
		}
		if !allowed {
			t.Errorf("%s has a warning it must not have: %s %s %s", subject, w.Detector, w.Level, w.Evidence)
		}
	}
	for subject, answer := range want.Subjects {
		for _, must := range answer.Must {
			if found[subject][must[0]] != must[1] {
				t.Errorf("%s: %s is %q, want %s", subject, must[0], found[subject][must[0]], must[1])
			}
		}
	}
	for _, row := range result.Index {
		if row.Unit != "township" {
			t.Logf("%s %s: %.1f %s, %d workers, %+v", row.Unit, row.Code, row.Score.Index, row.Score.Light, row.Tally.Workers, row.Score.Parts)
		}
	}
	t.Log(result.Seconds)
}
