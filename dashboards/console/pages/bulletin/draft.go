package bulletin

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/edition"
	"github.com/anxin-project/anxin/internal/platform/editionstore"
)

// movedShown is how many townships a bulletin tells of that fell, and that rose, most.
const movedShown = 5

// The grounds on which policy lets a bulletin name a project or an employer.
const (
	ByList  = "listed"  // it is on the joint-discipline list, which the law publishes
	ByOrder = "ordered" // an order to pay has passed unmet
	ByRed   = "red"     // a red warning holds: for bulletins that stay among offices
)

// draft makes the bulletin of a place and a period as it would be published now.
func (p *Pages) draft(r *web.Request, place, period string) (*Content, error) {
	month, months, ok := lastMonth(period)
	if !ok {
		return nil, web.ErrNotFound
	}
	e, with := editionOf(r.View, month), editionOf(r.View, month-civil.Month(months))
	if e == nil {
		return nil, web.ErrNotFound
	}
	c := &Content{Place: place, Name: cmp.Or(p.Regions.Name(place), place), Period: period, Edition: e.Number, AsOf: e.AsOf, Policy: e.Policy, Lights: map[string]int{}}
	after, err := editionstore.Units(r.Context, p.Conn, *e)
	if err != nil {
		return nil, err
	}
	var before []edition.Unit
	if with != nil && with.Form == e.Form { // two forms measure differently
		c.With = with.Number
		if before, err = editionstore.Units(r.Context, p.Conn, *with); err != nil {
			return nil, err
		}
	}
	townships := c.count(edition.Compare(before, after))
	c.moves(townships)
	if c.Named, err = p.named(r, place); err != nil {
		return nil, err
	}
	if err := p.rates(r.Context, c, *e); err != nil {
		return nil, err
	}
	if c.Departments, err = p.departments(r, place); err != nil {
		return nil, err
	}
	c.Casework = p.Cases != nil
	c.Text, err = p.Words.Write(c.values(townships))
	return c, err
}

// editionOf is the edition of a month; nil where there is none.
func editionOf(v *view.View, m civil.Month) *edition.Edition {
	for i := range v.Editions {
		if v.Editions[i].Month == m {
			return &v.Editions[i]
		}
	}
	return nil
}

// count takes the units of the place in, and returns its townships.
func (c *Content) count(all []edition.Change) []Row {
	below, townships := "county", []Row(nil)
	if len(c.Place) == 6 {
		below = "township"
	}
	for _, change := range all {
		u := change.To
		if u == nil || !strings.HasPrefix(u.Code, c.Place) {
			continue
		}
		if u.Code == c.Place {
			c.Watched, c.People, c.Fen = u.MonitoredWorkers, u.ArrearsWorkers, u.ArrearsFen
			continue
		}
		row := Row{Code: u.Code, Name: u.Name, Rank: u.Rank, Index: u.Index, Light: view.LightClass(u.Light), Watched: u.MonitoredWorkers, People: u.ArrearsWorkers, Fen: u.ArrearsFen, Moved: change.Moved}
		for _, part := range change.Parts {
			if math.Abs(part.Points) > math.Abs(row.Points) && part.Points*(*change.Moved) > 0 {
				row.Reason, row.Points = part.Component, part.Points
			}
		}
		if u.Unit == "township" {
			townships = append(townships, row)
			c.Lights[row.Light]++
		}
		if u.Unit == below {
			c.Ranking = append(c.Ranking, row)
		}
	}
	unranked := func(r Row) uint32 { return cmp.Or(r.Rank, math.MaxUint32) }
	slices.SortStableFunc(c.Ranking, func(a, b Row) int {
		return cmp.Or(cmp.Compare(unranked(a), unranked(b)), strings.Compare(a.Code, b.Code))
	})
	return townships
}

// moves picks the townships that fell and rose most.
func (c *Content) moves(townships []Row) {
	moved := slices.DeleteFunc(slices.Clone(townships), func(r Row) bool { return r.Moved == nil || *r.Moved == 0 })
	slices.SortStableFunc(moved, func(a, b Row) int { return cmp.Or(cmp.Compare(*a.Moved, *b.Moved), strings.Compare(a.Code, b.Code)) })
	for _, row := range moved {
		if *row.Moved < 0 && len(c.Fell) < movedShown {
			c.Fell = append(c.Fell, row)
		}
	}
	for _, row := range slices.Backward(moved) {
		if *row.Moved > 0 && len(c.Rose) < movedShown {
			c.Rose = append(c.Rose, row)
		}
	}
}

