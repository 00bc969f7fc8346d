// Package risk fits, keeps and applies the scorecard of arrears-risk: points that add up to the odds that a wage which falls due
// within 60 days is still owed 30 days later. It knows features and points, never how they are queried: the snapshot's table
// risk_subjects gives both fitting and the detector the same values.
package risk

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/anxin-project/anxin/internal/domain/catalog"
)

// Feature is something known of a subject on a date.
type Feature struct {
	Name   string          `yaml:"name"`
	Scopes []catalog.Scope `yaml:"scopes"`
	Unit   string          `yaml:"unit"`
	Rises  Direction       `yaml:"rises"`
	Label  catalog.Text    `yaml:"label"`
	Lowers catalog.Text    `yaml:"lowers"`
}

// Direction says what more of a feature may do to the odds.
type Direction string

// The directions.
const (
	Up   Direction = "up"
	Down Direction = "down"
	Any  Direction = "any"
)

//go:embed features.yaml
var featuresText []byte

// Features are all there are, in the order of their file.
var Features = func() []Feature {
	var all []Feature
	decoder := yaml.NewDecoder(bytes.NewReader(featuresText))
	decoder.KnownFields(true)
	if err := decoder.Decode(&all); err != nil {
		panic(fmt.Errorf("features.yaml: %w", err)) // it is part of the program
	}
	return all
}()

// Of returns the features of a kind of subject.
func Of(scope catalog.Scope) []Feature {
	var own []Feature
	for _, f := range Features {
		if slices.Contains(f.Scopes, scope) {
			own = append(own, f)
		}
	}
	return own
}

// AheadDays is how far ahead the odds look: to wages that fall due within so many days.
const AheadDays = 60
