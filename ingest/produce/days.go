package produce

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/anxin-project/anxin/ingest/produce/notation"
	"github.com/anxin-project/anxin/ingest/produce/reading"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// days says that columns of a table are the days of a month, as on the attendance sheets of building sites: a row is one
// record a day. The day and what stands in its column are two more columns of each record, called day and tick.
type days struct {
	month  civil.Month
	title  bool // the month stands in a line before the header
	column ref  // or in a column, if it has a name or number
	first  int  // the number of the column that is day 1; 0: by the headings 1 to 31
	per    int  // columns of a day: 1, or 2 for its halves
}

const (
	dayColumn, tickColumn, halfColumn = "day", "tick", "half"
	// Where a row's own cells end: the cells of its days are behind.
	dayIndex, tickIndex, halfIndex = reading.MaxCells, reading.MaxCells + 1, reading.MaxCells + 2
	mostDays                       = 31
	mostHalves                     = 2
)

// readDays reads file.days.
func (m *Mapping) readDays(node *yaml.Node, fail failure) {
	const want = "file.days: want {month: 2026-10}, month: title where a line before the header names it (2026年10月), or month: {column: 月份}; with first: the number of the column of day 1, else by the headings 1 to 31, and columns: 2 where each day has one for its morning and one for its afternoon"
	var d struct {
		Month   yaml.Node `yaml:"month"`
		First   int       `yaml:"first"`
		Columns int       `yaml:"columns"`
	}
	m.days = &days{per: 1}
	if node.Kind != yaml.MappingNode {
		fail(node.Line, want)
		return
	}
	for i := 0; i < len(node.Content); i += 2 {
		if k := node.Content[i]; k.Value != "month" && k.Value != "first" && k.Value != "columns" {
			fail(k.Line, want)
			return
		}
	}
	if node.Decode(&d) != nil || d.First < 0 || d.First > reading.MaxCells || d.Columns < 0 || d.Columns > mostHalves {
		fail(node.Line, want)
		return
	}
	m.days.first, m.days.per = d.First, max(d.Columns, 1)
	if m.days.per > 1 && m.days.first == 0 {
		fail(node.Line, "file.days: with columns: 2 say first:, the number of the first column of day 1")
	}
	month, err := civil.ParseMonth(d.Month.Value)
	switch {
	case d.Month.Kind == yaml.MappingNode && len(d.Month.Content) == 2 && d.Month.Content[0].Value == "column":
		if m.days.column, err = m.ref(d.Month.Content[1].Value); err != nil {
			fail(node.Line, "file.days.month: %v", err)
		}
	case d.Month.Value == "title":
		m.days.title = true
		if m.skip == 0 {
			fail(node.Line, "file.days: month: title needs skip:, the lines before the header, of which one names the month")
		}
	case err == nil:
		m.days.month = month
	default:
		fail(node.Line, want)
		return
	}
	if m.days.first == 0 && !m.header {
		fail(node.Line, "file.days: without a header say first:, the number of the column that is day 1")
	}
}

// checkDays looks whether the fields use what days are there for.
func (m *Mapping) checkDays(fail failure) {
	uses := map[string]bool{}
	for i := range m.steps {
		s := &m.steps[i]
		inID, half := false, false
		for _, p := range s.text {
			uses[p.column.name] = uses[p.column.name] || p.literal == "" && p.column.virtual
			inID = inID || p.column.virtual && p.column.name == dayColumn
			half = half || p.column.virtual && p.column.name == halfColumn
			if p.column.virtual && p.column.name == tickColumn && s.empty != nil {
				m.days0 = true
			}
		}
		if f := m.fields()[s.field]; f.name == "id" && !inID {
			fail(s.line, "id: with days: a row makes many records, so the id must be made from day too, such as {from: \"{身份证号}|{%s}\", hash: true}", dayColumn)
		} else if f.name == "id" && m.days.per > 1 && !half {
			fail(s.line, "id: a day has %d columns and so makes %d records: the id must be made from %s too, such as {from: \"{身份证号}|{%s}|{%s}\", hash: true}", m.days.per, m.days.per, halfColumn, dayColumn, halfColumn)
		}
	}
	if !uses[dayColumn] || !uses[tickColumn] {
		fail(0, "file.days: fields must use the columns %s and %s, such as work_date: %s and hours: {column: %s, map: {√: 8}}", dayColumn, tickColumn, dayColumn, tickColumn)
	}
}

