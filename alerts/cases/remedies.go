package cases

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// remedyRule is who may take a remedy, what they must say, and what must have come before.
type remedyRule struct {
	roles   []access.Role
	needs   []need
	project bool // only for a project: there is no deposit, and nobody else answers, without one
	heard   bool // the firm is heard first
	once    bool // for each order
	capped  bool // not more than is unpaid
}

var (
	// What the labour inspection regulation and Reg. 41 and 42 give to human resources alone.
	inspectors = []access.Role{access.Inspector, access.Supervisor}

	day0     = need{"due_on", func(a casefile.Action) bool { return a.DueOn != nil }, "请填写履行期限", "give due_on, the last day to obey"}
	heard    = need{"heard_on", func(a casefile.Action) bool { return a.HeardOn != nil }, "请填写听取陈述申辩的日期", "give heard_on, the day on which the firm was heard"}
	advancer = need{"advancer", func(a casefile.Action) bool { return slices.Contains(casefile.Advancers, a.Advancer) }, "请选择由谁先行支付", "say who advances: developer or general_contractor"}
	sum      = need{"amount_fen", func(a casefile.Action) bool { return a.AmountFen > 0 }, "请填写金额，须大于 0", "give the amount, above 0"}
	taken    = need{"remedy_no", func(a casefile.Action) bool { return a.RemedyNo > 0 }, "请指明所依据的措施", "name the remedy by the number of its event"}
)

var remedyRules = map[casefile.Remedy]remedyRule{
	casefile.NonPayment:             {roles: handlers, once: true},
	casefile.Demand:                 {roles: handlers, needs: []need{number, day0}},
	casefile.AdditionalCompensation: {roles: inspectors, needs: []need{number, amount, day0, heard}, heard: true, once: true},
	casefile.DepositDraw:            {roles: inspectors, needs: []need{number, amount}, project: true, capped: true},
	casefile.AdvancePayment:         {roles: officers, needs: []need{number, amount, day0, advancer}, project: true, capped: true},
	casefile.EmergencyFund:          {roles: leaders, needs: []need{number, amount}},
	casefile.AdministrativeDecision: {roles: inspectors, needs: []need{number, day0, heard}, heard: true, once: true},
	casefile.Enforcement:            {roles: inspectors, needs: []need{number, sum}, once: true, capped: true},
	casefile.Referral:               {roles: inspectors, needs: []need{number}, once: true},
}

// mayTake tells whether a remedy can be taken by a person now, before anybody has filled in anything.
func mayTake(c casefile.Case, by access.Person, kind casefile.Remedy, today civil.Date) *casefile.Refusal {
	rule, basis := remedyRules[kind], kind.Basis()
	o := c.Order
	switch {
	case o == nil:
		return casefile.Refuse("no_order", basis, "尚未责令限期支付", "no order to pay was issued")
	case today <= o.DueOn:
		return casefile.Refuse("order_running", basis, "责令支付的期限未满（"+o.DueOn.String()+"）", "the order's date has not passed yet ("+o.DueOn.String()+")")
	case o.UnpaidFen() == 0:
		return casefile.Refuse("order_met", basis, "责令支付的金额已付清", "what was ordered has been paid")
	case kind != casefile.NonPayment && len(c.Taken(casefile.NonPayment)) == 0:
		return casefile.Refuse("non_payment_first", "Labour Inspection Regulation 26", "须先核查并记录未履行", "first check and record that the order was not obeyed")
	case rule.project && c.Scope != catalog.Project:
		return casefile.Refuse("project_only", basis, "仅适用于工程建设项目的案件", "this is for the case of a construction project")
	case rule.once && len(c.Taken(kind)) > 0:
		return casefile.Refuse("taken_already", basis, "本次责令已采取该措施", "it was taken already for this order")
	}
	if kind == casefile.Enforcement {
		if r := mayEnforce(c, today); r != nil {
			return r
		}
	}
	return mayAct(c, by, step{roles: rule.roles, basis: basis})
}

// mayEnforce: a decision that was not obeyed, and a demand whose time has passed.
func mayEnforce(c casefile.Case, today civil.Date) *casefile.Refusal {
	decisions, demands := c.Taken(casefile.AdministrativeDecision), c.Taken(casefile.Demand)
	switch {
	case len(decisions) == 0:
		return casefile.Refuse("decision_first", "Reg. 42", "须先作出行政处理决定", "first an administrative decision is taken")
	case today <= *decisions[len(decisions)-1].DueOn:
		return casefile.Refuse("decision_running", "Reg. 42", "行政处理决定的履行期限未满", "the time to obey the administrative decision has not passed yet")
	case len(demands) == 0:
		return casefile.Refuse("demand_first", "Administrative Compulsion Law 54", "须先催告", "first a demand is served")
	case today <= *demands[len(demands)-1].DueOn:
		return casefile.Refuse("demand_running", "Administrative Compulsion Law 54", "催告的履行期限未满", "the time of the demand has not passed yet")
	}
	return nil
}

