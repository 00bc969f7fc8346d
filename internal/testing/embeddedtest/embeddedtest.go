// Package embeddedtest gives tests a real ClickHouse engine. A test package calls Main from its TestMain; its tests then share one engine,
// started with the first test that asks, and each gets a database of its own.
package embeddedtest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/anxin-project/anxin/internal/platform/embedded"
	"github.com/anxin-project/anxin/internal/testing/need"
)

// childEnv makes a test binary the engine's process.
const childEnv = "ANXIN_TEST_ENGINE"

// Main runs the tests of a package, or is the engine's process when this binary was started as such. Use it as
//
//	func TestMain(m *testing.M) { embeddedtest.Main(m) }
func Main(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		if err := embedded.ServeEngine(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	code := m.Run()
	if err := shared.close(); err != nil {
		fmt.Fprintln(os.Stderr, "close the test engine:", err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// Options starts an engine of one's own from a test binary, for tests that kill or close it.
func Options(dir string) embedded.Options {
	return embedded.Options{Dir: dir, Args: []string{}, Env: []string{childEnv + "=1"}, Progress: os.Stderr}
}

// The engine that the tests of one process share: starting one costs a second, a database costs milliseconds.
type sharedEngine struct {
	mu     sync.Mutex
	engine *embedded.Engine
	err    error
	dir    string
}

var shared sharedEngine

func (s *sharedEngine) get() (*embedded.Engine, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.engine != nil || s.err != nil {
		return s.engine, s.err
	}
	if s.dir, s.err = os.MkdirTemp("", "anxin-engine-"); s.err != nil {
		return nil, s.err
	}
	// Not a test's context: the engine outlives the test that started it. Ten minutes, because the library may have to be fetched.
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	s.engine, s.err = embedded.StartEngine(ctx, Options(s.dir))
	return s.engine, s.err
}

func (s *sharedEngine) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var err error
	if s.engine != nil {
		err = s.engine.Close()
	}
	if s.dir != "" {
		err = errors.Join(err, os.RemoveAll(s.dir))
	}
	return err
}

// EngineForTest is the shared engine. Where it cannot exist (not Linux x86-64) the test is skipped.
func EngineForTest(t testing.TB) *embedded.Engine {
	t.Helper()
	engine, err := shared.get()
	if errors.Is(err, embedded.ErrUnsupported) {
		need.Missing(t, err.Error())
	}
	if err != nil {
		t.Fatalf("start the test engine: %v", err)
	}
	return engine
}

// Database creates a database for this test alone, dropped at its end, and returns what clickhouse.Open takes for it.
func Database(t testing.TB) *clickhouse.Options {
	t.Helper()
	engine := EngineForTest(t)
	name := "test_" + strings.ToLower(rand.Text()[:16])
	admin, err := clickhouse.Open(engine.ClickHouse(""))
	if err != nil {
		t.Fatalf("open the test engine: %v", err)
	}
	if err := admin.Exec(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatalf("create the test's database: %v", err)
	}
	t.Cleanup(func() {
		// The test's own context has ended by now.
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := admin.Exec(ctx, "DROP DATABASE IF EXISTS "+name+""); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
		if err := admin.Close(); err != nil {
			t.Errorf("close the connection to the test engine: %v", err)
		}
	})
	return engine.ClickHouse(name)
}
