package produce

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/ingest/record"
)

// sheet is a mapping of an attendance sheet, with what a test says of its file and hours.
func sheet(file, hours, number string) string {
	return `topic: attendance
source: sheet
file: {` + file + `}
fields:
  id: {from: "{` + number + `}|{day}", hash: true}
  recorded_at: {value: "2026-03-01T09:00:00+08:00"}
  version: {value: 1}
  id_type: {value: resident}
  id_number: ` + number + `
  project_id: {value: P-1}
  employer_uscc: {value: 91331024MA2XYK0005}
  work_date: day
  hours: ` + hours + "\n"
}

// month writes a row: a number, then the cells of so many days, of which some are said.
func monthOf(number string, days int, said map[int]string) string {
	cells := []string{"1", number}
	for n := 1; n <= days; n++ {
		cells = append(cells, said[n])
	}
	return strings.Join(append(cells, "26"), ",") + "\n"
}

func headings(days int, unit string) string {
	cells := []string{"序号", "身份证号"}
	for n := 1; n <= days; n++ {
		cells = append(cells, fmt.Sprint(n)+unit)
	}
	return strings.Join(append(cells, "合计"), ",") + "\n"
}

const (
	numberA = "513022198004120040"
	numberB = "522425198811031011"
)

func TestColumnsThatAreDaysMakeARecordADay(t *testing.T) {
	ticks := "{column: tick, map: {√: 8, 上: 4, 下: 4, 0.5: 4}, unit: hour}"
	for _, c := range []struct {
		name, file, hours, number, text string
		want                            []string // date and hours of each record
		counts                          string
		bad                             []string // column and what is said
	}{
		{"headings and a month", "days: {month: 2026-02}", ticks, "身份证号",
			headings(31, "") + monthOf(numberA, 31, map[int]string{1: "√", 2: "8", 3: "0.5", 28: "上"}) + monthOf(numberB, 31, map[int]string{5: "7.5"}),
			[]string{"02-01 8", "02-02 8", "02-03 4", "02-28 4", "02-05 7.5"}, "56 read, 51 left out (51 days without a tick)", nil},
		{"a title with the month", "skip: 2, days: {month: title}", ticks, "身份证号",
			"一号工程农民工考勤表（2026 年 2月）,,\n单位：演示建设\n" + headings(28, "日") + monthOf(numberA, 28, map[int]string{1: "√"}),
			[]string{"02-01 8"}, "28 read, 27 left out (27 days without a tick)", nil},
		{"headings that are dates", "days: {month: 2026-02}", ticks, "身份证号",
			strings.Replace(strings.Replace(headings(28, ""), ",3,", ",2026/2/3,", 1), ",4,", ",2月4日,", 1) + monthOf(numberA, 28, map[int]string{3: "√", 4: "√"}),
			[]string{"02-03 8", "02-04 8"}, "28 read, 26 left out (26 days without a tick)", nil},
		{"a column with the month", "days: {month: {column: 合计}}", ticks, "身份证号",
			headings(28, "") + strings.Replace(monthOf(numberA, 28, map[int]string{2: "√"}), ",26\n", ",2026年2月\n", 1) + monthOf(numberB, 28, map[int]string{2: "√"}),
			[]string{"02-02 8"}, "29 read, 27 left out (27 days without a tick)", []string{"line 3, column 合计: expected a month such as"}},
		{"positions", "header: false, skip: 1, ignore: {2: [合计]}, days: {month: 2026-02, first: 3}", ticks, "2",
			headings(28, "") + monthOf(numberA, 28, map[int]string{28: "√"}) + monthOf("合计", 28, nil),
			[]string{"02-28 8"}, "29 read, 28 left out (1 by the mapping, line 3; 27 days without a tick)", nil},
		{"empty days that mean absence", "days: {month: 2026-02}", strings.Replace(ticks, "unit", "empty: 0, unit", 1), "身份证号",
			headings(28, "") + monthOf(numberA, 28, map[int]string{1: "√"}),
			nil, "28 read, 0 left out", nil},
		{"what nobody understands", "days: {month: 2026-02}", ticks, "身份证号",
			headings(31, "") + monthOf(numberA, 31, map[int]string{1: "秘密", 2: "√", 3: "26", 30: "√"}),
			[]string{"02-02 8"}, "29 read, 25 left out (25 days without a tick)",
			[]string{"line 2, column 1 (hours): expected a number of hours", "line 2, column 3 (hours): expected a number of hours, 0 to 24", "line 2, column 30: expected an empty cell, for the month has 28 days"}},
		{"what is no tick, by position", "header: false, days: {month: 2026-02, first: 3}", "{column: tick, map: {√: 8}}", "2",
			monthOf(numberA, 28, map[int]string{1: "√", 9: "秘密"}),
			[]string{"02-01 8"}, "28 read, 26 left out (26 days without a tick)", []string{"line 1, column 11, day 9 (hours): expected a cell that stands in the mapping's map"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := mapping(t, sheet(c.file, c.hours, c.number))
			s := Source{Path: write(t, "f.csv", c.text), Topic: m.Topic, Mapping: m, IDKey: testIDKey}
			var got, bad []string
			ids := map[string]bool{}
			for _, one := range all(t, s) {
				if len(one.Problems) > 0 {
					bad = append(bad, one.Problems[0].Error())
					saysNothingPersonal(t, one.Problems[0].Error())
					continue
				}
				value := string(one.Value)
				_, date, _ := strings.Cut(value, `"work_date":"2026-`)
				_, hours, _ := strings.Cut(value, `"hours":`)
				got = append(got, date[:5]+" "+strings.TrimSuffix(hours, "}"))
				id, _, _ := strings.Cut(value, ",")
				if ids[id] {
					t.Errorf("%s: two days have one id", date)
				}
				ids[id] = true
			}
			if c.want != nil && strings.Join(got, "; ") != strings.Join(c.want, "; ") {
				t.Errorf("the records are of %q, want %q", got, c.want)
			}
			if c.want == nil && (len(got) != 28 || got[0] != "02-01 8" || got[27] != "02-28 0") {
				t.Errorf("the records are of %q, want all days", got)
			}
			if len(bad) != len(c.bad) {
				t.Fatalf("refused: %q", bad)
			}
			for i, want := range c.bad {
				if !strings.Contains(bad[i], want) {
					t.Errorf("refused as %q, want %q", bad[i], want)
				}
			}
			report, err := s.Check(t.Context(), record.Rules{}, testNow, nil)
			if err != nil || report.Counts.String() != c.counts || report.Rejected != int64(len(c.bad)) || report.Repeated > 0 {
				t.Errorf("the dry run says %q, %+v (%v), want %q", report.Counts, report.Findings, err, c.counts)
			}
		})
	}
}

