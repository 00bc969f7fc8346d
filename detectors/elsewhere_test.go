package detectors_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	shipped "github.com/anxin-project/anxin/detectors/catalog"
)

// aboutOne is what goes by a single detector, and where. The joint-discipline list goes by the one that proposes whom to list: the
// alert named after it, the metric of candidates and the facts of a listing are about its warnings alone. A scorecard is that of
// the one detector that tells odds: what fits, keeps, applies, checks and shows them is about it alone.
var aboutOne = map[string][]string{
	"blacklist-candidate": {"alerts/", "internal/domain/casefile/", "dashboards/console/"},
	"arrears-risk": {
		"alerts/findings.go", "alerts/rules/pipeline.yml", "cmd/anxin/risk.go", "dashboards/console/pages/ranking/templates/ranking.html", "dashboards/console/pages/overview/templates/",
		"dashboards/console/view/",
		"detectors/backtest/", "detectors/risk/", "detectors/snapshot/18_", "detectors/snapshot/fill.go", "internal/platform/store/migrations/0019_scorecards.sql",
	},
}

func TestNothingAboutASingleDetectorIsWrittenOutsideTheCatalogue(t *testing.T) {
	catalogue, err := shipped.Read("")
	if err != nil {
		t.Fatal(err)
	}
	const root = ".."
	read := 0
	for _, part := range []string{"alerts", "cmd", "dashboards", "deploy", "detectors", "ingest", "internal"} {
		err := filepath.WalkDir(filepath.Join(root, part), func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			name, _ := filepath.Rel(root, path)
			name = filepath.ToSlash(name)
			if entry.IsDir() {
				if slices.Contains([]string{"catalog", "policy", "tests", "testdata"}, entry.Name()) && name != "internal/domain/catalog" {
					return fs.SkipDir
				}
				return nil
			}
			if strings.HasSuffix(name, "_test.go") || !slices.Contains([]string{".go", ".sql", ".html", ".js", ".css", ".yml", ".yaml", ".json"}, filepath.Ext(name)) {
				return nil
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			read++
			for _, one := range catalogue {
				if strings.Contains(string(text), one.ID) && !allowed(name, one.ID) {
					t.Errorf("%s names the detector %s: put what it needs into a field of the header", name, one.ID)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if read < 300 {
		t.Errorf("only %d files were read", read)
	}
}

func allowed(file, id string) bool {
	if slices.ContainsFunc(aboutOne[id], func(place string) bool { return strings.HasPrefix(file, place) }) {
		return true
	}
	return file == "detectors/detectortest/doc.go" // an example
}