// named are the projects and employers that policy lets the place's bulletins name.
func (p *Pages) named(r *web.Request, place string) ([]Named, error) {
	var all []Named
	inside := func(code string) bool { return strings.HasPrefix(code, place) }
	for _, ground := range p.Naming(place, r.View.Run.AsOf) {
		switch ground {
		case ByList:
			if p.Listed == nil {
				continue
			}
			at := map[string]string{}
			for _, e := range p.Listed.Entries() {
				at[e.Employer] = cmp.Or(e.Township, e.County)
			}
			for _, one := range p.Listed.Published() {
				if inside(at[one.USCC]) {
					all = append(all, Named{Ground: ground, Scope: string(catalog.Employer), ScopeID: one.USCC, Name: one.Name, Place: at[one.USCC], Since: one.DecidedOn, Workers: one.Workers, Fen: one.AmountFen})
				}
			}
		case ByOrder:
			cases, err := p.cases(r, place)
			if err != nil {
				return nil, err
			}
			for _, k := range cases {
				if !k.Stage.Ended() && k.Order.Unmet(civil.DateOf(p.Now())) {
					all = append(all, Named{Ground: ground, Scope: string(k.Scope), ScopeID: k.ScopeID, Name: cmp.Or(k.Name, k.ScopeID), Place: k.Territory, Since: k.Order.DueOn, Workers: k.Order.Workers, Fen: k.Order.AmountFen})
				}
			}
		case ByRed:
			for _, w := range r.View.Warnings {
				if w.Level == catalog.Red && w.In(place) {
					all = append(all, Named{Ground: ground, Scope: w.Scope, ScopeID: w.ScopeID, Name: cmp.Or(w.Name, w.ScopeID), Place: cmp.Or(w.Township, w.County), Since: w.LevelOn, Workers: w.Workers, Fen: w.AmountFen})
				}
			}
		}
	}
	seen := map[string]bool{} // each once, on the first ground
	return slices.DeleteFunc(all, func(n Named) bool {
		key := view.SubjectKey(n.Scope, n.ScopeID)
		again := seen[key]
		seen[key] = true
		return again
	}), nil
}

func (p *Pages) cases(r *web.Request, place string) ([]casefile.Case, error) {
	if p.Cases == nil {
		return nil, nil
	}
	list, err := p.Cases.List(r.Context, casefile.Filter{Territory: place})
	return access.MayRead(r.Person(), list, func(k casefile.Case) access.Object { return k.Object(r.Person()) }), err
}

func (p *Pages) rates(ctx context.Context, c *Content, e edition.Edition) error {
	all, err := editionstore.Rates(ctx, p.Conn, e)
	for _, row := range view.RateRows(all, c.Place) {
		c.Rates = append(c.Rates, Rate{row.Measure, row.Numerator, row.Denominator, row.Least, row.Aim, row.Light})
	}
	return err
}

// departments count what each department has in hand, those with most late cases first; nil where casework is not connected.
func (p *Pages) departments(r *web.Request, place string) ([]Department, error) {
	cases, err := p.cases(r, place)
	if p.Cases == nil || err != nil {
		return nil, err
	}
	of := map[casefile.Department]*Department{}
	for _, k := range cases {
		if k.Stage.Ended() {
			continue
		}
		d := of[k.Department]
		if d == nil {
			d = &Department{Department: string(k.Department)}
			of[k.Department] = d
		}
		d.Open++
		if k.Stage == casefile.Open {
			d.Unaccepted++
		}
		has := func(state casefile.DeadlineState) bool {
			return slices.ContainsFunc(k.Deadlines, func(one casefile.Deadline) bool { return one.State == state })
		}
		switch {
		case has(casefile.Passed):
			d.Late++
		case has(casefile.Near):
			d.Near++
		}
	}
	all := []Department{}
	for _, d := range of {
		all = append(all, *d)
	}
	slices.SortFunc(all, func(a, b Department) int {
		return cmp.Or(-cmp.Compare(a.Late, b.Late), strings.Compare(a.Department, b.Department))
	})
	return all, nil
}

// values are the figures of the text, which is the office's own and Chinese.
func (c *Content) values(townships []Row) Values {
	const zh = language.Chinese
	v := Values{
		Place: c.Name, Period: periodName(zh, c.Period), AsOf: zh.Date(c.AsOf), Edition: strconv.Itoa(int(c.Edition)),
		Green: c.Lights["green"], Yellow: c.Lights["yellow"], Red: c.Lights["red"], Grey: c.Lights["grey"], Townships: len(townships) - c.Lights["grey"],
		Watched: zh.Num(c.Watched), People: zh.Num(c.People), Yuan: zh.Yuan(c.Fen), Named: len(c.Named),
	}
	if c.With != 0 {
		v.Compared = language.Fill(zh, "edition.nth", strconv.Itoa(int(c.With)))
	}
	for _, row := range townships {
		switch {
		case row.Moved == nil || *row.Moved == 0:
		case *row.Moved < 0:
			v.Fell++
		default:
			v.Rose++
		}
	}
	for _, row := range c.Ranking {
		if row.Rank > 0 {
			v.First, v.Last = cmp.Or(v.First, row.Name), row.Name
		}
	}
	return v
}
