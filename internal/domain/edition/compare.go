package edition

import (
	"cmp"
	"math"
	"slices"
)

// Cap names the part of a change that caps make.
const Cap = "cap"

// Part is what one component, or the cap, adds to a change, in points.
type Part struct {
	Component string  `json:"component"`
	Points    float64 `json:"points"` // whole tenths
}

// Change is how a unit moved from one edition to another. From or To is nil where the unit is in the other edition only;
// Parts are there when both have an index of one form: two forms measure differently, and nothing moved between them.
type Change struct {
	Code  string   `json:"code"`
	From  *Unit    `json:"-"`
	To    *Unit    `json:"-"`
	Moved *float64 `json:"moved"` // the index of To less that of From, in whole tenths
	Parts []Part   `json:"parts"` // add up to Moved exactly as shown; the last is the cap
}

// Unit is the newer of the two.
func (c Change) Unit() *Unit {
	if c.To != nil {
		return c.To
	}
	return c.From
}

// Compare returns the change of every unit that is in either edition, by unit and code.
func Compare(from, to []Unit) []Change {
	at := map[string]int{}
	var all []Change
	place := func(code string) *Change {
		i, ok := at[code]
		if !ok {
			i = len(all)
			at[code] = i
			all = append(all, Change{Code: code})
		}
		return &all[i]
	}
	for i := range from {
		place(from[i].Code).From = &from[i]
	}
	for i := range to {
		place(to[i].Code).To = &to[i]
	}
	for i := range all {
		all[i].split()
	}
	slices.SortFunc(all, func(a, b Change) int {
		return cmp.Or(-cmp.Compare(len(a.Code), len(b.Code)), cmp.Compare(a.Code, b.Code))
	})
	return all
}

// split counts in tenths, so that nothing is lost to rounding: points are whole tenths, and what they exceed the index by
// is the cap's.
func (c *Change) split() {
	if c.From == nil || c.To == nil || c.From.Index == nil || c.To.Index == nil || c.From.Form != c.To.Form {
		return
	}
	was, is := points(c.From), points(c.To)
	moved := tenths(*c.To.Index) - tenths(*c.From.Index)
	rest := moved
	names := slices.Clone(c.To.Component)
	for _, name := range c.From.Component {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, name := range names {
		c.Parts = append(c.Parts, Part{name, float64(is[name]-was[name]) / 10})
		rest -= is[name] - was[name]
	}
	c.Parts = append(c.Parts, Part{Cap, float64(rest) / 10})
	total := float64(moved) / 10
	c.Moved = &total
}

func points(u *Unit) map[string]int {
	all := map[string]int{}
	for i, name := range u.Component[:min(len(u.Component), len(u.Points))] {
		all[name] = tenths(u.Points[i])
	}
	return all
}

func tenths(v float64) int { return int(math.Round(v * 10)) }
