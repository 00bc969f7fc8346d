package console

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/codebook"
	"github.com/anxin-project/anxin/internal/domain/edition"
	"github.com/anxin-project/anxin/internal/domain/law"
	"github.com/anxin-project/anxin/internal/domain/runs"
	"github.com/anxin-project/anxin/internal/platform/access/signin"
)

//go:embed templates
var templateFiles embed.FS

// renderer holds the templates of one language, by name; functions that write text are bound to the language.
type renderer map[string]*template.Template

// frame is what every page's template gets.
type frame struct {
	Lang    locale
	Title   string
	Section string
	View    *View
	Data    any
	Who     *signin.Session // nil: nobody is signed in

	path  string
	query *query
}

// May reports whether who is signed in may do something at all, for what a page offers.
func (f *frame) May(a access.Action) bool {
	return f.Who != nil && access.Allow(&f.Who.Person, a, access.Object{})
}

// Home is the page to begin with.
func (f *frame) Home() string {
	if f.Who == nil {
		return "/sign-in"
	}
	return home(&f.Who.Person)
}

// With is the page's own address with parameters changed; see query.with.
func (f *frame) With(changes ...string) string { return f.query.with(changes...) }

// Page is the page's own address at another page of its list.
func (f *frame) Page(n int) string { return f.query.with("page", fmt.Sprint(n)) }

// Param is a parameter of the page's address as given.
func (f *frame) Param(name string) string { return f.query.given.Get(name) }

// Other is the page's own address in the other language.
func (f *frame) Other() string {
	return f.query.with("page", f.query.given.Get("page"), "lang", string(f.Lang.other()))
}

func (l locale) other() locale {
	if l == english {
		return chinese
	}
	return english
}

// parseTemplates parses every page once per language: templates/*.html, each with the shared layout and parts.
func parseTemplates(c *Console) (map[string]renderer, error) {
	out := map[string]renderer{}
	for _, l := range locales {
		shared, err := template.New("").Funcs(functions(c, l)).ParseFS(templateFiles, "templates/shared/*.html")
		if err != nil {
			return nil, err
		}
		files, err := fs.Glob(templateFiles, "templates/*.html")
		if err != nil {
			return nil, err
		}
		r := renderer{}
		for _, file := range files {
			t, err := shared.Clone()
			if err != nil {
				return nil, err
			}
			if t, err = t.ParseFS(templateFiles, file); err != nil {
				return nil, err
			}
			r[strings.TrimSuffix(path.Base(file), ".html")] = t
		}
		out[string(l)] = r
	}
	return out, nil
}

func (r renderer) render(w io.Writer, name string, f *frame) error {
	t := r[name]
	if t == nil {
		return fmt.Errorf("no template %s", name)
	}
	return t.ExecuteTemplate(w, "layout", f)
}

