package prometheustest

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Changes are what a test replaces in a shipped file: each key, which must be there, by its value.
type Changes map[string]string

// Rewrite copies a shipped file to another place with changes. A key that the file does not hold fails the test: the file
// has changed, and the test would no longer start what is shipped.
func Rewrite(t testing.TB, from, to string, changes Changes) {
	t.Helper()
	content, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	text := string(content)
	for old, changed := range changes {
		if !strings.Contains(text, old) {
			t.Fatalf("%s no longer says %q: the test has to follow it", from, old)
		}
		text = strings.ReplaceAll(text, old, changed)
	}
	write(t, to, text)
}

var (
	holds = regexp.MustCompile(`(?m)^(\s+(?:for|keep_firing_for)): .*$`)
	alert = regexp.MustCompile(`(?m)^\s+- alert: (.*)$`)
)

// RewriteRules copies rule files into a folder, which it makes, with each for and keep_firing_for set to one duration. It
// returns the names of their alerts in order.
func RewriteRules(t testing.TB, rules fs.FS, to, hold string) []string {
	t.Helper()
	names, err := fs.Glob(rules, "*.yml")
	if err != nil || len(names) == 0 {
		t.Fatalf("no rule files: %v", err)
	}
	if err := os.MkdirAll(to, 0o755); err != nil {
		t.Fatal(err)
	}
	var alerts []string
	for _, name := range names {
		content, err := fs.ReadFile(rules, name)
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(to, name), holds.ReplaceAllString(string(content), fmt.Sprintf("${1}: %s", hold)))
		for _, found := range alert.FindAllStringSubmatch(string(content), -1) {
			alerts = append(alerts, found[1])
		}
	}
	slices.Sort(alerts)
	return alerts
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
