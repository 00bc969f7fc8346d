package spreadsheet

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/codebook"
)

func opened(t *testing.T, content []byte) *excelize.File {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func typed(zh string, kind Kind) Column { return Typed(catalog.Text{ZH: zh, EN: zh + "!"}, kind) }

var made = time.Date(2026, 11, 20, 16, 30, 0, 0, time.UTC)

func TestAWorkbookHasTypedCells(t *testing.T) {
	table := NewTable("zh", typed("代码", Text), Coded(catalog.Text{ZH: "级别"}, codebook.Level), typed("数", Number), typed("元", Money),
		typed("比例", Share), typed("日", Day), typed("月", Month), typed("时", Time))
	table.Line("007", "red", "1234", "1234567.89", "0.4258", "2026-10-31", "2026-10", "2026-11-21 00:30:41")
	table.Line("=1+1", "", "41.0", "-0.05", "", "1899-01-01", "?", "")
	table.Line("long", "", "1234567890123456", "金额待核", "x", "2026-10-31; ?", "", "")
	table.Line(strings.Repeat("长", 40_000), "", "0x10", "9999999999999.99", "1", "", "", "")
	content := must[[]byte](t)(table.Workbook(About{Title: "预警", Made: made}))
	f := opened(t, content)

	type cell struct {
		raw, shown string
		number     bool
	}
	for name, want := range map[string]cell{
		"A1": {"代码", "代码", false}, "B1": {"级别代码", "级别代码", false}, "C1": {"级别", "级别", false},
		"A2": {"007", "007", false}, "B2": {"red", "red", false}, "C2": {"红", "红", false},
		"D2": {"1234", "1,234", true}, "E2": {"1234567.89", "1,234,567.89", true}, "F2": {"0.4258", "42.58%", true},
		"G2": {"46326", "2026-10-31", true}, "H2": {"46296", "2026-10", true},
		"I2": {"46347.0213078703", "2026-11-21 00:30:41", true},
		"A3": {"=1+1", "=1+1", false}, "D3": {"41", "41.0", true}, "E3": {"-0.05", "-0.05", true}, "F3": {"", "", false},
		"G3": {"1899-01-01", "1899-01-01", false}, "H3": {"?", "?", false},
		// What a spreadsheet would round stays text, and so does what is no amount.
		"D4": {"1234567890123456", "1234567890123456", false}, "E4": {"金额待核", "金额待核", false}, "G4": {"2026-10-31; ?", "2026-10-31; ?", false},
		"D5": {"0x10", "0x10", false}, "E5": {"9999999999999.99", "9,999,999,999,999.99", true}, "F5": {"1", "100.00%", true},
	} {
		raw := must[string](t)(f.GetCellValue("数据", name, excelize.Options{RawCellValue: true}))
		shown := must[string](t)(f.GetCellValue("数据", name))
		kind := must[excelize.CellType](t)(f.GetCellType("数据", name))
		formula := must[string](t)(f.GetCellFormula("数据", name))
		number := raw != "" && (kind == excelize.CellTypeUnset || kind == excelize.CellTypeNumber)
		if raw != want.raw || shown != want.shown || number != want.number || formula != "" {
			t.Errorf("%s is %q, shown as %q, number %v, formula %q; want %+v", name, raw, shown, number, formula, want)
		}
	}
	if long := must[string](t)(f.GetCellValue("数据", "A5")); len([]rune(long)) != mostRunes || !strings.HasSuffix(long, "长…") {
		t.Errorf("a text longer than a cell holds ends in %q", long[len(long)-6:])
	}
	if panes := must[excelize.Panes](t)(f.GetPanes("数据")); !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("the heading is not frozen: %+v", panes)
	}
	narrow, wide := must[float64](t)(f.GetColWidth("数据", "G")), must[float64](t)(f.GetColWidth("数据", "A"))
	if narrow < 10 || narrow > 20 || wide != widest {
		t.Errorf("columns are %v and %v wide", narrow, wide)
	}
	if !bytes.Equal(content, must[[]byte](t)(table.Workbook(About{Title: "预警", Made: made}))) {
		t.Error("the same table makes another file")
	}
}

func TestAWorkbookSaysWhatItIs(t *testing.T) {
	about := About{Title: "预警", Made: made, Facts: []Fact{{catalog.Text{ZH: "导出人", EN: "By"}, "=张三 (zhang)"}}}
	for lang, want := range map[string][][]string{
		"zh": {{"表名", "预警"}, {"导出时间", "2026-11-21 00:30:00"}, {"导出人", "=张三 (zhang)"}, {"行数", "1"}, {"单位", "金额单位为元，时间为北京时间"}},
		"en": {{"Table", "预警"}, {"Exported at", "2026-11-21 00:30:00"}, {"By", "=张三 (zhang)"}, {"Rows", "1"}, {"Units", "amounts in yuan, times in China (UTC+8)"}},
	} {
		table := NewTable(lang, typed("名称", Text))
		table.Line("甲")
		f := opened(t, must[[]byte](t)(table.Workbook(about)))
		sheets := map[string][]string{"zh": {"数据", "说明"}, "en": {"Data", "About"}}[lang]
		if got := f.GetSheetList(); !slices.Equal(got, sheets) || f.GetActiveSheetIndex() != 0 {
			t.Errorf("the sheets are %v", got)
		}
		rows := must[[][]string](t)(f.GetRows(sheets[1]))
		if fmt.Sprint(rows) != fmt.Sprint(want) {
			t.Errorf("in %s it says %v, want %v", lang, rows, want)
		}
	}
}

func TestATableLongerThanASheetGoesOnInTheNext(t *testing.T) {
	table := NewTable("en", typed("n", Number))
	for range 7 {
		table.Line("1")
	}
	content := must[[]byte](t)(table.workbook(About{Made: made}, 3))
	f := opened(t, content)
	if got := f.GetSheetList(); !slices.Equal(got, []string{"Data", "Data 2", "Data 3", "About"}) {
		t.Fatalf("the sheets are %v", got)
	}
	for sheet, rows := range map[string]int{"Data": 4, "Data 2": 4, "Data 3": 2} {
		if got := must[[][]string](t)(f.GetRows(sheet)); len(got) != rows || got[0][0] != "n!" {
			t.Errorf("%s is %v", sheet, got)
		}
	}
	if mostRows != 1<<20-1 {
		t.Errorf("a sheet takes %d rows", mostRows)
	}
}

func TestATableWithoutRowsIsAWorkbook(t *testing.T) {
	f := opened(t, must[[]byte](t)(NewTable("zh", typed("甲", Text), typed("乙", Day)).Workbook(About{Made: made})))
	if rows := must[[][]string](t)(f.GetRows("数据")); len(rows) != 1 || len(rows[0]) != 2 {
		t.Errorf("it has %v", rows)
	}
}

func BenchmarkWorkbook(b *testing.B) {
	var columns []Column
	for i := range 17 {
		columns = append(columns, typed("列", Kind(i%7)))
	}
	table := NewTable("zh", columns...)
	for range 10_000 {
		table.Line("甲", "12", "1234.56", "0.5", "2026-10-31", "2026-10", "2026-10-31 10:00:00", "乙", "12", "1234.56", "0.5", "2026-10-31", "2026-10", "2026-10-31 10:00:00", "丙", "1", "2")
	}
	for b.Loop() {
		if _, err := table.Workbook(About{Made: made}); err != nil {
			b.Fatal(err)
		}
	}
}
