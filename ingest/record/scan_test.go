package record

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

// isObject is the judgement of encoding/json.
func isObject(b []byte) bool {
	return json.Valid(b) && utf8.Valid(b) && bytes.HasPrefix(bytes.TrimLeft(b, " \t\r\n"), []byte("{"))
}

func depth(b []byte) int {
	deepest, now := 0, 0
	for _, c := range b {
		switch c {
		case '{', '[':
			now++
			deepest = max(deepest, now)
		case '}', ']':
			now--
		}
	}
	return deepest
}

// FuzzScanner holds the scanner against encoding/json: both call the same messages JSON objects, and both read the same
// text out of a field.
func FuzzScanner(f *testing.F) {
	for _, topic := range Topics() {
		f.Add(with(topic, nil))
	}
	for _, s := range []string{`{}`, ` { } `, `{"a":[1,2,{"b":null}]}`, `{"id":"\u00e9\ud83d\ude00\n"}`, `{"id":"\ud800"}`, `{"id":"` + strings.Repeat("x", 40) + `\\\""}`,
		`{"a":1e5,"b":-0.0E+10,"c":[true,false,null]}`, `{"a":01}`, `{"a":.5}`, `{"a":1,}`, `[]`, "{\"a\":\"\x7f\"}", "{\"a\":\"é\x1f\"}", `{"a":tru}`} {
		f.Add([]byte(s))
	}
	d := testDecoder(f, sampleNow)
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > DefaultMaxBytes || depth(b) > maxDepth {
			return
		}
		bad := d.scan(b, &signalSchema)
		if got, want := bad == nil, isObject(b); got != want {
			t.Fatalf("an object: %v, encoding/json says %v", got, want)
		}
		if bad != nil || d.tok[fID].kind != text || d.tok[fID].twice {
			return
		}
		var r map[string]any // not a struct: its field names would match in any case
		if err := json.Unmarshal(b, &r); err != nil {
			t.Fatal(err)
		}
		want, _ := r["id"].(string)
		if got, ok := d.str(fID, ""); ok && string(got) != want {
			t.Fatalf("read %q, encoding/json reads %q", got, want)
		}
	})
}

func fuzzTopic(f *testing.F, topic Topic) {
	f.Add(with(topic, nil))
	for i, line := range sampleLinesOrNone(f, topic) {
		if i < 20 || bytes.Contains(line, []byte("BAD-")) {
			f.Add(line)
		}
	}
	d := testDecoder(f, sampleNow)
	b := NewBatch(topic)
	f.Fuzz(func(t *testing.T, value []byte) {
		kept := bytes.Clone(value)
		n, size := b.Len(), b.Bytes()
		bad := d.Add(b, value)
		if !bytes.Equal(value, kept) {
			t.Fatal("the message was changed")
		}
		if bad != nil {
			if b.Len() != n || b.Bytes() != size || bad.Detail == "" || bad.Reason.rank() > Inconsistent.rank() {
				t.Fatalf("after %v the batch has %d rows, had %d", bad, b.Len(), n)
			}
			return
		}
		if !isObject(value) || b.Len() != n+1 || b.Bytes()-size > 8*len(value)+1024 {
			t.Fatalf("accepted into %d rows and %d bytes", b.Len(), b.Bytes()-size)
		}
		b.Sort()
		if b.Len() >= 100 {
			b.Reset()
		}
	})
}

func FuzzProjects(f *testing.F)       { fuzzTopic(f, TopicProjects) }
func FuzzEmployers(f *testing.F)      { fuzzTopic(f, TopicEmployers) }
func FuzzWorkers(f *testing.F)        { fuzzTopic(f, TopicWorkers) }
func FuzzAttendance(f *testing.F)     { fuzzTopic(f, TopicAttendance) }
func FuzzPayroll(f *testing.F)        { fuzzTopic(f, TopicPayroll) }
func FuzzAccountEntries(f *testing.F) { fuzzTopic(f, TopicAccountEntries) }
func FuzzComplaints(f *testing.F)     { fuzzTopic(f, TopicComplaints) }
func FuzzProceedings(f *testing.F)    { fuzzTopic(f, TopicProceedings) }
func FuzzSignals(f *testing.F)        { fuzzTopic(f, TopicSignals) }
