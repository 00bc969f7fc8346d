package suggest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/produce"
	"github.com/anxin-project/anxin/ingest/record"
)

func written(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// suggested proposes a mapping, and sends the file through it as ingest would take it.
func suggested(t *testing.T, path string, o Options) (Suggestion, produce.Report) {
	t.Helper()
	s, err := For(path, o)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Missing) > 0 {
		return s, produce.Report{}
	}
	m, err := produce.ParseMapping("suggested", "", s.Text)
	if err != nil {
		t.Fatalf("%v\n%s", err, s.Text)
	}
	now := func() time.Time { return time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC) }
	if err := os.Chtimes(path, now(), now()); err != nil {
		t.Fatal(err)
	}
	source := produce.Source{Path: path, Topic: s.Topic, Mapping: m, IDKey: make([]byte, produce.IDKeyBytes)}
	report, err := source.Check(t.Context(), ingest.DefaultConfiguration().Rules, now, nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, s.Text)
	}
	return s, report
}

var firm = map[string]string{"project_id": "PRJ-331024-9001", "employer_uscc": "91331024MA7TE5TQ0P"}

const slips = `序号,批次号,项目编码,信用代码,工资月份,应发日期,姓名,证件号码,收款账号,应发金额,代扣,实发金额,已付金额,入账日期,签字,制单时间,备注
1,DF20261015-01,PRJ-331024-9001,91331024MA7TE5TQ0P,2026-09,2026-10-15,韩志强,331024197102275495,6217003310000004471,6350.00,0,6350.00,6350.00,46310,是,2026-10-16 09:30:05,
2,DF20261015-01,PRJ-331024-9001,91331024MA7TE5TQ0P,2026-09,2026-10-15,王永福,411522197109070390,6217003310000004478,"6,350.00",,6350.00,6350.00,2026/10/15,是,2026-10-16 09:30:05,
合  计,,,,,,,,,12700,0,12700,12700,,,,
制表人：周建国,,,,,审核人：吴志强,,,,,,,,,,,
`

const sheet = `仙居试验项目农民工考勤表（2026年2月）,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,
序号,姓名,身份证号码,班组,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28
1,韩志强,'331024197102275495,钢筋班,√,√,上,,,,,,,,,,,,,,,,,,,,,,,,,休
2,王永福,'411522197109070390,钢筋班,√,√,√,,,,,,,,,,,,,,,,,,,,,,,,,10.5
`

