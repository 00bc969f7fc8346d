package codebook

import (
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/closure"
	"github.com/anxin-project/anxin/internal/domain/leadfile"
	"github.com/anxin-project/anxin/internal/domain/verdict"
)

// Enumerations of casework.
const (
	Stage         Name = "stage"          // of a case
	SidePath      Name = "side_path"      //
	EntryStage    Name = "entry_stage"    // of the joint-discipline list
	DeadlineKind  Name = "deadline_kind"  //
	DeadlineState Name = "deadline"       // how a deadline stands
	CaseOffice    Name = "case_office"    // the department in charge of a case, in full
	ListingGround Name = "listing_ground" // conditions of the joint-discipline list that are met
	Capacity      Name = "capacity"       // why a person is listed with a firm
	Bar           Name = "bar"            // to early removal
	Role          Name = "role"           // of people
	AuditOutcome  Name = "audit_outcome"  //
	LeadEvent     Name = "lead_event"     // in the log of a lead
	LeadAction    Name = "lead_action"    // what somebody does to a lead
	Settlement    Name = "settlement"     // how what is said to have been paid stands
	Verdict       Name = "verdict"        // on a warning
	VerdictCode   Name = "verdict_code"   // in what way
	ClosureStage  Name = "closure_stage"  // how far a closure has come
	QuietChange   Name = "quiet_change"   // why a warning found untrue is not quiet any more
)

// casework takes the words of what names itself, and adds the others.
func casework() map[Name][]entry {
	return map[Name][]entry{
		Stage:         titled(casefile.Stages),
		SidePath:      titled(casefile.SidePaths),
		EntryStage:    titled(casefile.EntryStages),
		DeadlineKind:  titled(casefile.DeadlineKinds),
		CaseOffice:    titled(casefile.Departments),
		Verdict:       titled(verdict.Kinds),
		VerdictCode:   titled(verdict.AllCodes),
		QuietChange:   titled(verdict.Changes),
		ClosureStage:  titled(closure.Stages),
		ListingGround: grounds("amount_many_workers", "amount_one_worker", "incident"),
		LeadEvent:     titled(leadfile.Kinds),
		LeadAction:    titled(leadfile.ActionKinds),
		Settlement:    titled(leadfile.SettlementStates),
		DeadlineState: {
			{"running", "未到期", "Running"},
			{"near", "临近", "Near"},
			{"passed", "逾期", "Late"},
			{"met", "按期", "Kept"},
			{"met_late", "逾期办理", "Done late"},
			{"unknown", "缺节假日安排", "Holiday notice missing"},
		},
		Capacity: {
			{"legal_representative", "法定代表人或主要负责人", "legal representative or main person in charge"},
			{"directly_responsible", "直接责任人员", "directly responsible"},
		},
		Bar: {
			{"new_arrears", "再次拖欠", "New arrears"},
			{"criminal", "正在刑事追究", "Criminal proceedings"},
			{"other", "其他", "Other"},
		},
		Role: {
			{"clerk", "受理员", "Clerk"},
			{"inspector", "劳动保障监察员", "Inspector"},
			{"department_officer", "行业主管部门人员", "Department officer"},
			{"supervisor", "监察负责人", "Supervisor"},
			{"township_head", "乡镇（街道）负责人", "Township head"},
			{"operator", "系统运维", "Operator"},
			{"auditor", "审计员", "Auditor"},
			{"administrator", "管理员", "Administrator"},
		},
		AuditOutcome: {
			{"done", "完成", "done"},
			{"refused", "被拒绝", "refused"},
			{"failed", "失败", "failed"},
			{"unsure", "结果不明", "not known"},
		},
	}
}

// titled lists codes that name themselves.
func titled[T interface {
	~string
	Title() catalog.Text
}](codes []T) []entry {
	entries := make([]entry, len(codes))
	for i, c := range codes {
		t := c.Title()
		entries[i] = entry{string(c), t.ZH, t.EN}
	}
	return entries
}

func grounds(codes ...string) []entry {
	entries := make([]entry, len(codes))
	for i, code := range codes {
		t, _ := casefile.Ground(code)
		entries[i] = entry{code, t.ZH, t.EN}
	}
	return entries
}
