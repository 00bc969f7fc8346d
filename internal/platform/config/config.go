// Package config reads configuration files: YAML over documented defaults, where an unknown or misspelt field is an error
// that names its line.
package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"

	"go.yaml.in/yaml/v3"
)

// quotedValue is how the YAML package quotes a value that does not fit its field. It may be a secret that stands in the
// wrong line.
var quotedValue = regexp.MustCompile(" `[^`]*`")

// Validator is a configuration that can tell what is wrong with it.
type Validator interface{ Validate() error }

// Load reads a file into c, which holds the defaults, and validates the whole. An empty path leaves the defaults.
func Load(path string, c Validator) error {
	if path == "" {
		return c.Validate()
	}
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("reading configuration: %w", err)
	}
	defer f.Close()
	decoder := yaml.NewDecoder(f)
	decoder.KnownFields(true)
	if err := decoder.Decode(c); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("configuration %s: %s", path, quotedValue.ReplaceAllString(err.Error(), ""))
	}
	if err := c.Validate(); err != nil {
		return fmt.Errorf("configuration %s: %w", path, err)
	}
	return nil
}
