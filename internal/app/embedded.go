package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/record"
)

// Show is called with what long work is doing, in a line that replaces the one before. It may be called from several
// goroutines.
type Show func(format string, args ...any)

// EmbeddedTopics are the topics of an embedded broker, under a prefix, and their partitions: attendance is nine tenths of
// all records.
func EmbeddedTopics(prefix string) map[string]int32 {
	topics := map[string]int32{}
	for _, t := range record.Topics() {
		topics[prefix+string(t)] = 1
		topics[ingest.DeadLetterTopic(prefix+string(t))] = 1
	}
	topics[prefix+string(record.TopicAttendance)] = 4
	return topics
}

// AwaitIngest returns when everything on the topics is stored and committed; meanwhile it calls waiting, 20 times a
// second.
func AwaitIngest(ctx context.Context, in *ingest.Ingest, waiting func()) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		done, err := in.CaughtUp(ctx)
		if err != nil || done {
			return err
		}
		waiting()
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// InsertBatch stores a batch as ingest does, by one insert.
func InsertBatch(ctx context.Context, conn driver.Conn, b record.Batch) error {
	b.Sort()
	to, err := conn.PrepareBatch(ctx, "INSERT INTO "+b.Table()+" ("+strings.Join(b.Columns(), ", ")+")")
	if err == nil {
		if err = b.AppendTo(to); err == nil {
			err = to.Send()
		} else {
			_ = to.Abort()
		}
	}
	if err != nil {
		return fmt.Errorf("storing %s: %w", b.Topic(), err)
	}
	return nil
}

// EncodeLines writes one JSON object a line.
func EncodeLines[T any](w io.Writer, all []T) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	for _, one := range all {
		if err := encoder.Encode(one); err != nil {
			return err
		}
	}
	return nil
}
