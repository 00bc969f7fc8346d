package index

import (
	"cmp"
	"math"
	"slices"
)

// Curve gives scores by straight lines between points. The points ascend by what is scored; below the first and above the
// last the score stays as it is there.
type Curve []struct{ At, Score float64 }

// At returns the score of a rate or share.
func (c Curve) At(v float64) float64 {
	for i, p := range c {
		switch {
		case v > p.At:
			continue
		case i == 0 || v == p.At:
			return p.Score
		}
		before := c[i-1]
		return before.Score + (p.Score-before.Score)*(v-before.At)/(p.At-before.At)
	}
	if len(c) == 0 {
		return 0
	}
	return c[len(c)-1].Score
}

// apportion splits tenths among values so that they add up exactly: each gets its whole tenths, and of the tenths that are
// left the values with the largest remainders get one each, of equal ones those that come first. values are in points and
// add up to the tenths but for rounding; one that is 0 gets none.
func apportion(values []float64, tenths int) []int {
	const digits = 1e7 // what lies behind them is noise of sums of floats
	whole := make([]int, len(values))
	var order []int
	remainder := make([]float64, len(values))
	left := tenths
	for i, v := range values {
		if v <= 0 {
			continue
		}
		exact := math.Round(v*10*digits) / digits
		whole[i] = int(exact)
		remainder[i] = math.Round((exact-float64(whole[i]))*digits) / digits
		left -= whole[i]
		order = append(order, i)
	}
	slices.SortStableFunc(order, func(a, b int) int { return -cmp.Compare(remainder[a], remainder[b]) })
	for i := 0; left > 0 && len(order) > 0; i++ {
		whole[order[i%len(order)]]++
		left--
	}
	for i := len(order) - 1; left < 0 && i >= 0; i-- {
		if one := &whole[order[i]]; *one > 0 {
			*one--
			left++
		}
	}
	return whole
}
