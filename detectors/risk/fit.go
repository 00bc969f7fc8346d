package risk

import (
	"math"
	"slices"

	"github.com/anxin-project/anxin/internal/domain/catalog"
)

// Settings of a fit.
type Settings struct {
	Rounds int     // over all features
	Step   float64 // of what a round would change
	Shrink float64 // rows' worth of doubt in every bin
	Bins   int
	Pairs  [][2]string
	// Without are features that are left out.
	Without []string
}

// Usual are the settings of scorecards that ship with Anxin; rounds were chosen by leaving groups out.
var Usual = Settings{
	Rounds: 60, Step: 0.15, Shrink: 60, Bins: 8,
}

// model is a part while it is fitted.
type model struct {
	Settings
	features []Feature
	rows     []Row
	y        []float64
	z        []float64 // what each row's points come to
	base     float64
	curves   []*curve
	pairs    []*grid
}

// curve is a feature's; the bin after the last is for what nobody knows.
type curve struct {
	Feature
	edges  []float64
	points []float64
	of     []uint8 // by row
}

// grid is a pair's: by row, the cell, or -1 where one of the two is unknown.
type grid struct {
	names  [2]string
	edges  [2][]float64
	rises  [2]Direction
	points []float64
	of     []int16
}

// fitPart fits the points of a kind of subject to rows of that kind whose outcome is known and open to foresight. The same rows
// give the same points: nothing is drawn.
//
// It is gradient boosting of one feature at a time, in turn, each a step function over fixed bins that is brought into its
// direction after every step, as in explainable boosting machines. What it finds is a sum of curves that can be read.
func fitPart(scope catalog.Scope, rows []Row, s Settings) Part {
	m := &model{Settings: s, features: Of(scope), rows: rows, y: make([]float64, len(rows)), z: make([]float64, len(rows))}
	events := 0.0
	for i, r := range rows {
		if r.Outcome {
			m.y[i] = 1
			events++
		}
	}
	m.base = logit((events + 0.5) / (float64(len(rows)) + 1))
	for i := range m.z {
		m.z[i] = m.base
	}
	for _, f := range m.features {
		if slices.Contains(s.Without, f.Name) {
			continue
		}
		if c := m.newCurve(f); c != nil {
			m.curves = append(m.curves, c)
		}
	}
	for range s.Rounds {
		for _, c := range m.curves {
			m.improve(c)
		}
	}
	for _, names := range s.Pairs {
		if slices.ContainsFunc(m.features, func(f Feature) bool { return f.Name == names[0] }) &&
			slices.ContainsFunc(m.features, func(f Feature) bool { return f.Name == names[1] }) {
			m.pairs = append(m.pairs, m.newGrid(names))
		}
	}
	for range s.Rounds / 2 {
		for _, g := range m.pairs {
			m.improvePair(g)
		}
	}
	return m.part(scope)
}

func (m *model) newCurve(f Feature) *curve {
	c := &curve{Feature: f, of: make([]uint8, len(m.rows))}
	at := place[f.Name]
	var all, events []float64
	for _, r := range m.rows {
		if v := r.Values[at]; !math.IsNaN(v) {
			all = append(all, v)
			if r.Outcome {
				events = append(events, v)
			}
		}
	}
	c.edges = edges(all, events, m.Bins)
	if len(c.edges) == 0 {
		return nil
	}
	for i, r := range m.rows {
		if v := r.Values[at]; math.IsNaN(v) {
			c.of[i] = uint8(len(c.edges) + 1)
		} else {
			c.of[i] = uint8(bin(c.edges, v))
		}
	}
	c.points = make([]float64, len(c.edges)+2)
	return c
}

