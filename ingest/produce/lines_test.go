package produce

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/ingest/produce/reading"
	"github.com/anxin-project/anxin/ingest/record"
)

// slips is a table of people, whose last column is note where a test wants it mapped.
const slips = "id,y,c\n1,2,钱秘密\n2,3,孙秘密\n3,4,李秘密\n"

func TestALineEndsInLFInCRLFOrInABareCR(t *testing.T) {
	for _, end := range []string{"\n", "\r\n", "\r", "\r\r\n"} {
		for _, last := range []bool{true, false} {
			t.Run(fmt.Sprintf("%q %v", end, last), func(t *testing.T) {
				text := strings.ReplaceAll(slips, "\n", end)
				if !last {
					text = strings.TrimSuffix(text, end)
				}
				m := mapping(t, mini("", "  id: id\n  yuan: y"))
				got := all(t, Source{Path: write(t, "f.csv", text), Topic: m.Topic, Mapping: m})
				if len(got) != 3 {
					t.Fatalf("%d records, want 3", len(got))
				}
				for i, one := range got {
					if one.Line != int64(i+2) || len(one.Problems) > 0 {
						t.Errorf("record %d is of line %d: %v", i, one.Line, one.Problems)
					}
				}
				records := strings.ReplaceAll("{\"id\":\"1\",\"x\":[{},{}]}\n{\"id\":\"2\"}\n\n{\"id\":\"3\"}\n", "\n", end)
				if end == "\r" {
					records = strings.ReplaceAll(records, "}\r\r{", "}\r{") // of two CRs the second is white space
				}
				if got := all(t, Source{Path: write(t, "f.ndjson", records), Topic: record.TopicPayroll}); len(got) != 3 {
					t.Errorf("%d records of NDJSON, want 3", len(got))
				}
			})
		}
	}
	got := all(t, Source{Path: write(t, "f.ndjson", "{\"id\":\r\"1\"}\n"), Topic: record.TopicPayroll})
	if len(got) != 1 {
		t.Errorf("a CR within a record, which JSON allows, makes %d of it", len(got))
	}
}

func TestLinesAreFoundWhereverTheBufferEnds(t *testing.T) {
	var want []string
	for i := range 300 {
		want = append(want, strings.Repeat("x", i%23))
	}
	for _, end := range []string{"\n", "\r\n", "\r", "\r\r\n"} {
		for _, size := range []int{16, 17, 18, 19, 20, 64} {
			l := reading.Lines{From: bufio.NewReaderSize(strings.NewReader(strings.Join(want, end)+end), size)}
			for i, w := range want {
				b, err := l.Next()
				if err != nil || string(b) != w || l.Line != int64(i+1) {
					t.Fatalf("%q, buffer of %d: line %d is %q (%v), want %q", end, size, l.Line, b, err, w)
				}
			}
			if _, err := l.Next(); err != io.EOF || l.Offset != int64(len(strings.Join(want, end)+end)) {
				t.Errorf("%q, buffer of %d: %v at %d", end, size, err, l.Offset)
			}
		}
	}
}

// personal is what no message may hold.
var personal = []string{"秘密", "331024197102275495", "6217003310000004471"}

func saysNothingPersonal(t *testing.T, text string) {
	t.Helper()
	for _, p := range personal {
		if strings.Contains(text, p) {
			t.Errorf("the message shows what is personal: %s", strings.ReplaceAll(text, p, "***"))
		}
	}
}

func TestNoMessageShowsACellOfWhatIsTakenForAHeader(t *testing.T) {
	people := "钱秘密,331024197102275495,6217003310000004471"
	for _, c := range []struct{ name, text, want string }{
		{"people in the header's place", people + "\n" + people + "\n", "the line has 3 cells and none of the mapped columns"},
		{"a header that ends in people", "id,y," + people + "\n", `no column "c"; the line has 5 cells, 2 of the mapped columns among them`},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := mapping(t, mini("", "  id: id\n  yuan: y\n  counterparty: c"))
			_, err := readAll(Source{Path: write(t, "f.csv", c.text), Topic: m.Topic, Mapping: m})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want %q", err, c.want)
			}
			saysNothingPersonal(t, err.Error())
		})
	}
}

func TestATableGivenForTheMappingIsNotQuoted(t *testing.T) {
	for _, text := range []string{"钱秘密,331024197102275495\n", "钱秘密: 1\n钱秘密: 2\n", "钱秘密: 1\n", "331024197102275495: 1\n", "*钱秘密\n", "- 331024197102275495\n", "topic: [331024197102275495]\n", "file: 331024197102275495\n"} {
		_, err := ParseMapping("m.yaml", "wage.", []byte(text))
		if err == nil {
			t.Fatal("a table is taken for a mapping")
		}
		saysNothingPersonal(t, err.Error())
	}
}

func TestASampleOfAMappingGoneWrongShowsNothingPersonal(t *testing.T) {
	m := mapping(t, `topic: attendance
source: s
file: {header: false}
fields:
  id: {value: x}
  version: {value: 1}
  recorded_at: {value: 2026-10-16T18:00:00+08:00}
  id_type: {value: resident}
  id_number: 1
  project_id: 2
  employer_uscc: 3
  work_date: {value: 2026-10-01}
  hours: 4
  device: 5
`)
	row := "331024197102275495,331024197102275495,331024197102275495,331024197102275495,门 6217003310000004471\n"
	samples, err := Source{Path: write(t, "f.csv", row), Topic: m.Topic, Mapping: m}.Sample(t.Context(), 5, record.Rules{}, testNow)
	if err != nil || len(samples) != 1 {
		t.Fatal(samples, err)
	}
	saysNothingPersonal(t, string(samples[0].Masked)+samples[0].Problem)
}

func TestWhatWasReadIsARecordOrLeftOut(t *testing.T) {
	m := mapping(t, mini("ignore: {id: [合计]}", "  id: id\n  yuan: y\n  counterparty: c"))
	for _, c := range []struct {
		name, file, text string
		table            bool
		want             string
		records          int64
	}{
		{"rows, empty ones and totals", "f.csv", "id,y,c\n1,2,a\n\n,,\n2,x,\"a\nb\"\n合计,2,\n1,2,3,4\n", true, "6 read, 3 left out (1 by the mapping, line 7; 2 empty), 1 more line within quoted cells", 3},
		{"nothing but a header", "f.csv", "id,y,c\n", true, "0 read, 0 left out", 0},
		{"nothing but totals", "f.csv", "id,y,c\n合计,1,\n", true, "1 read, 1 left out (1 by the mapping, line 2)", 0},
		{"lines", "f.ndjson", "{}\n\n \nx\n", false, "4 read, 2 left out (2 empty)", 2},
		{"an array", "f.json", "[{},1]", false, "2 read, 0 left out", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := Source{Path: write(t, c.file, c.text), Topic: m.Topic}
			if c.table {
				s.Mapping = m
			}
			report, err := s.Check(t.Context(), record.Rules{}, testNow, nil)
			if err != nil || report.Counts.String() != c.want || report.Records != c.records {
				t.Errorf("the dry run says %q, %d records (%v), want %q, %d", report.Counts, report.Records, err, c.want, c.records)
			}
		})
	}
	if err := (Counts{Read: 3, Records: 1, Empty: 1}).whole("f.csv"); err == nil {
		t.Error("a row that vanished is not told")
	}
}
