// Package produce puts records on Kafka topics, as sources do: keyed by the project where there is one, else by the
// employer, so that one project's records stay in order within a partition.
package produce

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/record"
)

// most messages and bytes that wait for each other before they are sent.
const (
	batchMessages = 10_000
	batchBytes    = 4 << 20
)

// Producer sends messages in batches. It is not for concurrent use.
type Producer struct {
	// Now tells the time that messages bear; nil for the real one.
	Now func() time.Time

	writer  *kafka.Writer
	prefix  string
	pending []kafka.Message
	size    int
	sent    map[record.Topic]int64
}

// New returns a producer for the topics of a configuration.
func New(k ingest.Kafka) (*Producer, error) {
	client, err := k.Client()
	if err != nil {
		return nil, err
	}
	w := k.Writer(client.Transport, batchMessages)
	w.Balancer = partitioner{}
	return &Producer{writer: w, prefix: k.Prefix, sent: map[record.Topic]int64{}}, nil
}

// Put takes one message; key and value are copied. It is on the broker after the next Flush that returns nil.
func (p *Producer) Put(ctx context.Context, topic record.Topic, key, value []byte) error {
	m := kafka.Message{Topic: p.prefix + string(topic), Key: bytes.Clone(key), Value: bytes.Clone(value)}
	if p.Now != nil {
		m.Time = p.Now()
	}
	p.pending = append(p.pending, m)
	p.size += len(key) + len(value)
	p.sent[topic]++
	if len(p.pending) < batchMessages && p.size < batchBytes {
		return nil
	}
	return p.Flush(ctx)
}

// Flush sends what is pending and waits until all replicas have it. After an error the messages are still pending; some
// may have arrived, and will then arrive twice, which the contract allows.
func (p *Producer) Flush(ctx context.Context) error {
	if len(p.pending) == 0 {
		return nil
	}
	if err := p.writer.WriteMessages(ctx, p.pending...); err != nil {
		return fmt.Errorf("sending records to Kafka: %w", err)
	}
	p.pending, p.size = p.pending[:0], 0
	return nil
}

// drop forgets what is pending, all of it of one topic.
func (p *Producer) drop(topic record.Topic) {
	p.sent[topic] -= int64(len(p.pending))
	p.pending, p.size = p.pending[:0], 0
}

// Sent returns how many messages were taken, by topic.
func (p *Producer) Sent() map[record.Topic]int64 { return p.sent }

// Close sends what is pending and closes the connections.
func (p *Producer) Close() error { return p.writer.Close() }

// partitioner hashes keys as Kafka clients do; what has no key goes to the first partition, so that the same input always
// lies in the same place.
type partitioner struct{}

func (partitioner) Balance(m kafka.Message, partitions ...int) int {
	if len(m.Key) == 0 {
		return partitions[0]
	}
	return (&kafka.Murmur2Balancer{}).Balance(m, partitions...)
}
