package risk

import (
	"errors"
	"fmt"
	"slices"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Options say what Fit fits to and how it is tried.
type Options struct {
	ID          string // of the scorecard
	On          civil.Date
	Data        []string // where the rows are from, for people
	LeaveOut    []string // counties that are only tried
	Yellow, Red float64  // odds from which arrears-risk warns
	Seed        uint64   // of the resampling behind intervals
	Settings    Settings
	Notes       []string // what else the scorecard does not know
}

// unknowable is what no scorecard of this kind knows.
var unknowable = []string{
	"what comes out of nothing: a stop from one day to the next, wages kept back by a labour boss, a dispute at the end",
	"money outside the records: a developer's bank, an owner who pays from his own pocket",
	"what acting on a warning changes: odds say what happens when nobody acts",
	"subjects in arrears already: it was not fitted to them",
}

// folds is into how many parts of groups a fit is cross-validated, at most.
const folds = 10

// Fit fits a scorecard to rows and tries it on what it has not seen: groups of counties and employers left out in turn, the last
// third of the time, and the counties that were left out altogether. The same rows and options give the same scorecard.
func Fit(rows []Row, o Options) (Scorecard, error) {
	s := Scorecard{ID: o.ID, Fitted: Fitted{On: o.On.String(), Data: o.Data, LeftOut: o.LeaveOut, Rounds: o.Settings.Rounds, Unknown: append(slices.Clone(o.Notes), unknowable...)}}
	var taken, kept []Row
	var from, to civil.Date
	for _, r := range rows {
		if slices.Contains(o.LeaveOut, r.County) {
			kept = append(kept, r)
			continue
		}
		taken = append(taken, r)
		if from == 0 || r.AsOf < from {
			from = r.AsOf
		}
		to = max(to, r.AsOf)
	}
	s.Fitted.From, s.Fitted.To = from.String(), to.String()
	var problems []error
	for _, scope := range []catalog.Scope{catalog.Project, catalog.Employer} {
		part, err := fitScope(scope, taken, kept, o, from, to)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		s.Parts = append(s.Parts, part)
	}
	if len(s.Parts) == 0 {
		return s, errors.Join(problems...)
	}
	return s, nil
}

func fitScope(scope catalog.Scope, taken, kept []Row, o Options, from, to civil.Date) (Part, error) {
	learn := learnable(taken, scope)
	events := 0
	for _, r := range learn {
		if r.Outcome {
			events++
		}
	}
	if events < 30 || len(learn)-events < 30 {
		return Part{}, fmt.Errorf("of %s subjects %d rows have the outcome and %d do not: that is too little to fit anything to", scope, events, len(learn)-events)
	}
	all := ofScope(taken, scope)
	group := groups(all)
	last := slices.Max(group)
	left := make([]float64, len(all)) // odds by a fit that has not seen the row's group
	for f := range min(folds, last+1) {
		var seen []Row
		for i, r := range all {
			if group[i]%folds != f && r.Known && !r.Open {
				seen = append(seen, r)
			}
		}
		part := fitPart(scope, seen, o.Settings)
		for i, r := range all {
			if group[i]%folds == f {
				left[i] = part.Odds(r.Values)
			}
		}
	}
	var known []Row
	var odds []float64
	for i, r := range all {
		if r.Known && !r.Open {
			known, odds = append(known, r), append(odds, left[i])
		}
	}
	slope, shift := calibrate(odds, known)
	for i := range left {
		left[i] = logistic(slope*logit(left[i]) + shift)
	}
	part := fitPart(scope, learn, o.Settings).scaled(slope, shift)
	part.Tried = append(part.Tried, try("groups of counties and employers left out in turn", all, left, o.Yellow, o.Red, nil))
	// forwards in time: outcomes known by the cut, tried after it
	cut := from.AddDays(int(to-from) * 2 / 3)
	var before, after []Row
	for _, r := range all {
		switch {
		case r.AsOf.AddDays(horizonDays) <= cut && r.Known && !r.Open:
			before = append(before, r)
		case r.AsOf > cut:
			after = append(after, r)
		}
	}
	if slices.ContainsFunc(before, func(r Row) bool { return r.Outcome }) && len(after) > 0 {
		part.Tried = append(part.Tried, Try("from "+(cut+1).String()+" on, fitted to the time before", fitPart(scope, before, o.Settings).scaled(slope, shift), after, o.Yellow, o.Red, nil))
	}
	if own := ofScope(kept, scope); len(own) > 0 {
		part.Tried = append(part.Tried, Try("counties that were never fitted to", part, own, o.Yellow, o.Red, nil))
	}
	return part, nil
}

// Try measures a part on rows that it was not fitted to.
func Try(on string, p Part, rows []Row, yellow, red float64, foreseeable func(Row) bool) Trial {
	rows = ofScope(rows, p.Scope)
	odds := make([]float64, len(rows))
	for i, r := range rows {
		odds[i] = p.Odds(r.Values)
	}
	return try(on, rows, odds, yellow, red, foreseeable)
}

func ofScope(rows []Row, scope catalog.Scope) []Row {
	var out []Row
	for _, r := range rows {
		if r.Scope == scope {
			out = append(out, r)
		}
	}
	return out
}
