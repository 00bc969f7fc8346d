package console

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/dashboards/console/language"
)

func TestEveryTextIsThereInBothLanguages(t *testing.T) {
	place := regexp.MustCompile(`\{\d\}`)
	chineseCharacter := regexp.MustCompile(`\p{Han}`)
	for key, text := range language.Texts() {
		if strings.TrimSpace(text.ZH) == "" || strings.TrimSpace(text.EN) == "" {
			t.Errorf("%s lacks a language: %+v", key, text)
		}
		zh, en := place.FindAllString(text.ZH, -1), place.FindAllString(text.EN, -1)
		slices.Sort(zh)
		slices.Sort(en)
		if !slices.Equal(slices.Compact(zh), slices.Compact(en)) {
			t.Errorf("%s has the places %v in Chinese and %v in English", key, zh, en)
		}
		if key != "brand" && key != "nav.other" && key != "filter.name_hint" && chineseCharacter.MatchString(text.EN) {
			t.Errorf("%s is Chinese in English: %s", key, text.EN)
		}
	}
}

func TestEveryTextAPageAsksForExists(t *testing.T) {
	var files []string
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && slices.Contains([]string{".go", ".html"}, filepath.Ext(path)) {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	asked := regexp.MustCompile(`(?:\b(?:t|tf) |(?:[mM]essage|[fF]ill)\([a-zA-Z.]+, |\bt\()"([a-z_]+(?:\.[a-z_]+)*)"`)
	n := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range asked.FindAllStringSubmatch(string(text), -1) {
			n++
			if _, ok := language.LookUp(m[1]); !ok && !strings.HasSuffix(file, "_test.go") {
				t.Errorf("%s asks for %q, which is not in the catalogue", file, m[1])
			}
		}
	}
	if n < 150 {
		t.Errorf("only %d texts found: the pattern no longer sees them", n)
	}
}
