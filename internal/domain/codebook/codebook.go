// Package codebook says in both languages what the codes of records, evidence, index and casework stand for. Codes are what
// is stored, exchanged and filtered by; whoever shows one to a person, on a page, in an export or in an answer of the API,
// takes its words from here.
//
// A test reads the sources of ingest/record and of the other packages that define codes, and the stories of the detectors,
// and fails where one of their codes has no words.
package codebook

import (
	"fmt"
	"maps"
	"slices"

	"github.com/anxin-project/anxin/internal/domain/catalog"
)

// Name names an enumeration.
type Name string

// entry is one code with its words.
type entry struct {
	code   string
	zh, en string
}

// book holds every enumeration, its codes in the order in which pages list them.
var book = gather(records, findings, index, pipeline, casework())

func gather(parts ...map[Name][]entry) map[Name][]entry {
	all := map[Name][]entry{}
	for _, part := range parts {
		for name, entries := range part {
			if all[name] != nil {
				panic(fmt.Sprintf("the enumeration %s is in the codebook twice", name))
			}
			all[name] = entries
		}
	}
	return all
}

// Word returns the words of a code; false when the enumeration does not have it, since sources and detectors may bring new
// codes before the codebook learns them.
func Word(name Name, code string) (catalog.Text, bool) {
	for _, e := range book[name] {
		if e.code == code {
			return catalog.Text{ZH: e.zh, EN: e.en}, true
		}
	}
	return catalog.Text{}, false
}

// In returns the words of a code in a language, "en" or else Chinese; the code itself when it is not in the enumeration.
func In(name Name, code, lang string) string {
	if t, ok := Word(name, code); ok {
		return t.In(lang)
	}
	return code
}

// OfField returns the words of a code in a field of a detector's evidence; false when neither the field nor its enumeration
// has it.
func OfField(f catalog.Field, code string) (catalog.Text, bool) {
	if t, ok := f.Words[code]; ok {
		return t, true
	}
	return Word(Name(f.Codes), code)
}

// Known reports whether there is such an enumeration.
func Known(name Name) bool { return book[name] != nil }

// Names returns the names of the enumerations in alphabetical order.
func Names() []Name { return slices.Sorted(maps.Keys(book)) }

// Codes returns the codes of an enumeration in the order in which pages list them.
func Codes(name Name) []string {
	codes := make([]string, len(book[name]))
	for i, e := range book[name] {
		codes[i] = e.code
	}
	return codes
}
