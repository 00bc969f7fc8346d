package detectors_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/detectors"
	shipped "github.com/anxin-project/anxin/detectors/catalog"
	"github.com/anxin-project/anxin/detectors/detectortest"
	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/detectors/skeleton"
	"github.com/anxin-project/anxin/internal/domain/catalog"
)

func TestASkeletonOfEveryScopePassesItsTests(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, scope := range []catalog.Scope{catalog.Project, catalog.Employer, catalog.Township} {
		id := "own-" + string(scope)
		query, tests, err := skeleton.Write(id, dir, scope, catalog.Payment)
		if err != nil {
			t.Fatal(err)
		}
		for name, text := range map[string]string{id + ".sql": query, id + ".test.yaml": tests} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	catalogue, err := shipped.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	var own []shipped.Detector
	for _, one := range catalogue {
		if strings.HasPrefix(one.ID, "own-") {
			own = append(own, one)
		}
	}
	tests, err := detectortest.Read(own)
	if err != nil {
		t.Fatal(err)
	}
	if len(own) != 3 || len(tests) != 6 {
		t.Fatalf("%d detectors with %d tests, want 3 with 6", len(own), len(tests))
	}
	outcomes, err := detectortest.Run(t.Context(), catalogue, tests, func(_ context.Context, p *policy.Policy) (detectortest.Bench, error) {
		b := open(t, p)
		config := detectors.DefaultConfiguration()
		config.Catalog = dir
		all, err := detectors.New(config, b.deps)
		return detectortest.Bench{Detectors: all, Load: b.load}, err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range outcomes {
		for _, p := range o.Problems {
			t.Errorf("%s, %s: %s", o.Test.Detector, o.Test.Name, p)
		}
	}
	supplied := shipped.Supplied(catalogue, policy.National(), date(t, "2026-10-31"))
	if supplied == nil || !strings.Contains(supplied.Error(), "own-township:\n  red_days:\n    - {value: 30, source: ") {
		t.Errorf("thresholds that nothing sets give %v", supplied)
	}
}

func TestEveryShippedThresholdHasAValue(t *testing.T) {
	catalogue, err := shipped.Read("")
	if err != nil {
		t.Fatal(err)
	}
	if err := shipped.Supplied(catalogue, policy.National(), date(t, "2020-01-01")); err != nil {
		t.Error(err)
	}
}

func TestAnIdThatCannotBeAFileAndALabelIsRefused(t *testing.T) {
	catalogue, err := shipped.Read("")
	if err != nil {
		t.Fatal(err)
	}
	ids := []string{"", "Cranes", "crane_idle", "../crane", "crane--idle", "-crane", "塔吊", strings.Repeat("a", 61)}
	for _, section := range policy.National().Sections() {
		if !slices.ContainsFunc(catalogue, func(d shipped.Detector) bool { return d.ID == section }) {
			ids = append(ids, section) // common, index and the like
		}
	}
	for _, id := range ids {
		if _, _, err := skeleton.Write(id, ".", catalog.Project, catalog.Payment); err == nil {
			t.Errorf("%q is taken for an id", id)
		}
	}
}
