package ingest

import (
	"context"
	"errors"
	"io"
	"sync"

	"github.com/segmentio/kafka-go"
)

// fetch is what one request brought from a partition.
type fetch struct {
	partition     int
	messages      []message
	next          int64 // offset to go on from
	highWatermark int64
}

// fetchAll reads the worker's partitions, each by a goroutine of its own that holds at most one fetch in hand: a worker
// that does not take them stops the reading, which bounds memory.
func fetchAll(ctx context.Context, w *worker, to chan<- fetch) {
	var reading sync.WaitGroup
	for _, p := range w.partitions {
		reading.Go(func() { w.in.fetchPartition(ctx, w.name, p.ID, p.Offset, to) })
	}
	reading.Wait()
}

func (in *Ingest) fetchPartition(ctx context.Context, topic string, partition int, offset int64, to chan<- fetch) {
	for attempt := 0; ctx.Err() == nil; {
		f, err := in.fetchOnce(ctx, topic, partition, offset)
		if errors.Is(err, kafka.OffsetOutOfRange) {
			// The broker deleted what was not read yet. Reading goes on with what is left, and people must know.
			in.deps.Log.Error("records were deleted by the broker before they were read: check the topic's retention", "topic", topic, "partition", partition, "offset", offset)
			in.metrics.skipped.Inc()
			offset = kafka.FirstOffset
		}
		if err != nil {
			if ctx.Err() == nil {
				in.deps.Log.Warn("fetching failed and is tried again", "topic", topic, "partition", partition, "error", err)
				attempt++
				pause(ctx, attempt, in.config.RetryMost)
			}
			continue
		}
		attempt = 0
		offset = f.next
		if len(f.messages) == 0 {
			continue
		}
		select {
		case to <- f:
		case <-ctx.Done():
		}
	}
}

func (in *Ingest) fetchOnce(ctx context.Context, topic string, partition int, offset int64) (fetch, error) {
	f := fetch{partition: partition, next: offset}
	res, err := in.client.Fetch(ctx, &kafka.FetchRequest{
		Topic: topic, Partition: partition, Offset: offset,
		MinBytes: 1, MaxBytes: int64(in.config.FetchBytes), MaxWait: in.config.FetchWait,
	})
	if err != nil {
		return f, err
	}
	if res.Error != nil {
		return f, res.Error
	}
	f.highWatermark = res.HighWatermark
	for {
		r, err := res.Records.ReadRecord()
		if errors.Is(err, io.EOF) {
			return f, nil
		}
		if err != nil {
			if len(f.messages) > 0 {
				return f, nil // the rest of a cut-off response is fetched again
			}
			return f, err
		}
		if r.Offset < f.next {
			continue // a stored batch begins before the offset asked for
		}
		value, err := readBytes(r.Value)
		if err != nil {
			return f, err
		}
		key, err := readBytes(r.Key)
		if err != nil {
			return f, err
		}
		f.messages = append(f.messages, message{partition: partition, offset: r.Offset, at: r.Time, key: key, value: value, headers: r.Headers})
		f.next = r.Offset + 1
	}
}

func readBytes(b kafka.Bytes) ([]byte, error) {
	if b == nil {
		return nil, nil
	}
	defer b.Close()
	out := make([]byte, b.Len())
	_, err := io.ReadFull(b, out)
	return out, err
}
