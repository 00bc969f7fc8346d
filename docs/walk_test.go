package docs_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/platform/embedded"
)

// The commands that pages show are run as they stand, page by page in their order, in a folder that looks like a checkout. What
// cannot be run here is marked in the page, above its block, with the reason:
//
//	<!-- not run: needs a ClickHouse server -->
//
// Files that a page shows before its commands, such as # policy.yaml, are written where their first line says. /etc/anxin and
// /srv are folders of the walk, and make is left out: its targets are held by another test, and what it builds is there.

var (
	step     = regexp.MustCompile("(?ms)^(?:<!-- not run: ([^\n]*) -->\n+)?```([a-z]*)[^\n]*\n(.*?)^```")
	fileName = regexp.MustCompile(`^# ([a-z][a-z0-9_./-]*\.(?:yaml|txt))\b`)
)

// walkWorld is a small county's records, made once.
var walkWorld = struct {
	sync.Once
	dir string
	err error
}{}

func world(t *testing.T) string {
	t.Helper()
	path := program(t)
	walkWorld.Do(func() {
		walkWorld.dir = filepath.Join(built.dir, "records")
		if out, err := exec.Command(path, "simulate", "--scale", "tiny", "--seed", "7", "--to", "2026-10-31", "--out", walkWorld.dir).CombinedOutput(); err != nil {
			walkWorld.err = fmt.Errorf("%w: %s", err, out)
		}
	})
	if walkWorld.err != nil {
		t.Fatal(walkWorld.err)
	}
	return walkWorld.dir
}

// walked are blocks that another page has run already.
var walked sync.Map

func TestCommandsOfPagesRunAsTheyStand(t *testing.T) {
	blocks := 0
	for path, text := range pages(t) {
		if path == "docs/reference/commands.md" { // made from the commands themselves
			continue
		}
		var steps [][]string
		for _, s := range step.FindAllStringSubmatch(text, -1) {
			if shell := s[2] == "sh" || s[2] == "console"; shell && s[1] == "" || !shell && fileName.MatchString(s[3]) {
				steps = append(steps, s)
			}
			if s[2] == "sh" && s[1] == "" {
				blocks++
			}
		}
		if len(steps) > 0 && strings.Contains(fmt.Sprint(steps), "anxin ") {
			t.Run(path, func(t *testing.T) {
				t.Parallel()
				walk(t, steps)
			})
		}
	}
	if blocks < 20 {
		t.Errorf("only %d blocks of commands are run: the pattern no longer sees them", blocks)
	}
}

func walk(t *testing.T, steps [][]string) {
	w := stage(t)
	for i, s := range steps {
		if s[2] != "sh" && s[2] != "console" {
			if name := fileName.FindStringSubmatch(s[3])[1]; name != "anxin.yaml" { // which is the stage's own
				w.write(t, name, s[3])
			}
			continue
		}
		if _, done := walked.LoadOrStore(s[3], true); done && i == 0 { // depends on nothing before it
			continue
		}
		w.run(t, s[3])
	}
}

// folder is where a page's commands are run.
type folder struct {
	dir string
	env []string
}

// stage makes a folder that looks like a checkout with a program built, and a machine with a configuration.
func stage(t *testing.T) *folder {
	w := &folder{dir: t.TempDir()}
	link := func(to, name string) {
		to, err := filepath.Abs(to)
		if err == nil {
			err = os.MkdirAll(filepath.Dir(filepath.Join(w.dir, name)), 0o755)
		}
		if err == nil {
			err = os.Symlink(to, filepath.Join(w.dir, name))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	link(program(t), "bin/anxin")
	link(world(t), "records")
	examples := filepath.Join(root, "ingest/produce/testdata")
	for _, name := range []string{"ingest", "deploy", "detectors"} {
		link(filepath.Join(root, name), name)
	}
	link(filepath.Join(examples, "bank-wages.csv"), "代发明细.csv")
	link(filepath.Join(examples, "month-sheet.csv"), "十月考勤表.csv")
	topics := map[string]int32{}
	for _, topic := range record.Topics() {
		topics["wage."+string(topic)] = 1
		topics["wage."+string(topic)+".dlq"] = 1
	}
	broker, err := embedded.StartBroker(t.Context(), embedded.BrokerOptions{Topics: topics})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(broker.Close)
	configuration := fmt.Sprintf("store: {dsn: %q}\nkeys: %q\ningest: {kafka: {brokers: [%q]}}\nalerts: {signing_key: %q}\n",
		"embedded:"+filepath.Join(w.dir, "store"), filepath.Join(w.dir, "etc/anxin/keys"), broker.Addrs()[0], filepath.Join(w.dir, "list-key.pem"))
	w.write(t, "anxin.yaml", configuration)
	w.write(t, "etc/anxin/anxin.yaml", configuration)
	w.env = append(os.Environ(), "PATH="+filepath.Join(w.dir, "bin")+string(os.PathListSeparator)+os.Getenv("PATH"),
		"ANXIN_ALERTS_TOKEN=0123456789abcdef0123456789abcdef")
	w.run(t, "anxin keys new etc/anxin/keys")
	return w
}

func (w *folder) write(t *testing.T, name, text string) {
	path := filepath.Join(w.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// run runs a block in a shell that stops at the first command that fails. Of diff that is none: it says that files differ.
func (w *folder) run(t *testing.T, block string) {
	t.Helper()
	var script strings.Builder
	for line := range strings.Lines(strings.NewReplacer("/etc/anxin/", w.dir+"/etc/anxin/", "/srv/", w.dir+"/srv/").Replace(block)) {
		switch {
		case strings.HasPrefix(line, "make "):
		case strings.HasPrefix(line, "diff "):
			script.WriteString("code=0; " + strings.TrimSuffix(line, "\n") + " >differences || code=$?; test $code = 1 -a -s differences\n")
		default:
			script.WriteString(line)
		}
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", script.String())
	cmd.Dir, cmd.Env = w.dir, w.env
	cmd.Stdin = strings.NewReader("four plain words here\n") // where a password is asked
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		t.Errorf("%v\n%s\n%s", err, block, out.String())
	}
}