func TestADryRunSaysThatColumnsAreNotUsed(t *testing.T) {
	for _, c := range []struct{ file, want string }{
		{"", "30 of 31 columns are not used, among them days of a month"},
		{"days: {month: 2026-02}", "2 of 31 columns are not used"},
	} {
		text := sheet(c.file, "{value: 8}", "身份证号")
		if c.file == "" {
			text = strings.Replace(strings.Replace(text, "|{day}", "", 1), "work_date: day", "work_date: {value: 2026-02-01}", 1)
		} else {
			text = strings.Replace(text, "{value: 8}", "{column: tick, map: {√: 8}}", 1)
		}
		m := mapping(t, text)
		s := Source{Path: write(t, "f.csv", headings(28, "")+monthOf(numberA, 28, map[int]string{1: "√"})), Topic: m.Topic, Mapping: m, IDKey: testIDKey}
		report, err := s.Check(t.Context(), record.Rules{}, testNow, nil)
		if err != nil || !strings.HasPrefix(report.Unused.String(), c.want) || report.Rejected > 0 {
			t.Errorf("the dry run says %q (%v), want %q", report.Unused, err, c.want)
		}
	}
}

func TestASheetOfDaysThatDoesNotFitIsRefused(t *testing.T) {
	tick := "{column: tick, map: {√: 8}}"
	for _, c := range []struct{ name, file, text, want string }{
		{"a day without a column", "days: {month: 2026-02}", headings(26, ""), "line 1: the header has no column for day 27, 28; expected headings 1 to 28"},
		{"a day twice", "days: {month: 2026-02}", strings.Replace(headings(28, ""), "合计", "3", 1), "the header has day 3 twice"},
		{"a title without a month", "skip: 1, days: {month: title}", "秘密\n" + headings(28, ""), "none of the 1 lines before the header names a month"},
		{"a title with two", "skip: 1, days: {month: title}", "秘密2026年2月,2026年3月\n" + headings(28, ""), "name several months"},
		{"a column of months that is not there", "days: {month: {column: 月份}}", headings(28, ""), `the header has no column "月份"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := mapping(t, sheet(c.file, tick, "身份证号"))
			_, err := readAll(Source{Path: write(t, "f.csv", c.text), Topic: m.Topic, Mapping: m, IDKey: testIDKey})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want %q", err, c.want)
			}
			saysNothingPersonal(t, err.Error())
		})
	}
	for _, c := range []struct{ name, text, want string }{
		{"days that no field uses", strings.Replace(sheet("days: {month: 2026-02}", "{value: 8}", "身份证号"), "work_date: day", "work_date: {value: 2026-02-01}", 1), "fields must use the columns day and tick"},
		{"an id without the day", strings.Replace(sheet("days: {month: 2026-02}", tick, "身份证号"), "|{day}", "", 1), "line 5: id: with days: a row makes many records"},
		{"a month that is none", sheet("days: {month: 2026-13}", tick, "身份证号"), "line 3: file.days: want {month: 2026-10}"},
		{"a title that is not skipped", sheet("days: {month: title}", tick, "身份证号"), "month: title needs skip:"},
		{"no header and no position", sheet("header: false, days: {month: 2026-02}", tick, "2"), "without a header say first:"},
		{"days without days", sheet("header: false", tick, "2"), "column \"day\": the file has no header"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := ParseMapping("m.yaml", "wage.", []byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// A row that was sent in part when a transfer was interrupted is taken up from its first day, so that no day is left out.
func TestATransferThatEndsWithinARowLeavesNoDayOut(t *testing.T) {
	_, k := broker(t)
	m := mapping(t, sheet("header: false, days: {month: 2026-02, first: 3}", "{column: tick, map: {√: 8}}", "2"))
	all := map[int]string{}
	for n := 1; n <= 28; n++ {
		all[n] = "√"
	}
	var text strings.Builder
	const workers = 1000
	for i := range workers {
		text.WriteString(monthOf(fmt.Sprint(i), 28, all))
	}
	s := Source{Path: write(t, "f.csv", text.String()), Topic: m.Topic, Mapping: m, IDKey: testIDKey}
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := producer(t, k).Transfer(ctx, Transfer{Source: s, Progress: func(p Progress) {
		if p.Records >= 12_000 {
			cancel()
		}
	}}); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	o, err := producer(t, k).Transfer(t.Context(), Transfer{Source: s})
	if err != nil || o.From.Records < 10_000 || o.From.Records%28 != 0 {
		t.Fatalf("%+v, %v", o, err)
	}
	if got := onTopic(t, k, "wage.attendance", 3); len(got) != 28*workers {
		t.Errorf("%d different records arrived, want %d", len(got), 28*workers)
	}
}
