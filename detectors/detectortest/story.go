package detectortest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"go.yaml.in/yaml/v3"
)

// Tell reads records in the short forms of a test file, lists by topic, for tests of more than one detector.
func Tell(records []byte) (*Story, error) { return TellIn("s.", records) }

// TellIn is Tell for one of several stories in a database: identities derive from the namespace, such as "s1.".
func TellIn(namespace string, records []byte) (*Story, error) {
	var t Test
	decoder := yaml.NewDecoder(bytes.NewReader(records))
	if err := decoder.Decode(&t.records); err != nil {
		return nil, fmt.Errorf("not lists of records by topic: %w", err)
	}
	return t.expand(namespace)
}

// Load stores the story's records; one that is refused is an error.
func (s *Story) Load(ctx context.Context, load Loader) error {
	var problems []error
	err := loadStories(ctx, []*Story{s}, load, func(_ int, problem string) { problems = append(problems, errors.New(problem)) })
	return errors.Join(append(problems, err)...)
}

// Alias returns what the story calls a project or employer; empty when it knows none of that identity.
func (s *Story) Alias(id string) string { return s.aliases[id] }

// shownKey stands in a closure before the number of the worker whose key it names: a key is known to those alone who store
// records.
const shownKey = "key of "

var keyOfNumber = regexp.MustCompile(`"worker_key":"` + shownKey + `(\w+)"`)

// ShowKeys returns records that a Loader is given with the keys of workers in the place of their numbers, as those see them who
// close something. key tells the key of a resident's number in hexadecimal digits. Without any number, values are returned as
// they are.
func ShowKeys(values [][]byte, key func(number string) string) [][]byte {
	out := slices.Clone(values)
	for i, v := range values {
		if m := keyOfNumber.FindSubmatchIndex(v); m != nil {
			out[i] = slices.Concat(v[:m[0]], []byte(`"worker_key":"`+key(string(v[m[2]:m[3]]))+`"`), v[m[1]:])
		}
	}
	return out
}

// loadStories stores the records of stories, topic by topic, and tells of each that is refused.
func loadStories(ctx context.Context, stories []*Story, load Loader, refuse func(story int, problem string)) error {
	for _, topic := range topics {
		var values [][]byte
		var of []int
		var where []string
		for i, s := range stories {
			for _, r := range s.records {
				if r.topic == topic {
					values, of, where = append(values, r.value), append(of, i), append(where, r.where)
				}
			}
		}
		if len(values) == 0 {
			continue
		}
		refused, err := load(ctx, topic, values)
		if err != nil {
			return err
		}
		for _, i := range slices.Sorted(maps.Keys(refused)) {
			refuse(of[i], fmt.Sprintf("%s is no record of the contract: %s", where[i], refused[i]))
		}
	}
	return nil
}
