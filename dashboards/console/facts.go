package console

import (
	"context"
	"errors"

	"github.com/ClickHouse/clickhouse-go/v2"
	"golang.org/x/sync/errgroup"

	"github.com/anxin-project/anxin/internal/catalog"
	"github.com/anxin-project/anxin/internal/civil"
)

// Facts are what the run's snapshot knows about a project or employer. Workers are counts only.
type Facts struct {
	Scope                          catalog.Scope
	ID, Name, Township, Sector     string
	Project                        *ProjectFacts
	Employer                       *EmployerFacts
	Registered, Present, Contracts uint64 // people ever registered, still there, and of these with a labour contract
	Days                           []DayFacts
	Months                         []MonthFacts
	Account                        []AccountMonth
	Leads                          []Lead
	Proceedings                    []Proceeding
	Signals                        []Signal
	Projects                       []ProjectRef // of an employer as general contractor
	Episodes                       []*Warning   // open and closed, newest first
}

// ProjectFacts is a construction project as its registry describes it.
type ProjectFacts struct {
	Investment, DeveloperID, ContractorID, ContractorName, Status string
	ContractFen                                                   int64
	SignedOn                                                      civil.Date
	PermitOn, StartedOn, CompletedOn                              *civil.Date
	PayDay, LaborCostDay                                          uint8
	LaborCostFen                                                  int64
	AccountOpenedOn, AccountClosedOn                              *civil.Date
	DepositForm                                                   string
	DepositFen                                                    int64
	DepositLodgedOn, DepositValidUntil                            *civil.Date
	PaymentGuarantee, NoticeBoard, LaborOfficer                   bool
}

// EmployerFacts is an employer as its registry describes it, without its people.
type EmployerFacts struct {
	Industry, Status string
	Headcount        *uint32
}

// DayFacts is how many people worked on a day.
type DayFacts struct {
	On      civil.Date
	Workers uint64
}

// MonthFacts is a wage month: work done, wages due and paid.
type MonthFacts struct {
	Month                        civil.Month
	Attended                     uint64 // people with at least one worked day
	Workers, UnpaidWorkers       uint64 // people with a pay slip, and with an unpaid part
	PayableFen, PaidFen, OpenFen int64
	DueBy                        *civil.Date
}

// AccountMonth is a month of the wage account; BalanceFen is the bank's figure after the last entry.
type AccountMonth struct {
	Month                         civil.Month
	FundedFen, WagesFen, OtherFen int64 // OtherFen left the account for anything but wages
	BalanceFen                    int64
	Frozen                        bool
}

// Lead is an arrears lead (欠薪线索).
type Lead struct {
	Source, ID, Channel, Status, Incident string
	Workers                               uint32
	AmountFen                             int64
	ReceivedOn, StatusOn                  civil.Date
	ResolvedOn                            *civil.Date
	Open                                  bool
}

// Proceeding is an order, mediation, arbitration, court or police matter.
type Proceeding struct {
	Source, ID, Kind, Outcome string
	Workers                   uint32
	AmountFen                 int64
	OpenedOn                  civil.Date
	DueOn, ClosedOn           *civil.Date
}

// Signal is one operating indicator of an employer by month, oldest first.
type Signal struct {
	Indicator string
	Months    []civil.Month
	Values    []float64
}

// ProjectRef is a project of an employer.
type ProjectRef struct {
	ID, Name, Township, Status string
}

// errUnknownSubject says that the run has never heard of the subject.
var errUnknownSubject = errors.New("unknown subject")

// How far back the charts of a subject reach.
const (
	factDays   = 92
	factMonths = 12
	factRows   = 50 // leads, proceedings, episodes, projects
)

// loadFacts reads a subject from the run's snapshot. The queries are independent and each bounded by the subject.
func (c *Console) loadFacts(ctx context.Context, v *View, scope catalog.Scope, id string) (*Facts, error) {
	q := &factQuery{conn: c.conn, run: v.Run, runs: v.runs, scope: scope, id: id, facts: &Facts{Scope: scope, ID: id}}
	known, err := q.subject(ctx)
	if err != nil {
		return nil, err
	}
	if active := v.subject[subjectKey(string(scope), id)]; len(active) > 0 {
		known = true
		if q.facts.Name == "" {
			q.facts.Name = active[0].Name
		}
		if q.facts.Township == "" {
			q.facts.Township = active[0].Township
		}
	}
	if !known {
		return nil, errUnknownSubject
	}
	reads := []func(context.Context) error{q.slips, q.leads, q.proceedings, q.episodes}
	if scope == catalog.Project {
		reads = append(reads, q.project, q.registrations, q.days, q.attendedMonths, q.account)
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
	return q.facts, nil
}

// parameters of every query about a subject.
func (q *factQuery) parameters() clickhouse.Parameters {
	return clickhouse.Parameters{
		"scope":       string(q.scope),
		"id":          q.id,
		"as_of":       q.run.AsOf.String(),
		"first_day":   q.run.AsOf.AddDays(-factDays + 1).String(),
		"first_month": (q.run.AsOf.Month() - factMonths + 1).First().String(),
	}
}
