package console

import (
	"context"
	"slices"

	"github.com/anxin-project/anxin/internal/domain/edition"
)

// published is what a view holds of the editions: all of their names, and what the latest says beside the index.
type published struct {
	editions []edition.Edition // oldest first
	talks    []edition.Talk
	grades   []edition.Grade
	rates    []edition.Rate

	grade map[string]*edition.Grade // by credit code
}

// latest returns the newest edition, nil before the first.
func (p *published) latest() *edition.Edition {
	if len(p.editions) == 0 {
		return nil
	}
	return &p.editions[len(p.editions)-1]
}

// newestFirst are the editions, the latest first.
func (p *published) newestFirst() []edition.Edition {
	all := slices.Clone(p.editions)
	slices.Reverse(all)
	return list(all)
}

// numbered returns an edition by its number, nil when there is none.
func (p *published) numbered(n uint32) *edition.Edition {
	for i := range p.editions {
		if p.editions[i].Number == n {
			return &p.editions[i]
		}
	}
	return nil
}

// readPublished reads what the latest of the editions says.
func (k *Keeper) readPublished(ctx context.Context, all []edition.Edition) (published, error) {
	p := published{editions: all, grade: map[string]*edition.Grade{}}
	latest := p.latest()
	if latest == nil {
		return p, nil
	}
	var err error
	if p.talks, err = edition.Talks(ctx, k.conn, *latest); err != nil {
		return p, err
	}
	if p.grades, err = edition.Grades(ctx, k.conn, *latest); err != nil {
		return p, err
	}
	if p.rates, err = edition.Rates(ctx, k.conn, *latest); err != nil {
		return p, err
	}
	for i := range p.grades {
		p.grade[p.grades[i].Employer] = &p.grades[i]
	}
	return p, nil
}

// readComparison says what the run's index is compared with, and that index by code: the latest edition with an earlier
// cut-off; while there is none, an earlier run.
func (k *Keeper) readComparison(ctx context.Context, runs []Run, all []edition.Edition) (*Comparison, map[string]*Unit, error) {
	before := map[string]*Unit{}
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].AsOf >= runs[len(runs)-1].AsOf {
			continue
		}
		units, err := edition.Units(ctx, k.conn, all[i])
		for _, u := range units {
			before[u.Code] = ofEdition(u)
		}
		return &Comparison{AsOf: all[i].AsOf, Edition: all[i].Number}, before, err
	}
	run := comparable(runs)
	if run == nil {
		return nil, nil, nil
	}
	units, err := k.readIndex(ctx, *run, false)
	for _, u := range units {
		before[u.Code] = u
	}
	return &Comparison{AsOf: run.AsOf}, before, err
}

// ofEdition is a unit of an edition as pages show it.
func ofEdition(e edition.Unit) *Unit {
	u := &Unit{
		Form: e.Form, Level: e.Unit, Code: e.Code, Name: e.Name, County: e.County, Prefecture: e.Prefecture, Index: e.Index, Uncapped: e.Uncapped, Cap: e.Cap,
		Light: e.Light, CapReason: e.CapReason, Rank: e.Rank, RankedOf: e.RankedOf, RankPrefecture: e.RankPrefecture, RankedPrefecture: e.RankedPrefecture,
		MonitoredWorkers: e.MonitoredWorkers, ArrearsWorkers: e.ArrearsWorkers, ArrearsFen: e.ArrearsFen,
		LateWorkers: e.LateWorkers, SilentWorkers: e.SilentWorkers, Unaccounted: e.Unaccounted, Closed: e.Closed,
	}
	u.Components = components(e.Component, e.Weight, e.Score, e.Points, e.Numerator, e.Denominator, e.Scored)
	return u
}

// asEdition is what edition.Compare needs of a unit.
func (u *Unit) asEdition() edition.Unit {
	e := edition.Unit{Form: u.Form, Code: u.Code, Index: u.Index}
	for _, c := range u.Components {
		e.Component, e.Points = append(e.Component, c.ID), append(e.Points, c.Points)
	}
	return e
}
