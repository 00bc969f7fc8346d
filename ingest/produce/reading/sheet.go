package reading

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/anxin-project/anxin/ingest/produce/notation"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// RowSource gives the rows of what is no text: a sheet of a workbook, or objects in JSON.
type RowSource interface {
	// next returns the cells of a row, what is particular about them, and the line where it begins; io.EOF behind the last.
	Next() (cells [][]byte, marks []Mark, line int64, err error)
	// place is the number of the last row; skipTo goes on behind the row of a place.
	Place() int64
	SkipTo(place int64) error
}

// Mark says of a cell what its text does not.
type Mark uint8

const (
	Plain   Mark = iota
	Dated        // a date or time of day of a spreadsheet: it needs no format
	CutOff       // a number of more digits than a spreadsheet keeps
	faulty       // an error of a formula, or a formula that nobody computed
	nesting      // an object or array of JSON
)

// Want says what is expected where a marked cell cannot be read.
func (m Mark) Want() string {
	switch m {
	case CutOff:
		return "text: the spreadsheet took this for a number and keeps only 15 of its digits (5.22601E+17). Format the column as text and enter the numbers anew"
	case faulty:
		return "a value: the cell's formula has an error, or was never computed. Open and save the workbook in a spreadsheet"
	case nesting:
		return "one value, not an object or array: give the path to a value in it"
	}
	return ""
}

// Limits of a workbook's parts besides its sheets, which are read as a stream.
const (
	maxPart    = 64 << 20
	maxStrings = 512 << 20
	keptDigits = 1e15 // from here on a spreadsheet's number is not exact
)

// MaxCells is how many cells a row may have: what is wider is no table.
const MaxCells = 4096

// Sheet names a sheet of a workbook; nothing names the only one that holds cells.
type Sheet struct {
	Name   string
	Number int // from 1
}

func (s Sheet) String() string {
	if s.Name != "" {
		return s.Name
	}
	return strconv.Itoa(s.Number)
}

// worksheet reads a sheet of an Excel workbook (ECMA-376) cell by cell. The libraries for it give texts, without saying which were
// numbers or dates, take a damaged sheet for one that ends there, or put it unpacked on the disk.
type worksheet struct {
	path    string
	strings []string
	dates   []bool // of each cell style
	epoch   civil.Date
	Part    io.ReadCloser
	xml     *xml.Decoder
	row     int64
	cells   [][]byte
	marks   []Mark
}

