package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/anxin-project/anxin/internal/domain/runs"
	"github.com/anxin-project/anxin/internal/platform/embedded"
	"github.com/anxin-project/anxin/internal/testing/embeddedtest"
)

func TestAnOldScheduleIsToldItsNewForm(t *testing.T) {
	path := filepath.Join(t.TempDir(), "anxin.yaml")
	if err := os.WriteFile(path, []byte("detectors:\n  schedule: \"*/5 * * * *\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, stderr, code := result(t, "config", "check", path)
	if code != exitUsage || !strings.Contains(stderr, "line 2") || !strings.Contains(stderr, "under schedule as fast:") {
		t.Errorf("exit code %d, says %q", code, stderr)
	}
}

// TestTheLeadPassesOnBetweenProcesses kills the leader of two real processes, and makes a run by hand beside the other.
func TestTheLeadPassesOnBetweenProcesses(t *testing.T) {
	t.Parallel() // it waits for the broker to give the killed leader up
	options := embeddedtest.Database(t)
	broker, err := embedded.StartBroker(t.Context(), embedded.BrokerOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(broker.Close)
	config := filepath.Join(t.TempDir(), "anxin.yaml")
	text := fmt.Sprintf("store: {dsn: %q}\ningest: {kafka: {brokers: [%q]}}\ndetectors: {schedule: {fast: '@every 1s'}}\n",
		embeddedtest.EngineForTest(t).DSN(options.Auth.Database), broker.Addrs()[0])
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	processes := map[string]*exec.Cmd{}
	for range 2 {
		cmd := anxin(t.Context(), "detect", "--config", config, "--listen", "127.0.0.1:0")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = cmd.Process.Signal(syscall.SIGTERM); _ = cmd.Wait() })
		processes[fmt.Sprint(cmd.Process.Pid)] = cmd
	}
	// done waits for a fast run, by another process than the one named, and returns which made it
	done := func(not string) string {
		deadline := time.After(2 * time.Minute)
		tick := time.NewTicker(300 * time.Millisecond)
		defer tick.Stop()
		for {
			for _, a := range listRuns(t, config, "--status", "done", "--kind", "fast") {
				if _, pid, _ := strings.Cut(a.Process, ":"); pid != not {
					return pid
				}
			}
			select {
			case <-tick.C:
			case <-deadline:
				t.Fatal("no process makes runs")
			}
		}
	}
	first := done("")
	if err := processes[first].Process.Kill(); err != nil {
		t.Fatal(err)
	}
	done(first)
	if _, stderr, code := result(t, "detect", "--once", "--as-of", "2026-10-31", "--config", config); code != exitDone {
		t.Fatalf("the run by hand ends with %d: %s", code, stderr)
	}
	manual := listRuns(t, config, "--kind", "manual")
	if len(manual) != 1 || manual[0].Status != runs.Done || manual[0].AsOf.String() != "2026-10-31" {
		t.Errorf("runs by hand: %+v", manual)
	}
	all := listRuns(t, config)
	for i := range all[1:] {
		newer, older := all[i], all[i+1]
		if older.Status == runs.Done && older.Finished.After(newer.Started) {
			t.Errorf("a %s run until %v overlaps with a %s run from %v", older.Kind, older.Finished, newer.Kind, newer.Started)
		}
	}
	// by hand, a run that fails says so
	conn, err := clickhouse.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.Exec(t.Context(), "RENAME TABLE wage_safety_index TO away"); err != nil {
		t.Fatal(err)
	}
	if _, stderr, code := result(t, "detect", "--once", "--config", config); code != exitFailed || !strings.Contains(stderr, "wage_safety_index") {
		t.Errorf("a run by hand that fails ends with %d: %s", code, stderr)
	}
}

func listRuns(t *testing.T, config string, args ...string) (all []runs.Attempt) {
	t.Helper()
	stdout, stderr, code := result(t, append([]string{"runs", "list", "--json", "--config", config}, args...)...)
	if code != exitDone {
		if strings.Contains(stderr, "never set up") {
			return nil // the service has not made the schema yet
		}
		t.Fatalf("runs list ends with %d: %s", code, stderr)
	}
	for line := range bytes.Lines([]byte(stdout)) {
		var a runs.Attempt
		if err := json.Unmarshal(line, &a); err != nil {
			t.Fatal(err)
		}
		all = append(all, a)
	}
	return all
}
