package produce

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/anxin-project/anxin/ingest/produce/notation"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// textPart is a piece of a template: text as it stands, or a column.
type textPart struct {
	literal string
	column  ref
	code    bool // a credit code stands there, also where it is part of an id
	index   int  // of the column in this file's rows
}

// step makes one field.
type step struct {
	field    int // index into the contract's fields of the topic
	line     int // in the mapping file
	value    []byte
	text     []textPart
	words    map[string][]byte // cells to JSON; nil where cells are converted
	layouts  []notation.Layout
	places   int // of an amount: see amountUnits
	minutes  bool
	unit     bool   // was said, so that it holds for cells beside the words too
	empty    []byte // JSON for an empty cell
	hash     bool
	fileTime bool
	either   bool // text are columns of which one holds something
	sum      bool // text are columns of amounts that are added
	filled   []filledWord
	between  [2]int // fields of which the time between is taken; -1: none
	timeOf   int    // field whose instant is the version; -1: none
	notPast  int    // field before which an instant is of the next day; -1: none
}

// filledWord is what a field is where a column holds something.
type filledWord struct {
	column ref
	index  int
	value  []byte
}

// template splits "{批次号}-{序号}".
func (m *Mapping) template(text string) ([]textPart, error) {
	var parts []textPart
	columns := 0
	for rest := text; rest != ""; {
		open := strings.IndexByte(rest, '{')
		if open != 0 {
			if open < 0 {
				open = len(rest)
			}
			parts = append(parts, textPart{literal: rest[:open]})
			rest = rest[open:]
			continue
		}
		name, after, closed := strings.Cut(rest[1:], "}")
		if !closed {
			return nil, fmt.Errorf("%q: want columns in braces, such as \"{批次号}-{序号}\"", text)
		}
		column, err := m.ref(name)
		if err != nil {
			return nil, err
		}
		parts = append(parts, textPart{column: column})
		columns++
		rest = after
	}
	if columns == 0 {
		return nil, fmt.Errorf("%q names no column: want columns in braces, such as \"{批次号}-{序号}\", or value: for a constant", text)
	}
	return parts, nil
}

const stepKeys = "column, from, either, sum, filled, value, file, between, time_of, map, unit, format, empty, hash or not_before"

type failure func(line int, format string, args ...any)

func (m *Mapping) readFields(node *yaml.Node, fail failure) {
	if node.Kind != yaml.MappingNode {
		fail(node.Line, "fields: want the fields of %s, such as\n  fields:\n    id_number: 身份证号", m.Topic)
		return
	}
	fields := m.fields()
	seen := map[int]int{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		n := fieldOf(m.Topic, key.Value)
		switch {
		case n < 0:
			fail(key.Line, "%s has no field %q: want some of %s", m.Topic, key.Value, strings.Join(names(fields), ", "))
			continue
		case seen[n] > 0:
			fail(key.Line, "%s stands already in line %d", key.Value, seen[n])
			continue
		case key.Value == "source":
			fail(key.Line, "source: set it at the top of the mapping, one file has one source")
			continue
		}
		seen[n] = key.Line
		if s, ok := m.readStep(n, value, fail); ok {
			m.steps = append(m.steps, s)
		}
	}
	var missing []string
	for i := range fields {
		if f := &fields[i]; !f.optional && seen[i] == 0 && f.name != "source" {
			missing = append(missing, f.name)
		}
	}
	if len(missing) > 0 {
		fail(node.Line, "fields: %s must have %s; map a column or give a constant with {value: …}", m.Topic, strings.Join(missing, ", "))
	}
	for _, nested := range []struct{ of, needs string }{
		{"account.", "account.id"}, {"account.", "account.opened_on"}, {"account.", "account.bank"},
		{"deposit.", "deposit.form"}, {"deposit.", "deposit.yuan"}, {"deposit.", "deposit.lodged_on"},
	} {
		has := slices.ContainsFunc(m.steps, func(s step) bool { return strings.HasPrefix(fields[s.field].name, nested.of) })
		if n := fieldOf(m.Topic, nested.needs); has && n >= 0 && seen[n] == 0 {
			fail(node.Line, "fields: with other fields of %s also %s is needed", strings.TrimSuffix(nested.of, "."), nested.needs)
		}
	}
	m.checkSteps(fail)
	// What others are made from comes first: plain instants, then instants held against those, then the rest in the contract's order.
	rank := func(s *step) int {
		switch {
		case fields[s.field].kind != notation.Instant:
			return 2
		case s.notPast >= 0:
			return 1
		}
		return 0
	}
	slices.SortFunc(m.steps, func(a, b step) int {
		if c := rank(&a) - rank(&b); c != 0 {
			return c
		}
		return a.field - b.field
	})
}

func names(fields []field) []string {
	all := make([]string, len(fields))
	for i := range fields {
		all[i] = fields[i].name
	}
	return all
}

