package leads

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/leadfile"
	"github.com/anxin-project/anxin/internal/domain/region"
	"github.com/anxin-project/anxin/internal/domain/uscc"
)

// step is what an action asks for and leads to.
type step struct {
	event       leadfile.Kind
	from        []leadfile.Status // nil: any
	roles       []access.Role
	complainant bool // may be entered with the receipt code
	needs       []need
	basis       string
}

// need is something an action must say.
type need struct {
	field  string
	ok     func(leadfile.Action) bool
	zh, en string
}

var (
	handlers  = []access.Role{access.Inspector, access.DepartmentOfficer, access.Supervisor}
	takers    = append([]access.Role{access.Clerk}, handlers...)
	deciders  = []access.Role{access.Inspector, access.DepartmentOfficer, access.Supervisor}
	leaders   = []access.Role{access.Supervisor}
	untaken   = []leadfile.Status{leadfile.Received, leadfile.Transferred}
	taken     = []leadfile.Status{leadfile.Accepted, leadfile.Mediating, leadfile.Investigating, leadfile.Ordered}
	openOnes  = append(slices.Clone(untaken), taken...)
	concluded = []leadfile.Status{leadfile.Resolved, leadfile.Rejected, leadfile.Withdrawn}
)

var (
	reason = need{"reason", func(a leadfile.Action) bool { return strings.TrimSpace(a.Reason) != "" }, "请写明理由", "give a reason"}
	found  = need{"reason", reason.ok, "请写明查明的情况", "say what was found"}
	told   = need{"told", func(a leadfile.Action) bool { return strings.TrimSpace(a.Told) != "" }, "请写明告知投诉人的内容（条例第10条）", "say what the complainant was told (Reg. 10)"}
	target = need{"department, territory", func(a leadfile.Action) bool {
		return (a.Department != "" || a.Territory != "") && (a.Department == "" || slices.Contains(casefile.Departments, a.Department)) &&
			(a.Territory == "" || (len(a.Territory) == 6 || len(a.Territory) == 9) && region.Known(a.Territory))
	}, "请指明转往的部门或地区（6 或 9 位，须为现有区划）", "name a department, or a territory there is by its code of 6 or 9 digits"}
	number = need{"document_no", func(a leadfile.Action) bool { return strings.TrimSpace(a.DocumentNo) != "" }, "请填写文书编号", "give the document's number"}
	payBy  = need{"pay_by", func(a leadfile.Action) bool { return a.PayBy != nil }, "请填写支付期限", "give the last day to pay"}
	what   = need{"conclusion", func(a leadfile.Action) bool {
		return slices.Contains(leadfile.Conclusions, a.Conclusion) && a.Conclusion != leadfile.Duplicate
	}, "请选择认定结果；重复反映的请并入原线索", "choose a conclusion; a lead that repeats another is merged into it"}
	into    = need{"into", func(a leadfile.Action) bool { return a.Into != "" }, "请指明并入的线索", "name the lead that it repeats"}
	amount  = need{"amount_fen", func(a leadfile.Action) bool { return a.AmountFen > 0 }, "请填写支付金额", "give the amount that was paid"}
	paid    = need{"paid", func(a leadfile.Action) bool { return a.Paid != nil }, "请说明是否已经支付", "say whether it was paid"}
	stars   = need{"stars", func(a leadfile.Action) bool { return a.Stars >= 1 && a.Stars <= 5 }, "满意度为 1 至 5", "satisfaction is 1 to 5"}
	subject = need{"project_id, employer_uscc", func(a leadfile.Action) bool {
		return (a.ProjectID != "" || a.Employer != "") && (a.ProjectID == "" || projectID(a.ProjectID)) && (a.Employer == "" || uscc.Valid(a.Employer))
	}, "请选择项目或者用人单位", "name a project, or an employer by its credit code"}
	assignee = need{"assignee", func(a leadfile.Action) bool { return a.Assignee != "" }, "请指明承办人", "name the person in charge"}
	more     = need{"text", func(a leadfile.Action) bool {
		return a.Contact != "" || a.Text != "" || a.AmountFen > 0 || a.Workers > 0
	}, "请填写要补充的内容", "say what is to be added"}
)

