package casework

import (
	"cmp"
	"slices"
	"strings"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// stakes are what a row of work says beside what is to be done: who and how much it is about, how late it is, and why.
type stakes struct {
	Seq       uint32 // of the last event of a case
	Workers   uint32
	Fen       int64
	DaysLate  int
	Detectors []string // whose warnings hold, of a case
	Grounds   []string // of an entry of the list
}

// todo is what waits for somebody, in figures.
type todo struct {
	DueToday, Late, NewRed, Approvals int
	Prefectures                       []prefectureTodo // of who answers for several
}

// prefectureTodo is the same of one prefecture.
type prefectureTodo struct {
	Code                          string
	All, DueToday, Late, NewlyRed int
}

// The states by which the list of work is narrowed down.
const (
	lateWork  = "late"
	todayWork = "today"
)

// stakesOf are those of a case.
func (p *Pages) stakesOf(k casefile.Case) stakes {
	s := stakes{Seq: k.Seq, Workers: k.Workers, Fen: k.AmountFen, DaysLate: p.daysLate(nextDeadline(k.Deadlines))}
	for _, a := range k.Alerts {
		if a.EndsAt == nil && !slices.Contains(s.Detectors, a.Detector) {
			s.Detectors = append(s.Detectors, a.Detector)
		}
	}
	return s
}

// stakesOfEntry are those of an entry of the list: what its orders came to.
func (p *Pages) stakesOfEntry(e casefile.Entry) stakes {
	return stakes{Workers: e.Facts.OrderedWorkers, Fen: e.Facts.UnpaidFen, DaysLate: p.daysLate(nextDeadline(e.Deadlines)), Grounds: e.Facts.Grounds}
}

// daysLate is by how many days a deadline has passed; 0 where it has not, or cannot be counted.
func (p *Pages) daysLate(d *casefile.Deadline) int {
	if d == nil || d.Due == nil {
		return 0
	}
	return max(0, int(civil.DateOf(p.Now())-*d.Due))
}

// dueToday reports whether a row's deadline is today.
func (p *Pages) dueToday(w work) bool {
	return w.Deadline != nil && w.Deadline.Due != nil && *w.Deadline.Due == civil.DateOf(p.Now())
}

func (p *Pages) late(w work) bool { return w.Deadline != nil && w.Deadline.State == casefile.Passed }

// reason says in one line why something waits.
func (p *Pages) reason(l language.Locale, w work) string {
	var why []string
	for _, id := range w.Detectors {
		why = append(why, p.Detectors.Header(id).Title.In(string(l)))
	}
	for _, name := range w.Grounds {
		if g, known := casefile.Ground(name); known {
			why = append(why, g.In(string(l)))
		}
	}
	if len(why) == 0 {
		return w.Stage.In(string(l))
	}
	return strings.Join(why, language.Message(l, "list.comma"))
}

// waiting counts what waits for who asks, and of whoever answers for several prefectures apart for each.
func (p *Pages) waiting(r *web.Request, rows []work) (todo, error) {
	approvals, err := p.Approvals(r)
	if err != nil {
		return todo{}, err
	}
	t := todo{Approvals: len(approvals)}
	by := map[string]*prefectureTodo{}
	of := func(place string) *prefectureTodo {
		code := place[:min(len(place), prefectureDigits)]
		if by[code] == nil {
			by[code] = &prefectureTodo{Code: code}
		}
		return by[code]
	}
	for _, w := range rows {
		one := of(w.Place)
		one.All++
		if p.late(w) {
			t.Late, one.Late = t.Late+1, one.Late+1
		}
		if p.dueToday(w) {
			t.DueToday, one.DueToday = t.DueToday+1, one.DueToday+1
		}
	}
	if r.View != nil {
		for _, w := range r.View.NewlyRed("") {
			t.NewRed++
			of(cmp.Or(w.Township, w.County)).NewlyRed++
		}
	}
	if len(r.Person().Territory) < prefectureDigits {
		for _, one := range by {
			t.Prefectures = append(t.Prefectures, *one)
		}
		slices.SortFunc(t.Prefectures, func(a, b prefectureTodo) int { return strings.Compare(a.Code, b.Code) })
	}
	return t, nil
}

const prefectureDigits = 4

// chosen are the rows of a prefecture, and of those the late ones or those due today.
func (p *Pages) chosen(rows []work, place, of string) []work {
	return slices.DeleteFunc(slices.Clone(rows), func(w work) bool {
		return !strings.HasPrefix(w.Place, place) || of == lateWork && !p.late(w) || of == todayWork && !p.dueToday(w)
	})
}

// Badge is how much of what waits for who asks is late or due today.
func (p *Pages) Badge(r *web.Request) (int, error) {
	if p.Cases == nil || !access.Allow(r.Person(), access.Work, access.Object{}) {
		return 0, nil
	}
	rows, err := p.Work(r)
	n := 0
	for _, w := range rows {
		if p.late(w) || p.dueToday(w) {
			n++
		}
	}
	return n, err
}

// newlyRedURL is the list of the warnings that became red since yesterday.
func newlyRedURL(place string) string {
	return "/overview/changes?of=red" + map[bool]string{true: "&place=" + place}[place != ""]
}
