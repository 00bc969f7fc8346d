package casefile

import (
	"slices"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Round is one wait of a case for somebody to take it on, and what came of it: a case waits when it is opened, passed on or
// opened again.
type Round struct {
	ReceivedOn civil.Date  `json:"received_on"`
	Territory  string      `json:"territory"` // of the place that it waited at
	Department Department  `json:"department"`
	AnswerBy   *civil.Date `json:"answer_by,omitempty"` // the last day to accept it or pass it on; nil when it cannot be counted
	// AnsweredOn is when somebody accepted the case, passed it on or dismissed it; Answer says which of them, AnsweredBy who. Nil
	// while it waits.
	AnsweredOn *civil.Date `json:"answered_on,omitempty"`
	AnsweredBy string      `json:"answered_by,omitempty"`
	Answer     Kind        `json:"answer,omitempty"`
	Handler    string      `json:"handler,omitempty"`  // in charge at its end, or now
	EndedOn    *civil.Date `json:"ended_on,omitempty"` // closed, dismissed or passed on
	End        Kind        `json:"end,omitempty"`      // which of them
}

// Outcome is how a round stands on a day.
func (r Round) Outcome(today civil.Date) RoundOutcome {
	switch {
	case r.AnswerBy == nil:
		return RoundUncounted
	case r.AnsweredOn != nil && *r.AnsweredOn <= *r.AnswerBy:
		return RoundInTime
	case r.AnsweredOn != nil || today > *r.AnswerBy:
		return RoundLate
	}
	return RoundWaiting
}

// RoundOutcome is whether a case was accepted or passed on in time.
type RoundOutcome string

// The outcomes of a round.
const (
	RoundInTime    RoundOutcome = "in_time"
	RoundLate      RoundOutcome = "late" // also while it waits past its last day
	RoundWaiting   RoundOutcome = "waiting"
	RoundUncounted RoundOutcome = "uncounted" // the calendar lacks the year's holiday notice
)

// Urge is a supervisor's call to get on with a case (催办). It waits for whoever is in charge, and goes with the case to the next.
type Urge struct {
	Seq            uint32      `json:"seq"` // of its event
	On             civil.Date  `json:"on"`
	By             string      `json:"by"`
	ByName         string      `json:"by_name"`
	Reason         string      `json:"reason"`
	To             string      `json:"to,omitempty"` // the handler; empty: whoever may take the case on
	AcknowledgedOn *civil.Date `json:"acknowledged_on,omitempty"`
	AcknowledgedBy string      `json:"acknowledged_by,omitempty"`
	Answer         string      `json:"answer,omitempty"`
	Lapsed         bool        `json:"lapsed,omitempty"` // the case ended before anybody answered
}

// Pending reports whether an urge waits for an answer.
func (u Urge) Pending() bool { return u.AcknowledgedOn == nil && !u.Lapsed }

// Urged are the urges of a case that wait for an answer of a person: as the handler, or while nobody is in charge.
func (c Case) Urged(person string) []Urge {
	return slices.DeleteFunc(slices.Clone(c.Urges), func(u Urge) bool { return !u.Pending() || u.To != "" && u.To != person })
}
