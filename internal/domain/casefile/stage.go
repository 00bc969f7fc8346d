package casefile

import "github.com/anxin-project/anxin/internal/domain/catalog"

// Stage is how far a case has come.
type Stage string

// The stages of a case. Talks are optional; a case can be dismissed from any of them but the last two.
const (
	Open          Stage = "open"          // nobody has accepted it yet
	Accepted      Stage = "accepted"      // 已受理
	Investigating Stage = "investigating" // 已立案调查
	Talks         Stage = "talks"         // 已约谈
	Ordered       Stage = "ordered"       // 已责令限期支付
	Paid          Stage = "paid"          // what is owed has been paid
	Closed        Stage = "closed"
	Dismissed     Stage = "dismissed"
)

var stages = map[Stage]catalog.Text{
	Open:          {ZH: "待受理", EN: "Open"},
	Accepted:      {ZH: "已受理", EN: "Accepted"},
	Investigating: {ZH: "调查中", EN: "Investigating"},
	Talks:         {ZH: "已约谈", EN: "Talks held"},
	Ordered:       {ZH: "已责令支付", EN: "Ordered to pay"},
	Paid:          {ZH: "已支付", EN: "Paid"},
	Closed:        {ZH: "已结案", EN: "Closed"},
	Dismissed:     {ZH: "不予立案", EN: "Dismissed"},
}

// Stages are all of them, in their order.
var Stages = []Stage{Open, Accepted, Investigating, Talks, Ordered, Paid, Closed, Dismissed}

// Title is the stage's name.
func (s Stage) Title() catalog.Text { return stages[s] }

// Ended reports whether nothing more is to be done.
func (s Stage) Ended() bool { return s == Closed || s == Dismissed }

// SidePath is a procedure beside the stages, by which wages may come too.
type SidePath string

// The side paths.
const (
	Mediation            SidePath = "mediation"
	Arbitration          SidePath = "arbitration"
	PaymentOrder         SidePath = "payment_order"
	JudicialConfirmation SidePath = "judicial_confirmation"
	SupportedSuit        SidePath = "supported_suit"
	ProcuratorialHearing SidePath = "procuratorial_hearing"
	LegalAid             SidePath = "legal_aid"
	CriminalReferral     SidePath = "criminal_referral"
)

var sidePaths = map[SidePath]catalog.Text{
	Mediation:            {ZH: "调解", EN: "Mediation"},
	Arbitration:          {ZH: "劳动人事争议仲裁", EN: "Arbitration"},
	PaymentOrder:         {ZH: "支付令", EN: "Payment order by the court"},
	JudicialConfirmation: {ZH: "司法确认", EN: "Judicial confirmation"},
	SupportedSuit:        {ZH: "支持起诉", EN: "Suit supported by the procuratorate"},
	ProcuratorialHearing: {ZH: "检察听证", EN: "Procuratorial hearing"},
	LegalAid:             {ZH: "法律援助", EN: "Legal aid"},
	CriminalReferral:     {ZH: "移送公安机关", EN: "Criminal referral"},
}

// SidePaths are all of them, in the order in which pages list them.
var SidePaths = []SidePath{Mediation, Arbitration, PaymentOrder, JudicialConfirmation, SupportedSuit, ProcuratorialHearing, LegalAid, CriminalReferral}

// Title is the side path's name.
func (p SidePath) Title() catalog.Text { return sidePaths[p] }

// Known reports whether it is one of SidePaths.
func (p SidePath) Known() bool { _, ok := sidePaths[p]; return ok }
