package produce

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/ingest/record"
)

// punches is a mapping of a platform's answer.
func punches(t testing.TB, file string) *Mapping {
	t.Helper()
	return mapping(t, `topic: account_entries
source: platform
file: {`+file+`}
fields:
  id: no
  yuan: money.paid
  counterparty: worker.name
  version: {value: 1}
  recorded_at: {value: 2026-10-16T18:00:00+08:00}
  project_id: {value: P-1}
  account_id: {value: "6217"}
  booked_at: {column: date, format: common}
  kind: {value: wage_out}
  balance_yuan: {value: 0}
`)
}

const punch = `{"no":%d,"worker":{"name":"钱某","card":null},"money":{"paid":%s},"date":"2026-10-08 06:58:12","x":[1,{"y":2}]}`

func TestNestedJSONIsReadByTheWaysToItsValues(t *testing.T) {
	two := fmt.Sprintf(punch, 1, "7000.299999999999") + ",\n" + fmt.Sprintf(punch, 2, `"1,000.50"`)
	for _, c := range []struct {
		name, file, text string
		lines            []int64
		counts           string
	}{
		{"within an answer", "json: data.rows", "{\n\"code\": 0, \"list\": [{\"rows\":[1]}],\n\"data\": {\"rows\": [\n" + two + "\n], \"total\": 2}, \"rows\": []}\n", []int64{4, 5}, "2 read, 0 left out"},
		{"several answers", "json: rows", `{"rows":[` + strings.Replace(two, ",\n", "]}\r\n{\"page\":2,\"rows\":[", 1) + "]}\r\n{\"rows\":[]}", []int64{1, 2}, "2 read, 0 left out"},
		{"a list", `json: "."`, "[" + two + "]", []int64{1, 2}, "2 read, 0 left out"},
		{"objects one after the other", `json: "."`, strings.Replace(two, ",\n", "\n\n", 1), []int64{1, 3}, "2 read, 0 left out"},
		{"what is ignored and empty", `json: ".", ignore: {no: ["3*"]}, blank: [无]`, "[{\"no\":33},{\"no\":\"无\"},\n" + two + "]", []int64{2, 3}, "4 read, 2 left out (1 by the mapping, line 1; 1 empty)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := punches(t, c.file)
			s := Source{Path: write(t, "f.json", c.text), Topic: m.Topic, Mapping: m}
			got := all(t, s)
			if len(got) != 2 {
				t.Fatalf("%d records, want 2", len(got))
			}
			for i, want := range []string{`"yuan":7000.30`, `"yuan":1000.50`} {
				if got[i].Line != c.lines[i] || !strings.Contains(string(got[i].Value), want) || !strings.Contains(string(got[i].Value), fmt.Sprintf(`"id":"%d"`, i+1)) ||
					!strings.Contains(string(got[i].Value), `"counterparty":"钱某"`) || len(got[i].Problems) > 0 {
					t.Errorf("record %d is of line %d: %s", i, got[i].Line, got[i].Value)
				}
			}
			report, err := s.Check(t.Context(), record.Rules{}, testNow, nil)
			if err != nil || report.Rejected > 0 || report.Counts.String() != c.counts || len(report.Absent) > 0 {
				t.Errorf("the dry run says %+v, %q (%v)", report, report.Counts, err)
			}
		})
	}
}

