package detectortest

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"

	shipped "github.com/anxin-project/anxin/detectors/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Test is one story of a detector's test file.
type Test struct {
	Detector string
	Name     string

	policy  string // laid over the national policy; empty for none
	records map[string][]entry
	unknown []string // aliases that no registry has sent
	checks  []check  // by date
}

// check is what must be found as of a date.
type check struct {
	asOf civil.Date
	want []entry
}

// entry is a mapping of the file: a record to be expanded, or a warning expected.
type entry map[string]value

// value is a scalar as text, json.Number, bool or nil, or a list or mapping of these; dates stay the text they are.
type value struct{ v any }

// Read returns the tests of the detectors that have any. Errors name the file and what is wrong with it.
func Read(catalogue []shipped.Detector) ([]Test, error) {
	var all []Test
	var problems []error
	for _, one := range catalogue {
		if len(one.Tests) == 0 {
			continue
		}
		tests, err := parse(one.ID, one.Tests)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s.test.yaml: %w", one.ID, err))
		}
		all = append(all, tests...)
	}
	return all, errors.Join(problems...)
}

func parse(detector string, text []byte) ([]Test, error) {
	var file []struct {
		Name    string                      `yaml:"name"`
		AsOf    string                      `yaml:"as_of"`
		Policy  map[string]map[string]value `yaml:"policy"`
		Records map[string][]entry          `yaml:"records"`
		Unknown []string                    `yaml:"unknown"`
		Want    yaml.Node                   `yaml:"want"`
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("not a list of tests (name, records, want): %w", err)
	}
	var tests []Test
	names := map[string]bool{}
	for i, f := range file {
		t := Test{Detector: detector, Name: f.Name, records: f.Records, unknown: f.Unknown}
		if f.Name == "" || names[f.Name] {
			return nil, fmt.Errorf("test %d: want a name that no other test has", i+1)
		}
		names[f.Name] = true
		var err error
		if t.checks, err = checks(f.AsOf, &f.Want); err == nil {
			t.policy, err = policyText(f.Policy)
		}
		if err == nil {
			_, err = t.expand("") // so that a slip of the pen is found on reading
		}
		if err != nil {
			return nil, fmt.Errorf("%q: %w", f.Name, err)
		}
		tests = append(tests, t)
	}
	return tests, nil
}

// checks reads want: a list for as_of, or a mapping from date to list.
func checks(asOf string, want *yaml.Node) ([]check, error) {
	byDate := map[string][]entry{}
	switch {
	case want.Kind == yaml.SequenceNode && asOf != "":
		var list []entry
		if err := want.Decode(&list); err != nil {
			return nil, fmt.Errorf("want: %w", err)
		}
		byDate[asOf] = list
	case want.Kind == yaml.MappingNode && asOf == "":
		if err := want.Decode(&byDate); err != nil {
			return nil, fmt.Errorf("want: %w", err)
		}
	default:
		return nil, errors.New("want is a list together with as_of, or else lists by date")
	}
	var all []check
	for day, list := range byDate {
		on, err := civil.ParseDate(day)
		if err != nil {
			return nil, fmt.Errorf("want: %w", err)
		}
		for _, w := range list {
			if subjectOf(w) == "" || w["level"].text() == "" {
				return nil, fmt.Errorf("want %s: each warning names a subject (project, employer or township) and a level", day)
			}
		}
		all = append(all, check{asOf: on, want: list})
	}
	slices.SortFunc(all, func(a, b check) int { return cmp.Compare(a.asOf, b.asOf) })
	return all, nil
}

// policyText writes the test's values as a policy file.
func policyText(sections map[string]map[string]value) (string, error) {
	if len(sections) == 0 {
		return "", nil
	}
	file := map[string]map[string]any{}
	for section, parameters := range sections {
		file[section] = map[string]any{}
		for name, v := range parameters {
			settings := v.plain()
			if list, ok := settings.([]any); !ok || len(list) == 0 || !isMap(list[0]) {
				settings = []any{map[string]any{"value": settings, "source": "a test"}}
			}
			file[section][name] = settings
		}
	}
	text, err := yaml.Marshal(file)
	return string(text), err
}

func isMap(v any) bool { _, ok := v.(map[string]any); return ok }

// subjectOf returns the field by which an expected warning names its subject.
func subjectOf(w entry) string {
	for _, name := range []string{"project", "employer", "township"} {
		if _, ok := w[name]; ok {
			return name
		}
	}
	return ""
}

func (e entry) keys() []string { return slices.Sorted(maps.Keys(e)) }
