// Package causal simulates worlds by their cash flow: developers fund labour cost, contractors' reserves cover gaps on all their
// sites, factories live from orders, and wages are paid from what there is. Nothing is decided about arrears: they come when the
// money is gone. Kinds of worlds (families) differ in who fails, how, and which oddities mean nothing, so that odds fitted to
// some can be tried on another.
package causal

import (
	"fmt"
	"slices"

	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/region"
	"github.com/anxin-project/anxin/internal/simulate/draw"
)

// Options say which worlds are simulated. The same options give the same bytes.
type Options struct {
	Seed     uint64
	From, To civil.Date
	Families []string // by name; empty for all
	Projects int      // of each family
}

// Truth is what no record says of a subject: that a cause begins, and the first pay day whose wages were not paid 30 days later.
type Truth struct {
	Subject  string      `json:"subject"`
	Scope    string      `json:"scope"`
	Township string      `json:"township"`
	Cause    string      `json:"cause"`
	From     civil.Date  `json:"from"`
	Family   string      `json:"family"`
	PayDay   *civil.Date `json:"pay_day,omitempty"` // nil where all wages were paid within 30 days
}

// Causes. The last two come out of nothing: no record tells of them before.
const (
	CauseDeveloper   = "developer"
	CauseContractor  = "contractor"
	CauseFactory     = "factory"
	CauseWithholding = "withholding"
	CauseSudden      = "sudden"
)

// Emit takes a record, in no order of time.
type Emit func(topic string, json []byte) error

// world is one family's.
type world struct {
	Options
	*family
	r         draw.Dice
	emit      Emit
	err       error
	line      []byte
	towns     []region.Township
	numbers   map[string]int // of records, by kind
	sites     []*site
	factories []*factory
	builders  []*contractor
	today     civil.Date
}

// Simulate makes the worlds and returns their truth, by subject.
func Simulate(o Options, emit Emit) ([]Truth, error) {
	var all []Truth
	for i := range families {
		f := &families[i]
		if len(o.Families) > 0 && !slices.Contains(o.Families, f.name) {
			continue
		}
		w := &world{Options: o, family: f, emit: emit, numbers: map[string]int{}}
		w.r.Reset(o.Seed, draw.Mix(uint64(i)+77), 1)
		w.found()
		for w.today = o.From; w.today <= o.To && w.err == nil; w.today++ {
			w.step()
		}
		if w.err != nil {
			return nil, w.err
		}
		all = append(all, w.truth()...)
	}
	for _, name := range o.Families {
		if !slices.ContainsFunc(families, func(f family) bool { return f.name == name }) {
			return nil, fmt.Errorf("there is no family %q: want some of %v", name, Families())
		}
	}
	return all, nil
}

func (w *world) in(s span) float64 { return w.r.Between(s.lo, s.hi) }

// trouble is how somebody's money fails: from a day on, over some months, until it ends (0: never).
type trouble struct {
	from, until civil.Date
	months      float64
	floor       float64
}

// left is what of somebody's strength is left, 1 to 0.
func (t *trouble) left(d civil.Date) float64 {
	if t == nil || d < t.from || t.until != 0 && d >= t.until {
		return 1
	}
	return max(t.floor, 1-float64(d-t.from)/30/t.months)
}

func (w *world) trouble(months span, dip bool) *trouble {
	length := int(w.To - w.From)
	t := &trouble{from: w.From.AddDays(30 + w.r.N(max(1, length-160))), months: w.in(months)}
	if dip {
		t.floor = w.r.Between(0.25, 0.7)
		t.until = t.from.AddDays(int(30*t.months) + w.r.In(20, 60))
	}
	return t
}

// Habits of funding.
const (
	byMonth = iota
	byQuarter
	byProgress
)

// Ways in which funding ends.
const (
	pays = iota // never
	less
	later
	stops
)

type developer struct {
	uscc    string
	habit   int
	tardy   int // days
	way     int
	trouble *trouble
}

type contractor struct {
	firm
	reserve, full int64 // fen, for all its sites
	trouble       *trouble
	drains        bool
	hides         bool
	scare         *trouble // signals worsen, and nothing follows
}

// strength is what a contractor can still give.
func (c *contractor) strength(d civil.Date) float64 { return c.trouble.left(d) }

func (w *world) found() {
	for _, c := range w.counties {
		w.towns = append(w.towns, region.Townships(c)...)
	}
	var developers []*developer
	for range max(3, w.Projects/5) {
		d := &developer{uscc: draw.NewUSCC(&w.r, w.counties[0]), habit: byProgress}
		switch x := w.r.Float(); {
		case x < w.monthly:
			d.habit = byMonth
		case x < w.monthly+w.quarterly:
			d.habit = byQuarter
		}
		if w.r.Chance(w.tardy) {
			d.tardy = int(w.in(w.tardiness))
		}
		switch x := w.r.Float(); {
		case x < w.weakens:
			d.trouble = w.trouble(w.fade, false)
		case x < w.weakens+w.dips:
			d.trouble = w.trouble(span{0.5, 2}, true)
		}
		if d.trouble != nil {
			switch x := w.r.Float(); {
			case x < w.shrink:
				d.way = less
			case x < w.shrink+w.slip:
				d.way = later
			default:
				d.way = stops
			}
		}
		w.employer(d.uscc, w.towns[w.r.N(len(w.towns))].Code, 'K', 0)
		developers = append(developers, d)
	}
	for range max(3, w.Projects/5) {
		c := &contractor{firm: w.firm('E')}
		if w.r.Chance(w.fails) {
			c.trouble = w.trouble(span{1, 4}, false)
			c.drains, c.hides = w.r.Chance(w.drains), w.r.Chance(w.hides)
		} else if w.r.Chance(w.scares) {
			c.scare = w.trouble(span{1, 3}, true)
		}
		w.builders = append(w.builders, c)
	}
	for range w.Projects {
		w.sites = append(w.sites, w.newSite(developers[w.r.N(len(developers))], w.builders[w.r.N(len(w.builders))]))
	}
	for range w.family.factories {
		w.factories = append(w.factories, w.newFactory())
	}
}

func (w *world) step() {
	for _, s := range w.sites {
		w.stepSite(s)
	}
	for _, f := range w.factories {
		w.stepFactory(f)
	}
	if dayOf(w.today) == 8 {
		for _, c := range w.builders {
			w.stepSignals(&c.firm, 1, w.distress(c))
		}
	}
}

// distress is how badly a contractor's signals look, 0 to 1.
func (w *world) distress(c *contractor) float64 {
	if c.scare != nil {
		return 0.7 * (1 - c.scare.left(w.today))
	}
	if c.hides {
		return 0
	}
	bad := 1 - c.strength(w.today)
	if c.full > 0 && c.trouble == nil { // emptied by others' failures
		bad = max(bad, 0.6*(1-float64(c.reserve)/float64(c.full)))
	}
	return bad
}

// truth is every subject's cause or event.
func (w *world) truth() []Truth {
	var all []Truth
	for _, s := range w.sites {
		if cause, from := s.cause(); cause != "" {
			all = append(all, Truth{Subject: "project:" + s.id, Scope: "project", Township: s.town, Cause: cause, From: from, Family: w.name, PayDay: s.event})
		}
	}
	for _, f := range w.factories {
		if f.trouble != nil {
			all = append(all, Truth{Subject: "employer:" + f.uscc, Scope: "employer", Township: f.town, Cause: CauseFactory, From: f.trouble.from, Family: w.name, PayDay: f.event})
		}
	}
	return all
}

func dayOf(d civil.Date) int { return int(d-d.Month().First()) + 1 }
