package cases

import (
	"strconv"
	"strings"

	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/region"
)

// NumbersOf tells by which rule an office numbers a kind of paper at a place on a day; empty: it does not, and people type the
// numbers. {county} stands for the name of the county (of the prefecture, where it handles the case), {year} for the year, {n} for
// the next number of that rule in that year.
type NumbersOf func(paper, place string, on civil.Date) string

// The kinds of numbered papers. A remedy's paper has the remedy's name.
const (
	FilingPaper = "filing" // of a case: its number
	OrderPaper  = "order"
)

// counter is where the next number stands in a rule.
const counter = "{n}"

// ruleOf is a rule with place and year filled in.
func (s *Store) ruleOf(paper, place string, on civil.Date) string {
	if s.numbers == nil {
		return ""
	}
	return strings.NewReplacer("{county}", region.Name(place[:min(6, len(place))]), "{year}", strconv.Itoa(on.Year())).Replace(s.numbers(paper, place, on))
}

// number gives a paper the next number of its rule, where nobody typed one. Numbers are unique in all processes: they are taken in the
// one order that the log has. Held with appending.
func (s *Store) number(data *actionData, c casefile.Case, issued map[string]string, on civil.Date) {
	paper := ""
	switch data.Kind {
	case casefile.Investigate:
		paper = FilingPaper
	case casefile.OrderPayment:
		paper = OrderPaper
	case casefile.TakeRemedy:
		paper = string(data.Remedy)
	default:
		return
	}
	if data.DocumentNo = strings.TrimSpace(data.DocumentNo); data.DocumentNo != "" {
		return
	}
	rule := s.ruleOf(paper, c.Territory, on)
	prefix, suffix, ok := strings.Cut(rule, counter)
	if !ok {
		return
	}
	last := 0
	for no := range issued {
		rest, begins := strings.CutPrefix(no, prefix)
		digits, ends := strings.CutSuffix(rest, suffix)
		if n, err := strconv.Atoi(digits); begins && ends && err == nil && n > last {
			last = n
		}
	}
	data.DocumentNo = prefix + strconv.Itoa(last+1) + suffix
}

// unique refuses a number that a paper has already.
func unique(kind casefile.Kind, data actionData, issued map[string]string) error {
	if _, taken := issued[numbered(kind, data)]; taken {
		return casefile.Refuse("number_taken", byDesign, "文书编号已被使用", "this number is another paper's already")
	}
	return nil
}

// numbered is the number that an event gives to a paper; empty of one that gives none.
func numbered(kind casefile.Kind, a actionData) string {
	switch kind {
	case casefile.WasFiled, casefile.WasOrdered, casefile.RemedyTaken:
		return a.DocumentNo
	}
	return ""
}
