package language

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/internal/domain/law"
)

// TestEveryBasisOfAShippedDetectorReadsInBothLanguages: a law is named in Chinese on Chinese pages, and a reminder of what
// it says stands beside it in both.
func TestEveryBasisOfAShippedDetectorReadsInBothLanguages(t *testing.T) {
	files, err := filepath.Glob("../../../detectors/catalog/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no detectors found: %v", err)
	}
	laws := law.Shipped()
	header := regexp.MustCompile(`(?m)^basis: \[(.+)\]$`)
	latin := regexp.MustCompile(`[A-Za-z]`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		m := header.FindStringSubmatch(string(text))
		if m == nil {
			t.Errorf("%s has no basis", file)
			continue
		}
		for citation := range strings.SplitSeq(m[1], ", ") {
			citation = strings.Trim(citation, `"`)
			zh, en := Chinese.Article(laws, citation), English.Article(laws, citation)
			if latin.MatchString(zh.Name) || zh.Text == "" {
				t.Errorf("%s: %q reads in Chinese as %+v", file, citation, zh)
			}
			if en.Name == "" || en.Text == "" || en.Name == zh.Name {
				t.Errorf("%s: %q reads in English as %+v", file, citation, en)
			}
		}
	}
	for citation, want := range map[string]string{
		"法释〔2013〕3号 art. 3":               "法释〔2013〕3号第3条",
		"Labour Inspection Regulation 17": "劳动保障监察条例第17条",
		"a law of one's own":              "a law of one's own",
	} {
		if got := Chinese.Article(laws, citation).Name; got != want {
			t.Errorf("%q is named %q, want %q", citation, got, want)
		}
	}
}
