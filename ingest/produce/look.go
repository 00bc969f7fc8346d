package produce

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/anxin-project/anxin/ingest/produce/notation"
	"github.com/anxin-project/anxin/ingest/produce/reading"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Look is what can be said of a file without a mapping: its form, and its first rows. It holds cells of people, which are to be
// looked at and never shown.
type Look struct {
	Encoding  string // of text: utf-8 or gb18030
	Delimiter string // of text: empty where no delimiter makes cells of it
	Quotes    bool   // of text: whether cells are quoted
	Sheet     int    // of a workbook, from 1; 0: this is none
	List      string // of JSON: the way to the list; empty: this is none
	Rows      []LookRow
}

// LookRow is a row, and the line where it begins. Of JSON the first row holds the ways to the values of the others.
type LookRow struct {
	Line  int64
	Cells []LookCell
}

// LookCell is a cell in its clean form.
type LookCell struct {
	Text  string
	Dated bool // a date of a spreadsheet, which needs no format
}

// Of a file so much is looked at.
const mostLooked = 4 << 20

// Delimiters that are looked for, those first that others are part of.
var delimiters = []string{"|@|", "|+|", "|!|", "|#|", "|$|", "|^|", "@|@", "^|^", "#|#", "||", "@@", "##", "~~", "^^", "\t", ",", ";", "|", "^", "~"}

// LookAt reads the first rows of a file, or of each sheet of a workbook. What no mapping could read either is a *Problem.
func LookAt(path string, most int) ([]*Look, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &Problem{Path: path, Want: "is not a file"}
	}
	var magic [4]byte
	if n, _ := file.ReadAt(magic[:], 0); string(magic[:n]) == "PK\x03\x04" {
		return lookAtSheets(path, file, info.Size(), most)
	}
	unpacked, _, err := reading.Unpacked(path, file, file)
	if err != nil {
		return nil, err
	}
	defer unpacked.Close()
	text, err := io.ReadAll(io.LimitReader(unpacked, mostLooked))
	if err != nil {
		return nil, &Problem{Path: path, Want: "cannot be read: is it cut off or damaged?"}
	}
	if len(text) == mostLooked { // up to the end of a line
		text = text[:max(bytes.LastIndexByte(text, '\n'), bytes.LastIndexByte(text, '\r'))+1]
	}
	encoding, err := encodingOf(path, text)
	if err != nil {
		return nil, err
	}
	source := Source{Path: path, Mapping: &Mapping{encoding: encoding}}
	marks, err := source.marks(text)
	if err != nil {
		return nil, err
	}
	text = text[marks:]
	if isJSON(text) {
		look, err := lookAtJSON(path, text, most)
		return []*Look{look}, err
	}
	return []*Look{lookAtText(path, text, encoding, most)}, nil
}

func encodingOf(path string, text []byte) (string, error) {
	if bytes.HasPrefix(text, []byte("\xFF\xFE")) || bytes.HasPrefix(text, []byte("\xFE\xFF")) || utf8.Valid(text) {
		return encodingUTF8, nil
	}
	decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(text)
	if err != nil || bytes.Count(decoded, []byte("\uFFFD"))*100 > len(decoded) { // a few signs of users are no other encoding
		return "", &Problem{Path: path, Want: "is text neither in UTF-8 nor in GB18030: save it as CSV in UTF-8"}
	}
	return encodingGB18030, nil
}

// lookAtText tries the delimiters and takes the one that makes most cells of rows that are equally wide.
func lookAtText(path string, text []byte, encoding string, most int) *Look {
	var best *Look
	cells := 1
	for _, d := range delimiters {
		for _, quotes := range []bool{true, false} {
			rows, whole := textRows(path, text, &Mapping{encoding: encoding, quotes: quotes}, d, most)
			if !whole && quotes {
				continue // a quote that is not closed, or is followed by something
			}
			width, filled := usualWidth(rows)
			if width > 1 && filled > cells && !(best != nil && strings.Contains(best.Delimiter, d)) {
				best, cells = &Look{Encoding: encoding, Delimiter: d, Quotes: quotes, Rows: rows}, filled
			}
			break
		}
	}
	if best == nil {
		rows, _ := textRows(path, text, &Mapping{encoding: encoding}, "\x00", most)
		best = &Look{Encoding: encoding, Rows: rows}
	}
	return best
}

