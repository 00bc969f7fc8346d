package embedded_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/anxin-project/anxin/internal/platform/embedded"
	"github.com/anxin-project/anxin/internal/testing/embeddedtest"
)

func startEngine(t *testing.T, dir string) *embedded.Engine {
	t.Helper()
	start := time.Now()
	engine, err := embedded.StartEngine(t.Context(), embeddedtest.Options(dir))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("started in %s", time.Since(start).Round(time.Millisecond))
	t.Cleanup(func() { engine.Close() })
	return engine
}

// eventually polls until the condition holds or ten seconds have passed.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-deadline:
			t.Fatalf("not within ten seconds: %s", what)
		case <-tick.C:
		}
	}
}

func alive(pid int) bool {
	state, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, rest, _ := strings.Cut(string(state), ") ")
	return !strings.HasPrefix(rest, "Z")
}

func TestAKilledEngineComesBackWithItsDataAtTheSameAddress(t *testing.T) {
	engine := startEngine(t, t.TempDir())
	conn := open(t, engine.ClickHouse(""))
	mustExec(t, conn, "CREATE DATABASE d")
	mustExec(t, conn, "CREATE TABLE d.n (x UInt64) ENGINE = MergeTree ORDER BY x")
	mustExec(t, conn, "INSERT INTO d.n SELECT number FROM numbers(100000)")
	addr, pid := engine.Addr(), engine.Pid()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	killed := time.Now()
	var count uint64
	eventually(t, "the engine answers again", func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		return conn.QueryRow(ctx, "SELECT count() FROM d.n").Scan(&count) == nil
	})
	t.Logf("answered again %s after the kill", time.Since(killed).Round(time.Millisecond))
	if count != 100_000 || engine.Addr() != addr || engine.Pid() == pid || engine.Starts() != 2 {
		t.Errorf("%d rows at %s (before: %s), %d starts", count, engine.Addr(), addr, engine.Starts())
	}
	mustExec(t, conn, "INSERT INTO d.n SELECT number FROM numbers(10)")
}

func TestASecondOwnerOfTheFolderIsRefused(t *testing.T) {
	dir := t.TempDir()
	engine := startEngine(t, dir)
	_, err := embedded.StartEngine(t.Context(), embeddedtest.Options(dir))
	if err == nil || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), strconv.Itoa(engine.Pid())) || !strings.Contains(err.Error(), "another folder") {
		t.Errorf("got %v, want an error that names the folder, its owner and what to do", err)
	}
	if err := open(t, engine.ClickHouse("")).Ping(t.Context()); err != nil {
		t.Errorf("the first owner was disturbed: %v", err)
	}
}

func TestCloseIsQuickWhileQueriesRunAndKeepsTheData(t *testing.T) {
	dir := t.TempDir()
	engine := startEngine(t, dir)
	conn := open(t, engine.ClickHouse(""))
	mustExec(t, conn, "CREATE DATABASE d")
	mustExec(t, conn, "CREATE TABLE d.n (x UInt64) ENGINE = MergeTree ORDER BY x")
	mustExec(t, conn, "INSERT INTO d.n SELECT number FROM numbers(100000)")
	var running sync.WaitGroup
	for range 6 {
		running.Go(func() {
			if err := conn.Exec(t.Context(), "SELECT count() FROM numbers(1000000000000) WHERE NOT ignore(number)"); err == nil {
				t.Error("an endless query ended well")
			}
		})
	}
	start := time.Now()
	if err := engine.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	if took := time.Since(start); took > 6*time.Second {
		t.Errorf("closing took %s", took)
	}
	running.Wait()
	again := startEngine(t, dir)
	if got := queryValue[uint64](t, t.Context(), open(t, again.ClickHouse("d")), "SELECT count() FROM n"); got != 100_000 {
		t.Errorf("%d rows after the restart", got)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}

// startOwner runs this binary as a program with an engine, in a process group of its own, as under a shell.
func startOwner(t *testing.T, dir string) (owner *exec.Cmd, enginePid int) {
	t.Helper()
	owner = exec.Command(os.Args[0])
	owner.Env = append(os.Environ(), parentEnv+"="+dir)
	owner.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var complaint strings.Builder
	owner.Stderr = &complaint
	out, err := owner.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := owner.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		_ = owner.Wait()
		t.Fatalf("the owner said nothing: %v: %s", err, complaint.String())
	}
	if enginePid, err = strconv.Atoi(strings.TrimSpace(line)); err != nil {
		t.Fatal(err)
	}
	return owner, enginePid
}

func TestCtrlCReachesTheParentAloneSoThatItCanFlush(t *testing.T) {
	dir := t.TempDir()
	owner, pid := startOwner(t, dir)
	if err := syscall.Kill(-owner.Process.Pid, syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	// A service manager's stop signal goes to every process; the engine leaves the decision to its parent.
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil && err != syscall.ESRCH {
		t.Fatal(err)
	}
	if err := owner.Wait(); err != nil {
		t.Fatalf("the owner could not flush and close: %v", err)
	}
	if alive(pid) {
		t.Error("the engine outlived its owner's close")
	}
	if got := queryValue[uint64](t, t.Context(), open(t, startEngine(t, dir).ClickHouse("kept")), "SELECT count() FROM n"); got != 1 {
		t.Errorf("flushed %d rows, want 1", got)
	}
}

func TestTheEngineEndsWithAParentThatWasKilled(t *testing.T) {
	dir := t.TempDir()
	owner, pid := startOwner(t, dir)
	if !alive(pid) {
		t.Fatal("the engine is not running")
	}
	if err := owner.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = owner.Wait()
	eventually(t, "the engine's process ends", func() bool { return !alive(pid) })
}

func TestABigResultStreamsInBoundedMemory(t *testing.T) {
	engine := startEngine(t, t.TempDir())
	conn := open(t, engine.ClickHouse(""))
	if err := conn.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := residentBytes(t, engine.Pid())
	start := time.Now()
	rows, err := conn.Query(t.Context(), "SELECT number, toString(number) FROM numbers(20000000)")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var peak, n int
	var number uint64
	var text string
	for rows.Next() {
		if err := rows.Scan(&number, &text); err != nil {
			t.Fatal(err)
		}
		if n++; n%1_000_000 == 0 {
			peak = max(peak, residentBytes(t, engine.Pid()))
		}
	}
	if err := rows.Err(); err != nil || n != 20_000_000 {
		t.Fatalf("%d rows, %v", n, err)
	}
	t.Logf("%d rows in %s; engine resident: %d MB before, %d MB at most", n, time.Since(start).Round(time.Millisecond), before>>20, peak>>20)
	// The result is 330 MB; holding it would show.
	if grown := peak - before; grown > 200<<20 {
		t.Errorf("the engine grew by %d MB", grown>>20)
	}
}

func residentBytes(t *testing.T, pid int) int {
	t.Helper()
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	kib, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		t.Fatal(err)
	}
	return kib << 10
}
