package record

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"time"
	"unsafe"

	"github.com/ClickHouse/ch-go/proto"
	chcolumn "github.com/ClickHouse/clickhouse-go/v2/lib/column"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

// column holds one column's values in the order in which rows were added, and gathers them in another order when the
// batch is handed over.
//
// Columns are written in ClickHouse's Native encoding and given to the driver's column by its Decode, which takes
// fixed-width values as one copy and makes room for all strings at once: Append would want a time.Time for every date, a
// pointer for every nullable value, an interface and a map lookup by reflection for every LowCardinality value, and would
// copy strings again and again as their column grows (BenchmarkInsert measures the whole).
type column interface {
	spec() (name, kind string)
	appendTo(to chcolumn.Interface, order []uint32, w *wire) error
	reset()
}

// wire is the memory in which a column is encoded before it is handed over.
type wire struct {
	buf    []byte
	from   bytes.Reader
	reader *proto.Reader
}

// give lets the driver's column read what is in buf.
func (w *wire) give(to chcolumn.Interface, rows int) error {
	w.from.Reset(w.buf)
	if w.reader == nil {
		w.reader = proto.NewReader(&w.from)
	}
	return to.Decode(w.reader, rows)
}

// sameType compares a table's column type with the expected one, leaving aside the time zone's name.
func sameType(got, want string) bool {
	cut := func(s string) string {
		head, tail, found := strings.Cut(s, "'UTC'")
		if !found {
			return s
		}
		return strings.TrimSuffix(strings.TrimSuffix(strings.TrimSpace(head), ","), "(") + strings.TrimPrefix(tail, ")")
	}
	return got == want || cut(got) == cut(want)
}

type named struct{ name, kind string }

func (n *named) spec() (name, kind string) { return n.name, n.kind }

func compareNumbers[T cmp.Ordered](a, b T) int {
	if a < b {
		return -1
	}
	if a > b {
		return 1
	}
	return 0
}

// numColumn holds fixed-width numbers; wider meanings (Date, Bool, DateTime64) are the number that the Native format
// writes for them.
type numColumn[T uint8 | uint16 | uint32 | uint64 | int64] struct {
	named
	v []T
}

func num[T uint8 | uint16 | uint32 | uint64 | int64](b *rows, name, kind string) *numColumn[T] {
	c := &numColumn[T]{named: named{name, kind}}
	b.cols = append(b.cols, c)
	b.width += int(unsafe.Sizeof(*new(T)))
	return c
}

func (c *numColumn[T]) add(v T) { c.v = append(c.v, v) }
func (c *numColumn[T]) reset()  { c.v = c.v[:0] }

func (c *numColumn[T]) encode(b []byte, order []uint32) []byte {
	b = slices.Grow(b, len(order)*int(unsafe.Sizeof(*new(T))))
	switch v := any(c.v).(type) {
	case []uint8:
		for _, i := range order {
			b = append(b, v[i])
		}
	case []uint16:
		for _, i := range order {
			b = binary.LittleEndian.AppendUint16(b, v[i])
		}
	case []uint32:
		for _, i := range order {
			b = binary.LittleEndian.AppendUint32(b, v[i])
		}
	case []uint64:
		for _, i := range order {
			b = binary.LittleEndian.AppendUint64(b, v[i])
		}
	case []int64:
		for _, i := range order {
			b = binary.LittleEndian.AppendUint64(b, uint64(v[i]))
		}
	}
	return b
}

func (c *numColumn[T]) appendTo(to chcolumn.Interface, order []uint32, w *wire) error {
	w.buf = c.encode(w.buf[:0], order)
	return w.give(to, len(order))
}

// nullColumn is a numColumn whose values may be absent.
type nullColumn[T uint8 | uint16 | uint32 | uint64 | int64] struct {
	numColumn[T]
	null []uint8
}

func nullable[T uint8 | uint16 | uint32 | uint64 | int64](b *rows, name, kind string) *nullColumn[T] {
	c := &nullColumn[T]{numColumn: numColumn[T]{named: named{name, "Nullable(" + kind + ")"}}}
	b.cols = append(b.cols, c)
	b.width += 1 + int(unsafe.Sizeof(*new(T)))
	return c
}

func (c *nullColumn[T]) add(v T, present bool) {
	absent := uint8(1)
	if present {
		absent = 0
	} else {
		v = 0
	}
	c.null = append(c.null, absent)
	c.v = append(c.v, v)
}

func (c *nullColumn[T]) reset() {
	c.v, c.null = c.v[:0], c.null[:0]
}

func (c *nullColumn[T]) appendTo(to chcolumn.Interface, order []uint32, w *wire) error {
	w.buf = w.buf[:0]
	for _, i := range order {
		w.buf = append(w.buf, c.null[i])
	}
	w.buf = c.encode(w.buf, order)
	return w.give(to, len(order))
}

// keyColumn is a FixedString(16).
type keyColumn struct {
	named
	v []Key
}

