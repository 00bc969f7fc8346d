// Package policy holds the numbers the law leaves to be set: thresholds, weights, deadlines, minimum wages. Each has its
// source, may be set otherwise for a region, and is in force from a date, so that a past day is judged by the policy of
// that day. national.yaml is the default; a province's file is laid over it and need hold only what differs.
package policy

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/anxin-project/anxin/internal/civil"
)

//go:embed national.yaml
var national []byte

// Setting is one value of a parameter: for a region, from a day on, with the text that sets it.
type Setting struct {
	// Value is a number, a text or a list of texts.
	Value any `yaml:"value"`
	// Region is the beginning of a division code ("33", "3310", "331024"); empty is the whole country.
	Region string `yaml:"region,omitempty"`
	// From is the first day on which the value is in force; absent means always.
	From *civil.Date `yaml:"from,omitempty"`
	// Source names the law, notice or decision that sets the value.
	Source string `yaml:"source"`
}

// Policy is a complete set of parameters. It does not change after loading.
type Policy struct {
	sections map[string]map[string][]Setting
	version  string
}

// National returns the default policy.
func National() *Policy {
	p, err := parse(national)
	if err == nil {
		err = p.check()
	}
	if err != nil {
		panic(fmt.Sprintf("national.yaml, which is part of the program: %v", err))
	}
	return p
}

// Load reads a policy file and lays it over the national policy; an empty path is the national policy itself. Errors
// name the file and the parameter, and say what would be accepted.
func Load(path string) (*Policy, error) {
	base := National()
	if path == "" {
		return base, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading policy: %w", err)
	}
	merged, err := base.With(text)
	if err != nil {
		return nil, fmt.Errorf("policy %s: %w", path, err)
	}
	return merged, nil
}

// With returns p with the text of a policy file laid over it; without text it is p itself.
func (p *Policy) With(text []byte) (*Policy, error) {
	if len(text) == 0 {
		return p, nil
	}
	over, err := parse(text)
	if err == nil {
		err = errors.Join(over.check(), over.knownTo(p))
	}
	if err != nil {
		return nil, err
	}
	merged := &Policy{sections: maps.Clone(p.sections), version: versionOf(p.version, text)}
	for section, parameters := range over.sections {
		merged.sections[section] = maps.Clone(merged.sections[section])
		for name, settings := range parameters {
			merged.sections[section][name] = overlay(merged.sections[section][name], settings)
		}
	}
	return merged, nil
}

// Version names exactly this policy: it changes with every byte of its files.
func (p *Policy) Version() string { return p.version }

// Sections returns the names of the sections: common, index, casework and the detectors that have parameters.
func (p *Policy) Sections() []string { return slices.Sorted(maps.Keys(p.sections)) }

// Settings returns the settings of a parameter, as written.
func (p *Policy) Settings(section, name string) []Setting { return p.sections[section][name] }

// Names returns the parameters of a section.
func (p *Policy) Names(section string) []string { return slices.Sorted(maps.Keys(p.sections[section])) }

// Lookup returns the setting in force in a region on a day: of the settings whose region the code begins with and that
// have begun, the one for the narrowest region, and of these the latest. A section that lacks the name falls back to
// common.
func (p *Policy) Lookup(section, name, region string, on civil.Date) (Setting, bool) {
	settings, ok := p.sections[section][name]
	if !ok {
		settings, ok = p.sections["common"][name]
	}
	if !ok {
		return Setting{}, false
	}
	var best Setting
	found := false
	for _, s := range settings {
		if !strings.HasPrefix(region, s.Region) || s.From != nil && *s.From > on {
			continue
		}
		if !found || len(s.Region) > len(best.Region) || len(s.Region) == len(best.Region) && later(s.From, best.From) {
			best, found = s, true
		}
	}
	return best, found
}

// Number returns a numeric parameter in force, or an error that names it.
func (p *Policy) Number(section, name, region string, on civil.Date) (float64, error) {
	s, ok := p.Lookup(section, name, region, on)
	if !ok {
		return 0, fmt.Errorf("policy has no value of %s.%s in force on %s in region %q", section, name, on, region)
	}
	switch v := s.Value.(type) {
	case int:
		return float64(v), nil
	case float64:
		return v, nil
	}
	return 0, fmt.Errorf("policy value %s.%s is not a number", section, name)
}