const (
	firstAsked = "Reg. 10（首问负责）"
	inspection = "劳动保障监察条例 17（Labour Inspection Regulation 17）"
	ordering   = "劳动保障监察条例 26（Labour Inspection Regulation 26）"
	byDesign   = "办案规程（casework）"
)

// steps are all actions. What depends on more than status, role and fields is in Judge.
var steps = map[leadfile.ActionKind]step{
	leadfile.Accept:           {event: leadfile.WasAccepted, from: untaken, roles: handlers, basis: firstAsked},
	leadfile.Transfer:         {event: leadfile.WasTransferred, from: openOnes, roles: takers, needs: []need{reason, target}, basis: firstAsked},
	leadfile.Mediate:          {event: leadfile.MediationBegan, from: []leadfile.Status{leadfile.Accepted, leadfile.Investigating, leadfile.Ordered}, roles: handlers, basis: "Reg. 4"},
	leadfile.Investigate:      {event: leadfile.WasFiled, from: []leadfile.Status{leadfile.Accepted, leadfile.Mediating}, roles: handlers, basis: inspection},
	leadfile.Extend:           {event: leadfile.WasExtended, from: []leadfile.Status{leadfile.Investigating, leadfile.Ordered}, roles: leaders, needs: []need{reason}, basis: inspection},
	leadfile.Order:            {event: leadfile.WasOrdered, from: []leadfile.Status{leadfile.Investigating, leadfile.Ordered}, roles: handlers, needs: []need{number, payBy}, basis: ordering},
	leadfile.Conclude:         {event: leadfile.WasConcluded, from: openOnes, roles: deciders, needs: []need{what, found, told}, basis: firstAsked},
	leadfile.Merge:            {event: leadfile.WasMerged, from: openOnes, roles: takers, needs: []need{into, told}, basis: byDesign},
	leadfile.ReportSettlement: {event: leadfile.SettlementReported, from: taken, roles: handlers, needs: []need{amount, reason}, basis: byDesign},
	leadfile.AskSettlement:    {event: leadfile.SettlementAsked, from: taken, roles: takers, basis: byDesign},
	leadfile.Identify:         {event: leadfile.WasIdentified, from: openOnes, roles: takers, needs: []need{subject}, basis: byDesign},
	leadfile.Assign:           {event: leadfile.WasAssigned, from: openOnes, roles: handlers, needs: []need{assignee}, basis: byDesign},
	leadfile.Comment:          {event: leadfile.Commented, roles: takers, needs: []need{reason}, basis: byDesign},
	leadfile.Add:              {event: leadfile.WasAdded, from: openOnes, roles: takers, complainant: true, needs: []need{more}, basis: byDesign},
	leadfile.SayPayment:       {event: leadfile.PaymentSaid, from: append(slices.Clone(openOnes), concluded...), roles: takers, complainant: true, needs: []need{paid}, basis: byDesign},
	leadfile.Rate:             {event: leadfile.WasRated, from: concluded, roles: takers, complainant: true, needs: []need{stars}, basis: byDesign},
	leadfile.Reopen:           {event: leadfile.WasReopened, from: concluded, roles: takers, complainant: true, needs: []need{reason}, basis: byDesign},
	leadfile.Withdraw:         {event: leadfile.WasWithdrawn, from: openOnes, roles: takers, complainant: true, needs: []need{reason}, basis: byDesign},
}

// maxText bounds each text of an action, in characters.
const maxText = 2000

// MaxText is the longest text that an intake or a complainant's step takes, in characters; MaxContact the longest contact.
const (
	MaxText    = 1000
	MaxContact = 100
)

