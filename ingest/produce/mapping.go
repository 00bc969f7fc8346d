package produce

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"go.yaml.in/yaml/v3"

	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Mapping says how the rows of a table, of a workbook's sheet or of a list in JSON are records of a topic. The files in
// testdata are examples; anxin produce mapping --help shows everything it can say.
type Mapping struct {
	Path   string
	Topic  record.Topic
	Hashed bool // the id is made from personal data and needs an IDKey

	source    string
	encoding  string // utf-8 or gb18030
	delimiter string // empty: by the file's ending
	quotes    bool
	header    bool
	skip      int
	blank     map[string]bool
	ignore    []ignored
	json      string // the way to a list of objects that are rows; empty: a table
	sheet     ref    // of a workbook; zero: the only one
	days      *days  // nil: a row is one record
	days0     bool   // an empty cell of a day is a record too
	keys      []ref  // a row in which all of them are empty is no record
	fill      []ref  // cells that are merged downwards
	fixed     fixed  // cells by their places in a line, instead of a delimiter
	steps     []step // in the order in which they can be taken
	digest    [sha256.Size]byte
}

// ignored names the cells by which a row is known to be no record, a line of totals say.
type ignored struct {
	column ref
	words  map[string]bool
	begin  []string
}

// tells says whether a cell is one of those. Blanks within it count for nothing: 合  计 is 合计.
func (i *ignored) tells(cell []byte) bool {
	if i.words[string(cell)] {
		return true
	}
	cell = solid(cell)
	if i.words[string(cell)] {
		return true
	}
	for _, b := range i.begin {
		if strings.HasPrefix(string(cell), b) {
			return true
		}
	}
	return false
}

// solid is a text without blanks, in narrow signs.
func solid(b []byte) []byte {
	return bytes.Map(func(r rune) rune {
		if isBlank(r) || unicode.IsSpace(r) {
			return -1
		}
		return r
	}, narrow(b))
}

// ref points to a column by its name in the header or its number from 1.
type ref struct {
	name    string
	number  int
	virtual bool // of days: day, tick or half
}

func (r ref) String() string {
	if r.name != "" {
		return r.name
	}
	return strconv.Itoa(r.number)
}

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
	layouts  []layout
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

const (
	encodingUTF8    = "utf-8"
	encodingGB18030 = "gb18030"
)

// LoadMapping reads and checks a mapping file. Errors name its line, the field and what would be accepted.
func LoadMapping(path, prefix string) (*Mapping, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the mapping: %w", err)
	}
	return ParseMapping(path, prefix, b)
}

