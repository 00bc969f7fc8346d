package web

import (
	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/codebook"
	"github.com/anxin-project/anxin/internal/platform/spreadsheet"
)

// columnHeading is the heading of a column of an export, by its key.
func columnHeading(key string) catalog.Text {
	t, _ := language.LookUp(key)
	return t
}

// Column is a column of an export, by the key of its heading.
func Column(key string) spreadsheet.Column { return spreadsheet.Plain(columnHeading(key)) }

// Coded is a column of codes of an enumeration; their words stand in a column beside it.
func Coded(key string, of codebook.Name) spreadsheet.Column {
	return spreadsheet.Coded(columnHeading(key), of)
}

// Worded is a column of codes whose words are not in the codebook.
func Worded(key string, words func(l language.Locale, code string) string) spreadsheet.Column {
	return spreadsheet.Worded(columnHeading(key), func(code, lang string) string { return words(language.Locale(lang), code) })
}

// CSVFile answers an export.
func CSVFile(t interface{ Bytes() []byte }, name string) Answer {
	return Answer{raw: t.Bytes(), kind: "text/csv; charset=utf-8", attach: name}
}
