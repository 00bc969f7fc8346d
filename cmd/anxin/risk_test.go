package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/detectors/risk"
)

func TestAScorecardIsAdoptedInAPersonsNameAndWrittenDown(t *testing.T) {
	dir := t.TempDir()
	config, file, broken := filepath.Join(dir, "anxin.yaml"), filepath.Join(dir, "scorecard.yaml"), filepath.Join(dir, "broken.yaml")
	card, err := risk.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	card.ID = "kaili-2026"
	var text bytes.Buffer
	if err := card.Write(&text); err != nil {
		t.Fatal(err)
	}
	for path, content := range map[string]string{
		config: "store: {dsn: \"embedded:" + filepath.Join(dir, "store") + "\"}\n", file: text.String(), broken: "id: x\nparts: [{scope: township}]\n",
	} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := func(args ...string) (string, string, int) {
		t.Helper()
		return result(t, append(args, "--config", config)...)
	}
	for _, args := range [][]string{
		{"users", "add", "li", "--name", "李", "--role", "supervisor", "--territory", "522601"},
		{"users", "add", "wang", "--name", "王", "--role", "inspector", "--territory", "522601"},
	} {
		if _, errs, code := run(args...); code != exitDone {
			t.Fatalf("%v: %s", args, errs)
		}
	}
	for name, args := range map[string][]string{
		"nobody known":     {file, "--by", "zhao", "--reason", "better"},
		"an inspector":     {file, "--by", "wang", "--reason", "better"},
		"no reason":        {file, "--by", "li", "--reason", ""},
		"a file for towns": {broken, "--by", "li", "--reason", "better"},
	} {
		if _, errs, code := run(append([]string{"risk", "adopt"}, args...)...); code != exitUsage {
			t.Errorf("%s: exit code %d, %s", name, code, errs)
		}
	}
	if out, errs, code := run("risk", "adopt", file, "--by", "li", "--reason", "our own two years"); code != exitDone || !strings.Contains(out, "kaili-2026") {
		t.Fatalf("adopting: %d %q %q", code, out, errs)
	}
	if out, _, _ := run("audit", "list", "--json", "--action", "scorecard_adopted"); strings.Count(out, "\n") != 1 || !strings.Contains(out, "kaili-2026") || !strings.Contains(out, `"li"`) || !strings.Contains(out, "our own two years") {
		t.Errorf("the audit log says %q", out)
	}
}

func TestACheckOfAStoreWithoutAHistoryIsRefused(t *testing.T) {
	config := filepath.Join(t.TempDir(), "anxin.yaml")
	if err := os.WriteFile(config, []byte("store: {dsn: \"embedded:"+filepath.Join(t.TempDir(), "store")+"\"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, errs, code := result(t, "risk", "check", "--to", "2026-06-30", "--config", config); code != exitUsage || !strings.Contains(errs, "the data end on") {
		t.Errorf("exit code %d: %s", code, errs)
	}
}
