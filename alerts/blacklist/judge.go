package blacklist

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// step is what an action asks for: where, by whom, and what it must say.
type step struct {
	event string
	from  []casefile.EntryStage
	roles []access.Role
	says  says
	basis string
}

// says are the fields an action must have.
type says uint8

const (
	reason says = 1 << iota
	number
	promise
	bar
)

const (
	// The rules of the Order are named, not numbered: nothing here depends on the count of its articles.
	order45   = "拖欠农民工工资失信联合惩戒对象名单管理暂行办法（MOHRSS Order 45 of 2021）"
	whoIs     = order45 + "：列入条件（conditions of listing）"
	notice    = order45 + "：告知、陈述申辩和核实（notice, objection, verification）"
	amends    = order45 + "：决定前改正可不予列入（no listing after correction and promise）"
	decision  = order45 + "：列入决定及其期限（decision and its term）"
	sharing   = order45 + "：公布和共享（publication and sharing）"
	early     = order45 + "：提前移出（early removal）"
	revoked   = order45 + "：依据撤销或变更（basis revoked or changed）"
	byDesign  = "办案规程（casework）"
	maxText   = 4000 // characters of each text
	maxPeople = 50
)

var (
	inspectors  = []access.Role{access.Inspector}
	supervisors = []access.Role{access.Supervisor}
	both        = []access.Role{access.Inspector, access.Supervisor}

	undecided = []casefile.EntryStage{casefile.Notified, casefile.Objected, casefile.Verified}
	before    = append([]casefile.EntryStage{casefile.Candidate}, undecided...)
	onList    = []casefile.EntryStage{casefile.Listed, casefile.RemovalRequested}
	sinceThen = append([]casefile.EntryStage{casefile.Decided}, onList...)
)

// steps are all actions but Propose, which begins an entry. What depends on more than stage, role and fields is in
// inOrder.
var steps = map[casefile.EntryActionKind]step{
	casefile.Notify:         {notified, []casefile.EntryStage{casefile.Candidate}, inspectors, number, notice},
	casefile.Object:         {objected, []casefile.EntryStage{casefile.Notified, casefile.Verified}, inspectors, reason, notice},
	casefile.Verify:         {verified, []casefile.EntryStage{casefile.Objected}, inspectors, reason, notice},
	casefile.ExtendDecision: {extended, before, supervisors, reason | number, decision},
	casefile.Correct:        {corrected, append(slices.Clone(before), sinceThen...), both, reason, early},
	casefile.Decide:         {decided, undecided, supervisors, number, decision},
	casefile.DoNotList:      {notListed, before, supervisors, reason, amends},
	casefile.List:           {listed, []casefile.EntryStage{casefile.Decided}, both, 0, sharing},
	casefile.SetBar:         {barSet, sinceThen, both, reason | bar, early},
	casefile.LiftBar:        {barLifted, sinceThen, supervisors, reason, early},
	casefile.RequestRemoval: {removalRequested, []casefile.EntryStage{casefile.Listed}, inspectors, promise, early},
	casefile.DecideRemoval:  {removalDecided, []casefile.EntryStage{casefile.RemovalRequested}, supervisors, number, early},
	casefile.Withdraw:       {withdrawn, append(slices.Clone(before), sinceThen...), supervisors, reason | number, revoked},
}

// judge tells whether a person may take a step on an entry on a day; nil when they may.
func (s *state) judge(cal *calendar.Calendar, by access.Person, a casefile.EntryAction, today civil.Date) *casefile.Refusal {
	step, ok := steps[a.Kind]
	if !ok {
		return casefile.Refuse("invalid", byDesign, "没有这种操作："+string(a.Kind), "there is no action "+string(a.Kind))
	}
	if r := complete(a, step.says, step.basis); r != nil {
		return r
	}
	if r := mayAct(by, step.roles, s.entry.Township, step.basis); r != nil {
		return r
	}
	stage := s.view(cal, today).Stage
	if !slices.Contains(step.from, stage) {
		return casefile.Refuse("stage", step.basis, "处于“"+stage.Title().ZH+"”阶段，不能进行此操作",
			"at the stage "+strings.ToLower(stage.Title().EN)+" there is no "+string(a.Kind))
	}
	return s.inOrder(cal, by, a, today)
}