var titleMonth = regexp.MustCompile(`(20\d\d)\s*年\s*(1[0-2]|0?[1-9])\s*月`)

// monthsIn finds the months that a title names.
func monthsIn(title []byte) (all []civil.Month) {
	for _, found := range titleMonth.FindAllSubmatch(notation.Narrow(title), -1) {
		month, err := civil.ParseMonth(fmt.Sprintf("%s-%02s", found[1], found[2]))
		if err == nil {
			all = append(all, month)
		}
	}
	return all
}

// dayOf reads a heading as a day of the month: 1, 01, 1日, 1号, and in October 10月1日 and 2026-10-01.
func dayOf(heading []byte, month civil.Month) int {
	b := notation.Solid(heading)
	if t, ok := notation.Common(b, notation.Date); ok && month != 0 && civil.DateOf(t).Month() == month {
		return t.Day()
	}
	if name := month.String(); month != 0 {
		for _, prefix := range []string{strings.TrimPrefix(name[5:], "0") + "月", name[5:] + "月"} {
			if rest, ok := bytes.CutPrefix(b, []byte(prefix)); ok {
				b = rest
				break
			}
		}
	}
	for _, unit := range []string{"日", "号"} {
		b = bytes.TrimSuffix(b, []byte(unit))
	}
	if !notation.AllDigits(b) || len(b) > 2 {
		return 0
	}
	n, _ := strconv.Atoi(string(b)) // digits
	if n > mostDays {
		return 0
	}
	return n
}

// Unused are the columns of a header that no field, ignore or day uses.
type Unused struct {
	Columns int // of the header
	Unused  int
	Days    int // of the unused, those that are headed as the days of a month
}

// String is "3 of 12 columns are not used", and empty when all are.
func (u Unused) String() string {
	switch {
	case u.Unused == 0:
		return ""
	case u.Days >= 28:
		return fmt.Sprintf("%d of %d columns are not used, among them days of a month, of which days: in the mapping makes a record each (anxin produce mapping --help)", u.Unused, u.Columns)
	}
	return fmt.Sprintf("%d of %d columns are not used", u.Unused, u.Columns)
}

func (c *converter) unused(header [][]byte) Unused {
	used := map[int]bool{}
	for i := range c.steps {
		for _, p := range c.steps[i].text {
			if p.literal == "" {
				used[p.index] = true
			}
		}
	}
	for _, i := range slices.Concat(c.ignore, c.keys, c.fill) {
		used[i] = true
	}
	for i := range c.steps {
		for _, w := range c.steps[i].filled {
			used[w.index] = true
		}
	}
	u := Unused{Columns: len(header)}
	for i, h := range header {
		day := dayOf(h, 0) > 0
		if used[i] || day && c.m.days != nil {
			continue
		}
		u.Unused++
		if day {
			u.Days++
		}
	}
	return u
}

// dayRow is a row of which records are being made, a day each.
type dayRow struct {
	at    [mostHalves*mostDays + 1]int // the columns of days 1 to 31, or of their halves one after the other; -1: none
	month civil.Month                  // of the file; 0: of each row
	from  int                          // index of the row's month
	next  int                          // the next day or half of the row; 0: there is no row
	line  int64
	cells [][]byte
	first civil.Date
	last  int // days of the row's month
}

