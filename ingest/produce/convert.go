package produce

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/anxin-project/anxin/ingest/produce/notation"
	"github.com/anxin-project/anxin/ingest/produce/reading"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// converter makes records from the cells of rows, of one file. What a cell holds that cannot be read goes into the record
// as "unreadable: …", which no field takes: ingest refuses the record, and the dead letter holds what was there.
type converter struct {
	m        *Mapping
	path     string
	modified time.Time
	hash     hash.Hash // keyed; nil where no id needs it
	columns  []string  // of each step, for messages
	ignore   []int     // column of each Mapping.ignore
	keys     []int     // of Mapping.keys
	fill     []int     // of Mapping.fill
	above    [][]byte  // what their cells were last

	// Where columns are days: the day, what stands there, and how its column is called.
	day, tick []byte
	half      []byte // 1 or 2, where a day has two columns
	tickName  string
	tickMark  reading.Mark
	marks     []reading.Mark // of a row's cells, where it is no text

	steps    []step // with columns bound to this file
	keyField [2]int // the fields of the message key: the first that is there counts

	out      []byte // JSON of the fields made so far
	at       []span // of each field in out
	times    []time.Time
	scratch  []byte
	problems []*Problem
}

type span struct{ from, to int }

// tickMark stands in columns for the column of the day that a record is of.
const tickMark = "\x00"

// newConverter resolves columns. index finds a column of the file or returns -1.
func newConverter(m *Mapping, path string, modified time.Time, idKey []byte, index func(ref) int) (*converter, []string) {
	c := &converter{m: m, path: path, modified: modified, steps: make([]step, len(m.steps)), columns: make([]string, len(m.steps))}
	var missing []string
	find := func(r ref) int {
		switch {
		case r.virtual && r.name == dayColumn:
			return dayIndex
		case r.virtual && r.name == halfColumn:
			return halfIndex
		case r.virtual:
			return tickIndex
		}
		i := index(r)
		if i < 0 {
			missing = append(missing, r.String())
		}
		return i
	}
	copy(c.steps, m.steps)
	for i := range c.steps {
		s := &c.steps[i]
		s.text = append([]textPart(nil), s.text...)
		var columns []string
		for j := range s.text {
			if p := &s.text[j]; p.literal == "" {
				p.index = find(p.column)
				if p.index == tickIndex {
					columns = append(columns, tickMark)
				} else {
					columns = append(columns, p.column.String())
				}
			}
		}
		s.filled = slices.Clone(s.filled)
		for j := range s.filled {
			s.filled[j].index = find(s.filled[j].column)
			columns = append(columns, s.filled[j].column.String())
		}
		c.columns[i] = strings.Join(columns, " + ")
	}
	for _, i := range m.ignore {
		c.ignore = append(c.ignore, find(i.column))
	}
	for _, k := range m.keys {
		c.keys = append(c.keys, find(k))
	}
	for _, k := range m.fill {
		c.fill = append(c.fill, find(k))
	}
	if m.Hashed {
		c.hash = hmac.New(sha256.New, idKey)
	}
	n := len(m.fields())
	c.at, c.times = make([]span, n), make([]time.Time, n)
	c.keyField = [2]int{fieldOf(m.Topic, "project_id"), fieldOf(m.Topic, "employer_uscc")}
	if keyedByID(m.Topic) {
		c.keyField = [2]int{fieldOf(m.Topic, "id"), -1}
	}
	return c, missing
}

// passOver says whether the mapping knows a row for one that is no record, of totals and the like.
func (c *converter) passOver(cells [][]byte) bool {
	for i, column := range c.ignore {
		if column < len(cells) && c.m.ignore[i].tells(cells[column]) {
			c.above = nil // no cell is merged across it
			return true
		}
	}
	for _, column := range c.keys {
		if column < len(cells) && len(cells[column]) > 0 {
			return false
		}
	}
	return len(c.keys) > 0
}

