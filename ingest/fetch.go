package ingest

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
	fetchapi "github.com/segmentio/kafka-go/protocol/fetch"
)

// fetch is what one request brought from a partition. Its messages lie in its own memory, which is used again after
// release.
type fetch struct {
	partition int
	messages  []message
	next      int64    // offset to go on from
	verified  bool     // it is known that the partition is the one that was read before
	memory    [][]byte // pieces, of which each is filled before the next
	used      int      // pieces begun
}

// message is one message as fetched; its bytes are valid until the fetch is released.
type message struct {
	partition int
	offset    int64
	sent      time.Time // put on the broker, by its clock or the sender's, as the topic is set
	key       []byte
	value     []byte
	headers   []kafka.Header
}

// clone returns a message whose bytes are its own.
func (m *message) clone() message {
	c := *m
	c.key, c.value = bytes.Clone(m.key), bytes.Clone(m.value)
	return c
}

var fetches = sync.Pool{New: func() any { return new(fetch) }}

func (f *fetch) release() { fetches.Put(f) }

// fetchPartition reads a partition until the context ends and holds at most one fetch in hand: a worker that does not
// take it stops the reading, which bounds memory.
//
// Before it begins, after an error and after a long pause it makes sure that the partition is still the one it has read from.
func (in *Ingest) fetchPartition(ctx context.Context, topic string, partition int, offset int64, to chan<- *fetch) {
	var known landmark
	begun, sure, answered := false, false, time.Now()
	attempt := 0
	recalled := make(chan landmark, 1)
	var recalling sync.WaitGroup
	recalling.Go(func() { in.recallUntil(ctx, topic, partition, recalled) })
	defer recalling.Wait()
	patience, enough := context.WithTimeout(ctx, recallTakes)
	defer enough()
	next := func() (*fetch, error) {
		if !begun {
			// while the store is away the first messages are read all the same; they are no landmark, and stored twice at worst
			select {
			case known = <-recalled:
				begun, sure = true, false
			case <-patience.Done():
			}
		}
		if !begun {
			return in.fetchFrom(ctx, topic, partition, offset)
		}
		if !sure || time.Since(answered) > longPause {
			began, err := in.from(ctx, topic, partition, offset, known)
			if err != nil {
				return nil, err
			}
			if began != offset {
				offset, known = began, landmark{}
			}
			sure = true
		}
		f, err := in.fetchFrom(ctx, topic, partition, offset)
		answered, sure = time.Now(), err == nil
		return f, err
	}
	for ctx.Err() == nil {
		f, err := next()
		if err != nil {
			if ctx.Err() == nil {
				in.deps.Log.Warn("fetching failed and is tried again", "topic", topic, "partition", partition, "error", err)
				attempt++
				pause(ctx, attempt, in.config.RetryMost)
			}
			continue
		}
		attempt = 0
		if len(f.messages) == 0 && (f.next == offset || offset < 0) { // nothing new, not even a control record
			offset = f.next
			f.release()
			continue
		}
		offset = f.next
		if f.verified = begun; begun && len(f.messages) > 0 {
			known = landmarkOf(&f.messages[len(f.messages)-1])
		}
		select {
		case to <- f:
		case <-ctx.Done():
		}
	}
}

// fetchFrom is fetchOnce for an offset that may be none: FirstOffset where the group has committed nothing, or one that the
// broker does not hold.
func (in *Ingest) fetchFrom(ctx context.Context, topic string, partition int, offset int64) (*fetch, error) {
	if offset >= 0 {
		f, err := in.fetchOnce(ctx, topic, partition, offset)
		if !errors.Is(err, kafka.OffsetOutOfRange) {
			return f, err
		}
	}
	first, end, err := in.bounds(ctx, topic, partition)
	if err != nil {
		return nil, err
	}
	switch {
	case offset >= 0 && offset < first:
		// Reading goes on with what is left, and people must know.
		in.deps.Log.Error("the broker deleted records before they were read: check the topic's retention", "topic", topic, "partition", partition, "from", offset, "to", first-1)
		in.metrics.skipped.Inc()
	case offset >= 0:
		// Beyond the end, or it was a moment ago: then the partition has grown since, and what lies before the offset was not read.
		in.deps.Log.Error("the broker lost records that had been read, or the topic was made anew: reading it from its beginning", "topic", topic, "partition", partition, "offset", offset, "end", end)
	}
	return in.fetchOnce(ctx, topic, partition, first)
}

// bounds returns the first offset of a partition and the one after its last.
func (in *Ingest) bounds(ctx context.Context, topic string, partition int) (first, end int64, err error) {
	res, err := in.client.ListOffsets(ctx, &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{
		topic: {kafka.FirstOffsetOf(partition), kafka.LastOffsetOf(partition)},
	}})
	if err != nil {
		return 0, 0, fmt.Errorf("asking for the ends of %s: %w", topic, err)
	}
	for _, p := range res.Topics[topic] {
		if p.Error != nil {
			return 0, 0, fmt.Errorf("asking for the ends of %s: %w", topic, p.Error)
		}
		if p.Partition == partition {
			return p.FirstOffset, p.LastOffset, nil
		}
	}
	return 0, 0, fmt.Errorf("asking for the ends of %s: the broker knows no partition %d", topic, partition)
}