func (b *rows) key(name string) *keyColumn {
	c := &keyColumn{named: named{name, "FixedString(16)"}}
	b.cols = append(b.cols, c)
	b.width += 16
	return c
}

func (c *keyColumn) add(k Key) { c.v = append(c.v, k) }
func (c *keyColumn) reset()    { c.v = c.v[:0] }

// head returns the first n bytes of a row's key as a number, n up to 8, and the 8 bytes behind them.
func (c *keyColumn) head(row, n int) (head, next uint64) {
	k := &c.v[row]
	return binary.BigEndian.Uint64(k[:]) >> (64 - 8*n), binary.BigEndian.Uint64(k[n:])
}

func (c *keyColumn) compare(i, j int) int { return bytes.Compare(c.v[i][:], c.v[j][:]) }

func (c *keyColumn) appendTo(to chcolumn.Interface, order []uint32, w *wire) error {
	w.buf = w.buf[:0]
	for _, i := range order {
		w.buf = append(w.buf, c.v[i][:]...)
	}
	return w.give(to, len(order))
}

// stringColumn is a String whose values mostly differ, all in one piece of memory.
type stringColumn struct {
	named
	buf []byte
	end []uint32
}

func (b *rows) string(name string) *stringColumn {
	c := &stringColumn{named: named{name, "String"}}
	b.cols = append(b.cols, c)
	b.arenas = append(b.arenas, c)
	b.width += 4
	return c
}

func (c *stringColumn) add(s string) {
	if len(c.buf)+len(s) > math.MaxUint32 {
		panic("record: column " + c.name + " is over 4 GiB: insert batches before they grow so large")
	}
	c.buf = append(c.buf, s...)
	c.end = append(c.end, uint32(len(c.buf)))
}

func (c *stringColumn) reset() {
	c.buf, c.end = c.buf[:0], c.end[:0]
}

func (c *stringColumn) at(row int) []byte {
	from := uint32(0)
	if row > 0 {
		from = c.end[row-1]
	}
	return c.buf[from:c.end[row]]
}

func (c *stringColumn) compare(i, j int) int { return bytes.Compare(c.at(i), c.at(j)) }

