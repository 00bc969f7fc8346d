// Package law is the register of the laws, rules and published standards that Anxin cites: their names in both languages,
// article by article what they say in short, and whether anybody read the text. Detectors, policy, pages, papers and docs
// cite by it and by nothing else, so that what could not be checked is shown as not checked wherever it is cited.
package law

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/region"
)

//go:embed laws.yaml
var shipped []byte

// Law is a law, rule or published standard.
type Law struct {
	// ID is how citations begin: "Reg." in "Reg. 26".
	ID string `yaml:"id"`
	// Name is what pages call it.
	Name catalog.Text `yaml:"name"`
	// Title is the full English title, with the number it was issued under; empty where Name says it all.
	Title string `yaml:"title,omitempty"`
	// Also are further names by which texts mention it.
	Also []string `yaml:"also,omitempty"`
	// From is the first day in force; nil where it does not matter.
	From *civil.Date `yaml:"from,omitempty"`
	// Region is the beginning of the division code of the place it holds in; empty for the whole country.
	Region string `yaml:"region,omitempty"`
	// Checked says which text the articles were checked against; empty when nobody could read the text.
	Checked string `yaml:"checked,omitempty"`
	// Text is what the whole says, in short.
	Text catalog.Text `yaml:"text"`
	// Articles are those that may be cited, by number ("26", "276-1"): what each says in short, in Anxin's own words.
	Articles map[string]catalog.Text `yaml:"articles,omitempty"`

	line int // of the file
}

// Registry is a register of laws. It does not change after loading and may be used from many goroutines.
type Registry struct {
	laws    []Law
	byName  map[string]int
	byFirst map[rune][]string // names of laws by their first character, the longest first
}

// Shipped returns the register that is part of the program.
var Shipped = sync.OnceValue(func() *Registry {
	r, err := parse(shipped, nil)
	if err != nil {
		panic(fmt.Sprintf("laws.yaml, which is part of the program: %v", err))
	}
	return r
})

// With returns r with the text of a further file laid over it: of a law that r has, what the file gives replaces what is
// there and articles are added, so that who has read a text says so by its id and checked alone; other laws are added.
// Errors name the line.
func (r *Registry) With(text []byte) (*Registry, error) { return parse(text, r.laws) }

// Laws returns all laws in the order of their file.
func (r *Registry) Laws() []Law { return slices.Clone(r.laws) }

func parse(text []byte, base []Law) (*Registry, error) {
	strict := yaml.NewDecoder(bytes.NewReader(text))
	strict.KnownFields(true)
	var form []Law
	if err := strict.Decode(&form); err != nil {
		return nil, fmt.Errorf("not a file of laws (a list of {id, name, text, checked, articles}): %w", err)
	}
	var nodes []yaml.Node
	if err := yaml.Unmarshal(text, &nodes); err != nil {
		return nil, err
	}
	all := slices.Clone(base)
	for _, node := range nodes {
		var named struct {
			ID string `yaml:"id"`
		}
		if err := node.Decode(&named); err != nil {
			return nil, fmt.Errorf("line %d: %w", node.Line, err)
		}
		at := slices.IndexFunc(all, func(l Law) bool { return l.ID == named.ID })
		if at < 0 || len(base) == 0 { // within one file an id that comes twice is an error, found by check
			all = append(all, Law{})
			at = len(all) - 1
		}
		one := all[at]
		one.Also, one.Articles = slices.Clone(one.Also), maps.Clone(one.Articles)
		if err := node.Decode(&one); err != nil {
			return nil, fmt.Errorf("line %d: %w", node.Line, err)
		}
		one.line = node.Line
		all[at] = one
	}
	return build(all)
}

func build(all []Law) (*Registry, error) {
	r := &Registry{laws: all, byName: map[string]int{}, byFirst: map[rune][]string{}}
	var problems []error
	var names []string
	for i := range all {
		l := &all[i]
		problems = append(problems, l.check())
		for _, name := range slices.Compact(slices.Sorted(slices.Values(l.names()))) {
			if j, taken := r.byName[name]; taken {
				problems = append(problems, fmt.Errorf("line %d: %q is a name of %s too", l.line, name, all[j].ID))
				continue
			}
			r.byName[name] = i
			names = append(names, name)
		}
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	slices.SortFunc(names, func(a, b string) int { return len(b) - len(a) })
	for _, name := range names {
		letter, _ := utf8.DecodeRuneInString(name)
		r.byFirst[letter] = append(r.byFirst[letter], name)
	}
	return r, nil
}

// nameAt returns the longest name of a law with which a text begins; empty when there is none.
func (r *Registry) nameAt(text string) string {
	letter, _ := utf8.DecodeRuneInString(text)
	for _, name := range r.byFirst[letter] {
		if strings.HasPrefix(text, name) {
			return name
		}
	}
	return ""
}

func (l *Law) names() []string {
	return append([]string{l.ID, l.Name.ZH, l.Name.EN}, l.Also...)
}

var numberForm = regexp.MustCompile(`^[1-9][0-9]{0,3}(-[1-9])?$`)

func (l *Law) check() error {
	var problems []error
	fail := func(format string, args ...any) {
		problems = append(problems, fmt.Errorf("line %d: "+format, append([]any{l.line}, args...)...))
	}
	if l.ID == "" {
		fail("id is missing: the words with which citations begin")
	}
	for what, text := range map[string]catalog.Text{"name": l.Name, "text": l.Text} {
		if text.ZH == "" || text.EN == "" {
			fail("%s: %s needs zh and en", l.ID, what)
		}
	}
	if slices.Contains(l.names(), "") {
		fail("%s: also holds an empty name", l.ID)
	}
	if l.Region != "" && region.Name(l.Region) == "" {
		fail("%s: region %q is not a division code", l.ID, l.Region)
	}
	for _, number := range slices.Sorted(maps.Keys(l.Articles)) {
		if !numberForm.MatchString(number) {
			fail("%s: article %q is no number: want 26, or 276-1 for 之一", l.ID, number)
		}
		if text := l.Articles[number]; text.ZH == "" || text.EN == "" {
			fail("%s: article %s needs zh and en", l.ID, number)
		}
	}
	return errors.Join(problems...)
}
