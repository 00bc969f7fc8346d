package ingest_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/ingesttest"
	"github.com/anxin-project/anxin/ingest/record"
)

// rejected returns a world with n dead letters of wage.payroll, and what would mend them.
func rejected(t *testing.T, n int) (*ingesttest.World, func() []ingest.Correction) {
	t.Helper()
	w := ingesttest.NewWorld(t, ingesttest.Topics(), "")
	in := w.Start(t)
	var bad []ingesttest.Record
	for i := range n {
		bad = append(bad, ingesttest.Record{Topic: record.TopicPayroll, Key: fmt.Append(nil, i), Value: fmt.Appendf(nil, `{"id":"S%d"}`, i)})
	}
	w.Send(t, bad...)
	w.AwaitCaughtUp(t, patience)
	in.Stop(t)
	return w, func() []ingest.Correction {
		letters, err := ingest.DeadLetters(t.Context(), w.Config.Kafka)
		if err != nil || len(letters) != n {
			t.Fatalf("%d letters (%v), want %d", len(letters), err, n)
		}
		var all []ingest.Correction
		for _, l := range letters {
			if l.ReplayedAt.IsZero() {
				all = append(all, ingest.Correction{Letter: l, Key: []byte(l.Place().String()), Value: []byte("mended " + l.Place().String())})
			}
		}
		return all
	}
}

// replays counts the mended records on the topic, by the letter they mend.
func replays(t *testing.T, w *ingesttest.World) map[string]int {
	t.Helper()
	left := int64(0)
	for _, p := range w.Broker.Cluster().PartitionInfos("wage.payroll") {
		left += p.HighWatermark
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(w.Config.Kafka.Brokers...), kgo.ConsumeTopics("wage.payroll"))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	found := map[string]int{}
	for left > 0 {
		fetches := client.PollFetches(t.Context())
		if err := fetches.Err(); err != nil {
			t.Fatal(err)
		}
		fetches.EachRecord(func(r *kgo.Record) {
			left--
			if place, mended := strings.CutPrefix(string(r.Value), "mended "); mended {
				found[place]++
			}
		})
	}
	return found
}

func TestALetterIsReplayedOnceWhereverAReplayWasStopped(t *testing.T) {
	const letters = 700 // more than are sent together
	on := func(topic string) func(int) kfake.Fault {
		return func(count int) kfake.Fault {
			return kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: topic, Err: kerr.KafkaStorageError, Count: count}
		}
	}
	for _, c := range []struct {
		name string
		stop func(w *ingesttest.World, cancel func()) // sets the trap
	}{
		{"before the letters are marked", func(w *ingesttest.World, _ func()) { w.Broker.Cluster().Fault(on("wage.payroll.dlq")(1)) }},
		{"where the topic takes nothing", func(w *ingesttest.World, _ func()) { w.Broker.Cluster().Fault(on("wage.payroll")(2)) }},
		{"where a partition takes nothing", func(w *ingesttest.World, _ func()) {
			f := on("wage.payroll")(1)
			f.Partitions = []int32{1}
			w.Broker.Cluster().Fault(f)
		}},
		{"after the records were sent", func(w *ingesttest.World, _ func()) {
			sent := false
			f := on("wage.payroll.dlq")(1)
			f.When = func(kmsg.Request) bool { return sent }
			w.Broker.Cluster().Fault(f)
			w.Broker.Cluster().Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: "wage.payroll", Observe: true, Count: -1,
				When: func(kmsg.Request) bool { sent = true; return false }})
		}},
		{"by Ctrl-C while the topic takes the records", func(w *ingesttest.World, cancel func()) {
			w.Broker.Cluster().Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: "wage.payroll", Observe: true, Count: -1,
				When: func(kmsg.Request) bool { cancel(); return false }})
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w, waiting := rejected(t, letters)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			what := waiting()
			c.stop(w, cancel)
			sent, err := ingest.Replay(ctx, w.Config.Kafka, what, time.Now)
			if err == nil {
				t.Fatalf("nothing stopped the replay; %d were sent", sent)
			}
			for range 2 { // the second time there is nothing to do
				if _, err := ingest.Replay(t.Context(), w.Config.Kafka, waiting(), time.Now); err != nil {
					t.Fatal(err)
				}
			}
			if left := waiting(); len(left) > 0 {
				t.Errorf("%d letters are not marked as replayed", len(left))
			}
			found := replays(t, w)
			for place, n := range found {
				if n != 1 {
					t.Errorf("%s was replayed %d times", place, n)
				}
			}
			if len(found) != letters {
				t.Errorf("%d letters were replayed, want %d", len(found), letters)
			}
		})
	}
}
