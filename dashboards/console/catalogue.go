package console

import (
	"maps"

	"github.com/anxin-project/anxin/internal/domain/catalog"
)

// catalogue holds every text of the pages in both languages. Words for codes of records and detectors are given
// by internal/domain/codebook.
var catalogue = map[string]catalog.Text{}

// addTexts puts texts into the catalogue. Rooms do so when the program starts, each with those of its own pages; no key may
// be there twice.
func addTexts(texts map[string]catalog.Text) {
	for key, text := range texts {
		if _, twice := catalogue[key]; twice {
			panic("the text " + key + " is in the catalogue twice")
		}
		catalogue[key] = text
	}
}

// lookUp returns a text of the catalogue, and whether it is there.
func lookUp(key string) (catalog.Text, bool) {
	t, ok := catalogue[key]
	return t, ok
}

// allTexts is the whole catalogue, by key.
func allTexts() map[string]catalog.Text { return maps.Clone(catalogue) }
