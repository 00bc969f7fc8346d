package subjects

import (
	"strconv"
	"strings"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/codebook"
	"github.com/anxin-project/anxin/internal/platform/spreadsheet"
)

// owedLine says in a sentence what is owed of one kind.
func owedLine(l language.Locale, k view.OwedKind) string {
	key := "owed.line_" + k.Kind
	if k.Kind == "unlisted" && k.Days == 0 { // staff of the last list, of whom there is no attendance
		key = "owed.line_staff"
	}
	return language.Fill(l, key, l.Count(int64(k.Workers), catalog.Workers), l.Months(k.Months), l.Yuan(k.Fen))
}

// owedMissing says what would have to be known to say more.
func owedMissing(l language.Locale, f *view.Facts, what string) string {
	o := f.Owed
	last := map[string]*civil.Date{}
	if o.Feeds != nil {
		last["gate"], last["ledger"] = o.Feeds.GateLast, o.Feeds.LedgerLast
	}
	if what == "lists" && o.LastList != nil {
		return language.Fill(l, "owed.lists_until", l.Month(o.LastList.Month()))
	}
	if on := last[what]; on != nil {
		key := "owed." + what + "_until"
		return language.Fill(l, key, l.Date(*on))
	}
	key := "owed.no_" + what
	if what == "lists" && f.Scope == catalog.Employer {
		key = "owed.no_own_lists"
	}
	return language.Message(l, key)
}

// estimateBy says how estimates were made.
func estimateBy(l language.Locale, codes []string) string {
	words := make([]string, len(codes))
	for i, code := range codes {
		words[i] = l.Word("estimate", code)
	}
	return strings.Join(words, language.Message(l, "list.comma"))
}

// OwedExport lists what a subject owes by wage month and kind.
func (p *Pages) OwedExport(r *web.Request) (web.Answer, error) {
	f, gone, err := p.subjectOf(r)
	if err != nil {
		return web.Answer{}, err
	}
	if gone {
		return web.Answer{}, web.ErrNotFound
	}
	asOf := r.View.Run.AsOf
	s := spreadsheet.NewTable(string(r.Lang), web.Column("csv.as_of"), web.Coded("csv.scope", codebook.Scope), web.Column("csv.id"), web.Column("csv.name"), web.Column("csv.month"),
		web.Coded("csv.owed_kind", codebook.OwedKind), web.Coded("csv.estimated", codebook.YesNo), web.Coded("csv.estimate", codebook.Estimate), web.Column("csv.workers"), web.Column("csv.days"),
		web.Column("csv.payable_yuan"), web.Column("csv.owed_yuan"), web.Column("csv.due_by"), web.Column("csv.days_past_due"))
	for _, m := range f.Owed.Months {
		s.Line(asOf.String(), string(f.Scope), f.ID, f.Name, m.Month.String(), m.Kind, language.YesNo(m.Estimated()), strings.Join(m.EstimateBy, spreadsheet.Separator),
			strconv.FormatUint(m.Workers, 10), strconv.FormatUint(m.Days, 10), spreadsheet.Yuan(m.PayableFen), spreadsheet.Yuan(m.Fen), m.DueBy.String(), strconv.Itoa(int(asOf-m.DueBy)))
	}
	return r.Export(s, "anxin-owed-"+strings.ReplaceAll(f.ID, ":", "-")+"-"+asOf.String(), language.Message(r.Lang, "owed.title"), r.OfRun())
}
