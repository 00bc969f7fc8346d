// Package roomstest holds the folders of the repository to their order: which may import which.
package roomstest

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/anxin-project/anxin"

// room is a folder, with everything below it that is no room itself, and the rooms that it may import. A folder that ends in /*
// stands for each folder in it: they are rooms that do not know each other. So does a room in uses that ends in /*.
type room struct {
	folder string
	uses   []string
}

// What every room of the services stands on.
var base = []string{"internal/domain", "internal/platform", "docs/reference"}

// The rooms from the top down: an arrow that points up is refused.
var rooms = []room{
	{"cmd", with("internal/app", "internal/bench", "ingest", "detectors", "alerts", "dashboards/console", "internal/simulate")},
	{"internal/app", with("ingest", "detectors", "alerts", "dashboards/console", "internal/simulate")},
	{"internal/bench", with("internal/app", "ingest", "detectors", "alerts", "dashboards/console", "dashboards/console/view", "internal/simulate")},

	// The four do not know each other.
	{"ingest", base},
	{"detectors", base},
	{"alerts", base},
	{"dashboards/console", with("dashboards/console/pages/*", "dashboards/console/web", "dashboards/console/view")},

	{"dashboards/console/pages/*", with("dashboards/console/web", "dashboards/console/chart", "dashboards/console/view", "dashboards/console/language")},
	{"dashboards/console/web", with("dashboards/console/view", "dashboards/console/language", "dashboards/console/memory")},
	{"dashboards/console/chart", with("dashboards/console/view", "dashboards/console/language")},
	{"dashboards/console/view", with("dashboards/console/language", "dashboards/console/memory")},
	{"dashboards/console/language", base},
	{"dashboards/console/memory", nil},

	{"internal/simulate", []string{"internal/domain"}},
	{"internal/platform", []string{"internal/domain"}},
	{"internal/domain", nil},

	// The reference's texts, which programs answer with; what writes them reads the whole of Anxin.
	{"docs/reference", nil},
	{"docs", with("ingest", "detectors", "alerts", "dashboards/console")},
}

// pointBack are the arrows that still point up, each a package that imports another. One that has gone is to be taken out.
var pointBack = [][2]string{}

func with(more ...string) []string { return append(slices.Clone(base), more...) }

// of returns the room of a package, by its path below the module, and what it may use; "" for a package that lies in none.
func of(pkg string) (name string, uses []string) {
	for _, r := range rooms {
		folder, every := strings.CutSuffix(r.folder, "/*")
		rest, inside := strings.CutPrefix(pkg+"/", folder+"/")
		if !inside {
			continue
		}
		if every {
			first, _, _ := strings.Cut(rest, "/")
			folder = path.Join(folder, first)
		}
		if len(folder) > len(name) {
			name, uses = folder, r.uses
		}
	}
	return name, uses
}

// tests are the folders that tests alone use: they may import whatever they try out, and nothing else may import them.
var tests = []string{"internal/testing", "ingest/faultstest", "ingest/ingesttest", "ingest/kafkatest", "ingest/privacytest"}

func forTests(pkg string) bool {
	return slices.ContainsFunc(tests, func(folder string) bool { return strings.HasPrefix(pkg+"/", folder+"/") })
}

// refuse returns why a package may not import another; nil when it may.
func refuse(from, to string) error {
	if forTests(from) {
		return nil
	}
	if forTests(to) {
		return fmt.Errorf("%s imports %s, which is for tests", from, to)
	}
	mine, uses := of(from)
	other, _ := of(to)
	for pkg, name := range map[string]string{from: mine, to: other} {
		if name == "" {
			return fmt.Errorf("%s lies in no room: say here what it may import", pkg)
		}
	}
	if mine == other || slices.Contains(uses, other) || slices.Contains(uses, path.Dir(other)+"/*") {
		return nil
	}
	return fmt.Errorf("%s imports %s: the room %s must not know %s", from, to, mine, other)
}

// arrows returns which package imports which in the repository at root, each by its path below the module. Files of tests are
// left out.
func arrows(t *testing.T, root string) map[[2]string]bool {
	t.Helper()
	all := map[[2]string]bool{}
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && file != root && (entry.Name() == "testdata" || strings.HasPrefix(entry.Name(), ".")):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go"):
			return nil
		}
		folder, err := filepath.Rel(root, filepath.Dir(file))
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if to, ours := strings.CutPrefix(imported, module+"/"); ours {
				all[[2]string{filepath.ToSlash(folder), to}] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestEveryArrowPointsDown(t *testing.T) {
	all := arrows(t, "../../..")
	if len(all) < 200 {
		t.Errorf("only %d arrows were read", len(all))
	}
	for arrow := range all {
		if err := refuse(arrow[0], arrow[1]); err != nil && !slices.Contains(pointBack, arrow) {
			t.Error(err)
		}
	}
	for _, arrow := range pointBack {
		if !all[arrow] {
			t.Errorf("%s no longer imports %s: take it out of pointBack", arrow[0], arrow[1])
		}
	}
}

func TestAnArrowThatPointsBackIsRefused(t *testing.T) {
	for _, arrow := range []struct {
		from, to string
		refused  bool
	}{
		{"cmd/anxin", "alerts/cases", false},
		{"cmd/anxin", "dashboards/console", false},
		{"cmd/anxin", "dashboards/console/web", true},
		{"alerts", "dashboards/console", true},
		{"alerts", "detectors/policy", true},
		{"alerts/cases", "alerts/blacklist", false},
		{"ingest", "internal/testing/kafkatest", true},
		{"ingest/kafkatest", "internal/testing/kafkatest", false},
		{"internal/platform/access", "internal/domain/casefile", false},
		{"internal/platform/store", "detectors", true},
		{"internal/domain/civil", "internal/platform/store", true},
		{"dashboards/console", "dashboards/console/pages/ranking", false},
		{"dashboards/console/pages/ranking", "dashboards/console/web", false},
		{"dashboards/console/pages/ranking", "dashboards/console/pages/editions", true},
		{"dashboards/console/pages/ranking", "dashboards/console", true},
		{"dashboards/console/web", "dashboards/console/pages/ranking", true},
		{"dashboards/console/view", "dashboards/console/web", true},
		{"dashboards/console/chart", "dashboards/console/web", true},
		{"somewhere/new", "internal/domain/civil", true},
	} {
		if err := refuse(arrow.from, arrow.to); (err != nil) != arrow.refused {
			t.Errorf("%s to %s: %v", arrow.from, arrow.to, err)
		}
	}
}
