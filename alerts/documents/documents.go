// Package documents makes the papers of casework as pages to be printed: filing, questioning, the order to pay, what follows an
// unmet one, closing (papers.go), and the notice, decision and removal decision of the joint-discipline list. A page is drawn up from the record alone; what the record does not have
// yet is a blank to be filled by hand, so the same page serves as draft and as copy. A paper is Chinese and nothing else.
//
// Every paper that states people and money says where each figure comes from: the records by their ids, the date they are
// as of, the warning. Estimates are in none.
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

	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/law"
	"github.com/anxin-project/anxin/internal/domain/region"
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
type Papers struct {
	pages *template.Template
	names Names
}

// Names tell what the codes that a paper cites are called.
type Names struct {
	Detectors map[string]catalog.Text
	Sources   map[string]catalog.Text // systems that send records
}

// called is a code's name; the code itself where there is none.
func called(names map[string]catalog.Text, code string) string {
	if t, ok := names[code]; ok {
		return t.ZH
	}
	return code
}

// New reads the papers' texts. A law that they cite and whose text nobody could read has a note to say so: whoever signs the
// paper checks the citation first.
func New(laws *law.Registry, names Names) (*Papers, error) {
	pages := template.New("").Funcs(template.FuncMap{
		"blank":     blank,
		"no":        func(p *casefile.Paper) string { return blank(number(p)) },
		"on":        func(p *casefile.Paper) string { return day(paperDay(p)) },
		"day":       day,
		"date":      func(d civil.Date) string { return day(&d) },
		"yuan":      yuan,
		"authority": func(county string) string { return place(county) + "人力资源和社会保障局" },
		"ground":    func(name string) catalog.Text { t, _ := casefile.Ground(name); return t },
		"period":    period,
		"months":    func(from, to civil.Month) string { return period(&from, &to) },
		"join":      func(items []string) string { return strings.Join(items, "、") },
		"clause":    func(text string) string { return strings.TrimRight(strings.TrimSpace(text), "。；;.") },
		"late":      late,
		"inc":       func(i int) int { return i + 1 },
		"source":    func(code string) string { return called(names.Sources, code) },
	})
	paths, err := fs.Glob(files, "templates/*.html")
	if err != nil {
		return nil, err
	}
	for _, name := range paths {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		if _, err := pages.New(path.Base(name)).Parse(laws.Annotate(string(text))); err != nil {
			return nil, fmt.Errorf("the paper %s: %w", path.Base(name), err)
		}
	}
	return &Papers{pages, names}, nil
}

// orderData is what the order to pay of a case is drawn up from.
type orderData struct {
	casefile.Case
	County   string
	Employer string // whom it binds; empty when nobody is known
	Called   string
	Figures  *casefile.Owed // what the records say, without estimates; of an order given: what they said then
	Warnings []string
	// Found says that the figures of the order given are not those of the records: somebody has found others.
	Found bool
	Annex *Annex
}

// OfCase draws up the order to pay of a case, with a list of workers where there is one.
func (p *Papers) OfCase(c casefile.Case, annex *Annex) ([]byte, error) {
	d := orderData{Case: c, County: countyOf(c), Figures: c.Owed.ByRecords(), Annex: annex}
	d.Employer, d.Called = c.Binds("", "")
	if o := c.Order; o != nil {
		d.Employer, d.Called = c.Binds(o.Employer, o.EmployerName)
		d.Figures = o.Source
		d.Found = o.Source == nil || o.Source.Listed == nil || o.Source.Listed.Workers != o.Workers || o.Source.Listed.AmountFen != o.AmountFen
	}
	if d.Figures != nil {
		for _, detector := range d.Figures.Warnings {
			d.Warnings = append(d.Warnings, called(p.names.Detectors, detector))
		}
	}
	return p.draw(Order, d)
}

// entryData is what a paper of an entry is drawn up from.
type entryData struct {
	casefile.Entry
	Now     casefile.Facts  // as they stand at the decision, else as at the proposal
	Since   *casefile.Facts // those at the decision, where they differ
	Warning string
}

// OfEntry draws up a paper of an entry of the list.
func (p *Papers) OfEntry(kind Kind, e casefile.Entry) ([]byte, error) {
	d := entryData{Entry: e, Now: e.Facts}
	if kind == Decision && e.AtDecision != nil {
		d.Now = *e.AtDecision
		if d.Now.UnpaidFen != e.Facts.UnpaidFen || d.Now.OrderedWorkers != e.Facts.OrderedWorkers {
			d.Since = e.AtDecision
		}
	}
	if d.Now.Warning != "" {
		d.Warning = called(p.names.Detectors, d.Now.Warning)
	}
	return p.draw(kind, d)
}

// late is the deadline of a decision that came, or can only come, after it; nil of one in time.
func late(e casefile.Entry) *casefile.Deadline {
	for _, d := range e.Deadlines {
		if d.Kind == casefile.ToDecide && (d.State == casefile.MetLate || d.State == casefile.Passed) {
			return &d
		}
	}
	return nil
}

func (p *Papers) draw(kind Kind, data any) ([]byte, error) {
	var b bytes.Buffer
	if err := p.pages.ExecuteTemplate(&b, string(kind)+".html", data); err != nil {
		return nil, fmt.Errorf("drawing up the paper %s: %w", kind, err)
	}
	return b.Bytes(), nil
}

// period is the wage months of an order as documents write them; empty when the order names none.
func period(from, to *civil.Month) string {
	name := func(m civil.Month) string { return fmt.Sprintf("%d年%d月", m.Year(), int(m.First().Time().Month())) }
	switch {
	case from == nil && to == nil:
		return ""
	case to == nil:
		return name(*from) + "起"
	case from == nil:
		return "至" + name(*to)
	case *from == *to:
		return name(*from)
	}
	return name(*from) + "至" + name(*to)
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
