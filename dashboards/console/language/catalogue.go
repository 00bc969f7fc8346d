package language

import (
	"maps"

	"github.com/anxin-project/anxin/internal/domain/catalog"
)

// catalogue holds every text of the pages in both languages. {1}, {2}, … are places for values.
// What codes stand for is said by internal/domain/codebook.
var catalogue = map[string]catalog.Text{}

// Add puts texts into the catalogue. Rooms do so when the program starts, each with those of its own pages; no key may
// be there twice.
func Add(texts map[string]catalog.Text) {
	for key, text := range texts {
		if _, twice := catalogue[key]; twice {
			panic("the text " + key + " is in the catalogue twice")
		}
		catalogue[key] = text
	}
}

// LookUp returns a text of the catalogue, and whether it is there.
func LookUp(key string) (catalog.Text, bool) {
	t, ok := catalogue[key]
	return t, ok
}

// Texts is the whole catalogue, by key.
func Texts() map[string]catalog.Text { return maps.Clone(catalogue) }
