package produce

import "github.com/anxin-project/anxin/ingest/record"

// kind is how a field of the contract is written.
type kind uint8

const (
	identifier  kind = iota // 1–64 of [A-Za-z0-9._:-]
	identifiers             // a list of these
	line                    // text on one line
	number                  // an identity number or an account, as text
	workerKey               // a worker's key, as it was read off Anxin's pages
	creditCode
	division // statistical division code
	word     // one of field.words
	yesNo
	yuan
	integer
	decimal
	hours
	date
	month
	instant
)

// want says what a field of the kind takes, for messages.
func (k kind) want() string {
	switch k {
	case identifier:
		return "1 to 64 characters of A-Z a-z 0-9 . _ : -"
	case identifiers:
		return "ids with 、 or a comma between them, each 1 to 64 characters of A-Z a-z 0-9 . _ : -"
	case workerKey:
		return "32 hexadecimal digits"
	case creditCode:
		return "a unified social credit code of 18 characters"
	case division:
		return "a statistical division code of 9 or 12 digits"
	case yesNo:
		return "true or false"
	case yuan:
		return "an amount"
	case integer:
		return "a whole number"
	case decimal:
		return "a number"
	case hours:
		return "a number of hours"
	case date:
		return "a date YYYY-MM-DD"
	case month:
		return "a month YYYY-MM"
	case instant:
		return "an RFC 3339 time with offset"
	}
	return "text"
}

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
	kind     kind
	optional bool
	veil     veil
	words    []string
}

func (f *field) personal() bool { return f.veil != open }