func TestAMappingIsProposedForFilesThatOfficesHave(t *testing.T) {
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(slips)
	if err != nil {
		t.Fatal(err)
	}
	titles := "仙居试验建设有限公司农民工工资发放表\n单位：元\n"
	twoRows := strings.NewReplacer("应发金额,代扣,实发金额,已付金额", "工资,,,", "\n1,DF", "\n,,,,,,,,,应发金额,代扣,实发金额,已付金额,,,,\n1,DF").Replace(slips)
	with := func(more ...string) map[string]string {
		all := map[string]string{}
		for name, value := range firm {
			all[name] = value
		}
		for i := 0; i < len(more); i += 2 {
			all[more[i]] = more[i+1]
		}
		return all
	}
	channel := map[string]string{"channel": "special_account"}
	for _, tt := range []struct {
		name, file, content string
		o                   Options
		topic               record.Topic
		says                []string
		records             int64
		unsure              int
	}{
		{"a pay sheet with dates of people and of Excel, totals and signatures", "a.csv", slips, Options{Set: channel}, "payroll",
			[]string{"  encoding: utf-8 ", `  delimiter: ","`, `ignore: {序号: [合计, "制表*"]}`, `id: {from: "{批次号}-{序号}"}`, "paid_on: {column: 入账日期, format: [common, serial]}",
				"signed: {column: 签字, map: {否: false, 是: true}}", "deducted_yuan: {column: 代扣, unit: yuan, empty: 0}  # ? ", "channel: {value: special_account}  # as given"}, 2, 1},
		{"GB18030", "a.csv", gb, Options{Set: channel}, "payroll", []string{"encoding: gb18030"}, 2, 1},
		{"titles before the headings", "a.csv", titles + slips, Options{Set: channel}, "payroll", []string{"  skip: 2"}, 2, 1},
		{"headings of two rows", "a.csv", titles + twoRows, Options{Set: channel}, "payroll", []string{"  skip: 4", "header: false", "gross_yuan: {column: 10, unit: yuan}", "  ignore: {1: ["}, 2, 1},
		{"a delimiter of several signs", "a.txt", strings.ReplaceAll(strings.ReplaceAll(slips, `"6,350.00"`, "6350.00"), ",", "|@|"), Options{Set: channel}, "payroll", []string{`delimiter: "|@|"`}, 2, 1},
		{"two bars", "a.txt", strings.ReplaceAll(strings.ReplaceAll(slips, `"6,350.00"`, "6350.00"), ",", "||"), Options{Set: channel}, "payroll", []string{`delimiter: "||"`}, 2, 1},
		{"tabs", "a.txt", strings.ReplaceAll(strings.ReplaceAll(slips, `"6,350.00"`, "6350.00"), ",", "\t"), Options{Set: channel}, "payroll", []string{"delimiter: tab"}, 2, 1},
		{"lines that end in CR", "a.csv", strings.ReplaceAll(slips, "\n", "\r"), Options{Set: channel}, "payroll", nil, 2, 1},
		{"a monthly attendance sheet", "a.csv", sheet, Options{Set: firm, Source: "site-7"}, "attendance",
			[]string{"source: site-7  # as given", "days: {month: title}", "work_date: day", "hours: {column: tick, map: {√: null, 上: 4, 休: 0}, unit: hour}  # ? ", `id: {from: "{身份证号码}|{day}", hash: true}`}, 8, 2},
		{"one whose month only the file's name tells", "考勤202602.csv", sheet[strings.Index(sheet, "\n")+1:], Options{Set: firm}, "attendance", []string{"days: {month: 2026-02}", "  # ? columns are days; the month is of the file's name"}, 8, 2},
		{"the answer of a platform", "a.json", `{"code":0,"data":{"page":1,"rows":[
			{"worker":{"idCard":"331024197102275495"},"workDate":"2026-10-08","inTime":"2026-10-08 06:58:12","outTime":"2026-10-08 17:31:00","projectCode":"PRJ-331024-9001","uscc":"91331024MA7TE5TQ0P"},
			{"worker":{"idCard":"411522197109070390"},"workDate":"2026-10-08","inTime":"2026-10-08 06:58:12","outTime":null,"projectCode":"PRJ-331024-9001","uscc":"91331024MA7TE5TQ0P"}]}}`,
			Options{}, "attendance", []string{"json: data.rows", "id_number: worker.idCard", "hours: {between: [check_in, check_out]}", `check_in: {column: inTime, format: common}`}, 2, 1},
		{"passages of a gate", "a.csv", "姓名,身份证号,项目编码,信用代码,通行时间,方向,设备\n韩志强,331024197102275495,PRJ-331024-9001,91331024MA7TE5TQ0P,2026-10-08 06:58:12,1,西门1号闸机\n韩志强,331024197102275495,PRJ-331024-9001,91331024MA7TE5TQ0P,2026-10-08 17:31:40,2,西门1号闸机\n",
			Options{}, "attendance", []string{"work_date: {column: 通行时间, format: common}  # ? ", "single passages of a gate"}, 2, 2},
		{"headings in English, and dates that can be read one way only", "a.csv", "No,Batch No,Project ID,Credit Code,Pay Period,Due Date,Name,ID Number,Gross Pay,Deductions,Net Pay,Amount Paid,Payment Date,Signed,Updated At\n" +
			"1,B-7,PRJ-331024-9001,91331024MA7TE5TQ0P,2026-09,10/15/2026,韩志强,331024197102275495,6350,0,6350,6350,10/15/2026,Yes,2026-10-16 09:30:05\n",
			Options{Set: channel}, "payroll", []string{`due_on: {column: "Due Date", format: "M/D/YYYY"}  # by its heading`, `signed: {column: Signed, map: {"No": false, "Yes": true}}`}, 1, 0},
		{"dates that can be read two ways", "a.csv", "No,Batch No,Project ID,Credit Code,Pay Period,Due Date,Name,ID Number,Gross Pay,Deductions,Net Pay,Amount Paid,Payment Date,Signed,Updated At\n" +
			"1,B-7,PRJ-331024-9001,91331024MA7TE5TQ0P,2026-09,10/11/2026,韩志强,331024197102275495,6350,0,6350,6350,2026-10-11,Yes,2026-10-16 09:30:05\n",
			Options{Set: channel}, "payroll", []string{`format: "M/D/YYYY"}  # ? by its heading; day and month may be the other way round`}, 1, 1},
		{"a statement of two columns", "对账单.csv", "流水号,交易时间,摘要,对方户名,收入,支出,余额\nS1,2026-10-15 09:30:05,拨款,韩志强,5000.00,0.00,5000.00\nS2,2026-10-16 09:30:05,结息,,0.03,,5000.03\nS3,2026-10-17 09:30:05,代发工资,,,4000.00,1000.03\n",
			Options{Set: map[string]string{"project_id": "P-1", "account_id": "33101012345678901"}}, "account_entries", []string{"yuan: {either: [收入, 支出], unit: yuan}", "kind: {column: 摘要, map: {代发工资: wage_out, 结息: interest_in}, filled: {收入: labor_cost_in, 支出: wage_out}}  # ? ", "balance_yuan: {column: 余额, unit: yuan}"}, 3, 2},
		{"a roster", "花名册.csv", "姓名,身份证号,联系电话,银行卡号,班组,工种,进场日期,退场日期,计薪方式,工资标准（元）,是否结清\n韩志强,331024197102275495,13812345678,6217003310000004471,钢筋班,钢筋工,2026年3月1日,,日,300,否\n",
			Options{Set: firm}, "workers", []string{"entered_on: {column: 进场日期, format: common}", "wage_basis: {column: 计薪方式, map: {日: day}}", "wage_yuan: {column: 工资标准（元）, unit: yuan}", "settled_confirmed: {column: 是否结清, map: {否: false, 是: true}}", "phone: 联系电话", "bank_account: 银行卡号"}, 1, 2},
		{"a sheet that does not say what was paid", "10月.csv", "2026年10月工资表,,,\n姓名,身份证号,应发工资,扣款,实发工资\n韩志强,331024197102275495,6350,50,6300\n",
			Options{Set: with("due_on", "2026-11-15", "channel", "cash")}, "payroll", []string{"paid_yuan: {value: 0}  # ? no column says what was paid", "wage_month: {value: 2026-10}  # ? ", "signed: {value: false}  # ? "}, 1, 4},
	} {
		s, report := suggested(t, written(t, tt.file, tt.content), tt.o)
		if s.Topic != tt.topic || report.Records != tt.records || report.Rejected != 0 || len(s.Missing) > 0 || s.Unsure != tt.unsure {
			t.Errorf("%s: %s, %d records, %d rejected (%+v), missing %v, %d unsure; want %s, %d and %d unsure\n%s", tt.name, s.Topic, report.Records, report.Rejected, report.Findings, s.Missing, s.Unsure, tt.topic, tt.records, tt.unsure, s.Text)
			continue
		}
		for _, want := range tt.says {
			if !strings.Contains(string(s.Text), want) {
				t.Errorf("%s: the mapping lacks %q:\n%s", tt.name, want, s.Text)
			}
		}
		for _, cell := range peopleOf(tt.content) {
			if strings.Contains(string(s.Text), cell) {
				t.Errorf("%s: the mapping shows the cell %q:\n%s", tt.name, cell, s.Text)
			}
		}
	}
}