func (c *stringColumn) appendTo(to chcolumn.Interface, order []uint32, w *wire) error {
	b := w.buf[:0]
	for _, i := range order {
		s := c.at(int(i))
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	w.buf = b
	return w.give(to, len(order))
}

// listColumn is an Array(String).
type listColumn struct {
	items stringColumn
	end   []uint32 // of a row's items
}

func (b *rows) list(name string) *listColumn {
	c := &listColumn{items: stringColumn{named: named{name, "Array(String)"}}}
	b.cols = append(b.cols, c)
	b.arenas = append(b.arenas, &c.items)
	b.width += 4
	return c
}

func (c *listColumn) spec() (name, kind string) { return c.items.spec() }

func (c *listColumn) add(list []string) {
	for _, s := range list {
		c.items.add(s)
	}
	c.end = append(c.end, uint32(len(c.items.end)))
}

func (c *listColumn) reset() {
	c.items.reset()
	c.end = c.end[:0]
}

// itemsOf returns a row's items as a range of all.
func (c *listColumn) itemsOf(row uint32) (from, to uint32) {
	if row > 0 {
		from = c.end[row-1]
	}
	return from, c.end[row]
}

func (c *listColumn) appendTo(to chcolumn.Interface, order []uint32, w *wire) error {
	// Native Array: where each row's items end, then all items.
	b, n := w.buf[:0], uint64(0)
	for _, i := range order {
		from, to := c.itemsOf(i)
		n += uint64(to - from)
		b = binary.LittleEndian.AppendUint64(b, n)
	}
	for _, i := range order {
		for from, to := c.itemsOf(i); from < to; from++ {
			s := c.items.at(int(from))
			b = binary.AppendUvarint(b, uint64(len(s)))
			b = append(b, s...)
		}
	}
	w.buf = b
	return w.give(to, len(order))
}

// dictColumn is a String or LowCardinality(String) of which many rows share a value. Each value is kept once; rows hold
// its number. Number 0 is the empty string.
type dictColumn struct {
	named
	values []string
	index  map[string]uint32
	last   uint32
	v      []uint32
	rank   []uint32 // of values, in their order; for sorting
	wanted []uint32 // scratch of appendTo
}

func (b *rows) dict(name, kind string) *dictColumn {
	c := &dictColumn{named: named{name, kind}, index: map[string]uint32{}, values: []string{""}}
	b.cols = append(b.cols, c)
	b.width += 4
	return c
}

func (b *rows) lowCardinality(name string) *dictColumn { return b.dict(name, "LowCardinality(String)") }
func (b *rows) shared(name string) *dictColumn         { return b.dict(name, "String") }

// fewValues is up to where looking through the values beats hashing.
const fewValues = 6

func (c *dictColumn) add(s string) {
	if s != c.values[c.last] {
		c.last = c.find(s)
	}
	c.v = append(c.v, c.last)
}

func (c *dictColumn) find(s string) uint32 {
	if len(c.values) <= fewValues {
		for i, v := range c.values {
			if s == v {
				return uint32(i)
			}
		}
	} else if i, ok := c.index[s]; ok {
		return i
	}
	if s == "" {
		return 0
	}
	s = strings.Clone(s)
	i := uint32(len(c.values))
	c.values = append(c.values, s)
	c.index[s] = i
	return i
}

func (c *dictColumn) reset() {
	clear(c.values[1:])
	clear(c.index)
	c.values, c.v, c.last = c.values[:1], c.v[:0], 0
}

// sortValues makes rankOf true for the values so far.
func (c *dictColumn) sortValues() {
	c.wanted = c.wanted[:0]
	for i := range c.values {
		c.wanted = append(c.wanted, uint32(i))
	}
	slices.SortFunc(c.wanted, func(a, b uint32) int { return strings.Compare(c.values[a], c.values[b]) })
	c.rank = slices.Grow(c.rank[:0], len(c.values))[:len(c.values)]
	for r, i := range c.wanted {
		c.rank[i] = uint32(r)
	}
}

func (c *dictColumn) rankOf(row int) uint32 { return c.rank[c.v[row]] }

func (c *dictColumn) appendTo(to chcolumn.Interface, order []uint32, w *wire) error {
	if c.kind == "String" {
		b := w.buf[:0]
		for _, i := range order {
			s := c.values[c.v[i]]
			b = binary.AppendUvarint(b, uint64(len(s)))
			b = append(b, s...)
		}
		w.buf = b
		return w.give(to, len(order))
	}
	// Native LowCardinality: index width and flags, dictionary (its first entry the default value), row indexes.
	const hasAdditionalKeys, needUpdateDictionary = 1 << 9, 1 << 10
	width := uint64(0)
	switch {
	case len(c.values) > math.MaxUint16:
		width = 2
	case len(c.values) > math.MaxUint8:
		width = 1
	}
	b := binary.LittleEndian.AppendUint64(w.buf[:0], hasAdditionalKeys|needUpdateDictionary|width)
	b = binary.LittleEndian.AppendUint64(b, uint64(len(c.values)))
	for _, s := range c.values {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	b = binary.LittleEndian.AppendUint64(b, uint64(len(order)))
	switch width {
	case 0:
		for _, i := range order {
			b = append(b, byte(c.v[i]))
		}
	case 1:
		for _, i := range order {
			b = binary.LittleEndian.AppendUint16(b, uint16(c.v[i]))
		}
	default:
		for _, i := range order {
			b = binary.LittleEndian.AppendUint32(b, c.v[i])
		}
	}
	w.buf = b
	return w.give(to, len(order))
}

// Columns with a meaning.

func (b *rows) millis(name string) *numColumn[int64] {
	return num[int64](b, name, "DateTime64(3, 'UTC')")
}

func (b *rows) fen(name string) *numColumn[int64] { return num[int64](b, name, "Int64") }

func (b *rows) optFen(name string) *nullColumn[int64] { return nullable[int64](b, name, "Int64") }

type dateColumn struct{ *numColumn[uint16] }

func (b *rows) date(name string) dateColumn { return dateColumn{num[uint16](b, name, "Date")} }

func (c dateColumn) add(d civil.Date) { c.numColumn.add(uint16(d)) }

type optDateColumn struct{ *nullColumn[uint16] }

func (b *rows) optDate(name string) optDateColumn {
	return optDateColumn{nullable[uint16](b, name, "Date")}
}

func (c optDateColumn) add(d Opt[civil.Date]) { c.nullColumn.add(uint16(d.V), d.OK) }

// optMonthColumn is a Nullable(Date) of first days.
type optMonthColumn struct{ *nullColumn[uint16] }

func (b *rows) optMonth(name string) optMonthColumn {
	return optMonthColumn{nullable[uint16](b, name, "Date")}
}

func (c optMonthColumn) add(m Opt[civil.Month]) { c.nullColumn.add(uint16(m.V.First()), m.OK) }

type optSecondColumn struct{ *nullColumn[uint32] }

func (b *rows) optSecond(name string) optSecondColumn {
	return optSecondColumn{nullable[uint32](b, name, "DateTime('UTC')")}
}

func (c optSecondColumn) add(t Opt[time.Time]) { c.nullColumn.add(uint32(t.V.Unix()), t.OK) }

type boolColumn struct{ *numColumn[uint8] }

func (b *rows) bool(name string) boolColumn { return boolColumn{num[uint8](b, name, "Bool")} }

func (c boolColumn) add(v bool) {
	if v {
		c.numColumn.add(1)
		return
	}
	c.numColumn.add(0)
}

// floatColumn is a Float64, kept as its bits.
type floatColumn struct{ *numColumn[uint64] }

func (b *rows) float(name string) floatColumn { return floatColumn{num[uint64](b, name, "Float64")} }

func (c floatColumn) add(v float64) { c.numColumn.add(math.Float64bits(v)) }
