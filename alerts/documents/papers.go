package documents

import (
	"cmp"
	"fmt"
	"strconv"

	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// The papers of a case beside the order. Those of a remedy have its name.
const (
	Filing      Kind = "filing"      // 立案审批表
	Questioning Kind = "questioning" // 调查询问通知书
	Closing     Kind = "closing"     // 结案审批表
)

// caseTitles are the papers of a case in the order of its page.
var caseTitles = []struct {
	kind  Kind
	title string
}{
	{Filing, "劳动保障监察立案审批表"},
	{Questioning, "劳动保障监察调查询问通知书"},
	{Order, "责令限期支付决定书"},
	{Kind(casefile.Demand), "催告书"},
	{Kind(casefile.AdditionalCompensation), "责令加付赔偿金决定书"},
	{Kind(casefile.DepositDraw), "动用工资保证金通知书"},
	{Kind(casefile.AdvancePayment), "先行支付农民工工资通知书"},
	{Kind(casefile.EmergencyFund), "应急周转金动用审批表"},
	{Kind(casefile.AdministrativeDecision), "劳动保障监察行政处理决定书"},
	{Kind(casefile.Enforcement), "强制执行申请书"},
	{Kind(casefile.Referral), "涉嫌犯罪案件移送书"},
	{Closing, "劳动保障监察结案审批表"},
}

// Annex is the list of workers that goes with a paper: masked, by the pay slips, without estimates.
type Annex struct {
	AsOf    civil.Date
	Run     uint64
	Workers []AnnexWorker
}

// AnnexWorker is one line of it.
type AnnexWorker struct {
	Name     string // masked
	Team     string
	From, To civil.Month
	OwedFen  int64
}

// TotalFen is what the list comes to.
func (a Annex) TotalFen() (sum int64) {
	for _, w := range a.Workers {
		sum += w.OwedFen
	}
	return sum
}

// caseData is what a paper of a case is drawn up from; what nobody has decided yet is a blank.
type caseData struct {
	casefile.Case
	Order            *casefile.Order // never nil: without one its figures are blanks
	Title, No        string
	County           string
	Employer, Called string
	They             bool // the paper speaks of the firm to somebody else
	Figures          *casefile.Owed
	Warnings         []string
	Handler          string
	Annex            *Annex

	// Of the remedy that the paper is of.
	On, Until, Heard  *civil.Date
	Reason            string
	Workers           uint32
	AmountFen         int64
	BaseFen           int64
	Share             string // of the base, in percent
	TopUpDays         int
	Developer, Living bool
	Decided, Demanded *casefile.TakenRemedy
	PaidTotal         int64
}

// ErrNotYet says that a case has nothing yet that such a paper could state.
var ErrNotYet = fmt.Errorf("the paper's step has not been taken: %w", casefile.ErrNotFound)

// OfStep draws up a paper of a case: of the remedy with a number, where the paper is of one. handler is who is in charge.
func (p *Papers) OfStep(kind Kind, c casefile.Case, seq uint32, handler string, annex *Annex) ([]byte, error) {
	if kind == Order {
		return p.OfCase(c, annex)
	}
	d := caseData{Case: c, County: countyOf(c), Figures: c.Owed.ByRecords(), Handler: handler, Annex: annex, PaidTotal: c.PaidFen}
	for _, one := range caseTitles {
		if one.kind == kind {
			d.Title = one.title
		}
	}
	if d.Title == "" {
		return nil, fmt.Errorf("paper %s: %w", kind, casefile.ErrNotFound)
	}
	d.Employer, d.Called = c.Binds("", "")
	d.Order = c.Order
	if o := c.Order; o != nil {
		d.Employer, d.Called = c.Binds(o.Employer, o.EmployerName)
	} else {
		d.Order = &casefile.Order{}
	}
	if d.Figures != nil {
		for _, detector := range d.Figures.Warnings {
			d.Warnings = append(d.Warnings, called(p.names.Detectors, detector))
		}
	}
	switch kind {
	case Filing:
		d.No = c.FileNo
	case Questioning, Closing:
		d.Annex = nil
	default:
		taken, ok := c.TakenNo(seq)
		if !ok || Kind(taken.Remedy) != kind || taken.OrderSeq != c.Order.GetSeq() {
			return nil, ErrNotYet
		}
		d.remedy(c, taken)
	}
	return p.draw(kind, d)
}

// remedy fills in what was decided.
func (d *caseData) remedy(c casefile.Case, r casefile.TakenRemedy) {
	on, order := r.On, *c.Order
	order.PaidFen = order.AmountFen - r.UnpaidFen // a copy states what was true when it was issued
	d.Order = &order
	d.No, d.On, d.Until, d.Heard, d.Reason = r.DocumentNo, &on, r.DueOn, r.HeardOn, r.Reason
	d.Workers, d.AmountFen, d.TopUpDays, d.Living = r.Workers, r.AmountFen, r.TopUpDays, r.LivingCosts
	d.They = r.Remedy == casefile.Enforcement || r.Remedy == casefile.Referral || r.Remedy == casefile.AdvancePayment
	if r.Remedy == casefile.AdvancePayment {
		d.Employer, d.Called, d.Developer = r.Firm, r.FirmName, r.Advancer == casefile.ByDeveloper
	}
	latest := func(kind casefile.Remedy) (last *casefile.TakenRemedy) { // before this one
		for _, one := range c.Taken(kind) {
			if one.Seq < r.Seq {
				last = &one
			}
		}
		return last
	}
	d.Decided, d.Demanded = latest(casefile.AdministrativeDecision), latest(casefile.Demand)
	if r.Remedy == casefile.Demand && d.Decided != nil && r.On <= *d.Decided.DueOn {
		d.Decided = nil // it may still be obeyed
	}
	if found := latest(casefile.NonPayment); found != nil {
		d.BaseFen = found.AmountFen
	}
	if d.BaseFen = cmp.Or(d.BaseFen, r.UnpaidFen); d.BaseFen > 0 {
		d.Share = strconv.FormatFloat(float64(d.AmountFen)/float64(d.BaseFen)*100, 'f', 2, 64) + "%"
	}
}

func countyOf(c casefile.Case) string { return c.Territory[:min(6, len(c.Territory))] }
