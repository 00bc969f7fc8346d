package produce

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/anxin-project/anxin/ingest/produce/notation"
	"github.com/anxin-project/anxin/ingest/produce/reading"
	"github.com/anxin-project/anxin/ingest/record"
)

var update = flag.Bool("update", false, "write the golden files anew")

var testNow = func() time.Time { return time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC) }

var testIDKey = []byte("0123456789abcdef0123456789abcdef")

func write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func mapping(t testing.TB, text string) *Mapping {
	t.Helper()
	m, err := ParseMapping("m.yaml", "wage.", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

var examples = []string{"bank-wages", "gate-attendance", "month-sheet", "wage-account", "platform-attendance", "wages-sif"}

func example(t testing.TB, name string) Source {
	t.Helper()
	m, err := LoadMapping("testdata/"+name+".yaml", "wage.")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("testdata/" + name + ".*")
	if err != nil {
		t.Fatal(err)
	}
	files = slices.DeleteFunc(files, func(f string) bool { return strings.HasSuffix(f, ".yaml") || strings.HasSuffix(f, ".golden") })
	if len(files) != 1 {
		t.Fatalf("the files of %s are %v", name, files)
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	path := write(t, filepath.Base(files[0]), string(text))
	if err := os.Chtimes(path, time.Time{}, testNow().AddDate(0, 0, -1)); err != nil { // some records bear the time of the file
		t.Fatal(err)
	}
	return Source{Path: path, Topic: m.Topic, Mapping: m, IDKey: testIDKey}
}

// all reads a source to its end.
func all(t testing.TB, s Source) []Record {
	t.Helper()
	records, err := readAll(s)
	if err != nil {
		t.Fatal(err)
	}
	return records
}

func readAll(s Source) (records []Record, err error) {
	r, err := s.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	for {
		one, err := r.Next()
		if err == io.EOF {
			return records, nil
		}
		if err != nil {
			return records, err
		}
		one.Key, one.Value, one.Problems = bytes.Clone(one.Key), bytes.Clone(one.Value), slices.Clone(one.Problems)
		records = append(records, one)
	}
}

func TestTheExamplesBecomeTheRecordsOfTheGoldenFilesAndIngestTakesThem(t *testing.T) {
	for _, name := range examples {
		t.Run(name, func(t *testing.T) {
			s := example(t, name)
			var got bytes.Buffer
			for _, one := range all(t, s) {
				fmt.Fprintf(&got, "%s\t%s\n", one.Key, one.Value)
			}
			golden := "testdata/" + name + ".golden"
			if *update {
				if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Bytes(), want) {
				t.Errorf("the records are not those of %s:\n%s", golden, got.Bytes())
			}
			report, err := s.Check(t.Context(), record.Rules{}, testNow, nil)
			if err != nil {
				t.Fatal(err)
			}
			if report.Records != 6 || report.Rejected != 0 || report.Repeated != 0 || len(report.Unknown) > 0 {
				t.Errorf("the dry run says %+v", report)
			}
		})
	}
}

func TestNoIDOfTheExamplesHoldsAnIdentityNumberAndSamplesShowNothingPersonal(t *testing.T) {
	numbers := []string{"513022198004120040", "522425198811031011", "6217000011112222", "王秀兰"}
	for _, name := range examples {
		samples, err := example(t, name).Sample(t.Context(), 10, record.Rules{}, testNow)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range samples {
			for _, n := range numbers {
				if bytes.Contains(s.Masked, []byte(n)) {
					t.Errorf("%s, line %d: the sample shows what is personal", name, s.Line)
				}
			}
			if s.Problem != "" {
				t.Errorf("%s, line %d: %s", name, s.Line, s.Problem)
			}
		}
	}
}

// mini is a mapping of account entries, with what a test adds to it.
func mini(file, fields string) string {
	return "topic: wage.account_entries\nsource: bank\nfile: {" + file + "}\nfields:\n" + fields + `
  version: {value: 1}
  recorded_at: {value: 2026-10-16T18:00:00+08:00}
  project_id: {value: P-1}
  account_id: {value: "6217"}
  booked_at: {value: 2026-10-16T09:00:00+08:00}
  kind: {value: wage_out}
  balance_yuan: {value: 0}
`
}

// value returns the JSON of a field as the mapping makes it from one cell.
func value(t *testing.T, field, spec, cell string) (string, []*Problem) {
	t.Helper()
	topic := map[string]string{"yuan": "account_entries", "booked_at": "account_entries", "hours": "attendance", "month": "signals",
		"started_on": "projects", "signed": "payroll", "workers": "complaints", "value": "signals", "counterparty": "account_entries", "developer_uscc": "projects"}[field]
	var b strings.Builder
	fmt.Fprintf(&b, "topic: %s\nsource: s\nfile: {header: false, delimiter: \"|\", quotes: false}\nfields:\n  %s: %s\n", topic, field, spec)
	for _, f := range contract[record.Topic(topic)] {
		if f.name == field || f.optional || f.name == "source" {
			continue
		}
		constant := map[notation.Kind]string{notation.Identifier: "x", notation.Line: "x", notation.Number: "x", notation.CreditCode: "91331024MA2XYK0005", notation.Division: "331024001", notation.YesNo: "true",
			notation.Yuan: "1", notation.Integer: "1", notation.Decimal: "1", notation.Hours: "1", notation.Date: "2026-10-01", notation.Month: "2026-10", notation.Instant: "2026-10-16T18:00:00+08:00"}[f.kind]
		if f.kind == notation.Word {
			constant = f.words[0]
		}
		fmt.Fprintf(&b, "  %s: {value: %q}\n", f.name, constant)
	}
	m := mapping(t, b.String())
	got := all(t, Source{Path: write(t, "f.csv", cell+"\n"), Topic: m.Topic, Mapping: m})
	if len(got) != 1 {
		t.Fatalf("%d records", len(got))
	}
	_, rest, ok := strings.Cut(string(got[0].Value), strconv.Quote(field)+":")
	if !ok {
		return "", got[0].Problems
	}
	depth := false
	for i, c := range rest {
		if c == '"' {
			depth = !depth
		}
		if !depth && (c == ',' || c == '}') {
			return rest[:i], got[0].Problems
		}
	}
	return rest, got[0].Problems
}

func TestCellsAreReadExactlyOrNotAtAll(t *testing.T) {
	for _, c := range []struct{ name, field, spec, cell, want string }{
		{"an amount with thousands", "yuan", "{column: 1, unit: yuan}", "1,234,567.89", "1234567.89"},
		{"an amount with a currency sign", "yuan", "{column: 1}", "¥5300", "5300.00"},
		{"an amount with its unit behind", "yuan", "{column: 1}", "5300.5元", "5300.50"},
		{"a full-width amount", "yuan", "{column: 1}", "５３００．１０", "5300.10"},
		{"more digits than a float holds", "yuan", "{column: 1}", "90071992547409.93", "90071992547409.93"},
		{"zeros behind the fen", "yuan", "{column: 1}", "1.1000", "1.10"},
		{"fen", "yuan", "{column: 1, unit: fen}", "635001", "6350.01"},
		{"fractions of a fen", "yuan", "{column: 1, unit: fen}", "12.5", "!"},
		{"万元", "yuan", "{column: 1, unit: wan_yuan}", "12.345678", "123456.78"},
		{"万元 beyond the fen", "yuan", "{column: 1, unit: wan_yuan}", "1.2345678", "!"},
		{"the noise of a float", "yuan", "{column: 1}", "7000.299999999999", "7000.30"},
		{"the noise of a float above", "yuan", "{column: 1}", "4,810.000000000001", "4810.00"},
		{"noise up to the next yuan", "yuan", "{column: 1}", "63503.99999999999", "63504.00"},
		{"noise in fen", "yuan", "{column: 1, unit: fen}", "635000.9999999999", "6350.01"},
		{"noise in 万元", "yuan", "{column: 1, unit: wan_yuan}", "12.345678000000001", "123456.78"},
		{"no noise, as in the contract", "yuan", "{column: 1}", "12.345", "!"},
		{"too much for noise", "yuan", "{column: 1}", "0.009999", "!"},
		{"as much below", "yuan", "{column: 1}", "0.010001", "!"},
		{"less than that", "yuan", "{column: 1}", "0.0099991", "0.01"},
		{"noise that is none", "yuan", "{column: 1}", "1.00000x", "!"},
		{"noise at the largest amount", "yuan", "{column: 1}", "92233720368547758.0799999999", "!"},
		{"a third decimal", "yuan", "{column: 1}", "1.005", "!"},
		{"a decimal comma", "yuan", "{column: 1}", "12,50", "!"},
		{"an exponent", "yuan", "{column: 1}", "1.2E+05", "!"},
		{"words", "yuan", "{column: 1}", "五千元", "!"},
		{"too much", "yuan", "{column: 1}", "99999999999999999999", "!"},
		{"a negative amount, which ingest refuses", "yuan", "{column: 1}", "-0.05", "-0.05"},
		{"only a sign", "yuan", "{column: 1}", "-", "!"},
		{"a date in Chinese", "started_on", "{column: 1, format: YYYY年M月D日}", "2026年2月3日", `"2026-02-03"`},
		{"a packed date", "started_on", "{column: 1, format: YYYYMMDD}", "20260203", `"2026-02-03"`},
		{"a date with slashes", "started_on", "{column: 1, format: YYYY/MM/DD}", "2026/02/03", `"2026-02-03"`},
		{"one digit where two are said", "started_on", "{column: 1, format: YYYY/MM/DD}", "2026/2/3", "!"},
		{"the second of two formats", "started_on", "{column: 1, format: [YYYY-MM-DD, YYYY/M/D]}", "2026/2/3", `"2026-02-03"`},
		{"a day that does not exist", "started_on", "{column: 1, format: YYYYMMDD}", "20260230", "!"},
		{"a date as the contract has it", "started_on", "1", "2026-02-03", `"2026-02-03"`},
		{"text behind a date", "started_on", "1", "2026-02-03x", "!"},
		{"a month", "month", "{column: 1, format: YYYY年M月}", "2026年9月", `"2026-09"`},
		{"a month from a date", "month", "{column: 1, format: YYYY-MM-DD}", "2026-09-30", `"2026-09"`},
		{"a time without an offset is one in China", "booked_at", "{column: 1, format: 'YYYY-MM-DD HH:mm'}", "2026-09-30 07:05", `"2026-09-30T07:05:00+08:00"`},
		{"a time with an offset", "booked_at", "{column: 1, format: 'YYYY-MM-DDTHH:mm:ssZ'}", "2026-09-30T01:00:00Z", `"2026-09-30T09:00:00+08:00"`},
		{"milliseconds", "booked_at", "{column: 1, format: YYYYMMDDHHmmssSSS}", "20260930070501250", `"2026-09-30T07:05:01.25+08:00"`},
		{"the end of a day", "booked_at", "{column: 1, format: 'YYYY-MM-DD HH:mm'}", "2026-09-30 24:00", `"2026-10-01T00:00:00+08:00"`},
		{"an hour that does not exist", "booked_at", "{column: 1, format: 'YYYY-MM-DD HH:mm'}", "2026-09-30 24:01", "!"},
		{"a serial number", "started_on", "{column: 1, format: serial}", "46310", `"2026-10-15"`},
		{"a serial number with a time", "started_on", "{column: 1, format: serial}", "46310.395833", `"2026-10-15"`},
		{"a serial number of old Macs", "started_on", "{column: 1, format: serial-1904}", "44848", `"2026-10-15"`},
		{"the instant of a serial number", "booked_at", "{column: 1, format: serial}", "46310.395833333336", `"2026-10-15T09:30:00+08:00"`},
		{"the instant of a short serial number", "booked_at", "{column: 1, format: serial}", "46310.3958333333", `"2026-10-15T09:30:00+08:00"`},
		{"the midnight of a serial number", "booked_at", "{column: 1, format: serial}", "46310", `"2026-10-15T00:00:00+08:00"`},
		{"the month of a serial number", "month", "{column: 1, format: [YYYY-MM, serial]}", "46266", `"2026-09"`},
		{"a year is no serial number", "started_on", "{column: 1, format: serial}", "2026", "!"},
		{"nor a month", "started_on", "{column: 1, format: serial}", "202601", "!"},
		{"nor a packed date", "started_on", "{column: 1, format: serial}", "20260105", "!"},
		{"nor words", "started_on", "{column: 1, format: serial}", "46310x", "!"},
		{"nor an exponent", "started_on", "{column: 1, format: serial}", "4631E1", "!"},
		{"a serial number that nobody spoke of", "started_on", "1", "46310", "!"},
		{"a common date with dots", "started_on", "{column: 1, format: common}", "2026.1.5", `"2026-01-05"`},
		{"a common date with slashes", "started_on", "{column: 1, format: common}", "2026/1/5", `"2026-01-05"`},
		{"a common date with hyphens", "started_on", "{column: 1, format: common}", "2026-01-5", `"2026-01-05"`},
		{"a common date in Chinese", "started_on", "{column: 1, format: common}", "2026年1月5日", `"2026-01-05"`},
		{"a common date in Chinese speech", "started_on", "{column: 1, format: common}", "2026年1月5号", `"2026-01-05"`},
		{"a common packed date", "started_on", "{column: 1, format: common}", "20260105", `"2026-01-05"`},
		{"a common full-width date", "started_on", "{column: 1, format: common}", "２０２６／１／５", `"2026-01-05"`},
		{"a common date with a time", "started_on", "{column: 1, format: common}", "2026/1/5 0:00:00", `"2026-01-05"`},
		{"a common date or a serial number", "started_on", "{column: 1, format: [common, serial]}", "46310", `"2026-10-15"`},
		{"a common date that does not exist", "started_on", "{column: 1, format: common}", "2026.2.30", "!"},
		{"day and month of nobody knows which", "started_on", "{column: 1, format: common}", "5/1/2026", "!"},
		{"mixed signs", "started_on", "{column: 1, format: common}", "2026/1-5", "!"},
		{"a date without its day", "started_on", "{column: 1, format: common}", "2026年3月", "!"},
		{"a common month", "month", "{column: 1, format: common}", "2026年1月", `"2026-01"`},
		{"a common month with a slash", "month", "{column: 1, format: common}", "2026/1", `"2026-01"`},
		{"a common month with dots", "month", "{column: 1, format: common}", "2026.10", `"2026-10"`},
		{"a month that may have lost a zero", "month", "{column: 1, format: common}", "2026.1", "!"},
		{"a common packed month", "month", "{column: 1, format: common}", "202610", `"2026-10"`},
		{"a month in a common date", "month", "{column: 1, format: common}", "2026.1.5", `"2026-01"`},
		{"a common time", "booked_at", "{column: 1, format: common}", "2026.1.5 8:05", `"2026-01-05T08:05:00+08:00"`},
		{"a common time with seconds", "booked_at", "{column: 1, format: common}", "2026/1/5  08:05:30", `"2026-01-05T08:05:30+08:00"`},
		{"a common time in Chinese", "booked_at", "{column: 1, format: common}", "2026年1月5日8时5分", `"2026-01-05T08:05:00+08:00"`},
		{"a common time of the afternoon", "booked_at", "{column: 1, format: common}", "2026/1/5 下午 2:30:00", `"2026-01-05T14:30:00+08:00"`},
		{"a common time of midnight", "booked_at", "{column: 1, format: common}", "2026/1/5 上午12:30", `"2026-01-05T00:30:00+08:00"`},
		{"a common time in English", "booked_at", "{column: 1, format: common}", "2026-01-05 2:30 PM", `"2026-01-05T14:30:00+08:00"`},
		{"a common packed time", "booked_at", "{column: 1, format: common}", "20260105080530", `"2026-01-05T08:05:30+08:00"`},
		{"a common time with an offset", "booked_at", "{column: 1, format: common}", "2026-01-05T20:05:30.123456Z", `"2026-01-06T04:05:30.123+08:00"`},
		{"a common instant without a time", "booked_at", "{column: 1, format: common}", "2026/3/5", "!"},
		{"an hour of the forenoon that does not exist", "booked_at", "{column: 1, format: common}", "2026/1/5 上午13:00", "!"},
		{"halves of days", "booked_at", "{column: 1, format: 'YYYY/M/D AH:mm'}", "2026/1/5 下午2:30", `"2026-01-05T14:30:00+08:00"`},
		{"yes", "signed", "{column: 1, map: {是: true, 否: false}}", "是", "true"},
		{"neither yes nor no", "signed", "{column: 1, map: {是: true, 否: false}}", "代签", "!"},
		{"what the map leaves out", "started_on", "{column: 1, map: {未开工: null}}", "未开工", ""},
		{"an empty cell", "started_on", "1", "", ""},
		{"an empty cell with a meaning", "yuan", "{column: 1, empty: 0}", "　", "0.00"},
		{"minutes", "hours", "{column: 1, unit: minute}", "490", "8.17"},
		{"hours", "hours", "1", "08.5", "8.5"},
		{"hours that nobody knows", "hours", "1", "", ""},
		{"hours of who was absent", "hours", "{column: 1, empty: 0}", "", "0"},
		{"a count", "workers", "1", "1,200", "1200"},
		{"a count of halves", "workers", "1", "3.5", "!"},
		{"a measurement", "value", "1", "-0.125", "-0.125"},
		{"a credit code", "developer_uscc", "1", "91331024MA2XYK0005", `"91331024MA2XYK0005"`},
		{"a credit code in small letters", "developer_uscc", "1", "91331024ma2xyk0005", `"91331024MA2XYK0005"`},
		{"a credit code in groups", "developer_uscc", "1", "9133 1024　MA2X YK0005", `"91331024MA2XYK0005"`},
		{"a credit code with hyphens of any kind", "developer_uscc", "1", "91-331024-MA2XYK000—5", `"91331024MA2XYK0005"`},
		{"a full-width credit code in small letters", "developer_uscc", "1", "９１３３１０２４ｍａ２ｘｙｋ０００－５", `"91331024MA2XYK0005"`},
		{"excel's way of text", "counterparty", "1", `="王秀兰"`, `"王秀兰"`},
		{"an apostrophe before text", "counterparty", "1", `'007`, `"007"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			cell := c.cell
			if cell == "" || cell == "　" {
				cell = "x|" + cell
				c.spec = strings.Replace(strings.Replace(c.spec, "column: 1", "column: 2", 1), "1", "2", 1)
			}
			got, problems := value(t, c.field, c.spec, cell)
			if c.want == "!" {
				if !strings.Contains(got, unreadable) || len(problems) != 1 {
					t.Errorf("the cell was read as %s", got)
				} else if strings.Contains(problems[0].Error(), c.cell) && len(c.cell) > 1 {
					t.Errorf("the message quotes the cell: %v", problems[0])
				}
				return
			}
			if got != c.want || len(problems) > 0 {
				t.Errorf("the cell was read as %s (%v), want %s", got, problems, c.want)
			}
		})
	}
}

func TestACreditCodeIsOneCodeAlsoInIDs(t *testing.T) {
	for _, c := range []struct{ name, mapping, want string }{
		{"of a signal", `topic: signals
source: s
file: {header: false}
fields:
  id: {from: "{1}:{2}"}
  version: {value: 1}
  recorded_at: {value: 2026-10-16T18:00:00+08:00}
  employer_uscc: 1
  month: 2
  indicator: {value: water_m3}
  value: {value: 3}
`, `"id":"91331024MA2XYK0005:2026-09"`},
		{"of an employer", `topic: employers
source: s
file: {header: false}
fields:
  id: 1
  version: {value: 1}
  recorded_at: {value: 2026-10-16T18:00:00+08:00}
  name: {value: 演示建设}
  township: {value: "331024001"}
  industry: {value: E}
  legal_person: {value: 钱某}
  investor_id: 3
  status: {value: active}
`, `"investor_id":"91331024MA2XYK0005"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := mapping(t, c.mapping)
			s := Source{Path: write(t, "f.csv", "91331024ma2xyk0005,2026-09,91331024MA2X YK0005\n9133 1024-MA2X YK0005,2026-09,91331024ma2xyk0005\n91331024MA2XYK0005,2026-09,91331024MA2XYK0005\n"), Topic: m.Topic, Mapping: m}
			for _, one := range all(t, s) {
				if !strings.Contains(string(one.Value), c.want) || string(one.Key) != "91331024MA2XYK0005" {
					t.Errorf("line %d is %s under key %s, want %s", one.Line, one.Value, one.Key, c.want)
				}
			}
			if report, err := s.Check(t.Context(), record.Rules{}, testNow, nil); err != nil || report.Rejected != 0 || report.Repeated != 2 {
				t.Errorf("the dry run says %+v (%v)", report, err)
			}
		})
	}
}

// TestATableHasTheContractsRuleForNumbers holds amounts of a table against what ingest reads from JSON.
func TestATableHasTheContractsRuleForNumbers(t *testing.T) {
	decoder, _, err := throwAwayDecoder(record.TopicAccountEntries, record.Rules{}, testNow)
	if err != nil {
		t.Fatal(err)
	}
	for _, amount := range []string{"0", "1.5", "7000.299999999999", "4810.000000000001", "12.345", "0.0099991", "0.009999", "0.0100009", "0.010001", "0.01000", "9.99999", "9.9999999", "0.0000001", "0.000001", "1.00009", "63503.99999999999"} {
		batch := record.NewBatch(record.TopicAccountEntries)
		json := fmt.Sprintf(`{"id":"1","source":"s","version":1,"recorded_at":"2026-10-16T18:00:00+08:00","project_id":"P","account_id":"62170001","booked_at":"2026-10-16T18:00:00+08:00","kind":"wage_out","yuan":%s,"balance_yuan":0}`, amount)
		taken := decoder.Add(batch, []byte(json)) == nil
		if _, ok := notation.FenOf([]byte(amount), 2); ok != taken {
			t.Errorf("%s is read from a table: %v, from JSON: %v", amount, ok, taken)
		}
	}
}

func TestAListOfProjectsIsReadAsOfficesWriteIt(t *testing.T) {
	m := mapping(t, `topic: projects
source: s
file: {header: false, delimiter: "|", quotes: false}
fields:
  id: 1
  version: {value: 1}
  recorded_at: {value: 2026-10-16T18:00:00+08:00}
  name: {value: 一号工程}
  township: {value: "331024001"}
  sector: {value: construction}
  investment: {value: private}
  developer_uscc: {value: 91331024MA2XYK0005}
  contractor_uscc: {value: 91331024MA2XYK0005}
  contractor_name: {value: 演示建设}
  contract_yuan: {value: 1}
  contract_signed_on: {value: 2026-10-01}
  status: {value: building}
  pay_day: {value: 15}
  labor_cost_day: {value: 5}
  labor_cost_yuan: {value: 1}
  deposit.form: {value: cash}
  deposit.yuan: {value: 1}
  deposit.lodged_on: {value: 2026-10-01}
  deposit.required_yuan: 2
  deposit.covers: 3
  payment_guarantee: {value: true}
  notice_board: {value: true}
  labor_officer: {value: true}
`)
	for _, c := range []struct{ name, cell, want string }{
		{"one", "P-2", `"deposit":{"form":"cash","yuan":1.00,"lodged_on":"2026-10-01","required_yuan":5000.50,"covers":["P-2"]}`},
		{"several", "P-2、P-3， P-4;P-5", `"covers":["P-2","P-3","P-4","P-5"]`},
		{"nothing but signs", "、", `"covers":[]`},
		{"none", "", `"required_yuan":5000.50}`},
		{"what is no id", "P-2、二号工程", `"covers":"unreadable: `},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := Source{Path: write(t, "f.csv", "P-1|5,000.5|"+c.cell+"\n"), Topic: m.Topic, Mapping: m}
			got := all(t, s)
			if len(got) != 1 || !strings.Contains(string(got[0].Value), c.want) {
				t.Fatalf("read as %s, want %s", got[0].Value, c.want)
			}
			report, err := s.Check(t.Context(), record.Rules{}, testNow, nil)
			if refused := strings.Contains(c.want, unreadable); err != nil || (report.Rejected == 1) != refused || (len(got[0].Problems) == 1) != refused {
				t.Errorf("problems %v, the dry run says %+v (%v)", got[0].Problems, report, err)
			}
		})
	}
}