// OpenSheet opens the sheet that a mapping means: by name, by number, or the only one that holds cells and is not hidden.
func OpenSheet(filePath string, from io.ReaderAt, size int64, want Sheet) (*worksheet, error) {
	fault := func(want string) error { return &Problem{Path: filePath, Want: want} }
	archive, err := zip.NewReader(from, size)
	if err != nil {
		return nil, fault("is a workbook or another zip archive, and damaged: copy it anew")
	}
	parts := map[string]*zip.File{}
	for _, f := range archive.File {
		parts[strings.TrimPrefix(f.Name, "/")] = f
	}
	read := func(name string, into any) error {
		f := parts[name]
		if f == nil {
			return io.ErrUnexpectedEOF
		}
		r, err := f.Open()
		if err != nil {
			return err
		}
		defer r.Close()
		return xml.NewDecoder(io.LimitReader(r, maxPart)).Decode(into)
	}
	type relations struct {
		All []struct {
			ID     string `xml:"Id,attr"`
			Type   string `xml:"Type,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	var root, inner relations
	book := ""
	if read("_rels/.rels", &root) == nil {
		for _, r := range root.All {
			if strings.HasSuffix(r.Type, "/officeDocument") {
				book = strings.TrimPrefix(path.Clean("/"+r.Target), "/")
			}
		}
	}
	var workbook struct {
		Properties struct {
			Date1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []struct {
			Name  string     `xml:"name,attr"`
			State string     `xml:"state,attr"`
			Attrs []xml.Attr `xml:",any,attr"`
		} `xml:"sheets>sheet"`
	}
	if book == "" || read(book, &workbook) != nil || len(workbook.Sheets) == 0 {
		return nil, fault("is a zip archive and no Excel workbook: unpack it, or save the sheet as .xlsx or CSV")
	}
	dir := path.Dir(book)
	if err := read(path.Join(dir, "_rels", path.Base(book)+".rels"), &inner); err != nil {
		return nil, fault("is a workbook whose list of sheets cannot be read: save it anew as .xlsx")
	}
	target := func(match func(id, kind string) bool) string {
		for _, r := range inner.All {
			if match(r.ID, r.Type) {
				if strings.HasPrefix(r.Target, "/") {
					return strings.TrimPrefix(path.Clean(r.Target), "/")
				}
				return path.Join(dir, r.Target)
			}
		}
		return ""
	}
	s := &worksheet{path: filePath, epoch: civil.NewDate(1899, time.December, 30)}
	if workbook.Properties.Date1904 == "1" || workbook.Properties.Date1904 == "true" {
		s.epoch = civil.NewDate(1904, time.January, 1)
	}
	chosen, filled := "", 0
	for i, one := range workbook.Sheets {
		id := ""
		for _, a := range one.Attrs {
			if a.Name.Local == "id" {
				id = a.Value
			}
		}
		name := target(func(other, _ string) bool { return other == id })
		switch {
		case parts[name] == nil || strings.Contains(name, "chartsheets/"):
		case want.Name != "":
			if strings.TrimSpace(one.Name) == want.Name {
				chosen, filled = name, 1
			}
		case want.Number > 0:
			if i+1 == want.Number {
				chosen, filled = name, 1
			}
		case one.State == "" || one.State == "visible":
			if holdsCells(parts[name]) {
				chosen = name
				filled++
			}
		}
	}
	switch {
	case want != (Sheet{}) && filled == 0:
		return nil, fault(fmt.Sprintf("has no sheet %s: want the name of one of its %d sheets, or its number from 1", want, len(workbook.Sheets)))
	case filled == 0:
		return nil, fault("is a workbook without a cell in it")
	case filled > 1:
		return nil, fault(fmt.Sprintf("is a workbook with %d sheets: say which with file: {sheet: NAME} or its number from 1 in the mapping", filled))
	}
	kind := func(ending string) *zip.File {
		return parts[target(func(_, kind string) bool { return strings.HasSuffix(kind, ending) })]
	}
	if err := s.readStyles(kind("/styles")); err != nil {
		return nil, fault("is a workbook whose formats cannot be read: save it anew as .xlsx")
	}
	if err := s.readStrings(kind("/sharedStrings")); err != nil {
		return nil, fault("is a workbook whose texts cannot be read, or are too many: save it anew as .xlsx, or as CSV")
	}
	if s.Part, err = parts[chosen].Open(); err != nil {
		return nil, fault("is a workbook, and damaged: copy it anew")
	}
	s.xml = xml.NewDecoder(s.Part)
	return s, nil
}

// holdsCells says whether a sheet holds a cell with something in it.
func holdsCells(f *zip.File) bool {
	r, err := f.Open()
	if err != nil {
		return true // which opening it tells
	}
	defer r.Close()
	d := xml.NewDecoder(r)
	for {
		token, err := d.Token()
		if err != nil {
			return err != io.EOF
		}
		if e, ok := token.(xml.StartElement); ok && (e.Name.Local == "v" || e.Name.Local == "is" || e.Name.Local == "f") {
			return true
		}
	}
}

func (s *worksheet) readStrings(f *zip.File) error {
	if f == nil {
		return nil
	}
	r, err := f.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	d := xml.NewDecoder(&io.LimitedReader{R: r, N: maxStrings})
	for {
		token, err := d.Token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "si" {
			var t richText
			if err := d.DecodeElement(&t, &e); err != nil {
				return err
			}
			s.strings = append(s.strings, t.String())
		}
	}
}

// richText is a text, maybe in pieces of different fonts. Readings above it (rPh) are no part of it.
type richText struct {
	T string `xml:"t"`
	R []struct {
		T string `xml:"t"`
	} `xml:"r"`
}

var escapes = strings.NewReplacer("_x000D_", "\r", "_x000A_", "\n", "_x0009_", "\t")

func (t *richText) String() string {
	all := t.T
	for _, r := range t.R {
		all += r.T
	}
	return escapes.Replace(all)
}

func (s *worksheet) readStyles(f *zip.File) error {
	if f == nil {
		return nil
	}
	r, err := f.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	var styles struct {
		Formats []struct {
			ID   int    `xml:"numFmtId,attr"`
			Code string `xml:"formatCode,attr"`
		} `xml:"numFmts>numFmt"`
		Cells []struct {
			Format int `xml:"numFmtId,attr"`
		} `xml:"cellXfs>xf"`
	}
	if err := xml.NewDecoder(io.LimitReader(r, maxPart)).Decode(&styles); err != nil {
		return err
	}
	codes := map[int]string{}
	for _, f := range styles.Formats {
		codes[f.ID] = f.Code
	}
	for _, c := range styles.Cells {
		n := c.Format
		code, own := codes[n]
		s.dates = append(s.dates, own && isDateFormat(code) || !own && (n >= 14 && n <= 22 || n >= 27 && n <= 36 || n >= 45 && n <= 47 || n >= 50 && n <= 58))
	}
	return nil
}

// isDateFormat says whether a number format shows a date or time: one with y, m, d, h or s outside quotes and brackets.
func isDateFormat(code string) bool {
	code, _, _ = strings.Cut(code, ";") // of positive numbers
	for i := 0; i < len(code); i++ {
		switch c := code[i] | 0x20; {
		case code[i] == '"':
			end := strings.IndexByte(code[i+1:], '"')
			if end < 0 {
				return false
			}
			i += end + 1
		case code[i] == '[':
			end := strings.IndexByte(code[i:], ']')
			if end < 0 {
				return false
			}
			if in := strings.ToLower(code[i+1 : i+end]); strings.Trim(in, "h") == "" || strings.Trim(in, "m") == "" || strings.Trim(in, "s") == "" {
				return true // [h]:mm
			}
			i += end
		case code[i] == '\\' || code[i] == '_' || code[i] == '*':
			i++
		case c == 'g' && strings.HasPrefix(strings.ToLower(code[i:]), "general"):
			return false
		case c == 'y' || c == 'm' || c == 'd' || c == 'h' || c == 's':
			return true
		}
	}
	return false
}

func (s *worksheet) Place() int64 { return s.row }

func (s *worksheet) SkipTo(place int64) error {
	for s.row < place {
		if _, _, _, err := s.Next(); err != nil {
			return err
		}
	}
	return nil
}

func (s *worksheet) damaged() error {
	return &Problem{Path: s.path, Line: s.row, Want: "the workbook is damaged behind this row: copy it anew, or save it anew as .xlsx"}
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

func (s *worksheet) Next() (cells [][]byte, marks []Mark, line int64, err error) {
	for {
		token, err := s.xml.Token()
		if err != nil { // also at the end of the file, which is behind the end of the rows
			return nil, nil, 0, s.damaged()
		}
		switch e := token.(type) {
		case xml.StartElement:
			if e.Name.Local != "row" {
				continue
			}
			s.row++
			if n, err := strconv.ParseInt(attribute(e, "r"), 10, 32); err == nil && n >= s.row {
				s.row = n
			}
			if err := s.readRow(); err != nil {
				return nil, nil, 0, err
			}
			return s.cells, s.marks, s.row, nil
		case xml.EndElement:
			if e.Name.Local == "worksheet" {
				if _, err := io.Copy(io.Discard, s.Part); err != nil { // the check sum is behind the end
					return nil, nil, 0, s.damaged()
				}
				return nil, nil, 0, io.EOF
			}
		}
	}
}

func (s *worksheet) readRow() error {
	s.cells, s.marks = s.cells[:0], s.marks[:0]
	for {
		token, err := s.xml.Token()
		if err != nil {
			return s.damaged()
		}
		switch e := token.(type) {
		case xml.EndElement:
			if e.Name.Local == "row" {
				return nil
			}
		case xml.StartElement:
			if e.Name.Local != "c" {
				continue
			}
			at := len(s.cells)
			if n := columnOf(attribute(e, "r")); n >= at {
				at = n
			}
			if at >= MaxCells {
				return &Problem{Path: s.path, Line: s.row, Want: fmt.Sprintf("the row has more than %d columns", MaxCells)}
			}
			var c struct {
				V  *string   `xml:"v"`
				F  *struct{} `xml:"f"`
				Is *richText `xml:"is"`
			}
			if err := s.xml.DecodeElement(&c, &e); err != nil {
				return s.damaged()
			}
			for len(s.cells) <= at {
				s.cells, s.marks = append(s.cells, nil), append(s.marks, Plain)
			}
			switch kind := attribute(e, "t"); {
			case c.Is != nil:
				s.cells[at] = []byte(c.Is.String())
			case c.V == nil && c.F != nil:
				s.cells[at], s.marks[at] = []byte("?"), faulty
			case c.V == nil:
			case kind == "s":
				n, err := strconv.Atoi(strings.TrimSpace(*c.V))
				if err != nil || n < 0 || n >= len(s.strings) {
					return s.damaged()
				}
				s.cells[at] = []byte(s.strings[n])
			case kind == "str" || kind == "inlineStr":
				s.cells[at] = []byte(escapes.Replace(*c.V))
			case kind == "b":
				s.cells[at] = []byte(map[bool]string{true: "TRUE", false: "FALSE"}[*c.V == "1" || *c.V == "true"])
			case kind == "e":
				s.cells[at], s.marks[at] = []byte("?"), faulty
			case kind == "d":
				s.cells[at], s.marks[at] = []byte(*c.V), Dated
			default:
				style, _ := strconv.Atoi(attribute(e, "s"))
				if s.cells[at], s.marks[at], err = s.number(*c.V, style); err != nil {
					return s.damaged()
				}
			}
		}
	}
}

// columnOf reads the column of a name such as AB12, from 0; -1 if there is none.
func columnOf(name string) int {
	n := 0
	for i := 0; i < len(name) && name[i] >= 'A' && name[i] <= 'Z' && n <= MaxCells; i++ {
		n = n*26 + int(name[i]-'A') + 1
	}
	return n - 1
}

// number writes a number as what it shows: a date, a time of day, or decimal digits, never an exponent.
func (s *worksheet) number(text string, style int) ([]byte, Mark, error) {
	v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || math.IsInf(v, 0) || math.IsNaN(v) {
		return nil, Plain, errors.New("no number")
	}
	if style >= 0 && style < len(s.dates) && s.dates[style] && v >= 0 && v < 2_958_466 { // the year 9999
		day, part := math.Modf(v)
		t := s.epoch.AddDays(int(day)).Start().Add(time.Duration(math.Round(part*86_400_000)) * time.Millisecond)
		clock := "15:04:05.999"
		switch {
		case day == 0 && v > 0:
			return t.AppendFormat(nil, clock), Dated, nil
		case t.Equal(civil.DateOf(t).Start()):
			return t.AppendFormat(nil, time.DateOnly), Dated, nil
		}
		return t.AppendFormat(nil, time.DateOnly+" "+clock), Dated, nil
	}
	b := strconv.AppendFloat(nil, v, 'f', -1, 64)
	if math.Abs(v) >= keptDigits {
		return b, CutOff, nil
	}
	return b, Plain, nil
}

// Scientific finds what a spreadsheet leaves of a long number in a CSV: 5.22601E+17.
func Scientific(b []byte) bool {
	digits, exponent, found := bytes.Cut(bytes.ToUpper(b), []byte("E"))
	whole, fraction, _ := bytes.Cut(digits, []byte("."))
	exponent = bytes.TrimPrefix(exponent, []byte("+"))
	return found && len(whole) == 1 && notation.AllDigits(whole) && (len(fraction) == 0 || notation.AllDigits(fraction)) && len(exponent) == 2 && notation.AllDigits(exponent)
}