func complete(a casefile.EntryAction, needs says, basis string) *casefile.Refusal {
	invalid := func(zh, en string) *casefile.Refusal { return casefile.Refuse("invalid", basis, zh, en) }
	blank := func(text string) bool { return strings.TrimSpace(text) == "" }
	switch {
	case needs&reason != 0 && blank(a.Reason):
		return invalid("请写明事实或理由", "give the reason")
	case needs&number != 0 && blank(a.DocumentNo):
		return invalid("请填写文书编号", "give document_no, the document's number")
	case needs&promise != 0 && blank(a.PromiseNo):
		return invalid("须有不再拖欠的书面承诺", "give promise_no: the written promise not to do it again")
	case needs&bar != 0 && a.Bar != casefile.NewArrears && a.Bar != casefile.Criminal && a.Bar != casefile.OtherBar:
		return invalid("请选择不得提前移出的情形", "bar must be new_arrears, criminal or other")
	case len(a.Persons) > maxPeople:
		return invalid("责任人员过多", "too many persons")
	}
	texts := []string{a.Reason, a.DocumentNo, a.PromiseNo, a.OrderNo, a.OrderID, a.Effect, a.LateReason}
	for _, p := range a.Persons {
		if blank(p.Name) || p.Capacity != casefile.LegalRepresentative && p.Capacity != casefile.DirectlyResponsible {
			return invalid("责任人员须有姓名和身份（法定代表人或主要负责人、直接责任人）", "a person needs name and capacity: legal_representative or directly_responsible")
		}
		texts = append(texts, p.Name)
	}
	for _, t := range texts {
		if !utf8.ValidString(t) || utf8.RuneCountInString(t) > maxText {
			return invalid("文字过长或不是 UTF-8（每项不超过 4000 字）", "a text is longer than 4000 characters or not UTF-8")
		}
	}
	return nil
}

func mayAct(by access.Person, roles []access.Role, place, basis string) *casefile.Refusal {
	switch {
	case by.ID == "" || by.ID == casefile.System:
		return casefile.Refuse("nobody", byDesign, "操作须由具名人员进行", "an action needs a named person")
	case !by.Is(roles...):
		return casefile.Refuse("role", basis, "您的岗位不能进行此操作", "your role may not do this")
	case !by.Covers(place):
		return casefile.Refuse("territory", basis, "该用人单位不在您的辖区", "the employer is not in your territory")
	}
	return nil
}

// offer is what a proposal rests on.
type offer struct {
	order   casefile.OrderFact
	orderNo string
	grounds []string // those relied on
}

// propose tells whether an employer may become a candidate: by the facts that the records hold, not by what anybody types.
// That the time for a decision has passed is no bar: who meets the conditions is to be listed, and a late decision is
// recorded as late.
func propose(by access.Person, a casefile.EntryAction, f *casefile.Facts, today civil.Date) (offer, *casefile.Refusal) {
	none := offer{}
	if f == nil {
		return none, casefile.Refuse("no_candidate", whoIs, "最近一次检测和本系统签发的责令均未认定其符合列入条件", "neither the latest run nor an order issued here finds that the employer meets the conditions of listing")
	}
	if r := complete(a, 0, whoIs); r != nil {
		return none, r
	}
	order, r := choose(a, f, today)
	orderNo := strings.TrimSpace(a.OrderNo)
	if orderNo == "" && r == nil {
		orderNo = order.DocumentNo
	}
	if orderNo == "" {
		return none, casefile.Refuse("invalid", whoIs, "请填写责令限期支付文书编号", "give order_no, the number of the order to pay")
	}
	if r := mayAct(by, inspectors, f.Township, whoIs); r != nil {
		return none, r
	}
	grounds, refusal := relied(a, f)
	if refusal != nil {
		return none, refusal
	}
	if !slices.ContainsFunc(a.Persons, func(p casefile.ListedPerson) bool { return p.Capacity == casefile.LegalRepresentative }) {
		return none, casefile.Refuse("no_representative", whoIs, "须写明法定代表人或者主要负责人", "name the legal representative or main person in charge")
	}
	return offer{order, orderNo, grounds}, r
}

// choose is the order that a proposal rests on: the one named, else the one due last, for its term for the decision ends
// last.
func choose(a casefile.EntryAction, f *casefile.Facts, today civil.Date) (casefile.OrderFact, *casefile.Refusal) {
	for _, o := range slices.Backward(f.Orders) {
		if a.OrderID != "" && o.ID != a.OrderID {
			continue
		}
		if o.DueOn >= today {
			return o, casefile.Refuse("order_running", whoIs, "责令支付期限未满", "the order's date has not passed")
		}
		return o, nil
	}
	return casefile.OrderFact{}, casefile.Refuse("no_order", whoIs, "没有逾期未履行的责令支付", "there is no order to pay whose date has passed unmet")
}

