package web

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

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/edition"
	"github.com/anxin-project/anxin/internal/domain/verdict"
	"github.com/anxin-project/anxin/internal/platform/access/signin"
)

//go:embed templates
var templateFiles embed.FS

// renderer holds the templates of one language, by name; functions that write text are bound to the language.
type renderer map[string]*template.Template

// frame is what every page's template gets.
type frame struct {
	Lang    language.Locale
	Title   string
	Section string
	View    *view.View
	Data    any
	Who     *signin.Session // nil: nobody is signed in
	Badge   int             // what is late or due today for them

	path  string
	query *Query
}

// May reports whether who is signed in may do something at all, for what a page offers.
func (f *frame) May(a access.Action) bool {
	return f.Who != nil && access.Allow(&f.Who.Person, a, access.Object{})
}

// MayJudge reports whether who is signed in may give a verdict on a warning.
func (f *frame) MayJudge(w *view.Warning) bool {
	return f.Who != nil && view.MayJudge(&f.Who.Person, w)
}

// Here is the page's own path.
func (f *frame) Here() string { return f.path }

// Leads reports whether who is signed in answers for more than a township, so that there is something to look over.
func (f *frame) Leads() bool {
	return f.May(access.Read) && len(f.Who.Territory) <= 6
}

// Home is the page to begin with.
func (f *frame) Home() string {
	if f.Who == nil {
		return "/sign-in"
	}
	return Home(&f.Who.Person)
}

// With is the page's own address with parameters changed; see Query.with.
func (f *frame) With(changes ...string) string { return f.query.with(changes...) }

// Page is the page's own address at another page of its list.
func (f *frame) Page(n int) string { return f.query.with("page", fmt.Sprint(n)) }

// Param is a parameter of the page's address as given.
func (f *frame) Param(name string) string { return f.query.Given.Get(name) }

// Other is the page's own address in the other language.
func (f *frame) Other() string {
	return f.query.with("page", f.query.Given.Get("page"), "lang", string(f.Lang.Other()))
}

// Room is what a folder of pages brings: its templates, and what only they can call.
type Room struct {
	Templates fs.FS                                  // templates/*.html are pages; templates/shared/*.html, which need not be there, what several of them use
	Functions func(language.Locale) template.FuncMap // nil: none
}

// parseTemplates parses every page of every room once per language, each with the room's shared parts, the layout and the parts
// of all rooms.
func parseTemplates(functions func(language.Locale) template.FuncMap, rooms []Room) (map[string]renderer, error) {
	rooms = append([]Room{{Templates: templateFiles}}, rooms...)
	out := map[string]renderer{}
	for _, l := range language.Locales {
		all, err := template.New("").Funcs(functions(l)).ParseFS(templateFiles, "templates/shared/*.html")
		if err != nil {
			return nil, err
		}
		r := renderer{}
		for _, room := range rooms {
			if err := r.parse(all, room, l); err != nil {
				return nil, err
			}
		}
		out[string(l)] = r
	}
	return out, nil
}

// parse adds the pages of a room.
func (r renderer) parse(all *template.Template, room Room, l language.Locale) error {
	shared, err := all.Clone()
	if err != nil {
		return err
	}
	if room.Functions != nil {
		shared.Funcs(room.Functions(l))
	}
	if parts, err := fs.Glob(room.Templates, "templates/shared/*.html"); err != nil {
		return err
	} else if len(parts) > 0 {
		if _, err := shared.ParseFS(room.Templates, parts...); err != nil {
			return err
		}
	}
	files, err := fs.Glob(room.Templates, "templates/*.html")
	if err != nil {
		return err
	}
	for _, file := range files {
		name := strings.TrimSuffix(path.Base(file), ".html")
		if r[name] != nil {
			return fmt.Errorf("two rooms have a page %s", name)
		}
		t, err := shared.Clone()
		if err != nil {
			return err
		}
		if r[name], err = t.ParseFS(room.Templates, file); err != nil {
			return err
		}
	}
	return nil
}

