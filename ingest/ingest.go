// Package ingest moves records from Kafka into ClickHouse: consumed as a group, validated and protected by the contract
// (ingest/record), stored, and only then committed.
//
// The order is: store the rows, write the dead letters, commit the offsets. A crash between any two steps repeats work
// that is safe to repeat: rows of the same version collapse in their table, and a dead letter is known by topic, partition
// and offset. Offsets are committed by the generation of the group that fetched them, which the broker refuses once
// another member owns the partition, so that nothing is skipped after a rebalance.
package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"

	"sync"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/segmentio/kafka-go"

	"github.com/anxin-project/anxin/ingest/record"
)

// Dependencies are what the component works with.
type Dependencies struct {
	// Store is the main database.
	Store driver.Conn
	// Protector holds the keys for hashing and sealing.
	Protector *record.Protector
	// Now is the clock that recorded_at is judged by.
	Now func() time.Time
	Log *slog.Logger
	// Metrics takes the component's metrics; nil keeps them to itself.
	Metrics prometheus.Registerer
}

// Ingest is the component.
type Ingest struct {
	config  Configuration
	deps    Dependencies
	client  *kafka.Client
	dialer  *kafka.Dialer
	letters *kafka.Writer
	metrics *metrics
}

// New prepares the component; it connects when it runs.
func New(c Configuration, deps Dependencies) (*Ingest, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if deps.Store == nil || deps.Protector == nil || deps.Now == nil || deps.Log == nil {
		return nil, errors.New("ingest: a dependency is missing")
	}
	client, err := c.Kafka.Client()
	if err != nil {
		return nil, err
	}
	dialer, err := c.Kafka.dialer()
	if err != nil {
		return nil, err
	}
	return &Ingest{
		config: c, deps: deps, client: client, dialer: dialer,
		letters: c.Kafka.Writer(client.Transport, 1000),
		metrics: newMetrics(deps.Metrics),
	}, nil
}

// Run consumes until the context ends; then it stores what it has fetched, commits, leaves the group and returns nil.
// That takes at most the configured drain time, after which what is unfinished is left to be fetched again.
func (in *Ingest) Run(ctx context.Context) error {
	topics := make([]string, 0, len(record.Topics()))
	for _, t := range record.Topics() {
		topics = append(topics, in.config.Kafka.Prefix+string(t))
	}
	group, err := kafka.NewConsumerGroup(kafka.ConsumerGroupConfig{
		ID: in.config.Kafka.Group, Brokers: in.config.Kafka.Brokers, Topics: topics, Dialer: in.dialer,
		// Few members share many partitions: each should get of every topic as evenly as can be.
		GroupBalancers:        []kafka.GroupBalancer{kafka.RangeGroupBalancer{}},
		StartOffset:           kafka.FirstOffset,
		WatchPartitionChanges: true,
		HeartbeatInterval:     in.config.Heartbeat,
		SessionTimeout:        in.config.Session,
		RebalanceTimeout:      in.config.Session,
		ErrorLogger:           kafka.LoggerFunc(func(m string, args ...any) { in.deps.Log.Warn("consumer group", "message", fmt.Sprintf(m, args...)) }),
	})
	if err != nil {
		return fmt.Errorf("joining consumer group %s: %w", in.config.Kafka.Group, err)
	}
	for attempt := 0; ; {
		generation, err := group.Next(ctx)
		switch {
		case ctx.Err() != nil, errors.Is(err, kafka.ErrGroupClosed):
			return errors.Join(group.Close(), in.letters.Close())
		case err != nil:
			in.deps.Log.Warn("waiting for the broker", "error", err)
			attempt++
			if !pause(ctx, attempt, in.config.RetryMost) {
				return errors.Join(group.Close(), in.letters.Close())
			}
			continue
		}
		attempt = 0
		in.metrics.generations.Inc()
		drained := in.consume(ctx, generation)
		if ctx.Err() != nil {
			// leaving the group only after the last commit: it closes the generation
			drained.Wait()
		}
	}
}

// consume starts a worker for every topic of which this member was given partitions. The workers end with the generation,
// or, when the process is to stop, after a last flush.
func (in *Ingest) consume(stop context.Context, generation *kafka.Generation) *sync.WaitGroup {
	var running sync.WaitGroup
	var all []func(context.Context)
	for _, t := range record.Topics() {
		assigned := generation.Assignments[in.config.Kafka.Prefix+string(t)]
		if len(assigned) == 0 {
			continue
		}
		shares := min(in.config.Workers, len(assigned))
		if t != record.TopicAttendance {
			shares = 1 // only attendance is large enough to be worth a second batch
		}
		for i := range shares {
			var mine []kafka.PartitionAssignment
			for n, a := range assigned {
				if n%shares == i {
					mine = append(mine, a)
				}
			}
			w := newWorker(in, t, generation, mine)
			all = append(all, func(ctx context.Context) { w.run(ctx, stop) })
		}
	}
	if len(all) == 0 {
		// nothing assigned: stay in the group until it changes, or the process stops
		all = append(all, func(ctx context.Context) {
			select {
			case <-ctx.Done():
			case <-stop.Done():
			}
		})
	}
	// A generation ends as soon as one of its functions returns, so all workers run under one.
	running.Add(1)
	generation.Start(func(ctx context.Context) {
		defer running.Done()
		var workers sync.WaitGroup
		for _, run := range all {
			workers.Go(func() { run(ctx) })
		}
		workers.Wait()
	})
	return &running
}

// CaughtUp tells whether the group has committed everything that the topics hold.
func (in *Ingest) CaughtUp(ctx context.Context) (bool, error) {
	return in.config.Kafka.CaughtUp(ctx, in.client)
}

// pause waits before the attempt-th retry, longer each time up to most and never quite the same; false when the context
// ended first.
func pause(ctx context.Context, attempt int, most time.Duration) bool {
	wait := min(most, 100*time.Millisecond<<min(attempt, 10))
	wait = wait/2 + rand.N(wait/2+1)
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