// takeRemedy are the rules of taking one.
func takeRemedy(c casefile.Case, by access.Person, a casefile.Action, terms Terms, today civil.Date) *casefile.Refusal {
	kind := a.Remedy
	if !kind.Known() {
		return casefile.Refuse("invalid", byDesign, "没有这种措施", "there is no such remedy to take in a case")
	}
	rule, basis := remedyRules[kind], kind.Basis()
	if r := mayTake(c, by, kind, today); r != nil {
		return r
	}
	for _, n := range rule.needs {
		if !n.ok(a) {
			return casefile.Refuse("invalid", basis, n.zh, n.field+": "+n.en)
		}
	}
	switch {
	case a.DueOn != nil && *a.DueOn <= today:
		return casefile.Refuse("due_date", basis, "履行期限须晚于今天", "the last day must be after today")
	case kind == casefile.Demand && *a.DueOn < today.AddDays(terms.DemandDays):
		return casefile.Refuse("demand_short", basis, fmt.Sprintf("催告的履行期限不少于 %d 日", terms.DemandDays), fmt.Sprintf("a demand gives at least %d days", terms.DemandDays))
	case rule.heard && *a.HeardOn > today:
		return casefile.Refuse("heard_first", "Labour Inspection Regulation 19", "作出决定前，应当听取用人单位的陈述、申辩", "the firm is heard before the decision")
	case rule.capped && a.AmountFen > c.Order.UnpaidFen():
		return casefile.Refuse("more_than_unpaid", basis, "金额不能超过尚未支付的工资", "the amount is more than the wages still unpaid")
	case a.Employer != "" && !creditCode.MatchString(a.Employer):
		return casefile.Refuse("invalid", basis, "单位须填 18 位统一社会信用代码", "a firm is a unified social credit code of 18 characters")
	}
	if kind == casefile.AdditionalCompensation {
		if of := compensation(c, terms); a.AmountFen < of.LeastFen || a.AmountFen > of.MostFen {
			return casefile.Refuse("compensation_range", basis,
				fmt.Sprintf("加付赔偿金应为应付金额 %s 元的 %d%% 至 %d%%：%s 元至 %s 元", yuan(of.BaseFen), of.Least, of.Most, yuan(of.LeastFen), yuan(of.MostFen)),
				fmt.Sprintf("additional compensation is %d to %d%% of the %s yuan that were to be paid: %s to %s yuan", of.Least, of.Most, yuan(of.BaseFen), yuan(of.LeastFen), yuan(of.MostFen)))
		}
	}
	return nil
}

// compensation is the range in a case: a share of what was unpaid when non-payment was recorded.
func compensation(c casefile.Case, terms Terms) casefile.Compensation {
	base := c.Order.UnpaidFen()
	if recorded := c.Taken(casefile.NonPayment); len(recorded) > 0 {
		base = recorded[len(recorded)-1].AmountFen
	}
	return casefile.CompensationOf(base, terms.CompensationLeast, terms.CompensationMost)
}

// settleRemedy are the rules of recording what a remedy brought.
func settleRemedy(c casefile.Case, a casefile.Action) *casefile.Refusal {
	r, ok := c.TakenNo(a.RemedyNo)
	basis := r.Remedy.Basis()
	switch {
	case !ok:
		return casefile.Refuse("no_remedy", byDesign, "没有这一措施", "no remedy of this case has that number")
	case a.Kind == casefile.PayByRemedy && !r.Remedy.Pays():
		return casefile.Refuse("pays_nothing", basis, "该措施不支付款项", "nothing is paid by this remedy")
	case a.Kind == casefile.PayByRemedy && r.PaidFen+a.AmountFen > r.AmountFen:
		return casefile.Refuse("more_than_asked", basis, "支付金额超过该措施的金额", "more was paid than the remedy is for")
	case a.Kind == casefile.PayByRemedy && r.Remedy != casefile.AdditionalCompensation && !r.LivingCosts && r.OrderSeq != c.Order.GetSeq():
		return casefile.Refuse("other_order", basis, "该措施属于以前的责令", "the remedy follows an earlier order")
	case a.Kind == casefile.RecoverRemedy && !r.Remedy.Advances():
		return casefile.Refuse("nothing_advanced", basis, "该措施没有垫付款项", "nothing was advanced by this remedy")
	case a.Kind == casefile.RecoverRemedy && r.RecoveredFen+a.AmountFen > r.PaidFen:
		return casefile.Refuse("more_than_advanced", basis, "追回（补足）金额超过已垫付金额", "more would be recovered than was advanced")
	}
	return nil
}

