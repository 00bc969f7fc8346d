// Package policy holds the numbers the law leaves to be set: thresholds, weights, deadlines, minimum wages. Each has its
// source, may be set otherwise for a region, and is in force from a date, so that a past day is judged by the policy of
// that day. national.yaml is the default, regions/ holds what provinces have set and could be found, as far as it differs;
// both are part of the program. A file of one's own is laid over them and need hold only what differs.
package policy

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/region"
)

//go:embed national.yaml
var national []byte

//go:embed regions/*.yaml
var regions embed.FS

// Setting is one value of a parameter: for a region, from a day on, with the text that sets it.
type Setting struct {
	// Value is a number, a text, a list of texts or a list of numbers.
	Value any `yaml:"value"`
	// Region is the beginning of a division code ("33", "3310", "331024"); empty is the whole country.
	Region string `yaml:"region,omitempty"`
	// From is the first day on which the value is in force; absent means always.
	From *civil.Date `yaml:"from,omitempty"`
	// Source names the law, notice or decision that sets the value.
	Source Source `yaml:"source"`
	// Unverified tells that nobody could read the source: the value is from second hand, and pages say so.
	Unverified bool `yaml:"unverified,omitempty"`

	line  int // of the file; 0 when the file does not write it as a mapping of its own
	layer int // 0 for what is shipped; files laid over it have higher ones
}

type parameter struct{ section, name string }

func (p parameter) String() string { return p.section + "." + p.name }

// Policy is a complete set of parameters. It does not change after loading.
type Policy struct {
	sections map[string]map[string][]Setting
	sources  map[string]catalog.Text // what sending systems are called, by their codes
	same     map[string]parameter    // section.name of parameters that are another one, set there alone
	shared   []string                // parameters of common that no section may set for itself
	version  string
	layers   int // of files laid over what is shipped
}

// National returns the default policy: the national one and what is shipped of regions.
func National() *Policy {
	p, err := shipped()
	if err != nil {
		panic(fmt.Sprintf("policy that is part of the program: %v", err))
	}
	return p
}

