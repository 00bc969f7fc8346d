package produce

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/anxin-project/anxin/ingest/produce/reading"
	"github.com/anxin-project/anxin/ingest/record"
)

// Source is a file of records: NDJSON or one JSON array as they are, or a table with a mapping; plain, gzip or zstd.
type Source struct {
	Path    string
	Topic   record.Topic
	Mapping *Mapping // for tables
	IDKey   []byte   // for mappings that hash ids
}

// Record is one record of a source, as it goes on its topic.
type Record struct {
	Line     int64 // where it begins, from 1
	Key      []byte
	Value    []byte
	Problems []*Problem // cells that could not be read: ingest will refuse the record
}

// Position is a place between two records.
type Position struct {
	Bytes   int64 `json:"bytes"` // of the text, decompressed
	Line    int64 `json:"line"`
	Records int64 `json:"records"`
}

// Counts says what became of what was read of a source: what was read is a record, or left out.
type Counts struct {
	Read         int64 // rows of a table or their days, lines, or elements of an array
	Records      int64
	Empty        int64   // rows and lines that hold nothing
	Ignored      int64   // rows that the mapping knows for no records
	IgnoredLines []int64 // the first
	Days         int64   // days of rows without anything in them, where columns are days
	Joined       int64   // lines that belong to a row begun before, for a quoted cell of it goes on in them
}

// LeftOut is how much of what was read is no record.
func (c Counts) LeftOut() int64 { return c.Empty + c.Ignored + c.Days }

func (c *Counts) ignored(line int64) {
	c.Ignored++
	c.IgnoredLines = first(c.IgnoredLines, line)
}

// whole is nil when everything that was read is a record or left out. Anything else is a fault of this program, which must
// not pass for a file that is done.
func (c Counts) whole(path string) error {
	if c.Read == c.Records+c.LeftOut() {
		return nil
	}
	return fmt.Errorf("%s: %d were read, but only %d are records or left out: please report this file's form", path, c.Read, c.Records+c.LeftOut())
}

// String is "7 rows read, 1 left out (1 by the mapping, line 9)".
func (c Counts) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d read, %d left out", c.Read, c.LeftOut())
	var why []string
	if c.Ignored > 0 {
		why = append(why, fmt.Sprintf("%d by the mapping, %s", c.Ignored, Lines(c.IgnoredLines, c.Ignored)))
	}
	if c.Empty > 0 {
		why = append(why, fmt.Sprintf("%d empty", c.Empty))
	}
	if c.Days > 0 {
		why = append(why, fmt.Sprintf("%d days without a tick", c.Days))
	}
	if len(why) > 0 {
		fmt.Fprintf(&b, " (%s)", strings.Join(why, "; "))
	}
	if c.Joined > 0 {
		fmt.Fprintf(&b, ", %d more %s within quoted cells", c.Joined, map[bool]string{true: "line", false: "lines"}[c.Joined == 1])
	}
	return b.String()
}

// Lines is "lines 3, 7 and 5 more", of the first line numbers and how many there are.
func Lines(first []int64, count int64) string {
	var b strings.Builder
	b.WriteString("line")
	if count > 1 {
		b.WriteString("s")
	}
	for i, l := range first {
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, " %d", l)
	}
	if rest := count - int64(len(first)); rest > 0 {
		fmt.Fprintf(&b, " and %d more", rest)
	}
	return b.String()
}

// Reader reads the records of a source one by one; its memory does not grow with the file.
type Reader struct {
	source  Source
	file    *os.File
	size    int64
	counted *reading.Counter
	text    io.ReadCloser
	packed  bool
	buffer  *bufio.Reader
	records int64
	counts  Counts // of lines and arrays; a table has its own

	row Position // before the row that is being read

	// one of these
	lines *reading.Lines
	array *reading.Array
	table *table
}

const readBuffer = 256 << 10

// Open finds out what the file is. Errors about it are of type *Problem.
func (s Source) Open() (*Reader, error) { return s.open(nil) }

