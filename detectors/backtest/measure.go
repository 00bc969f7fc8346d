package backtest

import (
	"cmp"
	"slices"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/verdict"
)

// Verdict says what became of a warning.
type Verdict string

// The verdicts.
const (
	Followed    Verdict = "followed"     // arrears came within the horizon
	NotFollowed Verdict = "not_followed" // none came
	InArrears   Verdict = "in_arrears"   // those it could foretell arrears of were in arrears already
	PastDue     Verdict = "past_due"     // by the pay day: they were past due already, on the way into arrears
	CutOff      Verdict = "cut_off"      // the data end before its horizon: nobody knows yet, whatever has come so far
)

// Judged is a warning with what became of it.
type Judged struct {
	Episode
	Verdict  Verdict
	Arrears  *Arrears     // the first that it foretold; also of one that is cut off
	LeadDays *int         // from its opening to them
	PayDay   Foreseen     // the same by the pay day
	Found    verdict.Kind // what people found of it when it stood; empty where nobody said
}

// Foreseen is what became of a warning with the pay day as the outcome.
type Foreseen struct {
	Verdict  Verdict
	On       *civil.Date // the first pay day that it foretold
	LeadDays *int        // from its opening to it
}

// Outcome is a time in arrears that began in the walk: after its first as-of date and up to its last.
type Outcome struct {
	Arrears
	WarnedOn *civil.Date // when the earliest warning about a project or employer that foretold it opened; nil when none did
	LeadDays *int
	By       []string // the detectors of such warnings, sorted
	// ForeseenOn is when the earliest warning before the pay day opened; nil when none did, or wages of before were past due on
	// that day.
	ForeseenOn   *civil.Date
	ForeseenDays *int // from then to the pay day

	warned map[row]civil.Date
}

// row is a line of the report: a detector; township warnings have rows of their own.
type row struct {
	detector  string
	foresight bool // the group's
	townships bool
}

// The rows of all detectors, and of those that look ahead.
var all, ahead = row{}, row{foresight: true}

// judgement is what Measure works on: for arrears, or for their pay days.
type judgement struct {
	History
	horizon  int // days within which what a warning foretells comes
	reach    int // days within which it counts as an outcome's warning
	spells   map[Subject]spells
	targets  map[Subject][]Subject // projects of a general contractor, whatever lies in a township
	pays     map[Subject]bool      // has slips
	judged   []Judged
	outcomes []Outcome
}

func judge(h History, horizon, reach int, looksAhead map[string]bool) *judgement {
	j := &judgement{
		History: h, horizon: horizon, reach: reach,
		spells: spellsOf(h.Arrears), targets: map[Subject][]Subject{}, pays: map[Subject]bool{},
	}
	for _, p := range h.Parties {
		j.pays[p.Subject] = p.Pays
		if p.Contractor != "" {
			contractor := Subject{catalog.Employer, p.Contractor}
			j.targets[contractor] = append(j.targets[contractor], p.Subject)
		}
		if p.Township != "" {
			township := Subject{catalog.Township, p.Township}
			j.targets[township] = append(j.targets[township], p.Subject)
		}
	}
	place := j.takeOutcomes()
	for _, e := range h.Episodes {
		e.ahead = looksAhead[e.Detector]
		one := Judged{Episode: e}
		var foretold []Arrears
		foretold, one.Verdict = j.foretold(e)
		for _, a := range foretold {
			if int(a.From-e.OpenedOn) <= j.horizon && (one.Arrears == nil || a.From < one.Arrears.From) {
				one.Arrears, one.LeadDays = &a, days(e.OpenedOn, a.From)
			}
			if at, counts := place[start{a.Subject, a.From}]; counts && int(a.From-e.OpenedOn) <= j.reach {
				j.outcomes[at].warn(e)
			}
		}
		j.judged = append(j.judged, one)
	}
	for i := range j.outcomes {
		j.outcomes[i].sum()
	}
	return j
}

// start names a time in arrears.
type start struct {
	Subject
	on civil.Date
}