func textRows(path string, text []byte, m *Mapping, delimiter string, most int) (rows []LookRow, whole bool) {
	t := &table{lines: &reading.Lines{From: bufio.NewReaderSize(bytes.NewReader(text), readBuffer)}, path: path, m: m, delimiter: []byte(delimiter)}
	if m.encoding == encodingGB18030 {
		t.decode = simplifiedchinese.GB18030.NewDecoder()
	}
	whole = true
	for len(rows) < most {
		cells, line, state, err := t.row()
		if err != nil {
			return rows, whole && err == io.EOF
		}
		if state != rowWhole {
			whole = false
			continue
		}
		rows = append(rows, lookRow(line, cells, nil))
	}
	return rows, whole
}

func lookRow(line int64, cells [][]byte, marks []reading.Mark) LookRow {
	row := LookRow{Line: line, Cells: make([]LookCell, len(cells))}
	for i, c := range cells {
		row.Cells[i] = LookCell{Text: string(c), Dated: i < len(marks) && marks[i] == reading.Dated}
	}
	return row
}

// usualWidth is how many cells most rows have, and how many of these are filled, where at least half of the rows that have any
// are so wide.
func usualWidth(rows []LookRow) (width, filled int) {
	widths, all, holds := map[int]int{}, 0, map[int]int{}
	for _, r := range rows {
		n := 0
		for _, c := range r.Cells {
			if c.Text != "" {
				n++
			}
		}
		if n > 0 {
			all++
			widths[len(r.Cells)]++
			holds[len(r.Cells)] = max(holds[len(r.Cells)], n)
		}
	}
	for w, n := range widths {
		if n*2 >= all && (n > widths[width] || n == widths[width] && w > width) {
			width, filled = w, holds[w]
		}
	}
	return width, filled
}

func lookAtSheets(path string, file io.ReaderAt, size int64, most int) (looks []*Look, err error) {
	const mostSheets = 50
	for n := 1; n <= mostSheets; n++ {
		s, err := reading.OpenSheet(path, file, size, reading.Sheet{Number: n})
		if err != nil {
			if n > 1 && errors.As(err, new(*Problem)) {
				break // there is no further sheet
			}
			return nil, err
		}
		look := &Look{Sheet: n}
		for len(look.Rows) < most {
			cells, marks, line, err := s.Next()
			if err != nil {
				break // what is damaged is told by who reads the sheet as a whole
			}
			for i := range cells {
				cells[i] = notation.Clean(cells[i])
			}
			if !empty(cells) {
				look.Rows = append(look.Rows, lookRow(line, cells, marks))
			}
		}
		_ = s.Part.Close() // it was only read
		if len(look.Rows) > 0 {
			looks = append(looks, look)
		}
	}
	if len(looks) == 0 {
		return nil, &Problem{Path: path, Want: "is a workbook without a cell in it"}
	}
	return looks, nil
}