// record makes the record of a row of clean cells. The result is valid until the next call.
func (c *converter) record(row int64, cells [][]byte) (key, value []byte, problems []*Problem) {
	c.out, c.problems = c.out[:0], c.problems[:0]
	clear(c.at)
	clear(c.times)
	for i := range c.steps {
		s := &c.steps[i]
		from := len(c.out)
		if want := c.take(s, cells); want != "" {
			c.problems = append(c.problems, &Problem{Path: c.path, Line: row, Column: strings.ReplaceAll(c.columns[i], tickMark, c.tickName), Field: c.m.fields()[s.field].name, Want: "expected " + want})
			c.times[s.field] = time.Time{}
		}
		c.at[s.field] = span{from, len(c.out)}
	}
	for _, f := range c.keyField {
		if f >= 0 && len(key) == 0 {
			if at := c.at[f]; at.to > at.from+2 && validID(c.out[at.from+1:at.to-1]) {
				key = c.out[at.from+1 : at.to-1]
			}
		}
	}
	return key, c.assemble(), c.problems
}

// assemble writes the fields in the contract's order.
func (c *converter) assemble() []byte {
	b := append(c.scratch[:0], '{')
	nested := ""
	fields := c.m.fields()
	for i := range fields {
		name, at := fields[i].name, c.at[i]
		var value []byte
		if value = c.out[at.from:at.to]; name == "source" {
			value = notation.AppendString(nil, []byte(c.m.source))
		}
		if len(value) == 0 || string(value) == "null" {
			continue
		}
		outer, inner, isNested := strings.Cut(name, ".")
		if nested != "" && (!isNested || outer != nested) {
			b = append(b, '}')
			nested = ""
		}
		if b[len(b)-1] != '{' {
			b = append(b, ',')
		}
		if isNested {
			if nested == "" {
				b = append(append(append(b, '"'), outer...), `":{`...)
				nested = outer
			}
			name = inner
		}
		b = append(append(append(b, '"'), name...), `":`...)
		b = append(b, value...)
	}
	if nested != "" {
		b = append(b, '}')
	}
	c.scratch = append(b, '}')
	return c.scratch
}

const unreadable = "unreadable: "

