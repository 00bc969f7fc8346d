package embedded_test

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/anxin-project/anxin/internal/platform/embedded"
	"github.com/anxin-project/anxin/internal/testing/embeddedtest"
)

// parentEnv makes this binary a program that owns an engine, for the tests that kill or interrupt one.
const parentEnv = "ANXIN_TEST_PARENT"

func TestMain(m *testing.M) {
	if dir := os.Getenv(parentEnv); dir != "" {
		if err := ownEngine(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	embeddedtest.Main(m)
}

// ownEngine starts an engine and, like a service, flushes on Ctrl-C before it closes it.
func ownEngine(dir string) error {
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, syscall.SIGINT)
	ctx := context.Background()
	options := embeddedtest.Options(dir)
	options.Env = append(options.Env, parentEnv+"=")
	engine, err := embedded.StartEngine(ctx, options)
	if err != nil {
		return err
	}
	conn, err := clickhouse.Open(engine.ClickHouse(""))
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.Exec(ctx, "CREATE DATABASE IF NOT EXISTS kept"); err != nil {
		return err
	}
	if err := conn.Exec(ctx, "CREATE TABLE IF NOT EXISTS kept.n (x Int64) ENGINE = MergeTree ORDER BY x"); err != nil {
		return err
	}
	fmt.Println(engine.Pid())
	<-interrupted
	if err := conn.Exec(ctx, "INSERT INTO kept.n VALUES (1)"); err != nil {
		return fmt.Errorf("flush after Ctrl-C: %w", err)
	}
	if starts := engine.Starts(); starts != 1 {
		return fmt.Errorf("the engine was started %d times", starts)
	}
	return engine.Close()
}