// peopleOf are the cells of a file that are about somebody.
func peopleOf(content string) (cells []string) {
	for _, cell := range strings.FieldsFunc(content, func(r rune) bool { return strings.ContainsRune(",\"\n\r\t|@{}:", r) }) {
		if strings.Contains("韩志强 王永福 周建国 吴志强 331024197102275495 411522197109070390 6217003310000004471 6217003310000004478 13812345678", strings.Trim(cell, "'")) && len(cell) > 6 {
			cells = append(cells, strings.Trim(cell, "'"))
		}
	}
	if len(cells) == 0 && utf8.ValidString(content) {
		panic("a file of nobody")
	}
	return cells
}

func TestOfAWorkbookTheSheetThatSaysMostIsTaken(t *testing.T) {
	f := excelize.NewFile()
	defer f.Close()
	day, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.NewSheet("考勤"); err != nil {
		t.Fatal(err)
	}
	for cell, value := range map[string]any{
		"A1": "填报说明", "A2": "请按月填报",
	} {
		if err := f.SetCellValue("Sheet1", cell, value); err != nil {
			t.Fatal(err)
		}
	}
	for i, row := range [][]any{
		{"一号工程考勤明细"},
		{"姓名", "身份证号码", "项目编码", "信用代码", "考勤日期", "工时"},
		{"韩志强", "331024197102275495", "PRJ-331024-9001", "91331024MA7TE5TQ0P", 46303, 8.5},
		{"王永福", "411522197109070390", "PRJ-331024-9001", "91331024MA7TE5TQ0P", 46303, nil},
		{"合计", nil, nil, nil, nil, 8.5},
	} {
		if err := f.SetSheetRow("考勤", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.SetCellStyle("考勤", "E3", "E4", day); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "a.xlsx")
	if err := f.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	s, report := suggested(t, path, Options{})
	for _, want := range []string{"  sheet: 2  # ? the one of 2 sheets", "  skip: 1", "  work_date: 考勤日期  #", "  hours: 工时  #", "ignore: {姓名: [合计]}"} {
		if !strings.Contains(string(s.Text), want) {
			t.Errorf("the mapping lacks %q:\n%s", want, s.Text)
		}
	}
	if report.Records != 2 || report.Rejected != 0 || report.Ignored != 1 {
		t.Errorf("it makes %d records, %d rejected: %+v", report.Records, report.Rejected, report.Findings)
	}
}

func TestWhatNothingTellsIsMissingAndNotMadeUp(t *testing.T) {
	s, _ := suggested(t, written(t, "a.csv", "姓名,身份证号,应发工资,扣款,实发工资\n韩志强,331024197102275495,6350,50,6300\n"), Options{})
	if want := []string{"employer_uscc", "wage_month", "due_on", "channel"}; !slices.Equal(s.Missing, want) {
		t.Errorf("missing are %v, want %v", s.Missing, want)
	}
	for _, name := range s.Missing {
		if !strings.Contains(string(s.Text), "  # "+name+": {value: …}   MISSING") {
			t.Errorf("the mapping does not say that %s is missing:\n%s", name, s.Text)
		}
	}
}

func TestAFileThatTellsNothingIsRefusedWithWhatToSay(t *testing.T) {
	for _, tt := range []struct{ content, says string }{
		{"甲,乙\n1,2\n3,4\n", "say --topic, one of projects"},
		{"", "say --topic"},
		{"\xff\xfea\x00", "UTF-16"},
		{"{\"a\": 1, ", "no JSON"},
		{"[1, 2]", "say --topic"},
	} {
		if s, err := For(written(t, "a.csv", tt.content), Options{}); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%q: %v, want %q\n%s", tt.content, err, tt.says, s.Text)
		}
	}
	if _, err := For(written(t, "a.csv", slips), Options{Topic: "payroll", Set: map[string]string{"chanel": "cash"}}); err == nil || !strings.Contains(err.Error(), `no field "chanel"`) {
		t.Errorf("a field that is none: %v", err)
	}
}

