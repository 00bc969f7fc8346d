package index

import "github.com/anxin-project/anxin/internal/domain/catalog"

// Act is what regains points that were lost. The codes are stable: pages and interfaces go by them.
type Act string

// The acts.
const (
	Pay           Act = "pay"            // pay what is owed
	ListAndPay    Act = "list_and_pay"   // send the pay list and pay it
	ProvePayment  Act = "prove_payment"  // pay, or have the bank book what slips say was paid
	PayDifference Act = "pay_difference" // pay what is missing to the minimum wage
	WaitWindow    Act = "wait"           // done too late: regained when it leaves the window
	PayInTime     Act = "pay_in_time"    // pay by the day to pay from now on; these months leave the window
	SendLists     Act = "send_lists"     // send the pay lists that are missing
	ReportSite    Act = "report_site"    // send attendance and pay lists, or say that nobody worked
	AccountFor    Act = "account_for"    // say where registered workers are
	EndWarning    Act = "end_warning"    // do what the warnings named advise
	AcceptLead    Act = "accept_lead"
	ResolveLead   Act = "resolve_lead"
	ConcludeLead  Act = "conclude_lead" // verify the closed lead and record what was found
	ObeyOrder     Act = "obey_order"

	OpenAccount    Act = "open_account"
	LodgeDeposit   Act = "lodge_deposit"
	FundLabor      Act = "fund_labor"
	Register       Act = "register"
	SignContracts  Act = "sign_contracts"
	PayByAccount   Act = "pay_by_account"
	PostNotice     Act = "post_notice"
	AppointOfficer Act = "appoint_officer"
	GiveGuarantee  Act = "give_guarantee"
	ConnectGate    Act = "connect_gate"
	ConnectLists   Act = "connect_lists"
	ConnectLedger  Act = "connect_ledger"
)

// Actor says whose act it is.
type Actor string

// The actors.
const (
	ByContractor Actor = "contractor" // 施工总承包单位
	ByEmployer   Actor = "employer"   // 用人单位
	ByDeveloper  Actor = "developer"  // 建设单位
	ByBank       Actor = "bank"       // 专户开户银行
	ByDepartment Actor = "department" // who handles the lead
	ByNobody     Actor = "time"       // time alone
)

// Safeguards of a project, as Load names them, with the act that puts each in force and whose it is (Reg. 24, 26 to 34).
var safeguardActs = map[string]struct {
	act Act
	by  Actor
}{
	"account":           {OpenAccount, ByContractor},
	"deposit":           {LodgeDeposit, ByContractor},
	"funding":           {FundLabor, ByDeveloper},
	"registration":      {Register, ByContractor},
	"contract":          {SignContracts, ByContractor},
	"direct_payment":    {PayByAccount, ByContractor},
	"notice_board":      {PostNotice, ByContractor},
	"labor_officer":     {AppointOfficer, ByContractor},
	"payment_guarantee": {GiveGuarantee, ByDeveloper},
	"gate":              {ConnectGate, ByContractor},
	"lists":             {ConnectLists, ByContractor},
	"ledger":            {ConnectLedger, ByBank},
}

// leadActs are the acts that make up for a late lead.
var leadActs = map[Lateness]Act{NotAccepted: AcceptLead, PastTerm: ResolveLead, Unverified: ConcludeLead, ResolvedLate: WaitWindow}

// answers says who answers for a subject's wages: for a project's its general contractor (Reg. 30), else the employer.
func answers(s Subject) Actor {
	switch s.Scope {
	case catalog.Project:
		return ByContractor
	case catalog.Employer:
		return ByEmployer
	}
	return ByDepartment
}

// owedAct is the act that pays what is owed.
func owedAct(kinds Owing) Act {
	switch {
	case kinds&Unlisted != 0:
		return ListAndPay
	case kinds&Listed != 0:
		return Pay
	case kinds&Unbooked != 0:
		return ProvePayment
	}
	return PayDifference
}
