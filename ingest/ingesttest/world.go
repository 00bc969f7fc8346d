package ingesttest

import (
	"bytes"
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/produce"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/platform/embedded"
)

// World is a broker, a database behind a door, and what ingest must make of the records that are produced.
type World struct {
	Broker    *embedded.Broker
	Log       *Log                // of the broker
	Store     *clickhouse.Options // through the door
	Direct    *clickhouse.Options // past the door
	Conn      driver.Conn         // of Direct
	Door      *Door
	Protector *record.Protector
	Keys      record.Keys
	Truth     *Truth
	Config    ingest.Configuration
	// SentAgain says that the source had no answer to some of what it sent, and sent that again.
	SentAgain bool

	broker embedded.BrokerOptions
}

// Topics of a world: attendance has four partitions, the others have two.
func Topics() map[string]int32 {
	topics := map[string]int32{}
	prefix := ingest.DefaultConfiguration().Kafka.Prefix
	for _, t := range record.Topics() {
		topics[prefix+string(t)] = 2
		topics[ingest.DeadLetterTopic(prefix+string(t))] = 1
	}
	topics[prefix+string(record.TopicAttendance)] = 4
	return topics
}

// NewWorld starts a broker with topics, whose records are kept in dir unless that is empty, and makes a database.
func NewWorld(t testing.TB, topics map[string]int32, dir string) *World {
	t.Helper()
	w := &World{Log: new(Log)}
	w.broker = embedded.BrokerOptions{Topics: topics, DataDir: dir, Log: slog.New(slog.NewTextHandler(w.Log, nil))}
	w.Direct, w.Conn = Database(t)
	w.Door = NewDoor(t, w.Direct.Addr[0])
	store := *w.Direct
	w.Store = &store
	w.Store.Addr = []string{w.Door.Addr()}
	w.Store.MaxOpenConns = 16
	w.Protector, w.Keys = Protector(t)
	w.Truth = NewTruth(t, w.Protector)
	w.StartBroker(t)
	t.Cleanup(func() { w.Broker.Close() })

	// Times are a tenth of what they are in production, so that tests need not wait.
	c := ingest.DefaultConfiguration()
	c.Kafka.Brokers = w.Broker.Addrs()
	c.BatchTime, c.FetchWait = 100*time.Millisecond, 50*time.Millisecond
	c.RetryMost = 500 * time.Millisecond
	c.InsertTimeout = 20 * time.Second
	c.Session, c.Heartbeat, c.Drain = 6*time.Second, 300*time.Millisecond, 4*time.Second
	w.Config = c
	return w
}

// StartBroker starts the broker, again if it was closed: on the same address then, with what its folder holds.
func (w *World) StartBroker(t testing.TB) {
	t.Helper()
	options := w.broker
	if w.Broker != nil {
		options.Addr = w.Config.Kafka.Brokers[0]
	}
	var err error
	if w.Broker, err = embedded.StartBroker(context.Background(), options); err != nil {
		t.Fatal(err)
	}
}

// Produce puts records on their topics and into the truth.
func (w *World) Produce(t testing.TB, records ...Record) {
	t.Helper()
	for _, r := range records {
		w.Truth.Add(t, r)
	}
	w.Send(t, records...)
}

