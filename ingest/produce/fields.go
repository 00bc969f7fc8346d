package produce

import (
	"github.com/anxin-project/anxin/ingest/record"

	"github.com/anxin-project/anxin/ingest/produce/notation"
)

// veil is how much of a field may be shown to people.
type veil uint8

const (
	open       veil = iota
	firstOnly       // 王*
	lastDigits      // *0017
	hidden
)

// field is a field of the contract.
type field struct {
	name     string // nested ones as "account.opened_on"
	kind     notation.Kind
	optional bool
	veil     veil
	words    []string
}

func (f *field) personal() bool { return f.veil != open }

func required(name string, k notation.Kind) field { return field{name: name, kind: k} }
func optional(name string, k notation.Kind) field { return field{name: name, kind: k, optional: true} }
func oneOf(name string, words ...string) field {
	return field{name: name, kind: notation.Word, words: words}
}
func (f field) or() field           { f.optional = true; return f }
func (f field) veiled(v veil) field { f.veil = v; return f }
func paper() []field                { return []field{idType, required("id_number", notation.Number).veiled(hidden)} }
func topic(parts ...[]field) (all []field) {
	all = []field{required("id", notation.Identifier), required("source", notation.Line), required("version", notation.Integer), required("recorded_at", notation.Instant)}
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

var idType = oneOf("id_type", "resident", "hk_macau", "taiwan", "foreign")

// contract lists the fields of every topic in the contract's order. A test holds it against package record.
var contract = map[record.Topic][]field{
	record.TopicProjects: topic([]field{
		required("name", notation.Line), required("township", notation.Division),
		oneOf("sector", "construction", "transport", "water", "energy", "railway", "aviation", "other"),
		oneOf("investment", "government", "state_owned", "private"),
		required("developer_uscc", notation.CreditCode), required("contractor_uscc", notation.CreditCode), required("contractor_name", notation.Line),
		required("contract_yuan", notation.Yuan), required("contract_signed_on", notation.Date),
		optional("permit_on", notation.Date), optional("started_on", notation.Date), optional("completed_on", notation.Date),
		oneOf("status", "preparing", "building", "suspended", "completed", "settled"),
		required("pay_day", notation.Integer), required("labor_cost_day", notation.Integer), required("labor_cost_yuan", notation.Yuan),
		optional("account.id", notation.Number).veiled(lastDigits), optional("account.opened_on", notation.Date), optional("account.bank", notation.Line),
		optional("account.closed_on", notation.Date),
		oneOf("deposit.form", "cash", "guarantee", "insurance", "waived").or(), optional("deposit.yuan", notation.Yuan),
		optional("deposit.lodged_on", notation.Date), optional("deposit.valid_until", notation.Date), optional("deposit.required_yuan", notation.Yuan),
		optional("deposit.covers", notation.Identifiers),
		required("payment_guarantee", notation.YesNo), required("notice_board", notation.YesNo), required("labor_officer", notation.YesNo),
	}),
	record.TopicEmployers: topic([]field{
		required("name", notation.Line), required("township", notation.Division),
		oneOf("industry", "A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O", "P", "Q", "R", "S", "T"),
		required("legal_person", notation.Line).veiled(firstOnly), optional("legal_person_id", notation.Number).veiled(hidden),
		optional("investor_id", notation.Number).veiled(hidden),
		optional("headcount", notation.Integer),
		oneOf("status", "active", "suspended", "dissolving", "dissolved", "revoked"),
	}),
	record.TopicWorkers: topic(paper(), []field{
		required("name", notation.Line).veiled(firstOnly), optional("phone", notation.Number).veiled(lastDigits),
		optional("bank_account", notation.Number).veiled(lastDigits),
		optional("project_id", notation.Identifier), required("employer_uscc", notation.CreditCode),
		optional("team", notation.Line).veiled(firstOnly), optional("job", notation.Line), // teams are often called after their leader
		optional("contract_signed_on", notation.Date), required("entered_on", notation.Date), optional("left_on", notation.Date), optional("settled_on", notation.Date),
		required("settled_confirmed", notation.YesNo), oneOf("wage_basis", "month", "day", "hour", "piece"), required("wage_yuan", notation.Yuan),
	}),
	record.TopicAttendance: topic(paper(), []field{
		required("project_id", notation.Identifier), required("employer_uscc", notation.CreditCode), required("work_date", notation.Date),
		optional("check_in", notation.Instant), optional("check_out", notation.Instant), optional("hours", notation.Hours), optional("device", notation.Line),
	}),
	record.TopicPayroll: topic(paper(), []field{
		optional("project_id", notation.Identifier), required("employer_uscc", notation.CreditCode), required("wage_month", notation.Month), required("due_on", notation.Date),
		required("gross_yuan", notation.Yuan), required("deducted_yuan", notation.Yuan), required("payable_yuan", notation.Yuan), required("paid_yuan", notation.Yuan),
		optional("paid_on", notation.Date), oneOf("channel", "special_account", "employer_account", "cash", "in_kind"),
		optional("payee_account", notation.Number).veiled(lastDigits), required("signed", notation.YesNo),
		optional("tax_yuan", notation.Yuan), optional("insurance_yuan", notation.Yuan),
	}),
	record.TopicAccountEntries: topic([]field{
		required("project_id", notation.Identifier), required("account_id", notation.Number).veiled(lastDigits), required("booked_at", notation.Instant),
		oneOf("kind", "labor_cost_in", "wage_out", "interest_in", "refund_in", "other_in", "other_out", "fee_out", "frozen", "unfrozen"),
		optional("reason", notation.Line).veiled(firstOnly),
		required("yuan", notation.Yuan), required("balance_yuan", notation.Yuan), optional("counterparty", notation.Line).veiled(firstOnly),
	}),
	record.TopicComplaints: topic([]field{
		oneOf("channel", "hotline", "national_platform", "online", "petition", "window", "phone", "media", "inspection"),
		required("township", notation.Division), optional("project_id", notation.Identifier), optional("employer_uscc", notation.CreditCode),
		required("workers", notation.Integer), required("yuan", notation.Yuan), required("received_on", notation.Date),
		oneOf("status", "received", "transferred", "accepted", "mediating", "investigating", "ordered", "resolved", "rejected", "withdrawn"),
		required("status_on", notation.Date), optional("department", notation.Line), optional("resolved_on", notation.Date), optional("paid_yuan", notation.Yuan),
		oneOf("incident", "none", "group", "extreme"), optional("participants", notation.Integer), optional("satisfaction", notation.Integer),
		oneOf("conclusion", "true", "partly_true", "untrue", "settled", "duplicate", "works_price", "fabricated", "out_of_scope").or(),
		optional("concluded_by", notation.Line).veiled(firstOnly), optional("reopened_on", notation.Date), optional("accepted_on", notation.Date),
		optional("filed_on", notation.Date), optional("extended_on", notation.Date), optional("suspended_from", notation.Date), optional("suspended_to", notation.Date),
		optional("merged_into", notation.Identifier),
	}),
	record.TopicProceedings: topic([]field{
		oneOf("kind", "rectification_order", "administrative_decision", "mediation", "arbitration", "payment_order",
			"judicial_confirmation", "supported_suit", "procuratorial_hearing", "legal_aid", "enforcement", "criminal_referral",
			"deposit_draw", "emergency_fund", "advance_payment", "additional_compensation"),
		optional("complaint_id", notation.Identifier), required("township", notation.Division), optional("project_id", notation.Identifier),
		required("employer_uscc", notation.CreditCode), required("workers", notation.Integer), required("yuan", notation.Yuan), required("opened_on", notation.Date),
		optional("due_on", notation.Date), optional("closed_on", notation.Date), optional("paid_yuan", notation.Yuan), optional("recovered_yuan", notation.Yuan),
		optional("wage_from", notation.Month), optional("wage_to", notation.Month),
		oneOf("outcome", "fulfilled", "settled", "failed", "upheld", "dismissed", "withdrawn", "convicted", "acquitted").or(),
	}),
	record.TopicSignals: topic([]field{
		required("employer_uscc", notation.CreditCode), required("month", notation.Month),
		oneOf("indicator", "electricity_kwh", "water_m3", "gas_m3", "insured_headcount", "social_insurance_arrears_months",
			"tax_arrears_yuan", "loan_overdue_days", "property_fee_overdue_days", "enforcement_yuan", "legal_person_changes"),
		required("value", notation.Decimal),
	}),
	record.TopicPermits: topic([]field{
		required("name", notation.Line), required("township", notation.Division),
		oneOf("sector", "construction", "transport", "water", "energy", "railway", "aviation", "other"),
		required("developer_uscc", notation.CreditCode), optional("contractor_uscc", notation.CreditCode), required("permit_on", notation.Date),
		optional("contract_yuan", notation.Yuan), optional("project_id", notation.Identifier),
	}),
	record.TopicClosures: topic([]field{
		optional("project_id", notation.Identifier), optional("employer_uscc", notation.CreditCode), optional("wage_month", notation.Month),
		optional("worker_key", notation.WorkerKey),
		oneOf("reason", "paid_otherwise", "not_wages", "duplicate", "court_decision", "withdrawn_verified", "other"),
		required("note", notation.Line).veiled(firstOnly), required("by", notation.Line).veiled(firstOnly), required("approved_by", notation.Line).veiled(firstOnly),
		required("closed_on", notation.Date), optional("reopened_on", notation.Date),
	}),
	record.TopicVoices: topic([]field{
		optional("project_id", notation.Identifier), optional("employer_uscc", notation.CreditCode), required("month", notation.Month),
		oneOf("answer", "paid", "partly", "unpaid", "not_due"), required("said_on", notation.Date), optional("worker_hash", notation.WorkerKey),
	}),
}

// fieldOf finds a field of a topic by its name, or returns -1.
func fieldOf(t record.Topic, name string) int {
	for i := range contract[t] {
		if contract[t][i].name == name {
			return i
		}
	}
	return -1
}
