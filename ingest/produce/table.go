package produce

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/anxin-project/anxin/ingest/produce/notation"
	"github.com/anxin-project/anxin/ingest/produce/reading"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// maxRowLines is the most lines of a row with line breaks in quoted cells.
const maxRowLines = 200

// table reads the rows of CSV and its relatives as records.
type table struct {
	lines     *reading.Lines
	source    reading.RowSource // instead of lines, whose place it keeps
	held      bool              // the row that was read is yet to be taken
	marks     []reading.Mark
	path      string
	m         *Mapping
	delimiter []byte
	decode    *encoding.Decoder // nil for UTF-8
	convert   *converter
	width     int // cells of the header, or of the first row
	raw       []byte
	text      []byte
	cells     [][]byte
	counts    Counts
	days      dayRow
	unused    Unused
	atRow     func() // called before a row is read
}

// openTable reads up to the first row and finds the mapped columns.
func openTable(l *reading.Lines, source reading.RowSource, path string, m *Mapping, delimiter string, modified time.Time, idKey []byte) (*table, error) {
	t := &table{lines: l, source: source, path: path, m: m, delimiter: []byte(delimiter)}
	if m.encoding == encodingGB18030 {
		t.decode = simplifiedchinese.GB18030.NewDecoder()
	}
	var titles []civil.Month
	if source != nil {
		var err error
		if titles, err = t.skipRows(); err != nil {
			return nil, err
		}
	}
	for range m.skip {
		if source != nil {
			break
		}
		raw, err := l.Next()
		if t.raw = raw; err == nil && m.days != nil && t.decoded() == rowWhole {
			titles = append(titles, monthsIn(t.text)...)
		}
		if err == io.EOF {
			return nil, &Problem{Path: path, Want: fmt.Sprintf("the file ends within the %d lines that the mapping skips", m.skip)}
		} else if err != nil {
			return nil, t.fault(l.Line, err)
		}
	}
	index := func(r ref) int { return r.number - 1 }
	if from, ok := source.(*reading.Objects); ok {
		t.convert, _ = newConverter(m, path, modified, idKey, func(r ref) int { return from.Field(r.name) })
		return t, nil
	}
	if m.header {
		header, line, state, err := t.row()
		for err == nil && state == rowWhole && empty(header) {
			header, line, state, err = t.row()
		}
		switch {
		case err == io.EOF:
			return nil, &Problem{Path: path, Want: "expected a header; the file holds no further line"}
		case err != nil:
			return nil, err
		case state == rowForeign:
			return nil, &Problem{Path: path, Line: line, Want: "the header " + notIn(m.encoding)}
		case state == rowMisplaced:
			return nil, &Problem{Path: path, Line: line, Want: "the header: " + m.fixed.want()}
		case state != rowWhole:
			return nil, &Problem{Path: path, Line: line, Want: "the header cannot be split into cells: expected a delimiter after the closing quote"}
		}
		t.width = len(header)
		at := map[string]int{}
		for i, h := range header {
			name := string(notation.OneLine(h))
			if _, twice := at[name]; twice {
				at[name] = -2
			} else {
				at[name] = i
			}
		}
		found := map[string]bool{}
		index = func(r ref) int {
			i, ok := at[r.name]
			if !ok {
				return -1
			}
			found[r.name] = i >= 0
			return i
		}
		var missing []string
		t.convert, missing = newConverter(m, path, modified, idKey, index)
		if len(missing) > 0 {
			return nil, &Problem{Path: path, Line: line, Want: t.headerWant(distinct(missing), at, header, len(found))}
		}
		t.unused = t.convert.unused(header)
		if m.days != nil {
			t.days.from = index(m.days.column)
			if err := t.bindDays(header, line, titles); err != nil {
				return nil, err
			}
			if t.days.month == 0 && t.days.from < 0 {
				return nil, &Problem{Path: path, Line: line, Want: t.headerWant([]string{m.days.column.String()}, at, header, len(found))}
			}
		}
		return t, nil
	}
	t.convert, _ = newConverter(m, path, modified, idKey, index)
	if m.days != nil {
		t.days.from = index(m.days.column)
		return t, t.bindDays(nil, 0, titles)
	}
	return t, nil
}

// headerWant says which columns the header lacks. It never says what the line holds instead: a line that is taken for the
// header may be a row of people, or all the rows of a file whose lines do not end where they should.
func (t *table) headerWant(missing []string, at map[string]int, header [][]byte, found int) string {
	for name, i := range at {
		if i == -2 && slices.Contains(missing, name) {
			return fmt.Sprintf("the header has column %q twice: rename one, or use header: false, skip: and column numbers", name)
		}
	}
	want := fmt.Sprintf("the header has no column %s; the line has %d cells", quoted(missing), len(header))
	if found > 0 {
		return want + fmt.Sprintf(", %d of the mapped columns among them: correct the mapping, or the header", found)
	}
	return want + " and none of the mapped columns: say with skip: how many lines stand before the header, or header: false, and check encoding: and delimiter:"
}

