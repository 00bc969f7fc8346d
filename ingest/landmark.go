package ingest

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"time"

	"github.com/segmentio/kafka-go"
)

// Kafka counts the offsets of a topic that was deleted and made again from 0, and a group that has committed, or a reader that
// stands, at a place within the new topic would leave out everything before it. kafka-go does not tell the ids of topics. So a
// partition is known again by a landmark: a message that was read from it. Where another message stands at that offset, it is
// another partition, to be read from its beginning; records that were stored before replace themselves.

// landmark is a message that was read; its zero value is none.
type landmark struct {
	offset int64
	hash   uint64 // of when it was sent, its key and its length: nothing of what it says
}

func (m landmark) none() bool { return m.hash == 0 }

func landmarkOf(m *message) landmark {
	h := fnv.New64a()
	_ = binary.Write(h, binary.BigEndian, []int64{m.offset, m.sent.UnixMilli(), int64(len(m.value))}) // a hash takes everything
	h.Write(m.key)
	return landmark{m.offset, max(1, h.Sum64())}
}

// longPause is after how long without an answer a partition is looked at again before it is read on: a topic may have been
// made again while the worker waited for the store.
const longPause = 3 * time.Second

// madeAnew reports whether the partition is no longer the one that a landmark was taken of: another message lies there, or the partition
// ends before it. What cannot be told (the message was deleted by retention, or compacted away) is no.
func (in *Ingest) madeAnew(ctx context.Context, topic string, partition int, known landmark) (bool, error) {
	if known.none() {
		return false, nil
	}
	f, err := in.fetchOnce(ctx, topic, partition, known.offset)
	if errors.Is(err, kafka.OffsetOutOfRange) {
		// The partition may be growing while it is looked at, so that its end says less than that the message was not there.
		first, _, err := in.bounds(ctx, topic, partition)
		return first <= known.offset, err
	}
	if err != nil {
		return false, err
	}
	defer f.release()
	if len(f.messages) == 0 || f.messages[0].offset != known.offset {
		return false, nil
	}
	return landmarkOf(&f.messages[0]) != known, nil
}

// recallTakes is how long reading the landmark of a partition may hold up reading it.
const recallTakes = 3 * time.Second

// recall returns the landmark of a partition that was kept last.
func (in *Ingest) recall(ctx context.Context, topic string, partition int) (landmark, error) {
	var rows []struct {
		Offset int64  `ch:"offset"`
		Hash   uint64 `ch:"hash"`
	}
	ctx, cancel := context.WithTimeout(ctx, in.config.InsertTimeout)
	defer cancel()
	err := in.deps.Store.Select(ctx, &rows, "SELECT offset, hash FROM topic_marks WHERE topic = ? AND partition = ? ORDER BY at DESC LIMIT 1", topic, uint32(partition))
	if err != nil || len(rows) == 0 {
		return landmark{}, err
	}
	return landmark{rows[0].Offset, rows[0].Hash}, nil
}

// recallUntil sends the landmark of a partition as soon as the store can tell it.
func (in *Ingest) recallUntil(ctx context.Context, topic string, partition int, to chan<- landmark) {
	for attempt := 1; ctx.Err() == nil; attempt++ {
		kept, err := in.recall(ctx, topic, partition)
		if err == nil {
			to <- kept
			return
		}
		if ctx.Err() == nil && attempt == 1 {
			in.deps.Log.Warn("reading by what the topic is known is tried again", "topic", topic, "partition", partition, "error", err)
		}
		pause(ctx, attempt, in.config.RetryMost)
	}
}

// keepEvery is how often the landmark of a partition that is read is kept.
const keepEvery = time.Minute

// keepMarks writes down the landmarks of partitions, those that were not written lately. Reading goes on without.
func (w *worker) keepMarks(ctx context.Context, now time.Time) {
	due := map[int]landmark{}
	for partition, m := range w.marks {
		if last := w.kept[partition]; last.IsZero() || now.Sub(last) >= keepEvery || now.Before(last) {
			due[partition] = m
		}
	}
	if len(due) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, w.in.config.InsertTimeout)
	defer cancel()
	batch, err := w.in.deps.Store.PrepareBatch(ctx, "INSERT INTO topic_marks (topic, partition, at, offset, hash)")
	for partition, m := range due {
		if err == nil {
			err = batch.Append(w.name, uint32(partition), now, m.offset, m.hash)
		}
	}
	if err == nil {
		err = batch.Send()
	}
	if err != nil {
		w.in.deps.Log.Warn("keeping by what a topic is known again", "topic", w.name, "error", err)
		return
	}
	for partition := range due {
		w.kept[partition] = now
	}
}

// from is where reading a partition begins: at the group's offset, or at the beginning where the topic was made again since.
func (in *Ingest) from(ctx context.Context, topic string, partition int, offset int64, known landmark) (int64, error) {
	if offset < 0 {
		return offset, nil
	}
	anew, err := in.madeAnew(ctx, topic, partition, known)
	if err != nil || !anew {
		return offset, err
	}
	first, _, err := in.bounds(ctx, topic, partition)
	if err != nil {
		return offset, fmt.Errorf("the topic was made again: %w", err)
	}
	in.deps.Log.Error("the topic was deleted and made again: reading it from its beginning", "topic", topic, "partition", partition, "offset", offset, "first", first)
	in.metrics.remade.Inc()
	return first, nil
}