// Texts returns a parameter that is a list of texts.
func (p *Policy) Texts(section, name, region string, on civil.Date) ([]string, error) {
	s, ok := p.Lookup(section, name, region, on)
	if !ok {
		return nil, fmt.Errorf("policy has no value of %s.%s in force on %s in region %q", section, name, on, region)
	}
	list, ok := s.Value.([]any)
	if !ok {
		return nil, fmt.Errorf("policy value %s.%s is not a list", section, name)
	}
	texts := make([]string, len(list))
	for i, v := range list {
		texts[i], ok = v.(string)
		if !ok {
			return nil, fmt.Errorf("policy value %s.%s: item %d is not a text", section, name, i+1)
		}
	}
	return texts, nil
}

// Regions returns every region code that some setting names: within one of them, or outside all, values do not vary.
func (p *Policy) Regions() []string {
	set := map[string]bool{}
	for _, parameters := range p.sections {
		for _, settings := range parameters {
			for _, s := range settings {
				if s.Region != "" {
					set[s.Region] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(set))
}

func parse(text []byte) (*Policy, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	p := &Policy{version: versionOf("", text)}
	if err := decoder.Decode(&p.sections); err != nil {
		return nil, fmt.Errorf("not a policy file (section: {parameter: [{value, region, from, source}]}): %w", err)
	}
	return p, nil
}

// check finds settings that lack a value or source, name no region code, or overlap.
func (p *Policy) check() error {
	var problems []error
	for _, section := range p.Sections() {
		for _, name := range p.Names(section) {
			type place struct {
				region string
				from   civil.Date
			}
			seen := map[place]bool{}
			settings := p.sections[section][name]
			if len(settings) == 0 {
				problems = append(problems, fmt.Errorf("%s.%s has no setting", section, name))
			}
			for i, s := range settings {
				where := fmt.Sprintf("%s.%s, setting %d", section, name, i+1)
				if !acceptable(s.Value) {
					problems = append(problems, fmt.Errorf("%s: value must be a number, a text or a list of texts", where))
				}
				if strings.TrimSpace(s.Source) == "" {
					problems = append(problems, fmt.Errorf("%s: source is missing (the law, notice or decision that sets it)", where))
				}
				if strings.Trim(s.Region, "0123456789") != "" || len(s.Region) > 9 {
					problems = append(problems, fmt.Errorf("%s: region %q is not a division code of up to 9 digits", where, s.Region))
				}
				at := place{region: s.Region}
				if s.From != nil {
					at.from = *s.From
				}
				if seen[at] {
					problems = append(problems, fmt.Errorf("%s: another setting for region %q starts on the same day", where, s.Region))
				}
				seen[at] = true
			}
		}
	}
	return errors.Join(problems...)
}

// knownTo finds parameters that base does not have, which a slip of the pen would otherwise leave without effect, and
// values of another kind than base's.
func (p *Policy) knownTo(base *Policy) error {
	var problems []error
	for _, section := range p.Sections() {
		if base.sections[section] == nil {
			problems = append(problems, fmt.Errorf("unknown section %s (known: %s)", section, strings.Join(base.Sections(), ", ")))
			continue
		}
		for _, name := range p.Names(section) {
			known := base.sections[section][name]
			if known == nil {
				problems = append(problems, fmt.Errorf("unknown parameter %s.%s (known: %s)", section, name, strings.Join(base.Names(section), ", ")))
				continue
			}
			for i, s := range p.sections[section][name] {
				if kind(s.Value) != kind(known[0].Value) {
					problems = append(problems, fmt.Errorf("%s.%s, setting %d: want %s", section, name, i+1, kind(known[0].Value)))
				}
			}
		}
	}
	return errors.Join(problems...)
}

// overlay replaces the settings of base for the same region and day, and adds the others.
func overlay(base, over []Setting) []Setting {
	merged := slices.Clone(base)
	for _, s := range over {
		at := slices.IndexFunc(merged, func(b Setting) bool {
			return b.Region == s.Region && !later(b.From, s.From) && !later(s.From, b.From)
		})
		if at >= 0 {
			merged[at] = s
		} else {
			merged = append(merged, s)
		}
	}
	return merged
}

func later(a, b *civil.Date) bool {
	switch {
	case a == nil:
		return false
	case b == nil:
		return true
	}
	return *a > *b
}

func acceptable(v any) bool { return kind(v) != "" }

func kind(v any) string {
	switch v := v.(type) {
	case int, float64:
		return "a number"
	case string:
		return "a text"
	case []any:
		for _, item := range v {
			if _, ok := item.(string); !ok {
				return ""
			}
		}
		return "a list of texts"
	}
	return ""
}

func versionOf(base string, text []byte) string {
	sum := fnv.New32a()
	sum.Write([]byte(base))
	sum.Write(text)
	return fmt.Sprintf("%08x", sum.Sum32())
}
