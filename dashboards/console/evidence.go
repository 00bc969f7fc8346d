package console

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/codebook"
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

// evidence renders a warning's evidence by the header's fields.
func (l locale) evidence(h *catalog.Header, text string) Evidence {
	figures, records, readable := readEvidence(h, text)
	if !readable {
		return Evidence{Raw: text}
	}
	e := Evidence{Records: records}
	for _, f := range figures {
		if f.known {
			e.Figures = append(e.Figures, Figure{f.Label.In(string(l)), l.fieldValue(f.Field, f.value)})
		} else {
			e.Other = append(e.Other, Figure{f.Name, l.fieldValue(f.Field, f.value)})
		}
	}
	return e
}

// estimatedFen is how much of a warning's amount is an estimate: all of it where the detector says so, else what the evidence
// gives as estimated_fen.
func estimatedFen(h *catalog.Header, w *Warning) int64 {
	if h.Estimated {
		return w.AmountFen
	}
	if !slices.ContainsFunc(h.Evidence, func(f catalog.Field) bool { return f.Name == "estimated_fen" }) {
		return 0
	}
	var evidence struct {
		Fen json.Number `json:"estimated_fen"`
	}
	if json.Unmarshal([]byte(w.Evidence), &evidence) != nil {
		return 0
	}
	fen, err := evidence.Fen.Int64()
	if err != nil {
		return 0
	}
	return min(fen, w.AmountFen)
}

// evidenceFigure is a value of the evidence as the detector wrote it, with the field that describes it.
type evidenceFigure struct {
	catalog.Field
	known bool // by the header; else its name is all there is
	value any
}

// readEvidence reads a warning's evidence: the header's fields in the header's order, then what the header does not know,
// and the ids of sample records. Values whose name says that they are keys of people or accounts are left out, whatever a
// detector wrote. readable is false when the text is not the JSON object it should be.
func readEvidence(h *catalog.Header, text string) (figures []evidenceFigure, records []string, readable bool) {
	if text == "" {
		return nil, nil, true
	}
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.UseNumber() // fen above 2^53 must stay exact
	var object map[string]any
	if err := decoder.Decode(&object); err != nil {
		return nil, nil, false
	}
	impersonal(object)
	known := map[string]bool{}
	for _, f := range h.Evidence {
		v := object[f.Name]
		known[f.Name] = true
		switch {
		case v == nil:
		case f.Unit == catalog.Records:
			records = append(records, texts(v)...)
		default:
			figures = append(figures, evidenceFigure{f, true, v})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		switch v := object[name]; {
		case known[name] || v == nil:
		case name == "records":
			records = append(records, texts(v)...)
		default:
			figures = append(figures, evidenceFigure{catalog.Field{Name: name, Unit: catalog.Plain}, false, v})
		}
	}
	return figures, records[:min(len(records), maxRecords)], true
}

// impersonal takes out of evidence, however deep, what identifies a person or an account.
func impersonal(v any) {
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			if personal(name) {
				delete(v, name)
			} else {
				impersonal(inner)
			}
		}
	case []any:
		for _, inner := range v {
			impersonal(inner)
		}
	}
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