// ParseMapping is LoadMapping for a text; path stands in messages. A topic in it may have the prefix or not.
func ParseMapping(path, prefix string, text []byte) (*Mapping, error) {
	var f struct {
		Topic  string `yaml:"topic"`
		Source string `yaml:"source"`
		File   struct {
			Encoding  string              `yaml:"encoding"`
			Delimiter string              `yaml:"delimiter"`
			Quotes    *bool               `yaml:"quotes"`
			Header    *bool               `yaml:"header"`
			Skip      int                 `yaml:"skip"`
			Blank     []string            `yaml:"blank"`
			Ignore    map[string][]string `yaml:"ignore"`
			Keys      []string            `yaml:"ignore_empty"`
			Fill      []string            `yaml:"fill_down"`
			Fixed     yaml.Node           `yaml:"fixed"`
			Days      yaml.Node           `yaml:"days"`
			Sheet     yaml.Node           `yaml:"sheet"`
			JSON      string              `yaml:"json"`
		} `yaml:"file"`
		Fields yaml.Node `yaml:"fields"`
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&f); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: %s", path, yamlFault(err))
	}
	m := &Mapping{Path: path, source: f.Source, skip: f.File.Skip, blank: map[string]bool{}, digest: sha256.Sum256(text)}
	var problems []error
	fail := func(line int, format string, args ...any) {
		at := path
		if line > 0 {
			at += ", line " + strconv.Itoa(line)
		}
		problems = append(problems, fmt.Errorf("%s: %s", at, fmt.Sprintf(format, args...)))
	}
	m.Topic = record.Topic(strings.TrimPrefix(f.Topic, prefix))
	if !m.Topic.Valid() {
		fail(0, "topic %q: want one of %s", f.Topic, TopicNames(prefix))
		return nil, errors.Join(problems...)
	}
	if n := len([]rune(m.source)); n < 1 || n > 32 {
		fail(0, "source: want the name of the sending system, 1 to 32 characters, such as bank-ccb or gate-hik")
	}
	switch m.encoding = strings.ToLower(f.File.Encoding); m.encoding {
	case "", "utf8":
		m.encoding = encodingUTF8
	case "gbk", "gb2312": // GB18030 holds both
		m.encoding = encodingGB18030
	case encodingUTF8, encodingGB18030:
	default:
		fail(0, "file.encoding %q: want utf-8 or gb18030", f.File.Encoding)
	}
	switch d := f.File.Delimiter; {
	case d == "":
	case d == "tab":
		m.delimiter = "\t"
	case isDelimiter(d):
		m.delimiter = d
	default:
		fail(0, "file.delimiter %q: want one ASCII character, such as \",\" or \"|\", or tab, or up to %d signs, such as \"|@|\"", d, maxDelimiter)
	}
	m.quotes = f.File.Quotes == nil || *f.File.Quotes
	m.header = f.File.Header == nil || *f.File.Header
	if m.skip < 0 || m.skip > 1000 {
		fail(0, "file.skip %d: want the number of lines before the header or first row, 0 to 1000", m.skip)
	}
	for _, b := range f.File.Blank {
		m.blank[b] = true
	}
	for name, words := range f.File.Ignore {
		column, err := m.ref(name)
		if err != nil {
			fail(0, "file.ignore: %v", err)
		}
		i := ignored{column: column, words: map[string]bool{}}
		for _, w := range words {
			b, begins := strings.CutSuffix(w, "*")
			switch {
			case !begins || b == "":
				i.words[w] = true
				if s := string(solid([]byte(w))); s != "" {
					i.words[s] = true
				}
			case strings.ContainsRune(b, '*'):
				fail(0, "file.ignore: %q: want a cell, or its beginning and one * behind it", w)
			default:
				i.begin = append(i.begin, string(solid([]byte(b))))
			}
		}
		m.ignore = append(m.ignore, i)
	}
	for _, name := range f.File.Keys {
		column, err := m.ref(name)
		if err != nil {
			fail(0, "file.ignore_empty: %v", err)
		}
		m.keys = append(m.keys, column)
	}
	for _, name := range f.File.Fill {
		column, err := m.ref(name)
		if err != nil {
			fail(0, "file.fill_down: %v", err)
		}
		m.fill = append(m.fill, column)
	}
	slices.SortFunc(m.ignore, func(a, b ignored) int { return strings.Compare(a.column.String(), b.column.String()) })
	if m.json = f.File.JSON; m.json != "" {
		if m.json != "." && slices.Contains(strings.Split(m.json, "."), "") {
			fail(0, "file.json %q: want the names on the way to a list of objects, with points between them, such as data.rows, or \".\" where the file is that list", m.json)
		}
		if f.File.Delimiter != "" || f.File.Days.Kind != 0 || f.File.Sheet.Kind != 0 || f.File.Header != nil || f.File.Quotes != nil || m.skip > 0 || m.encoding != encodingUTF8 {
			fail(0, "file.json goes with blank, ignore, ignore_empty and fill_down only: JSON is UTF-8 and has no header")
		}
	}
	if f.File.Fixed.Kind != 0 {
		m.readFixed(&f.File.Fixed, fail)
		if f.File.Delimiter != "" || f.File.Quotes != nil || f.File.Sheet.Kind != 0 || m.json != "" {
			fail(f.File.Fixed.Line, "file.fixed goes without delimiter, quotes, sheet and json: cells are told by their places")
		}
	}
	if s := &f.File.Sheet; s.Kind != 0 {
		n, err := strconv.Atoi(s.Value)
		switch {
		case s.Kind == yaml.ScalarNode && s.Tag == "!!int" && err == nil && n > 0:
			m.sheet.number = n
		case s.Kind == yaml.ScalarNode && s.Tag == "!!str" && strings.TrimSpace(s.Value) != "":
			m.sheet.name = strings.TrimSpace(s.Value)
		default:
			fail(s.Line, "file.sheet: want the name of a workbook's sheet, or its number from 1")
		}
	}
	if f.File.Days.Kind != 0 {
		m.readDays(&f.File.Days, fail)
	}
	m.readFields(&f.Fields, fail)
	if m.days != nil {
		m.checkDays(fail)
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	return m, nil
}

const maxDelimiter = 8

// isDelimiter takes one ASCII character, or several signs: letters and digits in a longer one stand in cells as well.
func isDelimiter(d string) bool {
	for _, c := range []byte(d) {
		if c >= 0x80 || strings.ContainsRune("\"\r\n\x00", rune(c)) || len(d) > 1 && (c|0x20 >= 'a' && c|0x20 <= 'z' || c-'0' <= 9) {
			return false
		}
	}
	return len(d) >= 1 && len(d) <= maxDelimiter
}

var (
	yamlQuotes = regexp.MustCompile("`[^`]*`|\"[^\"]*\"|'[^']*'")
	yamlField  = regexp.MustCompile(`(?m)\bfield (.*) not found`)
	yamlTypes  = regexp.MustCompile(`(?s) in type struct .*?(\n|$)`)
)