// bindDays finds the columns of the days. header is nil without one.
func (t *table) bindDays(header [][]byte, line int64, titles []civil.Month) error {
	d := t.m.days
	t.days.month = d.month
	if d.title {
		for _, m := range titles {
			if t.days.month != 0 && t.days.month != m {
				return &Problem{Path: t.path, Want: "the lines before the header name several months: say month: YYYY-MM in the mapping's days"}
			}
			t.days.month = m
		}
		if t.days.month == 0 {
			return &Problem{Path: t.path, Want: fmt.Sprintf("none of the %d lines before the header names a month such as 2026年10月: say month: YYYY-MM in the mapping's days", t.m.skip)}
		}
	}
	for n := range t.days.at {
		t.days.at[n] = -1
		if d.first > 0 && n > 0 {
			t.days.at[n] = d.first - 2 + n
		}
	}
	if d.first > 0 {
		return nil
	}
	for i, h := range header {
		n := dayOf(h, t.days.month)
		if n == 0 {
			continue
		}
		if t.days.at[n] >= 0 {
			return &Problem{Path: t.path, Line: line, Want: fmt.Sprintf("the header has day %d twice: say first:, the number of the column that is day 1, in the mapping's days", n)}
		}
		t.days.at[n] = i
	}
	need := 28
	if t.days.month != 0 {
		need = daysOf(t.days.month)
	}
	var missing []string
	for n := 1; n <= need; n++ {
		if t.days.at[n] < 0 {
			missing = append(missing, strconv.Itoa(n))
		}
	}
	if len(missing) > 0 {
		return &Problem{Path: t.path, Line: line, Want: fmt.Sprintf("the header has no column for day %s; expected headings 1 to %d, or first: in the mapping's days", strings.Join(missing, ", "), need)}
	}
	return nil
}

// dayColumns is how many columns a day has.
func (m *Mapping) dayColumns() int {
	if m.days == nil {
		return 1
	}
	return m.days.per
}

func daysOf(m civil.Month) int { return int(m.Last()-m.First()) + 1 }

// beginDays takes a row of clean cells. want says what is expected where the row's month cannot be read.
func (t *table) beginDays(line int64, cells [][]byte) (p *Problem) {
	month := t.days.month
	if month == 0 {
		var text []byte
		if t.days.from < len(cells) {
			text = notation.Narrow(cells[t.days.from])
		}
		at, ok := notation.Common(text, notation.Month)
		if !ok {
			want := notation.Layout{Text: "common"}
			return &Problem{Path: t.path, Line: line, Column: t.m.days.column.String(), Want: "expected " + want.Want(notation.Month)}
		}
		month = civil.DateOf(at).Month()
	}
	t.days.next, t.days.line, t.days.cells = 1, line, cells
	t.days.first, t.days.last = month.First(), daysOf(month)
	for n := 1; n <= t.days.last*t.m.days.per; n++ {
		if at := t.days.at[n]; at < 0 || at >= len(cells) {
			t.days.next = 0
			return &Problem{Path: t.path, Line: line, Want: fmt.Sprintf("the row has no column for day %d of its month", (n-1)/t.m.days.per+1)}
		}
	}
	return nil
}

// nextDay makes the record of the next day of the row that has one. ok is false at the row's end.
func (t *table) nextDay() (one Record, ok bool) {
	per := t.m.dayColumns()
	for t.days.next > 0 && t.days.next <= mostDays*per {
		at := t.days.at[t.days.next]
		n, half := (t.days.next-1)/per+1, (t.days.next-1)%per+1
		if t.days.next++; t.days.next > mostDays*per {
			t.days.next = 0
		}
		var tick []byte
		if at >= 0 && at < len(t.days.cells) {
			tick = t.days.cells[at]
		}
		name := strconv.Itoa(n)
		if t.m.days.first > 0 {
			name = fmt.Sprintf("%d, day %d", at+1, n)
		}
		if n > t.days.last {
			if len(tick) == 0 || t.m.days.first > 0 { // behind the days of a short month there may be other columns
				continue
			}
			t.counts.Read++
			return Record{Line: t.days.line, Value: bytes.TrimSpace(t.raw), Problems: []*Problem{{Path: t.path, Line: t.days.line, Column: name, Want: fmt.Sprintf("expected an empty cell, for the month has %d days", t.days.last)}}}, true
		}
		t.counts.Read++
		if len(tick) == 0 && !t.m.days0 {
			t.counts.Days++
			continue
		}
		t.convert.day, t.convert.tick, t.convert.tickName = []byte(t.days.first.AddDays(n-1).String()), tick, name
		t.convert.half = strconv.AppendInt(t.convert.half[:0], int64(half), 10)
		t.convert.marks, t.convert.tickMark = t.marks, reading.Plain
		if at < len(t.marks) {
			t.convert.tickMark = t.marks[at]
		}
		key, value, problems := t.convert.record(t.days.line, t.days.cells)
		return Record{Line: t.days.line, Key: key, Value: value, Problems: problems}, true
	}
	return Record{}, false
}
