package bulletin

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"text/template"
)

//go:embed bulletin.txt
var shippedWords string

// mostWords bounds the template and the text that it makes.
const mostWords = 64 << 10

// Words are the text of bulletins, as the office has written it: a line with # or ## is a heading, [[ranking]] and its like alone on
// a line stand for a table, everything else is a paragraph; {{.Place}} and its like stand for figures (text/template).
type Words struct{ text *template.Template }

// Block is a part of the text: a title, a heading, a paragraph or a table.
type Block struct {
	Kind string `json:"kind"` // title, heading, paragraph or table
	Text string `json:"text"` // of a table its name
}

// Tables are what a line may stand for.
var Tables = []string{"ranking", "moves", "named", "rates", "departments"}

// Values are what a text may say in figures.
type Values struct {
	Place, Period, AsOf, Edition, Compared string // Compared is empty where there is nothing to compare with
	Townships, Green, Yellow, Red, Grey    int
	Watched, People, Yuan                  string
	Fell, Rose, Named                      int
	First, Last                            string // of the ranking; empty where nobody is ranked
}

// LoadWords reads the office's template; without a path it is the shipped one.
func LoadWords(path string) (*Words, error) {
	text := shippedWords
	if path != "" {
		raw, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		text = string(raw)
	}
	w, err := NewWords(text)
	if err != nil && path != "" {
		err = fmt.Errorf("%s: %w", path, err)
	}
	return w, err
}

var noField = regexp.MustCompile(`template: bulletin:(\d+).*can't evaluate field (\w+)`)

// NewWords checks a template by writing two bulletins with it, one with everything and one with nothing.
func NewWords(text string) (*Words, error) {
	if len(text) > mostWords {
		return nil, fmt.Errorf("%d bytes: want at most %d", len(text), mostWords)
	}
	t, err := template.New("bulletin").Option("missingkey=error").Parse(text)
	if err != nil {
		return nil, fmt.Errorf("not a template: %w", err)
	}
	w := &Words{t}
	full := Values{"某县", "2026年10月", "2026年11月10日", "6", "第 5 期", 20, 10, 5, 3, 2, "1,000", "10", "10万元", 2, 3, 1, "甲镇", "乙镇"}
	for _, v := range []Values{full, {}} {
		blocks, err := w.Write(v)
		if found := noField.FindStringSubmatch(fmt.Sprint(err)); err != nil && found != nil {
			return nil, fmt.Errorf("line %s: there is no {{.%s}}; there are %s", found[1], found[2], fields())
		}
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(blocks, func(b Block) bool { return b.Kind == "title" }) {
			return nil, errors.New("it has no title: want a line that begins with # and a space")
		}
	}
	return w, nil
}

func fields() string {
	var all []string
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Values]()) {
		all = append(all, "{{."+f.Name+"}}")
	}
	return strings.Join(all, " ")
}

// limited is a writer that takes no more than it may.
type limited struct{ strings.Builder }

func (l *limited) Write(b []byte) (int, error) {
	if l.Len()+len(b) > mostWords {
		return 0, fmt.Errorf("the text is longer than %d bytes", mostWords)
	}
	return l.Builder.Write(b)
}

var table = regexp.MustCompile(`^\[\[(.*)\]\]$`)

// Write makes the text of a bulletin.
func (w *Words) Write(v Values) ([]Block, error) {
	var out limited
	if err := w.text.Execute(&out, v); err != nil {
		return nil, err
	}
	var blocks []Block
	for line := range strings.Lines(out.String()) {
		line = strings.TrimSpace(line)
		found := table.FindStringSubmatch(line)
		switch {
		case line == "":
		case found != nil && !slices.Contains(Tables, found[1]):
			return nil, fmt.Errorf("there is no table [[%s]]; there are [[%s]]", found[1], strings.Join(Tables, "]] [["))
		case found != nil:
			blocks = append(blocks, Block{"table", found[1]})
		case strings.HasPrefix(line, "## "):
			blocks = append(blocks, Block{"heading", line[3:]})
		case strings.HasPrefix(line, "# "):
			blocks = append(blocks, Block{"title", line[2:]})
		default:
			blocks = append(blocks, Block{"paragraph", line})
		}
	}
	return blocks, nil
}