// Judge tells whether somebody may do something to a lead on a day; the error is a *casefile.Refusal. The zero Person is the
// complainant, known by the receipt code. It is pure; what concerns a second lead (merge) is the store's to see to.
func Judge(l leadfile.Lead, by access.Person, a leadfile.Action, today civil.Date) error {
	s, ok := steps[a.Kind]
	if !ok {
		return casefile.Refuse("invalid", byDesign, "没有这种操作", "there is no such action")
	}
	for _, check := range []func() *casefile.Refusal{
		func() *casefile.Refusal { return complete(by, a, s) },
		func() *casefile.Refusal { return mayAct(l, by, a, s) },
		func() *casefile.Refusal { return atStatus(l, a, s) },
		func() *casefile.Refusal { return inOrder(l, a, s, today) },
	} {
		if r := check(); r != nil {
			return r
		}
	}
	return nil
}

func complete(by access.Person, a leadfile.Action, s step) *casefile.Refusal {
	for _, n := range s.needs {
		if !n.ok(a) {
			return casefile.Refuse("invalid", s.basis, n.zh, n.field+": "+n.en)
		}
	}
	if r := plainTexts(maxText, a.Reason, a.Told, a.DocumentNo, a.Assignee, a.Into); r != nil {
		return r
	}
	if by.ID == "" && utf8.RuneCountInString(a.Reason) > MaxText {
		return tooLong(MaxText)
	}
	if a.AmountFen < 0 || a.AmountFen > mostFen || a.Workers > mostWorkers {
		return outOfRange()
	}
	return words(a.Contact, a.Text)
}

// mostFen and mostWorkers are far above what one lead is about: what lies beyond is a slip of the finger, or mischief.
const (
	mostFen     = 100_000_000_00
	mostWorkers = 100_000
)

func outOfRange() *casefile.Refusal {
	return casefile.Refuse("invalid", byDesign, "人数须在 10 万以内、金额须在 1 亿元以内", "at most 100,000 workers and 100 million yuan")
}

func tooLong(most int) *casefile.Refusal {
	n := itoa(most)
	return casefile.Refuse("invalid", byDesign, "文字过长（每项不超过 "+n+" 字）", "a text is longer than "+n+" characters")
}

// words checks what a complainant entered.
func words(contact, text string) *casefile.Refusal {
	if r := plainTexts(MaxContact, contact); r != nil {
		return r
	}
	return plainTexts(MaxText, text)
}

func plainTexts(most int, texts ...string) *casefile.Refusal {
	for _, t := range texts {
		switch {
		case !utf8.ValidString(t) || strings.ContainsFunc(t, func(r rune) bool {
			return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' || unicode.Is(unicode.Bidi_Control, r)
		}):
			return casefile.Refuse("invalid", byDesign, "文字中有不能识别的字符", "a text has characters that cannot be read")
		case utf8.RuneCountInString(t) > most:
			return tooLong(most)
		}
	}
	return nil
}

// mayAct holds everybody to the place that handles the lead, and an officer to the own department. Who takes leads in (a clerk) also
// acts where the subject is: somebody may ask anywhere in the territory.
func mayAct(l leadfile.Lead, by access.Person, a leadfile.Action, s step) *casefile.Refusal {
	if by.ID == "" {
		if s.complainant {
			return nil
		}
		return casefile.Refuse("nobody", s.basis, "此操作须由具名人员进行", "this needs a named person")
	}
	back := a.Kind == leadfile.Transfer && by.Is(access.Supervisor) && by.Covers(l.Township)
	switch {
	case !by.Is(s.roles...):
		return casefile.Refuse("role", s.basis, "您的岗位不能进行此操作", "your role may not do this")
	case !by.Covers(l.Territory) && !back && !(s.complainant && by.Covers(l.Township)):
		return casefile.Refuse("territory", s.basis, "线索不在您的辖区", "the lead is not in your territory")
	}
	others := slices.DeleteFunc(slices.Clone(s.roles), func(r access.Role) bool { return r == access.DepartmentOfficer })
	if !by.Is(others...) && by.Department != string(l.Department) {
		return casefile.Refuse("department", "管行业管欠薪（Reg. 7）", "线索由"+l.Department.Title().ZH+"办理", "the lead belongs to another department: "+l.Department.Title().EN)
	}
	return nil
}

