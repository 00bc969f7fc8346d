package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/ingesttest"
	"github.com/anxin-project/anxin/ingest/produce"
	"github.com/anxin-project/anxin/internal/platform/embedded"
)

// deployment is a broker, an engine and a configuration file, on which commands run as processes of their own.
type deployment struct {
	config, keys string // files
	text         string // of the configuration
	kafka        ingest.Kafka
	conn         driver.Conn
	password     string
}

func deploy(t *testing.T) *deployment {
	t.Helper()
	dir := t.TempDir()
	engine, err := embedded.StartEngine(t.Context(), embedded.Options{Dir: filepath.Join(dir, "engine"), Env: []string{asCommand + "=1"}})
	if errors.Is(err, embedded.ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { engine.Close() })
	broker, err := embedded.StartBroker(context.Background(), embedded.BrokerOptions{Topics: ingesttest.Topics()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { broker.Close() })
	options := engine.ClickHouse("anxin")
	d := &deployment{config: filepath.Join(dir, "anxin.yaml"), keys: filepath.Join(dir, "keys"), password: options.Auth.Password}
	d.kafka = ingest.DefaultConfiguration().Kafka
	d.kafka.Brokers = broker.Addrs()
	if d.conn, err = clickhouse.Open(options); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.conn.Close() })
	d.text = fmt.Sprintf(`listen: 127.0.0.1:0
keys: %s
store: {dsn: "http://%s:%s@%s/anxin"}
ingest:
  batch_time: 100ms
  fetch_wait: 50ms
  heartbeat: 200ms
  kafka: {brokers: ["%s"]}
`, d.keys, options.Auth.Username, url.QueryEscape(options.Auth.Password), options.Addr[0], d.kafka.Brokers[0])
	if err := os.WriteFile(d.config, []byte(d.text), 0o600); err != nil {
		t.Fatal(err)
	}
	d.run(t, exitDone, "keys", "new", d.keys)
	return d
}

// run runs a command with the deployment's configuration and returns what it writes.
func (d *deployment) run(t *testing.T, want int, args ...string) string {
	t.Helper()
	if args[0] != "keys" || args[1] == "end" {
		args = append(args, "--config", d.config)
	}
	stdout, stderr, code := result(t, args...)
	if code != want {
		t.Fatalf("anxin %s: exit code %d, want %d\n%s%s", strings.Join(args, " "), code, want, stdout, stderr)
	}
	if strings.Contains(stdout+stderr, d.password) {
		t.Errorf("anxin %s shows the store's password", strings.Join(args, " "))
	}
	return stdout + stderr
}

// put sends records to a broker.
func put(t *testing.T, to ingest.Kafka, records []ingesttest.Record) {
	t.Helper()
	p, err := produce.New(to)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for _, r := range records {
		if err := p.Put(t.Context(), r.Topic, r.Key, r.Value); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// ingest sends records and takes all in that there are, by a process that starts for it and stops.
func (d *deployment) ingest(t *testing.T, environment []string, records ...ingesttest.Record) {
	t.Helper()
	put(t, d.kafka, records)
	cmd := anxin(t.Context(), "ingest", "--config", d.config, "--log-level", "debug")
	cmd.Env = append(cmd.Env, environment...)
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	client, err := d.kafka.Client()
	if err != nil {
		t.Fatal(err)
	}
	ingesttest.Eventually(t, time.Minute, "everything is committed", func() bool {
		done, err := d.kafka.CaughtUp(t.Context(), client)
		return err == nil && done
	})
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("ingest: %v\n%s", err, log.String())
	}
}

// value reads one text from the store.
func (d *deployment) value(t *testing.T, query string) string {
	t.Helper()
	var text string
	if err := d.conn.QueryRow(t.Context(), query).Scan(&text); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return text
}