// take appends the JSON of one field to out, or nothing when it is empty. It returns what was expected when the cell
// cannot be read.
func (c *converter) take(s *step, cells [][]byte) (want string) {
	f := &c.m.fields()[s.field]
	switch {
	case s.value != nil:
		if c.out = append(c.out, s.value...); f.kind == notation.Instant {
			c.times[s.field], _ = time.Parse(time.RFC3339, strings.Trim(string(s.value), `"`))
		}
		return ""
	case s.fileTime:
		c.instant(s, c.modified)
		return ""
	case s.timeOf >= 0:
		t := c.times[s.timeOf]
		if t.IsZero() {
			return c.nothing(s)
		}
		c.out = strconv.AppendInt(c.out, t.UnixMilli(), 10)
		return ""
	case s.between[0] >= 0:
		in, out := c.times[s.between[0]], c.times[s.between[1]]
		if in.IsZero() || out.IsZero() {
			return c.nothing(s)
		}
		if out.Before(in) {
			return c.refuse(f, nil, "an end that is not before the beginning")
		}
		c.hundredths(int64((out.Sub(in) + 18*time.Second) / (36 * time.Second)))
		return ""
	}
	if s.text == nil {
		return c.byFilled(s, f, nil, cells)
	}
	text := c.text(s, cells)
	typed := false
	if s.either {
		var chosen *textPart
		for i := range s.text {
			if !holdsSomething(c.cell(cells, s.text[i].index)) {
				continue
			}
			if chosen != nil {
				return c.refuse(f, nil, "one of these columns to hold something, not several")
			}
			chosen = &s.text[i]
		}
		if text = nil; chosen != nil {
			text = c.cell(cells, chosen.index)
		}
	}
	for i := range s.text {
		m := c.markOf(&s.text[i])
		if want := m.Want(); want != "" {
			return c.refuse(f, text, want)
		}
		typed = typed || m == reading.Dated
	}
	if s.sum {
		return c.sum(s, f, cells)
	}
	if text == nil {
		if s.filled != nil {
			return c.byFilled(s, f, nil, cells)
		}
		return c.nothing(s)
	}
	if s.words != nil {
		if value, ok := s.words[string(text)]; ok {
			c.out = append(c.out, value...)
			if f.kind == notation.Instant {
				c.times[s.field], _ = time.Parse(time.RFC3339, strings.Trim(string(value), `"`))
			}
			return ""
		}
		if s.filled != nil {
			return c.byFilled(s, f, text, cells)
		}
		if !s.unit {
			return c.refuse(f, text, "a cell that stands in the mapping's map")
		}
	}
	if f.kind == notation.Line {
		c.out = notation.AppendString(c.out, notation.OneLine(text))
		return ""
	}
	text = notation.Narrow(text)
	switch f.kind {
	case notation.Yuan:
		fen, ok := notation.FenOf(text, s.places)
		if !ok {
			return c.refuse(f, text, "an amount in "+unitName(s.places)+", exact to the fen, such as 5300.00 or 5,300.00")
		}
		c.out = notation.AppendYuan(c.out, fen)
	case notation.Hours:
		if s.minutes {
			n, ok := notation.FenOf(text, 0)
			if !ok || n < 0 || n > 24*60 {
				return c.refuse(f, text, "whole minutes, 0 to 1440")
			}
			c.hundredths((n*100 + 30) / 60)
			return ""
		}
		if v, err := strconv.ParseFloat(string(text), 64); err == nil && (v < 0 || v > 24) {
			return c.refuse(f, text, "a number of hours, 0 to 24")
		}
		return c.number(f, text, true)
	case notation.Integer:
		return c.number(f, text, false)
	case notation.Decimal:
		return c.number(f, text, true)
	case notation.Date, notation.Month, notation.Instant:
		return c.calendar(s, f, text, typed)
	case notation.CreditCode:
		c.out = notation.AppendString(c.out, notation.ExactCode(text))
	case notation.Identifier:
		return c.id(s, f, text)
	case notation.Identifiers:
		list, ok := appendIDs(c.out, text)
		if !ok {
			return c.refuse(f, text, f.kind.Want())
		}
		c.out = list
	default:
		if f.kind == notation.Number && reading.Scientific(text) {
			return c.refuse(f, text, reading.CutOff.Want())
		}
		if f.name == "investor_id" { // of a person or of a firm
			if code := notation.ExactCode(text); record.ValidUSCC(string(code)) {
				text = code
			}
		}
		c.out = notation.AppendString(c.out, text)
	}
	return ""
}

// byFilled says what a field is by which of some columns holds something.
func (c *converter) byFilled(s *step, f *field, text []byte, cells [][]byte) string {
	var chosen *filledWord
	for i := range s.filled {
		if !holdsSomething(c.cell(cells, s.filled[i].index)) {
			continue
		}
		if chosen != nil {
			return c.refuse(f, text, "one of these columns to hold something, not several")
		}
		chosen = &s.filled[i]
	}
	if chosen == nil {
		if text == nil {
			return c.nothing(s)
		}
		return c.refuse(f, text, "a cell that stands in the mapping's map, or something in one of these columns")
	}
	c.out = append(c.out, chosen.value...)
	return ""
}

// sum adds amounts. Empty cells add nothing, where not all are empty.
func (c *converter) sum(s *step, f *field, cells [][]byte) string {
	var total int64
	any := false
	for i := range s.text {
		cell := c.cell(cells, s.text[i].index)
		if cell == nil {
			continue
		}
		any = true
		fen, ok := notation.FenOf(notation.Narrow(cell), s.places)
		sum := total + fen
		if !ok || (sum > total) != (fen > 0) {
			return c.refuse(f, cell, "amounts in "+unitName(s.places)+", exact to the fen, in all of these columns")
		}
		total = sum
	}
	if !any {
		return c.nothing(s)
	}
	c.out = notation.AppendYuan(c.out, total)
	return ""
}

