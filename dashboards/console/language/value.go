package language

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/codebook"
)

// FieldValue writes the value of a field: codes in words, anything else in its unit.
func (l Locale) FieldValue(f catalog.Field, v any) string {
	return l.Value(InWords(v, func(code string) (catalog.Text, bool) { return codebook.OfField(f, code) }, l), f.Unit)
}

// InWords puts words in the place of the codes that have any, in a text or a list of texts.
func InWords(v any, word func(code string) (catalog.Text, bool), l Locale) any {
	switch v := v.(type) {
	case string:
		if t, ok := word(v); ok {
			return t.In(string(l))
		}
	case []any:
		words := []any{}
		for _, item := range v {
			words = append(words, InWords(item, word, l))
		}
		return words
	}
	return v
}

// WordsOf returns the words of the codes in a text or a list of texts, in their order; none where any of them has none.
func WordsOf(v any, word func(code string) (catalog.Text, bool)) []catalog.Text {
	items, isList := v.([]any)
	if !isList {
		items = []any{v}
	}
	words := []catalog.Text{}
	for _, item := range items {
		code, _ := item.(string)
		t, ok := word(code)
		if !ok {
			return []catalog.Text{}
		}
		words = append(words, t)
	}
	return words
}

// Value writes a value in its unit; a list is written item by item.
func (l Locale) Value(v any, unit catalog.Unit) string {
	switch v := v.(type) {
	case []any:
		items := make([]string, 0, len(v))
		for _, item := range v {
			items = append(items, l.Value(item, unit))
		}
		if l == Chinese {
			return strings.Join(items, "、")
		}
		return strings.Join(items, ", ")
	case map[string]any:
		b, err := json.Marshal(v)
		if err != nil {
			return ""
		}
		return string(b)
	case bool:
		return l.Word("yes_no", YesNo(v))
	case json.Number:
		return l.figure(v, unit)
	case string:
		return l.textValue(v, unit)
	}
	return fmt.Sprint(v)
}

func (l Locale) figure(n json.Number, unit catalog.Unit) string {
	f, err := n.Float64()
	if err != nil {
		return n.String()
	}
	whole, wholeErr := n.Int64()
	if wholeErr != nil {
		whole = int64(f)
	}
	switch unit {
	case catalog.Fen:
		return l.Yuan(whole)
	case catalog.Share:
		return l.Percent(f)
	case catalog.Ratio:
		return Fixed(f, 2)
	case catalog.Days, catalog.Months, catalog.Workers, catalog.Count:
		if wholeErr != nil && f != float64(whole) {
			if unit == catalog.Months || unit == catalog.Days {
				return Fixed(f, 1) + strings.TrimPrefix(l.Count(2, unit), "2")
			}
			return Fixed(f, 1)
		}
		return l.Count(whole, unit)
	case catalog.Date:
		return l.Date(civil.Date(whole))
	}
	if wholeErr == nil {
		return Group(whole)
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// textValue writes dates, months and numbers that stand as strings (64-bit integers in ClickHouse's JSON).
func (l Locale) textValue(s string, unit catalog.Unit) string {
	switch unit {
	case catalog.Date:
		if d, err := civil.ParseDate(s); err == nil {
			return l.Date(d)
		}
	case catalog.Month:
		if d, err := civil.ParseDate(s); err == nil {
			return l.Month(d.Month())
		}
		if m, err := civil.ParseMonth(s); err == nil {
			return l.Month(m)
		}
	case catalog.Fen, catalog.Share, catalog.Ratio, catalog.Days, catalog.Months, catalog.Workers, catalog.Count:
		if _, err := strconv.ParseFloat(s, 64); err == nil {
			return l.figure(json.Number(s), unit)
		}
	}
	return s
}
