// Package kafkagroup makes a process a member of a Kafka consumer group by kafka-go's ConsumerGroup, whose generations say
// what a member owns and until when, and lets it leave without delay.
package kafkagroup

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
)

// Group is a membership of a consumer group.
type Group struct {
	group    *kafka.ConsumerGroup
	open     connections
	patience time.Duration
}

// Join begins a membership; Close ends it. Topics that do not exist must not be among the configuration's: kafka-go would
// assign nothing of any topic.
func Join(c kafka.ConsumerGroupConfig) (*Group, error) {
	g := &Group{patience: c.HeartbeatInterval}
	dialer := *c.Dialer
	dialer.DialFunc = g.open.dial
	c.Dialer = &dialer
	var err error
	if g.group, err = kafka.NewConsumerGroup(c); err != nil {
		return nil, fmt.Errorf("joining consumer group %s: %w", c.ID, err)
	}
	return g, nil
}

// Next waits for the next generation; see kafka.ConsumerGroup.
func (g *Group) Next(ctx context.Context) (*kafka.Generation, error) { return g.group.Next(ctx) }

// Close waits for the functions of the running generation and leaves the group.
func (g *Group) Close() {
	// While a member waits for the others to join, kafka-go does not hear that it should leave.
	impatient := time.AfterFunc(g.patience, g.open.abort)
	_ = g.group.Close() // always nil
	impatient.Stop()
}

// connections are those of the group, which can all be cut.
type connections struct {
	mu   sync.Mutex
	open map[net.Conn]bool
}

func (c *connections) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open == nil {
		c.open = map[net.Conn]bool{}
	}
	c.open[conn] = true
	return connection{conn, c}, nil
}

func (c *connections) abort() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for conn := range c.open {
		_ = conn.Close()
	}
}

type connection struct {
	net.Conn
	of *connections
}

func (c connection) Close() error {
	c.of.mu.Lock()
	delete(c.of.open, c.Conn)
	c.of.mu.Unlock()
	return c.Conn.Close()
}