// distinct keeps the first of equal names.
func distinct(names []string) (all []string) {
	for _, n := range names {
		if !slices.Contains(all, n) {
			all = append(all, n)
		}
	}
	return all
}

func quoted(names []string) string {
	var b bytes.Buffer
	for i, n := range names {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%q", n)
	}
	return b.String()
}

func notIn(encoding string) string {
	if encoding == encodingUTF8 {
		return "is not UTF-8: if the file comes from a Chinese Windows or bank system, say encoding: gb18030 in the mapping"
	}
	return "is not GB18030: if the file is UTF-8, say encoding: utf-8 in the mapping"
}

func empty(cells [][]byte) bool {
	for _, c := range cells {
		if len(c) > 0 {
			return false
		}
	}
	return true
}

func (t *table) fault(line int64, err error) error {
	if err == reading.ErrTooLong {
		return &Problem{Path: t.path, Line: line, Want: fmt.Sprintf("the row is longer than %d bytes", reading.MaxRecord)}
	}
	return err
}

// next returns the next record. A row that cannot be split or whose bytes are not of the encoding comes as its own bytes,
// which are no record, so that ingest puts them on the dead-letter topic as they are.
func (t *table) next() (Record, error) {
	for {
		if one, ok := t.nextDay(); ok {
			return one, nil
		}
		t.atRow()
		cells, line, state, err := t.row()
		if err != nil {
			return Record{}, err
		}
		t.counts.Read++
		want := ""
		switch {
		case state == rowForeign:
			want = "the row " + notIn(t.m.encoding)
		case state == rowMisplaced:
			want = t.m.fixed.want()
		case state != rowWhole:
			want = "expected a delimiter after a closing quote; a file that does not quote needs quotes: false in the mapping"
		case empty(cells):
			t.counts.Empty++
			continue
		case t.convert.passOver(cells):
			t.counts.ignored(line)
			continue
		}
		t.convert.fillDown(cells)
		if want == "" && t.source == nil {
			for len(cells) > max(t.width, 1) && t.width > 0 && len(cells[len(cells)-1]) == 0 {
				cells = cells[:len(cells)-1] // a delimiter at the end of rows
			}
			if t.width == 0 {
				t.width = len(cells)
			}
			if t.m.fixed.widths == nil && len(cells) != t.width {
				want = fmt.Sprintf("expected %d cells as in the header or first row, not %d: is a delimiter within a cell, or a cell missing?", t.width, len(cells))
			}
		}
		bad := &Problem{Path: t.path, Line: line, Want: want}
		if want == "" && t.m.days != nil {
			if bad = t.beginDays(line, cells); bad == nil {
				t.counts.Read-- // its days are counted
				continue
			}
			want = bad.Want
		}
		if want != "" {
			return Record{Line: line, Value: bytes.TrimSpace(t.raw), Problems: []*Problem{bad}}, nil
		}
		t.convert.marks = t.marks
		key, value, problems := t.convert.record(line, cells)
		return Record{Line: line, Key: key, Value: value, Problems: problems}, nil
	}
}

type rowState uint8

const (
	rowWhole rowState = iota
	rowOpen           // a quoted cell goes on in the next line
	rowBroken
	rowForeign   // not in the encoding
	rowMisplaced // cells are not where the mapping's fixed places them
)

// row reads one row into clean cells, valid until the next call, and the line where it begins.
func (t *table) row() (cells [][]byte, line int64, state rowState, err error) {
	if t.source != nil {
		cells, line, err = t.sourceRow()
		return cells, line, rowWhole, err
	}
	raw, err := t.lines.Next()
	if err != nil {
		return nil, 0, 0, t.fault(t.lines.Line, err)
	}
	line = t.lines.Line
	t.raw = raw
	for n := 1; ; n++ {
		if t.m.fixed.widths != nil {
			if state = t.places(); state != rowWhole {
				return nil, line, state, nil
			}
			break
		}
		if state = t.decoded(); state != rowWhole {
			return nil, line, state, nil
		}
		if state = t.split(); state != rowOpen {
			break
		}
		if n == 1 {
			t.raw = bytes.Clone(t.raw)
		}
		more, err := t.lines.Next()
		if err == io.EOF || n > maxRowLines || len(t.raw)+len(more) > reading.MaxRecord {
			return nil, 0, 0, &Problem{Path: t.path, Line: line, Want: "a quote is opened here and not closed; a file that does not quote needs quotes: false in the mapping"}
		}
		if err != nil {
			return nil, 0, 0, t.fault(t.lines.Line, err)
		}
		t.raw = append(append(t.raw, '\n'), more...)
		t.counts.Joined++
	}
	for i, c := range t.cells {
		if t.cells[i] = notation.Clean(c); t.m.blank[string(t.cells[i])] {
			t.cells[i] = nil
		}
	}
	return t.cells, line, state, nil
}

