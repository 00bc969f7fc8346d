package spreadsheet

import (
	"strings"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/codebook"
)

// Kind is what the cells of a column are in a workbook. In CSV all of them stand as they are written. A cell that is not
// of its column's kind, a word in place of an amount, say, is text.
type Kind uint8

// The kinds of columns.
const (
	Text   Kind = iota
	Number      // decimal digits
	Money       // yuan with two decimals
	Share       // a part of 1, shown in percent
	Day         // YYYY-MM-DD
	Month       // YYYY-MM
	Time        // YYYY-MM-DD hh:mm:ss, in China
)

// Column is one column of an export. A column of codes is two: the codes as they are stored and filtered by, and beside
// them what they stand for in the reader's language.
type Column struct {
	Heading catalog.Text
	kind    Kind
	words   func(code, lang string) string // nil: no codes
}

// Plain is a column of names and other text.
func Plain(heading catalog.Text) Column { return Column{Heading: heading} }

// Typed is a column of numbers, amounts or dates.
func Typed(heading catalog.Text, kind Kind) Column { return Column{Heading: heading, kind: kind} }

// Coded is a column of codes of an enumeration.
func Coded(heading catalog.Text, of codebook.Name) Column {
	return Worded(heading, func(code, lang string) string { return codebook.In(of, code, lang) })
}

// Worded is a column of codes whose words are not in the codebook.
func Worded(heading catalog.Text, words func(code, lang string) string) Column {
	return Column{Heading: heading, words: words}
}

// Separator stands between several codes in one cell.
const Separator = "; "

// Table is a table in one language, "en" or else Chinese.
type Table struct {
	lang    string
	columns []Column
	rows    [][]string
}

// NewTable begins a table.
func NewTable(lang string, columns ...Column) *Table { return &Table{lang: lang, columns: columns} }

// heading is the first row, and kinds are what stands below it.
func (t *Table) heading() (cells []string) {
	for _, c := range t.columns {
		text := c.Heading.In(t.lang)
		if c.words != nil {
			cells = append(cells, catalog.Text{ZH: text + "代码", EN: text + "_code"}.In(t.lang))
		}
		cells = append(cells, text)
	}
	return cells
}

func (t *Table) kinds() (kinds []Kind) {
	for _, c := range t.columns {
		kinds = append(kinds, c.kind)
		if c.words != nil {
			kinds = append(kinds, Text)
		}
	}
	return kinds
}

// Line adds a line: one cell for each column; a column of codes takes the codes, several of them with the Separator between.
func (t *Table) Line(cells ...string) {
	var row []string
	for i, cell := range cells {
		row = append(row, cell)
		if words := t.columns[i].words; words != nil {
			row = append(row, t.words(cell, words))
		}
	}
	t.rows = append(t.rows, row)
}

func (t *Table) words(cell string, word func(code, lang string) string) string {
	if cell == "" {
		return ""
	}
	codes := strings.Split(cell, Separator)
	for i, code := range codes {
		codes[i] = word(code, t.lang)
	}
	return strings.Join(codes, catalog.Text{ZH: "；", EN: "; "}.In(t.lang))
}
