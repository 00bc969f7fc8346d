package console

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/anxin-project/anxin/internal/domain/codebook"
)

// find returns a text of the catalogue (texts.go); a key that is not in it is a mistake of the program.
func find(l locale, key string) (string, error) {
	t, ok := catalogue[key]
	if !ok {
		return "", fmt.Errorf("no text %q", key)
	}
	return t.In(string(l)), nil
}

// message is find for keys that tests prove to exist; a missing one shows as its key rather than failing the page.
func message(l locale, key string) string {
	if s, err := find(l, key); err == nil {
		return s
	}
	return key
}

// fill puts values in the places {1}, {2}, … of a text: languages put them in different orders.
func fill(l locale, key string, values ...string) string {
	s := message(l, key)
	pairs := make([]string, 0, 2*len(values))
	for i, v := range values {
		pairs = append(pairs, "{"+strconv.Itoa(i+1)+"}", v)
	}
	return strings.NewReplacer(pairs...).Replace(s)
}

func findAndFill(l locale, key string, values ...any) (string, error) {
	if _, err := find(l, key); err != nil {
		return "", err
	}
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = fmt.Sprint(v)
	}
	return fill(l, key, words...), nil
}

// word says a code of an enumeration in words, such as a sector: by the codebook, or by the pages' own texts where a page
// alone knows the enumeration. A code without words is shown as it is, since sources and detectors may bring new ones
// before the codebook learns them.
func (l locale) word(enumeration, code string) string {
	if t, ok := codebook.Word(codebook.Name(enumeration), code); ok {
		return t.In(string(l))
	}
	if t, ok := catalogue[enumeration+"."+code]; ok {
		return t.In(string(l))
	}
	return code
}