// holdsSomething says whether one of several columns is the one that counts: an amount of zero stands for nothing.
func holdsSomething(cell []byte) bool {
	if len(cell) == 0 {
		return false
	}
	fen, ok := notation.FenOf(notation.Narrow(cell), notation.AmountUnits["yuan"])
	return !ok || fen != 0
}

// fillDown puts into cells that are merged downwards what stands above: where a row has none of them, all are those of the last
// row that had one. A row that has some keeps its own, so that nobody gets the number of somebody else.
func (c *converter) fillDown(cells [][]byte) {
	if len(c.fill) == 0 {
		return
	}
	for _, i := range c.fill {
		if i < len(cells) && len(cells[i]) > 0 {
			c.above = c.above[:0]
			for _, j := range c.fill {
				var cell []byte
				if j < len(cells) {
					cell = bytes.Clone(cells[j])
				}
				c.above = append(c.above, cell)
			}
			return
		}
	}
	for k, i := range c.fill {
		if i < len(cells) && k < len(c.above) {
			cells[i] = c.above[k]
		}
	}
}

func unitName(places int) string {
	for name, n := range notation.AmountUnits {
		if n == places {
			return name
		}
	}
	return ""
}

// text returns the cell, or the template with its cells filled in; nil when one of them is empty.
func (c *converter) text(s *step, cells [][]byte) []byte {
	if len(s.text) == 1 {
		cell := c.cell(cells, s.text[0].index)
		if len(cell) > 0 && s.text[0].code {
			return notation.ExactCode(notation.Narrow(cell))
		}
		return cell
	}
	b := make([]byte, 0, 64)
	for _, p := range s.text {
		if p.literal != "" {
			b = append(b, p.literal...)
		} else if cell := c.cell(cells, p.index); cell != nil {
			if p.code {
				cell = notation.ExactCode(notation.Narrow(cell))
			}
			b = append(b, cell...)
		} else {
			return nil
		}
	}
	return b
}

// markOf returns what is particular about the cell of a template's part.
func (c *converter) markOf(p *textPart) reading.Mark {
	switch {
	case p.literal != "" || p.index == dayIndex || p.index == halfIndex:
		return reading.Plain
	case p.index == tickIndex:
		return c.tickMark
	case p.index < len(c.marks):
		return c.marks[p.index]
	}
	return reading.Plain
}

// cell returns what stands in a column, or nil.
func (c *converter) cell(cells [][]byte, index int) (cell []byte) {
	switch {
	case index == dayIndex:
		cell = c.day
	case index == tickIndex:
		cell = c.tick
	case index == halfIndex:
		cell = c.half
	case index < len(cells):
		cell = cells[index]
	}
	if len(cell) == 0 {
		return nil
	}
	return cell
}

// nothing stands for an empty cell: what the mapping says, or no field.
func (c *converter) nothing(s *step) string {
	if c.out = append(c.out, s.empty...); len(s.empty) > 0 && c.m.fields()[s.field].kind == notation.Instant {
		c.times[s.field], _ = time.Parse(time.RFC3339, strings.Trim(string(s.empty), `"`))
	}
	return ""
}

// refuse writes what no field of the kind takes: text that says so, and an object where any text would do.
func (c *converter) refuse(f *field, text []byte, want string) string {
	wrap := f.kind == notation.Line || f.kind == notation.Number
	if wrap {
		c.out = append(c.out, `{"unreadable":`...)
	}
	c.out = notation.AppendString(c.out, append([]byte(unreadable), text...))
	if wrap {
		c.out = append(c.out, '}')
	}
	return want
}

func (c *converter) number(f *field, text []byte, fractional bool) string {
	out, ok := notation.AppendNumber(c.out, text, fractional)
	if !ok {
		return c.refuse(f, text, f.kind.Want()+" in digits")
	}
	c.out = out
	return ""
}

// hundredths writes hours; the nearest hundredth is what the contract can hold.
func (c *converter) hundredths(n int64) {
	c.out = strconv.AppendInt(c.out, n/100, 10)
	c.out = append(c.out, '.', byte('0'+n%100/10), byte('0'+n%10))
}

