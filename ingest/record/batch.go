package record

import (
	"fmt"
	"slices"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// Batch holds decoded records of one topic as columns, ready for one insert. It is filled by Decoder.Add, belongs to one
// goroutine and can be reused after Reset. One String column of a batch holds up to 4 GiB; insert long before.
type Batch interface {
	// Topic returns the topic whose messages the batch takes.
	Topic() Topic
	// Table returns the name of the base table.
	Table() string
	// Columns returns the names of all columns of the table, in the order in which AppendTo expects them.
	Columns() []string
	// Len returns the number of rows.
	Len() int
	// Bytes returns roughly the memory that the rows take, and roughly the size of the insert.
	Bytes() int
	// AppendTo hands all rows, column by column, to an empty batch prepared as INSERT INTO <table> (<Columns…>). The
	// batch keeps its rows: after a failed send it can be appended to a fresh driver batch.
	AppendTo(driver.Batch) error
	// Sort puts the rows into the order of the table's sorting key, so that the engine finds its block sorted. Rows
	// added later come behind, until the next Sort.
	Sort()
	// Head returns who sent a row, numbered as rows were added, and when it was recorded, in Unix milliseconds.
	Head(row int) (source string, recordedAt int64)
	// Reset empties the batch and keeps its memory.
	Reset()

	decode(d *Decoder, value []byte) *Reject
}

// rows is what all batches share.
type rows struct {
	topic  Topic
	n      int
	cols   []column
	heads  headColumns
	arenas []*stringColumn // the columns whose rows differ in size
	width  int             // bytes per row of all others
	order  []uint32        // rows in sorting order, as far as sorted
	keys   []sortKey
	wire   wire
}

func (b *rows) Topic() Topic  { return b.topic }
func (b *rows) Table() string { return string(b.topic) }
func (b *rows) Len() int      { return b.n }

func (b *rows) Columns() []string {
	names := make([]string, len(b.cols))
	for i, c := range b.cols {
		names[i], _ = c.spec()
	}
	return names
}

func (b *rows) Bytes() int {
	size := b.n * b.width
	for _, a := range b.arenas {
		size += len(a.buf)
	}
	return size
}

func (b *rows) Reset() {
	b.n, b.order = 0, b.order[:0]
	for _, c := range b.cols {
		c.reset()
	}
}

func (b *rows) AppendTo(to driver.Batch) error {
	if b.n == 0 {
		return nil
	}
	dst := to.Columns()
	if len(dst) != len(b.cols) || to.Rows() != 0 {
		return fmt.Errorf("append %s rows: expected an empty batch with the columns of Batch.Columns", b.topic)
	}
	for i := len(b.order); i < b.n; i++ {
		b.order = append(b.order, uint32(i))
	}
	for i, c := range b.cols {
		name, kind := c.spec()
		if dst[i].Name() != name || !sameType(string(dst[i].Type()), kind) {
			return fmt.Errorf("append %s rows: column %d is %s %s, expected %s %s; does the table have this version's schema?",
				b.topic, i, dst[i].Name(), dst[i].Type(), name, kind)
		}
		if err := c.appendTo(dst[i], b.order, &b.wire); err != nil {
			return fmt.Errorf("append %s rows: column %s: %w", b.topic, name, err)
		}
	}
	// Over HTTP the driver cannot encode columns of different lengths, sends nothing and reports success (clickhouse-go
	// 2.50, httpBatch.Send), so that must not get as far.
	for i, c := range b.cols {
		if got := dst[i].Rows(); got != b.n {
			name, _ := c.spec()
			return fmt.Errorf("append %s rows: column %s has %d rows, expected %d", b.topic, name, got, b.n)
		}
	}
	return nil
}

// sortKey is the head of a row's sorting key, as numbers that compare as the key does.
type sortKey struct {
	hi, lo uint64
	row    uint32
}

// sortBy orders the rows by head, then by compare, then in order of arrival.
func (b *rows) sortBy(head func(row int) (hi, lo uint64), compare func(i, j int) int) {
	b.keys = slices.Grow(b.keys[:0], b.n)
	for i := range b.n {
		hi, lo := head(i)
		b.keys = append(b.keys, sortKey{hi, lo, uint32(i)})
	}
	slices.SortFunc(b.keys, func(x, y sortKey) int {
		switch {
		case x.hi != y.hi:
			if x.hi < y.hi {
				return -1
			}
			return 1
		case x.lo != y.lo:
			if x.lo < y.lo {
				return -1
			}
			return 1
		}
		if c := compare(int(x.row), int(y.row)); c != 0 {
			return c
		}
		return int(x.row) - int(y.row)
	})
	b.order = b.order[:0]
	for _, k := range b.keys {
		b.order = append(b.order, k.row)
	}
}

// headColumns are the columns of Head.
type headColumns struct {
	source     *dictColumn
	id         *stringColumn
	version    *numColumn[uint64]
	recordedAt *numColumn[int64]
}

func (b *rows) head() headColumns {
	b.heads = headColumns{b.lowCardinality("source"), b.string("id"), num[uint64](b, "version", "UInt64"), b.millis("recorded_at")}
	return b.heads
}

func (b *rows) Head(row int) (source string, recordedAt int64) {
	return b.heads.source.values[b.heads.source.v[row]], b.heads.recordedAt.v[row]
}

func (c *headColumns) add(h *Head) {
	c.source.add(h.Source)
	c.id.add(h.ID)
	c.version.add(h.Version)
	c.recordedAt.add(h.RecordedAt.UnixMilli())
}

// compareVersions orders by version, recorded_at.
func (c *headColumns) compareVersions(i, j int) int {
	if x := compareNumbers(c.version.v[i], c.version.v[j]); x != 0 {
		return x
	}
	return compareNumbers(c.recordedAt.v[i], c.recordedAt.v[j])
}

// compare orders by source, id, version, recorded_at. The source's ranks must be up to date.
func (c *headColumns) compare(i, j int) int {
	if x := compareNumbers(c.source.rankOf(i), c.source.rankOf(j)); x != 0 {
		return x
	}
	if x := c.id.compare(i, j); x != 0 {
		return x
	}
	return c.compareVersions(i, j)
}
