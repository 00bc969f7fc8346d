package risk

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"go.yaml.in/yaml/v3"

	"github.com/anxin-project/anxin/internal/domain/catalog"
)

// Scorecard is a reviewed file: points that add up to odds, for each kind of subject, with what they were fitted to and how well
// they did on what they had not seen. Points are natural logarithms of odds: 0.69 doubles them.
type Scorecard struct {
	ID     string `yaml:"id"`
	Fitted Fitted `yaml:"fitted"`
	Parts  []Part `yaml:"parts"`
}

// Fitted says what a scorecard was fitted to.
type Fitted struct {
	On      string   `yaml:"on"` // the day
	Data    []string `yaml:"data"`
	From    string   `yaml:"from"`
	To      string   `yaml:"to"`
	LeftOut []string `yaml:"left_out,omitempty"` // counties
	Rounds  int      `yaml:"rounds"`
	Unknown []string `yaml:"does_not_know"`
}

// Part are the points of a kind of subject.
type Part struct {
	Scope    catalog.Scope `yaml:"scope"`
	Subjects int           `yaml:"subjects"`
	Rows     int           `yaml:"rows"`
	Events   int           `yaml:"events"`
	Base     float64       `yaml:"base"` // before any points
	Curves   []Curve       `yaml:"curves"`
	Pairs    []Pair        `yaml:"pairs,omitempty"`
	Tried    []Trial       `yaml:"tried"`
}

// Curve are a feature's points: Points[i] below Edges[i], the last one from the last edge on, Missing where nobody knows. Shares are
// of the rows it was fitted to, by bin, the unknown ones last: what drift is measured against.
type Curve struct {
	Feature string    `yaml:"feature"`
	Edges   []float64 `yaml:"edges,flow"`
	Points  []float64 `yaml:"points,flow"`
	Missing float64   `yaml:"missing"`
	Shares  []float64 `yaml:"shares,flow"`
}

// Pair are points for two features together, above what each has; where one of them is unknown there are none.
type Pair struct {
	Features [2]string   `yaml:"features,flow"`
	Edges    [][]float64 `yaml:"edges,flow"`
	Points   [][]float64 `yaml:"points,flow"` // by the first feature, then by the second
}

// bin is a value's place among edges.
func bin(edges []float64, v float64) int {
	at := 0
	for at < len(edges) && v >= edges[at] {
		at++
	}
	return at
}

func (c Curve) of(v float64) float64 {
	if math.IsNaN(v) {
		return c.Missing
	}
	return c.Points[bin(c.Edges, v)]
}

// Odds returns the probability of values by Features.
func (p Part) Odds(values []float64) float64 {
	z := p.Base
	for _, c := range p.Curves {
		z += c.of(values[place[c.Feature]])
	}
	for _, pair := range p.Pairs {
		a, b := values[place[pair.Features[0]]], values[place[pair.Features[1]]]
		if !math.IsNaN(a) && !math.IsNaN(b) {
			z += pair.Points[bin(pair.Edges[0], a)][bin(pair.Edges[1], b)]
		}
	}
	return logistic(z)
}

// place is where a feature stands among Features.
var place = func() map[string]int {
	at := map[string]int{}
	for i, f := range Features {
		at[f.Name] = i
	}
	return at
}()

func logistic(z float64) float64 { return 1 / (1 + math.Exp(-z)) }
func logit(p float64) float64    { return math.Log(p / (1 - p)) }

// Read reads a scorecard's file and says what is wrong with it.
func Read(text []byte) (Scorecard, error) {
	var s Scorecard
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&s); err != nil {
		return s, fmt.Errorf("scorecard: %w", err)
	}
	return s, s.validate()
}

