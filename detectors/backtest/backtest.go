// Package backtest tells what warnings were worth: it sets the warnings of past as-of dates against the arrears that then
// came.
//
// The two sides know different things. A warning of date D follows from what was recorded by the end of D; that is the
// work of the passes. What then happened is read once, with all that was known at the end of the data, so that a payment
// recorded late is no arrears. Nothing of the second reaches the first.
//
// Arrears. A project, or an employer for wages that belong to no project, is in arrears from the day on which some wage of a
// worker's month is still owed so many days past its effective day to pay (policy: backtest.arrears_days), until the day on
// which all such wages are paid in money, paid through proceedings, or closed. Owed is what detectors and the index call so:
// listed wages, and work that no list names. Every such time is one outcome, on its first day. A subject that pays and falls
// into arrears again has two.
//
// The pay day. Whoever wants to act before wages are lost asks for warnings before the day on which they were to be paid. So
// everything is measured a second time with that day as the outcome: the first day to pay whose wages are then still owed when
// they count as arrears. The subject is past due from that day on.
//
// A warning (an episode of one detector about one subject) foretells arrears of its subjects: a project of itself; an
// employer of itself and of the projects whose general contractor it is; a township of whatever lies in it. Townships say
// little about whom to visit, so their warnings are reported apart and count in no overall figure. The warning was right
// when a subject that was not in arrears on the day it opened is so later, at most the horizon's days after it
// (backtest.horizon_days); not on that day itself. The same relation makes precision, recall and lead time.
package backtest

import (
	"github.com/anxin-project/anxin/detectors/pass"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Subject is what a warning is about, or who is in arrears.
type Subject struct {
	Scope catalog.Scope `json:"scope"`
	ID    string        `json:"scope_id"`
}

// Party is a project or employer that the records know at the end of the data.
type Party struct {
	Subject
	Township   string
	Contractor string // credit code of a project's general contractor; empty for an employer
	Pays       bool   // somebody worked there, or some pay slip is of it
}

// Episode is a warning from the as-of date that found it first to the one that no longer did.
type Episode struct {
	Subject
	ID       string // the same whenever the walk is made again
	Detector string
	Name     string
	Level    catalog.Level // worst so far
	OpenedOn civil.Date
	ClosedOn *civil.Date // nil while the walk lasts

	ahead bool // of a detector that looks ahead
}

// Arrears is a time in arrears.
type Arrears struct {
	Subject
	PayDay civil.Date  // the day to pay of the first wages
	From   civil.Date  // when they count as arrears
	To     *civil.Date // the first day after it; nil when it lasts at the end of the data
}

// Date is one as-of date of a walk.
type Date struct {
	On       civil.Date
	Projects int // under way
}

// Walk collects what passes found, date by date. The zero Walk is empty.
type Walk struct {
	dates    []Date
	stated   []Stated
	episodes []*Episode
	byID     map[string]*Episode
}

// Add takes the pass of the next as-of date.
func (w *Walk) Add(r pass.Result) {
	w.dates = append(w.dates, Date{On: r.AsOf, Projects: r.Projects})
	if w.byID == nil {
		w.byID = map[string]*Episode{}
	}
	for _, found := range r.Warnings {
		if found.Detector == riskDetector && found.ClosedOn == nil {
			w.stated = append(w.stated, Stated{Subject{found.Scope, found.ScopeID}, r.AsOf, found.Score})
		}
		e := w.byID[found.Episode]
		if e == nil {
			e = &Episode{
				Subject: Subject{found.Scope, found.ScopeID}, ID: found.Episode, Detector: found.Detector, Name: found.Name,
				Level: found.Level, OpenedOn: found.OpenedOn,
			}
			w.byID[e.ID] = e
			w.episodes = append(w.episodes, e)
		}
		if found.Level == catalog.Red {
			e.Level = catalog.Red
		}
		e.ClosedOn = found.ClosedOn
	}
}

// History is all that a back-test judges by.
type History struct {
	Dates    []Date // in order
	Episodes []Episode
	Stated   []Stated // in order of dates
	Future
}

// Future is what then happened, as known at the end of the data.
type Future struct {
	End     civil.Date // the last day of the data
	Parties []Party
	Arrears []Arrears // in any order; they may overlap
}

// History joins the walk to what then happened.
func (w *Walk) History(f Future) History {
	h := History{Dates: w.dates, Stated: w.stated, Future: f}
	for _, e := range w.episodes {
		h.Episodes = append(h.Episodes, *e)
	}
	return h
}

// Rules are the numbers of policy section backtest.
type Rules struct {
	ArrearsDays int `json:"arrears_days"` // past the last day to pay
	HorizonDays int `json:"horizon_days"` // within which a warning's arrears come, or the pay day of such
	ForeseeDays int `json:"foresee_days"` // before a pay day within which a warning has foreseen it
	WageMonths  int `json:"wage_months"`  // that the facts hold
}