func TestClosuresAndPermitsAreMadeFromFiles(t *testing.T) {
	for _, c := range []struct{ name, mapping, line, key, want string }{
		{"a closure", `topic: closures
source: anxin
file: {header: false, delimiter: "|", quotes: false}
fields:
  id: 1
  version: {value: 1}
  recorded_at: {value: 2026-10-16T18:00:00+08:00}
  project_id: 2
  worker_key: 3
  wage_month: {column: 4, format: YYYY年M月}
  reason: {column: 5, map: {已付: paid_otherwise}}
  note: 6
  by: 7
  approved_by: 8
  closed_on: 9
`, "C-1|P-1|00112233445566778899AABBCCDDEEFF|2026年7月|已付|现金支付|inspector-1|supervisor-1|2026-10-15", "P-1",
			`{"id":"C-1","source":"anxin","version":1,"recorded_at":"2026-10-16T18:00:00+08:00","project_id":"P-1","wage_month":"2026-07",` +
				`"worker_key":"00112233445566778899AABBCCDDEEFF","reason":"paid_otherwise","note":"现金支付","by":"inspector-1","approved_by":"supervisor-1","closed_on":"2026-10-15"}`},
		{"a permit", `topic: permits
source: housing
file: {header: false, delimiter: "|", quotes: false}
fields:
  id: 1
  version: {value: 1}
  recorded_at: {value: 2026-10-16T18:00:00+08:00}
  name: 2
  township: {value: "331024001"}
  sector: {value: construction}
  developer_uscc: {value: 91331024MA2XYK0005}
  permit_on: 3
  project_id: 4
`, "PMT-1|一号工程|2026-10-01|P-1", "PMT-1",
			`{"id":"PMT-1","source":"housing","version":1,"recorded_at":"2026-10-16T18:00:00+08:00","name":"一号工程","township":"331024001",` +
				`"sector":"construction","developer_uscc":"91331024MA2XYK0005","permit_on":"2026-10-01","project_id":"P-1"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := mapping(t, c.mapping)
			s := Source{Path: write(t, "f.csv", c.line+"\n"), Topic: m.Topic, Mapping: m}
			got := all(t, s)
			if len(got) != 1 || string(got[0].Value) != c.want || string(got[0].Key) != c.key {
				t.Fatalf("read as %s under key %s, want %s", got[0].Value, got[0].Key, c.want)
			}
			if report, err := s.Check(t.Context(), record.Rules{}, testNow, nil); err != nil || report.Rejected != 0 {
				t.Errorf("the dry run says %+v (%v)", report, err)
			}
			if key := Key(m.Topic, got[0].Value); string(key) != c.key {
				t.Errorf("sent as it is, the key is %s, want %s", key, c.key)
			}
			if strings.Contains(string(Masked(m.Topic, got[0].Value)), "inspector-1") {
				t.Error("the dry run shows who closed")
			}
		})
	}
}

func TestWhatCannotBeReadIsRefusedByIngestWhateverTheField(t *testing.T) {
	for topic, fields := range contract {
		decoder, batch, err := throwAwayDecoder(topic, record.Rules{}, testNow)
		if err != nil {
			t.Fatal(err)
		}
		for i := range fields {
			c := converter{}
			c.refuse(&fields[i], []byte("x"), "")
			name, inner, nested := strings.Cut(fields[i].name, ".")
			message := fmt.Sprintf(`{%q:%s}`, name, c.out)
			if nested {
				message = fmt.Sprintf(`{%q:{%q:%s}}`, name, inner, c.out)
			}
			if decoder.Add(batch, []byte(message)) == nil {
				t.Errorf("%s: %s is taken", topic, fields[i].name)
			}
			if n := len(decoder.Unknown()); n > 0 {
				t.Fatalf("%s: package record does not know %s", topic, fields[i].name)
			}
		}
	}
}

// The contract's fields and words are private to package record, so its source is read.
func TestTheFieldsAndWordsAreThoseOfPackageRecord(t *testing.T) {
	files, err := filepath.Glob("../record/*.go")
	if err != nil {
		t.Fatal(err)
	}
	lists := map[string]int{}
	texts := func(c *ast.CompositeLit) string {
		var all []string
		for _, e := range c.Elts {
			if b, ok := e.(*ast.BasicLit); ok {
				s, _ := strconv.Unquote(b.Value)
				all = append(all, s)
			}
		}
		return strings.Join(all, " ")
	}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.KeyValueExpr:
				if key, ok := n.Key.(*ast.Ident); ok && key.Name == "fields" {
					if c, ok := n.Value.(*ast.CompositeLit); ok {
						var kept []string
						for name := range strings.FieldsSeq(texts(c)) {
							if name != "account" && name != "deposit" { // their members are listed
								kept = append(kept, name)
							}
						}
						lists[strings.Join(kept, " ")]++
					}
				}
			case *ast.CompositeLit:
				if name, ok := n.Type.(*ast.Ident); ok && name.Name == "enum" {
					lists[texts(n)]++
				}
			}
			return true
		})
	}
	want := map[string]bool{}
	for topic, fields := range contract {
		want[strings.Join(names(fields), " ")] = true
		if lists[strings.Join(names(fields), " ")] != 1 {
			t.Errorf("%s: package record has other fields, or in another order", topic)
		}
		for _, f := range fields {
			if f.kind == notation.Word {
				want[strings.Join(f.words, " ")] = true
			}
			if f.kind == notation.Word && lists[strings.Join(f.words, " ")] == 0 {
				t.Errorf("%s: package record has other words for %s", topic, f.name)
			}
		}
	}
	for l := range lists {
		if !want[l] {
			t.Errorf("package record knows %q", l)
		}
	}
}

func TestAMappingWithASlipIsRefusedWithItsLine(t *testing.T) {
	whole := mini("", "  id: 流水号\n  yuan: 金额")
	for _, c := range []struct{ name, text, want string }{
		{"an unknown topic", "topic: wages\n", "want one of wage.projects"},
		{"a beginning of what", strings.Replace(whole, "file: {", "file: {ignore: {流水号: ['制*人*']}", 1), "file.ignore: \"制*人*\": want a cell, or its beginning"},
		{"a misspelt key", "topic: payroll\nsorce: x\n", "line 2: field sorce not found"},
		{"no source", strings.Replace(whole, "source: bank", "source:", 1), "source: want the name"},
		{"no fields", "topic: payroll\nsource: x\n", "want the fields of payroll"},
		{"an unknown field", whole + "  ammount: 金额\n", "line 14: account_entries has no field \"ammount\""},
		{"a field twice", whole + "  yuan: 余额\n", "line 14: yuan stands already in line 6"},
		{"a required field without a column", strings.Replace(whole, "  yuan: 金额\n", "", 1), "must have yuan"},
		{"an unknown encoding", strings.Replace(whole, "file: {", "file: {encoding: big5", 1), "want utf-8 or gb18030"},
		{"a delimiter beyond ASCII", strings.Replace(whole, "file: {", "file: {delimiter: '；'", 1), "want one ASCII character"},
		{"a delimiter of letters", strings.Replace(whole, "file: {", "file: {delimiter: 'a|'", 1), "want one ASCII character"},
		{"a delimiter with a quote", strings.Replace(whole, "file: {", "file: {delimiter: '|\"|'", 1), "want one ASCII character"},
		{"a delimiter of nine", strings.Replace(whole, "file: {", "file: {delimiter: '|||||||||'", 1), "want one ASCII character"},
		{"an unknown unit", strings.Replace(whole, "yuan: 金额", "yuan: {column: 金额, unit: 万}", 1), "line 6: yuan: unit \"万\": want yuan, fen or wan_yuan"},
		{"a unit on text", strings.Replace(whole, "id: 流水号", "id: {column: 流水号, unit: fen}", 1), "line 5: id: unit is for amounts"},
		{"a format of another language", strings.Replace(whole, "booked_at: {value: 2026-10-16T09:00:00+08:00}", "booked_at: {column: 时间, format: yyyy-mm-dd}", 1), "line 11: booked_at: format \"yyyy-mm-dd\": expected letters YYYY"},
		{"a format without a time", strings.Replace(whole, "booked_at: {value: 2026-10-16T09:00:00+08:00}", "booked_at: {column: 时间, format: YYYY-MM-DD}", 1), "does not hold an RFC 3339 time"},
		{"a word nobody knows", strings.Replace(whole, "kind: {value: wage_out}", "kind: {column: 摘要, map: {工资: wages}}", 1), "expected one of labor_cost_in"},
		{"a constant of the wrong kind", strings.Replace(whole, "balance_yuan: {value: 0}", "balance_yuan: {value: null-und-nichts}", 1), "expected an amount"},
		{"two ways at once", strings.Replace(whole, "id: 流水号", "id: {column: 流水号, value: x}", 1), "want one of column, from, either"},
		{"a template without columns", strings.Replace(whole, "id: 流水号", "id: {from: x}", 1), "names no column"},
		{"a brace that is not closed", strings.Replace(whole, "id: 流水号", "id: {from: \"{x\"}", 1), "want columns in braces"},
		{"names without a header", strings.Replace(whole, "file: {", "file: {header: false", 1), "want a column number"},
		{"a version of a field that is no time", strings.Replace(whole, "version: {value: 1}", "version: {time_of: yuan}", 1), "want a field that holds an instant"},
		{"personal data in an id", strings.Replace(whole, "id: 流水号", "id: {from: \"{账号}-{流水号}\"}", 1) + "  counterparty: 账号\n", "personal data must not stand in an id, say hash: true"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ParseMapping("m.yaml", "wage.", []byte(c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "m.yaml") {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestAFileThatDoesNotFitIsRefusedWithItsLineAndNothingOfItsContent(t *testing.T) {
	base := mini("", "  id: 流水号\n  yuan: 金额")
	gb := func(s string) string {
		b, err := simplifiedchinese.GB18030.NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for _, c := range []struct{ name, file, mapping, text, want string }{
		{"GB18030 that is said to be UTF-8", "f.csv", base, gb("流水号,金额\n1,2\n"), "line 1: the header is not UTF-8"},
		{"UTF-8 with a mark that is said to be GB18030", "f.csv", mini("encoding: gb18030", "  id: 流水号\n  yuan: 金额"), "\uFEFF流水号,金额\n", "mark of UTF-8"},
		{"UTF-16", "f.csv", base, "\xFF\xFEx\x00", "is UTF-16"},
		{"a workbook", "f.csv", base, "PK\x03\x04", "is a workbook"},
		{"a key column that is not there", "f.csv", mini("ignore_empty: [批次]", "  id: 流水号\n  yuan: 金额"), "流水号,金额\n1,2\n", `the header has no column "批次"`},
		{"a missing column", "f.csv", base, "流水号,数额\n1,2\n", `line 1: the header has no column "金额"; the line has 2 cells, 1 of the mapped columns among them`},
		{"no header at all", "f.csv", base, "1,秘密\n2,3\n", `line 1: the header has no column "流水号", "金额"; the line has 2 cells and none of the mapped columns`},
		{"a column twice", "f.csv", base, "流水号,金额,金额\n", `has column "金额" twice`},
		{"a quote that is not closed", "f.csv", base, "流水号,金额\n1,\"秘密\n2,3\n", "line 2: a quote is opened here and not closed"},
		{"fewer lines than are skipped", "f.csv", mini("skip: 5", "  id: 流水号\n  yuan: 金额"), "流水号,金额\n", "ends within the 5 lines"},
		{"a table without a mapping", "f.csv", "", "流水号,金额\n", "give --mapping FILE"},
		{"a gzip file that is none", "f.csv.gz", base, "流水号,金额\n", "is not a gzip file"},
		{"an array that is cut off", "f.json", "", "[{},\n{", "line 2: the array is not closed"},
		{"an array without commas, which is one bad record", "f.json", "", "[{} {}]", ""},
		{"two arrays", "f.json", "", "[{}]\n[]", "expected nothing after"},
		{"a line without end", "f.ndjson", "", strings.Repeat("x", reading.MaxRecord+1), "line 1: the record is longer than"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := Source{Path: write(t, c.file, c.text), Topic: record.TopicAccountEntries}
			if c.mapping != "" {
				s.Mapping = mapping(t, c.mapping)
			}
			_, err := readAll(s)
			if c.want == "" {
				if err != nil {
					t.Errorf("got %v", err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), s.Path) {
				t.Fatalf("got %v, want %q", err, c.want)
			}
			if strings.Contains(err.Error(), "秘密") {
				t.Error("the message quotes the file")
			}
		})
	}
}

func TestRowsAreSplitAsTheyAreMeant(t *testing.T) {
	for _, c := range []struct {
		name, file, options, text string
		lines                     []int64
		ids, texts                []string
		bad                       int
	}{
		{"quotes, doubled quotes and a line break in a cell", "f.csv", "", "id,y,c\n1,\"1,000.00\",\"a\"\"b\nc\"\n2,3,d\n", []int64{2, 4}, []string{"1", "2"}, []string{`a\"b c`, "d"}, 0},
		{"quotes that are none", "f.csv", "quotes: false", "id,y,c\n1,2,\"a\n", []int64{2}, []string{"1"}, []string{`\"a`}, 0},
		{"a quote within a cell", "f.csv", "", "id,y,c\n1,2,5\"pipe\n", []int64{2}, []string{"1"}, []string{`5\"pipe`}, 0},
		{"tabs, by the file's ending", "f.tsv", "", "id\ty\tc\n1\t2\ta b\n", []int64{2}, []string{"1"}, []string{"a b"}, 0},
		{"a delimiter behind the last cell", "f.csv", "", "id,y,c\n1,2,a,\n", []int64{2}, []string{"1"}, []string{"a"}, 0},
		{"a delimiter of three", "f.dat", "delimiter: '|@|'", "id|@|y|@|c\n1|@|2|@|a|b@c\n2|@|3|@|\n", []int64{2, 3}, []string{"1", "2"}, []string{"a|b@c", "-"}, 0},
		{"a delimiter of two, quotes and empty cells", "f.txt", "delimiter: '||'", "id||y||x||c||\n1||2||||\"a||\"\"b\"||\n 2 || \"3\" ||||c||\n", []int64{2, 3}, []string{"1", "2"}, []string{`a||\"b`, "c"}, 0},
		{"a delimiter of two without quotes", "f.txt", "delimiter: '||', quotes: false", "id||y||c\n1||2||\"a\n", []int64{2}, []string{"1"}, []string{`\"a`}, 0},
		{"text behind a quoted cell before a delimiter of two", "f.txt", "delimiter: '||'", "id||y||c\n\"1\"|2||a||b\n2||3||c\n", []int64{2, 3}, []string{"", "2"}, []string{"", "c"}, 1},
		{"half a delimiter", "f.txt", "delimiter: '||'", "id||y||c\n1|2||a\n2||3||c|\n", []int64{2, 3}, []string{"", "2"}, []string{"", "c|"}, 1},
		{"GB18030 whose second byte looks like half a delimiter", "f.txt", "encoding: gb18030, delimiter: '||'", "id||y||c\n1||2||\x81\x7c\n", []int64{2}, []string{"1"}, []string{"亅"}, 0},
		{"empty lines, empty rows and totals", "f.csv", "ignore: {id: [合计]}", "\n id , y ,c\n\n,,\n1,2,a\n合计,2,\n", []int64{5}, []string{"1"}, []string{"a"}, 0},
		{"signatures, by their beginning", "f.csv", "ignore: {id: [制表人*, 审 核*, '*']}", "id,y,c\n制 表 人：钱某,,\n 审核：孙某,1,\n*,2,\n1,2,a\n", []int64{5}, []string{"1"}, []string{"a"}, 0},
		{"totals with blanks within", "f.csv", "ignore: {id: [合计, 小 计]}", "id,y,c\n合  计,1,\n合　计,1,\n小计,1,\n1,2,a\n", []int64{5}, []string{"1"}, []string{"a"}, 0},
		{"rows whose keys are all empty", "f.csv", "ignore_empty: [y, c]", "id,y,c\n本表一式三份\n制表人,,\n1,2,a\n2,,b\n", []int64{4, 5}, []string{"1", "2"}, []string{"a", "b"}, 0},
		{"signatures without a header", "f.csv", "ignore: {id: ['制表*']}, ignore_empty: [y]", "id,y,c\n1,2,a\n制表：孙某,,,审核：李某\n本表一式三份\n", []int64{2}, []string{"1"}, []string{"a"}, 0},
		{"lines before the header", "f.csv", "skip: 2", "title,\"\nx\nid,y,c\r\n1,2,a\r\n", []int64{4}, []string{"1"}, []string{"a"}, 0},
		{"a row with a cell too many", "f.csv", "", "id,y,c\n1,2,a,b\n2,3,c\n", []int64{2, 3}, []string{"", "2"}, []string{"", "c"}, 1},
		{"text behind a quoted cell", "f.csv", "", "id,y,c\n1,2,\"a\"b\n2,3,c\n", []int64{2, 3}, []string{"", "2"}, []string{"", "c"}, 1},
		{"bytes that are not UTF-8 in one row", "f.csv", "", "id,y,c\n1,2,\xff\n2,3,c\n", []int64{2, 3}, []string{"", "2"}, []string{"", "c"}, 1},
		{"nothing but a header", "f.csv", "", "id,y,c\n", nil, nil, nil, 0},
		{"GB18030 whose second byte looks like the delimiter", "f.csv", "encoding: gb18030, delimiter: '|'", "id|y|c\n1|2|\x81\x7c\n", []int64{2}, []string{"1"}, []string{"亅"}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := mapping(t, mini(c.options, "  id: id\n  yuan: y\n  counterparty: c"))
			got := all(t, Source{Path: write(t, c.file, c.text), Topic: m.Topic, Mapping: m})
			bad := 0
			for i, one := range got {
				if len(one.Problems) > 0 {
					bad++
					continue
				}
				if one.Line != c.lines[i] || !strings.Contains(string(one.Value), `"id":"`+c.ids[i]+`"`) {
					t.Errorf("record %d is of line %d: %s", i, one.Line, one.Value)
				}
				if c.texts[i] == "-" {
					if strings.Contains(string(one.Value), "counterparty") {
						t.Errorf("record %d is %s, want none", i, one.Value)
					}
					continue
				}
				if !strings.Contains(string(one.Value), `"counterparty":"`+c.texts[i]+`"`) && c.name[:2] != "GB" {
					t.Errorf("record %d is %s, want %s", i, one.Value, c.texts[i])
				}
			}
			if len(got) != len(c.lines) || bad != c.bad {
				t.Errorf("%d records, %d of them bad; want %d, %d", len(got), bad, len(c.lines), c.bad)
			}
		})
	}
}

