package casefile

import (
	"fmt"
	"testing"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

func TestABoardCountsEachRoundOnceForWhoAnswersForIt(t *testing.T) {
	on := func(day int) civil.Date { return civil.NewDate(2026, 3, day) }
	at := func(day int) *civil.Date { d := on(day); return &d }
	cases := []Case{
		// received on the 2nd, accepted in time by li, handed over to sun, who closed it
		{ID: "a", Stage: Closed, Territory: "331024001", Department: Housing, Rounds: []Round{{ReceivedOn: on(2), Territory: "331024001", Department: Housing, AnswerBy: at(4), AnsweredOn: at(3), AnsweredBy: "li", Answer: WasAccepted, Handler: "sun", EndedOn: at(12), End: WasClosed}}},
		// accepted late by li, who still has it; urged
		{ID: "b", Stage: Accepted, Assignee: "li", Territory: "331024002", Department: Water, Urges: []Urge{{}}, Deadlines: []Deadline{{State: Passed}},
			Rounds: []Round{{ReceivedOn: on(2), Territory: "331024002", Department: Water, AnswerBy: at(4), AnsweredOn: at(7), AnsweredBy: "li", Answer: WasAccepted, Handler: "li"}}},
		// nobody's: one late, one in time, one that nobody can count
		{ID: "c", Stage: Open, Territory: "331023001", Department: Housing, Rounds: []Round{{ReceivedOn: on(9), Territory: "331023001", Department: Housing, AnswerBy: at(10)}}},
		{ID: "d", Stage: Open, Territory: "331023001", Department: Housing, Rounds: []Round{{ReceivedOn: on(9), Territory: "331023001", Department: Housing, AnswerBy: at(20)}}},
		{ID: "e", Stage: Open, Territory: "331023001", Department: Housing, Rounds: []Round{{ReceivedOn: on(9), Territory: "331023001", Department: Housing}}},
		// received before the period: only in hand
		{ID: "f", Stage: Accepted, Assignee: "sun", Territory: "331024001", Department: Housing, Rounds: []Round{{ReceivedOn: on(1), Territory: "331024001", Department: Housing, AnswerBy: at(2), AnsweredOn: at(2), AnsweredBy: "sun", Handler: "sun"}}},
	}
	for by, want := range map[BoardBy][]string{
		ByPerson: {
			"li received 2 in_time 1 late 1 in_hand 1 overdue 1 urged 1 answered in 3.0",
			" received 3 late 1 waiting 1 uncounted 1 in_hand 3",
			"sun ended 1 in_hand 1 ended in 10.0",
		},
		ByCounty: {
			"331024 received 2 in_time 1 late 1 ended 1 in_hand 2 overdue 1 urged 1 answered in 3.0 ended in 10.0",
			"331023 received 3 late 1 waiting 1 uncounted 1 in_hand 3",
		},
		ByDepartment: {
			"water received 1 late 1 in_hand 1 overdue 1 urged 1 answered in 5.0",
			"housing received 4 in_time 1 late 1 waiting 1 uncounted 1 ended 1 in_hand 4 answered in 1.0 ended in 10.0",
		},
	} {
		rows := BoardOf(Count(cases, by, on(2), on(11), on(12)))
		for i, row := range rows {
			got := row.Key
			for _, figure := range Boards {
				if n := row.Figures[figure]; n > 0 {
					got += fmt.Sprintf(" %s %d", figure, n)
				}
			}
			if mean, ok := row.MeanAnswer(); ok {
				got += fmt.Sprintf(" answered in %.1f", mean)
			}
			if mean, ok := row.MeanEnd(); ok {
				got += fmt.Sprintf(" ended in %.1f", mean)
			}
			if i >= len(want) || got != want[i] {
				t.Errorf("by %s, line %d: %s", by, i, got)
			}
		}
		if len(rows) != len(want) {
			t.Errorf("by %s: %d lines", by, len(rows))
		}
	}
}

func TestCasesAreFoundByTheirHandler(t *testing.T) {
	mine, nobodys := Case{Assignee: "li"}, Case{}
	for who, want := range map[string][2]bool{"": {true, true}, "li": {true, false}, "sun": {false, false}, Nobody: {false, true}} {
		f := Filter{Assignee: who}
		if got := [2]bool{f.Matches(&mine), f.Matches(&nobodys)}; got != want {
			t.Errorf("by %q: %v, want %v", who, got, want)
		}
	}
}
