package console

import (
	"strings"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// months writes wage months, given in their order, as spans: 2026年3月至9月、11月.
func (l locale) months(all []civil.Month) string {
	var spans []string
	for i := 0; i < len(all); {
		last := i
		for last+1 < len(all) && all[last+1] == all[last]+1 {
			last++
		}
		spans = append(spans, l.monthSpan(all[i], all[last]))
		i = last + 1
	}
	return strings.Join(spans, message(l, "list.comma"))
}

// monthSpan writes a span of months, its year once where it is the same.
func (l locale) monthSpan(from, to civil.Month) string {
	if from == to {
		return l.month(from)
	}
	sameYear := from.First().Time().Year() == to.First().Time().Year()
	switch {
	case l == english && sameYear:
		return from.First().Time().Format("Jan") + "–" + l.month(to)
	case l == english:
		return l.month(from) + "–" + l.month(to)
	case sameYear:
		return l.month(from) + "至" + to.First().Time().Format("1月")
	}
	return l.month(from) + "至" + l.month(to)
}

// owedLine says in a sentence what is owed of one kind.
func (l locale) owedLine(k OwedKind) string {
	key := "owed.line_" + k.Kind
	if k.Kind == "unlisted" && k.Days == 0 { // staff of the last list, of whom there is no attendance
		key = "owed.line_staff"
	}
	return fill(l, key, l.count(int64(k.Workers), catalog.Workers), l.months(k.Months), l.yuan(k.Fen))
}

// owedMissing says what would have to be known to say more.
func (l locale) owedMissing(f *Facts, what string) string {
	o := f.Owed
	last := map[string]*civil.Date{}
	if o.Feeds != nil {
		last["gate"], last["ledger"] = o.Feeds.GateLast, o.Feeds.LedgerLast
	}
	if what == "lists" && o.LastList != nil {
		return fill(l, "owed.lists_until", l.month(o.LastList.Month()))
	}
	if on := last[what]; on != nil {
		key := "owed." + what + "_until"
		return fill(l, key, l.date(*on))
	}
	key := "owed.no_" + what
	if what == "lists" && f.Scope == catalog.Employer {
		key = "owed.no_own_lists"
	}
	return message(l, key)
}

// estimatedPart says how much of an amount is an estimate; nothing where none is.
func (l locale) estimatedPart(fen, estimated int64) string {
	switch estimated {
	case 0:
		return ""
	case fen:
		return message(l, "owed.estimate")
	}
	if l.yuan(fen) == l.yuan(estimated) { // they differ by less than is shown
		return message(l, "owed.mostly")
	}
	return fill(l, "owed.estimated", l.yuan(estimated))
}

// estimateBy says how estimates were made.
func (l locale) estimateBy(codes []string) string {
	words := make([]string, len(codes))
	for i, code := range codes {
		words[i] = l.word("estimate", code)
	}
	return strings.Join(words, message(l, "list.comma"))
}
