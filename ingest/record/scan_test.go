package record

import (
	"bytes"
	"encoding/json"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// isObject says whether encoding/json reads an object.
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

// fuzzTopic holds that a message changes nothing but the batch, and that only by what it holds; that a reject names a known
// reason and quotes nothing; and that a record which is taken is the same when it is written again.
func fuzzTopic(f *testing.F, topic Topic) {
	f.Add(with(topic, nil))
	for _, hostile := range hostileMessages(topic) {
		f.Add(hostile)
	}
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
			if b.Len() != n || b.Bytes() != size {
				t.Fatalf("after %v the batch has %d rows, had %d", bad, b.Len(), n)
			}
			mustQuoteNothing(t, bad)
			return
		}
		if !isObject(value) || b.Len() != n+1 || b.Bytes()-size > 8*len(value)+1024 {
			t.Fatalf("accepted into %d rows and %d bytes", b.Len(), b.Bytes()-size)
		}
		b.Sort()
		if b.Len() >= 100 {
			b.Reset()
		}
		first, s, bad := decoded(d, topic, value)
		if bad != nil {
			t.Fatalf("a batch took it, alone it is %v", bad)
		}
		again := encode(t, first, s, value)
		if len(again) > DefaultMaxBytes {
			return
		}
		if second, _, bad := decoded(d, topic, again); bad != nil || !reflect.DeepEqual(first, second) {
			t.Fatalf("written again as %s\nit is %+v (%v)\nwas %+v", again, second, bad, first)
		}
	})
}

// quoted finds what no text of the contract holds: other letters than English ones, and numbers of more digits than a limit
// has.
var quoted = regexp.MustCompile(`[^ -~±]|\d{11}`)

func mustQuoteNothing(t *testing.T, bad *Reject) {
	t.Helper()
	if !slices.Contains(Reasons(), bad.Reason) || bad.Detail == "" || len(bad.Detail) > 512 || quoted.MatchString(bad.Error()) {
		t.Fatalf("rejected with %q", bad.Error())
	}
}

// hostileMessages are meant to cost more than their length: in depth, digits, escapes or repetition.
func hostileMessages(topic Topic) [][]byte {
	amount := map[Topic]string{TopicProjects: "contract_yuan", TopicEmployers: "headcount", TopicWorkers: "wage_yuan", TopicAttendance: "hours",
		TopicPayroll: "gross_yuan", TopicAccountEntries: "yuan", TopicComplaints: "yuan", TopicProceedings: "yuan", TopicSignals: "value",
		TopicPermits: "contract_yuan", TopicClosures: "worker_key", TopicVoices: "worker_hash"}[topic]
	var all [][]byte
	for _, number := range []string{"1e999999999", "-1e-999999999", "0e99999999999999999999", "0." + strings.Repeat("0", 5000) + "1", strings.Repeat("9", 5000),
		"1" + strings.Repeat("0", 5000) + "e-5000"} {
		all = append(all, with(topic, map[string]any{amount: raw(number)}), with(topic, map[string]any{"version": raw(number)}))
	}
	return append(all,
		with(topic, map[string]any{"x": raw(strings.Repeat("[", 127) + strings.Repeat("]", 127))}),
		[]byte(strings.Repeat(`{"x":`, 50_000)), []byte(strings.Repeat("[", 200_000)),
		[]byte(`{"id":"`+strings.Repeat(`\u5b89`, 40_000)+`"}`), []byte(`{"id":"`+strings.Repeat(`\`, 200_001)),
		[]byte(`{`+strings.Repeat(`"id":"a",`, 25_000)+`"id":"a"}`), []byte(`{`+strings.Repeat(`"\u0069\u0064":"a",`, 10_000)+`"id":"a"}`),
		[]byte(`{"x":"`+strings.Repeat("安", 80_000)+`"}`),
	)
}

func TestNoMessageCostsOutOfProportion(t *testing.T) {
	d := testDecoder(t, sampleNow)
	if bad := d.Add(NewBatch(TopicWorkers), with(TopicWorkers, nil)); bad != nil { // makes the cache of hashes
		t.Fatal(bad)
	}
	for _, topic := range Topics() {
		b := NewBatch(topic)
		for _, message := range append(hostileMessages(topic), with(topic, nil)) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_ = d.Add(b, message)
			runtime.ReadMemStats(&after)
			// The decoder's buffers grow to a small multiple of the longest message, once.
			if took := after.TotalAlloc - before.TotalAlloc; took > uint64(16*len(message)+64<<10) {
				t.Errorf("%s: a message of %d bytes took %d: %.60s", topic, len(message), took, message)
			}
		}
	}
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
func FuzzPermits(f *testing.F)        { fuzzTopic(f, TopicPermits) }
func FuzzClosures(f *testing.F)       { fuzzTopic(f, TopicClosures) }
func FuzzVoices(f *testing.F)         { fuzzTopic(f, TopicVoices) }
