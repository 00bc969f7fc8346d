package console

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
	files, err := filepath.Glob("../../detectors/catalog/*.sql")
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
			zh, en := chinese.article(laws, citation), english.article(laws, citation)
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
		if got := chinese.article(laws, citation).Name; got != want {
			t.Errorf("%q is named %q, want %q", citation, got, want)
		}
	}
}

// TestATextThatCitesAnUnreadLawSaysSo: on the page that explains the index and wherever a law is named in running text.
func TestATextThatCitesAnUnreadLawSaysSo(t *testing.T) {
	laws := law.Shipped()
	c := NewCitations(laws)
	text, err := c.Noted("about.sources_text")(find(chinese, "about.sources_text"))
	if err != nil || !strings.Contains(text, "《拖欠农民工工资失信联合惩戒对象名单管理暂行办法》（未核对原文）") || strings.Contains(text, "《劳动保障监察条例》（未核对原文）") {
		t.Errorf("the sources read %q, %v", text, err)
	}
	if c.Unchecked("nav.crumbs") {
		t.Error("a text without a law is noted")
	}
	for _, cited := range []struct {
		citation, note string
	}{{"MOHRSS Order 45 of 2021", "未核对原文"}, {"Reg. 26", ""}, {"what nobody registered", "未核对原文"}} {
		if got := chinese.article(laws, cited.citation).Note; got != cited.note {
			t.Errorf("beside %q stands %q, want %q", cited.citation, got, cited.note)
		}
	}
}
