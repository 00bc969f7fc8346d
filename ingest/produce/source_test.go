package produce

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/ingest/produce/reading"
	"github.com/anxin-project/anxin/ingest/record"
)

// FuzzRecords holds that no file of records panics or is read without an end, that of a good JSON array every element comes
// out as it is, and that a record's place can be found again.
func FuzzRecords(f *testing.F) {
	f.Add([]byte(`[{"id":"1"},{"id":"2","x":[1,"]",{"a":"\""}]}]`))
	f.Add([]byte("\xEF\xBB\xBF [\n 1 ,\n \"a,b\" , null]\n"))
	f.Add([]byte("{\"id\":\"1\"}\n\n{\"id\":\"2\"}\r\n"))
	f.Add([]byte(strings.Repeat("[", 5000)))
	f.Add([]byte(`[{"a":"` + strings.Repeat(`\u0000`, 2000)))
	f.Add([]byte("[1 2]"))
	f.Add([]byte("[,]"))
	f.Add([]byte("[]]"))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(dir, "records.json")
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		source := Source{Path: path, Topic: record.TopicPayroll}
		records, err := readAll(source)
		for _, one := range records {
			if one.Line < 1 || len(one.Value) == 0 || len(one.Value) > reading.MaxRecord {
				t.Fatalf("a record of %d bytes in line %d", len(one.Value), one.Line)
			}
			Masked(source.Topic, one.Value)
		}
		var want []json.RawMessage
		if !bytes.HasPrefix(text, []byte("[")) || json.Unmarshal(text, &want) != nil {
			return
		}
		if err != nil || len(records) != len(want) {
			t.Fatalf("%d records (%v), want %d", len(records), err, len(want))
		}
		for i, one := range records {
			if !bytes.Equal(bytes.TrimSpace(one.Value), want[i]) {
				t.Fatalf("record %d is %q, want %q", i, one.Value, want[i])
			}
		}
	})
}
