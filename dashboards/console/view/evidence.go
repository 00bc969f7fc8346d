package view

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/internal/domain/catalog"
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

// EvidenceIn renders a warning's evidence by the header's fields.
func EvidenceIn(l language.Locale, h *catalog.Header, text string) Evidence {
	figures, records, readable := readEvidence(h, text)
	if !readable {
		return Evidence{Raw: text}
	}
	e := Evidence{Records: records}
	for _, f := range figures {
		if f.known {
			e.Figures = append(e.Figures, Figure{f.Label.In(string(l)), l.FieldValue(f.Field, f.value)})
		} else {
			e.Other = append(e.Other, Figure{f.Name, l.FieldValue(f.Field, f.value)})
		}
	}
	return e
}

// EstimatedFen is how much of a warning's amount is an estimate: all of it where the detector says so, else what the evidence
// gives as estimated_fen.
func EstimatedFen(h *catalog.Header, w *Warning) int64 {
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

// Line writes evidence into one cell.
func (e Evidence) Line() string {
	var parts []string
	for _, f := range append(append([]Figure{}, e.Figures...), e.Other...) {
		parts = append(parts, f.Label+": "+f.Value)
	}
	return strings.Join(parts, "; ")
}
