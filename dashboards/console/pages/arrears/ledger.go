package arrears

import (
	"slices"
	"strconv"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/codebook"
	"github.com/anxin-project/anxin/internal/platform/spreadsheet"
)

// ledgerData is the ledger of remedies (清偿台账): by county and source, and every line behind it.
type ledgerData struct {
	From, Until civil.Date
	County      string
	Kind        string // of a remedy; empty: all
	Kinds       []casefile.Remedy
	Counties    []*view.Unit
	Sums        []casefile.LedgerSum
	Total       casefile.LedgerSum
	Lines       []casefile.LedgerLine
	Pager       web.Pager
}

func (p *Pages) ledger(r *web.Request, size int) (*ledgerData, error) {
	d := &ledgerData{County: r.Query.Code("county", 6, 9), Kinds: casefile.InLedger(), Counties: r.View.Counties}
	d.From, d.Until = period(r)
	names := []string{""}
	for _, kind := range d.Kinds {
		names = append(names, string(kind))
	}
	d.Kind = r.Query.Choice("kind", names...)
	cases, err := p.myCases(r)
	if err != nil {
		return nil, err
	}
	// Joined before the period is cut: a case's paper and its record may lie on either side.
	records, err := p.proceedings(r, 0, 1<<30)
	if err != nil {
		return nil, err
	}
	lines := slices.DeleteFunc(casefile.LedgerOf(cases, records), func(l casefile.LedgerLine) bool {
		return l.On < d.From || l.On > d.Until || !within(l.Place, d.County)
	})
	d.Sums = casefile.SumLedger(lines, digits(r))
	for _, s := range d.Sums {
		t := &d.Total
		t.Count, t.AmountFen, t.PaidFen, t.RecoveredFen = t.Count+s.Count, t.AmountFen+s.AmountFen, t.PaidFen+s.PaidFen, t.RecoveredFen+s.RecoveredFen
		t.Unreported, t.Doubtful = t.Unreported+s.Unreported, t.Doubtful+s.Doubtful
	}
	if d.Kind != "" {
		lines = slices.DeleteFunc(lines, func(l casefile.LedgerLine) bool { return string(l.Remedy) != d.Kind })
	}
	d.Pager = r.Query.Rows(len(lines), size)
	d.Lines = lines[d.Pager.From:d.Pager.To]
	return d, nil
}

// LedgerPage is the page at /remedies.
func (p *Pages) LedgerPage(r *web.Request) (web.Answer, error) {
	d, err := p.ledger(r, p.PageSize)
	return web.Answer{Template: "ledger", Title: language.Message(r.Lang, "ledger.title"), Data: d}, err
}

// LedgerExport is the export at /remedies.csv and /remedies.xlsx: every line.
func (p *Pages) LedgerExport(r *web.Request) (web.Answer, error) {
	d, err := p.ledger(r, 0)
	if err != nil {
		return web.Answer{}, err
	}
	s := spreadsheet.NewTable(string(r.Lang), column("ledger.on", "taken_on", spreadsheet.Day), web.Worded("ledger.remedy", func(l language.Locale, code string) string {
		return casefile.Remedy(code).Title().In(string(l))
	}), column("ledger.subject", "name", spreadsheet.Text), column("ledger.id", "scope_id", spreadsheet.Text), column("warnings.place", "place", spreadsheet.Text), column("field.document_no", "document_no", spreadsheet.Text),
		column("ledger.case", "case", spreadsheet.Text), column("ledger.record", "record", spreadsheet.Text), column("ledger.amount", "amount_yuan", spreadsheet.Money), column("ledger.paid", "paid_yuan", spreadsheet.Money),
		column("ledger.recovered", "recovered_yuan", spreadsheet.Money), web.Coded("ledger.doubtful", codebook.YesNo))
	for _, l := range d.Lines {
		paid := ""
		if l.PaidKnown {
			paid = spreadsheet.Yuan(l.PaidFen)
		}
		s.Line(l.On.String(), string(l.Remedy), l.Name, l.ScopeID, p.Regions.Path(l.Place), l.DocumentNo, l.CaseID, l.Record, spreadsheet.Yuan(l.AmountFen), paid, spreadsheet.Yuan(l.RecoveredFen), language.YesNo(l.Doubtful))
	}
	return r.Export(s, "anxin-remedies-"+d.Until.String(), language.Message(r.Lang, "ledger.title"), r.OfRun())
}

// LedgerAnswer is what GET /api/v1/remedies answers.
type LedgerAnswer struct {
	From  civil.Date           `json:"from"`
	Until civil.Date           `json:"until"`
	Sums  []casefile.LedgerSum `json:"sums"`
	Total int                  `json:"total"`
	Lines []LedgerLine         `json:"lines"` // newest first
}

// LedgerLine is one remedy in the ledger.
type LedgerLine struct {
	Remedy       casefile.Remedy `json:"remedy"`
	On           civil.Date      `json:"on"`
	Scope        string          `json:"scope"`
	ScopeID      string          `json:"scope_id"`
	Name         string          `json:"name"`
	Place        string          `json:"place"`
	Case         string          `json:"case"`
	DocumentNo   string          `json:"document_no"`
	Record       string          `json:"record"`
	AmountFen    int64           `json:"amount_fen"`
	PaidFen      *int64          `json:"paid_fen"` // null where nobody has reported it
	RecoveredFen int64           `json:"recovered_fen"`
	Doubtful     bool            `json:"doubtful"`
}