func required(name string, k kind) field { return field{name: name, kind: k} }
func optional(name string, k kind) field { return field{name: name, kind: k, optional: true} }
func oneOf(name string, words ...string) field {
	return field{name: name, kind: word, words: words}
}
func (f field) or() field           { f.optional = true; return f }
func (f field) veiled(v veil) field { f.veil = v; return f }
func paper() []field                { return []field{idType, required("id_number", number).veiled(hidden)} }
func topic(parts ...[]field) (all []field) {
	all = []field{required("id", identifier), required("source", line), required("version", integer), required("recorded_at", instant)}
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

var idType = oneOf("id_type", "resident", "hk_macau", "taiwan", "foreign")

// contract lists the fields of every topic in the contract's order. A test holds it against package record.
var contract = map[record.Topic][]field{
	record.TopicProjects: topic([]field{
		required("name", line), required("township", division),
		oneOf("sector", "construction", "transport", "water", "energy", "railway", "aviation", "other"),
		oneOf("investment", "government", "state_owned", "private"),
		required("developer_uscc", creditCode), required("contractor_uscc", creditCode), required("contractor_name", line),
		required("contract_yuan", yuan), required("contract_signed_on", date),
		optional("permit_on", date), optional("started_on", date), optional("completed_on", date),
		oneOf("status", "preparing", "building", "suspended", "completed", "settled"),
		required("pay_day", integer), required("labor_cost_day", integer), required("labor_cost_yuan", yuan),
		optional("account.id", number).veiled(lastDigits), optional("account.opened_on", date), optional("account.bank", line),
		optional("account.closed_on", date),
		oneOf("deposit.form", "cash", "guarantee", "insurance", "waived").or(), optional("deposit.yuan", yuan),
		optional("deposit.lodged_on", date), optional("deposit.valid_until", date), optional("deposit.required_yuan", yuan),
		optional("deposit.covers", identifiers),
		required("payment_guarantee", yesNo), required("notice_board", yesNo), required("labor_officer", yesNo),
	}),
	record.TopicEmployers: topic([]field{
		required("name", line), required("township", division),
		oneOf("industry", "A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O", "P", "Q", "R", "S", "T"),
		required("legal_person", line).veiled(firstOnly), optional("legal_person_id", number).veiled(hidden),
		optional("investor_id", number).veiled(hidden),
		optional("headcount", integer),
		oneOf("status", "active", "suspended", "dissolving", "dissolved", "revoked"),
	}),
	record.TopicWorkers: topic(paper(), []field{
		required("name", line).veiled(firstOnly), optional("phone", number).veiled(lastDigits),
		optional("bank_account", number).veiled(lastDigits),
		optional("project_id", identifier), required("employer_uscc", creditCode),
		optional("team", line).veiled(firstOnly), optional("job", line), // teams are often called after their leader
		optional("contract_signed_on", date), required("entered_on", date), optional("left_on", date), optional("settled_on", date),
		required("settled_confirmed", yesNo), oneOf("wage_basis", "month", "day", "hour", "piece"), required("wage_yuan", yuan),
	}),
	record.TopicAttendance: topic(paper(), []field{
		required("project_id", identifier), required("employer_uscc", creditCode), required("work_date", date),
		optional("check_in", instant), optional("check_out", instant), optional("hours", hours), optional("device", line),
	}),
	record.TopicPayroll: topic(paper(), []field{
		optional("project_id", identifier), required("employer_uscc", creditCode), required("wage_month", month), required("due_on", date),
		required("gross_yuan", yuan), required("deducted_yuan", yuan), required("payable_yuan", yuan), required("paid_yuan", yuan),
		optional("paid_on", date), oneOf("channel", "special_account", "employer_account", "cash", "in_kind"),
		optional("payee_account", number).veiled(lastDigits), required("signed", yesNo),
		optional("tax_yuan", yuan), optional("insurance_yuan", yuan),
	}),
	record.TopicAccountEntries: topic([]field{
		required("project_id", identifier), required("account_id", number).veiled(lastDigits), required("booked_at", instant),
		oneOf("kind", "labor_cost_in", "wage_out", "interest_in", "refund_in", "other_in", "other_out", "fee_out", "frozen", "unfrozen"),
		optional("reason", line).veiled(firstOnly),
		required("yuan", yuan), required("balance_yuan", yuan), optional("counterparty", line).veiled(firstOnly),
	}),
	record.TopicComplaints: topic([]field{
		oneOf("channel", "hotline", "national_platform", "online", "petition", "window", "phone", "media", "inspection"),
		required("township", division), optional("project_id", identifier), optional("employer_uscc", creditCode),
		required("workers", integer), required("yuan", yuan), required("received_on", date),
		oneOf("status", "received", "transferred", "accepted", "mediating", "investigating", "ordered", "resolved", "rejected", "withdrawn"),
		required("status_on", date), optional("department", line), optional("resolved_on", date), optional("paid_yuan", yuan),
		oneOf("incident", "none", "group", "extreme"), optional("participants", integer), optional("satisfaction", integer),
		oneOf("conclusion", "true", "partly_true", "untrue", "settled", "duplicate", "works_price", "fabricated", "out_of_scope").or(),
		optional("concluded_by", line).veiled(firstOnly), optional("reopened_on", date), optional("accepted_on", date),
		optional("filed_on", date), optional("extended_on", date), optional("suspended_from", date), optional("suspended_to", date),
		optional("merged_into", identifier),
	}),
	record.TopicProceedings: topic([]field{
		oneOf("kind", "rectification_order", "administrative_decision", "mediation", "arbitration", "payment_order",
			"judicial_confirmation", "supported_suit", "procuratorial_hearing", "legal_aid", "enforcement", "criminal_referral",
			"deposit_draw", "emergency_fund", "advance_payment", "additional_compensation"),
		optional("complaint_id", identifier), required("township", division), optional("project_id", identifier),
		required("employer_uscc", creditCode), required("workers", integer), required("yuan", yuan), required("opened_on", date),
		optional("due_on", date), optional("closed_on", date), optional("paid_yuan", yuan), optional("recovered_yuan", yuan),
		optional("wage_from", month), optional("wage_to", month),
		oneOf("outcome", "fulfilled", "settled", "failed", "upheld", "dismissed", "withdrawn", "convicted", "acquitted").or(),
	}),
	record.TopicSignals: topic([]field{
		required("employer_uscc", creditCode), required("month", month),
		oneOf("indicator", "electricity_kwh", "water_m3", "gas_m3", "insured_headcount", "social_insurance_arrears_months",
			"tax_arrears_yuan", "loan_overdue_days", "property_fee_overdue_days", "enforcement_yuan", "legal_person_changes"),
		required("value", decimal),
	}),
	record.TopicPermits: topic([]field{
		required("name", line), required("township", division),
		oneOf("sector", "construction", "transport", "water", "energy", "railway", "aviation", "other"),
		required("developer_uscc", creditCode), optional("contractor_uscc", creditCode), required("permit_on", date),
		optional("contract_yuan", yuan), optional("project_id", identifier),
	}),
	record.TopicClosures: topic([]field{
		optional("project_id", identifier), optional("employer_uscc", creditCode), optional("wage_month", month),
		optional("worker_key", workerKey),
		oneOf("reason", "paid_otherwise", "not_wages", "duplicate", "court_decision", "withdrawn_verified", "other"),
		required("note", line).veiled(firstOnly), required("by", line).veiled(firstOnly), required("approved_by", line).veiled(firstOnly),
		required("closed_on", date), optional("reopened_on", date),
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
