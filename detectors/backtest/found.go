package backtest

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/verdict"
)

// People says what people found of the warnings of a walk, beside what then came. The two answer different questions: a true warning
// that was acted on brings no arrears, and one found untrue may be followed by some.
type People struct {
	Verdicts  int     `json:"verdicts"`  // that stand
	Unmatched int     `json:"unmatched"` // of those, about no warning of the walk
	Overall   Given   `json:"overall"`
	Detectors []Asked `json:"detectors"` // those with a verdict, in the order of the catalogue
}

// Asked is one detector's.
type Asked struct {
	Detector string       `json:"detector"`
	Title    catalog.Text `json:"title"`
	Given
}

// Given counts warnings with a verdict.
type Given struct {
	True      int      `json:"true"`
	Settled   int      `json:"settled"`
	Untrue    int      `json:"untrue"`
	TrueShare *float64 `json:"true_share"` // (true + settled) ÷ all three
	// What then came of them, where the data tell.
	TrueFollowed      int `json:"true_followed"` // true or settled
	TrueNotFollowed   int `json:"true_not_followed"`
	UntrueFollowed    int `json:"untrue_followed"`
	UntrueNotFollowed int `json:"untrue_not_followed"`
}

func (g *Given) count(kind verdict.Kind, came Verdict) {
	right := kind != verdict.Untrue
	switch kind {
	case verdict.True:
		g.True++
	case verdict.Settled:
		g.Settled++
	default:
		g.Untrue++
	}
	switch {
	case right && came == Followed:
		g.TrueFollowed++
	case right && came == NotFollowed:
		g.TrueNotFollowed++
	case came == Followed:
		g.UntrueFollowed++
	case came == NotFollowed:
		g.UntrueNotFollowed++
	}
	g.TrueShare = share(float64(g.True+g.Settled), float64(g.True+g.Settled+g.Untrue))
}

// AddVerdicts adds to the report what people found of the same warnings when they stood. A verdict is about the warning of its detector
// and subject that stood at some time from its opening to the verdict; of several verdicts on one warning the last counts.
func (r *Report) AddVerdicts(all []verdict.Verdict, headers []catalog.Header) {
	all = slices.DeleteFunc(slices.Clone(all), func(v verdict.Verdict) bool { return v.Withdrawn != nil })
	slices.SortStableFunc(all, func(a, b verdict.Verdict) int { return a.At.Compare(b.At) })
	p := &People{Verdicts: len(all), Detectors: []Asked{}}
	found := map[int]verdict.Kind{}
	for _, v := range all {
		at := -1
		for i, one := range r.Judged {
			if one.Detector == v.Detector && one.Scope == v.Scope && one.Subject.ID == v.ScopeID && one.OpenedOn <= v.On() && (one.ClosedOn == nil || *one.ClosedOn >= v.OpenedOn) &&
				(at < 0 || one.OpenedOn > r.Judged[at].OpenedOn) {
				at = i
			}
		}
		if at < 0 {
			p.Unmatched++
			continue
		}
		found[at] = v.Kind
	}
	by := map[string]*Given{}
	for i, kind := range found {
		one := &r.Judged[i]
		one.Found = kind
		if by[one.Detector] == nil {
			by[one.Detector] = &Given{}
		}
		by[one.Detector].count(kind, one.Verdict)
		p.Overall.count(kind, one.Verdict)
	}
	for _, h := range headers {
		if g := by[h.ID]; g != nil {
			p.Detectors = append(p.Detectors, Asked{h.ID, h.Title, *g})
		}
	}
	r.People = p
}

func (p People) print(w io.Writer) {
	fmt.Fprintf(w, "\n%d verdicts of people stand; %d are about no warning of these dates\n\n", p.Verdicts, p.Unmatched)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "found by people\ttrue\tsettled\tuntrue\tshare true\ttrue, followed\tnot\tuntrue, followed\tnot\t")
	line := func(name string, g Given) {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%s\t%d\t%d\t%d\t%d\t\n", name, g.True, g.Settled, g.Untrue, percent(g.TrueShare), g.TrueFollowed, g.TrueNotFollowed, g.UntrueFollowed, g.UntrueNotFollowed)
	}
	line("all", p.Overall)
	for _, d := range p.Detectors {
		line(d.Detector, d.Given)
	}
	t.Flush()
}