func (s Source) open(progress func(int64)) (_ *Reader, err error) {
	r := &Reader{source: s}
	if r.file, err = os.Open(s.Path); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = r.Close()
		}
	}()
	info, err := r.file.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &Problem{Path: s.Path, Want: "is not a file"}
	}
	r.size = info.Size()
	if s.Mapping != nil {
		var magic [4]byte
		if n, _ := r.file.ReadAt(magic[:], 0); string(magic[:n]) == "PK\x03\x04" {
			r.counted = &reading.Counter{At: r.file, Told: progress}
			book, err := reading.OpenSheet(s.Path, r.counted, r.size, s.Mapping.sheet)
			if err != nil {
				return nil, err
			}
			r.text, r.lines = book.Part, &reading.Lines{}
			return r, r.openTable(book, info.ModTime())
		}
	}
	r.counted = &reading.Counter{From: r.file, Told: progress}
	if r.text, r.packed, err = reading.Unpacked(s.Path, r.file, r.counted); err != nil {
		return nil, err
	}
	r.buffer = bufio.NewReaderSize(r.text, readBuffer)
	start, err := r.buffer.Peek(512)
	if err != nil && err != io.EOF {
		return nil, r.broken(0, err)
	}
	marks, err := s.marks(start)
	if err != nil {
		return nil, err
	}
	_, _ = r.buffer.Discard(marks) // peeked
	start = start[marks:]
	l := &reading.Lines{From: r.buffer, Offset: int64(marks)}
	if s.Mapping != nil {
		r.lines = l
		if s.Mapping.json != "" {
			return r, r.openTable(reading.OpenObjects(s.Path, s.Mapping.json, r.buffer), info.ModTime())
		}
		if isJSON(start) {
			return nil, &Problem{Path: s.Path, Want: "is JSON, and the mapping is of a table: say file: {json: data.rows}, the way to the list of objects in it, and the ways to values in place of columns (anxin produce mapping --help)"}
		}
		return r, r.openTable(nil, info.ModTime())
	}
	switch s.ending() {
	case ".csv", ".tsv", ".txt", ".dat":
		return nil, &Problem{Path: s.Path, Want: "a table needs a mapping that says what its columns are: give --mapping FILE (anxin produce mapping --help)"}
	case ".xlsx", ".xls":
		return nil, &Problem{Path: s.Path, Want: "a workbook needs a mapping that says what its columns are: give --mapping FILE (anxin produce mapping --help); of old .xls save the sheet as .xlsx or CSV"}
	}
	first := bytes.TrimLeft(start, reading.JsonSpace)
	if line, _, more := bytes.Cut(first, []byte("\n")); more && string(bytes.TrimRight(line, reading.JsonSpace)) == "{" {
		return nil, &Problem{Path: s.Path, Want: "is one JSON object over several lines, not one record a line: if records are in a list within it, give a mapping with file: {json: data.rows} (anxin produce mapping --help)"}
	}
	if ending := s.ending(); len(first) > 0 && first[0] == '[' && ending != ".ndjson" && ending != ".jsonl" {
		r.array = &reading.Array{From: r.buffer, Offset: int64(marks)}
	} else {
		l.JSON = true
		r.lines = l
	}
	return r, nil
}

func (r *Reader) openTable(from reading.RowSource, modified time.Time) (err error) {
	s := r.source
	if r.table, err = openTable(r.lines, from, s.Path, s.Mapping, s.delimiter(), modified, s.IDKey); err != nil {
		return err
	}
	r.table.atRow = func() { r.row = Position{r.lines.Offset, r.lines.Line, r.records} }
	return nil
}