// Send puts records on their topics only: again, say, where the truth does not change.
func (w *World) Send(t testing.TB, records ...Record) {
	t.Helper()
	p := w.Producer(t)
	for _, r := range records {
		if err := p.Put(context.Background(), r.Topic, r.Key, r.Value); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// Producer returns a producer for the world's topics.
func (w *World) Producer(t testing.TB) *produce.Producer {
	t.Helper()
	p, err := produce.New(w.Config.Kafka)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// Member is a running ingest.
type Member struct {
	*ingest.Ingest
	Metrics *prometheus.Registry
	Log     *Log
	stop    context.CancelFunc
	ended   chan error
	conn    driver.Conn
}

// Start starts an ingest that is stopped at the end of the test, if not before. change may change its configuration and
// dependencies.
func (w *World) Start(t testing.TB, change ...func(*ingest.Configuration, *ingest.Dependencies)) *Member {
	t.Helper()
	options := *w.Store
	conn, err := clickhouse.Open(&options)
	if err != nil {
		t.Fatal(err)
	}
	m := &Member{Metrics: prometheus.NewRegistry(), Log: new(Log), ended: make(chan error, 1), conn: conn}
	c := w.Config
	deps := ingest.Dependencies{Store: conn, Protector: w.Protector, Now: time.Now, Log: slog.New(slog.NewTextHandler(m.Log, nil)), Metrics: m.Metrics}
	for _, f := range change {
		f(&c, &deps)
	}
	if m.Ingest, err = ingest.New(c, deps); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	m.stop = cancel
	go func() { m.ended <- m.Run(ctx) }()
	t.Cleanup(func() {
		m.Stop(t)
		if t.Failed() {
			t.Logf("the last of ingest's log:\n%s", m.Log.Tail())
		}
	})
	return m
}

// Stop asks the member to stop and returns how long it took; it may be called again.
func (m *Member) Stop(t testing.TB) time.Duration {
	t.Helper()
	start := time.Now()
	m.stop()
	select {
	case err := <-m.ended:
		if err != nil {
			t.Errorf("ingest ended with: %v", err)
		}
		m.ended <- nil
		m.conn.Close()
	case <-time.After(time.Minute):
		t.Fatal("ingest did not end within a minute of being asked to")
	}
	return time.Since(start)
}

// AwaitCaughtUp returns when the group has committed all there is.
func (w *World) AwaitCaughtUp(t testing.TB, within time.Duration) {
	t.Helper()
	client, err := w.Config.Kafka.Client()
	if err != nil {
		t.Fatal(err)
	}
	Eventually(t, within, "everything is committed", func() bool {
		done, err := w.Config.Kafka.CaughtUp(context.Background(), client)
		return err == nil && done
	})
}

// AwaitStored returns when every table has as many rows as the truth: where the group's offsets tell nothing, being those of topics that are
// no more.
func (w *World) AwaitStored(t testing.TB, within time.Duration) {
	t.Helper()
	for _, topic := range record.Topics() {
		want := w.Truth.Rows(t, topic)
		Eventually(t, within, "all of "+string(topic)+" is stored", func() bool {
			var n uint64
			err := w.Conn.QueryRow(t.Context(), "SELECT count() FROM "+string(topic)+" FINAL").Scan(&n)
			return err == nil && n >= want
		})
	}
}

// Check compares tables and dead letters with the truth.
func (w *World) Check(t testing.TB) {
	t.Helper()
	w.Truth.Check(t, w.Conn)
	w.Truth.CheckLetters(t, w.Config.Kafka, w.SentAgain)
}

// Eventually waits until something holds, or fails the test.
func Eventually(t testing.TB, within time.Duration, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(within); !holds(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("within %v it did not come about that %s", within, what)
		}
	}
}

// Value returns a metric's value, summed over its labels' values except those given as name, value pairs.
func (m *Member) Value(t testing.TB, name string, labels ...string) float64 {
	t.Helper()
	families, err := m.Metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
	series:
		for _, s := range f.GetMetric() {
			has := map[string]string{}
			for _, l := range s.GetLabel() {
				has[l.GetName()] = l.GetValue()
			}
			for i := 0; i < len(labels); i += 2 {
				if has[labels[i]] != labels[i+1] {
					continue series
				}
			}
			sum += s.GetCounter().GetValue() + s.GetGauge().GetValue()
		}
	}
	return sum
}

// Log keeps what was logged.
type Log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *Log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

// Contains tells whether a text was logged.
func (l *Log) Contains(text string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Contains(l.text.Bytes(), []byte(text))
}

// All returns what was logged.
func (l *Log) All() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Tail returns the last lines.
func (l *Log) Tail() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.text.Bytes()
	return string(b[max(0, len(b)-16_000):])
}
