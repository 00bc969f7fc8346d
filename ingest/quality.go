package ingest

import (
	"context"
	"time"

	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/quality"
)

// qualityBatch collects what feed_quality keeps of the messages of a batch: which were stored and how late, which were refused, which
// held unknown fields. It holds sets of messages and not numbers, so that a message that is read again changes nothing.
type qualityBatch struct {
	topic   record.Topic
	origins []origin // of the batch's rows
	sets    map[setKey]*set
	sources map[string]bool // of the sets
}

// origin is where the message of a row was read.
type origin struct {
	sent      civil.Date
	partition int32
	offset    int64
}

// setKey is the sorting key of feed_quality.
type setKey struct {
	source, mark, detail string
	late                 uint32
	day                  civil.Date
	partition            int32
}

type set struct {
	offsets []uint64
	latest  int64 // recorded_at, Unix milliseconds
}

// maxSources are told apart in one batch.
const maxSources = 200

func newQualityBatch(topic record.Topic) *qualityBatch {
	return &qualityBatch{topic: topic, sets: map[setKey]*set{}, sources: map[string]bool{}}
}

// stored notes the message of the row that was added to the batch last.
func (t *qualityBatch) stored(m *message) {
	t.origins = append(t.origins, origin{sentOn(m), int32(m.partition), m.offset})
}

func (t *qualityBatch) rejected(m *message, source string, reason record.Reason) {
	t.add(m, source, quality.Rejected, string(reason))
}

func (t *qualityBatch) unknown(m *message, source, field string) {
	t.add(m, source, quality.UnknownField, field)
}

func (t *qualityBatch) add(m *message, source, mark, detail string) {
	s := t.set(setKey{source: t.known(source), mark: mark, detail: detail, day: sentOn(m), partition: int32(m.partition)})
	s.offsets = append(s.offsets, uint64(m.offset))
}

// latestDay is before the last that a column of type Date holds.
var latestDay = civil.NewDate(2148, time.December, 31)

// sentOn is the day on which a message was put on the broker. Its time may be the sender's to set, to anything: what no
// column holds must not stop the storing.
func sentOn(m *message) civil.Date { return min(max(civil.DateOf(m.sent), 0), latestDay) }

func (t *qualityBatch) set(k setKey) *set {
	s := t.sets[k]
	if s == nil {
		s = new(set)
		t.sets[k] = s
	}
	return s
}

// known returns the name under which a source is noted.
func (t *qualityBatch) known(source string) string {
	if t.sources[source] {
		return source
	}
	if len(t.sources) >= maxSources {
		return quality.Other
	}
	t.sources[source] = true
	return source
}

// sum adds the rows of the batch, which were stored at a moment.
func (t *qualityBatch) sum(batch record.Batch, at time.Time, late func(source string, seconds float64)) {
	var key setKey
	var last string // the source as the batch has it
	var in *set
	now := at.UnixMilli()
	for i, o := range t.origins {
		source, recorded := batch.Head(i)
		lateness := now - recorded
		late(source, float64(lateness)/1000)
		bound := quality.Bound(time.Duration(lateness) * time.Millisecond)
		if in == nil || source != last || bound != key.late || o.sent != key.day || o.partition != key.partition {
			last = source
			key = setKey{source: t.known(source), mark: quality.Stored, late: bound, day: o.sent, partition: o.partition}
			in = t.set(key)
		}
		in.offsets = append(in.offsets, uint64(o.offset))
		in.latest = max(in.latest, recorded)
	}
}

const insertTally = `INSERT INTO feed_quality (topic, source, day, mark, detail, late_s, partition, offsets, latest_record)`

// storeQuality writes the sets; twice the same changes nothing.
func (in *Ingest) storeQuality(ctx context.Context, t *qualityBatch) error {
	ctx, cancel := context.WithTimeout(ctx, in.config.InsertTimeout)
	defer cancel()
	batch, err := in.deps.Store.PrepareBatch(ctx, insertTally)
	if err != nil {
		return err
	}
	defer batch.Close()
	for k, s := range t.sets {
		if err := batch.Append(string(t.topic), k.source, k.day.Time(), k.mark, k.detail, k.late, uint32(k.partition), s.offsets, time.UnixMilli(s.latest).UTC()); err != nil {
			return err
		}
	}
	return batch.Send()
}

func (t *qualityBatch) reset() {
	t.origins = t.origins[:0]
	clear(t.sets)
	clear(t.sources)
}
