package console

import (
	"slices"
	"strconv"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/internal/domain/codebook"
	"github.com/anxin-project/anxin/internal/domain/edition"
	"github.com/anxin-project/anxin/internal/platform/spreadsheet"
)

// ratesData is the page of reported rates, a block for each prefecture and county.
type ratesData struct {
	Edition *edition.Edition
	Places  []placeRates
}

type placeRates struct {
	Code, Name string
	Rows       []view.RateRow
}

func (p *editionsPages) rates(v *view.View) *ratesData {
	d := &ratesData{Edition: v.Latest()}
	var codes []string
	for _, r := range v.Rates {
		codes = append(codes, r.Code)
	}
	slices.Sort(codes) // a prefecture's code is the beginning of its counties' codes
	for _, code := range slices.Compact(codes) {
		d.Places = append(d.Places, placeRates{code, p.Regions.Name(code), view.RateRows(v.Rates, code)})
	}
	return d
}

func (p *editionsPages) ratesPage(r *request) (answer, error) {
	return answer{template: "rates", title: language.Message(r.lang, "rates.title"), data: p.rates(r.view)}, nil
}

func (p *editionsPages) ratesCSV(r *request) (answer, error) {
	l, d := r.lang, p.rates(r.view)
	if d.Edition == nil {
		return answer{}, errNotFound
	}
	s := spreadsheet.NewTable(string(l), column("csv.as_of"), column("csv.code"), column("csv.name"), coded("csv.measure", codebook.Measure),
		column("csv.numerator"), column("csv.denominator"), column("csv.rate"), column("csv.target"))
	for _, place := range d.Places {
		for _, row := range place.Rows {
			s.Line(d.Edition.AsOf.String(), place.Code, place.Name, row.Measure, language.Whole(row.Numerator),
				language.Whole(row.Denominator), strconv.FormatFloat(row.Share(), 'f', 4, 64), view.Target(l, row.Rate))
		}
	}
	return csvFile(s, "anxin-rates-"+d.Edition.AsOf.String()+".csv"), nil
}
