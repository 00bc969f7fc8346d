package console

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/codebook"
)

// fieldValue writes the value of a field: codes in words, anything else in its unit.
func (l locale) fieldValue(f catalog.Field, v any) string {
	return l.value(inWords(v, func(code string) (catalog.Text, bool) { return codebook.OfField(f, code) }, l), f.Unit)
}

// inWords puts words in the place of the codes that have any, in a text or a list of texts.
func inWords(v any, word func(code string) (catalog.Text, bool), l locale) any {
	switch v := v.(type) {
	case string:
		if t, ok := word(v); ok {
			return t.In(string(l))
		}
	case []any:
		return each(v, func(item any) any { return inWords(item, word, l) })
	}
	return v
}

// wordsOf returns the words of the codes in a text or a list of texts, in their order; none where any of them has none.
func wordsOf(v any, word func(code string) (catalog.Text, bool)) []catalog.Text {
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

// value writes a value in its unit; a list is written item by item.
func (l locale) value(v any, unit catalog.Unit) string {
	switch v := v.(type) {
	case []any:
		items := make([]string, 0, len(v))
		for _, item := range v {
			items = append(items, l.value(item, unit))
		}
		if l == chinese {
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
		return l.word("yes_no", yesNo(v))
	case json.Number:
		return l.figure(v, unit)
	case string:
		return l.textValue(v, unit)
	}
	return fmt.Sprint(v)
}

func (l locale) figure(n json.Number, unit catalog.Unit) string {
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
		return l.yuan(whole)
	case catalog.Share:
		return l.percent(f)
	case catalog.Ratio:
		return fixed(f, 2)
	case catalog.Days, catalog.Months, catalog.Workers, catalog.Count:
		if wholeErr != nil && f != float64(whole) {
			if unit == catalog.Months || unit == catalog.Days {
				return fixed(f, 1) + strings.TrimPrefix(l.count(2, unit), "2")
			}
			return fixed(f, 1)
		}
		return l.count(whole, unit)
	case catalog.Date:
		return l.date(civil.Date(whole))
	}
	if wholeErr == nil {
		return group(whole)
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// textValue writes dates, months and numbers that stand as strings (64-bit integers in ClickHouse's JSON).
func (l locale) textValue(s string, unit catalog.Unit) string {
	switch unit {
	case catalog.Date:
		if d, err := civil.ParseDate(s); err == nil {
			return l.date(d)
		}
	case catalog.Month:
		if d, err := civil.ParseDate(s); err == nil {
			return l.month(d.Month())
		}
		if m, err := civil.ParseMonth(s); err == nil {
			return l.month(m)
		}
	case catalog.Fen, catalog.Share, catalog.Ratio, catalog.Days, catalog.Months, catalog.Workers, catalog.Count:
		if _, err := strconv.ParseFloat(s, 64); err == nil {
			return l.figure(json.Number(s), unit)
		}
	}
	return s
}
