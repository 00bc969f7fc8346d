package produce

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/ingest/record"
)

// workbook writes a workbook with sheets of rows, as Excel writes it, and returns its path. The styles are: 0 plain, 1 a date,
// 2 a date with a time, 3 a time of day, 4 an amount, 5 a month in Chinese, 6 what only looks like a date.
func workbook(t testing.TB, properties string, sheets ...string) string {
	t.Helper()
	const main = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	const relations = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`
	const kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	parts := map[string]string{
		"_rels/.rels":          relations + `<Relationship Id="rId1" Type="` + kind + `officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/sharedStrings.xml": `<sst ` + main + `><si><t>id</t></si><si><r><t>备</t></r><r><t xml:space="preserve">注</t></r><rPh sb="0" eb="1"><t>bei</t></rPh></si></sst>`,
		"xl/styles.xml": `<styleSheet ` + main + `><numFmts count="2"><numFmt numFmtId="170" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/><numFmt numFmtId="171" formatCode="[Red]0.00&quot;day&quot;"/></numFmts><cellXfs>` +
			`<xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/><xf numFmtId="21"/><xf numFmtId="4"/><xf numFmtId="170"/><xf numFmtId="171"/></cellXfs></styleSheet>`,
	}
	var list, of strings.Builder
	for i, rows := range sheets {
		state := ""
		if rows, state, _ = strings.Cut(rows, "|"); state != "" {
			state = ` state="` + state + `"`
		}
		fmt.Fprintf(&list, `<sheet name="表 %d" sheetId="%d"%s r:id="rId%d"/>`, i+1, i+1, state, i+1)
		fmt.Fprintf(&of, `<Relationship Id="rId%d" Type="%sworksheet" Target="worksheets/sheet%d.xml"/>`, i+1, kind, i+1)
		parts[fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1)] = `<worksheet ` + main + `><dimension ref="A1"/><sheetData>` + rows + `</sheetData><mergeCells><mergeCell ref="A1:C1"/></mergeCells></worksheet>`
	}
	parts["xl/workbook.xml"] = `<workbook ` + main + ` xmlns:r="` + strings.TrimSuffix(kind, "/") + `"><workbookPr ` + properties + `/><sheets>` + list.String() + `</sheets></workbook>`
	parts["xl/_rels/workbook.xml.rels"] = relations + of.String() + `<Relationship Id="rId98" Type="` + kind + `styles" Target="styles.xml"/><Relationship Id="rId99" Type="` + kind + `sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>`
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + parts[name]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return write(t, "f.xlsx", b.String())
}

// cells writes a row: texts, and raw cells such as `s="1"><v>46310</v>`.
func cells(row int, all ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<row r="%d">`, row)
	for i, c := range all {
		switch {
		case c == "":
		case strings.Contains(c, "<"):
			fmt.Fprintf(&b, `<c r="%c%d" %s</c>`, 'A'+i, row, c)
		default:
			fmt.Fprintf(&b, `<c r="%c%d" t="inlineStr"><is><t>%s</t></is></c>`, 'A'+i, row, c)
		}
	}
	return b.String() + "</row>"
}

// bookings is a mapping of account entries in a workbook.
func bookings(file string) string {
	return "topic: account_entries\nsource: bank\nfile: {" + file + `}
fields:
  id: id
  yuan: y
  booked_at: {column: 日期, format: "YYYY/M/D"}
  counterparty: 备注
  version: {value: 1}
  recorded_at: {value: 2026-10-16T18:00:00+08:00}
  project_id: {value: P-1}
  account_id: 账号
  kind: {value: wage_out}
  balance_yuan: {value: 0}