// takeOutcomes fills outcomes and returns their places.
func (j *judgement) takeOutcomes() map[start]int {
	if len(j.Dates) == 0 {
		return nil
	}
	first, last := j.Dates[0].On, j.Dates[len(j.Dates)-1].On
	for _, s := range j.spells {
		for _, a := range s {
			if a.From > first && a.From <= last {
				j.outcomes = append(j.outcomes, Outcome{Arrears: a, warned: map[row]civil.Date{}})
			}
		}
	}
	slices.SortFunc(j.outcomes, func(a, b Outcome) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.Scope, b.Scope), cmp.Compare(a.ID, b.ID))
	})
	place := map[start]int{}
	for i, o := range j.outcomes {
		place[start{o.Subject, o.From}] = i
	}
	return place
}

// foretold returns the arrears that a warning foretold, and what became of it.
func (j *judgement) foretold(e Episode) (came []Arrears, v Verdict) {
	targets := j.targets[e.Subject]
	if e.Scope != catalog.Township {
		targets = append([]Subject{e.Subject}, targets...)
	}
	free, inArrears, right := false, false, false
	for _, t := range targets {
		at, already := j.spells[t].next(e.OpenedOn)
		if already {
			inArrears = true
			continue
		}
		free = free || j.pays[t]
		for _, a := range j.spells[t][at:] {
			if int(a.From-e.OpenedOn) > max(j.horizon, j.reach) {
				break
			}
			came = append(came, a)
			right = right || int(a.From-e.OpenedOn) <= j.horizon
		}
	}
	switch {
	case inArrears && !free:
		return nil, InArrears
	case e.OpenedOn.AddDays(j.horizon) > j.End:
		return came, CutOff
	case right:
		return came, Followed
	}
	return came, NotFollowed
}

// warn notes a warning that foretold the outcome.
func (o *Outcome) warn(e Episode) {
	rows := []row{{detector: e.Detector, townships: e.Scope == catalog.Township}}
	if e.Scope != catalog.Township {
		rows = append(rows, all)
		if e.ahead {
			rows = append(rows, ahead)
		}
	}
	for _, r := range rows {
		if on, warned := o.warned[r]; !warned || e.OpenedOn < on {
			o.warned[r] = e.OpenedOn
		}
	}
}

// sum fills what is told of the outcome.
func (o *Outcome) sum() {
	if on, warned := o.warned[all]; warned {
		o.WarnedOn, o.LeadDays = &on, days(on, o.From)
	}
	for r := range o.warned {
		if r.detector != "" && !r.townships {
			o.By = append(o.By, r.detector)
		}
	}
	slices.Sort(o.By)
}

func days(from, to civil.Date) *int {
	n := int(to - from)
	return &n
}

// byPayDay is the history with the pay day of arrears as what happened. Of the last pay days nobody knows yet.
func (h History) byPayDay(r Rules) History {
	h.End = h.End.AddDays(-r.ArrearsDays)
	of := make([]Arrears, len(h.Arrears))
	for i, a := range h.Arrears {
		a.From = a.PayDay
		of[i] = a
	}
	h.Arrears = of
	return h
}

// take adds to the warnings and outcomes what became of them by the pay day.
func (j *judgement) take(pay *judgement) {
	for i := range j.judged {
		one := &pay.judged[i]
		seen := Foreseen{Verdict: one.Verdict, LeadDays: one.LeadDays}
		if seen.Verdict == InArrears {
			seen.Verdict = PastDue
		}
		if one.Arrears != nil {
			seen.On = &one.Arrears.PayDay
		}
		j.judged[i].PayDay = seen
	}
	place := map[start]int{}
	for i, o := range pay.outcomes {
		place[start{o.Subject, o.PayDay}] = i
	}
	for i := range j.outcomes {
		o := &j.outcomes[i]
		if at, ok := place[start{o.Subject, o.PayDay}]; ok {
			o.ForeseenOn, o.ForeseenDays = pay.outcomes[at].WarnedOn, pay.outcomes[at].LeadDays
		}
	}
}