// relied are the grounds that a proposal relies on. An incident is one only with its social effect in words: the law lists
// for a serious effect, and an incident alone does not tell it.
func relied(a casefile.EntryAction, f *casefile.Facts) ([]string, *casefile.Refusal) {
	incident := slices.Contains(f.Grounds, casefile.Incident)
	effect := strings.TrimSpace(a.Effect) != ""
	if effect && !incident {
		return nil, casefile.Refuse("no_incident", whoIs, "记录中没有群体性、极端事件，不能以其社会影响为由列入", "the records hold no group or extreme incident: its social effect is no ground")
	}
	var grounds []string
	for _, g := range f.Grounds {
		if _, known := casefile.Ground(g); known && (g != casefile.Incident || effect) {
			grounds = append(grounds, g)
		}
	}
	switch {
	case len(grounds) > 0:
		return grounds, nil
	case incident:
		return nil, casefile.Refuse("no_effect", whoIs, "以群体性、极端事件列入的，须写明造成的严重不良社会影响；仅有事件本身不够",
			"to list by an incident give effect, its serious social effect in words: an incident alone is not enough")
	}
	return nil, casefile.Refuse("no_ground", whoIs, "扣除已支付部分后未达到数额标准，也没有群体性、极端事件", "with what was paid deducted the amount test is not met, and there is no group or extreme incident")
}

// inOrder are the rules of single actions.
func (s *state) inOrder(cal *calendar.Calendar, by access.Person, a casefile.EntryAction, today civil.Date) *casefile.Refusal {
	x := s.entry
	switch a.Kind {
	case casefile.Object:
		last, err := cal.AddWorkdays(x.Notice.On, x.Terms.Object)
		switch {
		case err != nil:
			return uncounted(notice, err)
		case today > last:
			return casefile.Refuse("too_late", notice, "陈述申辩期已于"+last.String()+"届满", "the time to object ended on "+last.String())
		}
	case casefile.ExtendDecision:
		if x.Extension != nil {
			return casefile.Refuse("extended_already", decision, "决定期限只能延长一次", "the time to decide is extended only once")
		}
		if r := s.other(by); r != nil {
			return r
		}
		return s.extendable(cal, today)
	case casefile.Decide:
		if r := s.other(by); r != nil {
			return r
		}
		if r := s.heard(cal, today); r != nil {
			return r
		}
		return s.explained(cal, a, today)
	case casefile.Correct:
		switch {
		case x.CorrectedOn != nil:
			return casefile.Refuse("corrected_already", early, "改正已经记录", "the correction is recorded already")
		case x.Decision == nil && strings.TrimSpace(a.PromiseNo) == "":
			return casefile.Refuse("no_promise", amends, "决定前改正的，还须书面承诺不再违反", "before the decision a correction needs a written promise too (promise_no)")
		}
	case casefile.LiftBar:
		if !s.liftable() {
			return casefile.Refuse("no_bar", early, "没有可以解除的情形：再次拖欠在期限内一直有效", "nothing to lift: only criminal proceedings that ended without guilt are; new arrears bar for the whole term")
		}
	case casefile.RequestRemoval:
		return s.removable(today)
	case casefile.DecideRemoval:
		if by.ID == x.Removal.RecordedBy {
			return samePerson(early)
		}
		if a.Granted { // a bar may have come meanwhile; a refusal is always possible
			return s.removable(today)
		}
		if strings.TrimSpace(a.Reason) == "" {
			return casefile.Refuse("invalid", early, "不予移出须说明理由", "give the reason for refusing the removal")
		}
	}
	return nil
}

// liftable reports whether there is a bar that can be lifted: criminal proceedings, should they end without guilt.
func (s *state) liftable() bool {
	return slices.ContainsFunc(s.entry.Bars, func(b casefile.Bar) bool { return b.Kind == casefile.Criminal && b.LiftedOn == nil })
}

// other holds who approves and decides apart from who has handled the entry: four eyes.
func (s *state) other(by access.Person) *casefile.Refusal {
	if slices.Contains(s.handled, by.ID) {
		return samePerson(decision)
	}
	return nil
}

func samePerson(basis string) *casefile.Refusal {
	return casefile.Refuse("same_person", basis, "经办人不能自行审批、决定", "who has handled it cannot approve or decide it too: another supervisor must")
}

// heard: no decision before the party's time to object has ended, or the objection was verified.
func (s *state) heard(cal *calendar.Calendar, today civil.Date) *casefile.Refusal {
	x := s.entry
	if x.Objection != nil {
		if x.Objection.VerifiedOn == nil {
			return casefile.Refuse("not_verified", notice, "陈述申辩尚未核实", "the objection has not been verified")
		}
		return nil
	}
	last, err := cal.AddWorkdays(x.Notice.On, x.Terms.Object)
	switch {
	case err != nil:
		return uncounted(notice, err)
	case today <= last:
		return casefile.Refuse("too_early", notice, "陈述申辩期至"+last.String()+"，期满后方可决定", "the party may object until "+last.String()+": decide after it")
	}
	return nil
}

