// Package leader lets one of several processes work at a time. They are members of one Kafka consumer group over a topic of a
// single partition that holds no messages: whoever is given the partition leads, the others stand by.
//
// The broker starts a new generation of the group only when the members of the old one have come back or have been silent
// for a session. A leader comes back when its work has ended, so the next does not begin before. Only a process that was
// cut off for longer than a session, and has not noticed, may still be at work then: what leaders do must bear that.
package leader

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/anxin-project/anxin/internal/platform/backoff"
	"github.com/anxin-project/anxin/internal/platform/kafkagroup"
)

// Configuration of an election.
type Configuration struct {
	// Topic is created with one partition where it is missing; it also names the group.
	Topic   string
	Brokers []string
	Client  *kafka.Client
	Dialer  *kafka.Dialer
	// Urgent members are given the lead before others, who take it back when they have left.
	Urgent bool
	// A leader that sends no heartbeat for Session is taken for dead; one whose work takes longer than that to end is too.
	Session, Heartbeat time.Duration
	Log                *slog.Logger
}

const (
	// DefaultSession and DefaultHeartbeat suit work that ends within seconds of being told to.
	DefaultSession   = 30 * time.Second
	DefaultHeartbeat = 2 * time.Second
	// retryMost is the longest pause before the broker is tried again.
	retryMost = 15 * time.Second
)

// Election is a process's part in finding the leader.
type Election struct {
	config   Configuration
	balancer *balancer
}

// New prepares a part in an election; Run takes it.
func New(c Configuration) *Election {
	e := &Election{config: c, balancer: &balancer{topic: c.Topic}}
	if c.Urgent {
		e.balancer.rank.Store(rankUrgent)
	}
	return e
}

// Run takes part until the context ends or work is done. Whenever this process leads, it calls work, with a context that
// ends when it no longer does; work then has to return soon. Work that returns false begins again with the next lead.
func (e *Election) Run(ctx context.Context, work func(leading context.Context) (done bool)) error {
	for attempt := 0; ctx.Err() == nil; attempt++ {
		err := e.ensureTopic(ctx)
		if err == nil {
			return e.join(ctx, work)
		}
		if ctx.Err() == nil {
			e.config.Log.Warn("waiting for the topic that finds a leader", "error", err)
			pause(ctx, attempt)
		}
	}
	return nil
}

func (e *Election) ensureTopic(ctx context.Context) error {
	c := e.config
	meta, err := c.Client.Metadata(ctx, &kafka.MetadataRequest{}) // of all topics: asking for one may create it as others are
	if err != nil {
		return fmt.Errorf("asking the broker for its topics: %w", err)
	}
	for _, topic := range meta.Topics {
		if topic.Name == c.Topic && topic.Error == nil {
			return nil
		}
	}
	const usualReplicas = -1 // as the broker is configured
	made, err := c.Client.CreateTopics(ctx, &kafka.CreateTopicsRequest{
		Topics: []kafka.TopicConfig{{Topic: c.Topic, NumPartitions: 1, ReplicationFactor: usualReplicas}},
	})
	if err == nil {
		err = made.Errors[c.Topic]
	}
	if err != nil && !errors.Is(err, kafka.TopicAlreadyExists) {
		return fmt.Errorf("creating topic %s (create it with one partition, or allow this user to): %w", c.Topic, err)
	}
	return nil
}

func (e *Election) join(ctx context.Context, work func(context.Context) bool) error {
	c := e.config
	group, err := kafkagroup.Join(kafka.ConsumerGroupConfig{
		ID: c.Topic, Brokers: c.Brokers, Topics: []string{c.Topic}, Dialer: c.Dialer,
		GroupBalancers:    []kafka.GroupBalancer{e.balancer},
		HeartbeatInterval: c.Heartbeat, SessionTimeout: c.Session, RebalanceTimeout: c.Session,
		JoinGroupBackoff: time.Second,
		ErrorLogger:      kafka.LoggerFunc(func(m string, args ...any) { c.Log.Warn("finding a leader", "message", fmt.Sprintf(m, args...)) }),
	})
	if err != nil {
		return err
	}
	defer group.Close()
	for attempt := 0; ; {
		generation, err := group.Next(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			c.Log.Warn("waiting for the broker to find a leader", "error", err)
			attempt++
			pause(ctx, attempt)
			continue
		}
		attempt = 0
		leads := len(generation.Assignments[c.Topic]) > 0
		e.balancer.leads(leads)
		if !leads {
			c.Log.Info("standing by: another process leads", "topic", c.Topic)
			continue
		}
		c.Log.Info("leading", "topic", c.Topic)
		if e.lead(ctx, generation, work) {
			return nil
		}
	}
}

// lead works for as long as the generation lasts; it returns true when the work is done or the context has ended.
func (e *Election) lead(ctx context.Context, generation *kafka.Generation, work func(context.Context) bool) bool {
	leading, cancel := context.WithCancel(ctx)
	defer cancel()
	result := make(chan bool, 1)
	generation.Start(func(over context.Context) {
		undo := context.AfterFunc(over, cancel)
		defer undo()
		done := work(leading)
		if done = done || ctx.Err() != nil; done {
			result <- done
			<-over.Done() // returning before would join the next generation, only to leave it
			return
		}
		result <- done
	})
	return <-result
}

// pause waits before the attempt-th retry, longer each time and never quite the same.
func pause(ctx context.Context, attempt int) {
	wait := backoff.Doubling{First: 100 * time.Millisecond, Most: retryMost}.Spread(attempt)
	_ = backoff.Sleep(ctx, wait) // the context's end is seen by the caller
}
