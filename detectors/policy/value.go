package policy

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// whole are the types of whole numbers that a parameter may have, with their ranges as far as a policy file writes them.
var whole = map[string]struct{ least, most float64 }{
	"UInt8": {0, math.MaxUint8}, "UInt16": {0, math.MaxUint16}, "UInt32": {0, math.MaxUint32}, "UInt64": {0, 1 << 53},
	"Int8": {math.MinInt8, math.MaxInt8}, "Int16": {math.MinInt16, math.MaxInt16}, "Int32": {math.MinInt32, math.MaxInt32}, "Int64": {-1 << 53, 1 << 53},
}

// Types are the ClickHouse types that a parameter may have.
func Types() []string {
	types := []string{"Float64", "String", "Array(String)"}
	for name := range whole {
		types = append(types, name)
	}
	slices.Sort(types)
	return types
}

// As returns the value as what a query parameter of the type takes: an int, a float64, a string or a []string. The error
// says what the type wants.
func (s Setting) As(kind string) (any, error) {
	bounds, isWhole := whole[kind]
	switch v := s.Value.(type) {
	case int:
		if kind == "Float64" || isWhole && float64(v) >= bounds.least && float64(v) <= bounds.most {
			return v, nil
		}
	case float64:
		if kind == "Float64" && !math.IsNaN(v) && !math.IsInf(v, 0) {
			return v, nil
		}
		if isWhole && v == math.Trunc(v) && v >= bounds.least && v <= bounds.most {
			return int(v), nil
		}
	case string:
		if kind == "String" {
			return v, nil
		}
	case []any:
		if kind == "Array(String)" && kindOf(v) == "a list of texts" {
			texts := make([]string, len(v))
			for i, item := range v {
				texts[i], _ = item.(string)
			}
			return texts, nil
		}
	}
	want := map[string]string{"Float64": "a number", "String": "a text", "Array(String)": "a list of texts"}[kind]
	if isWhole {
		want = fmt.Sprintf("a whole number from %.0f to %.0f", bounds.least, bounds.most)
	}
	if want == "" {
		return nil, fmt.Errorf("there are no parameters of type %s: want one of %s", kind, strings.Join(Types(), ", "))
	}
	return nil, fmt.Errorf("the value is %v: want %s", s.Value, want)
}

// kindOf names what a value is; empty for what cannot be one.
func kindOf(v any) string {
	switch v := v.(type) {
	case int, float64:
		return "a number"
	case string:
		return "a text"
	case []any:
		texts, numbers := 0, 0
		for _, item := range v {
			switch item.(type) {
			case string:
				texts++
			case int, float64:
				numbers++
			}
		}
		switch {
		case texts == len(v):
			return "a list of texts"
		case numbers == len(v):
			return "a list of numbers"
		}
	}
	return ""
}

// words are the values of lists of texts that the program knows one by one.
var words = map[parameter][]string{
	{"bulletin", "names"}: {"listed", "ordered", "red"},
}

// strangers says which values of such a list nobody knows, and what would be known; "" where there are none.
func strangers(p parameter, value any) string {
	known, closed := words[p]
	if !closed {
		return ""
	}
	list, ok := value.([]any)
	if !ok {
		return "want a list of " + strings.Join(known, ", ")
	}
	for _, one := range list {
		if text, _ := one.(string); !slices.Contains(known, text) {
			return fmt.Sprintf("%v is not known: want a list of %s", one, strings.Join(known, ", "))
		}
	}
	return ""
}