// checkSteps looks at what fields say about each other.
func (m *Mapping) checkSteps(fail failure) {
	fields := m.fields()
	of := map[int]*step{}
	codes := map[ref]bool{}
	personal := map[ref]string{}
	for i := range m.steps {
		s := &m.steps[i]
		of[s.field] = s
		registry := m.Topic == record.TopicEmployers && fields[s.field].name == "id" // the id of an employer is its code
		if (fields[s.field].kind == notation.CreditCode || registry) && len(s.text) == 1 {
			codes[s.text[0].column] = true
		}
		if f := &fields[s.field]; f.personal() {
			for _, p := range s.text {
				if p.literal == "" {
					personal[p.column] = f.name
				}
			}
		}
	}
	for i := range m.steps {
		s := &m.steps[i]
		name := fields[s.field].name
		if fields[s.field].kind == notation.Identifier {
			for j := range s.text {
				s.text[j].code = s.text[j].literal == "" && codes[s.text[j].column]
			}
		}
		for _, other := range []int{s.between[0], s.between[1], s.timeOf, s.notPast} {
			if other < 0 {
				continue
			}
			o := of[other]
			if o == nil {
				fail(s.line, "%s needs %s, which is not mapped", name, fields[other].name)
			} else if s.notPast == other && (o.notPast >= 0 || other == s.field) {
				fail(s.line, "%s: not_before wants an instant that has no not_before itself", name)
			}
		}
		if fields[s.field].kind == notation.Identifier && !s.hash {
			for _, p := range s.text {
				if what := personal[p.column]; p.literal == "" && what != "" {
					fail(s.line, "%s is made from column %s, which is %s: personal data must not stand in an id, say hash: true", name, p.column, what)
				}
			}
		}
	}
}

// readStep reads how one field is made: the name of a column, or a set of keys.
func (m *Mapping) readStep(n int, node *yaml.Node, fail failure) (step, bool) {
	f := &m.fields()[n]
	s := step{field: n, line: node.Line, places: notation.AmountUnits["yuan"], between: [2]int{-1, -1}, timeOf: -1, notPast: -1}
	good := true
	bad := func(line int, format string, args ...any) {
		fail(line, f.name+": "+format, args...)
		good = false
	}
	column := func(v *yaml.Node) {
		if v.Kind != yaml.ScalarNode {
			bad(v.Line, "want the name of a column")
			return
		}
		c, err := m.ref(v.Value)
		if err != nil {
			bad(v.Line, "%v", err)
		}
		s.text = []textPart{{column: c}}
	}
	instantField := func(v *yaml.Node) int {
		if i := fieldOf(m.Topic, v.Value); i >= 0 && m.fields()[i].kind == notation.Instant {
			return i
		}
		bad(v.Line, "want a field that holds an instant, such as recorded_at")
		return -1
	}
	if node.Kind == yaml.ScalarNode {
		column(node)
		return s, good
	}
	if node.Kind != yaml.MappingNode {
		bad(node.Line, "want the name of a column, or {%s: …}", stepKeys)
		return s, false
	}
	ways := 0
	for i := 0; i+1 < len(node.Content); i += 2 {
		k, v := node.Content[i], node.Content[i+1]
		switch k.Value {
		case "column":
			ways++
			column(v)
		case "from":
			ways++
			parts, err := m.template(v.Value)
			if err != nil {
				bad(v.Line, "from %v", err)
			}
			s.text = parts
		case "either", "sum":
			ways++
			s.either, s.sum = k.Value == "either", k.Value == "sum"
			switch {
			case v.Kind != yaml.SequenceNode || len(v.Content) < 2:
				bad(v.Line, "%s: want several columns, such as %s: [基本工资, 加班工资]", k.Value, k.Value)
				continue
			case s.sum && f.kind != notation.Yuan:
				bad(v.Line, "sum is for amounts")
			}
			for _, one := range v.Content {
				c, err := m.ref(one.Value)
				if err != nil {
					bad(one.Line, "%v", err)
				}
				s.text = append(s.text, textPart{column: c})
			}
		case "filled":
			if v.Kind != yaml.MappingNode || len(v.Content) == 0 {
				bad(v.Line, "filled: want columns and what the field is where they hold something, such as filled: {收入: labor_cost_in, 支出: wage_out}")
				continue
			}
			for j := 0; j+1 < len(v.Content); j += 2 {
				c, err := m.ref(v.Content[j].Value)
				if err != nil {
					bad(v.Content[j].Line, "%v", err)
				}
				s.filled = append(s.filled, filledWord{column: c, value: m.constant(f, v.Content[j+1], bad)})
			}
		case "value":
			ways++
			s.value = m.constant(f, v, bad)
		case "file":
			ways++
			if v.Value != "modified" || f.kind != notation.Instant {
				bad(v.Line, "file: want \"modified\", the time at which the file was last changed, for an instant")
			}
			s.fileTime = true
		case "between":
			ways++
			if f.kind != notation.Hours || v.Kind != yaml.SequenceNode || len(v.Content) != 2 {
				bad(v.Line, "between: want hours: {between: [check_in, check_out]}")
				continue
			}
			s.between = [2]int{instantField(v.Content[0]), instantField(v.Content[1])}
		case "time_of":
			ways++
			if f.name != "version" {
				bad(v.Line, "time_of makes a version from an instant: want version: {time_of: recorded_at}")
				continue
			}
			s.timeOf = instantField(v)
		case "not_before":
			if f.kind != notation.Instant {
				bad(v.Line, "not_before is for instants, such as check_out: {…, not_before: check_in}")
				continue
			}
			s.notPast = instantField(v)
		case "map":
			if v.Kind != yaml.MappingNode {
				bad(v.Line, "map: want cells and what they mean, such as map: {是: true, 否: false}")
				continue
			}
			s.words = map[string][]byte{}
			for j := 0; j+1 < len(v.Content); j += 2 {
				s.words[v.Content[j].Value] = m.constant(f, v.Content[j+1], bad)
			}
		case "unit":
			places, known := notation.AmountUnits[v.Value]
			s.unit = true
			switch {
			case f.kind == notation.Yuan && known:
				s.places = places
			case f.kind == notation.Hours && (v.Value == "hour" || v.Value == "minute"):
				s.minutes = v.Value == "minute"
			case f.kind == notation.Yuan:
				bad(v.Line, "unit %q: want yuan, fen or wan_yuan (万元)", v.Value)
			case f.kind == notation.Hours:
				bad(v.Line, "unit %q: want hour or minute", v.Value)
			default:
				bad(v.Line, "unit is for amounts and hours")
			}
		case "format":
			all := []*yaml.Node{v}
			if v.Kind == yaml.SequenceNode {
				all = v.Content
			}
			for _, one := range all {
				l, err := notation.ParseLayout(one.Value)
				switch {
				case f.kind != notation.Date && f.kind != notation.Month && f.kind != notation.Instant:
					bad(one.Line, "format is for dates, months and instants")
				case err != nil:
					bad(one.Line, "%v", err)
				case !l.Fits(f.kind):
					bad(one.Line, "format %q does not hold %s", one.Value, f.kind.Want())
				}
				s.layouts = append(s.layouts, l)
			}
		case "empty":
			s.empty = m.constant(f, v, bad)
		case "hash":
			if f.kind != notation.Identifier || v.Value != "true" && v.Value != "false" {
				bad(v.Line, "hash: want true, for an id that is made from personal data")
			}
			if s.hash = v.Value == "true"; s.hash {
				m.Hashed = true
			}
		default:
			bad(k.Line, "%q: want %s", k.Value, stepKeys)
		}
	}
	if ways != 1 && !(ways == 0 && s.filled != nil) {
		bad(node.Line, "want one of column, from, either, sum, filled, value, file, between and time_of")
	}
	if s.filled != nil && ways == 1 && s.words == nil {
		bad(node.Line, "filled stands alone, or beside column and map: then it holds for cells that the map does not know")
	}
	if s.text == nil && (s.words != nil || s.layouts != nil || s.hash) {
		bad(node.Line, "map, format and hash go with column or from")
	}
	if s.words != nil && s.layouts != nil {
		bad(node.Line, "map and format exclude each other")
	}
	return s, good
}