// marks returns the length of the byte order mark, and refuses what cannot be read.
func (s Source) marks(start []byte) (int, error) {
	gb := s.Mapping != nil && s.Mapping.encoding == encodingGB18030
	switch {
	case bytes.HasPrefix(start, []byte("\xEF\xBB\xBF")):
		if gb {
			return 0, &Problem{Path: s.Path, Line: 1, Want: "begins with the mark of UTF-8: say encoding: utf-8 in the mapping"}
		}
		return 3, nil
	case bytes.HasPrefix(start, []byte("\x84\x31\x95\x33")):
		if !gb {
			return 0, &Problem{Path: s.Path, Line: 1, Want: "begins with the mark of GB18030: say encoding: gb18030 in a mapping, or convert the file to UTF-8"}
		}
		return 4, nil
	case bytes.HasPrefix(start, []byte("\xFF\xFE")), bytes.HasPrefix(start, []byte("\xFE\xFF")):
		return 0, &Problem{Path: s.Path, Line: 1, Want: "is UTF-16 (Excel's \"Unicode text\"): save it as CSV in UTF-8"}
	case bytes.HasPrefix(start, []byte("PK\x03\x04")):
		return 0, &Problem{Path: s.Path, Want: "is a workbook or a zip archive: a workbook is read with --mapping FILE, and not within another archive"}
	case bytes.HasPrefix(start, []byte("\xD0\xCF\x11\xE0")):
		return 0, &Problem{Path: s.Path, Want: "is a workbook of old Excel (.xls), or has a password: save the sheet without one as .xlsx or CSV"}
	case s.Mapping != nil && isWebPage(start):
		return 0, &Problem{Path: s.Path, Want: "is a web page, as some platforms export tables: open it in a spreadsheet and save it as .xlsx or CSV"}
	}
	return 0, nil
}

// isJSON tells JSON from a table, whose first cell may begin with a bracket, too.
func isJSON(start []byte) bool {
	start = bytes.TrimLeft(start, reading.JsonSpace)
	if len(start) == 0 || start[0] != '{' && start[0] != '[' {
		return false
	}
	behind := bytes.TrimLeft(start[1:], reading.JsonSpace)
	return len(behind) > 0 && (start[0] == '{' && (behind[0] == '"' || behind[0] == '}') || start[0] == '[' && (behind[0] == '{' || behind[0] == ']'))
}

func isWebPage(start []byte) bool {
	text := bytes.ToLower(bytes.TrimLeft(start, reading.JsonSpace))
	for _, tag := range []string{"<html", "<!doctype", "<table", "<meta", "<?xml"} {
		if bytes.HasPrefix(text, []byte(tag)) {
			return true
		}
	}
	return false
}

// ending is the file's ending before that of its compression.
func (s Source) ending() string {
	name := strings.ToLower(s.Path)
	for _, packed := range []string{".gz", ".zst"} {
		name = strings.TrimSuffix(name, packed)
	}
	return filepath.Ext(name)
}

func (s Source) delimiter() string {
	switch {
	case s.Mapping.delimiter != "":
		return s.Mapping.delimiter
	case s.ending() == ".tsv":
		return "\t"
	}
	return ","
}

// Next returns the next record, valid until the following call, or io.EOF. Errors about the file are of type *Problem;
// after one the source cannot be read further.
func (r *Reader) Next() (Record, error) {
	for {
		var one Record
		var err error
		switch {
		case r.table != nil:
			one, err = r.table.next()
		case r.array != nil:
			if one.Value, one.Line, err = r.array.Next(); err == nil {
				r.counts.Read++
			}
			if err != nil && err != io.EOF && !errors.As(err, new(*Problem)) && one.Line > 0 {
				return Record{}, r.broken(one.Line, err)
			}
		default:
			if one.Value, err = r.lines.Next(); err == nil {
				r.counts.Read++
				if one.Value = bytes.Trim(one.Value, reading.JsonSpace); len(one.Value) == 0 {
					r.counts.Empty++
					continue
				}
				one.Line = r.lines.Line
			}
		}
		if err != nil {
			if err == io.EOF || errors.As(err, new(*Problem)) {
				return Record{}, err
			}
			return Record{}, r.broken(r.Position().Line, err)
		}
		if r.table == nil {
			one.Key = Key(r.source.Topic, one.Value)
		}
		if len(one.Value) > reading.MaxRecord {
			return Record{}, r.broken(one.Line, reading.ErrTooLong)
		}
		r.records++
		r.counting().Records++
		return one, nil
	}
}

