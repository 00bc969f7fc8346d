package language

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/anxin-project/anxin/internal/domain/codebook"
)

// Find returns a text of the catalogue; a key that is not in it is a mistake of the program.
func Find(l Locale, key string) (string, error) {
	t, ok := catalogue[key]
	if !ok {
		return "", fmt.Errorf("no text %q", key)
	}
	return t.In(string(l)), nil
}

// Message is Find for keys that tests prove to exist; a missing one shows as its key rather than failing the page.
func Message(l Locale, key string) string {
	if s, err := Find(l, key); err == nil {
		return s
	}
	return key
}

// Fill puts values in the places {1}, {2}, … of a text: languages put them in different orders.
func Fill(l Locale, key string, values ...string) string {
	s := Message(l, key)
	pairs := make([]string, 0, 2*len(values))
	for i, v := range values {
		pairs = append(pairs, "{"+strconv.Itoa(i+1)+"}", v)
	}
	return strings.NewReplacer(pairs...).Replace(s)
}

// FindAndFill is Fill for templates: a key that is not in the catalogue is an error.
func FindAndFill(l Locale, key string, values ...any) (string, error) {
	if _, err := Find(l, key); err != nil {
		return "", err
	}
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = fmt.Sprint(v)
	}
	return Fill(l, key, words...), nil
}

// Word says a code of an enumeration in words, such as a sector: by the codebook, or by the pages' own texts where a page
// alone knows the enumeration. A code without words is shown as it is, since sources and detectors may bring new ones
// before the codebook learns them.
func (l Locale) Word(enumeration, code string) string {
	if t, ok := codebook.Word(codebook.Name(enumeration), code); ok {
		return t.In(string(l))
	}
	if t, ok := catalogue[enumeration+"."+code]; ok {
		return t.In(string(l))
	}
	return code
}