func (s Scorecard) validate() error {
	var problems []error
	fail := func(format string, args ...any) {
		problems = append(problems, fmt.Errorf("scorecard: "+format, args...))
	}
	if s.ID == "" {
		fail("id is missing")
	}
	if len(s.Parts) == 0 {
		fail("parts is missing: nothing would ever be judged")
	}
	seen := map[catalog.Scope]bool{}
	for _, p := range s.Parts {
		if p.Scope != catalog.Project && p.Scope != catalog.Employer || seen[p.Scope] {
			fail("scope %q: want project and employer, each at most once", p.Scope)
		}
		seen[p.Scope] = true
		for _, c := range p.Curves {
			at, known := place[c.Feature]
			switch {
			case !known:
				fail("%s: there is no feature %q", p.Scope, c.Feature)
			case len(c.Points) != len(c.Edges)+1 || !slices.IsSorted(c.Edges):
				fail("%s %s: want rising edges and one more points than edges", p.Scope, c.Feature)
			case len(c.Shares) != 0 && len(c.Shares) != len(c.Points)+1:
				fail("%s %s: want a share for each bin and for what is unknown", p.Scope, c.Feature)
			case !inOrder(c.Points, Features[at].Rises):
				fail("%s %s: points must go %s", p.Scope, c.Feature, Features[at].Rises)
			}
		}
		for _, pair := range p.Pairs {
			good := len(pair.Edges) == 2 && len(pair.Points) == len(pair.Edges[0])+1
			for _, line := range pair.Points {
				good = good && len(line) == len(pair.Edges[1])+1
			}
			for _, name := range pair.Features {
				_, known := place[name]
				good = good && known
			}
			if !good {
				fail("%s %v: want two features, their edges, and a table of points", p.Scope, pair.Features)
			}
		}
	}
	return errors.Join(problems...)
}

// inOrder tells whether points go in a direction, as far as rounding lets them.
func inOrder(points []float64, rises Direction) bool {
	for i := 1; i < len(points); i++ {
		if d := points[i] - points[i-1]; rises == Up && d < -0.005 || rises == Down && d > 0.005 {
			return false
		}
	}
	return true
}

//go:embed scorecard.yaml
var shippedText []byte

// Shipped is the scorecard that ships with Anxin, which was fitted to simulated worlds.
func Shipped() (Scorecard, error) { return Read(shippedText) }

// InForce returns the scorecard adopted last, or the shipped one where none was.
func InForce(ctx context.Context, conn driver.Conn) (Scorecard, error) {
	var adopted []struct {
		Text string `ch:"text"`
	}
	if err := conn.Select(ctx, &adopted, "SELECT text FROM scorecards ORDER BY adopted_at DESC LIMIT 1"); err != nil {
		return Scorecard{}, fmt.Errorf("reading the adopted scorecard: %w", err)
	}
	if len(adopted) == 0 {
		return Shipped()
	}
	return Read([]byte(adopted[0].Text))
}

// Line is a row of the snapshot's table scorecard.
type Line struct {
	Scope                          catalog.Scope
	Feature, Other                 string
	Missing                        bool
	Low, High, OtherLow, OtherHigh float64
	Points                         float64
}

// Lines are the scorecard as the detector's query takes it.
func (s Scorecard) Lines() []Line {
	var all []Line
	span := func(edges []float64, i int) (low, high float64) {
		low, high = math.Inf(-1), math.Inf(1)
		if i > 0 {
			low = edges[i-1]
		}
		if i < len(edges) {
			high = edges[i]
		}
		return low, high
	}
	for _, p := range s.Parts {
		all = append(all, Line{Scope: p.Scope, Points: p.Base})
		for _, c := range p.Curves {
			all = append(all, Line{Scope: p.Scope, Feature: c.Feature, Missing: true, Points: c.Missing})
			for i, points := range c.Points {
				l := Line{Scope: p.Scope, Feature: c.Feature, Points: points}
				l.Low, l.High = span(c.Edges, i)
				all = append(all, l)
			}
		}
		for _, pair := range p.Pairs {
			for i, line := range pair.Points {
				for k, points := range line {
					l := Line{Scope: p.Scope, Feature: pair.Features[0], Other: pair.Features[1], Points: points}
					l.Low, l.High = span(pair.Edges[0], i)
					l.OtherLow, l.OtherHigh = span(pair.Edges[1], k)
					all = append(all, l)
				}
			}
		}
	}
	return all
}
