package backtest

import (
	"cmp"
	"slices"
	"sort"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

// spells are the times in arrears of one subject: in order, apart from each other.
type spells []Arrears

// spellsOf joins what overlaps or follows without a day between.
func spellsOf(all []Arrears) map[Subject]spells {
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b Arrears) int { return cmp.Compare(a.From, b.From) })
	of := map[Subject]spells{}
	for _, a := range all {
		s := of[a.Subject]
		if n := len(s); n > 0 && (s[n-1].To == nil || a.From <= *s[n-1].To) {
			if last := &s[n-1]; last.To != nil && (a.To == nil || *a.To > *last.To) {
				last.To = a.To
			}
			continue
		}
		of[a.Subject] = append(s, a)
	}
	return of
}

// next returns the place of the first time that begins after a day, and whether the subject is in arrears on the day.
func (s spells) next(on civil.Date) (at int, inArrears bool) {
	at = sort.Search(len(s), func(i int) bool { return s[i].From > on })
	return at, at > 0 && (s[at-1].To == nil || *s[at-1].To > on)
}
