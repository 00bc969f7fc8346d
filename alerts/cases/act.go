package cases

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/region"
)

// step is what an action asks for and leads to.
type step struct {
	event casefile.Kind
	from  []casefile.Stage // nil: any
	to    casefile.Stage   // empty: the stage stays, or depends on more than the action (Fold)
	roles []access.Role
	needs []need
	basis string
}

// need is something an action must say; zero values are what was left out.
type need struct {
	field  string
	ok     func(casefile.Action) bool
	zh, en string
}

var (
	handlers = []access.Role{access.Inspector, access.DepartmentOfficer}
	leaders  = []access.Role{access.Supervisor}
	officers = append(slices.Clone(handlers), leaders...)
	everyone = append(slices.Clone(officers), access.TownshipHead)

	accepted = []casefile.Stage{casefile.Accepted, casefile.Investigating, casefile.Talks, casefile.Ordered}
	underWay = append([]casefile.Stage{casefile.Open}, accepted...)
	notEnded = append(slices.Clone(underWay), casefile.Paid)
	filed    = []casefile.Stage{casefile.Investigating, casefile.Talks, casefile.Ordered}
)

var (
	reason = need{"reason", func(a casefile.Action) bool { return strings.TrimSpace(a.Reason) != "" }, "请写明理由", "give a reason"}
	number = need{"document_no", func(a casefile.Action) bool { return strings.TrimSpace(a.DocumentNo) != "" }, "请填写文书编号", "give the document's number"}
	amount = need{"amount_fen", func(a casefile.Action) bool { return a.AmountFen > 0 && a.Workers > 0 }, "请填写人数和金额，均须大于 0", "give the number of workers and the amount, both above 0"}
	target = need{"department, territory", func(a casefile.Action) bool {
		return (a.Department != "" || a.Territory != "") && (a.Department == "" || slices.Contains(casefile.Departments, a.Department)) &&
			(a.Territory == "" || division.MatchString(a.Territory) && region.Name(a.Territory) != "")
	}, "请指明转往的部门或地区代码（6 或 9 位，须为现有区划）", "name a department, or a territory there is by its code of 6 or 9 digits"}
	dueOn    = need{"due_on", func(a casefile.Action) bool { return a.DueOn != nil }, "请填写支付期限", "give due_on, the last day to pay"}
	path     = need{"path", func(a casefile.Action) bool { return a.Path.Known() }, "请选择程序", "name one of the side paths"}
	assignee = need{"assignee", func(a casefile.Action) bool { return a.Assignee != "" }, "请指明承办人", "name the person in charge"}
	file     = need{"file", func(a casefile.Action) bool {
		return a.File != nil && a.File.Name != "" && a.File.KeptAt != "" && digest.MatchString(a.File.SHA256)
	}, "请填写文件名、SHA-256（64 位小写十六进制）和存放处", "give the file's name, its SHA-256 (64 lower-case hexadecimal digits) and where it is kept"}

	division = regexp.MustCompile(`^[0-9]{6}([0-9]{3})?$`)
	digest   = regexp.MustCompile(`^[0-9a-f]{64}$`)

	creditCode = regexp.MustCompile(`^[0-9A-HJ-NPQRTUWXY]{18}$`) // GB 32100-2015, without its check character
)

const (
	firstAsked = "Reg. 10（首问负责）"
	inspection = "劳动保障监察条例 17（Labour Inspection Regulation 17）"
	byDesign   = "办案规程（casework）"
	crime      = "刑法 276 之一；法释〔2013〕3号（Criminal Law 276-1）"
)

