package ingest

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/anxin-project/anxin/ingest/record"
)

// worker turns the messages of some partitions of one topic into rows. One goroutine runs it and is the only one to touch
// its decoder, batch and offsets; its partitions are read ahead by a goroutine each (fetchPartition).
type worker struct {
	in         *Ingest
	topic      record.Topic
	name       string // of the topic in Kafka
	generation *kafka.Generation
	partitions []kafka.PartitionAssignment
	decoder    *record.Decoder
	batch      record.Batch
	letters    []letter
	lettered   int // bytes of the letters
	insert     string
	next       map[int]int64    // per partition, the offset after the last message in hand
	since      time.Time        // when the first message of the batch came in
	unknown    map[string]int64 // how often the decoder had seen each unknown field when that was last reported
	quality    *qualityBatch
	marks      map[int]landmark  // per partition, of the last message in hand
	kept       map[int]time.Time // per partition, when its mark was written down
}

// letter is a message that is no record.
type letter struct {
	message message
	reject  *record.Reject
}

// maxLetters are written before more is read: where everything is rejected, the letters are the batch.
const maxLetters = 10_000

func newWorker(in *Ingest, topic record.Topic, generation *kafka.Generation, partitions []kafka.PartitionAssignment) *worker {
	w := &worker{
		in: in, topic: topic, name: in.config.Kafka.Prefix + string(topic), generation: generation, partitions: partitions,
		decoder: record.NewDecoder(in.deps.Protector, in.config.Rules, in.clock.Now),
		batch:   record.NewBatch(topic),
		next:    map[int]int64{},
		unknown: map[string]int64{},
		quality: newQualityBatch(topic),
		marks:   map[int]landmark{}, kept: map[int]time.Time{},
	}
	w.insert = "INSERT INTO " + w.batch.Table() + " (" + strings.Join(w.batch.Columns(), ", ") + ")"
	return w
}

// run reads until halt ends; then it stores and commits what it has, for which it has until drain ends. It returns false
// when it could not commit: what it had in hand will be fetched again, by whoever owns the partitions then.
func (w *worker) run(halt, drain context.Context) bool {
	reading, stop := context.WithCancel(halt)
	fetched := make(chan *fetch)
	var readers sync.WaitGroup
	defer readers.Wait()
	defer stop()
	for _, p := range w.partitions {
		readers.Go(func() { w.in.fetchPartition(reading, w.name, p.ID, p.Offset, fetched) })
	}
	tick := time.NewTicker(w.in.config.BatchTime / 4)
	defer tick.Stop()
	for {
		select {
		case f := <-fetched:
			w.take(f)
			if w.full() && !w.flush(drain) {
				return false
			}
		case <-tick.C:
			if len(w.next) > 0 && time.Since(w.since) >= w.in.config.BatchTime && !w.flush(drain) {
				return false
			}
		case <-halt.Done():
			return w.flush(drain)
		}
	}
}

// take decodes what a fetch brought.
func (w *worker) take(f *fetch) {
	if len(w.next) == 0 {
		w.since = time.Now()
	}
	for i := range f.messages {
		m := &f.messages[i]
		reject := w.decoder.Add(w.batch, m.value)
		if reject != nil {
			w.letters = append(w.letters, letter{message: m.clone(), reject: reject})
			w.lettered += len(m.key) + len(m.value)
			w.quality.rejected(m, w.decoder.Sender(), reject.Reason)
			w.in.metrics.rejects.WithLabelValues(string(w.topic), w.in.metrics.source(w.decoder.Sender()), string(reject.Reason)).Inc()
		} else {
			w.quality.stored(m)
		}
		for _, field := range w.decoder.Strays() {
			w.quality.unknown(m, w.sender(reject), field)
		}
	}
	w.next[f.partition] = f.next
	if n := len(f.messages); n > 0 && f.verified {
		w.marks[f.partition] = landmarkOf(&f.messages[n-1])
	}
	w.in.metrics.read.WithLabelValues(string(w.topic)).Add(float64(len(f.messages)))
	f.release()
}

// sender is the source of the message that was decoded last.
func (w *worker) sender(reject *record.Reject) string {
	if reject != nil {
		return w.decoder.Sender()
	}
	source, _ := w.batch.Head(w.batch.Len() - 1)
	return source
}

func (w *worker) full() bool {
	c := &w.in.config
	return w.batch.Len() >= c.BatchRows || w.batch.Bytes()+w.lettered >= c.BatchBytes || len(w.letters) >= maxLetters
}

// flush stores the batch (before it the aliases of its keys, or a worker would be two people for a moment), then what the
// messages tell of the quality of the data, then writes the dead letters, then commits, and starts anew. All are repeated
// until they succeed but the commit: one that fails says that the partitions are another member's now, or that the
// connection on which this generation commits is gone, so the generation is given up. False means that, or that ctx ended
// before; then nothing was committed and the worker must stop.
func (w *worker) flush(ctx context.Context) bool {
	if len(w.next) == 0 {
		return true
	}
	aliases := w.decoder.TakeAliases()
	if len(aliases) > 0 && !w.persist(ctx, "storing key aliases", func(ctx context.Context) error { return w.in.storeAliases(ctx, aliases) }) {
		return false
	}
	w.batch.Sort()
	if w.batch.Len() > 0 && !w.persist(ctx, "storing records", w.store) {
		return false
	}
	w.quality.sum(w.batch, w.in.deps.Now(), w.in.metrics.latenessOf(w.topic))
	if len(w.quality.sets) > 0 && !w.persist(ctx, "storing data quality", func(ctx context.Context) error { return w.in.storeQuality(ctx, w.quality) }) {
		return false
	}
	if len(w.letters) > 0 && !w.persist(ctx, "writing dead letters", func(ctx context.Context) error { return w.in.writeLetters(ctx, w.name, w.letters) }) {
		return false
	}
	w.keepMarks(ctx, w.in.deps.Now())
	if err := w.generation.CommitOffsets(map[string]map[int]int64{w.name: w.next}); err != nil {
		w.in.metrics.retries.WithLabelValues(string(w.topic)).Inc()
		w.in.deps.Log.Warn("committing offsets failed: the records will be read again", "topic", w.name, "error", err)
		return false
	}
	if w.batch.Len() > 0 {
		w.in.metrics.stored.WithLabelValues(string(w.topic)).Add(float64(w.batch.Len()))
		w.in.metrics.lastRecord.WithLabelValues(string(w.topic)).Set(float64(w.in.deps.Now().Unix()))
	}
	w.tellUnknown()
	w.batch.Reset()
	w.quality.reset()
	clear(w.letters)
	w.letters, w.lettered = w.letters[:0], 0
	clear(w.next)
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
	select {
	case w.in.storing <- struct{}{}:
		defer func() { <-w.in.storing }()
	case <-ctx.Done():
		return ctx.Err()
	}
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

// tellUnknown counts the unknown fields seen since the last time; the decoder bounds the number of names.
func (w *worker) tellUnknown() {
	for field, n := range w.decoder.Unknown() {
		w.in.metrics.unknownFields.WithLabelValues(string(w.topic), field).Add(float64(n - w.unknown[field]))
		w.unknown[field] = n
	}
}