func atStatus(l leadfile.Lead, a leadfile.Action, s step) *casefile.Refusal {
	if s.from == nil || slices.Contains(s.from, l.Status) {
		return nil
	}
	return casefile.Refuse("stage", s.basis, "线索现在的状态不能进行此操作", "a lead that is "+string(l.Status)+" does not allow "+string(a.Kind))
}

// inOrder are the rules of single actions.
func inOrder(l leadfile.Lead, a leadfile.Action, s step, today civil.Date) *casefile.Refusal {
	switch a.Kind {
	case leadfile.Transfer:
		if (a.Department == "" || a.Department == l.Department) && (a.Territory == "" || a.Territory == l.Territory) {
			return casefile.Refuse("same_place", s.basis, "线索已在该部门和地区", "the lead is there already")
		}
	case leadfile.Extend:
		d, ok := deadline(l, casefile.ToInvestigate)
		switch {
		case l.ExtendedOn != nil:
			return casefile.Refuse("extended_already", s.basis, "调查期限只能延长一次", "an investigation is extended only once")
		case ok && d.Due != nil && today > *d.Due:
			return casefile.Refuse("too_late", s.basis, "调查期限已满，不能延长", "the investigation's term has ended: it can no longer be extended")
		}
	case leadfile.Order:
		if *a.PayBy <= today {
			return casefile.Refuse("due_date", s.basis, "支付期限须晚于今天", "the last day to pay must be after today")
		}
	case leadfile.Conclude:
		switch {
		case a.Conclusion == leadfile.Settled && !l.Settlement.MayConclude():
			return casefile.Refuse("not_confirmed", byDesign, "须经投诉人确认已支付，或者询问后三个工作日内未答复，方可认定已化解",
				"settled needs the complainant's word that it was paid, or that he was asked and the term to answer has passed")
		case l.AcceptedOn == nil && a.Conclusion != leadfile.OutOfScope && a.Conclusion != leadfile.WorksPrice:
			return casefile.Refuse("not_accepted", firstAsked, "尚未受理，只能认定为不属受理范围或者工程款纠纷", "a lead that nobody has accepted can only be out of scope or about the price of works")
		}
	case leadfile.AskSettlement:
		if l.Settlement == nil {
			return casefile.Refuse("not_reported", s.basis, "尚无人反映已支付", "nobody has said that it was paid")
		}
		if l.Settlement.State == leadfile.Confirmed {
			return casefile.Refuse("confirmed", s.basis, "投诉人已确认", "the complainant has confirmed already")
		}
	case leadfile.Merge:
		if a.Into == l.ID {
			return casefile.Refuse("same_lead", s.basis, "不能并入自身", "a lead does not repeat itself")
		}
	}
	return nil
}

func deadline(l leadfile.Lead, kind casefile.DeadlineKind) (casefile.Deadline, bool) {
	i := slices.IndexFunc(l.Deadlines, func(d casefile.Deadline) bool { return d.Kind == kind })
	if i < 0 {
		return casefile.Deadline{}, false
	}
	return l.Deadlines[i], true
}

// Allowed are the actions open to somebody at a lead's status, as far as role, place and status decide, in the order of pages.
// The zero Person is the complainant.
func Allowed(l leadfile.Lead, by access.Person) []leadfile.ActionKind {
	var all []leadfile.ActionKind
	for _, kind := range leadfile.ActionKinds {
		s, a := steps[kind], leadfile.Action{Kind: kind}
		if mayAct(l, by, a, s) == nil && atStatus(l, a, s) == nil {
			all = append(all, kind)
		}
	}
	return all
}

// Sees reports whether somebody may read a lead: where it is handled, or where its subject is.
func Sees(by access.Person, l leadfile.Lead) bool {
	return access.Allow(&by, access.Leads, l.Object(&by))
}