// steps are all actions. What depends on more than stage, role and fields is in Judge.
var steps = map[casefile.ActionKind]step{
	casefile.Accept:        {casefile.WasAccepted, []casefile.Stage{casefile.Open}, casefile.Accepted, handlers, nil, firstAsked},
	casefile.PassOn:        {casefile.WasPassedOn, underWay, casefile.Open, officers, []need{reason, target}, firstAsked},
	casefile.Investigate:   {casefile.WasFiled, []casefile.Stage{casefile.Accepted}, casefile.Investigating, handlers, nil, inspection},
	casefile.Extend:        {casefile.WasExtended, filed, "", leaders, []need{reason}, inspection},
	casefile.HoldTalks:     {casefile.TalksHeld, []casefile.Stage{casefile.Investigating, casefile.Talks}, casefile.Talks, officers, []need{reason}, byDesign},
	casefile.OrderPayment:  {casefile.WasOrdered, filed, casefile.Ordered, handlers, []need{number, dueOn, amount}, "劳动保障监察条例 26（Labour Inspection Regulation 26）"},
	casefile.RecordPayment: {casefile.PaymentRecorded, accepted, "", handlers, []need{amount}, byDesign},
	casefile.TakeSidePath:  {casefile.SidePathTaken, accepted, "", officers, []need{path}, byDesign},
	casefile.Close:         {casefile.WasClosed, append(slices.Clone(accepted), casefile.Paid), casefile.Closed, officers, []need{reason}, byDesign},
	casefile.Dismiss:       {casefile.WasDismissed, underWay, casefile.Dismissed, officers, []need{reason}, byDesign},
	casefile.Assign:        {casefile.WasAssigned, notEnded, "", officers, []need{assignee}, byDesign},
	casefile.Comment:       {casefile.Commented, nil, "", everyone, []need{reason}, byDesign},
	casefile.AddDocument:   {casefile.DocumentReferred, nil, "", officers, []need{number}, byDesign},
	casefile.Attach:        {casefile.FileAttached, nil, "", officers, []need{file}, byDesign},
	casefile.UrgeHandler:   {casefile.WasUrged, notEnded, "", leaders, []need{reason}, byDesign},
	casefile.Acknowledge:   {casefile.UrgeAcknowledged, notEnded, "", officers, nil, byDesign},
	// which role, by remedy: remedyRules
	casefile.TakeRemedy:    {casefile.RemedyTaken, accepted, "", officers, nil, byDesign},
	casefile.PayByRemedy:   {casefile.RemedyPaid, append(slices.Clone(accepted), casefile.Paid), "", officers, []need{taken, amount}, byDesign},
	casefile.RecoverRemedy: {casefile.RemedyRecovered, nil, "", officers, []need{taken, sum}, byDesign},
}

// actions finds a step by its event.
var actions = func() map[casefile.Kind]step {
	by := map[casefile.Kind]step{}
	for _, s := range steps {
		by[s.event] = s
	}
	return by
}()

// maxText bounds each text of an action, in characters.
const maxText = 4000

// Judge tells whether a person may do something to a case on a day, by the terms in force where it is handled; the error is a
// *casefile.Refusal. It is pure.
func Judge(c casefile.Case, by access.Person, a casefile.Action, terms Terms, today civil.Date) error {
	s, ok := steps[a.Kind]
	if !ok {
		return casefile.Refuse("invalid", byDesign, "没有这种操作："+string(a.Kind), "there is no action "+string(a.Kind))
	}
	for _, check := range []func() *casefile.Refusal{
		func() *casefile.Refusal { return complete(a, s) },
		func() *casefile.Refusal {
			if takesBack(c, by, a) {
				return nil
			}
			return mayAct(c, by, s)
		},
		func() *casefile.Refusal { return atStage(c, a, s) },
		func() *casefile.Refusal { return inOrder(c, by, a, s, today) },
		func() *casefile.Refusal {
			switch a.Kind {
			case casefile.TakeRemedy:
				return takeRemedy(c, by, a, terms, today)
			case casefile.PayByRemedy, casefile.RecoverRemedy:
				return settleRemedy(c, a)
			}
			return nil
		},
	} {
		if r := check(); r != nil {
			return r
		}
	}
	return nil
}

