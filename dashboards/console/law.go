package console

import "github.com/anxin-project/anxin/internal/domain/law"

// Article is one legal basis of a warning as a page shows it.
type Article struct {
	Name, Text string
	Note       string // says so when nobody could read the text; else empty
}

// article names a citation in the reader's language and adds what it says in short, where known.
func (l locale) article(laws *law.Registry, citation string) Article {
	c := laws.Resolve(citation)
	a := Article{Name: c.Name().In(string(l)), Text: c.Says().In(string(l))}
	if !c.Checked() {
		a.Note = law.NotChecked.In(string(l))
	}
	return a
}

// noted adds to a text of the catalogue that cites a law whose text nobody could read, that this is so.
func (c *Console) noted(key string) func(string, error) (string, error) {
	return func(text string, err error) (string, error) {
		if err == nil && c.uncheckedTexts[key] {
			text = c.laws.Annotate(text)
		}
		return text, err
	}
}

// citeUnchecked finds the texts of the catalogue that cite a law whose text nobody could read.
func citeUnchecked(laws *law.Registry) map[string]bool {
	keys := map[string]bool{}
	for key, text := range catalogue {
		if laws.Unchecked(text.ZH) || laws.Unchecked(text.EN) {
			keys[key] = true
		}
	}
	return keys
}