func TestJSONThatDoesNotFitIsRefusedAndNotShown(t *testing.T) {
	for _, c := range []struct{ name, file, text, want string }{
		{"a mapping of a table", "", "{\n\"data\": {\"rows\": [{\"秘密\":1}]}}", "is JSON, and the mapping is of a table: say file: {json: data.rows}"},
		{"a mapping of a table for a list", "", "[{\"秘密\":1}]", "is JSON, and the mapping is of a table"},
		{"a way that is not there", "json: data.rows", "{\"data\":\n{\"秘密\":1}}", `line 2: there is no "rows" on the way to data.rows`},
		{"a way through a list", "json: data.rows", `{"data":[{"秘密":1}]}`, `expected an object with "rows" in it`},
		{"no list at its end", "json: data", `{"data":{"秘密":1}}`, "expected a list at data"},
		{"what is cut off", "json: data", "{\"data\":[{},\n{\"秘密\":", "is no JSON behind this line, or cut off"},
		{"what is cut off behind the list", "json: data", `{"data":[{}],"秘密"`, "is no JSON behind this line, or cut off"},
		{"a list that is cut off", `json: "."`, `[{},{}`, "is no JSON behind this line, or cut off"},
		{"text behind an object", `json: "."`, `{} }秘密`, "is no JSON behind this line, or cut off"},
		{"a table", "json: data", "秘密,331024197102275495\n", "is no JSON behind this line, or cut off"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := punches(t, c.file)
			_, err := readAll(Source{Path: write(t, "f.json", c.text), Topic: m.Topic, Mapping: m})
			if err == nil || !strings.Contains(err.Error(), c.want) || !errors.As(err, new(*Problem)) {
				t.Fatalf("got %v, want %q", err, c.want)
			}
			saysNothingPersonal(t, err.Error())
		})
	}
	text := "{\n \"data\": {\n \"rows\": [{\"秘密\":1}]}}\n"
	if _, err := readAll(Source{Path: write(t, "f.json", text), Topic: record.TopicAttendance}); err == nil || !strings.Contains(err.Error(), "is one JSON object over several lines") {
		t.Errorf("without a mapping: %v", err)
	}
	for _, text := range []string{"json: a..b", "json: a, skip: 1", "json: a, delimiter: tab", "json: a, encoding: gb18030"} {
		if _, err := ParseMapping("m.yaml", "wage.", []byte(mini(text, "  id: id\n  yuan: y"))); err == nil || !strings.Contains(err.Error(), "file.json") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestAnObjectThatIsNoRowIsRefusedByWay(t *testing.T) {
	m := punches(t, `json: "."`)
	s := Source{Path: write(t, "f.json", `[7, {"no":"1","worker":"秘密","money":{"paid":1},"date":"2026-10-08 06:58"}, {"no":"2","worker":{"name":{"秘密":1}},"money":{"paid":1},"date":"2026-10-08 06:58"}, {"no":3.31024197102275E17}]`), Topic: m.Topic, Mapping: m}
	got := all(t, s)
	if len(got) != 4 {
		t.Fatalf("%d records, want 4", len(got))
	}
	for i, want := range []string{"column no (id): expected one value", "column worker.name (counterparty): expected one value", "column worker.name (counterparty): expected one value", "column no (id): expected text"} {
		found := false
		for _, p := range got[i].Problems {
			found = found || strings.Contains(p.Error(), want)
			saysNothingPersonal(t, p.Error())
		}
		if !found {
			t.Errorf("record %d: %v, want %q", i, got[i].Problems, want)
		}
	}
	report, err := Source{Path: write(t, "f.json", `[{"no":1},{"no":2}]`), Topic: m.Topic, Mapping: m}.Check(t.Context(), record.Rules{}, testNow, nil)
	if err != nil || len(report.Absent) != 3 || report.Absent[0] != "date" {
		t.Errorf("the dry run says that %q are absent (%v)", report.Absent, err)
	}
}

func TestNestedJSONIsTakenUpBehindTheAcknowledgedObject(t *testing.T) {
	_, k := broker(t)
	m := punches(t, "json: data.rows")
	const n = 25_000
	rows := make([]string, n)
	for i := range rows {
		rows[i] = fmt.Sprintf(punch, i, "2")
	}
	s := Source{Path: write(t, "f.json", `{"data":{"rows":[`+strings.Join(rows, ",\n")+"]}}"), Topic: m.Topic, Mapping: m}
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := producer(t, k).Transfer(ctx, Transfer{Source: s, Progress: func(p Progress) {
		if p.Records >= 12_000 {
			cancel()
		}
	}}); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	o, err := producer(t, k).Transfer(t.Context(), Transfer{Source: s})
	if err != nil || o.From.Records < 10_000 || o.From.Line != o.From.Records || o.From.Records+o.Sent != n || o.Unreadable != 0 {
		t.Fatalf("%+v, %v", o, err)
	}
	if got := onTopic(t, k, "wage.account_entries", 1); len(got) != n {
		t.Errorf("%d different records arrived, want %d", len(got), n)
	}
}

// FuzzObjects holds that no JSON panics or is read without an end.
func FuzzObjects(f *testing.F) {
	f.Add([]byte(`{"data":{"rows":[`+fmt.Sprintf(punch, 1, "2")+`]}}`), "data.rows")
	f.Add([]byte(`[{"no":{"a":[1]}},[],null,"x"]`), ".")
	f.Add([]byte(`{} {"no":1e400} }`), ".")
	f.Fuzz(func(t *testing.T, text []byte, list string) {
		m, err := ParseMapping("m.yaml", "wage.", []byte(strings.Replace(mini("json: LIST", "  id: no\n  yuan: money.paid\n  counterparty: x"), "LIST", fmt.Sprintf("%q", list), 1)))
		if err != nil {
			return
		}
		records, _ := readAll(Source{Path: write(t, "f.json", string(text)), Topic: m.Topic, Mapping: m})
		for _, one := range records {
			Masked(m.Topic, one.Value)
		}
	})
}
