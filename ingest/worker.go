package ingest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/anxin-project/anxin/ingest/record"
)

// worker turns the messages of some partitions of one topic into batches. It is the only goroutine that touches its
// decoder, batch and offsets.
type worker struct {
	in         *Ingest
	topic      record.Topic
	name       string // of the topic in Kafka
	generation *kafka.Generation
	partitions []kafka.PartitionAssignment
	decoder    *record.Decoder
	batch      record.Batch
	letters    []letter
	insert     string
	next       map[int]int64 // per partition, the offset after the last message in hand
	since      time.Time     // when the first message of the batch came in
}

// letter is a message that is no record.
type letter struct {
	message message
	reject  *record.Reject
}

func newWorker(in *Ingest, topic record.Topic, generation *kafka.Generation, partitions []kafka.PartitionAssignment) *worker {
	w := &worker{
		in: in, topic: topic, name: in.config.Kafka.Prefix + string(topic), generation: generation, partitions: partitions,
		decoder: record.NewDecoder(in.deps.Protector, in.config.Rules, in.deps.Now),
		batch:   record.NewBatch(topic),
		next:    map[int]int64{},
	}
	w.insert = "INSERT INTO " + w.batch.Table() + " (" + strings.Join(w.batch.Columns(), ", ") + ")"
	return w
}

// run works until the generation ends or, after a last flush, the process is to stop.
func (w *worker) run(generation, stop context.Context) {
	// Fetching ends with either; a flush under way goes on for the drain time.
	fetching, cancel := context.WithCancel(generation)
	defer cancel()
	context.AfterFunc(stop, cancel)
	fetched := make(chan fetch)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		fetchAll(fetching, w, fetched)
	}()
	defer func() { cancel(); <-ended }()

	tick := time.NewTicker(w.in.config.BatchTime / 4)
	defer tick.Stop()
	for {
		select {
		case f := <-fetched:
			w.take(f)
			if w.batch.Len() >= w.in.config.BatchRows || w.batch.Bytes() >= w.in.config.BatchBytes || len(w.letters) >= w.in.config.BatchRows {
				if !w.flush(generation, stop) {
					return
				}
			}
		case <-tick.C:
			if len(w.next) > 0 && time.Since(w.since) >= w.in.config.BatchTime {
				if !w.flush(generation, stop) {
					return
				}
			}
		case <-fetching.Done():
			if generation.Err() == nil {
				w.flush(generation, stop)
			}
			return
		}
	}
}

// take decodes what a fetch brought.
func (w *worker) take(f fetch) {
	if len(w.next) == 0 {
		w.since = time.Now()
	}
	for _, m := range f.messages {
		if reject := w.decoder.Add(w.batch, m.value); reject != nil {
			w.letters = append(w.letters, letter{message: m, reject: reject})
			w.in.metrics.rejects.WithLabelValues(string(w.topic), string(reject.Reason)).Inc()
		}
	}
	w.next[f.partition] = f.next
	w.in.metrics.read.WithLabelValues(string(w.topic)).Add(float64(len(f.messages)))
	w.in.metrics.lag(w.topic, f.partition, f.highWatermark-f.next)
}

// flush stores the batch, then writes the dead letters, then commits, and starts anew. Each step is repeated until it
// succeeds; false means that the generation ended or the drain time ran out before, and the worker must stop: what was
// not committed will be fetched again.
func (w *worker) flush(generation, stop context.Context) bool {
	if len(w.next) == 0 {
		return true
	}
	ctx, cancel := drain(generation, stop, w.in.config.Drain)
	defer cancel()
	w.batch.Sort()
	if w.batch.Len() > 0 && !w.persist(ctx, "storing records", w.store) {
		return false
	}
	if len(w.letters) > 0 && !w.persist(ctx, "writing dead letters", func(ctx context.Context) error { return w.in.writeLetters(ctx, w.name, w.letters) }) {
		return false
	}
	committed := w.persist(ctx, "committing offsets", func(context.Context) error {
		err := w.generation.CommitOffsets(map[string]map[int]int64{w.name: w.next})
		if lost(err) {
			cancel() // another member owns the partitions now, and everything in hand
		}
		return err
	})
	if !committed {
		return false
	}
	if w.batch.Len() > 0 {
		w.in.metrics.stored.WithLabelValues(string(w.topic)).Add(float64(w.batch.Len()))
		w.in.metrics.lastRecord.WithLabelValues(string(w.topic)).Set(float64(w.in.deps.Now().Unix()))
	}
	w.batch.Reset()
	w.letters = w.letters[:0]
	clear(w.next)
	w.unknownFields()
	return true
}

// persist repeats a step until it succeeds or ctx ends.
func (w *worker) persist(ctx context.Context, what string, step func(context.Context) error) bool {
	for attempt := 0; ctx.Err() == nil; attempt++ {
		err := step(ctx)
		if err == nil {
			return true
		}
		if ctx.Err() != nil {
			break
		}
		w.in.metrics.retries.WithLabelValues(string(w.topic)).Inc()
		w.in.deps.Log.Warn(what+" failed and is tried again", "topic", w.name, "attempt", attempt+1, "error", err)
		pause(ctx, attempt, w.in.config.RetryMost)
	}
	return false
}

func (w *worker) store(ctx context.Context) error {
	start := time.Now()
	ctx, cancel := context.WithTimeout(ctx, w.in.config.InsertTimeout)
	defer cancel()
	batch, err := w.in.deps.Store.PrepareBatch(ctx, w.insert)
	if err != nil {
		return err
	}
	if err := w.batch.AppendTo(batch); err != nil {
		return errors.Join(err, batch.Abort())
	}
	if err := batch.Send(); err != nil {
		return err
	}
	w.in.metrics.insertSeconds.WithLabelValues(string(w.topic)).Observe(time.Since(start).Seconds())
	w.in.metrics.batchRows.WithLabelValues(string(w.topic)).Observe(float64(w.batch.Len()))
	return nil
}

// unknownFields publishes how often each unknown field was seen.
func (w *worker) unknownFields() {
	for field, n := range w.decoder.Unknown() {
		w.in.metrics.unknown(w.topic, w, field, n)
	}
}

// drain returns a context for work that should still be finished when the process is asked to stop, within a limit, but
// not when the generation is over.
func drain(generation, stop context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(generation)
	var timer *time.Timer
	undo := context.AfterFunc(stop, func() { timer = time.AfterFunc(limit, cancel) })
	return ctx, func() {
		if !undo() && timer != nil {
			timer.Stop()
		}
		cancel()
	}
}

// lost tells whether a commit was refused because the partitions belong to another member now.
func lost(err error) bool {
	return errors.Is(err, kafka.IllegalGeneration) || errors.Is(err, kafka.UnknownMemberId) || errors.Is(err, kafka.RebalanceInProgress)
}

// message is one message as fetched. Its bytes are its own.
type message struct {
	partition int
	offset    int64
	at        time.Time
	key       []byte
	value     []byte
	headers   []kafka.Header
}

func (m message) place(topic string) string {
	return fmt.Sprintf("%s/%d@%d", topic, m.partition, m.offset)
}