func shipped() (*Policy, error) {
	p, err := parse(national)
	if err == nil {
		err = p.check()
	}
	if err != nil {
		return nil, fmt.Errorf("national.yaml: %w", err)
	}
	files, err := fs.Glob(regions, "regions/*.yaml")
	if err != nil {
		return nil, err
	}
	for _, name := range files {
		text, err := fs.ReadFile(regions, name)
		if err == nil {
			p, err = p.with(text, nil, 0)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return p, nil
}

// Load reads a policy file and lays it over the national policy; an empty path is the national policy itself. The file may
// set what the national policy has and the parameters that a detector of the catalogue declares, in a section named
// after it. Errors name the file, the line and the parameter, and say what would be accepted.
func Load(path string, catalogue []catalog.Header) (*Policy, error) {
	base := National()
	if path == "" {
		return base, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading policy: %w", err)
	}
	merged, err := base.With(text, catalogue)
	if err != nil {
		return nil, fmt.Errorf("policy %s: %w", path, err)
	}
	return merged, nil
}

// With returns p with the text of a policy file laid over it, as Load does; without text it is p itself. Where a setting of
// the file applies it counts before all of p, also before one of p for a narrower region: who sets the value for the whole
// country means it everywhere.
func (p *Policy) With(text []byte, catalogue []catalog.Header) (*Policy, error) {
	if len(text) == 0 {
		return p, nil
	}
	return p.with(text, catalogue, p.layers+1)
}

func (p *Policy) with(text []byte, catalogue []catalog.Header, layer int) (*Policy, error) {
	over, err := parse(text)
	if err == nil {
		err = errors.Join(over.check(), over.knownTo(p, catalogue))
	}
	if err != nil {
		return nil, err
	}
	merged := &Policy{sections: maps.Clone(p.sections), sources: p.withSources(over.sources), same: p.same, shared: p.shared, version: versionOf(p.version, text), layers: layer}
	for section, parameters := range over.sections {
		merged.sections[section] = maps.Clone(merged.sections[section])
		if merged.sections[section] == nil { // a detector of one's own
			merged.sections[section] = map[string][]Setting{}
		}
		for name, settings := range parameters {
			for i := range settings {
				settings[i].layer = layer
			}
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
func (p *Policy) Settings(section, name string) []Setting {
	at := p.at(section, name)
	return p.sections[at.section][at.name]
}

// at is where a parameter is set: two rules that mean the same number read one.
func (p *Policy) at(section, name string) parameter {
	if other, ok := p.same[section+"."+name]; ok {
		return other
	}
	return parameter{section, name}
}

// Names returns the parameters of a section.
func (p *Policy) Names(section string) []string {
	names := slices.Collect(maps.Keys(p.sections[section]))
	for alias := range p.same {
		if of, name, _ := strings.Cut(alias, "."); of == section {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Lookup returns the setting in force in a region on a day: of the settings whose region the code begins with and that
// have begun, those of the file laid over last, of these the one for the narrowest region, and of these the latest. Where
// a section has none, common has it.
func (p *Policy) Lookup(section, name, region string, on civil.Date) (Setting, bool) {
	if s, ok := inForce(p.Settings(section, name), region, on); ok {
		return s, true
	}
	return inForce(p.sections["common"][name], region, on)
}

func inForce(settings []Setting, region string, on civil.Date) (best Setting, found bool) {
	for _, s := range settings {
		if !strings.HasPrefix(region, s.Region) || s.From != nil && *s.From > on {
			continue
		}
		if !found || s.before(best) {
			best, found = s, true
		}
	}
	return best, found
}

// before tells which of two settings that apply counts.
func (s Setting) before(t Setting) bool {
	switch {
	case s.layer != t.layer:
		return s.layer > t.layer
	case len(s.Region) != len(t.Region):
		return len(s.Region) > len(t.Region)
	}
	return later(s.From, t.From)
}

// InForce returns the settings of a parameter in force on a day: in the whole country, and in those of the places, given
// by their codes, that have another; by region.
func (p *Policy) InForce(section, name string, places []string, on civil.Date) []Setting {
	by := map[string]Setting{}
	for _, place := range append([]string{""}, places...) {
		if s, ok := p.Lookup(section, name, place, on); ok {
			by[s.Region] = s
		}
	}
	var all []Setting
	for _, region := range slices.Sorted(maps.Keys(by)) {
		all = append(all, by[region])
	}
	return all
}

// Number returns a numeric parameter in force, or an error that names it.
func (p *Policy) Number(section, name, region string, on civil.Date) (float64, error) {
	s, ok := p.Lookup(section, name, region, on)
	if !ok {
		return 0, fmt.Errorf("policy has no value of %s.%s in force on %s in region %q", section, name, on, region)
	}
	if v, ok := number(s.Value); ok {
		return v, nil
	}
	return 0, fmt.Errorf("policy value %s.%s is not a number", section, name)
}

// Least returns the smallest value that a numeric parameter has anywhere on any day: what may matter by one of them is at
// least that.
func (p *Policy) Least(section, name string) (float64, error) {
	var values []float64
	for _, s := range p.Settings(section, name) {
		if v, ok := number(s.Value); ok {
			values = append(values, v)
		}
	}
	if len(values) == 0 {
		return 0, fmt.Errorf("policy has no number %s.%s", section, name)
	}
	return slices.Min(values), nil
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case int:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// Numbers returns a parameter that is a list of numbers.
func (p *Policy) Numbers(section, name, region string, on civil.Date) ([]float64, error) {
	s, ok := p.Lookup(section, name, region, on)
	if !ok {
		return nil, fmt.Errorf("policy has no value of %s.%s in force on %s in region %q", section, name, on, region)
	}
	list, ok := s.Value.([]any)
	if !ok {
		return nil, fmt.Errorf("policy value %s.%s is not a list", section, name)
	}
	numbers := make([]float64, len(list))
	for i, v := range list {
		if numbers[i], ok = number(v); !ok {
			return nil, fmt.Errorf("policy value %s.%s: item %d is not a number", section, name, i+1)
		}
	}
	return numbers, nil
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

// NarrowestRegion returns the narrowest of the regions that policy names in which a township lies; empty when in none.
func NarrowestRegion(township string, named []string) string {
	region := ""
	for _, r := range named {
		if strings.HasPrefix(township, r) && len(r) > len(region) {
			region = r
		}
	}
	return region
}

func parse(text []byte) (*Policy, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	p := &Policy{version: versionOf("", text)}
	var f file
	if err := decoder.Decode(&f); err != nil {
		return nil, fmt.Errorf("not a policy file (section: {parameter: [{value, region, from, source}]}; sources: {code: {zh, en}}): %w", err)
	}
	p.sections, p.sources, p.shared, p.same = f.Sections, f.Sources, f.Shared, map[string]parameter{}
	for alias, other := range f.Same {
		section, name, _ := strings.Cut(other, ".")
		p.same[alias] = parameter{section, name}
	}
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err == nil && len(root.Content) == 1 {
		p.number(root.Content[0])
	}
	return p, nil
}

// number notes the lines on which settings stand. An alias or a merged key has no line of its own.
func (p *Policy) number(sections *yaml.Node) {
	each := func(node *yaml.Node, do func(key string, value *yaml.Node)) {
		if node.Kind == yaml.MappingNode {
			for i := 0; i+1 < len(node.Content); i += 2 {
				do(node.Content[i].Value, node.Content[i+1])
			}
		}
	}
	each(sections, func(section string, parameters *yaml.Node) {
		each(parameters, func(name string, settings *yaml.Node) {
			if own := p.sections[section][name]; len(own) == len(settings.Content) {
				for i := range own {
					own[i].line = settings.Content[i].Line
				}
			}
		})
	})
}

// where names a setting in an error.
func where(section, name string, s Setting) string {
	if s.line == 0 {
		return section + "." + name
	}
	return fmt.Sprintf("line %d, %s.%s", s.line, section, name)
}

// check finds settings that lack a value or source, are for no region there is, or overlap.
func (p *Policy) check() error {
	problems := []error{p.checkSources()}
	for _, name := range p.shared {
		if len(p.sections["common"][name]) == 0 {
			problems = append(problems, fmt.Errorf("shared: there is no parameter common.%s", name))
		}
	}
	for alias, other := range p.same {
		if len(p.sections[other.section][other.name]) == 0 {
			problems = append(problems, fmt.Errorf("same.%s: there is no parameter %s", alias, other))
		}
	}
	for _, section := range p.Sections() {
		for _, name := range p.Names(section) {
			type place struct {
				region string
				from   civil.Date
			}
			seen := map[place]bool{}
			settings := p.Settings(section, name)
			if len(settings) == 0 {
				problems = append(problems, fmt.Errorf("%s.%s has no setting", section, name))
			}
			for _, s := range settings {
				fail := func(format string, args ...any) {
					problems = append(problems, fmt.Errorf("%s: "+format, append([]any{where(section, name, s)}, args...)...))
				}
				if kindOf(s.Value) == "" {
					fail("value must be a number, a text, a list of texts or a list of numbers")
				}
				if wrong := strangers(parameter{section, name}, s.Value); wrong != "" {
					fail("%s", wrong)
				}
				if s.Source.empty() {
					fail("source is missing (the law, notice or decision that sets it)")
				}
				if s.Region != "" && region.Name(s.Region) == "" {
					fail("region %q is not a division code: want the 2, 4, 6 or 9 digits of a province, prefecture, county or township there is", s.Region)
				}
				at := place{region: s.Region}
				if s.From != nil {
					at.from = *s.From
				}
				if seen[at] {
					fail("another setting for region %q starts on the same day", s.Region)
				}
				seen[at] = true
			}
		}
	}
	return errors.Join(problems...)
}

// knownTo finds parameters that neither base nor a detector has, which a slip of the pen would otherwise leave without
// effect, parameters that are set elsewhere for all their readers, so that two rules cannot come to differ, and values of
// another kind than theirs.
func (p *Policy) knownTo(base *Policy, catalogue []catalog.Header) error {
	declared := map[string]map[string]catalog.Param{}
	for _, h := range catalogue {
		declared[h.ID] = h.Params
	}
	var problems []error
	if len(p.same)+len(p.shared) > 0 {
		problems = append(problems, errors.New("same and shared: only the national policy says which parameters are one"))
	}
	for _, section := range p.Sections() {
		if base.sections[section] == nil && declared[section] == nil {
			known := slices.AppendSeq(base.Sections(), maps.Keys(declared))
			slices.Sort(known)
			problems = append(problems, fmt.Errorf("unknown section %s (known: %s)", section, strings.Join(slices.Compact(known), ", ")))
			continue
		}
		for _, name := range p.Names(section) {
			param, isDeclared := declared[section][name]
			before := base.sections[section][name]
			if elsewhere := base.at(section, name); elsewhere.section != section {
				problems = append(problems, fmt.Errorf("%s is %s: set that", where(section, name, p.sections[section][name][0]), elsewhere))
				continue
			}
			if section != "common" && before == nil && slices.Contains(base.shared, name) {
				problems = append(problems, fmt.Errorf("%s is common to several rules: set it in section common", where(section, name, p.sections[section][name][0])))
				continue
			}
			if !isDeclared && before == nil {
				known := slices.AppendSeq(base.Names(section), maps.Keys(declared[section]))
				slices.Sort(known)
				problems = append(problems, fmt.Errorf("unknown parameter %s.%s (known: %s)", section, name, strings.Join(slices.Compact(known), ", ")))
				continue
			}
			for _, s := range p.sections[section][name] {
				var err error
				if isDeclared {
					_, err = s.As(param.Type)
				} else if want := kindOf(before[0].Value); kindOf(s.Value) != want {
					err = fmt.Errorf("want %s", want)
				}
				if err != nil {
					problems = append(problems, fmt.Errorf("%s: %w", where(section, name, s), err))
				}
			}
		}
	}
	return errors.Join(problems...)
}

// overlay replaces the settings of base for the same region and day, and adds the others. What a setting of over makes
// without effect everywhere and always is left out.
func overlay(base, over []Setting) []Setting {
	merged := slices.DeleteFunc(slices.Clone(base), func(b Setting) bool {
		return slices.ContainsFunc(over, func(s Setting) bool {
			replaced := s.Region == b.Region && b.From == nil
			return s.layer > b.layer && s.From == nil && strings.HasPrefix(b.Region, s.Region) && !replaced
		})
	})
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

func versionOf(base string, text []byte) string {
	sum := fnv.New32a()
	sum.Write([]byte(base))
	sum.Write(text)
	return fmt.Sprintf("%08x", sum.Sum32())
}
