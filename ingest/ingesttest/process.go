package ingesttest

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/testing/embeddedtest"
)

// processEnv makes a test binary an ingest process; it names the file that says for what.
const processEnv = "ANXIN_TEST_INGEST"

// order is what an ingest process is to do.
type order struct {
	Config   ingest.Configuration
	Keys     string
	Store    []string
	Database string
	User     string
	Password string
}

// Main runs the tests of a package whose binary can be an ingest process too.
func Main(m *testing.M) {
	if path := os.Getenv(processEnv); path != "" {
		if err := runProcess(path); err != nil {
			fmt.Fprintln(os.Stderr, "ingest process:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	embeddedtest.Main(m)
}

func runProcess(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var o order
	if err := json.Unmarshal(text, &o); err != nil {
		return err
	}
	keys, err := record.LoadKeys(o.Keys)
	if err != nil {
		return err
	}
	protector, err := record.NewProtector(keys)
	if err != nil {
		return err
	}
	conn, err := clickhouse.Open(&clickhouse.Options{
		Protocol: clickhouse.HTTP, Addr: o.Store, Auth: clickhouse.Auth{Database: o.Database, Username: o.User, Password: o.Password}, MaxOpenConns: 16,
	})
	if err != nil {
		return err
	}
	in, err := ingest.New(o.Config, ingest.Dependencies{
		Store: conn, Protector: protector, Now: time.Now, Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
	})
	if err != nil {
		return err
	}
	return in.Run(context.Background())
}

// Process is an ingest in a process of its own, to be killed.
type Process struct{ cmd *exec.Cmd }

// StartProcess starts one; it is killed at the end of the test.
func (w *World) StartProcess(t testing.TB) *Process {
	t.Helper()
	dir := t.TempDir()
	o := order{
		Config: w.Config, Keys: filepath.Join(dir, "keys"), Store: w.Store.Addr, Database: w.Store.Auth.Database,
		User: w.Store.Auth.Username, Password: w.Store.Auth.Password,
	}
	text, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "order.json")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := w.Keys.Save(o.Keys); err != nil {
		t.Fatal(err)
	}
	p := &Process{exec.Command(os.Args[0])}
	p.cmd.Env = append(os.Environ(), processEnv+"="+path)
	p.cmd.Stderr = os.Stderr
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	return p
}

// Kill ends the process as kill -9 does, at whatever it is doing.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

// Committed returns how many messages the group has committed.
func (w *World) Committed() int64 {
	g := w.Broker.Cluster().GroupInfo(w.Config.Kafka.Group)
	if g == nil {
		return 0
	}
	var n int64
	for _, partitions := range g.Commits {
		for _, c := range partitions {
			n += c.Offset
		}
	}
	return n
}
