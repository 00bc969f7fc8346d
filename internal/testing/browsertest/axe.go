package browsertest

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/anxin-project/anxin/internal/testing/need"
)

// axe-core, which looks at a page for what keeps people from using it: make axe fetches this version by npm, once.
const (
	AxeVersion = "4.14.1"
	axeSum     = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c" // SHA-256 of axe.min.js
)

var readAxe = sync.OnceValues(func() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(filepath.Join(cache, "anxin", "axe-core-"+AxeVersion, "axe.min.js"))
	return string(text), err
})

// Axe returns the script. Without it the test is skipped on a developer's machine, but fails in CI.
func Axe(t *testing.T) string {
	t.Helper()
	text, err := readAxe()
	if err != nil {
		need.Missing(t, "axe-core "+AxeVersion+" is not there: make axe")
	}
	if sum := sha256.Sum256([]byte(text)); hex.EncodeToString(sum[:]) != axeSum {
		t.Fatalf("the axe-core in the cache is not version %s as it was published: remove it and run make axe", AxeVersion)
	}
	return text
}

// axeRun looks at the page. Some rules only say what nobody can decide by program: those are left to people.
const axeRun = `axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"] })
	.then(r => r.violations.flatMap(v => v.nodes.slice(0, 3).map(n => v.id + " (" + v.nodes.length + "): " + n.html.slice(0, 160))).join("\n"), e => "axe failed: " + e)`

// Barriers runs axe-core on the page that is shown, and returns what it finds, one a line: the rule, how often, and the element.
func (b *Browser) Barriers(t *testing.T) string {
	t.Helper()
	Eval[bool](t, b, Axe(t)+"; window.found = null; "+axeRun+".then(text => { window.found = text; }); true")
	b.Until(t, "window.found !== null")
	return Eval[string](t, b, "window.found")
}
