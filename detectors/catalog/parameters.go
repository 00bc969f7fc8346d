package catalog

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/store"
)

// Values returns the parameters that the detector's query takes, as in force in a region on a day; the error says what to write
// into policy, also of those that the snapshot applies.
func (d Detector) Values(p *policy.Policy, region string, on civil.Date) (store.Params, error) {
	values := store.Params{}
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(d.Params)) {
		setting, ok := p.Lookup(d.ID, name, region, on)
		if !ok {
			problems = append(problems, fmt.Errorf("detector %s: policy has no value of %s in force on %s for the whole country; write into the policy file\n%s:\n  %s:\n    - {value: %s, source: \"the law, notice or decision that sets it\"}",
				d.ID, name, on, d.ID, name, example(d.Params[name].Type)))
			continue
		}
		v, err := setting.As(d.Params[name].Type)
		if err != nil {
			problems = append(problems, fmt.Errorf("detector %s: policy value of %s: %w", d.ID, name, err))
		}
		if !d.Params[name].InSnapshot {
			values[name] = v
		}
	}
	return values, errors.Join(problems...)
}

// example is what a value of a type looks like.
func example(kind string) string {
	switch kind {
	case "Float64":
		return "0.1"
	case "String":
		return "text"
	case "Array(String)":
		return "[text, text]"
	}
	return "30"
}

// Supplied tells which parameters of the detectors have no value in force on a day, and what to write. Every parameter
// needs one for the whole country: regions may set others beside it.
func Supplied(all []Detector, p *policy.Policy, on civil.Date) error {
	var problems []error
	for _, d := range all {
		_, err := d.Values(p, "", on)
		problems = append(problems, err)
	}
	return errors.Join(problems...)
}
