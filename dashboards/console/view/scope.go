package view

import (
	"cmp"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/edition"
)

// of is the part of a run that a person may see: what lies in the territory, with the warnings that are the department's
// business, and of the places beside one's own the name and the rank.
func (v *View) of(p *access.Person) *View {
	part := &View{Run: v.Run, Previous: v.Previous, Runs: v.Runs, Failing: v.Failing, answers: v.answers, book: v.book, today: v.today}
	part.Warnings = access.MayRead(p, v.Warnings, func(w *Warning) access.Object { return access.At(w.Township, w.Department) })
	for _, u := range v.Units {
		switch {
		case access.Allow(p, access.Read, access.Object{Place: u.Code}):
			own := *u // its warnings are counted anew
			part.Units = append(part.Units, &own)
		case access.RankOnly(p, u.Code):
			part.Units = append(part.Units, &Unit{
				Level: u.Level, Code: u.Code, Name: u.Name, County: u.County, Prefecture: u.Prefecture, RankOnly: true,
				Stale: u.Stale, Rank: u.Rank, RankedOf: u.RankedOf, RankPrefecture: u.RankPrefecture, RankedPrefecture: u.RankedPrefecture,
			})
		}
	}
	part.published, part.Places = v.published.of(p), v.Places.of(p)
	part.index()
	for _, u := range part.Units {
		if !access.Allow(p, access.Read, ofEveryDepartment(u.Code)) { // what lost points names subjects of every department
			u.ownAlone(part)
		}
	}
	part.Unplaced = access.MayRead(p, v.Unplaced, func(u Unplaced) access.Object { return ofEveryDepartment(cmp.Or(u.County, access.Unplaced)) })
	return part
}

// ofEveryDepartment is what concerns a place and is no single department's.
func ofEveryDepartment(place string) access.Object {
	return access.Object{Place: place, Department: "every department"}
}

// ownAlone leaves of what a unit lost the subjects that have warnings in the view, and the sum of the others.
func (u *Unit) ownAlone(v *View) {
	own := func(scope, id string) bool { return len(v.WarningsOf[SubjectKey(scope, id)]) > 0 }
	var worst []Worst
	for _, w := range u.Worst {
		if own(w.Scope, w.ID) {
			worst = append(worst, w)
		}
	}
	var lost []Loss
	for _, l := range u.Lost {
		if own(l.Scope, l.ID) {
			lost = append(lost, l)
		} else {
			u.LostElsewhere = language.Tenths(u.LostElsewhere + l.Points)
		}
	}
	u.Worst, u.Lost = worst, lost
}

// of is what the editions say of the places, and of the employers, that a person may read about.
func (all published) of(p *access.Person) published {
	part := published{
		Editions: all.Editions,
		Talks:    TalksFor(p, all.Talks),
		Rates:    access.MayRead(p, all.Rates, func(r edition.Rate) access.Object { return access.Object{Place: r.Code} }),
		Grades: access.MayRead(p, all.Grades, func(g edition.Grade) access.Object {
			return access.At(g.Township, string(casefile.Route(catalog.Employer, "")))
		}),
		Grade: map[string]*edition.Grade{},
	}
	for i := range part.Grades {
		part.Grade[part.Grades[i].Employer] = &part.Grades[i]
	}
	return part
}

// TalksFor are the proposals of talks that a person may read; the subjects behind them are of every department.
func TalksFor(p *access.Person, all []edition.Talk) []edition.Talk {
	talks := access.MayRead(p, all, talkObject)
	for i := range talks {
		if !access.Allow(p, access.Read, ofEveryDepartment(talks[i].Township)) {
			talks[i].Subjects = ""
		}
	}
	return talks
}

// talkObject is what a proposal of talks is about.
func talkObject(t edition.Talk) access.Object { return access.Object{Place: t.Township} }