// constant turns a scalar of the mapping into the JSON of a field; null leaves the field out.
func (m *Mapping) constant(f *field, v *yaml.Node, bad failure) []byte {
	if v.Kind != yaml.ScalarNode {
		bad(v.Line, "want one value")
		return nil
	}
	if v.Tag == "!!null" {
		return []byte("null")
	}
	text := []byte(v.Value)
	want := f.kind.Want()
	switch f.kind {
	case notation.Word:
		if slices.Contains(f.words, v.Value) {
			return notation.AppendString(nil, text)
		}
		want = "one of " + strings.Join(f.words, ", ")
	case notation.YesNo:
		if v.Value == "true" || v.Value == "false" {
			return text
		}
	case notation.Yuan:
		if fen, ok := notation.FenOf(text, 2); ok && fen >= 0 {
			return notation.AppendYuan(nil, fen)
		}
		want = "an amount in yuan, not negative, with at most two decimals"
	case notation.Integer, notation.Decimal, notation.Hours:
		if b, ok := notation.AppendNumber(nil, text, f.kind != notation.Integer); ok {
			return b
		}
	case notation.Date:
		if _, err := civil.ParseDate(v.Value); err == nil {
			return notation.AppendString(nil, text)
		}
	case notation.Month:
		if _, err := civil.ParseMonth(v.Value); err == nil {
			return notation.AppendString(nil, text)
		}
	case notation.Instant:
		if _, err := time.Parse(time.RFC3339, v.Value); err == nil {
			return notation.AppendString(nil, text)
		}
	case notation.CreditCode:
		if record.ValidUSCC(v.Value) {
			return notation.AppendString(nil, text)
		}
	case notation.Division:
		if notation.AllDigits(text) && (len(text) == 9 || len(text) == 12) {
			return notation.AppendString(nil, text)
		}
	case notation.Identifier:
		if validID(text) {
			return notation.AppendString(nil, text)
		}
	case notation.Identifiers:
		if list, ok := appendIDs(nil, text); ok {
			return list
		}
	default:
		return notation.AppendString(nil, text)
	}
	bad(v.Line, "expected %s", want)
	return nil
}
