package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// onSmallDisk prepares a command that runs with a disk of 64 KiB, which nobody else sees, mounted on dir.
func onSmallDisk(t *testing.T, dir, command string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", append([]string{"-c", `mount -t tmpfs -o size=64k none "$0" || exit 99; ` + command, dir}, args...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}
	cmd.Env = append(os.Environ(), asCommand+"=1")
	return cmd
}

func TestAFullDiskIsNamedAndLeavesNoHalfOfTheDeadLetters(t *testing.T) {
	out := t.TempDir()
	if onSmallDisk(t, out, "true").Run() != nil {
		t.Skip("this machine lets no ordinary process mount a disk of its own")
	}
	records := t.TempDir()
	bad := []byte(strings.Repeat("{}\n", 3000)) // their letters take some 300 KiB
	if err := os.WriteFile(filepath.Join(records, "wage.payroll.ndjson"), bad, 0o600); err != nil {
		t.Fatal(err)
	}
	var listing, problem bytes.Buffer
	cmd := onSmallDisk(t, out, `"$1" assess "$2" --as-of 2026-10-31 --out "$0" >/dev/null; code=$?; ls -A "$0"; exit $code`, os.Args[0], records)
	cmd.Stdout, cmd.Stderr = &listing, &problem
	if err := cmd.Run(); err == nil || cmd.ProcessState.ExitCode() != exitFailed {
		t.Errorf("%v, want exit code %d", err, exitFailed)
	}
	want := "anxin: writing " + filepath.Join(out, "deadletters.ndjson") + ": "
	if got := problem.String(); !strings.HasPrefix(got, want) || !strings.Contains(got, "no space left on device") || strings.Count(got, "\n") != 1 {
		t.Errorf("standard error is %q, want one line: %s…", got, want)
	}
	if got := strings.Fields(listing.String()); len(got) != 2 || got[0] != "index.csv" || got[1] != "warnings.ndjson" {
		t.Errorf("on the disk are %q, want what had room and no part of the dead letters", got)
	}
	// with room, all is there
	if _, problem, code := result(t, "assess", records, "--as-of", "2026-10-31", "--out", out); code != exitDone {
		t.Fatalf("exit code %d: %s", code, problem)
	}
	letters, err := os.ReadFile(filepath.Join(out, "deadletters.ndjson"))
	if n := bytes.Count(letters, []byte("\n")); err != nil || n != 3000 {
		t.Errorf("%d dead letters, want 3000 (%v)", n, err)
	}
}
