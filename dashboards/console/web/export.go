package web

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/codebook"
	"github.com/anxin-project/anxin/internal/domain/edition"
	"github.com/anxin-project/anxin/internal/platform/spreadsheet"
)

// The endings of an export's address.
const (
	csvEnding      = ".csv"
	workbookEnding = ".xlsx"
)

// WithWorkbooks adds to the routes of CSV exports those of the same tables as workbooks: every table that is exported as one
// is exported as the other. A workbook says when it was made and by whom, so that none is remembered.
func WithWorkbooks(routes []Route) []Route {
	var all []Route
	for _, r := range routes {
		all = append(all, r)
		if path, export := strings.CutSuffix(r.Pattern, csvEnding); export {
			r.Pattern, r.Life = path+workbookEnding, Never
			all = append(all, r)
		}
	}
	return all
}

// Export answers a table as CSV or as a workbook, as its address ends. Name is that of the file, without its ending, title
// what the table is called, and from what it was made from. A workbook says these, and who made it when with which filter.
func (r *Request) Export(t *spreadsheet.Table, name, title, from string) (Answer, error) {
	if !strings.HasSuffix(r.HTTP.URL.Path, workbookEnding) {
		return Answer{raw: t.CSV(), kind: "text/csv; charset=utf-8", attach: name + csvEnding}, nil
	}
	about := spreadsheet.About{Title: title, Made: r.server.now(), Facts: []spreadsheet.Fact{
		{Name: bilingual("export.by"), Value: r.Person().Name + " (" + r.Person().ID + ")"}, // nobody else is let in
		{Name: bilingual("export.filter"), Value: r.filter()},
		{Name: bilingual("export.run"), Value: from},
	}}
	raw, err := t.Workbook(about)
	if err != nil {
		return Answer{}, fmt.Errorf("writing the workbook %s: %w", name, err)
	}
	return Answer{raw: raw, kind: spreadsheet.WorkbookType, attach: name + workbookEnding}, nil
}

// filter says in words by which parameters an export was chosen.
func (r *Request) filter() string {
	var parts []string
	for _, name := range parameterNames {
		value := r.Query.read[name]
		if value == "" || name == "sort" || name == "dir" {
			continue
		}
		p, known := exportParameters[name]
		if !known {
			p.name = catalog.Text{ZH: name, EN: name}
		}
		if p.of != "" {
			value = r.Lang.Word(p.of, value)
		} else if place := r.server.regions.Name(value); place != "" && place != value {
			value = place + " " + value
		}
		parts = append(parts, language.Fill(r.Lang, "export.parameter", p.name.In(string(r.Lang)), value))
	}
	if len(parts) == 0 {
		return language.Message(r.Lang, "export.unfiltered")
	}
	return strings.Join(parts, language.Message(r.Lang, "list.semicolon"))
}

// OfRun says of which run an export is.
func (r *Request) OfRun() string {
	run := r.View.Run
	return language.Fill(r.Lang, "export.of_run", run.AsOf.String(), strconv.FormatUint(run.Number, 10), run.Policy)
}

// OfEdition says of which edition an export is.
func (r *Request) OfEdition(e edition.Edition) string {
	return language.Fill(r.Lang, "export.of_edition", language.Whole(e.Number), e.AsOf.String(), e.Policy)
}

// OfNow says that an export shows records as they were when it was made.
func (r *Request) OfNow() string { return language.Message(r.Lang, "export.of_now") }

// bilingual is a text in both languages, by its key.
func bilingual(key string) catalog.Text {
	t, _ := language.LookUp(key)
	return t
}

// Column is a column of an export, by the key of its heading.
func Column(key string) spreadsheet.Column {
	return spreadsheet.Typed(bilingual(key), exportKinds[key])
}

// Points is a column of points of the index.
func Points(of catalog.Text) spreadsheet.Column { return spreadsheet.Typed(of, spreadsheet.Number) }

// Coded is a column of codes of an enumeration; their words stand in a column beside it.
func Coded(key string, of codebook.Name) spreadsheet.Column {
	return spreadsheet.Coded(bilingual(key), of)
}

// Worded is a column of codes whose words are not in the codebook.
func Worded(key string, words func(l language.Locale, code string) string) spreadsheet.Column {
	return spreadsheet.Worded(bilingual(key), func(code, lang string) string { return words(language.Locale(lang), code) })
}
