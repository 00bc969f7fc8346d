package editions

import (
	"slices"
	"strconv"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
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

func (p *Pages) rates(v *view.View) *ratesData {
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

// RatesPage is the page at /rates.
func (p *Pages) RatesPage(r *web.Request) (web.Answer, error) {
	return web.Answer{Template: "rates", Title: language.Message(r.Lang, "rates.title"), Data: p.rates(r.View)}, nil
}

// RatesExport is the export at /rates.csv and /rates.xlsx.
func (p *Pages) RatesExport(r *web.Request) (web.Answer, error) {
	l, d := r.Lang, p.rates(r.View)
	if d.Edition == nil {
		return web.Answer{}, web.ErrNotFound
	}
	s := spreadsheet.NewTable(string(l), web.Column("csv.as_of"), web.Column("csv.code"), web.Column("csv.name"), web.Coded("csv.measure", codebook.Measure),
		web.Column("csv.numerator"), web.Column("csv.denominator"), web.Column("csv.rate"), web.Column("csv.target"))
	for _, place := range d.Places {
		for _, row := range place.Rows {
			s.Line(d.Edition.AsOf.String(), place.Code, place.Name, row.Measure, language.Whole(row.Numerator),
				language.Whole(row.Denominator), strconv.FormatFloat(row.Share(), 'f', 4, 64), view.Target(l, row.Rate))
		}
	}
	return r.Export(s, "anxin-rates-"+d.Edition.AsOf.String(), language.Message(l, "rates.title"), r.OfEdition(*d.Edition))
}
