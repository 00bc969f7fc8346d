package casefile

import (
	"cmp"
	"slices"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

// BoardBy is by what a supervisor's board (督办) adds up.
type BoardBy string

// What a board adds up by.
const (
	ByPerson     BoardBy = "person"
	ByCounty     BoardBy = "county"
	ByDepartment BoardBy = "department"
)

// Board names a figure of a board, and the list behind it.
type Board string

// The figures of a board. Those of rounds count what was received in the period; the others count cases as they are now.
const (
	BoardReceived  Board = "received"
	BoardInTime    Board = "in_time"
	BoardLate      Board = "late"
	BoardWaiting   Board = "waiting"
	BoardUncounted Board = "uncounted"
	BoardEnded     Board = "ended" // closed or dismissed
	BoardInHand    Board = "in_hand"
	BoardOverdue   Board = "overdue" // of them: a deadline has passed
	BoardUrged     Board = "urged"   // of them: an urge waits for an answer
)

// Boards are all of them, in the order of the page.
var Boards = []Board{BoardReceived, BoardInTime, BoardLate, BoardWaiting, BoardUncounted, BoardEnded, BoardInHand, BoardOverdue, BoardUrged}

// BoardRow is what a person, a county or a department has done with the cases received in a period.
type BoardRow struct {
	Key     string          `json:"key"` // a person's id, a county's code, a department; empty: nobody is in charge
	Figures map[Board]int   `json:"figures"`
	Days    map[Board]int64 `json:"-"` // added up from receipt: of those answered (in_time), of those ended
}

// MeanAnswer are the mean days from receipt to the answer; false when nothing was answered.
func (r BoardRow) MeanAnswer() (float64, bool) { return r.mean(BoardInTime, r.Figures[boardAnswered]) }

// MeanEnd are the mean days from receipt to the end; false when nothing has ended.
func (r BoardRow) MeanEnd() (float64, bool) { return r.mean(BoardEnded, r.Figures[BoardEnded]) }

func (r BoardRow) mean(of Board, n int) (float64, bool) {
	if n == 0 {
		return 0, false
	}
	return float64(r.Days[of]) / float64(n), true
}

// boardAnswered is in time or late: no figure of its own.
const boardAnswered = Board("answered")

// Counted is one case behind figures of a board; Round is nil where the case as it is now counts.
type Counted struct {
	Case  *Case
	Round *Round
	Key   string
	In    []Board
}

// Count tells in which figures of a board cases stand. Of rounds, receipt and answer count for who answered, or while nobody has for
// the handler; the end counts for the handler, as does what is in hand. A round received outside the period is left out.
func Count(cases []Case, by BoardBy, from, until, today civil.Date) []Counted {
	var all []Counted
	for i := range cases {
		c := &cases[i]
		for j := range c.Rounds {
			r := &c.Rounds[j]
			if r.ReceivedOn < from || r.ReceivedOn > until {
				continue
			}
			answered := Counted{c, r, by.key(cmp.Or(r.AnsweredBy, r.Handler), r.Territory, r.Department), []Board{BoardReceived, Board(r.Outcome(today))}}
			if r.AnsweredOn != nil {
				answered.In = append(answered.In, boardAnswered)
			}
			all = append(all, answered)
			if r.End == WasClosed || r.End == WasDismissed {
				all = append(all, Counted{c, r, by.key(cmp.Or(r.Handler, r.AnsweredBy), r.Territory, r.Department), []Board{BoardEnded}})
			}
		}
		if c.Stage.Ended() {
			continue
		}
		now := Counted{c, nil, by.key(c.Assignee, c.Territory, c.Department), []Board{BoardInHand}}
		if slices.ContainsFunc(c.Deadlines, func(d Deadline) bool { return d.State == Passed }) {
			now.In = append(now.In, BoardOverdue)
		}
		if slices.ContainsFunc(c.Urges, Urge.Pending) {
			now.In = append(now.In, BoardUrged)
		}
		all = append(all, now)
	}
	return all
}

func (by BoardBy) key(person, territory string, department Department) string {
	switch by {
	case ByPerson:
		return person
	case ByDepartment:
		return string(department)
	}
	return territory[:min(6, len(territory))]
}

// BoardOf adds up what was counted, by key; who is most overdue comes first.
func BoardOf(counted []Counted) []BoardRow {
	rows := map[string]*BoardRow{}
	for _, one := range counted {
		row := rows[one.Key]
		if row == nil {
			row = &BoardRow{Key: one.Key, Figures: map[Board]int{}, Days: map[Board]int64{}}
			for _, figure := range Boards {
				row.Figures[figure] = 0
			}
			rows[one.Key] = row
		}
		for _, figure := range one.In {
			row.Figures[figure]++
			switch figure {
			case boardAnswered:
				row.Days[BoardInTime] += int64(*one.Round.AnsweredOn - one.Round.ReceivedOn)
			case BoardEnded:
				row.Days[BoardEnded] += int64(*one.Round.EndedOn - one.Round.ReceivedOn)
			}
		}
	}
	sorted := []BoardRow{}
	for _, row := range rows {
		sorted = append(sorted, *row)
	}
	slices.SortFunc(sorted, func(a, b BoardRow) int {
		return cmp.Or(-cmp.Compare(a.Figures[BoardOverdue], b.Figures[BoardOverdue]), -cmp.Compare(a.Figures[BoardLate], b.Figures[BoardLate]),
			-cmp.Compare(a.Figures[BoardInHand], b.Figures[BoardInHand]), cmp.Compare(a.Key, b.Key))
	})
	return sorted
}
