package law

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// scanned are the kinds of files in which a law may be cited. Tests cite what they please.
var scanned = []string{".go", ".sql", ".yaml", ".yml", ".html", ".md", ".json", ".js", ".txt", ".sh"}

// cites are the forms in which laws are cited. What has one of them and is no mention of a registered law is an error.
var cites = regexp.MustCompile(strings.Join([]string{
	`《[^《》]+》`, // a title
	`\p{Han}+(?:发|办|字|令|规|法|市|释)?〔(?:19|20)\d\d〕\d+号`, // the number of a document
	`令第?\d+号`,
	`(?:条例|规定|办法|解释|决定|通知|\p{Han}法)第?[\d一二三四五六七八九十百]+条`,
	`第[\d一二三四五六七八九十百]+条`,
	`\p{Han}(?:法|法典|条例|规定|办法) ?\d+`,
	`\bReg\. ?\d+`,
	`\bMOHRSS (?:Order )?\d+`,
	`\bMOHURD \d+`,
	`\bState Council (?:Decree|Order|General Office) \d+`,
	`\bGeneral Office \d+`,
	`\bDecree \d+`,
	`\bResolution \d+`,
	`\binterpretation \d+`,
	`\b(?:Law|Regulation|Provisions|Measures) \d+`,
	`\barts?\. \d+`,
	`[Aa]rticle \d+`,
}, "|"))

// otherwise are the things that have the form of a citation and are none.
var otherwise = []string{
	"第一条", // entry of the audit log
}

// TestEveryCitationInTheTreeIsRegistered: no page, text, policy, query, paper, doc or comment cites a law that the register
// does not have, or an article that nobody has looked up.
func TestEveryCitationInTheTreeIsRegistered(t *testing.T) {
	r := Shipped()
	var files, cited int
	err := filepath.WalkDir("../../..", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if slices.Contains([]string{".git", "testdata", "node_modules"}, entry.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		if !slices.Contains(scanned, path.Ext(name)) || strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "laws.yaml") {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		files++
		before := "" // the line before: a citation may run over the end of a line
		for i, line := range strings.Split(string(text), "\n") {
			line = strings.TrimLeft(line, "-/#* \t") // as comments begin
			joined, from := before+" "+line, len(before)+1
			rest := []byte(joined)
			for _, m := range r.Find(joined) {
				for at := m.Start; at < m.End; at++ {
					rest[at] = '~'
				}
				if m.End <= from {
					continue
				}
				cited++
				if missing := m.Unregistered(); len(missing) > 0 {
					t.Errorf("%s:%d: article %s of %s is not registered: %s", name, i+1, strings.Join(missing, ", "), m.Law.ID, joined[m.Start:m.End])
				}
			}
			for _, at := range cites.FindAllIndex(rest, -1) {
				other := string(rest[at[0]:at[1]])
				if at[1] > from && !strings.Contains(other, "~") && !slices.Contains(otherwise, other) {
					t.Errorf("%s:%d: %q cites what is not registered: %s", name, i+1, other, line)
				}
			}
			before = strings.TrimSpace(line)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 300 || cited < 200 {
		t.Errorf("%d citations in %d files: the tree is not where this looks", cited, files)
	}
}
