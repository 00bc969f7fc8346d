package policy

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/anxin-project/anxin/internal/domain/catalog"
)

// sourcesSection is the section that names sending systems; it holds no settings.
const sourcesSection = "sources"

// file is a policy file as it is written: sections of settings, the names of sending systems by their codes, and in the
// national file which parameters are one and the same, as section.name, and which of common no section may set for itself.
type file struct {
	Shared   []string                        `yaml:"shared"`
	Same     map[string]string               `yaml:"same"`
	Sources  map[string]catalog.Text         `yaml:"sources"`
	Sections map[string]map[string][]Setting `yaml:",inline"`
}

// Sources returns what sending systems are called, by their codes.
func (p *Policy) Sources() map[string]catalog.Text { return maps.Clone(p.sources) }

// checkSources finds names that lack a language.
func (p *Policy) checkSources() error {
	var problems []error
	for _, code := range slices.Sorted(maps.Keys(p.sources)) {
		if t := p.sources[code]; strings.TrimSpace(t.ZH) == "" || strings.TrimSpace(t.EN) == "" {
			problems = append(problems, fmt.Errorf("%s.%s needs zh and en: what people call the sending system", sourcesSection, code))
		}
	}
	return errors.Join(problems...)
}

// withSources lays names over those of p.
func (p *Policy) withSources(over map[string]catalog.Text) map[string]catalog.Text {
	merged := maps.Clone(p.sources)
	if merged == nil {
		merged = map[string]catalog.Text{}
	}
	maps.Copy(merged, over)
	return merged
}