func complete(a casefile.Action, s step) *casefile.Refusal {
	for _, n := range s.needs {
		if !n.ok(a) {
			return casefile.Refuse("invalid", s.basis, n.zh, n.field+": "+n.en)
		}
	}
	texts := []string{a.Reason, a.DocumentNo, a.Assignee, a.EmployerName, a.RecordID}
	if a.File != nil {
		texts = append(texts, a.File.Name, a.File.KeptAt)
	}
	for _, t := range texts {
		if !utf8.ValidString(t) || utf8.RuneCountInString(t) > maxText {
			return casefile.Refuse("invalid", byDesign, "文字过长或不是 UTF-8（每项不超过 4000 字）", "a text is longer than 4000 characters or not UTF-8")
		}
	}
	return nil
}

// takesBack reports whether a supervisor takes a case back to the place that it is about: wherever it was passed on to, it is not
// lost.
func takesBack(c casefile.Case, by access.Person, a casefile.Action) bool {
	return a.Kind == casefile.PassOn && a.Territory != "" && by.Is(access.Supervisor) && by.Covers(c.Township) && by.Covers(a.Territory)
}

// mayAct holds an inspector to the own territory, a department officer to the own industry there. Territory is that of
// the place that handles the case: passing it on gives it away.
func mayAct(c casefile.Case, by access.Person, s step) *casefile.Refusal {
	switch {
	case !by.Is(s.roles...):
		return casefile.Refuse("role", s.basis, "您的岗位不能进行此操作", "your role may not do this")
	case !by.Covers(c.Territory):
		return casefile.Refuse("territory", s.basis, "案件不在您的辖区", "the case is not in your territory")
	}
	// What only the officer's role allows is bound to the officer's department.
	others := slices.DeleteFunc(slices.Clone(s.roles), func(r access.Role) bool { return r == access.DepartmentOfficer })
	if !by.Is(others...) && by.Department != string(c.Department) {
		return casefile.Refuse("department", "管行业管欠薪（Reg. 7）", "案件由"+c.Department.Title().ZH+"负责", "the case belongs to another department: "+c.Department.Title().EN)
	}
	return nil
}

func atStage(c casefile.Case, a casefile.Action, s step) *casefile.Refusal {
	if s.from == nil || slices.Contains(s.from, c.Stage) {
		return nil
	}
	stage := c.Stage.Title()
	return casefile.Refuse("stage", s.basis, "案件处于“"+stage.ZH+"”阶段，不能进行此操作", "a case at the stage "+strings.ToLower(stage.EN)+" does not allow "+string(a.Kind))
}

