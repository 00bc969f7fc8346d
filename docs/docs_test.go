// Package docs_test holds the documentation to what is true: generated pages are up to date, links lead somewhere,
// commands and files that pages and deployments name exist, and Prometheus and Alertmanager accept their files.
package docs_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"

	"github.com/prometheus/prometheus/promql/parser"
	"go.yaml.in/yaml/v3"

	shipped "github.com/anxin-project/anxin/detectors/catalog"
	"github.com/anxin-project/anxin/docs/generate/reference"
	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/law"
)

const root = ".."

var built = struct {
	sync.Once
	dir, path string
	err       error
}{}

func TestMain(m *testing.M) {
	code := m.Run()
	if built.dir != "" {
		_ = os.RemoveAll(built.dir)
	}
	os.Exit(code)
}

// program is anxin, compiled once for all tests.
func program(t *testing.T) string {
	t.Helper()
	built.Do(func() {
		if built.dir, built.err = os.MkdirTemp("", "anxin-docs-"); built.err == nil {
			built.path, built.err = reference.Build(root, built.dir)
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return built.path
}

// run returns what anxin prints; it must succeed.
func run(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command(program(t), args...)
	cmd.Env = append(os.Environ(), "ANXIN_ALERTS_TOKEN=0123456789abcdef0123456789abcdef")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("anxin %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// tool finds a program of Debian. CI must have it; elsewhere the test is skipped without it.
func tool(t *testing.T, name, debian string) string {
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("%s is missing: install Debian's package %s", name, debian)
		}
		t.Skipf("%s is not installed: apt-get install %s", name, debian)
	}
	return path
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// pages are the Markdown files of the repository, by their path in it.
func pages(t *testing.T) map[string]string {
	all := map[string]string{}
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && (strings.HasPrefix(e.Name(), ".") && path != root || e.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if strings.HasSuffix(path, ".md") {
			rel, _ := filepath.Rel(root, path)
			all[rel] = read(t, rel)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestGeneratedPagesAreUpToDate(t *testing.T) {
	want, err := reference.Pages(root)
	if err != nil {
		t.Fatal(err)
	}
	for path, text := range want {
		if read(t, path) != text {
			t.Errorf("%s is out of date: run go run ./docs/generate", path)
		}
	}
}

var (
	fence   = regexp.MustCompile("(?ms)^```([a-z]*)[^\n]*\n(.*?)^```")
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.+)$`)
	code    = regexp.MustCompile("`[^`]*`")
)

// anchors are the fragments under which a page's headings are reached, as GitHub makes them.
func anchors(page string) []string {
	var all []string
	for _, m := range heading.FindAllStringSubmatch(fence.ReplaceAllString(page, ""), -1) {
		var b strings.Builder
		for _, r := range strings.ToLower(strings.TrimSpace(m[1])) {
			switch {
			case r == ' ':
				b.WriteByte('-')
			case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
				b.WriteRune(r)
			}
		}
		all = append(all, b.String())
	}
	return all
}

func TestLinksLeadSomewhere(t *testing.T) {
	all := pages(t)
	for path, text := range all {
		for _, m := range link.FindAllStringSubmatch(code.ReplaceAllString(fence.ReplaceAllString(text, ""), ""), -1) {
			if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
				continue
			}
			target, fragment, _ := strings.Cut(m[1], "#")
			to := path
			if target != "" {
				to = filepath.Join(filepath.Dir(path), target)
				if _, err := os.Stat(filepath.Join(root, to)); err != nil {
					t.Errorf("%s: %s leads nowhere", path, m[1])
					continue
				}
			}
			if fragment != "" && !slices.Contains(anchors(all[to]), fragment) {
				t.Errorf("%s: %s has no heading #%s", path, to, fragment)
			}
		}
	}
}

func TestEveryPageOfDocsIsReachedFromItsIndex(t *testing.T) {
	all := pages(t)
	reached := map[string]bool{}
	var visit func(string)
	visit = func(path string) {
		if reached[path] {
			return
		}
		reached[path] = true
		for _, m := range link.FindAllStringSubmatch(all[path], -1) {
			target, _, _ := strings.Cut(m[1], "#")
			if to := filepath.Join(filepath.Dir(path), target); all[to] != "" {
				visit(to)
			}
		}
	}
	visit("README.md")
	for path := range all {
		if strings.HasPrefix(path, "docs/") && !reached[path] {
			t.Errorf("no link leads from README.md to %s", path)
		}
	}
}

// rules are the alert rules of alerts/rules.
func rules(t *testing.T) map[string]struct{ Expr, Runbook string } {
	files, err := filepath.Glob(filepath.Join(root, "alerts/rules/*.yml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no rules: %v", err)
	}
	all := map[string]struct{ Expr, Runbook string }{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var parsed struct {
			Groups []struct {
				Rules []struct {
					Alert       string
					Expr        string
					Annotations map[string]string
				}
			}
		}
		if err := yaml.Unmarshal(text, &parsed); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, g := range parsed.Groups {
			for _, r := range g.Rules {
				all[r.Alert] = struct{ Expr, Runbook string }{r.Expr, r.Annotations["runbook_url"]}
			}
		}
	}
	return all
}

func TestEveryAlertHasARunbookAndEveryRunbookAnAlert(t *testing.T) {
	all := rules(t)
	for name, r := range all {
		if _, err := os.Stat(filepath.Join(root, r.Runbook)); err != nil || r.Runbook == "" {
			t.Errorf("%s: runbook_url %q names no file", name, r.Runbook)
			continue
		}
		page := read(t, r.Runbook)
		for _, part := range []string{"# " + name + "\n", "## What it means\n", "## Look first\n", "## How to mend it\n", "## When it resolves\n"} {
			if !strings.Contains(page, part) {
				t.Errorf("%s lacks %q", r.Runbook, strings.TrimSpace(part))
			}
		}
	}
	files, _ := filepath.Glob("runbooks/*.md")
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".md")
		if _, ok := all[name]; !ok && name != "README" {
			t.Errorf("%s is about no alert", file)
		}
	}
}

func TestCommandsThatPagesShowExist(t *testing.T) {
	commands, err := reference.Commands(program(t))
	if err != nil {
		t.Fatal(err)
	}
	byPath := map[string]reference.Command{}
	for _, c := range commands {
		byPath[strings.Join(c.Path, " ")] = c
	}
	makefile := read(t, "Makefile")
	for path, text := range pages(t) {
		if path == "docs/reference/commands.md" {
			continue
		}
		for _, block := range fence.FindAllStringSubmatch(text, -1) {
			if block[1] != "sh" && block[1] != "console" {
				continue
			}
			script := strings.ReplaceAll(block[2], "\\\n", " ")
			for line := range strings.Lines(script) {
				line, _, _ = strings.Cut(line, " #")
				words := strings.Fields(line)
				for at, word := range words {
					switch {
					case word == "make" && at == 0:
						for _, target := range words[1:] {
							if !regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(target) + `:`).MatchString(makefile) {
								t.Errorf("%s: make %s is no target of the Makefile", path, target)
							}
						}
					case filepath.Base(word) == "anxin" && (at == 0 || isProgram(words, at)):
						checkCommand(t, path, byPath, words[at+1:])
					}
				}
			}
		}
	}
}

// isProgram tells whether the word at a place of a line is the program that is run: first of the line, or after a wrapper.
func isProgram(words []string, at int) bool {
	return at > 0 && slices.Contains([]string{"--no-deps", "|", "&&", "sudo", "exec"}, words[at-1])
}

func checkCommand(t *testing.T, page string, byPath map[string]reference.Command, words []string) {
	t.Helper()
	path := []string{}
	for len(words) > 0 {
		if _, ok := byPath[strings.Join(append(slices.Clone(path), words[0]), " ")]; !ok {
			break
		}
		path, words = append(path, words[0]), words[1:]
	}
	one := byPath[strings.Join(path, " ")]
	name := strings.Join(append([]string{"anxin"}, path...), " ")
	if len(one.Children) > 0 && (len(words) == 0 || !strings.HasPrefix(words[0], "-")) {
		t.Errorf("%s: %q: want one of %s", page, name+" "+strings.Join(words, " "), strings.Join(one.Children, ", "))
		return
	}
	for _, word := range words {
		if word == "|" || word == ">" || word == "&&" {
			return
		}
		if flag, _, _ := strings.Cut(word, "="); strings.HasPrefix(flag, "-") && flag != "-" && !one.Flags[flag] {
			t.Errorf("%s: %s has no flag %s", page, name, flag)
		}
	}
}

// named returns the fenced blocks of all pages whose first line is "# NAME": examples of whole files.
func named(t *testing.T, name string) map[string]string {
	found := map[string]string{}
	for path, text := range pages(t) {
		for i, block := range fence.FindAllStringSubmatch(text, -1) {
			if first, _, _ := strings.Cut(block[2], "\n"); strings.HasPrefix(first, "# "+name) {
				found[path+" block "+string(rune('a'+i))] = block[2]
			}
		}
	}
	return found
}

func check(t *testing.T, where, text string, args ...string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "example")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Log(where)
	run(t, append(args, file)...)
}

func TestExamplesOfConfigurationAndPolicyAreGood(t *testing.T) {
	run(t, "config", "check", filepath.Join(root, "deploy/anxin.yaml"))
	configurations, policies := named(t, "anxin.yaml"), named(t, "policy.yaml")
	if len(configurations) == 0 || len(policies) == 0 {
		t.Error("no example of anxin.yaml or policy.yaml in the pages")
	}
	for where, text := range configurations {
		check(t, where, text, "config", "check")
	}
	own := t.TempDir() // with the detector of the guide, whose thresholds one of the examples sets
	run(t, "detectors", "new", "crane-idle", "--dir", own)
	for where, text := range policies {
		if strings.Contains(text, "crane-idle:") {
			check(t, where, text, "policy", "check", "--catalog", own)
		} else {
			check(t, where, text, "policy", "check")
		}
	}
	var compose struct {
		Configs map[string]struct{ Content string }
	}
	if err := yaml.Unmarshal([]byte(read(t, "docker-compose.yml")), &compose); err != nil {
		t.Fatal(err)
	}
	check(t, "docker-compose.yml", interpolation.ReplaceAllString(compose.Configs["anxin"].Content, "secret"), "config", "check")
}

func TestExamplesOfHolidaysDetectorsAndLawsAreGood(t *testing.T) {
	holidays, laws := 0, 0
	for path, text := range pages(t) {
		for _, block := range fence.FindAllStringSubmatch(text, -1) {
			switch {
			case strings.Contains(block[2], "\nnotice 20"):
				holidays++
				if _, err := calendar.Parse(strings.NewReader(block[2])); err != nil {
					t.Errorf("%s: holidays: %v", path, err)
				}
			case block[1] == "yaml" && strings.HasPrefix(block[2], "- id: "):
				laws++
				if _, err := law.Shipped().With([]byte(block[2])); err != nil {
					t.Errorf("%s: laws: %v", path, err)
				}
			case block[1] == "sql" && strings.HasPrefix(block[2], "/*"):
				id := regexp.MustCompile(`(?m)^id: (\S+)`).FindStringSubmatch(block[2])
				if id == nil {
					t.Errorf("%s: a detector without id", path)
				} else if _, err := shipped.Parse(id[1], block[2]); err != nil {
					t.Errorf("%s: detector %s: %v", path, id[1], err)
				}
			}
		}
	}
	if holidays == 0 || laws == 0 {
		t.Error("no example of a file of holidays or of laws in the pages")
	}
}

var interpolation = regexp.MustCompile(`\$\{[^}]*\}`)

func TestComposeIsWellFormedAndNamesFilesThatExist(t *testing.T) {
	text := read(t, "docker-compose.yml")
	type service struct {
		Image       string
		Build       struct{ Context, Dockerfile string }
		Ports       []string
		Volumes     []string
		Secrets     []string
		Configs     []struct{ Source string }
		Environment map[string]string
		DependsOn   any `yaml:"depends_on"`
		Healthcheck struct{ Test []string }
	}
	var compose struct {
		Services map[string]service
		Volumes  map[string]any
		Configs  map[string]any
		Secrets  map[string]any
	}
	if err := yaml.Unmarshal([]byte(text), &compose); err != nil {
		t.Fatal(err)
	}
	for name, s := range compose.Services {
		image, tag, _ := strings.Cut(s.Image, ":")
		if image == "" || tag == "" || tag == "latest" {
			t.Errorf("%s: image %q is not pinned", name, s.Image)
		}
		if name != "topics" && len(s.Healthcheck.Test) == 0 {
			t.Errorf("%s has no healthcheck", name)
		}
		for _, port := range s.Ports {
			if !strings.HasPrefix(port, "127.0.0.1:") {
				t.Errorf("%s: port %s is not bound to the loopback", name, port)
			}
		}
		for _, volume := range s.Volumes {
			from, _, _ := strings.Cut(volume, ":")
			if strings.HasPrefix(from, "./") {
				if _, err := os.Stat(filepath.Join(root, from)); err != nil {
					t.Errorf("%s: volume %s: %v", name, volume, err)
				}
			} else if _, ok := compose.Volumes[from]; !ok {
				t.Errorf("%s: volume %s is not declared", name, from)
			}
		}
		for key, value := range s.Environment {
			if regexp.MustCompile(`PASSWORD|TOKEN|SECRET`).MatchString(key) && !strings.HasPrefix(value, "${") {
				t.Errorf("%s: %s stands in the file", name, key)
			}
		}
		for _, secret := range s.Secrets {
			if _, ok := compose.Secrets[secret]; !ok {
				t.Errorf("%s: secret %s is not declared", name, secret)
			}
		}
		for _, config := range s.Configs {
			if _, ok := compose.Configs[config.Source]; !ok {
				t.Errorf("%s: config %s is not declared", name, config.Source)
			}
		}
		if s.Build.Dockerfile != "" {
			if _, err := os.Stat(filepath.Join(root, s.Build.Context, s.Build.Dockerfile)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if on, ok := s.DependsOn.(map[string]any); ok {
			for other := range on {
				if _, ok := compose.Services[other]; !ok {
					t.Errorf("%s depends on %s, which is not there", name, other)
				}
			}
		}
	}
	example := read(t, "deploy/anxin.env.example")
	for _, m := range regexp.MustCompile(`\$\{([A-Z_]+)`).FindAllStringSubmatch(text, -1) {
		if !strings.Contains(example, "\n"+m[1]+"=\n") {
			t.Errorf("deploy/anxin.env.example lacks an empty %s", m[1])
		}
	}
}

func TestTheYAMLOfDeploymentsIsWellFormed(t *testing.T) {
	files := []string{"docker-compose.yml"}
	for _, pattern := range []string{"deploy/*.yaml", "deploy/*/*.y*ml", "dashboards/grafana/provisioning/*/*.yml"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: no files, %v", pattern, err)
		}
		for _, file := range found {
			rel, _ := filepath.Rel(root, file)
			files = append(files, rel)
		}
	}
	for _, file := range files {
		decoder := yaml.NewDecoder(strings.NewReader(read(t, file)))
		for {
			var document any
			if err := decoder.Decode(&document); err != nil {
				if err.Error() != "EOF" {
					t.Errorf("%s: %v", file, err)
				}
				break
			}
		}
	}
}

func TestPrometheusAcceptsItsConfiguration(t *testing.T) {
	promtool := tool(t, "promtool", "prometheus")
	// as docker-compose.yml lays it out: the rules beside the configuration
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "prometheus.yml"), []byte(read(t, "deploy/prometheus/prometheus.yml")), 0o600); err != nil {
		t.Fatal(err)
	}
	from, err := filepath.Abs(filepath.Join(root, "alerts/rules"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(from, filepath.Join(dir, "rules")); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(promtool, "check", "config", filepath.Join(dir, "prometheus.yml")).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "rules found") {
		t.Errorf("promtool check config: %v\n%s", err, out)
	}
}

func TestAlertmanagerAcceptsItsConfiguration(t *testing.T) {
	amtool := tool(t, "amtool", "prometheus-alertmanager")
	for _, file := range []string{"alertmanager.yml", "notices.yml"} {
		if out, err := exec.Command(amtool, "check-config", filepath.Join(root, "deploy/alertmanager", file)).CombinedOutput(); err != nil {
			t.Errorf("amtool check-config %s: %v\n%s", file, err, out)
		}
	}
}

// expressions collects what a dashboard asks Prometheus.
func expressions(v any, into *[]string) {
	switch v := v.(type) {
	case map[string]any:
		for key, one := range v {
			if text, ok := one.(string); ok && key == "expr" {
				*into = append(*into, text)
			}
			expressions(one, into)
		}
	case []any:
		for _, one := range v {
			expressions(one, into)
		}
	}
}

func TestDashboardsAndRulesUseMetricsThatExist(t *testing.T) {
	all, err := reference.Metrics(root)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string][]string{}
	for _, m := range all {
		known[m.Name] = m.Labels
		if m.Kind == "histogram" {
			for _, suffix := range []string{"_bucket", "_sum", "_count"} {
				known[m.Name+suffix] = append([]string{"le"}, m.Labels...)
			}
		}
	}
	asked := map[string][]string{}
	for name, r := range rules(t) {
		asked["alert "+name] = []string{r.Expr}
	}
	boards, err := filepath.Glob(filepath.Join(root, "dashboards/grafana/dashboards/*.json"))
	if err != nil || len(boards) == 0 {
		t.Fatalf("no dashboards: %v", err)
	}
	for _, file := range boards {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var board any
		if err := json.Unmarshal(text, &board); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		var found []string
		expressions(board, &found)
		if len(found) == 0 {
			t.Errorf("%s asks nothing", file)
		}
		for _, m := range regexp.MustCompile(`label_values\(([a-z_]+)`).FindAllStringSubmatch(string(text), -1) {
			found = append(found, m[1])
		}
		asked[filepath.Base(file)] = found
	}
	for where, queries := range asked {
		for _, query := range queries {
			parsed, err := parser.ParseExpr(strings.ReplaceAll(query, "$__rate_interval", "5m"))
			if err != nil {
				t.Errorf("%s: %s: %v", where, query, err)
				continue
			}
			parser.Inspect(parsed, func(n parser.Node, _ []parser.Node) error {
				v, ok := n.(*parser.VectorSelector)
				if !ok || v.Name == "ALERTS" || strings.HasPrefix(v.Name, "go_") || strings.HasPrefix(v.Name, "process_") {
					return nil
				}
				labels, ok := known[v.Name]
				if !ok {
					t.Errorf("%s: there is no metric %s", where, v.Name)
				}
				for _, m := range v.LabelMatchers {
					if m.Name != "__name__" && ok && !slices.Contains(labels, m.Name) {
						t.Errorf("%s: %s has no label %s", where, v.Name, m.Name)
					}
				}
				return nil
			})
		}
	}
}

// A comment cites what a reader of the tree can open.
func TestPagesThatCommentsCiteExist(t *testing.T) {
	names := map[string]bool{}
	for path := range pages(t) {
		names[filepath.Base(path)] = true
	}
	cited := regexp.MustCompile(`[A-Za-z][\w/-]*\.md\b`)
	n := 0
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && strings.HasPrefix(e.Name(), ".") && path != root {
			return filepath.SkipDir
		}
		if !slices.Contains([]string{".go", ".sql", ".sh", ".yaml", ".yml"}, filepath.Ext(path)) {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(text)) {
			_, comment, found := strings.Cut(line, "//")
			if !found {
				if _, comment, found = strings.Cut(line, "--"); !found {
					_, comment, _ = strings.Cut(line, "#")
				}
			}
			for _, name := range cited.FindAllString(comment, -1) {
				n++
				if !names[filepath.Base(name)] {
					t.Errorf("%s cites %s, which is not in the tree", path, name)
				}
			}
		}
		return nil
	})
	if err != nil || n < 10 {
		t.Errorf("%d pages are cited, %v: the pattern no longer sees them", n, err)
	}
}
