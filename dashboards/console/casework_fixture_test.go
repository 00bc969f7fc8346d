package console

import (
	"context"
	"fmt"

	"github.com/anxin-project/anxin/dashboards/console/pages/casework"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Casework itself is the alerts component's, and its pages are tested with it (cmd/anxin). Here it refuses every step.
var refused = casefile.Refuse("stage", "首问负责", "案件处于“已受理”阶段", "the case is accepted already")

func (m memoryCases) Allowed(casefile.Case, access.Person) []casefile.ActionKind {
	return casework.CaseActions
}

// Remedies are those of the case whose order ran out: non-payment is recorded, the deposit drawn, and the rest as it may come.
func (m memoryCases) Remedies(c casefile.Case, _ access.Person) []casefile.RemedyChoice {
	if c.Order == nil {
		return nil
	}
	var all []casefile.RemedyChoice
	for _, kind := range casefile.Remedies {
		one := casefile.RemedyChoice{Remedy: kind, Taken: c.Taken(kind)}
		switch kind {
		case casefile.NonPayment, casefile.Enforcement:
			one.Refusal = refused
		case casefile.AdditionalCompensation:
			of := casefile.CompensationOf(1_500_000, 50, 100)
			one.Compensation = &of
		}
		all = append(all, one)
	}
	return all
}

func (m memoryCases) ActAll(_ context.Context, _ access.Person, steps []casefile.Step) []casefile.Outcome {
	var all []casefile.Outcome
	for _, one := range steps {
		all = append(all, casefile.Outcome{CaseID: one.CaseID, Err: refused})
	}
	return all
}

// memoryList has one procedure, about the fixture's employer.
type memoryList struct{}

const entryID = employerID + "-1"

var listed = func() casefile.Entry {
	on := asOf.AddDays(-3)
	objected := on.AddDays(1)
	until := on.AddDays(1095)
	return casefile.Entry{
		ID: entryID, Employer: employerID, Name: "浙江恒远建设有限公司", Township: "331024001", County: "331024", Stage: casefile.RemovalRequested, Facts: facts,
		Order: facts.Orders[0], OrderNo: "仙人社监令〔2026〕9号", Persons: []casefile.ListedPerson{{Name: "某甲", Capacity: casefile.LegalRepresentative}},
		ProposedOn: on, Notice: &casefile.Paper{No: "告〔2026〕9号", On: on}, Objection: &casefile.Objection{On: objected, Text: "<b>已付</b>"},
		Decision: &casefile.Paper{No: "决〔2026〕9号", On: on, ByName: "某乙"}, Until: &until, Removal: &casefile.Removal{RequestedOn: on, PromiseNo: "诺1"},
		NewProjects: []casefile.Sighting{{ProjectID: projectID, Name: "滨河安置房二期工程", Township: "331024001", SignedOn: on}},
		Deadlines:   []casefile.Deadline{casefile.DueAfter(casefile.ToRemove, calendar.China(), on, 15, 3, nil).On(asOf)}, Seq: 4,
	}
}()

// owedWages are of a site of 65 workers, with work beside it that has no pay slip.
var owedWages = &casefile.Owed{
	AsOf: asOf, Run: 7, Employer: employerID, EmployerName: "浙江恒远建设有限公司", Warnings: []string{"wages-overdue"},
	Listed:       &casefile.Claim{Workers: 65, AmountFen: 135_800_000, From: asOf.Month() - 3, To: asOf.Month() - 2, Records: []string{"SLIP-1", "SLIP-2"}, Total: 130},
	BelowMinimum: &casefile.Claim{Workers: 2, AmountFen: 31_500, From: asOf.Month() - 3, To: asOf.Month() - 3, Total: 2},
	Estimated:    &casefile.Claim{Workers: 63, AmountFen: 98_765_400, From: asOf.Month() - 3, To: asOf.Month() - 2},
}

// unmetOrder was issued here, and nothing was paid by its date.
var unmetOrder = func() *casefile.Order {
	from := asOf.Month() - 4
	by := casefile.DueAfter(casefile.ToDecide, calendar.China(), asOf.AddDays(-50), 20, 3, nil).On(asOf)
	last := asOf.AddDays(-10)
	return &casefile.Order{Seq: 6, Told: &casefile.PaidByRecords{OrderSeq: 6, AsOf: asOf, Run: 7, Workers: 2, AmountFen: 900_000, LastOn: &last, Slips: 2}, DocumentNo: "监令〔2026〕7号", Employer: lateFirm, EmployerName: "仙居迟办劳务有限公司", IssuedOn: asOf.AddDays(-70), DueOn: asOf.AddDays(-50),
		WageFrom: &from, WageTo: &from, Workers: 4, AmountFen: 2_000_000, PaidFen: 500_000, DecideBy: &by}
}()

// withLastDay is an order with the last day for a decision by it, so many working days after its date.
func withLastDay(o casefile.OrderFact) casefile.OrderFact {
	by := casefile.DueAfter(casefile.ToDecide, calendar.China(), o.DueOn, 20, 3, nil).On(asOf)
	o.DecideBy = &by
	return o
}

var facts = func() casefile.Facts {
	f := casefile.Facts{
		Employer: employerID, Name: "浙江恒远建设有限公司", Township: "331024001", County: "331024", Grounds: []string{casefile.ManyWorkers, casefile.Incident}, Incidents: 1, IncidentIDs: []string{"LEAD-7"},
		Orders:  []casefile.OrderFact{withLastDay(casefile.OrderFact{ID: "O-2026-031", Source: "labor", Scope: "project", ScopeID: projectID, OpenedOn: asOf.AddDays(-40), DueOn: asOf.AddDays(-20), Workers: 12, AmountFen: 3_600_000})},
		Warning: "blacklist-candidate", AsOf: asOf, Run: 7,
	}
	f.Count()
	return f
}()

// lateFirm is a candidate by an order issued here whose time for a decision has passed, and by an incident alone.
const lateFirm = "91331024MA2X0001J7"

var lateFacts = func() casefile.Facts {
	from := asOf.Month() - 5
	f := casefile.Facts{
		Employer: lateFirm, Name: "仙居迟办劳务有限公司", Township: "331024001", County: "331024", Grounds: []string{casefile.Incident}, Incidents: 2,
		Orders: []casefile.OrderFact{withLastDay(casefile.OrderFact{ID: "project:" + projectID + " 监令〔2026〕7号", CaseID: "project:" + projectID, DocumentNo: "监令〔2026〕7号", Scope: "project", ScopeID: projectID,
			OpenedOn: asOf.AddDays(-70), DueOn: asOf.AddDays(-50), WageFrom: &from, WageTo: &from, Workers: 4, AmountFen: 2_000_000, PaidFen: 500_000})},
		AsOf: asOf, Run: 7,
	}
	f.Count()
	return f
}()

// farFacts are of an employer in another county.
var farFacts = casefile.Facts{Employer: "91331002MA2X0002H6", Name: "椒江某某建设有限公司", Township: "331002001", County: "331002", Grounds: []string{casefile.ManyWorkers}, Orders: []casefile.OrderFact{}, AsOf: asOf}

func (memoryList) Entries() []casefile.Entry { return []casefile.Entry{listed} }

func (memoryList) Entry(_ context.Context, id string) (casefile.Entry, []casefile.Event, error) {
	if id != entryID {
		return casefile.Entry{}, nil, fmt.Errorf("entry %s: %w", id, casefile.ErrNotFound)
	}
	at := asOf.Start()
	return listed, []casefile.Event{
		{CaseID: id, Seq: 1, At: at, Actor: "li", Kind: "proposed", Data: []byte(`{"by_name":"李青","order_no":"仙人社监令〔2026〕9号","persons":[{"name":"某甲","capacity":"legal_representative"}]}`)},
		{CaseID: id, Seq: 2, At: at, Actor: "li", Kind: "verified", Reason: "<i>不成立</i>", Data: []byte(`{"by_name":"李青","upheld":false}`)},
		{CaseID: id, Seq: 3, At: at, Actor: casefile.System, Kind: "seen_on_project", Data: []byte(`{"project_id":"` + projectID + `","name":"滨河安置房二期工程"}`)},
	}, nil
}

func (memoryList) Choices(string, access.Person) []casefile.EntryChoice {
	var all []casefile.EntryChoice
	for i, kind := range casework.EntryActions {
		one := casefile.EntryChoice{Kind: kind}
		if i == 0 {
			one.Refusal = refused
		}
		all = append(all, one)
	}
	return all
}

func (memoryList) Candidates(context.Context) ([]*casefile.Facts, error) {
	return []*casefile.Facts{&facts, &lateFacts, &farFacts}, nil
}

func (m memoryList) Candidate(ctx context.Context, employer string) (*casefile.Facts, error) {
	all, err := m.Candidates(ctx)
	for _, f := range all {
		if f.Employer == employer {
			return f, err
		}
	}
	return nil, err
}

func (memoryList) Propose(context.Context, access.Person, string, casefile.EntryAction) (casefile.Entry, error) {
	return casefile.Entry{}, refused
}

func (memoryList) Act(context.Context, access.Person, string, uint32, casefile.EntryAction) (casefile.Entry, error) {
	return casefile.Entry{}, refused
}

func (memoryList) Published() []casefile.Published {
	return []casefile.Published{{Name: "浙江恒远建设有限公司", USCC: employerID, Persons: []casefile.ListedPerson{{Name: "某*", Capacity: casefile.LegalRepresentative}},
		Facts: "拖欠十名以上农民工工资", Workers: 12, AmountFen: 3_600_000, FiguresOn: asOf, DecisionNo: "决〔2026〕9号", DecidedOn: asOf, Until: civil.NewDate(2029, 11, 20), Authority: "仙居县人力资源和社会保障局"}}
}
