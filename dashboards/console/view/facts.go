package view

import (
	"context"
	"errors"

	"github.com/ClickHouse/clickhouse-go/v2"
	"golang.org/x/sync/errgroup"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Facts are what the run's snapshot knows about a project or employer. Workers are counts only. What has JSON names is
// answered by the API as it is.
type Facts struct {
	Scope                          catalog.Scope
	ID, Name, Township, Sector     string
	Project                        *ProjectFacts
	Employer                       *EmployerFacts
	Registered, Present, Contracts uint64 // people ever registered, still there, and of these with a labour contract
	Owed                           Owed
	Days                           []DayFacts
	Months                         []MonthFacts
	Account                        []AccountMonth
	Leads                          []Lead
	Proceedings                    []Proceeding
	Signals                        []Signal
	Voices                         []VoiceMonth // the latest first
	Projects                       []ProjectRef // of an employer as general contractor
	Episodes                       []*Warning   // open and closed, newest first
	Odds                           []OddsPoint  // of arrears, by arrears-risk, oldest first
}

// OddsPoint is how likely arrears were, as of a run's date.
type OddsPoint struct {
	AsOf civil.Date `json:"as_of"`
	Odds float64    `json:"odds"`
}

// ProjectFacts is a construction project as its registry describes it.
type ProjectFacts struct {
	Investment        string      `json:"investment"`
	DeveloperID       string      `json:"developer_uscc"`
	DeveloperName     string      `json:"developer_name"` // by the register of employers; empty where it does not know it
	ContractorID      string      `json:"contractor_uscc"`
	ContractorName    string      `json:"contractor_name"`
	Status            string      `json:"status"`
	ContractFen       int64       `json:"contract_fen"`
	SignedOn          civil.Date  `json:"contract_signed_on"`
	PermitOn          *civil.Date `json:"permit_on"`
	StartedOn         *civil.Date `json:"started_on"`
	CompletedOn       *civil.Date `json:"completed_on"`
	PayDay            uint8       `json:"pay_day"`
	LaborCostDay      uint8       `json:"labor_cost_day"`
	LaborCostFen      int64       `json:"labor_cost_fen"`
	AccountOpenedOn   *civil.Date `json:"account_opened_on"`
	AccountClosedOn   *civil.Date `json:"account_closed_on"`
	DepositForm       string      `json:"deposit_form"`
	DepositFen        int64       `json:"deposit_fen"`
	DepositLodgedOn   *civil.Date `json:"deposit_lodged_on"`
	DepositValidUntil *civil.Date `json:"deposit_valid_until"`
	PaymentGuarantee  bool        `json:"payment_guarantee"`
	NoticeBoard       bool        `json:"notice_board"`
	LaborOfficer      bool        `json:"labor_officer"`
}

// EmployerFacts is an employer as its registry describes it, without its people.
type EmployerFacts struct {
	Industry  string  `json:"industry"`
	Status    string  `json:"status"`
	Headcount *uint32 `json:"headcount"`
}

// DayFacts is how many people worked on a day.
type DayFacts struct {
	On      civil.Date `json:"on"`
	Workers uint64     `json:"workers"`
}

// MonthFacts is a wage month: work done, wages due and paid.
type MonthFacts struct {
	Month         civil.Month `json:"month"`
	Attended      uint64      `json:"attended"`       // people with at least one worked day
	Workers       uint64      `json:"workers"`        // people with a pay slip
	UnpaidWorkers uint64      `json:"unpaid_workers"` // people with an unpaid part
	PayableFen    int64       `json:"payable_fen"`
	PaidFen       int64       `json:"paid_fen"`
	OpenFen       int64       `json:"unpaid_fen"`
	DueBy         *civil.Date `json:"due_by"`
}

// AccountMonth is a month of the wage account; BalanceFen is the bank's figure after the last entry.
type AccountMonth struct {
	Month      civil.Month `json:"month"`
	FundedFen  int64       `json:"funded_fen"`
	WagesFen   int64       `json:"wages_fen"`
	OtherFen   int64       `json:"other_fen"` // left the account for anything but wages
	BalanceFen int64       `json:"balance_fen"`
	Frozen     bool        `json:"frozen"`
}

// Lead is an arrears lead (欠薪线索).
type Lead struct {
	Source     string      `json:"source"`
	ID         string      `json:"id"`
	Channel    string      `json:"channel"`
	Status     string      `json:"status"`
	Incident   string      `json:"incident"`
	Workers    uint32      `json:"workers"`
	AmountFen  int64       `json:"amount_fen"`
	ReceivedOn civil.Date  `json:"received_on"`
	StatusOn   civil.Date  `json:"status_on"`
	ResolvedOn *civil.Date `json:"resolved_on"`
	Open       bool        `json:"open"`
}

// Proceeding is an order, mediation, arbitration, court or police matter.
type Proceeding struct {
	Source    string      `json:"source"`
	ID        string      `json:"id"`
	Kind      string      `json:"kind"`
	Outcome   string      `json:"outcome"`
	Workers   uint32      `json:"workers"`
	AmountFen int64       `json:"amount_fen"`
	OpenedOn  civil.Date  `json:"opened_on"`
	DueOn     *civil.Date `json:"due_on"`
	ClosedOn  *civil.Date `json:"closed_on"`
}

// Signal is one operating indicator of an employer by month, oldest first.
type Signal struct {
	Indicator string        `json:"indicator"`
	Months    []civil.Month `json:"months"`
	Values    []float64     `json:"values"`
}

// ProjectRef is a project of an employer.
type ProjectRef struct {
	ID       string `json:"project_id"`
	Name     string `json:"name"`
	Township string `json:"township"`
	Status   string `json:"status"`
	// What is owed to people on it, also by others than the employer; fen.
	OwedFen     int64  `json:"owed_fen"`
	OwedWorkers uint64 `json:"owed_workers"`
}

// ErrUnknownSubject says that the run has never heard of the subject.
var ErrUnknownSubject = errors.New("unknown subject")

// How far back the charts of a subject reach.
const (
	FactDays   = 92
	factMonths = 12
	factRows   = 50 // leads, proceedings, episodes, projects
)

// loadFacts reads a subject from the run's snapshot. The queries are independent and each bounded by the subject.
func (k *Keeper) loadFacts(ctx context.Context, v *View, scope catalog.Scope, id string) (*Facts, error) {
	q := &factQuery{conn: k.conn, run: v.Run, runs: v.Runs, scope: scope, id: id, facts: &Facts{Scope: scope, ID: id}}
	known, err := q.subject(ctx)
	if err != nil {
		return nil, err
	}
	if active := v.WarningsOf[SubjectKey(string(scope), id)]; len(active) > 0 {
		known = true
		if q.facts.Name == "" {
			q.facts.Name = active[0].Name
		}
		if q.facts.Township == "" {
			q.facts.Township = active[0].Township
		}
	}
	if !known {
		return nil, ErrUnknownSubject
	}
	reads := []func(context.Context) error{q.slips, q.leads, q.proceedings, q.episodes, q.odds, q.owedTotal, q.owedKinds, q.owedMonths, q.owedBands, q.closures, q.lastList, q.voices}
	if scope == catalog.Project {
		reads = append(reads, q.project, q.registrations, q.days, q.attendedMonths, q.account, q.unheard, q.feeds)
	} else {
		reads = append(reads, q.employer, q.signals, q.projects)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(4)
	for _, read := range reads {
		group.Go(func() error { return read(ctx) })
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	q.joinMonths()
	q.facts.conclude(v.Run.AsOf)
	return q.facts, nil
}

// parameters of every query about a subject.
func (q *factQuery) parameters() clickhouse.Parameters {
	return clickhouse.Parameters{
		"scope":       string(q.scope),
		"id":          q.id,
		"as_of":       q.run.AsOf.String(),
		"first_day":   q.run.AsOf.AddDays(-FactDays + 1).String(),
		"first_month": (q.run.AsOf.Month() - factMonths + 1).First().String(),
	}
}