// edges parts values into bins: half of the edges by all rows, half by those with the outcome, rounded to two digits so that
// people can read them. A bin that fewer than 1 in 200 rows fall into is joined to the next.
func edges(all, events []float64, bins int) []float64 {
	slices.Sort(all)
	slices.Sort(events)
	var cuts []float64
	for _, of := range [][]float64{all, events} {
		for i := 1; i < bins; i++ {
			if len(of) > 0 {
				cuts = append(cuts, readable(of[i*(len(of)-1)/bins]))
			}
		}
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	least := max(len(all)/200, 20)
	var kept []float64
	below := 0
	for _, cut := range cuts {
		n, _ := slices.BinarySearch(all, cut)
		if n-below >= least && len(all)-n >= least {
			kept = append(kept, cut)
			below = n
		}
	}
	return kept
}

// readable rounds to two significant digits.
func readable(v float64) float64 {
	if v == 0 {
		return 0
	}
	unit := math.Pow(10, math.Floor(math.Log10(math.Abs(v)))-1)
	unit = max(unit, 0.01)
	return math.Round(math.Round(v/unit)*unit*1e6) / 1e6
}

// improve moves a curve one step.
func (m *model) improve(c *curve) {
	n := len(c.points)
	pull, weight := make([]float64, n), make([]float64, n)
	for i, b := range c.of {
		p := logistic(m.z[i])
		pull[b] += m.y[i] - p
		weight[b] += p * (1 - p)
	}
	next := slices.Clone(c.points)
	for b := range next {
		next[b] += m.Step * pull[b] / (weight[b] + m.Shrink*0.1)
	}
	known := n - 1
	order(next[:known], weight[:known], c.Rises)
	for i, b := range c.of {
		m.z[i] += next[b] - c.points[b]
	}
	c.points = next
}

// order brings values into a direction, by the nearest such ones (pool adjacent violators).
func order(values, weights []float64, rises Direction) {
	switch rises {
	case Any:
		return
	case Down:
		for i := range values {
			values[i] = -values[i]
		}
		defer func() {
			for i := range values {
				values[i] = -values[i]
			}
		}()
	}
	type pool struct {
		mean, weight float64
		n            int
	}
	var pools []pool
	for i, v := range values {
		pools = append(pools, pool{v, weights[i] + 1e-6, 1})
		for len(pools) > 1 && pools[len(pools)-2].mean > pools[len(pools)-1].mean {
			a, b := pools[len(pools)-2], pools[len(pools)-1]
			w := a.weight + b.weight
			pools = append(pools[:len(pools)-2], pool{(a.mean*a.weight + b.mean*b.weight) / w, w, a.n + b.n})
		}
	}
	at := 0
	for _, p := range pools {
		for range p.n {
			values[at] = p.mean
			at++
		}
	}
}

func (m *model) newGrid(names [2]string) *grid {
	g := &grid{names: names, of: make([]int16, len(m.rows))}
	for k, name := range names {
		at := place[name]
		g.rises[k] = Features[at].Rises
		var all, events []float64
		for _, r := range m.rows {
			if v := r.Values[at]; !math.IsNaN(v) {
				all = append(all, v)
				if r.Outcome {
					events = append(events, v)
				}
			}
		}
		g.edges[k] = edges(all, events, 3)
	}
	width := len(g.edges[1]) + 1
	for i, r := range m.rows {
		a, b := r.Values[place[names[0]]], r.Values[place[names[1]]]
		if g.of[i] = -1; !math.IsNaN(a) && !math.IsNaN(b) {
			g.of[i] = int16(bin(g.edges[0], a)*width + bin(g.edges[1], b))
		}
	}
	g.points = make([]float64, (len(g.edges[0])+1)*width)
	return g
}

func (m *model) improvePair(g *grid) {
	n, width := len(g.points), len(g.edges[1])+1
	pull, weight := make([]float64, n), make([]float64, n)
	for i, b := range g.of {
		if b >= 0 {
			p := logistic(m.z[i])
			pull[b] += m.y[i] - p
			weight[b] += p * (1 - p)
		}
	}
	next := slices.Clone(g.points)
	for b := range next {
		next[b] += m.Step * pull[b] / (weight[b] + m.Shrink*0.3)
	}
	for range 4 { // by turns: what one direction puts right, the other may upset a little
		for a := range n / width {
			order(next[a*width:(a+1)*width], weight[a*width:(a+1)*width], g.rises[1])
		}
		for b := range width {
			var column, weights []float64
			for a := range n / width {
				column, weights = append(column, next[a*width+b]), append(weights, weight[a*width+b])
			}
			order(column, weights, g.rises[0])
			for a := range column {
				next[a*width+b] = column[a]
			}
		}
	}
	for i, b := range g.of {
		if b >= 0 {
			m.z[i] += next[b] - g.points[b]
		}
	}
	g.points = next
}

// part returns the points, each curve shifted so that its mean over the rows is 0 and points say what differs from the usual.
func (m *model) part(scope catalog.Scope) Part {
	p := Part{Scope: scope, Base: m.base, Rows: len(m.rows)}
	subjects, events := map[string]bool{}, map[string]bool{}
	for _, r := range m.rows {
		subjects[r.World+r.ID] = true
		if r.Outcome {
			events[r.World+r.ID] = true
		}
	}
	p.Subjects, p.Events = len(subjects), len(events)
	for _, c := range m.curves {
		mean := 0.0
		for _, b := range c.of {
			mean += c.points[b] / float64(len(c.of))
		}
		p.Base += mean
		out := Curve{Feature: c.Name, Edges: c.edges}
		for _, v := range c.points {
			out.Points = append(out.Points, v-mean)
		}
		out.Shares = make([]float64, len(c.points))
		for _, b := range c.of {
			out.Shares[b] += 1 / float64(len(c.of))
		}
		out.Missing = out.Points[len(out.Points)-1]
		out.Points = out.Points[:len(out.Points)-1]
		p.Curves = append(p.Curves, out)
	}
	for _, g := range m.pairs {
		width := len(g.edges[1]) + 1
		out := Pair{Features: g.names, Edges: [][]float64{g.edges[0], g.edges[1]}}
		for a := range len(g.points) / width {
			out.Points = append(out.Points, slices.Clone(g.points[a*width:(a+1)*width]))
		}
		p.Pairs = append(p.Pairs, out)
	}
	return p
}

// scaled multiplies what points come to, and shifts the base: how a part is calibrated.
func (p Part) scaled(slope, shift float64) Part {
	p.Base = p.Base*slope + shift
	p.Curves, p.Pairs = slices.Clone(p.Curves), slices.Clone(p.Pairs)
	for i, c := range p.Curves {
		points := slices.Clone(c.Points)
		for k := range points {
			points[k] *= slope
		}
		p.Curves[i].Points, p.Curves[i].Missing = points, c.Missing*slope
	}
	for i, pair := range p.Pairs {
		table := make([][]float64, len(pair.Points))
		for k, line := range pair.Points {
			table[k] = slices.Clone(line)
			for l := range line {
				table[k][l] *= slope
			}
		}
		p.Pairs[i].Points = table
	}
	return p
}

// calibrate returns the slope and the shift by which odds of rows that were left out fit what happened best. Doubt holds the slope
// near 1, so that odds of a few events cannot become certainty.
func calibrate(odds []float64, rows []Row) (slope, shift float64) {
	const doubt = 30.
	slope = 1
	for range 60 { // Newton's method; the second derivative is positive definite
		g0, g1, h00, h01, h11 := doubt*(1-slope), 0.0, doubt, 0.0, 0.0
		for i, r := range rows {
			x := logit(min(max(odds[i], 1e-9), 1-1e-9))
			p := logistic(slope*x + shift)
			y := 0.0
			if r.Outcome {
				y = 1
			}
			d, w := y-p, p*(1-p)
			g0, g1, h00, h01, h11 = g0+d*x, g1+d, h00+w*x*x, h01+w*x, h11+w
		}
		det := h00*h11 - h01*h01
		if det < 1e-9 {
			break
		}
		da, db := (h11*g0-h01*g1)/det, (h00*g1-h01*g0)/det
		slope, shift = slope+da, shift+db
		if math.Abs(da)+math.Abs(db) < 1e-9 {
			break
		}
	}
	return slope, shift
}
