package console

import (
	"strconv"
	"strings"

	"github.com/anxin-project/anxin/internal/domain/catalog"
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

func (c *Console) warningsCSV(r *request) (answer, error) {
	l := r.lang
	s := spreadsheet.NewTable(string(l), coded("csv.level", codebook.Level), column("csv.detector"), column("csv.title"),
		coded("csv.scope", codebook.Scope), column("csv.id"), column("csv.name"), column("csv.township"), column("csv.place"),
		coded("csv.sector", codebook.Sector), coded("csv.department", codebook.Department), column("csv.since"), column("csv.opened"),
		column("csv.workers"), column("csv.yuan"), column("csv.estimated_yuan"), worded("csv.basis", func(l locale, citation string) string { return l.article(c.laws, citation).Name }), column("csv.evidence"))
	for _, w := range c.warningFilter(r.query).choose(c, l, r.view) {
		h := c.detectors.header(w.Detector)
		s.Line(string(w.Level), w.Detector, h.Title.In(string(l)), w.Scope, w.ScopeID, w.Name, w.Township, c.regions.Path(w.Township), w.Sector, w.Department,
			w.Since.String(), w.Opened.String(), whole(w.Workers), l.csvAmount(h, w.AmountFen), csvEstimate(h, w), strings.Join(w.Basis, spreadsheet.Separator), l.evidence(h, w.Evidence).line())
	}
	return csvFile(s, "anxin-warnings-"+r.view.Run.AsOf.String()+".csv"), nil
}

// csvAmount writes the amount of a warning in yuan; in words where it is to be checked, nothing where there is none.
func (l locale) csvAmount(h *catalog.Header, fen int64) string {
	switch {
	case fen != 0:
		return spreadsheet.Yuan(fen)
	case h.ClaimsMoney():
		return message(l, "amount.unknown")
	}
	return ""
}

// csvEstimate writes how much of a warning's amount is an estimate; nothing where there is no amount.
func csvEstimate(h *catalog.Header, w *Warning) string {
	if w.AmountFen == 0 {
		return ""
	}
	return spreadsheet.Yuan(estimatedFen(h, w))
}

// owedCSV lists what a subject owes by wage month and kind.
func (c *Console) owedCSV(r *request) (answer, error) {
	f, gone, err := c.subjectOf(r)
	if err != nil {
		return answer{}, err
	}
	if gone {
		return answer{}, errNotFound
	}
	asOf := r.view.Run.AsOf
	s := spreadsheet.NewTable(string(r.lang), column("csv.as_of"), coded("csv.scope", codebook.Scope), column("csv.id"), column("csv.name"), column("csv.month"),
		coded("csv.owed_kind", codebook.OwedKind), coded("csv.estimated", codebook.YesNo), coded("csv.estimate", codebook.Estimate), column("csv.workers"), column("csv.days"),
		column("csv.payable_yuan"), column("csv.owed_yuan"), column("csv.due_by"), column("csv.days_past_due"))
	for _, m := range f.Owed.Months {
		s.Line(asOf.String(), string(f.Scope), f.ID, f.Name, m.Month.String(), m.Kind, yesNo(m.Estimated()), strings.Join(m.EstimateBy, spreadsheet.Separator),
			strconv.FormatUint(m.Workers, 10), strconv.FormatUint(m.Days, 10), spreadsheet.Yuan(m.PayableFen), spreadsheet.Yuan(m.Fen), m.DueBy.String(), strconv.Itoa(int(asOf-m.DueBy)))
	}
	return csvFile(s, "anxin-owed-"+strings.ReplaceAll(f.ID, ":", "-")+"-"+asOf.String()+".csv"), nil
}

// line writes evidence into one cell.
func (e Evidence) line() string {
	var parts []string
	for _, f := range append(append([]Figure{}, e.Figures...), e.Other...) {
		parts = append(parts, f.Label+": "+f.Value)
	}
	return strings.Join(parts, "; ")
}

func (c *Console) rankingCSV(r *request) (answer, error) {
	d := c.ranking(r, 0)
	s := spreadsheet.NewTable(string(r.lang), column("csv.as_of"), column("csv.rank"), column("csv.code"), column("csv.name"), column("csv.place"), coded("csv.light", codebook.Light),
		column("csv.index"), column("csv.change"), column("csv.monitored"), column("csv.arrears_workers"), column("csv.yuan"), column("csv.estimated_yuan"), column("csv.red"), column("csv.yellow"))
	for _, u := range d.Rows {
		rank, index, change := "", "", ""
		if n := rankOf(u, d.WithinCounty); n < 1<<31 {
			rank = strconv.FormatUint(uint64(n), 10)
		}
		if u.RankOnly {
			s.Line(r.view.Run.AsOf.String(), rank, u.Code, u.Name, c.regions.Path(u.Code), "", "", "", "", "", "", "", "", "")
			continue
		}
		if u.Index != nil {
			index = strconv.FormatFloat(*u.Index, 'f', 1, 64)
		}
		if v, ok := u.Change(); ok {
			change = strconv.FormatFloat(v, 'f', 1, 64)
		}
		s.Line(r.view.Run.AsOf.String(), rank, u.Code, u.Name, c.regions.Path(u.Code), lightClass(u.Light), index, change,
			strconv.FormatUint(uint64(u.MonitoredWorkers), 10), strconv.FormatUint(uint64(u.ArrearsWorkers), 10), spreadsheet.Yuan(u.ArrearsFen), spreadsheet.Yuan(u.EstimatedFen),
			strconv.Itoa(u.Red), strconv.Itoa(u.Yellow))
	}
	return csvFile(s, "anxin-ranking-"+r.view.Run.AsOf.String()+".csv"), nil
}

// whole writes a count or a number without grouping.
func whole(n uint32) string { return strconv.FormatUint(uint64(n), 10) }