`
}

func bookingMapping(t testing.TB, file string) *Mapping {
	t.Helper()
	return mapping(t, strings.Replace(bookings(file), `format: "YYYY/M/D"`, `format: "YYYY/M/D H:mm"`, 1))
}

var bookingHeader = []string{`t="s"><v>0</v>`, "y", "日期", "账号", `t="s"><v>1</v>`}

func TestAWorkbookIsReadAsWhatItsCellsAre(t *testing.T) {
	m := bookingMapping(t, "skip: 2, ignore: {id: [合计]}")
	rows := cells(1, "2026年10月") + cells(3, bookingHeader...) +
		cells(4, `><v>1</v>`, `s="4"><v>7000.2999999999993</v>`, `s="2"><v>46310.395833333336</v>`, "6217003310000001", "a", "beside the table") +
		cells(6, "P-2", "1,000.50", `s="1"><v>46310</v>`, "6217003310000001", `s="6"><v>12.5</v>`) +
		cells(7, `><v>3</v>`, `><f>1+1</f><v>2</v>`, "2026/10/15 9:30", "6217003310000001", `t="b"><v>1</v>`) +
		cells(8, "4", `t="str"><f>"5"</f><v>5</v>`, `s="5"><v>46310.5</v>`, "6217003310000001", `s="3"><v>0.28958333333</v>`) +
		cells(9) + cells(10, "合  计", `><f>SUM(B4:B8)</f>`)
	s := Source{Path: workbook(t, "", rows), Topic: m.Topic, Mapping: m}
	got := all(t, s)
	want := []struct {
		line  int64
		parts []string
	}{
		{4, []string{`"id":"1"`, `"yuan":7000.30`, `"booked_at":"2026-10-15T09:30:00+08:00"`, `"counterparty":"a"`}},
		{6, []string{`"id":"P-2"`, `"yuan":1000.50`, `"booked_at":"2026-10-15T00:00:00+08:00"`, `"counterparty":"12.5"`}},
		{7, []string{`"id":"3"`, `"yuan":2.00`, `"booked_at":"2026-10-15T09:30:00+08:00"`, `"counterparty":"TRUE"`}},
		{8, []string{`"id":"4"`, `"yuan":5.00`, `"booked_at":"2026-10-15T12:00:00+08:00"`, `"counterparty":"06:57:00"`}},
	}
	if len(got) != len(want) {
		t.Fatalf("%d records, want %d", len(got), len(want))
	}
	for i, w := range want {
		if got[i].Line != w.line || len(got[i].Problems) > 0 {
			t.Errorf("record %d is of line %d: %v", i, got[i].Line, got[i].Problems)
		}
		for _, p := range w.parts {
			if !strings.Contains(string(got[i].Value), p) {
				t.Errorf("record %d is %s, want %s", i, got[i].Value, p)
			}
		}
	}
	report, err := s.Check(t.Context(), record.Rules{}, testNow, nil)
	if err != nil || report.Rejected > 0 || report.Counts.String() != "6 read, 2 left out (1 by the mapping, line 10; 1 empty)" {
		t.Errorf("the dry run says %+v, %q (%v)", report, report.Counts, err)
	}
	m = bookingMapping(t, "skip: 2")
	old := all(t, Source{Path: workbook(t, `date1904="1"`, cells(3, bookingHeader...)+cells(4, "1", "2", `s="1"><v>44848</v>`, "6217003310000001", "a")), Topic: m.Topic, Mapping: m})
	if len(old) != 1 || !strings.Contains(string(old[0].Value), `"booked_at":"2026-10-15T00:00:00+08:00"`) {
		t.Errorf("a date of an old Mac is read as %s", old[0].Value)
	}
}

func TestWhatASpreadsheetCutOffOrCouldNotComputeIsRefusedByName(t *testing.T) {
	m := bookingMapping(t, "")
	rows := cells(1, bookingHeader...)
	for i, c := range [][2]string{
		{`><v>6.21700331E+17</v>`, "column 账号 (account_id): expected text: the spreadsheet took this for a number"},
		{`><v>621700331000000000</v>`, "column 账号 (account_id): expected text: the spreadsheet took this for a number"},
		{"6.217E+17", "column 账号 (account_id): expected text: the spreadsheet took this for a number"},
		{`t="e"><v>#N/A</v>`, "column 账号 (account_id): expected a value: the cell's formula has an error"},
		{`><f>A1</f>`, "column 账号 (account_id): expected a value: the cell's formula has an error"},
		{`><v>138001380001234</v>`, ""},
		{"621700331000000000", ""},
	} {
		got := all(t, Source{Path: workbook(t, "", rows+cells(2, fmt.Sprint(i), "2", `s="1"><v>46310</v>`, c[0], "a")), Topic: m.Topic, Mapping: m})
		switch {
		case len(got) != 1:
			t.Errorf("%s: %d records", c[0], len(got))
		case c[1] == "" && len(got[0].Problems) > 0:
			t.Errorf("%s: %v", c[0], got[0].Problems[0])
		case c[1] != "" && (len(got[0].Problems) != 1 || !strings.Contains(got[0].Problems[0].Error(), "line 2, "+c[1])):
			t.Errorf("%s: %v, want %s", c[0], got[0].Problems, c[1])
		}
	}
}

