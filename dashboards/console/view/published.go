package view

import (
	"context"
	"slices"

	"github.com/anxin-project/anxin/internal/domain/edition"
	"github.com/anxin-project/anxin/internal/platform/editionstore"
)

// published is what a view holds of the editions: all of their names, and what the latest says beside the index.
type published struct {
	Editions []edition.Edition // oldest first
	Talks    []edition.Talk
	Grades   []edition.Grade
	Rates    []edition.Rate

	Grade map[string]*edition.Grade // by credit code
}

// Latest returns the newest edition, nil before the first.
func (p *published) Latest() *edition.Edition {
	if len(p.Editions) == 0 {
		return nil
	}
	return &p.Editions[len(p.Editions)-1]
}

// NewestFirst are the editions, the latest first.
func (p *published) NewestFirst() []edition.Edition {
	all := slices.Clone(p.Editions)
	slices.Reverse(all)
	return List(all)
}

// Numbered returns an edition by its number, nil when there is none.
func (p *published) Numbered(n uint32) *edition.Edition {
	for i := range p.Editions {
		if p.Editions[i].Number == n {
			return &p.Editions[i]
		}
	}
	return nil
}

// readPublished reads what the latest of the editions says.
func (k *Keeper) readPublished(ctx context.Context, all []edition.Edition) (published, error) {
	p := published{Editions: all, Grade: map[string]*edition.Grade{}}
	latest := p.Latest()
	if latest == nil {
		return p, nil
	}
	var err error
	if p.Talks, err = editionstore.Talks(ctx, k.conn, *latest); err != nil {
		return p, err
	}
	if p.Grades, err = editionstore.Grades(ctx, k.conn, *latest); err != nil {
		return p, err
	}
	if p.Rates, err = editionstore.Rates(ctx, k.conn, *latest); err != nil {
		return p, err
	}
	for i := range p.Grades {
		p.Grade[p.Grades[i].Employer] = &p.Grades[i]
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
		units, err := editionstore.Units(ctx, k.conn, all[i])
		for _, u := range units {
			before[u.Code] = OfEdition(u)
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

// OfEdition is a unit of an edition as pages show it.
func OfEdition(e edition.Unit) *Unit {
	u := &Unit{
		Form: e.Form, Level: e.Unit, Code: e.Code, Name: e.Name, County: e.County, Prefecture: e.Prefecture, Index: e.Index, Uncapped: e.Uncapped, Cap: e.Cap,
		Light: e.Light, CapReason: e.CapReason, Rank: e.Rank, RankedOf: e.RankedOf, RankPrefecture: e.RankPrefecture, RankedPrefecture: e.RankedPrefecture,
		MonitoredWorkers: e.MonitoredWorkers, ArrearsWorkers: e.ArrearsWorkers, ArrearsFen: e.ArrearsFen,
		LateWorkers: e.LateWorkers, SilentWorkers: e.SilentWorkers, Unaccounted: e.Unaccounted, Closed: e.Closed,
	}
	u.Components = components(e.Component, e.Weight, e.Score, e.Points, e.Numerator, e.Denominator, e.Scored)
	return u
}

// AsEdition is what edition.Compare needs of a unit.
func (u *Unit) AsEdition() edition.Unit {
	e := edition.Unit{Form: u.Form, Code: u.Code, Index: u.Index}
	for _, c := range u.Components {
		e.Component, e.Points = append(e.Component, c.ID), append(e.Points, c.Points)
	}
	return e
}
