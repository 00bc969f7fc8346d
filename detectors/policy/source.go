package policy

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/anxin-project/anxin/internal/domain/catalog"
)

// Source names what sets a value. A file writes it as {zh: …, en: …}, or as one text that readers of both languages see: a
// county's notice has but one name.
type Source catalog.Text

// UnmarshalYAML reads either form.
func (s *Source) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		*s = Source{ZH: node.Value, EN: node.Value}
		return nil
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if key := node.Content[i].Value; key != "zh" && key != "en" {
			return fmt.Errorf("line %d: source has zh and en, not %q", node.Content[i].Line, key)
		}
	}
	return node.Decode((*catalog.Text)(s))
}

func (s Source) empty() bool {
	return strings.TrimSpace(s.ZH) == "" || strings.TrimSpace(s.EN) == ""
}