func TestTheSheetIsTheOneThatIsMeant(t *testing.T) {
	rows := func(id string) string {
		return cells(1, bookingHeader...) + cells(2, id, "2", `s="1"><v>46310</v>`, "6217003310000001", "a")
	}
	for _, c := range []struct {
		name, file, want string
		sheets           []string
	}{
		{"the only one", "", `"id":"a"`, []string{rows("a")}},
		{"the only one that holds something and is seen", "", `"id":"b"`, []string{"", rows("b"), cells(1, `s="1"></c><c r="B1" s="2">`), rows("c") + "|hidden"}},
		{"one of several", "", "is a workbook with 2 sheets: say which with file: {sheet: NAME}", []string{rows("a"), rows("b")}},
		{"by number", "sheet: 2", `"id":"b"`, []string{rows("a"), rows("b")}},
		{"by name", "sheet: 表 2", `"id":"b"`, []string{rows("a"), rows("b")}},
		{"by a number that is not there", "sheet: 3", "has no sheet 3: want the name of one of its 2 sheets", []string{rows("a"), rows("b")}},
		{"none", "", "is a workbook without a cell in it", []string{""}},
		{"a row that is cut off", "", "is damaged behind this row", []string{`<row r="1"><c r="A1"><v>1</v></row>`}},
		{"a text that is not there", "", "is damaged behind this row", []string{cells(1, `t="s"><v>99</v>`)}},
		{"fewer rows than are skipped", "skip: 9", "the sheet ends within the 9 rows that the mapping skips", []string{rows("a")}},
		{"no header", "", "the line has 2 cells and none of the mapped columns", []string{cells(1, "秘密", "331024197102275495")}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := bookingMapping(t, c.file)
			got, err := readAll(Source{Path: workbook(t, "", c.sheets...), Topic: m.Topic, Mapping: m})
			if strings.HasPrefix(c.want, `"`) {
				if err != nil || len(got) != 1 || !strings.Contains(string(got[0].Value), c.want) {
					t.Errorf("%d records (%v)", len(got), err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.want) || !errors.As(err, new(*Problem)) {
				t.Fatalf("got %v, want %q", err, c.want)
			}
			saysNothingPersonal(t, err.Error())
		})
	}
}

func TestWhatIsNoWorkbookOfTodayIsSaid(t *testing.T) {
	var other bytes.Buffer
	z := zip.NewWriter(&other)
	_, _ = z.Create("f.csv")
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	m := bookingMapping(t, "")
	for _, c := range []struct{ file, text, want string }{
		{"f.zip", other.String(), "is a zip archive and no Excel workbook"},
		{"f.xls", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "is a workbook of old Excel (.xls), or has a password"},
		{"f.xls", "\n<HTML><table>", "is a web page, as some platforms export tables"},
	} {
		if _, err := readAll(Source{Path: write(t, c.file, c.text), Topic: m.Topic, Mapping: m}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %q", err, c.want)
		}
	}
}

func TestDaysOfAWorkbookAreColumnsToo(t *testing.T) {
	m := mapping(t, sheet("skip: 1, days: {month: title}", "{column: tick, map: {√: 8}, unit: hour}", "身份证号"))
	header, row := []string{"身份证号"}, []string{numberA}
	for n := 1; n <= 24; n++ { // cells of this test are called A to Z
		header = append(header, fmt.Sprintf(`><v>%d</v>`, n))
		row = append(row, "√")
	}
	text := cells(1, "2026年2月考勤") + strings.TrimSuffix(cells(2, header...), "</row>") + `<c><v>25</v></c><c><v>26</v></c><c><v>27</v></c><c><v>28</v></c></row>` +
		strings.TrimSuffix(cells(3, row...), "</row>") + `<c><v>7.5</v></c><c t="e"><v>#REF!</v></c></row>`
	got := all(t, Source{Path: workbook(t, "", text), Topic: m.Topic, Mapping: m, IDKey: testIDKey})
	if len(got) != 26 || !strings.Contains(string(got[24].Value), `"hours":7.5`) || len(got[25].Problems) != 1 || got[25].Problems[0].Column != "26" {
		t.Errorf("%d records: %s", len(got), got[len(got)-1].Value)
	}
}

func TestDaysOfAWorkbookWithoutAHeaderMayEndInEmptyCells(t *testing.T) {
	m := mapping(t, sheet("header: false, days: {month: 2026-02, first: 2}", "{column: tick, map: {√: 8}}", "1"))
	got := all(t, Source{Path: workbook(t, "", cells(1, numberA, "√")+cells(2, numberB, "", "√")), Topic: m.Topic, Mapping: m, IDKey: testIDKey})
	if len(got) != 2 || len(got[0].Problems)+len(got[1].Problems) > 0 || !strings.Contains(string(got[1].Value), `"work_date":"2026-02-02"`) {
		t.Errorf("%d records: %v", len(got), got[0].Problems)
	}
}

func TestAWorkbookIsTakenUpBehindTheAcknowledgedRow(t *testing.T) {
	_, k := broker(t)
	m := bookingMapping(t, "skip: 1")
	const n = 25_000
	var rows strings.Builder
	rows.WriteString(cells(2, bookingHeader...))
	for i := range n {
		rows.WriteString(cells(i+3, fmt.Sprint(i), "2", `s="1"><v>46310</v>`, "6217003310000001", "a"))
	}
	s := Source{Path: workbook(t, "", rows.String()), Topic: m.Topic, Mapping: m}
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := producer(t, k).Transfer(ctx, Transfer{Source: s, Progress: func(p Progress) {
		if p.Records >= 12_000 {
			cancel()
		}
	}}); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	o, err := producer(t, k).Transfer(t.Context(), Transfer{Source: s})
	if err != nil || o.From.Records < 10_000 || o.From.Line != o.From.Records+2 || o.From.Records+o.Sent != n || o.Unreadable != 0 {
		t.Fatalf("%+v, %v", o, err)
	}
	if got := onTopic(t, k, "wage.account_entries", 1); len(got) != n {
		t.Errorf("%d different records arrived, want %d", len(got), n)
	}
}

// FuzzSheet holds that no sheet panics or is read without an end.
func FuzzSheet(f *testing.F) {
	f.Add(cells(1, bookingHeader...) + cells(2, "1", "2", `s="1"><v>46310</v>`, "6217003310000001", "a"))
	f.Add(`<row r="9"><c r="ZZZZ9"><v>1</v></c></row>`)
	f.Add(`<row><c s="-1"><v>1e308</v></c><c s="1"><v>-3</v></c></row>`)
	f.Fuzz(func(t *testing.T, rows string) {
		m := bookingMapping(t, "")
		records, _ := readAll(Source{Path: workbook(t, "", rows), Topic: m.Topic, Mapping: m})
		for _, one := range records {
			Masked(m.Topic, one.Value)
		}
	})
}
