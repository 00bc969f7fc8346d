package produce

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/anxin-project/anxin/ingest/record"
)

func padded(text string, width int) string {
	b, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	if err != nil {
		panic(err)
	}
	return b + strings.Repeat(" ", width-len(b))
}

func TestCellsOfFixedWidthAreToldByTheirPlaces(t *testing.T) {
	gb := padded("1", 4) + padded("钢筋班", 12) + padded("000000635050", 12) + "\r\n" + padded("2", 4) + padded("木工", 12) + "000000000007\n" + padded("3", 4) + padded("木工", 12) + "42\n"
	utf := "id  班组    金额\n1   钢筋班   635050\n2   木工    7   \n"
	for _, c := range []struct {
		name, file, fields, text string
		want, bad                []string
	}{
		{"bytes of GB18030", "encoding: gb18030, header: false, fixed: {bytes: [4, 12, 12]}", "  id: 1\n  counterparty: 2\n  yuan: {column: 3, unit: fen}", gb,
			[]string{`"1" 6350.50 "钢筋班"`, `"2" 0.07 "木工"`, `"3" 0.42 "木工"`}, nil},
		{"characters, with headings", "fixed: {characters: [4, 6, 6]}", "  id: id\n  counterparty: 班组\n  yuan: {column: 金额, unit: fen}", utf,
			[]string{`"1" 6350.50 "钢筋班"`, `"2" 0.07 "木工"`}, nil},
		{"a width that cuts a character", "encoding: gb18030, header: false, fixed: {bytes: [4, 5, 19]}", "  id: 1\n  counterparty: 2\n  yuan: {column: 3, unit: fen}", padded("1", 4) + padded("钢筋班", 12) + "1\n", nil,
			[]string{"line 1: expected a line of 28 bytes, cut between characters"}},
		{"a line that is longer", "header: false, fixed: {bytes: [4, 2, 2]}", "  id: 1\n  counterparty: 2\n  yuan: {column: 3, unit: fen}", "1   ab12  \n2   ab123\n",
			[]string{`"1" 0.12 "ab"`}, []string{"line 2: expected a line of 8 bytes"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := mapping(t, mini(c.file, c.fields))
			var got, bad []string
			for _, one := range all(t, Source{Path: write(t, "f.dat", c.text), Topic: m.Topic, Mapping: m}) {
				if len(one.Problems) > 0 {
					bad = append(bad, one.Problems[0].Error())
					continue
				}
				value := string(one.Value)
				cell := func(name string) string {
					_, rest, _ := strings.Cut(value, `"`+name+`":`)
					rest, _, _ = strings.Cut(strings.TrimSuffix(rest, "}"), ",")
					return rest
				}
				got = append(got, cell("id")+" "+cell("yuan")+" "+cell("counterparty"))
			}
			if strings.Join(got, ";") != strings.Join(c.want, ";") {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if len(bad) != len(c.bad) {
				t.Fatalf("refused: %q", bad)
			}
			for i := range bad {
				if !strings.Contains(bad[i], c.bad[i]) || strings.Contains(bad[i], "钢") {
					t.Errorf("refused as %q, want %q", bad[i], c.bad[i])
				}
			}
		})
	}
	for _, c := range []struct{ file, want string }{
		{"fixed: [4, 5]", "want {bytes:"},
		{"fixed: {bytes: [4, 0]}", "want widths from 1"},
		{"fixed: {bytes: [4], characters: [4]}", "want {bytes:"},
		{"fixed: {bytes: [4]}, delimiter: \",\"", "cells are told by their places"},
	} {
		if _, err := ParseMapping("m.yaml", "wage.", []byte(mini(c.file, "  id: id\n  yuan: y"))); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.file, err, c.want)
		}
	}
}

