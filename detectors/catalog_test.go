package detectors_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	shipped "github.com/anxin-project/anxin/detectors/catalog"
	"github.com/anxin-project/anxin/detectors/detectortest"
	"github.com/anxin-project/anxin/detectors/policy"
)

func TestEveryShippedDetectorDoesWhatItsTestsSay(t *testing.T) {
	t.Parallel()
	catalogue, err := shipped.Read("")
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

const ownDetector = `/*
id: crane-idle
title: {zh: 塔吊闲置, en: crane idle}
question: {zh: 塔吊是否闲置, en: is a crane idle}
group: safeguards
scope: [project]
department: sector
basis:
  - Reg. 26
  - CITED
levels: {red: {zh: 是, en: yes}}
advice: {zh: 核查, en: check}
*/
SELECT 1`

func TestADetectorCitesRegisteredLawsAlone(t *testing.T) {
	for _, c := range []struct{ name, cited, laws, want string }{
		{"a law that is registered", "Labour Inspection Regulation 17", "", ""},
		{"a law that there is not", "Crane Law 5", "", `crane-idle.sql: line 10: basis: "Crane Law 5" is no registered law: want one of Reg.`},
		{"an article that there is not", "Reg. 99", "", `crane-idle.sql: line 10: basis: "Reg. 99": article 99 of Reg. is not registered`},
		{"another name of a law", "劳动保障监察条例 17", "", "is cited by its id: Labour Inspection Regulation"},
		{"a law of one's own", "Crane Law 5", "- id: Crane Law\n  name: {zh: 塔吊条例, en: Crane Law}\n  text: {zh: 塔吊, en: cranes}\n  articles: {5: {zh: 五, en: five}}\n", ""},
		{"a slip in the laws of one's own", "Reg. 26", "- id: Crane Law\n", "laws.yaml: line 1: Crane Law: name needs zh and en"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			files := map[string]string{"crane-idle.sql": strings.Replace(ownDetector, "CITED", c.cited, 1)}
			if c.laws != "" {
				files["laws.yaml"] = c.laws
			}
			for name, text := range files {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			_, err := shipped.Read(dir)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}
