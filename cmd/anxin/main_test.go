package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/anxin-project/anxin/internal/app/assess"
	"github.com/anxin-project/anxin/internal/app/demo"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/simulate"
	"github.com/anxin-project/anxin/internal/simulate/folder"
	"github.com/anxin-project/anxin/internal/testing/embeddedtest"
	"github.com/anxin-project/anxin/internal/testing/need"
)

// asCommand makes the test binary the anxin command, and with it the process of the engine that the command starts.
const asCommand = "ANXIN_TEST_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		os.Exit(run(os.Args[1:]))
	}
	embeddedtest.Main(m)
}

// anxin prepares the command as a process of its own.
func anxin(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	cmd.Env = append(os.Environ(), asCommand+"=1")
	return cmd
}

// result runs the command to its end.
func result(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := anxin(t.Context(), args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

func TestBadInputIsOneClearMessageAndLeavesNothingBehind(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	write := func(name, text string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := write("wage.projects.ndjson", "{}\n")
	misspelt := write("wage.payrol.ndjson", "{}\n")
	cutOff := write("wage.payroll.ndjson.gz", "\x1f\x8b\x08not gzip")
	policy := write("policy.yaml", "wages-overdue: {yelow_days: [{value: 5, source: x}]}\n")
	ownPolicy := write("policy.yaml", "crane-idle: {red_days: [{value: 5, source: x}]}\n")
	config := write("anxin.yaml", "ingest: {kafak: {}}\n")
	out := filepath.Join(t.TempDir(), "out")
	assess := func(args ...string) []string { return append([]string{"assess"}, append(args, "--out", out)...) }
	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{"runs of an unknown kind", []string{"runs", "list", "--kind", "weekly"}, `--kind "weekly"`},
		{"a run by hand that is none", []string{"detect", "--alone"}, "go with --once"},
		{"no such folder", assess("/no/such/folder", "--as-of", "2026-10-31"), "no such file or directory"},
		{"a folder without records", assess(filepath.Dir(policy), "--as-of", "2026-10-31"), "holds no records"},
		{"a date that does not exist", assess(filepath.Dir(good), "--as-of", "2026-02-30"), "want YYYY-MM-DD"},
		{"a topic file nobody knows", assess(filepath.Dir(misspelt), "--as-of", "2026-10-31"), "wage.payrol"},
		{"a compressed file that is broken", assess(filepath.Dir(cutOff), "--as-of", "2026-10-31"), "wage.payroll.ndjson.gz"},
		{"a policy that cannot be read", assess(filepath.Dir(good), "--as-of", "2026-10-31", "--policy", "/no/policy"), "reading policy"},
		{"a policy with a slip", assess(filepath.Dir(good), "--as-of", "2026-10-31", "--policy", policy), "yelow_days"},
		{"holidays that are none", assess(filepath.Dir(good), "--as-of", "2026-10-31", "--holidays", policy), "holidays"},
		{"a back-test that ends before it begins", []string{"backtest", filepath.Dir(good), "--from", "2026-10-31", "--to", "2026-10-01"}, "is before --from"},
		{"steps of a back-test that are none", []string{"backtest", filepath.Dir(good), "--from", "2026-10-01", "--to", "2026-10-31", "--every", "week"}, "such as 7d"},
		{"a missing flag", []string{"assess", filepath.Dir(good)}, "as-of"},
		{"an unknown command", []string{"bogus"}, "unknown command"},
		{"an unknown flag", []string{"demo", "--bogus"}, "unknown flag"},
		{"an unknown scale", []string{"demo", "--scale", "galaxy"}, "tiny, county or city"},
		{"an unknown world", []string{"demo", "--world", "flat"}, "usual, worse or sound"},
		{"an unknown world to simulate", []string{"simulate", "--world", "flat", "--out", filepath.Join(out, "world")}, "usual, worse or sound"},
		{"a busy port", []string{"demo", "--scale", "tiny", "--listen", busy.Addr().String()}, "in use"},
		{"a configuration with a slip", []string{"config", "check", config}, "kafak"},
		{"a policy check that fails", []string{"policy", "check", policy}, "yelow_days"},
		{"a policy of a detector that is not there", []string{"policy", "check", ownPolicy}, "unknown section crane-idle"},
		{"a catalogue that is no folder", []string{"detectors", "list", "--catalog", "/no/such/folder"}, "no such file or directory"},
		{"a detector that is not there to test", []string{"detectors", "test", "crane-idle"}, "crane-idle"},
		{"a new detector with an id that is none", []string{"detectors", "new", "Crane Idle", "--dir", out}, "small letters"},
		{"a new detector of an unknown scope", []string{"detectors", "new", "crane-idle", "--scope", "person", "--dir", out}, "township"},
		{"a new detector with a shipped id", []string{"detectors", "new", "wages-overdue", "--dir", out}, "another id"},
		{"a month that is none", []string{"editions", "publish", "--month", "2026-8"}, "want YYYY-MM"},
		{"an edition without a number", []string{"editions", "diff", "1", "last"}, "editions list"},
		{"an unknown topic to produce to", []string{"produce", "--topic", "wages", good}, "wage.payroll"},
	} {
		t.Run(c.name, func(t *testing.T) {
			stdout, stderr, code := result(t, c.args...)
			if code != exitUsage {
				t.Errorf("exit code %d, want %d", code, exitUsage)
			}
			if !strings.Contains(stderr, c.want) || !strings.HasPrefix(stderr, "anxin: ") {
				t.Errorf("standard error is %q, want it to say %q", stderr, c.want)
			}
			if stdout != "" {
				t.Errorf("standard output is %q", stdout)
			}
			if left, _ := os.ReadDir(out); len(left) > 0 {
				t.Errorf("%s was left behind", left[0].Name())
			}
		})
	}
}

// tinyWorld writes the records of a small simulated world.
func tinyWorld(t *testing.T) (dir, asOf string) {
	t.Helper()
	scale, err := simulate.ScaleByName("tiny")
	if err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(t.TempDir(), "world")
	o := simulate.Options{Seed: 5, To: civil.NewDate(2026, 8, 31), Scale: scale, Noise: true}
	if err := folder.Write(t.Context(), o, dir, func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	return dir, "2026-08-31"
}

func TestAssessWritesTheSameFilesEachTime(t *testing.T) {
	dir, asOf := tinyWorld(t)
	var outs []string
	for range 2 {
		out := filepath.Join(t.TempDir(), "out")
		stdout, stderr, code := result(t, "assess", dir, "--as-of", asOf, "--out", out, "--json")
		if code != exitDone {
			t.Fatalf("exit code %d: %s", code, stderr)
		}
		var s assess.Summary
		if err := json.Unmarshal([]byte(stdout), &s); err != nil {
			t.Fatalf("the summary is not JSON: %v", err)
		}
		for topic, n := range s.Records {
			if n.Read != n.Stored+n.Duplicate+n.Rejected || n.Duplicate < 0 || n.Stored == 0 && n.Read > 0 {
				t.Errorf("%s: %+v do not add up", topic, n)
			}
		}
		outs = append(outs, out)
	}
	for _, name := range []string{"warnings.ndjson", "index.csv", "deadletters.ndjson"} {
		a, err := os.ReadFile(filepath.Join(outs[0], name))
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(outs[1], name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a, b) {
			t.Errorf("%s differs between two runs", name)
		}
	}
	f, err := os.Open(filepath.Join(outs[0], "index.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) < 2 || strings.Join(rows[0][:10], ",") != "as_of,unit,code,name,county,index,light,rank,ranked_of,monitored_workers" {
		t.Errorf("index.csv: %d rows, %v", len(rows), err)
	}
}

// sampleDir holds records with known answers; it is not part of the repository.
const sampleDir = "../../../shared/data/sample-county-2"

func TestTheSampleCountyIsCountedAsKnown(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(sampleDir, "expected.json"))
	if errors.Is(err, os.ErrNotExist) {
		need.Missing(t, "the sample county is not beside this checkout: put shared/data beside it")
	}
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		AsOf        string           `json:"as_of"`
		DeadLetters map[string]int64 `json:"dead_letters"`
		Counts      map[string]int64 `json:"counts"`
	}
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	stdout, stderr, code := result(t, "assess", sampleDir, "--as-of", want.AsOf, "--out", out, "--json")
	if code != exitDone {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	var got assess.Summary
	if err := json.Unmarshal([]byte(stdout), &got); err != nil {
		t.Fatal(err)
	}
	for topic, n := range got.Records {
		if n.Stored != want.Counts[string(topic)] {
			t.Errorf("%s: %d stored, want %d", topic, n.Stored, want.Counts[string(topic)])
		}
	}
	for reason, n := range got.Rejected {
		if n != want.DeadLetters[string(reason)] {
			t.Errorf("%s: %d rejected, want %d", reason, n, want.DeadLetters[string(reason)])
		}
	}
	letters, err := os.ReadFile(filepath.Join(out, "deadletters.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	var total int64
	for _, n := range want.DeadLetters {
		total += n
	}
	if n := int64(bytes.Count(letters, []byte("\n"))); n != total {
		t.Errorf("%d dead letters written, want %d", n, total)
	}
	if id := regexp.MustCompile(`\b\d{17}[\dX]\b`).Find(letters); id != nil {
		t.Error("the dead letters show an identity number")
	}
}

func TestTheDemoRunsFromRecordsToCasesAndStopsOnCtrlC(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	free.Close()
	temporary := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cmd := anxin(ctx, "demo", "--scale", "tiny", "--listen", address, "--every", "1s", "--history", "1")
	cmd.Env = append(cmd.Env, "TMPDIR="+temporary)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := http.Client{Jar: jar}
	get := func(path string) string {
		res, err := browser.Get("http://" + address + path)
		if err != nil {
			return ""
		}
		defer res.Body.Close()
		body, _ := io.ReadAll(res.Body)
		return string(body)
	}
	until := func(what string, holds func() bool) {
		t.Helper()
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for !holds() {
			select {
			case <-tick.C:
			case <-ctx.Done():
				t.Fatalf("waiting for %s: %v\n%s", what, ctx.Err(), out.String())
			}
		}
	}
	until("the sign-in page's people", func() bool { return strings.Contains(get("/"), demo.Password) })
	res, err := browser.PostForm("http://"+address+"/sign-in", url.Values{"name": {"supervisor"}, "password": {demo.Password}})
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	until("the ranking", func() bool { return strings.Contains(get("/ranking"), "/townships/331024") })
	until("a warning among the metrics", func() bool { return strings.Contains(get("/metrics"), "\nanxin_warning_active{") })
	until("a case", func() bool { return regexp.MustCompile(`/cases/(project|employer)`).MatchString(get("/cases")) })
	until("a further day", func() bool { return !strings.Contains(get("/healthz"), "2026-10-31") })
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("after Ctrl-C: %v\n%s", err, out.String())
	}
	if left, _ := os.ReadDir(temporary); len(left) > 0 {
		t.Errorf("%s was left behind", left[0].Name())
	}
}

func TestTheFirstAdministratorIsMadeByCommandAndWrittenDown(t *testing.T) {
	config := filepath.Join(t.TempDir(), "anxin.yaml")
	if err := os.WriteFile(config, []byte("store: {dsn: \"embedded:"+filepath.Join(t.TempDir(), "store")+"\"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	users := func(stdin string, args ...string) (string, string, int) {
		t.Helper()
		var out, errs bytes.Buffer
		cmd := anxin(t.Context(), append(args, "--config", config)...)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &errs
		_ = cmd.Run()
		return out.String(), errs.String(), cmd.ProcessState.ExitCode()
	}
	out, errs, code := users("", "users", "add", "admin", "--name", "管理员", "--role", "administrator")
	if code != exitDone || !regexp.MustCompile(`initial password: [a-z0-9]{16}\n`).MatchString(out) {
		t.Fatalf("adding: %d %q %q", code, out, errs)
	}
	if _, errs, code := users("", "users", "add", "wang", "--name", "王", "--role", "inspector", "--territory", "99"); code != exitUsage || !strings.Contains(errs, "territory") {
		t.Errorf("a territory nowhere: %d %q", code, errs)
	}
	if _, errs, code := users("short\n", "users", "passwd", "admin"); code != exitUsage || !strings.Contains(errs, "12 characters") || strings.Contains(errs, "short\n") {
		t.Errorf("a short password: %d %q", code, errs)
	}
	if _, errs, code := users("four plain words here\n", "users", "passwd", "admin"); code != exitDone {
		t.Errorf("a password: %d %q", code, errs)
	}
	if out, errs, code := users("", "audit", "list", "--json"); code != exitDone || strings.Count(out, "\n") != 2 || !strings.Contains(out, "password_given") || strings.Contains(out, "four plain") {
		t.Errorf("the audit log: %d %q %q", code, out, errs)
	}
	out, _, code = users("", "audit", "verify")
	checkpoint := regexp.MustCompile(`checkpoint to note: (2:[0-9a-f]{64})`).FindStringSubmatch(out)
	if code != exitDone || checkpoint == nil {
		t.Fatalf("verifying: %d %q", code, out)
	}
	if _, errs, code := users("", "audit", "verify", "--checkpoint", strings.Replace(checkpoint[1], "2:", "9:", 1)); code != exitFailed || !strings.Contains(errs, "entry 3 is missing") {
		t.Errorf("against a later checkpoint: %d %q", code, errs)
	}
}