func (c *converter) instant(s *step, t time.Time) {
	if s.notPast >= 0 {
		if start := c.times[s.notPast]; !start.IsZero() && t.Before(start) {
			t = t.AddDate(0, 0, 1)
		}
	}
	c.times[s.field] = t
	c.out = append(c.out, '"')
	c.out = t.In(civil.Zone).AppendFormat(c.out, "2006-01-02T15:04:05.999-07:00")
	c.out = append(c.out, '"')
}

// calendar reads a date, month or instant. What is typed is a spreadsheet's own date, whatever the formats say.
func (c *converter) calendar(s *step, f *field, text []byte, typed bool) string {
	layouts := s.layouts
	if typed {
		t, ok := notation.Common(text, f.kind)
		if !ok && f.kind == notation.Instant {
			t, ok = notation.Common(text, notation.Date) // midnight shows no time
		}
		if ok {
			c.time(s, f, t)
			return ""
		}
	}
	if layouts == nil {
		layouts = contractLayouts[f.kind]
	}
	for i := range layouts {
		t, ok := layouts[i].Parse(text, f.kind)
		if !ok || t.Year() < 1 {
			continue
		}
		c.time(s, f, t)
		return ""
	}
	wanted := make([]string, len(layouts))
	for i := range layouts {
		wanted[i] = layouts[i].Want(f.kind)
	}
	want := strings.Join(wanted, " or ") + ", a day and time that exist"
	for _, other := range []string{"common", "serial"} {
		if _, ok := notation.Readers[other](text, f.kind); ok && s.layouts == nil {
			want += "; format: " + other + " reads what stands here"
			break
		}
	}
	return c.refuse(f, text, want)
}

// time writes a date, month or instant.
func (c *converter) time(s *step, f *field, t time.Time) {
	switch f.kind {
	case notation.Instant:
		c.instant(s, t)
	case notation.Date:
		c.out = append(c.out, '"')
		c.out = append(t.AppendFormat(c.out, time.DateOnly), '"')
	case notation.Month:
		c.out = append(c.out, '"')
		c.out = append(t.AppendFormat(c.out, "2006-01"), '"')
	}
}

// contractLayouts are for cells that already stand as the contract wants them.
var contractLayouts = func() map[notation.Kind][]notation.Layout {
	all := map[notation.Kind][]notation.Layout{}
	for k, texts := range map[notation.Kind][]string{
		notation.Date: {"YYYY-MM-DD"}, notation.Month: {"YYYY-MM"}, notation.Instant: {"YYYY-MM-DDTHH:mm:ssZ", "YYYY-MM-DDTHH:mm:ss.SSSZ"},
	} {
		for _, text := range texts {
			l, err := notation.ParseLayout(text)
			if err != nil {
				panic(err)
			}
			all[k] = append(all[k], l)
		}
	}
	return all
}()

// id writes an identifier; one made from personal data as a keyed hash, the same for the same key.
func (c *converter) id(s *step, f *field, text []byte) string {
	if !s.hash {
		if notation.HoldsResident(text) {
			return c.refuse(f, nil, "an id without an identity number in it: say hash: true in the mapping")
		}
		c.out = notation.AppendString(c.out, text)
		return ""
	}
	c.hash.Reset()
	c.hash.Write([]byte(string(c.m.Topic) + "|" + c.m.source + "|" + f.name + "|"))
	c.hash.Write(bytes.ToUpper(text)) // 34…x and 34…X are one person
	var sum [sha256.Size]byte
	c.out = append(c.out, '"')
	c.out = hex.AppendEncode(c.out, c.hash.Sum(sum[:0])[:16])
	c.out = append(c.out, '"')
	return ""
}

// appendIDs writes a list of ids as people list them.
func appendIDs(b, text []byte) ([]byte, bool) {
	b = append(b, '[')
	for i, one := range bytes.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || r == '、' || notation.IsBlank(r) }) {
		if !validID(one) || notation.HoldsResident(one) {
			return b, false
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = notation.AppendString(b, one)
	}
	return append(b, ']'), true
}
