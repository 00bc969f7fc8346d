package spreadsheet

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// WorkbookType is the media type of a workbook.
const WorkbookType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// About is what the second sheet of a workbook says about it.
type About struct {
	Title string
	Made  time.Time // shown in China
	Facts []Fact    // who made it, from which run, with which filter
}

// Fact is a line of that sheet.
type Fact struct {
	Name  catalog.Text
	Value string
}

// Most rows of a sheet, below its heading; what a cell and a column's width can hold.
const (
	mostRows  = excelize.TotalRows - 1
	mostRunes = excelize.TotalCellChars
	widest    = 60
)

// Workbook is the table as an Excel workbook: typed cells below a heading that stays in sight, and a sheet that says what
// it is. The same table and facts give the same bytes, but for tables of more than a sheet's 1,048,576 rows.
func (t *Table) Workbook(about About) ([]byte, error) { return t.workbook(about, mostRows) }

func (t *Table) workbook(about About, mostRows int) (_ []byte, err error) {
	f := excelize.NewFile()
	defer func() {
		if closing := f.Close(); err == nil {
			err = closing
		}
	}()
	styles, err := newStyles(f)
	if err != nil {
		return nil, err
	}
	name := catalog.Text{ZH: "数据", EN: "Data"}.In(t.lang)
	if err := f.SetSheetName(f.GetSheetName(0), name); err != nil {
		return nil, err
	}
	for n, rest := 1, t.rows; n == 1 || len(rest) > 0; n++ {
		rows := rest[:min(len(rest), mostRows)]
		rest = rest[len(rows):]
		sheet := name
		if n > 1 {
			sheet += " " + strconv.Itoa(n)
			if _, err := f.NewSheet(sheet); err != nil {
				return nil, err
			}
		}
		if err := t.write(f, sheet, rows, styles); err != nil {
			return nil, err
		}
	}
	if err := t.explain(f, about); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// styles are the numbers under which a workbook keeps the form of cells.
type styles struct {
	heading, whole, decimal int
	kind                    map[Kind]int
}

func newStyles(f *excelize.File) (s styles, err error) {
	style := func(of excelize.Style) (n int) {
		if err == nil {
			n, err = f.NewStyle(&of)
		}
		return n
	}
	format := func(code string) int { return style(excelize.Style{CustomNumFmt: &code}) }
	s.heading = style(excelize.Style{
		Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E8EDF3"}},
		Alignment: &excelize.Alignment{Vertical: "top", WrapText: true},
	})
	s.whole, s.decimal = format("#,##0"), format("#,##0.0###")
	s.kind = map[Kind]int{
		Money: format("#,##0.00"), Share: format("0.00%"), Day: format("yyyy-mm-dd"), Month: format("yyyy-mm"), Time: format("yyyy-mm-dd hh:mm:ss"),
	}
	return s, err
}

func (t *Table) write(f *excelize.File, sheet string, rows [][]string, s styles) error {
	heading, kinds := t.heading(), t.kinds()
	last, err := excelize.CoordinatesToCellName(max(len(heading), 1), len(rows)+1)
	if err != nil {
		return err
	}
	if err := f.AutoFilter(sheet, "A1:"+last, nil); err != nil {
		return err
	}
	w, err := f.NewStreamWriter(sheet)
	if err != nil {
		return err
	}
	for i, width := range widths(heading, rows) {
		if err := w.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	if err := w.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	cells := make([]any, len(heading))
	for i, text := range heading {
		cells[i] = excelize.Cell{StyleID: s.heading, Value: text}
	}
	if err := w.SetRow("A1", cells); err != nil {
		return err
	}
	for n, row := range rows {
		for i, text := range row {
			cells[i] = s.cell(kinds[i], text)
		}
		if err := w.SetRow("A"+strconv.Itoa(n+2), cells[:len(row)]); err != nil {
			return err
		}
	}
	return w.Flush()
}

// exactDigits is how many digits of a number a spreadsheet keeps.
const exactDigits = 15

var decimalNumber = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)

// cell types a cell by its column; nil leaves it empty. A number with more digits than a spreadsheet keeps is text.
func (s styles) cell(kind Kind, text string) any {
	if text == "" {
		return nil
	}
	typed := func(style int, value float64) any { return excelize.Cell{StyleID: style, Value: value} }
	switch kind {
	case Number, Money, Share:
		if digits := strings.TrimLeft(strings.Replace(text, ".", "", 1), "-0"); decimalNumber.MatchString(text) && len(digits) <= exactDigits {
			v, _ := strconv.ParseFloat(text, 64) // decimal digits
			switch {
			case kind != Number:
				return typed(s.kind[kind], v)
			case strings.Contains(text, "."):
				return typed(s.decimal, v)
			}
			return typed(s.whole, v)
		}
	case Day, Month, Time:
		layout := map[Kind]string{Day: time.DateOnly, Month: "2006-01", Time: time.DateTime}[kind]
		if at, err := time.Parse(layout, text); err == nil && !at.Before(firstDay) {
			return typed(s.kind[kind], float64(at.Unix()-epoch.Unix())/86400)
		}
	}
	if utf8.RuneCountInString(text) > mostRunes {
		text = string([]rune(text)[:mostRunes-1]) + "…"
	}
	return text
}

// Excel counts days from epoch, but holds that 1900 had a 29 February: earlier dates are written as text.
var (
	epoch    = time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	firstDay = time.Date(1900, 3, 1, 0, 0, 0, 0, time.UTC)
)

// widths fit columns to what stands in them, a Chinese character being as wide as two digits.
func widths(heading []string, rows [][]string) []float64 {
	all := make([]float64, len(heading))
	fit := func(cells []string) {
		for i, text := range cells {
			width := 2.0
			for _, r := range text {
				if width++; r >= 0x1100 {
					width++
				}
				if width >= widest {
					break
				}
			}
			all[i] = max(all[i], min(width, widest))
		}
	}
	fit(heading)
	for _, row := range rows {
		fit(row)
	}
	return all
}

// explain adds the sheet that says what the workbook is.
func (t *Table) explain(f *excelize.File, about About) error {
	text := func(zh, en string) string { return catalog.Text{ZH: zh, EN: en}.In(t.lang) }
	sheet := text("说明", "About")
	if _, err := f.NewSheet(sheet); err != nil {
		return err
	}
	facts := []Fact{
		{catalog.Text{ZH: "表名", EN: "Table"}, about.Title},
		{catalog.Text{ZH: "导出时间", EN: "Exported at"}, about.Made.In(civil.Zone).Format(time.DateTime)},
	}
	facts = append(facts, about.Facts...)
	facts = append(facts,
		Fact{catalog.Text{ZH: "行数", EN: "Rows"}, strconv.Itoa(len(t.rows))},
		Fact{catalog.Text{ZH: "单位", EN: "Units"}, text("金额单位为元，时间为北京时间", "amounts in yuan, times in China (UTC+8)")})
	for i, fact := range facts {
		if err := f.SetSheetRow(sheet, fmt.Sprintf("A%d", i+1), &[]any{fact.Name.In(t.lang), fact.Value}); err != nil {
			return err
		}
	}
	for column, width := range map[string]float64{"A": 16, "B": widest} {
		if err := f.SetColWidth(sheet, column, column, width); err != nil {
			return err
		}
	}
	made := about.Made.UTC().Format(time.RFC3339)
	return f.SetDocProps(&excelize.DocProperties{Creator: "Anxin", LastModifiedBy: "Anxin", Title: about.Title, Created: made, Modified: made})
}
