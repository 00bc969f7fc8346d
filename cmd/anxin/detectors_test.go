package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestADetectorIsWrittenTestedAndGivenItsThresholds(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "own")
	edit := func(name, old, new string) {
		t.Helper()
		path := filepath.Join(dir, name)
		text, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(text), old) {
			t.Fatalf("%s does not hold %q (%v)", name, old, err)
		}
		if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(text), old, new)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	step := func(want int, says string, args ...string) {
		t.Helper()
		stdout, stderr, code := result(t, args...)
		if code != want || !strings.Contains(stdout+stderr, says) {
			t.Errorf("anxin %s ends with %d and says %q, want %d and %q", strings.Join(args, " "), code, stdout+stderr, want, says)
		}
	}
	step(exitDone, "crane-idle.test.yaml", "detectors", "new", "crane-idle", "--dir", dir, "--scope", "employer", "--group", "safeguards")
	step(exitUsage, "is there already", "detectors", "new", "crane-idle", "--dir", dir)
	step(exitDone, "  ok      paid later clears it", "detectors", "test", "crane-idle", "--catalog", dir)
	edit("crane-idle.test.yaml", "workers: 1", "workers: 2")
	step(exitFailed, "workers is 1, want 2", "detectors", "test", "crane-idle", "--catalog", dir)

	values := func(text string) string {
		path := filepath.Join(t.TempDir(), "policy.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	step(exitDone, "good", "policy", "check", values("crane-idle: {red_days: [{value: 20, source: notice}]}"), "--catalog", dir)
	step(exitUsage, "in force", "policy", "check", values("crane-idle: {red_days: [{value: 20, region: \"33\", source: notice}]}"), "--catalog", dir)
	step(exitUsage, "policy.yaml: line 1, crane-idle.red_days: the value is soon", "policy", "check", values("crane-idle: {red_days: [{value: soon, source: notice}]}"), "--catalog", dir)

	config := values("store: {dsn: \"embedded:" + filepath.Join(t.TempDir(), "store") + "\"}\ndetectors: {catalog: " + dir + "}\n")
	step(exitUsage, "write into the policy file\ncrane-idle:\n  red_days:", "detect", "--once", "--alone", "--as-of", "2026-10-31", "--config", config)
}