// LedgerAnswer answers GET /api/v1/remedies.
func (p *Pages) LedgerAnswer(r *web.Request) (web.Answer, error) {
	d, err := p.ledger(r, p.PageSize)
	if err != nil {
		return web.Answer{}, err
	}
	return web.Answer{JSON: LedgerAnswer{d.From, d.Until, d.Sums, d.Pager.Total, view.Each(d.Lines, func(l casefile.LedgerLine) LedgerLine {
		one := LedgerLine{Remedy: l.Remedy, On: l.On, Scope: string(l.Scope), ScopeID: l.ScopeID, Name: l.Name, Place: l.Place, Case: l.CaseID, DocumentNo: l.DocumentNo, Record: l.Record,
			AmountFen: l.AmountFen, RecoveredFen: l.RecoveredFen, Doubtful: l.Doubtful}
		if l.PaidKnown {
			one.PaidFen = &l.PaidFen
		}
		return one
	})}}, nil
}

// instrumentsData is how often each county used which instrument (多元化), and what it brought.
type instrumentsData struct {
	From, Until civil.Date
	County      string
	Kind        string
	Kinds       []string
	Counties    []*view.Unit
	Sums        []casefile.InstrumentSum
	Lines       []casefile.Proceeding // of the instrument and county chosen
	Pager       web.Pager
}

func (p *Pages) instruments(r *web.Request, size int) (*instrumentsData, error) {
	d := &instrumentsData{County: r.Query.Code("county", 6, 9), Kind: r.Query.Choice("kind", append([]string{""}, casefile.Instruments...)...), Kinds: casefile.Instruments, Counties: r.View.Counties}
	d.From, d.Until = period(r)
	records, err := p.proceedings(r, d.From, d.Until)
	if err != nil {
		return nil, err
	}
	records = slices.DeleteFunc(records, func(one casefile.Proceeding) bool {
		return !slices.Contains(casefile.Instruments, one.Kind) || !within(one.Township, d.County)
	})
	d.Sums = casefile.SumInstruments(records, digits(r))
	if d.Kind != "" {
		records = slices.DeleteFunc(records, func(one casefile.Proceeding) bool { return one.Kind != d.Kind })
	}
	d.Pager = r.Query.Rows(len(records), size)
	d.Lines = records[d.Pager.From:d.Pager.To]
	return d, nil
}

// InstrumentsPage is the page at /instruments.
func (p *Pages) InstrumentsPage(r *web.Request) (web.Answer, error) {
	d, err := p.instruments(r, p.PageSize)
	return web.Answer{Template: "instruments", Title: language.Message(r.Lang, "instruments.title"), Data: d}, err
}

// InstrumentsExport is the export at /instruments.csv and /instruments.xlsx: the counties' sums.
func (p *Pages) InstrumentsExport(r *web.Request) (web.Answer, error) {
	d, err := p.instruments(r, 0)
	if err != nil {
		return web.Answer{}, err
	}
	s := spreadsheet.NewTable(string(r.Lang), column("csv.code", "county", spreadsheet.Text), column("csv.place", "place", spreadsheet.Text), web.Coded("instruments.kind", codebook.Proceeding),
		column("instruments.count", "count", spreadsheet.Number), column("instruments.closed", "closed", spreadsheet.Number), column("instruments.mean", "mean_days", spreadsheet.Number),
		column("instruments.succeeded", "succeeded", spreadsheet.Number), column("instruments.workers", "workers", spreadsheet.Number), column("ledger.amount", "amount_yuan", spreadsheet.Money),
		column("ledger.paid", "paid_yuan", spreadsheet.Money), column("ledger.unreported", "unreported", spreadsheet.Number))
	for _, sum := range d.Sums {
		mean := ""
		if sum.MeanDays != nil {
			mean = strconv.FormatFloat(*sum.MeanDays, 'f', 1, 64)
		}
		s.Line(sum.County, p.Regions.Name(sum.County), sum.Kind, strconv.Itoa(sum.Count), strconv.Itoa(sum.Closed), mean, strconv.Itoa(sum.Succeeded), strconv.FormatInt(sum.Workers, 10),
			spreadsheet.Yuan(sum.AmountFen), spreadsheet.Yuan(sum.PaidFen), strconv.Itoa(sum.Unreported))
	}
	return r.Export(s, "anxin-instruments-"+d.Until.String(), language.Message(r.Lang, "instruments.title"), r.OfRun())
}

// InstrumentsAnswer is what GET /api/v1/instruments answers.
type InstrumentsAnswer struct {
	From  civil.Date               `json:"from"`
	Until civil.Date               `json:"until"`
	Sums  []casefile.InstrumentSum `json:"sums"`
}

// InstrumentsAnswer answers GET /api/v1/instruments.
func (p *Pages) InstrumentsAnswer(r *web.Request) (web.Answer, error) {
	d, err := p.instruments(r, p.PageSize)
	if err != nil {
		return web.Answer{}, err
	}
	return web.Answer{JSON: InstrumentsAnswer{d.From, d.Until, d.Sums}}, nil
}
