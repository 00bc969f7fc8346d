// Package reference writes the reference pages of docs/reference from the code: commands from the program's own help,
// configuration from the structs and their defaults, detectors, policy and laws from their files, metrics from where they
// are declared.
package reference

import (
	"fmt"
	"strings"
)

const made = "<!-- Made by `go run ./docs/generate`. Do not edit. -->\n\n"

// Pages returns the generated pages by their path in the repository at root.
func Pages(root string) (map[string]string, error) {
	pages := map[string]string{}
	for path, write := range map[string]func(string) (string, error){
		"docs/reference/commands.md":      commands,
		"docs/reference/configuration.md": configuration,
		"docs/reference/detectors.md":     catalogue,
		"docs/reference/policy.md":        policies,
		"docs/reference/laws.md":          laws,
		"docs/reference/metrics.md":       metrics,
	} {
		text, err := write(root)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		pages[path] = made + strings.TrimSpace(text) + "\n"
	}
	return pages, nil
}

// cell makes a text fit into a cell of a table.
func cell(text string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(text), " "), "|", `\|`)
}
