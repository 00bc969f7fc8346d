package detectortest

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

// UnmarshalYAML keeps scalars as they are written: a date is no instant and an amount no float.
func (v *value) UnmarshalYAML(n *yaml.Node) error {
	switch n.Kind {
	case yaml.AliasNode:
		return v.UnmarshalYAML(n.Alias)
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, item := range n.Content {
			var one value
			if err := one.UnmarshalYAML(item); err != nil {
				return err
			}
			list[i] = one.v
		}
		v.v = list
	case yaml.MappingNode:
		members := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			var one value
			if err := one.UnmarshalYAML(n.Content[i+1]); err != nil {
				return err
			}
			members[n.Content[i].Value] = one.v
		}
		v.v = members
	default:
		switch n.ShortTag() {
		case "!!null":
			v.v = nil
		case "!!bool":
			v.v = n.Value == "true"
		case "!!int", "!!float":
			v.v = json.Number(n.Value)
		default:
			v.v = n.Value
		}
	}
	return nil
}

// text returns a scalar as it is written.
func (v value) text() string {
	switch s := v.v.(type) {
	case string:
		return s
	case json.Number:
		return s.String()
	case nil:
		return ""
	}
	return fmt.Sprint(v.v)
}

// plain returns the value as a YAML document holds it.
func (v value) plain() any {
	switch s := v.v.(type) {
	case json.Number:
		if n, err := s.Int64(); err == nil {
			return n
		}
		n, _ := s.Float64()
		return n
	case []any:
		list := make([]any, len(s))
		for i, item := range s {
			list[i] = value{item}.plain()
		}
		return list
	case map[string]any:
		members := map[string]any{}
		for name, item := range s {
			members[name] = value{item}.plain()
		}
		return members
	}
	return v.v
}

// list returns the texts of a scalar or list, with ranges written out by each.
func (v value) list(each func(from, to string) ([]string, error)) ([]string, error) {
	items, ok := v.v.([]any)
	if !ok {
		items = []any{v.v}
	}
	var all []string
	for _, item := range items {
		text := value{item}.text()
		from, to, ranged := strings.Cut(text, "..")
		if !ranged {
			to = from
		}
		texts, err := each(from, to)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", text, err)
		}
		all = append(all, texts...)
	}
	return all, nil
}

// names writes out W1..W10.
func names(from, to string) ([]string, error) {
	if from == to {
		return []string{from}, nil
	}
	stem := strings.TrimRight(from, "0123456789")
	first, err := strconv.Atoi(from[len(stem):])
	last, err2 := strconv.Atoi(strings.TrimPrefix(to, stem))
	if err != nil || err2 != nil || last < first || last-first > 10000 {
		return nil, fmt.Errorf("want a range such as W1..W10")
	}
	var all []string
	for n := first; n <= last; n++ {
		all = append(all, stem+strconv.Itoa(n))
	}
	return all, nil
}

func dates(from, to string) ([]string, error) {
	first, err := civil.ParseDate(from)
	last, err2 := civil.ParseDate(to)
	if err != nil || err2 != nil || last < first {
		return nil, fmt.Errorf("want a date or a range such as 2026-08-01..2026-08-31")
	}
	var all []string
	for day := first; day <= last; day++ {
		all = append(all, day.String())
	}
	return all, nil
}

func months(from, to string) ([]string, error) {
	first, err := civil.ParseMonth(from)
	last, err2 := civil.ParseMonth(to)
	if err != nil || err2 != nil || last < first {
		return nil, fmt.Errorf("want a month or a range such as 2026-03..2026-08")
	}
	var all []string
	for month := first; month <= last; month++ {
		all = append(all, month.String())
	}
	return all, nil
}
