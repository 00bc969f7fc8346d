package leadfile

import "github.com/anxin-project/anxin/internal/domain/catalog"

var kinds = map[Kind]catalog.Text{
	WasReceived:        {ZH: "收到线索", EN: "Received"},
	WasTransferred:     {ZH: "转办", EN: "Passed on"},
	WasAccepted:        {ZH: "受理", EN: "Accepted"},
	MediationBegan:     {ZH: "开始调解", EN: "Mediation began"},
	WasFiled:           {ZH: "立案调查", EN: "Investigation began"},
	WasExtended:        {ZH: "批准延长", EN: "Extended"},
	WasOrdered:         {ZH: "责令限期支付", EN: "Ordered to pay"},
	WasConcluded:       {ZH: "办结", EN: "Concluded"},
	WasMerged:          {ZH: "并入其他线索", EN: "Merged into another lead"},
	SettlementReported: {ZH: "有人反映已支付", EN: "Said to have been paid"},
	SettlementAsked:    {ZH: "已询问投诉人是否收到", EN: "Complainant asked whether it was paid"},
	WasIdentified:      {ZH: "确认项目或者用人单位", EN: "Project or employer identified"},
	WasAssigned:        {ZH: "指定承办人", EN: "Person in charge named"},
	Commented:          {ZH: "批注", EN: "Comment"},
	WasAdded:           {ZH: "补充", EN: "Added to"},
	PaymentSaid:        {ZH: "投诉人说明是否收到", EN: "Complainant said whether it was paid"},
	WasRated:           {ZH: "满意度评价", EN: "Rated"},
	WasReopened:        {ZH: "重新打开", EN: "Reopened"},
	WasWithdrawn:       {ZH: "撤回", EN: "Withdrawn"},
}

// Title is what the event is called.
func (k Kind) Title() catalog.Text { return kinds[k] }

var actions = map[ActionKind]catalog.Text{
	Accept:           {ZH: "受理", EN: "Accept"},
	Transfer:         {ZH: "转办", EN: "Pass on"},
	Mediate:          {ZH: "调解", EN: "Mediate"},
	Investigate:      {ZH: "立案调查", EN: "Investigate"},
	Extend:           {ZH: "批准延长", EN: "Extend"},
	Order:            {ZH: "登记责令限期支付", EN: "Record an order to pay"},
	ReportSettlement: {ZH: "登记“已支付”的反映", EN: "Record that it is said to have been paid"},
	AskSettlement:    {ZH: "登记已询问投诉人", EN: "Record that the complainant was asked"},
	Conclude:         {ZH: "办结", EN: "Conclude"},
	Merge:            {ZH: "并入原线索", EN: "Merge into another lead"},
	Identify:         {ZH: "确认项目或者用人单位", EN: "Say which project or employer it is"},
	Assign:           {ZH: "指定承办人", EN: "Name the person in charge"},
	Comment:          {ZH: "批注", EN: "Comment"},
	Add:              {ZH: "补充", EN: "Add to it"},
	SayPayment:       {ZH: "说明是否收到工资", EN: "Say whether it was paid"},
	Rate:             {ZH: "评价", EN: "Rate"},
	Reopen:           {ZH: "重新打开", EN: "Reopen"},
	Withdraw:         {ZH: "撤回", EN: "Withdraw"},
}

// Title is what the action is called.
func (k ActionKind) Title() catalog.Text { return actions[k] }

var settlementStates = map[SettlementState]catalog.Text{
	ReportedOnly: {ZH: "有人反映已支付，未核实", EN: "Said to have been paid, not confirmed"},
	Asked:        {ZH: "已询问投诉人，等待答复", EN: "The complainant was asked"},
	Confirmed:    {ZH: "投诉人确认已收到", EN: "Confirmed by the complainant"},
	Denied:       {ZH: "投诉人说没有收到", EN: "Denied by the complainant"},
	Unanswered:   {ZH: "询问后期满未答复", EN: "Asked, and no answer within the term"},
}

// Title is what the state is called.
func (s SettlementState) Title() catalog.Text { return settlementStates[s] }
