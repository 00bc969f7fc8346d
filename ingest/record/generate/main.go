// Command generate writes ingest/record/wiring.go from schema.yaml: what every topic needs in the same form, so that a topic's own file
// holds only what is its own. `go generate ./ingest/record` runs it; its test fails while the file is not what the schema says.
package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"go/format"
	"os"
	"strings"
	"text/template"

	"go.yaml.in/yaml/v3"
)

func main() {
	if err := run("schema.yaml", "wiring.go"); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(schema, out string) error {
	text, err := os.ReadFile(schema)
	if err != nil {
		return err
	}
	code, err := wiring(text)
	if err != nil {
		return fmt.Errorf("%s: %w", schema, err)
	}
	return os.WriteFile(out, code, 0o644)
}

// topic is one topic of the schema.
type topic struct {
	Name    string    `yaml:"topic"`
	Record  string    `yaml:"record"` // its Go type
	Short   string    `yaml:"short"`  // stands in the names of its fields
	Fields  []string  `yaml:"fields"`
	Columns yaml.Node `yaml:"columns"` // a mapping whose order counts
}

// kind is how the columns of a kind are declared, made, and given a record's value.
type kind struct{ Type, Make, Add string }

var kinds = map[string]kind{
	"string":    {"*stringColumn", `b.string(%q)`, "r.%s"},
	"shared":    {"*dictColumn", `b.shared(%q)`, "r.%s"},
	"word":      {"*dictColumn", `b.lowCardinality(%q)`, "r.%s"},
	"key":       {"*keyColumn", `b.key(%q)`, "r.%s"},
	"fen":       {"*numColumn[int64]", `b.fen(%q)`, "r.%s"},
	"optFen":    {"*nullColumn[int64]", `b.optFen(%q)`, "r.%[1]s.V, r.%[1]s.OK"},
	"date":      {"dateColumn", `b.date(%q)`, "r.%s"},
	"optDate":   {"optDateColumn", `b.optDate(%q)`, "r.%s"},
	"month":     {"dateColumn", `b.date(%q)`, "r.%s.First()"},
	"optMonth":  {"optMonthColumn", `b.optMonth(%q)`, "r.%s"},
	"optSecond": {"optSecondColumn", `b.optSecond(%q)`, "r.%s"},
	"millis":    {"*numColumn[int64]", `b.millis(%q)`, "r.%s.UnixMilli()"},
	"list":      {"*listColumn", `b.list(%q)`, "r.%s"},
	"bool":      {"boolColumn", `b.bool(%q)`, "r.%s"},
	"float":     {"floatColumn", `b.float(%q)`, "r.%s"},
	"uint8":     {"*numColumn[uint8]", `num[uint8](&b.rows, %q, "UInt8")`, "r.%s"},
	"uint16":    {"*numColumn[uint16]", `num[uint16](&b.rows, %q, "UInt16")`, "r.%s"},
	"uint32":    {"*numColumn[uint32]", `num[uint32](&b.rows, %q, "UInt32")`, "r.%s"},
	"optUint8":  {"*nullColumn[uint8]", `nullable[uint8](&b.rows, %q, "UInt8")`, "r.%[1]s.V, r.%[1]s.OK"},
	"optUint32": {"*nullColumn[uint32]", `nullable[uint32](&b.rows, %q, "UInt32")`, "r.%[1]s.V, r.%[1]s.OK"},
}

// What the template reads.
type (
	file struct {
		Topics []wired
		Scopes []string // of members: the names of the fields that have some
		Most   int      // fields of a topic
	}
	wired struct {
		Name, Record, Short, Own string
		Fields                   []field
		Nested                   []nested
		Columns                  []column
	}
	field  struct{ Name, Const string }
	nested struct {
		Scope, Const string
		Members      []field
	}
	column struct{ Var, Type, Make, Add string }
)

// head are the fields that every record has.
var head = []string{"id", "source", "version", "recorded_at"}

// wiring returns the code of a schema.
func wiring(schema []byte) ([]byte, error) {
	var topics []topic
	in := yaml.NewDecoder(bytes.NewReader(schema))
	in.KnownFields(true)
	if err := in.Decode(&topics); err != nil {
		return nil, err
	}
	f := file{}
	scopes := map[string]bool{}
	for _, t := range topics {
		w, err := t.wire()
		if err != nil {
			return nil, fmt.Errorf("topic %q: %w", t.Name, err)
		}
		for _, n := range w.Nested {
			if !scopes[n.Scope] {
				scopes[n.Scope] = true
				f.Scopes = append(f.Scopes, n.Scope)
			}
		}
		f.Topics = append(f.Topics, w)
		f.Most = max(f.Most, len(head)+len(t.Fields))
	}
	var b bytes.Buffer
	if err := page.Execute(&b, f); err != nil {
		return nil, err
	}
	return format.Source(b.Bytes())
}

func (t *topic) wire() (wired, error) {
	w := wired{Name: t.Name, Record: t.Record, Short: t.Short, Own: lower(t.Record)}
	if t.Name == "" || t.Record == "" || t.Short == "" {
		return w, fmt.Errorf("a topic has a name, a record and a short name")
	}
	seen := map[string]bool{}
	for _, name := range head {
		seen[name] = true
	}
	for _, name := range t.Fields {
		if seen[name] {
			return w, fmt.Errorf("field %q stands there twice", name)
		}
		seen[name] = true
		one := field{name, "f" + t.Short + goName(name)}
		w.Fields = append(w.Fields, one)
		if parent, member, ok := strings.Cut(name, "."); ok {
			if !seen[parent] {
				return w, fmt.Errorf("field %q stands before %q, whose member it is", name, parent)
			}
			if n := len(w.Nested); n == 0 || w.Nested[n-1].Scope != parent {
				w.Nested = append(w.Nested, nested{Scope: parent, Const: "f" + t.Short + goName(parent)})
			}
			last := &w.Nested[len(w.Nested)-1]
			last.Members = append(last.Members, field{member, one.Const})
		}
	}
	if t.Columns.Kind != yaml.MappingNode {
		return w, fmt.Errorf("columns is a mapping of names to kinds")
	}
	for i := 0; i < len(t.Columns.Content); i += 2 {
		name, of := t.Columns.Content[i].Value, t.Columns.Content[i+1].Value
		k, ok := kinds[of]
		if !ok {
			return w, fmt.Errorf("column %q: there is no kind %q", name, of)
		}
		if !seen["column "+name] {
			seen["column "+name] = true
			w.Columns = append(w.Columns, column{lower(goName(name)), k.Type, fmt.Sprintf(k.Make, name), fmt.Sprintf(k.Add, goName(name))})
			continue
		}
		return w, fmt.Errorf("column %q stands there twice", name)
	}
	return w, nil
}

// TopicName is account_entries as AccountEntries.
func (w wired) TopicName() string { return goName(w.Name) }

// Top are the fields that are no members of others.
func (w wired) Top() []field {
	var top []field
	for _, f := range w.Fields {
		if !strings.Contains(f.Name, ".") {
			top = append(top, f)
		}
	}
	return top
}

// goName is employer_uscc as EmployerUSCC.
func goName(name string) string {
	var b strings.Builder
	for _, part := range strings.FieldsFunc(name, func(r rune) bool { return r == '_' || r == '.' }) {
		switch part {
		case "id", "uscc":
			b.WriteString(strings.ToUpper(part))
		default:
			b.WriteString(strings.ToUpper(part[:1]) + part[1:])
		}
	}
	return b.String()
}

// lower is EmployerUSCC as employerUSCC, and IDType as idType.
func lower(name string) string {
	if strings.HasPrefix(name, "ID") {
		return "id" + name[2:]
	}
	return strings.ToLower(name[:1]) + name[1:]
}

//go:embed wiring.tmpl
var text string

var page = template.Must(template.New("wiring").Parse(text))