func TestAStatementOfTwoColumnsSaysWhatCameAndWhatWent(t *testing.T) {
	const text = "序号,摘要,收入,支出\n1,拨款,5000.00,0.00\n2,工资,,120.50\n3,结息,0.03,\n4,手续费,0,2\n5,秘密,1,2\n6,秘密,0.00,\n"
	fields := `  id: 序号
  yuan: {either: [收入, 支出], unit: yuan}
  kind: {column: 摘要, map: {结息: interest_in, 手续费: fee_out}, filled: {收入: labor_cost_in, 支出: wage_out}}`
	m := mapping(t, strings.Replace(mini("", fields), "  kind: {value: wage_out}\n", "", 1))
	var got []string
	for _, one := range all(t, Source{Path: write(t, "f.csv", text), Topic: m.Topic, Mapping: m}) {
		line := fmt.Sprint(one.Line)
		for _, p := range one.Problems {
			line += " " + p.Error()
		}
		if _, rest, found := bytes.Cut(one.Value, []byte(`"kind":`)); found && len(one.Problems) == 0 {
			line += " " + string(rest)
		}
		saysNothingPersonal(t, line)
		got = append(got, line)
	}
	for i, want := range []string{
		`2 "labor_cost_in","yuan":5000.00,`, `3 "wage_out","yuan":120.50,`, `4 "interest_in","yuan":0.03,`, `5 "fee_out","yuan":2.00,`,
		"one of these columns to hold something, not several", "something in one of these columns",
	} {
		if i >= len(got) || !strings.Contains(got[i], want) {
			t.Errorf("record %d is %q, want %q", i, got[i], want)
		}
	}
	for _, c := range []struct{ field, want string }{
		{"yuan: {either: [收入]}", "either: want several columns"},
		{"yuan: {either: [收入, 支出], column: 收入}", "want one of column"},
		{"kind: {filled: {收入: labor}}", "expected one of labor_cost_in"},
		{"kind: {column: 摘要, filled: {收入: wage_out}}", "filled stands alone, or beside column and map"},
	} {
		text := strings.Replace(mini("", "  id: 序号\n  "+c.field), "  kind: {value: wage_out}\n", "", 1)
		if _, err := ParseMapping("m.yaml", "wage.", []byte(text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.field, err, c.want)
		}
	}
}

func TestAmountsOfSeveralColumnsAreAdded(t *testing.T) {
	m := mapping(t, mini("", "  id: id\n  yuan: {sum: [基本, 加班, 津贴], unit: yuan}"))
	s := Source{Path: write(t, "f.csv", "id,基本,加班,津贴\n1,\"5,000.10\",,0.05\n2,,,\n3,1,秘密,2\n4,92233720368547758.07,0.01,\n5,-1,1,0\n"), Topic: m.Topic, Mapping: m}
	want := []string{`"yuan":5000.15,`, `-`, `unreadable`, `unreadable`, `"yuan":0.00,`}
	for i, one := range all(t, s) {
		if value := string(one.Value); want[i] == "-" && strings.Contains(value, `"yuan"`) || want[i] != "-" && !strings.Contains(value, want[i]) || (want[i] == "unreadable") != (len(one.Problems) == 1) {
			t.Errorf("record %d is %s, %v; want %s", i+1, value, one.Problems, want[i])
		}
	}
	if _, err := ParseMapping("m.yaml", "wage.", []byte(mini("", "  id: {sum: [a, b]}\n  yuan: y"))); err == nil || !strings.Contains(err.Error(), "sum is for amounts") {
		t.Error(err)
	}
}

// Two rows a worker, one for mornings and one for afternoons, with the worker's cells merged over both.
func TestMergedCellsHoldForTheRowsBelow(t *testing.T) {
	fields := `topic: attendance
source: s
file: {days: {month: 2026-02, first: 4}, header: false, fill_down: [1, 2], ignore: {1: [合计]}}
fields:
  id: {from: "{2}|{3}|{day}", hash: true}
  version: {value: 1}
  recorded_at: {value: 2026-03-01T18:00:00+08:00}
  id_type: {value: resident}
  id_number: 2
  project_id: {value: P-1}
  employer_uscc: {value: 91331024MA2XYK0005}
  work_date: day
  hours: {column: tick, map: {√: 4}}
`
	row := func(name, number, half, first string) string {
		return name + "," + number + "," + half + "," + first + strings.Repeat(",", 27) + "\n"
	}
	table := row("甲", numberA, "上午", "√") + row("", "", "下午", "√") + row("乙", "", "上午", "√") + row("", "", "下午", "√") + row("合计", "", "", "9") + row("", "", "上午", "√")
	m := mapping(t, fields)
	s := Source{Path: write(t, "f.csv", table), Topic: m.Topic, Mapping: m, IDKey: testIDKey}
	ids := map[string]bool{}
	for i, one := range all(t, s) {
		has := bytes.Contains(one.Value, []byte(`"id_number":"`+numberA+`"`))
		if has != (i < 2) {
			t.Errorf("record %d (line %d) has the number of the first worker: %v", i, one.Line, has)
		}
		id, _, _ := bytes.Cut(one.Value, []byte(","))
		if i < 2 && ids[string(id)] {
			t.Error("two halves of a day have one id")
		}
		ids[string(id)] = true
	}
	report, err := s.Check(t.Context(), record.Rules{}, testNow, nil)
	if err != nil || report.Records != 5 || report.Rejected != 3 || report.Ignored != 1 || report.Repeated != 0 {
		t.Errorf("the dry run says %+v, %v", report, err)
	}
}