// functions are what templates can call, bound to a language.
func functions(c *Console, l locale) template.FuncMap {
	return template.FuncMap{
		"t":     func(key string) (string, error) { return c.noted(key)(find(l, key)) },
		"tf":    func(key string, values ...any) (string, error) { return c.noted(key)(findAndFill(l, key, values...)) },
		"word":  func(group string, value any) string { return l.word(group, fmt.Sprint(value)) },
		"text":  func(t catalog.Text) string { return t.In(string(l)) },
		"asset": c.assets.url,
		"tag":   func() string { return map[locale]string{chinese: "zh-CN", english: "en"}[l] },

		"num":      l.num,
		"yuan":     l.yuan,
		"exact":    l.exactYuan,
		"claimed":  l.claimed,
		"owedLine": l.owedLine, "owedMissing": l.owedMissing, "estimateBy": l.estimateBy, "estimatedPart": l.estimatedPart,
		"amount": func(w *Warning) string { return l.amount(c.detectors.header(w.Detector), w.AmountFen) },
		"estimated": func(w *Warning) string {
			return l.estimatedPart(w.AmountFen, estimatedFen(c.detectors.header(w.Detector), w))
		},
		"points":    l.index,
		"score":     func(v float64) string { return l.index(&v) },
		"signed":    l.signed,
		"percent":   l.percent,
		"date":      l.date,
		"shortDate": l.shortDate,
		"maybeDate": func(d *civil.Date) string {
			if d == nil {
				return "—"
			}
			return l.shortDate(*d)
		},
		"longDate": func(d *civil.Date) string {
			if d == nil {
				return "—"
			}
			return l.date(*d)
		},
		"lacking": lacking,
		"faults":  l.faults,
		"bound":   func(b *uint32) string { return l.bound(*b) },
		"span":    l.span,
		"limits":  l.limits,
		"month":   l.month,
		"instant": l.instant,
		"second":  l.second,
		"took":    func(a runs.Attempt) string { return l.seconds(a.Took().Seconds()) },
		"stages":  l.stages,
		"workers": func(v any) string { return l.count(toInt(v), catalog.Workers) },
		"days":    func(v any) string { return l.count(toInt(v), catalog.Days) },
		"since":   func(from, to civil.Date) string { return l.count(int64(to-from), catalog.Days) },
		"number":  number,
		"share":   share,
		"reasons": func(g *edition.Grade) []string { return l.reasons(*g) },
		"target":  l.target,
		"year":    func(v int) string { return strconv.Itoa(v) },
		"stamp":   func(digest string) string { return digest[:min(len(digest), 16)] },
		"deref":   func(v *float64) float64 { return *v },
		"derefU":  func(v *uint32) uint32 { return *v },
		"derefI":  func(v *int64) int64 { return *v },
		"derefD":  func(v *civil.Date) civil.Date { return *v },
		"derefT":  func(v *time.Time) time.Time { return *v },
		"list":    func(items ...string) []string { return items },
		"args":    func(items ...any) []any { return items },

		"header":     c.detectors.header,
		"evidence":   func(w *Warning) Evidence { return l.evidence(c.detectors.header(w.Detector), w.Evidence) },
		"source":     func(code string) string { return c.sourceName(l, code) },
		"outcome":    func(kind, code string) string { return codebook.OfOutcome(kind, code, string(l)) },
		"article":    func(citation string) Article { return l.article(c.laws, citation) },
		"cited":      c.laws.Annotate,
		"unchecked":  func() string { return law.NotChecked.In(string(l)) },
		"threshold":  l.threshold,
		"place":      c.regions.Name,
		"path":       c.regions.Path,
		"raw":        l.raw,
		"lossLine":   func(one Loss) string { return c.lossLine(l, one) },
		"light":      func(v any) string { return lightClass(fmt.Sprint(v)) },
		"rank":       rankOf,
		"caseURL":    caseURL,
		"entryURL":   entryURL,
		"proposeURL": proposeURL,
		"next":       nextDeadline,
		"audited":    l.audited,
		"wageMonths": l.wageMonths,
		"dated":      dated,
		"ground":     func(name string) catalog.Text { g, _ := casefile.Ground(name); return g },
		"subjectURL": func(scope, id any) string {
			return "/subjects/" + url.PathEscape(fmt.Sprint(scope)) + "/" + url.PathEscape(fmt.Sprint(id))
		},
		"unitURL": func(u *Unit) string {
			if u.Level == "township" {
				return "/townships/" + u.Code
			}
			return "/units/" + u.Code
		},
		"warningsURL": func(u *Unit, level string) string {
			v := url.Values{}
			switch u.Level {
			case "township":
				v.Set("township", u.Code)
			case "county":
				v.Set("county", u.Code)
			case "prefecture":
				v.Set("prefecture", u.Code)
			}
			if level != "" {
				v.Set("level", level)
			}
			return "/warnings?" + v.Encode()
		},
		"late": late,

		"spark": func(u *Unit) template.HTML { return sparkline(u.Trend, message(l, "chart.trend")) },
		"trend": func(u *Unit) template.HTML {
			return trendChart(l, u.Trend, c.config.Lights, u.Name+" "+message(l, "chart.trend"))
		},
		"meter": meter,
		"dial": func(u *Unit) template.HTML {
			return dialChart(l, u.Index, u.Light, u.Name+" "+l.index(u.Index)+" "+l.word("light", lightClass(u.Light)))
		},
		"delta":           func(v, widest float64) template.HTML { return deltaBar(v, widest, l.signed(v)) },
		"attendanceChart": func(f *Facts, asOf civil.Date) template.HTML { return attendanceChart(l, f, asOf) },
		"wagesChart":      func(f *Facts) template.HTML { return wagesChart(l, f) },
		"accountChart":    func(f *Facts) template.HTML { return accountChart(l, f) },
		"signalChart":     func(s Signal) template.HTML { return signalChart(l, s) },
		"signalLast":      func(s Signal) string { return fixed(s.Values[len(s.Values)-1], decimals(s.Values[len(s.Values)-1])) },
		"signalMonth":     func(s Signal) string { return l.month(s.Months[len(s.Months)-1]) },
	}
}

// heading is a column's heading that sorts by it.
type heading struct{ URL, Aria, Text, Class string }

// Heading links to the page sorted by a column: its usual order first, the other when it is sorted so already.
func (f *frame) Heading(sort, dir, column, first, text, class string) heading {
	h := heading{Text: text, Class: class, Aria: "none"}
	next := first
	if sort == column {
		h.Aria = map[string]string{"asc": "ascending", "desc": "descending"}[dir]
		next = map[string]string{"asc": "desc", "desc": "asc"}[dir]
	}
	h.URL = f.query.with("sort", column, "dir", next)
	return h
}
