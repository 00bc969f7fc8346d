package console

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/anxin-project/anxin/internal/catalog"
	"github.com/anxin-project/anxin/internal/civil"
)

// Evidence is a warning's evidence as a page shows it: the header's fields in the header's order, then what the header
// does not know, then the ids of sample records.
type Evidence struct {
	Figures []Figure
	Other   []Figure
	Records []string
	Raw     string // set when the evidence is not the JSON object it should be
}

// Figure is one labelled value.
type Figure struct{ Label, Value string }

// maxRecords bounds the record ids shown; the evidence holds samples anyway.
const maxRecords = 20

// evidence renders a warning's evidence by the header's fields. Values whose name says that they are keys of people or
// accounts are never shown, whatever a detector wrote.
func (l locale) evidence(h *catalog.Header, text string) Evidence {
	if text == "" {
		return Evidence{}
	}
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.UseNumber() // fen above 2^53 must stay exact
	var object map[string]any
	if err := decoder.Decode(&object); err != nil {
		return Evidence{Raw: text}
	}
	var e Evidence
	known := map[string]bool{}
	for _, f := range h.Evidence {
		v, ok := object[f.Name]
		known[f.Name] = true
		if !ok || v == nil || personal(f.Name) {
			continue
		}
		if f.Unit == catalog.Records {
			e.Records = append(e.Records, texts(v)...)
			continue
		}
		e.Figures = append(e.Figures, Figure{f.Label.In(string(l)), l.value(v, f.Unit)})
	}
	names := make([]string, 0, len(object))
	for name := range object {
		if !known[name] && !personal(name) && object[name] != nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if name == "records" {
			e.Records = append(e.Records, texts(object[name])...)
			continue
		}
		e.Other = append(e.Other, Figure{name, l.value(object[name], catalog.Plain)})
	}
	if len(e.Records) > maxRecords {
		e.Records = e.Records[:maxRecords]
	}
	return e
}

// personal reports whether a figure's name says that it identifies a person or an account.
func personal(name string) bool {
	for part := range strings.SplitSeq(name, "_") {
		switch part {
		case "key", "keys", "phone", "phones":
			return true
		}
	}
	return strings.HasSuffix(name, "account_id") || strings.HasSuffix(name, "id_number")
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
		return message(l, map[bool]string{true: "value.yes", false: "value.no"}[v])
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

func texts(v any) []string {
	switch v := v.(type) {
	case []any:
		out := make([]string, 0, len(v))
		for _, item := range v {
			out = append(out, texts(item)...)
		}
		return out
	case string:
		return []string{v}
	case json.Number:
		return []string{v.String()}
	}
	return nil
}