// yamlFault is an error of the YAML library without what it quotes: where a table is given for the mapping by mistake, those
// are its cells.
func yamlFault(err error) string {
	text := yamlTypes.ReplaceAllString(strings.TrimPrefix(err.Error(), "yaml: "), " among the keys of a mapping (anxin produce mapping --help)$1")
	text = yamlField.ReplaceAllStringFunc(text, func(found string) string {
		if strings.ContainsFunc(found, func(r rune) bool { return r > '~' }) || digitRun([]byte(found)) >= personalDigits {
			return "field (…) not found"
		}
		return found
	})
	return yamlQuotes.ReplaceAllString(text, "(…)")
}

func (m *Mapping) fields() []field { return contract[m.Topic] }

func (m *Mapping) ref(text string) (ref, error) {
	if name := strings.TrimSpace(text); m.days != nil && (name == dayColumn || name == tickColumn || name == halfColumn && m.days.per > 1) {
		return ref{name: name, virtual: true}, nil
	}
	if m.header {
		if name := strings.TrimSpace(text); name != "" {
			return ref{name: name}, nil
		}
		return ref{}, errors.New("want the name of a column in the header")
	}
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil || n < 1 || n > maxCells {
		return ref{}, fmt.Errorf("column %q: the file has no header, want a column number from 1", text)
	}
	return ref{number: n}, nil
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
		case fields[s.field].kind != instant:
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
		if (fields[s.field].kind == creditCode || registry) && len(s.text) == 1 {
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
		if fields[s.field].kind == identifier {
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
		if fields[s.field].kind == identifier && !s.hash {
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
	s := step{field: n, line: node.Line, places: amountUnits["yuan"], between: [2]int{-1, -1}, timeOf: -1, notPast: -1}
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
		if i := fieldOf(m.Topic, v.Value); i >= 0 && m.fields()[i].kind == instant {
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
			case s.sum && f.kind != yuan:
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
			if v.Value != "modified" || f.kind != instant {
				bad(v.Line, "file: want \"modified\", the time at which the file was last changed, for an instant")
			}
			s.fileTime = true
		case "between":
			ways++
			if f.kind != hours || v.Kind != yaml.SequenceNode || len(v.Content) != 2 {
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
			if f.kind != instant {
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
			places, known := amountUnits[v.Value]
			s.unit = true
			switch {
			case f.kind == yuan && known:
				s.places = places
			case f.kind == hours && (v.Value == "hour" || v.Value == "minute"):
				s.minutes = v.Value == "minute"
			case f.kind == yuan:
				bad(v.Line, "unit %q: want yuan, fen or wan_yuan (万元)", v.Value)
			case f.kind == hours:
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
				l, err := parseLayout(one.Value)
				switch {
				case f.kind != date && f.kind != month && f.kind != instant:
					bad(one.Line, "format is for dates, months and instants")
				case err != nil:
					bad(one.Line, "%v", err)
				case !l.fits(f.kind):
					bad(one.Line, "format %q does not hold %s", one.Value, f.kind.want())
				}
				s.layouts = append(s.layouts, l)
			}
		case "empty":
			s.empty = m.constant(f, v, bad)
		case "hash":
			if f.kind != identifier || v.Value != "true" && v.Value != "false" {
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
	want := f.kind.want()
	switch f.kind {
	case word:
		if slices.Contains(f.words, v.Value) {
			return appendString(nil, text)
		}
		want = "one of " + strings.Join(f.words, ", ")
	case yesNo:
		if v.Value == "true" || v.Value == "false" {
			return text
		}
	case yuan:
		if fen, ok := fenOf(text, 2); ok && fen >= 0 {
			return appendYuan(nil, fen)
		}
		want = "an amount in yuan, not negative, with at most two decimals"
	case integer, decimal, hours:
		if b, ok := appendNumber(nil, text, f.kind != integer); ok {
			return b
		}
	case date:
		if _, err := civil.ParseDate(v.Value); err == nil {
			return appendString(nil, text)
		}
	case month:
		if _, err := civil.ParseMonth(v.Value); err == nil {
			return appendString(nil, text)
		}
	case instant:
		if _, err := time.Parse(time.RFC3339, v.Value); err == nil {
			return appendString(nil, text)
		}
	case creditCode:
		if record.ValidUSCC(v.Value) {
			return appendString(nil, text)
		}
	case division:
		if allDigits(text) && (len(text) == 9 || len(text) == 12) {
			return appendString(nil, text)
		}
	case identifier:
		if validID(text) {
			return appendString(nil, text)
		}
	case identifiers:
		if list, ok := appendIDs(nil, text); ok {
			return list
		}
	default:
		return appendString(nil, text)
	}
	bad(v.Line, "expected %s", want)
	return nil
}

func validID(b []byte) bool {
	for _, c := range b {
		if !(c-'0' <= 9 || c|0x20 >= 'a' && c|0x20 <= 'z' || c == '.' || c == '_' || c == ':' || c == '-') {
			return false
		}
	}
	return len(b) > 0 && len(b) <= 64
}
