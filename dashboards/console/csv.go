package console

import (
	"github.com/anxin-project/anxin/internal/domain/codebook"
	"github.com/anxin-project/anxin/internal/platform/spreadsheet"
)

// column is a column of an export, by the key of its heading.
func column(key string) spreadsheet.Column { return spreadsheet.Plain(catalogue[key]) }

// coded is a column of codes of an enumeration; their words stand in a column beside it.
func coded(key string, of codebook.Name) spreadsheet.Column {
	return spreadsheet.Coded(catalogue[key], of)
}

// worded is a column of codes whose words are not in the codebook.
func worded(key string, words func(l locale, code string) string) spreadsheet.Column {
	return spreadsheet.Worded(catalogue[key], func(code, lang string) string { return words(locale(lang), code) })
}

// csvFile answers an export.
func csvFile(t interface{ Bytes() []byte }, name string) answer {
	return answer{raw: t.Bytes(), kind: "text/csv; charset=utf-8", attach: name}
}
