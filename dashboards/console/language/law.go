package language

import (
	"strings"

	"github.com/anxin-project/anxin/internal/domain/law"
)

// Article is one legal basis of a warning as a page shows it.
type Article struct {
	Name, Text string
	Note       string // says so when nobody could read the text; else empty
}

// Article names a citation in the reader's language and adds what it says in short, where known.
func (l Locale) Article(laws *law.Registry, citation string) Article {
	c := laws.Resolve(citation)
	a := Article{Name: c.Name().In(string(l)), Text: c.Says().In(string(l))}
	if !c.Checked() {
		a.Note = law.NotChecked.In(string(l))
	}
	return a
}

// Cited writes a rule in the reader's language where it is citations of the register and nothing else, with semicolons between; any
// other rule stands as it is. Either way what nobody could read is said to be unread.
func (l Locale) Cited(laws *law.Registry, rule string) string {
	var names []string
	for code := range strings.SplitSeq(rule, "; ") {
		c, err := laws.Cite(code)
		if err != nil {
			return laws.Annotate(rule)
		}
		name := c.Name().In(string(l))
		if !c.Checked() {
			name += Fill(l, "law.note", law.NotChecked.In(string(l)))
		}
		names = append(names, name)
	}
	return strings.Join(names, Message(l, "list.semicolon"))
}

// Citations know which texts of the catalogue cite a law whose text nobody could read.
type Citations struct {
	laws      *law.Registry
	unchecked map[string]bool // keys of texts
}

// NewCitations looks through the catalogue: every text is to be there already.
func NewCitations(laws *law.Registry) *Citations {
	c := &Citations{laws: laws, unchecked: map[string]bool{}}
	for key, text := range catalogue {
		if laws.Unchecked(text.ZH) || laws.Unchecked(text.EN) {
			c.unchecked[key] = true
		}
	}
	return c
}

// Unchecked reports whether a text of the catalogue cites a law whose text nobody could read.
func (c *Citations) Unchecked(key string) bool { return c.unchecked[key] }

// Noted adds to a text of the catalogue that cites a law whose text nobody could read, that this is so.
func (c *Citations) Noted(key string) func(string, error) (string, error) {
	return func(text string, err error) (string, error) {
		if err == nil && c.unchecked[key] {
			text = c.laws.Annotate(text)
		}
		return text, err
	}
}