// sourceRow is row for what is no text. A row is as wide as the header: what stands beside the table belongs to no column.
func (t *table) sourceRow() ([][]byte, int64, error) {
	if t.held {
		t.held = false
		return t.cells, t.lines.Line, nil
	}
	cells, marks, line, err := t.source.Next()
	if err != nil {
		return nil, 0, err
	}
	t.lines.Line, t.lines.Offset = line, t.source.Place()
	t.raw = bytes.Join(cells, []byte{'\t'})
	if t.width > 0 {
		for len(cells) < t.width {
			cells = append(cells, nil)
		}
		cells, marks = cells[:t.width], marks[:min(t.width, len(marks))]
	}
	if t.m.days != nil { // cells behind the last one that holds something are not in the file
		for len(cells) < t.m.days.first-1+mostDays && t.width == 0 {
			cells = append(cells, nil)
		}
	}
	for i, c := range cells {
		if cells[i] = notation.Clean(c); t.m.blank[string(cells[i])] {
			cells[i] = nil
		}
	}
	t.cells, t.marks = cells, marks
	return cells, line, nil
}

// skipRows passes over the rows up to the number that the mapping skips. A sheet need not have them all.
func (t *table) skipRows() (titles []civil.Month, err error) {
	for t.m.skip > 0 {
		cells, line, err := t.sourceRow()
		if err == io.EOF {
			return nil, &Problem{Path: t.path, Want: fmt.Sprintf("the sheet ends within the %d rows that the mapping skips", t.m.skip)}
		}
		if err != nil {
			return nil, err
		}
		if t.held = line > int64(t.m.skip); t.held {
			break
		}
		for _, c := range cells {
			titles = append(titles, monthsIn(c)...)
		}
	}
	return titles, nil
}

// decoded puts the row into text as UTF-8. Splitting comes after, for the second byte of a GB18030 character may look
// like a delimiter; line ends cannot.
func (t *table) decoded() rowState {
	if t.decode == nil {
		if t.text = append(t.text[:0], t.raw...); !utf8.Valid(t.text) {
			return rowForeign
		}
		return rowWhole
	}
	if need := 3*len(t.raw) + 16; cap(t.text) < need {
		t.text = make([]byte, need)
	}
	t.text = t.text[:cap(t.text)]
	t.decode.Reset()
	n, _, err := t.decode.Transform(t.text, t.raw, true)
	t.text = t.text[:n]
	if err != nil || bytes.ContainsRune(t.text, utf8.RuneError) {
		var ok bool
		if t.text, ok = notation.DecodeOwn(t.text[:0], t.raw, t.decode); !ok {
			return rowForeign
		}
	}
	return rowWhole
}

// split cuts text into cells. Quotes within an unquoted cell stand for themselves; doubled ones within a quoted cell for one.
func (t *table) split() rowState {
	t.cells = t.cells[:0]
	b := t.text
	delimited := func(p int) bool { return bytes.HasPrefix(b[p:], t.delimiter) }
	blank := func(p int) bool { return p < len(b) && (b[p] == ' ' || b[p] == '\t') && !delimited(p) }
	for {
		if len(t.cells) >= reading.MaxCells {
			return rowBroken
		}
		p := 0
		if t.m.quotes {
			for blank(p) {
				p++
			}
		}
		if t.m.quotes && p < len(b) && b[p] == '"' {
			from := p + 1
			to := from // the cell's text grows in place, over its quotes
			for p = from; ; p++ {
				if p >= len(b) {
					return rowOpen
				}
				if b[p] == '"' {
					if p+1 >= len(b) || b[p+1] != '"' {
						break
					}
					p++
				}
				b[to] = b[p]
				to++
			}
			t.cells = append(t.cells, b[from:to:to])
			for p++; blank(p); {
				p++
			}
			if p == len(b) {
				return rowWhole
			}
			if !delimited(p) {
				return rowBroken
			}
			b = b[p+len(t.delimiter):]
			continue
		}
		end := bytes.Index(b, t.delimiter)
		if end < 0 {
			t.cells = append(t.cells, b)
			return rowWhole
		}
		t.cells = append(t.cells, b[:end:end])
		b = b[end+len(t.delimiter):]
	}
}
