package ingest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol/describegroups"

	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/platform/kafkagroup"
)

// join makes this process a member of the consumer group for the given topics, until the context ends, the topics are no
// longer these, or kafka-go loses its place in the group. They must exist (kafkagroup.Join). It returns how many
// generations it worked for, and whether a member may have stayed in the group because the broker could not be told.
func (in *Ingest) join(stop context.Context, topics map[string]int) (generations int, lost bool, err error) {
	group, err := kafkagroup.Join(kafka.ConsumerGroupConfig{
		ID: in.config.Kafka.Group, Brokers: in.config.Kafka.Brokers, Topics: slices.Sorted(maps.Keys(topics)), Dialer: in.dialer,
		// Few members share many partitions: each should get of every topic as evenly as can be.
		GroupBalancers:    []kafka.GroupBalancer{kafka.RangeGroupBalancer{}},
		StartOffset:       kafka.FirstOffset,
		HeartbeatInterval: in.config.Heartbeat,
		SessionTimeout:    in.config.Session,
		RebalanceTimeout:  in.config.Session,
		JoinGroupBackoff:  time.Second,
		ErrorLogger:       kafka.LoggerFunc(func(m string, args ...any) { in.deps.Log.Warn("consumer group", "message", fmt.Sprintf(m, args...)) }),
	})
	if err != nil {
		return 0, false, err
	}
	defer group.Close()
	for attempt := 0; ; {
		generation, err := group.Next(stop)
		if err != nil {
			if stop.Err() != nil {
				return generations, false, nil
			}
			in.deps.Log.Warn("waiting for the consumer group", "error", err)
			if !errors.Is(err, kafka.RebalanceInProgress) {
				return generations, true, nil
			}
			attempt++
			pause(stop, attempt, in.config.RetryMost)
			continue
		}
		generations++
		in.metrics.generations.Inc()
		switch in.work(stop, generation, topics) {
		case endLeave:
			return generations, false, nil
		case endFailed:
			attempt++
			pause(stop, attempt, in.config.RetryMost)
		case endChanged:
			attempt = 0
		}
	}
}

// leaveBehind takes out of the group the members that this process was, for which the others would else wait until their
// sessions are over. They are found by their client's name: kafka-go tells of a member only once it has work, and the
// broker's answer to joining may be lost. An error says that the group's coordinator could not do it yet.
func (in *Ingest) leaveBehind(ctx context.Context) error {
	group := in.config.Kafka.Group
	// not by Client.DescribeGroups, which fails on a member that has no assignment yet
	answer, err := in.client.Transport.RoundTrip(ctx, in.client.Addr, &describegroups.Request{Groups: []string{group}})
	if err != nil {
		return fmt.Errorf("asking for the group's members: %w", err)
	}
	for _, g := range answer.(*describegroups.Response).Groups {
		if refused := kafka.Error(g.ErrorCode); refused.Temporary() {
			return fmt.Errorf("asking for the group's members: %w", refused)
		}
		for _, m := range g.Members {
			if m.ClientID != in.dialer.ClientID {
				continue
			}
			left, err := in.client.LeaveGroup(ctx, &kafka.LeaveGroupRequest{GroupID: group, Members: []kafka.LeaveGroupRequestMember{{ID: m.MemberID}}})
			if err != nil {
				return fmt.Errorf("leaving the group: %w", err)
			}
			// kafka-go 0.4.51 takes the answer's first two fields the wrong way round (protocol/leavegroup): the error is what
			// it has as the lower half of the throttle time.
			if refused := kafka.Error(int16(left.Throttle.Milliseconds())); refused.Temporary() {
				return fmt.Errorf("leaving the group: %w", refused)
			}
		}
	}
	return nil
}

// end is why work with a generation of the group ended.
type end int

const (
	endChanged end = iota // the group has a new generation
	endFailed             // a worker could not go on
	endLeave              // the process stops, or the topics changed
)

// work runs a worker for every topic of which this member was given partitions, until the generation is over, a worker
// fails, the topics change or the process is to stop. In each case the workers first store and commit what they have, for
// which they have the drain time: the broker takes commits until the others have joined the next generation, and refuses
// them after that.
func (in *Ingest) work(stop context.Context, generation *kafka.Generation, topics map[string]int) end {
	halt, halted := context.WithCancel(stop)
	defer halted()
	drain, cancel := outlive(halt, in.config.Drain)
	defer cancel()

	result := make(chan end, 1)
	// A generation ends as soon as one of its functions returns, so all that is done runs under one.
	generation.Start(func(over context.Context) {
		undo := context.AfterFunc(over, halted)
		defer undo()
		why := make(chan end, 1) // the first cause other than the generation's own end
		because := func(e end) {
			select {
			case why <- e:
			default:
			}
			halted()
		}
		var workers sync.WaitGroup
		for _, w := range in.workers(generation) {
			workers.Go(func() {
				if !w.run(halt, drain) {
					because(endFailed)
				}
			})
		}
		workers.Go(func() {
			if in.watch(halt, topics, generation) {
				because(endLeave)
			}
		})
		workers.Wait()
		e := endChanged
		switch {
		case stop.Err() != nil:
			e = endLeave
		case over.Err() == nil:
			e = <-why
		}
		result <- e
		if e == endLeave {
			<-over.Done() // returning before would join the next generation, only to leave it
		}
	})
	return <-result
}

// workers divides the member's partitions.
func (in *Ingest) workers(generation *kafka.Generation) []*worker {
	var all []*worker
	for _, t := range record.Topics() {
		assigned := generation.Assignments[in.config.Kafka.Prefix+string(t)]
		shares := min(in.config.Workers, len(assigned))
		if t != record.TopicAttendance {
			shares = min(1, len(assigned)) // only attendance is large enough to be worth a second batch
		}
		for i := range shares {
			var mine []kafka.PartitionAssignment
			for n, a := range assigned {
				if n%shares == i {
					mine = append(mine, a)
				}
			}
			all = append(all, newWorker(in, t, generation, mine))
		}
	}
	return all
}

// watch looks at every heartbeat how far behind the member is and whether the topics are still the same; it returns true
// when they are not, else when the context ends.
func (in *Ingest) watch(ctx context.Context, topics map[string]int, generation *kafka.Generation) bool {
	tick := time.NewTicker(in.config.Heartbeat)
	defer tick.Stop()
	defer in.metrics.lagRecords.Reset() // these gauges belong to the current owners of the partitions
	for {
		if now, err := in.topics(ctx); err == nil && !maps.Equal(now, topics) {
			in.deps.Log.Info("the broker's topics changed", "topics", now)
			return true
		}
		if behind, err := in.config.Kafka.behind(ctx, in.client); err == nil {
			for topic, partitions := range generation.Assignments {
				for _, p := range partitions {
					in.metrics.lag(strings.TrimPrefix(topic, in.config.Kafka.Prefix), p.ID, behind[topic][p.ID])
				}
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return false
		}
	}
}

// outlive returns a context that ends a while after another has ended.
func outlive(ctx context.Context, by time.Duration) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		timer := time.NewTimer(by)
		defer timer.Stop()
		select {
		case <-timer.C:
			cancel()
		case <-longer.Done():
		}
	})
	return longer, func() { stop(); cancel() }
}
