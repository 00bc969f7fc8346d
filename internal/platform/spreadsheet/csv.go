// Package spreadsheet writes tables that offices open with a double click: as CSV, and as Excel workbooks.
package spreadsheet

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// WriteCSV writes rows as CSV for programs: in UTF-8 without a mark, lines ending in LF, and no cell that a spreadsheet
// would take for a formula. Every CSV of this program is written by this package; a test holds it to that.
func WriteCSV(w io.Writer, rows [][]string) error { return writeCSV(w, rows, false) }

func writeCSV(w io.Writer, rows [][]string, crlf bool) error {
	out := csv.NewWriter(w)
	out.UseCRLF = crlf
	var safe []string
	for _, row := range rows {
		safe = safe[:0]
		for _, cell := range row {
			safe = append(safe, harmless(cell))
		}
		if err := out.Write(safe); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// CSV is the table as CSV for people: with a byte order mark, so that Excel reads UTF-8.
func (t *Table) CSV() []byte {
	var b bytes.Buffer
	b.WriteString("\uFEFF")
	_ = writeCSV(&b, [][]string{t.heading()}, true) // into a buffer: cannot fail
	_ = writeCSV(&b, t.rows, true)
	return b.Bytes()
}

// plainNumber is what stays a number in a spreadsheet although it begins with a sign.
var plainNumber = regexp.MustCompile(`^[+-][0-9]+(\.[0-9]+)?$`)

// harmless puts an apostrophe before text that a spreadsheet would compute: what begins with = + - @ or their full-width
// forms, also behind blanks and signs that nobody sees, or with a tab or the end of a line. Plain numbers stay numbers.
func harmless(cell string) string {
	visible := strings.TrimLeftFunc(cell, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
	})
	if visible == "" || plainNumber.MatchString(cell) {
		return cell
	}
	if unseen := strings.TrimSuffix(cell, visible); strings.ContainsAny(unseen, "\t\r\n") {
		return "'" + cell
	}
	if first, _ := utf8.DecodeRuneInString(visible); strings.ContainsRune("=+-@＝＋－＠", first) {
		return "'" + cell
	}
	return cell
}

// Yuan writes fen as yuan with two decimals, exactly.
func Yuan(fen int64) string {
	sign, u := "", uint64(fen)
	if fen < 0 {
		sign, u = "-", -u
	}
	return fmt.Sprintf("%s%d.%02d", sign, u/100, u%100)
}
