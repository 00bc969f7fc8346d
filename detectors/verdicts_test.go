package detectors

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Nobody talks a wage away: what people found of warnings is read by no snapshot, detector, index, edition, grade or scorecard.
func TestNothingThatIsMeasuredReadsVerdicts(t *testing.T) {
	n := 0
	for _, folder := range []string{"snapshot", "catalog", "index", "pass", "editions", "grades", "rates", "risk", "schedule"} {
		err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := os.ReadFile(path)
			n++
			if strings.Contains(string(text), "verdict_events") || strings.Contains(string(text), "domain/verdict") {
				t.Errorf("%s reads verdicts", path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n < 100 {
		t.Errorf("only %d files were read", n)
	}
}
