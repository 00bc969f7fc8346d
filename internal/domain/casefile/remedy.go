package casefile

import (
	"slices"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Remedy is one of the steps that an unmet order leads to. None is taken by the system.
type Remedy string

// The remedies. Those that records of other systems may tell too have the names of topic proceedings.
const (
	NonPayment             Remedy = "non_payment"             // 记录未履行
	Demand                 Remedy = "demand"                  // 催告
	AdditionalCompensation Remedy = "additional_compensation" // 责令加付赔偿金
	DepositDraw            Remedy = "deposit_draw"            // 动用工资保证金
	AdvancePayment         Remedy = "advance_payment"         // 先行垫付、先行清偿
	EmergencyFund          Remedy = "emergency_fund"          // 应急周转金
	AdministrativeDecision Remedy = "administrative_decision" // 行政处理决定
	Enforcement            Remedy = "enforcement"             // 申请人民法院强制执行
	Referral               Remedy = "criminal_referral"       // 移送公安机关
	Listing                Remedy = "listing"                 // 拟列入失信联合惩戒名单: the procedure of the list
	Publishing             Remedy = "publication"             // 社会公布: the quarterly publication
)

// Remedies are all of them, in the order in which they are offered.
var Remedies = []Remedy{NonPayment, Demand, AdditionalCompensation, DepositDraw, AdvancePayment, EmergencyFund, AdministrativeDecision, Enforcement, Referral, Listing, Publishing}

var remedies = map[Remedy]struct {
	title catalog.Text
	basis string // citations, as the register of laws reads them
}{
	NonPayment:             {catalog.Text{ZH: "记录未履行", EN: "Non-payment recorded"}, "Labour Inspection Regulation 26"},
	Demand:                 {catalog.Text{ZH: "催告", EN: "Demand"}, "Administrative Compulsion Law 54"},
	AdditionalCompensation: {catalog.Text{ZH: "责令加付赔偿金", EN: "Additional compensation"}, "Labour Inspection Regulation 26"},
	DepositDraw:            {catalog.Text{ZH: "动用工资保证金", EN: "Deposit drawn"}, "Reg. 32; MOHRSS 2021 No. 65"},
	AdvancePayment:         {catalog.Text{ZH: "先行垫付、先行清偿", EN: "Advance by developer or general contractor"}, "Reg. 29; Reg. 30"},
	EmergencyFund:          {catalog.Text{ZH: "动用应急周转金", EN: "Emergency fund"}, "Reg. 63"},
	AdministrativeDecision: {catalog.Text{ZH: "行政处理决定", EN: "Administrative decision"}, "Labour Inspection Regulation 18; Labour Inspection Regulation 19"},
	Enforcement:            {catalog.Text{ZH: "申请人民法院强制执行", EN: "Enforcement by the court"}, "Reg. 42; Administrative Compulsion Law 53"},
	Referral:               {catalog.Text{ZH: "移送公安机关", EN: "Criminal referral"}, "Reg. 41; 法释〔2013〕3号 art. 4"},
	Listing:                {catalog.Text{ZH: "拟列入失信联合惩戒名单", EN: "Joint-discipline list"}, "Reg. 48; MOHRSS Order 45 of 2021"},
	Publishing:             {catalog.Text{ZH: "社会公布", EN: "Publication"}, "Reg. 47; MOHRSS Order 29 of 2016"},
}

// Title is the remedy's name.
func (r Remedy) Title() catalog.Text { return remedies[r].title }

// Basis are the citations it rests on, with semicolons between.
func (r Remedy) Basis() string { return remedies[r].basis }

// Known reports whether it is one that a person takes in the case itself.
func (r Remedy) Known() bool { return slices.Contains(Remedies, r) && r != Listing && r != Publishing }

// Pays reports whether money reaches workers by it.
func (r Remedy) Pays() bool { return r.Advances() || r == Enforcement || r == AdditionalCompensation }

// Advances reports whether somebody pays in the employer's place, and is to get it back: the deposit is topped up.
func (r Remedy) Advances() bool { return r == DepositDraw || r == AdvancePayment || r == EmergencyFund }

// Advancer is who advances what a project owes.
type Advancer string

// Who advances: the developer whose late payment is the cause (Reg. 29), or the general contractor (Reg. 30).
const (
	ByDeveloper         Advancer = "developer"
	ByGeneralContractor Advancer = "general_contractor"
)

// Advancers are both of them.
var Advancers = []Advancer{ByDeveloper, ByGeneralContractor}

// Title says who advances, and by which article.
func (a Advancer) Title() catalog.Text {
	if a == ByDeveloper {
		return catalog.Text{ZH: "建设单位先行垫付（条例第29条）", EN: "the developer (Reg. 29)"}
	}
	return catalog.Text{ZH: "施工总承包单位先行清偿（条例第30条）", EN: "the general contractor (Reg. 30)"}
}

// TakenRemedy is a remedy that somebody took, and what came of it. Amounts are fen.
type TakenRemedy struct {
	Seq         uint32      `json:"seq"`       // of its event, by which it is named
	OrderSeq    uint32      `json:"order_seq"` // of the order that it follows
	Remedy      Remedy      `json:"remedy"`
	DocumentNo  string      `json:"document_no,omitempty"`
	On          civil.Date  `json:"on"`
	DueOn       *civil.Date `json:"due_on,omitempty"` // the last day to obey it
	By          string      `json:"by"`
	ByName      string      `json:"by_name"`
	Reason      string      `json:"reason,omitempty"`
	Advancer    Advancer    `json:"advancer,omitempty"`
	Firm        string      `json:"firm,omitempty"` // whom it binds: credit code
	FirmName    string      `json:"firm_name,omitempty"`
	HeardOn     *civil.Date `json:"heard_on,omitempty"` // when the firm was heard
	LivingCosts bool        `json:"living_costs,omitempty"`
	RecordID    string      `json:"record_id,omitempty"` // the proceeding's record that tells of the same
	Workers     uint32      `json:"workers,omitempty"`
	AmountFen   int64       `json:"amount_fen"` // of non-payment: what is unpaid; else asked for, drawn or advanced
	UnpaidFen   int64       `json:"unpaid_fen"` // of the order, when the remedy was taken: papers state it

	PaidFen      int64  `json:"paid_fen"` // reached workers
	PaidWorkers  uint32 `json:"paid_workers"`
	RecoveredFen int64  `json:"recovered_fen"` // got back; of the deposit: topped up
	TopUpDays    int    `json:"top_up_days,omitempty"`
}

// Compensation is the range of additional compensation, in fen, and what it is a share of.
type Compensation struct {
	BaseFen  int64 `json:"base_fen"` // unpaid when the order's date had passed
	LeastFen int64 `json:"least_fen"`
	MostFen  int64 `json:"most_fen"`
	Least    int   `json:"least_percent"`
	Most     int   `json:"most_percent"`
}

// CompensationOf is the range for an amount that was to be paid; a part of a fen is rounded into the range.
func CompensationOf(base int64, least, most int) Compensation {
	return Compensation{BaseFen: base, LeastFen: (base*int64(least) + 99) / 100, MostFen: base * int64(most) / 100, Least: least, Most: most}
}

// PaidByRecords is what pay slips say was paid in money since an order was issued, for the wage months that it names. It settles
// nothing by itself: somebody checks it and records the payment.
type PaidByRecords struct {
	OrderSeq  uint32      `json:"order_seq"`
	AsOf      civil.Date  `json:"as_of"`
	Run       uint64      `json:"run"`
	Workers   uint32      `json:"workers"`
	AmountFen int64       `json:"amount_fen"`
	LastOn    *civil.Date `json:"last_on,omitempty"` // the last payment
	Slips     uint32      `json:"slips"`
}

// RemedyChoice is a remedy as it stands in a case for a person today: taken, open to them, or forbidden by a rule.
type RemedyChoice struct {
	Remedy  Remedy
	Taken   []TakenRemedy
	Refusal *Refusal // what forbids it now; nil when it can be taken
	// Compensation is the range, of additional compensation alone.
	Compensation *Compensation
}

// UnpaidFen is what of an order is still unpaid.
func (o *Order) UnpaidFen() int64 {
	if o == nil {
		return 0
	}
	return max(0, o.AmountFen-o.PaidFen)
}

// Taken are the remedies of a kind that follow the present order.
func (c Case) Taken(kind Remedy) []TakenRemedy {
	var all []TakenRemedy
	for _, r := range c.Remedies {
		if r.Remedy == kind && c.Order != nil && r.OrderSeq == c.Order.Seq {
			all = append(all, r)
		}
	}
	return all
}

// TakenNo finds a remedy by the number of its event.
func (c Case) TakenNo(seq uint32) (TakenRemedy, bool) {
	i := slices.IndexFunc(c.Remedies, func(r TakenRemedy) bool { return r.Seq == seq })
	if i < 0 {
		return TakenRemedy{}, false
	}
	return c.Remedies[i], true
}