func TestADryRunCountsByReasonWithTheFirstLines(t *testing.T) {
	m := mapping(t, mini("", "  id: id\n  yuan: y"))
	text := "id,y\n1,1\n2,x\n3,-1\n4,x\n,5\n1,1\n7,1,2\n"
	report, err := Source{Path: write(t, "f.csv", text), Topic: m.Topic, Mapping: m}.Check(t.Context(), record.Rules{}, testNow, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range report.Findings {
		detail, _, _ := strings.Cut(f.Detail, ":")
		got = append(got, fmt.Sprintf("%s %d %v %s", f.Reason, f.Count, f.Lines, detail))
	}
	want := []string{"bad_value 2 [3 5] column y (yuan)", "bad_value 1 [4] yuan", "missing_field 1 [6] id", "not_json 1 [8] expected 2 cells as in the header or first row, not 3"}
	if !slices.Equal(got, want) || report.Records != 7 || report.Rejected != 5 || report.Repeated != 1 || !slices.Equal(report.RepeatedLines, []int64{7}) {
		t.Errorf("the report is %+v\n%q", report, got)
	}
}

// FuzzTable holds that no table panics, and that every record with nothing unreadable is one JSON object that is not not_json.
func FuzzTable(f *testing.F) {
	f.Add([]byte("id,y,c\n1,\"1,000.00\",a\n"), false, ",")
	f.Add([]byte("id\ty\tc\n1\t2\t\"a\"\"b\nc\"\n"), false, "tab")
	f.Add([]byte("id|y|c\n1|2|\x81\x7c\n"), true, "|")
	f.Add([]byte("1||\"2\"||a|||b\n"), false, "||")
	f.Add([]byte("1|@|2|@|\xAA\xA1\r2|@|3|@|\xFE\x59"), true, "|@|")
	f.Add([]byte("\xEF\xBB\xBFid,y,c\n\xff,=\"\",'\n"), false, ",")
	decoder, batch, err := throwAwayDecoder(record.TopicAccountEntries, record.Rules{}, testNow)
	if err != nil {
		f.Fatal(err)
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte, gb bool, delimiter string) {
		options := "delimiter: " + strconv.QuoteToASCII(delimiter)
		if gb {
			options += ", encoding: gb18030"
		}
		m, err := ParseMapping("m.yaml", "wage.", []byte(strings.Replace(mini(options, "  id: {from: \"{id}{c}\"}\n  yuan: y\n  counterparty: c"),
			"booked_at: {value: 2026-10-16T09:00:00+08:00}", "booked_at: {column: c, format: [YYYY年M月D日H:m, YYYYMMDDHHmmZ], empty: 2026-10-16T09:00:00+08:00}", 1)))
		if err != nil {
			return
		}
		path := filepath.Join(dir, "f.csv")
		if err := os.WriteFile(path, append([]byte(strings.Join([]string{"id", "y", "c\n"}, map[bool]string{true: "\t", false: delimiter}[delimiter == "tab"])), text...), 0o600); err != nil {
			t.Fatal(err)
		}
		records, _ := readAll(Source{Path: path, Topic: m.Topic, Mapping: m})
		for _, one := range records {
			batch.Reset()
			bad := decoder.Add(batch, one.Value)
			if len(one.Problems) > 0 && bad == nil {
				t.Fatalf("a row that cannot be read is taken: %v", one.Problems[0])
			}
			if len(one.Problems) == 0 && bad != nil && bad.Reason == record.NotJSON {
				t.Fatalf("a row became what is no JSON: %q", one.Value)
			}
			Masked(m.Topic, one.Value)
		}
	})
}

// FuzzMapping holds that no mapping panics, and that one that is taken can read the examples.
func FuzzMapping(f *testing.F) {
	for _, name := range examples {
		text, err := os.ReadFile("testdata/" + name + ".yaml")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := ParseMapping("m.yaml", "wage.", text)
		if err != nil {
			return
		}
		for _, name := range examples {
			records, _ := readAll(Source{Path: "testdata/" + name + ".csv", Topic: m.Topic, Mapping: m, IDKey: testIDKey})
			for _, one := range records {
				Masked(m.Topic, one.Value)
			}
		}
	})
}
