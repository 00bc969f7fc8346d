// Package documents makes the papers of casework as pages to be printed: the order to pay, and the notice, decision and
// removal decision of the joint-discipline list. A page is drawn up from the record alone; what the record does not have
// yet is a blank to be filled by hand, so the same page serves as draft and as copy. Chinese is the text that counts, the
// English beside it a gloss.
package documents

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"github.com/anxin-project/anxin/internal/casefile"
	"github.com/anxin-project/anxin/internal/catalog"
	"github.com/anxin-project/anxin/internal/civil"
	"github.com/anxin-project/anxin/internal/law"
	"github.com/anxin-project/anxin/internal/region"
)

// Kind is a kind of paper.
type Kind string

// The kinds of papers. An order is of a case, the others are of an entry of the list.
const (
	Order    Kind = "order"    // 责令限期支付决定书
	Notice   Kind = "notice"   // 拟列入告知书
	Decision Kind = "decision" // 列入决定书
	Removal  Kind = "removal"  // 移出决定书
)

// EntryKinds are the papers of an entry.
var EntryKinds = []Kind{Notice, Decision, Removal}

//go:embed templates/*.html
var files embed.FS

// Papers draws up papers. It may be used from many goroutines.
type Papers struct{ pages *template.Template }

// New reads the papers' texts. A law that they cite and whose text nobody could read has a note to say so: whoever signs the
// paper checks the citation first.
func New(laws *law.Registry) (*Papers, error) {
	pages := template.New("").Funcs(template.FuncMap{
		"blank":     blank,
		"no":        func(p *casefile.Paper) string { return blank(number(p)) },
		"on":        func(p *casefile.Paper) string { return day(paperDay(p)) },
		"day":       day,
		"date":      func(d civil.Date) string { return day(&d) },
		"yuan":      yuan,
		"authority": func(county string) string { return place(county) + "人力资源和社会保障局" },
		"ground":    func(name string) catalog.Text { t, _ := casefile.Ground(name); return t },
	})
	names, err := fs.Glob(files, "templates/*.html")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		if _, err := pages.New(path.Base(name)).Parse(laws.Annotate(string(text))); err != nil {
			return nil, fmt.Errorf("the paper %s: %w", path.Base(name), err)
		}
	}
	return &Papers{pages}, nil
}

// OfCase draws up the order to pay of a case.
func (p *Papers) OfCase(c casefile.Case) ([]byte, error) {
	county := c.Territory
	if len(county) > 6 {
		county = county[:6]
	}
	return p.draw(Order, struct {
		casefile.Case
		County string
	}{c, county})
}

// OfEntry draws up a paper of an entry of the list.
func (p *Papers) OfEntry(kind Kind, e casefile.Entry) ([]byte, error) { return p.draw(kind, e) }

func (p *Papers) draw(kind Kind, data any) ([]byte, error) {
	var b bytes.Buffer
	if err := p.pages.ExecuteTemplate(&b, string(kind)+".html", data); err != nil {
		return nil, fmt.Errorf("drawing up the paper %s: %w", kind, err)
	}
	return b.Bytes(), nil
}

// blank is a text, or a line to write on.
func blank(text string) string {
	if strings.TrimSpace(text) == "" {
		return "＿＿＿＿＿＿"
	}
	return text
}

func number(p *casefile.Paper) string {
	if p == nil {
		return ""
	}
	return p.No
}

func paperDay(p *casefile.Paper) *civil.Date {
	if p == nil {
		return nil
	}
	return &p.On
}

// day is a date as documents write it.
func day(d *civil.Date) string {
	if d == nil {
		return "＿＿＿＿年＿＿月＿＿日"
	}
	t := d.Time()
	return fmt.Sprintf("%d年%d月%d日", t.Year(), int(t.Month()), t.Day())
}

// yuan writes fen as yuan with two decimals and grouped thousands.
func yuan(fen int64) string {
	whole := strconv.FormatInt(fen/100, 10)
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return fmt.Sprintf("%s.%02d", whole, fen%100)
}

func place(code string) string {
	if name := region.Name(code); name != "" {
		return name
	}
	return blank("")
}
