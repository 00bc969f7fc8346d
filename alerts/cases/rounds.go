package cases

import (
	"cmp"
	"maps"
	"slices"

	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// round is one wait for acceptance while it is added up; its last day is counted when the log is read, as all deadlines are.
type round struct {
	since      civil.Date
	territory  string // empty: the subject's township
	department casefile.Department
	waits      []wait // known once it is answered; until then the alerts tell
	answered   bool
	answer     casefile.Kind
	answeredOn civil.Date
	answeredBy string
	handler    string
	end        casefile.Kind
	endedOn    civil.Date
}

// wait is from when and how long an alert lets a case wait.
type wait struct {
	from  civil.Date
	days  int           // in force when the alert came; 0: those in force at the place on that day
	level catalog.Level // of the alert
}

func (w wait) workdays(place string, terms TermsOf) int {
	return cmp.Or(w.days, terms(place, w.from).accept(w.level))
}

// waits are those of the present round.
func (s *state) waits() []wait {
	var all []wait
	for _, fp := range slices.Sorted(maps.Keys(s.alerts)) {
		for _, e := range ended(s.alerts[fp]) {
			from, counts := s.work.acceptFrom(e)
			if !counts {
				continue
			}
			one := wait{from, e.acceptDays, catalog.Level(e.labels["level"])}
			if e.receivedAt.Before(s.work.since) { // the wait has begun anew since, perhaps elsewhere
				one.days = 0
			}
			all = append(all, one)
		}
	}
	return all
}

// answers reports whether an event ends the wait for acceptance.
func answers(kind casefile.Kind) bool {
	switch kind {
	case casefile.WasAccepted, casefile.WasPassedOn, casefile.WasDismissed, casefile.WasClosed:
		return true
	}
	return false
}

// present is the round that runs; of a log that lacks its beginning one that nobody knows anything of.
func (w *work) present() *round {
	if len(w.rounds) == 0 {
		w.rounds = append(w.rounds, round{})
	}
	return &w.rounds[len(w.rounds)-1]
}

// waited keeps what the present round waited for, as it is first answered.
func (w *work) waited(waits []wait) {
	if r := w.present(); !r.answered {
		r.waits = waits
	}
}

// answer notes who ended the wait of the present round; what comes later changes nothing.
func (w *work) answer(kind casefile.Kind, by string, on civil.Date) {
	if r := w.present(); !r.answered {
		r.answered, r.answer, r.answeredBy, r.answeredOn = true, kind, by, on
	}
}

// end ends the present round. Urges that wait go with a case that is passed on, and lapse with one that is over.
func (w *work) end(kind casefile.Kind, on civil.Date) {
	r := w.present()
	r.end, r.endedOn = kind, on
	if kind == casefile.WasPassedOn {
		return
	}
	for i := range w.urges {
		w.urges[i].Lapsed = w.urges[i].Lapsed || w.urges[i].Pending()
	}
}

// charge puts somebody in charge; urges that wait are theirs now.
func (w *work) charge(person string) {
	w.assignee = person
	w.present().handler = person
	for i := range w.urges {
		if w.urges[i].Pending() {
			w.urges[i].To = person
		}
	}
}

// acknowledge answers every urge that waits for a person.
func (w *work) acknowledge(by, answer string, on civil.Date) {
	for i, u := range w.urges {
		if u.Pending() && (u.To == "" || u.To == by) {
			w.urges[i].AcknowledgedOn, w.urges[i].AcknowledgedBy, w.urges[i].Answer = &on, by, answer
		}
	}
}

// viewRounds are the rounds of a case with their last days; waits are those of the present one.
func (w *work) viewRounds(c casefile.Case, waits []wait, cal *calendar.Calendar, terms TermsOf) []casefile.Round {
	var all []casefile.Round
	for _, r := range w.rounds {
		one := casefile.Round{ReceivedOn: r.since, Territory: cmp.Or(r.territory, c.Township), Department: cmp.Or(r.department, casefile.Route(c.Scope, c.Sector)), Handler: r.handler}
		of := waits
		if r.answered {
			of = r.waits
			on := r.answeredOn
			one.AnsweredOn, one.AnsweredBy, one.Answer = &on, r.answeredBy, r.answer
		}
		var last casefile.Case
		for _, wait := range of {
			deadline(&last, cal, wait.from, wait.workdays(one.Territory, terms))
		}
		if last.DeadlineError == "" {
			one.AnswerBy = last.AcceptBy
		}
		if r.end != "" {
			on := r.endedOn
			one.EndedOn, one.End = &on, r.end
		}
		all = append(all, one)
	}
	return all
}
