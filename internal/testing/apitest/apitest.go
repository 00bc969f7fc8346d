// Package apitest holds docs/reference/openapi.yaml to what the components serve: each tests the operations with its tag.
package apitest

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/anxin-project/anxin/docs/reference"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

type object = map[string]any

// Document is openapi.yaml.
type Document struct{ all object }

// Load reads the document and checks what is true of all of it: every operation has one of the declared tags, so that a
// component answers for it, says what it does and what its path holds, and every reference leads somewhere.
func Load(t testing.TB) Document {
	t.Helper()
	var d Document
	if err := yaml.Unmarshal(reference.OpenAPI, &d.all); err != nil {
		t.Fatal(err)
	}
	var tags []any
	for _, tag := range d.all["tags"].([]any) {
		tags = append(tags, tag.(object)["name"])
	}
	for name, operation := range d.operations() {
		of, _ := operation["tags"].([]any)
		if len(of) != 1 || !slices.Contains(tags, of[0]) {
			t.Errorf("%s has the tags %v: want one of %v", name, of, tags)
		}
		responses, _ := operation["responses"].(object)
		if operation["summary"] == nil || operation["operationId"] == nil || len(responses) == 0 {
			t.Errorf("%s lacks a summary, an operationId or its answers", name)
		}
		for _, part := range strings.Split(name, "{")[1:] {
			part, _, _ = strings.Cut(part, "}")
			if !slices.Contains(d.Parameters(operation, "path"), part) {
				t.Errorf("%s does not describe {%s}", name, part)
			}
		}
	}
	for _, ref := range strings.Split(string(reference.OpenAPI), `$ref: "`)[1:] {
		ref, _, _ = strings.Cut(ref, `"`)
		if d.resolve(ref) == nil {
			t.Errorf("%s is not there", ref)
		}
	}
	return d
}

func (d Document) operations() map[string]object {
	all := map[string]object{}
	for path, methods := range d.all["paths"].(object) {
		for method, operation := range methods.(object) {
			all[strings.ToUpper(method)+" "+path] = operation.(object)
		}
	}
	return all
}

// Operations are those of a component, by method and path.
func (d Document) Operations(tag string) map[string]object {
	all := d.operations()
	maps.DeleteFunc(all, func(_ string, operation object) bool { return !slices.Contains(operation["tags"].([]any), any(tag)) })
	return all
}

// Security names the ways by which an operation lets somebody in.
func (d Document) Security(operation object) string {
	schemes, ok := operation["security"].([]any)
	if !ok {
		schemes = d.all["security"].([]any)
	}
	var names []string
	for _, one := range schemes {
		names = slices.AppendSeq(names, maps.Keys(one.(object)))
	}
	return strings.Join(names, " ")
}

// Parameters names those of an operation that stand in the path, the query or a header.
func (d Document) Parameters(operation object, in string) []string {
	var names []string
	parameters, _ := operation["parameters"].([]any)
	for _, one := range parameters {
		parameter := one.(object)
		if ref, ok := parameter["$ref"].(string); ok {
			parameter = d.resolve(ref)
		}
		if parameter["in"] == in {
			names = append(names, parameter["name"].(string))
		}
	}
	return names
}

// Same fails the test when what is described with a tag is not what is served.
func (d Document) Same(t testing.TB, tag string, served []string) {
	t.Helper()
	described := slices.Sorted(maps.Keys(d.Operations(tag)))
	slices.Sort(served)
	if !slices.Equal(described, served) {
		t.Errorf("described\n%s\nserved\n%s", strings.Join(described, "\n"), strings.Join(served, "\n"))
	}
}

// Answers fails the test when an operation is not described to answer a status with JSON such as value's type makes.
func (d Document) Answers(t testing.TB, name, status string, value any) {
	t.Helper()
	schema := d.operations()[name]
	for _, key := range []string{"responses", status, "content", "application/json", "schema"} {
		schema, _ = schema[key].(object)
	}
	if schema == nil {
		t.Errorf("%s is not described to answer %s with JSON", name, status)
		return
	}
	for _, wrong := range d.compare(name, schema, reflect.TypeOf(value)) {
		t.Error(wrong)
	}
}

