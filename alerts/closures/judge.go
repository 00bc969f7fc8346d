package closures

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/closure"
)

const (
	byDesign   = "销号规程（closures）"
	maxText    = 1000 // characters of a note, as the record contract has it
	countyCode = 6
)

var workerKey = regexp.MustCompile(`^[0-9a-f]{32}$`)

// judgeProposal tells whether somebody may ask to have something closed.
func judgeProposal(by access.Person, s *closure.Subject, p closure.Proposal, owed closure.Claim) error {
	switch {
	case by.ID == "" || by.ID == casefile.System:
		return casefile.Refuse("nobody", byDesign, "操作须由具名人员进行", "an action needs a named person")
	case !by.Is(access.Inspector):
		return casefile.Refuse("role", byDesign, "销号由监察员提出", "an inspector proposes a closure")
	case len(by.Territory) > countyCode:
		return casefile.Refuse("township", byDesign, "乡镇（街道）人员不得提出或批准销号", "nobody of a township closes what its index counts")
	case !by.Covers(s.Township):
		return casefile.Refuse("territory", byDesign, "不在您的辖区", "it is not in your territory")
	case slices.ContainsFunc(s.Elsewhere, func(place string) bool { return !by.Covers(place) }):
		return casefile.Refuse("elsewhere", byDesign, "该企业另有工资欠在辖区以外的项目上：请按项目销号", "some of it is owed on projects outside your territory: close it by project")
	case !slices.Contains(closure.Reasons, p.Reason):
		return casefile.Refuse("invalid", byDesign, "请选择销号理由", "reason: want one of "+strings.Join(closure.Reasons, ", "))
	case strings.TrimSpace(p.Note) == "" || utf8.RuneCountInString(p.Note) > maxText || !utf8.ValidString(p.Note):
		return casefile.Refuse("invalid", byDesign, "请写明情况（不超过 1000 字，不要写姓名、证件号）", "note: say why, in at most 1000 characters, without names or identity numbers")
	case p.Month == 0:
		return casefile.Refuse("invalid", byDesign, "请填写工资月", "wage_month: say of which month")
	case p.WorkerKey != "" && !workerKey.MatchString(p.WorkerKey):
		return casefile.Refuse("invalid", byDesign, "工人编号应为 32 位十六进制", "worker_key: want 32 hexadecimal digits, or nothing for every worker")
	case owed.Workers == 0:
		return casefile.Refuse("nothing_owed", byDesign, "该月没有欠薪可销号", "nothing of that month is owed: there is nothing to close")
	}
	return nil
}

// judge tells whether somebody may take a step on a closure.
func judge(c closure.Closure, by access.Person, a closure.Action) error {
	if by.ID == "" || by.ID == casefile.System {
		return casefile.Refuse("nobody", byDesign, "操作须由具名人员进行", "an action needs a named person")
	}
	if r := mayAct(c, by, a.Kind); r != nil {
		return r
	}
	if a.Kind != closure.Approve && strings.TrimSpace(a.Reason) == "" {
		return casefile.Refuse("invalid", byDesign, "请写明理由", "reason: give a reason")
	}
	if utf8.RuneCountInString(a.Reason) > maxText || !utf8.ValidString(a.Reason) {
		return casefile.Refuse("invalid", byDesign, "理由过长或不是 UTF-8（不超过 1000 字）", "reason: longer than 1000 characters or not UTF-8")
	}
	return nil
}

// mayAct is what role, place and stage allow.
func mayAct(c closure.Closure, by access.Person, kind closure.ActionKind) *casefile.Refusal {
	roles := map[closure.ActionKind][]access.Role{
		closure.Approve: {access.Supervisor}, closure.Decline: {access.Supervisor}, closure.Withdraw: {access.Inspector}, closure.Reopen: {access.Inspector, access.Supervisor},
	}[kind]
	from := closure.Proposed
	if kind == closure.Reopen {
		from = closure.Approved
	}
	switch {
	case roles == nil:
		return casefile.Refuse("invalid", byDesign, "没有这种操作", "there is no such action")
	case !by.Is(roles...):
		return casefile.Refuse("role", byDesign, "您的岗位不能进行此操作", "your role may not do this")
	case len(by.Territory) > countyCode:
		return casefile.Refuse("township", byDesign, "乡镇（街道）人员不得提出或批准销号", "nobody of a township closes what its index counts")
	case !by.Covers(c.Township):
		return casefile.Refuse("territory", byDesign, "不在您的辖区", "it is not in your territory")
	case c.Stage != from:
		return casefile.Refuse("stage", byDesign, "该销号处于“"+c.Stage.Title().ZH+"”，不能进行此操作", "a closure that is "+string(c.Stage)+" does not allow "+string(kind))
	case (kind == closure.Approve || kind == closure.Decline) && by.ID == c.Proposed.By:
		return casefile.Refuse("same_person", byDesign, "提出人不能自己审批", "whoever proposed it does not decide on it")
	case kind == closure.Withdraw && by.ID != c.Proposed.By:
		return casefile.Refuse("same_person", byDesign, "只有提出人可以撤回", "only who proposed it withdraws it")
	}
	return nil
}

// Allowed are the actions open to a person on a closure as it stands.
func Allowed(c closure.Closure, by access.Person) []closure.ActionKind {
	var all []closure.ActionKind
	for _, kind := range closure.ActionKinds {
		if mayAct(c, by, kind) == nil {
			all = append(all, kind)
		}
	}
	return all
}