func TestADayMayHaveTwoColumns(t *testing.T) {
	mappingOf := func(id string) string {
		return `topic: attendance
source: s
file: {days: {month: 2026-02, first: 2, columns: 2}, header: false}
fields:
  id: {from: "` + id + `", hash: true}
  version: {value: 1}
  recorded_at: {value: 2026-03-01T18:00:00+08:00}
  id_type: {value: resident}
  id_number: 1
  project_id: {value: P-1}
  employer_uscc: {value: 91331024MA2XYK0005}
  work_date: day
  hours: {column: tick, map: {√: 4}}
`
	}
	m := mapping(t, mappingOf("{1}|{day}|{half}"))
	s := Source{Path: write(t, "f.csv", numberA+",√,√,,√"+strings.Repeat(",", 51)+",√\n"), Topic: m.Topic, Mapping: m, IDKey: testIDKey}
	var got []string
	for _, one := range all(t, s) {
		_, date, _ := strings.Cut(string(one.Value), `"work_date":"2026-`)
		got = append(got, date[:5])
	}
	if strings.Join(got, " ") != "02-01 02-01 02-02 02-28" {
		t.Errorf("the days are %q", got)
	}
	report, err := s.Check(t.Context(), record.Rules{}, testNow, nil)
	if err != nil || report.Rejected != 0 || report.Repeated != 0 || report.Days != 52 {
		t.Errorf("the dry run says %+v, %v", report, err)
	}
	for text, want := range map[string]string{
		mappingOf("{1}|{day}"): "the id must be made from half too",
		strings.Replace(mappingOf("{1}|{day}|{half}"), "first: 2, ", "", 1):           "with columns: 2 say first:",
		strings.Replace(mappingOf("{1}|{day}|{half}"), "columns: 2", "columns: 3", 1): "file.days: want",
	} {
		if _, err := ParseMapping("m.yaml", "wage.", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// What stands above a row is known again after a transfer was interrupted between two rows of one worker.
func TestATransferGoesOnBelowMergedCells(t *testing.T) {
	_, k := broker(t)
	m := mapping(t, strings.Replace(mini("fill_down: [project]", "  id: id\n  yuan: y"), "project_id: {value: P-1}", "project_id: project", 1))
	var text strings.Builder
	text.WriteString("id,y,project\n")
	const rows = 30_000
	for i := range rows {
		project := ""
		if i%1000 == 0 {
			project = fmt.Sprintf("P-%d", i)
		}
		fmt.Fprintf(&text, "%d,1,%s\n", i, project)
	}
	s := Source{Path: write(t, "f.csv", text.String()), Topic: m.Topic, Mapping: m}
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := producer(t, k).Transfer(ctx, Transfer{Source: s, Progress: func(p Progress) {
		if p.Records >= 15_500 {
			cancel()
		}
	}}); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	o, err := producer(t, k).Transfer(t.Context(), Transfer{Source: s})
	if err != nil || o.From.Records < 10_000 || o.From.Records+o.Sent != rows {
		t.Fatalf("%+v, %v", o, err)
	}
	for value := range onTopic(t, k, "wage.account_entries", 1) {
		_, id, _ := strings.Cut(value, `"id":"`)
		id, _, _ = strings.Cut(id, `"`)
		n := 0
		if _, err := fmt.Sscan(id, &n); err != nil || !strings.Contains(value, fmt.Sprintf(`"project_id":"P-%d"`, n/1000*1000)) {
			t.Fatalf("record %s has another project: %s", id, value)
		}
	}
}

func TestADateThatAnotherFormatReadsIsRefusedWithThatFormat(t *testing.T) {
	m := mapping(t, strings.Replace(mini("", "  id: id\n  yuan: y"), "booked_at: {value: 2026-10-16T09:00:00+08:00}", "booked_at: at", 1))
	got := all(t, Source{Path: write(t, "f.csv", "id,y,at\n1,2,46310.5\n2,3,2026年10月5日 8:05\n3,4,秘密\n"), Topic: m.Topic, Mapping: m})
	for i, want := range []string{"; format: serial reads what stands here", "; format: common reads what stands here", "a day and time that exist"} {
		if p := got[i].Problems; len(p) != 1 || !strings.HasSuffix(p[0].Error(), want) {
			t.Errorf("record %d is refused as %v, want %q", i+1, p, want)
		}
	}
}
