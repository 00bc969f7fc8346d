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

	"go.yaml.in/yaml/v3"

	"github.com/anxin-project/anxin/ingest/produce/notation"
	"github.com/anxin-project/anxin/ingest/produce/reading"
	"github.com/anxin-project/anxin/ingest/record"
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
	json      string        // the way to a list of objects that are rows; empty: a table
	sheet     reading.Sheet // of a workbook
	days      *days         // nil: a row is one record
	days0     bool          // an empty cell of a day is a record too
	keys      []ref         // a row in which all of them are empty is no record
	fill      []ref         // cells that are merged downwards
	fixed     fixed         // cells by their places in a line, instead of a delimiter
	steps     []step        // in the order in which they can be taken
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
	cell = notation.Solid(cell)
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
				if s := string(notation.Solid([]byte(w))); s != "" {
					i.words[s] = true
				}
			case strings.ContainsRune(b, '*'):
				fail(0, "file.ignore: %q: want a cell, or its beginning and one * behind it", w)
			default:
				i.begin = append(i.begin, string(notation.Solid([]byte(b))))
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
			m.sheet.Number = n
		case s.Kind == yaml.ScalarNode && s.Tag == "!!str" && strings.TrimSpace(s.Value) != "":
			m.sheet.Name = strings.TrimSpace(s.Value)
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
		if strings.ContainsFunc(found, func(r rune) bool { return r > '~' }) || notation.DigitRun([]byte(found)) >= notation.PersonalDigits {
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
	if err != nil || n < 1 || n > reading.MaxCells {
		return ref{}, fmt.Errorf("column %q: the file has no header, want a column number from 1", text)
	}
	return ref{number: n}, nil
}

func validID(b []byte) bool {
	for _, c := range b {
		if !(c-'0' <= 9 || c|0x20 >= 'a' && c|0x20 <= 'z' || c == '.' || c == '_' || c == ':' || c == '-') {
			return false
		}
	}
	return len(b) > 0 && len(b) <= 64
}
