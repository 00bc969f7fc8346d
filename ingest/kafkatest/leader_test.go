//go:build kafka

package kafkatest

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/internal/platform/leader"
	"github.com/anxin-project/anxin/internal/testing/kafkatest"
)

// The detectors' processes find the one that makes the runs by a topic of their own (internal/platform/leader), which nobody creates
// for them.
func TestTheLeadersTopicIsCreatedAndTheLeadPassesOn(t *testing.T) {
	b := kafkatest.Start(t, kafkatest.Options{})
	k := secure(t, b, ingest.DefaultConfiguration().Kafka)
	client := newClient(t, k)
	dialer, err := k.Dialer()
	if err != nil {
		t.Fatal(err)
	}
	const topic = "wage.detectors.leader"
	leads := make(chan string)
	var atWork atomic.Int32
	stop := map[string]context.CancelFunc{}
	ended := map[string]chan error{}
	join := func(name string) {
		ctx, cancel := context.WithCancel(t.Context())
		stop[name], ended[name] = cancel, make(chan error, 1)
		election := leader.New(leader.Configuration{
			Topic: topic, Brokers: k.Brokers, Client: client, Dialer: dialer,
			Session: 6 * time.Second, Heartbeat: 200 * time.Millisecond, Log: slog.New(slog.DiscardHandler),
		})
		go func() {
			ended[name] <- election.Run(ctx, func(leading context.Context) bool {
				if atWork.Add(1) > 1 {
					t.Error("two lead at once")
				}
				defer atWork.Add(-1)
				select {
				case leads <- name:
				case <-leading.Done():
				}
				<-leading.Done()
				return false
			})
		}()
	}
	mustLead := func(want string) {
		t.Helper()
		select {
		case got := <-leads:
			if got != want {
				t.Fatalf("%s leads, want %s", got, want)
			}
		case <-time.After(patience):
			t.Fatalf("%s is not given the lead", want)
		}
	}
	leave := func(name string) {
		t.Helper()
		stop[name]()
		select {
		case err := <-ended[name]:
			if err != nil {
				t.Errorf("%s ended with %v", name, err)
			}
		case <-time.After(patience):
			t.Fatalf("%s does not end", name)
		}
	}

	join("first")
	mustLead("first")
	meta, err := client.Metadata(t.Context(), &kafka.MetadataRequest{Topics: []string{topic}})
	if err == nil {
		err = meta.Topics[0].Error
	}
	if err != nil || len(meta.Topics[0].Partitions) != 1 {
		t.Fatalf("the topic is %+v, %v; want one of one partition", meta.Topics, err)
	}

	join("second")
	mustLead("first") // who led goes on leading, in the generation that takes the second in
	leave("first")
	mustLead("second")

	join("third")
	mustLead("second")
	b.Kill()
	b.Restart()
	select { // one of the two, whoever comes back first
	case <-leads:
	case <-time.After(patience):
		t.Fatal("after the broker was killed and came back nobody is given the lead")
	}
	leave("second")
	leave("third")
}