// A row of people is taken for no headings, and a word that nobody here knows is not written down.
func TestCellsAreNotTakenForWords(t *testing.T) {
	rows := "韩志强,331024197102275495,PRJ-331024-9001,91331024MA7TE5TQ0P,2026-10-08,8\n王永福,411522197109070390,PRJ-331024-9001,91331024MA7TE5TQ0P,2026-10-08,8\n"
	s, err := For(written(t, "a.csv", rows), Options{Topic: "attendance"})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"header: false  # columns go by their numbers: no row of headings was found", "id_number: 2  # ? by the form of its cells", "employer_uscc: 4  # ? by the form of its cells"} {
		if !strings.Contains(string(s.Text), want) {
			t.Errorf("the mapping lacks %q:\n%s", want, s.Text)
		}
	}
	s, err = For(written(t, "a.csv", "姓名,身份证号,应发工资,实发工资,发放方式,签字\n韩志强,331024197102275495,6350,6300,现金,韩志强\n王永福,411522197109070390,6350,6300,现金,王永福\n吴志强,341226199403181219,6350,6300,由吴志强领,\n"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"韩", "王", "吴"} {
		if strings.Contains(string(s.Text), name) {
			t.Errorf("the mapping names %s:\n%s", name, s.Text)
		}
	}
	if want := "channel: {column: 发放方式, map: {现金: cash}}  # ? by its heading; say what the words of line 4 mean too"; !strings.Contains(string(s.Text), want) {
		t.Errorf("the mapping lacks %q:\n%s", want, s.Text)
	}
}

func FuzzSuggest(f *testing.F) {
	f.Add([]byte(slips), "a.csv")
	f.Add([]byte(sheet), "考勤2026-10.csv")
	f.Add([]byte(`{"a":{"b":[{"身份证号":"x"}]}}`), "a.json")
	f.Fuzz(func(t *testing.T, content []byte, name string) {
		path := filepath.Join(t.TempDir(), "f"+strings.Map(func(r rune) rune {
			if r == '/' || r == 0 {
				return -1
			}
			return r
		}, name[:min(len(name), 30)]))
		if os.WriteFile(path, content, 0o600) != nil {
			t.Skip("no name of a file")
		}
		s, err := For(path, Options{Set: map[string]string{}})
		if err != nil || len(s.Missing) > 0 {
			return
		}
		if _, err := produce.ParseMapping("suggested", "", s.Text); err != nil {
			t.Errorf("what is proposed is no mapping: %v\n%s", err, s.Text)
		}
	})
}
