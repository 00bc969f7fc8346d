package view

import (
	"cmp"
	"slices"
	"strings"
)

// LightCount is how many units have a light.
type LightCount struct {
	Light string
	Count int
}

// LightNames are the lights in the order in which pages count them.
var LightNames = []string{"green", "yellow", "red", "grey"}

// Inside reports whether a unit lies in, or is, the prefecture and the county; an empty code leaves it open.
func Inside(u *Unit, prefecture, county string) bool {
	return (prefecture == "" || u.Prefecture == prefecture || u.Code == prefecture) && (county == "" || u.County == county || u.Code == county)
}

// Named reports whether a unit's code begins with what was typed or its name, or its county's name, contains it.
func Named(names Regions, u *Unit, typed string) bool {
	return typed == "" || strings.HasPrefix(u.Code, typed) || strings.Contains(strings.ToLower(u.Name), typed) ||
		u.Level == "township" && strings.Contains(strings.ToLower(names.Name(u.County)), typed)
}

// RankOf is the rank a table shows; who has none comes last.
func RankOf(u *Unit, withinCounty bool) uint32 {
	rank := u.RankPrefecture
	if withinCounty || u.Level == "county" {
		rank = u.Rank
	}
	if rank == 0 {
		return 1 << 31
	}
	return rank
}

// SortUnits sorts units by a column of the ranking; who has no value there comes last, and equals by their rank.
func SortUnits(rows []*Unit, by string, descending, withinCounty bool) {
	optional := func(a, b *float64) int { // without a value: always last
		switch {
		case a == nil && b == nil:
			return 0
		case a == nil:
			return 1
		case b == nil:
			return -1
		}
		if descending {
			return -cmp.Compare(*a, *b)
		}
		return cmp.Compare(*a, *b)
	}
	change := func(u *Unit) *float64 {
		if d, ok := u.Change(); ok {
			return &d
		}
		return nil
	}
	direct := func(n int) int {
		if descending {
			return -n
		}
		return n
	}
	slices.SortStableFunc(rows, func(a, b *Unit) int {
		n := 0
		switch by {
		case "rank":
			n = direct(cmp.Compare(RankOf(a, withinCounty), RankOf(b, withinCounty)))
			if (a.Index == nil) != (b.Index == nil) { // unranked last in both directions
				n = optional(a.Index, b.Index)
			}
		case "name":
			n = direct(cmp.Compare(a.Code, b.Code)) // the official order; Chinese names have no other plain one
		case "light":
			n = direct(cmp.Compare(LightOrder(a.Light), LightOrder(b.Light)))
		case "index":
			n = optional(a.Index, b.Index)
		case "change":
			n = optional(change(a), change(b))
		case "monitored":
			n = direct(cmp.Compare(a.MonitoredWorkers, b.MonitoredWorkers))
		case "people":
			n = direct(cmp.Compare(a.ArrearsWorkers, b.ArrearsWorkers))
		case "fen":
			n = direct(cmp.Compare(a.ArrearsFen, b.ArrearsFen))
		case "red":
			n = direct(cmp.Compare(a.Red, b.Red))
		case "yellow":
			n = direct(cmp.Compare(a.Yellow, b.Yellow))
		}
		return cmp.Or(n, cmp.Compare(RankOf(a, withinCounty), RankOf(b, withinCounty)), cmp.Compare(a.Code, b.Code))
	})
}

// LightOrder puts what needs attention first.
func LightOrder(light string) int {
	return slices.Index([]string{"red", "yellow", "green", "grey"}, LightClass(light))
}

// LightClass is a light, or a level, as the class of its colour; grey for anything else.
func LightClass(light string) string {
	switch light {
	case "green", "yellow", "red":
		return light
	}
	return "grey"
}

// PrefectureOf is the code of the prefecture of a warning's subject; empty where nobody knows.
func PrefectureOf(v *View, w *Warning) string {
	if t := v.ByCode[w.Township]; t != nil {
		return t.Prefecture
	}
	if len(w.County) >= 4 {
		return w.County[:4]
	}
	return ""
}
