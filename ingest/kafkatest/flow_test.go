//go:build kafka

package kafkatest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/ingesttest"
	"github.com/anxin-project/anxin/ingest/produce"
	"github.com/anxin-project/anxin/ingest/record"
)

// flow sends records little by little, as sources do, until it is told to stop or has none left. What fails is sent again
// until it is on the broker.
type flow struct {
	stop context.CancelFunc
	end  chan error
	sent int // valid after end
}

const (
	flowEvery = 10 * time.Millisecond
	flowBatch = 25
)

func startFlow(t *testing.T, w *ingesttest.World, records []ingesttest.Record) *flow {
	t.Helper()
	p := w.Producer(t)
	ctx, stop := context.WithCancel(t.Context())
	f := &flow{stop: stop, end: make(chan error, 1)}
	go func() { f.end <- f.run(t.Context(), ctx.Done(), p, records) }()
	t.Cleanup(stop)
	return f
}

func (f *flow) run(ctx context.Context, stop <-chan struct{}, p *produce.Producer, records []ingesttest.Record) error {
	tick := time.NewTicker(flowEvery)
	defer tick.Stop()
	for f.sent < len(records) {
		for _, r := range records[f.sent:min(f.sent+flowBatch, len(records))] {
			if err := p.Put(ctx, r.Topic, r.Key, r.Value); err != nil {
				return err // not to be expected: so few are pending that none is sent yet
			}
			f.sent++
		}
		for err := p.Flush(ctx); err != nil; err = p.Flush(ctx) {
			select {
			case <-ctx.Done():
				return err
			case <-tick.C:
			}
		}
		select {
		case <-stop:
			return nil
		case <-tick.C:
		}
	}
	return nil
}

// finish ends the flow and returns what is on the broker. It must have been flowing until now, or what the test did
// meanwhile was done to a topic at rest.
func (f *flow) finish(t *testing.T, records []ingesttest.Record) []ingesttest.Record {
	t.Helper()
	f.stop()
	select {
	case err := <-f.end:
		if err != nil {
			t.Fatalf("sending records: %v", err)
		}
	case <-time.After(patience):
		t.Fatalf("the records could not be sent within %v", patience)
	}
	if f.sent == len(records) {
		t.Errorf("all %d records were sent before the test had done its part: it wants more", f.sent)
	}
	t.Logf("%d records were sent meanwhile", f.sent)
	return records[:f.sent]
}

// watcher looks at what the group has committed, all the time: no offset may ever go back, since that would show a commit by
// a member that had lost the partition.
type watcher struct {
	stop   context.CancelFunc
	ended  chan struct{}
	looks  int
	passed int64 // sum of all offsets
	wrong  []string
}

func watchCommits(t *testing.T, k ingest.Kafka) *watcher {
	t.Helper()
	client := newClient(t, k)
	ctx, stop := context.WithCancel(t.Context())
	w := &watcher{stop: stop, ended: make(chan struct{})}
	go func() {
		defer close(w.ended)
		w.run(ctx, client, k)
	}()
	t.Cleanup(func() { stop(); <-w.ended })
	return w
}

func (w *watcher) run(ctx context.Context, client *kafka.Client, k ingest.Kafka) {
	topics := map[string][]int{}
	for _, topic := range record.Topics() {
		name := k.Prefix + string(topic)
		for p := range int(ingesttest.Topics()[name]) {
			topics[name] = append(topics[name], p)
		}
	}
	type place struct {
		topic     string
		partition int
	}
	highest := map[place]int64{}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		got, err := client.OffsetFetch(ctx, &kafka.OffsetFetchRequest{GroupID: k.Group, Topics: topics})
		if err != nil || got.Error != nil {
			continue // the broker is away
		}
		w.looks++
		w.passed = 0
		for topic, partitions := range got.Topics {
			for _, p := range partitions {
				if p.Error != nil {
					continue
				}
				at := place{topic, p.Partition}
				before, seen := highest[at]
				if seen && p.CommittedOffset < before { // none is -1
					w.wrong = append(w.wrong, fmt.Sprintf("%s/%d from %d to %d", topic, p.Partition, before, p.CommittedOffset))
				}
				highest[at] = p.CommittedOffset
				w.passed += max(p.CommittedOffset, 0)
			}
		}
	}
}

// check ends the watch.
func (w *watcher) check(t *testing.T) {
	t.Helper()
	w.stop()
	<-w.ended
	if len(w.wrong) > 0 {
		t.Errorf("committed offsets went back %d times, first %s", len(w.wrong), w.wrong[0])
	}
	if w.looks < 50 || w.passed == 0 {
		t.Errorf("committed offsets were seen %d times only, with %d records passed", w.looks, w.passed)
	}
	t.Logf("committed offsets were seen %d times and never went back", w.looks)
}

func newClient(t *testing.T, k ingest.Kafka) *kafka.Client {
	t.Helper()
	client, err := k.Client()
	if err != nil {
		t.Fatal(err)
	}
	client.Timeout = 5 * time.Second
	t.Cleanup(client.Transport.(*kafka.Transport).CloseIdleConnections)
	return client
}
