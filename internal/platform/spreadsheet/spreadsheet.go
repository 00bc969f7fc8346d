// Package spreadsheet writes CSV that offices open with a double click.
package spreadsheet

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
)

// Sheet is a table: with a byte order mark, so that Excel reads UTF-8, and without cells that a spreadsheet would take
// for a formula.
type Sheet struct {
	buffer bytes.Buffer
	csv    *csv.Writer
}

// New begins a table.
func New(header ...string) *Sheet {
	s := new(Sheet)
	s.buffer.WriteString("\uFEFF")
	s.csv = csv.NewWriter(&s.buffer)
	s.csv.UseCRLF = true
	s.Row(header...)
	return s
}

// Row adds a line.
func (s *Sheet) Row(cells ...string) {
	row := make([]string, len(cells))
	for i, cell := range cells {
		row[i] = harmless(cell)
	}
	_ = s.csv.Write(row) // into a buffer: cannot fail
}

// Bytes is the table so far.
func (s *Sheet) Bytes() []byte {
	s.csv.Flush()
	return s.buffer.Bytes()
}

// harmless puts an apostrophe before text that a spreadsheet would compute. Plain numbers stay numbers.
func harmless(cell string) string {
	if cell == "" || !strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return cell
	}
	if _, err := strconv.ParseFloat(cell, 64); err == nil {
		return cell
	}
	return "'" + cell
}

// Yuan writes fen as yuan with two decimals, exactly.
func Yuan(fen int64) string {
	sign, u := "", uint64(fen)
	if fen < 0 {
		sign, u = "-", -u
	}
	return fmt.Sprintf("%s%d.%02d", sign, u/100, u%100)
}