// takeRemedy adds a remedy to the case.
func (w *work) takeRemedy(a actionData, e casefile.Event, on civil.Date) {
	r := casefile.TakenRemedy{
		Seq: e.Seq, Remedy: a.Remedy, DocumentNo: a.DocumentNo, On: on, DueOn: a.DueOn, By: e.Actor, ByName: a.ByName, Reason: e.Reason, Advancer: a.Advancer,
		Firm: a.Employer, FirmName: a.EmployerName, HeardOn: a.HeardOn, LivingCosts: a.LivingCosts, RecordID: a.RecordID, Workers: a.Workers, AmountFen: a.AmountFen, UnpaidFen: a.UnpaidFen, TopUpDays: a.Workdays,
	}
	if w.order != nil {
		r.OrderSeq = w.order.Seq
	}
	w.remedies = append(w.remedies, r)
	if a.Remedy == casefile.Referral {
		w.paths = append(w.paths, casefile.CriminalReferral)
	}
}

// settleRemedy adds what a remedy brought. Wages that reached workers count to the order, too.
func (w *work) settleRemedy(a actionData, paid bool, on civil.Date) {
	i := slices.IndexFunc(w.remedies, func(r casefile.TakenRemedy) bool { return r.Seq == a.RemedyNo })
	if i < 0 {
		return
	}
	r := &w.remedies[i]
	if !paid {
		r.RecoveredFen += a.AmountFen
		if r.RecoveredFen >= r.PaidFen {
			w.restored[r.Seq] = on
		}
		return
	}
	r.PaidFen, r.PaidWorkers = r.PaidFen+a.AmountFen, max(r.PaidWorkers, a.Workers)
	if r.PaidFen >= r.AmountFen {
		w.obeyed[r.Seq] = on
	}
	if r.Remedy != casefile.AdditionalCompensation && !r.LivingCosts {
		w.pay(a, on)
	}
}

// completed fills in what casework knows of a remedy that is taken.
func (s *Store) completed(data *actionData, c casefile.Case, terms Terms) {
	data.UnpaidFen = c.Order.UnpaidFen()
	switch data.Remedy {
	case casefile.NonPayment:
		data.AmountFen, data.Workers = c.Order.UnpaidFen(), cmp.Or(data.Workers, c.Order.Workers)
	case casefile.AdministrativeDecision:
		data.AmountFen, data.Workers = cmp.Or(data.AmountFen, c.Order.UnpaidFen()), cmp.Or(data.Workers, c.Order.Workers)
	case casefile.DepositDraw:
		data.Workdays = terms.TopUp
	}
	if data.Remedy != casefile.AdvancePayment {
		data.Employer, data.EmployerName = c.Binds(cmp.Or(data.Employer, c.Order.Employer), cmp.Or(data.EmployerName, c.Order.EmployerName))
	}
}

// Remedies are the remedies of a case as they stand for a person today, in the order in which they are offered; none without an
// order whose date has passed.
func (s *Store) Remedies(c casefile.Case, by access.Person) []casefile.RemedyChoice {
	today := s.today()
	if c.Order == nil || today <= c.Order.DueOn {
		return nil
	}
	var all []casefile.RemedyChoice
	for _, kind := range casefile.Remedies {
		one := casefile.RemedyChoice{Remedy: kind, Taken: c.Taken(kind)}
		if kind.Known() {
			s := steps[casefile.TakeRemedy]
			one.Refusal = mayTake(c, by, kind, today)
			if one.Refusal == nil {
				one.Refusal = atStage(c, casefile.Action{Kind: casefile.TakeRemedy}, s)
			}
		}
		if kind == casefile.AdditionalCompensation {
			of := compensation(c, s.terms(c.Territory, today))
			one.Compensation = &of
		}
		all = append(all, one)
	}
	return all
}

// yuan writes fen as yuan.
func yuan(fen int64) string { return fmt.Sprintf("%d.%02d", fen/100, fen%100) }
