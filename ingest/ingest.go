// Package ingest moves records from Kafka into ClickHouse: consumed as a group, validated and protected by the contract
// (ingest/record), stored, and only then committed.
//
// The order is: store the rows, store what they tell of the quality of the data, write the dead letters, commit the offsets.
// A crash between any two steps repeats work that is safe to repeat: rows of the same version collapse in their table, the
// quality is kept as sets of messages, and a dead letter is known by topic, partition and offset. Offsets are committed by
// the generation of the group that fetched them, which the broker refuses once another member owns the partition, so that
// nothing is skipped after a rebalance.
package ingest

import (
	"context"
	crand "crypto/rand"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/segmentio/kafka-go"

	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/platform/backoff"
)

// Dependencies are what the component works with.
type Dependencies struct {
	// Store is the main database.
	Store driver.Conn
	// Protector holds the keys for hashing and sealing.
	Protector *record.Protector
	// Now is the clock that recorded_at is checked against.
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
	clock   clock
	storing chan struct{} // as many as inserts may run at once
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
	dialer, err := c.Kafka.Dialer()
	if err != nil {
		return nil, err
	}
	dialer.ClientID += "-ingest-" + strings.ToLower(crand.Text()[:8]) // by which leaveBehind knows its own
	return &Ingest{
		config: c, deps: deps, client: client, dialer: dialer,
		letters: c.Kafka.letterWriter(client.Transport),
		metrics: newMetrics(deps.Metrics),
		clock:   clock{now: deps.Now},
		storing: make(chan struct{}, c.Inserts()),
	}, nil
}

// Run consumes until the context ends; then it stores what it has fetched, commits, leaves the group and returns nil.
// That takes at most about the configured drain time; what is unfinished by then is left to be fetched again.
func (in *Ingest) Run(ctx context.Context) error {
	defer in.client.Transport.(*kafka.Transport).CloseIdleConnections()
	defer in.letters.Close() // always nil: what was written was waited for
	lost := false            // the broker, and perhaps as a member of the group
	for attempt := 0; ctx.Err() == nil; attempt++ {
		topics, err := in.topics(ctx)
		if err == nil && lost {
			err = in.leaveBehind(ctx)
			lost = err != nil
		}
		switch {
		case err != nil && ctx.Err() == nil:
			in.deps.Log.Warn("waiting for the broker", "error", err)
		case err == nil && len(topics) == 0:
			in.deps.Log.Warn("waiting for topics: the broker has none with this prefix", "prefix", in.config.Kafka.Prefix)
		case err == nil:
			var generations int
			if generations, lost, err = in.join(ctx, topics); err != nil {
				return err
			}
			if generations > 0 {
				attempt = 0
			}
			if lost {
				in.client.Transport.(*kafka.Transport).CloseIdleConnections() // they lead to a broker that is gone
			}
		}
		most := in.config.RetryMost
		if lost {
			most = min(most, in.config.Heartbeat) // the group's other members wait
		}
		pause(ctx, attempt, most)
	}
	return nil
}

// CaughtUp tells whether the group has committed everything that the topics hold.
func (in *Ingest) CaughtUp(ctx context.Context) (bool, error) {
	return in.config.Kafka.CaughtUp(ctx, in.client)
}

// Stored is how many records of a topic this process has stored and committed; complete once Run has returned.
func (in *Ingest) Stored(t record.Topic) int64 {
	var m dto.Metric
	if err := in.metrics.stored.WithLabelValues(string(t)).Write(&m); err != nil {
		return 0
	}
	return int64(m.GetCounter().GetValue())
}

// pause waits before the attempt-th retry, longer each time up to most and never quite the same; false when the context
// ended first.
func pause(ctx context.Context, attempt int, most time.Duration) bool {
	wait := backoff.Doubling{First: 100 * time.Millisecond, Most: most}.Spread(attempt)
	return backoff.Sleep(ctx, wait) == nil
}

// clock never goes back: a machine whose clock is set back must not refuse records, as coming from the future, that it
// would have taken a moment before. While it waits for the time to come round again it is lenient instead.
type clock struct {
	now    func() time.Time
	latest atomic.Int64 // Unix nanoseconds
}

func (c *clock) Now() time.Time {
	now := c.now().UnixNano()
	for {
		latest := c.latest.Load()
		if now <= latest {
			return time.Unix(0, latest)
		}
		if c.latest.CompareAndSwap(latest, now) {
			return time.Unix(0, now)
		}
	}
}
