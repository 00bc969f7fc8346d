package produce

import (
	"encoding/json"
	"testing"

	"github.com/anxin-project/anxin/ingest/record"
)

func TestTheKeyIsTheProjectElseTheEmployerElseNothing(t *testing.T) {
	for _, c := range []struct {
		name  string
		topic record.Topic
		value string
		want  string
	}{
		{"a project", record.TopicPayroll, `{"employer_uscc":"E","x":{"project_id":"no"},"project_id":"P"}`, "P"},
		{"no project", record.TopicPayroll, `{"project_id":null,"employer_uscc":"E"}`, "E"},
		{"an empty project", record.TopicPayroll, ` { "project_id" : "" , "employer_uscc" : "E" } `, "E"},
		{"neither", record.TopicPayroll, `{"id":"I","version":1}`, ""},
		{"a registry", record.TopicProjects, `{"project_id":"P","id":"I"}`, "I"},
		{"escapes", record.TopicPayroll, `{"a\\\"":"\\","project\u005fid":"\u0050\"1"}`, `P"1`},
		{"nested values before it", record.TopicPayroll, `{"a":[{"b":"},\""},[1,2]],"c":1.5,"project_id":"P"}`, "P"},
		{"no object", record.TopicPayroll, `["project_id","P"]`, ""},
		{"half an object", record.TopicPayroll, `{"project_id":"P`, ""},
		{"nothing", record.TopicPayroll, ``, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := string(Key(c.topic, []byte(c.value))); got != c.want {
				t.Errorf("key %q, want %q", got, c.want)
			}
		})
	}
}

// FuzzKey holds that nothing panics, and that the key of a good object is what encoding/json reads.
func FuzzKey(f *testing.F) {
	f.Add([]byte(`{"a\\\"":"\\","x":[{"project_id":"no"}],"project_id":"P"}`))
	f.Add([]byte(`{"project_id":"P`))
	f.Fuzz(func(t *testing.T, value []byte) {
		got := Key(record.TopicPayroll, value)
		var m map[string]any
		if json.Unmarshal(value, &m) != nil || len(m) == 0 {
			return
		}
		if p, ok := m["project_id"].(string); ok && p != "" && len(p) <= maxKey && string(got) == "" && m["employer_uscc"] == nil {
			t.Fatalf("no key, want %q", p)
		}
	})
}