// extendable: more time is approved while the time runs. Once it has passed there is nothing to extend: the decision is
// taken all the same, and is late.
func (s *state) extendable(cal *calendar.Calendar, today civil.Date) *casefile.Refusal {
	last, err := s.decideBy(cal)
	switch {
	case err != nil:
		return uncounted(decision, err)
	case today > last:
		return casefile.Refuse("too_late", decision, "决定期限已于"+last.String()+"届满，不能再延长；仍可作出决定，记为迟延并写明原因",
			"the time to decide ended on "+last.String()+" and is not extended any more: decide, with late_reason, and it is recorded as late")
	}
	return nil
}

// explained: whoever meets the conditions is to be listed, so a decision after its term stands. It is recorded as late, with
// the reason of the supervisor who takes it. So is one of which nobody can count whether it is late.
func (s *state) explained(cal *calendar.Calendar, a casefile.EntryAction, today civil.Date) *casefile.Refusal {
	if strings.TrimSpace(a.LateReason) != "" || !s.late(cal, today) {
		return nil
	}
	last, err := s.decideBy(cal)
	if err != nil {
		return casefile.Refuse("late_reason", decision, "决定期限无法计算（"+err.Error()+"），不能确认是否迟延：请写明作出决定的时间理由",
			"whether the decision is late cannot be counted ("+err.Error()+"): give late_reason, why it is taken now")
	}
	return casefile.Refuse("late_reason", decision, "决定期限已于"+last.String()+"届满：迟延作出的决定仍然有效，须由负责人写明迟延原因",
		"the time to decide ended on "+last.String()+": a late decision stands, with late_reason, why it is late")
}

// decideBy is the last day for the decision.
func (s *state) decideBy(cal *calendar.Calendar) (civil.Date, error) {
	return cal.AddWorkdays(s.entry.Order.DueOn, s.decideDays())
}

// late reports whether a decision on a day comes after its term, or may: one that cannot be counted is not known to be in
// time.
func (s *state) late(cal *calendar.Calendar, today civil.Date) bool {
	last, err := s.decideBy(cal)
	return err != nil || today > last
}

// removable: the conditions of an early removal. The months on the list count from the correction, and from the decision
// when that came later; they must be over.
func (s *state) removable(today civil.Date) *casefile.Refusal {
	x := s.entry
	if x.CorrectedOn == nil {
		return casefile.Refuse("not_corrected", early, "尚未改正违法行为", "the violation has not been corrected")
	}
	if r := barred(x.Bars); r != nil {
		return r
	}
	months := x.Terms.RemovalMonths
	last := after(max(*x.CorrectedOn, x.Decision.On), 0, months)
	if today <= last {
		return casefile.Refuse("too_early", early, fmt.Sprintf("改正后列入名单未满%d个月，%s届满", months, last),
			fmt.Sprintf("not yet %d months on the list since the correction: they end on %s", months, last))
	}
	return nil
}

func barred(bars []casefile.Bar) *casefile.Refusal {
	for _, b := range bars {
		if b.LiftedOn == nil {
			return casefile.Refuse("barred", early, "有不得提前移出的情形："+b.Reason, "barred from early removal ("+string(b.Kind)+")")
		}
	}
	return nil
}

func uncounted(basis string, err error) *casefile.Refusal {
	return casefile.Refuse("deadline_unknown", basis, "工作日历缺少节假日安排，期限无法计算："+err.Error(), "the deadline cannot be counted: "+err.Error())
}

// choices are the actions open to a person on a day, as far as role, place and stage decide, each with what else forbids it.
func (s *state) choices(cal *calendar.Calendar, by access.Person, today civil.Date) []casefile.EntryChoice {
	var all []casefile.EntryChoice
	stage := s.view(cal, today).Stage
	for kind, step := range steps {
		if mayAct(by, step.roles, s.entry.Township, step.basis) != nil || !slices.Contains(step.from, stage) {
			continue
		}
		if kind == casefile.LiftBar && !s.liftable() {
			continue // nothing to act on
		}
		filled := casefile.EntryAction{Kind: kind, Reason: "-", DocumentNo: "-", PromiseNo: "-", Bar: casefile.OtherBar, LateReason: "-"}
		all = append(all, casefile.EntryChoice{Kind: kind, Refusal: s.judge(cal, by, filled, today)})
	}
	slices.SortFunc(all, func(a, b casefile.EntryChoice) int { return cmp.Compare(a.Kind, b.Kind) })
	return all
}

// Sees reports whether a person may read an entry: those who act on them, the auditor not.
func Sees(by access.Person, e casefile.Entry) bool {
	return access.Allow(&by, access.Discipline, e.Object())
}
