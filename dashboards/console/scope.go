package console

import (
	"fmt"

	"github.com/anxin-project/anxin/internal/access"
	"github.com/anxin-project/anxin/internal/casefile"
	"github.com/anxin-project/anxin/internal/catalog"
	"github.com/anxin-project/anxin/internal/edition"
)

// rememberScopes is for so many different combinations of roles, territory and department that their part of the run is
// kept.
const rememberScopes = 200

// show gives a request the part of a run that its person may see.
func (c *Console) show(r *request, all *View) error {
	p := r.person()
	key := fmt.Sprintf("%d %s %q %q %v", all.Run.Number, all.Run.AsOf, p.Territory, p.Department, p.Roles)
	view, err := c.scoped.get(r.ctx, key, c.now(), 0, func() (*View, error) { return all.of(p), nil })
	r.all, r.view = all, view
	return err
}

// of is the part of a run that a person may see: what lies in the territory, with the warnings that are the department's
// business, and of the places beside one's own the name and the rank.
func (v *View) of(p *access.Person) *View {
	part := &View{Run: v.Run, Previous: v.Previous, runs: v.runs}
	part.Warnings = access.MayRead(p, v.Warnings, func(w *Warning) access.Object { return access.At(w.Township, w.Department) })
	for _, u := range v.Units {
		switch {
		case access.Allow(p, access.Read, access.Object{Place: u.Code}):
			own := *u // its warnings are counted anew
			own.Red, own.Yellow = 0, 0
			part.Units = append(part.Units, &own)
		case access.RankOnly(p, u.Code):
			part.Units = append(part.Units, &Unit{
				Level: u.Level, Code: u.Code, Name: u.Name, County: u.County, Prefecture: u.Prefecture, RankOnly: true,
				Stale: u.Stale, Rank: u.Rank, RankedOf: u.RankedOf, RankPrefecture: u.RankPrefecture, RankedPrefecture: u.RankedPrefecture,
			})
		}
	}
	part.published = v.published.of(p)
	part.index()
	if p.Is(access.DepartmentOfficer) { // what would raise the index names subjects of every department
		for _, u := range part.Units {
			var own []Worst
			for _, w := range u.Worst {
				if len(part.subject[subjectKey(w.Scope, w.ID)]) > 0 {
					own = append(own, w)
				}
			}
			u.Worst = own
		}
	}
	return part
}

// of is what the editions say of the places, and of the employers, that a person may read about.
func (all published) of(p *access.Person) published {
	part := published{
		editions: all.editions,
		talks:    access.MayRead(p, all.talks, talkObject),
		rates:    access.MayRead(p, all.rates, func(r edition.Rate) access.Object { return access.Object{Place: r.Code} }),
		grades: access.MayRead(p, all.grades, func(g edition.Grade) access.Object {
			return access.At(g.Township, string(casefile.Route(catalog.Employer, "")))
		}),
		grade: map[string]*edition.Grade{},
	}
	for i := range part.grades {
		part.grade[part.grades[i].Employer] = &part.grades[i]
	}
	return part
}
