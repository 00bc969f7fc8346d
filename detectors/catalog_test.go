package detectors_test

import (
	"context"
	"testing"

	"github.com/anxin-project/anxin/detectors"
	"github.com/anxin-project/anxin/detectors/detectortest"
	"github.com/anxin-project/anxin/detectors/policy"
)

func TestEveryShippedDetectorDoesWhatItsTestsSay(t *testing.T) {
	catalogue, err := detectors.Catalogue("")
	if err != nil {
		t.Fatal(err)
	}
	tests, err := detectortest.Read(catalogue)
	if err != nil {
		t.Fatal(err)
	}
	outcomes, err := detectortest.Run(t.Context(), catalogue, tests, func(_ context.Context, p *policy.Policy) (detectortest.Bench, error) {
		b := open(t, p)
		return detectortest.Bench{Detectors: b.Detectors, Load: b.load}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range catalogue {
		t.Run(one.ID, func(t *testing.T) {
			if len(one.Tests) == 0 {
				t.Fatalf("there is no %s.test.yaml beside the detector", one.ID)
			}
			for _, o := range outcomes {
				if o.Test.Detector == one.ID {
					t.Run(o.Test.Name, func(t *testing.T) {
						for _, p := range o.Problems {
							t.Error(p)
						}
					})
				}
			}
		})
	}
}

// records of a story in the short form of test files.
func (b bench) tell(t *testing.T, text string) *detectortest.Story {
	t.Helper()
	story, err := detectortest.Tell([]byte(text))
	if err == nil {
		err = story.Load(t.Context(), b.load)
	}
	if err != nil {
		t.Fatal(err)
	}
	return story
}
