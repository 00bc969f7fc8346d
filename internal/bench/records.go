package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"

	"github.com/anxin-project/anxin/ingest/produce"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/simulate"
)

// benchRecords are simulated records of which any number can be made.
type benchRecords struct {
	attendance, payroll, rest []simulate.Record
}

// errFull ends the simulation when there are enough records to draw from.
var errFull = errors.New("enough records")

// drawRecords simulates a county for some months.
func drawRecords(ctx context.Context, records int) (*benchRecords, error) {
	scale, err := simulate.ScaleByName("county")
	if err != nil {
		return nil, err
	}
	world, err := simulate.New(simulate.Options{Seed: 1, From: civil.NewDate(2025, 1, 1), To: civil.NewDate(2025, 12, 31), Scale: scale})
	if err != nil {
		return nil, err
	}
	b := new(benchRecords)
	attendance, payroll, rest := min(records, 400_000), min(records, 25_000), min(records, 15_000)
	for err == nil {
		err = world.Day(ctx, func(r simulate.Record) error {
			to, most := &b.rest, rest
			switch record.Topic(r.Topic) {
			case record.TopicAttendance:
				to, most = &b.attendance, attendance
			case record.TopicPayroll:
				to, most = &b.payroll, payroll
			}
			if len(*to) < most {
				r.JSON = bytes.Clone(r.JSON)
				*to = append(*to, r)
			}
			if len(b.attendance) >= attendance && len(b.payroll) >= payroll {
				return errFull
			}
			return nil
		})
	}
	if !errors.Is(err, errFull) {
		return nil, err
	}
	return b, nil
}

// each makes n records, of which nine in ten are attendance and two in twenty-five pay slips; no two are the same.
func (b *benchRecords) each(n int, take func(topic record.Topic, key string, value []byte) error) error {
	var line []byte
	var turns [3]int
	for i := range n {
		from, turn := b.attendance, &turns[0]
		switch {
		case i%100 >= 98:
			from, turn = b.rest, &turns[2]
		case i%100 >= 90:
			from, turn = b.payroll, &turns[1]
		}
		r := from[*turn%len(from)]
		// drawn again, a record comes as a later version of itself
		mark := []byte(`"version":`)
		at := bytes.Index(r.JSON, mark) + len(mark)
		line = append(line[:0], r.JSON[:at]...)
		if again := *turn / len(from); again > 0 {
			line = strconv.AppendInt(line, int64(again), 10)
		}
		line = append(line, r.JSON[at:]...)
		*turn++
		if err := take(record.Topic(r.Topic), r.Key, line); err != nil {
			return err
		}
	}
	return nil
}

// write puts n records into a file a topic, for the engine, and on the topics, for ingest. It returns the size of the JSON.
func (b *benchRecords) write(ctx context.Context, n int, dir string, to *produce.Producer, show func(done int)) (size int64, err error) {
	files := map[record.Topic]*bufio.Writer{}
	for _, t := range record.Topics() {
		f, err := os.Create(benchFile(dir, t))
		if err != nil {
			return 0, err
		}
		defer f.Close()
		files[t] = bufio.NewWriterSize(f, 1<<20)
	}
	done := 0
	err = b.each(n, func(topic record.Topic, key string, value []byte) error {
		if done++; done%100_000 == 0 {
			show(done)
		}
		size += int64(len(value))
		_, _ = files[topic].Write(value) // the error stays with the writer until Flush
		_ = files[topic].WriteByte('\n')
		return to.Put(ctx, topic, []byte(key), value)
	})
	for _, f := range files {
		err = errors.Join(err, f.Flush())
	}
	return size, errors.Join(err, to.Flush(ctx))
}

func benchFile(dir string, t record.Topic) string { return filepath.Join(dir, string(t)+".ndjson") }