// readCommitted asks the broker for what is committed alone: it ends before the first transaction that is still open, and names
// those that were aborted, whose messages it sends all the same.
const readCommitted = 1

// fetchOnce asks one broker once. kafka-go's own Fetch does not tell which transactions were aborted, so the request is made of
// its protocol: what a source took back must not be stored, a slip "paid" least of all.
func (in *Ingest) fetchOnce(ctx context.Context, topic string, partition int, offset int64) (*fetch, error) {
	most := int32(in.config.FetchBytes)
	answer, err := in.client.Transport.RoundTrip(ctx, in.client.Addr, &fetchapi.Request{
		ReplicaID: -1, MaxWaitTime: int32(in.config.FetchWait.Milliseconds()), MinBytes: 1, MaxBytes: most, IsolationLevel: readCommitted,
		SessionID: -1, SessionEpoch: -1,
		Topics: []fetchapi.RequestTopic{{Topic: topic, Partitions: []fetchapi.RequestPartition{{
			Partition: int32(partition), CurrentLeaderEpoch: -1, FetchOffset: offset, LogStartOffset: -1, PartitionMaxBytes: most,
		}}}},
	})
	if err != nil {
		return nil, err
	}
	res, ok := answer.(*fetchapi.Response)
	if !ok || len(res.Topics) != 1 || len(res.Topics[0].Partitions) != 1 {
		return nil, fmt.Errorf("the broker answered a request for partition %d of %s with something else", partition, topic)
	}
	part := &res.Topics[0].Partitions[0]
	if code := cmp.Or(res.ErrorCode, part.ErrorCode); code != 0 {
		return nil, kafka.Error(code)
	}
	f := fetches.Get().(*fetch)
	clear(f.messages)
	f.partition, f.next, f.messages, f.used = partition, offset, f.messages[:0], 0
	if part.RecordSet.Records == nil {
		return f, nil
	}
	if err := f.read(part.RecordSet.Records, part.AbortedTransactions); err != nil && len(f.messages) == 0 {
		f.release()
		return nil, err
	}
	return f, nil // what could not be read after some messages is fetched again
}

// read takes over the messages of a response. Control records, which end the transactions of sources that use them, are no
// messages but have offsets: reading must go on behind them, and behind the messages of transactions that were aborted.
func (f *fetch) read(records kafka.RecordReader, aborted []fetchapi.ResponseTransaction) error {
	stream, ok := records.(*protocol.RecordStream)
	if !ok {
		return f.readBatch(records, false)
	}
	slices.SortStableFunc(aborted, func(a, b fetchapi.ResponseTransaction) int { return cmp.Compare(a.FirstOffset, b.FirstOffset) })
	for _, batch := range stream.Records {
		skip := false
		switch b := batch.(type) {
		case *protocol.ControlBatch:
			skip = true
			// it ends the producer's transaction: the first of its aborted ones that began before
			if at := slices.IndexFunc(aborted, func(t fetchapi.ResponseTransaction) bool {
				return t.ProducerID == b.ProducerID && t.FirstOffset <= b.BaseOffset
			}); at >= 0 {
				aborted = slices.Delete(slices.Clone(aborted), at, at+1)
			}
		case *protocol.RecordBatch:
			skip = b.Attributes.Transactional() && slices.ContainsFunc(aborted, func(t fetchapi.ResponseTransaction) bool {
				return t.ProducerID == b.ProducerID && t.FirstOffset <= b.BaseOffset
			})
		}
		if err := f.readBatch(batch, skip); err != nil {
			return err
		}
	}
	return nil
}

func (f *fetch) readBatch(batch kafka.RecordReader, left bool) error {
	for {
		r, err := batch.ReadRecord()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		m := message{partition: f.partition, offset: r.Offset, sent: r.Time, headers: r.Headers}
		skip := left || r.Offset < f.next // a stored batch begins before the offset asked for
		if m.key, err = f.bytes(r.Key, skip); err != nil {
			return err
		}
		if m.value, err = f.bytes(r.Value, skip); err != nil {
			return err
		}
		if !skip {
			f.messages = append(f.messages, m)
		}
		f.next = max(f.next, r.Offset+1)
	}
}

// piece is how much memory a fetch gets at a time: many messages share one.
const piece = 256 << 10

// bytes copies b into the fetch's memory and gives it back to kafka-go.
func (f *fetch) bytes(b kafka.Bytes, skip bool) ([]byte, error) {
	if b == nil {
		return nil, nil
	}
	defer b.Close()
	n := b.Len()
	if skip || n == 0 {
		return nil, nil
	}
	to := f.room(n)
	_, err := io.ReadFull(b, to)
	return to, err
}

func (f *fetch) room(n int) []byte {
	if n > piece/4 {
		return make([]byte, n)
	}
	if f.used == 0 || cap(f.memory[f.used-1])-len(f.memory[f.used-1]) < n {
		if f.used == len(f.memory) {
			f.memory = append(f.memory, make([]byte, 0, piece))
		}
		f.memory[f.used] = f.memory[f.used][:0]
		f.used++
	}
	last := &f.memory[f.used-1]
	from := len(*last)
	*last = (*last)[:from+n]
	return (*last)[from : from+n : from+n]
}
