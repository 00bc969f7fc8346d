package casework

import (
	"strings"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/platform/api"
)

// WorkAnswer is one step that waits for somebody, on a case, an entry of the joint-discipline list or a closure: the others are empty.
type WorkAnswer struct {
	Case      string             `json:"case"`
	Entry     string             `json:"entry"`
	Closure   string             `json:"closure"`
	Step      string             `json:"step"` // as the action of the case, or of the entry, is called
	Name      string             `json:"name"`
	Place     string             `json:"place"` // code
	Level     string             `json:"level"`
	Stage     catalog.Text       `json:"stage"`
	Mine      bool               `json:"mine"`      // assigned to who asks
	Deadline  *casefile.Deadline `json:"deadline"`  // the next
	Hindrance *api.Problem       `json:"hindrance"` // what forbids the step today
	Urge      *casefile.Urge     `json:"urge"`      // a supervisor's, which waits for an answer
	Workers   uint32             `json:"workers"`
	AmountFen int64              `json:"amount_fen"`
	DaysLate  int                `json:"days_late"`
	Reason    catalog.Text       `json:"reason"` // in one line
}

func (p *Pages) workOf(w work) WorkAnswer {
	one := WorkAnswer{Step: w.Step, Name: w.Name, Place: w.Place, Level: w.Level, Stage: w.Stage, Mine: w.Mine, Deadline: w.Deadline, Urge: w.Urge}
	one.Workers, one.AmountFen, one.DaysLate = w.Workers, w.Fen, w.DaysLate
	one.Reason = language.InBoth(func(l language.Locale) string { return p.reason(l, w) })
	switch {
	case strings.HasPrefix(w.What, "do."):
		one.Case = w.ID
	case strings.HasPrefix(w.What, "closing."):
		one.Closure = w.ID
	default:
		one.Entry = w.ID
	}
	if h := w.Hindrance; h != nil {
		one.Hindrance = &api.Problem{Code: h.Code, Message: h.Message, Rule: p.Laws.Annotate(h.Basis)}
	}
	return one
}

// WorkListAnswer is what GET /api/v1/work and GET /api/v1/approvals answer.
type WorkListAnswer struct {
	Late  int          `json:"late"` // deadlines that have passed
	Near  int          `json:"near"`
	Total int          `json:"total"`
	Work  []WorkAnswer `json:"work"` // what is due first comes first
}

// WorkAnswer answers a list of work.
func (p *Pages) WorkAnswer(gather func(*web.Request) ([]work, error)) web.PageFunc {
	return func(r *web.Request) (web.Answer, error) {
		if p.Cases == nil {
			return web.Answer{}, web.ErrNoCasework
		}
		rows, err := gather(r)
		d := p.workList(r, rows)
		return web.Answer{JSON: WorkListAnswer{d.Late, d.Near, d.Pager.Total, view.Each(d.Rows, p.workOf)}}, err
	}
}

// CandidateAnswer is an employer that can be proposed for the list.
type CandidateAnswer struct {
	casefile.Facts
	Late        bool         `json:"late"`         // the time for a decision has passed by every order: a decision would be recorded as late
	FreshOrders []freshOrder `json:"fresh_orders"` // cases about the subjects of the orders, where the employer can be ordered anew
}

func answerOf(d candidate) CandidateAnswer { return CandidateAnswer{*d.Facts, d.Late, d.FreshOrders} }

// CandidatesAnswer is what GET /api/v1/blacklist/candidates answers.
type CandidatesAnswer struct {
	Total      int               `json:"total"`
	Candidates []CandidateAnswer `json:"candidates"` // by credit code; without those whose procedure is under way
}

// CandidatesAnswer answers GET /api/v1/blacklist/candidates.
func (p *Pages) CandidatesAnswer(r *web.Request) (web.Answer, error) {
	if p.Blacklist == nil {
		return web.Answer{}, web.ErrNoCasework
	}
	all, err := p.candidates(r)
	return web.Answer{JSON: CandidatesAnswer{len(all), view.Each(all, answerOf)}}, err
}

// CandidateAnswer is what the records say of an employer who can be proposed for the list.
func (p *Pages) CandidateAnswer(r *web.Request) (web.Answer, error) {
	f, err := p.candidate(r)
	if err != nil {
		return web.Answer{}, err
	}
	seen, err := p.casesSeen(r)
	return web.Answer{JSON: answerOf(p.offered(r, f, seen))}, err
}
