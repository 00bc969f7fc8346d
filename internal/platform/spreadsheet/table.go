package spreadsheet

import (
	"strings"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/codebook"
)

// Column is one column of an export. A column of codes is two: the codes as they are stored and filtered by, and beside
// them what they stand for in the reader's language.
type Column struct {
	Heading catalog.Text
	words   func(code, lang string) string // nil: no codes
}

// Plain is a column of names, numbers or days.
func Plain(heading catalog.Text) Column { return Column{Heading: heading} }

// Coded is a column of codes of an enumeration.
func Coded(heading catalog.Text, of codebook.Name) Column {
	return Worded(heading, func(code, lang string) string { return codebook.In(of, code, lang) })
}

// Worded is a column of codes whose words are not in the codebook.
func Worded(heading catalog.Text, words func(code, lang string) string) Column {
	return Column{heading, words}
}

// Separator stands between several codes in one cell.
const Separator = "; "

// Table is a sheet in one language, "en" or else Chinese.
type Table struct {
	*Sheet
	lang    string
	columns []Column
}

// NewTable begins a table.
func NewTable(lang string, columns ...Column) *Table {
	var heading []string
	for _, c := range columns {
		text := c.Heading.In(lang)
		if c.words != nil {
			heading = append(heading, catalog.Text{ZH: text + "代码", EN: text + "_code"}.In(lang))
		}
		heading = append(heading, text)
	}
	return &Table{New(heading...), lang, columns}
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
	t.Row(row...)
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