// broken describes a file that cannot be read on.
func (r *Reader) broken(line int64, err error) error {
	switch {
	case err == reading.ErrTooLong:
		return &Problem{Path: r.source.Path, Line: line, Want: fmt.Sprintf("the record is longer than %d bytes; want one record a line, or one JSON array of records", reading.MaxRecord)}
	case err == reading.ErrCutOff || err == reading.ErrArray || err == reading.ErrTrailing || err == reading.ErrNothing:
		return &Problem{Path: r.source.Path, Line: line, Want: err.Error()}
	case r.packed:
		return &Problem{Path: r.source.Path, Line: line, Want: fmt.Sprintf("the compressed file is cut off or damaged behind this line (%v)", err)}
	}
	return fmt.Errorf("%s, after line %d: %w", r.source.Path, line, err)
}

// Position is behind the last record, or before the row of which it is one of several: a row is taken up as a whole.
func (r *Reader) Position() Position {
	if r.table != nil && r.table.days.next > 0 {
		return r.row
	}
	if r.array != nil {
		return Position{r.array.Offset, r.array.Line, r.records}
	}
	return Position{r.lines.Offset, r.lines.Line, r.records}
}

func (r *Reader) counting() *Counts {
	if r.table != nil {
		return &r.table.counts
	}
	return &r.counts
}

// Counts is of what was read since the source was opened, or since Skip.
func (r *Reader) Counts() Counts { return *r.counting() }

// Size is that of the file, and Done how much of it was read; compressed or not.
func (r *Reader) Size() int64 { return r.size }

// Done: see Size.
func (r *Reader) Done() int64 { return r.counted.N }

// Skip goes on to a position of the same file, from the beginning.
func (r *Reader) Skip(to Position) error {
	if to.Records == 0 {
		return nil
	}
	if r.table != nil && len(r.table.convert.fill) > 0 { // what stands above is needed
		for r.lines.Offset < to.Bytes {
			cells, _, _, err := r.table.row()
			if err != nil {
				return err
			}
			if !empty(cells) && !r.table.convert.passOver(cells) {
				r.table.convert.fillDown(cells)
			}
		}
		r.records = to.Records
		*r.counting() = Counts{}
		return nil
	}
	if r.table != nil && r.table.source != nil {
		if err := r.table.source.SkipTo(to.Bytes); err != nil {
			return err
		}
		r.records, r.table.held = to.Records, false
		r.lines.Offset, r.lines.Line = to.Bytes, to.Line
		*r.counting() = Counts{}
		return nil
	}
	if r.table != nil && r.table.width == 0 { // the first row says how wide rows are
		if _, err := r.Next(); err != nil {
			return err
		}
		r.table.days.next = 0
	}
	from := r.Position().Bytes
	if r.packed {
		if _, err := io.CopyN(io.Discard, r.buffer, to.Bytes-from); err != nil {
			return r.broken(0, err)
		}
	} else {
		if _, err := r.file.Seek(to.Bytes, io.SeekStart); err != nil {
			return fmt.Errorf("%s: %w", r.source.Path, err)
		}
		r.buffer.Reset(r.text)
		r.counted.N = to.Bytes
	}
	r.records = to.Records
	*r.counting() = Counts{}
	if r.array != nil {
		r.array.Offset, r.array.Line = to.Bytes, to.Line
		r.array.Opened, r.array.Begun = to.Records > 0, to.Records > 0
		return nil
	}
	r.lines.Offset, r.lines.Line = to.Bytes, to.Line
	return nil
}

// Close closes the file.
func (r *Reader) Close() error {
	if r.text != nil {
		_ = r.text.Close() // it was only read
	}
	return r.file.Close()
}