// Fields fails the test when a schema has other properties than a type has fields.
func (d Document) Fields(t testing.TB, name string, value any) {
	t.Helper()
	properties, _ := d.resolve("#/components/schemas/" + name)["properties"].(object)
	got, want := slices.Sorted(maps.Keys(properties)), slices.Sorted(maps.Keys(fields(reflect.TypeOf(value))))
	if !slices.Equal(got, want) {
		t.Errorf("%s is described with %v, has %v", name, got, want)
	}
}

// Words are the values that a schema lets through.
func (d Document) Words(name string) []any {
	words, _ := d.resolve("#/components/schemas/" + name)["enum"].([]any)
	return words
}

func (d Document) resolve(ref string) object {
	at := d.all
	for part := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
		at, _ = at[part].(object)
	}
	return at
}

// fields are the JSON names of a type's fields, also of those that it embeds, with their types.
func fields(of reflect.Type) map[string]reflect.Type {
	all := map[string]reflect.Type{}
	for _, field := range reflect.VisibleFields(of) {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		all[name] = field.Type
		if options == "omitempty" && field.Type.Kind() == reflect.Pointer {
			all[name] = field.Type.Elem() // never null: it is not there
		}
	}
	return all
}

// plain are the types that JSON has by another name than Go.
var plain = map[reflect.Type]string{
	reflect.TypeFor[time.Time]():   "string",
	reflect.TypeFor[civil.Date]():  "string",
	reflect.TypeFor[civil.Month](): "string",
}

// compare returns where a schema differs from what a type makes.
func (d Document) compare(at string, schema object, of reflect.Type) (wrong []string) {
	if ref, ok := schema["$ref"].(string); ok {
		schema = d.resolve(ref)
	}
	if options, ok := schema["anyOf"].([]any); ok && of.Kind() == reflect.Pointer {
		return d.compare(at, options[0].(object), of.Elem())
	}
	want, nullable := "", of.Kind() == reflect.Pointer
	if nullable {
		of = of.Elem()
	}
	switch of.Kind() {
	case reflect.Struct:
		want = "object"
	case reflect.Map:
		want = "object"
	case reflect.Slice:
		want = "array"
	case reflect.String:
		want = "string"
	case reflect.Bool:
		want = "boolean"
	case reflect.Float64:
		want = "number"
	case reflect.Interface:
		return nil // anything
	default:
		want = "integer"
	}
	if other, ok := plain[of]; ok {
		want = other
	}
	if says := types(schema); says[0] != want || nullable != (len(says) == 2) {
		return []string{fmt.Sprintf("%s is described as %v: want %s, nullable %v", at, says, want, nullable)}
	}
	switch {
	case plain[of] != "":
	case of.Kind() == reflect.Struct:
		properties, _ := schema["properties"].(object)
		all := fields(of)
		for name, field := range all {
			if property, ok := properties[name].(object); ok {
				wrong = append(wrong, d.compare(at+"."+name, property, field)...)
			} else {
				wrong = append(wrong, at+" is described without "+name)
			}
		}
		for name := range properties {
			if all[name] == nil {
				wrong = append(wrong, at+" has no "+name)
			}
		}
	case of.Kind() == reflect.Map:
		values, _ := schema["additionalProperties"].(object)
		wrong = d.compare(at+".*", values, of.Elem())
	case of.Kind() == reflect.Slice:
		items, _ := schema["items"].(object)
		wrong = d.compare(at+"[]", items, of.Elem())
	}
	return wrong
}

// types are what a schema says that a value may be, null last; an enumeration is of strings.
func types(schema object) []string {
	switch says := schema["type"].(type) {
	case string:
		return []string{says}
	case []any:
		return []string{fmt.Sprint(says[0]), fmt.Sprint(says[1])}
	}
	if schema["enum"] != nil {
		return []string{"string"}
	}
	return []string{"anything"}
}