// lookAtJSON finds the list with most objects.
func lookAtJSON(path string, text []byte, most int) (*Look, error) {
	var best []map[string]any
	way := ""
	found := func(at []string, rows []map[string]any) {
		if len(rows) > len(best) {
			best, way = rows, strings.Join(at, ".")
		}
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var single []map[string]any // objects one after the other
	for len(single) < most {
		var value any
		if err := d.Decode(&value); err != nil {
			if err == io.EOF || len(single) > 0 || len(best) > 0 {
				break
			}
			return nil, &Problem{Path: path, Want: fmt.Sprintf("is no JSON, or its first %d bytes hold no whole value", mostLooked)}
		}
		if object, ok := value.(map[string]any); ok {
			single = append(single, object)
		}
		findLists(value, nil, most, found)
	}
	if len(single) > len(best) {
		best, way = single, ""
	}
	if len(best) == 0 {
		return nil, &Problem{Path: path, Want: "is JSON without a list of objects in it"}
	}
	if way == "" {
		way = "."
	}
	look := &Look{List: way}
	index := map[string]int{}
	header := LookRow{Line: 1}
	texts := make([]map[string]string, len(best))
	for i, object := range best {
		texts[i] = map[string]string{}
		flatten(object, "", texts[i])
		for _, name := range sortedNames(texts[i]) {
			if _, known := index[name]; !known {
				index[name] = len(header.Cells)
				header.Cells = append(header.Cells, LookCell{Text: name})
			}
		}
	}
	look.Rows = append(look.Rows, header)
	for i, one := range texts {
		row := LookRow{Line: int64(i + 2), Cells: make([]LookCell, len(header.Cells))}
		for name, text := range one {
			row.Cells[index[name]].Text = string(notation.Clean([]byte(text)))
		}
		look.Rows = append(look.Rows, row)
	}
	return look, nil
}

func findLists(value any, at []string, most int, found func([]string, []map[string]any)) {
	switch v := value.(type) {
	case []any:
		var rows []map[string]any
		for _, one := range v {
			if object, ok := one.(map[string]any); ok && len(rows) < most {
				rows = append(rows, object)
			}
		}
		found(at, rows)
	case map[string]any:
		for name, inner := range v {
			if !strings.Contains(name, ".") && name != "" {
				findLists(inner, append(slices.Clone(at), name), most, found)
			}
		}
	}
}

// flatten writes the values of an object by the ways to them. Lists are no value.
func flatten(object map[string]any, before string, into map[string]string) {
	for name, value := range object {
		if strings.Contains(name, ".") || name == "" {
			continue // no way leads there
		}
		switch v := value.(type) {
		case map[string]any:
			flatten(v, before+name+".", into)
		case []any:
		case nil:
			into[before+name] = ""
		default:
			into[before+name] = fmt.Sprint(v)
		}
	}
}

func sortedNames(of map[string]string) []string {
	var names []string
	for name := range of {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// FieldInfo is a field of the contract, for who writes mappings.
type FieldInfo struct {
	Name               string // nested ones as account.opened_on
	Kind               string
	Optional, Personal bool
	Words              []string // that a word may be
}

var kindNames = map[notation.Kind]string{
	notation.Identifier: "id", notation.Identifiers: "ids", notation.Line: "text", notation.Number: "number", notation.WorkerKey: "key", notation.CreditCode: "uscc", notation.Division: "division", notation.Word: "word", notation.YesNo: "yes_no",
	notation.Yuan: "yuan", notation.Integer: "integer", notation.Decimal: "decimal", notation.Hours: "hours", notation.Date: "date", notation.Month: "month", notation.Instant: "instant",
}

// Fields are those of a topic, in the contract's order.
func Fields(t record.Topic) (all []FieldInfo) {
	for _, f := range contract[t] {
		all = append(all, FieldInfo{Name: f.name, Kind: kindNames[f.kind], Optional: f.optional, Personal: f.personal(), Words: f.words})
	}
	return all
}

// ReadsDate says whether a cell is a date, month or instant by a format; an empty one stands for the contract's own.
func ReadsDate(kindName, format, cell string) bool {
	k := notation.Date
	switch kindName {
	case "month":
		k = notation.Month
	case "instant":
		k = notation.Instant
	}
	layouts := contractLayouts[k]
	if format != "" {
		l, err := notation.ParseLayout(format)
		if err != nil || !l.Fits(k) {
			return false
		}
		layouts = []notation.Layout{l}
	}
	for i := range layouts {
		if _, ok := layouts[i].Parse(notation.Narrow([]byte(cell)), k); ok {
			return true
		}
	}
	return false
}

// ReadsYuan says whether a cell is an amount in yuan, exact to the fen.
func ReadsYuan(cell string) bool {
	_, ok := notation.FenOf(notation.Narrow([]byte(cell)), notation.AmountUnits["yuan"])
	return ok
}

// ExactCode is a credit code as the registry writes it.
func ExactCode(cell string) string { return string(notation.ExactCode(notation.Narrow([]byte(cell)))) }

// Solid is a text without blanks, in narrow signs.
func Solid(text string) string { return string(notation.Solid([]byte(text))) }

// DayHeading is the day of the month that a heading names, or 0. It may name the month too, which is given as YYYY-MM or is empty.
func DayHeading(text, month string) int {
	m, _ := civil.ParseMonth(month)
	return dayOf([]byte(text), m)
}

// MonthsIn are the months that a title names, as YYYY-MM.
func MonthsIn(title string) (all []string) {
	for _, m := range monthsIn([]byte(title)) {
		all = append(all, m.String())
	}
	return all
}