// inOrder are the rules of single actions.
func inOrder(c casefile.Case, by access.Person, a casefile.Action, s step, today civil.Date) *casefile.Refusal {
	switch a.Kind {
	case casefile.PassOn:
		if (a.Department == "" || a.Department == c.Department) && (a.Territory == "" || a.Territory == c.Territory) {
			return casefile.Refuse("same_place", s.basis, "案件已在该部门和地区", "the case is there already")
		}
	case casefile.Extend:
		d, ok := find(c.Deadlines, casefile.ToInvestigate)
		switch {
		case c.Extended:
			return casefile.Refuse("extended_already", s.basis, "调查期限只能延长一次", "an investigation is extended only once")
		case ok && (d.DoneOn != nil || d.Due != nil && today > *d.Due):
			return casefile.Refuse("too_late", s.basis, "调查期限已满或已办结，不能延长", "the investigation's term has ended: it can no longer be extended")
		}
	case casefile.OrderPayment:
		switch {
		case a.Employer != "" && !creditCode.MatchString(a.Employer):
			return casefile.Refuse("invalid", s.basis, "用人单位须填 18 位统一社会信用代码", "employer is a unified social credit code of 18 characters")
		case a.WageFrom != nil && a.WageTo != nil && *a.WageFrom > *a.WageTo:
			return casefile.Refuse("invalid", s.basis, "工资所属期的起月不能晚于止月", "wage_from is after wage_to")
		case *a.DueOn <= today:
			return casefile.Refuse("due_date", s.basis, "支付期限须晚于今天", "the last day to pay must be after today")
		case c.Order != nil && c.Order.PaidFen < c.Order.AmountFen && today <= c.Order.DueOn:
			return casefile.Refuse("order_running", s.basis, "前一责令支付的期限未满", "the term of the earlier order has not passed yet")
		}
	case casefile.RecordPayment:
		if a.Settled && c.Order != nil && c.Order.PaidFen+a.AmountFen < c.Order.AmountFen {
			return casefile.Refuse("not_paid_in_full", s.basis, "已付金额少于责令支付金额", "what was paid is less than what was ordered")
		}
	case casefile.Assign:
		if a.Assignee == c.Assignee {
			return casefile.Refuse("same_handler", s.basis, "此人已是承办人", "this person is in charge already")
		}
	case casefile.Acknowledge:
		if len(c.Urged(by.ID)) == 0 {
			return casefile.Refuse("not_urged", s.basis, "没有等待您答复的催办", "no urge waits for your answer")
		}
	case casefile.TakeSidePath:
		if a.Path == casefile.CriminalReferral && !c.Order.Unmet(today) {
			return casefile.Refuse("order_not_unmet", crime, "责令支付期满仍不支付的，方可移送", "a referral needs an order whose date has passed without full payment")
		}
	case casefile.Close:
		switch {
		case c.Stage != casefile.Paid && !c.Cleared:
			return casefile.Refuse("not_settled", s.basis, "尚未付清，预警也未消除，不能结案", "nothing says that the wages were paid: neither a full payment nor a cleared condition")
		case !c.Cleared && !by.Is(access.Supervisor):
			// Cash paid before an inspector may never show in the data; a second person takes that decision.
			return casefile.Refuse("still_firing", s.basis, "预警仍在，须由负责人结案", "an alert still fires: only a supervisor closes the case")
		}
	}
	return nil
}

func find(all []casefile.Deadline, kind casefile.DeadlineKind) (casefile.Deadline, bool) {
	i := slices.IndexFunc(all, func(d casefile.Deadline) bool { return d.Kind == kind })
	if i < 0 {
		return casefile.Deadline{}, false
	}
	return all[i], true
}

// Sees reports whether a person may read a case: what handles it, by territory and industry. The operator, the auditor
// and the administrator have no part in cases.
func Sees(by access.Person, c casefile.Case) bool {
	return access.Allow(&by, access.Read, c.Object(&by))
}

// Allowed are the actions open to a person at a case's stage, as far as role, place and stage decide.
func Allowed(c casefile.Case, by access.Person) []casefile.ActionKind {
	var all []casefile.ActionKind
	for kind, s := range steps {
		back := takesBack(c, by, casefile.Action{Kind: kind, Territory: c.Township})
		if kind == casefile.Acknowledge && len(c.Urged(by.ID)) == 0 || !remediable(c, kind) {
			continue
		}
		if (back || mayAct(c, by, s) == nil) && atStage(c, casefile.Action{Kind: kind}, s) == nil {
			all = append(all, kind)
		}
	}
	slices.Sort(all)
	return all
}

// remediable reports whether there is an order for a remedy, or a remedy that something may come of.
func remediable(c casefile.Case, kind casefile.ActionKind) bool {
	switch kind {
	case casefile.TakeRemedy:
		return c.Order != nil && c.Order.UnpaidFen() > 0
	case casefile.PayByRemedy:
		return slices.ContainsFunc(c.Remedies, func(r casefile.TakenRemedy) bool { return r.Remedy.Pays() && r.PaidFen < r.AmountFen })
	case casefile.RecoverRemedy:
		return slices.ContainsFunc(c.Remedies, func(r casefile.TakenRemedy) bool { return r.Remedy.Advances() && r.RecoveredFen < r.PaidFen })
	}
	return true
}

// Allowed is what the package's function of that name says, for pages.
func (s *Store) Allowed(c casefile.Case, by access.Person) []casefile.ActionKind {
	return Allowed(c, by)
}
