//go:build kafka

package kafkatest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/anxin-project/anxin/internal/testing/kafkatest"
)

// On these answers of the broker ingest's exactness rests (ingest, group.go), so they are asked of the real one, by the
// same means: kafka-go's ConsumerGroup.
func TestTheBrokerTakesCommitsOfTheOwnerOnly(t *testing.T) {
	const topic, group = "fence", "fence"
	b := kafkatest.Start(t, kafkatest.Options{Config: map[string]string{"group.min.session.timeout.ms": "500"}})
	b.CreateTopics(map[string]int{topic: 1})
	client := &kafka.Client{Addr: kafka.TCP(b.Addr()), Timeout: 10 * time.Second}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	member := func(heartbeat, session time.Duration) *kafka.ConsumerGroup {
		t.Helper()
		g, err := kafka.NewConsumerGroup(kafka.ConsumerGroupConfig{
			ID: group, Brokers: []string{b.Addr()}, Topics: []string{topic}, StartOffset: kafka.FirstOffset, JoinGroupBackoff: 100 * time.Millisecond,
			HeartbeatInterval: heartbeat, SessionTimeout: session, RebalanceTimeout: session,
		})
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	next := func(g *kafka.ConsumerGroup) *kafka.Generation {
		t.Helper()
		for {
			generation, err := g.Next(ctx)
			if err == nil {
				return generation
			}
			if ctx.Err() != nil {
				t.Fatalf("no generation of the group within %v: %v", patience, err)
			}
			t.Logf("waiting for the group: %v", err)
		}
	}
	commit := func(g *kafka.Generation, offset int64) error {
		return g.CommitOffsets(map[string]map[int]int64{topic: {0: offset}})
	}
	committed := func() int64 {
		t.Helper()
		got, err := client.OffsetFetch(ctx, &kafka.OffsetFetchRequest{GroupID: group, Topics: map[string][]int{topic: {0}}})
		if err != nil {
			t.Fatal(err)
		}
		return got.Topics[topic][0].CommittedOffset
	}
	want := func(offset int64) {
		t.Helper()
		if got := committed(); got != offset {
			t.Errorf("committed is %d, want %d", got, offset)
		}
	}

	// A member that hears nothing, since it sends no heartbeat, and goes on in its belief: as a process that was suspended, or
	// cut off from the broker.
	deaf := member(time.Hour, time.Second)
	old := next(deaf)
	if err := commit(old, 5); err != nil {
		t.Fatalf("the owner's commit: %v", err)
	}
	want(5)
	heir := member(100*time.Millisecond, 10*time.Second)
	young := next(heir)
	if got := young.Assignments[topic]; len(got) != 1 || got[0].Offset != 5 {
		t.Fatalf("the heir was given %v, want partition 0 from offset 5", got)
	}
	if err := commit(young, 7); err != nil {
		t.Fatalf("the heir's commit: %v", err)
	}
	for _, offset := range []int64{6, 9} { // back or ahead
		if err := commit(old, offset); !errors.Is(err, kafka.UnknownMemberId) {
			t.Errorf("a commit by a member that lost its partition: %v, want %v", err, kafka.UnknownMemberId)
		}
	}
	want(7)

	// A member of the present generation with the number of an earlier one.
	stale, err := client.OffsetCommit(ctx, &kafka.OffsetCommitRequest{
		GroupID: group, GenerationID: int(young.ID) - 1, MemberID: young.MemberID, Topics: map[string][]kafka.OffsetCommit{topic: {{Partition: 0, Offset: 9}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := stale.Topics[topic][0].Error; !errors.Is(err, kafka.IllegalGeneration) {
		t.Errorf("a commit of an earlier generation: %v, want %v", err, kafka.IllegalGeneration)
	}
	want(7)

	// A member that hears of a rebalance may still store and commit what it has, until it joins anew; who comes after begins
	// there. Before that the newcomer is given nothing.
	last := make(chan error, 1)
	young.Start(func(over context.Context) {
		<-over.Done()
		last <- commit(young, 11)
	})
	newcomer := member(100*time.Millisecond, 10*time.Second)
	type joined struct {
		who string
		*kafka.Generation
	}
	both := make(chan joined, 2)
	for who, g := range map[string]*kafka.ConsumerGroup{"heir": heir, "newcomer": newcomer} {
		go func() {
			for ctx.Err() == nil {
				if generation, err := g.Next(ctx); err == nil {
					both <- joined{who, generation}
					return
				}
			}
		}()
	}
	owners := 0
	for range 2 {
		select {
		case j := <-both:
			if j.ID != young.ID+1 {
				t.Errorf("%s is in generation %d, want %d", j.who, j.ID, young.ID+1)
			}
			for _, a := range j.Assignments[topic] {
				owners++
				if a.Offset != 11 {
					t.Errorf("%s begins at %d, want 11", j.who, a.Offset)
				}
			}
		case <-ctx.Done():
			t.Fatal("the two members found no common generation")
		}
	}
	if owners != 1 {
		t.Errorf("%d members own the partition", owners)
	}
	if err := <-last; err != nil {
		t.Errorf("the commit of a member that was about to join anew: %v", err)
	}
	if err := commit(young, 12); err == nil {
		t.Error("a generation that is over could commit")
	} else {
		t.Logf("a generation that is over: %v", err)
	}
	want(11)
	for _, g := range []*kafka.ConsumerGroup{deaf, heir, newcomer} {
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	}
}