func (r renderer) render(w io.Writer, name string, f *frame) error {
	t := r[name]
	if t == nil {
		return fmt.Errorf("no template %s", name)
	}
	return t.ExecuteTemplate(w, "layout", f)
}

// functions are what the templates of every room can call, bound to a language.
func functions(l language.Locale, d Dependencies, assets *assets, citations *language.Citations) template.FuncMap {
	date := func(otherwise func(civil.Date) string) func(*civil.Date) string {
		return func(on *civil.Date) string {
			if on == nil {
				return "—"
			}
			return otherwise(*on)
		}
	}
	return template.FuncMap{
		"t": func(key string) (string, error) { return citations.Noted(key)(language.Find(l, key)) },
		"tf": func(key string, values ...any) (string, error) {
			return citations.Noted(key)(language.FindAndFill(l, key, values...))
		},
		"word":  func(group string, value any) string { return l.Word(group, fmt.Sprint(value)) },
		"text":  func(t catalog.Text) string { return t.In(string(l)) },
		"asset": assets.url,
		"tag":   func() string { return map[language.Locale]string{language.Chinese: "zh-CN", language.English: "en"}[l] },

		"num":     l.Num,
		"yuan":    l.Yuan,
		"exact":   l.ExactYuan,
		"claimed": l.Claimed,
		"amount":  func(w *view.Warning) string { return l.Amount(d.Detectors.Header(w.Detector), w.AmountFen) },
		"estimated": func(w *view.Warning) string {
			return l.EstimatedPart(w.AmountFen, view.EstimatedFen(d.Detectors.Header(w.Detector), w))
		},
		"points":    l.Index,
		"score":     func(v float64) string { return l.Index(&v) },
		"signed":    l.Signed,
		"percent":   l.Percent,
		"date":      l.Date,
		"shortDate": l.ShortDate,
		"maybeDate": date(l.ShortDate),
		"longDate":  date(l.Date),
		"month":     l.Month,
		"instant":   l.Instant,
		"workers":   func(v any) string { return l.Count(language.ToInt(v), catalog.Workers) },
		"since":     func(from, to civil.Date) string { return l.Count(int64(to-from), catalog.Days) },
		"number":    language.Number,
		"reasons":   func(g *edition.Grade) []string { return view.Reasons(l, *g) },
		"target":    func(r edition.Rate) string { return view.Target(l, r) },
		"year":      func(v int) string { return strconv.Itoa(v) },
		"deref":     func(v *float64) float64 { return *v },
		"derefU":    func(v *uint32) uint32 { return *v },
		"derefD":    func(v *civil.Date) civil.Date { return *v },
		"derefT":    func(v *time.Time) time.Time { return *v },
		"list":      func(items ...string) []string { return items },
		"args":      func(items ...any) []any { return items },

		"verdictKinds": func() []verdict.Kind { return verdict.Kinds },
		"verdictCodes": func(k verdict.Kind) []verdict.Code { return verdict.Codes[k] },

		"header": d.Detectors.Header,
		"evidence": func(w *view.Warning) view.Evidence {
			return view.EvidenceIn(l, d.Detectors.Header(w.Detector), w.Evidence)
		},
		"source":  func(code string) string { return d.Sources.Called(l, code) },
		"article": func(citation string) language.Article { return l.Article(d.Laws, citation) },
		"cited":   func(rule string) string { return l.Cited(d.Laws, rule) },
		"place":   d.Regions.Name,
		"path":    d.Regions.Path,
		"light":   func(v any) string { return view.LightClass(fmt.Sprint(v)) },
		"rank":    view.RankOf,
		"caseURL": CaseURL,
		"subjectURL": func(scope, id any) string {
			return "/subjects/" + url.PathEscape(fmt.Sprint(scope)) + "/" + url.PathEscape(fmt.Sprint(id))
		},
		"unitURL": func(u *view.Unit) string {
			if u.Level == "township" {
				return "/townships/" + u.Code
			}
			return "/units/" + u.Code
		},
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

// CaseURL is the address of a case's page.
func CaseURL(id string) string { return "/cases/" + url.PathEscape(id) }
